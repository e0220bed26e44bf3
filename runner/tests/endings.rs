//! However a run ends, each report that was asked for is written, whole, and says so.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

/// After this nothing is waited for: it hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// Each format with a file, and what stands in it when the run was cut short.
const FORMATS: [(&str, &str); 8] = [
    ("tty", "cases were not played"),
    ("json", "\"unplayed\": "),
    ("junit", "<error type=\""),
    ("tap", "Bail out!"),
    ("github", "::error title="),
    ("md", "cases were not played"),
    ("badge", "lightgrey"),
    ("ndjson", "\"event\":\"end\""),
];

struct Trial {
    dir: TempDir,
}

impl Trial {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory can be made");
        std::fs::create_dir(dir.path().join("t")).expect("a directory can be made");
        Self { dir }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// `client`, outside of any CI system.
    fn client(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_thrum-conform"));
        command.env("TMPDIR", self.path("t")).env_remove("GITHUB_ACTIONS").env_remove("GITHUB_STEP_SUMMARY");
        command.arg("client").args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// `client` with all reports, against a shim with this fault.
    fn with_shim(&self, fault: &str, arguments: &[&str]) -> Command {
        let mut command = self.client(&["--jobs", "1", "--run", "version/*", "--run", "wane/*"]);
        for (format, _) in FORMATS {
            command.arg("--report").arg(format!("{format}={}", self.path(format).display()));
        }
        let shim = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shims/bad.py");
        command.args(arguments).args(["--", "python3"]).arg(shim).arg(fault).arg(self.path("pids"));
        command
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// Waits until the shim has written this line: from then on it does not answer.
    fn wait_for(&self, line: &str, child: &mut Child) {
        until(child, |child| {
            assert!(child.try_wait().expect("the process can be asked").is_none(), "it ended by itself");
            self.read("pids").contains(line).then_some(())
        });
    }

    #[track_caller]
    fn assert_reports(&self, exit: u8, said: &str) -> Value {
        for (format, wanted) in FORMATS {
            let text = self.read(format);
            assert!(text.contains(wanted), "{format}: `{wanted}` is not in\n{text}");
            if format != "badge" {
                assert!(text.contains(said), "{format}: `{said}` is not in\n{text}");
            }
        }
        let report: Value = serde_json::from_str(&self.read("json")).expect("the report is JSON");
        assert_eq!(report["summary"]["exit"], exit, "{report}");
        let left: Vec<_> = std::fs::read_dir(self.path("t")).expect("the directory is there").collect();
        assert!(left.is_empty(), "{left:?}");
        report
    }
}

fn send(child: &Child, signal: Signal) {
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw).expect("it is a pid");
    kill_process(pid, signal).expect("the process is there");
}

/// Asks again and again; what hangs is killed, and fails the test.
fn until<T>(child: &mut Child, mut seen: impl FnMut(&mut Child) -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(seen) = seen(child) {
            return seen;
        }
        if began.elapsed() > PATIENCE {
            child.kill().expect("the process can be killed");
            panic!("it hangs");
        }
        std::thread::yield_now();
    }
}

/// The end of a process, with what it wrote; little enough for its pipes.
fn end_of(mut child: Child) -> Output {
    until(&mut child, |child| child.try_wait().expect("the process can be asked"));
    child.wait_with_output().expect("it has ended")
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn an_interrupt_leaves_every_report_written() {
    for signal in [Signal::INT, Signal::TERM] {
        let trial = Trial::new();
        let mut child = trial.with_shim("hangs-later", &["--timeout", "1m"]).spawn().expect("it runs");
        trial.wait_for("hanging", &mut child);
        send(&child, signal);
        let output = end_of(child);
        assert_eq!(output.status.code(), Some(130), "{}", said(&output));
        let report = trial.assert_reports(130, "interrupted");
        assert_eq!(report["interrupted"], true);
        assert_eq!(report["summary"]["cases"]["selected"], 2, "what was seen is kept");
        assert!(report["unplayed"].as_u64() > Some(2), "{}", report["unplayed"]);
    }
}

#[test]
fn an_interrupt_before_the_first_case_leaves_every_report_written() {
    let trial = Trial::new();
    let mut child = trial.with_shim("hangs-at-start", &["--timeout-scale", "60"]).spawn().expect("it runs");
    // the shim's own process id is the first thing that it writes
    trial.wait_for("\n", &mut child);
    send(&child, Signal::INT);
    let output = end_of(child);
    assert_eq!(output.status.code(), Some(130), "{}", said(&output));
    let report: Value = serde_json::from_str(&trial.read("json")).expect("the report is JSON");
    assert_eq!((&report["interrupted"], &report["impl"]["name"]), (&true.into(), &"".into()));
    assert!(trial.read("junit").contains("<error type=\"interrupted\""), "{}", trial.read("junit"));
}

#[test]
fn a_shim_that_breaks_leaves_what_was_seen_before() {
    let trial = Trial::new();
    let output = trial.with_shim("breaks-later", &[]).output().expect("it runs");
    let text = said(&output);
    assert_eq!(output.status.code(), Some(4), "{text}");
    assert_eq!(text.matches("unknown key `at`").count(), 1, "it is said once\n{text}");
    assert!(text.contains("(hint:"), "{text}");
    let report = trial.assert_reports(4, "unknown key `at`");
    assert_eq!(report["summary"]["cases"]["selected"], 2, "what was seen is kept");
    assert!(report["diagnosis"]["hint"].as_str().is_some_and(|hint| hint.contains("smoke")), "{report}");
}

#[test]
fn a_shim_that_does_not_start_leaves_reports_that_say_why() {
    let trial = Trial::new();
    let output = trial.with_shim("exits-at-once", &[]).output().expect("it runs");
    let text = said(&output);
    assert_eq!(output.status.code(), Some(4), "{text}");
    assert!(output.stdout.is_empty() && text.contains("no module named thrum"), "{text}");
    for (format, _) in FORMATS.iter().filter(|(format, _)| *format != "badge") {
        assert!(trial.read(format).contains("no module named thrum"), "{format}: {}", trial.read(format));
    }
}

#[test]
fn a_second_interrupt_ends_the_process_at_once() {
    let trial = Trial::new();
    let pipe = trial.path("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("there is mkfifo").success());
    let reader = {
        let pipe = pipe.clone();
        std::thread::spawn(move || std::fs::File::open(pipe).expect("the pipe opens"))
    };
    // its reader stops after the first byte, and the report is longer than a pipe holds
    let report = format!("json={}", pipe.display());
    let mut child = trial
        .client(&["--trace", "--shuffle=1", "--repeat", "1000", "--report", &report])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let mut reader = reader.join().expect("the pipe opens");
    rustix::pipe::fcntl_setpipe_size(&reader, 4096).expect("a pipe can be small");
    let mut trace = child.stderr.take().expect("stderr is a pipe");
    let mut first = [0; 1];
    trace.read_exact(&mut first).expect("a case has been played");
    let drain = std::thread::spawn(move || std::io::copy(&mut trace, &mut std::io::sink()));
    send(&child, Signal::INT);
    reader.read_exact(&mut first).expect("the report is being written");
    assert!(child.try_wait().expect("the process can be asked").is_none(), "nothing keeps it from ending");
    send(&child, Signal::INT);
    let status = until(&mut child, |child| child.try_wait().expect("the process can be asked"));
    let signal = std::os::unix::process::ExitStatusExt::signal(&status);
    assert_eq!(signal, Some(Signal::INT.as_raw()), "{status}");
    drain.join().expect("the trace ends").expect("the trace is read");
}

#[test]
fn a_report_that_cannot_be_written_is_said_before_the_run_and_costs_no_other() {
    let trial = Trial::new();
    let path = |name: &str| trial.path(name).display().to_string();
    std::fs::create_dir(trial.path("folder")).expect("a directory can be made");
    assert!(Command::new("mkfifo").arg(trial.path("pipe")).status().expect("there is mkfifo").success());
    for (reports, wanted) in [
        ([format!("junit={}", path("folder")), "tap".to_owned()], "it is a folder"),
        ([format!("junit={}", path("no/r")), "tap".to_owned()], "there is no folder"),
        ([format!("junit={}", path("pipe")), "tap".to_owned()], "nobody reads from this pipe"),
        (["junit=".to_owned(), "tap".to_owned()], "no path after `junit=`"),
        (["junit".to_owned(), "tap".to_owned()], "`junit` and `tap` would both be written to stdout"),
        (
            [format!("md={}", path("r")), format!("badge={}", path("r"))],
            "`md` and `badge` would both be written",
        ),
    ] {
        let arguments = ["--timeout-scale", "0.01", "--report", &reports[0], "--report", &reports[1]];
        let output = trial.client(&arguments).output().expect("it runs");
        let text = said(&output);
        assert_eq!(output.status.code(), Some(2), "{reports:?}\n{text}");
        assert!(text.contains(wanted) && output.stdout.is_empty(), "{reports:?}\n{text}");
    }
    // a disk that is full after the run: the other reports are written all the same
    let arguments =
        ["--run", "version/*", "--report", "junit=/dev/full", "--report", &format!("md={}", path("md"))];
    let output = trial.client(&arguments).output().expect("it runs");
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    assert!(said(&output).contains("cannot write the report to `/dev/full`"), "{}", said(&output));
    assert!(trial.read("md").contains("conformant"));
}

#[test]
fn under_github_actions_its_reports_are_on_by_themselves() {
    let trial = Trial::new();
    std::fs::write(trial.path("summary"), "before\n").expect("the file can be written");
    let run = |arguments: &[&str]| {
        let mut command = trial.client(&["--run", "version/*"]);
        command
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_STEP_SUMMARY", trial.path("summary"))
            .args(arguments);
        let output = command.output().expect("it runs");
        (String::from_utf8(output.stdout).expect("it is text"), output.status.code())
    };
    let (text, code) = run(&[]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("\n::notice title=thrum-reference"), "{text}");
    // what people read stands between two lines that nobody can forge
    let mut lines = text.lines();
    let token = lines.next().and_then(|line| line.strip_prefix("::stop-commands::")).expect("commands stop");
    let fenced: Vec<&str> = lines.by_ref().take_while(|line| *line != format!("::{token}::")).collect();
    assert!(fenced.iter().any(|line| line.contains("MUST held")), "{text}");
    assert!(lines.all(|line| line.starts_with("::")), "{text}");
    let summary = trial.read("summary");
    assert!(summary.starts_with("before\n## ✅ thrum-conform"), "{summary}");
    // what a program reads stays clean, and the summary is written all the same
    let (text, _) = run(&["--report", "json"]);
    serde_json::from_str::<Value>(&text).expect("stdout is JSON");
    assert_eq!(trial.read("summary").matches("## ✅").count(), 2);
    // asked for, its annotations go where they are wanted
    let file = format!("github={}", trial.path("github").display());
    let (text, _) = run(&["--report", &file]);
    assert!(!text.contains("::"), "{text}");
    assert!(trial.read("github").starts_with("::notice"), "{}", trial.read("github"));
    // a summary that cannot be written is no reason to fail where nobody asked for it
    let mut command = trial.client(&["--run", "version/*"]);
    command.env("GITHUB_ACTIONS", "true").env("GITHUB_STEP_SUMMARY", trial.path("no/summary"));
    let output = command.output().expect("it runs");
    assert!(output.status.success() && said(&output).contains("note: no job summary"), "{}", said(&output));
    let output = command.args(["--report", "github"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
}

#[test]
fn a_reader_that_went_away_is_no_error_and_costs_no_report() {
    let trial = Trial::new();
    let file = format!("json={}", trial.path("json").display());
    let mut child = trial.client(&["--report", &file, "--run", "version/*"]).spawn().expect("it runs");
    drop(child.stdout.take());
    let output = end_of(child);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let report: Value = serde_json::from_str(&trial.read("json")).expect("the report is JSON");
    assert_eq!(report["summary"]["exit"], 0);
}
