//! The file itself: which one is taken, what it starts, what it narrows and pins, and its faults.

use std::fs;

use serde_json::Value;

use crate::repository::*;

#[test]
fn the_command_is_started_in_the_folder_of_the_file_with_its_environment() {
    let gate =
        Repository::new("[client]\ncommand = [\"./client.sh\"]\nenv = { MUTANT = \"decode-per-read\" }\n");
    gate.put("client.sh", "#!/bin/sh\nexec OWN testee --mutant \"$MUTANT\"\n");
    let script = gate.0.path().join("client.sh");
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(script, open).expect("the file is there");
    let config = gate.0.path().join("conformance.toml").display().to_string();
    let elsewhere = tempfile::tempdir().expect("there is room for a folder");
    let run = ["client", "--config", &config, "--run", SPLIT];
    let rerun = format!("rerun thrum-conform client --config {config} --run {SPLIT} --trace\n");
    says_in(elsewhere.path(), &run, 1, &["FAIL framing/split-inside", &rerun]);
    says_in(elsewhere.path(), &["smoke", "--config", &config], 0, &["ok   answers `start`"]);
    // the arguments take the place of the command alone, and their paths count from here
    let own = ["--", OWN, "testee"];
    says_in(elsewhere.path(), &[&run[..], &own].concat(), 0, &["MUST held"]);
    says_in(elsewhere.path(), &[&run[..], &["--mutant", "decode-per-read"]].concat(), 1, &["FAIL"]);
    says_in(
        elsewhere.path(),
        &[&run[..], &["--", "./client.sh"]].concat(),
        4,
        &["cannot run `./client.sh`:"],
    );
}

#[test]
fn the_file_of_the_current_folder_is_taken_and_that_is_said() {
    let gate = Repository::of("decode-per-read", "");
    let taken = "taking conformance.toml from the current folder";
    let said = gate.says(&["client", "--run", SPLIT], 1, &[taken, "FAIL", " · conformance.toml · "]);
    assert!(said.contains(&format!("client --run {SPLIT} --trace\n")), "{said}");
    gate.says(&["smoke"], 0, &[taken]);
    for other in [vec!["--", OWN, "testee"], vec!["--mutant", "lf-twice"]] {
        let said = gate.says(&[vec!["client", "--run", SPLIT, "--quiet"], other].concat(), 0, &["MUST held"]);
        assert!(!said.contains("conformance.toml"), "{said}");
    }
    let empty = tempfile::tempdir().expect("there is room for a folder");
    says_in(empty.path(), &["client", "--run", SPLIT], 0, &["thrum-reference"]);
    says_in(
        empty.path(),
        &["baseline", "check"],
        2,
        &["there is no conformance.toml", "(hint: `--config FILE`"],
    );
}

#[test]
fn a_black_box_starts_the_bee_of_the_file() {
    let gate =
        Repository::of("", "bee = [\"OWN\", \"testee\", \"--bee\"]\ncapabilities = [\"hello\", \"tools\"]\n");
    let black_box = ["client", "--black-box", "--run", "bee-*", "--run", "handshake/*"];
    let said = gate.says(&black_box, 3, &["calculator", "undecided"]);
    // what narrows the claims of the shim is not about a bee
    assert!(!said.contains("narrows") && !said.contains("violated"), "{said}");
    gate.edit("\"--bee\"]", "\"--bee\", \"--mutant\", \"hello-without-rid\"]");
    let rerun = "rerun thrum-conform client --black-box --run handshake/";
    gate.says(&black_box, 1, &["FAIL handshake/", rerun]);
    gate.says(&[&black_box[..], &["--", OWN, "testee", "--bee"]].concat(), 3, &["undecided"]);
    // each run looks at the entries about its own cases
    gate.edit("\"hello-without-rid\"]", "\"call-id-lower-cased\"]");
    let entry = format!("code = \"bee-tools.call-id-changed\"\nreason = \"{KNOWN}\"");
    let config = gate.config() + &expect("bee-tools/strange-call-ids", &entry);
    gate.put("conformance.toml", &config);
    let tools = ["--run", "bee-tools/*", "--run", "tools/*"];
    gate.says(&[&["client", "--black-box"], &tools[..]].concat(), 3, &["xfail bee-tools/strange-call-ids"]);
    gate.says(&[&["client"], &tools[..]].concat(), 0, &["MUST held"]);
    let none = Repository::of("", "");
    none.says(&["client", "--black-box"], 2, &["there is no `bee`", "(hint: put `bee = [\"…\"]`"]);
    let none = Repository::new("[client]\nbee = [\"OWN\", \"testee\", \"--bee\"]\n");
    none.says(&["client"], 2, &["there is no `command`"]);
}

#[test]
fn a_configuration_that_is_wrong_ends_the_run_with_the_line() {
    let client = "[client]\ncommand = [\"OWN\", \"testee\"]\n";
    for (config, code, wanted) in [
        (
            "[client]\ncomand = 3\n[vectorz]\n".to_owned(),
            2,
            vec![
                "2 faults in the configuration",
                "conformance.toml:2: `comand`",
                "conformance.toml:3: `vectorz`",
            ],
        ),
        ("[client]\n".to_owned(), 2, vec!["conformance.toml: there is no `command`", "(hint: "]),
        ("[client]\ncommand = [\"./gone\"]\n".to_owned(), 4, vec!["cannot run `./gone` in `/"]),
        (
            format!(
                "{client}{}",
                expect(SPLIT, &format!("code = \"framing.split-corupts\"\nreason = \"{KNOWN}\""))
            ),
            2,
            vec![
                "conformance.toml:7: nothing fails with `framing.split-corupts`",
                "`framing.split-corrupts`",
            ],
        ),
        (
            format!("{client}[vectors]\nrelease = \"0.1.0+1\"\n"),
            2,
            vec![
                "conformance.toml:4: release 0.1.0+1 is pinned, but this program has 0.7.0+",
                "(hint: name an `archive`",
            ],
        ),
        (
            format!("{client}[vectors]\narchive = \"gone.tar\"\n"),
            2,
            vec!["conformance.toml:4: `gone.tar` cannot be read", "vectors export"],
        ),
        (
            format!(
                "{}capabilities = [\"hello\", \"tools\"]\n",
                client.replace("testee\"", "testee\", \"--null\", \"denies-all-capabilities\"")
            ),
            2,
            vec![
                "conformance.toml:3: the shim does not claim the capability `hello` (hint: it claims none)",
                "`tools`",
            ],
        ),
        (
            format!("{client}wire = \"0.6.0\"\n"),
            2,
            vec!["the client targets wire 0.7.0, but the run is about wire 0.6.0"],
        ),
    ] {
        Repository::new(&config).says(&["client", "--run", SPLIT], code, &wanted);
    }
}

#[test]
fn a_shim_is_narrowed_and_never_widened() {
    let gate = Repository::of(
        "chunk-index-as-string",
        "capabilities = [\"hello\", \"tools\"]\nprofiles = [\"document\"]\n",
    );
    let said = gate.says(
        &["client"],
        0,
        &["note conformance.toml narrows what the shim claims", "does not claim the surface `worker`"],
    );
    assert!(!said.contains("live · "), "{said}");
    gate.edit("\"tools\"]", "\"tools\", \"worker\"]");
    gate.says(&["client"], 1, &["FAIL worker/chunk-has-its-fields"]);
    gate.says(&["client", "--profile", "live"], 2, &["does not declare the profile `live`"]);
    // a broken SHOULD only warns, unless the file asks for more
    let gate = Repository::of("sock-tmpdir", "level = \"should\"\n");
    let run = ["client", "--run", "socket/no-other-variable", "--role", "client"];
    gate.says(&run, 1, &["FAIL socket/no-other-variable"]);
    gate.says(&[&run[..], &["--level", "must"]].concat(), 0, &["WARN socket/no-other-variable"]);
}

#[test]
fn an_archive_is_pinned_by_its_release_and_its_digest() {
    let gate = Repository::of("", "");
    let release = gate.says(&["vectors", "export", "-o", "pins"], 0, &["thrum-vectors-"]);
    let archive =
        fs::read_dir(gate.0.path().join("pins")).expect("it is there").next().expect("one was written");
    let archive = archive.expect("it has a name").file_name().into_string().expect("it is text");
    let version = archive.trim_start_matches("thrum-vectors-").trim_end_matches(".tar").to_owned();
    assert!(release.contains(&version), "{release}");
    let config = gate.config();
    let pinned = |release: &str, digest: &str| {
        gate.put(
            "conformance.toml",
            &format!("{config}[vectors]\nrelease = \"{release}\"\narchive = \"pins/{archive}\"\n{digest}"),
        );
    };
    let run = ["client", "--run", "sigil/*", "--report", "json=report.json", "--quiet"];
    pinned(&version, "");
    gate.says(&run, 0, &[]);
    let report = fs::read(gate.0.path().join("report.json")).expect("it was written");
    let report: Value = serde_json::from_slice(&report).expect("it is JSON");
    assert_eq!(
        (&report["vectors"], &report["config"]),
        (&version.as_str().into(), &"conformance.toml".into())
    );
    pinned("0.1.0+1", "");
    gate.says(&run, 2, &["release 0.1.0+1 is pinned, but `pins/", "name the archive of the pinned release"]);
    // who names vectors by hand wants those
    gate.says(&[&run[..], &["--vectors", &format!("pins/{archive}")]].concat(), 0, &[]);
    let digest = format!("sha256 = \"{}\"\n", "0".repeat(64));
    pinned(&version, &digest);
    let said = gate.says(&run, 2, &["conformance.toml:7: `pins/", "is pinned"]);
    let found = said.split("has the sha256 ").nth(1).and_then(|rest| rest.get(..64)).expect("it is said");
    pinned(&version, &digest.replace(&"0".repeat(64), found));
    gate.says(&run, 0, &[]);
}
