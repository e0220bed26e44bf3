//! The commands that look at a running daemon and steer it.

use std::fmt::Write as _;
use std::io::{self, BufRead, Read};
use std::path::Path;

use mock_humd::script::unknown_chi;
use serde_json::{Map, Value, json};

use super::client::{REPLY_MAX, ask, no_members, talk};
use crate::check::load;
use crate::cli::{KickArgs, PlayArgs, SendArgs, SocketArgs, StatusArgs, TailArgs};
use crate::exit::Stop;
use crate::service::Beside;

/// Prints who is connected.
pub fn peers(args: &StatusArgs) -> Result<(), Stop> {
    let reply = ask(&beside(&args.at), "peers", no_members())?;
    if args.json {
        let connections = reply.get("connections").and_then(Value::as_array).into_iter().flatten();
        connections.for_each(|peer| crate::print(&format!("{peer}\n")));
    } else {
        crate::print(&table(&reply));
        crate::print(&details(&reply));
    }
    Ok(())
}

/// Prints what crosses, until the daemon ends.
pub fn tail(args: &TailArgs) -> Result<(), Stop> {
    let (_, lines) = talk(&beside(&args.at), "tail", args.filter.members(), Some(REPLY_MAX))?;
    for unknown in args.filter.chi.iter().filter_map(|chi| unknown_chi(chi)) {
        // somebody may send it all the same
        crate::say(&format!("warning: --chi: {unknown}"));
    }
    for line in lines.lines() {
        let line = line.map_err(|error| Stop::Broken(error.to_string()))?;
        let is_read =
            if args.json { crate::try_print(&format!("{line}\n")) } else { crate::try_print(&shown(&line)) };
        if !is_read {
            return Ok(());
        }
    }
    Ok(())
}

/// Sends a tone to a bee.
pub fn send(args: &SendArgs) -> Result<(), Stop> {
    let text = if args.tone == "-" {
        let mut text = String::new();
        io::stdin().read_to_string(&mut text).map_err(|error| Stop::Input(format!("stdin: {error}")))?;
        text
    } else {
        args.tone.clone()
    };
    let mut members = Map::new();
    members.insert("bee".to_owned(), args.bee.clone().into());
    if args.raw {
        members.insert("line".to_owned(), text.strip_suffix('\n').unwrap_or(&text).into());
    } else {
        let tone: Value = serde_json::from_str(&text).map_err(|error| {
            Stop::Input(format!("the tone is not JSON: {error} (hint: `--raw` sends it all the same)"))
        })?;
        members.insert("tone".to_owned(), tone);
    }
    say_count("sent to", &ask(&beside(&args.at), "send", members)?);
    Ok(())
}

/// Ends the connections of a bee.
pub fn kick(args: &KickArgs) -> Result<(), Stop> {
    let mut members = Map::new();
    members.insert("bee".to_owned(), args.bee.clone().into());
    members.insert("as_crash".to_owned(), args.crash.into());
    say_count("closed", &ask(&beside(&args.at), "kick", members)?);
    Ok(())
}

/// Ends all connections as a crash would.
pub fn drop_all(args: &SocketArgs) -> Result<(), Stop> {
    say_count("dropped", &ask(&beside(args), "drop", no_members())?);
    Ok(())
}

/// Plays a script on the running daemon, to its end.
pub fn play(args: &PlayArgs) -> Result<(), Stop> {
    load(&args.script)?;
    let script = std::fs::read_to_string(&args.script).map_err(|error| in_file(&args.script, &error))?;
    let step_ms = u64::try_from(args.timeout.as_millis()).unwrap_or(u64::MAX);
    let mut members = Map::new();
    members.insert("script".to_owned(), script.into());
    members.insert("step_ms".to_owned(), step_ms.into());
    match talk(&beside(&args.at), "play", members, None) {
        Ok(_) => Ok(()),
        // the script is fine, so what is wrong is how it went
        Err(Stop::Input(why)) => Err(Stop::Unmet(why)),
        Err(stop) => Err(stop),
    }
}

/// The connections of a reply, one line each.
pub fn table(reply: &Map<String, Value>) -> String {
    let peers: Vec<_> = reply.get("connections").and_then(Value::as_array).into_iter().flatten().collect();
    if peers.is_empty() {
        return "nobody is connected\n".to_owned();
    }
    let mut rows = vec![["conn", "bee", "in", "out", "lost", "queued", "pending"].map(str::to_owned)];
    rows.extend(peers.iter().map(|peer| {
        let number = |key: &str| peer[key].as_u64().unwrap_or_default().to_string();
        let bee = peer["bee"].as_str().unwrap_or("(no hello)");
        let bee = if peer["worker"] == true { format!("{bee} (worker)") } else { bee.to_owned() };
        let conn = format!("#{}", number("conn"));
        [conn, bee, number("in"), number("out"), number("lost"), number("queued"), number("pending")]
    }));
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<_> = (0..rows[0].len()).map(width).collect();
    let line = |row: &[String; 7]| {
        let cells: Vec<_> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        format!("{}\n", cells.join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

/// What each bee said of itself, and what its sessions owe.
fn details(reply: &Map<String, Value>) -> String {
    let mut text = String::new();
    for peer in reply.get("connections").and_then(Value::as_array).into_iter().flatten() {
        let lists = ["sids", "expects"].map(|key| {
            let items = peer[key].as_array().into_iter().flatten().filter_map(Value::as_str);
            items.collect::<Vec<_>>().join(", ")
        });
        // a text takes everything
        let _ = writeln!(text, "\n#{} hello {}", peer["conn"], peer["hello"]);
        for (what, list) in ["sessions", "waits for"].iter().zip(lists).filter(|(_, list)| !list.is_empty()) {
            let _ = writeln!(text, "   {what} {list}");
        }
    }
    text
}

/// A line of the transcript, for people: `>` is from the bee, `<` to it.
fn shown(line: &str) -> String {
    let Ok(entry) = serde_json::from_str::<Value>(line) else { return format!("{line}\n") };
    if entry["event"] == "skipped" {
        return format!("({} lines came too fast and are left out)\n", entry["count"]);
    }
    let seconds = entry["at_ms"].as_f64().unwrap_or_default() / 1e3;
    let bee = entry["bee"].as_str().map(|bee| format!(" {bee}")).unwrap_or_default();
    let content = ["tone", "text", "bytes"].iter().find_map(|key| entry.get(*key)).map(Value::to_string);
    let content = content.unwrap_or_default();
    let what = match (entry["dir"].as_str(), entry["event"].as_str()) {
        (Some("client"), _) => format!("> {content}"),
        (Some(_), _) => format!("< {content}"),
        (None, event) => format!("* {} {content}", event.unwrap_or_default()),
    };
    format!("{seconds:9.3} #{}{bee} {}\n", entry["conn"], what.trim_end())
}

fn say_count(what: &str, reply: &Map<String, Value>) {
    let count = reply.get("count").and_then(Value::as_u64).unwrap_or_default();
    let ending = if count == 1 { "" } else { "s" };
    crate::print(&format!("{what} {count} connection{ending}\n"));
}

fn beside(at: &SocketArgs) -> Beside {
    Beside::new(&at.path())
}

fn in_file(path: &Path, error: &io::Error) -> Stop {
    Stop::Input(format!("{}: {error}", path.display()))
}

impl crate::cli::FilterArgs {
    /// As the members of a request.
    pub fn members(&self) -> Map<String, Value> {
        let members = json!({ "bees": self.bee, "chis": self.chi, "sids": self.sid });
        members.as_object().cloned().unwrap_or_default()
    }
}
