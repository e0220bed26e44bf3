//! A case as a dialogue between the application, the client and the daemon: one line a step or example.
//!
//! What the suite plays stands on the application's and on the daemon's side; what comes from the party under test is
//! what a step wants of it. Behind each line stand the rule and the code that its failure gets.

use std::collections::BTreeSet;

use mock_humd::pattern::{Pattern, Template};
use mock_humd::script::{How, ListenState, Op, Part, Split};

use super::model::{Answer, Body, Case, Cite, Client, Event, Example, Happening, Raises, Step, Verb, Window};
use crate::rule::{Need, Party};

/// Characters of one value, and of exact bytes, that are shown.
const VALUE_MAX: usize = 160;
const BYTES_MAX: usize = 240;
/// Characters that stand in a row before the row is counted.
const RUN_MIN: usize = 16;
/// Pieces of a write that are shown apart, and tones of a step that are shown.
const PIECES_MAX: usize = 8;
const TONES_MAX: usize = 5;

/// The steps or examples of a case in words, one line each; what cannot be seen in print stands as an escape.
pub fn dialogue(case: &Case) -> Vec<String> {
    let lines: Vec<String> = match &case.body {
        Body::Wire { clients, steps, connections, .. } => {
            let stage = Stage { tested: tested(&case.under_test), clients, connections };
            steps.iter().map(|step| stage.line(step)).collect()
        }
        Body::Call { function, examples } => examples.iter().map(|one| example(function, one)).collect(),
    };
    lines.iter().map(|line| line.chars().map(visible).collect()).collect()
}

/// The word for who is under test; whoever can be either is a bee.
fn tested(under_test: &BTreeSet<Party>) -> &'static str {
    match under_test.iter().collect::<Vec<_>>().as_slice() {
        [party] => party.word(),
        _ => "bee",
    }
}

/// What the names in a step stand for.
struct Stage<'c> {
    tested: &'static str,
    clients: &'c [Client],
    connections: &'c [String],
}

impl Stage<'_> {
    fn line(&self, step: &Step) -> String {
        let mut line = self.what(step);
        for check in &step.checks {
            line += &format!("; {} is {}{}", check.at, short(&check.is.to_string()), cited(&check.cite));
        }
        if let Some(seen) = &step.seen {
            line += &format!(", noted as \"{seen}\"");
        }
        line += &step.cite.as_ref().map(cited).unwrap_or_default();
        line += &remark(step.comment.as_deref());
        line
    }

    fn what(&self, step: &Step) -> String {
        let client = self.client(step);
        let on = self.connection(step);
        match &step.verb {
            Verb::Play(op) => play(op, &client, &on),
            Verb::Drive { message, wait, raises, .. } => {
                let wait = if *wait { "" } else { ", without waiting for its end" };
                let raises = match raises {
                    Raises::Never => String::new(),
                    Raises::Must => ", which must be refused".to_owned(),
                    Raises::May { seen, unseen } => {
                        format!(", noted as \"{seen}\" where it is refused, else as \"{unseen}\"")
                    }
                };
                format!("application → {client}: {}{wait}{raises}", act(message))
            }
            Verb::Observe(event) => reported(event, &client),
            Verb::Never { what, window } => {
                format!("never{}: {}", back(*window), happening(what, &client, &on))
            }
            Verb::Record { what, window, seen, unseen } => {
                let what = happening(what, &client, &on);
                format!("noted as \"{seen}\" if it came{}, else as \"{unseen}\": {what}", back(*window))
            }
            Verb::Call { function, args, returns } => {
                let call = call(function, args);
                let answer = match returns {
                    Some(pattern) => format!("gives {}", short(&pattern.to_string())),
                    None => "is refused".to_owned(),
                };
                format!("application → {client}: {call} {answer}")
            }
            Verb::Probe => format!("the {client} has read everything, and answers"),
            Verb::Barrier { sid: None } => {
                "everything so far has been handed over, on every route".to_owned()
            }
            Verb::Barrier { sid: Some(sid) } => format!("everything so far has been handed over, to {sid}"),
            Verb::Stalled => format!("the {client}'s writes are stuck"),
            Verb::Clock { now } => format!("the {client}'s clock stands at {now} ms"),
        }
    }

    /// With the name of the client, where there are several.
    fn client(&self, step: &Step) -> String {
        match self.clients.get(step.client) {
            Some(client) if self.clients.len() > 1 => format!("{} {}", self.tested, client.name),
            _ => self.tested.to_owned(),
        }
    }

    /// The name of the connection, where it has one.
    fn connection(&self, step: &Step) -> String {
        match self.connections.get(step.conn) {
            Some(name) if !name.is_empty() => format!(" [{name}]"),
            _ => String::new(),
        }
    }
}

/// What happens on the daemon's side of the wire.
fn play(op: &Op, client: &str, on: &str) -> String {
    match op {
        Op::Listen { state, at } => {
            let at = at.as_ref().map_or_else(String::new, |at| format!(" at {at}"));
            match state {
                ListenState::Open => format!("the socket{at} is open"),
                ListenState::Missing => format!("the socket{at} is missing"),
                ListenState::Refusing => format!("the socket{at} refuses: nobody listens on its file"),
                ListenState::Paused => format!("the socket{at} takes connections, and reads nothing"),
            }
        }
        Op::Accept => format!("{client} → daemon: connects{on}"),
        Op::Send { tones } => {
            let tones: Vec<String> =
                tones.iter().map(|sent| tone(sent.members(), &sent.to_string())).collect();
            format!("daemon → {client}{on}: {}", several(&tones, " in one write"))
        }
        Op::Raw { parts, split } => format!("daemon → {client}{on}: {}", raw(parts, split)),
        Op::Expect { patterns, any_order } => {
            let tones: Vec<String> = patterns.iter().map(wanted).collect();
            let order = if *any_order { " in any order" } else { " in this order" };
            format!("{client} → daemon{on}: {}", several(&tones, order))
        }
        Op::Hold => format!("the daemon stops reading{on}"),
        Op::Resume => format!("the daemon reads again{on}"),
        Op::Close { how: How::Full } => format!("daemon → {client}{on}: closes"),
        Op::Close { how: How::WriteHalf } => {
            format!("daemon → {client}{on}: ends its writes, and reads on")
        }
        Op::Close { how: How::Reset } => format!("daemon → {client}{on}: resets the connection"),
        Op::AwaitEnd => format!("{client} → daemon{on}: ends its writes"),
    }
}

fn example(function: &str, example: &Example) -> String {
    let at = example.now.map_or_else(String::new, |now| format!("at {now} ms, "));
    let answer = match &example.answer {
        Answer::Returns(pattern) => format!("gives {}", short(&pattern.to_string())),
        Answer::Raises => "is refused".to_owned(),
        Answer::SameAs(other) => format!("gives the same as #{other}"),
        Answer::Record => "gives what is noted".to_owned(),
    };
    let needs: Vec<String> = example.requires.iter().map(Need::to_string).collect();
    let needs = if needs.is_empty() { String::new() } else { format!(", with {}", needs.join(" and ")) };
    let (tc, call) = (example.tc, call(function, &example.args));
    let said = format!("#{tc} {at}{call} {answer}{needs}{}", cited(&example.cite));
    said + &remark(example.comment.as_deref())
}

/// `sigil(sid "hum-x", nest "claude-cli")`
fn call(function: &str, args: &Template) -> String {
    let args: Vec<String> = args.members().into_iter().flatten().map(member).collect();
    format!("{function}({})", args.join(", "))
}

/// `subscribe  sid "hum-x"`
fn act(message: &Template) -> String {
    let members = message.members().into_iter().flatten();
    let details = members.filter(|(key, _)| *key != "do").map(member);
    let name = message.as_object_str("do").unwrap_or_default().to_owned();
    std::iter::once(name).chain(details).collect::<Vec<_>>().join("  ")
}

fn wanted(pattern: &Pattern) -> String {
    let only = if pattern.is_exact() { ", and nothing else" } else { "" };
    tone(pattern.members(), &pattern.to_string()) + only
}

/// `chunk  rid "c-1"  sid "hum-x"`: the chi first, without its quotes.
fn tone(members: Option<Vec<(&str, String)>>, whole: &str) -> String {
    let Some(members) = members else { return short(whole) };
    let is_chi = |(key, value): &(&str, String)| *key == "chi" && value.starts_with('"');
    let chi = members.iter().find(|member| is_chi(member));
    let head = chi.map_or("a tone", |(_, chi)| chi.trim_matches('"')).to_owned();
    let rest = members.into_iter().filter(|member| !is_chi(member)).map(member);
    std::iter::once(head).chain(rest).collect::<Vec<_>>().join("  ")
}

fn member((key, value): (&str, String)) -> String {
    format!("{key} {}", short(&value))
}

fn several(tones: &[String], how: &str) -> String {
    match tones {
        [one] => one.clone(),
        many => {
            let shown = many.get(..TONES_MAX).unwrap_or(many).join(" · ");
            let more = many.len().saturating_sub(TONES_MAX);
            let more = if more > 0 { format!(" · and {more} more") } else { String::new() };
            format!("{} tones{how}: {shown}{more}", many.len())
        }
    }
}

fn happening(what: &Happening, client: &str, on: &str) -> String {
    match what {
        Happening::Tone(pattern) => format!("{client} → daemon{on}: {}", wanted(pattern)),
        Happening::Eof => format!("{client} → daemon{on}: ends its writes"),
        Happening::Connected => format!("{client} → daemon: connects{on}"),
        Happening::Event(event) => reported(event, client),
    }
}

fn reported(event: &Event, client: &str) -> String {
    let of = |conn: &Option<u64>| conn.map_or_else(String::new, |conn| format!(" of connection {conn}"));
    let what = match event {
        Event::Delivered { to, conn, tone } => {
            let to = match to {
                Some(Some(sid)) => format!(", to the handler of {sid}"),
                Some(None) => ", to the catch-all".to_owned(),
                None => String::new(),
            };
            format!("{}{to}{}", wanted(tone), of(conn))
        }
        Event::Disconnected { conn } => {
            format!("the end{}", if conn.is_some() { of(conn) } else { " of the connection".to_owned() })
        }
        Event::Turn { sid, outcome } => {
            let sid = sid.as_ref().map_or_else(String::new, |sid| format!(" of {sid}"));
            format!("the turn{sid} has {}", outcome.as_deref().unwrap_or("ended"))
        }
        Event::Done => "the end of the call that nobody waited for".to_owned(),
        Event::ShimError => "an error of the shim's own".to_owned(),
    };
    format!("{client} → application: {what}")
}

fn back(window: Window) -> &'static str {
    match window {
        Window::Stimulus => "",
        Window::Connection => " on this connection",
        Window::Case => " in the whole case",
    }
}

/// ` [FRAME-10 framing.split-corrupts]`
fn cited(cite: &Cite) -> String {
    match &cite.code {
        Some(code) => format!("  [{} {code}]", cite.rule),
        None => format!("  [{}]", cite.rule),
    }
}

fn remark(comment: Option<&str>) -> String {
    comment.map_or_else(String::new, |comment| format!("  ({comment})"))
}

/// Exact bytes, with a bar where they are cut into pieces.
fn raw(parts: &[Part], split: &Split) -> String {
    let mut pieces = match (split, parts) {
        (Split::At(offsets), [Part::Bytes(bytes)]) if offsets.len() < PIECES_MAX => {
            let ends = offsets.iter().copied().chain([bytes.len()]);
            let starts = std::iter::once(0).chain(offsets.iter().copied());
            starts.zip(ends).map(|(from, to)| written(bytes.get(from..to).unwrap_or_default())).collect()
        }
        _ => {
            let part = |part: &Part| match part {
                Part::Bytes(bytes) => written(bytes),
                Part::Fields(fields) => {
                    let members: Vec<String> = fields.members().into_iter().flatten().map(member).collect();
                    format!("«{}»", members.join("  "))
                }
            };
            vec![parts.iter().map(part).collect::<String>()]
        }
    };
    let how = match split {
        Split::EveryByte => ", byte by byte".to_owned(),
        Split::At(offsets) if pieces.len() == 1 => format!(", in {} pieces", offsets.len() + 1),
        Split::Whole | Split::At(_) => String::new(),
    };
    // a cut would hide where the pieces meet, so each is cut by itself
    let most = BYTES_MAX / pieces.len().max(1);
    for piece in &mut pieces {
        *piece = shorter(piece, most);
    }
    format!("the bytes {}{how}", pieces.join(" | "))
}

/// Text with what cannot be seen as escapes; long rows of one character are counted.
fn written(bytes: &[u8]) -> String {
    let mut said = String::new();
    for chunk in bytes.utf8_chunks() {
        let mut rest = chunk.valid();
        while let Some(first) = rest.chars().next() {
            let run = rest.chars().take_while(|next| *next == first).count();
            if run >= RUN_MIN {
                said += &format!("‹{} × {run}›", visible(first));
            } else {
                said.extend(std::iter::repeat_n(visible(first), run));
            }
            rest = rest.get(run * first.len_utf8()..).unwrap_or_default();
        }
        said.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
    }
    said
}

fn visible(c: char) -> String {
    // quotes and backslashes are the line's own
    if matches!(c, '"' | '\'' | '\\') { c.to_string() } else { c.escape_debug().to_string() }
}

fn short(text: &str) -> String {
    shorter(text, VALUE_MAX)
}

/// The beginning and the end of a long text; between them is what a person can do without.
fn shorter(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text.to_owned();
    }
    let (head, tail) = (most * 2 / 3, most / 3);
    let start: String = text.chars().take(head).collect();
    let end: String = text.chars().skip(count - tail).collect();
    format!("{start} … {end}")
}
