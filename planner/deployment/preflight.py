"""What to look at before a migration, from what is known to stop or surprise one.

Sources: the product's pages on geo-replication (2026-08-26), soft delete and tiers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from planner.deployment.steps import AddPush, CreateRegistry, Migration, SwitchSite
from planner.domain.layout import Registry, Sku

RISKS = ("limit_exceeded", "limit_near", "restricted_region", "preview_feature")
"""Risks of the plan's evaluation that are a matter of quotas and access."""
PUSH_RISKS = ("split_push", "no_replica_near_push")


class Item(NamedTuple):
    """One thing to look at."""

    code: str
    subject: str
    """The registry it is about; empty for the whole plan."""
    message: str
    command: str | None = None
    """The command that shows it."""


def preflight(migration: Migration) -> tuple[Item, ...]:
    """The list, in the order of the points below, registry by registry."""
    registries = migration.after.layout.registries
    items = [
        item for point in POINTS for reg in registries for item in point(migration, reg)
    ]
    items += [item for whole in WHOLE for item in whole(migration)]
    return tuple(items)


def _home(migration: Migration, registry: Registry) -> Iterator[Item]:
    new = registry.name not in migration.kept
    yield Item(
        "home_region",
        registry.name,
        f"The home of {registry.name} {'will be' if new else 'is'} {registry.home} for "
        "good: it cannot be moved, nor deleted without the registry, and holds control "
        "plane and Tasks.",
        f"az acr show --name {registry.name} --query location",
    )


def _name(migration: Migration, registry: Registry) -> Iterator[Item]:
    if registry.name not in migration.kept:
        yield Item(
            "name_free",
            registry.name,
            f"The name {registry.name} must be free in all of Azure, and cannot be "
            "changed later.",
            f"az acr check-name --name {registry.name}",
        )


def _soft_delete(migration: Migration, registry: Registry) -> Iterator[Item]:
    if migration.new_replicas(registry):
        yield Item(
            "soft_delete",
            registry.name,
            f"Soft delete must be off in {registry.name}: it does not work with "
            "replicas.",
            f"az acr config soft-delete show --registry {registry.name}",
        )


def endpoints_of(migration: Migration, registry: Registry) -> int:
    """Private endpoints of a registry: its own and those of its sites."""
    sites = migration.problem.sites
    return registry.private_endpoints + sum(
        sites[name].private_endpoints for name in registry.serves
    )


def addresses_each(registry: Registry) -> int:
    """Subnet addresses of one private endpoint: 1, and 1 or 2 for each location.

    The home counts as a location; the second one is that of regional endpoints.
    """
    each = 2 if registry.routing == "pinned" else 1
    return 1 + each * len(registry.locations)


def _subnets(migration: Migration, registry: Registry) -> Iterator[Item]:
    endpoints = endpoints_of(migration, registry)
    if not endpoints:
        return
    each = addresses_each(registry)
    old = migration.kept.get(registry.name)
    now = f" ({addresses_each(old)} today)" if old else ""
    yield Item(
        "subnet_addresses",
        registry.name,
        f"Each of the {endpoints} private endpoints of {registry.name} needs {each} "
        f"subnet addresses{now}; a replica is rolled back where any subnet has too few.",
        f"az acr private-endpoint-connection list --registry-name {registry.name}",
    )
    if migration.new_replicas(registry):
        yield Item(
            "static_endpoints",
            registry.name,
            f"No private endpoint of {registry.name} may have static addresses when a "
            "replica is added; make such endpoints after the last replica.",
        )


def _downgrade(_: Migration, registry: Registry) -> Iterator[Item]:
    if registry.replicas and registry.sku is Sku.PREMIUM:
        yield Item(
            "downgrade",
            registry.name,
            f"{registry.name} must stay Premium as long as it has replicas or private "
            "endpoints.",
        )


def _endpoints_changed(migration: Migration, registry: Registry) -> Iterator[Item]:
    old = migration.kept.get(registry.name)
    now, then = (
        endpoints_of(migration, old) if old else 0,
        endpoints_of(migration, registry),
    )
    if now != then:
        yield Item(
            "private_endpoints",
            registry.name,
            f"{registry.name} has {now} private endpoints today and {then} in the plan; "
            "the files neither make nor delete any.",
        )


def _quotas(migration: Migration) -> Iterator[Item]:
    yield from (
        Item(risk.code, "", risk.message)
        for risk in migration.after.risks
        if risk.code in RISKS
    )
    limits = migration.problem.facts.limits
    for registry in migration.after.layout.registries:
        assert registry.sku is not None
        hooks = len(registry.webhooks) * len(registry.locations)
        most = limits.number(registry.sku, "webhooks")
        if hooks > most:
            yield Item(
                "limit_exceeded",
                registry.name,
                f"{hooks} webhooks of {registry.name} exceed the limit of {most:g} of "
                f"{registry.sku}.",
                f"az acr show-usage --name {registry.name}",
            )


def _pushes(migration: Migration) -> Iterator[Item]:
    risks = [risk for risk in migration.after.risks if risk.code in PUSH_RISKS]
    yield from (Item(risk.code, "", risk.message) for risk in risks)
    if risks:
        yield Item(
            "split_push_advice",
            "",
            "Against split pushes: push through a regional endpoint, keep a replica in "
            "the push region, or run a DNS cache such as dnsmasq on Linux build hosts "
            "for the length of one push; no longer, or failover is missed.",
        )


def _residency(migration: Migration) -> Iterator[Item]:
    region = migration.problem.region
    before = {region(name).geography for name in migration.before.layout.regions}
    new = {
        region(name).geography: name
        for name in reversed(migration.after.layout.regions)
        if region(name).geography not in before
    }
    for geography, name in sorted(new.items()):
        yield Item(
            "residency",
            "",
            f"{name} brings the images to {geography}, where none were before; a location "
            "holds all images of its registry.",
        )


def _access(migration: Migration) -> Iterator[Item]:
    changes = [step.change for step in migration.steps]
    new = [change.registry for change in changes if isinstance(change, CreateRegistry)]
    for registry in new:
        sites = [
            c.site
            for c in changes
            if isinstance(c, SwitchSite) and c.registry == registry
        ]
        pushers = [
            change.source or "every build"
            for change in changes
            if isinstance(change, AddPush)
            and any(server.startswith(f"{registry}.") for server in change.new_servers)
        ]
        yield Item(
            "access",
            registry,
            f"Roles, tokens, network rules and policies of {registry} begin empty: AcrPull "
            f"for {', '.join(sites) or 'its sites'}; AcrPush for "
            f"{', '.join(pushers) or 'those who push'}.",
            f"az role assignment list --scope $(az acr show --name {registry} --query id "
            "--output tsv)",
        )


def _unnamed(migration: Migration) -> Iterator[Item]:
    sites = [
        site.name
        for site in migration.problem.scenario.sites
        if any(entry.image is None for entry in site.demand)
    ]
    moved = {s.change.site for s in migration.steps if isinstance(s.change, SwitchSite)}
    concerned = [name for name in sites if name in moved]
    if concerned:
        yield Item(
            "unnamed_images",
            "",
            f"What {', '.join(concerned)} pull is not named in the scenario, so it is "
            "neither imported nor listed; name the images, or import them by hand.",
        )


Point = Callable[[Migration, Registry], Iterator[Item]]
POINTS: tuple[Point, ...] = (
    _home,
    _name,
    _soft_delete,
    _subnets,
    _endpoints_changed,
    _downgrade,
)
WHOLE: tuple[Callable[[Migration], Iterator[Item]], ...] = (
    _quotas,
    _pushes,
    _residency,
    _access,
    _unnamed,
)
