//! Whether a daemon runs, and who is connected to it.

use serde_json::{Map, Value, json};

use super::{Beside, pid_file};
use crate::admin::{client, commands};
use crate::cli::StatusArgs;
use crate::exit::Stop;

/// Prints how the daemon is; an error where there is none.
pub fn status(args: &StatusArgs) -> Result<(), Stop> {
    let beside = Beside::new(&args.at.path());
    match client::ask(&beside, "status", client::no_members()) {
        Ok(status) => {
            crate::print(&if args.json { as_json(status) } else { as_text(&status) });
            Ok(())
        }
        Err(Stop::Down(why)) => {
            let holder = pid_file::holder(&beside.pid()).ok().flatten();
            if let Some(process) = holder {
                let pid = process.pid();
                return Err(Stop::Broken(format!(
                    "{}: process {pid} runs, but has no admin socket (hint: `mock-humd restart`)",
                    beside.socket().display()
                )));
            }
            if args.json {
                let path = beside.socket().display().to_string();
                crate::print(&format!("{}\n", json!({ "up": false, "socket": path })));
            }
            Err(Stop::Down(why))
        }
        Err(stop) => Err(stop),
    }
}

fn as_json(mut status: Map<String, Value>) -> String {
    let mut up = Map::new();
    up.insert("up".to_owned(), true.into());
    up.append(&mut status);
    format!("{}\n", Value::Object(up))
}

fn as_text(status: &Map<String, Value>) -> String {
    let text = |key: &str| status.get(key).and_then(Value::as_str).unwrap_or_default();
    let number = |key: &str| status.get(key).and_then(Value::as_u64).unwrap_or_default();
    let mut said = format!(
        "listening on {}\nup for {} s, process {}, version {}, personality {}, seed {}\n",
        text("socket"),
        number("up_ms") / 1000,
        number("pid"),
        text("version"),
        text("personality"),
        number("seed"),
    );
    if let Some(step) = status.get("script").and_then(Value::as_str) {
        said += &format!("script: {step}\n");
    }
    for hook in status.get("hooks").and_then(Value::as_array).into_iter().flatten() {
        let number = |key: &str| hook.get(key).and_then(Value::as_u64).unwrap_or_default();
        let command = hook.get("command").and_then(Value::as_str).unwrap_or_default();
        said += &format!("hook `{command}`: {} skipped, {} starts\n", number("skipped"), number("starts"));
    }
    said + &commands::table(status)
}
