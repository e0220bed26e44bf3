//! One of the parts in which several machines play the cases of one run.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::vector::Case;

/// Which part: every case is in exactly one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Shard {
    /// From 1.
    pub number: usize,
    /// How many there are.
    pub of: usize,
}

/// More parts than anybody has machines.
const SHARDS_MAX: usize = 1000;

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers =
            text.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        match numbers {
            Some((number, of)) if (1..=of).contains(&number) && of <= SHARDS_MAX => Ok(Self { number, of }),
            _ => Err(format!(
                "`{text}` is no shard; write `2/5` for the second of five, of {SHARDS_MAX} at most"
            )),
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "shard {} of {}", self.number, self.of)
    }
}

impl Shard {
    /// Of the places of these cases, those that belong to this part. A case and its twin stay together, since a
    /// negative says nothing without the other; the groups are dealt out in the order of their first ids, so that the
    /// same cases are divided the same way, whatever file they stand in.
    pub(super) fn part(self, cases: &[&Case]) -> Vec<bool> {
        let mut first: BTreeMap<&str, &str> = cases.iter().map(|case| (&*case.id, &*case.id)).collect();
        for case in cases {
            let twin = case.twin.as_deref().and_then(|twin| first.get(twin));
            if let (Some(one), Some(other)) = (first.get(&*case.id).copied(), twin.copied()) {
                let (least, most) = (one.min(other), one.max(other));
                first.values_mut().filter(|id| **id == most).for_each(|id| *id = least);
            }
        }
        let mut groups: Vec<&str> = first.values().copied().collect();
        groups.sort_unstable();
        groups.dedup();
        let is_own =
            |group: &&str| groups.binary_search(group).is_ok_and(|place| place % self.of + 1 == self.number);
        cases.iter().map(|case| first.get(&*case.id).is_some_and(is_own)).collect()
    }
}
