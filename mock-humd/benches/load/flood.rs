//! Tones without end over some connections, so many unanswered at a time, and how fast they are answered.

use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::event::epoll;

/// How many tones of one connection wait for their echo.
pub const WINDOW: usize = 512;

/// The bytes of one tone, LF included.
pub const TONE_BYTES: usize = 190;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// One connection.
struct Lane {
    stream: UnixStream,
    /// How many tones are to be told yet.
    left: usize,
    unanswered: usize,
    /// Where in the block the next bytes to write begin.
    at: usize,
    /// The bytes of the window that may be written.
    due: usize,
}

/// Tells `count` tones on each of so many connections; gives the time from the first write to the last echo.
pub fn flood(socket: &Path, connections: usize, count: usize) -> io::Result<Duration> {
    let block = block();
    let poll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
    let mut lanes = Vec::new();
    for number in 0..connections {
        let stream = UnixStream::connect(socket)?;
        stream.set_nonblocking(true)?;
        let flags = epoll::EventFlags::IN | epoll::EventFlags::OUT | epoll::EventFlags::ET;
        epoll::add(&poll, &stream, epoll::EventData::new_u64(number as u64), flags)?;
        lanes.push(Lane { stream, left: count, unanswered: 0, at: 0, due: 0 });
    }
    let mut room = vec![0; 256 << 10];
    let mut events = Vec::with_capacity(256);
    let begin = Instant::now();
    let mut busy = connections;
    while busy > 0 {
        events.clear();
        let timeout = rustix::event::Timespec::try_from(PATIENCE).map_err(io::Error::other)?;
        epoll::wait(&poll, rustix::buffer::spare_capacity(&mut events), Some(&timeout))?;
        if events.is_empty() {
            return Err(ErrorKind::TimedOut.into());
        }
        for event in &events {
            let lane = &mut lanes[usize::try_from(event.data.u64()).map_err(io::Error::other)?];
            busy -= usize::from(lane.pump(&block, &mut room)?);
        }
    }
    Ok(begin.elapsed())
}

impl Lane {
    /// Writes and reads as far as the socket allows; true once the last echo has come.
    fn pump(&mut self, block: &[u8], room: &mut [u8]) -> io::Result<bool> {
        if self.left == 0 && self.unanswered == 0 {
            return Ok(false);
        }
        loop {
            let more = self.left.min(WINDOW - self.unanswered);
            self.left -= more;
            self.unanswered += more;
            self.due += more * TONE_BYTES;
            let wrote = self.write(block)?;
            let count = match self.stream.read(room) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::WouldBlock && !wrote => return Ok(false),
                Err(error) if error.kind() == ErrorKind::WouldBlock => continue,
                Err(error) => return Err(error),
            };
            let answered = memchr::memchr_iter(b'\n', &room[..count]).count();
            self.unanswered = self.unanswered.checked_sub(answered).ok_or(ErrorKind::InvalidData)?;
            if self.left == 0 && self.unanswered == 0 {
                return Ok(true);
            }
        }
    }

    fn write(&mut self, block: &[u8]) -> io::Result<bool> {
        if self.due == 0 {
            return Ok(false);
        }
        match self.stream.write(&block[self.at..self.at + self.due]) {
            Ok(count) => {
                self.due -= count;
                self.at = (self.at + count) % (block.len() / 2);
                Ok(true)
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// Two times the same window of tones, so that any window is one slice.
pub fn block() -> Vec<u8> {
    let tone = |k: usize| {
        let start = format!(
            "{{\"chi\":\"bench\",\"rid\":\"mjuohs00-{k:03}\",\"from\":\"load\",\"sentAt\":1764081000000,\"n\":-12.5e1,\
             \"deep\":{{\"list\":[1,true,null,{{}}]}},\"text\":\"a \\\"quoted\\\" word, \\u00e9 and é; "
        );
        let fill = "x".repeat(TONE_BYTES - start.len() - 3);
        format!("{start}{fill}\"}}\n")
    };
    (0..2 * WINDOW).map(|k| tone(k % WINDOW)).collect::<String>().into_bytes()
}
