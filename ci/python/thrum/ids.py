"""Identifiers: the rid of a tone and the sigil of a session in a nest."""

from __future__ import annotations

import hashlib
import threading

from . import clock

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_lock = threading.Lock()
_counter = 0


def rid() -> str:
    """A new request id: base36(now in ms) "-" base36(counter).

    The counter starts at 0 in each process and rises by 1 a call, whichever thread calls.
    """
    global _counter
    with _lock:
        number = _counter
        _counter += 1
    return f"{_base36(clock.now_ms())}-{_base36(number)}"


def sigil(sid: str, nest: str) -> str:
    """12 hex digits: the first 6 bytes of SHA-256 over nest ":" sid, both taken as they are.

    A lone surrogate, which has no UTF-8 form, is hashed as its three-byte generalisation.
    """
    text = nest + ":" + sid
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _base36(number: int) -> str:
    if number < 36:
        return _DIGITS[number]
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits
