//! Which cases can be played with a whole bee, and which of them ask it to show that it is at work.

use mock_humd::pattern::{Carrier, Scope};
use serde_json::json;

use super::model::{Body, Case, Client, Happening, Socket, Step, Verb};

impl Case {
    /// Whether it can be played with a whole bee, of which nothing but connecting can be driven.
    pub fn suits_a_bee(&self) -> bool {
        let Body::Wire { clients, steps, .. } = &self.body else { return false };
        let plain = clients.len() == 1 && clients.iter().all(Client::is_plain);
        let driven = |step: &Step| match &step.verb {
            Verb::Drive { act, .. } => act != "connect",
            Verb::Call { .. } | Verb::Stalled | Verb::Clock { .. } => true,
            _ => false,
        };
        self.is_for_bees || (plain && self.env.is_empty() && !steps.iter().any(driven))
    }

    /// Whether it asks a whole bee to show that it is at work.
    pub fn probes(&self) -> bool {
        let Body::Wire { steps, .. } = &self.body else { return false };
        let asks = |step: &Step| match &step.verb {
            Verb::Probe | Verb::Barrier { .. } => true,
            Verb::Never { what, .. } | Verb::Record { what, .. } => matches!(what, Happening::Tone(_)),
            _ => false,
        };
        steps.iter().any(asks)
    }
}

impl Client {
    /// Whether nothing is said of how it is opened.
    fn is_plain(&self) -> bool {
        let says = self.hello.fill(&Scope::default(), Carrier::Shim);
        self.socket == Socket::Mock && !self.reconnect && says.is_ok_and(|hello| hello == json!({}))
    }
}
