"""The optimizer and the evaluation against the brute-force oracle."""

from __future__ import annotations

from random import Random

import pytest

from planner import evaluate, load_scenario, optimize
from planner.domain.layout import Layout
from planner.domain.problem import Problem
from planner.domain.reading import example_names
from planner.domain.scenario import Scenario
from planner.evaluation.result import Evaluation
from planner.optimization.result import Status
from tests.oracle import Figures, Oracle
from tests.strategies import random_layout, random_scenario, with_random_goals

FAMILIES = ("single", "geo", "multi", "best")


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


def assert_optimal(scenario: Scenario, family: str) -> None:
    """The optimizer answers as the oracle does, and its plan costs what it says."""
    expected = Oracle(scenario).best(family)
    result = optimize(Problem(scenario), family, reasons=False)
    if expected is None:
        assert result.status is Status.INFEASIBLE
        assert result.layout is None
        return
    assert result.status is Status.OPTIMAL
    assert result.layout is not None
    assert result.evaluation is not None
    assert result.evaluation.cost.total_usd == close(expected.total_usd)
    if scenario.goals.objective == "latency":
        assert result.evaluation.latency.mean_rtt_ms == rounded(expected.mean_rtt_ms)
    again = evaluate(scenario, result.layout)
    assert again.cost.total_usd == close(expected.total_usd)
    assert Oracle(scenario).meets_goals(
        Oracle(scenario).price(Oracle(scenario).plan_of(result.layout))
    )


@pytest.mark.parametrize("seed", range(150))
def test_optimum_without_goals(seed: int) -> None:
    """Without goals the optimum of a family is the cheapest of all its layouts."""
    rng = Random(seed)
    scenario = random_scenario(rng, regions=rng.randint(2, 5))
    assert_optimal(scenario, FAMILIES[seed % 4])


@pytest.mark.parametrize("seed", range(250))
def test_optimum_under_goals(seed: int) -> None:
    """Under goals the optimum is the cheapest layout that meets them, or none is."""
    rng = Random(10_000 + seed)
    free = random_scenario(rng, regions=rng.randint(2, 5))
    cheapest = Oracle(free).best("single")
    scenario = with_random_goals(rng, free, cheapest.bill_usd if cheapest else 100.0)
    assert_optimal(scenario, FAMILIES[seed % 4])


@pytest.mark.parametrize("seed", range(6))
def test_optimum_of_larger_scenarios(seed: int) -> None:
    """Seven candidate regions and five sites are solved as exactly as three."""
    rng = Random(20_000 + seed)
    assert_optimal(random_scenario(rng, regions=7, sites=5), FAMILIES[seed % 4])


@pytest.mark.parametrize("seed", range(200))
def test_any_layout_costs_what_the_oracle_says(seed: int) -> None:
    """Several registries, with replicas or not, are priced line by line alike."""
    rng = Random(30_000 + seed)
    scenario = random_scenario(rng, sites=5)
    layout = Layout.model_validate(random_layout(rng, scenario))
    oracle = Oracle(scenario)
    expected = oracle.price(oracle.plan_of(layout))
    assert expected is not None
    assert_same(evaluate(scenario, layout), expected)


@pytest.mark.parametrize("name", example_names())
def test_shipped_layouts_cost_what_the_oracle_says(name: str) -> None:
    """The figures that everybody sees first, down to the mean pull time."""
    scenario = load_scenario(name)
    oracle = Oracle(scenario)
    for layout_name, layout in scenario.layouts.items():
        expected = oracle.price(oracle.plan_of(layout))
        assert expected is not None
        assert_same(evaluate(scenario, layout_name), expected)


def test_goals_and_families_are_all_exercised() -> None:
    """The random cases reach both answers in every family, so none tests nothing."""
    seen = set()
    for seed in range(250):
        rng = Random(10_000 + seed)
        free = random_scenario(rng, regions=rng.randint(2, 5))
        cheapest = Oracle(free).best("single")
        usd = cheapest.bill_usd if cheapest else 100.0
        scenario = with_random_goals(rng, free, usd)
        family = FAMILIES[seed % 4]
        if family != "best":
            found = Oracle(scenario).best(family)
            seen.add((family, found is not None))
    assert seen == {(f, found) for f in FAMILIES[:3] for found in (True, False)}
