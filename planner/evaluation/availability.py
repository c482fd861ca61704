"""What the loss of one region does: who still reaches a registry, and how far it is."""

from __future__ import annotations

from typing import NamedTuple

from planner.domain.layout import Layout
from planner.domain.problem import Problem
from planner.evaluation.routing import Routing, nearest


class RegionLoss(NamedTuple):
    """What the loss of one location does to a layout.

    An image name does not change by itself, so a site can only move to another location
    of its own registry. When the home is lost the data plane goes on.
    """

    region: str
    """The location that is lost."""
    pulls_lost_share: float
    """Share of all pulls (0 to 1) that then reach no registry."""
    max_rtt_ms: float | None
    """Largest round trip of the sites that still reach one, after that loss."""


def worst_loss(problem: Problem, layout: Layout, routing: Routing) -> RegionLoss:
    """Lose each location in turn; the worst loses most pulls, then is slowest."""
    losses = region_losses(problem, layout, routing)
    return max(losses, key=lambda loss: (loss.pulls_lost_share, loss.max_rtt_ms or 0.0))


def region_losses(
    problem: Problem, layout: Layout, routing: Routing
) -> list[RegionLoss]:
    """What the loss of each location does, by region."""
    return [_loss(problem, layout, routing, r) for r in sorted(layout.regions)]


def _loss(
    problem: Problem, layout: Layout, routing: Routing, region: str
) -> RegionLoss:
    total = sum(problem.site_pulls.values())
    lost, slowest = 0.0, None
    for name, service in routing.services.items():
        pulls = problem.site_pulls[name]
        if not pulls:
            continue
        registry = layout.registries[service.registry]
        left = [r for r in registry.locations if r != region]
        if not left:
            lost += pulls
            continue
        rtt = service.rtt.ms
        if service.region == region:
            rtt = nearest(problem, problem.sites[name], left)[1].ms
        slowest = rtt if slowest is None else max(slowest, rtt)
    return RegionLoss(region, lost / total if total else 0.0, slowest)
