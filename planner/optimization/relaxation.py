"""The bound of a node in the search for separate and hybrid layouts.

A site may use any registry, but what a registry holds, and so pays for storage and
pushes, is what its sites pull. The relaxation splits that: an open registry costs what it
costs with what it certainly holds; each further bundle of images costs at least its
pushes, and storage at the least slope of the fee schedule. Dual ascent lets a site pay
for a registry together with its bundles, those that fewest sites share first.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from heapq import merge
from itertools import pairwise
from typing import NamedTuple

from planner.optimization.holdings import Holdings
from planner.optimization.kernel import CLOSED, EPSILON, FREE, OPEN


@dataclass
class Node:
    """Decisions so far."""

    alone: list[int]
    """Whether each region has an unreplicated registry: closed, open or undecided."""
    geo: list[int]
    """Whether the replicated registry has a location there."""
    held: list[int]
    """Bundles that each registry certainly holds, as bits; the replicated one last."""
    barred: list[int]
    """Bundles that it certainly does not hold."""
    duals: list[float]
    only: dict[int, int] = field(default_factory=dict)
    """Clients whose registry is decided."""
    banned: frozenset[tuple[int, int]] = frozenset()
    """Clients and registries that do not go together."""
    bound: float = -math.inf

    def copy(self) -> Node:
        """A node to decide more in."""
        return replace(
            self,
            alone=self.alone[:],
            geo=self.geo[:],
            held=self.held[:],
            barred=self.barred[:],
            duals=self.duals[:],
            only=dict(self.only),
        )

    @property
    def locations(self) -> tuple[int, ...]:
        """Certain locations of the replicated registry."""
        return tuple(i for i, state in enumerate(self.geo) if state == OPEN)

    @property
    def decided(self) -> bool:
        """Whether all locations of the replicated registry are."""
        return FREE not in self.geo


class Option(NamedTuple):
    """A way to serve a client: what it costs, and what must be paid for beside."""

    usd: float
    registry: int
    location: int
    needs: tuple[int, ...]
    """Resources that it draws on, those that fewest share first."""


class Relaxation:
    """Options, slacks and duals of one node.

    A resource is a row of a registry or location: one place for each bundle that it may
    come to hold, and a last one for opening it. What is decided has no slack left.
    """

    def __init__(self, costs: Holdings, node: Node, aims: list[int]) -> None:
        self.costs = costs
        self.node = node
        self.aims = aims
        """Bundles that each registry is likely to hold: where its bound is to be tight."""
        self.certain = 0.0
        """USD of what is decided."""
        self.slack: list[float] = []
        self.options: list[list[Option]] = []
        self.upto: list[int] = []
        self.drawn: list[list[list[float]]] = []
        """What each client draws on each need of each option."""
        self.stuck: list[bool] = []

    def place(self, registry: int) -> int:
        """The resource of opening a registry (of a location: m + 1 + region)."""
        return (registry + 1) * self.costs.width - 1

    # ---- resources ----

    def prepare(self) -> bool:
        """List resources and options; False when a client cannot be served."""
        costs, node = self.costs, self.node
        for i in range(costs.m):
            certain, row = alone_row(
                costs, i, node.alone[i], node.held[i], node.barred[i], self.aims[i]
            )
            self.certain += certain
            self.slack += row
        if costs.replicated:
            self._geo()
        if not self.certain < math.inf:
            return False
        for j in range(len(costs.clients)):
            options = self._within_reach(j)
            if not options:
                return False
            self.options.append(options)
        return True

    def _geo(self) -> None:
        costs, node = self.costs, self.node
        held, barred = node.held[costs.m], node.barred[costs.m]
        free = costs.every & ~held & ~barred & ~costs.premium_bit
        if not node.decided:
            self._geo_open(held, free)
            return
        locations = node.locations
        row = [0.0] * costs.width
        if not free:
            self.certain += costs.geo_usd(locations, held)
            self.slack += row
            return
        homes = costs.homes(locations)

        def keep(gb: float) -> float:
            return min(costs.keep_geo_usd(locations, home, gb) for home in homes)

        def enter(b: int) -> float:
            return min(costs.entry_usd(locations, home, b) for home in homes)

        start, storing = schedule(costs, keep, held, free, self.aims[costs.m])
        self.certain += costs.labour_usd + start
        self.certain += sum(enter(b) for b in costs.bits(held))
        for b in costs.bits(free):
            row[b] = storing[b] + enter(b)
        self.slack += row

    def _geo_open(self, held: int, free: int) -> None:
        """Some locations are undecided: copies cost no more than their storage."""
        costs, node = self.costs, self.node
        gb, most = costs.stored_gb(held), costs.stored_gb(held | free)
        possible = [i for i in range(costs.m) if node.geo[i] != CLOSED]
        self.certain += costs.labour_usd + costs.least_home_usd(
            tuple(possible), gb, most
        )
        shared = [0.0] * costs.width
        rows: list[float] = []
        for i in range(costs.m):
            row = [0.0] * costs.width
            if node.geo[i] != CLOSED:
                start, storing = location_schedule(
                    costs, i, held, free, self.aims[costs.m]
                )
                if node.geo[i] == OPEN:
                    self.certain += start
                else:
                    row[-1] = start
                for b in costs.bits(free):
                    target = shared if node.geo[i] == OPEN else row
                    target[b] += storing[b]
            rows += row
        for b in costs.bits(held | free):
            push = costs.least_push_usd(possible, b)
            if held >> b & 1:
                self.certain += push
            else:
                shared[b] += push
        self.slack += shared + rows

    # ---- options ----

    def _within_reach(self, j: int) -> list[Option]:
        """A client's options up to the least cost at which one can be paid in full."""
        slack, found = self.slack, []
        enough = math.inf
        for option in self._merged(j):
            if option.usd >= enough:
                break
            found.append(option)
            full = option.usd
            for x in option.needs:
                full += slack[x]
            enough = min(enough, full)
        return found

    def _merged(self, j: int) -> Iterator[Option]:
        alone = self.alone_options(j)
        if not self.costs.replicated:
            return alone
        geo = sorted(self.geo_options(j), key=lambda option: option.usd)
        return merge(alone, geo, key=lambda option: option.usd)

    def _allowed(self, j: int, s: int) -> bool:
        node = self.node
        return (
            not self.costs.masks[j] & node.barred[s]
            and node.only.get(j, s) == s
            and (j, s) not in node.banned
        )

    def alone_options(self, j: int) -> Iterator[Option]:
        """The unreplicated registries that may serve a client, by cost."""
        node, mask = self.node, self.costs.masks[j]
        alone, barred, banned, only = node.alone, node.barred, node.banned, node.only
        decided = only.get(j)
        for option in alone_options(self.costs, j):  # `_allowed`, inside the hot loop
            s = option.registry
            if (
                alone[s] != CLOSED
                and not mask & barred[s]
                and (decided is None or decided == s)
                and (not banned or (j, s) not in banned)
            ):
                yield option

    def geo_options(self, j: int) -> Iterator[Option]:
        """The locations of the replicated registry that may come to serve a client."""
        costs, node = self.costs, self.node
        s, serve, near, width = costs.m, costs.serve_geo[j], costs.near[j], costs.width
        if not self._allowed(j, s):
            return
        if near is not None and sum(node.geo[i] != CLOSED for i in near) < 2:
            return
        shared = tuple(s * width + b for b in costs.bundle_list[j])
        if j >= costs.users:
            yield Option(0.0, s, -1, shared)
            return
        for i in costs.nearest[j]:
            if node.geo[i] == CLOSED:
                continue
            needs = shared
            if node.geo[i] == FREE:
                first = (s + 1 + i) * width
                copies = tuple(first + b for b in costs.bundle_list[j])
                needs = (*copies, *shared, first + width - 1)
            if serve[i] < math.inf:
                yield Option(serve[i], s, i, needs)
            if node.geo[i] == OPEN:
                return

    # ---- bound ----

    def bound(self, goal: float = math.inf, rounds: int = 8) -> float:
        """A bound on every completion of the node, by dual ascent and adjustment."""
        self.node.duals = [options[0].usd for options in self.options]
        for options in self.options:
            first = options[0].usd
            self.upto.append(sum(option.usd <= first for option in options))
            self.drawn.append([[0.0] * len(option.needs) for option in options])
        self.stuck = [False] * len(self.options)
        self._ascend(-1)
        for _ in range(rounds):
            before = self.value
            if before >= goal or not self._adjust() > before + EPSILON:
                break
        return self.value

    @property
    def value(self) -> float:
        """The bound as the duals stand."""
        return self.certain + sum(self.node.duals) + self._still_needed()

    def _ascend(self, skip: int) -> None:
        stuck = self.stuck
        raised = True
        while raised:
            raised = False
            for j in range(len(stuck)):
                if not stuck[j] and j != skip:
                    stuck[j] = not self._raise(j)
                    raised = raised or not stuck[j]

    def _raise(self, j: int) -> bool:
        """Raise a client to its next option, or as far as slack allows (then False)."""
        slack, options, k = self.slack, self.options[j], self.upto[j]
        v = self.node.duals
        least = math.inf
        for q in range(k):
            left = 0.0
            for x in options[q].needs:
                left += slack[x]
            if left < least:
                least = left
                if left <= EPSILON:
                    return False
        step = options[k].usd - v[j] if k < len(options) else math.inf
        rise = min(step, least)
        for q in range(k):
            left, drawn = rise, self.drawn[j][q]
            for n, x in enumerate(options[q].needs):
                taken = min(slack[x], left)
                slack[x] -= taken
                drawn[n] += taken
                left -= taken
                if left <= 0.0:
                    break
        if step > least:
            v[j] += least
            return False
        level = v[j] = options[k].usd
        while k < len(options) and options[k].usd <= level:
            k += 1
        self.upto[j] = k
        return True

    def _adjust(self) -> float:
        """Lower each client that pays two options in full, so that others may rise."""
        slack, v = self.slack, self.node.duals
        for j, options in enumerate(self.options):
            full, q, level = 0, 0, v[j]
            while q < self.upto[j] and options[q].usd < v[j] - EPSILON:
                level = options[q].usd
                full += sum(slack[x] for x in options[q].needs) <= EPSILON
                q += 1
            if full < 2:
                continue
            self._lower(j, q, v[j] - level)
            v[j], self.upto[j] = level, q
            self.stuck = [False] * len(v)
            self._ascend(j)
            self.stuck = [False] * len(v)
            self._ascend(-1)
        return self.value

    def _lower(self, j: int, paid: int, drop: float) -> None:
        """Give back what a client draws for the last part of its dual."""
        for q in range(paid):
            left, drawn = drop, self.drawn[j][q]
            needs = self.options[j][q].needs
            for n in range(len(needs) - 1, -1, -1):
                back = min(drawn[n], left)
                drawn[n] -= back
                self.slack[needs[n]] += back
                left -= back

    def reduced_usd(self, j: int, s: int) -> float:
        """What it adds to the bound at least if a client uses a registry."""
        costs, slack = self.costs, self.slack
        if s < costs.m:
            if self.node.alone[s] == CLOSED or not self._allowed(j, s):
                return math.inf
            option = alone_option(costs, j, s)
            if option is None:
                return math.inf
            rise = max(0.0, option.usd - self.node.duals[j])
            return rise + sum(slack[x] for x in option.needs)
        places = {self.place(costs.m + 1 + i) for i in range(costs.m)}
        return min(
            (
                max(0.0, option.usd - self.node.duals[j])
                + sum(slack[x] for x in option.needs if x not in places)
                for option in self.geo_options(j)
            ),
            default=math.inf,
        )

    def _still_needed(self) -> float:
        """The least slack of registries and locations that must yet be opened."""
        costs, node = self.costs, self.node
        alone = self._least(node.alone, 0, costs.least_alone)
        if not costs.replicated or node.decided:
            return alone
        return alone + self._least(node.geo, costs.m + 1, 2)

    def one_more(self) -> float:
        """What one more unreplicated registry adds at least; infinite if none can be."""
        opened = self.node.alone.count(OPEN)
        if opened < self.costs.least_alone:
            return 0.0  # that is part of the bound
        return self._least(self.node.alone, 0, opened + 1)

    def _least(self, states: list[int], first: int, needed: int) -> float:
        needed -= states.count(OPEN)
        if needed <= 0:
            return 0.0
        left = sorted(
            self.slack[self.place(first + i)]
            for i, state in enumerate(states)
            if state == FREE
        )
        return sum(left[:needed]) if len(left) >= needed else math.inf


def alone_row(
    costs: Holdings, i: int, state: int, held: int, barred: int, aim: int
) -> tuple[float, list[float]]:
    """What is certain of an unreplicated registry, and the row of its resources."""
    key = (i, state, held, barred, aim)
    if key not in costs.rows:
        costs.rows[key] = _alone_row(costs, i, state, held, barred, aim)
    certain, row = costs.rows[key]
    return certain, row


def _alone_row(
    costs: Holdings, i: int, state: int, held: int, barred: int, aim: int
) -> tuple[float, list[float]]:
    row = [0.0] * costs.width
    if state == CLOSED:
        return 0.0, row
    free = costs.every & ~held & ~barred
    premium = bool(held & costs.premium_bit)
    gb, most = costs.stored_gb(held), costs.stored_gb(held | free)
    start, storing = schedule(
        costs, lambda x: costs.keep_usd(i, x, premium), held, free, aim
    )
    for b in costs.bits(free):
        row[b] = storing[b] + costs.push_usd[b][i]
        if 1 << b == costs.premium_bit:
            row[b] = costs.least_premium_usd(i, gb, most)
    now = start + sum(costs.push_usd[b][i] for b in costs.bits(held))
    if state == OPEN:
        return now, row
    row[-1] = now
    return 0.0, row


def location_schedule(
    costs: Holdings, i: int, held: int, free: int, aim: int
) -> Schedule:
    """The fees of a location of the replicated registry, split over bundles."""
    key = (i, held, free, aim)
    if key not in costs.schedules:
        costs.schedules[key] = schedule(
            costs, lambda x: costs.location_usd(i, x, True), held, free, aim
        )
    found: Schedule = costs.schedules[key]
    return found


def alone_options(costs: Holdings, j: int) -> list[Option]:
    """Every unreplicated registry as an option of a client, by cost."""
    if j not in costs.options:
        needs = [*costs.bundle_list[j], costs.width - 1]
        costs.options[j] = sorted(
            Option(usd, i, i, tuple(i * costs.width + b for b in needs))
            for i, usd in enumerate(costs.serve_alone[j])
            if usd < math.inf
        )
    return costs.options[j]


def alone_option(costs: Holdings, j: int, s: int) -> Option | None:
    """One unreplicated registry as an option of a client; None if it cannot serve it."""
    if j not in costs.option_of:
        costs.option_of[j] = {o.registry: o for o in alone_options(costs, j)}
    found: Option | None = costs.option_of[j].get(s)
    return found


class Schedule(NamedTuple):
    """Additive lower bound of a fee schedule: a start, and so much for each bundle."""

    start: float
    usd: list[float]
    """By bundle; 0 for those that are decided."""


def schedule(
    costs: Holdings, fee: Callable[[float], float], held: int, free: int, aim: int
) -> Schedule:
    """Split a fee for stored GB over the bundles that may come to be stored.

    Of the convex hull of the schedule, the line at what the aim would bring; so the sum is
    the hull itself when just that comes. What nobody pulls comes to one registry only: it pays
    the rest of the hull. Where the line would start below 0, each bundle pays what it
    would add alone, since a convex fee adds no less for several.
    """
    usd = [0.0] * len(costs.bundles)
    idle = costs.idle_bit & free
    low = costs.stored_gb(held)
    most = costs.stored_gb(held | free & ~idle)
    alone = low + costs.stored_gb(idle)
    ends = sorted({low, most, alone, costs.stored_gb(held | free)})
    ends += [x for x in costs.kinks if low < x < ends[-1]]
    corners = lower_hull([(x, fee(x)) for x in sorted(ends) if fee(x) < math.inf])
    if not corners or corners[0][0] > low:
        return Schedule(math.inf, usd)
    if len(corners) == 1:
        return Schedule(corners[0][1], usd)
    at = costs.stored_gb(held | free & aim & ~idle)
    if at <= low:
        at = most if most > low else corners[1][0]
    left, right = next(
        (pair for pair in pairwise(corners) if at <= pair[1][0]),
        (corners[-2], corners[-1]),
    )
    slope = (right[1] - left[1]) / (right[0] - left[0])
    start = left[1] - slope * (left[0] - low)
    if start < 0.0:
        first = corners[0][1]
        for b in costs.bits(free):
            usd[b] = on_hull(corners, low + costs.stored[b]) - first
        return Schedule(first, usd)
    for b in costs.bits(free):
        usd[b] = slope * costs.stored[b]
    if idle and alone >= at:
        usd[idle.bit_length() - 1] = max(
            slope * (alone - low), on_hull(corners, alone) - start
        )
    return Schedule(start, usd)


def lower_hull(ends: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The corners of the convex hull of a function from below."""
    hull: list[tuple[float, float]] = []
    for x, y in ends:
        while len(hull) > 1:
            (x1, y1), (x2, y2) = hull[-2:]
            if (y2 - y1) * (x - x1) < (y - y1) * (x2 - x1):
                break
            hull.pop()
        hull.append((x, y))
    return hull


def on_hull(corners: list[tuple[float, float]], x: float) -> float:
    """The value of a piecewise linear function."""
    for (x1, y1), (x2, y2) in pairwise(corners):
        if x <= x2:
            return y1 + (y2 - y1) * (x - x1) / (x2 - x1)
    return corners[-1][1]
