"""The daemon's stderr: read all along, as a full pipe would stop the daemon."""

from __future__ import annotations

import threading
from typing import IO


class Said:
    """Lines as they come; one with `ready` in it says that the daemon listens, even if a hook of it
    has written into that line. The thread owns the pipe and closes it at its end."""

    def __init__(self, stderr: IO[bytes], ready: str) -> None:
        self._sign = ready
        self._lines: list[str] = []
        self._ready = threading.Event()  # that it listens, or has ended
        # a hook may keep the pipe open, and must not keep the tests
        self._thread = threading.Thread(target=self._read, args=(stderr,), daemon=True)
        self._thread.start()

    def __str__(self) -> str:
        return "".join(self._lines)

    def words(self) -> str:
        """Without the line that says that it listens."""
        return "".join(line for line in self._lines if self._sign not in line).strip()

    def listens(self, within: float) -> bool:
        """Waits until the daemon listens, or has ended without. Raises TimeoutError."""
        if not self._ready.wait(within):
            raise TimeoutError
        return any(self._sign in line for line in self._lines)

    def end(self, within: float) -> None:
        """Waits until all of it has been read."""
        self._thread.join(within)

    def _read(self, stderr: IO[bytes]) -> None:
        with stderr:
            for line in stderr:
                self._lines.append(line.decode(errors="replace"))
                if self._sign in self._lines[-1]:
                    self._ready.set()
        self._ready.set()
