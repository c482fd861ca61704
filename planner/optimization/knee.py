"""The knee of the cost-latency curve: where a further ms starts to cost more.

The curve runs over all plans of a family, cost (bill and operations, USD per month)
against mean round trip (ms). The knee is the plan farthest below the straight line from
the cheapest plan to the fastest one, both axes scaled to that span. Distance from a line
is a linear function of the two, so its exact maximum needs one more solve and no sampling
of the curve.
"""

from __future__ import annotations

import pulp

from planner.domain.problem import Problem
from planner.domain.scenario import Scenario
from planner.evaluation.result import Evaluation
from planner.optimization import solver as solvers
from planner.optimization.extremes import STEP_MS, best_by, within_least_mean_rtt
from planner.optimization.families import Family
from planner.optimization.goals import mean_rtt_ms
from planner.optimization.model import Model


def find_knee(
    scenario: Scenario | Problem,
    family: str = "best",
    *,
    solver: pulp.LpSolver | None = None,
) -> Evaluation | None:
    """The plan at the knee, or None when no plan meets the goals or nobody pulls."""
    problem = Problem.of(scenario).without_value_of_waiting()
    if not sum(problem.site_pulls.values()):
        return None
    chosen = solver or solvers.highs()
    wanted = Family(family)
    fast = within_least_mean_rtt(problem, wanted, chosen)
    if fast is None:
        return None
    cheapest = best_by(problem, wanted, chosen, _cost)
    fastest = best_by(fast, wanted, chosen, _cost)
    assert cheapest is not None  # since there is a fastest plan
    assert fastest is not None
    usd = fastest.cost.total_usd - cheapest.cost.total_usd
    ms = _mean(cheapest) - _mean(fastest)
    if usd <= 0 or ms <= STEP_MS:
        return cheapest

    def below_the_line(model: Model) -> pulp.LpAffineExpression:
        return _cost(model) * (1 / usd) + mean_rtt_ms(model) * (1 / ms)

    return best_by(problem, wanted, chosen, below_the_line)


def _cost(model: Model) -> pulp.LpAffineExpression:
    return model.bill + model.extras


def _mean(evaluation: Evaluation) -> float:
    return evaluation.latency.mean_rtt_ms or 0.0
