//! Stderr as what a bar is drawn on. What it draws leaves some columns free at the end of the line: there a terminal
//! echoes `^C`, which would else go to the next line and leave the bar behind on this one.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::{Mutex, MutexGuard, PoisonError};

use indicatif::TermLike;

use crate::terminal::columns_of;

/// Columns for the echo of a key.
const FREE: u16 = 4;

/// A terminal that gets each picture in one piece, so that it does not flicker.
#[derive(Debug, Default)]
pub struct Screen(Mutex<Vec<u8>>);

impl Screen {
    /// The terminal behind stderr; `None` where it is none, or one that only prints.
    pub fn on_stderr() -> Option<Self> {
        let draws = std::env::var("TERM").is_ok_and(|term| term != "dumb");
        (draws && io::stderr().is_terminal()).then(Self::default)
    }

    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves the cursor, if at all.
    fn go(&self, steps: usize, way: char) -> io::Result<()> {
        if steps > 0 { write!(self.bytes(), "\x1b[{steps}{way}") } else { Ok(()) }
    }
}

impl TermLike for Screen {
    fn width(&self) -> u16 {
        columns_of(&io::stderr()).unwrap_or(80).saturating_sub(FREE)
    }

    fn move_cursor_up(&self, lines: usize) -> io::Result<()> {
        self.go(lines, 'A')
    }

    fn move_cursor_down(&self, lines: usize) -> io::Result<()> {
        self.go(lines, 'B')
    }

    fn move_cursor_right(&self, columns: usize) -> io::Result<()> {
        self.go(columns, 'C')
    }

    fn move_cursor_left(&self, columns: usize) -> io::Result<()> {
        self.go(columns, 'D')
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        write!(self.bytes(), "{text}\r\n")
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.bytes().write_all(text.as_bytes())
    }

    fn clear_line(&self) -> io::Result<()> {
        self.bytes().write_all(b"\r\x1b[2K")
    }

    fn flush(&self) -> io::Result<()> {
        let bytes = std::mem::take(&mut *self.bytes());
        let mut stderr = io::stderr().lock();
        stderr.write_all(&bytes)?;
        stderr.flush()
    }
}
