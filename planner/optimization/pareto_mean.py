"""All nondominated sets of locations of cost against a mean."""

from __future__ import annotations

import math
from collections.abc import Iterator

from planner.base import OnStep
from planner.optimization.clock import Clock
from planner.optimization.families import Metric
from planner.optimization.kernel import INFINITE, tolerance
from planner.optimization.limited import Search, minimise
from planner.optimization.pareto_points import Pareto, Point, nondominated
from planner.optimization.pareto_prices import View
from planner.optimization.pareto_sets import Sets, numbers_of, origins
from planner.optimization.replicated import Replicated
from planner.optimization.result import Status
from planner.optimization.weights import COST, Limit, Weights

STEP = 1e-5
"""ms or seconds between plans that the general solver tells apart."""

WEIGHTS = {
    Metric.MEAN_RTT_MS: Weights(mean_rtt_ms=1.0),
    Metric.MEAN_PULL_SECONDS: Weights(mean_pull_seconds=1.0),
}


def mean_figures(
    registry: Replicated, metric: Metric, clock: Clock, compiled: bool, on_step: OnStep
) -> Pareto | None:
    """Every nondominated set of cost against a mean; None if none is found to start."""
    goals, weights = registry.goals, WEIGHTS[metric]
    side = None
    if goals.max_mean_rtt_ms is not None and metric is not Metric.MEAN_RTT_MS:
        side = Limit(WEIGHTS[Metric.MEAN_RTT_MS], goals.max_mean_rtt_ms)
    on_step("the cheapest plan and the fastest", 1, 3)
    starts = list(_starts(registry, weights, side, Search(clock, compiled)))
    if None in starts:
        return None
    sets = _sets(registry, weights, side, clock, compiled)
    for start in starts:
        sets.offer(start or ())
    if not sets.points.cost:
        return Pareto((), not clock.over, len(starts), 0)
    on_step("plans around them", 2, 3)
    sets.explore()
    on_step("proving that none is missing", 3, 3)
    most_cost, most_metric = _most(registry, metric)
    run = sets.prove(most_cost, most_metric)
    finished = [_finish(registry, metric, sets, view, clock) for view in run.unfinished]
    constant, at = registry.constant(COST), sets.points
    points = (
        Point(
            tuple(i for i, opened in enumerate(chosen) if opened),
            cost + constant,
            figure,
            supported=False,
        )
        for chosen, cost, figure in zip(at.chosen, at.cost, at.metric, strict=True)
        if cost <= most_cost and figure <= most_metric
    )
    complete = all(finished) and not clock.over
    return Pareto(nondominated(points), complete, len(starts) + run.trees, run.nodes)


def _starts(
    registry: Replicated, weights: Weights, side: Limit | None, how: Search
) -> Iterator[tuple[int, ...] | None]:
    """The cheapest set and the fastest; None for one that is hard to find."""
    limits = [] if side is None else [side]
    if registry.goals.max_locations is not None:
        limits.append(Limit(Weights(locations=1.0), float(registry.most_open)))
    for made_least in (COST, weights):
        found = minimise(registry, made_least, limits, how)
        yield None if found is None else found.open


def _sets(
    registry: Replicated,
    weights: Weights,
    side: Limit | None,
    clock: Clock,
    compiled: bool,
) -> Sets:
    """The search with the metric as second figure."""
    counted = [Limit(weights, 0.0)]
    if side is not None:
        counted.append(side)
    instance = registry.instance(COST, counted, [0.0] * len(counted))
    width = instance.by_rank[instance.n]
    rows = instance.limit_cost
    numbers = numbers_of(
        instance,
        rows[:width],
        origins(registry),
        rows[width:],
        side.most + tolerance(side.most) if side else 0.0,
    )
    return Sets(numbers, registry.certain, clock, compiled=compiled)


def _most(registry: Replicated, metric: Metric) -> tuple[float, float]:
    """What goals allow on the two axes, the cost without its constant part."""
    goals, cost, figure = registry.goals, INFINITE, INFINITE
    if goals.max_monthly_usd is not None:
        usd = goals.max_monthly_usd + tolerance(goals.max_monthly_usd)
        cost = usd + registry.c.operations_usd - registry.constant(COST)
    if goals.max_mean_rtt_ms is not None and metric is Metric.MEAN_RTT_MS:
        figure = goals.max_mean_rtt_ms + tolerance(goals.max_mean_rtt_ms)
    return cost, figure


# ---- what is left to the general solver ----


def _finish(
    registry: Replicated, metric: Metric, sets: Sets, view: View, clock: Clock
) -> bool:
    """Find the plans in view of an unfinished tree, step by step; whether all are."""
    at = sets.points
    before = [m for c, m in zip(at.cost, at.metric, strict=True) if c <= view.start]
    last = [m for c, m in zip(at.cost, at.metric, strict=True) if c >= view.stop]
    limit = min(before, default=INFINITE) - STEP
    low = max(last, default=-math.inf)
    while limit > low and not clock.over:
        status, chosen = _cheapest(registry, metric, limit, clock)
        if status is not Status.OPTIMAL:
            return status is Status.INFEASIBLE
        sets.offer(chosen)
        limit = _figure(registry, metric, chosen) - STEP
    return not clock.over


def _figure(registry: Replicated, metric: Metric, chosen: tuple[int, ...]) -> float:
    return registry.amount(WEIGHTS[metric], chosen)


def _cheapest(
    registry: Replicated, metric: Metric, limit: float, clock: Clock
) -> tuple[Status | None, tuple[int, ...]]:
    """The cheapest set whose metric is within a limit."""
    # PuLP and numpy cost more time than most answers, so they come when needed
    from planner.optimization import solver as solvers
    from planner.optimization.decode import decode
    from planner.optimization.formulation import build
    from planner.optimization.goals import mean_pull_seconds, mean_rtt_ms

    problem = registry.c.problem
    model = build(problem, "replicated")
    assert model is not None  # there are sets to choose from
    figure = (mean_rtt_ms if metric is Metric.MEAN_RTT_MS else mean_pull_seconds)(model)
    model.add(figure <= limit, "frontier")
    solver = solvers.highs(None if clock.left == math.inf else clock.left)
    status = solvers.run(model, solver).status
    if status is not Status.OPTIMAL:
        return status, ()
    regions = decode(model).regions
    return status, tuple(sorted(map(registry.c.regions.index, regions)))
