//! What one release demands: the registry, the bodies, the rules, and a digest of every case.
//!
//! The file form stands in `vectors/sets/` and in each archive. It carries a digest of itself, so that a
//! set that was frozen cannot change unnoticed.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::digest;
use crate::lines;
use crate::rule::Version;

/// A version of the wire, and the revision of its vectors: `0.7.0+1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Release {
    /// The wire.
    pub wire: Version,
    /// Counted from 1 within a wire version; 0 stands for a cut that has no number yet.
    pub revision: u32,
}

/// What one release demands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Set {
    /// The form of this file; 1.
    pub format: u32,
    /// Its name.
    pub version: Release,
    /// Whether it is out; until then it may be frozen anew under the same name.
    pub released: bool,
    /// The release that its changelog is about.
    pub follows: Option<Release>,
    /// The keys that every tone shares.
    pub envelope: Body,
    /// Every chi; one whose body this wire version does not fix has none.
    pub chi: BTreeMap<String, Option<Body>>,
    /// The rules, by id.
    pub rules: BTreeMap<String, RuleEntry>,
    /// The cases, by id.
    pub cases: BTreeMap<String, CaseEntry>,
    /// Digests of what else an archive holds, by file.
    pub besides: BTreeMap<String, String>,
    /// Digest of every byte of those files and of the cases.
    pub contents: String,
}

/// The fields of a body.
pub type Body = BTreeMap<String, Field>;

/// One field of a body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// `string`, `string or array`, `array of string`, `any`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether it must be there.
    pub required: Presence,
    /// The only values, where they are listed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
}

/// Whether a field must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Presence {
    /// Always.
    Yes,
    /// At least one of those marked so.
    OneOf,
    /// It may be missing or null.
    No,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleEntry {
    /// `MUST`.
    pub level: String,
    /// Whom, in which profile, and with which claims: `client worker, needs tools`.
    pub binds: String,
    /// Digest of its words.
    pub words: String,
}

/// One case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseEntry {
    /// `scored`, `provisional` or `withdrawn`.
    pub status: String,
    /// Digest of what happens and what is expected; examples have their own.
    pub expects: String,
    /// Digest of everything that the file says of it, words included.
    pub words: String,
    /// Ids that it had before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub was: Vec<String>,
    /// Digest of each example, by `tc`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub examples: BTreeMap<u64, String>,
}

impl Set {
    /// Reads the text of a set; the error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut value: Value = serde_json::from_str(text).map_err(|error| format!("is no JSON: {error}"))?;
        let noted = value.as_object_mut().and_then(|fields| fields.shift_remove("digest"));
        let own = digest::of_value(&value);
        let set: Self = serde_json::from_value(value).map_err(|error| format!("is no set: {error}"))?;
        if set.format != 1 {
            return Err(format!("has format {}, and this program reads 1", set.format));
        }
        if noted != Some(Value::from(own)) {
            return Err("was changed by hand: its digest is not that of its content \
                        (hint: `vectors freeze` makes a new revision)"
                .to_owned());
        }
        Ok(set)
    }

    /// The text that [`Set::parse`] reads.
    pub fn to_text(&self) -> String {
        let mut value = serde_json::to_value(self).unwrap_or_default();
        let own = digest::of_value(&value);
        if let Some(fields) = value.as_object_mut() {
            fields.insert("digest".to_owned(), own.into());
        }
        lines::text(&value)
    }

    /// Whether the other demands and holds just the same, whatever its name.
    pub fn same(&self, other: &Self) -> bool {
        let nameless = |set: &Self| Self {
            version: Release { revision: 0, ..set.version },
            released: false,
            follows: None,
            ..set.clone()
        };
        nameless(self) == nameless(other)
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{}", self.wire, self.revision)
    }
}

impl std::str::FromStr for Release {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fault = || format!("`{text}` is no release such as `0.7.0+1`");
        let (wire, revision) = text.split_once('+').ok_or_else(fault)?;
        let (wire, revision) = (wire.parse().map_err(|_| fault())?, revision.parse().map_err(|_| fault())?);
        Ok(Self { wire, revision })
    }
}

impl TryFrom<String> for Release {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Release> for String {
    fn from(release: Release) -> Self {
        release.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_that_was_changed_by_hand_is_refused() {
        let set = Set {
            format: 1,
            version: "0.7.0+1".parse().unwrap(),
            released: false,
            follows: None,
            envelope: Body::new(),
            chi: [("log".to_owned(), None)].into(),
            rules: BTreeMap::new(),
            cases: BTreeMap::new(),
            besides: BTreeMap::new(),
            contents: String::new(),
        };
        let text = set.to_text();
        assert_eq!(Set::parse(&text).unwrap(), set);
        for (changed, wanted) in [
            (text.replace("log", "lug"), "by hand"),
            (text.replace("false", "true"), "by hand"),
            (text.replace("0.7.0+1", "seven"), "no release such as"),
            (text.replace("\"format\": 1", "\"format\": 2"), "has format 2"),
            (text.replace("released", "release"), "unknown field"),
            ("[".to_owned(), "no JSON"),
        ] {
            let error = Set::parse(&changed).unwrap_err();
            assert!(error.contains(wanted), "{error}");
        }
    }

    #[test]
    fn releases_are_ordered_by_wire_and_then_by_revision() {
        let order = ["0.6.0+9", "0.7.0+1", "0.7.0+2", "0.7.0+10", "0.10.0+1"];
        let releases: Vec<Release> = order.iter().map(|text| text.parse().unwrap()).collect();
        assert!(releases.is_sorted());
        for bad in ["0.7.0", "0.7+1", "0.7.0+", "0.7.0+x", "+1"] {
            assert!(bad.parse::<Release>().is_err(), "{bad}");
        }
    }
}
