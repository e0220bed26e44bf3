//! The rules that hold for every line of a daemon, looked at on each line that a test reads.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{LazyLock, Mutex};

use jsonschema::Validator;
use mock_humd::nest::Personality;
use mock_humd::wire::chi::{self, Sender};
use mock_humd::wire::codec;
use serde_json::Value;

/// Rules that are looked at here; the CHI rows besides, each where its chi was seen.
pub const RULES: &[&str] = &[
    "FRAME-01", "FRAME-02", "FRAME-03", "FRAME-04", "FRAME-05", "FRAME-06", "FRAME-07", "FRAME-08", "ENC-02",
    "ENC-03", "ENC-09", "ENV-01", "ENV-02", "ENV-03", "ENV-05", "ENV-07", "ENV-09", "ENV-10", "ENV-11",
    "ENV-12", "ENV-13", "ECHO-02",
];

static SEEN: Mutex<BTreeSet<(bool, String)>> = Mutex::new(BTreeSet::new());

static SCHEMAS: LazyLock<BTreeMap<String, Validator>> = LazyLock::new(|| {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../vectors/schema");
    let mut schemas = BTreeMap::new();
    let mut add = |name: String, path: std::path::PathBuf| {
        let schema: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        schemas.insert(name, jsonschema::validator_for(&schema).unwrap());
    };
    add("envelope".to_owned(), format!("{root}/envelope.json").into());
    for folder in ["chi", "chi-live"] {
        for file in std::fs::read_dir(format!("{root}/{folder}")).unwrap() {
            let path = file.unwrap().path();
            let chi = path.file_stem().unwrap().to_str().unwrap().to_owned();
            add(format!("{folder}/{chi}"), path);
        }
    }
    schemas
});

/// The chi that have been read from a daemon of this personality.
pub fn seen(personality: Personality) -> Vec<String> {
    let is_live = personality == Personality::Live;
    SEEN.lock().unwrap().iter().filter(|(live, _)| *live == is_live).map(|(_, chi)| chi.clone()).collect()
}

/// Looks at one line, LF included.
pub fn line(line: &[u8], personality: Personality) {
    let said = String::from_utf8_lossy(line);
    let bytes = line.strip_suffix(b"\n").unwrap_or_else(|| panic!("FRAME-02: no LF ends {said}"));
    let decoded = codec::decode(bytes);
    assert_eq!(decoded.faults, [], "FRAME, ENC-09: {said}");
    let mut tone = decoded.tone.unwrap().into_value();
    let chi = tone["chi"].as_str().unwrap_or_else(|| panic!("ENV-01: {said}")).to_owned();
    let row = chi::row(&chi).unwrap_or_else(|| panic!("ENV-02: {said}"));
    // live: points 1 and 6
    let is_live = personality == Personality::Live;
    if is_live && matches!(&*chi, "breath" | "error") {
        assert_eq!(tone.get("rid"), None, "point 1, point 6: {said}");
        tone["rid"] = "none".into();
    }
    if is_live && chi == "error" {
        assert_eq!(tone.get("code"), None, "point 6: {said}");
        tone["code"] = "none".into();
    }
    assert!(!row.has_sid || tone["sid"].is_string(), "ENV-05: {said}");
    let own = SCHEMAS.get(&format!("chi-live/{chi}")).filter(|_| is_live);
    let body = own.unwrap_or_else(|| &SCHEMAS[&format!("chi/{chi}")]);
    // an empty rid that was sent comes back in the echo of a live daemon
    let empty_rid = is_live && chi == "echo" && tone["rid"] == "";
    // what an asker said is passed on to a worker as it was
    let is_own = row.is_sent_by(Sender::Daemon);
    for schema in [Some(&SCHEMAS["envelope"]), Some(body).filter(|_| is_own)].into_iter().flatten() {
        let fault = schema.validate(&tone).err().filter(|_| !empty_rid);
        assert!(fault.is_none(), "{}: {}: {said}", row.rule, fault.unwrap());
    }
    assert_eq!(tone["from"], "daemon", "ENV-07: {said}");
    SEEN.lock().unwrap().insert((is_live, chi));
}
