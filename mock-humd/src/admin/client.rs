//! The other side of the admin socket: one question, one answer.

use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::exit::Stop;
use crate::service::Beside;

/// How long a reply may take.
pub const REPLY_MAX: Duration = Duration::from_secs(10);

/// A daemon that has said yes, and what it says after that.
pub type Conversation = BufReader<UnixStream>;

/// No members but what to do.
pub fn no_members() -> Map<String, Value> {
    Map::new()
}

/// Asks the daemon at a socket, and gives the members of its reply.
pub fn ask(beside: &Beside, what: &str, members: Map<String, Value>) -> Result<Map<String, Value>, Stop> {
    talk(beside, what, members, Some(REPLY_MAX)).map(|(reply, _)| reply)
}

/// Asks, and keeps the conversation. Without `within` the reply may take as long as it likes.
pub fn talk(
    beside: &Beside,
    what: &str,
    members: Map<String, Value>,
    within: Option<Duration>,
) -> Result<(Map<String, Value>, Conversation), Stop> {
    let path = beside.admin();
    let broken = |error: io::Error| Stop::Broken(format!("{}: {error}", path.display()));
    crate::socket::fits(&path).map_err(|error| Stop::Input(format!("{}: {error}", path.display())))?;
    let mut stream = UnixStream::connect(&path).map_err(|error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::ConnectionRefused => Stop::Down(format!(
            "no daemon runs at {} (hint: `mock-humd start` starts one)",
            beside.socket().display()
        )),
        _ => broken(error),
    })?;
    let silent = |error: io::Error, within: Option<Duration>| match (error.kind(), within) {
        (ErrorKind::WouldBlock | ErrorKind::TimedOut, Some(within)) => Stop::Broken(format!(
            "{}: the daemon has not answered `{what}` for {within:?} (hint: `mock-humd stop --force` ends it)",
            path.display()
        )),
        _ => broken(error),
    };
    stream.set_write_timeout(Some(REPLY_MAX)).map_err(broken)?;
    stream.set_read_timeout(within).map_err(broken)?;
    let mut request = Map::new();
    request.insert("v".to_owned(), super::VERSION.into());
    request.insert("do".to_owned(), what.into());
    request.extend(members);
    stream
        .write_all(format!("{}\n", Value::Object(request)).as_bytes())
        .map_err(|error| silent(error, Some(REPLY_MAX)))?;
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    stream.read_line(&mut line).map_err(|error| silent(error, within))?;
    if line.is_empty() {
        return Err(Stop::Broken("the daemon has ended without an answer".to_owned()));
    }
    let Ok(Value::Object(reply)) = serde_json::from_str(&line) else {
        return Err(Stop::Broken(format!("{}: speaks something else", path.display())));
    };
    if reply.get("ok") == Some(&Value::Bool(true)) {
        // what comes after it takes its time
        stream.get_ref().set_read_timeout(None).map_err(broken)?;
        let said = |(key, _): &(String, Value)| !["v", "ok"].contains(&&**key);
        return Ok((reply.into_iter().filter(said).collect(), stream));
    }
    Err(Stop::Input(reply.get("error").and_then(Value::as_str).unwrap_or("refused").to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_daemon_that_does_not_answer_is_named_with_the_time() {
        let dir = tempfile::tempdir().unwrap();
        let beside = Beside::new(&dir.path().join("t.sock"));
        let _deaf = std::os::unix::net::UnixListener::bind(beside.admin()).unwrap();
        let within = Some(Duration::from_millis(10));
        let said = talk(&beside, "status", no_members(), within).unwrap_err().to_string();
        assert!(said.ends_with(
            "t.sock.admin: the daemon has not answered `status` for 10ms (hint: `mock-humd stop --force` ends it)"
        ), "{said}");
    }
}
