//! sigil. Its hash cannot be taken apart from here: where a bug hashes something that is no text, another
//! text stands for it.

use super::look::normalised;
use crate::reference::fault::Helper::Sigil;
use crate::reference::fault::{Mutant, Rules, code, helper};
use mock_humd::wire::id::sigil;

/// What breaks when every sigil is wrong, and still looks like one.
const ALL: Rules = &["SIGIL-01", "SIGIL-02", "SIGIL-04", "SIGIL-05", "WANE-08", "WANE-09"];

pub(super) const MUTANTS: &[Mutant] = &[
    helper(
        "sigil-no-separator",
        ALL,
        "nest and sid are hashed without a colon",
        Sigil(|sid, nest| sigil("", &format!("{nest}{sid}")).into()),
    ),
    helper(
        "sigil-twelve-bytes",
        &["ENV-09", "SIGIL-01", "SIGIL-02", "SIGIL-04", "SIGIL-05", "WANE-08", "WANE-09"],
        "twelve bytes are taken instead of twelve digits",
        Sigil(|sid, nest| Some(sigil(sid, nest) + &sigil(nest, sid))),
    ),
    helper(
        "sigil-last-bytes",
        ALL,
        "the last bytes of the hash are taken",
        Sigil(|sid, nest| Some(sigil(sid, nest).chars().rev().collect())),
    ),
    helper(
        "sigil-sha1",
        ALL,
        "another hash is used",
        Sigil(|sid, nest| sigil(sid, &format!("sha1 {nest}")).into()),
    ),
    helper(
        "sigil-uppercase",
        &["ENV-09", "SIGIL-01", "SIGIL-02", "SIGIL-04", "SIGIL-05", "WANE-08", "WANE-09"],
        "the digits are capitals",
        Sigil(|sid, nest| Some(sigil(sid, nest).to_uppercase())),
    ),
    helper(
        "sigil-hex-unpadded",
        &["ENV-09", "SIGIL-01", "SIGIL-02", "SIGIL-04", "SIGIL-05", "WANE-08", "WANE-09"],
        "a byte below 16 has one digit",
        Sigil(|sid, nest| {
            let digits = sigil(sid, nest);
            let bytes = (0..6).map(|at| &digits[at * 2..at * 2 + 2]);
            Some(bytes.map(|byte| byte.strip_prefix('0').unwrap_or(byte)).collect())
        }),
    ),
    helper("sigil-arg-swap", ALL, "the arguments are exchanged", Sigil(|sid, nest| Some(sigil(nest, sid)))),
    code("sigil-default-nest", &["SIGIL-03"], "nest has a default"),
    code("sigil-missing-nest-is-empty", &["SIGIL-03"], "a nest that is missing is taken for an empty one"),
    changed("sigil-nfc", "the parts are normalised", Sigil(|sid, nest| both(sid, nest, normalised))),
    changed(
        "sigil-nfkc",
        "the parts are normalised for compatibility",
        Sigil(|sid, nest| {
            both(sid, nest, |part| normalised(part).replace('\u{fb01}', "fi").replace('\u{ff41}', "a"))
        }),
    ),
    changed(
        "sigil-trim",
        "the parts are trimmed",
        Sigil(|sid, nest| both(sid, nest, |part| part.trim().to_owned())),
    ),
    changed(
        "sigil-lowercase-input",
        "the parts are made lower case",
        Sigil(|sid, nest| both(sid, nest, str::to_lowercase)),
    ),
    changed(
        "sigil-colon-escaped",
        "colons in the parts are escaped",
        Sigil(|sid, nest| both(sid, nest, |part| part.replace(':', "\\:"))),
    ),
    helper(
        "sigil-empty-refused",
        &["SIGIL-03", "SIGIL-04"],
        "an empty part is an error",
        Sigil(|sid, nest| (!sid.is_empty() && !nest.is_empty()).then(|| sigil(sid, nest))),
    ),
    changed(
        "sigil-nul-terminated",
        "the parts are C strings",
        Sigil(|sid, nest| both(sid, nest, |part| part.split('\0').next().unwrap_or_default().to_owned())),
    ),
    changed(
        "sigil-latin1",
        "the parts are hashed in Latin-1",
        Sigil(|sid, nest| {
            both(sid, nest, |part| part.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect())
        }),
    ),
    changed(
        "sigil-cesu8",
        "surrogates are encoded one by one",
        Sigil(|sid, nest| {
            both(sid, nest, |part| {
                part.chars()
                    .map(|c| if c.len_utf8() == 4 { "\u{fffd}\u{fffd}".to_owned() } else { c.into() })
                    .collect()
            })
        }),
    ),
    helper(
        "sigil-process-salt",
        ALL,
        "the hash has a seed of the process",
        Sigil(|sid, nest| Some(sigil(sid, &format!("{} {nest}", std::process::id())))),
    ),
    code("sigil-memo-by-sid", &["SIGIL-04", "SIGIL-05"], "sigils are cached by sid alone"),
    helper(
        "sigil-first-block-only",
        &["SIGIL-01"],
        "only the first block of the hash is fed",
        Sigil(|sid, nest| {
            let whole = format!("{nest}:{sid}");
            let cut: String = whole.chars().take(64).collect();
            Some(if whole.len() > 64 { sigil("", &cut) } else { sigil(sid, nest) })
        }),
    ),
];

const fn changed(name: &'static str, bug: &'static str, with: crate::reference::fault::Helper) -> Mutant {
    helper(name, &["SIGIL-04"], bug, with)
}

#[expect(clippy::unnecessary_wraps, reason = "a replaced helper may refuse its arguments")]
fn both(sid: &str, nest: &str, change: fn(&str) -> String) -> Option<String> {
    Some(sigil(&change(sid), &change(nest)))
}
