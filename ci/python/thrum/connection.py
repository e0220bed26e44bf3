"""One connection: bytes to lines on a Unix stream socket.

It ends once and is never reused, so a half-received line and bytes not yet written cannot reach
the next connection.
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Callable
from typing import cast


class Connection(asyncio.Protocol):
    """Hands each line to `received` as it completes; of any length, split only at 0x0A.

    The three callbacks run on the event loop and must not raise.
    The write half is never shut down on its own; the peer's end of stream ends the connection,
    and a last line without LF is dropped.
    """

    transport: asyncio.Transport

    def __init__(
        self,
        opened: Callable[[Connection], None],
        received: Callable[[Connection, bytes], None],
        lost: Callable[[Connection, Exception | None], None],
    ) -> None:
        self._opened, self._received, self._lost = opened, received, lost
        self._partial = bytearray()
        self.ended = asyncio.Event()
        self.writable = asyncio.Event()
        self.writable.set()

    def write_line(self, line: bytes) -> None:
        """Never blocks: what the socket does not take now is sent as it gets ready."""
        self.transport.write(line + b"\n")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self._opened(self)

    def data_received(self, data: bytes) -> None:
        first, *more = data.split(b"\n")
        self._partial += first
        for piece in more:
            line = bytes(self._partial)
            self._partial = bytearray(piece)
            self._received(self, line)

    def eof_received(self) -> None:
        self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self.writable.set()
        self.ended.set()
        self._lost(self, exc)

    def pause_writing(self) -> None:
        self.writable.clear()

    def resume_writing(self) -> None:
        self.writable.set()


def dial(path: str) -> socket.socket | None:
    """A connected socket; None while the daemon is too busy to accept. Never blocks.

    Raises OSError with the path: missing, refused, too long.
    Not left to asyncio: it takes a full backlog (EAGAIN) on a Unix socket for a connection.
    """
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.setblocking(False)
    try:
        sock.connect(path)
        return sock
    except BlockingIOError:
        sock.close()
        return None
    except OSError as error:
        sock.close()
        number = error.errno or errno.ENAMETOOLONG  # Python checks the length itself, without one
        raise OSError(number, error.strerror or str(error), path) from error
