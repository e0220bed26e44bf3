//! Testees that are strange but right: they must hold every rule, and guard against a suite that is too
//! strict.
//!
//! [`spelling`] is about the JSON text that goes out, [`dress`] about the fields of the tones in it, [`taste`]
//! about what is taken of the tones that come in, and [`pace`] about when things happen.

mod dress;
mod pace;
mod spelling;
mod taste;

use std::sync::OnceLock;

use super::Variant;

pub(super) use dress::{NEST, dress, dress_hello, failure, name, rid};
pub(super) use pace::{Oddities, Written, back_off, dawdle};
pub(super) use spelling::spell;
pub(super) use taste::{Shown, Taste, heard, shown};

/// A way of being odd.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Odd {
    AnswersAtLength,
    Ascii,
    Bare,
    CloseDrops,
    Coalesce,
    ConnectAwaitsBreath,
    Deduplicates,
    DropsWhatItMay,
    EchoAll,
    EnvelopeFilled,
    EscapesAll,
    EscapesSlashes,
    Exponents,
    ExtraFields,
    ExtraHello,
    HandsOverLate,
    HandsOverLeast,
    HugeHello,
    LateReplies,
    Lingers,
    NameOfItsOwn,
    NanAsNull,
    NoisyStderr,
    Nulls,
    OneByte,
    OwnTurns,
    PromptsByContent,
    RefusesByEcho,
    Reversed,
    SendAwaitsWrite,
    SilentAfterClose,
    SlowBackOff,
    SlowStart,
    SmallReads,
    Spaced,
    TakesWhatItMay,
    Talks,
    TaskPerSid,
    ThreadPool,
    Ticks,
    Uuids,
    Validates,
}

const ALL: [(Odd, Variant); 42] = [
    (Odd::OneByte, about("one-byte-per-write", "writes each byte of a line by itself")),
    (Odd::Coalesce, about("several-tones-per-write", "puts tones that were sent together into one write")),
    (Odd::SmallReads, about("small-reads", "never reads more than 61 bytes at once")),
    (Odd::Ascii, about("ascii-escapes", "writes everything beyond ASCII as escapes")),
    (
        Odd::EscapesAll,
        about("escapes-everywhere", "writes each character of short strings and keys as an escape"),
    ),
    (Odd::EscapesSlashes, about("escaped-slashes", "escapes slashes, as JSON allows")),
    (Odd::Spaced, about("spaces-inside-json", "puts spaces and tabs between the tokens of an object")),
    (Odd::Exponents, about("numbers-with-exponents", "writes the numbers of a body with exponents")),
    (Odd::Reversed, about("reversed-keys", "writes the keys of its objects in reverse order")),
    (Odd::EchoAll, about("echo-for-every-tone", "acknowledges each tone that has a rid, but no echo")),
    (Odd::RefusesByEcho, about("refuses-by-echo", "acknowledges each tone that has a rid with a refusal")),
    (
        Odd::Talks,
        about("talks-of-itself", "sends log, perf-mark and drone tones of its own for what it receives"),
    ),
    (Odd::Ticks, about("ticks", "sends a drone tone every other millisecond")),
    (Odd::EnvelopeFilled, about("envelope-filled", "puts every optional key of the envelope on each tone")),
    (Odd::Bare, about("claims-nothing", "offers no capability, and nothing that goes with one")),
    (
        Odd::Nulls,
        about("nulls-for-absent-keys", "sends null for the keys of the envelope that it has no value for"),
    ),
    (Odd::ExtraFields, about("extra-fields", "adds fields to each tone that no document names")),
    (Odd::ExtraHello, about("extra-hello-fields", "adds fields to hello that no document names")),
    (Odd::HugeHello, about("huge-hello", "sends a hello of 100 KB")),
    (Odd::NameOfItsOwn, about("name-of-its-own", "goes by a name of its own, whatever the application says")),
    (Odd::Uuids, about("uuids-as-rids", "gives its tones UUIDs as rids, and leaves out sentAt")),
    (
        Odd::PromptsByContent,
        about("prompts-by-content", "sends prompts as content, with every optional field"),
    ),
    (Odd::AnswersAtLength, about("answers-at-length", "tells of failures in many lines and fields")),
    (Odd::NanAsNull, about("nan-as-null", "writes null for a number that JSON does not have")),
    (Odd::Validates, about("validates-what-is-sent", "refuses to send what no asker may send")),
    (Odd::DropsWhatItMay, about("drops-what-it-may", "drops every tone that the wire lets it drop")),
    (Odd::TakesWhatItMay, about("takes-what-it-may", "delivers every tone that the wire lets it deliver")),
    (
        Odd::HandsOverLeast,
        about("hands-over-the-least", "keeps all but the six chi that are the application's"),
    ),
    (
        Odd::Deduplicates,
        about("drops-repeated-tones", "takes the same tone again, its rid included, for a repetition"),
    ),
    (
        Odd::OwnTurns,
        about("turns-of-its-own", "tells only of turns that it began, and fails those that are cut off"),
    ),
    (Odd::TaskPerSid, about("task-per-sid", "hands over the tones of each sid from a task of its own")),
    (Odd::ThreadPool, about("handler-thread-pool", "runs handlers on threads, in order within each sid")),
    (
        Odd::HandsOverLate,
        about("hands-over-late", "lets tones wait before handing them over, for each sid differently"),
    ),
    (
        Odd::SendAwaitsWrite,
        about("send-awaits-the-write", "returns from send when the line has been written"),
    ),
    (
        Odd::ConnectAwaitsBreath,
        about("connect-awaits-breath", "returns from connect when there was time for a breath"),
    ),
    (Odd::CloseDrops, about("close-drops", "closes at once, whatever is still to be written")),
    (Odd::Lingers, about("close-lingers", "ends its writes, and then waits a while for the daemon's end")),
    (Odd::SilentAfterClose, about("silent-after-close", "does nothing when told to send after close")),
    (Odd::SlowBackOff, about("slow-back-off", "waits a while before it connects again")),
    (Odd::SlowStart, about("slow-start", "takes a while to answer start")),
    (Odd::LateReplies, about("late-replies", "lets events overtake the replies of its shim")),
    (Odd::NoisyStderr, about("noisy-stderr", "writes a lot to stderr")),
];

static ACTIVE: OnceLock<Odd> = OnceLock::new();

const fn about(name: &'static str, about: &'static str) -> Variant {
    Variant { name, about }
}

/// The odd testees.
pub fn odds() -> &'static [Variant] {
    const NAMES: [Variant; ALL.len()] = {
        let mut names = [ALL[0].1; ALL.len()];
        let mut at = 0;
        while at < ALL.len() {
            names[at] = ALL[at].1;
            at += 1;
        }
        names
    };
    &NAMES
}

/// Makes the process odd; false when nothing has that name.
pub(super) fn activate(name: &str) -> bool {
    let found = ALL.iter().find(|(_, variant)| variant.name == name);
    found.is_some_and(|(odd, _)| ACTIVE.set(*odd).is_ok())
}

/// Whether the process is odd in this way.
pub(super) fn is(odd: Odd) -> bool {
    ACTIVE.get() == Some(&odd)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::ALL;

    #[test]
    fn every_way_and_every_name_stands_once() {
        let ways: BTreeSet<String> = ALL.iter().map(|(odd, _)| format!("{odd:?}")).collect();
        let names: BTreeSet<&str> = ALL.iter().map(|(_, variant)| variant.name).collect();
        assert_eq!((ways.len(), names.len()), (ALL.len(), ALL.len()));
    }

    #[test]
    fn every_way_stands_somewhere_in_the_code() {
        let sources = [
            include_str!("dress.rs"),
            include_str!("pace.rs"),
            include_str!("spelling.rs"),
            include_str!("taste.rs"),
            include_str!("../client/answer.rs"),
            include_str!("../client/clocks.rs"),
            include_str!("../client/deliver.rs"),
            include_str!("../client/link.rs"),
            include_str!("../client/mod.rs"),
            include_str!("../client/read.rs"),
            include_str!("../client/write.rs"),
            include_str!("../shim/caps.rs"),
            include_str!("../shim/mod.rs"),
            include_str!("../shim/stdio.rs"),
            include_str!("../shim/value.rs"),
        ]
        .concat();
        for (odd, variant) in ALL {
            assert!(sources.contains(&format!("Odd::{odd:?}")), "{} is not odd", variant.name);
        }
    }
}
