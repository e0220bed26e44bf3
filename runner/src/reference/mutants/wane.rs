//! wane, as a helper and on the wire.

use crate::reference::fault::Helper::Wane;
use crate::reference::fault::WaneFault::{self, Behind, Get, Key, Merge, Set, Snapshot, Store, Tick};
use crate::reference::fault::{Mutant, Rules, code, helper};

pub(super) const MUTANTS: &[Mutant] = &[
    clock(
        "wane-starts-at-one",
        &["WANE-01", "WANE-02", "WANE-04", "WANE-05", "WANE-06", "WANE-07", "WANE-08", "WANE-09"],
        "an unseen clock stands at 1",
        Get(|wane, sigil| {
            if !wane.snapshot().contains_key(sigil) {
                wane.set(sigil, 1);
            }
            wane.get(sigil)
        }),
    ),
    code(
        "wane-static-tracker",
        &["WANE-01", "WANE-02", "WANE-03", "WANE-04", "WANE-05", "WANE-07"],
        "all trackers share their clocks",
    ),
    clock(
        "wane-tick-returns-old",
        &["WANE-02", "WANE-04", "WANE-05", "WANE-06", "WANE-07"],
        "tick returns the value from before",
        Tick(|wane, sigil| {
            let old = wane.get(sigil);
            wane.tick(sigil).ok().map(|_| old)
        }),
    ),
    clock(
        "wane-tick-not-stored",
        &["WANE-02", "WANE-04", "WANE-05", "WANE-06", "WANE-07", "WANE-08", "WANE-09"],
        "what tick returns is not kept",
        Tick(|wane, sigil| wane.get(sigil).checked_add(1)),
    ),
    clock(
        "wane-tick-adds-two",
        &["WANE-02", "WANE-04", "WANE-05", "WANE-06", "WANE-07", "WANE-08", "WANE-09"],
        "the clock is raised twice",
        Tick(|wane, sigil| {
            let next = wane.get(sigil).checked_add(2)?;
            wane.set(sigil, next);
            Some(next)
        }),
    ),
    clock(
        "wane-get-ticks",
        &["WANE-02", "WANE-03", "WANE-04", "WANE-05", "WANE-06", "WANE-07", "WANE-08", "WANE-09"],
        "reading a clock raises it",
        Get(|wane, sigil| {
            let value = wane.get(sigil);
            if value > 0 {
                wane.set(sigil, value.saturating_add(1));
            }
            value
        }),
    ),
    clock(
        "wane-behind-ge",
        &["WANE-03", "WANE-05"],
        "an equal clock counts as behind",
        Behind(|wane, sigil, remote| remote >= wane.get(sigil)),
    ),
    clock(
        "wane-behind-inverted",
        &["WANE-03", "WANE-05"],
        "the comparison is the wrong way round",
        Behind(|wane, sigil, remote| remote < wane.get(sigil)),
    ),
    clock(
        "wane-behind-not-equal",
        &["WANE-03", "WANE-05"],
        "any other clock counts as behind",
        Behind(|wane, sigil, remote| remote != wane.get(sigil)),
    ),
    clock(
        "wane-behind-as-text",
        &["WANE-03"],
        "clocks are compared as text",
        Behind(|wane, sigil, remote| remote.to_string() > wane.get(sigil).to_string()),
    ),
    clock(
        "wane-behind-adopts",
        &["WANE-03"],
        "asking adopts the other clock",
        Behind(|wane, sigil, remote| {
            let behind = wane.behind(sigil, remote);
            if behind && (6..=9).contains(&remote) {
                wane.set(sigil, remote);
            }
            behind
        }),
    ),
    clock(
        "wane-one-clock",
        &["WANE-01", "WANE-03", "WANE-04", "WANE-05", "WANE-07", "WANE-08", "WANE-09"],
        "one clock serves all sigils",
        Key(|_| "one".into()),
    ),
    clock(
        "wane-key-cut-short",
        &["WANE-04", "WANE-07"],
        "sigils are cut to eight digits",
        Key(|sigil| sigil.chars().take(8).collect()),
    ),
    clock(
        "wane-32-bit",
        &["WANE-05", "WANE-07", "WANE-09"],
        "a clock has 32 bits",
        Store(|value| value & 0xffff_ffff),
    ),
    clock("wane-float", &["WANE-05", "WANE-07"], "a clock is a double", Store(as_double)),
    clock(
        "wane-signed",
        &["WANE-05"],
        "clocks are signed",
        Behind(|wane, sigil, remote| remote.cast_signed() > wane.get(sigil).cast_signed()),
    ),
    clock(
        "wane-wraps",
        &["WANE-05"],
        "a clock at the top goes on at 0",
        Tick(|wane, sigil| {
            let next = wane.get(sigil).wrapping_add(1);
            wane.set(sigil, next);
            Some(next)
        }),
    ),
    clock(
        "wane-saturates",
        &["WANE-05"],
        "a clock at the top stays there",
        Tick(|wane, sigil| {
            let next = wane.get(sigil).saturating_add(1);
            wane.set(sigil, next);
            Some(next)
        }),
    ),
    clock(
        "wane-set-max",
        &["WANE-06"],
        "set never lowers",
        Set(|wane, sigil, value| {
            let value = value.max(wane.get(sigil));
            wane.set(sigil, value);
        }),
    ),
    clock(
        "wane-set-adds",
        &["WANE-06", "WANE-07"],
        "set adds",
        Set(|wane, sigil, value| {
            let value = wane.get(sigil).saturating_add(value);
            wane.set(sigil, value);
        }),
    ),
    clock(
        "wane-set-zero-ignored",
        &["WANE-06"],
        "0 is taken for no value",
        Set(|wane, sigil, value| {
            if value > 0 {
                wane.set(sigil, value);
            }
        }),
    ),
    clock(
        "wane-merge-overwrites",
        &["WANE-07", "WANE-09"],
        "the snapshot wins",
        Merge(|wane, snapshot| {
            for (sigil, value) in snapshot {
                wane.set(sigil, *value);
            }
        }),
    ),
    clock(
        "wane-merge-adds",
        &["WANE-07", "WANE-09"],
        "clocks are added up",
        Merge(|wane, snapshot| {
            for (sigil, value) in snapshot {
                let sum = wane.get(sigil).saturating_add(*value);
                wane.set(sigil, sum);
            }
        }),
    ),
    clock(
        "wane-merge-known-only",
        &["WANE-07", "WANE-09"],
        "sigils that are new are left out",
        Merge(|wane, snapshot| {
            let known = wane.snapshot();
            wane.merge(
                &snapshot.clone().into_iter().filter(|(sigil, _)| known.contains_key(sigil)).collect(),
            );
        }),
    ),
    clock(
        "wane-merge-replaces-all",
        &["WANE-07", "WANE-09"],
        "the snapshot takes the place of all",
        Merge(|wane, snapshot| {
            let mut merged = snapshot.clone();
            for (sigil, value) in &mut merged {
                *value = wane.get(sigil).max(*value);
            }
            *wane = mock_humd::wire::wane::WaneTracker::default();
            wane.merge(&merged);
        }),
    ),
    clock(
        "wane-merge-adds-one",
        &["WANE-07", "WANE-09"],
        "a merge counts as an event",
        Merge(|wane, snapshot| {
            wane.merge(snapshot);
            for sigil in snapshot.keys() {
                let next = wane.get(sigil).saturating_add(1);
                wane.set(sigil, next);
            }
        }),
    ),
    clock(
        "wane-snapshot-without-merged",
        &["WANE-07"],
        "a snapshot holds what was ticked here",
        Snapshot(|wane| {
            wane.snapshot().into_iter().filter(|(sigil, _)| sigil != "t" && sigil != "u").collect()
        }),
    ),
    code("wane-not-sent", &["WANE-08"], "the clock never leaves the client"),
    code("wane-sent-before-tick", &["WANE-08", "WANE-09"], "the value from before the change is sent"),
    code("wane-without-sigil", &["WANE-08"], "wane is sent without its sigil"),
    code("wane-last-ticked-on-every-tone", &["WANE-08", "WANE-09"], "the last change rides on any tone"),
    code("wane-remote-ignored", &["WANE-09"], "received clocks are not looked at"),
    code("wane-remote-overwrites", &["WANE-09"], "a received clock replaces the own one"),
    code("wane-remote-adds-one", &["WANE-09"], "receiving counts as an event"),
    code("wane-remote-moves-all", &["WANE-09"], "a received clock moves all clocks"),
];

const fn clock(name: &'static str, breaks: Rules, bug: &'static str, fault: WaneFault) -> Mutant {
    helper(name, breaks, bug, Wane(fault))
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the bug"
)]
fn as_double(value: u64) -> u64 {
    value as f64 as u64
}
