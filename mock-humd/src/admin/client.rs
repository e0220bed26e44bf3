//! The other side of the admin socket: one question, one answer.

use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::exit::Stop;
use crate::service::Beside;

/// How long a reply may take.
const REPLY_MAX: Duration = Duration::from_secs(10);

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
    let mut stream = UnixStream::connect(&path).map_err(|error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::ConnectionRefused => Stop::Down(format!(
            "no daemon runs at {} (hint: `mock-humd start` starts one)",
            beside.socket().display()
        )),
        _ => broken(error),
    })?;
    stream.set_write_timeout(Some(REPLY_MAX)).map_err(broken)?;
    stream.set_read_timeout(within).map_err(broken)?;
    let mut request = Map::new();
    request.insert("v".to_owned(), super::VERSION.into());
    request.insert("do".to_owned(), what.into());
    request.extend(members);
    stream.write_all(format!("{}\n", Value::Object(request)).as_bytes()).map_err(broken)?;
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    stream.read_line(&mut line).map_err(broken)?;
    if line.is_empty() {
        return Err(Stop::Broken("the daemon has ended without an answer".to_owned()));
    }
    let Ok(Value::Object(reply)) = serde_json::from_str(&line) else {
        return Err(Stop::Broken(format!("{}: speaks something else", path.display())));
    };
    if reply.get("ok") == Some(&Value::Bool(true)) {
        let said = |(key, _): &(String, Value)| !["v", "ok"].contains(&&**key);
        return Ok((reply.into_iter().filter(said).collect(), stream));
    }
    Err(Stop::Input(reply.get("error").and_then(Value::as_str).unwrap_or("refused").to_owned()))
}
