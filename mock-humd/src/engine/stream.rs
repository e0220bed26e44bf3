//! A bee's socket that tells of what comes, and of room for more only once it has been full.
//!
//! tokio's own stream always tells of both, and each answer that a bee reads makes room: it would wake the daemon once
//! more for every tone.

use std::io::{self, ErrorKind, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::task::{Context, Poll, ready};

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use crate::kernel;

/// One end of a connection.
pub struct Stream {
    /// None once the system has refused to tell anything more.
    socket: Option<AsyncFd<UnixStream>>,
    /// It tells of room.
    tells_of_room: bool,
}

impl Stream {
    /// Takes over what was accepted.
    pub fn new(stream: tokio::net::UnixStream) -> io::Result<Self> {
        let socket = kernel::tell_of(stream.into_std()?, Interest::READABLE)?;
        Ok(Self { socket: Some(socket), tells_of_room: false })
    }

    /// Reads what there is room for; 0 at the end.
    pub fn poll_read(&self, cx: &mut Context<'_>, room: &mut [u8]) -> Poll<io::Result<usize>> {
        let socket = self.asked()?;
        loop {
            let mut ready = ready!(socket.poll_read_ready(cx))?;
            let Ok(read) = ready.try_io(|socket| socket.get_ref().read(room)) else { continue };
            // what does not fill the room was all that there was, but where a descriptor or an urgent byte ends a read
            let is_short = read.as_ref().is_ok_and(|&count| count > 0 && count < room.len());
            if is_short && kernel::unread(socket.get_ref()).is_ok_and(|unread| unread == 0) {
                ready.clear_ready();
            }
            return Poll::Ready(read);
        }
    }

    /// Writes as much as the socket takes; `as_piece` makes it end one of the bee's reads.
    pub fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        bytes: &[u8],
        as_piece: bool,
    ) -> Poll<io::Result<usize>> {
        let write = |mut socket: &UnixStream| {
            if as_piece { kernel::send_piece(socket, bytes) } else { socket.write(bytes) }
        };
        if !self.tells_of_room {
            match write(self.asked()?.get_ref()) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.ask_for_room(cx)?,
                written => return Poll::Ready(written),
            }
        }
        let socket = self.asked()?;
        loop {
            let mut ready = ready!(socket.poll_write_ready(cx))?;
            if let Ok(written) = ready.try_io(|socket| write(socket.get_ref())) {
                return Poll::Ready(written);
            }
        }
    }

    /// Ends one direction or both.
    pub fn shut(&self, how: Shutdown) {
        // it may be gone already
        let _ = self.asked().and_then(|socket| socket.get_ref().shutdown(how));
    }

    /// Ends both directions, and reads what the bee had under way: unread bytes would turn the end into a reset.
    pub fn leave(&self) {
        self.shut(Shutdown::Both);
        let Ok(socket) = self.asked() else { return };
        let mut bytes = [0; 4096];
        while let Ok(1..) = socket.get_ref().read(&mut bytes) {}
    }

    fn asked(&self) -> io::Result<&AsyncFd<UnixStream>> {
        self.socket.as_ref().ok_or_else(|| ErrorKind::NotConnected.into())
    }

    fn ask_for_room(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        let socket = self.socket.take().map(AsyncFd::into_inner);
        let socket = socket.map(|socket| kernel::tell_of(socket, Interest::READABLE | Interest::WRITABLE));
        self.socket = socket.transpose()?;
        self.tells_of_room = true;
        // who waited for what comes was forgotten
        cx.waker().wake_by_ref();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;

    #[tokio::test]
    async fn what_stands_behind_a_descriptor_is_read_without_more_news() {
        let (mut bee, stream) = UnixStream::pair().unwrap();
        stream.set_nonblocking(true).unwrap();
        let stream = Stream::new(tokio::net::UnixStream::from_std(stream).unwrap()).unwrap();
        kernel::send_piece(&bee, b"one").unwrap();
        bee.write_all(b"two").unwrap();
        let mut room = [0; 64];
        let mut count = poll_fn(|cx| stream.poll_read(cx, &mut room)).await.unwrap();
        while count < 6 {
            let read = poll_fn(|cx| Poll::Ready(stream.poll_read(cx, &mut room[count..]))).await;
            let Poll::Ready(more) = read else { panic!("it waits for news of what has come already") };
            count += more.unwrap();
        }
        assert_eq!(&room[..6], b"onetwo");
    }
}
