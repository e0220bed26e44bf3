//! Writing: whole, or in pieces that the client reads one by one; and waiting until it has read everything.

use std::io;
use std::os::fd::AsFd;

use tokio::io::Interest;
use tokio::net::UnixStream;

use super::Missed;
use super::log::Shared;
use crate::kernel;
use crate::script::Split;
use crate::transcript::{Crossed, Entry};

/// Writes frames in one go, after entering each in the log.
///
/// They are entered first so that an answer never stands before what it answers. If the write fails or its
/// future is dropped, the entries keep only the bytes that were taken.
pub async fn logged(
    shared: &Shared,
    k: usize,
    stream: &UnixStream,
    frames: &[&[u8]],
    split: &Split,
) -> Result<(), Missed> {
    let entries = shared.change(|log| {
        let entry = |frame: &&[u8]| (log.push(k, Crossed::FromDaemon(frame.to_vec())), frame.len());
        frames.iter().map(entry).collect()
    });
    let mut written = Written { shared, entries, bytes: 0 };
    let bytes = frames.concat();
    match split {
        Split::Whole => write(stream, &bytes, false, &mut written).await?,
        Split::EveryByte => pieces(stream, &bytes, 1..bytes.len(), &mut written).await?,
        Split::At(offsets) => pieces(stream, &bytes, offsets.iter().copied(), &mut written).await?,
    }
    Ok(())
}

/// Waits until the client has read everything, or is gone.
///
/// No event tells, so this asks over and over, giving way to every other task and thread in between.
pub async fn drained(stream: &UnixStream) -> Result<(), Missed> {
    while kernel::unread_by_peer(stream)? > 0 {
        if kernel::is_hung_up(stream.as_fd()) {
            return Err(Missed::Ended);
        }
        tokio::task::yield_now().await;
        std::thread::yield_now();
    }
    Ok(())
}

/// Writes bytes in pieces that begin at the offsets; before and after each, everything has been read.
async fn pieces(
    stream: &UnixStream,
    bytes: &[u8],
    offsets: impl Iterator<Item = usize>,
    written: &mut Written<'_>,
) -> Result<(), Missed> {
    drained(stream).await?;
    let mut start = 0;
    for end in offsets.chain([bytes.len()]) {
        write(stream, bytes.get(start..end).unwrap_or_default(), true, written).await?;
        drained(stream).await?;
        start = end;
    }
    Ok(())
}

/// Writes bytes; as a piece, with something attached that ends the client's read.
async fn write(
    stream: &UnixStream,
    mut bytes: &[u8],
    as_piece: bool,
    written: &mut Written<'_>,
) -> Result<(), Missed> {
    while !bytes.is_empty() {
        stream.writable().await?;
        let sent = if as_piece {
            stream.try_io(Interest::WRITABLE, || kernel::send_piece(stream, bytes))
        } else {
            stream.try_write(bytes)
        };
        match sent {
            Ok(count) => {
                written.bytes += count;
                bytes = &bytes[count..];
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// How much of the entries has been written; they are cut down to it in the end.
struct Written<'a> {
    shared: &'a Shared,
    /// The index and length of each.
    entries: Vec<(usize, usize)>,
    bytes: usize,
}

impl Drop for Written<'_> {
    fn drop(&mut self) {
        let whole: usize = self.entries.iter().map(|(_, length)| length).sum();
        if self.bytes == whole {
            return;
        }
        let mut left = self.bytes;
        let mut log = self.shared.lock();
        for &(index, length) in &self.entries {
            if let Some(Entry { what: Crossed::FromDaemon(bytes), .. }) = log.entries.get_mut(index) {
                bytes.truncate(left);
            }
            left = left.saturating_sub(length);
        }
    }
}
