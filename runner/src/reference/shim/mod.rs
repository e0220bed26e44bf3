//! The shim on top of the client: shim protocol 1, one object a line on stdin and stdout.
//!
//! It reports and never judges. Requests are taken in order; what takes a while goes on in a task of its own,
//! so a `ping` is answered at any time.

mod acts;
mod calls;
mod caps;
mod gate;
mod stdio;
mod value;

use std::collections::HashMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::client::{Config, Delivery, Dialect, Error, Handled, Handler, Notices, Outcome, ThrumClient};
use super::helper;
use super::odd::{self, Odd};
use super::scout;
pub(super) use caps::{CAPS, change as change_caps};
use gate::Gates;
use mock_humd::wire::chi::THRUM_VERSION;
use stdio::{Lines, Out};

/// The dialects that the client speaks.
pub(super) const PROFILES: [&str; 2] = ["document", "live"];

/// The version of the shim protocol.
const PROTOCOL: u64 = 1;

/// Why a request was not carried out.
pub(super) enum Refusal {
    /// The client's own error.
    Error { code: String, message: String },
    /// The shim does not know the request.
    Unsupported,
    /// The client's types rule the call out.
    Impossible(&'static str),
}

/// A client and what the shim keeps for it.
#[derive(Clone)]
struct Session {
    client: ThrumClient,
    gates: Gates,
    reports: Reports,
    /// Whether there was a connection.
    connected: Arc<AtomicBool>,
}

/// Where the tones of a client are reported. Handlers hold this and not the client, which holds them.
#[derive(Clone)]
struct Reports {
    out: Out,
    client: String,
}

struct Shim {
    out: Out,
    sessions: HashMap<String, Session>,
    opened: u64,
}

/// Serves the shim protocol until `stop` or the end of stdin.
pub fn run() -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    runtime.block_on(serve());
    // A handler may still sit on a thread; nobody waits for it.
    runtime.shutdown_background();
    ExitCode::SUCCESS
}

async fn serve() {
    let mut shim = Shim { out: Out::stdout(), sessions: HashMap::new(), opened: 0 };
    let mut lines = Lines::stdin();
    while let Some(line) = lines.next().await {
        let Ok(Value::Object(request)) = serde_json::from_slice::<Value>(&line) else {
            shim.out.send(&json!({"ev": "shim-error", "message": "a request is no JSON object"}));
            continue;
        };
        if odd::is(Odd::NoisyStderr) {
            eprint!("{}", "the shim is at work\n".repeat(200));
        }
        if !shim.request(request).await {
            // replies may still be on their way
            tokio::task::yield_now().await;
            return;
        }
    }
}

impl Shim {
    /// Carries out one request; false when it was the last.
    async fn request(&mut self, mut request: Map<String, Value>) -> bool {
        let id = request.remove("id").unwrap_or_default();
        let op = request.get("op").and_then(Value::as_str).unwrap_or_default();
        match op {
            "start" => {
                if odd::is(Odd::SlowStart) {
                    tokio::time::sleep(Duration::from_millis(150)).await;
                }
                self.out.send(&start(&id, &request));
            }
            "call" => {
                let function = request.get("fn").and_then(Value::as_str).unwrap_or_default();
                if self.sessions.is_empty() {
                    scout::enter(|| scout::call_of(function));
                }
                let none = Map::new();
                let args = request.get("args").and_then(Value::as_object).unwrap_or(&none);
                let allowed = caps::allow_call(function, args);
                self.out.reply(
                    &id,
                    if allowed { calls::call(function, args) } else { Err(Refusal::Unsupported) },
                );
            }
            "open" => {
                let opened = self.open(&request);
                self.out.reply_with(&id, "client", opened);
            }
            "do" => self.act(id, &mut request),
            "clock" if caps::has("clock.virtual") => {
                helper::pin_clock(request.get("now").and_then(Value::as_i64));
                self.out.done(&id, Ok(()));
            }
            "end" => {
                let ended = self.session(&request).map(|session| session.client.abort());
                if let Some(name) = request.get("client").and_then(Value::as_str) {
                    self.sessions.remove(name);
                }
                self.out.done(&id, ended);
            }
            "ping" => self.out.done(&id, Ok(())),
            "stop" => {
                self.out.done(&id, Ok(()));
                return false;
            }
            _ => self.out.done(&id, Err(Refusal::Unsupported)),
        }
        true
    }

    fn open(&mut self, request: &Map<String, Value>) -> Result<Value, Refusal> {
        helper::pin_clock(None);
        let word = |key: &str| request.get(key).and_then(Value::as_str);
        scout::enter(|| word("case").unwrap_or_default().to_owned());
        let dialect =
            Dialect { worker: word("role") == Some("worker"), live: word("profile") == Some("live") };
        let reconnect = word("reconnect") == Some("auto");
        if (reconnect && !caps::has("reconnect.auto")) || (dialect.worker && !caps::has("worker")) {
            return Err(Refusal::Unsupported);
        }
        let hello = value::decode_object(request.get("hello"))?;
        let config = Config {
            socket: request.get("socket").and_then(Value::as_str).map(Into::into),
            dialect,
            hello,
            reconnect,
        };
        self.opened += 1;
        let name = format!("c{}", self.opened);
        let client = ThrumClient::new(config, notices(&self.out, &name));
        let reports = Reports { out: self.out.clone(), client: name.clone() };
        let session = Session { client, gates: Gates::default(), reports, connected: Arc::default() };
        session.client.on_any(session.reports.reporter());
        self.sessions.insert(name.clone(), session);
        Ok(name.into())
    }

    /// Starts an act, at once and in order; the reply follows when the client's call has returned.
    fn act(&mut self, id: Value, request: &mut Map<String, Value>) {
        let out = self.out.clone();
        let session = match self.session(request) {
            Ok(session) => session.clone(),
            Err(refusal) => return out.done(&id, Err(refusal)),
        };
        let Some(Value::Object(act)) = request.remove("act") else {
            return out.done(&id, Err(Refusal::Unsupported));
        };
        let waits = request.get("wait").and_then(Value::as_bool) != Some(false);
        let again = session.connected.load(Ordering::Relaxed);
        if !caps::allow(&act, again) || (!waits && !acts::known(&act)) {
            return out.done(&id, Err(Refusal::Unsupported));
        }
        if !waits {
            out.done(&id, Ok(()));
        }
        let finish = move |outcome| if waits { out.done(&id, outcome) } else { out.done_later(&id, outcome) };
        let mut work = Box::pin(acts::act(session, act));
        match work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(outcome) => finish(outcome),
            Poll::Pending => {
                tokio::spawn(async move { finish(work.await) });
            }
        }
    }

    fn session(&self, request: &Map<String, Value>) -> Result<&Session, Refusal> {
        let name = request.get("client").and_then(Value::as_str).unwrap_or_default();
        self.sessions
            .get(name)
            .ok_or_else(|| Refusal::error("no-such-client", format!("no client `{name}` is open")))
    }
}

impl Reports {
    /// A handler that reports each tone.
    fn reporter(&self) -> Handler {
        let reports = self.clone();
        Arc::new(move |delivery: &Delivery| {
            reports.report(delivery);
            Handled::Done
        })
    }

    /// Says that the shim could not do its part.
    fn fail(&self, message: &str) {
        self.out.send(&json!({"ev": "shim-error", "message": message}));
    }

    fn report(&self, delivery: &Delivery) {
        self.out.send(&json!({
            "ev": "delivered",
            "client": self.client,
            "conn": delivery.conn,
            "to": delivery.to,
            "tone": value::encode_object(&delivery.tone),
        }));
    }
}

impl Refusal {
    fn error(code: &str, message: impl Into<String>) -> Self {
        Self::Error { code: code.to_owned(), message: message.into() }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::error(error.code(), error.to_string())
    }
}

fn start(id: &Value, request: &Map<String, Value>) -> Value {
    if request.get("v").and_then(Value::as_u64) != Some(PROTOCOL) {
        let message = format!("this shim speaks protocol {PROTOCOL}");
        return json!({"id": id, "ok": false, "code": "version", "message": message, "versions": [PROTOCOL]});
    }
    json!({
        "id": id,
        "ok": true,
        "v": PROTOCOL,
        "impl": {"name": "thrum-reference", "version": env!("CARGO_PKG_VERSION"), "lang": "rust"},
        "wire": THRUM_VERSION,
        "profiles": PROFILES,
        "caps": caps::claimed(),
    })
}

fn notices(out: &Out, name: &str) -> Notices {
    let (turns, ends) = ((out.clone(), name.to_owned()), (out.clone(), name.to_owned()));
    Notices {
        disconnected: Box::new(move |conn| {
            ends.0.send(&json!({"ev": "disconnected", "client": ends.1, "conn": conn}));
        }),
        turn: Box::new(move |sid, outcome| {
            let outcome = if outcome == Outcome::Finished { "finished" } else { "failed" };
            if !caps::has("turns") {
                return;
            }
            turns.0.send(&json!({"ev": "turn", "client": turns.1, "sid": sid, "outcome": outcome}));
        }),
    }
}
