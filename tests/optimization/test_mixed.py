"""A geo-replicated registry beside unreplicated ones, and sites pinned to locations."""

from __future__ import annotations

from typing import Any

import pytest

from planner import Evaluation, Problem, evaluate
from planner.optimization import solver
from planner.optimization.decode import decode
from planner.optimization.formulation import build
from planner.optimization.model import Model
from planner.optimization.result import Status
from tests.helpers import (
    FEES,
    image,
    layout,
    problem,
    registry,
    served_from,
    site,
    usd_of,
)


def solved(asked: Problem, shape: str) -> tuple[Model, Evaluation | None]:
    """The model of a shape and its best plan, None if it has none."""
    model = build(asked, shape)
    assert model is not None
    if solver.run(model, solver.highs()).status is Status.INFEASIBLE:
        return model, None
    return model, evaluate(asked, decode(model))


def best(asked: Problem, shape: str) -> Evaluation:
    """The best plan of a shape that has one."""
    _, plan = solved(asked, shape)
    assert plan is not None
    return plan


def models_and_app(**goals: Any) -> Problem:
    """A small image pulled a lot on two continents, and a huge one pulled in Europe."""
    return problem(
        [
            site("us", "eastus", 9000, 4000, image="app"),
            site("brazil", "brazilsouth", 9000, 4000, image="app"),
            site("lab", "westeurope", 500, 300, image="models"),
        ],
        images=[
            image("app", 1, stored_gb=50, new_gb_per_push=1, pushes_per_month=10),
            image("models", 40, stored_gb=9000, new_gb_per_push=10, pushes_per_month=4),
        ],
        push_sources=[{"name": "dev", "region": "eastus"}],
        goals={
            "candidate_regions": ["brazilsouth", "eastus", "westeurope"],
            "max_rtt_ms": 10.0,
            **goals,
        },
    )


def test_a_huge_image_of_one_region_stays_out_of_the_replicated_registry() -> None:
    """9,000 GB for Europe in a registry of their own are not stored three times."""
    plan = best(models_and_app(), "mixed")
    geo, europe = plan.layout.registries
    assert (geo.home, geo.replicas, geo.serves) == (
        "eastus",
        ("brazilsouth",),
        ("us", "brazil"),
    )
    assert (europe.home, europe.replicas, europe.serves) == ("westeurope", (), ("lab",))
    # Premium includes 500 GB and spares 40 $ against the 100 GB of Standard, for a fee
    # of 30 $ more; the replica includes nothing.
    fees, storage = 3 * FEES["Premium"], 0.1 * (50 + 8500)
    transfer = 10 * 0.05 + 40 * 0.05  # sync to Brazil, push to Europe
    assert plan.cost.total_usd == pytest.approx(fees + storage + transfer)
    assert best(models_and_app(), "replicated").cost.total_usd > plan.cost.total_usd


def test_the_goal_home_binds_the_replicated_registry_only() -> None:
    """Pushes come from East US, but the home was asked for elsewhere."""
    geo, _ = best(models_and_app(home="brazilsouth"), "mixed").layout.registries
    assert (geo.home, geo.replicas) == ("brazilsouth", ("eastus",))
    assert build(models_and_app(home="japaneast"), "mixed") is None


def test_an_unreplicated_registry_does_not_survive() -> None:
    """Every site must use the replicated one, which leaves the other without users."""
    _, plan = solved(models_and_app(survive_region_loss=True), "mixed")
    assert plan is None
    _, idle = solved(
        models_and_app(
            survive_region_loss=True, max_rtt_ms=None, required_regions=["westeurope"]
        ),
        "mixed",
    )
    assert idle is not None
    assert {s.registry for s in idle.services} == {"test"}


def test_images_that_nobody_pulls_go_where_they_cost_least() -> None:
    """The first registry keeps them: an unreplicated one, so that they are kept once."""
    asked = models_and_app()
    archive = image("archive", 1, stored_gb=3000)
    scenario = asked.scenario.model_dump(mode="json")
    asked = problem(**scenario | {"images": [*scenario["images"], archive]})
    europe, geo = best(asked, "mixed").layout.registries
    assert not europe.replicas
    assert geo.replicas


def test_forbidden_plans_do_not_come_back() -> None:
    """Each further answer has other locations of one kind of registry or the other."""
    asked = models_and_app(max_rtt_ms=None)
    model, _ = solved(asked, "mixed")
    seen, totals = set(), []
    for number in range(12):
        assert solver.run(model, solver.highs()).status is Status.OPTIMAL
        plan = evaluate(asked, decode(model))
        geo = {
            r for reg in plan.layout.registries if reg.replicas for r in reg.locations
        }
        alone = {reg.home for reg in plan.layout.registries if not reg.replicas}
        seen.add((frozenset(geo), frozenset(alone)))
        totals.append(plan.cost.total_usd)
        model.forbid(model.chosen(), number)
    assert len(seen) == 12
    assert totals == pytest.approx(sorted(totals))


def pinned(routing: str, **goals: Any) -> Problem:
    """A site next to a dear location, and a required replica in a cheap one."""
    regions = ["brazilsouth", "eastus"]
    return problem(
        [site("plant", "brazilsouth", 900, 500), site("shop", "eastus", 900, 500)],
        goals={
            "candidate_regions": regions,
            "required_regions": regions,
            "routing": routing,
            **goals,
        },
        price_overrides={
            "transfer": [{"source": "eastus", "target": "brazilsouth", "usd_per_gb": 0}]
        },
        assumptions={"usd_per_wait_hour": 0.0},
    )


def test_a_pinned_site_is_served_where_it_costs_least() -> None:
    """From outside Azure the internet price decides, whatever the distance."""
    outside = site("depot", None, 100, 1000, latitude=-23.5, longitude=-46.6)
    for routing, region in (("global", "brazilsouth"), ("pinned", "eastus")):
        asked = pinned(routing)
        scenario = asked.scenario.model_dump(mode="json")
        asked = problem(**scenario | {"sites": [*scenario["sites"], outside]})
        plan = best(asked, "replicated")
        assert served_from(plan)["depot"] == region
        (usd,) = usd_of(plan, "internet_egress").values()
        # Zone 3 is South America; 0.181 and 0.087 are the published first paid tiers.
        assert usd == pytest.approx(1000 * (0.181 if routing == "global" else 0.087))


def test_pins_name_every_demanding_site() -> None:
    """The plan says where each site is pinned, so that it can be set up."""
    (reg,) = best(pinned("pinned"), "replicated").layout.registries
    assert reg.routing == "pinned"
    assert set(reg.pins) == {"plant", "shop"}


def test_a_pinned_location_meets_the_limits_too() -> None:
    """A site's own location stays when another is lost, so its distance counts."""
    asked = problem(
        [site("depot", None, 100, 1000, latitude=-23.5, longitude=-46.6)],
        goals={
            "candidate_regions": ["brazilsouth", "chilecentral", "eastus"],
            "required_regions": ["eastus"],
            "max_rtt_after_loss_ms": 90.0,
            "routing": "pinned",
        },
    )
    plan = best(asked, "replicated")
    assert plan.layout.regions != ("eastus",)
    assert served_from(plan)["depot"] != "eastus"
    assert plan.worst_loss.max_rtt_ms is not None
    assert plan.worst_loss.max_rtt_ms <= 90.0


def test_sites_of_a_mixed_plan_are_pinned_in_the_replicated_registry_only() -> None:
    """An unreplicated registry has one location and nothing to pin to."""
    geo, europe = best(models_and_app(routing="pinned"), "mixed").layout.registries
    assert geo.pins == {"us": "eastus", "brazil": "brazilsouth"}
    assert (europe.routing, europe.pins) == ("global", {})


def test_the_plan_is_the_layout_that_one_would_write_by_hand() -> None:
    """Nothing is hidden in the model: the same registries cost the same."""
    asked = models_and_app()
    by_hand = layout(
        registry("a", "eastus", "brazilsouth", serves=["us", "brazil"]),
        registry("b", "westeurope", serves=["lab"]),
    )
    expected = evaluate(asked, by_hand).cost.total_usd
    assert best(asked, "mixed").cost.total_usd == pytest.approx(expected)
