//! Whether an archive is whole: every file as its manifest says, and the manifest and the packing as `export`
//! writes them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::archive::Archive;
use super::contents::{MANIFEST, manifest};
use super::digest;
use super::shelf::Shelf;

/// What is wrong with the bytes of an archive, all at once; nothing where it is whole. `known` are the frozen
/// sets of this suite: a release that is among them must hold the same set.
pub fn verify(bytes: &[u8], known: &Shelf) -> Result<Archive, Vec<String>> {
    let archive = Archive::unpack(bytes).map_err(|message| vec![message])?;
    let mut faults = match archive.files.get(MANIFEST) {
        None => vec![format!("{MANIFEST}: is missing")],
        Some(text) => match serde_json::from_str::<Value>(text) {
            Ok(noted) => files(&archive.files, &noted),
            Err(error) => vec![format!("{MANIFEST}: is no JSON: {error}")],
        },
    };
    match archive.set() {
        Err(message) => faults.push(message),
        Ok(set) if faults.is_empty() => {
            if archive.files.get(MANIFEST) != Some(&manifest(&set, &archive.files)) {
                faults.push(format!("{MANIFEST}: is not what the files and the set give"));
            }
            if archive.folder != Archive::name(set.version) {
                faults.push(format!("the folder `{}` is not named after {}", archive.folder, set.version));
            }
            let frozen = known.get(set.version).filter(|frozen| frozen.released && set.released);
            if frozen.is_some_and(|frozen| *frozen != set) {
                faults.push(format!("set.json: is not the set that was frozen as {}", set.version));
            }
            if archive.pack().is_ok_and(|packed| packed != bytes) {
                faults
                    .push("the packing is not that of `export`: a byte between the files differs".to_owned());
            }
        }
        Ok(_) => {}
    }
    if faults.is_empty() { Ok(archive) } else { Err(faults) }
}

/// Missing, changed and extra files.
fn files(found: &BTreeMap<String, String>, noted: &Value) -> Vec<String> {
    let Some(noted) = noted["files"].as_object() else {
        return vec![format!("{MANIFEST}: lists no files")];
    };
    let mut faults = Vec::new();
    for (name, entry) in noted {
        match found.get(name) {
            None => faults.push(format!("{name}: is missing")),
            Some(text) if entry["sha256"] != digest::of_bytes(text.as_bytes()).as_str() => {
                faults.push(format!("{name}: was changed: its SHA-256 is not that of the manifest"));
            }
            Some(_) => {}
        }
    }
    for name in found.keys().filter(|name| *name != MANIFEST && !noted.contains_key(*name)) {
        faults.push(format!("{name}: is not in the manifest"));
    }
    faults.sort();
    faults
}
