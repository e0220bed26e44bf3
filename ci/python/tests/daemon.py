"""A daemon of a few lines for the tests: it accepts, writes bytes, and reads what came."""

import asyncio
import contextlib
import json
import os
import tempfile


class Daemon:
    """Use as `async with Daemon() as daemon`; `path` is its socket."""

    async def __aenter__(self):
        self._folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self._folder.name, "s")
        self._arrived = asyncio.Queue()
        self._peers = []
        await self.listen()
        return self

    async def listen(self):
        self._server = await asyncio.start_unix_server(self._connected, self.path, limit=1 << 25)

    def stop_listening(self):
        """The socket is gone; connections stay."""
        self._server.close()
        with contextlib.suppress(FileNotFoundError):  # some versions have removed it already
            os.unlink(self.path)

    async def __aexit__(self, *_):
        self._server.close()
        for peer in self._peers:
            await peer.gone()
        self._folder.cleanup()

    def _connected(self, reader, writer):
        self._peers.append(Peer(reader, writer))
        self._arrived.put_nowait(self._peers[-1])

    async def accept(self):
        return await asyncio.wait_for(self._arrived.get(), 10)


class Peer:
    """The daemon's end of one connection."""

    def __init__(self, reader, writer):
        self._reader, self._writer = reader, writer

    def write(self, data):
        self._writer.write(data)

    def tone(self, chi, **fields):
        self.write(json.dumps({"chi": chi, "rid": "d", **fields}).encode() + b"\n")

    async def line(self):
        return await asyncio.wait_for(self._reader.readline(), 10)

    async def next(self, *skip):
        """The next tone, hello and those named left out."""
        while True:
            tone = json.loads(await self.line())
            if tone["chi"] not in ("hello", *skip):
                return tone

    def close(self):
        self._writer.close()

    def reset(self):
        self._writer.transport.abort()

    async def gone(self):
        self.reset()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()
