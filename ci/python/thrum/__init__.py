"""thrum 0.7.0 for Python: an asker's client and the helpers of the wire.

    client = ThrumClient(hello={"bee": "my-bee", "version": "1.0.0"})
    client.on("hum-1", print)
    async with client:
        client.prompt("hum-1", "hello?")
        await client.run_forever()

Standard library only. Start at `client.ThrumClient`.
"""

from . import clock
from .backoff import Backoff
from .chi import ALL_CHI, THRUM_VERSION, Chi, PulseKind, is_valid_chi
from .client import ThrumClient
from .dusk import dusk_in, is_dusk
from .ids import rid, sigil
from .socket_path import default_socket_path
from .tone import Tone, decode, encode
from .wane import WANE_TOP, WaneTracker

__all__ = [
    "ALL_CHI",
    "THRUM_VERSION",
    "WANE_TOP",
    "Backoff",
    "Chi",
    "PulseKind",
    "ThrumClient",
    "Tone",
    "WaneTracker",
    "clock",
    "decode",
    "default_socket_path",
    "dusk_in",
    "encode",
    "is_dusk",
    "is_valid_chi",
    "rid",
    "sigil",
]
