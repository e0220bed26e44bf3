//! The shim of the Rust client: shim protocol 1 on stdin and stdout. It drives and reports, and never judges.
//! Ops are here, acts in `testee`, functions in `functions`, the forms for values that JSON cannot carry in `values`.

mod functions;
mod testee;
mod values;

use std::collections::HashMap;
use std::io::{Write, stdin, stdout};
use std::sync::Arc;
use std::thread;

use serde_json::{Value, json};
use testee::Testee;
use thrum::{clock, serde_json};

const CAPS: &str = "hello handlers.async threads tools timeouts permits tendrils turns reconnect.auto reconnect.manual \
    wane.wired wane.merge clock.virtual verb.prompt verb.cancel verb.cleanup verb.curate verb.petal-cell verb.log \
    verb.perf-mark verb.echo";

/// Why a request is not done, as fields of its reply.
struct Refusal(Value);

impl<E: std::error::Error> From<E> for Refusal {
    /// The client's own error, under the name that it has in the code.
    fn from(error: E) -> Self {
        Self(json!({"code": format!("{error:?}").split([' ', '(']).next(), "message": error.to_string()}))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (requests, mut incoming) = tokio::sync::mpsc::unbounded_channel();
    thread::spawn(move || stdin().lines().map_while(Result::ok).try_for_each(|line| requests.send(line)));
    let mut testees = HashMap::new();
    while let Some(line) = incoming.recv().await {
        let request: Value = serde_json::from_str(&line).unwrap_or_default();
        let reply = json!({"id": request["id"], "ok": true});
        if request["op"] == "stop" {
            incoming.close();
        }
        let end = values::plain(request).and_then(|request| obey(request, &mut testees));
        end.transpose().into_iter().for_each(|end| emit(reply.clone(), end));
    }
}

/// Does what a request says. `None`: its reply comes later.
fn obey(request: Value, testees: &mut HashMap<String, Arc<Testee>>) -> Result<Option<Value>, Refusal> {
    let client = text(&request, "client").to_owned();
    Ok(Some(match text(&request, "op") {
        "start" if request["v"] != 1 => {
            Err(Refusal(json!({"code": "v", "message": "not spoken", "versions": [1]})))?
        }
        "open" if request["role"] != "asker" || request["profile"] == "live" => return Err(unsupported()),
        "start" => json!({"v": 1, "wire": thrum::THRUM_VERSION, "profiles": ["document"],
            "impl": {"name": "thrum-rs", "version": env!("CARGO_PKG_VERSION"), "lang": "rust"},
            "caps": CAPS.split(' ').collect::<Vec<_>>()}),
        "ping" | "stop" => Value::Null,
        "call" => json!({"value": functions::call(text(&request, "fn"), &request["args"])?}),
        "clock" => json!(clock::pin(request["now"].as_u64())),
        "open" => {
            clock::pin(None);
            let handle = format!("c{}", request["id"]);
            testees.insert(handle.clone(), Testee::open(&handle, &request)?);
            json!({ "client": handle })
        }
        op @ ("do" | "end") => {
            let testee = if op == "do" { testees.get(&client).cloned() } else { testees.remove(&client) };
            let missing = || json!({"code": "no-such-client", "message": format!("no client `{client}`")});
            tokio::spawn(testee.ok_or_else(|| Refusal(missing()))?.drive(request));
            return Ok(None);
        }
        _ => return Err(unsupported()),
    }))
}

/// Writes a message, with more fields. If nobody listens any more, stdin ends too, and the shim with it.
fn emit(message: Value, end: Result<Value, Refusal>) {
    let more =
        end.unwrap_or_else(|Refusal(why)| [json!({"ok": false}), why].iter().flat_map(fields).collect());
    let all = [message, more].iter().flat_map(fields).collect();
    _ = writeln!(stdout().lock(), "{}", values::wrapped(all));
}

fn unsupported() -> Refusal {
    Refusal(json!({"unsupported": true}))
}

fn text<'a>(of: &'a Value, key: &str) -> &'a str {
    of[key].as_str().unwrap_or_default()
}

fn fields(of: &Value) -> thrum::Fields {
    of.as_object().cloned().unwrap_or_default()
}
