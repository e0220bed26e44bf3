"""The closed vocabulary of thrum 0.7.0: the chi registry and the pulse kinds."""

from __future__ import annotations

from enum import Enum

THRUM_VERSION = "0.7.0"
"""The wire version that this package targets; hello carries it as `protoVersion`."""


class Chi(str, Enum):
    """The type of a tone. A member is a `str`, so it goes into a tone as it is."""

    # an asker sends
    HELLO = "hello"
    PROMPT = "prompt"
    CANCEL = "cancel"
    CLEANUP = "cleanup"
    CURATE = "curate"
    RELEASE_PERMIT = "release-permit"
    TENDRIL_RESULT = "tendril-result"
    TOOL_RESULT = "tool-result"
    PETAL_CELL = "petal-cell"
    # an asker receives
    BREATH = "breath"
    CHUNK = "chunk"
    FINISH = "finish"
    ERROR = "error"
    SESSION_READY = "session-ready"
    PULSE = "pulse"
    PERMISSION_ASK = "permission-ask"
    TENDRIL_REACH = "tendril-reach"
    TOOL_CALL = "tool-call"
    TOOL_META = "tool-meta"
    TOOL_INFO = "tool-info"
    # either direction
    ECHO = "echo"
    PERF_MARK = "perf-mark"
    LOG = "log"
    DRONE = "drone"
    DRONE_RETROFIT = "drone-retrofit"
    # between daemons only: a bee never sends these
    PEER_ADD = "peer-add"
    PEER_REMOVE = "peer-remove"
    ATTACH = "attach"
    DETACH = "detach"
    WANE_SYNC = "wane-sync"
    GOSSIP_PUBLISH = "gossip-publish"
    KAD_FIND_NODE = "kad-find-node"
    KAD_FIND_NODE_RESP = "kad-find-node-resp"

    __str__ = str.__str__


class PulseKind(str, Enum):
    """What a `pulse` says about a cell."""

    CELL_SPAWNED = "cell-spawned"
    CELL_READY = "cell-ready"
    CELL_IDLE = "cell-idle"
    CELL_DIED = "cell-died"
    CELL_EVICTED = "cell-evicted"

    __str__ = str.__str__


ALL_CHI: tuple[str, ...] = tuple(chi.value for chi in Chi)
"""Every chi of the registry, as plain strings."""

_KNOWN = frozenset(ALL_CHI)


def is_valid_chi(value: object) -> bool:
    """True for exactly the registry's values; anything that is no string is False."""
    return isinstance(value, str) and value in _KNOWN
