//! Is a shim a shim? A short list of checks of the shim protocol, before any rule is judged.

use std::io::{self, Write};

use anstyle::AnsiColor;
use serde_json::json;

use crate::error::Error;
use crate::limits::Limits;
use crate::rule::{RuleBook, Side, Version};
use crate::run::{Room, Seat, preflight};
use crate::testee::{Asked, Command, Reply, Request};

/// One check.
#[derive(Debug)]
pub struct Check {
    /// What was checked, a fragment.
    pub what: String,
    /// What was found; a finding has a message and a hint.
    pub outcome: Result<String, (String, String)>,
}

/// Runs the checks. An error means that the shim could not be started at all.
pub async fn smoke(command: &Command, limits: &Limits) -> Result<Vec<Check>, Error> {
    let wire = RuleBook::parse(thrum_vectors::WIRE_DOC).map_or(Version(0, 7, 0), |book| book.version);
    let room = Room::new(command, &wire.to_string(), limits)?;
    let mut seat = Seat::new(&room);
    let identity = seat.start().await?;
    let mut checks = vec![
        good(
            "answers `start`",
            format!("{} {} ({}), wire {}", identity.name, identity.version, identity.lang, identity.wire),
        ),
        good("refuses an op that does not exist", String::new()),
    ];
    checks.push(match identity.caps.iter().find_map(|cap| crate::testee::unknown_capability(cap)) {
        None => good(
            "claims only known capabilities",
            identity.caps.iter().cloned().collect::<Vec<_>>().join(" "),
        ),
        Some(wrong) => bad("claims only known capabilities", &wrong, "the list is in ci/README.md"),
    });
    let version = Request::Call { function: "version".to_owned(), args: json!({}) };
    checks.push(
        asks(&mut seat, "answers the function `version`", version, |reply| match reply {
            Reply::Ok(fields) if fields.get("value").is_some_and(serde_json::Value::is_string) => None,
            _ => Some("`version` must give the wire version that the client exports, as a string".to_owned()),
        })
        .await?,
    );
    let unknown = Request::Call { function: "no-such-function".to_owned(), args: json!({}) };
    checks.push(
        asks(&mut seat, "refuses a function that does not exist", unknown, |reply| {
            (*reply != Reply::Unsupported).then(|| "answer `\"ok\": false, \"unsupported\": true`".to_owned())
        })
        .await?,
    );
    let act = json!({"do": "connect"});
    let nobody = Request::Do { client: "no-such-client".to_owned(), act, wait: true };
    checks.push(
        asks(&mut seat, "refuses an unknown client", nobody, |reply| {
            matches!(reply, Reply::Ok(_))
                .then(|| "answer `\"ok\": false, \"code\": \"no-such-client\"`".to_owned())
        })
        .await?,
    );
    checks.push(match preflight(&mut seat, Side::PLAIN).await? {
        None => good("connects, says hello, and hands over tones on both routes", String::new()),
        Some(gate) => {
            let rule = gate.rule.map(|rule| format!(" ({rule})")).unwrap_or_default();
            bad(
                "connects, says hello, and hands over tones on both routes",
                &format!("{}{rule}", gate.why),
                &gate.hint,
            )
        }
    });
    checks.push(if seat.stop().await {
        bad(
            "ends with `stop` and leaves nothing behind",
            "processes were left behind, and killed",
            "end what the client starts",
        )
    } else {
        good("ends with `stop` and leaves nothing behind", String::new())
    });
    Ok(checks)
}

async fn asks(
    seat: &mut Seat<'_>,
    what: &str,
    request: Request,
    wrong: impl Fn(&Reply) -> Option<String>,
) -> Result<Check, Error> {
    let line = String::from_utf8_lossy(&request.line(1)).trim().to_owned();
    Ok(match seat.shim().await?.ask(request).await {
        Ok(Asked::Answer(reply)) => match wrong(&reply.what) {
            None => good(what, String::new()),
            Some(hint) => bad(what, &format!("`{line}` was answered with {:?}", reply.what), &hint),
        },
        Ok(Asked::Late) => bad(
            what,
            &format!("`{line}` got no reply"),
            "every request with an `id` gets a reply with that `id`",
        ),
        Err(gone) => bad(what, &format!("`{line}`: {gone}"), "an op must never end the process"),
    })
}

fn good(what: &str, found: String) -> Check {
    Check { what: what.to_owned(), outcome: Ok(found) }
}

fn bad(what: &str, why: &str, hint: &str) -> Check {
    Check { what: what.to_owned(), outcome: Err((why.to_owned(), hint.to_owned())) }
}

/// One line for each check, and what to do about each finding.
pub fn write(checks: &[Check], out: &mut dyn Write) -> io::Result<()> {
    let (green, red) = (AnsiColor::Green.on_default(), AnsiColor::Red.on_default());
    for check in checks {
        match &check.outcome {
            Ok(found) if found.is_empty() => writeln!(out, "{green}ok{green:#}   {}", check.what)?,
            Ok(found) => writeln!(out, "{green}ok{green:#}   {}: {found}", check.what)?,
            Err((why, hint)) => {
                writeln!(out, "{red}no{red:#}   {}\n     {why}\n     (hint: {hint})", check.what)?;
            }
        }
    }
    let found = checks.iter().filter(|check| check.outcome.is_err()).count();
    match found {
        0 => writeln!(out, "\nthe shim speaks protocol 1; next: thrum-conform client -- CMD"),
        1 => writeln!(out, "\n1 finding"),
        _ => writeln!(out, "\n{found} findings"),
    }
}
