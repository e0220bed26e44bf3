//! What a shim says: bytes to lines, lines to replies, events and faults.

use serde_json::{Map, Value};

use super::super::fault::{self, Line};
use super::{SPREAD_MAX, Seen, Talk};
use crate::testee::shorten;

impl Talk<'_> {
    pub(super) fn take(&mut self, piece: &[u8]) {
        self.bytes += piece.len();
        self.partial.extend_from_slice(piece);
        if self.bytes > self.limits.stdout_bytes_max {
            let hint = "write one line for each request, and one for each event".to_owned();
            self.fault(None, None, "the shim floods its stdout".to_owned(), hint);
            self.over = true;
            return;
        }
        if !piece.contains(&b'\n') {
            return;
        }
        let end = self.partial.iter().rposition(|byte| *byte == b'\n').unwrap_or_default();
        let rest = self.partial.split_off(end + 1);
        let lines = std::mem::replace(&mut self.partial, rest);
        for line in lines[..end].split(|byte| *byte == b'\n') {
            self.line(line);
        }
    }

    fn line(&mut self, line: &[u8]) {
        let text = String::from_utf8_lossy(line).into_owned();
        if !self.spread.is_empty() {
            self.spread.push(text);
            let whole = self.spread.join("\n");
            match fault::read(whole.as_bytes()) {
                Line::Begun if self.spread.len() < SPREAD_MAX => {}
                Line::Reply(_) | Line::Event(_) => {
                    let (why, hint) = fault::spread(self.spread.len());
                    let sent = self.waiting().and_then(|id| self.sent(id));
                    self.fault(sent, Some(whole.clone()), why, hint.to_owned());
                    self.spread.clear();
                    self.message(fault::read(whole.as_bytes()), &whole);
                }
                _ => self.end_spread(),
            }
            return;
        }
        self.message(fault::read(line), &text);
    }

    /// What looked like a message over several lines is none.
    pub(in crate::smoke) fn end_spread(&mut self) {
        let (why, hint) = fault::NO_JSON;
        let sent = self.waiting().and_then(|id| self.sent(id));
        for line in std::mem::take(&mut self.spread) {
            self.fault(sent.clone(), Some(line), why.to_owned(), hint.to_owned());
        }
    }

    fn message(&mut self, line: Line, text: &str) {
        match line {
            Line::Reply(reply) => self.take_reply(reply, text),
            Line::Event(event) => self.take_event(event, text),
            Line::Begun => self.spread.push(text.to_owned()),
            Line::Noise(why, hint) => {
                self.fault(
                    self.waiting().and_then(|id| self.sent(id)),
                    Some(text.to_owned()),
                    why,
                    hint.to_owned(),
                );
            }
        }
    }

    /// The request whose reply is likely to come next.
    fn waiting(&self) -> Option<u64> {
        self.open.last().copied()
    }

    /// A reply whose id is wrong is taken for that of the one request that waits.
    fn take_reply(&mut self, reply: Map<String, Value>, text: &str) {
        let given = reply.get("id").and_then(Value::as_u64).filter(|id| self.open.contains(id));
        let Some(id) = given.or_else(|| self.waiting()) else {
            let why = "a reply came that nobody waits for".to_owned();
            let hint = "reply once to each request; what comes later is an event".to_owned();
            return self.fault(self.sent_last(), Some(text.to_owned()), why, hint);
        };
        self.open.remove(&id);
        self.got_last = Some(text.to_owned());
        let Some(sent) = usize::try_from(id).ok().and_then(|id| self.requests.get(id)).cloned() else {
            return;
        };
        let mut wrong: Vec<_> = fault::misnumbered(reply.get("id"), id).into_iter().collect();
        let mut numbered = reply.clone();
        numbered.insert("id".to_owned(), id.into());
        wrong.extend(fault::wrong_reply(&sent.op, &numbered));
        for (why, hint) in wrong {
            self.fault(Some(sent.line.clone()), Some(text.to_owned()), why, hint);
        }
        if let ("open", Some(handle)) = (sent.op.as_str(), reply.get("client").and_then(Value::as_str)) {
            self.take_handle(handle, &sent.line, text);
        }
        self.replies.insert(id, reply);
    }

    fn take_handle(&mut self, handle: &str, sent: &str, text: &str) {
        if !self.handles.insert(handle.to_owned()) {
            let why = format!("`open` gave the handle `{}` a second time", shorten(handle));
            let hint = "count the clients, and never use a handle again: `c1`, `c2`, …".to_owned();
            self.fault(Some(sent.to_owned()), Some(text.to_owned()), why, hint);
        }
    }

    fn take_event(&mut self, event: Map<String, Value>, text: &str) {
        let mut wrong = fault::wrong_event(&event);
        let handle = event.get("client").and_then(Value::as_str);
        if let Some(handle) = handle.filter(|handle| !self.handles.contains(*handle)) {
            let why = format!("the event names the client `{}`, which no `open` gave", shorten(handle));
            let known: Vec<&str> = self.handles.iter().map(String::as_str).collect();
            let hint = match known[..] {
                [] => "an event about a client comes after the reply to its `open`".to_owned(),
                _ => format!("use the handle that your reply to `open` gave: `{}`", known.join("`, `")),
            };
            wrong.push((why, hint));
        }
        if event["ev"] == "shim-error" {
            let said = event.get("message").and_then(Value::as_str).unwrap_or_default();
            let why = format!("the shim says that it failed: {}", shorten(said));
            wrong.push((why, "mend the shim; its stderr may say more".to_owned()));
        }
        // an event answers nothing, but the last act tells where it came from
        let act = self.requests.iter().rev().find(|sent| sent.op != "ping").map(|sent| sent.line.clone());
        for (why, hint) in wrong {
            self.fault(act.clone(), Some(text.to_owned()), why, hint);
        }
        self.events.push(Seen { event, line: text.to_owned() });
    }
}
