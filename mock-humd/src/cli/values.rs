//! Values of arguments: times, sizes, chances and files.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::builder::{PathBufValueParser, TypedValueParser};

/// A file that is there.
pub fn script() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(|path: PathBuf| match std::fs::metadata(&path) {
        Ok(_) => Ok(path),
        Err(error) => Err(unread(&path, &error, "`mock-humd --help` shows a script")),
    })
}

/// Why a file cannot be read, with a hint: where a relative path begins, or else this one.
pub fn unread(path: &Path, error: &io::Error, hint: &str) -> String {
    match std::env::current_dir() {
        Ok(dir) if path.is_relative() => format!("{error} (hint: the path begins at {})", dir.display()),
        _ => format!("{error} (hint: {hint})"),
    }
}

/// `30s`, `500ms`, or a number of seconds; more than none.
pub fn duration(text: &str) -> Result<Duration, String> {
    let wanted = || "wants a time such as `30s` or `500ms`".to_owned();
    millis(text).filter(|&ms| ms > 0).map(Duration::from_millis).ok_or_else(wanted)
}

/// A time with a sign, in ms.
pub fn skew(text: &str) -> Result<i64, String> {
    let (sign, time) = match text.strip_prefix('-') {
        Some(time) => (-1, time),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let ms = millis(time).and_then(|ms| i64::try_from(ms).ok());
    ms.map(|ms| sign * ms).ok_or_else(|| "wants a time such as `5s` or `-500ms`".into())
}

/// `1/10`, or `10`.
pub fn one_in(text: &str) -> Result<u32, String> {
    let n = text.strip_prefix("1/").unwrap_or(text).parse().ok();
    n.filter(|&n| n > 0).ok_or_else(|| "wants a chance such as `1/10`".into())
}

/// `8M`, `64K`, or a number of bytes; more than none.
pub fn size(text: &str) -> Result<u64, String> {
    let (number, unit) = match text.strip_suffix('M') {
        Some(number) => (number, 1 << 20),
        None => text.strip_suffix('K').map_or((text, 1), |number| (number, 1 << 10)),
    };
    let bytes = number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit));
    bytes.filter(|&bytes| bytes > 0).ok_or_else(|| "wants a size such as `8M` or `64K`".into())
}

fn millis(text: &str) -> Option<u64> {
    let (number, unit) = match text.strip_suffix("ms") {
        Some(number) => (number, 1),
        None => (text.strip_suffix('s').unwrap_or(text), 1000),
    };
    number.parse::<u64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds_unless_they_say_ms() {
        for (text, ms) in [("30s", 30_000), ("500ms", 500), ("2", 2000)] {
            assert_eq!(duration(text), Ok(Duration::from_millis(ms)));
        }
        for text in ["", "s", "0", "1.5s", "-1", "2m", "99999999999999999999"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_skew_goes_both_ways() {
        assert_eq!((skew("5s"), skew("-500ms"), skew("+1")), (Ok(5000), Ok(-500), Ok(1000)));
        assert!(skew("--1").is_err());
    }

    #[test]
    fn a_size_may_have_a_unit() {
        assert_eq!((size("8M"), size("64K"), size("7")), (Ok(8 << 20), Ok(64 << 10), Ok(7)));
        for text in ["", "0", "M", "1G", "99999999999999M"] {
            assert!(size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_chance_is_one_in_n() {
        assert_eq!((one_in("1/10"), one_in("3")), (Ok(10), Ok(3)));
        for text in ["0", "1/0", "2/3", "0.5", ""] {
            assert!(one_in(text).is_err(), "{text}");
        }
    }
}
