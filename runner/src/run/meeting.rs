//! Before the first case with a whole bee: who it is, and what cases can build on. See [`exchange::meet`].

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Gate, Room, Seat};
use crate::error::Error;
use crate::exchange::{self, Meeting, Why};
use crate::rule::Version;
use crate::testee::{Answers, Command, Habits, Identity};

/// Meets the bee once; from then on the room knows its habits.
pub(super) async fn meet(room: &Room<'_>, wire: Version) -> Result<(Identity, Option<Gate>), Error> {
    let dir = room.case_dir()?;
    let mut seat = Seat::new(room);
    let meeting = exchange::meet(seat.testee().await?, &dir, room.limits(), room.trace()).await;
    seat.stop().await;
    if let Some(Why::NoConnection(why) | Why::Suite(why)) = &meeting.stop {
        return Err(Error::Broken(explain(room.command(), why, &meeting.output)));
    }
    if let Some(Why::Gone(gone)) = meeting.stop.as_ref().filter(|_| meeting.hello.is_none()) {
        return Err(Error::Broken(explain(room.command(), &gone.to_string(), &meeting.output)));
    }
    let gate = meeting.stop.as_ref().map(Gate::of_a_bee);
    let habits = habits(&meeting);
    room.keep(habits.clone());
    Ok((identity(&meeting, habits, room.command(), wire), gate))
}

/// Why a bee cannot be tested at all, and what to do about it.
fn explain(command: &Command, why: &str, output: &str) -> String {
    let lines: Vec<&str> = output.lines().collect();
    let tail = [&[""], &lines[lines.len().saturating_sub(8)..]].concat().join("\n  | ");
    let read = if lines.is_empty() { "" } else { "; the lines above are the end of what it wrote" };
    format!(
        "`{}`: {why}{tail}\n(hint: the command is started as it stands, without a shell and without input; it must stay, and connect to the socket that `HUM_THRUM_SOCK` names{read})",
        command.shown()
    )
}

fn habits(meeting: &Meeting) -> Habits {
    let answers = |chi: &str| meeting.answers.contains(chi);
    let shows = match () {
        () if answers("tool-result") => Some(Answers::Calls),
        () if answers("release-permit") => Some(Answers::Questions),
        () if meeting.goes_on => Some(Answers::Ends),
        () => None,
    };
    let declares = meeting.prompt.as_ref().is_some_and(declares_tools);
    let silence = match (&meeting.prompt, declares) {
        (None, _) => {
            "the bee sent no prompt, so it has no session in which it could be asked whether it is at work"
        }
        (Some(_), true) => {
            "the bee answers neither a call of its own tool nor a permission-ask, and does not prompt again after a finish: nothing shows whether it is at work"
        }
        (Some(_), false) => {
            "the bee declares no tool, answers no permission-ask, and does not prompt again after a finish: nothing shows whether it is at work"
        }
    };
    Habits {
        answers: shows,
        silence: if shows.is_some() { String::new() } else { silence.to_owned() },
        prompts: meeting.prompt.is_some(),
        prompts_again: meeting.prompts_again,
    }
}

fn declares_tools(prompt: &Value) -> bool {
    prompt["tools"][0]["name"].is_string()
}

/// Who it says it is; where it does not say, what the command is called.
fn identity(meeting: &Meeting, habits: Habits, command: &Command, wire: Version) -> Identity {
    let said = |key: &str| {
        let value = meeting.hello.as_ref()?.get(key)?.as_str()?;
        (!value.is_empty()).then(|| value.to_owned())
    };
    let shown = [
        // whoever connects owes it
        (true, "hello"),
        (meeting.prompt.is_some(), "verb.prompt"),
        (meeting.prompt.as_ref().is_some_and(declares_tools), "tools"),
        (meeting.answers.contains("release-permit"), "permits"),
        (meeting.answers.contains("tendril-result"), "tendrils"),
        (meeting.comes_back, "reconnect.auto"),
    ];
    Identity {
        name: said("bee").unwrap_or_else(|| command.shown()),
        version: said("version").unwrap_or_else(|| "of no version".to_owned()),
        lang: "unknown".to_owned(),
        // one that says no version, or none that can be read, breaks a rule of its own
        wire: said("protoVersion").and_then(|version| version.parse().ok()).unwrap_or(wire).to_string(),
        profiles: BTreeSet::from(["document".to_owned()]),
        caps: shown.iter().filter(|(seen, _)| *seen).map(|(_, cap)| (*cap).to_owned()).collect(),
        habits: Some(habits),
    }
}
