//! Delivery, routing, and the ends of connections.

use serde_json::{Map, Value};

use super::look::{is, is_markers, is_routing, sid, string, when};
use crate::reference::client::Tone;
use crate::reference::fault::{At, Mutant, Rules, Take, Targets, arrived, code};

pub(super) const MUTANTS: &[Mutant] = &[
    arrived(
        "waits-for-missing-index",
        &["ENC-01", "BP-02", "TURN-03"],
        "chunks wait for the numbers before them",
        |memory, tone| {
            let gap = index(tone).is_some_and(|index| index > memory.count + 1 && [3, 5, 6].contains(&index));
            memory.count = index(tone).filter(|_| !gap).unwrap_or(memory.count);
            when(gap, Take::Drop)
        },
    ),
    arrived("die-on-index-gap", &["BP-02"], "a gap in the numbers is an error", |memory, tone| {
        let last = memory.count;
        memory.count = index(tone).map_or(last, |index| index + 1);
        when(last == 1 && index(tone) == Some(3), Take::Die)
    }),
    code(
        "send-waits-for-echo",
        &["FRAME-19", "BP-02", "CLI-12"],
        "a prompt waits for the echo of the one before",
    ),
    arrived("die-on-repeated-rid", &["BP-03"], "a rid must be new", |memory, tone| {
        let rid = string(tone, "rid").unwrap_or_default().to_owned();
        let repeated = is(tone, "chunk")
            && sid(tone) == Some("hum-x")
            && is_empty_part(tone)
            && memory.names.last() == Some(&rid);
        memory.names.push(rid);
        when(repeated, Take::Die)
    }),
    arrived("die-on-second-finish", &["BP-03"], "a turn ends once", |memory, tone| {
        let rid = string(tone, "rid").unwrap_or_default().to_owned();
        let repeated = is(tone, "finish") && memory.names.contains(&rid);
        memory.names.push(rid);
        when(repeated, Take::Die)
    }),
    arrived("die-on-second-echo", &["BP-03", "ECHO-04"], "an echo is waited for once", |memory, tone| {
        memory.count += u64::from(is(tone, "echo"));
        when(memory.count > 1, Take::Die)
    }),
    arrived(
        "die-on-second-breath",
        &["BP-03", "BREATH-03", "DIR-02"],
        "there is one breath",
        |memory, tone| {
            memory.count += u64::from(is(tone, "breath"));
            when(memory.count > 1, Take::Die)
        },
    ),
    code("write-holds-dispatch", &["BP-05"], "a lock is held across a write that blocks"),
    route(
        "last-subscription-only",
        &["CLI-01", "CLI-04", "CLI-05", "CLI-06"],
        "there is room for one handler",
        |sids, tone| {
            let last = sids.last()?;
            let hidden = is_routing(tone)
                && sid(tone) != Some(last)
                && sids.iter().any(|own| Some(&**own) == sid(tone));
            hidden.then(Vec::new)
        },
    ),
    route(
        "sid-less-dropped",
        &["CLI-02", "CLI-05", "CLI-06", "CLI-08"],
        "a tone without sid is dropped",
        |_, tone| (sid(tone).is_none() && is(tone, "pulse") && is_routing(tone)).then(Vec::new),
    ),
    route(
        "tones-to-every-handler",
        &["CLI-01", "CLI-04", "CLI-05", "CLI-06"],
        "each handler looks for itself, and none does",
        |sids, tone| {
            let known = sids.iter().any(|own| Some(&**own) == sid(tone));
            (is(tone, "chunk") && is_routing(tone) && known).then(|| sids.iter().cloned().map(Some).collect())
        },
    ),
    route(
        "catch-all-gets-all",
        &["CLI-02", "CLI-05", "CLI-06"],
        "the catch-all sees every tone",
        |sids, tone| {
            let own = sids.iter().find(|own| Some(&***own) == sid(tone))?;
            is_routing(tone).then(|| vec![Some(own.clone()), None])
        },
    ),
    route(
        "sid-less-to-every-handler",
        &["CLI-01", "CLI-02", "CLI-06"],
        "a tone without sid is for everybody",
        |sids, tone| (sid(tone).is_none() && is(tone, "pulse") && is_routing(tone)).then(|| everybody(sids)),
    ),
    route(
        "sid-less-errors-to-every-handler",
        &["CLI-02"],
        "an error without sid ends every turn",
        |sids, tone| (sid(tone).is_none() && is(tone, "error")).then(|| everybody(sids)),
    ),
    route(
        "pulse-to-every-session",
        &["ENV-18", "FWD-02", "PULSE-01"],
        "a pulse concerns every session",
        |sids, tone| (is(tone, "pulse") && !is_routing(tone)).then(|| everybody(sids)),
    ),
    route("sid-matched-by-prefix", &["CLI-01"], "a handler gets what begins with its sid", |sids, tone| {
        found(sids, tone, |own, sid| sid.starts_with(own))
    }),
    route("sid-matched-without-case", &["CLI-01"], "sids are compared without case", |sids, tone| {
        found(sids, tone, |own, sid| own.to_lowercase() == sid.to_lowercase())
    }),
    route("sid-matched-trimmed", &["CLI-01"], "sids are trimmed", |sids, tone| {
        found(sids, tone, |own, sid| own.trim() == sid.trim())
    }),
    route("sid-matched-normalised", &["CLI-01"], "sids are normalised", |sids, tone| {
        found(sids, tone, |own, sid| super::look::normalised(own) == super::look::normalised(sid))
    }),
    route("sid-matched-as-number", &["CLI-01"], "a sid that looks like a number is one", |sids, tone| {
        found(sids, tone, |own, sid| own == sid || own.parse::<u32>().is_ok_and(|own| sid.parse() == Ok(own)))
    }),
    route("sid-matched-as-wildcard", &["CLI-01"], "a sid is taken for a pattern", |sids, tone| {
        found(sids, tone, |own, sid| {
            own == sid || own.strip_suffix('*').is_some_and(|own| sid.starts_with(own))
        })
    }),
    route("sid-ends-at-nul", &["CLI-01"], "a sid is a C string", |sids, tone| {
        found(sids, tone, |own, sid| own.split('\0').next() == sid.split('\0').next())
    }),
    route(
        "sid-collides-with-built-in",
        &["CLI-01"],
        "handlers are kept as properties of an object",
        |sids, tone| {
            (is(tone, "chunk") && sids.iter().any(|own| own == "__proto__") && sid(tone) == Some("__proto__"))
                .then(Vec::new)
        },
    ),
    code(
        "handlers-frozen-at-connect",
        &["CLI-01", "CLI-04", "CLI-05"],
        "handlers are copied when the connection is made",
    ),
    code("handler-removed-by-finish", &["CLI-01", "CLI-06"], "a handler lives as long as a turn"),
    arrived("die-on-unregistered-sid", &["CLI-01"], "a lookup that fails ends the process", |_, tone| {
        when(is(tone, "chunk") && ["hum-z", "toString"].map(Some).contains(&sid(tone)), Take::Die)
    }),
    arrived("die-on-built-in-sid", &["CLI-01"], "what every object has is called as a handler", |_, tone| {
        when(sid(tone) == Some("toString"), Take::Die)
    }),
    route(
        "unregistered-sid-to-first-handler",
        &["CLI-01", "CLI-04"],
        "the first handler is the default",
        |sids, tone| {
            let known = sids.iter().any(|own| Some(&**own) == sid(tone));
            (is(tone, "chunk") && !known && sid(tone).is_some())
                .then(|| sids.iter().take(1).cloned().map(Some).collect())
        },
    ),
    code("unsubscribe-does-nothing", &["CLI-04"], "a handler is looked for under the wrong key"),
    code("unsubscribe-removes-all", &["CLI-04"], "removing one handler clears the table"),
    code("removed-handler-tones-kept-for-later", &["CLI-04"], "tones wait for somebody to want them"),
    code("removed-sid-stays-blocked", &["CLI-04"], "a sid that was removed is ignored for good"),
    code("handler-throw-ends-loop", &["CLI-05"], "a handler's failure leaves the read loop"),
    code("handler-throw-ends-process", &["CLI-05"], "a handler's failure ends the process"),
    code("throwing-handler-removed", &["CLI-05"], "a handler that fails is not called again"),
    code("handler-throw-drops-the-read", &["CLI-05"], "a handler's failure discards what was read"),
    code("async-throw-ends-process", &["CLI-05"], "an unhandled rejection ends the process"),
    code("async-throw-ends-loop", &["CLI-05"], "a failing task cancels the group it belongs to"),
    code("disconnect-unsurfaced", &["CLI-08"], "the end of a connection is logged, and that is all"),
    code("reset-unsurfaced", &["CLI-08"], "only an orderly end is told"),
    code("disconnect-to-session-handlers-only", &["CLI-08"], "only sessions are told of the end"),
    code(
        "disconnect-ends-every-client",
        &["HELLO-16", "CLI-08", "CLI-10", "CLI-11"],
        "one client's end stops the loop of all",
    ),
    code("reconnect-silent", &["CLI-08"], "a client that connects again says nothing"),
    code("buffer-survives-reconnect", &["CLI-10"], "the receive buffer belongs to the client"),
    code("decoder-survives-reconnect", &["CLI-10"], "the character decoder belongs to the client"),
    code("queue-survives-reconnect", &["CLI-09"], "the send queue belongs to the client"),
    code("send-after-close-hangs", &["CLI-11"], "a send waits for a writer that is gone"),
    code("send-after-close-dies", &["CLI-11"], "a send to a closed socket ends the process"),
    code("close-never-ends", &["CLI-07", "CLI-11"], "close waits for the daemon to close"),
    code("write-half-closed-after-finish", &["CLI-12"], "the end of a turn shuts the write half"),
    code("connect-failure-hangs", &["CLI-14"], "connect tries for ever"),
    code("connect-failure-hidden", &["CLI-14"], "connect's error is not looked at"),
    code("connect-failure-dies", &["CLI-14"], "connect's error ends the process"),
    route(
        "session-ready-to-the-catch-all",
        &["CLI-01", "DIR-02"],
        "a session exists once it is ready",
        |sids, tone| {
            (is(tone, "session-ready")
                && !is_markers(tone)
                && sids.iter().any(|own| Some(&**own) == sid(tone)))
            .then(|| vec![None])
        },
    ),
    route("sid-less-errors-dropped", &["CLI-02"], "an error without sid is dropped", |_, tone| {
        (sid(tone).is_none() && is(tone, "error")).then(Vec::new)
    }),
];

const fn route(
    name: &'static str,
    breaks: Rules,
    bug: &'static str,
    targets: fn(&[String], &Tone) -> Targets,
) -> Mutant {
    Mutant { name, breaks, bug, at: At::Route(targets) }
}

fn is_empty_part(tone: &Tone) -> bool {
    tone.get("part").and_then(Value::as_object).is_some_and(Map::is_empty)
}

fn index(tone: &Tone) -> Option<u64> {
    tone.get("index").and_then(Value::as_u64).filter(|_| is(tone, "chunk"))
}

fn everybody(sids: &[String]) -> Vec<Option<String>> {
    sids.iter().cloned().map(Some).chain([None]).collect()
}

/// The first handler whose sid matches in this way. Log lines, the suite's markers among them, go the usual
/// way.
fn found(sids: &[String], tone: &Tone, matches: fn(&str, &str) -> bool) -> Targets {
    let sid = sid(tone).filter(|_| is(tone, "chunk"))?;
    sids.iter().find(|own| matches(own, sid)).map(|own| vec![Some(own.clone())])
}
