"""How long to wait before each attempt to come back to a daemon that is gone."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Backoff:
    """Pauses that grow by `factor` from `first` to `longest`, in seconds.

    Chance shortens each by up to the share `jitter` (0 to 1), so that the bees of a daemon that
    comes back do not all arrive at once. Raises ValueError for bounds that make no sense.
    """

    first: float = 0.1
    longest: float = 30.0
    factor: float = 2.0
    jitter: float = 0.5

    def __post_init__(self) -> None:
        if not (0 < self.first <= self.longest and 1 <= self.factor and 0 <= self.jitter <= 1):
            raise ValueError(
                "a back-off needs 0 < `first` <= `longest`, `factor` >= 1 and `jitter` from 0 to 1"
            )

    def pauses(self) -> Iterator[float]:
        """The pauses of one absence, without end."""
        pause = self.first
        while True:
            yield pause * (1 - self.jitter * random.random())
            pause = min(pause * self.factor, self.longest)
