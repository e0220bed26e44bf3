//! A bee of one screen, and how it is tested with [`mock_humd::MockHumd`].
//!
//! `cargo run -p mock-humd --example adder 'What is @tool add {"a":2,"b":3}'` asks the daemon at `$HUM_THRUM_SOCK`;
//! `cargo test -p mock-humd --example adder` needs none.

use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let socket = std::env::var_os("HUM_THRUM_SOCK").ok_or("HUM_THRUM_SOCK names no socket")?;
    let question = std::env::args().nth(1).ok_or("a question is missing")?;
    let answer = ask(Path::new(&socket), &question)?;
    writeln!(std::io::stdout(), "{answer}")?;
    Ok(())
}

/// Asks a question, adds numbers whenever the worker wants that, and gives the answer.
fn ask(socket: &Path, question: &str) -> Result<String, Box<dyn Error>> {
    let mut stream = UnixStream::connect(socket)?;
    let lines = BufReader::new(stream.try_clone()?).lines();
    let hello = json!({ "chi": "hello", "rid": "r-1", "bee": "adder", "tools": [{ "name": "add" }] });
    let prompt = json!({ "chi": "prompt", "rid": "r-2", "sid": "sum", "text": question });
    writeln!(stream, "{hello}\n{prompt}")?;
    let mut answer = String::new();
    for line in lines {
        let tone: Value = serde_json::from_str(&line?)?;
        match tone["chi"].as_str() {
            Some("tool-call") => {
                let result = add(&tone["args"]);
                let rid = format!("r-{}", tone["callId"].as_str().unwrap_or_default());
                let result = json!({ "chi": "tool-result", "rid": rid, "sid": "sum",
                    "callId": tone["callId"], "result": result });
                writeln!(stream, "{result}")?;
            }
            Some("chunk") => answer += tone["part"]["text"].as_str().unwrap_or_default(),
            Some("finish") => return Ok(answer),
            Some("error") => return Err(tone["message"].as_str().unwrap_or("an error").into()),
            _ => {}
        }
    }
    Err("the daemon went away".into())
}

fn add(args: &Value) -> Value {
    match (args["a"].as_i64(), args["b"].as_i64()) {
        (Some(a), Some(b)) => (a + b).into(),
        _ => json!({ "error": "a and b must be whole numbers" }),
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use mock_humd::MockHumd;
    use mock_humd::script::ListenState;

    use super::*;

    /// The bee, in a thread of its own as it will be in a process of its own; what it came to, as text.
    fn start(humd: &MockHumd, question: &'static str) -> thread::JoinHandle<Result<String, String>> {
        let socket = humd.path().to_owned();
        thread::spawn(move || ask(&socket, question).map_err(|error| error.to_string()))
    }

    #[test]
    fn it_adds_what_the_worker_wants_added() {
        // the daemon answers by itself, and the test looks on
        let humd = MockHumd::start().unwrap();
        let bee = start(&humd, r#"What is @tool add {"a":2,"b":3}"#);
        humd.expect("adder", &json!({ "chi": "prompt", "sid": { "$bind": "sid" } })).wait();
        humd.expect("adder", &json!({ "chi": "tool-result", "sid": { "$ref": "sid" }, "result": 5 })).wait();
        humd.expect_end("adder").wait();
        assert_eq!(bee.join().unwrap().unwrap(), "The result is 5.");
    }

    #[test]
    fn it_says_what_it_cannot_add() {
        // the test is the daemon
        let humd = MockHumd::builder().by_hand().start().unwrap();
        let bee = start(&humd, "What is two and three?");
        humd.expect("adder", &json!({ "chi": "prompt", "sid": { "$bind": "sid" } })).wait();
        let call = json!({ "chi": "tool-call", "sid": { "$ref": "sid" }, "callId": "c-1", "name": "add",
            "args": { "a": "two", "b": 3 } });
        humd.send("adder", &call);
        let result = json!({ "error": { "$type": "string" } });
        humd.expect("adder", &json!({ "chi": "tool-result", "callId": "c-1", "result": result })).wait();
        let finish =
            json!({ "chi": "finish", "sid": { "$ref": "sid" }, "finishReason": "stop", "usage": {} });
        humd.send("adder", &finish);
        assert_eq!(bee.join().unwrap().unwrap(), "");
    }

    #[test]
    fn it_gives_an_error_of_the_worker_to_its_user() {
        let error = json!({ "chi": "error", "sid": { "$ref": "sid" }, "code": "busy", "message": "no time" });
        let prompt = json!({ "chi": "prompt", "sid": { "$bind": "sid" } });
        let humd = MockHumd::builder().when(&prompt, [error]).start().unwrap();
        assert_eq!(start(&humd, "Hello?").join().unwrap().unwrap_err(), "no time");
    }

    #[test]
    fn it_ends_when_the_daemon_goes_away() {
        let humd = MockHumd::builder().by_hand().start().unwrap();
        let bee = start(&humd, "Hello?");
        humd.expect("adder", &json!({ "chi": "prompt" })).wait();
        humd.restart().wait();
        assert!(bee.join().unwrap().is_err());
        humd.listen(ListenState::Missing).wait();
        assert!(start(&humd, "Hello?").join().unwrap().is_err());
    }
}
