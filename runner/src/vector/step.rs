//! Reads one step of a wire case, and finds out which client and which connection it means.

use std::collections::BTreeSet;

use mock_humd::pattern::{Pattern, Template};
use mock_humd::script::Op;
use serde_json::{Map, Value};

use super::event::{happening, observed, parsed, pattern};
use super::fault::{Log, near};
use super::model::{Check, Cite, Raises, Step, Verb, Window};
use super::schema;
use crate::rule::Party;

/// What the steps read so far have established.
pub(super) struct Stage<'s, 'l, 'd> {
    pub(super) under_test: &'s BTreeSet<Party>,
    pub(super) clients: &'s [String],
    /// The names of all connections, in the order in which they are accepted.
    pub(super) connections: &'s [String],
    pub(super) log: &'l mut Log<'d>,
    accepted: usize,
    /// The virtual time of each client, once it is set.
    clocks: Vec<Option<i64>>,
}

/// What a step does with the rule that it cites.
#[derive(PartialEq)]
enum Citing {
    /// Rule and code must be there.
    Judges,
    /// A rule, without code.
    Records,
    /// Rule and code, or neither.
    MayJudge,
    /// Nothing that could fail.
    Never,
}

impl<'s, 'l, 'd> Stage<'s, 'l, 'd> {
    pub(super) fn new(
        under_test: &'s BTreeSet<Party>,
        clients: &'s [String],
        connections: &'s [String],
        log: &'l mut Log<'d>,
    ) -> Self {
        let clocks = vec![None; clients.len()];
        Self { under_test, clients, connections, log, accepted: 0, clocks }
    }

    /// Reads the step at this pointer; `None` after a fault.
    pub(super) fn step(&mut self, node: &Map<String, Value>, at: &str) -> Option<Step> {
        let before = self.log.len();
        let name = schema::verbs().find(|verb| node.contains_key(*verb))?;
        let client = self.client(node, at);
        let conn = self.connection(name, node, at);
        let verb = self.verb(name, node, client, at);
        self.check_citing(name, node, at);
        let cite = cite(node);
        let checks = self.checks(node, at);
        let line = self.log.line(at);
        let seen = text(node, "seen").filter(|_| name == "accept").map(str::to_owned);
        let comment = text(node, "comment").map(str::to_owned);
        let step = verb.map(|verb| Step { verb, client, conn, cite, checks, seen, comment, line });
        step.filter(|_| self.log.len() == before)
    }

    fn client(&mut self, node: &Map<String, Value>, at: &str) -> usize {
        let Some(name) = text(node, "client") else { return 0 };
        self.clients.iter().position(|client| client == name).unwrap_or_else(|| {
            let hint = near(name, self.clients.iter().map(String::as_str));
            self.log.add(format!("{at}/client"), format!("no client `{name}` is opened{hint}"));
            0
        })
    }

    fn connection(&mut self, verb: &str, node: &Map<String, Value>, at: &str) -> usize {
        if verb == "accept" {
            self.accepted += 1;
            return self.accepted - 1;
        }
        let last = self.accepted.saturating_sub(1);
        let Some(name) = text(node, "on") else { return last };
        match self.connections.iter().position(|known| known == name) {
            Some(index) if index < self.accepted => index,
            Some(_) => {
                self.log.add(format!("{at}/on"), format!("connection `{name}` is accepted only later"));
                last
            }
            None => {
                let hint = near(name, self.connections.iter().map(String::as_str));
                self.log.add(format!("{at}/on"), format!("no connection `{name}` is accepted{hint}"));
                last
            }
        }
    }

    fn verb(&mut self, name: &str, node: &Map<String, Value>, client: usize, at: &str) -> Option<Verb> {
        let inside = format!("{at}/{name}");
        let value = node.get(name)?.as_object()?;
        match name {
            "drive" => self.drive(node, at),
            "observe" => observed(value, &inside, self.log).map(Verb::Observe),
            "never" => {
                let what = happening(value, self.tested_from(node), &inside, self.log)?;
                Some(Verb::Never { what, window: window(node) })
            }
            "record" => {
                let what = happening(value, self.tested_from(node), &inside, self.log)?;
                let word = |key| text(value, key).unwrap_or_default().to_owned();
                Some(Verb::Record { what, window: window(node), seen: word("seen"), unseen: word("unseen") })
            }
            "call" => self.call(node, value, &inside),
            "barrier" => Some(Verb::Barrier { sid: text(value, "sid").map(str::to_owned) }),
            "probe" => Some(Verb::Probe),
            "stalled" => Some(Verb::Stalled),
            "clock" => self.clock(value, client, &inside),
            _ => self.play(name, node, at),
        }
    }

    fn drive(&mut self, node: &Map<String, Value>, at: &str) -> Option<Verb> {
        let act = node.get("drive")?;
        let word = |key| text(node, key).map(str::to_owned);
        let raises = match node.get("raises") {
            None => Raises::Never,
            Some(Value::String(_)) => {
                if word("seen").is_none() {
                    self.log.add(at, "an act that may be refused needs `seen`");
                }
                let unseen = word("unseen").unwrap_or_else(|| "accepts".to_owned());
                Raises::May { seen: word("seen").unwrap_or_default(), unseen }
            }
            Some(_) => Raises::Must,
        };
        if !matches!(raises, Raises::May { .. }) {
            for key in ["seen", "unseen"].into_iter().filter(|key| node.contains_key(*key)) {
                self.log.add(format!("{at}/{key}"), format!("`{key}` belongs to `raises`: `may`"));
            }
        }
        let message = parsed(Template::parse(act), &format!("{at}/drive"), self.log)?;
        let wait = node.get("wait").and_then(Value::as_bool).unwrap_or(true);
        Some(Verb::Drive { act: act["do"].as_str()?.to_owned(), message, wait, raises })
    }

    fn call(&mut self, node: &Map<String, Value>, call: &Map<String, Value>, at: &str) -> Option<Verb> {
        let function = text(call, "fn")?.to_owned();
        let args = call.get("args")?;
        schema::check_args(&function, args, &format!("{at}/args"), self.log);
        let args = parsed(Template::parse(args), &format!("{at}/args"), self.log);
        let returns = match (call.get("is"), node.contains_key("raises")) {
            (Some(is), false) => Some(pattern(is, &format!("{at}/is"), self.log)?),
            (None, true) => None,
            _ => {
                self.log.add(at, "needs either `is`, or `raises` beside it");
                None
            }
        };
        Some(Verb::Call { function, args: args?, returns })
    }

    fn clock(&mut self, clock: &Map<String, Value>, client: usize, at: &str) -> Option<Verb> {
        let number = |key| clock.get(key).and_then(Value::as_i64);
        let former = self.clocks.get(client).copied().flatten();
        let now = match (number("set"), number("advance"), former) {
            (Some(set), ..) => Some(set),
            (None, Some(by), Some(former)) => former.checked_add(by),
            (None, Some(_), None) => {
                self.log.add(at, "nothing to advance from (hint: `set` the clock first)");
                return None;
            }
            _ => None,
        };
        if now.is_none() {
            self.log.add(at, "is no time in ms");
        }
        if let Some(slot) = self.clocks.get_mut(client) {
            *slot = now;
        }
        now.map(|now| Verb::Clock { now })
    }

    /// A verb that the mock plays.
    fn play(&mut self, name: &str, node: &Map<String, Value>, at: &str) -> Option<Verb> {
        let sends = matches!(name, "tone" | "tones" | "raw") && !self.expects(name, node);
        if sends && text(node, "from") != Some("daemon") {
            self.log.add(format!("{at}/from"), "the mock is the daemon: it sends for nobody else");
        }
        let under_test = |from: &str| tested(self.under_test, from);
        let Some(op) = Op::parse(name, node, &under_test) else {
            self.log.add(at, format!("`{name}` is no verb that can be played"));
            return None;
        };
        parsed(op, at, self.log).map(Verb::Play)
    }

    /// Whether the step waits for something from the party under test.
    fn expects(&self, verb: &str, node: &Map<String, Value>) -> bool {
        let from = if verb == "close" { node["close"]["from"].as_str() } else { text(node, "from") };
        from.is_some_and(|from| tested(self.under_test, from))
    }

    fn tested_from(&self, node: &Map<String, Value>) -> Option<bool> {
        text(node, "from").map(|from| tested(self.under_test, from))
    }

    fn check_citing(&mut self, verb: &str, node: &Map<String, Value>, at: &str) {
        let may = node.get("raises").is_some_and(Value::is_string);
        let citing = match verb {
            "tone" | "tones" | "close" if self.expects(verb, node) => Citing::Judges,
            "observe" | "never" | "call" => Citing::Judges,
            "record" => Citing::Records,
            "drive" if may => Citing::Records,
            "accept" if node.contains_key("seen") => Citing::Records,
            "drive" | "accept" | "probe" => Citing::MayJudge,
            _ => Citing::Never,
        };
        let (rule, code) = (node.contains_key("rule"), node.contains_key("code"));
        let checks = node.contains_key("checks");
        match citing {
            Citing::Judges if !(rule && code) => {
                self.log.add(at, "an expectation needs a `rule` and a `code`");
            }
            Citing::Records if !rule || code => {
                self.log.add(at, "what is only recorded needs a `rule`, and has no `code`");
            }
            Citing::MayJudge if rule != code => {
                self.log.add(at, "a `rule` needs a `code`, and a `code` a `rule`");
            }
            Citing::Never if rule || code || checks || node.contains_key("hint") => {
                self.log.add(at, "cites a rule, but nothing here can fail");
            }
            Citing::Judges if checks && verb == "observe" && node["observe"]["event"] != "delivered" => {
                self.log.add(format!("{at}/checks"), "only a tone can be checked");
            }
            _ => {}
        }
    }

    fn checks(&mut self, node: &Map<String, Value>, at: &str) -> Vec<Check> {
        let checks = node.get("checks").and_then(Value::as_array).into_iter().flatten();
        let read = |(index, check): (usize, &Value)| {
            let check = check.as_object()?;
            let is: Pattern = pattern(check.get("is")?, &format!("{at}/checks/{index}/is"), self.log)?;
            Some(Check { at: text(check, "at")?.to_owned(), is, cite: cite(check)? })
        };
        checks.enumerate().filter_map(read).collect()
    }
}

/// Whether that party is under test; the daemon is not where a bee is, for then the mock is the daemon.
pub(super) fn tested(under_test: &BTreeSet<Party>, from: &str) -> bool {
    match Party::of(from) {
        Some(Party::Daemon) => under_test.iter().all(|party| *party == Party::Daemon),
        Some(party) => under_test.contains(&party),
        None => false,
    }
}

fn cite(node: &Map<String, Value>) -> Option<Cite> {
    let word = |key| text(node, key).map(str::to_owned);
    Some(Cite { rule: word("rule")?, code: word("code"), hint: word("hint") })
}

fn window(node: &Map<String, Value>) -> Window {
    match text(node, "window") {
        Some("connection") => Window::Connection,
        Some("case") => Window::Case,
        _ => Window::Stimulus,
    }
}

fn text<'v>(node: &'v Map<String, Value>, key: &str) -> Option<&'v str> {
    node.get(key).and_then(Value::as_str)
}
