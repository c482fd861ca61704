"""Weighted sums of the figures of a plan: whatever is made least or limited."""

from __future__ import annotations

from typing import NamedTuple

from planner.evaluation.cost import Kind
from planner.evaluation.result import Evaluation


class Weights(NamedTuple):
    """A weighted sum of the figures of a plan."""

    bill: float = 0.0
    operations: float = 0.0
    waiting: float = 0.0
    mean_rtt_ms: float = 0.0
    mean_pull_seconds: float = 0.0
    locations: float = 0.0

    def plus(self, factor: float, other: Weights) -> Weights:
        """The sum of these weights and so many times others."""
        return Weights(
            *(a + factor * b for a, b in zip(self, other, strict=True)),
        )

    def of(self, evaluation: Evaluation) -> float:
        """The weighted sum of an evaluated plan."""
        kinds, latency = evaluation.cost.by_kind, evaluation.latency
        figures = (
            evaluation.cost.bill_usd,
            kinds.get(Kind.OPERATIONS, 0.0),
            kinds.get(Kind.WAITING, 0.0),
            latency.mean_rtt_ms or 0.0,
            latency.mean_pull_seconds or 0.0,
            len(evaluation.layout.regions),
        )
        return sum(w * x for w, x in zip(self, figures, strict=True) if w)


TOTAL = Weights(bill=1.0, operations=1.0, waiting=1.0)
"""What a plan costs, waiting included: what `evaluate` calls the total."""
COST = Weights(bill=1.0, operations=1.0)
"""Bill and operations: the cost axis of a frontier."""


class Limit(NamedTuple):
    """A weighted sum that may not be passed."""

    weights: Weights
    most: float

    def keeps(self, evaluation: Evaluation) -> bool:
        """Whether an evaluated plan is within the limit."""
        return self.weights.of(evaluation) <= self.most + 1e-9 * max(1.0, self.most)
