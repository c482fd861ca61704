"""What can be asked of the optimizer: families of layouts, and latency metrics.

Kept apart because the command line offers them without loading the optimizer.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planner.evaluation.result import Evaluation


class Family(StrEnum):
    """A kind of layout."""

    SINGLE = "single"
    """One registry, one location."""
    GEO = "geo"
    """One registry with any number of replicas."""
    MULTI = "multi"
    """Two or more registries without replicas."""
    HYBRID = "hybrid"
    """Two or more registries, at most one of them geo-replicated."""
    BEST = "best"
    """The best of them all."""


class EngineName(StrEnum):
    """A way to solve."""

    EXACT = "exact"
    """Branch and bound in plain Python."""
    COMPILED = "compiled"
    """The same source through numba (extra `fast`)."""
    PULP = "pulp"
    """A mixed-integer model in PuLP with HiGHS."""


SHAPES: dict[Family, tuple[str, ...]] = {
    Family.SINGLE: ("single",),
    Family.GEO: ("home only", "replicated"),
    Family.MULTI: ("separate",),
    Family.HYBRID: ("separate", "mixed"),
    Family.BEST: ("single", "replicated", "separate", "mixed"),
}
"""What an engine solves; the best answer of its shapes is the best of a family."""

FAMILY_OF = {
    "single": Family.SINGLE,
    "home only": Family.GEO,
    "replicated": Family.GEO,
    "separate": Family.MULTI,
    "mixed": Family.HYBRID,
}
"""The family that the plan of a shape is of."""


class Metric(StrEnum):
    """A latency figure of a layout."""

    MEAN_RTT_MS = "mean_rtt_ms"
    MAX_RTT_MS = "max_rtt_ms"
    MEAN_PULL_SECONDS = "mean_pull_seconds"

    def of(self, evaluation: Evaluation) -> float:
        """The figure of an evaluated layout that somebody pulls from."""
        return float(getattr(evaluation.latency, self.value))
