//! Reads the markers of WIRE.md; the grammar stands in the document itself, under "How rules are marked".

use std::collections::{BTreeMap, BTreeSet};

use super::{Level, Need, Party, Profile, Rule, RuleFault, Seen, Version};

/// The version and the rules of the document, or all faults in order of line.
pub(super) fn read(text: &str) -> Result<(Version, Vec<Rule>), Vec<RuleFault>> {
    let mut faults = Vec::new();
    let version = version(text).map_err(|fault| faults.push(fault)).ok();
    let mut rules: Vec<Rule> = Vec::new();
    let mut lines: BTreeMap<String, usize> = BTreeMap::new();
    for paragraph in paragraphs(text, &mut faults) {
        let at = paragraph.line;
        let mut fault = |message| faults.push(RuleFault { line: at, message });
        let Some(rule) = paragraph.rule(&mut fault) else { continue };
        if let Some(first) = lines.get(&rule.id) {
            fault(format!("duplicate id `{}`, first on line {first}", rule.id));
        } else {
            lines.insert(rule.id.clone(), at);
            rules.push(rule);
        }
    }
    match version {
        Some(version) if faults.is_empty() => Ok((version, rules)),
        _ => {
            faults.sort();
            Err(faults)
        }
    }
}

fn version(text: &str) -> Result<Version, RuleFault> {
    let fault = |line, message| RuleFault { line, message };
    for (at, line) in text.lines().enumerate().take(10) {
        if let Some(bold) = line.trim().strip_prefix("Version: **").and_then(|rest| rest.strip_suffix("**")) {
            return bold.parse().map_err(|message| fault(at + 1, message));
        }
    }
    Err(fault(1, "no line `Version: **X.Y.Z**` among the first ten".into()))
}

/// A paragraph that opens with a marker.
struct Paragraph {
    line: usize,
    /// On one line.
    text: String,
    section: String,
    anchor: String,
}

/// Every paragraph that looks as if it meant to be a rule.
fn paragraphs(text: &str, faults: &mut Vec<RuleFault>) -> Vec<Paragraph> {
    let mut found: Vec<Paragraph> = Vec::new();
    let mut slugs = Slugs::default();
    let (mut section, mut anchor) = (String::new(), String::new());
    let (mut fenced, mut inside, mut blank) = (false, false, true);
    for (at, line) in text.lines().enumerate() {
        let bare = line.trim();
        let fence = bare.starts_with("```") || bare.starts_with("~~~");
        if fence || fenced {
            fenced ^= fence;
            (inside, blank) = (false, true);
        } else if let Some(title) = heading(line) {
            let slug = slugs.next(title);
            if line.starts_with("## ") {
                (section, anchor) = (title.to_owned(), slug);
            }
            (inside, blank) = (false, true);
        } else if opens_a_marker(bare) {
            if !blank || line.starts_with(char::is_whitespace) {
                let message = "a marker starts its line, after a blank one".into();
                faults.push(RuleFault { line: at + 1, message });
            }
            let (section, anchor) = (section.clone(), anchor.clone());
            found.push(Paragraph { line: at + 1, text: bare.to_owned(), section, anchor });
            (inside, blank) = (true, false);
        } else {
            blank = bare.is_empty();
            inside &= !blank;
            if let (true, Some(paragraph)) = (inside, found.last_mut()) {
                paragraph.text.push(' ');
                paragraph.text.push_str(bare);
            }
        }
    }
    found
}

fn heading(line: &str) -> Option<&str> {
    let title = line.trim_start_matches('#');
    let depth = line.len() - title.len();
    (1..=6).contains(&depth).then(|| title.strip_prefix(' ')).flatten().map(str::trim)
}

/// Whether the line begins with bold text that is an id, or was meant to be one: letters, then digits.
fn opens_a_marker(line: &str) -> bool {
    let Some((bold, _)) = line.strip_prefix("**").and_then(|rest| rest.split_once("**")) else {
        return false;
    };
    let family = bold.trim_end_matches(|c: char| c.is_ascii_digit());
    let letters = family.trim_end_matches(['-', '_', ' ', '\u{2013}']);
    family.len() < bold.len() && !letters.is_empty() && letters.chars().all(|c| c.is_ascii_alphabetic())
}

fn is_id(text: &str) -> bool {
    text.split_once('-').is_some_and(|(family, number)| {
        !family.is_empty()
            && family.bytes().all(|byte| byte.is_ascii_uppercase())
            && number.len() >= 2
            && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

impl Paragraph {
    fn rule(self, fault: &mut impl FnMut(String)) -> Option<Rule> {
        let (id, rest) = self.text.strip_prefix("**")?.split_once("**")?;
        if !is_id(id) {
            fault(format!("`{id}` is no id such as `FRAME-01`"));
            return None;
        }
        if self.section.is_empty() {
            fault(format!("`{id}` stands before the first `##` heading"));
        }
        let Some((spans, text)) = spans(rest) else {
            fault(format!("the marker of `{id}` is malformed (hint: code spans, then ` — `, then the rule)"));
            return None;
        };
        if text.is_empty() {
            fault(format!("`{id}` has no statement"));
        }
        let mut draft = Draft::default();
        for span in spans {
            draft.take(span).unwrap_or_else(|message| fault(format!("`{id}`: {message}")));
        }
        draft.missing().into_iter().for_each(|message| fault(format!("`{id}`: {message}")));
        Some(Rule {
            id: id.to_owned(),
            level: draft.level?,
            roles: draft.roles,
            seen: draft.seen,
            since: draft.since?,
            profile: if draft.marks.contains("live") { Profile::Live } else { Profile::Document },
            ambient: draft.marks.contains("ambient"),
            type_level: draft.marks.contains("type-level"),
            needs: draft.needs,
            untested: draft.untested,
            text: text.to_owned(),
            section: self.section,
            anchor: self.anchor,
            line: self.line,
        })
    }
}

/// The code spans before the dash, and the statement after it.
fn spans(text: &str) -> Option<(Vec<&str>, &str)> {
    let mut spans = Vec::new();
    let mut rest = text.trim_start();
    while let Some((span, after)) = rest.strip_prefix('`').and_then(|rest| rest.split_once('`')) {
        spans.push(span);
        rest = after.trim_start();
    }
    rest.strip_prefix('—').map(|statement| (spans, statement.trim()))
}

/// What the spans of a marker have said so far.
#[derive(Default)]
struct Draft<'t> {
    level: Option<Level>,
    roles: BTreeSet<Party>,
    seen: BTreeSet<Seen>,
    since: Option<Version>,
    marks: BTreeSet<&'t str>,
    needs: Vec<Need>,
    untested: Option<String>,
    /// The place in the order of the kind of span read last.
    rank: usize,
}

const KINDS: [&str; 5] = ["the level", "the roles", "where it is seen", "`since`", "the marks"];

impl<'t> Draft<'t> {
    fn take(&mut self, span: &'t str) -> Result<(), String> {
        let (rank, new) = if let Some(level) = Level::of(span) {
            (0, self.level.replace(level).is_none())
        } else if let Some(party) = Party::of(span) {
            (1, self.roles.insert(party))
        } else if let Some(seen) = Seen::of(span) {
            (2, self.seen.insert(seen))
        } else if let Some(version) = span.strip_prefix("since ") {
            (3, self.since.replace(version.parse()?).is_none())
        } else {
            (4, self.mark(span)?)
        };
        if !new {
            return Err(format!("`{span}` comes once too often"));
        }
        let before = self.rank;
        self.rank = rank.max(before);
        if rank < before {
            return Err(format!("`{span}` comes too late: {} stand before {}", KINDS[rank], KINDS[before]));
        }
        Ok(())
    }

    /// Whether the mark is new.
    fn mark(&mut self, span: &'t str) -> Result<bool, String> {
        if matches!(span, "ambient" | "type-level" | "live") {
            return Ok(self.marks.insert(span));
        }
        if let Some(caps) = span.strip_prefix("needs ") {
            let named = |byte: u8| byte.is_ascii_lowercase() || b".-".contains(&byte);
            let plain = |cap: &str| !cap.is_empty() && cap.bytes().all(named);
            if !caps.split('|').all(plain) {
                return Err(format!("`{span}` names no capability (hint: `needs a` or `needs a|b`)"));
            }
            let need = Need::parse(caps);
            let new = !self.needs.contains(&need);
            self.needs.push(need);
            return Ok(new);
        }
        if let Some(reason) = span.strip_prefix("untested:") {
            return Ok(self.untested.replace(reason.trim().to_owned()).is_none());
        }
        let known = "MUST SHOULD MAY NOTE client worker daemon wire event call ambient type-level live";
        let near = known
            .split(' ')
            .max_by(|a, b| strsim::jaro_winkler(a, span).total_cmp(&strsim::jaro_winkler(b, span)));
        Err(format!("unknown span `{span}` (hint: `{}` is near)", near.unwrap_or_default()))
    }

    /// What a rule must have and this one lacks, or has in vain.
    fn missing(&self) -> Vec<String> {
        let note = self.level == Some(Level::Note);
        let mut found = Vec::new();
        if self.level.is_none() {
            found.push("has no level".to_owned());
        }
        if self.since.is_none() {
            found.push("has no `since X.Y.Z`".to_owned());
        }
        if self.level.is_some() && !note && (self.roles.is_empty() || self.seen.is_empty()) {
            found.push("names no role, or not where it is seen".to_owned());
        }
        match &self.untested {
            None if note => found.push("is a NOTE without `untested: reason`".to_owned()),
            Some(reason) if reason.is_empty() => found.push("`untested:` gives no reason".to_owned()),
            Some(_) if self.level.is_some() && !note => {
                found.push("`untested` stands on a NOTE only".to_owned());
            }
            _ => {}
        }
        found
    }
}

/// Fragments of headings, as the forges make them.
#[derive(Default)]
struct Slugs(BTreeMap<String, usize>);

impl Slugs {
    fn next(&mut self, title: &str) -> String {
        let slug: String = title
            .to_lowercase()
            .chars()
            .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
            .map(|c| if c == ' ' { '-' } else { c })
            .collect();
        let times = self.0.entry(slug.clone()).or_default();
        *times += 1;
        if *times == 1 { slug } else { format!("{slug}-{}", *times - 1) }
    }
}

#[cfg(test)]
mod tests {
    use crate::rule::RuleBook;

    use super::*;

    const HEAD: &str = "# thrum\n\nVersion: **0.7.0**\n\n## Bytes & `tones`\n\n";

    #[test]
    fn reads_every_part_of_a_marker() {
        let text = format!(
            "{HEAD}Prose with **bold** text.\n\n**A-01** `MUST` `client` `worker` `wire` `event` `since 0.5.0` `ambient` \
             `type-level` `live`\n`needs a|b` `needs verb.x` — One\nsentence. Another.\n\n\
             **A-02** `NOTE` `since 0.6.0` `untested: nobody can\nsee it` — So it is.\n\n```\n**A-01** `x`\n```\n"
        );
        let book = RuleBook::parse(&text).unwrap();
        assert_eq!(book.version, Version(0, 7, 0));
        let rule = book.get("A-01").unwrap();
        assert_eq!((rule.level, rule.profile, rule.line), (Level::Must, Profile::Live, 9));
        assert_eq!(rule.roles, BTreeSet::from([Party::Client, Party::Worker]));
        assert_eq!(rule.seen, BTreeSet::from([Seen::Wire, Seen::Event]));
        assert_eq!(rule.needs, [Need::parse("a|b"), Need::parse("verb.x")]);
        assert!(rule.ambient && rule.type_level);
        assert_eq!((rule.section.as_str(), rule.anchor.as_str()), ("Bytes & `tones`", "bytes--tones"));
        assert_eq!(rule.text, "One sentence. Another.");
        let note = book.get("A-02").unwrap();
        assert_eq!(note.untested.as_deref(), Some("nobody can see it"));
        assert!(note.level < rule.level);
    }

    #[test]
    fn reads_the_document() {
        let book = RuleBook::parse(thrum_vectors::WIRE_DOC).unwrap_or_else(|faults| panic!("{faults:#?}"));
        assert!(book.rules().count() > 100);
    }

    #[test]
    fn refuses_what_is_no_marker() {
        let good = "`MUST` `client` `wire` `since 0.5.0`";
        let rows = [
            ("**A-1** `MUST` — x", "`A-1` is no id"),
            ("**a-01** `MUST` — x", "`a-01` is no id"),
            ("**FRAME 01** `MUST` — x", "is no id"),
            (&format!("**A-01** {good} x"), "malformed"),
            (&format!("**A-01** MUST {good} — x"), "malformed"),
            (&format!("**A-01** {good} —"), "no statement"),
            (&format!("**A-01** {good} `Ambient` — x"), "unknown span `Ambient` (hint: `ambient`"),
            (&format!("**A-01** {good} `since 0.6.0` — x"), "once too often"),
            (&format!("**A-01** {good} `ambient` `ambient` — x"), "once too often"),
            (&format!("**A-01** {good} `needs ` — x"), "names no capability"),
            (&format!("**A-01** {good} `needs a|` — x"), "names no capability"),
            (&format!("**A-01** {good} `untested: why` — x"), "stands on a NOTE only"),
            (&format!("**A-01** {good} — x\n\n**A-01** {good} — y"), "duplicate id `A-01`, first on line 7"),
            (&format!("prose\n**A-01** {good} — x"), "after a blank one"),
            (&format!("  **A-01** {good} — x"), "a marker starts its line"),
            ("**A-01** `MUST` `client` `wire` — x", "has no `since X.Y.Z`"),
            ("**A-01** `MUST` `client` `wire` `since 0.5` — x", "`0.5` is no version"),
            ("**A-01** `client` `wire` `since 0.5.0` — x", "has no level"),
            ("**A-01** `MUST` `wire` `since 0.5.0` — x", "names no role"),
            ("**A-01** `MUST` `client` `since 0.5.0` — x", "not where it is seen"),
            ("**A-01** `MUST` `wire` `client` `since 0.5.0` — x", "the roles stand before where it is seen"),
            ("**A-01** `MUST` `client` `wire` `ambient` `since 0.5.0` — x", "`since` stand before the marks"),
            ("**A-01** `NOTE` `since 0.5.0` — x", "without `untested: reason`"),
            ("**A-01** `NOTE` `since 0.5.0` `untested: ` — x", "gives no reason"),
        ];
        for (text, wanted) in rows {
            let faults = RuleBook::parse(&format!("{HEAD}{text}\n")).unwrap_err();
            assert!(faults.iter().any(|fault| fault.message.contains(wanted)), "{text}: {faults:#?}");
            assert!(faults.iter().all(|fault| fault.line >= 7), "{text}: {faults:#?}");
        }
    }

    #[test]
    fn reports_all_faults_at_once() {
        let faults = RuleBook::parse("**A-1** `MUST` — x\n\n**B-01** — y\n").unwrap_err();
        let lines: Vec<usize> = faults.iter().map(|fault| fault.line).collect();
        assert_eq!(lines, [1, 1, 3, 3, 3], "{faults:#?}");
        assert_eq!(faults[0].to_string(), "line 1: `A-1` is no id such as `FRAME-01`");
    }

    #[test]
    fn makes_the_fragments_of_a_forge() {
        let mut slugs = Slugs::default();
        for (title, wanted) in
            [("Client checklist", "client-checklist"), ("A", "a"), ("`A`!", "a-1"), ("É b", "é-b")]
        {
            assert_eq!(slugs.next(title), wanted);
        }
    }
}
