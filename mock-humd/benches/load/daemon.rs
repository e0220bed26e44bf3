//! The daemon as a process of its own: started, connected to, and asked of the system what it takes.

use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, setrlimit};

/// Starts the program with few open files allowed, so that it has to ask for more.
const FEW_FILES: &str = "ulimit -Sn 256 && exec \"$0\" \"$@\"";

/// Ends a wait that would otherwise be for ever; nothing is decided by it.
const PATIENCE: Duration = Duration::from_secs(60);

/// A daemon that listens. It is killed when this is dropped.
pub struct Daemon {
    child: Child,
    stderr: BufReader<ChildStderr>,
    /// What it said until it listened.
    pub said: String,
    dir: tempfile::TempDir,
}

/// A bee's end of a connection.
pub struct Bee {
    pub stream: BufReader<UnixStream>,
    told: u64,
}

impl Daemon {
    /// Starts one with these arguments besides `--socket`, and waits until it listens.
    pub fn start(args: &[&str]) -> io::Result<Self> {
        Self::start_by(FEW_FILES, args)
    }

    /// Starts one by a line of shell that ends with `exec "$0" "$@"`.
    pub fn start_by(shell: &str, args: &[&str]) -> io::Result<Self> {
        let dir = tempfile::tempdir()?;
        let mut child = Command::new("sh")
            .args(["-c", shell, env!("CARGO_BIN_EXE_mock-humd"), "--socket"])
            .arg(dir.path().join("thrum.sock"))
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let stderr = child.stderr.take().ok_or(io::ErrorKind::BrokenPipe)?;
        let mut daemon = Self { child, stderr: BufReader::new(stderr), said: String::new(), dir };
        while !daemon.said.contains("listening on") {
            if daemon.stderr.read_line(&mut daemon.said)? == 0 {
                return Err(io::Error::other(format!("it ended before it listened: {}", daemon.said)));
            }
        }
        Ok(daemon)
    }

    /// Asks it to end, and waits until it has.
    pub fn end(mut self) -> io::Result<()> {
        kill_process(Pid::from_child(&self.child), Signal::TERM)?;
        self.child.wait().map(|_| ())
    }

    /// Where it listens.
    pub fn socket(&self) -> PathBuf {
        self.dir.path().join("thrum.sock")
    }

    /// A new connection; nothing has been said on it.
    pub fn connect(&self) -> io::Result<Bee> {
        let stream = UnixStream::connect(self.socket())?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        // most bees of a crowd read little
        Ok(Bee { stream: BufReader::with_capacity(512, stream), told: 0 })
    }

    /// A new connection whose hello has been answered.
    pub fn bee(&self) -> io::Result<Bee> {
        let mut bee = self.connect()?;
        bee.hello()?;
        Ok(bee)
    }

    /// What the system says of it in this file of its own.
    pub fn says(&self, file: &str) -> io::Result<String> {
        std::fs::read_to_string(format!("/proc/{}/{file}", self.child.id()))
    }

    /// How many files it has open, connections among them.
    pub fn files(&self) -> io::Result<usize> {
        Ok(std::fs::read_dir(format!("/proc/{}/fd", self.child.id()))?.count())
    }

    /// How much memory it holds now, in bytes.
    pub fn memory(&self) -> io::Result<u64> {
        self.memory_as("VmRSS:")
    }

    /// A figure of its memory, in bytes, by the name that `/proc/PID/status` has for it.
    pub fn memory_as(&self, name: &str) -> io::Result<u64> {
        let status = self.says("status")?;
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        kib.map(|kib| kib * 1024).ok_or_else(|| io::Error::other("its status says nothing of memory"))
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // it may have ended already
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Bee {
    /// Says hello and takes the breath.
    pub fn hello(&mut self) -> io::Result<()> {
        self.write(b"{\"chi\":\"hello\",\"rid\":\"hello-0\",\"bee\":\"load\"}\n")?;
        self.wants("{\"chi\":\"breath\",")
    }

    /// Says something and takes the echo, which must be the next thing to come.
    pub fn round_trip(&mut self) -> io::Result<()> {
        let told = self.told;
        self.told += 1;
        self.write(format!("{{\"chi\":\"bench\",\"rid\":\"r-{told}\"}}\n").as_bytes())?;
        self.wants(&format!("{{\"chi\":\"echo\",\"rid\":\"r-{told}\","))
    }

    /// Writes all of these bytes.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(bytes)
    }

    /// The next line, without its LF; `None` at the end of the stream.
    pub fn line(&mut self) -> io::Result<Option<String>> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        Ok(line.pop().map(|_| line))
    }

    fn wants(&mut self, start: &str) -> io::Result<()> {
        let line = self.line()?;
        if line.as_deref().is_some_and(|line| line.starts_with(start)) {
            return Ok(());
        }
        Err(io::Error::other(format!("wanted `{start}…`, and there is {line:?}")))
    }
}

/// Lets this process open so many files, or says that it may not.
pub fn allow_files(count: u64) -> io::Result<()> {
    let limit = getrlimit(Resource::Nofile);
    if limit.maximum.is_some_and(|hard| hard < count) {
        let hard = limit.maximum.unwrap_or_default();
        return Err(io::Error::other(format!("{count} open files wanted, and the hard limit is {hard}")));
    }
    if limit.current.is_some_and(|soft| soft < count) {
        setrlimit(Resource::Nofile, Rlimit { current: Some(count), ..limit })?;
    }
    Ok(())
}
