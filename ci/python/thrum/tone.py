"""One tone as text and back: strict JSON both ways. Nothing here knows lines or sockets."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

Tone = dict[str, Any]
"""A decoded tone: one flat object of envelope and body."""


def encode(envelope: Mapping[str, Any], body: Mapping[str, Any]) -> str:
    """The JSON text of a tone; where both name a field, the envelope's value is sent.

    Raises ValueError for NaN and Infinity, TypeError for what JSON has no form for.
    The text is pure ASCII on one line: whatever a string holds, it cannot break the framing.
    """
    return _encoder.encode({**body, **envelope})


def decode(line: bytes) -> Tone | None:
    """The tone on a line, or None for whatever is none: decoding cannot fail.

    Dropped are bad UTF-8, a byte order mark, bad JSON, NaN and Infinity, values that are no object,
    nesting beyond the interpreter's limit, and numbers that would not arrive as what they were
    (more digits than `int` takes, floats that overflow).
    """
    try:
        value = _decoder.decode(line.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _refuse(literal: str) -> float:
    raise ValueError(f"`{literal}` is not JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _refuse(digits)


_encoder = json.JSONEncoder(allow_nan=False, separators=(",", ":"))
_decoder = json.JSONDecoder(parse_constant=_refuse, parse_float=_finite)
