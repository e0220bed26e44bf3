//! What the suite needs of a machine, tried out.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::time::Instant;

use mock_humd::script::{ListenState, Split};
use mock_humd::server::{Daemon, Limits as DaemonLimits};
use rustix::process::{Resource, getrlimit};
use tokio::io::AsyncReadExt;
use tokio::net::UnixStream;
use tokio::time::timeout;

use super::Check;
use crate::error::Error;
use crate::limits::Limits;
use crate::run::Room;
use crate::testee::{Command, Home, Process};

/// A message and a hint.
type Finding = (String, String);

/// Open files that a run with a process for each of a few cores can need.
const OPEN_FILES_MIN: u64 = 256;

/// Pieces that are to be read one by one.
const PIECES: &[u8] = b"one by one";

/// Makes all checks that need no vectors.
pub(super) async fn make(wire: &str, testee: &Command, limits: &Limits) -> Result<Vec<Check>, Error> {
    let files = Check::new("enough files can be open", open_files());
    let room = match Room::new(testee, wire, limits) {
        Ok(room) => room,
        Err(Error::Input(said)) => {
            let (why, hint) = said.split_once("\n(hint: ").unwrap_or((&said, ""));
            let finding = (why.to_owned(), hint.trim_end_matches(')').to_owned());
            return Ok(vec![files, Check::new(TEMPORARY, Err(finding))]);
        }
        Err(error) => return Err(error),
    };
    let dir = room.case_dir()?;
    let socket = socket(&dir, limits).await;
    let bound = socket.is_ok();
    let mut checks = vec![
        files,
        Check::new(TEMPORARY, Ok(room.path().display().to_string())),
        Check::new("a Unix socket can be bound and reached there", socket),
    ];
    if bound {
        checks.push(Check::new("what is sent in pieces is read in pieces", pieces(&dir, limits).await));
    }
    checks.push(Check::new(
        "a process can be started in a group of its own, and ended with it",
        group(testee, &dir),
    ));
    Ok(checks)
}

const TEMPORARY: &str = "the temporary folder is there, and short enough for sockets";

fn open_files() -> Result<String, Finding> {
    match getrlimit(Resource::Nofile).current {
        Some(limit) if limit < OPEN_FILES_MIN => Err((
            format!("only {limit} files can be open at once"),
            format!("`ulimit -n {OPEN_FILES_MIN}` or more, or `client --jobs 1`"),
        )),
        Some(limit) => Ok(limit.to_string()),
        None => Ok("no limit".to_owned()),
    }
}

/// A daemon on a socket, and a client that has connected to it.
async fn meet(path: &Path, limits: &Limits) -> io::Result<(Daemon, UnixStream)> {
    let mut daemon = Daemon::new(DaemonLimits::default(), Instant::now());
    daemon.expect_connections(vec![false]);
    daemon.listen(path, ListenState::Open)?;
    let stream = UnixStream::connect(path).await?;
    let arrived = timeout(limits.reply, daemon.connected(0)).await;
    arrived.map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "a connection did not arrive"))?;
    Ok((daemon, stream))
}

async fn socket(dir: &Path, limits: &Limits) -> Result<String, Finding> {
    let met = meet(&dir.join("s"), limits).await;
    let hint = "another folder in `TMPDIR`; some shared and network folders have no sockets";
    met.map(|_| String::new()).map_err(|error| (error.to_string(), hint.to_owned()))
}

/// Sends bytes with a cut after each, and counts the reads that they take.
async fn pieces(dir: &Path, limits: &Limits) -> Result<String, Finding> {
    let count = async {
        let (daemon, mut stream) = meet(&dir.join("p"), limits).await?;
        let reads = async {
            let (mut reads, mut bytes, mut piece) = (0, 0, [0; 64]);
            while bytes < PIECES.len() {
                match stream.read(&mut piece).await? {
                    0 => break,
                    count => bytes += count,
                }
                reads += 1;
            }
            Ok::<_, io::Error>(reads)
        };
        let sent = daemon.send(0, PIECES, &Split::EveryByte);
        let (sent, reads) = tokio::join!(sent, reads);
        sent.map_err(|missed| io::Error::other(missed.to_string()))?;
        reads
    };
    let hint = "the kernel, or a sandbox, does not pass descriptors over sockets: cases about split reads are weaker";
    match timeout(limits.reply, count).await {
        Ok(Ok(reads)) if reads == PIECES.len() => Ok(format!("{reads} of {reads}")),
        Ok(Ok(reads)) if cfg!(not(target_os = "linux")) => {
            Ok(format!("not here, in {reads} reads: cases about split reads are weaker, and still right"))
        }
        Ok(Ok(reads)) => Err((format!("{} pieces came in {reads} reads", PIECES.len()), hint.to_owned())),
        Ok(Err(error)) => Err((error.to_string(), hint.to_owned())),
        Err(_) => Err(("the pieces did not arrive".to_owned(), hint.to_owned())),
    }
}

/// Starts the built-in client, and ends its group: dropping a process does.
fn group(testee: &Command, dir: &Path) -> Result<String, Finding> {
    let started = Home::new(dir, BTreeMap::new()).and_then(|home| Process::spawn(testee, &home));
    let hint =
        "the sandbox must allow processes and process groups; see the limit on processes (`ulimit -u`)";
    let (mut process, _pipes) = started.map_err(|error| (error.to_string(), hint.to_owned()))?;
    if process.left_behind() {
        return Ok(String::new());
    }
    Err(("a process was started, and its group cannot be found".to_owned(), hint.to_owned()))
}
