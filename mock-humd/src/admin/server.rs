//! The admin socket itself: connections, lines, and whoever reads along.

use std::io::{self, Cursor};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::task::AbortHandle;

use super::desk::{Answer, Desk};

/// So many may be connected at a time, those who read along besides.
const CLIENTS_MAX: usize = 32;

/// A request is at most so long; a tone may be 64 MiB, and an escape takes up to six bytes.
const REQUEST_BYTES_MAX: u64 = 400 << 20;

/// How long a reader may take for a reply.
const REPLY_MAX: Duration = Duration::from_secs(10);

/// How long a client may take for its first request: who connects and asks nothing takes the place of others.
const FIRST_MAX: Duration = Duration::from_secs(3);

/// What comes before the answer that it waits for is read up to here.
const AHEAD_BYTES_MAX: usize = 1 << 20;

/// How long accepting rests after an error, which is one of a moment's shortage of descriptors.
const SHORTAGE_REST: Duration = Duration::from_millis(5);

/// Answers on the admin socket. Dropping it removes the socket.
#[derive(Debug)]
pub struct Server {
    path: PathBuf,
    accepting: AbortHandle,
}

impl Server {
    /// Listens at this path, for this user alone. A runtime must run.
    pub fn bind(path: &Path, desk: Arc<Desk>) -> io::Result<Self> {
        crate::socket::clear(path)?;
        let mask = rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o177));
        let bound = UnixListener::bind(path);
        rustix::process::umask(mask);
        let accepting = tokio::spawn(accept_all(bound?, desk)).abort_handle();
        Ok(Self { path: path.to_owned(), accepting })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
        // somebody else may have removed it already, which is just as well
        let _ = std::fs::remove_file(&self.path);
    }
}

async fn accept_all(listener: UnixListener, desk: Arc<Desk>) {
    let room = Arc::new(Semaphore::new(CLIENTS_MAX));
    loop {
        // who comes while there is no room waits in the backlog
        let Ok(place) = Arc::clone(&room).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let desk = Arc::clone(&desk);
                tokio::spawn(async move {
                    // a client that goes away is nobody's concern
                    let _ = serve(stream, &desk).await;
                    drop(place);
                });
            }
            Err(_) => tokio::time::sleep(SHORTAGE_REST).await,
        }
    }
}

async fn serve(stream: UnixStream, desk: &Desk) -> io::Result<()> {
    let mut client = Client::new(stream);
    let Ok(first) = tokio::time::timeout(FIRST_MAX, client.request()).await else {
        return client.write(Err(format!("no request came within {FIRST_MAX:?}"))).await;
    };
    let mut line = first?;
    while !line.is_empty() {
        let reply = match read(&line).and_then(|request| desk.answer(&request)) {
            Ok(Answer::Now(reply)) => Ok(reply),
            Ok(Answer::Later(mut done)) => {
                // who asks may go away meanwhile, and then the script is nobody's
                let ended = tokio::select! {
                    ended = &mut done => ended,
                    gone = client.gone() => return gone,
                };
                match ended {
                    Ok(ended) => ended.map(|()| Map::new()),
                    Err(_) => Err("the daemon ends".to_owned()),
                }
            }
            Ok(Answer::Tail(filter)) => {
                let mut reader = client.stream.into_inner().into_std()?;
                // nothing crosses between the reply and the first look: this thread does both
                io::Write::write_all(&mut reader, &encoded(Ok(Map::new())))?;
                reader.set_nonblocking(false)?;
                return desk.tails.add(&desk.handle, filter, reader);
            }
            Err(error) => Err(error),
        };
        client.write(reply).await?;
        line = client.request().await?;
    }
    Ok(())
}

/// Whoever asks.
struct Client {
    stream: BufReader<UnixStream>,
    /// What came while an answer was not there yet.
    ahead: Cursor<Vec<u8>>,
}

impl Client {
    fn new(stream: UnixStream) -> Self {
        Self { stream: BufReader::new(stream), ahead: Cursor::default() }
    }

    /// The next line; empty where the client has ended.
    async fn request(&mut self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        io::BufRead::read_until(&mut self.ahead, b'\n', &mut line)?;
        if !line.ends_with(b"\n") {
            let max = REQUEST_BYTES_MAX.saturating_sub(line.len() as u64);
            (&mut self.stream).take(max).read_until(b'\n', &mut line).await?;
        }
        Ok(line)
    }

    /// Waits until the client has ended, and keeps what it asks before that. May be dropped at any time.
    async fn gone(&mut self) -> io::Result<()> {
        if self.ahead.position() == self.ahead.get_ref().len() as u64 {
            self.ahead = Cursor::default();
        }
        while self.ahead.get_ref().len() < AHEAD_BYTES_MAX {
            let came = self.stream.fill_buf().await?;
            if came.is_empty() {
                return Ok(());
            }
            self.ahead.get_mut().extend_from_slice(came);
            let count = came.len();
            self.stream.consume(count);
        }
        // its end is seen later
        std::future::pending().await
    }

    async fn write(&mut self, reply: Result<Map<String, Value>, String>) -> io::Result<()> {
        tokio::time::timeout(REPLY_MAX, self.stream.get_mut().write_all(&encoded(reply))).await?
    }
}

fn read(line: &[u8]) -> Result<Map<String, Value>, String> {
    match serde_json::from_slice(line) {
        Ok(Value::Object(request)) => Ok(request),
        Ok(_) => Err("a request is an object".to_owned()),
        Err(error) => Err(format!("a request is JSON: {error}")),
    }
}

fn encoded(reply: Result<Map<String, Value>, String>) -> Vec<u8> {
    let mut line = Map::new();
    line.insert("v".to_owned(), super::VERSION.into());
    line.insert("ok".to_owned(), reply.is_ok().into());
    match reply {
        Ok(reply) => line.extend(reply),
        Err(error) => drop(line.insert("error".to_owned(), error.into())),
    }
    let mut line = Value::Object(line).to_string().into_bytes();
    line.push(b'\n');
    line
}
