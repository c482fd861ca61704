"""Many evaluations and solves side by side; no new maths."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from planner.base import OnStep, no_steps
from planner.domain.problem import Problem
from planner.domain.scenario import Scenario
from planner.evaluation.evaluate import evaluate_layout
from planner.evaluation.result import SCHEMA_VERSION, Evaluation
from planner.optimization.conflict import conflicting_goals
from planner.optimization.explain import missed_goals
from planner.optimization.knee import find_knee
from planner.optimization.result import Family, Result, Status
from planner.optimization.solve import optimize

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

KNEE = "knee"
"""Name of the plan at the knee of the cost-latency curve."""


class Plan(NamedTuple):
    """One column of a comparison: a named layout, or the best of a family."""

    name: str
    evaluation: Evaluation | None
    """None when the family has no layout that meets the goals."""
    result: Result | None
    """The proof, for a plan that the optimizer found."""
    missed_goals: tuple[str, ...]
    """Goals of the scenario that the layout misses."""


@dataclass(frozen=True)
class Comparison:
    """The layouts of a scenario and the best of each family, side by side."""

    scenario: Scenario
    baseline: str | None
    plans: tuple[Plan, ...]
    best: Result
    """The best of all families."""

    def plan(self, name: str) -> Plan | None:
        """The plan of that name."""
        return next((plan for plan in self.plans if plan.name == name), None)

    @property
    def evaluations(self) -> dict[str, Evaluation]:
        """Evaluated plans by name."""
        return {p.name: p.evaluation for p in self.plans if p.evaluation is not None}

    @cached_property
    def table(self) -> pd.DataFrame:
        """Key figures as a table, one row a plan."""
        from planner.reporting.tables import comparison_frame

        return comparison_frame(self)

    def figure(self) -> go.Figure:
        """Monthly cost by kind of every plan as stacked bars."""
        from planner.reporting.notebook import comparison_figure

        return comparison_figure(self)

    def _repr_html_(self) -> str:
        from planner.reporting.notebook import comparison_html

        return comparison_html(self)

    def as_dict(self) -> dict[str, Any]:
        """The comparison as JSON: the evaluation of every plan."""
        return {
            "schema_version": SCHEMA_VERSION,
            "scenario": self.scenario.name,
            "baseline": self.baseline,
            "best": {
                "status": self.best.status.value,
                "family": self.best.family.value,
                "objective_usd": self.best.objective_usd,
                "conflict": list(self.best.conflict),
            },
            "plans": [
                {
                    "name": plan.name,
                    "status": plan.result.status.value if plan.result else None,
                    "missed_goals": list(plan.missed_goals),
                    "evaluation": plan.evaluation.as_dict()
                    if plan.evaluation
                    else None,
                }
                for plan in self.plans
            ],
        }


FAMILY_NAMES = {
    Family.SINGLE: "best single registry",
    Family.GEO: "best geo-replicated",
    Family.MULTI: "best separate registries",
}


def compare(scenario: Scenario | Problem, on_step: OnStep = no_steps) -> Comparison:
    """Evaluate all named layouts and find the best layout of each family.

    The geo-replicated family is asked for at least one replica here, since without one
    it would repeat the single registry. Where neither a latency goal nor a value of
    waiting is given, the knee of the cost-latency curve is a further plan.

    Parameters
    ----------
    scenario
        A scenario, or the problem it states.
    on_step
        Told about each plan before it is worked on.
    """
    problem = Problem.of(scenario)
    names = [*problem.scenario.layouts, "best of all", *FAMILY_NAMES.values(), KNEE]
    steps = iter(enumerate(names, start=1))

    def step() -> None:
        number, name = next(steps)
        on_step(name, number, len(names))

    plans: list[Plan] = []
    for name, layout in problem.scenario.layouts.items():
        step()
        evaluation = evaluate_layout(problem, layout, name)
        missed = tuple(missed_goals(problem, evaluation))
        plans.append(Plan(name, evaluation, None, missed))
    step()
    best = optimize(problem, reasons=False)
    if best.status is Status.INFEASIBLE:
        best = replace(best, conflict=conflicting_goals(problem, Family.BEST))
    for family, name in FAMILY_NAMES.items():
        step()
        plans.append(_best_of(problem, family, name, best))
    step()
    knee = find_knee(problem) if wants_knee(problem) else None
    if knee:
        plans.append(Plan(KNEE, knee, None, tuple(missed_goals(problem, knee))))
    return Comparison(problem.scenario, problem.baseline, tuple(plans), best)


def wants_knee(problem: Problem) -> bool:
    """Whether latency is neither limited nor valued, so that a trade-off is open."""
    goals = problem.scenario.goals
    return (
        goals.max_rtt_ms is None
        and goals.max_mean_rtt_ms is None
        and not problem.scenario.assumptions.usd_per_wait_hour
    )


def _best_of(problem: Problem, family: Family, name: str, best: Result) -> Plan:
    if best.status is Status.OPTIMAL and best.family is family:
        result = best
    else:
        asked = problem
        if family is Family.GEO:
            least = max(2, problem.scenario.goals.min_locations or 2)
            asked = problem.with_goals(min_locations=least)
        result = optimize(asked, family.value, reasons=False)
    return Plan(name, result.evaluation, result, ())
