"""The best geo-replicated registry under limits that couple its regions.

A limit that the unlimited optimum breaks is priced: between the last plan that breaks
it and the first that keeps it, both cheapest for some price, lies the one price at which
they cost the same. With that price the bound of the search is as near as a price can
bring it, and the search itself closes what is left.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from planner.optimization.branching import Found, search, statuses
from planner.optimization.clock import Clock
from planner.optimization.replicated import Replicated
from planner.optimization.weights import Limit, Weights

NODE_LIMIT = 600
"""Nodes after which a limit is left to the general solver."""
BRACKETS = 60
"""Steps at most to find the price of a limit."""

NOTHING = Found(math.inf, (), math.inf, True, 0, (), math.inf)
"""The answer where nothing is possible."""


class Point(NamedTuple):
    """A set of locations by what is made least and what is limited."""

    open: tuple[int, ...]
    cost: float
    used: float


class Search(NamedTuple):
    """How to search, passed along."""

    clock: Clock
    compiled: bool = False
    ties: bool = False


def minimise(
    registry: Replicated, weights: Weights, limits: Sequence[Limit], how: Search
) -> Found | None:
    """The locations of least weighted sum within the limits.

    None when it took more nodes than `NODE_LIMIT`, or when limits meet free choice of
    location, which the kernel does not know. The value leaves out the constant part.
    """
    if not registry.possible:
        return NOTHING
    free = least(registry, weights, how)
    if not free.open:
        return free
    broken = [limit for limit in limits if _breaks(registry, weights, limit, free)]
    if not broken:
        return free
    if how.clock.over:
        return free._replace(value=math.inf, open=(), proved=False)
    if registry.pinned and any(_depends_on_choice(limit) for limit in broken):
        return None
    limit = broken[0]
    low = Point(
        free.open, free.value, registry.amount(limit.weights, free.open, weights)
    )
    high = _keeping(registry, weights, limit, how)
    if high is None:
        return NOTHING
    price, high = _bracket(registry, weights, limit, low, high, how)
    kept = [other for other in limits if not _depends_on_choice(other)]
    kept = kept if registry.pinned else list(limits)
    instance = registry.instance(
        weights,
        kept,
        [price if other is limit else 0.0 for other in kept],
        ties=how.ties,
    )
    found = search(
        instance,
        statuses(registry.m, registry.certain),
        how.clock,
        compiled=how.compiled,
        start=high.open,
        node_limit=NODE_LIMIT,
    )
    return found if found.proved or how.clock.over else None


def least(registry: Replicated, weights: Weights, how: Search) -> Found:
    """The locations of least weighted sum, whatever their number."""
    instance = registry.instance(weights, ties=how.ties, any_count=True)
    status = statuses(registry.m, registry.certain)
    return search(instance, status, how.clock, compiled=how.compiled)


def _depends_on_choice(limit: Limit) -> bool:
    """Whether a limit depends on which open location serves whom."""
    return any(limit.weights._replace(locations=0.0))


def _breaks(registry: Replicated, weights: Weights, limit: Limit, found: Found) -> bool:
    used = registry.amount(limit.weights, found.open, weights)
    return used > limit.most + 1e-9 * max(1.0, abs(limit.most))


def _keeping(
    registry: Replicated, weights: Weights, limit: Limit, how: Search
) -> Point | None:
    """Of the plans that use least of a limit one that is cheap; None if none keeps it."""
    found = least(registry, limit.weights, how)
    if not found.open or _breaks(registry, limit.weights, limit, found):
        return None
    return _point(registry, weights, limit, found.open)


def _point(
    registry: Replicated, weights: Weights, limit: Limit, chosen: tuple[int, ...]
) -> Point:
    cost = registry.amount(weights, chosen, weights) - registry.constant(weights)
    return Point(chosen, cost, registry.amount(limit.weights, chosen, weights))


def _bracket(
    registry: Replicated,
    weights: Weights,
    limit: Limit,
    low: Point,
    high: Point,
    how: Search,
) -> tuple[float, Point]:
    """The price at which a plan that breaks the limit costs what one that keeps it does.

    Both are cheapest at that price (dichotomic search, Aneja and Nair 1979). Returns the
    price and the plan that keeps the limit.
    """
    price = 0.0
    for _ in range(BRACKETS):
        price = max(0.0, (high.cost - low.cost) / (low.used - high.used))
        found = least(
            registry, weights.plus(price, limit.weights), how._replace(ties=False)
        )
        if how.clock.over or not found.open:
            break
        between = _point(registry, weights, limit, found.open)
        if between.cost + price * between.used >= (
            low.cost + price * low.used - 1e-9 * max(1.0, abs(low.cost))
        ):
            break
        if between.used > limit.most:
            low = between
        else:
            high = between
    return price, high
