//! The program with a script, and clients that speak to it.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use assert_cmd::cargo::cargo_bin;

/// A script in a directory of its own, where the socket is too.
pub struct Stage {
    pub dir: tempfile::TempDir,
    pub script: PathBuf,
}

pub fn stage(script: &str) -> Stage {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("script.json");
    std::fs::write(&path, script).unwrap();
    Stage { dir, script: path }
}

impl Stage {
    pub fn socket(&self) -> PathBuf {
        self.dir.path().join("run/hum/thrum.sock")
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new(cargo_bin("mock-humd"));
        command
            .arg("--script")
            .arg(&self.script)
            .env("XDG_RUNTIME_DIR", self.dir.path().join("run"))
            .env_remove("HUM_THRUM_SOCK");
        command
    }

    /// Starts the program and waits until it listens.
    pub fn start(&self, args: &[&str]) -> (Child, BufReader<std::process::ChildStderr>) {
        let mut child =
            self.command().args(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        stderr.read_line(&mut line).unwrap();
        let place = line.split(", seed ").next().unwrap().trim_end();
        assert_eq!(place, format!("mock-humd: listening on {}", self.socket().display()));
        (child, stderr)
    }

    /// Plays the client's side while the program runs; gives exit code, stdout and stderr.
    pub fn play(&self, args: &[&str], client: impl FnOnce(UnixStream)) -> (Option<i32>, String, String) {
        let (child, mut stderr) = self.start(args);
        client(UnixStream::connect(self.socket()).unwrap());
        let mut said = String::new();
        stderr.read_to_string(&mut said).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(!self.socket().exists(), "the socket file is left behind");
        (output.status.code(), String::from_utf8(output.stdout).unwrap(), said)
    }
}

pub fn example(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/scripts").join(name))
        .unwrap()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub fn read_line(client: &UnixStream) -> String {
    let mut line = String::new();
    let mut byte = [0];
    while !line.ends_with('\n') {
        assert_eq!((&mut &*client).read(&mut byte).unwrap(), 1, "ended after {line}");
        line.push(char::from(byte[0]));
    }
    line
}

pub const HELLO: &[u8] = b"{\"chi\":\"hello\",\"rid\":\"h\",\"bee\":\"b\",\"protoVersion\":\"0.7.0\"}\n";
