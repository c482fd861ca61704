"""The best plan of a family by any linear objective, and the least mean round trip."""

from __future__ import annotations

from collections.abc import Callable

import pulp

from planner.domain.problem import Problem
from planner.evaluation.evaluate import evaluate_layout
from planner.evaluation.result import Evaluation
from planner.optimization import solver as solvers
from planner.optimization.decode import decode
from planner.optimization.families import Family
from planner.optimization.formulation import SHAPES, build
from planner.optimization.goals import mean_rtt_ms
from planner.optimization.model import Model
from planner.optimization.result import Status

STEP_MS = 1e-6
"""How far above the least mean round trip still counts as the least."""

Objective = Callable[[Model], pulp.LpAffineExpression]


def best_by(
    problem: Problem, family: Family, solver: pulp.LpSolver, objective: Objective
) -> Evaluation | None:
    """The plan of least objective over the shapes of a family, None if there is none."""
    found = []
    for shape in SHAPES[family]:
        model = build(problem, shape)
        if model is None:
            continue
        model.lp.setObjective(objective(model))
        if solvers.run(model, solver).status in (Status.OPTIMAL, Status.FEASIBLE):
            value = float(pulp.value(model.lp.objective))
            plan = evaluate_layout(problem, decode(model), shape)
            found.append((round(value, 9), len(plan.layout.regions), plan))
    return min(found, key=lambda item: item[:2])[2] if found else None


def within_least_mean_rtt(
    problem: Problem, family: Family, solver: pulp.LpSolver
) -> Problem | None:
    """The same problem with the least possible mean round trip as a further goal.

    None when no plan meets the goals. What is optimal for it is the cheapest of the
    fastest plans.
    """
    if not sum(problem.site_pulls.values()):
        return problem
    fastest = best_by(problem, family, solver, mean_rtt_ms)
    if fastest is None or fastest.latency.mean_rtt_ms is None:
        return None
    return problem.with_goals(max_mean_rtt_ms=fastest.latency.mean_rtt_ms + STEP_MS)
