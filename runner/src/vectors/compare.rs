//! `diff` and `bump-check`: what changes from one set to another, and what version that needs.

use std::path::Path;

use thrum_conform::error::Error;
use thrum_conform::exit::Exit;
use thrum_conform::loaded;
use thrum_conform::release::{self, Change, Kind, Release, Set, diff as changes_between, freeze};
use thrum_conform::rule::Version;

use super::stock::Stock;
use crate::cli::{SourceArgs, TwoSets};
use crate::reference::Mutant;
use crate::source::print;

/// `vectors diff`.
pub fn diff(two: &TwoSets, mutants: &[Mutant]) -> Result<Exit, Error> {
    let (old, new) = (set(&two.old, mutants)?, set(&two.new, mutants)?);
    let changes = changes_between(&old, &new);
    print(|out| {
        writeln!(out, "{} → {}", old.version, new.version)?;
        if changes.is_empty() {
            writeln!(out, "\nnothing changes for a client")?;
        }
        for kind in Kind::ALL {
            let of_kind: Vec<&Change> = changes.iter().filter(|change| change.kind == kind).collect();
            if let Some(first) = of_kind.first() {
                let (many, step) = (of_kind.len(), first.step());
                writeln!(out, "\n{} ({many}, needs {step}): {}", kind.title(), kind.effect())?;
            }
            for change in of_kind {
                writeln!(out, "  {change}")?;
            }
        }
        Ok(())
    })
}

/// `vectors bump-check`.
pub fn bump_check(two: &TwoSets, mutants: &[Mutant]) -> Result<Exit, Error> {
    let (old, new) = (set(&two.old, mutants)?, set(&two.new, mutants)?);
    let changes = changes_between(&old, &new);
    let verdict = release::judge(old.version, new.version, &changes);
    print(|out| {
        if verdict.enough {
            return writeln!(out, "{} → {}: enough; it needs {}", old.version, new.version, verdict.needed);
        }
        writeln!(
            out,
            "{} → {}: not enough; it needs {}, {} or above, for",
            old.version, new.version, verdict.needed, verdict.smallest
        )?;
        for change in changes.iter().filter(|change| change.step() == verdict.needed) {
            writeln!(out, "  {}: {change}", change.kind.title())?;
        }
        Ok(())
    })?;
    Ok(if verdict.enough { Exit::Fine } else { Exit::Failed })
}

/// The set that an operand names: a wire version, a release, an archive, a set file, or vector files.
fn set(operand: &str, mutants: &[Mutant]) -> Result<Set, Error> {
    let shelf = loaded::shelf()?;
    let known = || shelf.releases().map(|release| release.to_string()).collect::<Vec<_>>().join(", ");
    if let Ok(wire) = operand.parse::<Version>() {
        let newest = shelf.newest(wire).cloned();
        return newest
            .ok_or_else(|| Error::Input(format!("no set of wire {wire} is frozen; there are {}", known())));
    }
    if let Ok(release) = operand.parse::<Release>() {
        let set = shelf.get(release).cloned();
        return set.ok_or_else(|| Error::Input(format!("{release} is not frozen; there are {}", known())));
    }
    let path = Path::new(operand);
    let fault = |message: String| Error::Input(format!("{operand}: {message}"));
    if !path.exists() {
        return Err(fault(format!(
            "is no file, folder, wire version or release\n(hint: frozen releases are {})",
            known()
        )));
    }
    if let Some(bytes) = loaded::archive(path)? {
        let archive = release::verify(&bytes, &shelf).map_err(|faults| fault(faults.join("; ")))?;
        return archive.set().map_err(fault);
    }
    if path.is_file() {
        let text = std::fs::read_to_string(path).map_err(|error| fault(error.to_string()))?;
        return Set::parse(&text).map_err(|message| {
            fault(format!("{message}\n(hint: name an archive, a set, or a folder of vector files)"))
        });
    }
    let args = SourceArgs { vectors: Some(path.into()), wire_doc: None };
    let stock = Stock::gather(&args, mutants)?;
    // under the number that freezing it would give it
    Ok(freeze(&stock.cut(stock.book.version, &shelf)?, &shelf, false).set)
}
