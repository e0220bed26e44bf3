//! `freeze`, `export` and `verify`: from vectors to an archive that others pin.

use std::collections::BTreeSet;
use std::fs::Permissions;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use thrum_conform::error::Error;
use thrum_conform::exit::Exit;
use thrum_conform::loaded;
use thrum_conform::release::{self, Archive, Frozen, Kind, Shelf, contents};
use thrum_conform::rule::Version;
use thrum_conform::vector::Source;

use super::stock::{self, Stock};
use crate::cli::{ExportArgs, FreezeArgs};
use crate::reference::Mutant;
use crate::source::print;

/// The most changes that are listed for a set; `vectors diff` has them all.
const DRIFT_SHOWN: usize = 20;

/// `vectors freeze`. Nothing is written unless every version step is large enough.
pub fn freeze(args: &FreezeArgs, mutants: &[Mutant]) -> Result<Exit, Error> {
    let stock = Stock::gather(&args.source, mutants)?;
    let mut shelf = stock::shelf(Some(&args.sets))?;
    let mut all = Vec::new();
    for wire in wires(&args.wire, &stock)? {
        let frozen = release::freeze(&stock.cut(wire, &shelf)?, &shelf, args.release);
        shelf.put(frozen.set.clone());
        all.push(frozen);
    }
    let small = all.iter().any(|frozen| frozen.verdict.is_some_and(|verdict| !verdict.enough));
    // also in a draft: ids are quoted from the day on that they are seen
    let lost = all.iter().any(|frozen| frozen.drift.iter().any(|change| change.kind == Kind::CaseLost));
    let refused = small || lost;
    if !args.check && !refused {
        for frozen in all.iter().filter(|frozen| frozen.fresh) {
            let name = Shelf::file(frozen.set.version);
            write(&args.sets.join(name), frozen.set.to_text().as_bytes())?;
        }
    }
    print(|out| {
        for frozen in &all {
            writeln!(out, "{}", line(frozen, args.check || refused))?;
            for change in frozen.drift.iter().take(DRIFT_SHOWN) {
                writeln!(out, "  {}: {change}", change.kind.title())?;
            }
            if let Some(more @ 1..) = frozen.drift.len().checked_sub(DRIFT_SHOWN) {
                writeln!(out, "  and {more} more changes")?;
            }
        }
        Ok(())
    })?;
    let stale = args.check && all.iter().any(|frozen| frozen.fresh);
    if lost {
        anstream::eprintln!(
            "nothing was frozen: a case has another id, and does not say which it had\n(hint: list the old id in \
             the `was` of the case)"
        );
    } else if small {
        anstream::eprintln!(
            "nothing was frozen: the wire version must move first\n(hint: `vectors bump-check` says for what; \
             a case that was wrong is withdrawn, and gets a successor under a new id)"
        );
    } else if stale {
        anstream::eprintln!(
            "the vectors are not what was frozen\n(hint: `cargo run --release -- vectors freeze` freezes \
             them anew; see CONTRIBUTING.md)"
        );
    }
    Ok(if refused || stale { Exit::Failed } else { Exit::Fine })
}

fn wires(wanted: &[Version], stock: &Stock) -> Result<BTreeSet<Version>, Error> {
    let all = release::wires(&stock.book);
    if let Some(unknown) = wanted.iter().find(|wire| !all.contains(wire)) {
        let known: Vec<String> = all.iter().map(ToString::to_string).collect();
        return Err(Error::Input(format!(
            "no set is cut for wire {unknown}; there are {}",
            known.join(", ")
        )));
    }
    Ok(if wanted.is_empty() { all } else { wanted.iter().copied().collect() })
}

fn line(frozen: &Frozen, unwritten: bool) -> String {
    let (set, kept) = (&frozen.set, !frozen.fresh);
    let state = match (set.released, kept, unwritten) {
        (_, _, true) if frozen.fresh => "is not frozen so",
        (true, true, _) => "released",
        (false, true, _) => "a draft, as it was",
        (true, false, _) => "released now",
        (false, false, _) => "a draft, written",
    };
    let step = match (&frozen.verdict, set.follows) {
        (Some(verdict), Some(old)) => {
            let enough = if verdict.enough { "" } else { ": not enough, it must be " };
            let least = if verdict.enough { String::new() } else { verdict.smallest.to_string() };
            let many = frozen.changes.len();
            format!("; since {old} {many} changes, which need {}{enough}{least}", verdict.needed)
        }
        _ => String::new(),
    };
    format!("{}: {} cases, {state}{step}", set.version, set.cases.len())
}

/// `vectors export`.
pub fn export(args: &ExportArgs, mutants: &[Mutant]) -> Result<Exit, Error> {
    let stock = Stock::gather(&args.source, mutants)?;
    let wire = args.wire.unwrap_or(stock.book.version);
    wires(&[wire], &stock)?;
    let shelf = stock::shelf(args.sets.as_deref())?;
    let frozen = shelf.newest(wire).filter(|set| stock.cut(wire, &shelf).is_ok_and(|cut| set.same(&cut)));
    let Some(set) = frozen else {
        return Err(Error::Input(format!(
            "the vectors are not what was frozen for wire {wire}\n(hint: `vectors freeze` comes first)"
        )));
    };
    let changes = match set.follows {
        None => Vec::new(),
        Some(old) => {
            let old = shelf.get(old).ok_or_else(|| {
                Error::Input(format!("{} follows {old}, which is not among the frozen sets", set.version))
            })?;
            release::diff(old, set)
        }
    };
    let files = contents(&stock.material(), set, &changes).map_err(Error::Input)?;
    let archive = Archive::new(set.version, files);
    // the cut must stand on its own: no twin may be left behind
    loaded::vectors(&Source::Texts(archive.below("cases/")), &stock.book)?;
    let packed = archive.pack().map_err(|error| Error::Broken(format!("cannot pack: {error}")))?;
    std::fs::create_dir_all(&args.output)
        .map_err(|error| Error::Input(format!("cannot make {}: {error}", args.output.display())))?;
    let name = Archive::name(set.version);
    let path = args.output.join(format!("{name}.tar"));
    write(&path, &packed)?;
    let manifest = archive.files.get("manifest.json").map(String::as_str).unwrap_or_default();
    write(&args.output.join(format!("{name}.manifest.json")), manifest.as_bytes())?;
    print(|out| {
        let state = if set.released { "" } else { ", a draft" };
        writeln!(out, "{}: {} cases in {} files{state}", path.display(), set.cases.len(), archive.files.len())
    })
}

/// `vectors verify`.
pub fn verify(path: &Path) -> Result<Exit, Error> {
    let none = "is no archive (hint: `vectors export` writes one)";
    let bytes = std::fs::read(path).map_err(|error| Error::Input(format!("{}: {error}", path.display())))?;
    if !release::is_archive(&bytes) {
        return Err(Error::Input(format!("{}: {none}", path.display())));
    }
    match release::verify(&bytes, &loaded::shelf()?) {
        Ok(archive) => {
            let version = archive.set().map(|set| set.version.to_string()).unwrap_or_default();
            print(|out| writeln!(out, "{version}: {} files, all whole", archive.files.len()))
        }
        Err(faults) => {
            print(|out| faults.iter().try_for_each(|fault| writeln!(out, "{}: {fault}", path.display())))?;
            Ok(Exit::Failed)
        }
    }
}

/// Writes a file whole or not at all.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let fault = |error: std::io::Error| Error::Input(format!("cannot write {}: {error}", path.display()));
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // as the umask says, where a temporary file is private by itself
    let open = Permissions::from_mode(0o666);
    let mut file = tempfile::Builder::new().permissions(open).tempfile_in(parent).map_err(fault)?;
    file.write_all(bytes).map_err(fault)?;
    file.persist(path).map_err(|error| fault(error.error))?;
    Ok(())
}
