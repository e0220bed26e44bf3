//! The registry of chi: which values there are, who sends them, and since when (WIRE.md, Registry).
//!
//! [`Chi`] is open: a tone may carry a value that no registry has, and forward compatibility is about
//! just those. The registry is a table beside it.

use std::borrow::Cow;
use std::fmt;

/// The version of the wire that this crate speaks.
pub const THRUM_VERSION: &str = "0.7.0";

/// What a pulse may tell of.
pub const PULSE_KINDS: [&str; 5] = ["cell-spawned", "cell-ready", "cell-idle", "cell-died", "cell-evicted"];

/// The type of a tone: any string.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Chi(pub Cow<'static, str>);

impl Chi {
    /// The value on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its row in the registry.
    pub fn row(&self) -> Option<&'static Row> {
        row(&self.0)
    }
}

impl fmt::Display for Chi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who may send a chi.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sender {
    /// The side that prompts.
    Asker,
    /// A bee that computes.
    Worker,
    /// humd.
    Daemon,
    /// Every party, in either direction.
    Any,
    /// Daemons among themselves.
    Ensemble,
}

/// One chi of the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The value on the wire.
    pub chi: &'static str,
    /// The rule of WIRE.md that describes its body.
    pub rule: &'static str,
    /// Who sends it.
    pub from: &'static [Sender],
    /// The first wire version that has it.
    pub since: &'static str,
    /// Whether its body lists `sid`.
    pub has_sid: bool,
}

impl Row {
    /// Whether this party may send it.
    pub fn is_sent_by(&self, sender: Sender) -> bool {
        self.from.contains(&sender) || self.from.contains(&Sender::Any)
    }
}

/// The row of a value.
pub fn row(chi: &str) -> Option<&'static Row> {
    REGISTRY.iter().find(|row| row.chi == chi)
}

/// Whether a chi goes in either direction, outside the exchange of prompts and answers.
pub fn is_either_direction(chi: &str) -> bool {
    row(chi).is_some_and(|row| row.from == [Sender::Any])
}

const fn chi(
    rule: &'static str,
    chi: &'static str,
    from: &'static [Sender],
    since: &'static str,
    has_sid: bool,
) -> Row {
    Row { chi, rule, from, since, has_sid }
}

const A: &[Sender] = &[Sender::Asker];
const AW: &[Sender] = &[Sender::Asker, Sender::Worker];
const D: &[Sender] = &[Sender::Daemon];
const WD: &[Sender] = &[Sender::Worker, Sender::Daemon];
const ANY: &[Sender] = &[Sender::Any];
const E: &[Sender] = &[Sender::Ensemble];

/// Every chi of [`THRUM_VERSION`], in the order of WIRE.md.
pub const REGISTRY: &[Row] = &[
    chi("CHI-01", "hello", AW, "0.1.0", false),
    chi("CHI-02", "prompt", A, "0.1.0", true),
    chi("CHI-03", "cancel", A, "0.1.0", true),
    chi("CHI-04", "cleanup", A, "0.1.0", true),
    chi("CHI-05", "curate", A, "0.1.0", true),
    chi("CHI-06", "release-permit", A, "0.1.0", true),
    chi("CHI-07", "tendril-result", A, "0.1.0", true),
    chi("CHI-08", "tool-result", A, "0.1.0", true),
    chi("CHI-09", "petal-cell", A, "0.1.0", true),
    chi("CHI-10", "breath", D, "0.1.0", false),
    chi("CHI-11", "chunk", WD, "0.1.0", true),
    chi("CHI-12", "finish", WD, "0.1.0", true),
    chi("CHI-13", "error", WD, "0.1.0", true),
    chi("CHI-14", "session-ready", WD, "0.1.0", true),
    chi("CHI-15", "pulse", WD, "0.1.0", false),
    chi("CHI-16", "permission-ask", WD, "0.1.0", true),
    chi("CHI-17", "tendril-reach", D, "0.1.0", true),
    chi("CHI-18", "tool-call", WD, "0.1.0", true),
    chi("CHI-19", "tool-meta", WD, "0.1.0", true),
    chi("CHI-20", "tool-info", WD, "0.7.0", true),
    chi("CHI-21", "echo", ANY, "0.1.0", false),
    chi("CHI-22", "perf-mark", ANY, "0.1.0", false),
    chi("CHI-23", "log", ANY, "0.1.0", false),
    chi("CHI-24", "drone", ANY, "0.1.0", false),
    chi("CHI-25", "drone-retrofit", ANY, "0.1.0", false),
    chi("CHI-26", "peer-add", E, "0.3.0", false),
    chi("CHI-27", "peer-remove", E, "0.3.0", false),
    chi("CHI-28", "attach", E, "0.5.0", true),
    chi("CHI-29", "detach", E, "0.5.0", true),
    chi("CHI-30", "wane-sync", E, "0.5.0", false),
    chi("CHI-31", "gossip-publish", E, "0.6.0", false),
    chi("CHI-32", "kad-find-node", E, "0.7.0", false),
    chi("CHI-33", "kad-find-node-resp", E, "0.7.0", false),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_numbered_in_order_and_values_are_unique() {
        assert_eq!(REGISTRY.len(), 33);
        for (at, this) in REGISTRY.iter().enumerate() {
            assert_eq!(this.rule, format!("CHI-{:02}", at + 1));
            assert_eq!(row(this.chi), Some(this), "{} stands twice", this.chi);
            assert!(this.chi.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", this.chi);
        }
    }

    #[test]
    fn each_wire_version_has_as_many_chi_as_the_history_says() {
        let count = |wire| REGISTRY.iter().filter(|row| row.since <= wire).count();
        assert_eq!(["0.1.0", "0.3.0", "0.5.0", "0.6.0", "0.7.0"].map(count), [24, 26, 29, 30, 33]);
    }

    #[test]
    fn askers_and_workers_send_what_the_direction_rules_list() {
        let sent_by = |who| {
            let own = |row: &&Row| row.from.contains(&who);
            REGISTRY.iter().filter(own).map(|row| row.chi).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(
            sent_by(Sender::Asker),
            "hello prompt cancel cleanup curate release-permit tendril-result tool-result petal-cell"
        );
        assert_eq!(
            sent_by(Sender::Worker),
            "hello chunk finish error session-ready pulse permission-ask tool-call tool-meta tool-info"
        );
    }

    #[test]
    fn five_chi_go_in_either_direction() {
        let either: Vec<_> =
            REGISTRY.iter().map(|row| row.chi).filter(|chi| is_either_direction(chi)).collect();
        assert_eq!(either, ["echo", "perf-mark", "log", "drone", "drone-retrofit"]);
        assert!(row("log").is_some_and(|row| row.is_sent_by(Sender::Worker)));
    }

    #[test]
    fn an_unknown_chi_is_a_chi_without_a_row() {
        let future = Chi("dance".into());
        assert_eq!((future.as_str(), future.row()), ("dance", None));
        assert!(Chi("hello".into()).row().is_some());
    }
}
