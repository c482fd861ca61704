"""Reasons are re-evaluations: flips, break-even volumes, runners-up, the knee."""

from __future__ import annotations

from itertools import chain, combinations, product

import pytest

from planner import Layout, Problem, Registry, Scenario, evaluate, optimize
from planner.optimization.knee import find_knee
from planner.optimization.result import RegionReason
from tests.helpers import image, problem, site

REGIONS = ["canadacentral", "eastus", "japaneast", "westeurope", "westus"]


def geo_problem(europe_gb: float = 3000.0) -> Problem:
    """Three sites and five candidate regions; Europe pulls a lot from the USA."""
    return problem(
        [
            site("west", "westus", 4000, 800, image="app"),
            site("east", "eastus", 4000, 800, image="app"),
            site("europe", "westeurope", 4000, europe_gb, image="app"),
        ],
        images=[image("app", 2, stored_gb=40, new_gb_per_push=1, pushes_per_month=20)],
        push_sources=[{"name": "dev", "region": "westus"}],
        goals={"home": "westus", "candidate_regions": REGIONS},
    )


def reason_of(reasons: tuple[RegionReason, ...], region: str) -> RegionReason:
    """The reason of one region."""
    return next(reason for reason in reasons if reason.region == region)


def geo(*replicas: str) -> Layout:
    """One registry with its home in West US."""
    return Layout(registries=(Registry(name="r", home="westus", replicas=replicas),))


def test_flips_are_re_evaluations() -> None:
    """Each change is the plan with one region flipped, so anybody can redo it."""
    stated = geo_problem().with_goals(min_locations=2)
    result = optimize(stated, "geo")
    assert result.layout is not None
    assert result.layout.regions == ("westus", "westeurope")
    before = result.objective_usd or 0.0
    added = evaluate(stated, geo("westeurope", "eastus")).cost.total_usd
    dropped = evaluate(stated, geo()).cost.total_usd
    reasons = result.regions
    assert [r.region for r in reasons] == REGIONS
    east, west = reason_of(reasons, "eastus"), reason_of(reasons, "westus")
    europe = reason_of(reasons, "westeurope")
    assert east.change_if_flipped_usd == pytest.approx(added - before)
    assert europe.change_if_flipped_usd == pytest.approx(dropped - before)
    assert not europe.meets_goals  # one location is fewer than two
    assert west.change_if_flipped_usd is None  # the fixed home cannot be dropped


def test_break_even_volume_is_where_the_region_begins_to_pay() -> None:
    """Just below the stated volume the best plan lacks the region, just above it has it."""
    stated = geo_problem().with_goals(min_locations=2)
    europe = reason_of(optimize(stated, "geo").regions, "westeurope")
    volume = europe.break_even_gb_per_month
    assert volume is not None
    for factor, pays in ((0.99, False), (1.01, True)):
        there = geo_problem(factor * volume).with_goals(min_locations=2)
        layout = optimize(there, "geo", reasons=False).layout
        assert layout is not None
        assert ("westeurope" in layout.regions) is pays


def test_region_that_attracts_nobody_never_pays() -> None:
    """No volume makes a location pay that serves no site."""
    japan = reason_of(
        optimize(geo_problem().with_goals(min_locations=2), "geo").regions, "japaneast"
    )
    assert japan.break_even_gb_per_month is None
    assert (japan.change_if_flipped_usd or 0) > 50


def test_flips_of_separate_registries_assign_sites_anew() -> None:
    """Dropping one of two registries leaves a single one that serves everybody."""
    stated = geo_problem().with_goals(home=None, max_locations=2)
    result = optimize(stated, "multi")
    assert result.layout is not None
    first, second = result.layout.regions
    alone = evaluate(
        stated, Layout(registries=(Registry(name="r", home=second),))
    ).cost.total_usd
    flipped = reason_of(result.regions, first).change_if_flipped_usd
    assert flipped == pytest.approx(alone - (result.objective_usd or 0.0))


def test_runners_up_are_the_next_cheapest_plans() -> None:
    """The second and third best location sets, by enumeration of all of them."""
    stated = geo_problem().with_goals(min_locations=2)
    result = optimize(stated, "geo")
    others = [r for r in REGIONS if r != "westus"]
    sets = chain.from_iterable(combinations(others, n) for n in range(1, 5))
    totals = sorted(evaluate(stated, geo(*s)).cost.total_usd for s in sets)
    found = [result.objective_usd, *(plan.total_usd for plan in result.runners_up)]
    assert found == pytest.approx(totals[:3])


def test_knee_is_the_plan_farthest_below_the_line() -> None:
    """By enumeration: scale both axes to their span and take the largest distance."""
    stated = geo_problem()
    others = [r for r in REGIONS if r != "westus"]
    sets = chain.from_iterable(combinations(others, n) for n in range(5))
    plans = [evaluate(stated, geo(*s)) for s in sets]
    points = {
        p.layout.regions: (p.cost.total_usd, p.latency.mean_rtt_ms or 0.0)
        for p in plans
    }
    cheap = min(points.values())
    fast = min(points.values(), key=lambda point: (point[1], point[0]))
    usd, ms = fast[0] - cheap[0], cheap[1] - fast[1]
    best = min(points.values(), key=lambda point: point[0] / usd + point[1] / ms)
    knee = find_knee(stated, "geo")
    assert knee is not None
    found = (knee.cost.total_usd, knee.latency.mean_rtt_ms)
    assert found == pytest.approx(best)


def test_no_knee_where_nobody_pulls() -> None:
    """Without pulls there is no latency to trade against."""
    assert find_knee(problem([site("a", "eastus")])) is None


def test_knee_of_contoso_lies_between_cheapest_and_fastest(contoso: Scenario) -> None:
    """The knee costs no less than the optimum and is no slower."""
    best, knee = optimize(contoso, reasons=False), find_knee(contoso)
    assert best.evaluation is not None
    assert knee is not None
    assert knee.cost.total_usd >= best.evaluation.cost.total_usd
    assert (knee.latency.mean_rtt_ms or 0) <= (best.evaluation.latency.mean_rtt_ms or 0)


def test_an_added_registry_has_users() -> None:
    """An idle registry tells nothing; the cheapest use of the new one does."""
    stated = geo_problem().with_goals(home=None, max_locations=2)
    result = optimize(stated, "multi")
    assert result.layout is not None
    added = next(r for r in REGIONS if r not in result.layout.regions)
    regions = (*result.layout.regions, added)
    sites = list(stated.sites)
    totals = []
    for users in product(regions, repeat=len(sites)):
        if set(users) == set(regions):
            serves = {
                r: tuple(s for s, u in zip(sites, users, strict=True) if u == r)
                for r in regions
            }
            registries = tuple(
                Registry(name=r, home=r, serves=serves[r]) for r in regions
            )
            totals.append(
                evaluate(stated, Layout(registries=registries)).cost.total_usd
            )
    reason = reason_of(result.regions, added)
    change = min(totals) - (result.objective_usd or 0.0)
    assert reason.change_if_flipped_usd == pytest.approx(change)
    assert not reason.meets_goals  # three locations are more than two


def test_the_size_counts_what_is_merged(contoso):
    """Twenty clusters beside the first four are twenty-four sites and four rows."""
    more = tuple(
        site.model_copy(update={"name": f"{site.name}-{number}"})
        for site in contoso.sites
        for number in range(5)
    )
    changes = {"sites": (*contoso.sites, *more), "layouts": {}, "baseline": None}
    many = contoso.model_copy(update=changes)
    for engine in ("exact", "pulp"):
        result = optimize(many, "geo", engine=engine)
        assert result.size == (24, 4, len(Problem(many).candidates))
