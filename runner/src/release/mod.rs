//! Releases of the vectors: what a client can pin, and what may change from one to the next.
//!
//! A release is named by the wire first and the revision of the vectors behind it: `0.7.0+1`. Start at
//! [`Set`], which says what one demands; everything else makes sets or works on them:
//!
//! | file | takes → gives |
//! |---|---|
//! | `cut` | the vectors, schemas and rules → the set of one wire version |
//! | `shelf` | the files in `vectors/sets/` → the sets that were frozen before |
//! | `freeze` | a cut and the shelf → the next set, or nothing where all is as it was |
//! | `diff` | two sets → what changes for a client |
//! | `bump` | the changes → the smallest version that they may have (WIRE.md, VER-02) |
//! | `changelog` | the changes → prose |
//! | `contents` | the vectors and their set → the files of an archive |
//! | `archive` | files → the same bytes every time, and back |
//! | `verify` | an archive → what is damaged in it |
//!
//! Nothing here runs a case or knows a client. The mutants belong to the binary, which hands them in.

mod archive;
mod bump;
mod changelog;
mod contents;
mod cut;
mod diff;
mod digest;
mod freeze;
mod kind;
mod set;
mod shelf;
mod verify;

pub use archive::{Archive, is_archive};
pub use bump::{Step, Verdict, judge};
pub use changelog::changelog;
pub use contents::contents;
pub use cut::{Material, cut, wires};
pub use diff::{Change, diff};
pub use digest::of_bytes as sha256;
pub use freeze::{Frozen, freeze, settle};
pub use kind::Kind;
pub use set::{Body, CaseEntry, Field, Presence, Release, RuleEntry, Set};
pub use shelf::Shelf;
pub use verify::verify;
