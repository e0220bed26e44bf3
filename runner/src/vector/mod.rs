//! Vector files in, cases out: valid by construction, or all faults at once.
//!
//! Start at [`load`]. The format is described in `vectors/README.md` and in `vectors/schema/`. A file is read
//! in five steps: `source` finds it, `json` parses it strictly, `schema` checks its form, `read` builds
//! the types of `model`, and `check` asks what no schema can. Nothing here knows clients or sockets.

mod bee;
mod bodies;
mod check;
mod course;
mod dialogue;
mod event;
mod fault;
mod guide;
mod json;
mod layout;
mod model;
mod read;
mod schema;
mod source;
mod step;

use std::collections::BTreeMap;

use crate::rule::RuleBook;
use check::{Ids, Look};
use fault::Log;
use json::Document;

pub use bodies::Bodies;
pub use dialogue::dialogue;
pub use fault::Fault;
pub use guide::{Advice, Guide, LANGUAGES};
pub use layout::{lay_out, lay_out_cases};
pub use model::*;
pub use schema::{check_message, known_events};
pub use source::Source;

/// Reads all files of a source; errors are all faults, in order of file and line.
pub fn load(source: &Source, rules: &RuleBook) -> Result<Suite, Vec<Fault>> {
    let (files, mut faults) = source.read();
    let mut docs = Vec::new();
    for (name, text) in &files {
        match Document::parse(name, text) {
            Ok(doc) => docs.push(doc),
            Err(fault) => faults.push(fault),
        }
    }
    let mut ids = Ids::default();
    faults.extend(docs.iter().flat_map(|doc| ids.add(doc)));
    let mut suite = Suite::default();
    let mut defined = BTreeMap::new();
    for doc in &docs {
        faults.extend(file(doc, &ids, rules, &mut defined, &mut suite));
    }
    if faults.is_empty() {
        return Ok(suite);
    }
    faults.sort();
    faults.dedup();
    Err(faults)
}

/// Adds the cases and codes of one file to the suite; gives its faults.
fn file(
    doc: &Document<'_>,
    ids: &Ids,
    rules: &RuleBook,
    defined: &mut BTreeMap<String, String>,
    suite: &mut Suite,
) -> Vec<Fault> {
    let mut log = Log::new(doc);
    log.extend(doc.duplicates());
    schema::check_file(&doc.value, &mut log);
    for (name, pointer, code) in read::codes(&doc.value) {
        if let Some(first) = defined.get(name) {
            log.add(pointer, format!("duplicate code `{name}`, first in {first}"));
        } else {
            defined.insert(name.clone(), doc.file.clone());
            suite.codes.insert(name.clone(), code);
        }
    }
    let codes = read::codes(&doc.value).map(|(name, ..)| name.as_str()).collect();
    let around = check::File { section: doc.value["section"].as_str().unwrap_or_default(), codes, ids };
    for draft in read::cases(&doc.value, &mut log) {
        check::case(&Look::new(&draft, rules, &around), &mut log);
        suite.cases.push(draft.case);
    }
    log.into_faults()
}

#[cfg(test)]
mod tests;
