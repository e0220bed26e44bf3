//! What is not as it should be: survivors, breakage that nobody declared, and rules or cases that catch nothing.

use std::collections::{BTreeMap, BTreeSet};

use thrum_conform::exit::Exit;
use thrum_conform::report::{CaseVerdict, Report, Standing};
use thrum_conform::rule::{Level, RuleBook, Side};
use thrum_conform::vector::{Case, Status, Suite};

use super::matrix::{Matrix, broken};
use crate::reference::Mutant;

/// Something that is wrong with the suite, or with a testee of its own.
#[derive(Debug, Clone)]
pub struct Finding {
    pub what: String,
    pub why: String,
}

/// How a process, a connection or a shim can end a case from outside: `section.died` and the like.
const ENDS: [&str; 5] = ["died", "hung", "closed", "stopped-reading", "misrouted"];

/// What one look found: true if further looks find it too.
pub struct Doubt {
    pub why: String,
    /// Where a further look has to look.
    pub cases: BTreeSet<String>,
}

/// One run of a mutant.
pub struct Look<'a> {
    pub mutant: &'a Mutant,
    pub report: &'a Report,
    /// What was run.
    pub cases: &'a BTreeSet<String>,
    /// The cases that name it in `kills`.
    pub killers: &'a [&'a Case],
}

impl Look<'_> {
    /// What is not as the mutant declares it.
    pub fn doubts(&self) -> BTreeMap<String, Doubt> {
        let name = self.mutant.name;
        let declared: BTreeSet<&str> = self.mutant.breaks.iter().copied().collect();
        let broken = broken(self.report);
        let mut doubts = BTreeMap::new();
        for (rule, broken) in broken.iter().filter(|(rule, _)| !declared.contains(rule.as_str())) {
            // what is judged on every line may show in any case
            let cases: BTreeSet<String> =
                broken.cases.iter().filter(|id| self.cases.contains(*id)).cloned().collect();
            let cases = if cases.is_empty() { self.cases.clone() } else { cases };
            let doubt = Doubt { why: broken.why.clone(), cases };
            doubts.insert(format!("{name} breaks {rule}, which it does not declare"), doubt);
        }
        // a whole bee shows a part of what its fault breaks
        let owed = declared.iter().filter(|_| self.report.level != 0);
        for rule in owed.filter(|rule| !broken.contains_key(**rule)) {
            let doubt = Doubt { why: "no case broke it".to_owned(), cases: self.cases.clone() };
            doubts.insert(format!("{name} declares {rule}, which holds"), doubt);
        }
        for case in self.killers {
            if let Some(why) = self.survived(case) {
                let doubt = Doubt { why, cases: [case.id.clone()].into() };
                doubts.insert(format!("{name} survives {}", case.id), doubt);
            }
        }
        doubts
    }

    /// Why a case did not kill the mutant by a code of its own, or from outside; `state-leak` does not count.
    fn survived(&self, case: &Case) -> Option<String> {
        let skipped = self.report.not_applicable.iter().find(|idle| idle.id == case.id);
        if case.status != Status::Scored {
            return None;
        }
        match skipped {
            Some(idle) if case.is_for_bees => return Some(format!("it did not run: {}", idle.why)),
            Some(_) => return None,
            None => {}
        }
        let Some(row) = self.report.cases.iter().find(|row| row.id == case.id) else {
            return Some("it did not run".to_owned());
        };
        let is_own = |code: &str| {
            case.codes().any(|own| own == code)
                || ENDS.iter().any(|end| code == format!("{}.{end}", case.section()))
        };
        let killed = row.failures.iter().any(|failure| is_own(&failure.failure.code));
        (!killed).then(|| format!("{} {}", row.verdict.word(), row.why))
    }
}

/// What a testee breaks or leaves open that must hold everything.
pub fn not_sound(name: &str, report: &Report) -> Vec<Finding> {
    let mut found: Vec<Finding> = broken(report)
        .into_iter()
        .map(|(rule, broken)| Finding { what: format!("{name} breaks {rule}"), why: broken.why })
        .collect();
    let open = report.rules.iter().filter(|row| row.standing == Standing::Undecided);
    found.extend(open.map(|row| Finding {
        what: format!("{name} leaves {} undecided{}", row.id, suffix(row.side)),
        why: row.why.clone(),
    }));
    if found.is_empty() && report.exit != Exit::Fine {
        found.push(Finding { what: format!("{name} ends with {:?}", report.exit), why: String::new() });
    }
    found
}

/// What a whole bee breaks, or keeps a case from seeing, that is right in all it does.
pub fn not_sound_bee(name: &str, report: &Report) -> Vec<Finding> {
    let mut found: Vec<Finding> = broken(report)
        .into_iter()
        .map(|(rule, broken)| Finding { what: format!("{name} breaks {rule}"), why: broken.why })
        .collect();
    let unseen = report.cases.iter().filter(|row| row.verdict == CaseVerdict::Inconclusive);
    found.extend(
        unseen.map(|row| Finding {
            what: format!("{name} leaves {} inconclusive", row.id),
            why: row.why.clone(),
        }),
    );
    if found.is_empty() && report.exit != Exit::Incomplete {
        found.push(Finding { what: format!("{name} ends with {:?}", report.exit), why: String::new() });
    }
    found
}

/// What a bee holds that is none. It may say a good hello; whatever takes more than that it must not hold.
pub fn holds_more_than_a_hello(name: &str, report: &Report, suite: &Suite) -> Vec<Finding> {
    let asks = |id: &String| suite.case(id).is_some_and(Case::probes);
    let held = report.rules.iter().filter(|row| matches!(row.standing, Standing::Held | Standing::Observed));
    let mut found: Vec<Finding> = held
        .filter(|row| row.cases.iter().any(asks))
        .map(|row| Finding { what: format!("{name} holds {}", row.id), why: row.cases.join(", ") })
        .collect();
    if report.exit == Exit::Fine {
        found.push(Finding { what: format!("{name} ends well"), why: "it is no bee at all".to_owned() });
    }
    found
}

/// What a testee holds that must hold nothing.
pub fn holds_something(name: &str, report: &Report) -> Vec<Finding> {
    let held = report.rules.iter().filter(|row| matches!(row.standing, Standing::Held | Standing::Observed));
    let mut found: Vec<Finding> = held
        .map(|row| Finding {
            what: format!("{name} holds {}{}", row.id, suffix(row.side)),
            why: row.cases.join(", "),
        })
        .collect();
    if report.exit == Exit::Fine {
        found.push(Finding { what: format!("{name} ends well"), why: "it is no client at all".to_owned() });
    }
    found
}

/// Rules that no mutant breaks, scored cases that no mutant fails, and names in `kills` that nobody has.
pub fn idle(matrix: &Matrix, book: &RuleBook, suite: &Suite) -> Vec<Finding> {
    let (rules, cases) = (matrix.by_rule(), matrix.by_case());
    let names: BTreeSet<&str> = matrix.rows.iter().map(|row| row.mutant).collect();
    let mut found = Vec::new();
    for rule in book.rules().filter(|rule| suite.scores(rule) && !rules.contains_key(rule.id.as_str())) {
        let why = "a rule that nothing breaks proves nothing".to_owned();
        found.push(Finding { what: format!("no mutant breaks {}", rule.id), why });
    }
    for case in &suite.cases {
        let applies = case.status == Status::Scored && case.until.is_none_or(|until| until >= book.version);
        if applies && !cases.contains_key(case.id.as_str()) && !only_records(case, book) {
            let why =
                format!("{}:{}: it decides {}", case.place.file, case.place.line, case.decides.join(", "));
            found.push(Finding { what: format!("no mutant fails {}", case.id), why });
        }
        for name in case.kills.iter().filter(|name| !names.contains(name.as_str())) {
            let why = "no mutant has that name".to_owned();
            found.push(Finding { what: format!("{} names `{name}` in `kills`", case.id), why });
        }
    }
    found
}

/// Whether a case is about MAY rules alone.
fn only_records(case: &Case, book: &RuleBook) -> bool {
    case.decides.iter().all(|rule| book.get(rule).is_some_and(|rule| rule.level < Level::Should))
}

/// Nothing for the plain side.
fn suffix(side: Side) -> String {
    if side.is_plain() { String::new() } else { format!(" ({side})") }
}
