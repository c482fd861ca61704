"""How long a search may go on."""

from __future__ import annotations

import math
import time


class Clock:
    """A deadline that several searches share, and that an interrupt brings forward."""

    def __init__(self, seconds: float | None = None) -> None:
        self._end = math.inf if seconds is None else time.perf_counter() + seconds

    @property
    def left(self) -> float:
        """Seconds until the deadline; infinite without one."""
        return self._end - time.perf_counter()

    @property
    def over(self) -> bool:
        """Whether the deadline has passed."""
        return time.perf_counter() >= self._end

    def stop(self) -> None:
        """Let the deadline be now."""
        self._end = -math.inf
