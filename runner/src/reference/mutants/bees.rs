//! What only a whole bee shows: a call is its one way to tell that something has reached it.

use super::look::{is, string, when};
use crate::reference::fault::{Mutant, Take, arrived, code, tone};

pub(super) const MUTANTS: &[Mutant] = &[
    arrived(
        "daemon-log-is-fatal",
        &["DIR-02"],
        "a log line of the daemon is taken for its last",
        |_, tone| when(is(tone, "log") && string(tone, "from") == Some("daemon"), Take::HangUp),
    ),
    arrived("question-is-fatal", &["DIR-02"], "a question is taken for an error of the daemon", |_, tone| {
        when(is(tone, "permission-ask"), Take::HangUp)
    }),
    arrived(
        "calls-wait-for-breath",
        &["BREATH-03"],
        "calls that come before the breath are thrown away",
        |memory, tone| {
            memory.count += u64::from(is(tone, "breath"));
            when(memory.count == 0 && is(tone, "tool-call"), Take::Drop)
        },
    ),
    arrived("call-in-a-closed-type", &["FWD-02"], "a call with a field too many is refused", |_, tone| {
        when(is(tone, "tool-call") && tone.contains_key("traceparent"), Take::Drop)
    }),
    code("one-call-of-a-read", &["FRAME-11"], "of the calls that came in one read the first is made"),
    tone("prompt-without-from", &["ENV-07"], "only hello and answers name the sender", "prompt", |tone| {
        tone.remove("from");
    }),
];
