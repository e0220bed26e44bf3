//! The arguments of `vectors`: what authors and keepers of vectors do with them.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use thrum_conform::rule::Version;

use super::SourceArgs;

const OPERANDS: &str = "\
OLD and NEW are each one of
  0.6.0                      the newest frozen set of that wire version
  0.7.0+1                    just that release
  thrum-vectors-0.7.0+1.tar  an archive
  vectors/sets/0.7.0+1.json  a set
  vectors/thrum              a folder of vector files, cut for the newest wire

Exit codes: 0 fine, for `diff` whatever it lists · 1 the step is too small ·
2 wrong usage or input";

const EXPORTS: &str = "\
The archive is a tar file: cases/ and schema/ as JSON, WIRE.md, rules.json,
set.json (what the release demands), kills.json (which case catches which bug),
CHANGELOG.md, and manifest.json with the SHA-256 of every file. The same vectors
give the same bytes. `client --vectors ARCHIVE` runs it.

Examples:
  thrum-conform vectors export -o dist               the newest wire
  thrum-conform vectors export --wire 0.6.0 -o dist  what binds an older client";

const FREEZES: &str = "\
A set says what one release demands, with a digest of every case. After a change
to the vectors, the schemas, the rules or the mutants, `freeze` writes the sets
anew: under the same number while they are drafts, under the next one after
`--release`. A released set never changes.

Examples:
  thrum-conform vectors freeze             all wire versions, into vectors/sets
  thrum-conform vectors freeze --check     writes nothing; 1 when a set is stale
  thrum-conform vectors freeze --release   and marks them as released";

/// `vectors`.
#[derive(Debug, Subcommand)]
pub enum VectorsCommand {
    /// Check vector files: all faults at once, each with file, line and JSON pointer
    Lint {
        /// An archive, file or folder; without it the built-in vectors, and the guide to the rules
        path: Option<PathBuf>,
        /// Rules from this document instead of the built-in WIRE.md
        #[arg(long, value_name = "FILE")]
        wire_doc: Option<PathBuf>,
    },
    /// Lay vector files out: the order of keys, and one step, example, note or code a line
    Fmt {
        /// A file or folder
        #[arg(default_value = "vectors/thrum")]
        path: PathBuf,
        /// Write nothing; say which files are not laid out, and exit with 1
        #[arg(long)]
        check: bool,
    },
    /// Say what changes for a client from one release to another
    #[command(after_help = OPERANDS)]
    Diff(TwoSets),
    /// Decide whether a version step is large enough for what changed (WIRE.md, VER-02)
    #[command(after_help = OPERANDS)]
    BumpCheck(TwoSets),
    /// Freeze the sets that releases are made from
    #[command(after_help = FREEZES)]
    Freeze(FreezeArgs),
    /// Write the archive of a release
    #[command(after_help = EXPORTS)]
    Export(ExportArgs),
    /// Check an archive: every file against the manifest, and the packing
    Verify {
        /// The archive
        #[arg(value_name = "ARCHIVE")]
        archive: PathBuf,
    },
}

/// `vectors diff` and `vectors bump-check`.
#[derive(Debug, Args)]
pub struct TwoSets {
    /// What was
    pub old: String,
    /// What is
    pub new: String,
}

/// `vectors freeze`.
#[derive(Debug, Args)]
pub struct FreezeArgs {
    /// Only this wire version; may stand several times
    #[arg(long, value_name = "VERSION")]
    pub wire: Vec<Version>,
    /// Where the sets stand
    #[arg(long, value_name = "DIR", default_value = "vectors/sets")]
    pub sets: PathBuf,
    /// Write nothing; exit with 1 when a set is not up to date
    #[arg(long, conflicts_with = "release")]
    pub check: bool,
    /// Mark the sets as released: from then on they never change
    #[arg(long)]
    pub release: bool,
    #[command(flatten)]
    pub source: SourceArgs,
}

/// `vectors export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The wire version [default: that of WIRE.md]
    #[arg(long, value_name = "VERSION")]
    pub wire: Option<Version>,
    /// The folder to write into; it is made if it is not there
    #[arg(short, long, value_name = "DIR")]
    pub output: PathBuf,
    /// Frozen sets from this folder instead of the built-in ones
    #[arg(long, value_name = "DIR")]
    pub sets: Option<PathBuf>,
    #[command(flatten)]
    pub source: SourceArgs,
}
