"""The cheapest set of facilities within a round trip, for shorter and shorter ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from planner.optimization import kernel_rows
from planner.optimization.branching import Found, search
from planner.optimization.clock import Clock
from planner.optimization.kernel import Instance


class Narrowing:
    """An instance whose clients accept ever shorter round trips.

    Each solve starts from what the one before it has proved, and each step only cuts
    the ends off rows that have been laid out and sorted once.
    """

    def __init__(
        self,
        instance: Instance,
        ms: Sequence[float],
        status: Sequence[int],
        *,
        compiled: bool = False,
    ) -> None:
        """`ms` is the round trip of each place in `instance.rank_facility`."""
        self._rows: Any = kernel_rows
        self._ms: Any = ms
        self.instance = instance
        self._status, self._compiled = status, compiled
        self._wider: Found | None = None
        if compiled:
            import numpy as np

            from planner.optimization.compiled import as_arrays, compiled_rows

            self._rows = compiled_rows()
            self.instance, self._ms = as_arrays(instance), np.asarray(ms, dtype=float)

    def narrow(self, limit: float) -> None:
        """Serve nobody over more than a round trip."""
        rows = self._rows.nearer_rows(self.instance, self._ms, limit)._asdict()
        self._ms = rows.pop("ms")
        self.instance = self.instance._replace(**rows)

    def least(self, clock: Clock) -> Found:
        """The cheapest set within the round trip reached so far."""
        found = search(
            self.instance,
            self._status,
            clock,
            compiled=self._compiled,
            wider=self._wider,
        )
        self._wider = found if found.proved else None
        return found

    def longest(self, chosen: Sequence[int]) -> float:
        """The longest round trip when these facilities are open."""
        flags = self._rows.ints(self.instance.m)
        for i in chosen:
            flags[i] = 1
        return float(self._rows.longest_ms(self.instance, self._ms, flags))
