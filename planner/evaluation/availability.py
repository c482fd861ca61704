"""What the loss of one region does: who still reaches a registry, and how far it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from planner.domain.layout import Layout
from planner.domain.problem import Problem
from planner.evaluation.routing import Routing, Service, nearest


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


def worst_loss(losses: Iterable[RegionLoss]) -> RegionLoss:
    """The loss that cuts off most pulls, and of those the one that is slowest then."""
    return max(losses, key=lambda loss: (loss.pulls_lost_share, loss.max_rtt_ms or 0.0))


def region_losses(
    problem: Problem, layout: Layout, routing: Routing
) -> list[RegionLoss]:
    """What the loss of each location does, by region."""
    users = [
        _user(problem, layout, name, service)
        for name, service in routing.services.items()
        if problem.site_pulls[name]
    ]
    return [_loss(users, region) for region in sorted(layout.regions)]


class _User(NamedTuple):
    """A site that pulls, and how far it is with and without what serves it."""

    pulls: float
    region: str
    ms: float
    otherwise_ms: float | None
    """To the next location of the same registry; None if there is none."""


def _user(problem: Problem, layout: Layout, name: str, service: Service) -> _User:
    locations = layout.registries[service.registry].locations
    left = [region for region in locations if region != service.region]
    otherwise = nearest(problem, problem.sites[name], left)[1].ms if left else None
    return _User(problem.site_pulls[name], service.region, service.rtt.ms, otherwise)


def _loss(users: Sequence[_User], region: str) -> RegionLoss:
    total = sum(user.pulls for user in users)
    lost, slowest = 0.0, None
    for user in users:
        ms = user.otherwise_ms if user.region == region else user.ms
        if ms is None:
            lost += user.pulls
        elif slowest is None or ms > slowest:
            slowest = ms
    return RegionLoss(region, lost / total if total else 0.0, slowest)
