"""Application code that this package calls: its failures are reported, and end there.

A report goes to the event loop's exception handler, which logs it unless the application
has set another (`loop.set_exception_handler`).
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Any


class Background:
    """Runs callbacks and the tasks that nobody awaits."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Future[Any]] = set()  # the loop itself holds tasks only weakly

    def start(self, function: Callable[..., Any], *args: Any) -> Awaitable[Any] | None:
        """Calls a function; what is left to await, if it is an asynchronous one."""
        try:
            result = function(*args)
        except Exception as error:
            self.report(error)
            return None
        return result if inspect.isawaitable(result) else None

    def run(self, function: Callable[..., Any], *args: Any) -> None:
        """Calls a function, sync or async, and does not wait for it."""
        pending = self.start(function, *args)
        if pending is not None:
            self.keep(asyncio.ensure_future(pending))

    async def settle(self, pending: Awaitable[Any]) -> None:
        """Waits until it has ended in whatever way. Only the caller's own cancellation raises."""
        task = asyncio.ensure_future(pending)
        self.keep(task)
        await asyncio.wait({task})

    def keep(self, task: asyncio.Future[Any]) -> None:
        """Lets a task run to its end; its value is of no interest."""
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def report(self, error: BaseException) -> None:
        asyncio.get_running_loop().call_exception_handler(
            {"message": "a handler given to thrum failed", "exception": error}
        )

    def _ended(self, task: asyncio.Future[Any]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self.report(error)
