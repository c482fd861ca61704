"""When goals leave no plan: the best that can be reached of each limit among them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator

from planner.domain.problem import Problem
from planner.evaluation.result import Evaluation
from planner.optimization.answers import Engine, Question
from planner.optimization.families import SHAPES, Family
from planner.optimization.fastest import STEP_MS, within_least_mean_rtt
from planner.optimization.result import Reachable
from planner.optimization.weights import TOTAL, Weights

Least = Callable[[Problem, Family, Engine], float | None]


def best_reachable(
    problem: Problem, family: Family, engine: Engine, conflict: Iterable[str]
) -> tuple[Reachable, ...]:
    """What each limit in conflict would have to be if all other goals stay as they are.

    Left out are limits that no plan meets even so, since other goals clash as well.
    """
    names = {text.partition(":")[0] for text in conflict}
    return tuple(_reachable(problem, family, engine, names))


def _reachable(
    problem: Problem, family: Family, engine: Engine, names: set[str]
) -> Iterator[Reachable]:
    for name, least in LEAST.items():
        if name in names:
            best = least(problem.with_goals(**{name: None}), family, engine)
            if best is not None:
                asked = getattr(problem.scenario.goals, name)
                yield Reachable(name, asked, best)


def least_worst_rtt(problem: Problem, family: Family, engine: Engine) -> float | None:
    """The least worst round trip, by bisection of all round trips that there are."""
    plan = _any_plan(problem, family, engine)
    if plan is None or plan.latency.max_rtt_ms is None:
        return None
    rows = [
        [problem.rtt(site, region).ms for region in problem.candidates]
        for name, site in problem.sites.items()
        if problem.site_pulls[name]
    ]
    least = max(map(min, rows))
    values = sorted({ms for row in rows for ms in row if ms >= least})
    low, high = 0, bisect_left(values, plan.latency.max_rtt_ms)
    while low < high:
        middle = (low + high) // 2
        stated = problem.with_goals(max_rtt_ms=values[middle])
        plan = _any_plan(stated, family, engine)
        if plan is None or plan.latency.max_rtt_ms is None:
            low = middle + 1
        else:
            high = min(middle, bisect_left(values, plan.latency.max_rtt_ms))
    return values[high]


def least_mean_rtt(problem: Problem, family: Family, engine: Engine) -> float | None:
    """The least mean round trip."""
    fast = within_least_mean_rtt(problem, family, engine)
    limit = fast.scenario.goals.max_mean_rtt_ms if fast else None
    return None if limit is None else limit - STEP_MS


def least_bill(problem: Problem, family: Family, engine: Engine) -> float | None:
    """The least bill."""
    plan = _any_plan(problem, family, engine, Weights(bill=1.0), stop=False)
    return plan.cost.bill_usd if plan else None


LEAST: dict[str, Least] = {
    "max_rtt_ms": least_worst_rtt,
    "max_mean_rtt_ms": least_mean_rtt,
    "max_monthly_usd": least_bill,
}
"""How to find the best that can be reached, by goal."""


def _any_plan(
    problem: Problem,
    family: Family,
    engine: Engine,
    weights: Weights = TOTAL,
    *,
    stop: bool = True,
) -> Evaluation | None:
    """A plan of the family that meets the goals; the best of all if not to stop there."""
    best = None
    for shape in SHAPES[family]:
        plan = engine.answer(Question(problem, shape, weights)).evaluation
        if plan is not None:
            if stop:
                return plan
            if best is None or weights.of(plan) < weights.of(best):
                best = plan
    return best
