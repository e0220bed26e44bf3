//! Tools that the application offers: what a prompt says of them, and one run of one tool.

use std::fmt::Display;
use std::time::Duration;

use serde_json::{Value, json};

use crate::handler::Handler;

/// What a tool does: from the arguments of a call to a value, or to a failure in words.
pub(crate) type Body = Handler<Value, Result<Value, String>>;

/// What a worker gets to know of a tool (TOOL-01), and how long the tool may take.
#[derive(Clone, Debug)]
pub struct Tool {
    pub(crate) name: String,
    description: String,
    input_schema: Value,
    limit: Option<Duration>,
}

impl Tool {
    /// A tool that may take a minute. `input_schema` is a JSON Schema, for the worker to read.
    pub fn new(name: impl Into<String>, description: impl Into<String>, input_schema: Value) -> Self {
        let limit = Some(Duration::from_secs(60));
        Self { name: name.into(), description: description.into(), input_schema, limit }
    }

    /// How long a call may take; `None` for as long as it likes.
    #[must_use]
    pub fn limit(mut self, limit: impl Into<Option<Duration>>) -> Self {
        self.limit = limit.into();
        self
    }

    /// The entry in `prompt.tools`.
    pub(crate) fn definition(&self) -> Value {
        json!({"name": self.name, "description": self.description, "input_schema": self.input_schema})
    }

    /// Runs the tool; the `result` of its tool-result. A run over its limit is given up where it next awaits, so no
    /// real answer can follow the timeout (TOOL-05).
    pub(crate) async fn run(&self, body: Body, args: Value) -> Value {
        let mut run = tokio::spawn(async move { body(args).await });
        let ended = match self.limit {
            Some(limit) => tokio::time::timeout(limit, &mut run).await,
            None => Ok((&mut run).await),
        };
        match ended {
            Ok(Ok(answer)) => result(answer),
            Ok(Err(_)) => result(Err(format!("the tool `{}` panicked", self.name))),
            Err(_) => {
                run.abort();
                result(Err("timeout".to_owned()))
            }
        }
    }
}

/// The `result` on the wire, which is never null: no value is an empty object, a failure is in `error` (TOOL-03).
pub(crate) fn result(answer: Result<Value, String>) -> Value {
    match answer {
        Ok(Value::Null) => json!({}),
        Ok(value) => value,
        Err(error) => json!({ "error": error }),
    }
}

/// What a tool or a tendril may give: a value, or a value or a failure.
pub trait Answer {
    /// The value, or the failure in words.
    fn into_answer(self) -> Result<Value, String>;
}

impl Answer for Value {
    fn into_answer(self) -> Result<Value, String> {
        Ok(self)
    }
}

impl<E: Display> Answer for Result<Value, E> {
    fn into_answer(self) -> Result<Value, String> {
        self.map_err(|error| error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;
    use crate::handler::boxed;

    async fn run<A, O>(limit_ms: u64, body: fn(Value) -> O) -> Value
    where
        A: Answer + 'static,
        O: Future<Output = A> + Send + 'static,
    {
        let tool = Tool::new("t", "", json!({})).limit(Duration::from_millis(limit_ms));
        tool.run(boxed(body, Answer::into_answer), json!(1)).await
    }

    #[tokio::test]
    async fn answers_whatever_the_tool_does() {
        assert_eq!(run(60_000, |args| async move { args }).await, json!(1));
        assert_eq!(run(60_000, |_| async { Value::Null }).await, json!({}));
        assert_eq!(run(60_000, |_| async { Err::<Value, _>("boom") }).await, json!({"error": "boom"}));
        assert_eq!(
            run(60_000, |_| async { panic!("on purpose") as Value }).await["error"],
            "the tool `t` panicked"
        );
        assert_eq!(run(1, |_| pending::<Value>()).await, json!({"error": "timeout"}));
    }
}
