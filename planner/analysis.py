"""Many evaluations and solves side by side; no new maths."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from planner.base import OnStep, no_steps
from planner.domain.problem import Problem
from planner.domain.scenario import Scenario
from planner.evaluation.evaluate import evaluate_layout
from planner.evaluation.goals import missed_goals
from planner.evaluation.result import SCHEMA_VERSION, Evaluation, layout_dict
from planner.optimization.clock import Clock
from planner.optimization.conflict import conflicting_goals
from planner.optimization.families import EngineName, Family, Metric
from planner.optimization.frontier import (
    cheapest_within,
    frontier_plans,
    nondominated,
)
from planner.optimization.knee import find_knee
from planner.optimization.pareto import (
    SLOS_MS,
    Interval,
    geo_frontier,
    value_of_waiting,
)
from planner.optimization.result import Result, Status
from planner.optimization.solve import make_engine, optimize

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

KNEE = "knee"
"""Name of the plan at the knee of the cost-latency curve."""


class Role(StrEnum):
    """Why a plan stands in a comparison."""

    NAMED = "named layout"
    """The scenario names it."""
    BEST = "best of its family"
    KNEE = "knee of the curve"


class Plan(NamedTuple):
    """One column of a comparison: a named layout, or the best of a family."""

    role: Role
    name: str
    """Unique among the plans."""
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

    @property
    def named(self) -> list[Plan]:
        """The plans that the scenario names itself."""
        return [plan for plan in self.plans if plan.role is Role.NAMED]

    @property
    def today(self) -> Evaluation | None:
        """The baseline, evaluated, if the scenario names any layout."""
        return self.evaluations.get(self.baseline or "")

    @property
    def optimum(self) -> Plan | None:
        """The plan that no other beats, or None if nothing meets the goals."""
        for plan in self.plans:
            if (
                plan.evaluation
                and plan.result
                and plan.result.family == self.best.family
            ):
                return plan
        return None

    @property
    def knee(self) -> Evaluation | None:
        """The plan at the knee of the cost-latency curve, if it was looked for."""
        knees = (plan.evaluation for plan in self.plans if plan.role is Role.KNEE)
        return next(knees, None)

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
                    "role": plan.role.value,
                    "status": plan.result.status.value if plan.result else None,
                    "missed_goals": list(plan.missed_goals),
                    "evaluation": plan.evaluation.as_dict()
                    if plan.evaluation
                    else None,
                }
                for plan in self.plans
            ],
        }


@dataclass(frozen=True)
class Frontier:
    """Every nondominated plan of cost against one latency metric, cheapest first."""

    problem: Problem
    family: Family
    metric: Metric
    plans: tuple[Evaluation, ...]
    at_slo: Mapping[float, Evaluation | None] = field(default_factory=dict)
    """The cheapest plan whose longest round trip is at most 50, 100 or 150 ms."""

    @property
    def by_value_of_waiting(self) -> tuple[Interval, ...]:
        """The best plan for each value of an hour of waiting, from 0 to infinity.

        Only pull times say how long people wait, so it is empty for the other metrics.
        """
        if self.metric is not Metric.MEAN_PULL_SECONDS:
            return ()
        return value_of_waiting(self.plans)

    @property
    def knee(self) -> Evaluation | None:
        """The plan farthest below the line from the cheapest to the fastest one."""
        if not self.plans:
            return None
        first, last = self.plans[0], self.plans[-1]
        usd = last.cost.total_usd - first.cost.total_usd
        gain = self.metric.of(first) - self.metric.of(last)
        if usd <= 0 or gain <= 0:
            return first
        return min(
            self.plans, key=lambda p: p.cost.total_usd / usd + self.metric.of(p) / gain
        )

    @cached_property
    def table(self) -> pd.DataFrame:
        """The plans as a table, one row a plan."""
        from planner.reporting.tables import frontier_table

        return frontier_table(self).frame()

    def figure(self) -> go.Figure:
        """The curve, with the knee marked."""
        from planner.reporting.notebook import frontier_figure

        return frontier_figure(self)

    def _repr_html_(self) -> str:
        from planner.reporting.notebook import frontier_html

        return frontier_html(self)

    def as_dict(self) -> dict[str, Any]:
        """The frontier as the JSON contract has it."""
        return {
            "schema_version": SCHEMA_VERSION,
            "scenario": self.problem.scenario.name,
            "family": self.family.value,
            "metric": self.metric.value,
            "points": [
                {
                    "locations": list(plan.layout.regions),
                    "cost_usd": plan.cost.total_usd,
                    self.metric.value: self.metric.of(plan),
                    "knee": plan is self.knee,
                    "layout": layout_dict(plan.layout),
                }
                for plan in self.plans
            ],
            "at_slo": [
                {
                    "max_rtt_ms": slo,
                    "locations": list(plan.layout.regions) if plan else None,
                    "cost_usd": plan.cost.total_usd if plan else None,
                }
                for slo, plan in self.at_slo.items()
            ],
            "by_value_of_waiting": [
                {
                    "from_usd_per_hour": interval.from_usd_per_hour,
                    "to_usd_per_hour": _finite(interval.to_usd_per_hour),
                    "locations": list(interval.plan.layout.regions),
                    "cost_usd": interval.plan.cost.total_usd,
                }
                for interval in self.by_value_of_waiting
            ],
        }


def _finite(value: float) -> float | None:
    """A number that JSON knows; None for infinity."""
    return None if math.isinf(value) else value


def frontier(
    scenario: Scenario | Problem,
    family: str = "geo",
    metric: str = "mean_rtt_ms",
    on_step: OnStep = no_steps,
    *,
    engine: str = EngineName.EXACT,
) -> Frontier:
    """Find every nondominated plan of cost (bill and operations) against latency.

    Parameters
    ----------
    scenario
        A scenario, or the problem it states; its goals hold for every plan.
    family
        `single`, `geo`, `multi`, `hybrid`, or `best` of them.
    metric
        `mean_rtt_ms`, `max_rtt_ms` or `mean_pull_seconds`.
    on_step
        Told about each plan before it is looked for; how many there are is not known.
    engine
        `exact`, `compiled` or `pulp`, as for `optimize`.
    """
    problem, wanted, asked = Problem.of(scenario), Family(family), Metric(metric)
    plans, complete = _geo_curve(problem, wanted, asked, engine, on_step)
    if not complete:
        search = frontier_plans(problem, wanted, asked, make_engine(engine))
        plans = []
        on_step("the cheapest plan", 1, 0)
        for plan in search:
            plans.append(plan)
            on_step(f"faster than {asked.of(plan):.4g}", len(plans) + 1, 0)
    kept = tuple(nondominated(plans, asked))
    slos = _at_slos(problem, wanted, engine) if kept else {}
    return Frontier(problem, wanted, asked, kept, slos)


def _geo_curve(
    problem: Problem, family: Family, metric: Metric, engine: str, on_step: OnStep
) -> tuple[list[Evaluation], bool]:
    """The whole curve of one registry; False where it must be found step by step."""
    if family is not Family.GEO or engine == EngineName.PULP:
        return [], False
    compiled = engine == EngineName.COMPILED
    curve = geo_frontier(problem, metric, Clock(), compiled=compiled, on_step=on_step)
    if curve is None or not curve.complete:
        return [], False
    return list(curve.plans), True


def _at_slos(
    problem: Problem, family: Family, engine: str
) -> dict[float, Evaluation | None]:
    """The cheapest plan within each longest round trip that people ask for."""
    free, chosen = problem.without_value_of_waiting(), make_engine(engine)
    return {
        slo: cheapest_within(free, family, Metric.MAX_RTT_MS, slo, chosen)
        for slo in SLOS_MS
    }


FAMILY_NAMES = {
    Family.SINGLE: "best single registry",
    Family.GEO: "best geo-replicated",
    Family.MULTI: "best separate registries",
    Family.HYBRID: "best hybrid",
}


def compare(
    scenario: Scenario | Problem, on_step: OnStep = no_steps, *, knee: bool = True
) -> Comparison:
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
    knee
        Whether to look for the knee, which with many sites takes a while.
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
        plans.append(Plan(Role.NAMED, name, evaluation, None, missed))
    step()
    best = optimize(problem, reasons=False)
    if best.status is Status.INFEASIBLE:
        best = replace(
            best, conflict=conflicting_goals(problem, Family.BEST, make_engine())
        )
    for family, name in FAMILY_NAMES.items():
        step()
        result = _best_of(problem, family, best)
        if family is Family.HYBRID and result.family is not family:
            continue  # the same plan as the best separate registries
        free = _free_name(problem, name)
        plans.append(Plan(Role.BEST, free, result.evaluation, result, ()))
    step()
    bend = find_knee(problem) if knee and wants_knee(problem) else None
    if bend:
        name = _free_name(problem, KNEE)
        missed = tuple(missed_goals(problem, bend))
        plans.append(Plan(Role.KNEE, name, bend, None, missed))
    return Comparison(problem.scenario, problem.baseline, tuple(plans), best)


def wants_knee(problem: Problem) -> bool:
    """Whether latency is neither limited nor valued, so that a trade-off is open."""
    goals = problem.scenario.goals
    return (
        goals.max_rtt_ms is None
        and goals.max_mean_rtt_ms is None
        and not problem.scenario.assumptions.usd_per_wait_hour
    )


def _best_of(problem: Problem, family: Family, best: Result) -> Result:
    if best.evaluation and best.family is family:
        return best
    asked = problem
    if family is Family.GEO:
        least = max(2, problem.scenario.goals.min_locations or 2)
        asked = problem.with_goals(min_locations=least)
    return optimize(asked, family.value, reasons=False)


def _free_name(problem: Problem, name: str) -> str:
    """The name of a plan that is not the scenario's, changed if a layout has it."""
    while name in problem.scenario.layouts:
        name += " (found)"
    return name
