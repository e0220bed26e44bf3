//! A whole bee: it asks for a sum on every connection, lends the worker a tool to work it out, and prints the answer.
//! It finds the daemon by itself, comes back when it has lost it, and stays until it is interrupted.

use std::error::Error;
use std::io::{Write, stdout};

use thrum::serde_json::json;
use thrum::{Client, Hello, Options, Reconnect, Tool};
use tokio::signal::unix::{SignalKind, signal};

const SID: &str = "calculator-1";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let options = Options { reconnect: Reconnect::backoff(), ..Options::default() };
    let client = Client::new(Hello::new("calculator").version("1.0.0"), options)?;

    let schema = json!({"type": "object", "required": ["a", "b"],
        "properties": {"a": {"type": "number"}, "b": {"type": "number"}}});
    client.tool(Tool::new("add", "Adds two numbers", schema), |args| async move {
        let sum = args["a"].as_f64().zip(args["b"].as_f64()).map(|(a, b)| a + b);
        sum.map(|sum| json!({ "sum": sum })).ok_or("`a` and `b` must be numbers")
    });
    client.on_permission(|_ask| async { "allow" });
    client.on(SID, |tone| async move {
        let text = tone.get("part").and_then(|part| part["text"].as_str()).unwrap_or_default();
        // nobody may be reading, and the bee works all the same
        _ = stdout().write_all(text.as_bytes()).and_then(|()| stdout().flush());
    });
    client.on_connect(|client| drop(client.prompt(SID, "What is 2 + 3?").tools(["add"]).send()));

    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! {
        end = client.run() => end?,
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    client.close().await;
    Ok(())
}
