//! What the daemon is compared with: bare programs of one thread that parse nothing, as processes of their own.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// What it does with what it reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Writes it back.
    Mirror,
    /// Writes one echo, always the same, for each LF.
    Counter,
}

const ECHO: &[u8] = b"{\"chi\":\"echo\",\"rid\":\"mjuohs00-000\",\"from\":\"daemon\",\"ok\":true}\n";

/// A baseline that listens. It is killed when this is dropped.
pub struct Baseline {
    child: Child,
    dir: tempfile::TempDir,
}

impl Baseline {
    /// Starts one: this program again, with the word that [`serve_if_asked`] looks for.
    pub fn start(kind: Kind) -> io::Result<Self> {
        let dir = tempfile::tempdir()?;
        let child = Command::new(std::env::current_exe()?)
            .arg(if kind == Kind::Mirror { "serve-mirror" } else { "serve-counter" })
            .arg(dir.path().join("baseline.sock"))
            .stdout(Stdio::piped())
            .spawn()?;
        let mut baseline = Self { child, dir };
        let stdout = baseline.child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        BufReader::new(stdout).read_line(&mut String::new())?;
        Ok(baseline)
    }

    /// Where it listens.
    pub fn socket(&self) -> PathBuf {
        self.dir.path().join("baseline.sock")
    }
}

impl Drop for Baseline {
    fn drop(&mut self) {
        // it may have ended already
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Is a baseline, where this process was started as one; gives whether it was.
pub fn serve_if_asked() -> io::Result<bool> {
    let args: Vec<_> = std::env::args_os().collect();
    let kind = match args.get(1).and_then(|word| word.to_str()) {
        Some("serve-mirror") => Kind::Mirror,
        Some("serve-counter") => Kind::Counter,
        _ => return Ok(false),
    };
    serve(kind, Path::new(args.get(2).ok_or(io::ErrorKind::InvalidInput)?))?;
    Ok(true)
}

/// Serves one connection after the other, for ever.
fn serve(kind: Kind, socket: &Path) -> io::Result<()> {
    let listener = UnixListener::bind(socket)?;
    writeln!(io::stdout(), "listening")?;
    let mut room = vec![0; 256 << 10];
    let mut answers = Vec::new();
    loop {
        let (mut stream, _) = listener.accept()?;
        loop {
            let count = stream.read(&mut room)?;
            if count == 0 {
                break;
            }
            match kind {
                Kind::Mirror => stream.write_all(&room[..count])?,
                Kind::Counter => {
                    answers.clear();
                    memchr::memchr_iter(b'\n', &room[..count]).for_each(|_| answers.extend_from_slice(ECHO));
                    stream.write_all(&answers)?;
                }
            }
        }
    }
}
