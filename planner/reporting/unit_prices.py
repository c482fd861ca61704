"""Which unit price a cost line has, told by what it depends on rather than by line.

A list price holds for a tier, a pair of continents or an egress zone. Where a scenario
has prices of its own for some regions only, those stand by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from planner.domain.layout import Registry
from planner.domain.problem import Problem
from planner.evaluation.cost import BILL_KINDS, Kind
from planner.evaluation.result import CostLine, Evaluation
from planner.evaluation.routing import Routing, route
from planner.facts.prices import FREE, Price

TRANSFERS = (Kind.PULL_TRANSFER, Kind.PUSH_TRANSFER, Kind.SYNC_TRANSFER)


class UnitPrice(NamedTuple):
    """A price that some cost lines share."""

    category: str
    what: str
    unit: str
    price: Price

    @property
    def fixed(self) -> bool:
        """Whether it is free by policy, not by price."""
        return self.price == FREE


class _Use(NamedTuple):
    """A line's price: what it depends on at list prices, and the regions at hand."""

    category: str
    what: str
    regions: str
    unit: str
    price: Price


class Priced(NamedTuple):
    """All prices in use, and which of them each line of each plan has."""

    prices: tuple[UnitPrice, ...]
    lines: Mapping[str, tuple[int, ...]]
    """By plan, for each line of its bill the position of its price."""


def bill_lines(plan: Evaluation) -> list[CostLine]:
    """The lines of a plan that Azure bills."""
    return [line for line in plan.cost.lines if line.kind in BILL_KINDS]


def unit_prices(problem: Problem, plans: Mapping[str, Evaluation]) -> Priced:
    """The prices that the bills of these plans have, each once."""
    uses = {name: tuple(_uses(problem, plan)) for name, plan in plans.items()}
    found: dict[tuple[str, str, str], set[Price]] = {}
    for use in (use for plan in uses.values() for use in plan):
        found.setdefault((use.category, use.what, use.unit), set()).add(use.price)

    def priced(use: _Use) -> UnitPrice:
        differ = len(found[use.category, use.what, use.unit]) > 1
        what = f"{use.what}: {use.regions}" if differ else use.what
        return UnitPrice(use.category, what, use.unit, use.price)

    by_line = {name: [priced(use) for use in plan] for name, plan in uses.items()}
    prices = sorted({price for plan in by_line.values() for price in plan})
    at = {price: index for index, price in enumerate(prices)}
    lines = {name: tuple(at[price] for price in plan) for name, plan in by_line.items()}
    return Priced(tuple(prices), lines)


def _uses(problem: Problem, plan: Evaluation) -> Iterator[_Use]:
    routing = route(problem, plan.layout)
    for line in bill_lines(plan):
        category, what, regions = _basis(problem, plan, routing, line)
        charge = line.charge
        yield _Use(category, what, regions, charge.unit, charge.price)


def _basis(
    problem: Problem, plan: Evaluation, routing: Routing, line: CostLine
) -> tuple[str, str, str]:
    """Category, what the list price depends on, and the regions."""
    if line.kind in TRANSFERS:
        return _transfer(problem, plan, routing, line)
    if line.kind is Kind.INTERNET_EGRESS:
        zone = problem.region(line.region).egress_zone or line.region
        return "Internet egress", _words(zone), line.region
    if line.kind is Kind.PRIVATE_ENDPOINTS:
        if line.charge.unit == "hour":
            return "Private endpoint", "by the hour", ""
        way = "pushed in" if line.site is None else "pulled out"
        return "Private endpoint", f"data {way}", ""
    _, registry = registry_of(plan, line.registry)
    category = "Registry fee" if line.kind is Kind.REGISTRY_FEE else "Storage"
    return category, str(registry.sku), line.region


def _transfer(
    problem: Problem, plan: Evaluation, routing: Routing, line: CostLine
) -> tuple[str, str, str]:
    category = "Transfer"
    if line.charge.price == FREE:
        return category, "within a region, or into Azure", ""
    source, target = _ends(problem, plan, routing, line)
    places = (problem.region(name) for name in (source, target))
    continents = [_words(place.transfer_continent or place.name) for place in places]
    return category, " to ".join(continents), f"{source} to {target}"


def _ends(
    problem: Problem, plan: Evaluation, routing: Routing, line: CostLine
) -> tuple[str, str]:
    """The region that sends and the one that receives."""
    if line.kind is Kind.PULL_TRANSFER:
        assert line.site is not None
        return line.region, problem.sites[line.site].region or ""
    index, registry = registry_of(plan, line.registry)
    if line.kind is Kind.SYNC_TRANSFER:
        ingests = routing.ingests[index]
        return ingests[line.site] if line.site else registry.home, line.region
    assert line.site is not None
    return problem.push_sources[line.site].region or "", line.region


def registry_of(plan: Evaluation, name: str) -> tuple[int, Registry]:
    """A registry of a plan by name, with its position."""
    return next(
        (index, registry)
        for index, registry in enumerate(plan.layout.registries)
        if registry.name == name
    )


def _words(name: str) -> str:
    return name.replace("_", " ")
