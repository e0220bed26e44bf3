"""Where the daemon's socket is when nobody names a path."""

from __future__ import annotations

import os
from collections.abc import Mapping


def default_socket_path(env: Mapping[str, str | None] = os.environ) -> str:
    """$HUM_THRUM_SOCK, else under $XDG_RUNTIME_DIR, else under /run/user/<uid>.

    An empty variable counts as unset; no other variable takes part.
    """
    explicit = env.get("HUM_THRUM_SOCK")
    if explicit:
        return explicit
    runtime = env.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    return f"{runtime}/hum/thrum.sock"
