//! The rows of the report: one for each case, and for each rule that was broken on some line.

use super::Scoring;
use crate::baseline::{Entry, Expected, Known, Ruling, ambient_id};
use crate::judge::{self, Failure, Outcome, Verdict};
use crate::report::{CaseRow, CaseVerdict, FailureRow, Standing, Twin, Waiver};
use crate::rule::{Level, Side};
use crate::run::Judged;
use crate::spelling::millis;
use crate::vector::{self, Body, Status};

/// What a case came to, in words for the report.
struct Said<'a> {
    verdict: CaseVerdict,
    why: String,
    entry: Option<&'a Entry>,
}

/// Why a case comes to nothing that a whole bee is played for all the same.
const HIDDEN: &str = "what it looks at does not show without a shim";

/// Whether something showed that speaks for the client.
fn shows(verdict: &Verdict) -> bool {
    verdict.is_good() && !matches!(verdict.outcome, Outcome::Partly)
}

impl Scoring<'_> {
    pub(super) fn case_row(&self, judged: &Judged<'_>, all: &[Judged<'_>], ruling: &Ruling<'_>) -> CaseRow {
        let (side, case) = (judged.side, judged.case);
        let mut failures = Vec::new();
        let mut entry = None;
        for verdict in &judged.verdicts {
            let Outcome::Broken(failure) = &verdict.outcome else { continue };
            let (waived, free) = parted(side, &case.id, failure, ruling);
            failures.extend(free.map(|failure| self.failure_row(failure, false)));
            failures.extend(waived.map(|(failure, by)| {
                entry = entry.or(Some(by));
                self.failure_row(failure, true)
            }));
        }
        let said = self.said(judged, &failures, entry, ruling);
        let twin = case.twin.clone().map(|id| {
            let same = |other: &&Judged<'_>| other.case.id == id && other.side == side;
            let good = all.iter().filter(same).any(super::passed);
            Twin { id, passed: good }
        });
        CaseRow {
            id: case.id.clone(),
            side,
            title: case.title.clone(),
            verdict: said.verdict,
            scored: case.status == Status::Scored,
            why: said.why,
            took: millis::rounded(judged.took),
            rules: case.decides.clone(),
            examples: examples(judged),
            steps: vector::dialogue(case),
            failures,
            scene: judged.scene.clone(),
            stderr: judged.stderr.clone(),
            twin,
            waiver: said.entry.map(waiver),
        }
    }

    /// What the case came to: a failure that is not known before all else, then what could not be seen, then what
    /// the baseline says.
    fn said<'a>(
        &self,
        judged: &Judged<'_>,
        failures: &[FailureRow],
        entry: Option<&'a Entry>,
        ruling: &Ruling<'a>,
    ) -> Said<'a> {
        let said = |verdict, why: &str, entry| Said { verdict, why: why.to_owned(), entry };
        let mut free = failures.iter().filter(|row| !row.waived).peekable();
        if let Some(first) = free.peek().map(|row| row.failure.code.clone()) {
            return match free.find(|row| self.weight(row.level) == Standing::Violated) {
                Some(row) => said(CaseVerdict::Fail, &row.failure.code, entry),
                None => said(CaseVerdict::Warn, &first, entry),
            };
        }
        let id = judged.case.id.as_str();
        let (mut idle, mut known) = (None, None);
        for verdict in &judged.verdicts {
            match &verdict.outcome {
                Outcome::Inconclusive(cause) => match ruling.known(judged.side, id, &verdict.rule) {
                    None => return said(CaseVerdict::Inconclusive, &cause.why, entry),
                    Some(Known::Entry(by)) => known = Some((cause.why.clone(), Some(by))),
                    Some(Known::Follows(why)) => known = known.or(Some((why, None))),
                },
                Outcome::NotExercised(why) | Outcome::NotApplicable(why) => idle = Some(why.as_str()),
                Outcome::Partly if !judged.case.is_for_bees => idle = Some(HIDDEN),
                _ => {}
            }
        }
        if let Some(by) = entry {
            let verdict =
                if by.expected == Expected::Flaky { CaseVerdict::Flaky } else { CaseVerdict::Xfail };
            return said(verdict, &by.code, Some(by));
        }
        if let Some((why, by)) = known {
            return said(CaseVerdict::Xfail, &why, by);
        }
        match (idle, ruling.passed(id), ruling.flaky(id)) {
            (Some(why), ..) if !judged.verdicts.iter().any(shows) => {
                said(CaseVerdict::NotExercised, why, None)
            }
            (_, Some(by), _) => said(CaseVerdict::Xpass, "passes", Some(by)),
            (.., Some(by)) => said(CaseVerdict::Flaky, "passed this time", Some(by)),
            _ => said(CaseVerdict::Pass, "", None),
        }
    }

    pub(super) fn ambient_row(&self, failure: &Failure, side: Side, ruling: &Ruling<'_>) -> CaseRow {
        let id = ambient_id(&failure.rule);
        let entry = ruling.waiver(side, &id, &failure.rule, None);
        let row = self.failure_row(failure.clone(), entry.is_some());
        let verdict = match entry.map(|entry| entry.expected) {
            Some(Expected::Flaky) => CaseVerdict::Flaky,
            Some(_) => CaseVerdict::Xfail,
            None if self.weight(row.level) == Standing::Violated => CaseVerdict::Fail,
            None => CaseVerdict::Warn,
        };
        CaseRow {
            id,
            side,
            title: String::new(),
            verdict,
            scored: true,
            why: failure.code.clone(),
            took: std::time::Duration::ZERO,
            rules: vec![failure.rule.clone()],
            examples: 0,
            steps: Vec::new(),
            failures: vec![row],
            scene: None,
            stderr: String::new(),
            twin: None,
            waiver: entry.map(waiver),
        }
    }

    fn failure_row(&self, failure: Failure, waived: bool) -> FailureRow {
        let rule = self.book.get(&failure.rule);
        let own = self.suite.codes.get(&failure.code).map(|code| (code.means.clone(), code.fix.clone()));
        let general =
            judge::general_code(&failure.code).map(|(means, fix)| (means.to_owned(), fix.to_owned()));
        let (means, fix) = own.or(general).unwrap_or_default();
        FailureRow {
            level: rule.map_or(Level::Must, |rule| rule.level),
            text: rule.map(|rule| rule.text.clone()).unwrap_or_default(),
            anchor: rule.map(|rule| rule.anchor.clone()).unwrap_or_default(),
            failure,
            means,
            fix,
            waived,
        }
    }
}

/// A broken rule in two: what an entry waives, and what none does. Of each the first example, with the others.
pub(super) fn parted<'a>(
    side: Side,
    case: &str,
    failure: &Failure,
    ruling: &Ruling<'a>,
) -> (Option<(Failure, &'a Entry)>, Option<Failure>) {
    let mut waived: Vec<(Failure, &Entry)> = Vec::new();
    let mut free: Vec<Failure> = Vec::new();
    for one in failure.each() {
        let own = Failure { also: Vec::new(), ..one.clone() };
        match ruling.waiver(side, case, &one.rule, one.example) {
            Some(entry) => waived.push((own, entry)),
            None => free.push(own),
        }
    }
    let gathered = |mut each: Vec<Failure>| {
        let rest = each.split_off(each.len().min(1));
        each.pop().map(|first| Failure { also: rest, ..first })
    };
    let entry = waived.first().map(|(_, entry)| *entry);
    let waived = gathered(waived.into_iter().map(|(failure, _)| failure).collect());
    (waived.zip(entry), gathered(free))
}

/// An entry, as the report tells of it.
fn waiver(entry: &Entry) -> Waiver {
    Waiver {
        status: entry.expected,
        reason: entry.reason.clone(),
        issue: entry.issue.clone(),
        until: entry.until.map(|until| until.to_string()),
        file: entry.place.file.clone(),
        line: entry.place.first,
    }
}

/// How many examples were judged.
fn examples(case: &Judged<'_>) -> usize {
    match &case.case.body {
        Body::Call { examples, .. } => examples.len(),
        Body::Wire { .. } => 0,
    }
}
