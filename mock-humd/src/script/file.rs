//! Script files: a list of steps in the format of the vectors, with the client in mind and nobody under test
//! but it.
//!
//! ```json
//! { "format": 1, "title": "…", "steps": [ { "tone": { "chi": "prompt" }, "from": "client" }, … ] }
//! ```

use serde_json::{Map, Value};

use super::{Op, greets};
use crate::pattern::PatternFault;

/// The keys that may stand in a step beside its verb.
const BESIDE: [&str; 4] = ["on", "from", "match", "comment"];

/// A script, valid as a whole.
#[derive(Debug, Clone)]
pub struct Script {
    /// In order.
    pub steps: Vec<ScriptStep>,
    /// For the k-th connection: whether the mock greets it by itself.
    pub greets: Vec<bool>,
}

/// One step of a script.
#[derive(Debug, Clone)]
pub struct ScriptStep {
    /// The connection, in order of arrival, from 0.
    pub conn: usize,
    /// What to do on it.
    pub op: Op,
    /// The step as written, for messages.
    pub text: String,
}

impl Script {
    /// Reads a script; all faults at once, each with its JSON pointer.
    pub fn parse(text: &str) -> Result<Self, Vec<String>> {
        let file: Value = serde_json::from_str(text).map_err(|error| vec![format!("not JSON: {error}")])?;
        let mut reader = Reader::default();
        reader.head(&file);
        for (index, step) in file.get("steps").and_then(Value::as_array).into_iter().flatten().enumerate() {
            reader.step(index, step);
        }
        let Reader { steps, faults, accepted, .. } = reader;
        if !faults.is_empty() {
            return Err(faults);
        }
        let greets = greets(steps.iter().map(|step| (step.conn, &step.op)), accepted.len().max(1));
        Ok(Self { steps, greets })
    }
}

/// What has been read so far.
#[derive(Default)]
struct Reader {
    steps: Vec<ScriptStep>,
    faults: Vec<String>,
    /// The names of connections, in order of their `accept`.
    accepted: Vec<String>,
}

impl Reader {
    fn head(&mut self, file: &Value) {
        let Some(fields) = file.as_object() else {
            return self.faults.push("a script is an object".to_owned());
        };
        if fields.get("format").and_then(Value::as_u64) != Some(1) {
            self.faults.push("/format: wants 1".to_owned());
        }
        if fields.get("title").is_some_and(|title| !title.is_string()) {
            self.faults.push("/title: wants a text".to_owned());
        }
        if fields.get("steps").and_then(Value::as_array).is_none_or(Vec::is_empty) {
            self.faults.push("/steps: wants an array of steps".to_owned());
        }
        for key in fields.keys().filter(|key| !["format", "title", "steps"].contains(&&***key)) {
            self.faults.push(format!("/{key}: unknown key"));
        }
    }

    fn step(&mut self, index: usize, step: &Value) {
        let Some(fields) = step.as_object() else {
            return self.faults.push(format!("/steps/{index}: a step is an object"));
        };
        let verbs: Vec<_> = fields.keys().filter(|key| !BESIDE.contains(&&***key)).collect();
        let [verb] = verbs[..] else {
            return self.faults.push(format!("/steps/{index}: wants one verb, has {}", verbs.len()));
        };
        match Op::parse(verb, fields, &|party| party != "daemon") {
            None => self.faults.push(format!("/steps/{index}/{verb}: no verb of a script")),
            Some(Err(found)) => {
                let placed = |fault: &PatternFault| format!("/steps/{index}{fault}");
                self.faults.extend(found.iter().map(placed));
            }
            Some(Ok(op)) => match self.connection(&op, fields) {
                Ok(conn) => self.steps.push(ScriptStep { conn, op, text: step.to_string() }),
                Err(fault) => self.faults.push(format!("/steps/{index}{fault}")),
            },
        }
    }

    /// The step's connection: the one that `on` names, else the one accepted last.
    fn connection(&mut self, op: &Op, fields: &Map<String, Value>) -> Result<usize, String> {
        if matches!(op, Op::Accept) {
            let name = fields.get("accept").and_then(|accept| accept.get("as")).and_then(Value::as_str);
            let name = name.ok_or("/accept/as: wants a name")?;
            if self.accepted.iter().any(|taken| taken == name) {
                return Err(format!("/accept/as: there is a connection `{name}` already"));
            }
            self.accepted.push(name.to_owned());
        }
        match fields.get("on") {
            None => Ok(self.accepted.len().saturating_sub(1)),
            Some(Value::String(on)) => {
                let found = self.accepted.iter().position(|name| name == on);
                found.ok_or_else(|| format!("/on: no `accept` before this step names `{on}`"))
            }
            Some(_) => Err("/on: wants the name of a connection".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_go_to_the_connection_accepted_last_unless_they_name_one() {
        let script = Script::parse(
            r#"{"format":1,"title":"two","steps":[
                {"tone":{"chi":"prompt"},"from":"client"},
                {"accept":{"as":"a"}}, {"hold":{}}, {"accept":{"as":"b"}}, {"resume":{},"on":"a"},
                {"tone":{"chi":"hello"},"from":"client"}]}"#,
        )
        .unwrap();
        assert_eq!(script.steps.iter().map(|step| step.conn).collect::<Vec<_>>(), [0, 0, 0, 1, 0, 1]);
        assert_eq!(script.greets, [true, false]);
        assert_eq!(script.steps[2].text, r#"{"hold":{}}"#);
    }

    #[test]
    fn all_faults_are_listed() {
        let faults = Script::parse(
            r#"{"format":2,"steps":[5,{"drive":{}},{"hold":{},"resume":{}},{"hold":{},"on":"x"},
                {"accept":{}},{"accept":{"as":"a"}},{"accept":{"as":"a"}},{"tone":{"a":{"$x":1}},"from":"client"},
                {"hold":{},"on":1}],"x":1,"title":0}"#,
        )
        .unwrap_err();
        assert_eq!(
            faults,
            [
                "/format: wants 1",
                "/title: wants a text",
                "/x: unknown key",
                "/steps/0: a step is an object",
                "/steps/1/drive: no verb of a script",
                "/steps/2: wants one verb, has 2",
                "/steps/3/on: no `accept` before this step names `x`",
                "/steps/4/accept/as: wants a name",
                "/steps/6/accept/as: there is a connection `a` already",
                "/steps/7/tone/a/$x: unknown `$` key (hint: an object with `$` keys of its own needs `$literal`)",
                "/steps/8/on: wants the name of a connection",
            ]
        );
        assert_eq!(Script::parse("[]").unwrap_err(), ["a script is an object"]);
        assert!(Script::parse("{").unwrap_err()[0].starts_with("not JSON: EOF"));
    }
}
