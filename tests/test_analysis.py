"""`compare`: which plans stand side by side, and when the knee is one of them."""

from __future__ import annotations

import pytest

from planner import Problem, Scenario, compare, evaluate, optimize
from planner.analysis import FAMILY_NAMES, KNEE, wants_knee
from planner.optimization.families import Family
from planner.optimization.result import Status
from tests.helpers import problem, registry, site


def test_plans_of_contoso(contoso: Scenario) -> None:
    """Named layouts in their order, then the best of each family, then the knee.

    The best hybrid would be the best separate registries again, so it is left out.
    """
    found = compare(contoso)
    families = (Family.SINGLE, Family.GEO, Family.MULTI)
    assert [plan.name for plan in found.plans] == [
        "today",
        "geo-replicated",
        *(FAMILY_NAMES[family] for family in families),
        KNEE,
    ]
    assert found.baseline == "today"
    for name in ("today", "geo-replicated"):
        plan = found.plan(name)
        assert plan is not None
        assert plan.evaluation is not None
        assert plan.evaluation.cost == evaluate(contoso, name).cost


def test_best_is_the_least_column(contoso: Scenario) -> None:
    """No column that meets the goals may be cheaper than the proved optimum."""
    found = compare(contoso)
    totals = [
        plan.evaluation.cost.total_usd
        for plan in found.plans
        if plan.evaluation and not plan.missed_goals
    ]
    assert found.best.objective_usd == pytest.approx(min(totals))


def test_geo_column_has_a_replica(contoso_problem: Problem) -> None:
    """Without one it would repeat the single registry, which is the cheaper of the two."""
    column = compare(contoso_problem).plan(FAMILY_NAMES[Family.GEO])
    alone = optimize(contoso_problem, "geo", reasons=False)
    assert column is not None
    assert column.evaluation is not None
    assert len(column.evaluation.layout.regions) >= 2
    assert alone.layout is not None
    assert len(alone.layout.regions) == 1


@pytest.mark.parametrize(
    ("goals", "usd_per_wait_hour", "expected"),
    [
        ({}, 0.0, True),
        ({"max_monthly_usd": 500.0}, 0.0, True),
        ({"max_rtt_ms": 80.0}, 0.0, False),
        ({"max_mean_rtt_ms": 30.0}, 0.0, False),
        ({}, 5.0, False),
    ],
)
def test_knee_only_where_latency_is_open(
    goals: dict[str, float], usd_per_wait_hour: float, expected: bool
) -> None:
    """A latency goal or a value of waiting has settled the trade-off already."""
    stated = problem(
        [site("a", "westus", 100, 50), site("b", "westeurope", 100, 50)],
        goals=goals,
        assumptions={"usd_per_wait_hour": usd_per_wait_hour},
    )
    assert wants_knee(stated) is expected
    assert (compare(stated).plan(KNEE) is not None) is expected


def test_missed_goals_are_named() -> None:
    """A named layout is shown even when it misses a goal, and says which."""
    stated = problem(
        [site("a", "westeurope", 100, 50)],
        layouts={"today": {"registries": [registry("r", "westus")]}},
        goals={"max_rtt_ms": 50.0},
    )
    today = compare(stated).plan("today")
    assert today is not None
    assert today.missed_goals == ("max_rtt_ms",)


def test_a_family_without_a_plan_keeps_its_column() -> None:
    """Registries of one location each cannot be several for a single site."""
    found = compare(problem([site("a", "westeurope", 100, 50)]))
    multi = found.plan(FAMILY_NAMES[Family.MULTI])
    assert multi is not None
    assert multi.evaluation is None
    assert multi.result is not None
    assert multi.result.status is Status.INFEASIBLE
    assert found.best.status is Status.OPTIMAL


def test_steps_are_told_in_order(contoso: Scenario) -> None:
    """A progress bar that runs backwards or past its end is worse than none."""
    steps: list[tuple[int, int]] = []
    compare(contoso, lambda _label, number, total: steps.append((number, total)))
    numbers = [number for number, _ in steps]
    assert numbers == list(range(1, len(steps) + 1))
    assert {total for _, total in steps} == {len(steps)}


def test_a_layout_named_like_a_plan_of_ours_keeps_its_figures() -> None:
    """Two plans of one name would show the figures of one under the name of both."""
    names = [KNEE, *FAMILY_NAMES.values()]
    layouts = {name: {"registries": [registry("r", "japaneast")]} for name in names}
    stated = problem(
        [site("a", "westus", 100, 50), site("b", "westeurope", 100, 50)],
        layouts=layouts,
    )
    found = compare(stated)
    found_too = 2 * len(names) - 1  # no hybrid beats separate registries here
    assert len(found.evaluations) == len(found.plans) == found_too
    for name in names:
        own = evaluate(stated, name).cost.bill_usd
        assert found.evaluations[name].cost.bill_usd == own
    assert found.today is found.evaluations[KNEE]
    assert found.knee is found.evaluations[f"{KNEE} (found)"]
    assert found.optimum is not None
    assert found.optimum.name.endswith("(found)")
