"""A PuLP model of the planning problem: variables, and the two halves of the objective."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import pulp

from planner.domain.problem import Problem
from planner.optimization.coefficients import Client, Coefficients

Expression: TypeAlias = pulp.LpAffineExpression
Variable: TypeAlias = pulp.LpVariable
Term: TypeAlias = Expression | Variable

GEO: Final = "geo"
"""The geo-replicated registry, where the others go by the name of their region."""


@dataclass
class Model:
    """A PuLP model, its variables by name, and the way back to a layout."""

    coefficients: Coefficients
    clients: Sequence[Client]
    lp: pulp.LpProblem
    open: dict[str, Variable]
    """1 if a region has a location."""
    bill: Expression = field(default_factory=Expression)
    extras: Expression = field(default_factory=Expression)
    """Operations and waiting: part of the objective, not of the bill."""
    geo: dict[str, Variable] = field(default_factory=dict)
    """1 if the geo-replicated registry has a location in a region."""
    home: dict[str, Variable] = field(default_factory=dict)
    """1 if that location is its home."""
    alone: dict[str, Variable] = field(default_factory=dict)
    """1 if a region has an unreplicated registry."""
    at: dict[tuple[int, str], Term] = field(default_factory=dict)
    """1 if the geo-replicated registry serves a client from a region."""
    uses: dict[tuple[int, str], Term] = field(default_factory=dict)
    """1 if a client uses a registry: `GEO`, or the unreplicated one of a region."""
    first: dict[str, Variable] = field(default_factory=dict)
    """1 if a registry comes first and keeps the images that nobody pulls."""

    @property
    def problem(self) -> Problem:
        """The problem that is modelled."""
        return self.coefficients.problem

    @property
    def regions(self) -> Sequence[str]:
        """The regions that may have a location."""
        return self.coefficients.regions

    @property
    def places(self) -> list[Variable]:
        """The binaries that tell plans with different locations apart."""
        return [*self.geo.values(), *self.alone.values()]

    def add(self, constraint: pulp.LpConstraint, name: str) -> None:
        """Add a constraint under a readable name."""
        self.lp += constraint, name

    def binary(self, name: str) -> Variable:
        """A new variable that is 0 or 1."""
        return self.lp.add_variable(name, 0, 1, pulp.LpBinary)

    def share(self, name: str) -> Variable:
        """A new variable from 0 to 1, whole wherever the binaries are."""
        return self.lp.add_variable(name, 0, 1)

    def shares(self) -> Iterator[tuple[int, int, Term]]:
        """Number of a client, column of a region, and the share served from there."""
        column = {r: number for number, r in enumerate(self.regions)}
        for (i, r), share in self.at.items():
            yield i, column[r], share
        for (i, s), share in self.uses.items():
            if s != GEO:
                yield i, column[s], share

    def weighted(self, weights: Callable[[Client], Sequence[float]]) -> Expression:
        """Sum over clients and regions of a weight x the share served from there."""
        by_client = [weights(client) for client in self.clients]
        # Added up one by one: an expression made from a list of terms keeps only the
        # last one of each variable, and several clients can share a variable.
        total = Expression()
        for i, column, share in self.shares():
            total += by_client[i][column] * share
        return total

    def chosen(self) -> frozenset[str]:
        """The names of the locations that the solution opens."""
        return frozenset(place.name for place in self.places if is_one(place))

    def forbid(self, chosen: Collection[str], number: int) -> None:
        """differ: sum of places not chosen + sum of (1 - place) chosen >= 1."""
        away = pulp.lpSum(
            1 - place if place.name in chosen else place for place in self.places
        )
        self.add(away >= 1, f"differ_{number}")


def new_model(
    coefficients: Coefficients, clients: Sequence[Client], name: str
) -> Model:
    """An empty model with the variables open[r]."""
    lp = pulp.LpProblem(name, pulp.LpMinimize)
    model = Model(coefficients, clients, lp, {})
    model.open = {r: model.binary(f"open_{r}") for r in coefficients.regions}
    return model


def service_costs(model: Model) -> None:
    """Pulls and waiting by serving region; endpoints and labour wherever it is."""
    coefficients = model.coefficients
    model.bill += model.weighted(lambda client: client.bill_usd)
    model.bill += coefficients.endpoints_usd
    model.extras += model.weighted(lambda client: client.wait_usd)
    registries = pulp.lpSum(model.alone.values()) + (1 if model.geo else 0)
    model.extras += coefficients.operations_usd * registries


def is_one(term: Term) -> bool:
    """Whether the solution sets a binary variable, or what stands for one."""
    return bool((term.value() or 0) > 0.5)


def label(name: str, number: int) -> str:
    """A name for rows and columns: letters of the user's name, made unique."""
    return f"{re.sub('[^A-Za-z0-9]', '_', name)[:24]}_{number}"
