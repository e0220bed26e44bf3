//! `conformance.toml` as a text: what is in it, all that can be wrong with it at once, and how it is changed.

use std::path::PathBuf;

use thrum_conform::baseline::Expected;
use thrum_conform::config::Config;
use thrum_conform::config::edit::{Addition, with, without};
use thrum_conform::rule::{Level, Version};

fn parse(text: &str) -> Result<Config, Vec<String>> {
    Config::parse("c.toml", text.to_owned(), PathBuf::from("/there")).map_err(|faults| {
        let hint = |hint: &str| if hint.is_empty() { String::new() } else { format!(" ({hint})") };
        faults.iter().map(|fault| format!("{}: {}{}", fault.line, fault.message, hint(&fault.hint))).collect()
    })
}

const WHOLE: &str = r##"# how this client is tested
[client]
command = ["python3", "shim.py"]   # in this folder
env = { LANG = "C.UTF-8" }
capabilities = ["hello", "verb.cancel"]
profiles = ["document"]
level = "should"
wire = "0.6.0"

[vectors]
release = "0.6.0+1"
archive = "vectors/thrum.tar"
sha256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

# the reader is being rewritten
[[expect]]
case = "framing/split-*"
status = "fail"
code = "framing.split-corrupts"
reason = """
decodes each read
on its own"""        # two lines
issue = "#12"
until = 2027-03-31
# of the next one

[[expect]]
status = "unsupported"
case = "rule:tool-08"
reason = "the shim has no tools yet"

[[expect]]
case = "sigil/known-answers#7"
status = "flaky"
code = "sigil.hex"
reason = "depends on the locale"
"##;

#[test]
fn everything_that_it_may_say_is_read() {
    let config = parse(WHOLE).expect("it is well-formed");
    assert_eq!(config.client.command, ["python3", "shim.py"]);
    assert_eq!(config.client.env["LANG"], "C.UTF-8");
    let names = |list: &Option<Vec<(String, usize)>>| list.clone().expect("it is there");
    assert_eq!(names(&config.client.narrow.capabilities), [("hello".into(), 5), ("verb.cancel".into(), 5)]);
    assert_eq!(names(&config.client.narrow.profiles), [("document".into(), 6)]);
    assert_eq!(config.client.level, Some(Level::Should));
    assert_eq!(config.client.wire, Some(Version(0, 6, 0)));
    assert_eq!(config.pin.release, Some(("0.6.0+1".into(), 11)));
    let archive = config.pin.archive.expect("it is there");
    assert_eq!(archive, (PathBuf::from("/there/vectors/thrum.tar"), "vectors/thrum.tar".into(), 12));
    assert_eq!(config.pin.sha256.expect("it is there").1, 13);
    let entries: Vec<_> = config
        .entries
        .iter()
        .map(|entry| (entry.target.to_string(), entry.expected, entry.code.as_str(), entry.place.first))
        .collect();
    assert_eq!(
        entries,
        [
            ("framing/split-*".into(), Expected::Fail, "framing.split-corrupts", 16),
            ("rule:TOOL-08".into(), Expected::Unsupported, "", 27),
            ("sigil/known-answers#7".into(), Expected::Flaky, "sigil.hex", 32),
        ]
    );
    let first = &config.entries[0];
    assert_eq!(first.reason, "decodes each read\non its own");
    assert_eq!(first.until.expect("it is there").to_string(), "2027-03-31");
    assert_eq!((first.place.keys["reason"], first.place.lines.len()), ((20, 22), 9));
}

#[test]
fn a_file_may_say_next_to_nothing() {
    for text in ["", "# nothing yet\n", "[client]\n", "[client]\ncommand = [\"x\"]\n[vectors]\n"] {
        let config = parse(text).unwrap_or_else(|faults| panic!("{text}: {faults:?}"));
        assert!(config.entries.is_empty());
    }
}

#[test]
fn a_whole_bee_may_stand_beside_the_shim_or_alone() {
    let config =
        parse("[client]\ncommand = [\"shim\"]\nbee = [\"python3\", \"bee.py\"]").expect("it is well-formed");
    assert_eq!(
        (config.client.command.len(), config.client.bee),
        (1, vec!["python3".into(), "bee.py".into()])
    );
    let config = parse("[client]\nbee = [\"./bee\"]").expect("it is well-formed");
    assert_eq!((config.client.command.len(), config.client.bee), (0, vec!["./bee".to_owned()]));
}

#[test]
fn each_fault_is_named_with_its_line_and_what_to_do() {
    let expect = |lines: &str| {
        format!(
            "[[expect]]\ncase = \"a/b\"\nstatus = \"fail\"\ncode = \"a.b\"\nreason = \"it is known\"\n{lines}\n"
        )
    };
    for (text, wanted) in [
        ("[clinet]".to_owned(), vec!["1: `clinet` is no key of the file (did you mean `client`?)"]),
        ("client = 3".to_owned(), vec!["1: `client` is a table (begin it with `[client]`)"]),
        (
            "[client]\ncomand = []".to_owned(),
            vec!["2: `comand` is no key of [client] (did you mean `command`?)"],
        ),
        ("[client]\ncommand = \"x\"".to_owned(), vec!["2: `command` is a list of strings, and no string"]),
        ("[client]\ncommand = [1]".to_owned(), vec!["2: `command` is a list of strings, and no integer"]),
        (
            "[client]\ncommand = []".to_owned(),
            vec!["2: `command` names no program (`command = [\"python3\", \"shim.py\"]`)"],
        ),
        (
            "[client]\nbee = [\"\"]".to_owned(),
            vec!["2: `bee` names no program (`bee = [\"python3\", \"bee.py\"]`)"],
        ),
        ("[client]\nenv = []".to_owned(), vec!["2: `env` is a table of strings, and no array"]),
        ("[client.env]\nA = 1".to_owned(), vec!["2: `env` is a table of strings, and no integer"]),
        (
            "[client.env]\nHOME = \"/\"".to_owned(),
            vec!["2: `HOME` is set by the suite (each process gets a value of its own)"],
        ),
        ("[client.env]\n\"A=B\" = \"/\"".to_owned(), vec!["2: `A=B` is no variable"]),
        (
            "[client]\ncapabilities = [\n  \"hello\",\n  \"tolls\",\n]".to_owned(),
            vec!["4: there is no capability `tolls` (did you mean `tools`?)"],
        ),
        (
            "[client]\nprofiles = [\"all\"]".to_owned(),
            vec!["2: there is no profile `all` (there are `document` and `live`)"],
        ),
        (
            "[client]\nprofiles = []".to_owned(),
            vec!["2: `profiles` is empty (leave it out for every profile that the shim declares)"],
        ),
        (
            "[client]\nlevel = \"may\"".to_owned(),
            vec!["2: there is no level `may` (there are `must` and `should`)"],
        ),
        ("[client]\nwire = \"7\"".to_owned(), vec!["2: `7` is no version (write it as `0.7.0`)"]),
        ("[vectors]\nrelease = 7".to_owned(), vec!["2: `release` is a string, and no integer"]),
        (
            "[vectors]\nsha256 = \"ABC\"".to_owned(),
            vec![
                "2: `sha256` is no digest (64 lower-case hexadecimal digits, as `sha256sum` prints them)",
                "2: `sha256` without an `archive` (the program's own vectors are pinned by `release`)",
            ],
        ),
        (
            "expect = 3".to_owned(),
            vec!["1: `expect` is a list of tables (begin each known failure with `[[expect]]`)"],
        ),
        (
            "expect = [{}]".to_owned(),
            vec!["1: `expect` is a list of tables (begin each known failure with `[[expect]]`)"],
        ),
        (
            "[expect]\ncase = \"a\"".to_owned(),
            vec!["1: `expect` is a list of tables (begin each known failure with `[[expect]]`)"],
        ),
        (
            "\n[[expect]]".to_owned(),
            vec![
                "2: [[expect]] has no `case`",
                "2: [[expect]] has no `reason`",
                "2: [[expect]] has no `status`",
            ],
        ),
        (expect("isue = \"1\""), vec!["6: `isue` is no key of [[expect]] (did you mean `issue`?)"]),
        (
            expect("until = \"2027-03-31\""),
            vec!["6: `until` is a day, such as 2027-03-31 without quotes, and no string"],
        ),
        (
            expect("until = 2027-03-31T00:00:00Z"),
            vec!["6: `until` is a day, such as 2027-03-31 without quotes, and no datetime"],
        ),
        (
            expect("until = 2027-02-30"),
            vec!["6: this is no TOML: invalid date, expected day between 01 and 28"],
        ),
        (expect("code = \"a.c\""), vec!["6: `code` stands there twice"]),
        (
            expect("").replace("fail", "xfail"),
            vec!["3: there is no status `xfail` (there are `fail`, `flaky` and `unsupported`)"],
        ),
        (
            expect("").replace("fail", "unsupported"),
            vec![
                "4: `code` does not go with `status = \"unsupported\"` (a shim that answers `unsupported` gives no code)",
            ],
        ),
        (expect("").replace("code = \"a.b\"\n", ""), vec!["1: [[expect]] has no `code`"]),
        (
            expect("").replace("a/b", "a/b#one"),
            vec![
                "2: `one` is no number of an example (a case, `case#7` for an example, `rule:FRAME-10`, or `framing/*`)",
            ],
        ),
        (
            expect("").replace("a/b", "a/[b"),
            vec![
                "2: `a/[b` is no glob: unclosed character class; missing ']' (a case, `case#7` for an example, `rule:FRAME-10`, or `framing/*`)",
            ],
        ),
        (
            "[client]\ncommand = x\nlevel = 3\n[vectorz]".to_owned(),
            vec![
                "2: this is no TOML: string values must be quoted, expected literal string",
                "3: `level` is a string, and no integer",
                "4: `vectorz` is no key of the file (did you mean `vectors`?)",
            ],
        ),
    ] {
        assert_eq!(
            parse(&text).map(|_| ()),
            Err(wanted.iter().map(|&fault| fault.into()).collect()),
            "{text}"
        );
    }
}

#[test]
fn an_entry_is_added_at_the_end_and_nothing_else_changes() {
    let one = |target: &str, flaky| Addition { target: target.to_owned(), code: "a.b".to_owned(), flaky };
    let entry = |target: &str, status: &str| {
        format!(
            "[[expect]]\ncase = \"{target}\"\nstatus = \"{status}\"\ncode = \"a.b\"\nreason = \"FIXME: why?\"\n"
        )
    };
    for (text, additions, wanted) in [
        (WHOLE, vec![], WHOLE.to_owned()),
        ("", vec![one("a/b", false)], entry("a/b", "fail")),
        ("# x", vec![one("a/b#3", true)], format!("# x\n\n{}", entry("a/b#3", "flaky"))),
        (
            WHOLE,
            vec![one("a/b", false), one("a/c", false)],
            format!("{WHOLE}\n{}\n{}", entry("a/b", "fail"), entry("a/c", "fail")),
        ),
        (
            "# x\r\n",
            vec![one("a/b", false)],
            format!("# x\n\n{}", entry("a/b", "fail")).replace('\n', "\r\n"),
        ),
    ] {
        let found = with(text, &additions);
        assert_eq!(found, wanted);
        let entries = parse(&found).expect("it is well-formed").entries.len();
        assert_eq!(entries, parse(text).expect("it is well-formed").entries.len() + additions.len());
    }
}

#[test]
fn an_entry_goes_with_the_comment_above_it_and_nothing_else_changes() {
    let config = parse(WHOLE).expect("it is well-formed");
    let places: Vec<_> = config.entries.iter().map(|entry| &entry.place).collect();
    let lines: Vec<&str> = WHOLE.split_inclusive('\n').collect();
    // with the first one goes its comment, and the empty line before; what stands behind it stays
    for (gone, left) in [
        (vec![], vec![(0, 37)]),
        (vec![0], vec![(0, 13), (24, 37)]),
        (vec![1], vec![(0, 25), (30, 37)]),
        (vec![2], vec![(0, 30)]),
        (vec![0, 1, 2], vec![(0, 13), (24, 25)]),
    ] {
        let found = without(WHOLE, &gone.iter().map(|place: &usize| places[*place]).collect::<Vec<_>>());
        let wanted: String = left
            .into_iter()
            .flat_map(|(first, last)| &lines[first..lines.len().min(last)])
            .copied()
            .collect();
        assert_eq!(found, wanted, "{gone:?}");
        parse(&found).expect("it is well-formed");
    }
}
