"""The hello of a bee that is built on this client: what the application says, and the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .chi import THRUM_VERSION, Chi
from .tone import Tone

_DEFAULTS: Tone = {
    "version": THRUM_VERSION,
    "chis": [
        "hello",
        "prompt",
        "cancel",
        "cleanup",
        "curate",
        "release-permit",
        "tendril-result",
        "tool-result",
        "petal-cell",
        "echo",
        "perf-mark",
        "log",
    ],
    "propensity": {"statefulness": "stateless", "richness": "rich", "wire": "thrum"},
    "source": "thrum-py",
}


def hello_body(hello: Mapping[str, Any]) -> Tone:
    """A complete hello without its envelope. `bee`, the name, is the one field without a default;
    `protoVersion` is what this package speaks and not the application's to say."""
    bee = hello.get("bee")
    if not isinstance(bee, str) or not bee:
        raise ValueError("hello needs `bee`, the name of the bee (a non-empty string)")
    return {**_DEFAULTS, **hello, "chi": Chi.HELLO, "protoVersion": THRUM_VERSION}
