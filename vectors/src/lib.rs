//! The data of the suite, embedded: vector files, schemas, frozen sets, the guide to the rules and the text of WIRE.md.
//!
//! Nothing here reads or judges anything. `thrum-conform` does; a reader of JSON needs no Rust.

use include_dir::{Dir, File, include_dir};

/// The vector files, a file or folder per section of WIRE.md.
static VECTORS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/thrum");

/// The JSON Schemas of the format, of the shim protocol, of the report, and of each chi's body.
static SCHEMAS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/schema");

/// The frozen set of each release.
static SETS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/sets");

/// What the guide says of rules, a file per section of WIRE.md.
static GUIDE: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/guide");

/// The text of WIRE.md.
pub const WIRE_DOC: &str = include_str!("../../WIRE.md");

/// The vector files as pairs of path (`thrum/framing.json`) and text, sorted by path.
pub fn vectors() -> Vec<(String, &'static str)> {
    files(&VECTORS, "thrum")
}

/// The schemas as pairs of path (`schema/vector.json`) and text, sorted by path.
pub fn schemas() -> Vec<(String, &'static str)> {
    files(&SCHEMAS, "schema")
}

/// The frozen sets as pairs of path (`sets/0.7.0+1.json`) and text, sorted by path.
pub fn sets() -> Vec<(String, &'static str)> {
    files(&SETS, "sets")
}

/// The files of the guide as pairs of path (`guide/framing.json`) and text, sorted by path.
pub fn guide() -> Vec<(String, &'static str)> {
    files(&GUIDE, "guide")
}

fn files(root: &'static Dir<'static>, name: &str) -> Vec<(String, &'static str)> {
    let mut found = Vec::new();
    collect(root, &mut |file| {
        if let Some(text) = file.contents_utf8() {
            found.push((format!("{name}/{}", file.path().display()), text));
        }
    });
    found.sort();
    found
}

fn collect(dir: &'static Dir<'static>, keep: &mut impl FnMut(&'static File<'static>)) {
    dir.files().for_each(&mut *keep);
    for inner in dir.dirs() {
        collect(inner, keep);
    }
}
