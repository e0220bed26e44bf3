//! The exchange as a picture: where each line and arrow stands. Lengths along the page are shares of its width, so that
//! the type keeps its size on a narrow screen.

use crate::judge::{Arrow, Scene, Way};
use crate::report::model::FailureRow;
use crate::report::text::{apart, clean, cut};

/// Arrows before and after the wrong place that are drawn: examples of a helper do not build on each other.
const AROUND: (usize, usize) = (10, 3);
const AROUND_CALL: (usize, usize) = (1, 0);
/// Heights in pixels: of the names on top, of an arrow, and of the line that says what was wanted.
const HEAD: usize = 34;
const ROW: usize = 40;
const WANTED: usize = 18;
/// Where the lines of the parties stand, in percent.
const DAEMON: u8 = 18;
const CLIENT: u8 = 57;
const LAST: u8 = 96;

/// A picture.
#[derive(Debug)]
pub(super) struct Diagram {
    pub(super) height: usize,
    /// Who speaks to the client, and where its line stands.
    pub(super) peer: &'static str,
    pub(super) daemon: u8,
    pub(super) client: u8,
    /// The application behind the client, where it was handed anything.
    pub(super) application: Option<u8>,
    pub(super) rows: Vec<Row>,
    /// What was wanted and never came, where no arrow is the wrong one.
    pub(super) missing: Option<Missing>,
    /// Arrows that are left out before and after.
    pub(super) before: usize,
    pub(super) after: usize,
}

/// One arrow.
#[derive(Debug)]
pub(super) struct Row {
    /// The class of its way.
    pub(super) way: &'static str,
    pub(super) from: u8,
    pub(super) to: u8,
    /// Where its text stands: at the line of the application it ends there.
    pub(super) text: u8,
    pub(super) is_end: bool,
    /// The top of the row, and the arrow itself.
    pub(super) top: usize,
    pub(super) height: usize,
    pub(super) y: usize,
    pub(super) time: String,
    pub(super) label: String,
    pub(super) note: String,
    pub(super) is_wrong: bool,
    /// What was wanted instead; may be empty.
    pub(super) wanted: String,
}

/// What is not there.
#[derive(Debug)]
pub(super) struct Missing {
    pub(super) top: usize,
    pub(super) wanted: String,
    pub(super) got: String,
}

/// Draws the arrows around the wrong place, or the last ones.
pub(super) fn draw(scene: &Scene, failure: Option<&FailureRow>) -> Diagram {
    let arrows = &scene.arrows;
    let wrong = arrows.iter().position(|arrow| arrow.wrong);
    let is_call = scene.is_call();
    let (before, after) = if is_call { AROUND_CALL } else { AROUND };
    let (from, to) = match wrong {
        Some(place) => (place.saturating_sub(before), (place + after + 1).min(arrows.len())),
        None => (arrows.len().saturating_sub(before + after), arrows.len()),
    };
    let shown = &arrows[from..to];
    let is_handed = !is_call && shown.iter().any(|arrow| arrow.way == Way::Reported);
    let client = if is_handed { CLIENT } else { LAST };
    let wanted = failure.map_or_else(String::new, wanted);
    let mut top = HEAD;
    let mut rows = Vec::new();
    for arrow in shown {
        let row = row(arrow, client, top, &wanted);
        top += row.height;
        rows.push(row);
    }
    let missing = failure.filter(|_| wrong.is_none()).map(|row| {
        let (wanted, got) = apart(&row.failure.wanted, &row.failure.got, super::LABEL_MAX);
        Missing { top, wanted, got }
    });
    if missing.is_some() {
        top += ROW;
    }
    Diagram {
        height: top + 8,
        peer: if is_call { "suite" } else { "daemon" },
        daemon: DAEMON,
        client,
        application: is_handed.then_some(LAST),
        rows,
        missing,
        before: from,
        after: arrows.len() - to,
    }
}

/// What was wanted where it first differs.
fn wanted(row: &FailureRow) -> String {
    let first = row.failure.differences.first();
    first.map_or_else(String::new, |first| {
        apart(&first.wanted, first.got.as_deref().unwrap_or_default(), super::LABEL_MAX).0
    })
}

fn row(arrow: &Arrow, client: u8, top: usize, wanted: &str) -> Row {
    let (way, from, to) = match arrow.way {
        Way::ToClient | Way::Asked => ("to-client", DAEMON, client),
        Way::ToDaemon => ("to-daemon", client, DAEMON),
        // the answer of a helper
        Way::Reported if client == LAST => ("to-daemon", client, DAEMON),
        Way::Reported => ("reported", client, LAST),
    };
    let is_end = way == "reported";
    let wanted = if arrow.wrong { wanted.to_owned() } else { String::new() };
    let conn = if arrow.conn > 0 { format!("[{}] ", arrow.conn + 1) } else { String::new() };
    Row {
        way,
        from,
        to,
        text: if is_end { LAST } else { DAEMON },
        is_end,
        top,
        height: ROW + if wanted.is_empty() { 0 } else { WANTED },
        y: top + 20,
        time: super::millis(arrow.at),
        label: format!("{conn}{}", cut(&clean(&arrow.label), super::LABEL_MAX)),
        note: cut(&clean(&arrow.note), super::LABEL_MAX),
        is_wrong: arrow.wrong,
        wanted,
    }
}
