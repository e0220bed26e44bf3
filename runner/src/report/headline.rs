//! The few lines that say what a run came to: who was tested, and for each side what its rules came to.

use super::model::{Report, RuleRow, Standing};
use super::text::{clean, cut, plural};
use crate::exit::Exit;
use crate::rule::{Level, Side};

/// What stands for the name of a client that never said who it is.
const NOBODY: &str = "a client that did not say who it is";

/// What rules come to besides that they held, in the order in which people are told.
pub(super) const BESIDE: [Standing; 7] = [
    Standing::Violated,
    Standing::Waived,
    Standing::Undecided,
    Standing::Warned,
    Standing::Observed,
    Standing::NotExercised,
    Standing::NotApplicable,
];

/// How the run ended, in a word or two.
pub(super) fn verdict(report: &Report) -> &'static str {
    match report.exit {
        Exit::Fine if report.shard.is_some() => "nothing failed in this shard",
        Exit::Fine => "conformant",
        Exit::Failed => "not conformant",
        Exit::Incomplete => "incomplete",
        Exit::Input | Exit::Broken => "could not be tested",
        Exit::Interrupted => "interrupted",
    }
}

/// The client, its version and its language, which a whole bee does not tell.
pub(super) fn who(report: &Report) -> String {
    let identity = &report.identity;
    if identity.name.is_empty() {
        return NOBODY.to_owned();
    }
    let lang = if report.level == 0 { "black box" } else { &identity.lang };
    let [name, version, lang] = [&identity.name, &identity.version, lang].map(|part| cut(&clean(part), 80));
    let shard = report.shard.map_or_else(String::new, |shard| format!(" · {shard}"));
    format!("{name} {version} ({lang}){shard}")
}

/// The sides that were tested; of others there is only what does not apply, which is left to the JSON report.
pub(super) fn sides(report: &Report) -> Vec<Side> {
    report.sides_told().into_iter().filter(|side| report.sides.contains(side)).collect()
}

/// How many rules of a side came to this.
pub(super) fn count(report: &Report, side: Side, standing: Standing) -> usize {
    report.rules.iter().filter(|row| row.side == side && row.standing == standing).count()
}

/// How many MUST rules of a side held, and how many there are to hold.
pub(super) fn musts(report: &Report, side: Side) -> (usize, usize) {
    let rows: Vec<&RuleRow> =
        report.rules.iter().filter(|row| row.side == side && row.level == Level::Must).collect();
    let count = |standing| rows.iter().filter(|row| row.standing == standing).count();
    let held = count(Standing::Held);
    let lost = [Standing::Violated, Standing::Waived, Standing::Undecided, Standing::Warned];
    (held, held + lost.into_iter().map(count).sum::<usize>())
}

/// What the rules of a side came to.
pub(super) fn held(report: &Report, side: Side) -> String {
    let (held, musts) = musts(report, side);
    let mut parts = vec![format!("{held}/{musts} MUST held")];
    for standing in BESIDE {
        let number = count(report, side, standing);
        if number > 0 {
            parts.push(format!("{number} {}", standing.word().replace('_', " ")));
        }
    }
    if side.is_plain() && !report.without_case.is_empty() {
        parts.push(format!("{} without a case", report.without_case.len()));
    }
    parts.join(", ")
}

/// How much ran for a side.
pub(super) fn ran(report: &Report, side: Side) -> String {
    let own = || report.cases.iter().filter(|case| case.side == side && !case.is_ambient());
    let examples: usize = own().map(|case| case.examples).sum();
    let cases = plural(own().count(), "case");
    if examples == 0 { cases } else { format!("{cases} and {}", plural(examples, "example")) }
}
