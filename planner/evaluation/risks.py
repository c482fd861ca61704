"""What to know before deciding on a layout, as codes with sentences."""

from __future__ import annotations

from collections.abc import Iterator

from planner.base import HOURS_PER_MONTH
from planner.domain.layout import Layout
from planner.domain.problem import Problem
from planner.domain.scenario import PushSource
from planner.evaluation.result import Risk
from planner.evaluation.routing import Routing
from planner.facts.regions import Availability

SPLIT_PUSH_MS = 15.0
SPLIT_PUSH_SHARE = 0.2
"""Two locations this close in round trip may share the parts of one push."""
NEAR_LIMIT_SHARE = 0.8
REQUESTS_BESIDE_LAYERS = 3
"""Requests of one pull beside its layers: token, manifest list, manifest."""


def risks(problem: Problem, layout: Layout, routing: Routing) -> tuple[Risk, ...]:
    """All risks of a layout whose SKUs are filled in."""
    return (
        *_split_push(problem, layout, routing),
        *_no_replica_near_push(problem, layout, routing),
        *_request_rates(problem, layout, routing),
        *_storage_quota(problem, layout, routing),
        *_restricted(problem, layout),
        *_estimated(problem, routing),
        *_preview(layout),
    )


def _pushers(problem: Problem, holds: frozenset[str]) -> list[PushSource]:
    """The sources that push one of the images that a registry holds."""
    names = {problem.pushes[image].source for image in holds}
    return [s for s in problem.scenario.push_sources if s.name in names]


def _split_push(problem: Problem, layout: Layout, routing: Routing) -> Iterator[Risk]:
    for registry, holds in zip(layout.registries, routing.holds, strict=True):
        if registry.routing == "pinned":
            continue
        for source in _pushers(problem, holds):
            ranked = sorted(
                (problem.rtt(source, region).ms, region)
                for region in registry.locations
            )
            if len(ranked) < 2:
                continue
            (first, here), (second, there) = ranked[:2]
            if second <= first + SPLIT_PUSH_MS or second <= first * (
                1 + SPLIT_PUSH_SHARE
            ):
                yield Risk(
                    "split_push",
                    f"{source.name} sees {here} ({first:g} ms) and {there} "
                    f"({second:g} ms) of {registry.name} at nearly the same distance: "
                    "one push may be split between them and fail. Cache DNS on the "
                    "build hosts or push through a regional endpoint.",
                )


def _no_replica_near_push(
    problem: Problem, layout: Layout, routing: Routing
) -> Iterator[Risk]:
    offered = [
        region.name
        for region in problem.facts.regions.values()
        if region.availability is Availability.LISTED
    ]
    for registry, holds in zip(layout.registries, routing.holds, strict=True):
        if not registry.replicas:
            continue
        for source in _pushers(problem, holds):
            if source.region:
                near, least = source.region, problem.rtt(source, source.region).ms
            else:
                least, near = min((problem.rtt(source, r).ms, r) for r in offered)
            nearest = min(problem.rtt(source, r).ms for r in registry.locations)
            if nearest > least + SPLIT_PUSH_MS:
                yield Risk(
                    "no_replica_near_push",
                    f"{registry.name} has no location near {source.name}: the nearest "
                    f"is {nearest:g} ms away, while {near} would be {least:g} ms. "
                    "Pushes over a long path are slow and may change location midway.",
                )


def _request_rates(
    problem: Problem, layout: Layout, routing: Routing
) -> Iterator[Risk]:
    """Requests in the busiest minute of each location against the SKU's read limit."""
    minutes = HOURS_PER_MONTH * 60
    peak = problem.scenario.assumptions.peak_to_mean_requests
    reads: dict[tuple[int, str], float] = {}
    for site, service in routing.services.items():
        requests = sum(
            pull.pulls * (pull.layers + REQUESTS_BESIDE_LAYERS)
            for pull in problem.pulls[site]
        )
        key = (service.registry, service.region)
        reads[key] = reads.get(key, 0.0) + requests / minutes * peak
    for (index, region), rate in reads.items():
        registry = layout.registries[index]
        assert registry.sku is not None
        limit = problem.facts.limits.number(registry.sku, "dataplane_read_per_registry")
        yield from _against(
            rate,
            limit,
            f"reads per minute of {registry.name} ({registry.sku}) in {region} at "
            f"{peak:g} times the mean",
            "requests",
        )


def _storage_quota(
    problem: Problem, layout: Layout, routing: Routing
) -> Iterator[Risk]:
    for registry, holds in zip(layout.registries, routing.holds, strict=True):
        assert registry.sku is not None
        yield from _against(
            problem.stored_gb(holds),
            problem.facts.limits.max_storage_gb(registry.sku),
            f"storage of {registry.name} ({registry.sku})",
            "GB",
        )
        endpoints = registry.private_endpoints + sum(
            problem.sites[name].private_endpoints for name in registry.serves
        )
        if endpoints:
            limit = problem.facts.limits.number(registry.sku, "private_endpoints")
            yield from _against(
                endpoints, limit, f"private endpoints of {registry.name}", "endpoints"
            )


def _against(value: float, limit: float, what: str, unit: str) -> Iterator[Risk]:
    if value > limit:
        code, word = "limit_exceeded", "exceeds"
    elif value > NEAR_LIMIT_SHARE * limit:
        code, word = "limit_near", "is within 20 % of"
    else:
        return
    yield Risk(code, f"{what}: {value:,.0f} {unit} {word} the limit of {limit:,.0f}.")


def _restricted(problem: Problem, layout: Layout) -> Iterator[Risk]:
    for name in layout.regions:
        if problem.region(name).availability is Availability.RESTRICTED:
            yield Risk(
                "restricted_region",
                f"{name} is access-restricted: Microsoft must grant access before a "
                "registry can be created there.",
            )


def _estimated(problem: Problem, routing: Routing) -> Iterator[Risk]:
    guessed = [
        (name, service.rtt)
        for name, service in routing.services.items()
        if service.rtt.estimated and problem.site_pulls[name] > 0
    ]
    if guessed:
        errors = [rtt.error_ms for _, rtt in guessed if rtt.error_ms is not None]
        margin = f" (P90 error up to {max(errors):g} ms)" if errors else ""
        names = ", ".join(name for name, _ in guessed[:5])
        more = f" and {len(guessed) - 5} more" if len(guessed) > 5 else ""
        yield Risk(
            "estimated_rtt",
            f"The round trip of {len(guessed)} site{'s' if len(guessed) > 1 else ''} "
            f"is estimated, not measured{margin}: {names}{more}. "
            "Give rtt_ms from a probe to replace it.",
        )


def _preview(layout: Layout) -> Iterator[Risk]:
    for registry in layout.registries:
        if registry.routing == "pinned":
            yield Risk(
                "preview_feature",
                f"{registry.name} pins its sites through regional endpoints, which are "
                "a preview without failover.",
            )
