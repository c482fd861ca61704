"""The change from one layout to another, as ordered steps.

What adds comes first and what takes away last, and in between sites change their image
names, so at every moment each site has a registry that holds its images. Images are
imported before replicas are made: a replica that is Ready then holds them too. Pushes
go to new registries before the import, so that no version falls between the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from planner.deployment.effects import with_effects
from planner.deployment.matching import adopt_names
from planner.deployment.names import check_names, global_server, login_server
from planner.deployment.steps import (
    AddPush,
    Change,
    CreateRegistry,
    CreateReplica,
    CreateWebhook,
    DeleteRegistry,
    DeleteReplica,
    EnableRegionalEndpoints,
    ImportImages,
    LowerSku,
    Migration,
    RaiseSku,
    SwitchSite,
)
from planner.domain.layout import Layout, Registry, Sku
from planner.domain.problem import Problem
from planner.errors import Finding, InputError
from planner.evaluation import cost
from planner.evaluation.evaluate import evaluate_layout
from planner.evaluation.result import Evaluation, SiteService
from planner.evaluation.routing import route

TIERS = tuple(Sku)
"""Service tiers, lowest first."""


def plan_migration(
    problem: Problem, today: Evaluation, plan: Evaluation, *, found: bool = False
) -> Migration:
    """The steps from one evaluated layout to another.

    Parameters
    ----------
    problem
        The problem that both layouts belong to.
    today
        The layout in use.
    plan
        The layout wanted.
    found
        Whether the optimizer invented the plan's registry names; they are then matched
        with today's by home region.

    Returns
    -------
    Migration
        Steps with their one-off cost and monthly effect; no steps where nothing changes.

    Raises
    ------
    InputError
        If Azure would refuse a name, or a registry would have to move its home.
    """
    if found:
        layout = adopt_names(today.layout, plan.layout)
        plan = evaluate_layout(problem, layout, plan.name)
    check_names(problem, today.layout, plan.layout)
    _check_homes(problem, today.layout, plan.layout)
    changes = tuple(_Difference(problem, today, plan).changes())
    return Migration(problem, today, plan, with_effects(problem, today, plan, changes))


def _check_homes(problem: Problem, today: Layout, plan: Layout) -> None:
    homes = {registry.name: registry.home for registry in today.registries}
    findings = [
        Finding(
            ("registries",),
            f"{registry.name!r} has its home in {homes[registry.name]} and would have it "
            f"in {registry.home}: a home region cannot be moved; give the registry in "
            f"{registry.home} a name of its own",
        )
        for registry in plan.registries
        if homes.get(registry.name, registry.home) != registry.home
    ]
    if findings:
        raise InputError(findings, origin=problem.scenario.name)


@dataclass(frozen=True)
class _Difference:
    """Two layouts of one problem, and what is between them."""

    problem: Problem
    today: Evaluation
    plan: Evaluation

    def changes(self) -> Iterator[Change]:
        """All changes, in their order."""
        yield from self._registries()
        yield from self._pushes()
        yield from self._imports()
        yield from self._replicas()
        yield from self._webhooks()
        yield from self._switches()
        yield from self._reductions()

    @cached_property
    def old(self) -> dict[str, Registry]:
        return {registry.name: registry for registry in self.today.layout.registries}

    @cached_property
    def new(self) -> dict[str, Registry]:
        return {registry.name: registry for registry in self.plan.layout.registries}

    @cached_property
    def held(self) -> dict[str, frozenset[str]]:
        """Images that each registry holds today."""
        return _holds(self.problem, self.today.layout)

    @cached_property
    def wanted(self) -> dict[str, frozenset[str]]:
        """Images that each registry of the plan must hold."""
        return _holds(self.problem, self.plan.layout)

    def _registries(self) -> Iterator[Change]:
        for name, registry in self.new.items():
            assert registry.sku is not None
            if name not in self.old:
                yield CreateRegistry(name, registry.home, registry.sku)
            elif _tier(registry) > _tier(self.old[name]):
                yield RaiseSku(name, TIERS[_tier(self.old[name])], registry.sku)
        for name, registry in self.new.items():
            pinned_before = name in self.old and self.old[name].routing == "pinned"
            if registry.routing == "pinned" and not pinned_before:
                yield EnableRegionalEndpoints(name)

    def _pushes(self) -> Iterator[Change]:
        """Sources that must push to a registry that they do not push to today."""
        images: dict[str | None, list[str]] = {}
        for push in self.problem.pushes.values():
            if push.pushes:
                images.setdefault(push.source, []).append(push.image)
        for source, pushed in images.items():
            old = self._push_servers(self.old, self.held, pushed)
            new = self._push_servers(self.new, self.wanted, pushed)
            if not set(new) <= set(old):
                yield AddPush(source, tuple(sorted(pushed)), old, new)

    def _push_servers(
        self,
        registries: dict[str, Registry],
        holds: dict[str, frozenset[str]],
        images: list[str],
    ) -> tuple[str, ...]:
        return tuple(
            global_server(self.problem, registry)
            for name, registry in registries.items()
            if holds[name] & set(images)
        )

    def _imports(self) -> Iterator[Change]:
        for name in self.new:
            missing: dict[str, list[str]] = {}
            for image in sorted(self.wanted[name] - self.held.get(name, frozenset())):
                missing.setdefault(self._source(image, name), []).append(image)
            for source, images in missing.items():
                yield ImportImages(source, name, tuple(images))

    def _source(self, image: str, target: str) -> str:
        """The registry of today from which the image travels at the least price."""
        home = self.new[target].home

        def usd_per_gb(name: str) -> float:
            problem = self.problem
            return cost.push_price(
                problem, problem.prices, self.old[name].home, home
            ).usd

        return min(
            (n for n, images in self.held.items() if image in images), key=usd_per_gb
        )

    def _replicas(self) -> Iterator[Change]:
        for name, registry in self.new.items():
            for region in registry.replicas:
                if name not in self.old or region not in self.old[name].locations:
                    yield CreateReplica(name, region)

    def _webhooks(self) -> Iterator[Change]:
        for name, registry in self.new.items():
            before = self.old.get(name)
            for region in registry.locations:
                for webhook in registry.webhooks:
                    known = before and webhook in before.webhooks
                    if not (before and known and region in before.locations):
                        yield CreateWebhook(name, region, webhook)

    def _switches(self) -> Iterator[Change]:
        after = {service.site: service for service in self.plan.services}
        for service in self.today.services:
            new = after[service.site]
            old_server = self._server(self.old, service)
            new_server = self._server(self.new, new)
            if old_server != new_server:
                images = tuple(sorted(self.problem.images_of_site[service.site]))
                yield SwitchSite(
                    service.site,
                    images,
                    service.registry,
                    old_server,
                    new.registry,
                    new_server,
                )

    def _server(self, registries: dict[str, Registry], service: SiteService) -> str:
        registry = registries[service.registry]
        return login_server(self.problem, registry, service.serving_region)

    def _reductions(self) -> Iterator[Change]:
        for name, old in self.old.items():
            if name in self.new:
                for region in old.replicas:
                    if region not in self.new[name].replicas:
                        yield DeleteReplica(name, region)
        for name, old in self.old.items():
            if name not in self.new:
                yield DeleteRegistry(name, old.home, self._heirs(name))
        for name, registry in self.new.items():
            assert registry.sku is not None
            if name in self.old and _tier(registry) < _tier(self.old[name]):
                yield LowerSku(name, TIERS[_tier(self.old[name])], registry.sku)

    def _heirs(self, name: str) -> tuple[str, ...]:
        """The plan's registries that take over what a registry holds or whom it serves."""
        served = {s.site for s in self.today.services if s.registry == name}
        takers = {s.registry for s in self.plan.services if s.site in served}
        held = self.held[name]
        return tuple(
            other for other in self.new if other in takers or held & self.wanted[other]
        ) or tuple(self.new)


def _holds(problem: Problem, layout: Layout) -> dict[str, frozenset[str]]:
    names = (registry.name for registry in layout.registries)
    return dict(zip(names, route(problem, layout).holds, strict=True))


def _tier(registry: Registry) -> int:
    assert registry.sku is not None  # evaluations have every SKU filled in
    return TIERS.index(registry.sku)
