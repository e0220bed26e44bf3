//! The read loop: lines, tones, and on to dispatch. It never waits for a write.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::AsyncReadExt;
use tokio::net::unix::OwnedReadHalf;
use tokio::sync::Notify;

use super::line::{LineBuffer, decode};
use super::{Inner, Tone, link};
use crate::reference::fault::{Memory, Take, arrived_tone, faulty, heard_line};
use crate::reference::odd::{self, Odd, Taste};

/// Set while every read loop of the process stands still, which only a fault brings about.
pub static HALTED: AtomicBool = AtomicBool::new(false);

/// Reads until the other side or an error ends the connection.
pub async fn serve(inner: Arc<Inner>, conn: u64, mut read: OwnedReadHalf, broken: Arc<Notify>) {
    let mut reading = Reading {
        inner: &inner,
        conn,
        memory: Memory::default(),
        taste: Taste::default(),
        skips_chunks: false,
    };
    let mut buffer = LineBuffer::holding(std::mem::take(&mut inner.scars.memories().bytes));
    let orderly = loop {
        let before = buffer.len();
        // Reading comes first: what arrived before a write failed is still delivered.
        let count = tokio::select! {
            biased;
            count = read_some(&mut read, buffer.space()) => count,
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
        }
    };
    if odd::is(Odd::TakesWhatItMay) {
        buffer.terminate();
        reading.lines(&mut buffer);
    }
    buffer.leave_behind(&inner);
    link::ended(&inner, conn, orderly);
}

/// Reads what there is, or as much as an odd client takes.
async fn read_some(read: &mut OwnedReadHalf, space: &mut Vec<u8>) -> std::io::Result<usize> {
    if odd::is(Odd::SmallReads) { read.take(61).read_buf(space).await } else { read.read_buf(space).await }
}

enum Next {
    Read,
    End,
}

struct Reading<'a> {
    inner: &'a Arc<Inner>,
    conn: u64,
    memory: Memory,
    taste: Taste,
    /// Whether a fault drops what is left of a read.
    skips_chunks: bool,
}

impl Reading<'_> {
    /// Takes every whole line of the buffer.
    fn lines(&mut self, buffer: &mut LineBuffer) -> Next {
        self.skips_chunks = false;
        buffer.rearrange(self.inner.deliverer.is_idle());
        while let Some(line) = buffer.next_line() {
            if self.skips_chunks && super::line::is_chunk(line) {
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
        if !self.taste.takes(&tone, self.inner.dialect.worker, || self.inner.deliverer.sids()) {
            return None;
        }
        let plain_breath = is_plain_breath(&tone);
        match arrived_tone(&mut self.memory, &mut tone) {
            Take::Usual => self.inner.receive(self.conn, tone),
            Take::Answer(answer) => {
                self.inner.receive(self.conn, tone);
                return self.take(Take::Answer(answer));
            }
            other => return self.take(other),
        }
        if (plain_breath && faulty!("bytes-behind-breath-lost"))
            || (self.inner.scars.take_failure() && faulty!("handler-throw-drops-the-read"))
        {
            self.skips_chunks = true;
        }
        self.inner.scars.take_doom().then_some(Next::End)
    }

    /// Does what a fault wants done.
    fn take(&mut self, take: Take) -> Option<Next> {
        match take {
            Take::Usual | Take::Drop | Take::DropRead => {}
            Take::Tones(tones) => tones.into_iter().for_each(|tone| self.inner.hand_over(self.conn, tone)),
            Take::Answer(answer) => self.inner.reply(self.conn, answer.into()),
            Take::HangUp => return Some(Next::End),
            Take::Die => std::process::abort(),
        }
        None
    }
}

/// Whether a tone is a first breath with nothing out of the ordinary, which leaves other cases alone.
fn is_plain_breath(tone: &Tone) -> bool {
    let has = |key: &str, value: &str| tone.get(key).is_some_and(|own| own == value);
    let bare = !tone.contains_key("from") && !tone.contains_key("sid");
    bare && has("chi", "breath") && has("rid", "b-1") && has("protoVersion", "0.7.0")
}
