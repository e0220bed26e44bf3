//! Where a testee sits: one process at a time, started anew when the last one is beyond use.

use std::cell::{Cell, RefCell};
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::error::Error;
use crate::limits::Limits;
use crate::testee::{Bee, Command, Gone, Habits, Home, Identity, Shim, StartFault, Testee};
use crate::trace::Trace;
use crate::vector::Case;

/// Where Linux keeps files in memory; where it is missing, the usual temporary directory serves.
const IN_MEMORY: &str = "/dev/shm";

/// What all seats of a run share: the command, and a directory of its own that goes with the run.
pub struct Room<'a> {
    command: &'a Command,
    wire: String,
    limits: &'a Limits,
    root: TempDir,
    dirs: Cell<u32>,
    trace: Option<&'a Trace>,
    /// What is known of a whole bee; nothing where the command starts a shim.
    habits: Option<RefCell<Habits>>,
}

impl<'a> Room<'a> {
    /// Makes the directory. Its path must be short, since a socket's path has at most 108 bytes.
    pub fn new(command: &'a Command, wire: &str, limits: &'a Limits) -> Result<Self, Error> {
        let builder = || {
            let mut builder = tempfile::Builder::new();
            builder.prefix("thrum-");
            builder
        };
        // a directory in memory makes a run about a third faster; `TMPDIR` decides where it is set
        let in_memory =
            std::env::var_os("TMPDIR").is_none().then(|| builder().tempdir_in(IN_MEMORY).ok()).flatten();
        let root = in_memory
            .map_or_else(|| builder().tempdir(), Ok)
            .map_err(|error| Error::Input(format!("cannot make a temporary directory: {error}\n(hint: does `TMPDIR` exist, and can you write to it?)")))?;
        if !super::is_short_enough(root.path()) {
            return Err(Error::Input(format!(
                "the temporary directory `{}` is too long for the path of a socket\n(hint: set `TMPDIR` to a shorter directory, such as `/tmp`)",
                root.path().display()
            )));
        }
        Ok(Self {
            command,
            wire: wire.to_owned(),
            limits,
            root,
            dirs: Cell::new(0),
            trace: None,
            habits: None,
        })
    }

    /// The same room for a whole bee, which the command starts in place of a shim.
    #[must_use]
    pub(super) fn for_a_bee(self) -> Self {
        Self { habits: Some(RefCell::new(Habits::unknown())), ..self }
    }

    /// The same room, with somebody who is told what crosses.
    #[must_use]
    pub(super) fn told(self, trace: Option<&'a Trace>) -> Self {
        Self { trace, ..self }
    }

    /// Who is told what crosses.
    pub(super) fn trace(&self) -> Option<&'a Trace> {
        self.trace
    }

    /// A new directory, mode 0700.
    pub fn case_dir(&self) -> Result<PathBuf, Error> {
        self.dirs.set(self.dirs.get() + 1);
        let dir = self.root.path().join(self.dirs.get().to_string());
        std::fs::DirBuilder::new()
            .mode(0o700)
            .create(&dir)
            .map_err(|error| Error::Broken(format!("{}: {error}", dir.display())))?;
        Ok(dir)
    }

    /// The directory of the run.
    pub fn path(&self) -> &std::path::Path {
        self.root.path()
    }

    /// The bounds of the run.
    pub fn limits(&self) -> &'a Limits {
        self.limits
    }

    /// What starts the testee.
    pub(super) fn command(&self) -> &'a Command {
        self.command
    }

    /// Keeps what was seen of the bee, for every seat that is taken from now on.
    pub(super) fn keep(&self, habits: Habits) {
        if let Some(kept) = &self.habits {
            kept.replace(habits);
        }
    }
}

/// A place for one testee.
pub struct Seat<'a> {
    room: &'a Room<'a>,
    env: std::collections::BTreeMap<String, Option<String>>,
    testee: Option<Testee>,
    /// The directory of a fresh seat's case, which its environment may name.
    own_dir: Option<PathBuf>,
    played: u32,
    lost_in_a_row: u32,
}

impl<'a> Seat<'a> {
    /// A seat for many cases.
    pub fn new(room: &'a Room<'a>) -> Self {
        Self {
            room,
            env: std::collections::BTreeMap::new(),
            testee: None,
            own_dir: None,
            played: 0,
            lost_in_a_row: 0,
        }
    }

    /// A seat for one case, with that case's environment.
    pub fn fresh(room: &'a Room<'a>, case: &Case) -> Self {
        Self { env: case.env.clone(), ..Self::new(room) }
    }

    /// The room that it stands in.
    pub fn room(&self) -> &'a Room<'a> {
        self.room
    }

    /// Whether its process has played a case before; a bee has a new one for each.
    pub fn has_played(&self) -> bool {
        self.played > 0 && matches!(self.testee, Some(Testee::Shim(_)))
    }

    /// Starts the process of a shim and says who answered.
    pub async fn start(&mut self) -> Result<Identity, Error> {
        let broken =
            |error: std::io::Error| Error::Broken(format!("cannot prepare a home for the shim: {error}"));
        let dir = match &self.own_dir {
            Some(dir) => dir.clone(),
            None => self.room.case_dir()?,
        };
        let with_dir = |value: &String| value.replace("${dir}", &dir.display().to_string());
        let env = self.env.iter().map(|(name, value)| (name.clone(), value.as_ref().map(with_dir))).collect();
        let home = Home::new(&dir, env).map_err(broken)?;
        match Shim::start(self.room.command, &home, &self.room.wire, self.room.limits).await {
            Ok((shim, identity)) => {
                self.testee = Some(Testee::Shim(shim));
                Ok(identity)
            }
            Err(fault) => Err(explain_start(self.room.command, &fault)),
        }
    }

    /// The directory for the next case: a fresh seat's own, since its environment may name it.
    pub fn case_dir(&mut self) -> Result<PathBuf, Error> {
        let dir = self.room.case_dir()?;
        if !self.env.is_empty() {
            self.own_dir = Some(dir.clone());
        }
        Ok(dir)
    }

    /// The testee: a running shim, started if there is none, or a bee, which each case starts for itself.
    pub async fn testee(&mut self) -> Result<&mut Testee, Error> {
        if self.testee.is_none() {
            match &self.room.habits {
                Some(habits) => self.testee = Some(self.bee(habits.borrow().clone())),
                None => drop(self.start().await?),
            }
            self.played = 0;
        }
        self.testee.as_mut().ok_or_else(|| Error::Broken("the shim is not running".to_owned()))
    }

    fn bee(&self, habits: Habits) -> Testee {
        let (command, limits) = (self.room.command.clone(), self.room.limits.clone());
        Testee::Bee(Bee::new(command, self.env.clone(), habits, limits))
    }

    /// A case has been played. A process beyond use is let go; too many of them in a row end the run.
    pub fn played(&mut self, decided: bool) -> Result<bool, Error> {
        self.played += 1;
        let Some(gone) = self.testee.as_ref().and_then(|testee| testee.gone().cloned()) else {
            self.lost_in_a_row = 0;
            return Ok(true);
        };
        self.testee = None;
        self.lost_in_a_row = if decided { 0 } else { self.lost_in_a_row + 1 };
        if let Gone::Broken(_) | Gone::Flooded = gone {
            return Err(Error::Broken(format!(
                "{gone}\n(hint: `thrum-conform smoke -- {}` checks the shim alone)",
                self.room.command.shown()
            )));
        }
        if self.lost_in_a_row >= self.room.limits.restarts_max && self.room.habits.is_some() {
            return Err(Error::Broken(format!(
                "the bee ended {} times in a row without a verdict; the last time {gone}\n(hint: start `{}` by hand against `mock-humd`, and look at what it says)",
                self.lost_in_a_row,
                self.room.command.shown()
            )));
        }
        if self.lost_in_a_row >= self.room.limits.restarts_max {
            return Err(Error::Broken(format!(
                "the shim was lost {} times in a row without a verdict; the last time {gone}\n(hint: `thrum-conform smoke -- {}` checks the shim alone)",
                self.lost_in_a_row,
                self.room.command.shown()
            )));
        }
        Ok(false)
    }

    /// Stops the process. True if it left others behind.
    pub async fn stop(self) -> bool {
        match self.testee {
            Some(testee) => testee.stop().await,
            None => false,
        }
    }
}

/// Why a shim did not start, and what to do about it.
pub fn explain_start(command: &Command, fault: &StartFault) -> Error {
    let shown = command.shown();
    let program = command.argv.first().cloned().unwrap_or_default();
    let folder = command.dir.as_ref().map_or_else(String::new, |dir| format!(" in `{}`", dir.display()));
    match fault {
        StartFault::Spawn(error) => Error::Broken(format!(
            "cannot run `{program}`{folder}: {error}\n(hint: the command is started as it stands, without a shell)"
        )),
        StartFault::Gone(gone, stderr) if stderr.is_empty() => Error::Broken(format!(
            "`{shown}` did not answer `start`: {gone}\n(hint: a shim reads a line of JSON from stdin and answers on stdout; see ci/README.md)"
        )),
        StartFault::Gone(gone, stderr) => {
            let lines: Vec<&str> = stderr.lines().collect();
            let tail = lines[lines.len().saturating_sub(8)..].join("\n  | ");
            Error::Broken(format!(
                "`{shown}` did not answer `start`: {gone}\n  | {tail}\n(hint: the lines above are the end of its stderr)"
            ))
        }
        StartFault::Refused(said) => Error::Broken(format!(
            "`{shown}` refused `start`: {said}\n(hint: this suite speaks shim protocol 1)"
        )),
        StartFault::AcceptsAnything => Error::Broken(format!(
            "`{shown}` answered an op that does not exist\n(hint: an unknown op must be answered with `\"ok\": false, \"unsupported\": true`, or nothing else it says can be believed)"
        )),
        StartFault::Noise(line) => Error::Broken(format!(
            "`{shown}` printed `{line}` instead of a reply\n(hint: stdout belongs to the shim protocol; print logs to stderr)"
        )),
    }
}
