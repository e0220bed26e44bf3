//! The script that plays a case again.

use std::path::PathBuf;

use thrum_conform::rule::{Level, Party};
use thrum_conform::testee::{Command, quoted};
use thrum_conform::transcript::Transcript;

use crate::cli::TestArgs;
use crate::target::Target;

/// The text of `run.sh`. Where it stands and from where it is started does not matter.
pub fn script(target: &Target, args: &TestArgs, transcript: &Transcript) -> String {
    let Target { command, .. } = target;
    let own = own_path();
    let mut text = format!(
        "#!/bin/sh\n\
         # Plays {} against the client again; its exit code is that of `thrum-conform client`.\n\
         # THRUM_CONFORM names another program, and CLIENT_DIR another folder to start the client in.\n\
         set -eu\n\
         here=$(cd \"$(dirname \"$0\")\" && pwd)\n\
         thrum_conform={}\n\
         [ -x \"$thrum_conform\" ] || thrum_conform=thrum-conform\n\
         thrum_conform=${{THRUM_CONFORM:-$thrum_conform}}\n\
         folder={}\n\
         cd \"${{CLIENT_DIR:-$folder}}\"\n",
        transcript.case,
        quoted(&own),
        quoted(&folder(command)),
    );
    for name in command.env.keys() {
        text += &format!(
            "# the client's configuration sets this one; its value may be a secret and is not kept here\n\
             : \"${{{name}:?set {name} to what the configuration of the client says}}\"\nexport {name}\n"
        );
    }
    let line = options(target, args, transcript).join(" ");
    let client: Vec<String> = match command.argv.split_first() {
        Some((program, rest)) if *program == own => std::iter::once("\"$thrum_conform\"".to_owned())
            .chain(rest.iter().map(|arg| quoted(arg)))
            .collect(),
        _ => command.argv.iter().map(|arg| quoted(arg)).collect(),
    };
    text += &format!("exec \"$thrum_conform\" client {line} \"$@\" -- {}\n", client.join(" "));
    text
}

/// The options that make the same of it.
fn options(target: &Target, args: &TestArgs, transcript: &Transcript) -> Vec<String> {
    let mut options = Vec::new();
    if transcript.leaked {
        // only what came before it in its process makes it fail
        options.push("-j 1".to_owned());
        let globs = |name: &str, globs: &[String]| {
            globs.iter().map(|glob| format!("{name} {}", quoted(glob))).collect::<Vec<_>>()
        };
        options.extend(
            [globs("--run", &args.run), globs("--skip", &args.skip), globs("--rule", &args.rule)].concat(),
        );
        options.extend(transcript.about.seed.map(|seed| format!("--shuffle={seed}")));
        if let Some(path) = args.source.vectors.as_ref().and_then(|path| std::path::absolute(path).ok()) {
            options.push(format!("--vectors {}", quoted(&path.display().to_string())));
        }
    } else {
        options.push(format!("--vectors \"$here/case.json\" --run {}", transcript.case));
        let role = if transcript.side.party == Party::Worker { "worker" } else { "client" };
        // a whole bee has but one side
        if !args.black_box {
            options.push(format!("--role {role} --profile {}", transcript.side.profile));
        }
    }
    if target.loaded.doc.is_some() {
        options.push("--wire-doc \"$here/WIRE.md\"".to_owned());
    }
    options.push(format!("--wire {}", transcript.about.wire));
    if args.black_box {
        options.push("--black-box".to_owned());
    }
    if target.required == Level::Should {
        options.push("--level should".to_owned());
    }
    options.push(format!(
        "--timeout {}ms --timeout-scale {}",
        args.patience.timeout.as_secs_f64() * 1e3,
        args.patience.timeout_scale
    ));
    options
}

/// The folder that the command's paths count from.
pub fn folder(command: &Command) -> String {
    let folder = command.dir.clone().unwrap_or_else(|| PathBuf::from("."));
    std::path::absolute(&folder).unwrap_or(folder).display().to_string()
}

fn own_path() -> String {
    std::env::current_exe().map_or_else(|_| "thrum-conform".to_owned(), |path| path.display().to_string())
}
