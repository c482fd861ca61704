"""The exact frontier of the replicated registry: every nondominated plan, and the proof.

Cost is bill and operations in USD per month, waiting unpriced. Against the longest round
trip the plans come one by one: forbid it, and solve again. Against a mean a local search
finds what it can, and trees over the sets of each size prove that nothing is missing
(`kernel_pareto`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from planner.base import OnStep, no_steps
from planner.domain.problem import Problem
from planner.evaluation.evaluate import evaluate_layout
from planner.evaluation.result import Evaluation
from planner.optimization.clock import Clock
from planner.optimization.coefficients import Coefficients
from planner.optimization.compose import Geo, compose
from planner.optimization.families import Family, Metric
from planner.optimization.kernel import tolerance
from planner.optimization.pareto_max import longest_round_trips
from planner.optimization.pareto_mean import mean_figures
from planner.optimization.pareto_points import Pareto, Point, nondominated
from planner.optimization.replicated import Replicated
from planner.optimization.weights import COST

SLOS_MS = (50.0, 100.0, 150.0)
"""Round trips that people ask for."""


class GeoFrontier(NamedTuple):
    """Every nondominated plan of one replicated registry, cheapest first."""

    plans: tuple[Evaluation, ...]
    complete: bool
    """Whether it is proved that no plan is missing."""
    solves: int
    nodes: int


class Interval(NamedTuple):
    """Values of waiting for which one plan is best."""

    from_usd_per_hour: float
    to_usd_per_hour: float
    """Infinite for the last one."""
    plan: Evaluation


def nondominated_sets(
    registry: Replicated,
    metric: Metric,
    clock: Clock,
    *,
    compiled: bool = False,
    on_step: OnStep = no_steps,
) -> Pareto | None:
    """Every nondominated set of two locations or more; None if only PuLP can tell.

    Parameters
    ----------
    registry
        Its goals hold for every set.
    metric
        What cost is set against.
    clock
        When to stop; what was found until then is not complete.
    compiled
        Run the same source through numba (extra `fast`).
    on_step
        Told about each step of the work.

    Returns
    -------
    Pareto
        None where sites are free to choose a location and the metric is a mean, and
        where a goal makes it hard to find any plan.
    """
    if not registry.possible or not any(client.pulls for client in registry.clients):
        return Pareto((), True, 0, 0)
    if metric is Metric.MAX_RTT_MS:
        return longest_round_trips(registry, clock, compiled, on_step)
    if registry.pinned:
        return None
    return mean_figures(registry, metric, clock, compiled, on_step)


def geo_frontier(
    problem: Problem,
    metric: Metric,
    clock: Clock,
    *,
    compiled: bool = False,
    on_step: OnStep = no_steps,
) -> GeoFrontier | None:
    """Every nondominated plan of the family `geo`, evaluated; None as above."""
    free = problem.without_value_of_waiting()
    c = Coefficients(free, free.candidates)
    goals = free.scenario.goals
    if not c.regions or (goals.home and goals.home not in c.regions):
        return GeoFrontier((), True, 0, 0)
    registry = Replicated(c, goals)
    found = nondominated_sets(
        registry, metric, clock, compiled=compiled, on_step=on_step
    )
    if found is None:
        return None
    points = nondominated([*_alone(registry, metric), *found.points])
    plans = tuple(_plan(free, registry, metric, point) for point in points)
    return GeoFrontier(plans, found.complete, found.solves, found.nodes)


def value_of_waiting(curve: Sequence[Evaluation]) -> tuple[Interval, ...]:
    """The best plan for each value of waiting from 0 up, of a frontier of pull times.

    Where two plans meet, the dearer one saves waiting hours at just that many USD.
    """
    plans = [p for p in curve if p.latency.mean_pull_seconds is not None]
    hull: list[Evaluation] = []
    for plan in plans:
        while len(hull) > 1 and _usd_per_hour(hull[-2], hull[-1]) >= _usd_per_hour(
            hull[-1], plan
        ):
            hull.pop()
        hull.append(plan)
    turns = [_usd_per_hour(a, b) for a, b in pairwise(hull)]
    return tuple(
        Interval(start, stop, plan)
        for start, stop, plan in zip(
            [0.0, *turns], [*turns, math.inf], hull, strict=False
        )
    )


def _usd_per_hour(a: Evaluation, b: Evaluation) -> float:
    """What an hour of waiting costs to save between two plans of a frontier."""
    usd = b.cost.total_usd - a.cost.total_usd
    return usd / (a.latency.wait_hours - b.latency.wait_hours)


def _alone(registry: Replicated, metric: Metric) -> Iterator[Point]:
    """Plans with one location that meet the goals."""
    c, goals, problem = registry.c, registry.goals, registry.c.problem
    clients = [client for client in c.clients if client.pulls]
    if not clients or goals.survives or (goals.min_locations or 0) > 1:
        return
    pulls = sum(client.pulls for client in clients)
    premium = any(client.premium for client in c.clients)
    gb = registry.stored_gb
    for i, region in enumerate(c.regions):
        kept = c.unreplicated_usd(region, gb, premium=premium)
        named = {*goals.required_regions, *filter(None, [goals.home])}
        longest = max(client.rtt_ms[i] for client in clients)
        mean = sum(client.rtt_ms[i] * client.pulls for client in clients) / pulls
        if kept is None or not named <= {region} or _over(longest, goals.max_rtt_ms):
            continue
        bill = kept + c.endpoints_usd + c.push_usd(problem.images, i)
        bill += sum(client.bill_usd[i] for client in c.clients)
        if _over(mean, goals.max_mean_rtt_ms) or _over(bill, goals.max_monthly_usd):
            continue
        figure = {Metric.MAX_RTT_MS: longest, Metric.MEAN_RTT_MS: mean}.get(metric)
        if figure is None:
            figure = sum(c.pull_seconds(client)[i] for client in clients) / pulls
        yield Point((i,), bill + c.operations_usd, figure, supported=False)


def _over(figure: float, limit: float | None) -> bool:
    return limit is not None and figure > limit + tolerance(limit)


def _plan(
    problem: Problem, registry: Replicated, metric: Metric, point: Point
) -> Evaluation:
    """A point as an evaluated plan."""
    names = registry.c.regions
    if len(point.open) == 1:
        layout = compose(problem, {}, [names[point.open[0]]])
    else:
        if metric is Metric.MAX_RTT_MS:
            goals = registry.goals.model_copy(update={"max_rtt_ms": point.metric})
            registry = Replicated(registry.c, goals)
        pins = registry.pins(point.open, COST) if registry.pinned else None
        home = names[registry.home_of(point.open)]
        layout = compose(
            problem, {}, [], Geo(home, [names[i] for i in point.open], pins)
        )
    return evaluate_layout(problem, layout, f"best {Family.GEO}")
