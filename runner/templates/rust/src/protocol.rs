//! The shim protocol: complete, nothing to fill in. Stdin is read in the main thread; each client has a
//! thread of its own, in which its acts run in order. It is one file, long as it is,
//! so that a newer one can take its place whole.

#![expect(
    dead_code,
    reason = "a shim uses more of this the more it is filled in; a full one needs no such line"
)]

use std::collections::HashMap;
use std::io::{self, BufRead, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{channel, Receiver, Sender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use serde_json::{json, Map, Value};

use crate::{helper, set_clock, Testee, CAPS, NAME, VERSION, WIRE};

/// A call of the client.
pub type Call = Box<dyn FnOnce() -> Result<(), Failure> + Send>;

/// Why a call did not succeed.
pub enum Failure {
    /// Not here, or not yet.
    Unsupported,
    /// The type system forbids the call; why.
    Impossible(String),
    /// The client's own error: its code, and what it says.
    Own(String, String),
}

impl Failure {
    /// The client's own error.
    pub fn own(code: impl ToString, message: impl ToString) -> Self {
        Self::Own(code.to_string(), message.to_string())
    }

    fn fields(self) -> Value {
        match self {
            Self::Unsupported => json!({"ok": false, "unsupported": true}),
            Self::Impossible(why) => json!({"ok": false, "impossible": true, "why": why}),
            Self::Own(code, message) => json!({"ok": false, "code": code, "message": message}),
        }
    }
}

/// An act with its fields.
#[derive(Clone)]
pub struct Act(Value);

impl Act {
    /// Its name.
    pub fn name(&self) -> &str {
        self.text("do")
    }

    /// A field that is a string; empty where there is none.
    pub fn text(&self, key: &str) -> &str {
        self.0[key].as_str().unwrap_or_default()
    }

    /// A field; null where there is none.
    pub fn field(&self, key: &str) -> &Value {
        &self.0[key]
    }
}

/// What a client's handlers report with.
#[derive(Clone)]
pub struct Reporter {
    handle: Arc<str>,
    conn: Arc<AtomicU64>,
    gates: Arc<Mutex<HashMap<String, Arc<Gate>>>>,
}

impl Reporter {
    fn new(handle: &str) -> Self {
        Self {
            handle: handle.into(),
            conn: Arc::default(),
            gates: Arc::default(),
        }
    }

    /// Notes a connection.
    pub fn count(&self) {
        self.conn.fetch_add(1, Ordering::SeqCst);
    }

    /// A handler got a tone: that of a sid, or the catch-all.
    pub fn delivered(&self, to: Option<&str>, tone: Value) {
        self.event(
            "delivered",
            json!({"conn": self.connection(), "to": to, "tone": tone}),
        );
    }

    /// The application was told that a connection ended.
    pub fn disconnected(&self) {
        self.event("disconnected", json!({"conn": self.connection()}));
    }

    /// A turn `finished` or `failed`.
    pub fn turn(&self, sid: &str, outcome: &str) {
        self.event("turn", json!({"sid": sid, "outcome": outcome}));
    }

    fn connection(&self) -> u64 {
        self.conn.load(Ordering::SeqCst).max(1)
    }

    fn event(&self, ev: &str, mut fields: Value) {
        fields["ev"] = json!(ev);
        fields["client"] = json!(&*self.handle);
        emit(&fields);
    }

    /// What a tool does when it is called: waits at its gate, then fails or returns.
    pub fn tool_body(&self, act: &Act) -> Result<Value, String> {
        let gate = act.field("gate").as_str().map(|name| self.gate(name));
        let _inside = gate.as_ref().map(Gate::pass);
        match act.field("throws").as_str() {
            Some(message) => Err(message.to_owned()),
            None => Ok(act.field("returns").clone()),
        }
    }

    /// Opens a gate, and waits for those that stood there.
    pub fn release(&self, act: &Act) -> Call {
        let gate = self.gate(act.text("gate"));
        Box::new(move || {
            gate.open();
            gate.wait();
            Ok(())
        })
    }

    /// Opens every gate.
    pub fn open_gates(&self) {
        for gate in lock(&self.gates).values() {
            gate.open();
        }
    }

    fn gate(&self, name: &str) -> Arc<Gate> {
        Arc::clone(lock(&self.gates).entry(name.to_owned()).or_default())
    }
}

/// Where tools wait until they are released.
#[derive(Default)]
struct Gate {
    /// Whether it is open, and how many have passed and not ended.
    state: Mutex<(bool, usize)>,
    changed: Condvar,
}

/// A tool that has passed a gate; it has ended when this is dropped.
struct Inside<'a>(&'a Gate);

impl Gate {
    fn pass(self: &Arc<Self>) -> Inside<'_> {
        let mut state = lock(&self.state);
        state.1 += 1;
        drop(self.changed.wait_while(state, |state| !state.0));
        Inside(self)
    }

    fn open(&self) {
        lock(&self.state).0 = true;
        self.changed.notify_all();
    }

    fn wait(&self) {
        drop(
            self.changed
                .wait_while(lock(&self.state), |state| state.1 > 0),
        );
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        lock(&self.0.state).1 -= 1;
        self.0.changed.notify_all();
    }
}

/// Where nobody waits for an act, its reply says that it has begun: within this time one that does not block
/// has ended, and one that does is blocked.
const BEGUN: Duration = Duration::from_millis(50);

/// An act that waits for its turn.
struct Job {
    id: Value,
    run: Call,
    waits: bool,
}

#[derive(Default)]
struct Shim {
    opened: u32,
    testees: HashMap<String, (Testee, Sender<Job>)>,
}

/// Answers requests until `stop`, or the end of stdin.
pub fn serve() {
    let mut shim = Shim::default();
    for line in io::stdin().lock().lines() {
        let Ok(request) = line.map(|line| serde_json::from_str::<Value>(&line).map(unwrapped))
        else {
            return;
        };
        let request = match request {
            Ok(request) => request,
            Err(error) => return emit(&json!({"ev": "shim-error", "message": error.to_string()})),
        };
        if let Some(mut reply) = shim
            .answer(&request)
            .unwrap_or_else(|failure| Some(failure.fields()))
        {
            reply["id"] = request["id"].clone();
            emit(&reply);
        }
        if request["op"] == "stop" {
            return;
        }
    }
}

impl Shim {
    /// The fields of the reply; none where it is sent later.
    fn answer(&mut self, request: &Value) -> Result<Option<Value>, Failure> {
        let client = request["client"].as_str().unwrap_or_default();
        let unknown = || Failure::own("no-such-client", client);
        let fields = match request["op"].as_str().unwrap_or_default() {
            "start" if request["v"] != 1 => {
                json!({"ok": false, "code": "version", "message": "this shim speaks 1", "versions": [1]})
            }
            "start" => {
                let own = json!({"name": NAME, "version": VERSION, "lang": "rust"});
                json!({"ok": true, "v": 1, "impl": own, "wire": WIRE, "profiles": ["document"], "caps": CAPS})
            }
            "ping" | "stop" => json!({"ok": true}),
            "call" => {
                let value = helper(request["fn"].as_str().unwrap_or_default(), &request["args"])?;
                json!({"ok": true, "value": value})
            }
            "clock" => {
                set_clock(request["now"].as_i64())?;
                json!({"ok": true})
            }
            "open" => self.open(request)?,
            "do" => {
                let (testee, jobs) = self.testees.get(client).ok_or_else(unknown)?;
                let run = testee
                    .act(&Act(request["act"].clone()))
                    .ok_or(Failure::Unsupported)?;
                // the thread ends only when this sender is dropped
                let _ = jobs.send(Job {
                    id: request["id"].clone(),
                    run,
                    waits: request["wait"] != false,
                });
                return Ok(None);
            }
            "end" => {
                let (testee, _) = self.testees.remove(client).ok_or_else(unknown)?;
                testee.end();
                json!({"ok": true})
            }
            _ => return Err(Failure::Unsupported),
        };
        Ok(Some(fields))
    }

    fn open(&mut self, request: &Value) -> Result<Value, Failure> {
        if request["role"] != "asker" || request.get("profile").is_some() {
            return Err(Failure::Unsupported);
        }
        if CAPS.contains(&"clock.virtual") {
            set_clock(None)?;
        }
        self.opened += 1;
        let handle = format!("c{}", self.opened);
        let (hello, socket) = (&request["hello"], request["socket"].as_str());
        let testee = Testee::open(
            Reporter::new(&handle),
            hello,
            socket,
            request["reconnect"] == "auto",
        )?;
        let (sender, jobs) = channel();
        thread::spawn(move || work(&jobs));
        self.testees.insert(handle.clone(), (testee, sender));
        Ok(json!({"ok": true, "client": handle}))
    }
}

/// Carries out acts: each begins when the one before has ended, or at once if nobody waits.
fn work(jobs: &Receiver<Job>) {
    for Job { id, run, waits } in jobs {
        if waits {
            let mut reply = run().map_or_else(Failure::fields, |()| json!({"ok": true}));
            reply["id"] = id;
            emit(&reply);
            continue;
        }
        let (ended, has_ended) = channel::<()>();
        let (replied, has_replied) = channel::<()>();
        let reply = json!({"id": id, "ok": true});
        thread::spawn(move || {
            let mut event = run().map_or_else(Failure::fields, |()| json!({}));
            event["ev"] = json!("done");
            event["id"] = id;
            // each side hangs up when it is through
            drop(ended);
            let _ = has_replied.recv();
            emit(&event);
        });
        let _ = has_ended.recv_timeout(BEGUN);
        emit(&reply);
        drop(replied);
    }
}

/// Sets environment variables for a while; null unsets one.
pub fn with_environment<T>(env: &Value, run: impl FnOnce() -> T) -> T {
    let before: Vec<_> = std::env::vars_os().collect();
    for (name, value) in env.as_object().into_iter().flatten() {
        match value.as_str() {
            Some(text) => std::env::set_var(name, text),
            None => std::env::remove_var(name),
        }
    }
    let given = run();
    for name in env.as_object().into_iter().flat_map(Map::keys) {
        std::env::remove_var(name);
    }
    before
        .into_iter()
        .for_each(|(name, value)| std::env::set_var(name, value));
    given
}

/// Takes values that JSON cannot carry out of their forms, as far as `Value` holds them: NaN and the
/// infinities become null, as in any program that puts them into one, and a string that is no Unicode text
/// loses its lone surrogates.
fn unwrapped(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(unwrapped).collect(),
        Value::Object(fields) => {
            if fields.contains_key("$num") {
                return Value::Null;
            }
            if let Some(number) = fields.get("$int").and_then(Value::as_str) {
                return serde_json::from_str(number).unwrap_or(Value::Null);
            }
            if let Some(units) = fields.get("$utf16").and_then(Value::as_array) {
                let units: Vec<u16> = units
                    .iter()
                    .filter_map(Value::as_u64)
                    .filter_map(|unit| unit.try_into().ok())
                    .collect();
                return Value::String(String::from_utf16_lossy(&units));
            }
            Value::Object(
                fields
                    .into_iter()
                    .map(|(key, item)| (key, unwrapped(item)))
                    .collect(),
            )
        }
        other => other,
    }
}

/// Puts integers beyond what every JSON reader holds into their form.
fn wrapped(value: &Value) -> Value {
    const SAFE: u64 = (1 << 53) - 1;
    match value {
        Value::Array(items) => items.iter().map(wrapped).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(key, item)| (key.clone(), wrapped(item)))
            .collect(),
        Value::Number(number) => {
            let small = number
                .as_i64()
                .is_some_and(|small| small.unsigned_abs() <= SAFE);
            if small || number.to_string().contains(['.', 'e', 'E']) {
                value.clone()
            } else {
                json!({"$int": number.to_string()})
            }
        }
        other => other.clone(),
    }
}

fn emit(message: &Value) {
    let line = format!("{}\n", wrapped(message));
    let mut out = io::stdout().lock();
    // where nobody listens any more there is nothing left to say
    let _ = out.write_all(line.as_bytes()).and_then(|()| out.flush());
}

/// A handler that panicked, as some are told to, leaves the shim's own state as good as it was.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
