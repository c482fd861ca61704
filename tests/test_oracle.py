"""The optimizer and the evaluation against the brute-force oracle."""

from __future__ import annotations

from collections import Counter
from functools import cache
from random import Random

import pytest

from planner import evaluate, load_scenario
from planner.domain.layout import Layout
from planner.domain.problem import Problem
from planner.domain.reading import example_names
from planner.domain.scenario import Scenario
from planner.evaluation.goals import meets
from planner.evaluation.result import Evaluation
from planner.facts import load_facts
from planner.facts.regions import Availability
from planner.optimization.result import Status
from tests.judge import ENGINES, FAMILIES, answer, judge, random_case
from tests.oracle import Figures, Oracle, Plan
from tests.strategies import (
    ADVERSARIAL,
    anywhere,
    random_layout,
    random_scenario,
    with_random_goals,
)

SEEDS = 20
"""Random cases in one test; the failure names the seed."""


def close(usd: float) -> object:
    """Equal to 1e-6 relative, and to a thousandth of a cent where all is nearly 0."""
    return pytest.approx(usd, rel=1e-6, abs=1e-5)


def rounded(value: float | None) -> object:
    """Equal to 1e-9 relative, or None alike."""
    return None if value is None else pytest.approx(value)


def assert_same(evaluation: Evaluation, expected: Figures) -> None:
    """Every figure of the evaluation is the oracle's."""
    cost, latency = evaluation.cost, evaluation.latency
    by_kind = {kind.value: usd for kind, usd in cost.by_kind.items() if usd}
    assert by_kind == {k: close(usd) for k, usd in expected.by_kind.items() if usd}
    assert cost.total_usd == close(expected.total_usd)
    assert cost.bill_usd == close(expected.bill_usd)
    for name in ("mean_rtt_ms", "p95_rtt_ms", "max_rtt_ms", "mean_pull_seconds"):
        assert getattr(latency, name) == rounded(getattr(expected, name)), name


def assert_optimal(scenario: Scenario, family: str, case: object) -> None:
    """Every engine answers as the oracle does, and its plan costs what it says."""
    for engine in ENGINES:
        try:
            judge(scenario, family, engine)
        except Exception as error:
            error.add_note(f"case {case}, family {family}, engine {engine}")
            raise


def layout_of(plan: Plan) -> Layout:
    """A plan of the oracle as a layout, SKUs left to the evaluation."""
    registries = [
        {
            "name": f"r{number}",
            "home": reg.home,
            "replicas": reg.replicas,
            "serves": reg.serves,
            "routing": reg.routing,
            "pins": dict(reg.pins),
        }
        for number, reg in enumerate(plan)
    ]
    return Layout.model_validate({"registries": registries})


# ---- the optimum ----


@pytest.mark.parametrize("block", range(100))
def test_optimum(block: int) -> None:
    """The optimum of a family is the cheapest of all its layouts that meet the goals."""
    for seed in range(block * SEEDS, (block + 1) * SEEDS):
        scenario, family = random_case(seed)
        assert_optimal(scenario, family, f"seed {seed}")


def test_the_cases_reach_every_answer() -> None:
    """Both answers, every family, goal and odd feature occur, so none tests nothing."""
    seen: Counter[object] = Counter()
    for seed in range(50 * SEEDS):
        scenario, family = random_case(seed)
        goals = scenario.goals.model_dump(exclude_defaults=True)
        goals.pop("candidate_regions")
        seen.update((family, goal) for goal in goals or ["no goal"])
        seen["no source"] += not scenario.push_sources
        seen["endpoints"] += any(site.private_endpoints for site in scenario.sites)
        seen["own prices"] += bool(scenario.price_overrides.model_fields_set)
        seen["idle image"] += bool(Oracle(scenario).unpulled)
        if seed < 20 * SEEDS:
            found = Oracle(scenario).best(family) is not None
            seen[family, found] += 1
    goals = {goal for key in seen if isinstance(key, tuple) for goal in key[1:]}
    for family in FAMILIES:
        assert seen[family, True] > 20
        assert seen[family, False] > 5
        for goal in goals - {True, False}:
            assert seen[family, goal] > 5, (family, goal)
    assert min(seen[key] for key in ("no source", "endpoints", "own prices")) > 100
    assert seen["idle image"] > 100


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("seed", range(2))
def test_optimum_of_larger_scenarios(seed: int, family: str) -> None:
    """Six candidate regions and five sites are solved as exactly as three."""
    regions, sites = (7, 5) if family in ("single", "geo", "multi") else (5, 4)
    scenario = random_scenario(Random(20_000 + seed), regions, sites)
    assert_optimal(scenario, family, f"seed {seed}")


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("name", ADVERSARIAL)
def test_optimum_of_awkward_scenarios(name: str, family: str) -> None:
    """Ties, nothing to do, and prices against distances are no excuse."""
    for seed in range(5):
        scenario = ADVERSARIAL[name](Random(seed), 4, 3)
        assert_optimal(scenario, family, f"{name} {seed}")
        goals = scenario.goals.model_copy(update={"routing": "pinned"})
        pinned = scenario.model_copy(update={"goals": goals})
        assert_optimal(pinned, family, f"pinned {name} {seed}")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("family", ["single", "geo", "multi"])
@pytest.mark.parametrize("seed", [7, 13, 22, 29])  # with two sites that pull or more
def test_all_regions_as_candidates(seed: int, family: str, engine: str) -> None:
    """Where any region will do, none is chosen that cannot be had or priced."""
    regions = load_facts().regions
    scenario = anywhere(Random(seed), 4, 3)
    open_to_all = [
        name
        for name, region in regions.items()
        if region.availability is Availability.LISTED
    ]
    assert Oracle(scenario).candidates == sorted(open_to_all)
    result = answer(scenario, family, engine)
    assert result.status is Status.OPTIMAL
    assert result.layout is not None
    assert set(result.layout.regions) <= set(open_to_all)
    again = evaluate(scenario, result.layout)
    assert result.objective_usd == close(again.cost.total_usd)


# ---- the price of a layout ----


@pytest.mark.parametrize("seed", range(200))
def test_any_layout_costs_what_the_oracle_says(seed: int) -> None:
    """Registries with replicas, with pins or without, are priced line by line alike."""
    rng = Random(30_000 + seed)
    scenario = random_scenario(rng, sites=5)
    layout = Layout.model_validate(random_layout(rng, scenario))
    oracle = Oracle(scenario)
    expected = oracle.price(oracle.plan_of(layout))
    assert expected is not None
    assert_same(evaluate(scenario, layout), expected)


@pytest.mark.parametrize("family", ["single", "geo", "multi", "hybrid"])
def test_goals_are_met_where_the_oracle_says(family: str) -> None:
    """A cap, a home, a loss survived: a layout passes on both sides or on neither."""
    verdicts: Counter[bool] = Counter()
    for seed in range(100):
        rng = Random(50_000 + seed)
        free = random_scenario(rng, 4, 3)
        scenario = with_random_goals(rng, free, 100.0)
        oracle = Oracle(scenario)
        plans = list(oracle.plans(family))
        for plan in rng.sample(plans, min(3, len(plans))):
            figures = oracle.price(plan)
            if figures is not None:
                verdict = oracle.meets_goals(figures)
                evaluation = evaluate(scenario, layout_of(plan))
                assert meets(Problem(scenario), evaluation) == verdict, seed
                verdicts[verdict] += 1
    assert min(verdicts[True], verdicts[False]) > 20


@pytest.mark.parametrize("name", example_names())
def test_shipped_layouts_cost_what_the_oracle_says(name: str) -> None:
    """The figures that everybody sees first, down to the mean pull time."""
    scenario = load_scenario(name)
    oracle = Oracle(scenario)
    for layout_name, layout in scenario.layouts.items():
        expected = oracle.price(oracle.plan_of(layout))
        assert expected is not None
        assert_same(evaluate(scenario, layout_name), expected)


# ---- the oracle itself ----


@cache
def any_plans(family: str) -> list[tuple[Oracle, Plan]]:
    """Some plans of a family in several scenarios, with pins and without."""
    found = []
    for seed in range(20):
        rng = Random(40_000 + seed)
        scenario = random_scenario(rng, 4, 3)
        goals = {"routing": "pinned"} if seed % 2 else {"survive_region_loss": True}
        goals = scenario.goals.model_copy(update=goals)
        oracle = Oracle(scenario.model_copy(update={"goals": goals}))
        plans = list(oracle.plans(family))
        found += [(oracle, plan) for plan in rng.sample(plans, min(5, len(plans)))]
    return found


ORACLE_FAMILIES = ("single", "geo", "multi", "hybrid")


@pytest.mark.parametrize("family", ORACLE_FAMILIES)
def test_sums_by_registry_are_the_price_of_the_plan(family: str) -> None:
    """The quick way to a plan's total gives what pricing every line gives."""
    for oracle, plan in any_plans(family):
        slow, quick = oracle.price(plan), oracle.tally(plan)
        assert (slow is None) == (quick is None)
        if slow is not None and quick is not None:
            assert quick.bill_usd == pytest.approx(slow.bill_usd, rel=1e-12, abs=1e-9)
            assert quick.total_usd == pytest.approx(slow.total_usd, rel=1e-12, abs=1e-9)
            assert quick.max_ms == (slow.max_rtt_ms or 0.0)
            mean = quick.pull_ms / oracle.all_pulls if oracle.all_pulls else None
            assert mean == rounded(slow.mean_rtt_ms)
            assert quick.survives == oracle.meets_goals(slow)


@pytest.mark.parametrize("family", ORACLE_FAMILIES)
def test_plans_of_a_family_cost_what_evaluate_says(family: str) -> None:
    """Hybrid and pinned plans among them, so that both sides mean the same by them."""
    for oracle, plan in any_plans(family):
        expected = oracle.price(plan)
        if expected is None:
            continue
        layout = layout_of(plan)
        assert oracle.same_as(oracle.plan_of(layout)) == oracle.same_as(plan)
        assert_same(evaluate(oracle.scenario, layout), expected)


def test_families_hold_the_plans_they_should() -> None:
    """Two sites and three regions, counted by hand.

    geo: 3 + 3 + 1 sets of regions. multi: 3 x 3 choices, less 3 that use one registry.
    mixed: 3 + 1 replicated registries of two locations or more, times the choices with
    one site each, 2 x 3.
    """
    site = {"demand": [{"pulls_per_month": 1.0, "gb_per_month": 1.0}]}
    scenario = Scenario.model_validate(
        {
            "name": "two sites",
            "push_sources": [{"name": "source", "region": "eastus"}],
            "sites": [
                {"name": "one", "region": "eastus", **site},
                {"name": "two", "region": "westus", **site},
                {"name": "idle", "region": "westus"},
            ],
            "goals": {"candidate_regions": ["eastus", "japaneast", "westus"]},
        }
    )
    oracle = Oracle(scenario)
    counts = {f: len(list(oracle.plans(f))) for f in (*ORACLE_FAMILIES, "best")}
    assert counts == {
        "single": 3,
        "geo": 7,
        "multi": 6,
        "hybrid": 6 + 4 * 6,
        "best": 3 + 7 + 6 + 4 * 6,
    }
    goals = scenario.goals.model_copy(update={"routing": "pinned"})
    pinned = Oracle(scenario.model_copy(update={"goals": goals}))
    # Two sites pinned in two locations: 4 ways; in three: 9. One site: 2 and 3 ways.
    assert len(list(pinned.plans("geo"))) == 3 + 3 * 4 + 9
    assert len(list(pinned.plans("hybrid"))) == 6 + (3 * 2 + 3) * 6


def test_ties_go_to_fewer_locations_then_to_names() -> None:
    """Where nothing costs anything, one registry in the first region is the winner."""
    scenario = ADVERSARIAL["everything_free"](Random(3), 4, 3)
    assumptions = scenario.assumptions.model_copy(
        update={"usd_per_wait_hour": 0.0, "usd_per_registry_month": 0.0}
    )
    oracle = Oracle(scenario.model_copy(update={"assumptions": assumptions}))
    winner = oracle.best("best")
    assert winner is not None
    assert [reg.locations for reg in winner.plan] == [(oracle.candidates[0],)]
