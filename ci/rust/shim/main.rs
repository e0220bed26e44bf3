//! The shim of the Rust client: shim protocol 1 on stdin and stdout. It drives and reports, and never judges.
//!
//! Ops are here, acts in `testee`, functions in `functions`, the forms for values that JSON cannot carry in `values`.

mod functions;
mod testee;
mod values;

use std::collections::HashMap;
use std::io::{BufRead, Write, stdin, stdout};

use serde_json::{Value, json};
use testee::Testee;
use thrum::{clock, serde_json};
use tokio::sync::mpsc;

const CAPS: &str = "hello handlers.async threads tools timeouts permits tendrils turns reconnect.auto reconnect.manual \
                    wane.wired wane.merge clock.virtual verb.prompt verb.cancel verb.cleanup verb.curate \
                    verb.petal-cell verb.log verb.perf-mark verb.echo";

/// Why a request is not done.
enum Refusal {
    Unsupported,
    Impossible(&'static str),
    Failed(String, String),
}

impl<E: std::error::Error> From<E> for Refusal {
    /// The client's own error, under the name that it has in the code.
    fn from(error: E) -> Self {
        let name = format!("{error:?}").split([' ', '(']).next().unwrap_or_default().to_owned();
        Self::Failed(name, error.to_string())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (requests, mut incoming) = mpsc::unbounded_channel();
    // a thread of its own, which ends with the process
    std::thread::spawn(move || {
        stdin().lock().lines().map_while(Result::ok).try_for_each(|line| requests.send(line))
    });
    let mut testees = HashMap::new();
    while let Some(line) = incoming.recv().await {
        let request: Value = match serde_json::from_str(&line) {
            Ok(request) => request,
            Err(error) => {
                emit(json!({"ev": "shim-error", "message": format!("a line that is no JSON: {error}")}));
                continue;
            }
        };
        let id = request["id"].clone();
        let stop = request["op"] == "stop";
        match values::plain(request)
            .map_err(Refusal::Impossible)
            .and_then(|request| obey(request, &mut testees))
        {
            Ok(None) => {} // the reply follows
            Ok(Some(fields)) => reply(id, Ok(fields)),
            Err(refusal) => reply(id, Err(refusal)),
        }
        if stop {
            break;
        }
    }
}

/// Does what a request says. The fields of its reply, or `None` where that comes later.
fn obey(request: Value, testees: &mut HashMap<String, Testee>) -> Result<Option<Value>, Refusal> {
    let (client, id) = (request["client"].as_str().unwrap_or_default().to_owned(), request["id"].clone());
    let no_such_client = || Refusal::Failed("no-such-client".to_owned(), format!("no client `{client}`"));
    let fields = match request["op"].as_str() {
        Some("start") if request["v"] != 1 => {
            let message = "this shim speaks protocol 1";
            emit(json!({"id": id, "ok": false, "code": "version", "message": message, "versions": [1]}));
            return Ok(None);
        }
        Some("start") => {
            let about = json!({"name": "thrum-rs", "version": env!("CARGO_PKG_VERSION"), "lang": "rust"});
            let caps: Vec<_> = CAPS.split(' ').collect();
            json!({"v": 1, "impl": about, "wire": thrum::THRUM_VERSION, "profiles": ["document"], "caps": caps})
        }
        Some("ping" | "stop") => json!({}),
        Some("call") => json!({"value": functions::call(&request["fn"], &request["args"])?}),
        Some("clock") => {
            clock::pin(request["now"].as_u64());
            json!({})
        }
        Some("open") => {
            clock::pin(None);
            let handle = format!("c{id}");
            testees.insert(handle.clone(), Testee::open(&handle, &request)?);
            json!({ "client": handle })
        }
        Some("do") => {
            testees.get(&client).ok_or_else(no_such_client)?.queue(request);
            return Ok(None);
        }
        Some("end") => {
            let testee = testees.remove(&client).ok_or_else(no_such_client)?;
            tokio::spawn(async move { reply(id, Ok(testee.end().await)) });
            return Ok(None);
        }
        _ => return Err(Refusal::Unsupported),
    };
    Ok(Some(fields))
}

/// Answers a request: with these fields, or with why not.
fn reply(id: Value, result: Result<Value, Refusal>) {
    emit(match result {
        Ok(mut fields) => {
            (fields["id"], fields["ok"]) = (id, true.into());
            fields
        }
        Err(refusal) => failure(json!({ "id": id }), refusal),
    });
}

/// Adds to a message why something is not done.
fn failure(mut message: Value, refusal: Refusal) -> Value {
    message["ok"] = false.into();
    match refusal {
        Refusal::Unsupported => message["unsupported"] = true.into(),
        Refusal::Impossible(why) => (message["impossible"], message["why"]) = (true.into(), why.into()),
        Refusal::Failed(code, text) => (message["code"], message["message"]) = (code.into(), text.into()),
    }
    message
}

/// Writes one line to stdout. If nobody listens any more, stdin ends too, and the shim with it.
fn emit(message: Value) {
    _ = writeln!(stdout().lock(), "{}", values::wrapped(message));
}
