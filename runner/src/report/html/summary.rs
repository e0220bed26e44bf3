//! The first screen: how the run ended, who was tested, and what the rules came to.

use super::mark::{Mark, sort};
use super::{heading, millis};
use crate::exit::Exit;
use crate::report::entry::Sort;
use crate::report::headline::{self, count, musts};
use crate::report::model::{Report, Standing};
use crate::report::text::{LINE_MAX, cut, lines};
use crate::rule::Side;

/// The first screen.
#[derive(Debug)]
pub(super) struct Summary {
    pub(super) mark: Mark,
    /// With a capital, as a heading.
    pub(super) verdict: String,
    pub(super) wire: String,
    pub(super) who: String,
    /// What else there is to know of the run: a name, and a value.
    pub(super) facts: Vec<(&'static str, String)>,
    pub(super) sides: Vec<OneSide>,
    /// What kept the client from being tested or ended the run, line by line, and what to do about it.
    pub(super) diagnosis: Option<(Vec<String>, String)>,
    pub(super) unplayed: usize,
}

/// What the rules of one side came to.
#[derive(Debug)]
pub(super) struct OneSide {
    pub(super) name: String,
    pub(super) held: usize,
    pub(super) musts: usize,
    /// The colour of the number.
    pub(super) mark: Mark,
    pub(super) counts: Vec<Count>,
    pub(super) ran: String,
}

/// How many rules came to the same, and their part of the bar in percent.
#[derive(Debug)]
pub(super) struct Count {
    pub(super) number: usize,
    pub(super) mark: Mark,
    pub(super) from: String,
    pub(super) width: String,
}

pub(super) fn of(report: &Report) -> Summary {
    Summary {
        mark: Mark::new(how(report.exit), headline::verdict(report)),
        verdict: heading(headline::verdict(report)),
        wire: report.wire.clone(),
        who: headline::who(report),
        facts: facts(report),
        sides: headline::sides(report).into_iter().map(|side| one_side(report, side)).collect(),
        diagnosis: report.diagnosis.as_ref().map(|found| (lines(&found.what), cut(&found.hint, LINE_MAX))),
        unplayed: report.unplayed,
    }
}

fn how(exit: Exit) -> Sort {
    match exit {
        Exit::Fine => Sort::Passed,
        Exit::Failed | Exit::Input | Exit::Broken => Sort::Failed,
        Exit::Incomplete | Exit::Interrupted => Sort::Unseen,
    }
}

fn facts(report: &Report) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("wire", report.wire.clone()),
        ("vectors", report.vectors.clone()),
        ("tested", if report.level == 0 { "as a black box" } else { "through its shim" }.to_owned()),
    ];
    facts.extend(report.shard.map(|shard| ("shard", format!("{} of {}", shard.number, shard.of))));
    facts.extend(report.config.iter().map(|config| ("configuration", config.clone())));
    if report.order.times > 1 {
        facts.push(("each case", format!("{} times", report.order.times)));
    }
    facts.extend(report.order.seed.map(|seed| ("seed", seed.to_string())));
    facts.extend([("took", millis(report.took)), ("exit code", report.exit.code().to_string())]);
    facts
}

fn one_side(report: &Report, side: Side) -> OneSide {
    let (held, musts) = musts(report, side);
    let numbers = Standing::ALL.map(|standing| (standing, count(report, side, standing)));
    let all: usize = numbers.iter().map(|(_, number)| number).sum();
    let percent = |part: usize| {
        #[expect(clippy::cast_precision_loss, reason = "a count of rules is far below 2^52")]
        let share = part as f64 * 100.0 / all.max(1) as f64;
        format!("{share:.2}%")
    };
    let mut before = 0;
    let mut counts = Vec::new();
    for (standing, number) in numbers.into_iter().filter(|(_, number)| *number > 0) {
        counts.push(Count {
            number,
            mark: Mark::of(standing),
            from: percent(before),
            width: percent(number),
        });
        before += number;
    }
    let violated = count(report, side, Standing::Violated);
    let mark = match () {
        () if violated > 0 => Standing::Violated,
        () if held < musts => Standing::Undecided,
        () => Standing::Held,
    };
    OneSide {
        name: side.to_string(),
        held,
        musts,
        mark: Mark::new(sort(mark), mark.word()),
        counts,
        ran: headline::ran(report, side),
    }
}
