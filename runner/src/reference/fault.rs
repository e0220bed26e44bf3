//! One deliberate fault at a time: what a mutant is, and how the code asks whether it carries a given one.
//!
//! A fault acts at a single place. Where it changes a tone or a line that the client composes, the change
//! stands in the mutant's own row of [`super::mutants`]; everywhere else the code asks [`faulty!`]. A name
//! that no row has does not compile. What a fault is and how it is asked for stand in one file, since the macro needs both.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use mock_humd::wire::wane::WaneTracker;

use super::client::Tone;
use super::mutants::TABLES;
use super::scout;

/// Ids of rules.
pub type Rules = &'static [&'static str];

/// The reference client with one fault.
#[derive(Clone, Copy)]
pub struct Mutant {
    /// How it is chosen, and what the `kills` of a case names.
    pub name: &'static str,
    /// Every rule that it breaks, those included that cannot be broken alone.
    pub breaks: Rules,
    /// The real bug that it stands for.
    pub bug: &'static str,
    pub(super) at: At,
}

/// Where a tone goes, if not the usual way: sessions that have a handler, or None for the catch-all.
pub(super) type Targets = Option<Vec<Option<String>>>;

/// An environment: the value of a variable.
pub(super) type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Where a fault acts.
#[derive(Clone, Copy)]
pub(super) enum At {
    /// Where the code asks for it by name.
    Code,
    /// On each tone of one of these chi, parted by spaces, that the client composes, before it is encoded.
    Tone(&'static str, fn(&mut Tone)),
    /// On each tone that the application composes, once the client has filled it in.
    Sent(fn(&mut Tone)),
    /// On the encoded line of each tone of this chi that the client composes, its LF included.
    Line(&'static str, fn(&mut Vec<u8>)),
    /// On every line that goes out.
    AnyLine(fn(&mut Vec<u8>)),
    /// On each line that comes in, before it is decoded.
    Heard(fn(&mut Memory, &[u8]) -> Take),
    /// On each tone that comes in, before it is handed over.
    Arrived(fn(&mut Memory, &mut Tone) -> Take),
    /// On where a tone goes, given the sessions that have a handler; None stands for the catch-all.
    Route(fn(&[String], &Tone) -> Targets),
    /// In place of a helper function.
    Helper(Helper),
}

/// A helper function that a fault replaces; None where it refuses its arguments.
#[derive(Clone, Copy)]
pub(super) enum Helper {
    Sigil(fn(&str, &str) -> Option<String>),
    /// From the time in ms and the counter.
    Rid(fn(u64, u64) -> String),
    /// Of a tone, at a time in ms.
    IsDusk(fn(&Tone, i128) -> Option<bool>),
    /// From the time and a duration in ms.
    DuskIn(fn(i64, i64) -> Value),
    /// In an environment.
    SocketPath(fn(Environment) -> String),
    Registry(fn(&str, Vec<String>) -> Vec<String>),
    IsValidChi(fn(&Value) -> Option<bool>),
    Encode(fn(Tone, Tone) -> String),
    Version(fn() -> String),
    Wane(WaneFault),
}

/// An operation on clocks that a fault replaces.
#[derive(Clone, Copy)]
pub(super) enum WaneFault {
    Get(fn(&mut WaneTracker, &str) -> u64),
    Set(fn(&mut WaneTracker, &str, u64)),
    Tick(fn(&mut WaneTracker, &str) -> Option<u64>),
    Behind(fn(&mut WaneTracker, &str, u64) -> bool),
    Merge(fn(&mut WaneTracker, &BTreeMap<String, u64>)),
    Snapshot(fn(&WaneTracker) -> BTreeMap<String, u64>),
    /// The key that a sigil is kept under.
    Key(fn(&str) -> String),
    /// The form in which a value is kept.
    Store(fn(u64) -> u64),
}

/// What a faulty client does with something that came in.
pub(super) enum Take {
    /// What it ought to.
    Usual,
    /// Nothing.
    Drop,
    /// It takes these tones instead.
    Tones(Vec<Tone>),
    /// It sends this tone, besides what it ought to do.
    Answer(Tone),
    /// It drops this and the rest of what was read with it.
    DropRead,
    /// It closes the connection.
    HangUp,
    /// The process ends.
    Die,
}

/// What a faulty client remembers of a connection.
#[derive(Default)]
pub(super) struct Memory {
    pub held: Vec<u8>,
    pub count: u64,
    pub names: Vec<String>,
    pub tones: Vec<Tone>,
    /// In a scout, what each fault would remember.
    each: BTreeMap<usize, Memory>,
}

impl Memory {
    fn of(&mut self, mutant: usize) -> &mut Self {
        self.each.entry(mutant).or_default()
    }
}

/// A mutant whose fault stands in the code.
pub(super) const fn code(name: &'static str, breaks: Rules, bug: &'static str) -> Mutant {
    Mutant { name, breaks, bug, at: At::Code }
}

/// A mutant that alters tones of one chi.
pub(super) const fn tone(
    name: &'static str,
    breaks: Rules,
    bug: &'static str,
    chi: &'static str,
    alter: fn(&mut Tone),
) -> Mutant {
    Mutant { name, breaks, bug, at: At::Tone(chi, alter) }
}

/// A mutant that alters the application's tones.
pub(super) const fn sent(
    name: &'static str,
    breaks: Rules,
    bug: &'static str,
    alter: fn(&mut Tone),
) -> Mutant {
    Mutant { name, breaks, bug, at: At::Sent(alter) }
}

/// A mutant that alters the bytes of tones of one chi.
pub(super) const fn line(
    name: &'static str,
    breaks: Rules,
    bug: &'static str,
    chi: &'static str,
    alter: fn(&mut Vec<u8>),
) -> Mutant {
    Mutant { name, breaks, bug, at: At::Line(chi, alter) }
}

/// A mutant that alters the bytes of all tones.
pub(super) const fn any_line(
    name: &'static str,
    breaks: Rules,
    bug: &'static str,
    alter: fn(&mut Vec<u8>),
) -> Mutant {
    Mutant { name, breaks, bug, at: At::AnyLine(alter) }
}

/// A mutant that takes some lines otherwise than it ought to.
pub(super) const fn heard(
    name: &'static str,
    breaks: Rules,
    bug: &'static str,
    take: fn(&mut Memory, &[u8]) -> Take,
) -> Mutant {
    Mutant { name, breaks, bug, at: At::Heard(take) }
}

/// A mutant that takes some tones otherwise than it ought to.
pub(super) const fn arrived(
    name: &'static str,
    breaks: Rules,
    bug: &'static str,
    take: fn(&mut Memory, &mut Tone) -> Take,
) -> Mutant {
    Mutant { name, breaks, bug, at: At::Arrived(take) }
}

/// A mutant with another helper function.
pub(super) const fn helper(name: &'static str, breaks: Rules, bug: &'static str, with: Helper) -> Mutant {
    Mutant { name, breaks, bug, at: At::Helper(with) }
}

const NONE: usize = usize::MAX;
/// Stands for a client that carries no fault, and writes down which would have acted.
const SCOUT: usize = usize::MAX - 1;
static ACTIVE: AtomicUsize = AtomicUsize::new(NONE);

/// All mutants, in the order of their tables.
pub fn mutants() -> &'static [Mutant] {
    static ALL: OnceLock<Vec<Mutant>> = OnceLock::new();
    ALL.get_or_init(|| TABLES.concat())
}

/// Switches a fault on for the life of the process; false when no mutant has that name.
pub(super) fn activate(name: &str) -> bool {
    let found = mutants().iter().position(|mutant| mutant.name == name);
    ACTIVE.store(found.unwrap_or(NONE), Ordering::Relaxed);
    found.is_some()
}

/// Makes the process a scout.
pub(super) fn scout() {
    ACTIVE.store(SCOUT, Ordering::Relaxed);
}

/// Alters a tone of this chi, where the active fault does so.
pub(super) fn tamper_tone(chi: &str, composed: bool, tone: &mut Tone) {
    let alteration = |at: &At| match at {
        At::Tone(of, alter) if composed && of.split(' ').any(|of| of == chi) => Some(*alter),
        At::Sent(alter) if !composed => Some(*alter),
        _ => None,
    };
    visit(|_, at| alteration(at).is_some_and(|alter| changes(tone, alter)));
    if let Some(alter) = active().and_then(alteration) {
        alter(tone);
    }
}

/// Alters the line of a tone of this chi, where the active fault does so.
pub(super) fn tamper_line(chi: &str, composed: bool, line: &mut Vec<u8>) {
    let alteration = |at: &At| match at {
        At::Line(of, alter) if composed && *of == chi => Some(*alter),
        At::AnyLine(alter) => Some(*alter),
        _ => None,
    };
    visit(|_, at| alteration(at).is_some_and(|alter| changes(line, alter)));
    if let Some(alter) = active().and_then(alteration) {
        alter(line);
    }
}

/// What the active fault makes of a line.
pub(super) fn heard_line(memory: &mut Memory, line: &[u8]) -> Take {
    visit(|index, at| match at {
        At::Heard(take) => !matches!(take(memory.of(index), line), Take::Usual),
        _ => false,
    });
    match active() {
        Some(At::Heard(take)) => take(memory, line),
        _ => Take::Usual,
    }
}

/// What the active fault makes of a tone.
pub(super) fn arrived_tone(memory: &mut Memory, tone: &mut Tone) -> Take {
    visit(|index, at| match at {
        At::Arrived(take) => {
            let mut trial = tone.clone();
            !matches!(take(memory.of(index), &mut trial), Take::Usual) || trial != *tone
        }
        _ => false,
    });
    match active() {
        Some(At::Arrived(take)) => take(memory, tone),
        _ => Take::Usual,
    }
}

/// Where the active fault sends a tone, instead of the usual way.
pub(super) fn routed(sids: &[String], tone: &Tone, usual: Option<&String>) -> Targets {
    let astray = |targets: Vec<Option<String>>| targets != [usual.cloned()];
    visit(|_, at| matches!(at, At::Route(targets) if targets(sids, tone).is_some_and(astray)));
    match active() {
        Some(At::Route(targets)) => targets(sids, tone),
        _ => None,
    }
}

/// The helper function that the active fault replaces, if `pick` wants it.
pub(super) fn replaced<T>(pick: impl Fn(Helper) -> Option<T>) -> Option<T> {
    visit(|_, at| matches!(at, At::Helper(with) if pick(*with).is_some()));
    match active() {
        Some(At::Helper(with)) => pick(*with),
        _ => None,
    }
}

/// Whether the mutant with this place in the tables is the active one; asked through [`faulty!`].
pub(super) fn is_active(index: usize) -> bool {
    let active = ACTIVE.load(Ordering::Relaxed);
    if active == SCOUT {
        scout::note(index);
    }
    active == index
}

/// Whether the client carries no fault at all.
pub(super) fn is_sound() -> bool {
    ACTIVE.load(Ordering::Relaxed) == NONE
}

fn active() -> Option<&'static At> {
    mutants().get(ACTIVE.load(Ordering::Relaxed)).map(|mutant| &mutant.at)
}

/// In a scout: writes down the faults that would act here.
fn visit(acts: impl FnMut(usize, &At) -> bool) {
    if ACTIVE.load(Ordering::Relaxed) == SCOUT {
        scout::visit(acts);
    }
}

fn changes<T: Clone + PartialEq>(value: &T, alter: fn(&mut T)) -> bool {
    let mut trial = value.clone();
    alter(&mut trial);
    trial != *value
}

/// The place of a name in the tables, worked out by the compiler.
pub(super) const fn index(name: &str) -> usize {
    let (mut table, mut before) = (0, 0);
    while table < TABLES.len() {
        let mut row = 0;
        while row < TABLES[table].len() {
            if same(TABLES[table][row].name, name) {
                return before + row;
            }
            row += 1;
        }
        before += TABLES[table].len();
        table += 1;
    }
    panic!("no mutant has this name")
}

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

/// Whether the client carries the fault of this name.
macro_rules! faulty {
    ($name:literal) => {
        $crate::reference::fault::is_active(const { $crate::reference::fault::index($name) })
    };
}
pub(super) use faulty;

#[cfg(test)]
mod tests {
    use super::{At, mutants};

    #[test]
    fn every_name_is_used_once_and_breaks_something() {
        let mut names: Vec<_> = mutants().iter().map(|mutant| mutant.name).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(count, names.len());
        assert!(mutants().iter().all(|mutant| !mutant.breaks.is_empty() && !mutant.bug.is_empty()));
    }

    #[test]
    fn every_fault_stands_somewhere_in_the_code() {
        const SOURCES: [&str; 19] = [
            include_str!("client/mod.rs"),
            include_str!("client/answer.rs"),
            include_str!("client/clocks.rs"),
            include_str!("client/deliver.rs"),
            include_str!("client/dialect.rs"),
            include_str!("client/line.rs"),
            include_str!("client/link.rs"),
            include_str!("client/misanswer.rs"),
            include_str!("client/read.rs"),
            include_str!("client/scar.rs"),
            include_str!("client/turn.rs"),
            include_str!("client/worker.rs"),
            include_str!("client/write.rs"),
            include_str!("helper/ids.rs"),
            include_str!("helper/path.rs"),
            include_str!("helper/time.rs"),
            include_str!("helper/wane.rs"),
            include_str!("shim/calls.rs"),
            include_str!("shim/value.rs"),
        ];
        let sources = SOURCES.concat();
        for mutant in mutants().iter().filter(|mutant| matches!(mutant.at, At::Code)) {
            assert!(
                sources.contains(&format!("faulty!(\"{}\")", mutant.name)),
                "{} does nothing",
                mutant.name
            );
        }
    }
}
