"""The knee of the cost-latency curve: where a further ms starts to cost more.

The curve runs over all plans of a family, cost (bill and operations, USD per month)
against mean round trip (ms). The knee is the plan farthest below the straight line from
the cheapest plan to the fastest one, both axes scaled to that span. Distance from a line
is a linear function of the two, so its exact maximum needs one more solve and no sampling
of the curve.
"""

from __future__ import annotations

from planner.domain.problem import Problem
from planner.domain.scenario import Scenario
from planner.evaluation.result import Evaluation
from planner.optimization.answers import Engine
from planner.optimization.families import Family
from planner.optimization.fastest import STEP_MS, within_least_mean_rtt
from planner.optimization.solve import answer_family, best_answer, make_engine
from planner.optimization.weights import COST, Weights


def find_knee(
    scenario: Scenario | Problem,
    family: str = "best",
    *,
    engine: Engine | None = None,
) -> Evaluation | None:
    """The plan at the knee, or None when no plan meets the goals or nobody pulls."""
    problem = Problem.of(scenario).without_value_of_waiting()
    if not sum(problem.site_pulls.values()):
        return None
    chosen = engine or make_engine()
    wanted = Family(family)
    cheapest = _best(chosen, problem, wanted, COST)
    if cheapest is None:
        return None
    fast = within_least_mean_rtt(problem, wanted, chosen)
    fastest = None if fast is None else _best(chosen, fast, wanted, COST)
    assert fastest is not None  # since there is a cheapest plan
    usd = fastest.cost.total_usd - cheapest.cost.total_usd
    ms = _mean(cheapest) - _mean(fastest)
    if usd <= 0 or ms <= STEP_MS:
        return cheapest
    below_the_line = COST.plus(usd / ms, Weights(mean_rtt_ms=1.0))
    return _best(chosen, problem, wanted, below_the_line)


def _best(
    engine: Engine, problem: Problem, family: Family, weights: Weights
) -> Evaluation | None:
    best = best_answer(answer_family(engine, problem, family, weights), weights)
    return best.evaluation if best else None


def _mean(evaluation: Evaluation) -> float:
    return evaluation.latency.mean_rtt_ms or 0.0
