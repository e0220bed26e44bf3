"""The lines of the shim protocol, with the forms for values that JSON itself cannot carry."""

import json
import re
import struct

SAFE = 2**53 - 1
LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def load(line):
    return DECODER.decode(line.decode())


def dump(message):
    """Raises ValueError or RecursionError for what has no form either, as a key that is no text."""
    return ENCODER.encode(_form(message)).encode() + b"\n"


def _value(members):
    match members:
        case {"$num": name}:
            return float(name)
        case {"$int": digits}:
            return int(digits)
        case {"$utf16": units}:
            return struct.pack(f"<{len(units)}H", *units).decode("utf-16-le", "surrogatepass")
    return members


def _form(value):
    if isinstance(value, dict):
        return {name: _form(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_form(item) for item in value]
    if isinstance(value, int) and abs(value) > SAFE:
        return {"$int": str(value)}
    if isinstance(value, str) and not value.isascii() and LONE_SURROGATE.search(value):
        units = struct.iter_unpack("<H", value.encode("utf-16-le", "surrogatepass"))
        return {"$utf16": [unit for (unit,) in units]}
    return value


DECODER = json.JSONDecoder(object_hook=_value)
ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False)
