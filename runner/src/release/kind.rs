//! The kinds of change between two sets, and what each needs and means.
//!
//! The steps are those of VER-02 in WIRE.md; whatever leaves the wire alone needs a new revision only.

use super::bump::Step;

/// Declares the kinds of change, those that hurt most first: value, the step it needs, a heading, and what it
/// means for a client.
macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $kind:ident = $step:ident, $title:literal, $effect:literal;)+) => {
        /// The kinds of change, those that hurt most first.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Kind {
            $($(#[doc = $doc])+ $kind,)+
        }

        impl Kind {
            /// All of them.
            pub const ALL: [Self; [$(Self::$kind),+].len()] = [$(Self::$kind),+];

            pub(super) fn row(self) -> (Step, &'static str, &'static str) {
                match self {
                    $(Self::$kind => (Step::$step, $title, $effect),)+
                }
            }

            /// A heading, in lower case.
            pub fn title(self) -> &'static str {
                self.row().1
            }

            /// What it means for a client, in lower case.
            pub fn effect(self) -> &'static str {
                self.row().2
            }
        }
    };
}

kinds! {
    /// A chi is gone.
    ChiRemoved = Major, "chi removed or renamed",
        "a client that sends or expects one of these breaks";
    /// A field is gone, or what was fixed is free.
    FieldRemoved = Major, "fields removed or renamed",
        "a client that sends or reads one of these breaks";
    /// A type, a presence or a list of values is another.
    FieldChanged = Major, "fields that mean something else",
        "a client that sends or reads one of these may break";
    /// A rule is gone.
    RuleRemoved = Major, "rules removed",
        "nobody may rely on these any more";
    /// A rule binds others, or otherwise.
    RuleChanged = Major, "rules that bind otherwise",
        "a client that left one of these alone may now break it";
    /// A scored case expects something else.
    ExpectationChanged = Major, "scored cases that expect something else",
        "a client that passed may fail, and the other way round";
    /// A case has another id, and does not say which it had.
    CaseLost = Major, "cases renamed without `was`",
        "lists of expected failures and reports lead nowhere";
    /// A chi is new.
    ChiAdded = Minor, "new chi",
        "a client adds these to its registry; older ones meet them as unknown chi";
    /// A field that must be there is new, or a value of a list.
    FieldRequired = Minor, "new required fields and values",
        "a client that sends the tone adds these";
    /// The body of a chi is fixed that was free.
    BodyFixed = Minor, "bodies that are now fixed",
        "a client that sends one of these keeps to its fields";
    /// A rule is new that can be broken.
    RuleAdded = Minor, "new rules",
        "what was free is asked for; `explain` has the words";
    /// A field that may be missing is new.
    FieldAdded = Patch, "new optional fields",
        "a client may send and read these";
    /// A rule that nobody can break is new.
    NoteAdded = Patch, "new rules that leave a choice",
        "nothing to do";
    /// A rule has other words.
    RuleReworded = Patch, "rules in other words",
        "nothing to do";
    /// A case is new.
    CaseAdded = Revision, "new cases",
        "a fault that was not looked for may show";
    /// A case has more examples than before.
    CaseExtended = Revision, "cases with more examples",
        "a fault that was not looked for may show";
    /// A case is gone, or no longer scored.
    CaseDropped = Revision, "cases that no longer count",
        "lists of expected failures drop these";
    /// A case has another id.
    CaseRenamed = Revision, "cases renamed",
        "the old id still selects the case";
    /// A case that is not scored expects something else.
    ProvisionalChanged = Revision, "unscored cases that expect something else",
        "no verdict depends on these";
    /// The words around a case are others.
    CaseReworded = Revision, "cases in other words",
        "titles, hints, codes, notes or the bugs they catch; nothing to do";
    /// Another file is another.
    Besides = Revision, "other files",
        "nothing to do";
}
