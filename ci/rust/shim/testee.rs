//! One client under test: its acts, in order, and the events that it shows.

use std::future::{Ready, ready};
use std::sync::{Arc, Mutex, PoisonError};
use std::{cell::RefCell, collections::HashMap, time::Duration};

use serde_json::{Value, json};
use thrum::{Client, Draft, Hello, Options, Reconnect, Tone, Tool, clock, serde_json};
use tokio::{sync::watch, task::yield_now};

use crate::{End, Refusal, emit, fields, functions::in_threads, text, unsupported};

// The clients that are open, by handle. All tasks are on one thread.
thread_local!(static OPEN: RefCell<HashMap<String, Arc<Testee>>> = RefCell::default());

pub struct Testee {
    handle: String,
    pub client: Client,
    /// Where tool bodies wait, each with a receiver of its own, until it says true.
    gates: Mutex<HashMap<String, watch::Sender<bool>>>,
}

impl Testee {
    /// Opens a client, and gives its handle.
    pub fn open(request: &Value) -> Result<String, Refusal> {
        let shortest = Reconnect::Backoff { first: Duration::from_millis(1), most: Duration::from_millis(9) };
        let reconnect = if request["reconnect"] == "auto" { shortest } else { Reconnect::Off };
        let options = Options { socket: request["socket"].as_str().map(Into::into), reconnect };
        let hello = Hello::new(request["hello"]["bee"].as_str().unwrap_or("thrum-rs"));
        let client = Client::new(hello.with_all(fields(&request["hello"])), options)?;
        let handle = format!("c{}", request["id"]); // no two requests have one id
        let own = Arc::new(Self { handle: handle.clone(), client: client.clone(), gates: Mutex::default() });
        OPEN.with_borrow_mut(|open| open.insert(handle.clone(), Arc::clone(&own)));
        clock::pin(None);
        client.on_any(own.reporter(None));
        let other = Arc::clone(&own);
        client.on_turn(move |t| other.event("turn", json!({"sid": t.sid, "outcome": t.outcome.as_str()})));
        client.on_disconnect(move |_| own.event("disconnected", json!({"conn": own.client.connections()})));
        Ok(handle)
    }

    /// The client that a request is about. `end` takes it away.
    pub fn find(request: &Value) -> Result<Arc<Self>, Refusal> {
        let (of, end) = (text(request, "client"), request["op"] == "end");
        let found = OPEN.with_borrow_mut(|open| if end { open.remove(of) } else { open.get(of).cloned() });
        found.ok_or_else(|| Refusal(json!({"code": "no-such-client", "message": of})))
    }

    fn event(&self, name: &str, fields: Value) {
        emit(json!({"ev": name, "client": self.handle}), Ok(fields));
    }

    fn reporter(self: &Arc<Self>, to: Option<&str>) -> impl Fn(Tone) -> Ready<()> + use<> {
        let (own, to) = (Arc::clone(self), to.map(str::to_owned));
        move |tone| {
            let (conn, tone) = (own.client.connections(), tone.fields());
            own.event("delivered", json!({"conn": conn, "to": to, "tone": tone}));
            ready(())
        }
    }

    pub async fn act(self: &Arc<Self>, act: &Value) -> End {
        let get = |key| text(act, key);
        let (client, sid, given, own) = (&self.client, get("sid"), &act["fields"], act.clone());
        let list = |key: &str| act[key].as_array().map_or(&[][..], Vec::as_slice);
        let send = |tone: &Value| Ok::<_, Refusal>(client.send(fields(tone).into())?);
        let names = list("tools").iter().filter_map(Value::as_str);
        let gates = || self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        let gate = gates().entry(get("gate").to_owned()).or_default().clone();
        match get("do") {
            "connect" => client.connect().await?,
            "close" => client.close().await,
            "send" => drop(send(&act["tone"])?),
            "send-many" => drop(in_threads(act, list("tones"), |tone| send(tone).map(Value::from))?),
            chi @ ("prompt" | "cancel") => drop(self.verb(chi, act)?.tools(names).send()?),
            "verb" => drop(self.verb(get("chi"), given)?.with_all(fields(given)).send()?),
            "subscribe" => client.on(sid, self.reporter(Some(sid))),
            "unsubscribe" => client.off(sid),
            "handler" => {
                let report = self.reporter(Some(sid));
                client.on(sid, move |tone| {
                    _ = report(tone);
                    assert!(own["throws"] == "async", "a handler that panics");
                    async { panic!("a handler that panics later: {:?}", yield_now().await) }
                });
            }
            "tool" => {
                let tool = Tool::new(get("name"), get("description"), act["input_schema"].clone());
                let tool = tool.limit(act["timeout_ms"].as_u64().map(Duration::from_millis));
                client.tool(tool, move |_| {
                    let (mut gate, own) = (gate.subscribe(), own.clone());
                    async move {
                        _ = gate.wait_for(|open| *open || own["gate"].is_null()).await;
                        own["throws"].as_str().map_or(Ok(own["returns"].clone()), |e| Err(e.to_owned()))
                    }
                });
            }
            "release" => {
                gate.send_replace(true);
                gate.closed().await;
            }
            "permit" => client.on_permission(move |_| ready(text(&own, "decision").to_owned())),
            "tendril" => client.on_tendril(move |_| ready(own["returns"].clone())),
            "tick" => drop(client.tick(sid, get("nest"))?),
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
