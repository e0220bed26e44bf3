//! What is around every page: its own style and script, and a policy that lets in nothing else.

use std::sync::LazyLock;

use data_encoding::BASE64;
use sha2::{Digest as _, Sha256};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Nothing is loaded, nothing is sent, and only this style and this script work.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let digest = |text: &str| BASE64.encode(&Sha256::digest(text));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        digest(STYLE),
        digest(SCRIPT)
    )
});

/// The frame of a page.
#[derive(Debug)]
pub(super) struct Shell {
    /// What the tab says.
    pub(super) title: String,
    pub(super) style: &'static str,
    pub(super) script: &'static str,
    pub(super) policy: &'static str,
}

impl Shell {
    pub(super) fn new(title: String) -> Self {
        Self { title, style: STYLE, script: SCRIPT, policy: &POLICY }
    }
}
