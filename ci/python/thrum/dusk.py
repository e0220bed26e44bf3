"""Expiry: dusk is the absolute time, in ms since the epoch, up to which a tone is alive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import clock


def dusk_in(ms: int) -> int:
    """The dusk of a tone that shall live for `ms` milliseconds from now."""
    return clock.now_ms() + int(ms)


def is_dusk(tone: Mapping[str, Any]) -> bool:
    """True if the tone has expired: now > dusk, strictly.

    Only an integer is a dusk. Anything else counts as none, and a tone without never expires.
    """
    dusk = tone.get("dusk")
    return type(dusk) is int and clock.now_ms() > dusk  # `type is`: a bool is no integer here
