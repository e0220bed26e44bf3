//! What the mock asks of the kernel beyond reading and writing: ends of reads, counts of unread bytes, and news of
//! one direction alone.
//!
//! This is the only file with unsafe code. On Linux a piece that is sent with a descriptor attached ends the
//! read that takes it, and the kernel counts what the peer has not read yet. Elsewhere both are missing: a
//! piece is a plain write and the count is always 0, so that pieces may be read together. That only weakens
//! a script, it never breaks one.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

pub use system::{send_piece, unread_by_peer};

/// Has the kernel tell of this socket what is of interest, and nothing else. A runtime must run.
pub fn tell_of(socket: UnixStream, interest: Interest) -> io::Result<AsyncFd<UnixStream>> {
    #[expect(unsafe_code, reason = "tokio has no safe call that leaves one direction out")]
    // SAFETY: a stream owns its descriptor, gives the same one each time, and keeps it open until it is dropped.
    let told = unsafe { AsyncFd::register_with_interest(socket, interest) };
    told.map_err(io::Error::from)
}

/// How many bytes from the peer wait to be read.
pub fn unread(socket: impl AsFd) -> io::Result<usize> {
    let count = rustix::io::ioctl_fionread(socket)?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// Whether the peer is gone altogether; it is not while it has only ended its writes.
pub fn is_hung_up(socket: BorrowedFd<'_>) -> bool {
    let mut sockets = [PollFd::from_borrowed_fd(socket, PollFlags::empty())];
    let asked = poll(&mut sockets, Some(&Timespec::default()));
    asked.is_ok() && sockets[0].revents().intersects(PollFlags::HUP | PollFlags::ERR)
}

#[cfg(target_os = "linux")]
mod system {
    use std::ffi::c_int;
    use std::fs::File;
    use std::io::{self, IoSlice};
    use std::mem::MaybeUninit;
    use std::os::fd::AsFd;
    use std::sync::OnceLock;

    use rustix::ioctl::{Getter, Opcode, ioctl};
    use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};

    /// `TIOCOUTQ` of asm/ioctls.h.
    const TIOCOUTQ: Opcode = if cfg!(any(target_arch = "mips", target_arch = "mips64")) {
        0x7472
    } else if cfg!(any(target_arch = "powerpc", target_arch = "powerpc64", target_arch = "sparc64")) {
        0x4004_7473
    } else {
        0x5411
    };

    /// Sends bytes with one descriptor of `/dev/null` attached, without waiting; gives how many were taken.
    ///
    /// A peer that does not ask for descriptors never sees it: the kernel closes it.
    pub fn send_piece(socket: impl AsFd, bytes: &[u8]) -> io::Result<usize> {
        static NULL: OnceLock<File> = OnceLock::new();
        let null = match NULL.get() {
            Some(null) => null,
            None => NULL.get_or_init({
                let opened = File::open("/dev/null")?;
                || opened
            }),
        };
        let descriptors = [null.as_fd()];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut control = SendAncillaryBuffer::new(&mut space);
        control.push(SendAncillaryMessage::ScmRights(&descriptors));
        let flags = SendFlags::NOSIGNAL | SendFlags::DONTWAIT;
        Ok(sendmsg(socket, &[IoSlice::new(bytes)], &mut control, flags)?)
    }

    /// 0 once the peer has read everything; any other value only means that it has not, since the kernel
    /// counts its own overhead too.
    pub fn unread_by_peer(socket: impl AsFd) -> io::Result<usize> {
        #[expect(unsafe_code, reason = "rustix has no safe call for this count")]
        // SAFETY: TIOCOUTQ writes one C int and nothing else, and that is what this getter provides.
        let count: c_int = unsafe { ioctl(socket, Getter::<TIOCOUTQ, c_int>::new()) }?;
        Ok(usize::try_from(count).unwrap_or_default())
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    use std::io;
    use std::os::fd::AsFd;

    /// Sends bytes as any write does.
    pub fn send_piece(socket: impl AsFd, bytes: &[u8]) -> io::Result<usize> {
        Ok(rustix::net::send(socket, bytes, rustix::net::SendFlags::empty())?)
    }

    /// Always 0: nothing tells.
    pub fn unread_by_peer(_: impl AsFd) -> io::Result<usize> {
        Ok(0)
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::io::{Read, Write};

    #[test]
    fn a_read_ends_after_each_piece() {
        let (mine, mut theirs) = UnixStream::pair().unwrap();
        assert_eq!(send_piece(&mine, b"one").unwrap(), 3);
        assert_eq!(send_piece(&mine, b"two").unwrap(), 3);
        let mut bytes = [0; 64];
        assert_eq!(theirs.read(&mut bytes).unwrap(), 3);
        assert_eq!(theirs.read(&mut bytes).unwrap(), 3);
    }

    #[test]
    fn the_counts_fall_to_0_as_bytes_are_read() {
        let (mut mine, mut theirs) = UnixStream::pair().unwrap();
        assert_eq!((unread_by_peer(&mine).unwrap(), unread(&theirs).unwrap()), (0, 0));
        mine.write_all(b"four").unwrap();
        assert!(unread_by_peer(&mine).unwrap() > 0);
        assert_eq!(unread(&theirs).unwrap(), 4);
        let mut bytes = [0; 3];
        theirs.read_exact(&mut bytes).unwrap();
        assert!(unread_by_peer(&mine).unwrap() > 0);
        theirs.read_exact(&mut bytes[..1]).unwrap();
        assert_eq!((unread_by_peer(&mine).unwrap(), unread(&theirs).unwrap()), (0, 0));
    }

    #[test]
    fn only_a_peer_that_is_gone_has_hung_up() {
        let (mine, theirs) = UnixStream::pair().unwrap();
        assert!(!is_hung_up(mine.as_fd()));
        theirs.shutdown(std::net::Shutdown::Write).unwrap();
        assert!(!is_hung_up(mine.as_fd()));
        drop(theirs);
        assert!(is_hung_up(mine.as_fd()));
    }
}
