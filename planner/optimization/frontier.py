"""All nondominated plans of cost against one latency metric, by repeated solving.

Cost is bill and operations in USD per month; waiting is the other axis and has no value
here. Starting from the cheapest plan, each solve asks for the cheapest plan whose metric
is below that of the last one by at least `STEP`, until there is none (the epsilon
constraint method). Plans closer to one another than `STEP` count as one.
"""

from __future__ import annotations

from collections.abc import Iterator

import pulp

from planner.domain.problem import Problem
from planner.evaluation.evaluate import evaluate_layout
from planner.evaluation.result import Evaluation
from planner.optimization import solver as solvers
from planner.optimization.decode import decode
from planner.optimization.families import SHAPES, Family, Metric
from planner.optimization.formulation import build
from planner.optimization.goals import mean_pull_seconds, mean_rtt_ms, slower_than
from planner.optimization.model import Model
from planner.optimization.result import Status

STEP = 1e-5
"""ms or seconds; above the solver's tolerance, or the same plan would come back."""


def frontier_plans(
    problem: Problem, family: Family, metric: Metric, solver: pulp.LpSolver
) -> Iterator[Evaluation]:
    """The plans of the frontier, cheapest first; a few may be dominated by the next.

    A plan can come that costs the same as the one after it; `nondominated` drops it.
    """
    free = problem.without_value_of_waiting()
    if not sum(free.site_pulls.values()):
        return
    limit: float | None = None
    while limit is None or limit > 0:
        plan = _cheapest(free, family, metric, limit, solver)
        if plan is None:
            return
        yield plan
        limit = metric.of(plan) - STEP


def nondominated(plans: list[Evaluation], metric: Metric) -> list[Evaluation]:
    """The plans that no other one beats in cost without being slower, cheapest first."""
    ranked = sorted(plans, key=lambda p: (round(p.cost.total_usd, 9), metric.of(p)))
    kept: list[Evaluation] = []
    for plan in ranked:
        if not kept or metric.of(plan) < metric.of(kept[-1]):
            kept.append(plan)
    return kept


def _cheapest(
    problem: Problem,
    family: Family,
    metric: Metric,
    limit: float | None,
    solver: pulp.LpSolver,
) -> Evaluation | None:
    found = []
    for shape in SHAPES[family]:
        model = build(problem, shape)
        if model is None:
            continue
        if limit is not None:
            _bound_metric(model, metric, limit)
        if solvers.run(model, solver).status is Status.OPTIMAL:
            plan = evaluate_layout(problem, decode(model), f"best {shape}")
            rank = (round(plan.cost.total_usd, 9), len(plan.layout.regions))
            found.append((rank, plan))
    return min(found, key=lambda item: item[0])[1] if found else None


def _bound_metric(model: Model, metric: Metric, limit: float) -> None:
    """frontier: the metric of the plan <= limit."""
    if metric is Metric.MEAN_RTT_MS:
        model.add(mean_rtt_ms(model) <= limit, "frontier")
    elif metric is Metric.MEAN_PULL_SECONDS:
        model.add(mean_pull_seconds(model) <= limit, "frontier")
    else:
        far = slower_than(model, limit).values()
        model.add(pulp.lpSum([*far, 0]) <= 0, "frontier")
