"""All nondominated plans of cost against one latency metric.

Cost is bill and operations in USD per month; waiting is the other axis and has no value
here. For one geo-replicated registry `pareto` finds the whole curve at once. For other
families, starting from the cheapest plan, each step asks for the cheapest plan whose metric
is below that of the last one by at least `STEP`, until there is none (the epsilon
constraint method); plans closer to one another than `STEP` count as one.
"""

from __future__ import annotations

from collections.abc import Iterator

from planner.domain.problem import Problem
from planner.evaluation.result import Evaluation
from planner.optimization.answers import Engine, Question
from planner.optimization.families import SHAPES, Family, Metric
from planner.optimization.solve import best_answer
from planner.optimization.weights import COST, Limit, Weights

STEP = 1e-5
"""ms or seconds; above a solver's tolerance, or the same plan would come back."""

WEIGHTS = {
    Metric.MEAN_RTT_MS: Weights(mean_rtt_ms=1.0),
    Metric.MEAN_PULL_SECONDS: Weights(mean_pull_seconds=1.0),
}
"""The metrics that are weighted sums; the longest round trip is a goal."""


def frontier_plans(
    problem: Problem, family: Family, metric: Metric, engine: Engine
) -> Iterator[Evaluation]:
    """The plans of the frontier, cheapest first; a few may be dominated by the next.

    A plan can come that costs the same as the one after it; `nondominated` drops it.
    """
    free = problem.without_value_of_waiting()
    if not sum(free.site_pulls.values()):
        return
    most: float | None = None
    while most is None or most > 0:
        plan = cheapest_within(free, family, metric, most, engine)
        if plan is None:
            return
        yield plan
        most = metric.of(plan) - STEP


def nondominated(plans: list[Evaluation], metric: Metric) -> list[Evaluation]:
    """The plans that no other one beats in cost without being slower, cheapest first."""
    ranked = sorted(plans, key=lambda p: (round(p.cost.total_usd, 9), metric.of(p)))
    kept: list[Evaluation] = []
    for plan in ranked:
        if not kept or metric.of(plan) < metric.of(kept[-1]):
            kept.append(plan)
    return kept


def cheapest_within(
    problem: Problem,
    family: Family,
    metric: Metric,
    most: float | None,
    engine: Engine,
) -> Evaluation | None:
    """The plan of least cost whose metric is at most so much; None if there is none."""
    limit = None
    if most is not None and metric is Metric.MAX_RTT_MS:
        stated = problem.scenario.goals.max_rtt_ms
        most = most if stated is None else min(most, stated)
        problem = problem.with_goals(max_rtt_ms=most)
    elif most is not None:
        limit = Limit(WEIGHTS[metric], most)
    answers = []
    cutoff = float("inf")
    for shape in SHAPES[family]:
        question = Question(problem, shape, COST, cutoff, limit=limit)
        answers.append(engine.answer(question))
        plan = answers[-1].evaluation
        if plan is not None:
            cutoff = min(cutoff, plan.cost.total_usd)
    best = best_answer(answers, COST)
    return best.evaluation if best else None
