"""What the first copy of a registry to each of its replicas costs, once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from planner.domain.layout import Layout
from planner.domain.problem import Problem
from planner.evaluation import cost
from planner.evaluation.cost import Charge
from planner.evaluation.result import FirstCopy
from planner.evaluation.routing import Routing


class ReplicaCopy(NamedTuple):
    """The first copy of a registry to one replica."""

    registry: str
    region: str
    charge: Charge
    """GB stored times the price of a GB from the home region."""


def replica_copies(
    problem: Problem, layout: Layout, routing: Routing
) -> Iterator[ReplicaCopy]:
    """The first copy to every replica of a layout, registry by registry."""
    for registry, holds in zip(layout.registries, routing.holds, strict=True):
        stored = problem.stored_gb(holds)
        for region in registry.replicas:
            charge = cost.sync(problem, problem.prices, registry.home, region, stored)
            yield ReplicaCopy(registry.name, region, charge)


def first_copy(problem: Problem, layout: Layout, routing: Routing) -> FirstCopy:
    """GB and USD of all first copies together."""
    gb = usd = 0.0
    for copy in replica_copies(problem, layout, routing):
        gb += copy.charge.quantity
        usd += copy.charge.usd
    return FirstCopy(gb, usd)
