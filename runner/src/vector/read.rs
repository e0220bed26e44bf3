//! Turns a file that keeps to the schema into cases, with every name resolved that stands in one case.

use std::collections::BTreeMap;

use mock_humd::pattern::Template;
use mock_humd::script;
use serde_json::{Map, Value, json};

use super::course::course;
use super::event::{parsed, pattern};
use super::fault::{Log, near};
use super::json::escape;
use super::model::{Answer, Body, Case, Cite, Client, Code, Example, Place, Socket, Status, Verb};
use super::schema;
use super::step::Stage;
use crate::rule::{Need, Party, Profile, Version};

/// A case and the JSON that it was read from.
pub(super) struct Draft<'v> {
    pub(super) case: Case,
    pub(super) node: &'v Map<String, Value>,
    /// `/cases/N`.
    pub(super) pointer: String,
}

impl Draft<'_> {
    /// The pointer of a step or example.
    pub(super) fn part(&self, index: usize) -> String {
        let list = if self.node.contains_key("steps") { "steps" } else { "examples" };
        format!("{}/{list}/{index}", self.pointer)
    }

    /// The JSON of the steps or examples.
    pub(super) fn parts(&self) -> impl Iterator<Item = (usize, &Map<String, Value>)> {
        let list = self.node.get("steps").or_else(|| self.node.get("examples"));
        list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object).enumerate()
    }
}

/// Reads the cases of a file; those that already have a fault are left out.
pub(super) fn cases<'v>(file: &'v Value, log: &mut Log<'_>) -> Vec<Draft<'v>> {
    let mut drafts = Vec::new();
    for (index, node) in file["cases"].as_array().into_iter().flatten().enumerate() {
        let pointer = format!("/cases/{index}");
        if let (Some(node), false) = (node.as_object(), log.touches(&pointer)) {
            let reader = Reader { file, node, at: &pointer };
            if let Some(case) = reader.case(log) {
                drafts.push(Draft { case, node, pointer });
            }
        }
    }
    drafts
}

/// The codes of a file, with the pointer of each.
pub(super) fn codes(file: &Value) -> impl Iterator<Item = (&String, String, Code)> {
    let word = |entry: &Value, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
    file["codes"].as_object().into_iter().flatten().map(move |(name, entry)| {
        let code = Code { means: word(entry, "means"), fix: word(entry, "fix") };
        (name, format!("/codes/{}", escape(name)), code)
    })
}

struct Reader<'r> {
    file: &'r Value,
    node: &'r Map<String, Value>,
    at: &'r str,
}

impl Reader<'_> {
    fn case(&self, log: &mut Log<'_>) -> Option<Case> {
        let before = log.len();
        let under_test = self.texts("under_test").filter_map(Party::of).collect();
        let body =
            if self.text("kind") == Some("call") { self.call(log) } else { self.wire(&under_test, log) };
        let case = Case {
            id: self.text("id")?.to_owned(),
            title: self.text("title")?.to_owned(),
            course: course(self.node, &under_test),
            under_test,
            profile: self.text("profile").and_then(Profile::of).unwrap_or(Profile::Document),
            decides: self.texts("decides").map(str::to_owned).collect(),
            partly: self.texts("partly").map(str::to_owned).collect(),
            touches: self.texts("touches").map(str::to_owned).collect(),
            kills: self.texts("kills").map(str::to_owned).collect(),
            twin: self.text("twin").map(str::to_owned),
            negative: self.text("polarity") == Some("negative"),
            is_for_bees: self.text("kind") == Some("bee"),
            requires: needs(self.node),
            notes: self.notes(log),
            fresh: self.node.get("fresh").and_then(Value::as_bool).unwrap_or(false),
            env: self.env(),
            since: self.version("since", log)?,
            until: if self.node.contains_key("until") { Some(self.version("until", log)?) } else { None },
            status: match self.text("status")? {
                "provisional" => Status::Provisional,
                "withdrawn" => Status::Withdrawn,
                _ => Status::Scored,
            },
            was: self.texts("was").map(str::to_owned).collect(),
            place: Place { file: log.file().to_owned(), line: log.line(self.at) },
            body: body?,
        };
        (log.len() == before).then_some(case)
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.node.get(key).and_then(Value::as_str)
    }

    fn texts(&self, key: &str) -> impl Iterator<Item = &str> {
        texts(self.node, key)
    }

    fn version(&self, key: &str, log: &mut Log<'_>) -> Option<Version> {
        let version = self.text(key)?.parse();
        version.map_err(|message: String| log.add(format!("{}/{key}", self.at), message)).ok()
    }

    fn env(&self) -> BTreeMap<String, Option<String>> {
        let env = self.node.get("env").and_then(Value::as_object).into_iter().flatten();
        env.map(|(name, value)| (name.clone(), value.as_str().map(str::to_owned))).collect()
    }

    fn notes(&self, log: &mut Log<'_>) -> Vec<(String, String)> {
        let known = self.file["notes"].as_object();
        let mut notes = Vec::new();
        for (index, name) in self.texts("notes").enumerate() {
            if let Some(note) = known.and_then(|known| known.get(name)) {
                let word = |key: &str| note[key].as_str().unwrap_or_default().to_owned();
                notes.push((word("bugType"), word("description")));
            } else {
                let hint = near(name, known.into_iter().flat_map(Map::keys).map(String::as_str));
                log.add(format!("{}/notes/{index}", self.at), format!("no note `{name}` in this file{hint}"));
            }
        }
        notes
    }

    fn wire(&self, under_test: &std::collections::BTreeSet<Party>, log: &mut Log<'_>) -> Option<Body> {
        let clients = self.clients(log)?;
        let names: Vec<String> = clients.iter().map(|client| client.name.clone()).collect();
        let nodes: Vec<&Map<String, Value>> =
            self.node.get("steps")?.as_array()?.iter().filter_map(Value::as_object).collect();
        let connections = self.connections(&nodes, log);
        let mut stage = Stage::new(under_test, &names, &connections, log);
        let steps: Vec<_> = nodes
            .iter()
            .enumerate()
            .filter_map(|(index, node)| stage.step(node, &format!("{}/steps/{index}", self.at)))
            .collect();
        let played = steps.iter().filter_map(|step| match &step.verb {
            Verb::Play(op) => Some((step.conn, op)),
            _ => None,
        });
        let greets = script::greets(played, connections.len());
        Some(Body::Wire { clients, greets, connections, steps })
    }

    /// A name for each connection: those accepted, then those that acts open without a name.
    fn connections(&self, steps: &[&Map<String, Value>], log: &mut Log<'_>) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        let mut connects = 0;
        for (index, step) in steps.iter().enumerate() {
            connects += usize::from(step.get("drive").is_some_and(|act| act["do"] == "connect"));
            if let Some(name) = step.get("accept").and_then(|accept| accept["as"].as_str()) {
                if names.iter().any(|known| known == name) {
                    let at = format!("{}/steps/{index}/accept/as", self.at);
                    log.add(at, format!("two connections are named `{name}`"));
                }
                names.push(name.to_owned());
            }
        }
        names.resize(names.len().max(connects).max(1), String::new());
        names
    }

    fn clients(&self, log: &mut Log<'_>) -> Option<Vec<Client>> {
        let Some(open) = self.node.get("open").and_then(Value::as_object) else {
            return self.client("c1", &json!({}), log).map(|client| vec![client]);
        };
        open.iter().map(|(name, node)| self.client(name, node, log)).collect()
    }

    fn client(&self, name: &str, node: &Value, log: &mut Log<'_>) -> Option<Client> {
        let empty = json!({});
        let hello = node.get("hello").unwrap_or(&empty);
        let at = format!("{}/open/{}/hello", self.at, escape(name));
        Some(Client {
            name: name.to_owned(),
            socket: match node.get("socket") {
                None => Socket::Mock,
                Some(Value::String(path)) => Socket::Path(path.clone()),
                Some(_) => Socket::Resolve,
            },
            hello: parsed(Template::parse(hello), &at, log)?,
            reconnect: node["reconnect"] == "auto",
        })
    }

    fn call(&self, log: &mut Log<'_>) -> Option<Body> {
        let function = self.text("fn")?;
        let nodes = self.node.get("examples")?.as_array()?;
        let examples = nodes
            .iter()
            .enumerate()
            .filter_map(|(index, node)| {
                example(function, node.as_object()?, &format!("{}/examples/{index}", self.at), log)
            })
            .collect();
        Some(Body::Call { function: function.to_owned(), examples })
    }
}

fn example(function: &str, node: &Map<String, Value>, at: &str, log: &mut Log<'_>) -> Option<Example> {
    let number = |key: &str| node.get(key).and_then(Value::as_u64);
    let code = node.get("code").and_then(Value::as_str).map(str::to_owned);
    let records = node.contains_key("record");
    match (records, &code) {
        (false, None) => log.add(at, "lacks `code`"),
        (true, Some(_)) => log.add(format!("{at}/code"), "what is only recorded has no `code`"),
        _ => {}
    }
    let args = node.get("args")?;
    schema::check_args(function, args, &format!("{at}/args"), log);
    let args = parsed(Template::parse(args), &format!("{at}/args"), log);
    let answer = if let Some(returns) = node.get("returns") {
        pattern(returns, &format!("{at}/returns"), log).map(Answer::Returns)
    } else if let Some(other) = number("same_as") {
        Some(Answer::SameAs(other))
    } else {
        Some(if records { Answer::Record } else { Answer::Raises })
    };
    let rule = node.get("rule").and_then(Value::as_str)?.to_owned();
    Some(Example {
        tc: number("tc")?,
        requires: needs(node),
        now: node.get("now").and_then(Value::as_i64),
        args: args?,
        answer: answer?,
        cite: Cite { rule, code, hint: None },
        comment: node.get("comment").and_then(Value::as_str).map(str::to_owned),
        line: log.line(at),
    })
}

fn needs(node: &Map<String, Value>) -> Vec<Need> {
    texts(node, "requires").map(Need::parse).collect()
}

fn texts<'v>(node: &'v Map<String, Value>, key: &str) -> impl Iterator<Item = &'v str> {
    node.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}
