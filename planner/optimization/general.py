"""The general engine: a model in PuLP for every shape, and a solver passed in."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import pulp

from planner.errors import SolverError
from planner.evaluation.evaluate import evaluate_layout
from planner.optimization import solver as solvers
from planner.optimization.answers import Answer, Question, family_name
from planner.optimization.clock import Clock
from planner.optimization.decode import decode
from planner.optimization.formulation import build
from planner.optimization.goals import mean_pull_seconds, mean_rtt_ms
from planner.optimization.model import Expression, Model
from planner.optimization.result import Status
from planner.optimization.weights import TOTAL, Weights

TIE = 1e-9
"""Relative difference in cost that is none."""
AGREEMENT = 1e-6
"""Relative difference allowed between the solver's objective and the evaluation."""


@dataclass
class GeneralEngine:
    """Answers by mixed-integer programming; default HiGHS in process."""

    clock: Clock = field(default_factory=Clock)
    solver: pulp.LpSolver | None = None
    ties: bool = False
    """Whether to solve once more for the first of equal plans."""

    @property
    def name(self) -> str:
        """The name that it is asked for by."""
        return "pulp"

    def answer(self, question: Question) -> Answer:
        """Find the best plan of a shape, evaluated."""
        shape, weights = question.shape, question.weights
        model = build(question.problem, shape)
        if model is None:
            return Answer(shape, Status.INFEASIBLE, None, None)
        if weights != TOTAL:
            model.lp.setObjective(objective(model, weights))
        if question.limit is not None:
            limited, most = question.limit
            model.add(objective(model, limited) <= most, "limit")
        for number, (geo, alone) in enumerate(question.forbidden):
            names = {model.geo[r].name for r in geo if r in model.geo}
            names |= {model.alone[r].name for r in alone if r in model.alone}
            model.forbid(names, number)
        outcome = solvers.run(model, self.solver or solvers.highs(self._seconds()))
        if outcome.status in (None, Status.INFEASIBLE):
            return Answer(shape, outcome.status, outcome.bound, None)
        least = float(pulp.value(model.lp.objective))
        if self.ties and outcome.status is Status.OPTIMAL:
            self._first_of_equals(model)
        layout = decode(model)
        evaluation = evaluate_layout(question.problem, layout, family_name(shape))
        if weights == TOTAL:
            _must_agree(least, evaluation.cost.total_usd)
        return Answer(shape, outcome.status, outcome.bound, evaluation)

    def _first_of_equals(self, model: Model) -> None:
        """Of equal plans, the one with fewer places, then with lower names.

        equal: objective <= least objective;  least sum of (1 - 2^-(k + 2)) x place[k].
        Among as many places that is the order of names, as far as numbers are told apart.
        """
        least = float(pulp.value(model.lp.objective))
        model.add(model.lp.objective <= least + TIE * max(1.0, abs(least)), "equal")
        places = sorted(model.places, key=lambda place: place.name.partition("_")[2])
        model.lp.setObjective(
            pulp.lpSum((1 - 0.5 ** (k + 2)) * x for k, x in enumerate(places))
        )
        solvers.run(model, self.solver or solvers.highs(self._seconds()))

    def _seconds(self) -> float | None:
        left = self.clock.left
        return None if left == math.inf else max(0.01, left)


def objective(model: Model, weights: Weights) -> Expression:
    """A weighted sum as an objective.

    Operations and waiting are one expression of the model, so they must count alike where
    waiting has a value.
    """
    valued = model.problem.scenario.assumptions.usd_per_wait_hour
    if valued and weights.operations != weights.waiting:
        raise SolverError("the general engine counts operations and waiting alike")
    total = weights.bill * model.bill + weights.operations * model.extras
    if weights.mean_rtt_ms:
        total += weights.mean_rtt_ms * mean_rtt_ms(model)
    if weights.mean_pull_seconds:
        total += weights.mean_pull_seconds * mean_pull_seconds(model)
    return total


def _must_agree(stated: float, evaluated: float) -> None:
    """The objective must be what the evaluation says, or the answer is not one."""
    if abs(stated - evaluated) > AGREEMENT * max(1.0, abs(evaluated)):
        raise SolverError(
            f"the solver's objective {stated:.6f} differs from the evaluated total "
            f"{evaluated:.6f}; please report this scenario"
        )
