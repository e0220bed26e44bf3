//! What a client can be driven to do: each act is one call of the client.

use std::panic::resume_unwind;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Barrier};
use std::time::Duration;

use serde_json::{Map, Value};

use super::{Refusal, Reports, Session, value};
use crate::reference::client::{Delivery, Handled, Handler, Serves, ThrumClient, Tone, Tool, ToolBody, Turn};

/// The limit of a tool that names none.
const TOOL_LIMIT: Duration = Duration::from_secs(30);

type Act = Map<String, Value>;

/// Whether this client can do it.
pub fn known(act: &Act) -> bool {
    const ACTS: [&str; 16] = [
        "serve",
        "connect",
        "send",
        "send-many",
        "prompt",
        "cancel",
        "verb",
        "subscribe",
        "unsubscribe",
        "handler",
        "tool",
        "release",
        "permit",
        "tendril",
        "tick",
        "close",
    ];
    ACTS.contains(&text(act, "do"))
}

/// Carries out one act; ready at the first poll unless the client's call takes a while.
pub(super) async fn act(session: Session, act: Act) -> Result<(), Refusal> {
    let client = &session.client;
    let sid = sid(&act)?;
    match text(&act, "do") {
        "connect" => {
            client.connect().await?;
            session.connected.store(true, Ordering::Relaxed);
        }
        "send" => client.send(value::decode_object(act.get("tone"))?).await?,
        "send-many" => send_many(client, &act).await?,
        "prompt" => prompt(client, &sid, &act)?,
        "cancel" => client.cancel(&sid)?,
        "verb" => client.verb(text(&act, "chi"), value::decode_object(act.get("fields"))?)?,
        "subscribe" => client.on(&sid, session.reports.reporter()),
        "unsubscribe" => client.off(&sid),
        "handler" => client.on(&sid, failing(&session.reports, text(&act, "throws"))),
        "tool" => client.tool(tool(&session, &act)?),
        "release" => session.gates.release(text(&act, "gate")).await,
        "permit" => client.permit(text(&act, "decision").to_owned()),
        "tendril" => client.tendril(decoded(&act, "returns")?),
        "serve" => client.serve(serves(&session, &act)?),
        "tick" => client.tick(&sid, text(&act, "nest"))?,
        "close" => client.close().await,
        _ => return Err(Refusal::Unsupported),
    }
    if matches!(text(&act, "do"), "send-many" | "prompt" | "cancel" | "verb") {
        client.settle().await?;
    }
    Ok(())
}

/// Sends all tones, in order; with threads, each takes its share and all start together.
async fn send_many(client: &ThrumClient, act: &Act) -> Result<(), Refusal> {
    let tones = act.get("tones").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let tones = tones.iter().map(|tone| value::decode_object(Some(tone))).collect::<Result<Vec<_>, _>>()?;
    let threads = act.get("threads").and_then(Value::as_u64).and_then(|count| usize::try_from(count).ok());
    let Some(threads) = threads.filter(|threads| *threads > 1) else {
        return tones.into_iter().try_for_each(|tone| client.post(tone)).map_err(Into::into);
    };
    let together = Arc::new(Barrier::new(threads));
    let mut shares: Vec<Vec<Tone>> = vec![Vec::new(); threads];
    for (index, tone) in tones.into_iter().enumerate() {
        shares[index % threads].push(tone);
    }
    let sending: Vec<_> = shares
        .into_iter()
        .map(|share| {
            let (client, together) = (client.clone(), together.clone());
            tokio::task::spawn_blocking(move || {
                together.wait();
                share.into_iter().try_for_each(|tone| client.post(tone))
            })
        })
        .collect();
    for share in sending {
        share.await.map_err(|_| Refusal::error("panic", "a sending thread panicked"))??;
    }
    Ok(())
}

fn prompt(client: &ThrumClient, sid: &str, act: &Act) -> Result<(), Refusal> {
    let tools = act.get("tools").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let tools: Vec<String> = tools.iter().filter_map(Value::as_str).map(Into::into).collect();
    match decoded(act, "text")? {
        Value::String(text) => Ok(client.prompt(sid, &text, &tools)?),
        _ => Err(Refusal::error("invalid-tone", "the text of a prompt is a string")),
    }
}

/// A handler that reports each tone and then fails: in its own call, or in a task that it leaves behind.
fn failing(reports: &Reports, throws: &str) -> Handler {
    let reports = reports.clone();
    let later = throws == "async";
    Arc::new(move |delivery: &Delivery| {
        reports.report(delivery);
        // Thrown past the panic hook: a backtrace would cost more time than the case has.
        if !later {
            resume_unwind(Box::new("this handler throws"));
        }
        Handled::Later(Box::pin(async { resume_unwind(Box::new("this handler fails later")) }))
    })
}

fn tool(session: &Session, act: &Act) -> Result<Tool, Refusal> {
    let limit = act.get("timeout_ms").and_then(Value::as_u64);
    Ok(Tool {
        name: text(act, "name").to_owned(),
        description: text(act, "description").to_owned(),
        input_schema: decoded(act, "input_schema")?,
        limit: limit.map_or(TOOL_LIMIT, Duration::from_millis),
        body: body(session, act)?,
    })
}

fn body(session: &Session, act: &Act) -> Result<ToolBody, Refusal> {
    let throws = act.get("throws").and_then(Value::as_str);
    let outcome = match throws {
        Some(message) => Err(message.to_owned()),
        None => Ok(decoded(act, "returns")?),
    };
    let gate = act.get("gate").and_then(Value::as_str).map(str::to_owned);
    let gates = session.gates.clone();
    Ok(Arc::new(move |_args| {
        let (outcome, gate, gates) = (outcome.clone(), gate.clone(), gates.clone());
        Box::pin(async move {
            match gate {
                Some(gate) => gates.behind(&gate, || outcome).await,
                None => outcome,
            }
        })
    }))
}

/// A prompt is served with these tones, in order. A gate among them holds back what follows until it is opened.
fn serves(session: &Session, act: &Act) -> Result<Serves, Refusal> {
    let emits = act.get("emits").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let emits = emits.iter().map(|emit| value::decode_object(Some(emit))).collect::<Result<Vec<_>, _>>()?;
    let (gates, reports) = (session.gates.clone(), session.reports.clone());
    Ok(Arc::new(move |turn: Turn| {
        let (emits, gates, reports) = (emits.clone(), gates.clone(), reports.clone());
        let first = emits.iter().position(|emit| emit.contains_key("gate")).unwrap_or(emits.len());
        let mut now = emits;
        let later = now.split_off(first);
        let emit = move |turn: &Turn, tone: Tone| {
            if let Err(error) = turn.emit(tone) {
                reports.fail(&error.to_string());
            }
        };
        for tone in now {
            emit(&turn, tone);
        }
        if !later.is_empty() {
            tokio::spawn(async move {
                for next in later {
                    match next.get("gate").and_then(Value::as_str) {
                        Some(gate) => gates.behind(gate, || ()).await,
                        None => emit(&turn, next),
                    }
                }
            });
        }
    }))
}

/// The sid of an act; not every act has one.
fn sid(act: &Act) -> Result<String, Refusal> {
    match decoded(act, "sid")? {
        Value::String(sid) => Ok(sid),
        _ => Ok(String::new()),
    }
}

fn decoded(act: &Act, key: &str) -> Result<Value, Refusal> {
    value::decode(act.get(key).unwrap_or(&Value::Null))
}

fn text<'a>(act: &'a Act, key: &str) -> &'a str {
    act.get(key).and_then(Value::as_str).unwrap_or_default()
}
