//! The read loop: lines, tones, and on to dispatch. It never waits for a write.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::AsyncReadExt;
use tokio::net::unix::OwnedReadHalf;
use tokio::sync::Notify;

use super::line::{LineBuffer, decode};
use super::{Inner, Tone, link};
use crate::reference::fault::{Memory, Take, arrived_tone, faulty, heard_line};

/// Set while every read loop of the process stands still, which only a fault brings about.
pub static HALTED: AtomicBool = AtomicBool::new(false);

/// Reads until the other side or an error ends the connection.
pub async fn serve(inner: Arc<Inner>, conn: u64, mut read: OwnedReadHalf, broken: Arc<Notify>) {
    let mut reading = Reading { inner: &inner, conn, memory: Memory::default(), chunks: Chunks::All };
    let mut buffer = LineBuffer::holding(std::mem::take(&mut inner.scars.memories().bytes));
    let orderly = loop {
        let before = buffer.len();
        // Reading comes first: what arrived before a write failed is still delivered.
        let count = tokio::select! {
            biased;
            count = read.read_buf(buffer.space()) => count,
            () = broken.notified() => break true,
        };
        match count {
            Ok(0) => break true,
            Ok(count) => buffer.mangle(before, count),
            Err(_) => break false,
        }
        if faulty!("write-holds-dispatch") {
            drop(inner.writing.lock().await);
        }
        if HALTED.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        match reading.lines(&mut buffer) {
            Next::Read => {}
            Next::End => break true,
            Next::Wait => std::future::pending::<()>().await,
        }
    };
    buffer.leave_behind(&inner);
    link::ended(&inner, conn, orderly);
}

/// What becomes of the chunks of a read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chunks {
    All,
    None,
    First,
    Last,
    Reversed,
}

enum Next {
    Read,
    End,
    Wait,
}

struct Reading<'a> {
    inner: &'a Arc<Inner>,
    conn: u64,
    memory: Memory,
    chunks: Chunks,
}

impl Reading<'_> {
    /// Takes every whole line of the buffer.
    fn lines(&mut self, buffer: &mut LineBuffer) -> Next {
        self.chunks = chunks_of_a_read();
        if self.chunks != Chunks::All {
            buffer.rearrange(|chunks| match self.chunks {
                Chunks::First => chunks.truncate(1),
                Chunks::Last => drop(chunks.drain(..chunks.len().saturating_sub(1))),
                _ => chunks.reverse(),
            });
        }
        while let Some(line) = buffer.next_line() {
            if self.chunks == Chunks::None && super::line::is_chunk(line) {
                continue;
            }
            match heard_line(&mut self.memory, line) {
                Take::Usual => {
                    if let Some(tone) = decode(line)
                        && let Some(next) = self.tone(tone)
                    {
                        return next;
                    }
                }
                Take::DropRead => buffer.clear(),
                other => {
                    if let Some(next) = self.take(other) {
                        return next;
                    }
                }
            }
        }
        buffer.trim_after_read();
        Next::Read
    }

    fn tone(&mut self, mut tone: Tone) -> Option<Next> {
        let breath = tone.get("chi").is_some_and(|chi| chi == "breath");
        match arrived_tone(&mut self.memory, &mut tone) {
            Take::Usual => self.inner.receive(self.conn, tone),
            Take::Answer(answer) => {
                self.inner.receive(self.conn, tone);
                return self.take(Take::Answer(answer));
            }
            other => return self.take(other),
        }
        if (breath && faulty!("bytes-after-breath-lost"))
            || (faulty!("handler-throw-drops-the-read") && self.inner.scars.take_failure())
        {
            self.chunks = Chunks::None;
        }
        self.inner.scars.take_doom().then_some(Next::End)
    }

    /// Does what a fault wants done.
    fn take(&mut self, take: Take) -> Option<Next> {
        match take {
            Take::Usual | Take::Drop | Take::DropRead => {}
            Take::Tones(tones) => tones.into_iter().for_each(|tone| self.inner.hand_over(self.conn, tone)),
            Take::Answer(answer) => self.inner.reply(self.conn, answer.into()),
            Take::Deaf => return Some(Next::Wait),
            Take::HangUp => return Some(Next::End),
            Take::Die => std::process::abort(),
        }
        None
    }
}

fn chunks_of_a_read() -> Chunks {
    if faulty!("first-line-of-a-read-only") {
        Chunks::First
    } else if faulty!("last-line-of-a-read-only") {
        Chunks::Last
    } else if faulty!("lines-of-a-read-reversed") {
        Chunks::Reversed
    } else {
        Chunks::All
    }
}
