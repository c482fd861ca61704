"""The gate: figures against limits."""

from __future__ import annotations

import pytest

from planner.domain.problem import Problem
from planner.errors import InputError
from planner.evaluation.evaluate import evaluate
from planner.gate import check_limits
from planner.optimization.solve import optimize
from tests.helpers import problem, registry, site


def test_contoso_by_hand(contoso_problem: Problem) -> None:
    """Today costs $75.39 and the best layout $62.98: 16.5 % of the bill are missed."""
    gate = check_limits(
        contoso_problem, max_bill_usd=80, max_rtt_ms=60, max_saving_missed_percent=20
    )
    bill, rtt, saving = gate.measures
    assert bill.measured == pytest.approx(75.39, abs=0.01)
    assert rtt.measured == 69.0
    assert saving.measured == pytest.approx(
        100 * (75.3925 - 62.975) / 75.3925, abs=0.01
    )
    assert [measure.name for measure in gate.exceeded] == ["max_rtt_ms"]


def test_the_figures_are_those_of_evaluate_and_optimize(
    contoso_problem: Problem,
) -> None:
    """The gate measures nothing of its own."""
    gate = check_limits(
        contoso_problem, "geo-replicated", max_bill_usd=0, max_saving_missed_percent=0
    )
    expected = evaluate(contoso_problem, "geo-replicated").cost
    best = optimize(contoso_problem, reasons=False).objective_usd
    assert best is not None
    bill, saving = gate.measures
    assert bill.measured == expected.bill_usd
    assert saving.measured == pytest.approx(100 * (1 - best / expected.total_usd))


def test_a_limit_that_is_just_met_is_kept(contoso_problem: Problem) -> None:
    """Equal is not above, and the last digit of a sum does not fail a pipeline."""
    bill = evaluate(contoso_problem).cost.bill_usd
    assert not check_limits(contoso_problem, max_bill_usd=bill).exceeded
    assert not check_limits(contoso_problem, max_bill_usd=bill - 1e-9).exceeded
    assert check_limits(contoso_problem, max_bill_usd=bill - 0.01).exceeded


def test_the_best_layout_misses_nothing() -> None:
    """A layout cheaper than any that meets the goals has no saving below nought."""
    asked = problem(
        [site("a", "eastus", 100, 10), site("b", "japaneast", 100, 10)],
        goals={"max_rtt_ms": 10},
        layouts={"today": {"registries": [registry("mainacr", "eastus")]}},
    )
    gate = check_limits(asked, max_saving_missed_percent=0)
    assert gate.measures[0].measured == 0.0
    assert not gate.exceeded


def test_without_pulls_or_plan_there_is_nothing_to_measure() -> None:
    """No figure is not above its limit, but what is not known is not kept either."""
    asked = problem(
        [site("a", "eastus")],
        goals={"required_regions": ["eastus"], "forbidden_regions": ["eastus"]},
        layouts={"today": {"registries": [registry("mainacr", "eastus")]}},
    )
    gate = check_limits(asked, max_rtt_ms=1, max_saving_missed_percent=1)
    assert [measure.measured for measure in gate.measures] == [None, None]
    assert gate.exceeded == ()
    assert gate.as_dict()["ok"] is False
    assert gate.as_dict()["best"]["status"] == "infeasible"


def test_no_limit_is_an_error(contoso_problem: Problem) -> None:
    """A gate without limits would pass everything, unnoticed."""
    with pytest.raises(InputError, match="give --max-bill"):
        check_limits(contoso_problem)
