"""The way back: from a solved model to the layout that it stands for."""

from __future__ import annotations

import re

from planner.domain.layout import Layout, Registry, Sku
from planner.optimization.model import GEO, Model, is_one


def decode(model: Model) -> Layout:
    """The layout that the solution of a model stands for.

    The first registry keeps the images that nobody pulls and serves the idle sites.
    """
    registries = [r for r, exists in model.alone.items() if is_one(exists)]
    if model.geo:
        registries.insert(0, GEO)
    first = next((s for s, v in model.first.items() if is_one(v)), registries[0])
    registries.sort(key=lambda s: s != first)
    serves = _sites_of(model, first)
    name = re.sub("[^a-z0-9]", "", model.problem.scenario.name.lower())[:24]
    name = name or "registry"
    return Layout(
        registries=tuple(
            _replicated(model, name, serves.get(s, ()))
            if s == GEO
            else Registry(
                name=f"{name}{s}" if len(registries) > 1 else name,
                home=s,
                serves=serves.get(s, ()),
            )
            for s in registries
        )
    )


def _sites_of(model: Model, first: str) -> dict[str, tuple[str, ...]]:
    """The sites of each registry, in the order of the scenario."""
    registry_of = {
        site: s
        for (i, s), uses in model.uses.items()
        if is_one(uses)
        for site in model.clients[i].sites
    }
    serves: dict[str, tuple[str, ...]] = {}
    for site in model.problem.sites:
        s = registry_of.get(site, first)
        serves[s] = (*serves.get(s, ()), site)
    return serves


def _replicated(model: Model, name: str, serves: tuple[str, ...]) -> Registry:
    home = next(r for r, variable in model.home.items() if is_one(variable))
    routing = model.problem.scenario.goals.routing
    pins = {
        site: r
        for (i, r), served in model.at.items()
        if is_one(served)
        for site in model.clients[i].sites
    }
    return Registry(
        name=name,
        sku=Sku.PREMIUM,
        home=home,
        replicas=tuple(r for r, v in model.geo.items() if is_one(v) and r != home),
        serves=serves,
        routing=routing,
        pins=pins if routing == "pinned" else {},
    )
