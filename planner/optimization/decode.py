"""The way back: from a solved model to the layout that it stands for."""

from __future__ import annotations

import re

from planner.domain.layout import Layout, Registry, Sku
from planner.optimization.model import Model, is_one


def decode(model: Model) -> Layout:
    """The layout that the solution of a model stands for."""
    problem, chosen = model.problem, model.chosen()
    everyone = tuple(site.name for site in problem.scenario.sites)
    base = re.sub("[^a-z0-9]", "", problem.scenario.name.lower())[:24] or "registry"
    if model.home:
        home = next(r for r in chosen if is_one(model.home[r]))
        replicas = tuple(r for r in chosen if r != home)
        sku = Sku.PREMIUM if replicas else None
        registry = Registry(
            name=base, sku=sku, home=home, replicas=replicas, serves=everyone
        )
        return Layout(registries=(registry,))
    users = {r: _users(model, r) for r in chosen}
    idle = set(everyone).difference(*users.values())
    ranked = sorted(chosen, key=lambda r: (not _is_first(model, r), r))
    registries = [
        Registry(
            name=f"{base}{r}",
            home=r,
            serves=tuple(
                name
                for name in everyone
                if name in users[r] or (name in idle and r == ranked[0])
            ),
        )
        for r in ranked
    ]
    return Layout(registries=tuple(registries))


def _users(model: Model, region: str) -> set[str]:
    return {
        name
        for (name, r), share in model.assign.items()
        if r == region and share.value() > 0.5
    }


def _is_first(model: Model, region: str) -> bool:
    return bool(model.first) and is_one(model.first[region])
