//! Numbers by value, whatever their size: they are compared as the decimals that their text spells.

use std::cmp::Ordering;
use std::fmt;

/// An exact decimal: `digits` × 10^`exponent`, with no zero at either end of the digits.
///
/// Zero has no digits and no sign. Exponents beyond `i128` are held at its ends.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Decimal {
    negative: bool,
    digits: String,
    exponent: i128,
}

impl Decimal {
    /// Reads a number in the spelling of JSON; other text gives an unspecified value, never a panic.
    pub fn parse(text: &str) -> Self {
        let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (mantissa, power) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = [whole, fraction].concat();
        let kept = all.trim_end_matches('0');
        let digits = kept.trim_start_matches('0').to_owned();
        if digits.is_empty() {
            return Self { negative: false, digits, exponent: 0 };
        }
        let shift = i128::try_from(all.len() - kept.len()).unwrap_or_default()
            - i128::try_from(fraction.len()).unwrap_or_default();
        let far = if power.starts_with('-') { i128::MIN } else { i128::MAX };
        let exponent = power.parse::<i128>().unwrap_or(far).saturating_add(shift);
        Self { negative, digits, exponent }
    }

    /// Whether it has no fraction.
    pub fn is_integer(&self) -> bool {
        self.exponent >= 0
    }

    /// One text per value.
    pub fn canonical(&self) -> String {
        let sign = if self.negative { "-" } else { "" };
        format!("{sign}0{}e{}", self.digits, self.exponent)
    }

    /// Orders by magnitude: first by where the leading digit stands, then digit by digit.
    fn cmp_magnitude(&self, other: &Self) -> Ordering {
        if self.digits.is_empty() || other.digits.is_empty() {
            return self.digits.len().cmp(&other.digits.len());
        }
        let top =
            |it: &Self| it.exponent.saturating_add(i128::try_from(it.digits.len()).unwrap_or(i128::MAX));
        top(self).cmp(&top(other)).then_with(|| self.digits.cmp(&other.digits))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.cmp_magnitude(other),
            (true, true) => other.cmp_magnitude(self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Decimal {
    /// Plain digits where they are few, else with an exponent.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.negative { "-" } else { "" };
        match usize::try_from(self.exponent) {
            Ok(_) if self.digits.is_empty() => f.write_str("0"),
            Ok(zeros @ 0..40) => write!(f, "{sign}{}{}", self.digits, "0".repeat(zeros)),
            _ => write!(f, "{sign}{}e{}", self.digits, self.exponent),
        }
    }
}

/// Whether a text is an integer as JSON spells one: no point, no exponent, no leading zero.
pub fn is_integer_text(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && (digits == "0" || !digits.starts_with('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, two: &str) -> bool {
        Decimal::parse(one) == Decimal::parse(two)
    }

    #[test]
    fn spellings_of_one_value_are_equal() {
        for (one, two) in [
            ("1", "1.0"),
            ("1", "1e0"),
            ("1", "10E-1"),
            ("100", "1e+2"),
            ("0.5", "5e-1"),
            ("0", "-0.0e7"),
            ("-12.50", "-1.25e1"),
            ("1e999", "10e998"),
            ("1e99999999999999999999999999999999999999999", "1e99999999999999999999999999999999999999998"),
        ] {
            assert!(same(one, two), "{one} and {two}");
        }
    }

    #[test]
    fn neighbours_are_told_apart_at_any_size() {
        for (one, two) in [
            ("18446744073709551615", "18446744073709551616"),
            ("9007199254740992", "9007199254740993"),
            ("1", "-1"),
            ("1e999", "1e1000"),
            ("0.1", "0.10000000000000000001"),
        ] {
            assert!(!same(one, two), "{one} and {two}");
        }
    }

    #[test]
    fn the_order_is_that_of_the_values() {
        let rising = ["-1e3", "-2", "-1.5", "0", "1e-9", "0.5", "1", "1.05", "1.5", "9", "10", "1e999"];
        for pair in rising.windows(2) {
            assert!(Decimal::parse(pair[0]) < Decimal::parse(pair[1]), "{pair:?}");
        }
    }

    #[test]
    fn integers_are_told_by_value_or_by_spelling() {
        for (text, by_value, by_spelling) in [
            ("7", true, true),
            ("-0", true, true),
            ("7.0", true, false),
            ("7e2", true, false),
            ("7e-1", false, false),
        ] {
            assert_eq!(
                (Decimal::parse(text).is_integer(), is_integer_text(text)),
                (by_value, by_spelling),
                "{text}"
            );
        }
        assert!(["", "-", "01", "+1", "1 "].iter().all(|text| !is_integer_text(text)));
    }
}
