"""The one place that reads the time of day.

Everything else calls `clock.now_ms()` through this module, so a test that replaces
`thrum.clock.now_ms` moves the time for rid, dusk and sentAt at once.
"""

from __future__ import annotations

import time


def now_ms() -> int:
    """Milliseconds since the epoch, UTC."""
    return time.time_ns() // 1_000_000
