"""Where the daemon's socket is when nobody names a path."""

from __future__ import annotations

import os


def default_socket_path() -> str:
    """$HUM_THRUM_SOCK, else under $XDG_RUNTIME_DIR, else under /run/user/<uid>.

    An empty variable counts as unset; no other variable takes part.
    """
    explicit = os.environ.get("HUM_THRUM_SOCK")
    if explicit:
        return explicit
    runtime = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    return f"{runtime}/hum/thrum.sock"
