//! One client under test: its acts, in order, and the events that it shows.

use std::collections::HashMap;
use std::future::ready;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use thrum::{Client, Draft, Hello, Options, Outcome, Reconnect, Tone, Tool, serde_json};
use tokio::sync::{mpsc, watch};
use tokio::task::{spawn_blocking, yield_now};

use crate::functions::fields;
use crate::{Refusal, emit, failure, reply};

/// The shortest back-off that is of use.
const AUTO: Reconnect =
    Reconnect::Backoff { first: Duration::from_millis(1), most: Duration::from_millis(20) };

/// Where tool bodies wait: whether it is open, and how many have come and not ended.
type Gate = watch::Sender<(bool, usize)>;

/// A client, and what is known of it.
#[derive(Clone)]
pub struct Testee {
    /// Acts that are put in here start in order.
    acts: mpsc::UnboundedSender<Value>,
    handle: String,
    client: Client,
    /// The number of the connection.
    conn: Arc<AtomicU64>,
    gates: Arc<Mutex<HashMap<String, Arc<Gate>>>>,
}

/// A tool body that has come to a gate; it has ended, in whatever way, when this is dropped.
struct Body(Arc<Gate>);

impl Drop for Body {
    fn drop(&mut self) {
        self.0.send_modify(|gate| gate.1 -= 1);
    }
}

impl Testee {
    pub fn open(handle: &str, request: &Value) -> Result<Self, Refusal> {
        if request["role"] != "asker" || request["profile"] == "live" {
            return Err(Refusal::Unsupported);
        }
        let socket = request["socket"].as_str().map(Into::into);
        let reconnect = if request["reconnect"] == "auto" { AUTO } else { Reconnect::Off };
        let hello = Hello::new(request["hello"]["bee"].as_str().unwrap_or("thrum-rs"));
        let hello =
            fields(&request["hello"]).into_iter().fold(hello, |hello, (key, value)| hello.with(&key, value));
        let client = Client::new(hello, Options { socket, reconnect })?;
        let (acts, mut queue) = mpsc::unbounded_channel();
        let handle = handle.to_owned();
        let testee = Self { acts, handle, client, conn: Arc::default(), gates: Arc::default() };
        testee.show();
        let worker = testee.clone();
        tokio::spawn(async move {
            while let Some(request) = queue.recv().await {
                worker.run(request).await;
            }
        });
        Ok(testee)
    }

    /// Queues an act; its reply follows.
    pub fn queue(&self, request: Value) {
        _ = self.acts.send(request); // whoever takes them out is there as long as this
    }

    /// Closes the client, and lets go of what waits.
    pub async fn end(self) -> Value {
        self.client.close().await;
        let gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        gates.values().for_each(|gate| gate.send_modify(|gate| gate.0 = true));
        json!({})
    }

    /// Has the client tell of all that nobody asks for.
    fn show(&self) {
        let (testee, conn) = (self.clone(), Arc::clone(&self.conn));
        self.client.on_any(move |tone| ready(testee.delivered(None, tone)));
        self.client.on_connect(move |_| _ = conn.fetch_add(1, SeqCst));
        let testee = self.clone();
        self.client.on_disconnect(move |_| {
            emit(json!({"ev": "disconnected", "client": testee.handle, "conn": testee.conn.load(SeqCst)}));
        });
        let client = self.handle.clone();
        self.client.on_turn(move |turn| {
            let outcome = if turn.outcome == Outcome::Finished { "finished" } else { "failed" };
            emit(json!({"ev": "turn", "client": client, "sid": turn.sid, "outcome": outcome}));
        });
    }

    fn delivered(&self, to: Option<&str>, tone: Tone) {
        let (client, conn) = (&self.handle, self.conn.load(SeqCst));
        emit(
            json!({"ev": "delivered", "client": client, "conn": conn, "to": to, "tone": tone.into_fields()}),
        );
    }

    /// Runs an act to its end, or, if nobody waits for it, starts it.
    async fn run(&self, request: Value) {
        let (id, waits) = (request["id"].clone(), request["wait"] != false);
        let testee = self.clone();
        let mut act = Box::pin(async move { testee.act(&request["act"]).await });
        let ended = tokio::select! {
            biased;
            end = &mut act => Some(end),
            () = ready(()), if !waits => None,
        };
        match ended {
            Some(Err(Refusal::Unsupported)) => reply(id, Err(Refusal::Unsupported)),
            Some(end) if waits => reply(id, end.map(|()| json!({}))),
            _ => {
                reply(id.clone(), Ok(json!({})));
                tokio::spawn(async move {
                    let done = json!({"ev": "done", "id": id});
                    let end = match ended {
                        Some(end) => end,
                        None => act.await,
                    };
                    emit(match end {
                        Ok(()) => done,
                        Err(refusal) => failure(done, refusal),
                    });
                });
            }
        }
    }

    async fn act(&self, act: &Value) -> Result<(), Refusal> {
        let client = &self.client;
        let text = |key: &str| act[key].as_str().unwrap_or_default();
        match text("do") {
            "connect" => client.connect().await?,
            "close" => client.close().await,
            "send" => drop(client.send(fields(&act["tone"]).into())?),
            "send-many" => send_many(client.clone(), act.clone()).await?,
            "prompt" => {
                let tools = act["tools"].as_array().map(|names| names.iter().filter_map(Value::as_str));
                let prompt = client.prompt(text("sid"), text("text"));
                let prompt = match tools {
                    Some(names) => prompt.with("tools", client.tool_definitions(names)),
                    None => prompt,
                };
                prompt.send()?;
            }
            "cancel" => drop(client.cancel(text("sid")).send()?),
            "verb" => drop(self.verb(text("chi"), &act["fields"])?.send()?),
            "subscribe" => {
                let (testee, sid) = (self.clone(), text("sid").to_owned());
                client.on(text("sid"), move |tone| ready(testee.delivered(Some(&sid), tone)));
            }
            "unsubscribe" => client.off(text("sid")),
            "handler" => {
                let (testee, sid, at_once) = (self.clone(), text("sid").to_owned(), act["throws"] == "sync");
                client.on(text("sid"), move |tone| {
                    testee.delivered(Some(&sid), tone);
                    assert!(!at_once, "a handler that panics");
                    async {
                        yield_now().await;
                        panic!("a handler that panics later")
                    }
                });
            }
            "tool" => self.tool(act),
            "release" => {
                let gate = self.gate(text("gate"));
                gate.send_modify(|gate| gate.0 = true);
                gate.subscribe().wait_for(|gate| gate.1 == 0).await?;
            }
            "permit" => {
                let decision = text("decision").to_owned();
                client.on_permission(move |_| ready(decision.clone()));
            }
            "tendril" => {
                let returns = act["returns"].clone();
                client.on_tendril(move |_| ready(returns.clone()));
            }
            "tick" => drop(client.tick(text("sid"), text("nest"))?),
            _ => return Err(Refusal::Unsupported),
        }
        Ok(())
    }

    fn verb(&self, chi: &str, given: &Value) -> Result<Draft<'_>, Refusal> {
        let client = &self.client;
        let text = |key: &str| given[key].as_str().unwrap_or_default();
        let taken = if given["ok"] == true { Ok(()) } else { Err(text("error")) };
        let draft = match chi {
            "prompt" => client.prompt(text("sid"), text("text")),
            "cancel" => client.cancel(text("sid")),
            "cleanup" => client.cleanup(text("sid")),
            "curate" => client.curate(text("sid")),
            "petal-cell" => client.petal_cell(text("sid"), given["cell"].clone()),
            "log" => client.log(text("level"), text("message")),
            "perf-mark" => {
                client.perf_mark(text("label"), text("phase"), given["t"].as_f64().unwrap_or_default())
            }
            "echo" => client.echo(text("rid"), taken),
            _ => return Err(Refusal::Unsupported),
        };
        Ok(fields(given).into_iter().fold(draft, |draft, (key, value)| draft.with(&key, value)))
    }

    fn tool(&self, act: &Value) {
        let text = |key: &str| act[key].as_str().unwrap_or_default();
        let mut tool = Tool::new(text("name"), text("description"), act["input_schema"].clone());
        if let Some(ms) = act["timeout_ms"].as_u64() {
            tool = tool.limit(Duration::from_millis(ms));
        }
        let gate = act["gate"].as_str().map(|name| self.gate(name));
        let act = act.clone();
        self.client.tool(tool, move |_| {
            let (gate, returns, throws) = (gate.clone(), act["returns"].clone(), act["throws"].clone());
            async move {
                if let Some(gate) = gate {
                    gate.send_modify(|gate| gate.1 += 1);
                    let body = Body(gate);
                    _ = body.0.subscribe().wait_for(|gate| gate.0).await;
                }
                throws.as_str().map_or(Ok(returns), |error| Err(error.to_owned()))
            }
        });
    }

    fn gate(&self, name: &str) -> Arc<Gate> {
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(gates.entry(name.to_owned()).or_default())
    }
}

async fn send_many(client: Client, act: Value) -> Result<(), Refusal> {
    let tones = act["tones"].as_array().cloned().unwrap_or_default();
    let threads = act["threads"].as_u64().unwrap_or(1) as usize;
    let send = move |nth| {
        tones
            .iter()
            .skip(nth)
            .step_by(threads)
            .try_for_each(|tone| client.send(fields(tone).into()).map(drop))
    };
    spawn_blocking(move || {
        thread::scope(|scope| {
            let send = &send;
            let senders: Vec<_> = (0..threads).map(|nth| scope.spawn(move || send(nth))).collect();
            senders.into_iter().try_for_each(|sender| sender.join().unwrap_or(Ok(())))
        })
    })
    .await??;
    Ok(())
}
