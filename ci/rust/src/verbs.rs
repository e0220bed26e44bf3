//! The chi that an asker sends, each as a method: the spelling of the wire stands once, here.

use serde_json::Value;

use crate::chi::Chi;
use crate::client::Client;
use crate::error::Error;
use crate::tone::{Fields, Tone};

/// A tone that waits to be sent. It has what the wire asks for; what is optional is added by [`with`](Self::with).
#[derive(Debug)]
#[must_use = "a draft does nothing until it is sent"]
pub struct Draft<'a> {
    client: &'a Client,
    tone: Tone,
}

impl Draft<'_> {
    /// Adds a field, under the wire's name for it: `modelId`, `cwd`, `systemPrompt`, `dusk`, `ext`, …
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.tone = self.tone.with(key, value);
        self
    }

    /// Adds all of these fields.
    pub fn with_all(self, fields: Fields) -> Self {
        fields.into_iter().fold(self, |draft, (key, value)| draft.with(&key, value))
    }

    /// Offers declared tools, by name, where the tone is a prompt (TOOL-01). A name that is not declared is left out.
    pub fn tools<'n>(self, names: impl IntoIterator<Item = &'n str>) -> Self {
        let names: Vec<_> = names.into_iter().collect();
        let routes = self.client.routes();
        let declared = names.into_iter().filter_map(|name| routes.tools.get(name));
        let offer: Vec<_> = declared.map(|(tool, _)| tool.definition()).collect();
        drop(routes);
        if offer.is_empty() { self } else { self.with("tools", offer) }
    }

    /// Queues the tone, and returns its rid: see [`Client::send`].
    pub fn send(self) -> Result<String, Error> {
        self.client.send(self.tone)
    }
}

impl Client {
    /// Asks (CHI-02). [`prompt_content`](Self::prompt_content) asks with a list of content units in the place of text.
    pub fn prompt(&self, sid: &str, text: &str) -> Draft<'_> {
        self.session(Chi::Prompt, sid).with("text", text)
    }

    /// Asks with content units.
    pub fn prompt_content(&self, sid: &str, content: Vec<Value>) -> Draft<'_> {
        self.session(Chi::Prompt, sid).with("content", content)
    }

    /// Stops the running turn (CHI-03). Chunks that are under way may still arrive.
    pub fn cancel(&self, sid: &str) -> Draft<'_> {
        self.session(Chi::Cancel, sid)
    }

    /// Gives a session up (CHI-04).
    pub fn cleanup(&self, sid: &str) -> Draft<'_> {
        self.session(Chi::Cleanup, sid)
    }

    /// Asks for a session to be compacted (CHI-05).
    pub fn curate(&self, sid: &str) -> Draft<'_> {
        self.session(Chi::Curate, sid)
    }

    /// Hands a cell of content to a session (CHI-09).
    pub fn petal_cell(&self, sid: &str, cell: impl Into<Value>) -> Draft<'_> {
        self.session(Chi::PetalCell, sid).with("cell", cell)
    }

    /// A line for a log (CHI-23); with a `sid` it is about that session.
    pub fn log(&self, level: &str, message: &str) -> Draft<'_> {
        self.draft(Chi::Log).with("level", level).with("message", message)
    }

    /// A point on a timeline (CHI-22); the unit of `t` is the bee's own.
    pub fn perf_mark(&self, label: &str, phase: &str, t: f64) -> Draft<'_> {
        self.draft(Chi::PerfMark).with("label", label).with("phase", phase).with("t", t)
    }

    /// Acknowledges the tone with that rid (CHI-21), or says why it was not taken. Never for an echo, and never needed.
    pub fn echo(&self, rid: &str, taken: Result<(), &str>) -> Draft<'_> {
        let echo = self.draft(Chi::Echo).with("rid", rid).with("ok", taken.is_ok());
        match taken {
            Ok(()) => echo,
            Err(error) => echo.with("error", error),
        }
    }

    fn session(&self, chi: Chi, sid: &str) -> Draft<'_> {
        self.draft(chi).with("sid", sid)
    }

    fn draft(&self, chi: Chi) -> Draft<'_> {
        Draft { client: self, tone: Tone::new(chi) }
    }
}
