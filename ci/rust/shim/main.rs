//! The shim of the Rust client: shim protocol 1 on stdin and stdout. It drives and reports, and never judges.
//! Ops are here, acts in `testee`, functions in `functions`, the forms for values that JSON cannot carry in `values`.

mod functions;
mod testee;
mod values;

use std::io::{Write, stdin, stdout};

use serde_json::{Value, json};
use testee::Testee;
use thrum::{clock, serde_json};

const CAPS: &str = "hello handlers.async threads tools timeouts permits tendrils turns reconnect.auto reconnect.manual \
    wane.wired wane.merge clock.virtual verb.prompt verb.cancel verb.cleanup verb.curate verb.petal-cell verb.log \
    verb.perf-mark verb.echo";

/// How a request ends: with these fields in its reply, or with a refusal.
type End = Result<Value, Refusal>;

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
    let (lines, mut incoming) = tokio::sync::mpsc::unbounded_channel();
    std::thread::spawn(move || stdin().lines().map_while(Result::ok).try_for_each(|line| lines.send(line)));
    while let Some(line) = incoming.recv().await {
        let request: Value = serde_json::from_str(&line).unwrap_or_default();
        let (reply, stop) = (json!({"id": request["id"], "ok": true}), request["op"] == "stop");
        // tasks start in the order of their making, for this runtime has one thread
        let task = tokio::spawn(async move { emit(reply, obey(request).await) });
        if stop {
            return drop(task.await);
        }
    }
}

/// Does what a request says, and gives the further fields of its reply.
async fn obey(request: Value) -> End {
    let request = values::plain(request).ok_or_else(|| impossible("a value that no `Value` holds"))?;
    Ok(match text(&request, "op") {
        "start" if request["v"] != 1 => {
            Err(Refusal(json!({"code": "v", "message": "unknown", "versions": [1]})))?
        }
        "start" => json!({"v": 1, "wire": thrum::THRUM_VERSION, "profiles": ["document"],
            "impl": {"name": "thrum-rs", "version": env!("CARGO_PKG_VERSION"), "lang": "rust"},
            "caps": CAPS.split(' ').collect::<Vec<_>>()}),
        "ping" | "stop" => Value::Null,
        "call" => json!({"value": functions::call(text(&request, "fn"), &request["args"])?}),
        "clock" => json!(clock::pin(request["now"].as_u64())),
        "open" if request["role"] != "asker" || request["profile"] == "live" => return Err(unsupported()),
        "open" => json!({"client": Testee::open(&request)?}),
        "do" | "end" => Testee::drive(request).await?,
        _ => return Err(unsupported()),
    })
}

/// Writes a message, with more fields. If nobody listens any more, stdin ends too, and the shim with it.
fn emit(message: Value, end: End) {
    let more =
        end.unwrap_or_else(|Refusal(why)| [json!({"ok": false}), why].iter().flat_map(fields).collect());
    let all = [message, more].iter().flat_map(fields).collect();
    _ = writeln!(stdout().lock(), "{}", values::wrapped(all));
}

fn impossible(why: &str) -> Refusal {
    Refusal(json!({"impossible": true, "why": why}))
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
