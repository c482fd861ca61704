"""From choices to the layout that they stand for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from planner.domain.layout import Layout, Registry, Sku
from planner.domain.problem import Problem


class Geo(NamedTuple):
    """A geo-replicated registry."""

    home: str
    locations: Sequence[str]
    pins: Mapping[str, str] | None = None
    """Location of each pinned site; None where the nearest location answers."""


GEO = "geo"
"""Key of the geo-replicated registry, where the others go by their region."""


def compose(
    problem: Problem,
    uses: Mapping[str, str],
    alone: Sequence[str],
    geo: Geo | None = None,
    first: str | None = None,
) -> Layout:
    """The layout of unreplicated registries in some regions and perhaps a replicated one.

    `uses` names the registry of each site that demands something; the first registry
    keeps the images that nobody pulls and serves the other sites.
    """
    keys = [*([GEO] if geo else []), *sorted(alone)]
    lead = first or keys[0]
    keys.sort(key=lambda key: key != lead)
    serves: dict[str, list[str]] = {key: [] for key in keys}
    for site in problem.sites:
        serves[uses.get(site, lead)].append(site)
    name = re.sub("[^a-z0-9]", "", problem.scenario.name.lower())[:24] or "registry"
    registries = []
    for key in keys:
        if key == GEO:
            assert geo is not None
            registries.append(_replicated(name, geo, serves[key]))
        else:
            label = f"{name}{key}" if len(keys) > 1 else name
            registries.append(Registry(name=label, home=key, serves=tuple(serves[key])))
    return Layout(registries=tuple(registries))


def _replicated(name: str, geo: Geo, serves: Sequence[str]) -> Registry:
    return Registry(
        name=name,
        sku=Sku.PREMIUM,
        home=geo.home,
        replicas=tuple(r for r in sorted(geo.locations) if r != geo.home),
        serves=tuple(serves),
        routing="global" if geo.pins is None else "pinned",
        pins=dict(geo.pins or {}),
    )
