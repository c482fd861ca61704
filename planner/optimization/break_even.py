"""The pull volume at which a region pays, found by solving again.

Let the demand of the sites that a region serves (or would serve) be multiplied by a
factor. What a plan costs is then a straight line in that factor, since a site pays for
its pulls by where it is served. So the best plan with the region and the best one
without it are each the least of many lines, and the region begins to pay where they
cross. Known lines give a first crossing. The problem is solved again at that volume: a
cheaper plan is one more line, and moves the crossing; if there is none, it stands.

A volume is proved if that last search was complete. It is not, and rests on the plans
seen, where a goal couples all sites (mean round trip, budget), where several registries
need too large a search, and for a region that only the goals keep in the plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from functools import cached_property
from typing import NamedTuple

from planner.domain.problem import Problem
from planner.evaluation.result import Evaluation
from planner.optimization.branching import search, statuses
from planner.optimization.clock import Clock
from planner.optimization.coefficients import Client, Coefficients
from planner.optimization.families import SHAPES, Family
from planner.optimization.flips import like
from planner.optimization.holdings import Holdings
from planner.optimization.kernel import tolerance
from planner.optimization.one_location import location_sums
from planner.optimization.registries import RegistrySearch
from planner.optimization.replicated import Replicated
from planner.optimization.weights import TOTAL

ROUNDS = 12
"""Volumes tried for a region at most."""
NODE_LIMIT = 60
"""Nodes of one search for several registries."""
FAILURES = 3
"""Searches that pass their limit before no more are tried."""
WORK = 200_000
"""Round trips (clients x regions) that all searches for one plan may look at."""
MOST_GB = 1e7
"""GB per month beyond which nobody asks."""
NEXT_TO_NOTHING = 1e-6
"""A factor at which pulls cost nothing, but are still there."""


class BreakEven(NamedTuple):
    """The volume at which a region pays."""

    gb_per_month: float | None
    """GB per month of the sites that it serves (or would serve); None if it never does."""
    proved: bool


class Line(NamedTuple):
    """A plan: where it has locations, what it costs today, and where it serves whom."""

    regions: frozenset[int]
    usd: float
    at: tuple[int, ...]
    """Location that serves each client."""


class BreakEvens:
    """The volumes at which regions pay, for one problem and family.

    Every plan that is seen counts for all regions.
    """

    def __init__(
        self, problem: Problem, c: Coefficients, family: Family, clock: Clock
    ) -> None:
        self.problem = problem
        self.c = c
        self.shapes = SHAPES[family]
        self.clock = clock
        self.failures = FAILURES
        self.work = WORK
        self.lines: list[Line] = list(self._single_locations())

    def add(self, plan: Evaluation) -> None:
        """Count a plan that meets the goals."""
        at = self._served(plan)
        regions = frozenset(map(self.c.regions.index, plan.layout.regions))
        self.lines.append(Line(regions, plan.cost.total_usd, at))

    def of(
        self, region: str, with_it: Evaluation, without: Evaluation, *, chosen: bool
    ) -> BreakEven:
        """The volume at which a region begins to pay, from the plan and its flip."""
        r = self.c.regions.index(region)
        at, other = self._served(with_it), self._served(without)
        movers = [j for j, i in enumerate(at) if i == r]
        gb = sum(self._gb[j] for j in movers)
        saved = sum(self._unit[j][other[j]] - self._unit[j][r] for j in movers)
        if gb <= 0 or saved <= tolerance(saved):
            return BreakEven(None, False)
        factor, proved = _Crossing(self, r, movers, chosen).find(MOST_GB / gb)
        if factor is None and chosen:  # only the goals keep it in the plan
            fixed = with_it.cost.total_usd - without.cost.total_usd + saved
            factor = max(0.0, fixed) / saved
        return BreakEven(None if factor is None else factor * gb, proved)

    # ---- lines ----

    @cached_property
    def _unit(self) -> list[list[float]]:
        """USD of each client's pulls, and of its waiting, by where it is served."""
        return [
            [bill + wait for bill, wait in zip(x.bill_usd, x.wait_usd, strict=True)]
            for x in self.c.separate_clients
        ]

    @cached_property
    def _gb(self) -> list[float]:
        return [self.problem.site_gb[x.sites[0]] for x in self.c.separate_clients]

    def _served(self, plan: Evaluation) -> tuple[int, ...]:
        region = {service.site: service.serving_region for service in plan.services}
        index = self.c.regions.index
        return tuple(index(region[x.sites[0]]) for x in self.c.separate_clients)

    def slope(self, line: Line, movers: Iterable[int]) -> float:
        """What the pulls of some clients cost in a plan."""
        return sum(self._unit[j][line.at[j]] for j in movers)

    def _single_locations(self) -> Iterable[Line]:
        """All plans with one location that meet the goals; they need no search."""
        goals, names = self.problem.scenario.goals, self.c.regions
        pulling = any(self.problem.site_pulls.values())
        if (goals.min_locations or 1) > 1 or (goals.survives and pulling):
            return
        named = set(goals.required_regions)
        if goals.home and "home only" in self.shapes:
            named.add(goals.home)
        if {"single", "home only"}.isdisjoint(self.shapes):
            return
        columns = [i for i, name in enumerate(names) if named <= {name}]
        for i, usd in location_sums(self.c, TOTAL, columns):
            at = (i,) * len(self.c.separate_clients)
            yield Line(frozenset([i]), usd, at)

    # ---- searches ----

    @cached_property
    def searched(self) -> bool:
        """Whether plans can be searched for: no goal couples all sites."""
        goals = self.problem.scenario.goals
        return goals.max_mean_rtt_ms is None and goals.max_monthly_usd is None

    def cheaper(
        self, movers: Sequence[int], factor: float, usd: float
    ) -> tuple[Line | None, bool]:
        """A plan that costs less than so much at a volume, and whether that is certain."""
        if not self.searched or self.failures <= 0 or self.work <= 0:
            return None, False
        c = self._scaled(movers, factor)
        self.work -= len(c.separate_clients) * len(c.regions)
        best, certain = None, True
        for shape in self.shapes:
            if shape in ("single", "home only"):
                continue  # all known
            limit = usd - 8 * tolerance(usd)
            search_shape = self._replicated if shape == "replicated" else self._several
            found, proved = search_shape(c, limit, shape)
            certain = certain and proved
            if found is not None:
                best, usd = found, found.usd
        self.failures -= not certain
        if best is None:
            return None, certain
        grown = (factor - 1.0) * self.slope(best, movers)
        return best._replace(usd=best.usd - grown), certain

    def _scaled(self, movers: Sequence[int], factor: float) -> Coefficients:
        """The coefficients with the demand of some clients multiplied."""
        clients = list(self.c.separate_clients)
        for j in movers:
            clients[j] = _multiplied(clients[j], factor)
        c = like(self.c, self.problem)
        vars(c).pop("clients", None)
        vars(c)["separate_clients"] = tuple(clients)
        return c

    def _replicated(
        self, c: Coefficients, limit: float, _: str
    ) -> tuple[Line | None, bool]:
        registry = self._registry_at(c)
        if not registry.possible:
            return None, True
        constant = registry.constant(TOTAL)
        found = search(
            registry.instance(TOTAL),
            statuses(registry.m, registry.certain),
            self.clock,
            cutoff=limit - constant,
            node_limit=NODE_LIMIT * 10,
        )
        if not found.open or found.value + constant > limit:
            return None, found.proved
        at = self._answering(registry, found.open)
        return Line(frozenset(found.open), found.value + constant, at), found.proved

    def _registry_at(self, c: Coefficients) -> Replicated:
        """A replicated registry at a volume; what it costs does not depend on that."""
        registry = copy(self._registry)
        fresh = Replicated(c, self.problem.scenario.goals)
        registry.c, registry.clients = fresh.c, fresh.clients
        vars(registry).pop("_pulls", None)
        return registry

    @cached_property
    def _registry(self) -> Replicated:
        """The replicated registry at today's volume, with all that it looks up."""
        registry = Replicated(self.c, self.problem.scenario.goals)
        if registry.possible:
            registry.instance(TOTAL)
        return registry

    def _answering(
        self, registry: Replicated, chosen: Sequence[int]
    ) -> tuple[int, ...]:
        """Where a replicated registry serves each client."""
        clients = self.c.separate_clients
        if registry.pinned:
            pins, index = registry.pins(chosen, TOTAL), self.c.regions.index
            return tuple(index(pins[x.sites[0]]) for x in clients)
        return tuple(min(chosen, key=lambda i: (x.rtt_ms[i], i)) for x in clients)

    def _several(
        self, c: Coefficients, limit: float, shape: str
    ) -> tuple[Line | None, bool]:
        costs = self._holdings(c, replicated=shape == "mixed")
        certain = c.endpoints_usd
        found = RegistrySearch(
            costs, self.clock, limit - certain, node_limit=NODE_LIMIT
        ).run()
        plan = found.plan
        if plan is None or plan.usd + certain > limit:
            return None, found.proved
        at = tuple(
            s if s < costs.m else costs.served_from(j, plan.locations)
            for j, s in enumerate(plan.uses[: costs.users])
        )
        regions = frozenset({*plan.alone(), *plan.locations})
        return Line(regions, plan.usd + certain, at), found.proved

    def _holdings(self, c: Coefficients, *, replicated: bool) -> Holdings:
        """The costs at a volume; what registries cost does not depend on it."""
        costs, known = Holdings(c, replicated=replicated), self._known[replicated]
        costs.rows, costs.schedules = known.rows, known.schedules
        return costs

    @cached_property
    def _known(self) -> Mapping[bool, Holdings]:
        return {kind: Holdings(self.c, replicated=kind) for kind in (False, True)}


class _Crossing:
    """The search for the volume at which one region begins to pay."""

    def __init__(
        self, plans: BreakEvens, region: int, movers: Sequence[int], chosen: bool
    ) -> None:
        self.plans = plans
        self.region = region
        self.movers = movers
        self.chosen = chosen

    def find(self, most: float) -> tuple[float | None, bool]:
        """The factor of today's volume, if there is one, and whether it is proved."""
        probed, factor = False, None
        for _ in range(ROUNDS):
            lines = self._lines()
            factor = self._first(lines, most)
            if factor is None and probed:
                break
            at = factor
            if factor is None:  # perhaps plans that were not seen yet are better
                probed, at = True, NEXT_TO_NOTHING if self.chosen else most
            assert at is not None
            at = max(at, NEXT_TO_NOTHING)
            least = min(fixed + at * slope for fixed, slope, _ in lines)
            better, proved = self.plans.cheaper(self.movers, at, least)
            if better is None:
                return self._or_always(factor, lines), proved
            self.plans.lines.append(better)
        return self._or_always(factor, self._lines()), False

    def _lines(self) -> list[tuple[float, float, bool]]:
        """Fixed cost and slope of every plan, and whether it has the region."""
        found = []
        for line in self.plans.lines:
            slope = self.plans.slope(line, self.movers)
            found.append((line.usd - slope, slope, self.region in line.regions))
        return found

    def _or_always(
        self, factor: float | None, lines: Sequence[tuple[float, float, bool]]
    ) -> float | None:
        """0 for a region of the plan that pays at any volume."""
        if factor is None and self.chosen and not all(has for *_, has in lines):
            return 0.0
        return factor

    def _first(
        self, lines: Sequence[tuple[float, float, bool]], most: float
    ) -> float | None:
        """Where the other kind of plan becomes the best of those known.

        For a region of the plan the largest factor up to 1 at which a plan without it is
        as good as all with it; for another region the least factor from 1 on at which a
        plan with it is as good as all without.
        """
        low, high = (0.0, 1.0) if self.chosen else (1.0, most)
        stay = [line for line in lines if line[2] is self.chosen]
        spans = [
            span
            for line in lines
            if line[2] is not self.chosen and (span := _span(line, stay, low, high))
        ]
        if self.chosen:
            return max((end for _, end in spans), default=None)
        return min((start for start, _ in spans), default=None)


def _span(
    line: tuple[float, float, bool],
    others: Sequence[tuple[float, float, bool]],
    low: float,
    high: float,
) -> tuple[float, float] | None:
    """The factors at which a line is below all others."""
    fixed, slope, _ = line
    for other, steeper, _ in others:
        ahead, gains = other - fixed, slope - steeper
        if abs(gains) <= tolerance(max(slope, steeper)):
            if ahead < -tolerance(fixed):
                return None
        elif gains > 0:
            high = min(high, ahead / gains)
        else:
            low = max(low, ahead / gains)
    return (low, high) if low <= high else None


def _multiplied(client: Client, factor: float) -> Client:
    """A client with so many times its pulls and GB."""
    return client._replace(
        pulls=client.pulls * factor,
        bill_usd=tuple(usd * factor for usd in client.bill_usd),
        wait_usd=tuple(usd * factor for usd in client.wait_usd),
    )
