"""A PuLP model of the planning problem: variables, and the two halves of the objective."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import pulp

from planner.domain.problem import Problem
from planner.domain.scenario import Place, Site
from planner.evaluation import cost

Expression: TypeAlias = pulp.LpAffineExpression
Variable: TypeAlias = pulp.LpVariable


@dataclass
class Model:
    """A PuLP model, its variables by name, and the way back to a layout."""

    problem: Problem
    regions: Sequence[str]
    lp: pulp.LpProblem
    open: dict[str, Variable]
    bill: Expression = field(default_factory=Expression)
    extras: Expression = field(default_factory=Expression)
    """Operations and waiting: part of the objective, not of the bill."""
    home: dict[str, Variable] = field(default_factory=dict)
    assign: dict[tuple[str, str], Expression] = field(default_factory=dict)
    """1 if a site is served from a region."""
    first: dict[str, Variable] = field(default_factory=dict)
    replicated: bool = False
    """Whether all locations belong to one registry."""

    def add(self, constraint: pulp.LpConstraint, name: str) -> None:
        """Add a constraint under a readable name."""
        self.lp += constraint, name

    def chosen(self) -> tuple[str, ...]:
        """The regions that the solution opens."""
        return tuple(r for r in self.regions if is_one(self.open[r]))

    def forbid(self, chosen: Iterable[str], number: int) -> None:
        """differ: sum of open[r] outside + sum of (1 - open[r]) inside >= 1."""
        inside = set(chosen)
        away = pulp.lpSum(
            1 - self.open[r] if r in inside else self.open[r] for r in self.regions
        )
        self.add(away >= 1, f"differ_{number}")


def new_model(problem: Problem, regions: Sequence[str], name: str) -> Model:
    """An empty model with the variables open[r]."""
    lp = pulp.LpProblem(name, pulp.LpMinimize)
    opened = {r: lp.add_variable(f"open_{r}", 0, 1, pulp.LpBinary) for r in regions}
    return Model(problem, regions, lp, opened)


def is_one(variable: Variable) -> bool:
    """Whether the solution sets a binary variable."""
    return bool((variable.varValue or 0) > 0.5)


def safe_name(place: Place, number: int) -> str:
    """A name for rows and columns: letters of the user's name, made unique."""
    return f"{re.sub('[^A-Za-z0-9]', '_', place.name)[:24]}_{number}"


def demanding_sites(problem: Problem) -> list[Site]:
    """The sites that pull, or whose private endpoints cost something."""
    return [
        site
        for site in problem.scenario.sites
        if problem.site_pulls[site.name] or site.private_endpoints
    ]


def site_costs(model: Model, sites: Sequence[Site]) -> None:
    """Pulls and waiting by serving region; private endpoints wherever it is."""
    problem, prices = model.problem, model.problem.prices
    by_name = {site.name: site for site in sites}
    for (name, region), share in model.assign.items():
        site = by_name[name]
        model.bill += cost.pull(problem, prices, site, region).usd * share
        model.extras += cost.waiting(problem, site, region).usd * share
    for site in sites:
        for charge in cost.site_endpoints(problem, prices, site):
            model.bill += charge.usd
