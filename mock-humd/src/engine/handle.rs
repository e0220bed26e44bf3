//! Looking at a daemon and steering it while it serves.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::Shared;
use crate::nest::{Counts, Ending, Faults, Nest, Peer, Tap};

/// So many bees are named to whoever means another one.
const NAMES_MAX: usize = 10;

/// A way to a running daemon. Every method takes effect at once and waits for nothing, but for
/// [`Handle::until`].
#[derive(Debug, Clone)]
pub struct Handle {
    shared: Arc<Shared>,
}

/// What a connection looks like from outside.
#[derive(Debug, Clone, PartialEq)]
pub struct PeerInfo {
    /// Its number, in order of arrival, from 0.
    pub conn: u64,
    /// The bee's name.
    pub bee: Option<String>,
    /// The members of its hello, but for the envelope.
    pub hello: Map<String, Value>,
    /// Whether prompts of others go to it.
    pub is_worker: bool,
    /// What has crossed.
    pub counts: Counts,
    /// How many tones wait to be written to it.
    pub queued: usize,
    /// How many of its tones wait for a script.
    pub pending: usize,
    /// The sessions that it has prompted.
    pub sids: Vec<String>,
    /// What its sessions owe an answer to: `tool-result call-1`.
    pub expects: Vec<String>,
}

impl Handle {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Every connection, in order of arrival.
    pub fn peers(&self) -> Vec<PeerInfo> {
        let mut core = self.shared.lock();
        let mut peers: Vec<_> =
            core.nest.peers().map(|(_, peer)| (PeerInfo::of(peer), peer.script)).collect();
        peers.sort_by_key(|(peer, _)| peer.conn);
        let mut owed: HashMap<String, Vec<String>> = HashMap::new();
        for (sid, id, answer) in core.nest.owed() {
            owed.entry(sid.to_owned()).or_default().push(format!("{answer} {id}"));
        }
        let pending = |(peer, script): (PeerInfo, Option<usize>)| {
            let script = script.and_then(|k| core.nest.scripted(k));
            let expects = peer.sids.iter().filter_map(|sid| owed.get(sid)).flatten().cloned().collect();
            PeerInfo { pending: script.map_or(0, |script| script.inbox().len()), expects, ..peer }
        };
        peers.into_iter().map(pending).collect()
    }

    /// Sends a line as it is to every connection of a bee, by its name or `#3`; gives how many there are. The LF
    /// is added.
    pub fn send(&self, bee: &str, line: &[u8]) -> usize {
        self.change(|nest| {
            let slots = nest.named(bee);
            for &slot in &slots {
                nest.send(slot, "", None, &[line, b"\n"]);
            }
            slots.len()
        })
    }

    /// Sends a tone to every connection of a bee, with `rid` and `from` where it has none; gives how many there are.
    pub fn send_tone(&self, bee: &str, tone: &Map<String, Value>) -> usize {
        self.change(|nest| {
            let slots = nest.named(bee);
            for &slot in &slots {
                let mut tone = tone.clone();
                tone.entry("rid").or_insert_with(|| nest.rid().into());
                tone.entry("from").or_insert_with(|| "daemon".into());
                nest.send_value(slot, &Value::Object(tone));
            }
            slots.len()
        })
    }

    /// Whether a bee is connected; who is, where it is not.
    pub fn find(&self, bee: &str) -> Result<(), String> {
        if !self.change(|nest| nest.named(bee)).is_empty() {
            return Ok(());
        }
        let name = |peer: &PeerInfo| {
            peer.bee.as_ref().map_or_else(|| format!("#{}", peer.conn), |bee| format!("`{bee}`"))
        };
        let mut peers = self.peers();
        // those without a name last, in order of arrival
        peers.sort_by(|one, other| (one.bee.is_none(), &one.bee).cmp(&(other.bee.is_none(), &other.bee)));
        let mut names: Vec<_> = peers.iter().map(name).collect();
        names.dedup();
        if names.is_empty() {
            return Err(format!("no bee `{bee}`: nobody is connected"));
        }
        let more = names.len().saturating_sub(NAMES_MAX);
        names.truncate(NAMES_MAX);
        let more = if more > 0 { format!(", and {more} more") } else { String::new() };
        Err(format!("no bee `{bee}` (hint: there is {}{more})", names.join(", ")))
    }

    /// Ends every connection of a bee; gives how many there are.
    pub fn kick(&self, bee: &str, how: Ending) -> usize {
        self.change(|nest| nest.kick(bee, how))
    }

    /// Changes what goes wrong, from the next tone on.
    pub fn set_faults(&self, faults: Faults) {
        self.change(|nest| nest.set_faults(faults));
    }

    /// From now on this tap sees what crosses.
    pub fn attach(&self, tap: Box<dyn Tap>) {
        self.change(|nest| nest.attach(tap));
    }

    /// Changes the nest, and lets the tasks go on with what that leads to. The daemon stands still meanwhile, and its
    /// lock is a plain one: another method of a handle of this daemon, called inside, hangs for ever.
    pub fn change<T>(&self, change: impl FnOnce(&mut Nest) -> T) -> T {
        self.shared.change(change)
    }

    /// Waits until a look at the nest gives something. It is looked at whenever a bee comes, says hello, sends
    /// something to a script, or goes. In a look too, no method of a handle may be called.
    pub async fn until<T>(&self, mut look: impl FnMut(&mut Nest) -> Option<T>) -> T {
        let mut bell = self.shared.changed.subscribe();
        loop {
            if let Some(found) = look(&mut self.shared.lock().nest) {
                return found;
            }
            // the sender lives in `self.shared`, so the bell cannot be gone
            let _ = bell.changed().await;
        }
    }
}

impl PeerInfo {
    fn of(peer: &Peer) -> Self {
        let mut sids: Vec<_> = peer.claims.iter().cloned().collect();
        sids.sort_unstable();
        Self {
            conn: peer.conn,
            bee: peer.manifest.bee.clone(),
            hello: peer.manifest.fields.clone(),
            is_worker: peer.manifest.is_worker,
            counts: peer.counts,
            queued: peer.out.len(),
            pending: 0,
            sids,
            expects: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::Engine;
    use crate::nest::Config;

    #[tokio::test]
    async fn who_is_there_is_named_once_and_not_at_any_length() {
        let engine = Engine::new(Config::default(), "nowhere.sock");
        let handle = engine.handle();
        let missing = || handle.find("x").unwrap_err();
        assert_eq!(missing(), "no bee `x`: nobody is connected");
        let open = |bee: Option<&str>| {
            handle.change(|nest| {
                let slot = nest.open().unwrap();
                nest.peer(slot).unwrap().manifest.bee = bee.map(str::to_owned);
            });
        };
        [None, Some("b"), Some("a"), Some("b"), Some("a"), None].into_iter().for_each(open);
        assert_eq!(missing(), "no bee `x` (hint: there is `a`, `b`, #0, #5)");
        (0..3000).for_each(|_| open(None));
        assert_eq!(
            missing(),
            "no bee `x` (hint: there is `a`, `b`, #0, #5, #6, #7, #8, #9, #10, #11, and 2994 more)"
        );
    }
}
