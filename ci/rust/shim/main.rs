//! The shim of the Rust client: shim protocol 1 on stdin and stdout. It drives and reports, and never judges.
//! Ops are here, acts in `testee`, functions in `functions`.

mod functions;
mod testee;

use std::io::{Write, stdin, stdout};

use thrum::serde_json::{self, Number, Value, from_value, json};

const CAPS: &str = "hello handlers.async threads tools timeouts permits tendrils turns reconnect.auto reconnect.manual \
    wane.wired wane.merge clock.virtual verb.prompt verb.cancel verb.cleanup verb.curate verb.petal-cell verb.log \
    verb.perf-mark verb.echo";

/// How a request ends: with these fields in its reply, or refused with those.
type End = Result<Value, Refusal>;

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
        let (mut head, stop) = (json!({"id": request["id"], "ok": true}), request["op"] == "stop");
        // tasks start in the order of their making, for this runtime has one thread
        let task = tokio::spawn(async move {
            let end = obey(request, &mut head).await;
            emit(head, end);
        });
        if stop {
            return drop(task.await);
        }
    }
}

/// Does what a request says, and gives the fields that its reply has beside those in `head`.
async fn obey(request: Value, head: &mut Value) -> End {
    let request = plain(request).ok_or_else(|| impossible("a value that no `Value` holds"))?;
    Ok(match text(&request, "op") {
        "start" if request["v"] != 1 => return Err(Refusal(json!({"code": "version", "versions": [1]}))),
        "start" => json!({"v": 1, "wire": thrum::THRUM_VERSION, "profiles": ["document"],
            "impl": {"name": "thrum-rs", "version": env!("CARGO_PKG_VERSION"), "lang": "rust"},
            "caps": CAPS.split(' ').collect::<Vec<_>>()}),
        "ping" | "stop" => Value::Null,
        "call" => json!({"value": functions::call(text(&request, "fn"), &request["args"])?}),
        "clock" => json!(thrum::clock::pin(request["now"].as_u64())),
        "open" if request["role"] != "asker" || request["profile"] == "live" => return Err(unsupported()),
        "open" => json!({"client": testee::Testee::open(&request)?}),
        "do" => {
            let testee = testee::Testee::find(&request)?;
            if request["wait"] == false {
                // what is left to say is an event
                emit(std::mem::replace(head, json!({"ev": "done", "id": request["id"]})), Ok(Value::Null));
            }
            testee.act(&request["act"]).await?
        }
        "end" => json!(testee::Testee::find(&request)?.client.close().await),
        _ => return Err(unsupported()),
    })
}

/// Writes a message, with more fields. If nobody listens any more, stdin ends too, and the shim with it.
fn emit(message: Value, end: End) {
    let refuse = |Refusal(why): Refusal| [json!({"ok": false}), why].iter().flat_map(fields).collect();
    let all = [message, end.unwrap_or_else(refuse)].iter().flat_map(fields).collect();
    _ = writeln!(stdout().lock(), "{}", wrapped(all));
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

/// A value of a request, each form replaced by what it stands for; `None` for what no `Value` holds. NaN and the
/// infinities become what `Value::from` makes of them, as in any program that puts them into a tone: null.
fn plain(value: Value) -> Option<Value> {
    Some(match value {
        Value::Array(items) => items.into_iter().map(plain).collect::<Option<_>>()?,
        Value::Object(fields) => match fields.iter().next().map(|(key, form)| (key.as_str(), form)) {
            Some(("$num", form)) => form.as_str()?.parse::<f64>().ok()?.into(),
            Some(("$int", form)) => form.as_str()?.parse().ok().filter(|n: &Number| !n.is_f64())?.into(),
            Some(("$utf16", form)) => {
                String::from_utf16(&from_value::<Vec<_>>(form.clone()).ok()?).ok()?.into()
            }
            _ => fields.into_iter().map(|(key, item)| Some((key, plain(item)?))).collect::<Option<_>>()?,
        },
        plain => plain,
    })
}

/// A value for a message: an integer that not every reader of JSON keeps exact is in its form.
fn wrapped(value: Value) -> Value {
    let exact = |n: &Number| n.is_f64() || n.as_i64().is_some_and(|n| n.unsigned_abs() < 1 << 53);
    match value {
        Value::Array(items) => items.into_iter().map(wrapped).collect(),
        Value::Object(fields) => fields.into_iter().map(|(key, item)| (key, wrapped(item))).collect(),
        Value::Number(number) if !exact(&number) => json!({"$int": number.to_string()}),
        plain => plain,
    }
}
