//! Before the first case: can this client be tested at all?
//!
//! A client that says no hello, hands over no barrier, or delivers nothing would fail every case for one reason.
//! It is found here once, and named; cases that build on it are then not run.

use mock_humd::pattern::{Pattern, Template};
use mock_humd::script::Op;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Judged, Seat, needs_greeting};
use crate::error::Error;
use crate::exchange::{self, Stop, Why};
use crate::judge::{Cause, Outcome, Verdict};
use crate::plan::Job;
use crate::rule::{Party, Side, Version};
use crate::vector::{
    Body, Case, Client, Event, Happening, Place, Raises, Socket, Status, Step, Verb, Window,
};

/// What keeps a client from being tested.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    /// The rule whose fault it is, where one is known.
    pub rule: Option<String>,
    /// What was seen, a fragment.
    pub why: String,
    /// What to do about it.
    pub hint: String,
}

impl Gate {
    /// What keeps a whole bee from being tested: it made no connection that could be greeted.
    pub(super) fn of_a_bee(why: &Why) -> Self {
        let rule = matches!(why, Why::NotHello).then(|| "HELLO-01".to_owned());
        let (why, hint) = match why {
            Why::Silent => (
                "the bee connected, and no hello came".to_owned(),
                "send hello as soon as the socket is connected",
            ),
            why => explain(why),
        };
        Self { rule, why, hint: hint.to_owned() }
    }

    /// Whether a case is not worth running: it builds on a greeted connection, and does not decide the rule in
    /// question.
    pub(super) fn blocks(&self, case: &Case) -> bool {
        needs_greeting(case) && self.rule.as_ref().is_none_or(|rule| !case.decides.contains(rule))
    }

    /// The verdicts of a case that was not run.
    pub(super) fn verdicts<'a>(&self, case: &'a Case, side: Side) -> Judged<'a> {
        let closed = Cause::plain(self.why.clone());
        let open =
            |rule: &String| Verdict { rule: rule.clone(), outcome: Outcome::Inconclusive(closed.clone()) };
        Judged {
            case,
            side,
            verdicts: case.decides.iter().map(open).collect(),
            sightings: Vec::new(),
            took: std::time::Duration::ZERO,
            scene: None,
            stderr: String::new(),
        }
    }
}

/// The step that looks at the route of the sid; the next one looks at the catch-all.
const OBSERVES_SID: usize = 5;

/// Connects, greets, and sees that a tone is handed over on either route.
pub async fn check(seat: &mut Seat<'_>, side: Side) -> Result<Option<Gate>, Error> {
    let Some(stop) = play(seat, side, true).await? else { return Ok(None) };
    let rule = match &stop.why {
        Why::NotHello => Some("HELLO-01"),
        Why::Misrouted(rule) => Some(*rule),
        // which of the two routes is deaf: without a handler for a sid there is only the catch-all
        Why::Deaf => Some(if play(seat, side, false).await?.is_some() { "CLI-02" } else { "CLI-01" }),
        Why::Mismatch | Why::Missing => Some(if stop.step == OBSERVES_SID { "CLI-01" } else { "CLI-02" }),
        _ => None,
    };
    let (why, hint) = explain(&stop.why);
    Ok(Some(Gate { rule: rule.map(str::to_owned), why, hint: hint.to_owned() }))
}

fn explain(why: &Why) -> (String, &'static str) {
    match why {
        Why::NotHello => (
            "the first tone of a connection is no hello".to_owned(),
            "send hello as the first tone of each connection",
        ),
        Why::Misrouted(_) => (
            "a tone was handed to the wrong handler".to_owned(),
            "report `to` as the sid whose handler got the tone, and null for the catch-all",
        ),
        Why::Deaf | Why::Mismatch | Why::Missing => (
            "a tone that the daemon sent was not reported as delivered".to_owned(),
            "the shim's handlers must report each tone as an event: `{\"ev\":\"delivered\",\"client\":…,\"conn\":1,\"to\":…,\"tone\":…}`",
        ),
        Why::Silent => (
            "`connect` did not reply, or no hello came".to_owned(),
            "the client sends hello at once when the socket is connected, and the shim replies when `connect` has returned",
        ),
        Why::Refused(said) => (
            format!("the client refused an act: {said}"),
            "`subscribe`, `connect` and `send` must work in every client",
        ),
        Why::NoMarker(said) => (
            format!("the client refused to send a `log` tone: {said}"),
            "`send` must work in every client, for every chi of the registry",
        ),
        Why::Unsupported | Why::Impossible(_) => (
            "the shim does not support `open`, `subscribe` or `connect`".to_owned(),
            "answer these next, `thrum-conform smoke` says which; `call` alone decides only the rules about helpers",
        ),
        Why::Closed => (
            "the client closed the connection by itself".to_owned(),
            "keep the connection until `close` or `end`",
        ),
        Why::Gone(gone) => (gone.to_string(), "run the shim by hand and look at its stderr"),
        Why::StoppedReading => (
            "the client does not read its socket".to_owned(),
            "start the read loop when the socket is connected",
        ),
        Why::Accepted => ("an act was accepted that must be refused".to_owned(), "look at the shim"),
        Why::NoConnection(what) | Why::Unasked(what) => {
            (what.clone(), "the bee connects to the socket that `HUM_THRUM_SOCK` names, and prompts")
        }
        Why::Suite(what) => {
            (format!("the suite could not go on: {what}"), "this is a fault of the suite, or of the machine")
        }
    }
}

async fn play(seat: &mut Seat<'_>, side: Side, with_handler: bool) -> Result<Option<Stop>, Error> {
    let case = case(side, with_handler)?;
    let dir = seat.room().case_dir()?;
    let limits = seat.room().limits();
    let job = Job { case: &case, side, examples: Vec::new() };
    let evidence = exchange::run(&job, seat.testee().await?, &dir, limits).await;
    seat.played(false)?;
    Ok(evidence.stop)
}

/// A case that asks for nothing but a hello, and a tone on each route.
fn case(side: Side, with_handler: bool) -> Result<Case, Error> {
    let sid = "hum-preflight";
    let mut steps = Vec::new();
    if with_handler {
        steps.push(drive("subscribe", &json!({"do": "subscribe", "sid": sid}))?);
    }
    steps.push(drive("connect", &json!({"do": "connect"}))?);
    let routes = if with_handler { vec![Some(sid), None] } else { vec![None] };
    for to in &routes {
        let mut tone = first_tone(side);
        if let Some(sid) = to {
            tone["sid"] = json!(sid);
        }
        steps.push(step(Verb::Play(Op::Send { tones: vec![template(&tone)?] })));
    }
    steps.push(step(Verb::Barrier { sid: None }));
    for to in routes {
        let tone = Pattern::parse(&json!({"chi": first_tone(side)["chi"], "rid": "preflight"}))
            .map_err(|_| fault())?;
        steps.push(step(Verb::Observe(Event::Delivered {
            to: Some(to.map(str::to_owned)),
            conn: None,
            tone,
        })));
    }
    // and the client sends what it is told to send
    let nothing = Pattern::parse(&json!({"chi": "preflight"})).map_err(|_| fault())?;
    steps.push(step(Verb::Never { what: Happening::Tone(nothing), window: Window::Stimulus }));
    let client = Client {
        name: "c1".to_owned(),
        socket: Socket::Mock,
        hello: template(&json!({}))?,
        reconnect: false,
    };
    Ok(Case {
        id: "preflight/routes".to_owned(),
        title: "the client can be tested".to_owned(),
        under_test: [side.party].into(),
        profile: side.profile,
        decides: Vec::new(),
        partly: Vec::new(),
        touches: Vec::new(),
        kills: Vec::new(),
        twin: None,
        negative: false,
        is_for_bees: false,
        requires: Vec::new(),
        notes: Vec::new(),
        fresh: false,
        env: std::collections::BTreeMap::new(),
        since: Version(0, 0, 0),
        until: None,
        status: Status::Scored,
        was: Vec::new(),
        place: Place { file: String::new(), line: 0 },
        body: Body::Wire {
            clients: vec![client],
            steps,
            greets: vec![true],
            connections: vec![String::new()],
        },
    })
}

/// Something that a daemon may send to such a client at any time.
fn first_tone(side: Side) -> Value {
    match side.party {
        Party::Worker => json!({"chi": "log", "rid": "preflight", "level": "info", "message": "preflight"}),
        _ => json!({"chi": "session-ready", "rid": "preflight", "claudeSessionId": "preflight"}),
    }
}

fn drive(act: &str, message: &Value) -> Result<Step, Error> {
    let message = template(message)?;
    Ok(step(Verb::Drive { act: act.to_owned(), message, wait: true, raises: Raises::Never }))
}

fn step(verb: Verb) -> Step {
    Step { verb, client: 0, conn: 0, cite: None, seen: None, checks: Vec::new(), comment: None, line: 0 }
}

fn template(json: &Value) -> Result<Template, Error> {
    Template::parse(json).map_err(|_| fault())
}

fn fault() -> Error {
    Error::Broken("the preflight case is not well-formed".to_owned())
}
