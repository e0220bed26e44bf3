//! The rules of WIRE.md: what can be held or broken, and by whom.
//!
//! Start at [`RuleBook::parse`], which takes the text of the document. Rules are worded there and nowhere
//! else; here is only what a program needs to know about each. Nothing here knows vectors or clients.

mod marker;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// All rules of one version of the document.
#[derive(Debug, Clone)]
pub struct RuleBook {
    /// The version of the wire that the document describes.
    pub version: Version,
    /// In the order of the document.
    pub rules: Vec<Rule>,
    index: BTreeMap<String, usize>,
}

impl RuleBook {
    /// Reads the text of WIRE.md; errors are all its faults, in order of line.
    pub fn parse(text: &str) -> Result<Self, Vec<RuleFault>> {
        marker::read(text).map(|(version, rules)| {
            let index = rules.iter().enumerate().map(|(at, rule)| (rule.id.clone(), at)).collect();
            Self { version, rules, index }
        })
    }

    /// The rule with this id.
    pub fn get(&self, id: &str) -> Option<&Rule> {
        self.index.get(id).map(|at| &self.rules[*at])
    }

    /// The rules in the order of the document.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter()
    }
}

/// One rule, as its marker and statement give it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// `FRAME-01`.
    pub id: String,
    /// How binding it is.
    pub level: Level,
    /// Whom it binds; only a NOTE binds nobody.
    pub roles: BTreeSet<Party>,
    /// Where it shows.
    pub seen: BTreeSet<Seen>,
    /// The first wire version that has it.
    pub since: Version,
    /// [`Profile::Live`] where it is marked so.
    pub profile: Profile,
    /// Whether it is judged on every line that a party produces.
    pub ambient: bool,
    /// Whether a type system can make it impossible to break.
    pub type_level: bool,
    /// The surfaces without which it does not bind; all of them are needed.
    pub needs: Vec<Need>,
    /// Why nothing tests it; on each NOTE and nowhere else.
    pub untested: Option<String>,
    /// The statement, on one line.
    pub text: String,
    /// The title of the section around it.
    pub section: String,
    /// The fragment that links to that section.
    pub anchor: String,
    /// The line of its marker, counted from 1.
    pub line: usize,
}

/// What is wrong with the text of WIRE.md.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RuleFault {
    /// Counted from 1.
    pub line: usize,
    /// A lower-case fragment.
    pub message: String,
}

impl std::fmt::Display for RuleFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

/// How binding a rule is; the weakest comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Nothing that can be decided from outside.
    Note,
    /// Each of several behaviours conforms.
    May,
    /// Departing from it needs a good reason.
    Should,
    /// Without exception.
    Must,
}

/// Where a rule shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Seen {
    /// In the bytes on the socket.
    Wire,
    /// In what the application is handed.
    Event,
    /// In the result of a helper function.
    Call,
}

/// A party of the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    /// A library or bee on the asker side.
    Client,
    /// A worker bee.
    Worker,
    /// A daemon.
    Daemon,
}

/// A profile of WIRE.md.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Profile {
    /// The document's own text.
    Document,
    /// What deployed daemons do.
    Live,
}

/// What is judged apart from everything else: a party, in one profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Side {
    /// Which dialect is spoken.
    pub profile: Profile,
    /// [`Party::Client`] as asker, or [`Party::Worker`].
    #[serde(rename = "role")]
    pub party: Party,
}

impl Side {
    /// An asker that speaks as the document says.
    pub const PLAIN: Self = Self { profile: Profile::Document, party: Party::Client };

    /// Whether it is the plain one, which reports do not name.
    pub fn is_plain(self) -> bool {
        self == Self::PLAIN
    }

    /// The role in the words of the shim protocol.
    pub fn role(self) -> &'static str {
        if self.party == Party::Worker { "worker" } else { "asker" }
    }
}

/// A capability, or one of several: any of them satisfies it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Need(pub Vec<String>);

impl Need {
    /// Reads `a|b`.
    pub fn parse(text: &str) -> Self {
        Self(text.split('|').map(str::to_owned).collect())
    }

    /// Whether these capabilities satisfy it.
    pub fn met_by(&self, caps: &BTreeSet<String>) -> bool {
        self.0.iter().any(|cap| caps.contains(cap))
    }

    /// Whether whatever satisfies this satisfies the other too: `a` implies `a|b`.
    pub fn implies(&self, other: &Self) -> bool {
        self.0.iter().all(|cap| other.0.contains(cap))
    }
}

/// A wire version, ordered as semver orders releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub u32, pub u32, pub u32);

impl std::str::FromStr for Version {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.split('.').map(str::parse);
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(Ok(major)), Some(Ok(minor)), Some(Ok(patch)), None) => Ok(Self(major, minor, patch)),
            _ => Err(format!("`{text}` is no version such as `0.7.0`")),
        }
    }
}

/// Words of the document: a value for each, and back, in JSON too.
macro_rules! words {
    ($type:ident: $($word:literal = $value:ident),+) => {
        impl $type {
            /// The value that this word stands for.
            pub fn of(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$value),)+
                    _ => None,
                }
            }

            /// The word, as the document and the vectors spell it.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$value => $word,)+
                }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }

        impl Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.serialize_str(self.word())
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                let word = String::deserialize(from)?;
                let known: &[&str] = &[$($word),+];
                Self::of(&word).ok_or_else(|| serde::de::Error::unknown_variant(&word, known))
            }
        }
    };
}

words!(Level: "NOTE" = Note, "MAY" = May, "SHOULD" = Should, "MUST" = Must);
words!(Seen: "wire" = Wire, "event" = Event, "call" = Call);
words!(Party: "client" = Client, "worker" = Worker, "daemon" = Daemon);
words!(Profile: "document" = Document, "live" = Live);

impl std::fmt::Display for Side {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} · {}", self.profile, self.party)
    }
}

impl std::fmt::Display for Need {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join("|"))
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}
