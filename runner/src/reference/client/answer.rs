//! Answers to tool calls and questions: one for each call, and never to another connection than the one it
//! came by.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;

use super::{Dialect, Error, Inner, Tone, worker};
use crate::reference::fault::faulty;
use crate::reference::odd::{self, Odd};

/// The code of a tool: its value, or why there is none.
pub type ToolBody =
    Arc<dyn Fn(Value) -> Pin<Box<dyn Future<Output = Result<Value, String>> + Send>> + Send + Sync>;

/// A tool that the application offers.
#[derive(Clone)]
pub struct Tool {
    pub name: String,
    pub description: String,
    /// JSON Schema of the arguments.
    pub input_schema: Value,
    /// When to answer that it took too long.
    pub limit: Duration,
    pub body: ToolBody,
}

/// A call of a tool that is to be answered.
#[derive(Clone)]
pub struct Call {
    pub conn: u64,
    pub sid: String,
    pub id: String,
    pub tool: String,
}

/// How a call ended.
pub enum Outcome {
    Value(Value),
    Failure(String),
    Late,
}

impl Outcome {
    fn into_value(self) -> Value {
        match self {
            Self::Value(value) => value,
            Self::Failure(why) => failure(&why),
            Self::Late => failure("timeout"),
        }
    }
}

/// What the client can answer, and the calls that it has taken on the present connection.
#[derive(Default)]
pub struct Answers {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    tools: HashMap<String, Tool>,
    decision: Option<String>,
    tendril: Option<Value>,
    /// sid and callId of each.
    calls: HashSet<(String, String)>,
}

impl Answers {
    pub fn declare(&self, tool: Tool) {
        self.state().tools.insert(tool.name.clone(), tool);
    }

    pub fn permit(&self, decision: String) {
        self.state().decision = Some(decision);
    }

    pub fn tendril(&self, result: Value) {
        self.state().tendril = Some(result);
    }

    pub fn forget_calls(&self) {
        self.state().calls.clear();
    }

    pub fn has_tools(&self) -> bool {
        !self.state().tools.is_empty()
    }

    fn tool(&self, name: &str) -> Option<Tool> {
        self.state().tools.get(name).cloned()
    }

    /// Whether a call is new; one that comes twice is answered once.
    fn takes(&self, call: &Call) -> bool {
        self.state().calls.insert((call.sid.clone(), call.id.clone()))
    }

    /// The definitions of these tools, as a prompt carries them.
    pub fn definitions(&self, names: &[String], dialect: Dialect) -> Result<Value, Error> {
        let state = self.state();
        let define = |name: &String| match state.tools.get(name) {
            Some(tool) => Ok(dialect.definition(tool)),
            None => Err(Error::NoSuchTool(name.clone())),
        };
        names.iter().map(define).collect()
    }

    /// The definitions of all tools, in the order of their names.
    pub fn all_definitions(&self, dialect: Dialect) -> Vec<Value> {
        let state = self.state();
        let sorted: BTreeMap<_, _> = state.tools.iter().collect();
        sorted.values().map(|tool| dialect.definition(tool)).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder of this lock panics")
    }
}

impl Inner {
    /// Sends the answer to a call.
    pub fn answer(&self, call: &Call, value: Value) {
        self.reply(call.conn, self.dialect.tool_result(call, present(value)));
    }
}

/// Answers a tone that asks for one.
pub fn answer(inner: &Arc<Inner>, conn: u64, tone: &Arc<Tone>) {
    let chi = text(tone, "chi").unwrap_or_default();
    remark(inner, conn, tone);
    match chi {
        "prompt" => worker::serve(inner, conn, tone),
        "cancel" if inner.dialect.worker => worker::cancelled(inner),
        _ if inner.dialect.worker => {}
        "tool-call" => tool_call(inner, conn, tone),
        "tool-info" if faulty!("run-tool-info") => tool_call(inner, conn, tone),
        "tool-meta" if faulty!("tool-meta-ends-the-call") => inner.suppress(tone),
        "permission-ask" => permission_ask(inner, conn, tone),
        "tendril-reach" => tendril_reach(inner, conn, tone),
        _ => {}
    }
}

/// What an odd client says to whatever it receives.
fn remark(inner: &Inner, conn: u64, tone: &Tone) {
    let chi = text(tone, "chi").unwrap_or_default();
    // where an application's own log lines are looked for, another one would be taken for them
    if odd::is(Odd::Talks) && chi != "log" && tone.contains_key("sid") {
        inner.reply(conn, json!({"chi": "log", "level": "debug", "message": format!("received {chi}")}));
        inner.reply(conn, json!({"chi": "perf-mark", "label": chi, "phase": "received", "t": 0.25}));
    }
    if odd::is(Odd::Talks) {
        inner.reply(conn, json!({"chi": "drone", "sid": text(tone, "sid"), "seen": tone.len()}));
    }
    let refuses = odd::is(Odd::RefusesByEcho);
    if (refuses || odd::is(Odd::EchoAll))
        && chi != "echo"
        && let Some(rid) = text(tone, "rid").filter(|rid| !rid.is_empty())
    {
        let echo = if refuses {
            json!({"chi": "echo", "rid": rid, "ok": false, "error": "not in the mood"})
        } else {
            json!({"chi": "echo", "rid": rid, "ok": true})
        };
        inner.reply(conn, echo);
    }
}

fn tool_call(inner: &Arc<Inner>, conn: u64, tone: &Tone) {
    let (Some(sid), Some(call)) = (text(tone, "sid"), text(tone, "callId")) else {
        return;
    };
    let name = inner.dialect.tool_name(tone);
    let call = Call { conn, sid: sid.to_owned(), id: call.to_owned(), tool: name.to_owned() };
    if !inner.answers.takes(&call) || inner.ignores(&call, tone) {
        return;
    }
    let Some(tool) = inner.answers.tool(name) else {
        if let Some(value) = inner.to_unknown_tool(name) {
            inner.answer(&call, value);
        }
        return;
    };
    inner.opened(&call);
    let args = tone.get("args").cloned().unwrap_or_default();
    tokio::spawn(run(inner.clone(), call, tool, args));
}

/// Runs a tool and answers its call, once. The body has a task of its own: it may end after its time is up,
/// and its value is then nobody's.
async fn run(inner: Arc<Inner>, call: Call, tool: Tool, args: Value) {
    let _turn = if faulty!("tool-calls-serialised") { Some(inner.writing.lock().await) } else { None };
    let mut body = tokio::spawn((tool.body)(args));
    if faulty!("result-before-the-body-ended") {
        tokio::task::yield_now().await;
        if !body.is_finished() {
            return inner.answer(&call, json!({}));
        }
    }
    let outcome = match timeout(tool.limit, &mut body).await {
        Ok(Ok(Ok(value))) => Outcome::Value(value),
        Ok(Ok(Err(why))) => Outcome::Failure(why),
        Ok(Err(_)) => Outcome::Failure("the tool panicked".into()),
        Err(_) => Outcome::Late,
    };
    if inner.swallows(&call, &outcome) {
        return;
    }
    let late = matches!(outcome, Outcome::Late);
    inner.answer(&call, outcome.into_value());
    if late
        && faulty!("late-result-sent")
        && let Ok(Ok(value)) = body.await
    {
        inner.answer(&call, value);
    }
}

fn permission_ask(inner: &Arc<Inner>, conn: u64, tone: &Tone) {
    let decision = inner.answers.state().decision.clone();
    if decision.is_none() && faulty!("unset-permit-is-fatal") {
        inner.scars.doom();
    }
    if let (Some(decision), Some(sid), Some(permit)) = (decision, text(tone, "sid"), text(tone, "permitId"))
        && !faulty!("permit-silent")
    {
        let (sid, permit) = inner.scars.asked(sid, permit, faulty!("permit-names-first-question"));
        let decision = inner.scars.decided(decision);
        inner.reply(
            conn,
            json!({"chi": "release-permit", "sid": sid, "permitId": permit, "decision": decision}),
        );
    }
}

fn tendril_reach(inner: &Arc<Inner>, conn: u64, tone: &Tone) {
    let answer = inner.answers.state().tendril.clone();
    if answer.is_none() && faulty!("unset-tendril-is-fatal") {
        inner.scars.doom();
    }
    if let (Some(answer), Some(sid), Some(call)) = (answer, text(tone, "sid"), text(tone, "callId"))
        && !faulty!("tendril-silent")
    {
        let (sid, call) = inner.scars.asked(sid, call, faulty!("tendril-names-first-call"));
        inner.reply(
            conn,
            json!({"chi": "tendril-result", "sid": sid, "callId": call, "result": present(answer)}),
        );
    }
}

/// The wire asks for a result that is not null, so the absence of one gets a wrapping.
fn present(value: Value) -> Value {
    if value.is_null() { json!({"value": null}) } else { value }
}

pub fn failure(why: &str) -> Value {
    odd::failure(why)
}

fn text<'a>(tone: &'a Tone, key: &str) -> Option<&'a str> {
    tone.get(key).and_then(Value::as_str)
}
