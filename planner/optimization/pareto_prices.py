"""With which prices to look at which gaps of an archive.

Sets of one size differ by swaps only, and along the sizes the fees make steps. So the
curve of one size is far steeper, and far shorter, than the whole; a bound with prices
that fit it leaves little between itself and the gaps. Any price is right for the proof;
these come from the points of that size and from the sets around them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from planner.optimization.kernel import INFINITE, tolerance

LOOKED_FOR = -1.0
"""No metric."""
EXTREME = 1000.0
"""How much more than on average the metric counts where cost hardly does."""


class Points(NamedTuple):
    """An archive as lists: its points, cheapest first, and what is around them."""

    cost: list[float]
    metric: list[float]
    chosen: list[list[int]]
    flip_cost: list[list[float]]
    flip_metric: list[list[float]]
    cheaper: list[float]
    faster: list[float]

    def rate(self, p: int, q: int) -> float:
        """USD per unit of the metric between two points."""
        return (self.cost[q] - self.cost[p]) / (self.metric[p] - self.metric[q])


class Price(NamedTuple):
    """What cost, metric and each open facility count in a bound."""

    cost: float
    metric: float
    size: float


class Slice(NamedTuple):
    """Sets of some sizes, and the prices to bound them with."""

    least: int
    most: int
    scale: float
    """USD per unit of the metric around its points."""
    prices: list[Price]


class View(NamedTuple):
    """Neighbouring gaps and ties that are looked at together (see `Tree.window`)."""

    price: int
    start: float
    """USD of the first point."""
    start_done: float
    """Its metric if ties with it are not looked for, else `LOOKED_FOR`."""
    stop: float
    stop_done: float


def slices(points: Points, least: int, most: int) -> Iterator[Slice]:
    """All sizes: one by one where the archive has a point, else together."""
    by_size: dict[int, list[int]] = {}
    for k, chosen in enumerate(points.chosen):
        by_size.setdefault(sum(chosen), []).append(k)
    below: list[int] = []
    for size in sorted(by_size):
        corners = _hull(points, by_size[size])
        if size > least:
            yield _beside(points, below, corners, least, size - 1)
        yield _along(points, corners, size)
        least, below = size + 1, corners
    if least <= most:
        yield _beside(points, below, [], least, most)


def _hull(points: Points, numbers: Sequence[int]) -> list[int]:
    """Those of some points that a weighted sum finds."""
    hull: list[int] = []
    for k in numbers:
        while len(hull) > 1 and (
            points.rate(hull[-2], hull[-1]) >= points.rate(hull[-1], k)
        ):
            hull.pop()
        hull.append(k)
    return hull


def supported(points: Points) -> set[int]:
    """The points that a weighted sum finds."""
    return set(_hull(points, range(len(points.cost))))


def _along(points: Points, corners: Sequence[int], size: int) -> Slice:
    """Prices for one size: its corners tie by pairs, the ends with a swap of theirs."""
    scale = _scale(points, corners)
    first, last = corners[0], corners[-1]
    ties = [(points.cheaper[first], first, first)]
    ties += [(points.rate(p, q), p, q) for p, q in pairwise(corners)]
    if points.faster[last] < EXTREME / 10 * scale:
        ties.append((points.faster[last], last, last))
    ties.append((EXTREME * scale, last, last))
    prices = [
        _price(scale, rate, (_middle(points, p, rate) + _middle(points, q, rate)) / 2)
        for rate, p, q in ties
    ]
    return Slice(size, size, scale, prices)


def _beside(
    points: Points, below: Sequence[int], above: Sequence[int], least: int, most: int
) -> Slice:
    """Prices for sizes without a point: as if a flip of the nearest sizes tied."""
    prices = []
    scale = _scale(points, below or above)
    for corners, larger in ((below, False), (above, True)):
        if not corners:
            continue
        first, last = corners[0], corners[-1]
        for k, rate in (
            (first, 0.0),
            (first, points.cheaper[first]),
            (last, scale),
            (last, points.faster[last]),
            (last, EXTREME * scale),
        ):
            low, high = _sizes_price(points, k, rate)
            worth = points.cost[k] + rate * points.metric[k]
            size = max(0.0, min(high, worth)) if larger else min(0.0, max(low, -worth))
            if rate <= EXTREME * scale:
                prices.append(_price(scale, rate, size))
    return Slice(least, most, scale, prices)


def _scale(points: Points, corners: Sequence[int]) -> float:
    """USD per unit of the metric around some neighbouring points."""
    first = max(0, corners[0] - 1)
    last = min(len(points.cost) - 1, corners[-1] + 1)
    return points.rate(first, last) if first < last else 1.0


def _price(scale: float, rate: float, size: float) -> Price:
    """Prices at so many USD per unit of the metric, none of them large."""
    cost = 1 / (1 + rate / scale)
    return Price(cost, cost * rate, cost * size)


def _middle(points: Points, k: int, rate: float) -> float:
    """A price of the size at which neither opening nor closing one pays."""
    low, high = _sizes_price(points, k, rate)
    if low <= -INFINITE:
        return min(0.0, high)
    if high >= INFINITE:
        return max(0.0, low)
    return (low + high) / 2


def _sizes_price(points: Points, k: int, rate: float) -> tuple[float, float]:
    """The prices of the size between which no flip of a point pays."""
    changes = [[INFINITE], [INFINITE]]
    for opened, usd, gain in zip(
        points.chosen[k], points.flip_cost[k], points.flip_metric[k], strict=True
    ):
        if usd < INFINITE:
            changes[opened].append(usd + rate * gain)
    return -min(changes[0]), min(changes[1])


class Frame(NamedTuple):
    """The part of the plane that is looked at."""

    cost: float
    """More than any set costs."""
    metric: float
    """More than any metric."""
    most_cost: float
    """Sets above are of no interest."""
    most_metric: float


def views(
    points: Points, part: Slice, bounds: Sequence[float], frame: Frame
) -> Iterator[View]:
    """The gaps and ties that a bound of each price leaves, by the price that fits best.

    Entry 2k is the gap before point k, entry 2k + 1 the tie with it.
    """
    count = len(points.cost)
    rights, tops = [*points.cost, frame.cost], [frame.metric, *points.metric]
    lefts, lows = [-INFINITE, *points.cost], [*points.metric, -INFINITE]
    chosen_by: list[int] = []
    for entry in range(2 * count + 1):
        k, tied = divmod(entry, 2)
        seen = lefts[k + tied] <= frame.most_cost and lows[k] <= frame.most_metric
        if not seen or (tied and sum(points.chosen[k]) < part.least):
            chosen_by.append(-1)  # of no interest; or a larger set, not to be preferred
        elif tied:
            at = points.cost[k], points.metric[k]
            chosen_by.append(_fitting(*at, 2.0, part.prices, bounds))
        else:
            chosen_by.append(_fitting(rights[k], tops[k], -1.0, part.prices, bounds))
    entry = 0
    while entry < len(chosen_by):
        first, number = entry, chosen_by[entry]
        while entry < len(chosen_by) and chosen_by[entry] == number:
            entry += 1
        if number >= 0:
            yield _view(points, number, first, entry - 1)


def _view(points: Points, number: int, first: int, last: int) -> View:
    """The view from an entry to another."""
    start, start_done, stop, stop_done = -INFINITE, LOOKED_FOR, INFINITE, LOOKED_FOR
    if first:
        start = points.cost[(first - 1) // 2]
        start_done = LOOKED_FOR if first % 2 else points.metric[(first - 1) // 2]
    if last < 2 * len(points.cost):
        stop = points.cost[last // 2]
        stop_done = LOOKED_FOR if last % 2 else points.metric[last // 2]
    return View(number, start, start_done, stop, stop_done)


def halved(points: Points, view: View) -> list[View]:
    """A view in two, parted at its middle point; one if there is none inside."""
    inside = [k for k, usd in enumerate(points.cost) if view.start < usd < view.stop]
    if not inside:
        return [view]
    middle = inside[len(inside) // 2]
    usd, metric = points.cost[middle], points.metric[middle]
    return [
        view._replace(stop=usd, stop_done=metric),
        view._replace(start=usd, start_done=LOOKED_FOR),
    ]


def seen(points: Points, view: View, frame: Frame) -> list[tuple[float, float]]:
    """Cost and metric of the corners of the gaps in view, and of its points."""
    rights, tops = [*points.cost, frame.cost], [frame.metric, *points.metric]
    lefts = [-INFINITE, *points.cost]
    gaps = [
        (right, top)
        for left, right, top in zip(lefts, rights, tops, strict=True)
        if right > view.start and left < view.stop
    ]
    ties = zip(points.cost, points.metric, strict=True)
    return gaps + [at for at in ties if view.start <= at[0] <= view.stop]


def climb(
    slope_at: Callable[[float], float],
    at: float,
    step: float,
    ends: tuple[float, float],
    tries: int,
) -> None:
    """Look for the top of a concave function by the sign of its slope."""
    low, high = -math.inf, math.inf
    for _ in range(tries):
        slope = slope_at(at)
        if slope == 0:
            return
        if slope > 0:
            low = at
        else:
            high = at
        following = (low + high) / 2
        if math.isinf(following):
            following = at + math.copysign(step, slope)
            step *= 2
        following = min(max(following, ends[0]), ends[1])
        if following == at:
            return
        at = following


def _fitting(
    usd: float,
    metric: float,
    slack: float,
    prices: Sequence[Price],
    bounds: Sequence[float],
) -> int:
    """The price whose bound comes nearest to a place; -1 if one comes past it."""
    best, least = -1, math.inf
    for number, (price, bound) in enumerate(zip(prices, bounds, strict=True)):
        value = price.cost * usd + price.metric * metric
        left = value + slack * tolerance(value) - bound
        if left <= 0:
            return -1
        if left < least:
            best, least = number, left
    return best
