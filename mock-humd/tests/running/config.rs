//! The config file.

use crate::stage::Stage;

#[test]
fn options_of_the_file_give_way_to_those_of_the_command_line() {
    let stage = Stage::new();
    let text = "personality = \"live\"\nseed = 9\nquiet = true\nstop-reading = false\nlog-bytes = \"64K\"\n";
    std::fs::write(stage.path("my.toml"), text).unwrap();
    stage.good(&["start", "--config", "my.toml", "--seed", "4"]);
    let status = stage.status();
    assert_eq!((&status["personality"], &status["seed"]), (&"live".into(), &4.into()));
    stage.good(&["restart"]);
    assert_eq!(stage.status()["personality"], "live");
    // what the file says gives way to what excludes it, too
    stage.good(&["restart", "--config", "my.toml", "--transcript", "t"]);
    std::fs::write(stage.path("my.toml"), "transcript = \"u\"\n").unwrap();
    stage.good(&["restart", "--config", "my.toml", "-q"]);
    assert!(stage.path("t").exists() && !stage.path("u").exists());
}

#[test]
fn what_is_wrong_with_the_file_is_all_said_at_once() {
    let stage = Stage::new();
    std::fs::write(
        stage.path("my.toml"),
        "colour = 1\nseed = { a = 1 }\ndetached = true\nuntil-stdin-ends = true\n",
    )
    .unwrap();
    let said = stage.bad(2, &["run", "--config", "my.toml"]);
    for wanted in [
        "`colour` is no option",
        "`seed` wants a text",
        "`detached` is no option",
        "`until-stdin-ends` is for the command line alone",
    ] {
        assert!(said.contains(&format!("\n  my.toml: {wanted}")), "{said}");
    }
    for (text, wanted) in
        [("seed = \"x\"", "my.toml: --seed x: wants a whole number"), ("\n= 1", "my.toml: line 2: ")]
    {
        std::fs::write(stage.path("my.toml"), text).unwrap();
        let said = stage.bad(2, &["start", "--config", "my.toml"]);
        assert!(said.contains(wanted), "{said}");
    }
    assert!(stage.bad(2, &["run", "--config", "none.toml"]).contains("none.toml: "));
}

#[test]
fn the_socket_is_no_option_of_the_file_since_the_commands_would_not_find_it() {
    let stage = Stage::new();
    std::fs::write(stage.path("my.toml"), "socket = \"other.sock\"\n").unwrap();
    let said = stage.bad(2, &["start", "--config", "my.toml"]);
    assert!(said.contains("\n  my.toml: `socket` is no option of the file (hint: HUM_THRUM_SOCK "), "{said}");
    assert_eq!(stage.files(), ["my.toml"]);
}

#[test]
fn a_bad_argument_is_one_message_with_the_option_what_was_wrong_and_a_hint() {
    let stage = Stage::new();
    std::fs::write(stage.path("my.toml"), "seed = \"x\"\n").unwrap();
    for (args, wanted) in [
        (&["run", "--seed", "x"][..], "--seed x: wants a whole number (hint: `mock-humd run --help`)"),
        (
            &["--timeout", "soon"],
            "--timeout soon: wants a time such as `30s` or `500ms` (hint: `mock-humd --help`)",
        ),
        (&["start", "--personality", "liv"], "--personality liv: wants `document` or `live` (hint: `live`)"),
        (&["start", "--latancy", "1s"], "--latancy: no such option (hint: `--latency`)"),
        (&["stat"], "stat: no such command (hint: `restart`, `status`, `start`)"),
        (&["kick"], "wants <BEE> (hint: `mock-humd kick --help`)"),
        (&["run", "--seed"], "--seed: wants a value (hint: `mock-humd run --help`)"),
        (
            &["run", "-q", "--transcript", "t"],
            "--quiet and --transcript exclude each other (hint: `mock-humd run --help`)",
        ),
        (
            &["run", "--config", "my.toml"],
            "my.toml: --seed x: wants a whole number (hint: `mock-humd run --help`)",
        ),
        (&["run", "--config", "none.toml"], "--config none.toml: No such file or directory"),
        (
            &["run", "--script", "none.yaml"],
            "--script none.yaml: No such file or directory (os error 2) (hint: the path begins at ",
        ),
        (
            &["check", "none.yaml"],
            "none.yaml: No such file or directory (os error 2) (hint: the path begins at ",
        ),
    ] {
        let said = stage.bad(2, args);
        assert!(said.starts_with(&format!("mock-humd: {wanted}")), "{args:?}: {said}");
        assert_eq!((said.contains("error:"), said.lines().count()), (false, 1), "{args:?}: {said}");
    }
}
