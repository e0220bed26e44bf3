//! The arguments, and the help that teaches them.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

const EXAMPLE: &str = r#"A script is a list of steps; the mock does what comes from the daemon and waits for
what comes from the client:

  {
    "format": 1,
    "steps": [
      { "tone": { "chi": "prompt", "sid": { "$bind": "sid" } }, "from": "client" },
      { "tone": { "chi": "chunk", "rid": "c-1", "sid": { "$ref": "sid" },
                  "index": 0, "part": { "text": "hi" } }, "from": "daemon" },
      { "tone": { "chi": "finish", "rid": "f-1", "sid": { "$ref": "sid" },
                  "finishReason": "stop", "usage": {} }, "from": "daemon" }
    ]
  }

Every connection's hello is answered with a breath, unless a step names one of the two.
Verbs: listen, accept, tone, tones, raw, hold, resume, close; vectors/README.md describes them.

  mock-humd greet.json --socket /tmp/thrum.sock &
  HUM_THRUM_SOCK=/tmp/thrum.sock my-bee

Exit: 0 the script is done, 1 a tone did not match or did not come, 2 a bad script, argument or
socket, 130 interrupted."#;

const SOCKET: &str = "Where to listen [default: $HUM_THRUM_SOCK, else $XDG_RUNTIME_DIR/hum/thrum.sock, else \
    /run/user/UID/hum/thrum.sock]";

/// A stand-in for humd: plays a script on a Unix socket and prints what crosses, as JSON lines.
#[derive(Debug, Parser)]
#[command(version, after_help = EXAMPLE)]
pub struct Args {
    /// The script to play, a JSON file
    pub script: PathBuf,

    /// Where to listen; by default, where a client looks
    #[arg(long, value_name = "PATH", help = SOCKET)]
    pub socket: Option<PathBuf>,

    /// How long one step may take: `30s`, `500ms`, or a number of seconds
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    pub timeout: Duration,
}

fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = match text.strip_suffix("ms") {
        Some(number) => (number, 1),
        None => (text.strip_suffix('s').unwrap_or(text), 1000),
    };
    let value = number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit));
    value
        .filter(|&ms| ms > 0)
        .map(Duration::from_millis)
        .ok_or_else(|| "wants a time such as `30s` or `500ms`".into())
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
}
