"""The frontier is complete: none missed, none dominated, by enumeration."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from planner import Evaluation, Layout, Problem, Registry, evaluate, frontier
from planner.optimization.families import Metric
from planner.optimization.knee import find_knee
from tests.helpers import image, problem, site
from tests.optimization.test_goals import REGIONS, geo_layouts, stated


def undominated(
    plans: Iterator[Evaluation], metric: Metric
) -> list[tuple[float, float]]:
    """Cost and metric of the plans that no other beats in one without losing the other."""
    points = {(round(p.cost.total_usd, 6), round(metric.of(p), 6)) for p in plans}
    return sorted(
        (usd, value)
        for usd, value in points
        if not any(
            (u <= usd and v < value) or (u < usd and v <= value) for u, v in points
        )
    )


def found(asked: Problem, family: str, metric: Metric) -> list[tuple[float, float]]:
    """The same for the frontier that the planner finds."""
    plans = frontier(asked, family, metric.value).plans
    return [(round(p.cost.total_usd, 6), round(metric.of(p), 6)) for p in plans]


@pytest.mark.parametrize("metric", list(Metric))
def test_geo_frontier_is_complete(metric: Metric) -> None:
    """All 31 sets of five regions against what is found."""
    asked = stated()
    expected = undominated(geo_layouts(asked), metric)
    assert len(expected) > 2
    assert found(asked, "geo", metric) == expected


@pytest.mark.parametrize("metric", list(Metric))
def test_frontier_of_separate_registries_is_complete(metric: Metric) -> None:
    """All assignments of four sites to registries of their own or shared."""
    asked = small()
    expected = undominated(multi_layouts(asked), metric)
    assert len(expected) > 2
    assert found(asked, "multi", metric) == expected


def small() -> Problem:
    """Four sites and four candidate regions, two images that not all sites pull."""
    return problem(
        [
            site("west", "westus", 4000, 900, image="app"),
            site("east", "eastus", 3000, 300, image="app"),
            site("europe", "westeurope", 2000, 400, image="job"),
            site("canada", "canadacentral", 1000, 100, image="job"),
        ],
        images=[
            image("app", 2, stored_gb=40, new_gb_per_push=1, pushes_per_month=20),
            image("job", 3, stored_gb=90, new_gb_per_push=1, pushes_per_month=5),
        ],
        push_sources=[{"name": "dev", "region": "westus"}],
        goals={
            "candidate_regions": ["canadacentral", "eastus", "westeurope", "westus"]
        },
    )


def multi_layouts(asked: Problem) -> Iterator[Evaluation]:
    """Every layout of two or more separate registries, each with users."""
    regions = asked.candidates
    names = list(asked.sites)
    for users in product(regions, repeat=len(names)):
        chosen = sorted(set(users))
        if len(chosen) < 2:
            continue
        registries = tuple(
            Registry(
                name=r,
                home=r,
                serves=tuple(n for n, u in zip(names, users, strict=True) if u == r),
            )
            for r in chosen
        )
        yield evaluate(asked, Layout(registries=registries))


def test_goals_hold_on_the_whole_frontier() -> None:
    """A required region and a budget bind every plan of the curve."""
    asked = stated(required_regions=["eastus"], max_monthly_usd=200.0)
    plans = frontier(asked, "geo").plans
    assert plans
    for plan in plans:
        assert "eastus" in plan.layout.regions
        assert plan.cost.bill_usd <= 200.0 + 1e-6


def test_knee_of_the_curve_is_the_knee() -> None:
    """The knee found without the curve is the one on it."""
    asked = stated()
    curve, alone = frontier(asked, "geo"), find_knee(asked, "geo")
    assert curve.knee is not None
    assert alone is not None
    assert curve.knee.cost.total_usd == pytest.approx(alone.cost.total_usd)


def test_value_of_waiting_does_not_bend_the_curve() -> None:
    """Waiting is the other axis; pricing it too would count it twice."""
    plain = problem_with_waiting(0.0)
    priced = problem_with_waiting(50.0)
    assert found(plain, "geo", Metric.MEAN_RTT_MS) == found(
        priced, "geo", Metric.MEAN_RTT_MS
    )


def problem_with_waiting(usd: float) -> Problem:
    """Two sites and a value of waiting."""
    return problem(
        [
            site("west", "westus", 4000, 900),
            site("europe", "westeurope", 2000, 400),
        ],
        goals={"candidate_regions": REGIONS},
        assumptions={"usd_per_wait_hour": usd},
    )
