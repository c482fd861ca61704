"""What an engine is asked, and what it answers, one shape of layout at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from planner.domain.layout import Layout
from planner.domain.problem import Problem
from planner.evaluation.result import Evaluation
from planner.optimization.families import FAMILY_OF
from planner.optimization.result import Status
from planner.optimization.weights import TOTAL, Limit, Weights

Places = tuple[tuple[str, ...], tuple[str, ...]]
"""Locations of the replicated registries, and of the others, each by name."""


class Answer(NamedTuple):
    """The best plan of one shape, and how far it is proved."""

    shape: str
    status: Status | None
    """None when the engine stopped before it found a plan or proved that none exists."""
    bound: float | None
    """No plan of the shape has a smaller weighted sum."""
    evaluation: Evaluation | None
    nodes: int = 0


@dataclass(frozen=True)
class Question:
    """What is to be made least over the layouts of one shape."""

    problem: Problem
    shape: str
    weights: Weights = TOTAL
    cutoff: float = float("inf")
    """Plans above this weighted sum do not matter."""
    forbidden: Sequence[Places] = field(default=())
    """Places of plans that do not count."""
    known: Mapping[Places, float] = field(default_factory=dict)
    """Places of which only plans below this weighted sum need count."""
    limit: Limit | None = None
    """A weighted sum that may not be passed, beside the goals."""


class Engine(Protocol):
    """A way to answer a question."""

    @property
    def name(self) -> str:
        """The name that it is asked for by."""

    def answer(self, question: Question) -> Answer:
        """Find the best plan of a shape, evaluated."""


def places(layout: Layout) -> Places:
    """What tells plans apart that differ in their locations."""
    replicated = [r for reg in layout.registries if reg.replicas for r in reg.locations]
    alone = [reg.home for reg in layout.registries if not reg.replicas]
    return tuple(sorted(replicated)), tuple(sorted(alone))


def order(weights: Weights, evaluation: Evaluation) -> tuple[float, int, list[str]]:
    """Rank of a plan: least sum, then fewer locations, then names."""
    named = sorted(r for part in places(evaluation.layout) for r in part)
    return significant(weights.of(evaluation)), len(named), named


def significant(value: float) -> float:
    """A sum without the digits in which equal plans differ by rounding."""
    return float(f"{value:.10g}")


def family_name(shape: str) -> str:
    """What the plan of a shape is called."""
    return f"best {FAMILY_OF[shape]}"
