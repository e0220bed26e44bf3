"""The order of delivery: one lane per sid, and one for the tones without.

Within a lane a tone is handed over when the one before it has been handled, also by an
asynchronous handler. Lanes do not wait for each other, and the reader waits for none.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from .background import Background
from .tone import Tone

Sid = str | None


class Lanes:
    """Synchronous handlers run at once; only a lane that awaits one has a queue and a task."""

    def __init__(
        self,
        background: Background,
        handle: Callable[[Sid, Tone], Awaitable[Any] | None],
        handled: Callable[[Sid, Tone], None],
    ) -> None:
        """`handle` delivers and returns what is left to await; `handled` follows each tone."""
        self._background, self._handle, self._handled = background, handle, handled
        self._queues: dict[Sid, deque[Tone]] = {}

    def put(self, sid: Sid, tone: Tone) -> None:
        queue = self._queues.get(sid)
        if queue is not None:
            queue.append(tone)
            return
        pending = self._handle(sid, tone)
        if pending is None:
            self._handled(sid, tone)
        else:
            self._queues[sid] = deque()
            self._background.keep(asyncio.ensure_future(self._drain(sid, tone, pending)))

    async def _drain(self, sid: Sid, tone: Tone, pending: Awaitable[Any] | None) -> None:
        queue = self._queues[sid]
        try:
            while True:
                if pending is not None:
                    await self._background.settle(pending)
                self._handled(sid, tone)
                if not queue:
                    return
                tone = queue.popleft()
                pending = self._handle(sid, tone)
        finally:
            del self._queues[sid]
