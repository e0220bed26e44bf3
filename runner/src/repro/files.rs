//! The files of one folder.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use thrum_conform::error::Error;
use thrum_conform::report::{self, CaseRow, Report};
use thrum_conform::transcript::Transcript;
use thrum_conform::vector::{Suite, lay_out_cases};

use super::script;
use crate::cli::TestArgs;
use crate::target::Target;

/// What all folders of a run share.
pub struct Around<'a> {
    pub target: &'a Target,
    pub args: &'a TestArgs,
    pub report: &'a Report,
    /// What `doctor` knows of the machine.
    pub machine: Value,
}

impl Around<'_> {
    /// Name and text of each file.
    pub fn files(
        &self,
        row: &CaseRow,
        transcript: &Transcript,
    ) -> Result<Vec<(&'static str, String)>, Error> {
        let mut files = vec![
            ("README.txt", self.readme(row, transcript)),
            ("case.json", self.case(&transcript.case)?),
            (super::TRANSCRIPT, transcript.to_text()),
            ("environment.json", format!("{:#}\n", self.environment(transcript))),
            (super::SCRIPT, script::script(self.target, self.args, transcript)),
        ];
        // rules that are not those of the program
        files.extend(self.target.loaded.doc.as_ref().map(|text| ("WIRE.md", text.clone())));
        Ok(files)
    }

    fn readme(&self, row: &CaseRow, transcript: &Transcript) -> String {
        let what = match row.failures.first() {
            Some(first) => format!("{} {} ({})", first.level, first.failure.rule, first.failure.code),
            None if row.why.is_empty() => "nothing against it".to_owned(),
            None => row.why.clone(),
        };
        let client = &transcript.client;
        let case = if row.is_ambient() { format!(", in {}", transcript.case) } else { String::new() };
        let alone = if transcript.leaked {
            "run.sh plays all cases in the order of that run, since this one passes in a fresh process"
        } else {
            "run.sh plays this case alone; what follows it is passed on: ./run.sh --trace"
        };
        format!(
            "{} · {}: {what}{case} · {} {} ({}), wire {}, vectors {}\n\
             {alone}\n\
             transcript.json is what crossed, for `thrum-conform replay`; case.json the case; environment.json the machine\n\n{}",
            row.id,
            row.verdict.word(),
            client.name,
            client.version,
            client.lang,
            self.report.wire,
            self.report.vectors,
            report::explain(self.report, row),
        )
    }

    /// The case as a vector file: with its twin, and the twin's, without which it could not be loaded.
    fn case(&self, id: &str) -> Result<String, Error> {
        let lost = || Error::Broken(format!("the vector file of `{id}` is gone"));
        let suite = &self.target.loaded.suite;
        let place = suite.case(id).map(|case| &case.place).ok_or_else(lost)?;
        let files = &self.target.loaded.files;
        let (name, text) = files.iter().find(|(name, _)| *name == place.file).ok_or_else(lost)?;
        let wanted = with_twins(id, suite);
        let cut = lay_out_cases(name, text, |id| wanted.contains(id));
        cut.ok().flatten().ok_or_else(lost)
    }

    fn environment(&self, transcript: &Transcript) -> Value {
        let Target { command, required, .. } = self.target;
        let mut all = json!({
            "client": transcript.client,
            "command": command.argv,
            "folder": script::folder(command),
            // names alone: a value may be a secret
            "variables_of_the_configuration": command.env.keys().collect::<Vec<_>>(),
            "level": required.to_string(),
            "seed": transcript.about.seed,
            "repeat": self.args.repeat,
            "jobs": self.args.jobs,
            "timeout_ms": self.args.patience.timeout.as_secs_f64() * 1e3,
            "timeout_scale": self.args.patience.timeout_scale,
        });
        if let (Some(all), Some(machine)) = (all.as_object_mut(), self.machine.as_object()) {
            all.extend(machine.clone());
        }
        all
    }
}

fn with_twins<'s>(id: &'s str, suite: &'s Suite) -> BTreeSet<&'s str> {
    let mut wanted = BTreeSet::new();
    let mut next = Some(id);
    while let Some(id) = next.filter(|id| wanted.insert(*id)) {
        next = suite.case(id).and_then(|case| case.twin.as_deref());
    }
    wanted
}
