//! What the daemon does with one line: it is taken apart, acknowledged, and handed to whose business it is.

use super::{Crossed, Ending, Nest, Personality, Seen, Slot, Writing};
use crate::pattern::Carrier;
use crate::transcript::Line;
use crate::wire::codec::{self, Decoded};
use crate::wire::scan::{Head, NoTone, Text, scan};
use crate::wire::tone::Tone;

const ECHO: &[u8] = b"{\"chi\":\"echo\",\"rid\":";
const OK: &[u8] = b",\"from\":\"daemon\",\"ok\":true}\n";

impl Nest {
    /// Takes one line from a bee, without its LF.
    pub fn line(&mut self, slot: Slot, line: &[u8]) {
        let head = match scan(line, self.config.personality.levels_max()) {
            Ok(head) => head,
            Err(why) => return self.skip(slot, line, why),
        };
        let Some(peer) = self.peers.get_mut(slot).and_then(Option::as_mut) else { return };
        peer.counts.received += 1;
        self.received += 1;
        let chi = head.chi.text();
        if !self.taps.is_empty() {
            let sid = head.sid.map(Text::text);
            self.crossed(slot, Crossed::FromBee(Seen { chi: &chi, sid: sid.as_deref(), line }));
        }
        if !self.answered_by_script(slot, line, &head) {
            if !self.config.by_hand {
                self.tone(slot, line, &head, &chi);
            } else if chi == "hello" {
                self.hello(slot, line, &head);
            }
        }
        self.after(slot, &chi);
    }

    /// A line of which only the beginning has come, and that is too long already.
    pub fn too_long(&mut self, slot: Slot, line_max: usize) {
        self.crossed(slot, Crossed::TooLong { line_max });
        self.farewell(slot, &format!("a line is longer than {line_max} bytes"));
    }

    /// Says why, and closes.
    pub fn farewell(&mut self, slot: Slot, why: &str) {
        self.crossed(slot, Crossed::Note(why));
        let message = format!("{why}: the connection is closed");
        self.say(slot, "log", serde_json::json!({ "level": "error", "message": message }));
        self.close(slot, Ending::Flushed);
    }

    fn skip(&mut self, slot: Slot, line: &[u8], why: NoTone) {
        if let Some(peer) = self.peer(slot) {
            peer.counts.skipped += 1;
        }
        self.crossed(slot, Crossed::NoTone(line));
        if why == NoTone::NotUtf8 && self.config.personality.closes_on_bad_utf8() {
            self.crossed(slot, Crossed::Note("a line is not UTF-8"));
            self.close(slot, Ending::Flushed);
        }
    }

    fn tone(&mut self, slot: Slot, line: &[u8], head: &Head<'_>, chi: &str) {
        let personality = self.config.personality;
        let rid = head.rid.map(|rid| (rid.text(), rid.raw()));
        if head.dusk.is_some_and(|dusk| self.now_ms > dusk) {
            // an echo is never echoed, however late it comes
            if let Some((_, raw)) = rid.filter(|(rid, _)| chi != "echo" && names_a_tone(personality, rid)) {
                self.refuse(slot, raw, "past dusk");
            }
            return;
        }
        if let Some((rid, raw)) = &rid
            && personality.echoes(chi, rid)
        {
            self.send(slot, "echo", None, &[ECHO, raw.as_bytes(), OK]);
            if chi == "prompt" && personality == Personality::Live {
                self.send(slot, "echo", None, &[ECHO, raw.as_bytes(), OK]);
            }
        }
        match chi {
            "hello" => self.hello(slot, line, head),
            "prompt" => self.prompt(slot, line, head),
            "cancel" | "cleanup" | "curate" | "petal-cell" => self.verb(slot, line, head, chi),
            "tool-result" | "release-permit" | "tendril-result" => self.answer(slot, line, head, chi),
            "echo" => {}
            _ => self.relay(slot, line, head, chi),
        }
    }

    /// The members of a tone, unless they would take too much memory.
    pub(super) fn look_into(&mut self, slot: Slot, line: &[u8], head: &Head<'_>) -> Option<Tone> {
        if self.is_too_rich(slot, head) { None } else { codec::decode(line).tone }
    }

    fn is_too_rich(&mut self, slot: Slot, head: &Head<'_>) -> bool {
        let values_max = self.config.limits.values_max;
        let is_too_rich = head.values > values_max;
        if is_too_rich {
            let note =
                format!("a tone of {} values is not looked into: at most {values_max} are", head.values);
            self.crossed(slot, Crossed::Note(&note));
        }
        is_too_rich
    }

    /// Says that a tone was not taken.
    pub(super) fn refuse(&mut self, slot: Slot, rid_raw: &str, error: &str) {
        let error = serde_json::Value::from(error).to_string();
        let parts = [
            ECHO,
            rid_raw.as_bytes(),
            b",\"from\":\"daemon\",\"ok\":false,\"error\":",
            error.as_bytes(),
            b"}\n",
        ];
        self.send(slot, "echo", None, &parts);
    }

    /// A rule answers, or a script takes the tone; false where neither does.
    fn answered_by_script(&mut self, slot: Slot, line: &[u8], head: &Head<'_>) -> bool {
        let is_scripted = self.script_of(slot).is_some();
        if self.config.rules.is_empty() && !is_scripted {
            return false;
        }
        if head.values > self.config.limits.values_max {
            // elsewhere that is told where it matters
            return is_scripted && self.is_too_rich(slot, head);
        }
        let decoded = codec::decode(line);
        if self.answered_by_rule(slot, &decoded) {
            if head.chi.text() == "hello" {
                self.meet(slot, line, head);
            }
            return true;
        }
        let Some(script) = self.script_of(slot) else { return false };
        let is_hello = decoded.tone.as_ref().is_some_and(|tone| tone.chi() == Some("hello"));
        let greets = is_hello && !script.is_greeted;
        script.is_greeted = true;
        if !greets {
            let line = Line { bytes: line.to_vec(), terminated: true, decoded, taken: false, greeted: false };
            script.put(line, head.values);
        }
        self.changed = true;
        if greets {
            self.hello(slot, line, head);
        }
        true
    }

    fn answered_by_rule(&mut self, slot: Slot, decoded: &Decoded) -> bool {
        let Some(tone) = &decoded.tone else { return false };
        let now = i64::try_from(self.now_ms).unwrap_or(i64::MAX);
        for at in 0..self.config.rules.len() {
            let mut scope = crate::pattern::Scope { written_ms: now, read_ms: now, ..Default::default() };
            let rule = &self.config.rules[at];
            if !rule.when.check(Some(tone.as_value()), &mut scope).is_empty() {
                continue;
            }
            // one after the other: each may quote a tone of any length
            for k in 0..rule.answers.len() {
                match self.config.rules[at].answers[k].fill(&scope, Carrier::Wire) {
                    Ok(tone) => self.send_value(slot, &tone),
                    Err(unbound) => self.crossed(slot, Crossed::Note(&unbound.to_string())),
                }
            }
            return true;
        }
        false
    }

    /// What is due once a tone has been answered.
    fn after(&mut self, slot: Slot, chi: &str) {
        let faults = &self.config.faults;
        let (reads_no_more, writes_no_more) = (faults.stop_reading, faults.stop_writing);
        let (close_after, restart_after) = (faults.close_after, faults.restart_after);
        let Some(peer) = self.peers.get_mut(slot).and_then(Option::as_mut) else { return };
        if chi == "hello" {
            peer.held |= reads_no_more;
            if writes_no_more {
                peer.writing = Writing::Last;
            }
        }
        if close_after.is_some_and(|n| peer.counts.received >= n) {
            self.close(slot, Ending::Flushed);
        }
        if restart_after.is_some_and(|n| self.received >= n) {
            self.restart_due = true;
            self.changed = true;
        }
    }
}

/// Whether an echo can say which tone it means.
fn names_a_tone(personality: Personality, rid: &str) -> bool {
    personality == Personality::Live || !rid.is_empty()
}
