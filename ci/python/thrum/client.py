"""The client: one object per bee, any number of connections, one after the other.

Start at `ThrumClient`. Bytes and lines are in `connection`, the order of delivery in `lanes`,
answers to questions in `asks`, the methods per chi in `verbs`, the pauses between attempts to come
back in `backoff`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import Any

from . import clock
from .asks import Asks
from .background import Background
from .backoff import Backoff
from .chi import THRUM_VERSION, Chi, is_valid_chi
from .connection import Connection, dial
from .dusk import is_dusk
from .hello import hello_body
from .ids import rid, sigil
from .lanes import Lanes, Sid
from .socket_path import default_socket_path
from .tone import Tone, decode, encode
from .tools import Tool
from .verbs import Verbs
from .wane import WaneTracker, is_wane

Handler = Callable[[Tone], Any]
"""Gets a tone. Sync, or async: then the next tone of the same sid waits for it."""

_BUSY = 0.01
"""Seconds between two looks at a daemon that is there, but has not accepted for so long that its
backlog is full."""

_CLOSED = "the client was closed while it connected"

_OUTCOMES = {Chi.FINISH: "finished", Chi.ERROR: "failed"}


class ThrumClient(Verbs):
    """An asker on a local thrum socket.

    With `hello` (its `bee`, the name, is required) the client sends hello itself, first on every
    connection. Without it the application sends hello, and `name` is what `from` says.

    With `reconnect` the client comes back by itself, after pauses, whenever a connection has ended
    other than by `close`. What was not yet written is dropped; the handlers stay.

    Sending never blocks and may be done from any thread. Everything else belongs to the event loop.
    A handler that fails is reported to the loop's exception handler and changes nothing else.
    """

    def __init__(
        self,
        socket_path: str | os.PathLike[str] | None = None,
        *,
        hello: Mapping[str, Any] | None = None,
        name: str = "thrum-py",
        reconnect: Backoff | None = None,
    ) -> None:
        self._path = socket_path
        self._hello = None if hello is None else hello_body(hello)
        self.name: str = name if self._hello is None else self._hello["bee"]
        encode({}, self._hello or {})  # a hello that JSON cannot hold fails here, not in connect
        self.connections = 0
        """How many connections there have been; the number of the present one."""
        self.wane = WaneTracker()
        self._due: dict[str, list[str]] = {}  # sid -> sigils whose new wane has not been sent

        self._handlers: dict[str, Handler] = {}
        self._any: Handler | None = None
        self._on_turn: Callable[[str, str, Tone], Any] | None = None
        self._on_connect: Callable[[], Any] | None = None
        self._on_disconnect: Callable[[Exception | None], Any] | None = None
        self._background = Background()
        self._lanes = Lanes(self._background, self._deliver, self._delivered)
        self._asks = Asks(self._background)

        self._lock = threading.Lock()  # guards _outbox against its end, _due, _closed
        self._outbox: deque[bytes] = deque()  # lines in the order of send(), not yet written
        self._closed = False
        self._connecting = asyncio.Lock()
        self._connection: Connection | None = None
        self._last: Connection | None = None
        self._backoff = reconnect
        self._pauses: Iterator[float] | None = None  # None: the daemon has been heard since
        self._return: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = 0

    # the connection

    async def connect(self) -> None:
        """Connects, in one attempt; also again, after a disconnect or a close.

        What was sent while there was no connection follows hello. It waits for no breath.
        A connection that still stands is given up first. Raises OSError if there is no daemon,
        ConnectionAbortedError if `close` comes first.
        """
        with self._lock:
            self._closed = False
        async with self._connecting:
            if self._connection is not None:
                self._connection.transport.abort()
                self._lost(self._connection, None)
            self._stop_returning()  # this attempt stands for those of its own accord
            await self._open()

    async def run_forever(self) -> None:
        """Connects if need be, and returns when the connection has ended, by whichever side; with
        `reconnect` when the client is closed."""
        if self._connection is None and self._return is None:
            await self.connect()
        while self._last is not None:
            await self._last.ended.wait()
            if self._return is None:
                return
            await asyncio.wait({self._return})
            async with self._connecting:  # if `connect` took over, until it is through
                pass

    def close(self) -> None:
        """Ends the connection, and every attempt to get one; `send` fails from now on. Does not
        wait: what was sent before is still flushed while the loop runs and the daemon reads (see
        `wait_closed`)."""
        with self._lock:
            self._closed = True
        self._stop_returning()
        connection = self._connection
        if connection is not None:
            self._flush()
            connection.transport.close()
        self._forget_connection()

    async def wait_closed(self) -> None:
        """Waits until the last connection has flushed and ended."""
        if self._last is not None:
            await self._last.ended.wait()

    async def __aenter__(self) -> ThrumClient:
        await self.connect()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()
        await self.wait_closed()

    # sending

    def send(self, tone: Mapping[str, Any]) -> str:
        """Queues a tone and returns its rid. The client fills in rid, `from` and `sentAt`.

        Kept until connected; dropped if the connection ends first. The queue has no limit: `drain`.
        Raises ConnectionError after `close`, ValueError or TypeError for what is no tone.
        """
        chi, sid = tone.get("chi"), tone.get("sid")
        if not is_valid_chi(chi):
            raise ValueError(f"`{chi}` is no chi of thrum {THRUM_VERSION}")
        own = tone.get("rid")
        sent_rid: str = own if isinstance(own, str) and own else rid()
        envelope = {"chi": chi, "rid": sent_rid, "from": self.name, "sentAt": clock.now_ms()}
        with self._lock:
            if self._closed:
                raise ConnectionError("the client is closed")
            due = self._due.get(sid, []) if isinstance(sid, str) else []
            if due and tone.get("sigil", due[0]) == due[0]:
                envelope |= {"sigil": due[0], "wane": self.wane.get(due[0])}
            line = encode(envelope, tone).encode("ascii")
            if "wane" in envelope:
                due.pop(0)
            self._outbox.append(line)
            loop = None if self._connection is None else self._loop
        if loop is not None and threading.get_ident() == self._thread:
            self._flush()
        elif loop is not None:
            try:
                loop.call_soon_threadsafe(self._flush)
            except RuntimeError as error:
                raise ConnectionError("the client's event loop is closed") from error
        return sent_rid

    async def drain(self) -> None:
        """Waits until the daemon has taken most of what was sent, or the connection has ended."""
        if self._connection is not None:
            await self._connection.writable.wait()

    def tick(self, sid: str, nest: str) -> int:
        """Counts a local mutation. The new wane rides on the next tone of that sid."""
        key = sigil(sid, nest)
        value = self.wane.tick(key)
        with self._lock:
            due = self._due.setdefault(sid, [])
            if key not in due:
                due.append(key)
        return value

    # receiving

    def on(self, sid: str, handler: Handler) -> None:
        """Gives the tones of a sid to a handler, in order, in place of the one before."""
        self._handlers[sid] = handler

    def off(self, sid: str) -> None:
        """Takes the handler away, also for tones that wait for an earlier one to be handled."""
        self._handlers.pop(sid, None)

    def on_any(self, handler: Handler | None) -> None:
        """The catch-all: tones without a sid, and those of a sid that has no handler."""
        self._any = handler

    def on_turn(self, handler: Callable[[str, str, Tone], Any] | None) -> None:
        """Called with sid, "finished" or "failed", and the tone that ended the turn."""
        self._on_turn = handler

    def on_connect(self, handler: Callable[[], Any] | None) -> None:
        """Called once per connection, when hello and what was sent before have been written."""
        self._on_connect = handler

    def on_disconnect(self, handler: Callable[[Exception | None], Any] | None) -> None:
        """Called once per connection that ended other than by `close`, with the error if any."""
        self._on_disconnect = handler

    # answering

    def tool(
        self,
        name: str,
        description: str,
        input_schema: Mapping[str, Any],
        fn: Callable[[Any], Any],
        timeout: float | None = 60.0,
    ) -> None:
        """Declares a tool. `fn(args)` returns the result; a plain function runs in a thread.

        If it raises, the result is {"error": text}; after `timeout` seconds {"error": "timeout"}.
        """
        self._asks.tools.declare(Tool(name, description, input_schema, fn, timeout))

    def tool_definitions(self, tools: Iterable[str | Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        return self._asks.tools.definitions(tools)

    def on_permission(self, handler: Handler | None) -> None:
        """The handler gets a permission-ask and returns "allow" or "deny"; failing is "deny"."""
        self._asks.on_permission = handler

    def on_tendril(self, handler: Handler | None) -> None:
        """The handler gets a tendril-reach and returns the result; failing is {"error": text}."""
        self._asks.on_tendril = handler

    # getting a connection

    async def _open(self) -> None:
        """Connects. Called with the lock `_connecting`: there is one connection at a time."""
        self._loop, self._thread = asyncio.get_running_loop(), threading.get_ident()
        path = default_socket_path() if self._path is None else os.fspath(self._path)
        while (sock := dial(path)) is None:
            await asyncio.sleep(_BUSY)
            if self._closed:
                raise ConnectionAbortedError(_CLOSED)
        _, connection = await self._loop.create_unix_connection(
            lambda: Connection(self._opened, self._received, self._lost), sock=sock
        )
        if connection is not self._last:
            raise ConnectionAbortedError(_CLOSED)

    async def _come_back(self, pauses: Iterator[float]) -> None:
        for pause in pauses:
            await asyncio.sleep(pause)
            with contextlib.suppress(OSError):
                async with self._connecting:
                    await self._open()
                    return

    def _stop_returning(self) -> None:
        if self._return is not None:
            self._return.cancel()
            self._return = None

    # called by the connection and the lanes, on the event loop

    def _opened(self, connection: Connection) -> None:
        if self._closed:
            connection.transport.abort()
            return
        self._return = None  # it has come back
        self.connections += 1
        if self._hello is not None:
            envelope = {"rid": rid(), "from": self.name, "sentAt": clock.now_ms()}
            connection.write_line(encode(envelope, self._hello).encode("ascii"))
        with self._lock:
            self._connection = self._last = connection
        self._flush()
        if self._on_connect is not None:
            self._background.run(self._on_connect)

    def _received(self, connection: Connection, line: bytes) -> None:
        if connection is not self._connection:  # a handler has just closed it
            return
        self._pauses = None
        tone = decode(line)
        if tone is None or not isinstance(tone.get("chi"), str) or not tone["chi"]:
            return
        if is_dusk(tone):  # the wire allows both; what came too late is of use to nobody
            return
        self._background.run(self._dispatch, connection, tone)

    def _dispatch(self, connection: Connection, tone: Tone) -> None:
        self._adopt_wane(tone)
        sid = tone.get("sid")
        self._lanes.put(sid if isinstance(sid, str) else None, tone)
        if connection is self._connection:
            self._asks.take(tone, lambda answer: self._answer(connection, answer))

    def _deliver(self, sid: Sid, tone: Tone) -> Awaitable[Any] | None:
        handler = self._any if sid is None else self._handlers.get(sid, self._any)
        return None if handler is None else self._background.start(handler, tone)

    def _delivered(self, sid: Sid, tone: Tone) -> None:
        if sid is not None and self._on_turn is not None and tone.get("chi") in _OUTCOMES:
            self._background.run(self._on_turn, sid, _OUTCOMES[tone["chi"]], tone)

    def _lost(self, connection: Connection, error: Exception | None) -> None:
        if connection is not self._connection:  # closed by the application, or given up
            return
        self._forget_connection()
        if self._on_disconnect is not None:
            self._background.run(self._on_disconnect, error)
        if self._backoff is not None and not self._closed:
            self._pauses = self._pauses or self._backoff.pauses()
            self._return = asyncio.ensure_future(self._come_back(self._pauses))
            self._background.keep(self._return)

    def _forget_connection(self) -> None:
        with self._lock:
            self._connection = None
            self._outbox.clear()
        self._asks.forget()

    def _flush(self) -> None:
        while self._connection is not None and self._outbox:
            self._connection.write_line(self._outbox.popleft())

    def _answer(self, connection: Connection, tone: Tone) -> None:
        if connection is self._connection:  # an answer that comes too late is nobody's
            self.send(tone)

    def _adopt_wane(self, tone: Tone) -> None:
        key, value = tone.get("sigil"), tone.get("wane")
        if isinstance(key, str) and is_wane(value):
            self.wane.merge({key: value})
