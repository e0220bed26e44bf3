//! The process of a shim: how it is launched, and how nothing of it stays behind.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};

use futures_util::future::BoxFuture;
use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout};

use super::door::Door;

/// How to launch a shim.
#[derive(Debug, Clone, Default)]
pub struct Command {
    /// The program and its arguments; never empty.
    pub argv: Vec<String>,
    /// The folder that it is started in; the current one where it is `None`.
    pub dir: Option<PathBuf>,
    /// Variables beside those that each process has of its own.
    pub env: BTreeMap<String, String>,
    /// Who starts it, and when it is spoken to.
    pub launch: Launch,
}

/// Who starts the process of a shim, and when it is spoken to.
#[derive(Debug, Clone, Default)]
pub enum Launch {
    /// The suite does, and speaks at once.
    #[default]
    Alone,
    /// The suite does, and speaks when this has ended, which is given the id of the process.
    Held(Hold),
    /// A person does, and connects it to a door.
    ByHand(Door),
}

/// Somebody who decides when a process is spoken to.
pub type Hold = fn(u32) -> BoxFuture<'static, ()>;

/// The variables that each process has of its own: no other value of them is used.
pub const OWN_VARIABLES: [&str; 4] = ["HOME", "XDG_RUNTIME_DIR", "XDG_STATE_HOME", "HUM_THRUM_SOCK"];

impl Command {
    /// Whether a person has a hand in each start, so that there should be few of them and no deadline.
    pub fn is_by_hand(&self) -> bool {
        !matches!(self.launch, Launch::Alone)
    }

    /// For messages: the arguments as one would type them.
    pub fn shown(&self) -> String {
        self.argv.iter().map(|arg| quoted(arg)).collect::<Vec<_>>().join(" ")
    }
}

/// One argument as one would type it in a shell.
pub fn quoted(arg: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
    if !arg.is_empty() && arg.chars().all(plain) {
        arg.to_owned()
    } else {
        format!("'{}'", arg.replace('\'', r"'\''"))
    }
}

/// The directories that one shim process has for itself.
#[derive(Debug)]
pub struct Home {
    dir: PathBuf,
    extra: BTreeMap<String, Option<String>>,
}

impl Home {
    /// A home in this directory, which must exist; `extra` sets variables (or unsets them) on top.
    pub fn new(dir: &Path, extra: BTreeMap<String, Option<String>>) -> io::Result<Self> {
        for inner in ["home", "run", "state"] {
            std::fs::create_dir_all(dir.join(inner))?;
        }
        Ok(Self { dir: dir.to_owned(), extra })
    }

    /// What is set or unset on top of the directories.
    pub(super) fn variables(&self) -> Vec<(String, Option<String>)> {
        self.extra.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
    }

    fn apply(&self, command: &mut tokio::process::Command) {
        command
            .env("HOME", self.dir.join("home"))
            .env("XDG_RUNTIME_DIR", self.dir.join("run"))
            .env("XDG_STATE_HOME", self.dir.join("state"))
            .env_remove("HUM_THRUM_SOCK");
        for (name, value) in &self.extra {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
    }
}

/// A running process with a process group of its own. Dropping it kills the whole group.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    group: Option<Pid>,
}

/// The three pipes of a process.
pub(crate) struct Pipes {
    pub(crate) stdin: ChildStdin,
    pub(crate) stdout: ChildStdout,
    pub(crate) stderr: ChildStderr,
}

impl Process {
    pub(crate) fn spawn(command: &Command, home: &Home) -> io::Result<(Self, Pipes)> {
        let (mut process, stdout, stderr) = Self::launch(command, home, Stdio::piped())?;
        let stdin = process.child.stdin.take().ok_or_else(no_pipes)?;
        Ok((process, Pipes { stdin, stdout, stderr }))
    }

    /// Starts a process that reads nothing from its stdin; gives its stdout and stderr.
    pub(super) fn spawn_alone(
        command: &Command,
        home: &Home,
    ) -> io::Result<(Self, ChildStdout, ChildStderr)> {
        Self::launch(command, home, Stdio::null())
    }

    fn launch(command: &Command, home: &Home, stdin: Stdio) -> io::Result<(Self, ChildStdout, ChildStderr)> {
        let (program, args) =
            command.argv.split_first().ok_or_else(|| io::Error::other("the command is empty"))?;
        // a path counts from the folder of the process, as it would in a shell
        let program = match &command.dir {
            Some(dir) if program.contains('/') => dir.join(program),
            _ => PathBuf::from(program),
        };
        let mut builder = tokio::process::Command::new(program);
        builder
            .args(args)
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        if let Some(dir) = &command.dir {
            builder.current_dir(dir);
        }
        builder.envs(&command.env);
        home.apply(&mut builder);
        let mut child = builder.spawn()?;
        let group = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let stdout = child.stdout.take().ok_or_else(no_pipes)?;
        let stderr = child.stderr.take().ok_or_else(no_pipes)?;
        Ok((Self { child, group }, stdout, stderr))
    }

    /// The id of the process; `None` once its end is known.
    pub(super) fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// How the process ended, if it has.
    pub(super) fn ended(&mut self) -> Option<String> {
        self.child.try_wait().ok().flatten().map(|status| status.to_string())
    }

    pub(crate) async fn wait(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Kills the group and waits for the leader. Gives the leader's own status if it had ended before.
    pub(crate) async fn kill(&mut self) -> Option<ExitStatus> {
        let ended = self.child.try_wait().ok().flatten();
        self.kill_group();
        // the leader is dead or dying: this wait ends
        let _ = self.child.wait().await;
        ended
    }

    /// Whether processes of the group outlived its leader; they are killed.
    pub(crate) fn left_behind(&mut self) -> bool {
        let left = self.group.is_some_and(|group| test_kill_process_group(group).is_ok());
        self.kill_group();
        left
    }

    fn kill_group(&mut self) {
        if let Some(group) = self.group {
            // an error means that the group is gone already
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

fn no_pipes() -> io::Error {
    io::Error::other("the process has no pipes")
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill_group();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_a_command_as_one_would_type_it() {
        let argv = ["python3", "my shim.py", "it's"].map(str::to_owned).to_vec();
        let command = Command { argv, ..Command::default() };
        assert_eq!(command.shown(), r"python3 'my shim.py' 'it'\''s'");
    }
}
