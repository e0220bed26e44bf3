"""Shim lines to values and back, with the forms for what JSON itself cannot carry.

{"$num": "NaN"}, {"$int": "18446744073709551615"}, {"$utf16": [55296]}: see the shim protocol.
The walk over a value is slow and rarely needed, so a look at the text decides whether to take it.
"""

import json
import math
import re

_SAFE = 2**53 - 1
_SUSPECT = re.compile(r"\d{16}|\\ud[89a-f]")  # a long number, or a surrogate that may be alone
_encode = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode


def load(line):
    value = json.loads(line)
    return _plain(value) if b'"$' in line else value


def dump(value):
    """One line of ASCII without its LF. Raises ValueError, TypeError or RecursionError."""
    try:
        text = _encode(value)
    except ValueError:
        return _encode(_wrapped(value))
    return _encode(_wrapped(value)) if _SUSPECT.search(text) else text


def _plain(value):
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((key, form),) = value.items()
        if key == "$num":
            return float(form)
        if key == "$int":
            return int(form)
        if key == "$utf16":
            units = b"".join(unit.to_bytes(2, "little") for unit in form)
            return units.decode("utf-16-le", "surrogatepass")
    return {key: _plain(item) for key, item in value.items()}


def _wrapped(value):
    if isinstance(value, dict):
        return {_key(key): _wrapped(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_wrapped(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return {"$num": "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"}
    if type(value) is int and abs(value) > _SAFE:
        return {"$int": str(value)}
    if isinstance(value, str) and not _is_text(value):
        data = value.encode("utf-16-le", "surrogatepass")
        units = [int.from_bytes(data[at : at + 2], "little") for at in range(0, len(data), 2)]
        return {"$utf16": units}
    return value


def _key(key):
    if not _is_text(key):
        raise ValueError("a key that is no Unicode text has no form")
    return key


def _is_text(value):
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
