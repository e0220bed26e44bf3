//! A socket in a directory of its own, the commands on it, and plain bees. Whatever was started ends with it.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::{Duration, Instant};

use assert_cmd::cargo::cargo_bin;
use serde_json::{Value, json};

/// Ends a wait that would otherwise wait for ever; nothing is decided by it.
pub const SOON: Duration = Duration::from_secs(60);

pub struct Stage {
    pub dir: tempfile::TempDir,
}

impl Stage {
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn socket(&self) -> PathBuf {
        self.path("t.sock")
    }

    /// What is in the directory, in order.
    pub fn files(&self) -> Vec<String> {
        let files = std::fs::read_dir(self.dir.path()).unwrap();
        let mut files: Vec<_> = files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        files.sort();
        files
    }

    pub fn command<S: AsRef<OsStr>>(&self, args: &[S]) -> Command {
        let mut command = Command::new(cargo_bin("mock-humd"));
        command
            .args(args)
            .current_dir(self.dir.path())
            .env("HUM_THRUM_SOCK", self.socket())
            .env("XDG_CONFIG_HOME", self.path("config"))
            .env_remove("HUM_MOCK_HOOKS")
            .env_remove("NOTIFY_SOCKET");
        command
    }

    pub fn output<S: AsRef<OsStr>>(&self, args: &[S]) -> Output {
        self.command(args).stdin(Stdio::null()).output().unwrap()
    }

    /// Runs a command that is to go well, and gives what it prints.
    #[track_caller]
    pub fn good<S: AsRef<OsStr>>(&self, args: &[S]) -> String {
        let output = self.output(args);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a command that is to end with this code, and gives what it complains about.
    #[track_caller]
    pub fn bad<S: AsRef<OsStr>>(&self, code: i32, args: &[S]) -> String {
        let output = self.output(args);
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    pub fn status(&self) -> Value {
        serde_json::from_str(&self.good(&["status", "--json"])).unwrap()
    }

    /// Looks at the status until it is as it should be.
    #[track_caller]
    pub fn until(&self, mut is_so: impl FnMut(&Value) -> bool) {
        let deadline = Instant::now() + SOON;
        while !is_so(&self.status()) {
            assert!(Instant::now() < deadline, "it stays {}", self.status());
        }
    }

    /// A command that goes on, and the lines that it prints.
    pub fn follow<S: AsRef<OsStr>>(&self, args: &[S]) -> Follower {
        Follower::spawn(&mut self.command(args))
    }

    /// The same for a line of the shell.
    pub fn follow_shell(&self, line: &str) -> Follower {
        let mut shell = Command::new("sh");
        shell.args(["-c", line]).current_dir(self.dir.path());
        shell.env("HUM_THRUM_SOCK", self.socket()).env("XDG_CONFIG_HOME", self.path("config"));
        Follower::spawn(&mut shell)
    }

    pub fn connect(&self) -> Bee {
        let stream = UnixStream::connect(self.socket()).unwrap();
        stream.set_read_timeout(Some(SOON)).unwrap();
        Bee { lines: BufReader::new(stream) }
    }

    /// A bee that has had its breath.
    pub fn bee(&self, name: &str) -> Bee {
        let mut bee = self.connect();
        bee.say(&json!({ "chi": "hello", "rid": "h", "bee": name, "protoVersion": "0.7.0" }));
        assert_eq!(bee.hear()["chi"], "breath");
        bee
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.output(&["stop", "--timeout", "5s", "--force"]);
    }
}

pub struct Bee {
    lines: BufReader<UnixStream>,
}

impl Bee {
    pub fn say(&mut self, tone: &Value) {
        self.lines.get_mut().write_all(format!("{tone}\n").as_bytes()).unwrap();
    }

    pub fn hear(&mut self) -> Value {
        serde_json::from_str(&self.hear_line()).unwrap()
    }

    pub fn hear_line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        line
    }

    /// What comes until the connection ends.
    pub fn hear_out(mut self) -> String {
        let mut rest = String::new();
        self.lines.read_to_string(&mut rest).unwrap();
        rest
    }
}

pub struct Follower {
    pub child: Child,
    pub lines: BufReader<ChildStdout>,
}

impl Drop for Follower {
    /// It does not outlive a test that fails.
    fn drop(&mut self) {
        // it may have ended already
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Follower {
    pub fn spawn(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap());
        Self { child, lines }
    }

    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        line
    }

    pub fn value(&mut self) -> Value {
        serde_json::from_str(&self.line()).unwrap()
    }

    /// Waits until stderr has a line with this.
    pub fn says(&mut self, text: &str) {
        let stderr = self.child.stderr.take().unwrap();
        let mut stderr = BufReader::new(stderr);
        let mut line = String::new();
        while !line.contains(text) {
            line.clear();
            assert!(stderr.read_line(&mut line).unwrap() > 0, "it ended without {text}");
        }
        self.child.stderr = Some(stderr.into_inner());
    }

    pub fn ends(mut self) -> (Option<i32>, String) {
        let mut rest = String::new();
        self.lines.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap().code(), rest)
    }
}
