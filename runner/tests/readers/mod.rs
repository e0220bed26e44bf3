//! The parsers in Node that this folder pins, called from a test. `npm ci` installs them.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

/// What a reader makes of a text, see `read.mjs`. `None` where the readers are not installed, which in CI is an error.
pub fn read(arguments: &[&str], text: &str) -> Option<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/readers");
    if !folder.join("node_modules").is_dir() {
        let missing =
            "the readers of reports are not installed (hint: `npm ci --prefix runner/tests/readers`)";
        assert!(std::env::var_os("CI").is_none(), "{missing}");
        eprintln!("left out: {missing}");
        return None;
    }
    let mut node = Command::new("node")
        .arg("read.mjs")
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node runs");
    let mut stdin = node.stdin.take().expect("stdin is a pipe");
    stdin.write_all(text.as_bytes()).expect("the reader reads");
    drop(stdin);
    let output = node.wait_with_output().expect("the reader ends");
    assert!(output.status.success(), "the reader failed on\n{text}");
    Some(serde_json::from_slice(&output.stdout).expect("the reader prints JSON"))
}
