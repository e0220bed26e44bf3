//! The case and the client: what it asks for, it must require.

use serde_json::{Map, Value};

use super::Look;
use crate::rule::{Need, Party};
use crate::vector::fault::{Log, ticked};
use crate::vector::model::{Body, Socket};

/// The surface that an act is part of.
const ACTS: [(&str, &str); 7] = [
    ("tool", "tools"),
    ("permit", "permits"),
    ("tendril", "tendrils"),
    ("prompt", "verb.prompt"),
    ("cancel", "verb.cancel"),
    ("tick", "wane.wired"),
    ("serve", "worker"),
];

pub(super) fn needs_of_rules(look: &Look<'_>, log: &mut Log<'_>) {
    for (at, rule) in look.decided() {
        for need in &rule.needs {
            if !look.draft.case.requires.iter().any(|required| required.implies(need)) {
                log.add(at.clone(), format!("`{}` needs `{need}`, which is not in `requires`", rule.id));
            }
        }
    }
}

/// A case that tests only workers runs only where there is one; who is opened is who is under test.
pub(super) fn needs_of_workers(look: &Look<'_>, log: &mut Log<'_>) {
    let under_test = &look.draft.case.under_test;
    if !under_test.contains(&Party::Client) && under_test.contains(&Party::Worker) {
        require(look, &[], "worker", &look.at("under_test"), log);
    }
    let open = look.draft.node.get("open").and_then(Value::as_object).into_iter().flatten();
    for (name, node) in open {
        let Some(role) = node["role"].as_str() else { continue };
        let party = if role == "worker" { Party::Worker } else { Party::Client };
        let at = look.at(&format!("open/{name}/role"));
        if under_test.len() > 1 {
            log.add(at, "the case runs in several roles (hint: leave `role` out)");
        } else if !under_test.contains(&party) {
            log.add(at, format!("`{role}` is opened, and is not under test"));
        }
    }
}

pub(super) fn needs_of_steps(look: &Look<'_>, log: &mut Log<'_>) {
    for (index, node) in look.draft.parts() {
        let at = look.draft.part(index);
        if let Some(act) = node.get("drive") {
            for cap in act_needs(act) {
                require(look, &[], &cap, &format!("{at}/drive"), log);
            }
        }
        for verb in ["observe", "never", "record"] {
            if node.get(verb).is_some_and(|look| look["event"] == "turn") {
                require(look, &[], "turns", &format!("{at}/{verb}"), log);
            }
        }
    }
}

pub(super) fn needs_of_clients(look: &Look<'_>, log: &mut Log<'_>) {
    let Body::Wire { clients, .. } = &look.draft.case.body else { return };
    for client in clients {
        let at = look.at(&format!("open/{}", client.name));
        if client.reconnect {
            require(look, &[], "reconnect.auto", &format!("{at}/reconnect"), log);
        }
        if client.socket == Socket::Resolve && !look.draft.case.fresh {
            log.add(format!("{at}/socket"), "what the environment says needs `fresh`");
        }
    }
}

pub(super) fn needs_of_calls(look: &Look<'_>, log: &mut Log<'_>) {
    for (index, node) in look.draft.parts() {
        let at = look.draft.part(index);
        if let Some(call) = node.get("call")
            && let Some(cap) = call_needs(call["fn"].as_str().unwrap_or_default(), &call["args"])
        {
            require(look, &[], cap, &format!("{at}/call/args"), log);
        }
    }
    let Body::Call { function, examples } = &look.draft.case.body else { return };
    for (example, (index, node)) in examples.iter().zip(look.draft.parts()) {
        let at = format!("{}/args", look.draft.part(index));
        if let Some(cap) = call_needs(function, node.get("args").unwrap_or(&Value::Null)) {
            require(look, &example.requires, cap, &at, log);
        }
    }
}

pub(super) fn needs_of_clocks(look: &Look<'_>, log: &mut Log<'_>) {
    for (index, node) in look.draft.parts() {
        for key in ["clock", "now"].into_iter().filter(|key| node.contains_key(*key)) {
            let needs: Vec<Need> = own_needs(node);
            require(look, &needs, "clock.virtual", &format!("{}/{key}", look.draft.part(index)), log);
        }
    }
}

fn own_needs(node: &Map<String, Value>) -> Vec<Need> {
    let needs = node.get("requires").and_then(Value::as_array).into_iter().flatten();
    needs.filter_map(Value::as_str).map(Need::parse).collect()
}

/// Adds a fault unless the case, or these needs of an example, ask for just this capability.
fn require(look: &Look<'_>, own: &[Need], cap: &str, at: &str, log: &mut Log<'_>) {
    let wanted = Need(vec![cap.to_owned()]);
    if !look.draft.case.requires.iter().chain(own).any(|need| need.implies(&wanted)) {
        log.add(at, format!("needs {}, which is not in `requires`", ticked([cap])));
    }
}

fn act_needs(act: &Value) -> Vec<String> {
    let name = act["do"].as_str().unwrap_or_default();
    let mut caps: Vec<String> =
        ACTS.iter().filter(|(known, _)| *known == name).map(|(_, cap)| (*cap).to_owned()).collect();
    match name {
        "verb" => caps.push(format!("verb.{}", act["chi"].as_str().unwrap_or_default())),
        "handler" if act["throws"] == "async" => caps.push("handlers.async".to_owned()),
        "send-many" if act.get("threads").is_some() => caps.push("threads".to_owned()),
        "tool" if act.get("timeout_ms").is_some() => caps.push("timeouts".to_owned()),
        _ => {}
    }
    caps
}

fn call_needs(function: &str, args: &Value) -> Option<&'static str> {
    let merges = |op: &Value| op[0] == "merge" || op[0] == "snapshot";
    match function {
        "rid" if args.get("threads").is_some() => Some("threads"),
        "wane" if args["ops"].as_array().is_some_and(|ops| ops.iter().any(merges)) => Some("wane.merge"),
        _ => None,
    }
}
