//! The reference client as a whole bee: a calculator that prompts once on each connection, answers calls of its tool
//! and questions, and comes back when the daemon has gone.
//!
//! [`Habit`]s make it another bee, as the wire allows; [`null`] holds bees that are none.

mod null;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};
use tokio::sync::mpsc::unbounded_channel;
use tokio::time::sleep;

use super::Variant;
use super::client::{Config, Delivery, Dialect, Handled, Notices, ThrumClient, Tool};
pub(super) use null::find as find_null;
pub use null::nulls;

const SID: &str = "hum-bee";
const BACK_OFF_MIN: Duration = Duration::from_millis(2);
const BACK_OFF_MAX: Duration = Duration::from_millis(200);

/// What a bee does otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Habit {
    WithoutTools,
    OnlyPrompts,
    PromptsOn,
    NeverPrompts,
    StaysAway,
    LeavesWithTheDaemon,
}

const HABITS: [(Habit, Variant); 6] = [
    (Habit::WithoutTools, about("without-tools", "declares no tool, and answers questions")),
    (Habit::OnlyPrompts, about("only-prompts", "declares no tool, and answers nothing at all")),
    (
        Habit::PromptsOn,
        about("prompts-on", "declares no tool, answers nothing, and prompts again when a turn has ended"),
    ),
    (Habit::NeverPrompts, about("never-prompts", "connects and listens")),
    (Habit::StaysAway, about("stays-away", "stays, and does not connect again")),
    (Habit::LeavesWithTheDaemon, about("leaves-with-the-daemon", "ends with its first connection")),
];

const fn about(name: &'static str, about: &'static str) -> Variant {
    Variant { name, about }
}

/// The ways in which the bee can be another one.
pub fn habits() -> impl Iterator<Item = Variant> {
    HABITS.iter().map(|(_, variant)| *variant)
}

/// The habit of that name.
pub(super) fn find_habit(name: &str) -> Option<Habit> {
    HABITS.iter().find(|(_, variant)| variant.name == name).map(|(habit, _)| *habit)
}

/// Runs until it is killed.
pub(super) fn run(habit: Option<Habit>) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    runtime.block_on(live(habit));
    ExitCode::SUCCESS
}

/// One connection after the other.
async fn live(habit: Option<Habit>) {
    let (lost, mut losses) = unbounded_channel();
    let notices = Notices {
        // nobody listens any more where the process is about to end
        disconnected: Box::new(move |_| {
            let _ = lost.send(());
        }),
        turn: Box::new(|_, _| ()),
    };
    let client = ThrumClient::new(config(), notices);
    let speechless = matches!(habit, Some(Habit::OnlyPrompts | Habit::PromptsOn));
    if !speechless && habit != Some(Habit::WithoutTools) {
        client.tool(add());
    }
    if !speechless {
        client.permit("allow".to_owned());
        client.tendril(json!({"text": "nothing to tell"}));
    }
    let (ended, mut ends) = unbounded_channel();
    client.on(
        SID,
        Arc::new(move |delivery: &Delivery| {
            if delivery.tone.get("chi").is_some_and(|chi| chi == "finish") {
                let _ = ended.send(());
            }
            Handled::Done
        }),
    );
    let tools =
        if speechless || habit == Some(Habit::WithoutTools) { vec![] } else { vec!["add".to_owned()] };
    let asks = habit != Some(Habit::NeverPrompts);
    let prompt = || client.prompt(SID, "What is 2 + 3?", &tools);
    // the first prompt waits for its connection
    if asks && prompt().is_err() {
        return;
    }
    let mut prompts = false;
    loop {
        connect(&client).await;
        loop {
            if prompts && prompt().is_err() {
                return;
            }
            tokio::select! {
                _ = losses.recv() => break,
                _ = ends.recv() => prompts = habit == Some(Habit::PromptsOn),
            }
        }
        prompts = asks;
        match habit {
            Some(Habit::StaysAway) => std::future::pending().await,
            Some(Habit::LeavesWithTheDaemon) => return,
            _ => {}
        }
    }
}

fn config() -> Config {
    let hello = Map::from_iter([
        ("bee".to_owned(), json!("calculator")),
        ("version".to_owned(), json!("1.0.0")),
        ("source".to_owned(), json!("thrum-conform")),
        ("propensity".to_owned(), json!({"statefulness": "stateless", "richness": "lean", "wire": "ndjson"})),
        ("chis".to_owned(), json!(["hello", "prompt", "tool-result", "release-permit", "tendril-result"])),
    ]);
    Config { socket: None, dialect: Dialect { worker: false, live: false }, hello, reconnect: false }
}

/// Tries until a daemon is there, waiting longer after each failure.
async fn connect(client: &ThrumClient) {
    let mut pause = BACK_OFF_MIN;
    while client.connect().await.is_err() {
        sleep(pause).await;
        pause = (pause * 2).min(BACK_OFF_MAX);
    }
}

fn add() -> Tool {
    Tool {
        name: "add".to_owned(),
        description: "Adds two numbers".to_owned(),
        input_schema: json!({
            "type": "object",
            "properties": {"a": {"type": "number"}, "b": {"type": "number"}},
            "required": ["a", "b"],
        }),
        limit: Duration::from_secs(30),
        body: Arc::new(|args: Value| {
            Box::pin(async move {
                match (args["a"].as_f64(), args["b"].as_f64()) {
                    (Some(a), Some(b)) => Ok(json!({"sum": a + b})),
                    _ => Err("add wants two numbers".to_owned()),
                }
            })
        }),
    }
}
