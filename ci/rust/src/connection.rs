//! One connection: bytes to lines and back, on a Unix stream socket.
//!
//! It ends once and nothing of it is used again, so a half-received line, or one not yet written, cannot reach the next
//! connection (CLI-10).

use std::io;
use std::path::Path;
use std::pin::pin;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{sleep, timeout};

/// How long a connection that is about to end may still write, or be read from, what is under way.
pub(crate) const LINGER: Duration = Duration::from_secs(1);

/// How long a daemon may leave a connect in its backlog.
const CONNECT: Duration = Duration::from_secs(10);

/// Bytes that are read at once, at most.
const CHUNK: usize = 64 * 1024;

/// A connected socket.
pub(crate) async fn dial(path: &Path) -> io::Result<UnixStream> {
    let attempts = async {
        loop {
            match UnixStream::connect(path).await {
                // a full backlog: the daemon is there and busy, and no event tells when it has room
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    sleep(Duration::from_millis(10)).await;
                }
                other => return other,
            }
        }
    };
    timeout(CONNECT, attempts).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// Speaks until either side ends it: `Ok` at the daemon's end of stream, and when `lines` has ended and is written.
///
/// Hello goes out first, whatever is queued. Reading never waits for writing (BP-05), and the write half is not shut
/// down on its own (CLI-12).
pub(crate) async fn speak(
    mut socket: UnixStream,
    hello: String,
    lines: UnboundedReceiver<String>,
    on_line: impl FnMut(&[u8]),
) -> io::Result<()> {
    let (incoming, outgoing) = socket.split();
    let mut reading = pin!(read_lines(incoming, on_line));
    let written = tokio::select! {
        end = &mut reading => return end,
        end = write_lines(outgoing, hello, lines) => end,
    };
    if written.is_err() {
        // the daemon may have said why before it stopped reading
        _ = timeout(LINGER, reading).await;
    }
    written
}

/// Hands over each line without its LF, of any length, cut at 0x0A and nowhere else. A last line without is dropped.
async fn read_lines(incoming: impl AsyncRead + Unpin, mut on_line: impl FnMut(&[u8])) -> io::Result<()> {
    let mut incoming = BufReader::with_capacity(CHUNK, incoming);
    let mut line = Vec::new();
    while incoming.read_until(b'\n', &mut line).await? > 0 {
        if line.pop() == Some(b'\n') {
            on_line(&line);
        }
        line.clear();
    }
    Ok(())
}

/// Writes whole lines, one after the other: nothing else writes to this socket (FRAME-19).
async fn write_lines(
    mut outgoing: impl AsyncWrite + Unpin,
    hello: String,
    mut lines: UnboundedReceiver<String>,
) -> io::Result<()> {
    let mut next = Some(hello);
    while let Some(mut line) = next {
        line.push('\n');
        outgoing.write_all(line.as_bytes()).await?;
        next = lines.recv().await;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn cuts_lines_wherever_reads_end() {
        let (mut near, far) = tokio::io::duplex(7);
        let long = "x".repeat(200_000);
        let text = format!("é\u{2028}\n\n{long}\r\nhalf");
        let mut lines = Vec::new();
        let (read, written) = tokio::join!(read_lines(far, |line| lines.push(line.to_vec())), async move {
            near.write_all(text.as_bytes()).await
        });
        assert!(read.is_ok() && written.is_ok());
        assert_eq!(lines, ["é\u{2028}".as_bytes(), b"", format!("{long}\r").as_bytes()]);
    }
}
