//! What a person sees while something runs: a bar on stderr that goes when the work is done. It is hidden where stderr
//! is no terminal, or one that cannot draw.

mod screen;

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::io;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use thrum_conform::report::Verbosity;
use thrum_conform::rule::Side;
use thrum_conform::run;

use crate::terminal;
use screen::Screen;

/// A case that runs longer than this is named, with the time that it takes.
const SLOW: Duration = Duration::from_secs(1);

/// Pictures a second.
const PICTURES: u8 = 15;
/// How often the spinner turns.
const SPINNER_TICK: Duration = Duration::from_millis(120);

/// A bar for so many of something; what its message says stands behind them.
pub fn bar(length: usize, what: &str) -> ProgressBar {
    drawn_on(target(), Some(length as u64)).with_prefix(counted(length, what))
}

/// A bar that draws nothing before it moves.
fn drawn_on(target: ProgressDrawTarget, length: Option<u64>) -> ProgressBar {
    // a template that cannot be read gives a bar without words
    let style = ProgressStyle::with_template("{bar:24} {pos:>4} of {prefix}{wide_msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    let ascii = terminal::look(Verbosity::Normal, &io::stderr()).ascii;
    let style = style.progress_chars(if ascii { "##-" } else { "██░" });
    ProgressBar::with_draw_target(length, target).with_style(style)
}

/// For work of which nobody knows how long it is.
pub fn spinner() -> ProgressBar {
    let spinner = ProgressBar::with_draw_target(None, target()).with_style(ProgressStyle::default_spinner());
    if !spinner.is_hidden() {
        spinner.enable_steady_tick(SPINNER_TICK);
    }
    spinner
}

fn counted(length: usize, what: &str) -> String {
    if length == 1 { format!("1 {what}") } else { format!("{length} {what}s") }
}

fn target() -> ProgressDrawTarget {
    let draws = |screen| ProgressDrawTarget::term_like_with_hz(Box::new(screen), PICTURES);
    Screen::on_stderr().map_or_else(ProgressDrawTarget::hidden, draws)
}

/// The cases of a run: how many are done, how many failed so far, and which one takes long.
pub struct Cases {
    bar: ProgressBar,
    running: RefCell<Vec<(String, Side, Instant)>>,
    failed: Cell<usize>,
}

impl Cases {
    /// Nothing is drawn unless `shown`.
    pub fn new(shown: bool) -> Self {
        let bar = drawn_on(if shown { target() } else { ProgressDrawTarget::hidden() }, None);
        Self { bar, running: RefCell::default(), failed: Cell::new(0) }
    }

    /// Takes note of what happened.
    pub fn note(&self, progress: run::Progress<'_, '_>) {
        match progress {
            run::Progress::Planned { plays: total, .. } => {
                self.bar.set_prefix(counted(total, "case"));
                self.bar.set_length(total as u64);
            }
            run::Progress::Began(case, side) => {
                self.running.borrow_mut().push((case.id.clone(), side, Instant::now()));
            }
            run::Progress::Again(..) | run::Progress::Lost(..) => {}
            run::Progress::Ended(judged) => {
                let mut running = self.running.borrow_mut();
                let ended =
                    running.iter().position(|(id, side, _)| *id == judged.case.id && *side == judged.side);
                let was_named =
                    ended.map(|place| running.remove(place)).is_some_and(|case| case.2.elapsed() >= SLOW);
                drop(running);
                if judged.is_broken() {
                    self.failed.set(self.failed.get() + 1);
                }
                if judged.is_broken() || was_named {
                    self.say();
                }
                self.bar.inc(1);
            }
        }
    }

    /// Names the case that takes longest, as soon as it takes long. Never ends by itself.
    pub async fn watch(&self) -> Infallible {
        if self.bar.is_hidden() {
            return std::future::pending().await;
        }
        loop {
            let oldest = self.running.borrow().iter().map(|(.., began)| began.elapsed()).max();
            // the next full second of the oldest, or the first second of whatever begins meanwhile
            let second = oldest.map_or(0, |elapsed| elapsed.subsec_nanos());
            tokio::time::sleep(SLOW.saturating_sub(Duration::from_nanos(second.into()))).await;
            self.say();
        }
    }

    fn say(&self) {
        let failed = match self.failed.get() {
            0 => String::new(),
            failed => format!(", {failed} failed"),
        };
        let running = self.running.borrow();
        let slow = running
            .iter()
            .max_by_key(|(.., began)| began.elapsed())
            .filter(|(.., began)| began.elapsed() >= SLOW);
        let slow = slow
            .map_or_else(String::new, |(id, _, began)| format!(" · {} s in {id}", began.elapsed().as_secs()));
        self.bar.set_message(format!("{failed}{slow}"));
    }
}

impl Drop for Cases {
    /// Leaves nothing behind, however the run ended.
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
