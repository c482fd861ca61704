"""Goals that couple regions, held against enumeration of all layouts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, combinations

import pytest

from planner import Evaluation, Layout, Problem, Registry, evaluate, optimize
from planner.evaluation.routing import nearest
from planner.optimization.result import Status
from tests.helpers import image, problem, site

REGIONS = ["canadacentral", "eastus", "francecentral", "westeurope", "westus"]


def stated(**goals: object) -> Problem:
    """Four sites on two continents, five candidate regions, one push source."""
    return problem(
        [
            site("west", "westus", 4000, 900, image="app"),
            site("east", "eastus2", 3000, 700, image="app"),
            site("europe", "westeurope", 2000, 400, image="app"),
            site("idle", "japaneast"),
        ],
        images=[image("app", 2, stored_gb=40, new_gb_per_push=1, pushes_per_month=20)],
        push_sources=[{"name": "dev", "region": "westus"}],
        goals={"candidate_regions": REGIONS, **goals},
    )


def geo_layouts(asked: Problem) -> Iterator[Evaluation]:
    """Every layout of one registry, its home nearest to the push source."""
    sets = chain.from_iterable(combinations(REGIONS, n) for n in range(1, 6))
    for regions in sets:
        home = nearest(asked, asked.scenario.push_sources[0], regions)[0]
        replicas = tuple(r for r in regions if r != home)
        registry = Registry(name="r", home=home, replicas=replicas)
        yield evaluate(asked, Layout(registries=(registry,)))


def survives(asked: Problem, plan: Evaluation, limit: float) -> bool:
    """Lose each location in turn and look for the nearest that is left."""
    pulling = [s for s in asked.scenario.sites if asked.site_pulls[s.name]]
    for lost in plan.layout.regions:
        left = [r for r in plan.layout.regions if r != lost]
        if not left:
            return False
        if any(nearest(asked, s, left)[1].ms > limit for s in pulling):
            return False
    return True


@pytest.mark.parametrize("limit", [None, 160.0, 80.0])
def test_survival_of_a_region_loss(limit: float | None) -> None:
    """Cheapest of all layouts in which every site still reaches a location in time."""
    asked = stated(survive_region_loss=True, max_rtt_after_loss_ms=limit)
    possible = [
        plan.cost.total_usd
        for plan in geo_layouts(asked)
        if survives(asked, plan, limit or float("inf"))
    ]
    result = optimize(asked, "geo")
    assert result.objective_usd == pytest.approx(min(possible))
    assert any(reason.meets_goals for reason in result.regions if not reason.chosen)


def test_no_second_location_near_enough() -> None:
    """West US has no second candidate within 30 ms, so the answer names that goal."""
    result = optimize(stated(max_rtt_after_loss_ms=30.0), "geo")
    assert result.status is Status.INFEASIBLE
    assert "max_rtt_after_loss_ms: 30" in result.conflict


def test_registries_without_replicas_do_not_survive() -> None:
    """An image name does not change by itself, so another registry is no help."""
    for family in ("single", "multi"):
        result = optimize(stated(survive_region_loss=True), family)
        assert result.status is Status.INFEASIBLE
        assert result.conflict == ("survive_region_loss: true",)


@pytest.mark.parametrize("budget", [60.0, 130.0, 200.0, 1000.0])
def test_least_latency_within_a_budget(budget: float) -> None:
    """The fastest layout that the budget buys, and the cheapest of those as fast."""
    asked = stated(objective="latency", max_monthly_usd=budget)
    affordable = [
        (plan.latency.mean_rtt_ms or 0.0, plan.cost.total_usd)
        for plan in geo_layouts(asked)
        if plan.cost.bill_usd <= budget
    ]
    result = optimize(asked, "geo", reasons=False)
    assert result.evaluation is not None
    found = (result.evaluation.latency.mean_rtt_ms, result.objective_usd)
    assert found == pytest.approx(min(affordable))


def test_latency_objective_without_pulls_falls_back_to_cost() -> None:
    """Where nobody pulls there is no latency, so the cheapest layout is the answer."""
    asked = problem([site("a", "eastus")], goals={"objective": "latency"})
    assert optimize(asked, reasons=False).status is Status.OPTIMAL
