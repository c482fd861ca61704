"""Separate registries without replicas: family `multi`."""

from __future__ import annotations

from collections.abc import Sequence

import pulp

from planner.domain.layout import Sku
from planner.domain.problem import Problem
from planner.domain.scenario import Site
from planner.evaluation import cost
from planner.optimization.model import (
    Expression,
    Model,
    Variable,
    demanding_sites,
    new_model,
    safe_name,
    site_costs,
)


def separate_registries(problem: Problem, regions: Sequence[str]) -> Model:
    """At least two registries without replicas, at most one a region."""
    model = new_model(problem, regions, "multi")
    model.add(pulp.lpSum(model.open.values()) >= 2, "locations")
    sites = demanding_sites(problem)
    _free_assignment(model, sites)
    _all_used(model, sites)
    site_costs(model, sites)
    _registries(model, sites, _holds(model, sites))
    labour = cost.operations(problem, 1).usd
    for opened in model.open.values():
        model.extras.addterm(opened, labour)
    return model


def _free_assignment(model: Model, sites: Sequence[Site]) -> None:
    """assign_once: sum over r of assign[i,r] = 1;  link: assign[i,r] <= open[r]."""
    for number, site in enumerate(sites):
        label = safe_name(site, number)
        shares = {}
        for r in model.regions:
            assign = model.lp.add_variable(f"assign_{label}_{r}", 0, 1, pulp.LpBinary)
            model.add(assign <= model.open[r], f"link_{label}_{r}")
            shares[r] = assign
            model.assign[site.name, r] = Expression(assign)
        model.add(pulp.lpSum(shares.values()) == 1, f"assign_once_{label}")


def _all_used(model: Model, sites: Sequence[Site]) -> None:
    """used: open[r] <= sum over i of assign[i,r]: no registry that nobody uses.

    A required region may stand idle; the goal asks for a location, not for a use.
    """
    required = model.problem.scenario.goals.required_regions
    for r in model.regions:
        if r not in required:
            users = pulp.lpSum(model.assign[site.name, r] for site in sites)
            model.add(model.open[r] <= users, f"used_{r}")


Bundle = tuple[str, ...]
"""Images that the same sites pull; a registry holds all of them or none."""


def _bundles(model: Model, sites: Sequence[Site]) -> dict[Bundle, list[Site]]:
    """The pulled images, bundled by the sites that pull them."""
    problem = model.problem
    pullers: dict[tuple[str, ...], list[str]] = {}
    for m in problem.images:
        names = tuple(s.name for s in sites if m in problem.images_of_site[s.name])
        if names:
            pullers.setdefault(names, []).append(m)
    return {
        tuple(images): [problem.sites[name] for name in names]
        for names, images in pullers.items()
    }


def _holds(model: Model, sites: Sequence[Site]) -> dict[tuple[Bundle, str], Variable]:
    """holds: holds[m,r] >= assign[i,r] for every site i that pulls the images m.

    Pushing costs what each registry that holds the images costs.
    """
    problem = model.problem
    holds = {}
    for number, (bundle, pullers) in enumerate(_bundles(model, sites).items()):
        pushes = [problem.pushes[m] for m in bundle]
        for r in model.regions:
            held = model.lp.add_variable(f"holds_{number}_{r}", 0, 1)
            holds[bundle, r] = held
            for i, site in enumerate(pullers):
                share = model.assign[site.name, r]
                model.add(held >= share, f"holds_{number}_{i}_{r}")
            usd = sum(_push_usd(problem, p.source, r, p.new_gb) for p in pushes)
            model.bill.addterm(held, usd)
    return holds


def _push_usd(problem: Problem, source: str | None, region: str, gb: float) -> float:
    if source is None:
        return 0.0
    place = problem.push_sources[source]
    return cost.push(problem, problem.prices, place, region, gb).usd


def _registries(
    model: Model, sites: Sequence[Site], holds: dict[tuple[Bundle, str], Variable]
) -> None:
    """Fee and storage of each registry, by SKU.

    one_sku:       sum over k of sku[k,r] = open[r]
    over:          sum of over[k,r] >= stored[r] - sum of included[k] sku[k,r]
    over_of:       over[k,r] <= everything x sku[k,r]
    storage_fits:  stored[r] <= sum of maximum[k] sku[k,r]
    premium:       assign[i,r] <= sku[Premium,r] for sites with private endpoints
    """
    problem, prices = model.problem, model.problem.prices
    limits = problem.facts.limits
    everything = problem.stored_gb(frozenset(problem.images))
    idle = _first(model)
    for r in model.regions:
        sku = {
            k: model.lp.add_variable(f"sku_{k}_{r}", 0, 1, pulp.LpBinary) for k in Sku
        }
        over = {k: model.lp.add_variable(f"over_{k}_{r}", 0) for k in Sku}
        model.add(pulp.lpSum(sku.values()) == model.open[r], f"one_sku_{r}")
        stored = Expression()
        for (bundle, where), held in holds.items():
            if where == r:
                stored.addterm(held, problem.stored_gb(bundle))
        if idle:
            stored.addterm(model.first[r], idle)
        included = pulp.lpSum(
            cost.included_gb(problem, prices, k, replica=False) * sku[k] for k in Sku
        )
        model.add(pulp.lpSum(over.values()) >= stored - included, f"over_{r}")
        fits = pulp.lpSum(limits.max_storage_gb(k) * sku[k] for k in Sku)
        model.add(stored <= fits, f"storage_fits_{r}")
        for k in Sku:
            model.add(over[k] <= everything * sku[k], f"over_of_{k}_{r}")
            fee = cost.registry_fee(problem, prices, k, r).usd
            model.bill.addterm(sku[k], fee)
            price = prices.storage(k, problem.region(r)).usd
            model.bill.addterm(over[k], price)
        for i, site in enumerate(sites):
            if site.private_endpoints:
                share = model.assign[site.name, r]
                model.add(share <= sku[Sku.PREMIUM], f"premium_{i}_{r}")


def _first(model: Model) -> float:
    """one_first: sum over r of first[r] = 1;  first_open: first[r] <= open[r].

    Returns the GB of the images that nobody pulls, which the first registry keeps (and
    receives the pushes of); 0 means that no registry need be first.
    """
    problem = model.problem
    if not problem.unpulled_images:
        return 0.0
    for r in model.regions:
        first = model.lp.add_variable(f"first_{r}", 0, 1, pulp.LpBinary)
        model.first[r] = first
        model.add(first <= model.open[r], f"first_open_{r}")
        for m in problem.unpulled_images:
            push = problem.pushes[m]
            usd = _push_usd(problem, push.source, r, push.new_gb)
            model.bill.addterm(first, usd)
    model.add(pulp.lpSum(model.first.values()) == 1, "one_first")
    return problem.stored_gb(problem.unpulled_images)
