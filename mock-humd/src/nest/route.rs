//! Who gets what: prompts go to a worker, what the worker sends goes to the askers of its session, and an answer
//! goes to whoever asked (WIRE.md, What live daemons do, points 6 to 8).

use serde_json::{Map, Value};

use super::pass::{add, fields};
use super::peer::tool_names;
use super::session::{Call, CallId};
use super::{Crossed, Nest, Personality, Slot};
use crate::wire::id::sigil;
use crate::wire::scan::{Head, Text};
use crate::wire::tone::Tone;

/// The kind of nest that sigils are made with where no worker names one.
pub(super) const NEST: &str = "mock";

impl Nest {
    pub(super) fn prompt(&mut self, slot: Slot, line: &[u8], head: &Head<'_>) {
        let Some(sid) = head.sid.map(|sid| sid.text().into_owned()) else {
            self.crossed(slot, Crossed::Note("a prompt without sid is nobody's"));
            return;
        };
        let Some(tone) = self.look_into(slot, line, head) else {
            return self.fail(slot, &sid, "too-rich", "the prompt has too many values");
        };
        let tools = tool_names(tone.get("tools"));
        if let Err((code, message)) = self.admit(slot, &sid, tools.len()) {
            return self.fail(slot, &sid, code, message);
        }
        // who prompts is no worker, whatever its hello made of it
        self.workers.retain(|worker| *worker != slot);
        let session = self.sessions.entry(sid.as_str().into()).or_default();
        if !session.askers.contains(&slot) {
            session.askers.push(slot);
        }
        // the tools of a prompt take the place of those of the one before
        self.tools -= session.take_tools(slot);
        self.tools -= session.tools.len();
        session.tools.extend(tools.into_iter().map(|name| (name, slot)));
        self.tools += session.tools.len();
        let model = tone.get("modelId").and_then(Value::as_str);
        match self.worker_for(&sid, model) {
            Worker::Bee(worker) => {
                self.assign(&sid, worker);
                self.pass(&[worker], tone);
            }
            Worker::BuiltIn => {
                if let Some(session) = self.sessions.get_mut(&*sid) {
                    session.worker = None;
                    session.is_served = false;
                }
                self.play(&sid, &tone);
            }
            Worker::Nobody => {
                let model = model.unwrap_or_default();
                self.fail(slot, &sid, "no-worker", &format!("no worker serves the model {model}"));
            }
        }
    }

    /// The worker that a session has, else among those that serve the model the one that was given fewest.
    fn worker_for(&self, sid: &str, model: Option<&str>) -> Worker {
        let serves = |slot: Slot| {
            let manifest = &self.peers.get(slot)?.as_ref()?.manifest;
            let any = manifest.models.is_empty();
            let named = |model: &str| manifest.models.iter().any(|own| own == model);
            (any || model.is_none_or(named)).then_some(slot)
        };
        let current = self.sessions.get(sid).and_then(|session| session.worker);
        if let Some(worker) = current.filter(|worker| self.workers.contains(worker)).and_then(serves) {
            return Worker::Bee(worker);
        }
        let burden = |slot: &Slot| self.peers[*slot].as_ref().map(|peer| peer.served);
        match self.workers.iter().copied().filter_map(serves).min_by_key(burden) {
            Some(worker) => Worker::Bee(worker),
            // the built-in worker knows of no models, so live it serves only prompts that name none, or itself
            None if self.config.personality == Personality::Live
                && model.is_some_and(|model| model != NEST) =>
            {
                Worker::Nobody
            }
            None => Worker::BuiltIn,
        }
    }

    /// From now on this bee serves the session.
    fn assign(&mut self, sid: &str, worker: Slot) {
        let (Some(session), Some(peer)) = (self.sessions.get_mut(sid), self.peers[worker].as_mut()) else {
            return;
        };
        session.is_served = true;
        if session.worker != Some(worker) {
            session.worker = Some(worker);
            session.sigil = peer.manifest.hive.as_ref().map(|hive| sigil(sid, hive));
            peer.served += 1;
            self.involve(sid, worker);
        }
    }

    /// cancel, cleanup, curate, petal-cell.
    pub(super) fn verb(&mut self, slot: Slot, line: &[u8], head: &Head<'_>, chi: &str) {
        let Some(sid) = head.sid.map(Text::text) else { return };
        let is_end = matches!(chi, "cancel" | "cleanup");
        if !is_end && !self.config.personality.passes_verbs() {
            return;
        }
        let mut workers: Vec<_> = match self.config.personality {
            Personality::Live => self.workers.clone(),
            Personality::Document => {
                self.sessions.get(&*sid).and_then(|session| session.worker).into_iter().collect()
            }
        };
        workers.retain(|worker| *worker != slot);
        if !workers.is_empty()
            && let Some(tone) = self.look_into(slot, line, head)
        {
            self.pass(&workers, tone);
        }
        if is_end {
            self.cancel(&sid);
        }
        if chi == "cleanup" {
            self.drop_session(&sid);
        }
    }

    /// tool-result, release-permit, tendril-result.
    pub(super) fn answer(&mut self, slot: Slot, line: &[u8], head: &Head<'_>, chi: &str) {
        let Some(sid) = head.sid.map(Text::text) else { return };
        let (answer, key) = match chi {
            "release-permit" => ("release-permit", "permitId"),
            "tendril-result" => ("tendril-result", "callId"),
            _ => ("tool-result", "callId"),
        };
        if answer != "tool-result" && !self.config.personality.passes_verbs() {
            return;
        }
        let Some(tone) = self.look_into(slot, line, head) else { return };
        let id = tone.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        match self.take_call(&sid, &CallId { answer, id }) {
            Some(Call { from: Some(worker), .. }) => self.pass(&[worker], tone),
            Some(Call { from: None, .. }) => self.proceed(&sid, chi, &tone),
            None => self.crossed(slot, Crossed::Note("an answer to no open question is dropped")),
        }
    }

    /// Anything that a worker may send, from whomever it comes.
    pub(super) fn relay(&mut self, slot: Slot, line: &[u8], head: &Head<'_>, chi: &str) {
        let personality = self.config.personality;
        if !personality.relays(chi) {
            return;
        }
        let sid = match head.sid.map(|sid| sid.text().into_owned()) {
            Some(sid) => sid,
            None if chi == "pulse" || chi == "breath" => return self.pulse(slot, line, head),
            // the one session that a live worker can mean
            None if personality == Personality::Live => match self.only_session_of(slot) {
                Some(sid) => sid,
                None => return,
            },
            None => return,
        };
        let Some(session) = self.sessions.get(&*sid).filter(|session| session.worker == Some(slot)) else {
            return;
        };
        let (askers, sigil) = (session.askers.clone(), session.sigil(&sid));
        let Some(mut tone) = self.look_into(slot, line, head).map(fields) else { return };
        tone.insert("sid".to_owned(), sid.as_str().into());
        add(&mut tone, "sigil", &sigil);
        let targets = match self.expects_answer(slot, &sid, chi, &tone) {
            Some(target) => vec![target],
            None => askers,
        };
        self.pass(&targets, Tone::new(tone));
        if matches!(chi, "finish" | "error")
            && let Some(session) = self.sessions.get_mut(&*sid)
        {
            session.is_served = false;
        }
    }

    /// Remembers a question; gives who alone is to get it, where it is a call of a tool that somebody declared.
    fn expects_answer(
        &mut self,
        slot: Slot,
        sid: &str,
        chi: &str,
        tone: &Map<String, Value>,
    ) -> Option<Slot> {
        let text = |key: &str| tone.get(key).and_then(Value::as_str);
        let (id, answer) = match chi {
            "tool-call" => (text("callId")?, "tool-result"),
            "permission-ask" => (text("permitId")?, "release-permit"),
            _ => return None,
        };
        let id = CallId { answer, id: id.to_owned() };
        let tool = text("name").or(text("toolName")).filter(|_| chi == "tool-call");
        let to = tool.and_then(|tool| self.declares(sid, tool));
        self.ask(sid, id, Call { from: Some(slot), to }).then_some(to)?
    }

    /// Who declared a tool: in a prompt of the session, else in its hello.
    pub(super) fn declares(&self, sid: &str, tool: &str) -> Option<Slot> {
        let prompted = self.sessions.get(sid).and_then(|session| session.tools.get(tool)).copied();
        let offers = |(slot, peer): (Slot, &super::Peer)| {
            peer.manifest.tools.iter().any(|name| name == tool).then_some(slot)
        };
        prompted.or_else(|| self.peers().find_map(offers))
    }

    /// News without a session go to every asker of the worker.
    fn pulse(&mut self, slot: Slot, line: &[u8], head: &Head<'_>) {
        let served = self.served_by(slot).flat_map(|(_, session)| session.askers.iter().copied());
        let mut askers: Vec<_> = served.collect();
        if askers.is_empty() {
            return;
        }
        askers.sort_unstable();
        askers.dedup();
        if let Some(tone) = self.look_into(slot, line, head) {
            self.pass(&askers, tone);
        }
    }

    fn only_session_of(&self, slot: Slot) -> Option<String> {
        let mut served = self.served_by(slot);
        match (served.next(), served.next()) {
            (Some((sid, _)), None) => Some((**sid).to_owned()),
            _ => None,
        }
    }
}

/// Who serves a prompt.
enum Worker {
    Bee(Slot),
    BuiltIn,
    Nobody,
}
