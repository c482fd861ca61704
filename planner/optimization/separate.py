"""Separate registries without replicas: family `multi`."""

from __future__ import annotations

import pulp

from planner.domain.layout import Sku
from planner.optimization.coefficients import Coefficients
from planner.optimization.model import (
    GEO,
    Expression,
    Model,
    Term,
    label,
    new_model,
    service_costs,
)

Bundle = frozenset[str]
"""Images that the same sites pull; a registry holds all of them or none."""

Holds = dict[tuple[Bundle, str], Term]
"""1 if a registry (`GEO`, or the unreplicated one of a region) holds a bundle."""


def separate_registries(coefficients: Coefficients) -> Model:
    """At least two unreplicated registries: locations: sum over r of open[r] >= 2."""
    model = new_model(coefficients, coefficients.separate_clients, "multi")
    model.alone = model.open
    model.add(pulp.lpSum(model.open.values()) >= 2, "locations")
    choose_registries(model)
    unreplicated_costs(model, held_images(model))
    service_costs(model)
    return model


def choose_registries(model: Model) -> None:
    """assign_once: sum over s of uses[i,s] = 1;  exists: uses[i,r] <= alone[r].

    s runs over the geo-replicated registry, if there is one, and the regions.
    """
    for i, client in enumerate(model.clients):
        name = label(client.sites[0], i)
        registries = [*([GEO] if model.geo else []), *model.alone]
        chosen = {s: model.binary(f"uses_{name}_{s}") for s in registries}
        model.add(pulp.lpSum(chosen.values()) == 1, f"assign_once_{name}")
        for s, uses in chosen.items():
            model.uses[i, s] = uses
            if s != GEO:
                model.add(uses <= model.alone[s], f"exists_{name}_{s}")
    _all_used(model)


def _all_used(model: Model) -> None:
    """used: alone[r] <= sum over i of uses[i,r]: no registry that nobody uses.

    A required region may stand idle; the goal asks for a location, not for a use. The
    geo-replicated registry is always there: sum over i of uses[i,geo] >= 1.
    """
    required = model.problem.scenario.goals.required_regions
    clients = range(len(model.clients))
    for r, exists in model.alone.items():
        if r not in required:
            users = pulp.lpSum(model.uses[i, r] for i in clients)
            model.add(exists <= users, f"used_{r}")
    if model.geo:
        users = pulp.lpSum(model.uses[i, GEO] for i in clients)
        model.add(users >= 1, "used_geo")


def held_images(model: Model) -> Holds:
    """holds: holds[m,s] >= uses[i,s] for every client i that pulls the images m.

    Images that nobody pulls are held by the first registry.
    """
    holds: Holds = {}
    registries = [*([GEO] if model.geo else []), *model.alone]
    for number, (images, pullers) in enumerate(_bundles(model).items()):
        for s in registries:
            held = model.share(f"holds_{number}_{s}")
            holds[images, s] = held
            for i in pullers:
                model.add(held >= model.uses[i, s], f"holds_{number}_{i}_{s}")
    idle = frozenset(model.problem.unpulled_images)
    if idle:
        _one_first(model)
        holds.update({(idle, s): first for s, first in model.first.items()})
    return holds


def _bundles(model: Model) -> dict[Bundle, list[int]]:
    """The pulled images, bundled by the clients that pull them."""
    bundles: dict[tuple[int, ...], set[str]] = {}
    for m in model.problem.images:
        pullers = tuple(i for i, c in enumerate(model.clients) if m in c.images)
        if pullers:
            bundles.setdefault(pullers, set()).add(m)
    return {frozenset(images): list(who) for who, images in bundles.items()}


def _one_first(model: Model) -> None:
    """one_first: sum over s of first[s] = 1;  first_open: first[r] <= alone[r]."""
    for r, exists in model.alone.items():
        model.first[r] = model.binary(f"first_{r}")
        model.add(model.first[r] <= exists, f"first_open_{r}")
    if model.geo:
        model.first[GEO] = model.binary(f"first_{GEO}")
    model.add(pulp.lpSum(model.first.values()) == 1, "one_first")


def stored_gb(model: Model, registry: str, holds: Holds) -> Expression:
    """GB that a registry stores."""
    stored = Expression()
    for (images, s), held in holds.items():
        if s == registry:
            stored += model.problem.stored_gb(images) * held
    return stored


def unreplicated_costs(model: Model, holds: Holds) -> None:
    """Pushes, fee and storage of each unreplicated registry, by SKU.

    one_sku:       sum over k of sku[k,r] = alone[r]
    over:          sum of over[k,r] >= stored[r] - sum of included[k] sku[k,r]
    over_of:       over[k,r] <= everything x sku[k,r]
    storage_fits:  stored[r] <= sum of maximum[k] sku[k,r]
    premium:       uses[i,r] <= sku[Premium,r] for clients with private endpoints
    """
    for column, r in enumerate(model.regions):
        for (images, s), held in holds.items():
            if s == r:
                model.bill += model.coefficients.push_usd(images, column) * held
        _registry(model, r, stored_gb(model, r, holds))


def _registry(model: Model, r: str, stored: Expression) -> None:
    terms = {k: model.coefficients.terms(k, r) for k in Sku}
    sku = {k: model.binary(f"sku_{k}_{r}") for k in Sku}
    over = {k: model.lp.add_variable(f"over_{k}_{r}", 0) for k in Sku}
    model.add(pulp.lpSum(sku.values()) == model.alone[r], f"one_sku_{r}")
    included = pulp.lpSum(terms[k].included_gb * sku[k] for k in Sku)
    model.add(pulp.lpSum(over.values()) >= stored - included, f"over_{r}")
    fits = pulp.lpSum(terms[k].max_gb * sku[k] for k in Sku)
    model.add(stored <= fits, f"storage_fits_{r}")
    everything = model.problem.stored_gb(frozenset(model.problem.images))
    for k in Sku:
        model.add(over[k] <= everything * sku[k], f"over_of_{k}_{r}")
        model.bill += terms[k].fee_usd * sku[k] + terms[k].usd_per_gb * over[k]
    for i, client in enumerate(model.clients):
        if client.premium:
            model.add(model.uses[i, r] <= sku[Sku.PREMIUM], f"premium_{i}_{r}")
