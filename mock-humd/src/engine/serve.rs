//! The task of one connection: it reads, lets the nest answer, and writes, in one turn as far as the socket allows.

use std::future::Future;
use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use std::net::Shutdown;
use tokio::time::Sleep;

use super::stream::Stream;
use super::{Core, Shared, since_epoch};
use crate::nest::{Crossed, Ending, Nest, Slot, Writing};
use crate::wire::frame::FrameBuffer;

/// The most that one read takes: more than a socket holds.
const READ_BYTES_MAX: usize = 256 << 10;

/// A begun line up to this is copied to the buffer of all to be read on with; a longer one has a buffer of its own.
const SHORT_BYTES_MAX: usize = 64 << 10;

/// How long a piece waits that cannot be told apart yet.
const SHORTAGE_REST: Duration = Duration::from_millis(1);

/// A bee that is to go and reads nothing for so long goes without what waits for it.
const PATIENCE: Duration = Duration::from_secs(1);

/// After so many reads others have their turn.
const READS_MAX: usize = 4;

/// After so long others have their turn, however little was read: some tones take much longer than others.
const TURN_MAX: Duration = Duration::from_millis(2);

/// The most lines between two looks at the clock, which would take longer than a short line does.
const LOOK_LINES_MAX: u32 = 64;

/// Takes a connection that was accepted.
pub fn begin(stream: tokio::net::UnixStream, shared: &Arc<Shared>) {
    // a shortage of the moment: the bee finds its connection closed
    let Ok(stream) = Stream::new(stream) else { return };
    let slot = shared.change(|nest| {
        let slot = nest.open();
        if slot.is_none() {
            nest.note("there are as many connections as there may be: one more is closed at once");
        }
        slot
    });
    if let Some(slot) = slot {
        tokio::spawn(Serve {
            shared: Arc::clone(shared),
            slot,
            stream,
            rest: None,
            sleep: None,
            patience: None,
            sees_end: false,
            turn_ends: Instant::now(),
        });
    }
}

struct Serve {
    shared: Arc<Shared>,
    slot: Slot,
    stream: Stream,
    /// The line that has begun, and lines that wait for the next turn.
    rest: Option<FrameBuffer>,
    /// Until a tone that is held back may go.
    sleep: Option<Pin<Box<Sleep>>>,
    /// Until a bee that is to go has read nothing for too long.
    patience: Option<Pin<Box<Sleep>>>,
    /// The bee has ended its writes.
    sees_end: bool,
    /// When others are to have their turn.
    turn_ends: Instant,
}

impl Future for Serve {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        let shared = Arc::clone(&this.shared);
        let mut core = shared.lock();
        let Core { nest, spare } = &mut *core;
        let now = Instant::now();
        this.turn_ends = now + TURN_MAX;
        nest.turn(now, since_epoch());
        let is_over = this.turn(cx, nest, spare);
        if is_over.is_ready() {
            nest.rest_bytes -= this.rest.take().map_or(0, |rest| rest.size());
            nest.closed(this.slot);
        }
        nest.turned(Some(this.slot));
        let changed = nest.take_changed();
        drop(core);
        if changed {
            shared.changed.send_replace(());
        }
        is_over
    }
}

impl Serve {
    fn turn(&mut self, cx: &mut Context<'_>, nest: &mut Nest, spare: &mut FrameBuffer) -> Poll<()> {
        let Some(peer) = nest.peer(self.slot) else { return Poll::Ready(()) };
        if !peer.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            peer.waker = Some(cx.waker().clone());
        }
        if self.reads(nest) {
            self.read(cx, nest, spare);
        }
        let before = self.waiting(nest);
        let wrote = self.write(cx, nest);
        nest.queued_bytes -= before - self.waiting(nest);
        if let Err(error) = wrote
            && nest.peer(self.slot).is_some_and(|peer| peer.ending != Some(Ending::Reset))
        {
            if !self.sees_end {
                nest.end(self.slot, if is_gone(&error) { Crossed::Reset } else { Crossed::Eof });
            }
            nest.close(self.slot, Ending::Reset);
        }
        self.finish(cx, nest)
    }

    /// How much memory it takes that something waits to be written.
    fn waiting(&self, nest: &mut Nest) -> usize {
        nest.peer(self.slot).map_or(0, |peer| peer.out.bytes())
    }

    fn reads(&self, nest: &mut Nest) -> bool {
        let Some(peer) = nest.peer(self.slot) else { return false };
        let is_ending = matches!(peer.ending, Some(Ending::Flushed | Ending::Reset));
        !self.sees_end && !peer.held && !is_ending && nest.has_room(self.slot)
    }

    /// Reads, and lets the nest answer line by line, until nothing more has come or others are to have their turn.
    fn read(&mut self, cx: &mut Context<'_>, nest: &mut Nest, spare: &mut FrameBuffer) {
        let own = self.rest.take();
        nest.rest_bytes -= own.as_ref().map_or(0, FrameBuffer::size);
        let is_own = own.as_ref().is_some_and(|rest| rest.unread() > SHORT_BYTES_MAX);
        let mut frames = match own {
            Some(long) if is_own => long,
            short => {
                let mut frames = std::mem::replace(spare, FrameBuffer::new(0));
                if let Some(rest) = short {
                    frames.resume(&rest);
                }
                frames
            }
        };
        if self.read_into(&mut frames, cx, nest) {
            // whoever has become ready meanwhile comes first
            let others = std::pin::pin!(tokio::task::yield_now());
            let _: Poll<()> = others.poll(cx);
        }
        if frames.unread() > 0 && !self.sees_end {
            // neither the buffer of all nor much room for nothing is kept with a begun line
            let is_roomy = frames.unread() < frames.size() / 4;
            let rest = if !is_own || is_roomy {
                frames.split_rest()
            } else {
                std::mem::replace(&mut frames, FrameBuffer::new(0))
            };
            nest.rest_bytes += rest.size();
            self.rest = Some(rest);
            if nest.rest_bytes > nest.config().limits.rest_bytes_max {
                nest.farewell(self.slot, "begun lines take too much memory");
            }
        }
        if !is_own {
            // a line that was too long is the business of its connection alone
            frames.clear();
            *spare = frames;
        }
    }

    /// True where there may be more to read.
    fn read_into(&mut self, frames: &mut FrameBuffer, cx: &mut Context<'_>, nest: &mut Nest) -> bool {
        let mut pace = Pace { until: self.turn_ends, lines: 0, next_look: 1 };
        if let Some(again) = self.lines(frames, nest, &mut pace) {
            return again;
        }
        for _ in 0..READS_MAX {
            match self.stream.poll_read(cx, frames.room(READ_BYTES_MAX)) {
                Poll::Pending => return false,
                Poll::Ready(Ok(count @ 1..)) => frames.filled(count),
                Poll::Ready(end) => {
                    self.sees_end = true;
                    if let Some(rest) = frames.rest() {
                        nest.line(self.slot, &rest.bytes);
                    }
                    nest.end(self.slot, if end.is_ok() { Crossed::Eof } else { Crossed::Reset });
                    return false;
                }
            }
            if let Some(again) = self.lines(frames, nest, &mut pace) {
                return again;
            }
        }
        true
    }

    /// Hands lines to the nest until there is none. Where some are left before that, it says whether to go on in the
    /// next turn, or to wait until the connection is read again.
    fn lines(&mut self, frames: &mut FrameBuffer, nest: &mut Nest, pace: &mut Pace) -> Option<bool> {
        loop {
            match frames.next_line() {
                None => return None,
                Some(Ok(line)) => nest.line(self.slot, line),
                Some(Err(too_long)) => nest.too_long(self.slot, too_long.line_max),
            }
            if !self.reads(nest) {
                return Some(false);
            }
            if nest.is_pressed() || (frames.unread() > 0 && pace.is_over()) {
                return Some(true);
            }
        }
    }

    /// Writes what waits and may go.
    fn write(&mut self, cx: &mut Context<'_>, nest: &mut Nest) -> io::Result<()> {
        let dribble = nest.config().faults.dribble;
        let Some(peer) = nest.peer(self.slot) else { return Ok(()) };
        peer.is_full = false;
        let wrote = !peer.out.is_empty();
        while peer.writing != Writing::Stopped {
            let bytes = peer.out.ready(Instant::now);
            if bytes.is_empty() {
                break;
            }
            let written = match dribble {
                Some(most) => self.stream.poll_write(cx, &bytes[..bytes.len().min(most.max(1))], true),
                None => self.stream.poll_write(cx, bytes, peer.out.is_piece()),
            };
            match written {
                Poll::Ready(Err(error)) if is_shortage(&error) => {
                    self.sleep = Some(Box::pin(tokio::time::sleep(SHORTAGE_REST)));
                    break;
                }
                Poll::Ready(count) => {
                    peer.counts.sent += peer.out.written(count?);
                    self.patience = None;
                }
                Poll::Pending => {
                    peer.is_full = true;
                    break;
                }
            }
        }
        if peer.writing == Writing::Last && peer.out.is_empty() {
            peer.writing = Writing::Stopped;
        }
        if wrote && peer.script.is_some() && peer.out.is_empty() {
            nest.note_change();
        }
        let Some(peer) = nest.peer(self.slot) else { return Ok(()) };
        let due = peer.out.next_due().filter(|_| !peer.is_full && peer.writing != Writing::Stopped);
        self.sleep = match due {
            Some(due) => Some(Box::pin(tokio::time::sleep_until(due.into()))),
            None => self.sleep.take().filter(|sleep| !sleep.is_elapsed()),
        };
        if self.sleep.as_mut().is_some_and(|sleep| sleep.as_mut().poll(cx).is_ready()) {
            cx.waker().wake_by_ref();
        }
        Ok(())
    }

    /// Ends the connection where that is due.
    fn finish(&mut self, cx: &mut Context<'_>, nest: &mut Nest) -> Poll<()> {
        let slot = self.slot;
        let Some(peer) = nest.peer(slot) else { return Poll::Ready(()) };
        let is_flushed = peer.out.is_empty() || peer.writing == Writing::Stopped;
        match peer.ending {
            Some(Ending::Reset) => {
                nest.crossed(slot, Crossed::Closed);
                Poll::Ready(())
            }
            Some(Ending::Flushed) if is_flushed => {
                nest.crossed(slot, Crossed::Closed);
                self.stream.leave();
                Poll::Ready(())
            }
            Some(Ending::Half) if is_flushed => {
                self.stream.shut(Shutdown::Write);
                // a bee that has ended too has nothing to wait for
                peer.ending = self.sees_end.then_some(Ending::Flushed);
                peer.writing = Writing::Stopped;
                peer.waker.iter().for_each(std::task::Waker::wake_by_ref);
                nest.crossed(slot, Crossed::HalfClosed);
                Poll::Pending
            }
            // a bee that has ended its writes goes when it has read what it wants
            Some(Ending::Flushed) if peer.is_full && !self.sees_end => {
                let patience = self.patience.get_or_insert_with(|| Box::pin(tokio::time::sleep(PATIENCE)));
                ready!(patience.as_mut().poll(cx));
                let lost = peer.out.len();
                peer.counts.lost += lost as u64;
                let note = format!("the bee does not read: {lost} tones for it are lost with its connection");
                nest.crossed(slot, Crossed::Note(&note));
                nest.crossed(slot, Crossed::Closed);
                self.stream.leave();
                Poll::Ready(())
            }
            _ => Poll::Pending,
        }
    }
}

/// How long a turn lasts already. The first look at the clock comes after one line, the next ones ever later.
struct Pace {
    until: Instant,
    lines: u32,
    next_look: u32,
}

impl Pace {
    /// After each line: whether others are to have their turn.
    fn is_over(&mut self) -> bool {
        self.lines += 1;
        if self.lines < self.next_look {
            return false;
        }
        self.next_look += self.lines.min(LOOK_LINES_MAX);
        Instant::now() >= self.until
    }
}

/// Pieces are told apart by what is attached to them, and so much of that may be under way: the bee has to read first.
fn is_shortage(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::TOOMANYREFS.raw_os_error())
}

fn is_gone(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset)
}

#[cfg(test)]
#[path = "serve_tests.rs"]
mod tests;
