//! The rules that hold on every line that goes out. Each fault acts on one kind of tone, so that it breaks
//! nothing else; where the line can no longer be read, the row of that chi breaks with it.

use serde_json::{Value, json};

use super::look::{rewrite, set};
use crate::reference::client::Tone;
use crate::reference::fault::{At, Mutant, Rules, line, tone};

pub(super) const MUTANTS: &[Mutant] = &[
    line(
        "two-tones-on-a-line",
        &["FRAME-01", "CHI-22"],
        "perf marks are batched on one line",
        "perf-mark",
        |line| {
            rewrite(line, |body| format!("{body}{body}"));
        },
    ),
    line("lf-twice", &["FRAME-02"], "a line is ended by the encoder and by the writer", "log", |line| {
        line.push(b'\n');
    }),
    line("cr-before-lf", &["FRAME-03"], "lines end as on another system", "log", |line| {
        rewrite(line, |body| format!("{body}\r"));
    }),
    line("space-after-object", &["FRAME-04"], "a space separates object and line end", "log", |line| {
        rewrite(line, |body| format!("{body} "));
    }),
    line("space-before-object", &["FRAME-04"], "log lines are indented", "log", |line| {
        rewrite(line, |body| format!(" {body}"));
    }),
    line(
        "bom-before-log",
        &["FRAME-05"],
        "the encoder of log lines writes a byte order mark",
        "log",
        |line| {
            rewrite(line, |body| format!("\u{feff}{body}"));
        },
    ),
    line(
        "bom-before-hello",
        &["FRAME-05", "SOCK-08"],
        "the stream begins with a byte order mark",
        "hello",
        |line| {
            rewrite(line, |body| format!("\u{feff}{body}"));
        },
    ),
    line(
        "token-before-hello",
        &["SOCK-08", "FRAME-04"],
        "a space is sent to wake the peer",
        "hello",
        |line| {
            rewrite(line, |body| format!(" {body}"));
        },
    ),
    line(
        "log-cut-in-bytes",
        &["FRAME-06", "CHI-23"],
        "log lines are cut to a number of bytes",
        "log",
        |line| {
            if let Some(at) = line.iter().position(|byte| *byte >= 0xc3) {
                line.remove(at + 1);
            }
        },
    ),
    line(
        "perf-mark-with-nan",
        &["FRAME-07", "CHI-22"],
        "a time that was not taken is NaN",
        "perf-mark",
        |line| {
            rewrite(line, |body| body.replace("\"t\":", "\"drift\":NaN,\"t\":"));
        },
    ),
    line(
        "petal-cell-pretty-printed",
        &["FRAME-01", "FRAME-08", "CHI-09"],
        "cells are pretty-printed",
        "petal-cell",
        |line| {
            rewrite(line, |body| body.replace("\"cell\":", "\"cell\":\n"));
        },
    ),
    tone(
        "log-level-misspelt-key",
        &["ENC-02"],
        "keys of the envelope are written in snake_case",
        "log",
        |tone| {
            let at = tone.remove("sentAt");
            set(tone, "sent_at", at);
        },
    ),
    tone(
        "cleanup-chi-in-capitals",
        &["ENC-03", "ENV-02", "CHI-04"],
        "chi is an enum's name",
        "cleanup",
        |tone| {
            set(tone, "chi", "CLEANUP");
        },
    ),
    line("key-repeated", &["ENC-09"], "the sender is written by two layers", "log", |line| {
        rewrite(line, |body| body.replacen('{', "{\"from\":\"bee\",", 1));
    }),
    tone("curate-chi-empty", &["ENV-01", "CHI-05"], "a chi without a name is sent", "curate", |tone| {
        set(tone, "chi", "");
    }),
    tone("curate-chi-unknown", &["ENV-02", "CHI-05"], "a chi of a later version is sent", "curate", |tone| {
        set(tone, "chi", "compact");
    }),
    tone("log-without-rid", &["ENV-03", "RID-04"], "log lines have no rid", "log", |tone| {
        tone.remove("rid");
    }),
    tone("log-rid-empty", &["ENV-03"], "log lines have an empty rid", "log", |tone| {
        set(tone, "rid", "");
    }),
    tone("cleanup-rid-reused", &["RID-04"], "every cleanup has the same rid", "cleanup", |tone| {
        set(tone, "rid", "cleanup-0");
    }),
    tone("prompt-rid-is-sid", &["RID-04"], "the session's id serves as rid", "prompt", |tone| {
        let sid = tone.get("sid").cloned();
        set(tone, "rid", sid);
    }),
    tone("log-names-addressee", &["ENV-08"], "the addressee is named on a local socket", "log", |tone| {
        set(tone, "to", "daemon");
    }),
    tone("log-sigil-in-capitals", &["ENV-09"], "the sigil's digits are capitals", "log", |tone| {
        set(tone, "sigil", "7378D90ED270");
    }),
    tone("log-wane-as-text", &["ENV-10"], "wane is text", "log", |tone| set(tone, "wane", "5")),
    tone("log-wane-negative", &["ENV-10"], "an unknown wane is -1", "log", |tone| set(tone, "wane", -1)),
    tone("log-sent-at-as-date", &["ENV-11"], "sentAt is a date", "log", |tone| {
        set(tone, "sentAt", "2026-01-01T00:00:00Z");
    }),
    tone("log-sent-at-fraction", &["ENV-11"], "sentAt is in seconds, with a fraction", "log", |tone| {
        set(tone, "sentAt", 1_767_225_600.5);
    }),
    tone("log-dusk-as-text", &["ENV-12"], "dusk is a duration in words", "log", |tone| {
        set(tone, "dusk", "5s");
    }),
    tone("log-ext-of-another-bee", &["ENV-13"], "the client writes into another bee's bag", "log", |tone| {
        set(tone, "ext", json!({"other-bee": {"seen": true}}));
    }),
    tone("log-ext-as-list", &["ENV-13"], "ext is a list", "log", |tone| set(tone, "ext", json!(["a"]))),
    propensity("hello-statefulness-unknown", &["HELLO-09"], |tone| {
        set_propensity(tone, "statefulness", "sometimes");
    }),
    propensity("hello-richness-unknown", &["HELLO-10"], |tone| set_propensity(tone, "richness", "full")),
    propensity("hello-wire-as-number", &["HELLO-11"], |tone| set_propensity(tone, "wire", 7)),
    tone("hello-chis-unknown", &["HELLO-12"], "chis holds what only this bee knows", "hello", |tone| {
        set(tone, "chis", json!(["hello", "prompt", "dance"]));
    }),
    line(
        "hello-list-called-chi",
        &["ENC-09", "ENV-01", "HELLO-01", "HELLO-02", "HELLO-14", "BREATH-04", "VER-03"],
        "the list goes by the name chi",
        "hello",
        |line| {
            rewrite(line, |body| body.replacen("\"chis\":", "\"chi\":", 1));
        },
    ),
    tone("hello-provides-nest", &["HELLO-17"], "the kind of compute goes by an older key", "hello", |tone| {
        set(tone, "provides_nest", "claude-cli");
    }),
    line("hello-twice", &["HELLO-15"], "library and application both send hello", "hello", |line| {
        let again = String::from_utf8_lossy(line).replacen("\"rid\":\"", "\"rid\":\"again-", 1);
        line.extend_from_slice(again.as_bytes());
    }),
    tone(
        "echo-of-no-tone",
        &["ECHO-01", "CHI-21"],
        "an echo carries the rid of another tone",
        "echo",
        |tone| {
            set(tone, "rid", "mjuohs00-0");
        },
    ),
    tone("echo-without-ok", &["ECHO-02", "CHI-21"], "a positive echo goes without ok", "echo", |tone| {
        tone.remove("ok");
    }),
    tone(
        "cleanup-as-finish",
        &["DIR-01", "CHI-04"],
        "a session is given up with finish",
        "cleanup",
        |tone| {
            set(tone, "chi", "finish");
        },
    ),
    tone(
        "cleanup-as-detach",
        &["DIR-05", "CHI-04"],
        "a session is left as a daemon would",
        "cleanup",
        |tone| {
            set(tone, "chi", "detach");
        },
    ),
];

const fn propensity(name: &'static str, breaks: Rules, alter: fn(&mut Tone)) -> Mutant {
    Mutant { name, breaks, bug: "propensity holds the bee's own words", at: At::Tone("hello", alter) }
}

fn set_propensity(tone: &mut Tone, key: &str, value: impl Into<Value>) {
    if let Some(Value::Object(propensity)) = tone.get_mut("propensity") {
        set(propensity, key, value);
    }
}
