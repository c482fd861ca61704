"""The knee of the cost-latency curve: where a further ms starts to cost more.

The curve runs over all plans of a family, cost (bill and operations, USD per month)
against mean round trip (ms). The knee is the plan farthest below the straight line from
the cheapest plan to the fastest one, both axes scaled to that span. Distance from a line
is a linear function of the two, so its exact maximum needs one more solve and no sampling
of the curve.
"""

from __future__ import annotations

from collections.abc import Callable

import pulp

from planner.domain.problem import Problem
from planner.domain.scenario import Scenario
from planner.evaluation.evaluate import evaluate_layout
from planner.evaluation.result import Evaluation
from planner.optimization import solver as solvers
from planner.optimization.decode import decode
from planner.optimization.formulation import SHAPES, build
from planner.optimization.goals import mean_rtt_ms
from planner.optimization.model import Model
from planner.optimization.result import Family, Status

STEP_MS = 1e-6
"""How far above the least mean round trip still counts as the least."""

Objective = Callable[[Model], pulp.LpAffineExpression]


def find_knee(
    scenario: Scenario | Problem,
    family: str = "best",
    *,
    solver: pulp.LpSolver | None = None,
) -> Evaluation | None:
    """The plan at the knee, or None when no plan meets the goals or nobody pulls."""
    problem = _unvalued(Problem.of(scenario))
    if not sum(problem.site_pulls.values()):
        return None
    chosen = solver or solvers.highs()
    wanted = Family(family)
    cheapest = _best(problem, wanted, chosen, _cost)
    fastest = _best(problem, wanted, chosen, mean_rtt_ms)
    if cheapest is None or fastest is None:
        return None
    limit = _mean(fastest) + STEP_MS
    least = problem.with_goals(max_mean_rtt_ms=limit)
    fastest = _best(least, wanted, chosen, _cost) or fastest
    usd = fastest.cost.total_usd - cheapest.cost.total_usd
    ms = _mean(cheapest) - _mean(fastest)
    if usd <= 0 or ms <= STEP_MS:
        return cheapest

    def below_the_line(model: Model) -> pulp.LpAffineExpression:
        return _cost(model) * (1 / usd) + mean_rtt_ms(model) * (1 / ms)

    return _best(problem, wanted, chosen, below_the_line)


def _unvalued(problem: Problem) -> Problem:
    """The same problem without a value of waiting: waiting is the other axis."""
    assumptions = problem.scenario.assumptions.model_copy(
        update={"usd_per_wait_hour": 0.0}
    )
    scenario = problem.scenario.model_copy(update={"assumptions": assumptions})
    return Problem(scenario, problem.facts)


def _cost(model: Model) -> pulp.LpAffineExpression:
    return model.bill + model.extras


def _mean(evaluation: Evaluation) -> float:
    return evaluation.latency.mean_rtt_ms or 0.0


def _best(
    problem: Problem, family: Family, solver: pulp.LpSolver, objective: Objective
) -> Evaluation | None:
    """The plan of least objective over the shapes of a family."""
    found = []
    for shape in SHAPES[family]:
        model = build(problem, shape)
        if model is None:
            continue
        model.lp.setObjective(objective(model))
        if solvers.run(model, solver).status is not Status.INFEASIBLE:
            value = float(pulp.value(model.lp.objective))
            plan = evaluate_layout(problem, decode(model), "knee")
            found.append((round(value, 9), len(plan.layout.regions), plan))
    return min(found, key=lambda item: item[:2])[2] if found else None
