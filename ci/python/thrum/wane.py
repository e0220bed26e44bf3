"""Wane: one Lamport counter per sigil, exact up to 2^64 - 1, safe to use from any thread."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TypeGuard

WANE_TOP = 2**64 - 1
"""The largest wane there is."""


class WaneTracker:
    """The local clocks. A sigil never seen stands at 0."""

    def __init__(self) -> None:
        self._clocks: dict[str, int] = {}
        self._lock = threading.Lock()

    def get(self, sigil: str) -> int:
        return self._clocks.get(sigil, 0)

    def tick(self, sigil: str) -> int:
        """Adds 1 and returns the new value; OverflowError at the top, which stays as it is."""
        with self._lock:
            value = self._clocks.get(sigil, 0)
            if value == WANE_TOP:
                raise OverflowError(f"the wane of `{sigil}` is at its top")
            self._clocks[sigil] = value + 1
            return value + 1

    def set(self, sigil: str, value: int) -> None:
        """Pins a value, lower ones too."""
        if not is_wane(value):
            raise ValueError(f"`{value!r}` is no wane")
        with self._lock:
            self._clocks[sigil] = value

    def behind(self, sigil: str, remote: int) -> bool:
        """True if `remote` is ahead of the local clock, strictly."""
        return remote > self.get(sigil)

    def merge(self, snapshot: Mapping[str, int]) -> None:
        """Takes the larger value for each sigil: all of the snapshot, or none if it is bad."""
        for sigil, value in snapshot.items():
            if not is_wane(value):
                raise ValueError(f"`{value!r}` is no wane of `{sigil}`")
        with self._lock:
            for sigil, value in snapshot.items():
                self._clocks[sigil] = max(value, self._clocks.get(sigil, 0))

    def snapshot(self) -> dict[str, int]:
        """A copy of all clocks."""
        with self._lock:
            return dict(self._clocks)


def is_wane(value: object) -> TypeGuard[int]:
    """True for an integer from 0 to 2^64 - 1 (a bool is none)."""
    return type(value) is int and 0 <= value <= WANE_TOP
