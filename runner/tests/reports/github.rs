//! Workflow commands, parsed as GitHub documents them: `::name key=value,key=value::data`, a line each.

use std::collections::BTreeMap;

use thrum_conform::report::{Format, Report};

use crate::{red, sample, wild, written};

#[derive(Debug)]
struct Command {
    name: String,
    properties: BTreeMap<String, String>,
    data: String,
}

/// `None` where the line is no command. Text is decoded in the order in which GitHub's runner does: `%25` last.
fn parse(line: &str) -> Option<Command> {
    let (head, data) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    let data_of = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
    let property_of = |text: &str| {
        let text = text.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":").replace("%2C", ",");
        text.replace("%25", "%")
    };
    let (name, properties) = head.split_once(' ').unwrap_or((head, ""));
    let pair = |pair: &str| pair.split_once('=').map(|(key, value)| (key.to_owned(), property_of(value)));
    let properties =
        properties.split(',').filter(|pair| !pair.is_empty()).map(pair).collect::<Option<_>>()?;
    Some(Command { name: name.to_owned(), properties, data: data_of(data) })
}

/// Every line is a command that makes an annotation, and GitHub shows all of them.
#[track_caller]
fn commands(what: &str, report: &Report) -> Vec<Command> {
    let text = written(report, Format::Github);
    let commands: Vec<Command> = text
        .lines()
        .map(|line| parse(line).unwrap_or_else(|| panic!("{what}: no command: {line}")))
        .collect();
    for kind in ["error", "warning", "notice"] {
        assert!(count(&commands, kind) <= 10, "{what}: {kind}");
    }
    for command in &commands {
        assert!(["error", "warning", "notice"].contains(&command.name.as_str()), "{what}: {command:?}");
        let known = |key: &String| ["title", "file", "line"].contains(&key.as_str());
        assert!(command.properties.keys().all(known), "{what}: {command:?}");
        assert!(!command.properties["title"].is_empty() && !command.data.is_empty(), "{what}: {command:?}");
    }
    commands
}

fn count(commands: &[Command], name: &str) -> usize {
    commands.iter().filter(|command| command.name == name).count()
}

#[test]
fn is_red_where_the_run_is() {
    for (what, report) in red() {
        assert!(count(&commands(what, &report), "error") > 0, "{what}");
    }
    let fine = commands("fine", &sample::fine());
    assert_eq!(
        (count(&fine, "error"), count(&fine, "warning"), count(&fine, "notice")),
        (0, 1, 2),
        "{fine:?}"
    );
}

#[test]
fn an_annotation_says_what_is_wrong_where_and_how_to_mend_it() {
    let commands = commands("everything", &sample::everything());
    let of = |title: &str| {
        let found = commands.iter().find(|command| command.properties["title"] == title);
        found.unwrap_or_else(|| panic!("{title} is not in {commands:?}"))
    };
    let failed = of("framing/split-inside-a-two-byte-character (document · client)");
    assert!(failed.data.starts_with("FRAME-10 MUST: a tone that arrived in pieces"), "{failed:?}");
    assert!(
        failed.data.contains("wanted \"é\"") && failed.data.contains("\nhint: buffer bytes"),
        "{failed:?}"
    );
    let open = commands_of_incomplete();
    assert_eq!(open, ["1 rule undecided: HELLO-16"]);
    let stale = of("envelope/rid-kept (the baseline)");
    assert_eq!((&*stale.properties["file"], &*stale.properties["line"]), ("conformance.toml", "12"));
}

/// What is said of a rule that no case left open.
fn commands_of_incomplete() -> Vec<String> {
    let commands = commands("incomplete", &sample::incomplete());
    let titled = |command: &&Command| command.properties["title"] == "a shim would decide it (the run)";
    commands.iter().filter(titled).map(|command| command.data.clone()).collect()
}

#[test]
fn the_last_of_many_says_how_many_there_are() {
    let mut report = sample::everything();
    let row = |report: &mut Report| report.cases.remove(1);
    report.cases = (0..25).map(|_| row(&mut sample::everything())).collect();
    let commands = commands("many", &report);
    let errors: Vec<&Command> = commands.iter().filter(|command| command.name == "error").collect();
    assert_eq!(errors.len(), 10);
    assert!(errors[9].data.contains("and 17 more"), "{:?}", errors[9]);
}

#[test]
fn nothing_that_a_client_writes_is_a_command_of_its_own() {
    for (what, report) in wild() {
        let commands = commands(what, &report);
        let forged = commands.iter().any(|command| command.properties["title"].starts_with("forged"));
        assert!(!forged, "{what}: {commands:?}");
        assert!(commands.iter().all(|command| command.data.chars().count() < 1000), "{what}");
    }
}

#[test]
fn what_a_client_writes_is_read_as_it_was_written() {
    let text = "100%0A, 50%25: a,b=c::d";
    let commands = commands("percent", &sample::says(text));
    let title = "socket/refused (document · client)";
    let found = commands.iter().find(|command| command.properties["title"] == title);
    assert_eq!(found.map(|command| command.data.as_str()), Some(text));
    let notice = commands.iter().find(|command| command.name == "notice").expect("there is one");
    assert_eq!(notice.properties["title"], format!("{text} {text} ({text}) · document · client"));
}
