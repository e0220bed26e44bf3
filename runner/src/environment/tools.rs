//! Which toolchains are here.

use std::process::Stdio;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::process::Command;
use tokio::time::timeout;

/// For one of them to say its version.
const PATIENCE: Duration = Duration::from_secs(10);

/// What says the version of each.
const TOOLS: [(&str, &str); 8] = [
    ("python3", "--version"),
    ("node", "--version"),
    ("npm", "--version"),
    ("go", "version"),
    ("cargo", "--version"),
    ("rustc", "--version"),
    ("cc", "--version"),
    ("git", "--version"),
];

/// Asks all of them at once.
pub(super) async fn look() -> Vec<(&'static str, Option<String>)> {
    join_all(TOOLS.map(|(tool, asks)| async move { (tool, version(tool, asks).await) })).await
}

/// The first line of what it says; none where it cannot be run.
async fn version(tool: &str, asks: &str) -> Option<String> {
    let child = Command::new(tool)
        .arg(asks)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .ok()?;
    let Ok(output) = timeout(PATIENCE, child.wait_with_output()).await else {
        return Some(format!("does not say its version within {} s", PATIENCE.as_secs()));
    };
    let output = output.ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    match text.lines().find(|line| !line.trim().is_empty()) {
        Some(line) => Some(line.trim().to_owned()),
        None => Some(format!("says no version ({})", output.status)),
    }
}
