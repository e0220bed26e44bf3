//! What of all that crosses somebody wants to see.

use crate::nest::{Crossed, Crossing, Seen};

/// Lets everything through that meets all of its conditions. An empty one is met by everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Bees, by the name of their hello or `#3` for the connection with that number.
    pub bees: Vec<String>,
    /// Types of tones.
    pub chis: Vec<String>,
    /// Sessions.
    pub sids: Vec<String>,
    /// Nothing but tones; so it is too where types or sessions are named.
    pub tones_only: bool,
}

impl Filter {
    /// Whether it goes through.
    pub fn passes(&self, crossing: &Crossing<'_>) -> bool {
        let names = |bee: &String| {
            crossing.bee == Some(&**bee)
                || bee.strip_prefix('#').is_some_and(|number| number.parse() == Ok(crossing.conn))
        };
        if !self.bees.is_empty() && !self.bees.iter().any(names) {
            return false;
        }
        match crossing.what {
            Crossed::FromBee(seen) | Crossed::ToBee(seen) | Crossed::Lost(seen) => self.passes_tone(seen),
            _ => !self.tones_only && self.chis.is_empty() && self.sids.is_empty(),
        }
    }

    fn passes_tone(&self, seen: Seen<'_>) -> bool {
        let is_chi = |chi: &String| chi == seen.chi;
        let is_sid = |sid: &String| Some(&**sid) == seen.sid;
        (self.chis.is_empty() || self.chis.iter().any(is_chi))
            && (self.sids.is_empty() || self.sids.iter().any(is_sid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn all_conditions_are_to_be_met() {
        let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        let tone = Crossed::FromBee(Seen { chi: "prompt", sid: Some("s"), line: b"{}" });
        for (bees, chis, sids, tones_only, (sees_tone, sees_event)) in [
            (&[][..], &[][..], &[][..], false, (true, true)),
            (&["adder", "x"], &[], &[], false, (true, true)),
            (&["#3"], &[], &[], false, (true, true)),
            (&["#4"], &[], &[], false, (false, false)),
            (&[], &["prompt"], &[], false, (true, false)),
            (&[], &["echo"], &[], false, (false, false)),
            (&[], &[], &["s", "t"], false, (true, false)),
            (&["adder"], &["prompt"], &["t"], false, (false, false)),
            (&[], &[], &[], true, (true, false)),
        ] {
            let filter = Filter { bees: texts(bees), chis: texts(chis), sids: texts(sids), tones_only };
            let passes =
                |what| filter.passes(&Crossing { at: Duration::ZERO, conn: 3, bee: Some("adder"), what });
            assert_eq!((passes(tone), passes(Crossed::Opened)), (sees_tone, sees_event), "{filter:?}");
        }
    }
}
