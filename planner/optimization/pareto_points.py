"""Points of a frontier: sets of locations by cost and a metric."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from planner.optimization.kernel import tolerance


class Point(NamedTuple):
    """A set of locations by what it costs and a latency figure."""

    open: tuple[int, ...]
    cost_usd: float
    """Bill and operations, USD per month."""
    metric: float
    supported: bool
    """Whether a weighted sum of the two finds it."""


class Pareto(NamedTuple):
    """Nondominated sets of locations."""

    points: tuple[Point, ...]
    """Cheapest first."""
    complete: bool
    """Whether it is proved that none is missing."""
    solves: int
    nodes: int


def nondominated(points: Iterable[Point]) -> tuple[Point, ...]:
    """The points that no other one is as good as, cheapest first.

    Of points equal in both the one with fewer locations stays, then of lower names.
    """
    kept: list[Point] = []
    for point in sorted(points, key=lambda p: (p.cost_usd, p.metric)):
        while kept and _replaces(point, kept[-1]):
            kept.pop()
        if not kept or point.metric < kept[-1].metric - tolerance(kept[-1].metric):
            kept.append(point)
    corners = _corners(kept)
    return tuple(p._replace(supported=p.open in corners) for p in kept)


def _replaces(point: Point, before: Point) -> bool:
    """Whether a point that costs no less takes the place of the one before it."""
    if point.cost_usd > before.cost_usd + tolerance(before.cost_usd):
        return False
    slack = tolerance(before.metric)
    if point.metric < before.metric - slack:
        return True
    return point.metric <= before.metric + slack and (
        (len(point.open), point.open) < (len(before.open), before.open)
    )


def _corners(points: Iterable[Point]) -> set[tuple[int, ...]]:
    """The sets that a weighted sum finds."""
    hull: list[Point] = []
    for point in points:
        while len(hull) > 1 and _rate(hull[-2], hull[-1]) > _rate(hull[-1], point):
            hull.pop()
        hull.append(point)
    return {point.open for point in hull}


def _rate(a: Point, b: Point) -> float:
    return (b.cost_usd - a.cost_usd) / (a.metric - b.metric)
