"""From two layouts to ordered steps: what they are, what they cost, and that they work."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given

from planner.deployment.changes import plan_migration
from planner.deployment.steps import (
    AddPush,
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
from planner.domain.layout import Layout
from planner.domain.problem import Problem
from planner.errors import InputError
from planner.evaluation.evaluate import evaluate, evaluate_layout
from planner.evaluation.routing import route
from tests.helpers import FEES, image, layout, problem, registry, site
from tests.strategies import random_layout, random_scenario, randoms


def kinds(migration: Migration) -> list[str]:
    """The names of the step types, in order, neighbours of one type merged."""
    names = [type(step.change).__name__ for step in migration.steps]
    return [n for i, n in enumerate(names) if i == 0 or names[i - 1] != n]


def test_contoso_is_merged_in_a_safe_order(merging: Migration) -> None:
    """Add, fill, copy, switch, and only then delete: no site is ever without images."""
    assert kinds(merging) == [
        "CreateRegistry",
        "AddPush",
        "ImportImages",
        "CreateReplica",
        "SwitchSite",
        "DeleteRegistry",
    ]
    assert [
        s.change.region for s in merging.steps if isinstance(s.change, CreateReplica)
    ] == [
        "eastus",
        "canadacentral",
        "westeurope",
    ]


def test_growing_has_the_other_kinds(growing: Migration) -> None:
    """A registry that stays is raised, pins its sites, and calls a webhook everywhere."""
    assert kinds(growing) == [
        "RaiseSku",
        "EnableRegionalEndpoints",
        "ImportImages",
        "CreateReplica",
        "CreateWebhook",
        "SwitchSite",
        "DeleteRegistry",
    ]
    hooks = [s.change for s in growing.steps if isinstance(s.change, CreateWebhook)]
    assert [hook.name for hook in hooks] == [
        "notifyeastus",
        "notifywesteurope",
        "notifyjapaneast",
    ]


def test_shrinking_deletes_replicas_before_it_lowers_the_tier(
    shrinking: Migration,
) -> None:
    """Azure refuses to lower a registry that has replicas."""
    assert kinds(shrinking) == [
        "CreateRegistry",
        "AddPush",
        "ImportImages",
        "SwitchSite",
        "DeleteReplica",
        "LowerSku",
    ]


def test_first_copies_by_hand(merging: Migration) -> None:
    """165 GB to three replicas: 0.02 twice inside the continent, 0.05 to Europe."""
    usd = {
        step.change.region: step.effect.usd
        for step in merging.steps
        if isinstance(step.change, CreateReplica)
    }
    assert usd == pytest.approx(
        {"eastus": 165 * 0.02, "canadacentral": 165 * 0.02, "westeurope": 165 * 0.05}
    )
    copies = [s for s in merging.steps if isinstance(s.change, CreateReplica)]
    assert sum(s.effect.usd for s in copies) == pytest.approx(
        merging.after.first_copy.usd
    )
    # 165 GB at 10 MB/s are 16,500 s
    assert copies[0].effect.hours == pytest.approx(16_500 / 3600)


def test_images_come_from_where_they_travel_cheapest(merging: Migration) -> None:
    """West US holds all three images, so nothing is imported from West Europe."""
    (step,) = [s for s in merging.steps if isinstance(s.change, ImportImages)]
    assert step.change.source == "contosowest"
    assert step.change.images == ("orders-api", "recommender", "website")
    assert (step.effect.gb, step.effect.usd) == (165.0, 0.0)


def test_an_import_is_paid_to_the_replicas_that_stand() -> None:
    """10 GB from Europe to East US (0.05), then on to the replica in West US (0.02)."""
    sites = [
        site("a", "eastus", 10, 1, image="app"),
        site("b", "westeurope", 10, 1, image="tool"),
    ]
    main = registry("mainacr", "eastus", "westus", sku="Premium", serves=["a"])
    asked = problem(
        sites,
        images=[image("app", stored_gb=5.0), image("tool", stored_gb=10.0)],
        layouts={
            "two": {
                "registries": [main, registry("other", "westeurope", serves=["b"])]
            },
            "one": {"registries": [main | {"serves": ["a", "b"]}]},
        },
    )
    migration = plan_migration(asked, evaluate(asked, "two"), evaluate(asked, "one"))
    (step,) = [s for s in migration.steps if isinstance(s.change, ImportImages)]
    assert step.effect.usd == pytest.approx(10 * 0.05 + 10 * 0.02)


def test_monthly_effects_by_hand(merging: Migration) -> None:
    """A new Premium location costs its fee; a Standard registry's end saves its own."""
    effects = [step.effect.monthly_usd for step in merging.steps]
    assert effects[0] == pytest.approx(FEES["Premium"])
    assert effects[3:6] == pytest.approx([FEES["Premium"]] * 3)
    assert effects[-2:] == pytest.approx([-FEES["Standard"]] * 2)
    assert sum(effects) == pytest.approx(merging.monthly_usd)


def test_the_found_plan_takes_over_todays_names(found: Migration) -> None:
    """A registry cannot be renamed: the plan's West US registry is the one there is."""
    names = {registry.name for registry in found.after.layout.registries}
    assert names == {"contosowest", "contosoeurope"}
    assert all(isinstance(step.change, LowerSku) for step in found.steps)


def test_found_names_suit_azure() -> None:
    """The optimizer may call a registry `shop`, which Azure refuses as too short."""
    asked = problem(
        [site("s", "eastus", 100, 10)],
        layouts={"today": {"registries": [registry("today1", "westeurope")]}},
    )
    plan = evaluate_layout(asked, layout(registry("shop", "eastus")), "found")
    migration = plan_migration(asked, evaluate(asked), plan, found=True)
    assert [r.name for r in migration.after.layout.registries] == ["shopregistry"]


def test_a_home_is_never_moved() -> None:
    """The same name with another home is an error that says what to do."""
    asked = problem(
        [site("s", "eastus", 100, 10)],
        layouts={
            "today": {"registries": [registry("mainacr", "westeurope")]},
            "plan": {"registries": [registry("mainacr", "eastus")]},
        },
    )
    with pytest.raises(
        InputError, match="cannot be moved; give the registry in eastus"
    ):
        plan_migration(asked, evaluate(asked), evaluate(asked, "plan"))


def test_nothing_changes_from_a_layout_to_itself(merging: Migration) -> None:
    """No steps, no cost."""
    same = plan_migration(merging.problem, merging.after, merging.after)
    assert same.steps == ()
    assert (same.usd, same.monthly_usd, same.hours) == (0.0, 0.0, 0.0)


def named_by_home(data: dict[str, Any]) -> Layout:
    """The layout with names that say the home, so that equal names have equal homes."""
    count: dict[str, int] = {}
    for entry in data["registries"]:
        number = count[entry["home"]] = count.get(entry["home"], 0) + 1
        entry["name"] = f"{entry['home']}{number}"
    return Layout.model_validate(data)


class Azure:
    """A plain account of what exists, which refuses what Azure would refuse."""

    def __init__(self, asked: Problem, migration: Migration) -> None:
        today = migration.before.layout
        holds = route(asked, today).holds
        self.asked = asked
        self.homes = {r.name: r.home for r in today.registries}
        self.skus = {r.name: r.sku for r in today.registries}
        self.replicas = {r.name: set(r.replicas) for r in today.registries}
        self.images = {
            r.name: set(h) for r, h in zip(today.registries, holds, strict=True)
        }
        self.uses = {s.site: s.registry for s in migration.before.services}

    def do(self, change: object) -> None:
        """Do one step."""
        match change:
            case CreateRegistry(name, home, sku):
                assert name not in self.homes
                self.homes[name], self.skus[name] = home, sku
                self.replicas[name], self.images[name] = set(), set()
            case RaiseSku(name, old, new) | LowerSku(name, old, new):
                assert self.skus[name] == old
                assert new == "Premium" or not self.replicas[name]
                self.skus[name] = new
            case EnableRegionalEndpoints(name):
                assert self.skus[name] == "Premium"
            case ImportImages(source, name, images):
                assert set(images) <= self.images[source]
                self.images[name] |= set(images)
            case CreateReplica(name, region):
                assert self.skus[name] == "Premium"
                assert region not in {self.homes[name], *self.replicas[name]}
                self.replicas[name].add(region)
            case SwitchSite(site, images, old, _, name):
                assert self.uses[site] == old
                assert set(images) <= self.images[name]
                self.uses[site] = name
            case DeleteReplica(name, region):
                self.replicas[name].remove(region)  # a KeyError for the home
            case DeleteRegistry(name, home, heirs):
                assert self.homes.pop(name) == home
                assert name not in self.uses.values()
                kept = set().union(*(self.images[heir] for heir in heirs))
                assert self.images.pop(name) <= kept
            case CreateWebhook() | AddPush():
                pass
            case _:
                raise AssertionError(change)


@given(rng=randoms())
def test_steps_lead_from_any_layout_to_any_other(rng: Random) -> None:
    """Done one by one they never break a rule of Azure, and end in the plan to the cent."""
    asked = Problem(random_scenario(rng))
    ends = [named_by_home(random_layout(rng, asked.scenario)) for _ in range(2)]
    try:
        today, plan = (evaluate(asked, end) for end in ends)
    except InputError:
        return  # more than any SKU holds, or endpoints on the wrong SKU
    migration = plan_migration(asked, today, plan)
    azure = Azure(asked, migration)
    for step in migration.steps:
        azure.do(step.change)
    assert (
        azure.homes.items() >= {r.name: r.home for r in plan.layout.registries}.items()
    )
    assert {n: azure.skus[n] for n in azure.homes} == {
        r.name: r.sku for r in plan.layout.registries
    }
    assert {n: azure.replicas[n] for n in azure.homes} == {
        r.name: set(r.replicas) for r in plan.layout.registries
    }
    assert azure.uses == {s.site: s.registry for s in plan.services}
    if migration.steps:
        total = sum(step.effect.monthly_usd for step in migration.steps)
        assert total == pytest.approx(migration.monthly_usd, abs=1e-6)
    reductions = [step.reduces for step in migration.steps]
    assert reductions == sorted(reductions)  # what takes away comes last
