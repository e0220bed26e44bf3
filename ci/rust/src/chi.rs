//! The registry: every chi and pulse kind of this version of the wire, in the order of WIRE.md.

/// The version of the wire that this crate speaks (VER-03).
pub const THRUM_VERSION: &str = "0.7.0";

/// Defines an enum, each variant with its spelling on the wire, and the list of them all.
macro_rules! registry {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $spelling:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$doc])* #[doc = concat!("`", $spelling, "`")] $variant,)* }

        impl $name {
            /// All of them, in the order of WIRE.md.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The spelling on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $spelling,)* }
            }

            /// The one with this spelling, which is exact: another case is none.
            pub fn named(spelling: &str) -> Option<Self> {
                match spelling { $($spelling => Some(Self::$variant),)* _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

registry! {
    /// The type of a tone.
    Chi {
        Hello = "hello",
        Prompt = "prompt",
        Cancel = "cancel",
        Cleanup = "cleanup",
        Curate = "curate",
        ReleasePermit = "release-permit",
        TendrilResult = "tendril-result",
        ToolResult = "tool-result",
        PetalCell = "petal-cell",
        Breath = "breath",
        Chunk = "chunk",
        Finish = "finish",
        Error = "error",
        SessionReady = "session-ready",
        Pulse = "pulse",
        PermissionAsk = "permission-ask",
        TendrilReach = "tendril-reach",
        ToolCall = "tool-call",
        ToolMeta = "tool-meta",
        ToolInfo = "tool-info",
        Echo = "echo",
        PerfMark = "perf-mark",
        Log = "log",
        Drone = "drone",
        DroneRetrofit = "drone-retrofit",
        PeerAdd = "peer-add",
        PeerRemove = "peer-remove",
        Attach = "attach",
        Detach = "detach",
        WaneSync = "wane-sync",
        GossipPublish = "gossip-publish",
        KadFindNode = "kad-find-node",
        KadFindNodeResp = "kad-find-node-resp",
    }
}

registry! {
    /// What a `pulse` tells of a cell.
    PulseKind {
        Spawned = "cell-spawned",
        Ready = "cell-ready",
        Idle = "cell-idle",
        Died = "cell-died",
        Evicted = "cell-evicted",
    }
}

impl Chi {
    /// The chi that an asker sends (DIR-01).
    pub const ASKER: &[Self] = &[
        Self::Hello,
        Self::Prompt,
        Self::Cancel,
        Self::Cleanup,
        Self::Curate,
        Self::ReleasePermit,
        Self::TendrilResult,
        Self::ToolResult,
        Self::PetalCell,
        Self::Echo,
        Self::PerfMark,
        Self::Log,
        Self::Drone,
        Self::DroneRetrofit,
    ];
}

/// True for the values of the registry, and for nothing else (REG-02).
pub fn is_valid_chi(value: &str) -> bool {
    Chi::named(value).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_exactly_the_registry() {
        assert_eq!(Chi::ALL.len(), 33);
        for chi in Chi::ALL {
            assert_eq!(Chi::named(chi.as_str()), Some(*chi));
        }
        for wrong in ["", "Hello", "tool_call", "hello ", " hello", "tool-stream", "nestling"] {
            assert!(!is_valid_chi(wrong), "{wrong:?}");
        }
    }

    #[test]
    fn spells_pulse_kinds_in_kebab_case() {
        let kinds: Vec<_> = PulseKind::ALL.iter().map(ToString::to_string).collect();
        assert_eq!(kinds, ["cell-spawned", "cell-ready", "cell-idle", "cell-died", "cell-evicted"]);
    }
}
