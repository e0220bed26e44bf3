//! Makes a run of what a row says that it saw, scores it, and holds the row to what it wants.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use mock_humd::wire::chi::REGISTRY;
use thrum_conform::baseline::Baseline;
use thrum_conform::config::Config;
use thrum_conform::exit::Exit;
use thrum_conform::judge::ambient::{Offence, Sighting};
use thrum_conform::judge::{Cause, Failure, Outcome, Root, Verdict};
use thrum_conform::merge::{Material, merge};
use thrum_conform::plan::{Job, Plan, Selection, Shard, glob, plan};
use thrum_conform::report::{self, Facts, Format, Report};
use thrum_conform::rule::{Level, Party, RuleBook};
use thrum_conform::run::{End, Judged, Order, Results, Times, Unsteady};
use thrum_conform::score::{Scoring, score};
use thrum_conform::testee::{Answers, CAPABILITIES, Habits, Identity};
use thrum_conform::vector::{Body, Case, Source, Suite, load};
use time::{Date, Month};

use crate::row::{Asked, How::*, Row};

static BOOK: LazyLock<RuleBook> =
    LazyLock::new(|| RuleBook::parse(thrum_vectors::WIRE_DOC).expect("WIRE.md is well-formed"));
static SUITE: LazyLock<Suite> =
    LazyLock::new(|| load(&Source::Embedded, &BOOK).expect("the vectors are well-formed"));

/// The day on which the runs are said to be.
const TODAY: (i32, Month, u8) = (2026, Month::November, 25);

fn identity(asked: &[Asked]) -> Identity {
    let verbs = REGISTRY.iter().map(|row| format!("verb.{}", row.chi));
    let all = CAPABILITIES.iter().map(|cap| (*cap).to_owned()).chain(verbs);
    let is_bee = asked.iter().any(|asked| matches!(asked, Asked::Bee));
    let lacks = |cap: &String| {
        is_bee && cap == "worker"
            || asked.iter().any(|asked| matches!(asked, Asked::Without(lacks) if lacks == cap))
    };
    Identity {
        name: "a client".to_owned(),
        version: "1.0.0".to_owned(),
        lang: "any".to_owned(),
        wire: BOOK.version.to_string(),
        profiles: ["document", "live"]
            .iter()
            .take(if is_bee { 1 } else { 2 })
            .map(ToString::to_string)
            .collect(),
        caps: all.filter(|cap| !lacks(cap)).collect(),
        habits: is_bee.then(|| Habits { answers: Some(Answers::Calls), ..Habits::unknown() }),
    }
}

fn selection(asked: &[Asked]) -> Selection {
    let mut selection = Selection::all(BOOK.version);
    for asked in asked {
        match asked {
            Asked::Run(id) => selection.run.push(glob(id).expect("it is a glob")),
            Asked::Skip(id) => selection.skip.push(glob(id).expect("it is a glob")),
            Asked::Rule(rule) => selection.rules.push((*rule).to_owned()),
            Asked::Role(role) => selection.role = Some(*role),
            Asked::Profile(profile) => selection.profile = Some(*profile),
            Asked::Without(_) | Asked::Bee | Asked::Shared => {}
        }
    }
    selection
}

/// The rule that a code is about in a case, and in which example.
fn rule_of(case: &Case, tc: Option<u64>, code: &str) -> String {
    let example = match &case.body {
        Body::Call { examples, .. } => examples.iter().find(|example| Some(example.tc) == tc),
        Body::Wire { .. } => None,
    };
    let cited = match &case.body {
        Body::Wire { steps, .. } => {
            let cites = steps.iter().filter_map(|step| step.cite.as_ref());
            cites.into_iter().find(|cite| cite.code.as_deref() == Some(code)).map(|cite| cite.rule.clone())
        }
        Body::Call { .. } => None,
    };
    example.map(|example| example.cite.rule.clone()).or(cited).unwrap_or_else(|| case.decides[0].clone())
}

fn failure(rule: &str, tc: Option<u64>, code: &str) -> Failure {
    Failure {
        rule: rule.to_owned(),
        code: code.to_owned(),
        step: 1,
        steps: 1,
        example: tc,
        wanted: String::new(),
        got: String::new(),
        differences: Vec::new(),
        hint: None,
        at: None,
        also: Vec::new(),
    }
}

/// One job, as the row says that it went; `None` where it was not run.
fn judged(job: &Job<'static>, row: &Row) -> Option<Judged<'static>> {
    let mut judged = Judged {
        case: job.case,
        side: job.side,
        verdicts: Vec::new(),
        sightings: Vec::new(),
        took: Duration::ZERO,
        scene: None,
        stderr: String::new(),
        leaked: false,
        evidence: None,
    };
    let mut outcomes: BTreeMap<String, Outcome> =
        job.case.decides.iter().map(|rule| (rule.clone(), Outcome::Held)).collect();
    for (name, how) in row.seen {
        let (id, tc) = match name.split_once('#') {
            Some((id, tc)) => (id, tc.parse().ok()),
            None => (*name, None),
        };
        if id != job.case.id {
            continue;
        }
        let cause = |root| Outcome::Inconclusive(Cause { why: "it could not be seen".to_owned(), root });
        match how {
            FailsAs(party, _) if *party != job.side.party => {}
            Fails(code) | FailsAs(_, code) | AtTimes(code) | AtTimesEither(code, _) => {
                let rule = rule_of(job.case, tc, code);
                let one = failure(&rule, tc, code);
                match outcomes.get_mut(&rule).expect("the case decides the rule") {
                    Outcome::Broken(first) => first.also.push(one),
                    own => *own = Outcome::Broken(Box::new(one)),
                }
            }
            Unsupported => all(&mut outcomes, &cause(Root::Unsupported)),
            Blocked(rule, code) => {
                let root = Root::Broken { rule: (*rule).to_owned(), code: (*code).to_owned() };
                all(&mut outcomes, &cause(root));
            }
            Hidden => all(&mut outcomes, &cause(Root::Itself)),
            Idle => all(&mut outcomes, &Outcome::NotExercised("nothing came to pass".to_owned())),
            NotRun => return None,
            OnALine(rule) => {
                let offence = Offence { why: "it is wrong".to_owned(), line: "{}".to_owned() };
                judged.sightings.push(Sighting { rule: (*rule).into(), offence: Some(offence) });
            }
        }
    }
    let outcomes = outcomes.into_iter();
    judged.verdicts = outcomes.map(|(rule, outcome)| Verdict { rule, outcome }).collect();
    Some(judged)
}

fn all(outcomes: &mut BTreeMap<String, Outcome>, outcome: &Outcome) {
    for own in outcomes.values_mut() {
        *own = outcome.clone();
    }
}

/// What came to different things, as the row says.
fn unsteady(plan: &Plan<'static>, row: &Row) -> Vec<Unsteady> {
    let at_times = row.seen.iter().filter_map(|(id, how)| match how {
        AtTimes(code) => Some((*id, vec![*code])),
        AtTimesEither(code, other) => Some((*id, vec![*code, *other])),
        _ => None,
    });
    at_times
        .filter_map(|(id, codes)| {
            // a shard may have no part in it
            let job = plan.jobs.iter().find(|job| job.case.id == id)?;
            Some(Unsteady {
                case: id.to_owned(),
                side: job.side,
                outcomes: [("held", 3), ("broken", 2)]
                    .map(|(what, times)| Times { what: what.to_owned(), times })
                    .into(),
                broken: codes
                    .into_iter()
                    .map(|code| (rule_of(job.case, None, code), None, code.to_owned()))
                    .collect(),
                open: false,
            })
        })
        .collect()
}

/// Scores what the row saw.
pub fn report(row: &Row) -> Report {
    played(row, None)
}

/// Scores what a shard of it saw, or the whole of it.
fn played(row: &Row, shard: Option<Shard>) -> Report {
    let config = Config::parse("c.toml", row.entries.clone(), PathBuf::new())
        .unwrap_or_else(|faults| panic!("{}: {faults:?}", row.about));
    let (identity, selection) = (identity(row.asked), Selection { shard, ..selection(row.asked) });
    let plan = plan(&SUITE, &BOOK, &identity, &selection).expect("something is selected");
    let cases = plan.jobs.iter().filter_map(|job| judged(job, row)).collect();
    let unsteady = unsteady(&plan, row);
    let results = Results {
        identity,
        cases,
        unsteady,
        plan,
        order: Order::default(),
        gate: None,
        took: Duration::ZERO,
        end: End::Whole,
        left_behind: false,
    };
    let (year, month, day) = TODAY;
    let today = Date::from_calendar_date(year, month, day).expect("it is a day");
    let is_shared = row.asked.iter().any(|asked| matches!(asked, Asked::Shared));
    let scoring = Scoring {
        book: &BOOK,
        suite: &SUITE,
        required: Level::Must,
        rules: &selection.rules,
        all: selection.is_all(),
        baseline: Some(Baseline {
            entries: &config.entries,
            today,
            selection: &selection,
            shared: is_shared,
        }),
        command: String::new(),
        config: Some("c.toml".to_owned()),
        wire: BOOK.version,
        vectors: String::new(),
    };
    let facts = Facts::of(&results, &selection, Level::Must, scoring.baseline.as_ref(), today);
    Report { shard, facts: shard.map(|_| facts), ..score(results, &scoring) }
}

/// As it is written and read back.
fn stored(report: &Report, dir: &Path) -> Report {
    let path = dir.join("report.json");
    fs::write(&path, written(report)).expect("a file");
    Report::read(&path).unwrap_or_else(|error| panic!("{error}"))
}

fn written(report: &Report) -> String {
    let mut text = Vec::new();
    report::write(report, Format::Json, &mut text).expect("memory can be written to");
    String::from_utf8(text).expect("JSON is text")
}

/// Several machines come to the same as one, with what is known too: what matches in one shard alone is stale in none of
/// the others, and what matches in none is stale in the whole.
#[track_caller]
fn comes_to_the_same_in_shards(row: &Row, whole: &Report) {
    let dir = tempfile::tempdir().expect("a folder");
    let parts = (1..=3).map(|number| {
        let part = played(row, Some(Shard { number, of: 3 }));
        (number.to_string(), stored(&part, dir.path()))
    });
    let material = Material { book: &BOOK, suite: &SUITE, release: "" };
    let merged = merge(&parts.collect::<Vec<_>>(), material);
    let merged = merged.unwrap_or_else(|error| panic!("{}: {error}", row.about));
    let (merged, whole) = (written(&merged), written(whole));
    for (number, (one, other)) in merged.lines().zip(whole.lines()).enumerate() {
        assert_eq!(one, other, "{}: line {}", row.about, number + 1);
    }
    assert!(merged == whole, "{}", row.about);
}

/// Holds a row to what it wants.
#[track_caller]
pub fn check(row: &Row) {
    let report = report(row);
    comes_to_the_same_in_shards(row, &report);
    let about = row.about;
    for (name, word) in row.wanted {
        let (name, who) = name.split_once(' ').map_or((*name, None), |(name, who)| (name, Some(who)));
        let is_who = |party: Party| who.is_none_or(|who| party.word() == who);
        let case = report.cases.iter().find(|case| case.id == name && is_who(case.side.party));
        let rule = report.rules.iter().find(|rule| rule.id == name && is_who(rule.side.party));
        let found = case.map(|case| case.verdict.word()).or(rule.map(|rule| rule.standing.word()));
        assert_eq!(found, Some(*word), "{about}: {name}");
    }
    let found: Vec<String> =
        report.waivers.iter().map(|finding| format!("{} {}", finding.fault.word(), finding.why)).collect();
    assert_eq!(found.len(), row.found.len(), "{about}: {found:?}");
    for (finding, (fault, why, lines)) in report.waivers.iter().zip(row.found) {
        assert_eq!(finding.fault.word(), *fault, "{about}: {found:?}");
        assert!(finding.why.contains(why), "{about}: `{why}` is not in `{}`", finding.why);
        let new: Vec<&str> =
            finding.changes.iter().map(|change| change.new.as_deref().unwrap_or("-")).collect();
        assert_eq!(new.join("|"), *lines, "{about}");
        for change in &finding.changes {
            let line = row.entries.lines().nth(change.line - 1);
            assert_eq!(line, Some(change.old.as_str()), "{about}: line {}", change.line);
        }
    }
    let exit = if row.found.is_empty() { Exit::Fine } else { Exit::Failed };
    assert_eq!(report.exit, row.exit.unwrap_or(exit), "{about}");
}
