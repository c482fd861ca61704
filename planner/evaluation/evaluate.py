"""`evaluate`: from a layout to cost lines, latency, operations and risks."""

from __future__ import annotations

from collections.abc import Iterator

from planner.domain.layout import Layout, Registry, Sku
from planner.domain.problem import Problem
from planner.domain.scenario import PriceOverrides, Scenario
from planner.errors import InputError
from planner.evaluation import cost
from planner.evaluation.availability import region_losses
from planner.evaluation.first_copy import first_copy
from planner.evaluation.latency import latency
from planner.evaluation.result import (
    Cost,
    CostLine,
    Evaluation,
    Operations,
    SiteService,
)
from planner.evaluation.risks import risks
from planner.evaluation.routing import Routing, route
from planner.facts.prices import Prices, Reading


def evaluate(
    scenario: Scenario | Problem, layout: str | Layout | None = None
) -> Evaluation:
    """Evaluate one layout of a scenario.

    Parameters
    ----------
    scenario
        A scenario, or the problem it states.
    layout
        Name of one of its layouts, or a layout of your own; default the baseline.

    Returns
    -------
    Evaluation
        Cost in USD per month, latency in ms, operations counts and risks.

    Raises
    ------
    InputError
        If there is no such layout, or it contradicts the scenario.
    FactsError
        If a price or round trip is not known.
    """
    problem = Problem.of(scenario)
    if isinstance(layout, Layout):
        name, chosen = "custom", problem.accept(layout)
    else:
        chosen = problem.layout(layout)
        name = layout or problem.baseline or ""
    return evaluate_layout(problem, chosen, name)


def evaluate_layout(problem: Problem, layout: Layout, name: str) -> Evaluation:
    """Evaluate a layout that need not be among the scenario's own."""
    routing = route(problem, layout)
    layout = _resolve(problem, layout, routing)
    lines = tuple(_lines(problem, problem.prices, layout, routing))
    low, high = (
        sum(
            line.usd
            for line in _lines(
                problem, problem.prices.read_as(reading), layout, routing
            )
            if line.kind in cost.BILL_KINDS
        )
        for reading in (Reading.LOW, Reading.HIGH)
    )
    dates = sorted(
        line.charge.price.as_of
        for line in lines
        if line.charge.price.as_of != "scenario"
    )
    rtts = {site: service.rtt for site, service in routing.services.items()}
    return Evaluation(
        scenario=problem.scenario.name,
        name=name,
        layout=layout,
        cost=Cost(lines, low, high),
        latency=latency(problem, rtts),
        services=tuple(_services(problem, layout, routing)),
        operations=_operations(problem, routing),
        losses=tuple(region_losses(problem, layout, routing)),
        first_copy=first_copy(problem, layout, routing),
        risks=risks(problem, layout, routing),
        assumptions=tuple(assumptions(problem)),
        prices_as_of=(dates[0], dates[-1]) if dates else ("scenario", "scenario"),
    )


def _resolve(problem: Problem, layout: Layout, routing: Routing) -> Layout:
    """Fill in the SKU of every registry and the sites that use it."""
    registries = []
    for index, registry in enumerate(layout.registries):
        serves = tuple(
            site
            for site, service in routing.services.items()
            if service.registry == index
        )
        gb = problem.stored_gb(routing.holds[index])
        sku = registry.sku or _default_sku(problem, registry, serves, gb)
        registries.append(registry.model_copy(update={"sku": sku, "serves": serves}))
    return Layout(registries=tuple(registries))


def _default_sku(
    problem: Problem, registry: Registry, serves: tuple[str, ...], gb: float
) -> Sku:
    endpoints = registry.private_endpoints + sum(
        problem.sites[site].private_endpoints for site in serves
    )
    premium = bool(registry.replicas or endpoints or registry.routing == "pinned")
    sku = cost.cheapest_sku(problem, problem.prices, registry.home, gb, premium)
    if sku is None:
        raise InputError(
            f"registry {registry.name!r} would store {gb:,.0f} GB, more than any SKU "
            "holds; split it, or give its sku to evaluate it all the same",
            origin=problem.scenario.name,
        )
    return sku


def _lines(
    problem: Problem, prices: Prices, layout: Layout, routing: Routing
) -> Iterator[CostLine]:
    for index, registry in enumerate(layout.registries):
        yield from _location_lines(problem, prices, registry, routing.holds[index])
        yield from _push_lines(problem, prices, registry, routing, index)
    for site, service in routing.services.items():
        name = layout.registries[service.registry].name
        yield from _site_lines(problem, prices, site, service.region, name)
    labour = cost.operations(problem, len(layout.registries))
    if labour.usd:
        yield CostLine("", "", None, labour)


def _location_lines(
    problem: Problem, prices: Prices, registry: Registry, holds: frozenset[str]
) -> Iterator[CostLine]:
    assert registry.sku is not None
    gb = problem.stored_gb(holds)
    for region in registry.locations:
        fee = cost.registry_fee(problem, prices, registry.sku, region)
        yield CostLine(registry.name, region, None, fee)
    for region in registry.locations:
        replica = region != registry.home
        charge = cost.storage(problem, prices, registry.sku, region, gb, replica)
        yield CostLine(registry.name, region, None, charge)
    if registry.private_endpoints:
        hours = cost.endpoint_hours(prices, registry.private_endpoints)
        yield CostLine(registry.name, registry.home, None, hours)
        new_gb = sum(problem.pushes[image].new_gb for image in sorted(holds))
        pushed = cost.endpoint_pushes(prices, new_gb)
        yield CostLine(registry.name, registry.home, None, pushed)


def _push_lines(
    problem: Problem,
    prices: Prices,
    registry: Registry,
    routing: Routing,
    index: int,
) -> Iterator[CostLine]:
    """Push and sync of the images that the registry must hold, by push source."""
    new_gb: dict[str | None, float] = {}
    for image in sorted(routing.holds[index]):
        push = problem.pushes[image]
        new_gb[push.source] = new_gb.get(push.source, 0.0) + push.new_gb
    for source, gb in new_gb.items():
        if not gb:
            continue
        ingest = registry.home
        if source is not None:
            ingest = routing.ingests[index][source]
            place = problem.push_sources[source]
            charge = cost.push(problem, prices, place, ingest, gb)
            yield CostLine(registry.name, ingest, source, charge)
        for other in registry.locations:
            if other != ingest:
                copy = cost.sync(problem, prices, ingest, other, gb)
                yield CostLine(registry.name, other, source, copy)


def _site_lines(
    problem: Problem, prices: Prices, name: str, region: str, registry: str
) -> Iterator[CostLine]:
    site = problem.sites[name]
    if problem.site_gb[name]:
        charge = cost.pull(problem, prices, name, region)
        yield CostLine(registry, region, name, charge)
    for charge in cost.site_endpoints(problem, prices, site):
        yield CostLine(registry, region, name, charge)
    waited = cost.waiting(problem, site, region)
    if waited.usd:
        yield CostLine(registry, region, name, waited)


def _services(
    problem: Problem, layout: Layout, routing: Routing
) -> Iterator[SiteService]:
    for site, service in routing.services.items():
        yield SiteService(
            site,
            layout.registries[service.registry].name,
            service.region,
            service.rtt,
            problem.site_pulls[site],
            problem.site_gb[site],
        )


def _operations(problem: Problem, routing: Routing) -> Operations:
    holders = {
        image: sum(image in holds for holds in routing.holds)
        for image in problem.images
    }
    pushes = {image: problem.pushes[image].pushes for image in holders}
    if not any(pushes.values()):
        pushes = dict.fromkeys(holders, 1.0)
    total = sum(pushes.values())
    mean = sum(pushes[i] * n for i, n in holders.items()) / total if total else 0.0
    return Operations(
        registries=len(routing.holds),
        pushes_per_release=mean,
        image_names=max(holders.values(), default=0),
        access_configurations=len(routing.holds),
    )


def assumptions(problem: Problem) -> Iterator[str]:
    """The defaults and readings that the figures rest on, as sentences."""
    scenario, values = problem.scenario, problem.scenario.assumptions
    yield (
        "List prices in USD, pay-as-you-go, without tax; 730 hours a month"
        + (
            f"; {values.discount_percent:g} % discount on fees and storage"
            if values.discount_percent
            else ""
        )
        + "."
    )
    if scenario.price_overrides != PriceOverrides():
        yield "Prices under price_overrides are the scenario's own."
    yield (
        f"Each replica includes {values.replica_included_gb:g} GB of storage; whether it "
        "includes any is not documented (the bill's range covers 0 and 500 GB)."
    )
    yield "Sync between locations is billed as transfer (the low end of the range: free)."
    yield (
        "Within a registry a site is served by the location of least P50 round trip; "
        f"{values.local_rtt_ms:g} ms within a region."
    )
    yield (
        "Pull time is a formula, close to one published measurement inside a region "
        "and unproven across regions."
    )
    if any(site.region is None for site in scenario.sites):
        yield (
            "Internet egress at the account's marginal tier from "
            f"{values.internet_egress_tier_gb:g} GB a month."
        )
    if scenario.baseline is None and scenario.layouts:
        yield f"The baseline is the first layout, {problem.baseline!r}."
    if not scenario.push_sources and any(i.pushes_per_month for i in scenario.images):
        yield "No push source is given: pushes enter at the home region, free of transfer."
    for what, names in (
        ("new_gb_per_push is 0.3 x size_gb", _lacking(scenario, "new_gb_per_push")),
        ("stored_gb is one version, size_gb", _lacking(scenario, "stored_gb")),
    ):
        if names:
            yield f"Not given, so {what}: {', '.join(names)}."
    if any(entry.image is None for site in scenario.sites for entry in site.demand):
        yield "Demand without an image counts no storage and no pushes."


def _lacking(scenario: Scenario, field: str) -> list[str]:
    return [image.name for image in scenario.images if getattr(image, field) is None]
