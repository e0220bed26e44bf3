//! The schemas of the format, compiled once, and their refusals in words.

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use jsonschema::error::{TypeKind, ValidationError, ValidationErrorKind as Kind};
use jsonschema::{Registry, Validator};
use serde_json::{Map, Value, json};

use super::fault::{Log, near, ticked};
use super::json::{escape, lower};

/// The schemas as they stand in their files, by `$id`.
static TEXTS: LazyLock<BTreeMap<&str, Value>> = LazyLock::new(|| {
    let embedded = thrum_vectors::schemas();
    let text = |wanted: &str| embedded.iter().find(|(path, _)| path == wanted).map_or("", |(_, text)| *text);
    [
        ("thrum:vector", "schema/vector.json"),
        ("thrum:act", "schema/act.json"),
        ("thrum:shim", "schema/shim.json"),
        ("thrum:guide", "schema/guide.json"),
    ]
    .map(|(id, path)| (id, text(path)))
    .map(|(id, text)| (id, serde_json::from_str(text).unwrap_or_default()))
    .into()
});

static FILE: LazyLock<Result<Validator, String>> = LazyLock::new(|| compile(&TEXTS["thrum:vector"]));

static GUIDE: LazyLock<Result<Validator, String>> = LazyLock::new(|| compile(&TEXTS["thrum:guide"]));

/// Schemas of the same file by name, compiled when they are first asked for.
type Definitions = BTreeMap<String, OnceLock<Result<Validator, String>>>;

static ARGS: LazyLock<Definitions> = LazyLock::new(|| definitions("thrum:act", "fn-"));

static MESSAGES: LazyLock<Definitions> = LazyLock::new(|| definitions("thrum:shim", ""));

fn definitions(id: &str, prefix: &str) -> Definitions {
    let defs = TEXTS[id]["$defs"].as_object();
    let names = defs.into_iter().flat_map(Map::keys).filter_map(|name| name.strip_prefix(prefix));
    names.map(|name| (name.to_owned(), OnceLock::new())).collect()
}

/// Checks a whole vector file; adds a fault for each refusal.
pub(super) fn check_file(value: &Value, log: &mut Log<'_>) {
    check(FILE.as_ref(), value, "", log);
}

/// Checks a file of the guide; adds a fault for each refusal.
pub(super) fn check_guide(value: &Value, log: &mut Log<'_>) {
    check(GUIDE.as_ref(), value, "", log);
}

/// Checks the arguments of a helper function, which stand at this pointer.
pub(super) fn check_args(function: &str, args: &Value, pointer: &str, log: &mut Log<'_>) {
    let Some(cell) = ARGS.get(function) else {
        log.add(pointer, format!("no schema for the arguments of `{function}`"));
        return;
    };
    let schema = || compile(&json!({ "$ref": format!("thrum:act#/$defs/fn-{function}") }));
    check(cell.get_or_init(schema).as_ref(), args, pointer, log);
}

/// Pointer and words of each refusal of a message of the shim protocol, whose definition in `schema/shim.json` has
/// this name: `reply-call`, `event-delivered`. None where it is as it should be.
pub fn check_message(name: &str, message: &Value) -> Vec<(String, String)> {
    let Some(cell) = MESSAGES.get(name) else {
        return vec![(String::new(), format!("no schema for the message `{name}`"))];
    };
    let schema = || compile(&json!({ "$ref": format!("thrum:shim#/$defs/{name}") }));
    refusals(cell.get_or_init(schema).as_ref(), message)
}

/// The events that the shim protocol knows.
pub fn known_events() -> impl Iterator<Item = &'static str> {
    MESSAGES.keys().filter_map(|name| name.strip_prefix("event-"))
}

fn check(schema: Result<&Validator, &String>, value: &Value, pointer: &str, log: &mut Log<'_>) {
    for (at, message) in refusals(schema, value) {
        log.add(format!("{pointer}{at}"), message);
    }
}

fn refusals(schema: Result<&Validator, &String>, value: &Value) -> Vec<(String, String)> {
    let mut said: Vec<(String, String)> = match schema {
        Ok(validator) => validator.iter_errors(value).flat_map(|error| words(&error)).collect(),
        Err(error) => vec![(String::new(), error.clone())],
    };
    said.sort();
    said.dedup();
    said
}

fn compile(schema: &Value) -> Result<Validator, String> {
    let failed = |error: &dyn std::fmt::Display| format!("the suite's own schema does not compile: {error}");
    let others = Registry::new()
        .add("thrum:act", &TEXTS["thrum:act"])
        .and_then(|registry| registry.add("thrum:shim", &TEXTS["thrum:shim"]))
        .and_then(jsonschema::RegistryBuilder::prepare)
        .map_err(|error| failed(&error))?;
    jsonschema::options()
        .with_registry(&others)
        .with_pattern_options(jsonschema::PatternOptions::regex())
        .offline()
        .build(schema)
        .map_err(|error| failed(&error))
}

/// Pointer and message of one refusal.
pub(super) fn words(error: &ValidationError<'_>) -> Vec<(String, String)> {
    let at = error.instance_path().as_str().to_owned();
    let instance = error.instance();
    let message = match error.kind() {
        Kind::AdditionalProperties { unexpected } => return unknown_keys(&at, unexpected, error),
        Kind::Required { property } => format!("lacks `{}`", plain(property)),
        Kind::Enum { options } => not_among(instance, options),
        Kind::Constant { expected_value } => {
            format!("`{}` is not `{}`", plain(instance), plain(expected_value))
        }
        Kind::Pattern { pattern } => misspelt(instance, pattern),
        Kind::PropertyNames { error } => match error.kind() {
            Kind::Pattern { pattern } => misspelt(error.instance(), pattern),
            _ => lower(&error.to_string()),
        },
        Kind::AnyOf { .. } if is_step(&at) => no_verb(instance),
        Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } => format!("needs one of {}", choices(error)),
        Kind::OneOfMultipleValid { .. } => format!("has more than one of {}", choices(error)),
        Kind::FalseSchema => "has no place in a case of this kind".to_owned(),
        Kind::Type { kind: TypeKind::Single(kind) } => format!("`{}` is no {kind}", plain(instance)),
        Kind::UniqueItems => "holds an item twice".to_owned(),
        _ => lower(&error.masked_with("the value").to_string()),
    };
    vec![(at, message)]
}

fn unknown_keys(at: &str, unexpected: &[String], error: &ValidationError<'_>) -> Vec<(String, String)> {
    let schema = around(error);
    let known = || schema.and_then(|schema| schema["properties"].as_object()).into_iter().flat_map(Map::keys);
    let verbs = error.instance().as_object().filter(|_| is_step(at)).map(verbs_of).unwrap_or_default();
    let said = |key: &String| {
        if verbs.contains(&key.as_str()) {
            return (at.to_owned(), format!("a step has one verb, and this has {}", ticked(verbs.clone())));
        }
        let hint = near(key, known().map(String::as_str));
        (format!("{at}/{}", escape(key)), format!("unknown key `{key}`{hint}"))
    };
    unexpected.iter().map(said).collect()
}

fn not_among(instance: &Value, options: &Value) -> String {
    let word = plain(instance);
    let options: Vec<String> = options.as_array().into_iter().flatten().map(plain).collect();
    let known = || options.iter().map(String::as_str);
    let hint = near(&word, known());
    format!("`{word}` is none of {}{hint}", ticked(known()))
}

/// What the expressions of the schema stand for.
const SPELLINGS: [(&str, &str); 6] = [
    ("^[A-Z]+-[0-9]{2,}$", "no id of a rule, such as `FRAME-01`"),
    ("^[a-z0-9]+(-[a-z0-9]+)*$", "no name in kebab-case, such as `split-lines`"),
    ("^[a-z0-9]+(-[a-z0-9]+)*/[a-z0-9]+(-[a-z0-9]+)*$", "no id of a case, such as `framing/split-lines`"),
    ("^[a-z0-9]+(-[a-z0-9]+)*\\.[a-z0-9]+(-[a-z0-9]+)*$", "no code, such as `framing.split-corrupts`"),
    ("^[0-9]+\\.[0-9]+\\.[0-9]+$", "no version, such as `0.7.0`"),
    ("^(/[^/]*)+$", "no JSON pointer, such as `/part/text`"),
];

fn misspelt(instance: &Value, pattern: &str) -> String {
    let word = plain(instance);
    if let Some((_, what)) = SPELLINGS.iter().find(|(known, _)| *known == pattern) {
        return format!("`{word}` is {what}");
    }
    if pattern.contains("clock\\.virtual") {
        let list = pattern.trim_start_matches("^(").split(')').next().unwrap_or_default().replace('\\', "");
        return format!("`{word}` is no capability{}", near(&word, list.split('|')));
    }
    format!("`{word}` does not match `{pattern}`")
}

/// The keys or values that the alternatives around this error ask for.
fn choices(error: &ValidationError<'_>) -> String {
    let alternatives = located(error).and_then(Value::as_array).into_iter().flatten();
    let names = alternatives.filter_map(|choice| {
        let key = choice["required"][0].as_str().or_else(|| choice["const"].as_str());
        key.or_else(|| choice["type"].as_str())
    });
    ticked(names)
}

/// The verbs of a step, as its schema lists them.
pub(super) fn verbs() -> impl Iterator<Item = &'static str> {
    let step = &TEXTS["thrum:vector"]["$defs"]["step"]["anyOf"];
    step.as_array().into_iter().flatten().filter_map(|choice| choice["required"][0].as_str())
}

fn verbs_of(step: &Map<String, Value>) -> Vec<&'static str> {
    verbs().filter(|verb| step.contains_key(*verb)).collect()
}

fn no_verb(step: &Value) -> String {
    let keys = step.as_object().into_iter().flat_map(Map::keys);
    let hint = keys.map(|key| near(key, verbs())).find(|hint| !hint.is_empty());
    format!("a step without a verb{}", hint.unwrap_or_default())
}

/// Whether the pointer is that of a step: `/cases/N/steps/N`.
fn is_step(pointer: &str) -> bool {
    let mut segments = pointer.split('/').skip(3);
    segments.next() == Some("steps") && segments.next().is_some() && segments.next().is_none()
}

/// The keyword's own value in its schema.
fn located<'s>(error: &ValidationError<'_>) -> Option<&'s Value> {
    let location = error.absolute_keyword_location()?.as_str();
    let (id, fragment) = location.split_once('#')?;
    TEXTS.get(id)?.pointer(&fragment.replace("%24", "$"))
}

/// The schema that the keyword stands in.
fn around<'s>(error: &ValidationError<'_>) -> Option<&'s Value> {
    let location = error.absolute_keyword_location()?.as_str();
    let (id, fragment) = location.split_once('#')?;
    let (parent, _) = fragment.rsplit_once('/')?;
    TEXTS.get(id)?.pointer(&parent.replace("%24", "$"))
}

/// A string as it is, anything else as JSON, cut to a length that fits a message.
fn plain(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match text.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}
