//! What a page can be filtered by; the script does it.

/// The form over a list.
#[derive(Debug)]
pub(super) struct Filter<'a> {
    /// What is listed.
    pub(super) of: &'static str,
    pub(super) hint: &'static str,
    /// Anchors and titles.
    pub(super) sections: Vec<(&'a str, String)>,
    pub(super) levels: [&'static str; 3],
    /// What an item says of its verdict, and what that is called.
    pub(super) choices: &'static [(&'static str, &'static str)],
    pub(super) rules: usize,
    /// `None` where only rules are listed.
    pub(super) cases: Option<usize>,
}

/// The levels of rules that are judged, the strictest first.
pub(super) const LEVELS: [&str; 3] = ["MUST", "SHOULD", "MAY"];
