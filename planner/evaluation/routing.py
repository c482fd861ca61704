"""Who answers whom: the choices that follow from a layout and are not the customer's.

Within one registry the global endpoint routes a client to the location of least round
trip, ties to the alphabetically first region. Which registry a site uses is the
customer's choice and part of the layout.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from planner.domain.layout import Layout, Registry
from planner.domain.problem import Problem
from planner.domain.scenario import Place, Site
from planner.evaluation import cost
from planner.facts.rtt import Rtt


class Service(NamedTuple):
    """The registry (by position) and location that answer a site, and how far it is."""

    registry: int
    region: str
    rtt: Rtt


@dataclass(frozen=True)
class Routing:
    """Everything that follows from a layout before money is counted."""

    services: Mapping[str, Service]
    """By site."""
    holds: tuple[frozenset[str], ...]
    """Images that each registry holds, by position."""
    ingests: tuple[Mapping[str, str], ...]
    """For each registry, the location that receives the pushes of each source."""


def nearest(problem: Problem, place: Place, regions: Iterable[str]) -> tuple[str, Rtt]:
    """The region of least round trip from a place, ties to the first by name."""
    rtts = problem.rtts(place)
    region = min([(rtts[region].ms, region) for region in regions])[1]
    return region, rtts[region]


def route(problem: Problem, layout: Layout) -> Routing:
    """Derive who serves each site, what each registry holds and where pushes enter."""
    services = {
        name: _serve(problem, site, layout) for name, site in problem.sites.items()
    }
    held: list[set[str]] = [set() for _ in layout.registries]
    for name, service in services.items():
        held[service.registry] |= problem.images_of_site[name]
    held[0] |= set(problem.unpulled_images)
    ingests = tuple(
        {
            name: nearest(problem, source, registry.locations)[0]
            for name, source in problem.push_sources.items()
        }
        for registry in layout.registries
    )
    return Routing(services, tuple(map(frozenset, held)), ingests)


def _serve(problem: Problem, site: Site, layout: Layout) -> Service:
    registries = list(enumerate(layout.registries))
    listed = [(i, reg) for i, reg in registries if site.name in reg.serves]
    options = [
        Service(i, *_locate(problem, site, registry))
        for i, registry in listed or registries
    ]
    return min(options, key=lambda service: (service.rtt.ms, service.registry))


def _locate(problem: Problem, site: Site, registry: Registry) -> tuple[str, Rtt]:
    if registry.routing == "global":
        return nearest(problem, site, registry.locations)
    if site.name in registry.pins:
        pinned = registry.pins[site.name]
        return pinned, problem.rtt(site, pinned)

    def usd(region: str) -> tuple[float, float, str]:
        charges = (
            cost.pull(problem, problem.prices, site.name, region),
            cost.waiting(problem, site, region),
        )
        spent = sum(charge.usd for charge in charges)
        return spent, problem.rtt(site, region).ms, region

    best = min(registry.locations, key=usd)
    return best, problem.rtt(site, best)
