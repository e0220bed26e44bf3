//! How single values of the command line are read; each error says what to write instead.

use std::time::Duration;

/// A time, as `500ms` or `2s`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = text.split_at(text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len()));
    let scale = match unit {
        "ms" => 0.001,
        "s" | "" => 1.0,
        "m" => 60.0,
        _ => return Err(format!("`{text}` is no time; write `500ms` or `2s`")),
    };
    match number.parse::<f64>() {
        Ok(count) if count > 0.0 && count < 1e6 => Ok(Duration::from_secs_f64(count * scale)),
        _ => Err(format!("`{text}` is no time; write `500ms` or `2s`")),
    }
}

/// How many times or of something.
pub(super) fn times(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|times| (1..=100_000).contains(times))
        .ok_or_else(|| format!("`{text}` is no number from 1 to 100000"))
}

/// A seed of chance.
pub(super) fn seed(text: &str) -> Result<u64, String> {
    text.parse()
        .map_err(|_| format!("`{text}` is no seed; write a whole number, or `--shuffle` alone for a new one"))
}

/// By what a wait is multiplied.
pub(super) fn factor(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(factor) if (0.01..=1000.0).contains(&factor) => Ok(factor),
        _ => Err(format!("`{text}` is no factor between 0.01 and 1000")),
    }
}
