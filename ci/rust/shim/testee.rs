//! One client under test: its acts, in order, and the events that it shows.

use std::collections::HashMap;
use std::future::{Ready, ready};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use thrum::{Client, Draft, Hello, Options, Reconnect, Tone, Tool, serde_json};
use tokio::{sync, task::yield_now};

use crate::{Refusal, emit, fields, functions::in_threads, text, unsupported};

pub struct Testee {
    handle: String,
    client: Client,
    /// Whose turn it is to act. The lock is fair, so acts start in order.
    turn: sync::Mutex<()>,
    /// Where tool bodies wait, each with a receiver of its own, until it says true.
    gates: Mutex<HashMap<String, sync::watch::Sender<bool>>>,
}

impl Testee {
    pub fn open(handle: &str, request: &Value) -> Result<Arc<Self>, Refusal> {
        let (first, most) = (Duration::from_millis(1), Duration::from_millis(20)); // as short as is of use
        let auto = request["reconnect"] == "auto";
        let reconnect = if auto { Reconnect::Backoff { first, most } } else { Reconnect::Off };
        let options = Options { socket: request["socket"].as_str().map(Into::into), reconnect };
        let hello = Hello::new(request["hello"]["bee"].as_str().unwrap_or("thrum-rs"));
        let client = Client::new(hello.with_all(fields(&request["hello"])), options)?;
        let (handle, turn, gates) = (handle.to_owned(), sync::Mutex::default(), Mutex::default());
        let testee = Arc::new(Self { handle, client: client.clone(), turn, gates });
        client.on_any(testee.reporter(None));
        let (own, other) = (Arc::clone(&testee), Arc::clone(&testee));
        client.on_disconnect(move |_| own.event("disconnected", json!({"conn": own.client.connections()})));
        client.on_turn(move |t| other.event("turn", json!({"sid": t.sid, "outcome": t.outcome.as_str()})));
        Ok(testee)
    }

    /// Runs an act and replies when it has ended; or, if nobody waits for it, before it starts. `end` has no act.
    pub async fn drive(self: Arc<Self>, request: Value) {
        let turn = self.turn.lock().await;
        let mut end = json!({"id": request["id"], "ok": true});
        if request["wait"] == false {
            emit(end, Ok(Value::Null));
            drop(turn); // nobody else runs until this act has started, and has something to wait for
            end = json!({"id": request["id"], "ev": "done"});
        }
        emit(end, self.act(&request["act"]).await);
    }

    fn event(&self, name: &str, fields: Value) {
        emit(json!({"ev": name, "client": self.handle}), Ok(fields));
    }

    fn reporter(self: &Arc<Self>, to: Option<&str>) -> impl Fn(Tone) -> Ready<()> + use<> {
        let (own, to) = (Arc::clone(self), to.map(str::to_owned));
        move |tone| {
            let (conn, tone) = (own.client.connections(), tone.into_fields());
            own.event("delivered", json!({"conn": conn, "to": to, "tone": tone}));
            ready(())
        }
    }

    fn gate(&self, name: &str) -> sync::watch::Sender<bool> {
        self.gates.lock().unwrap_or_else(PoisonError::into_inner).entry(name.to_owned()).or_default().clone()
    }

    async fn act(self: &Arc<Self>, act: &Value) -> Result<Value, Refusal> {
        let (client, sid, given, own) = (&self.client, text(act, "sid"), &act["fields"], act.clone());
        let list = |key: &str| act[key].as_array().map_or(&[][..], Vec::as_slice);
        let names = list("tools").iter().filter_map(Value::as_str);
        match text(act, "do") {
            "connect" => client.connect().await?,
            "close" | "" => client.close().await,
            "send" => drop(client.send(fields(&act["tone"]).into())?),
            "send-many" => {
                let sent = in_threads(act, list("tones"), |tone| client.send(fields(tone).into()));
                sent.into_iter().collect::<Result<Vec<_>, _>>()?;
            }
            "cancel" => drop(self.verb("cancel", act)?.send()?),
            "prompt" => drop(self.verb("prompt", act)?.tools(names).send()?),
            "verb" => drop(self.verb(text(act, "chi"), given)?.with_all(fields(given)).send()?),
            "subscribe" => client.on(sid, self.reporter(Some(sid))),
            "unsubscribe" => client.off(sid),
            "handler" => {
                let report = self.reporter(Some(sid));
                client.on(sid, move |tone| {
                    _ = report(tone);
                    assert!(own["throws"] == "async", "a handler that panics");
                    async {
                        yield_now().await;
                        panic!("a handler that panics later")
                    }
                });
            }
            "tool" => {
                let (about, schema) = (text(act, "description"), act["input_schema"].clone());
                let limit = act["timeout_ms"].as_u64().map(Duration::from_millis);
                let (tool, gate) =
                    (Tool::new(text(act, "name"), about, schema), self.gate(text(act, "gate")));
                client.tool(tool.limit(limit), move |_| {
                    let (mut gate, own) = (gate.subscribe(), own.clone());
                    async move {
                        _ = gate.wait_for(|open| *open || own["gate"].is_null()).await;
                        own["throws"].as_str().map_or(Ok(own["returns"].clone()), |e| Err(e.to_owned()))
                    }
                });
            }
            "release" => {
                let gate = self.gate(text(act, "gate"));
                gate.send_replace(true);
                gate.closed().await;
            }
            "permit" => client.on_permission(move |_| ready(text(&own, "decision").to_owned())),
            "tendril" => client.on_tendril(move |_| ready(own["returns"].clone())),
            "tick" => drop(client.tick(sid, text(act, "nest"))?),
            _ => return Err(unsupported()),
        }
        Ok(Value::Null)
    }

    fn verb(&self, chi: &str, given: &Value) -> Result<Draft<'_>, Refusal> {
        let (client, text, why) = (&self.client, |key| text(given, key), text(given, "error"));
        Ok(match chi {
            "prompt" => client.prompt(text("sid"), text("text")),
            "cancel" => client.cancel(text("sid")),
            "cleanup" => client.cleanup(text("sid")),
            "curate" => client.curate(text("sid")),
            "petal-cell" => client.petal_cell(text("sid"), given["cell"].clone()),
            "log" => client.log(text("level"), text("message")),
            "perf-mark" => client.perf_mark(text("label"), text("phase"), given["t"].as_f64().unwrap_or(0.0)),
            "echo" => client.echo(text("rid"), given["ok"].as_bool().filter(|ok| *ok).map(drop).ok_or(why)),
            _ => return Err(unsupported()),
        })
    }
}
