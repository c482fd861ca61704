"""Tables of plans, costs and sites: every number is that of the evaluation."""

from __future__ import annotations

import pytest

from planner.analysis import Comparison
from planner.domain.problem import Problem
from planner.evaluation.cost import BILL_KINDS
from planner.evaluation.evaluate import evaluate
from planner.optimization.solve import optimize
from planner.reporting import tables
from tests.helpers import problem, site


def test_comparison_has_the_numbers_of_evaluate(
    comparison: Comparison, contoso_problem: Problem
) -> None:
    """All views must agree to the cent, so the table repeats `evaluate` exactly."""
    rows = {row["name"]: row for row in tables.comparison_table(comparison).records()}
    for name in ("today", "geo-replicated"):
        expected = evaluate(contoso_problem, name)
        assert rows[name]["bill_usd"] == expected.cost.bill_usd
        assert rows[name]["low_usd"] == expected.cost.low_usd
        assert rows[name]["high_usd"] == expected.cost.high_usd
        assert rows[name]["mean_rtt_ms"] == expected.latency.mean_rtt_ms
        assert rows[name]["wait_hours"] == expected.latency.wait_hours
        assert rows[name]["pulls_lost_share"] == expected.worst_loss.pulls_lost_share


def test_differences_are_against_the_baseline(comparison: Comparison) -> None:
    """Savings are read off this column: 254.62 - 75.39 = 179.23 more for Contoso."""
    rows = {row["name"]: row for row in tables.comparison_table(comparison).records()}
    assert rows["today"]["difference_usd"] == 0
    assert rows["geo-replicated"]["difference_usd"] == pytest.approx(179.226, abs=1e-3)


def test_rows_follow_the_plans(comparison: Comparison) -> None:
    """The order is that of the comparison, named layouts first, so runs do not shuffle."""
    table = tables.comparison_table(comparison)
    assert table.values("name") == tuple(plan.name for plan in comparison.plans)
    proofs = dict(zip(table.values("name"), table.values("status"), strict=True))
    assert proofs["today"] == "named layout"
    assert proofs["best separate registries"] == "optimal"
    assert proofs["knee"] == "knee of the curve"


def test_plan_without_layout_has_no_numbers(impossible: Comparison) -> None:
    """An infeasible family is an answer in words, never a row of zeros."""
    rows = {row["name"]: row for row in tables.comparison_table(impossible).records()}
    single = rows["best single registry"]
    assert single["bill_usd"] is None
    assert single["mean_rtt_ms"] is None
    assert str(single["status"]).startswith("infeasible")
    assert rows["now"]["missed_goals"] == "max_rtt_ms"


def test_no_difference_without_a_baseline(silent: Comparison) -> None:
    """Without a layout of today there is nothing to differ from."""
    table = tables.comparison_table(silent)
    assert set(table.values("difference_usd")) == {None}
    assert set(table.values("mean_rtt_ms")) == {None}


def test_frame_is_indexed_by_plan(comparison: Comparison) -> None:
    """Notebooks look a plan up by its name."""
    frame = tables.comparison_frame(comparison)
    assert frame.loc["today", "registries"] == 2
    assert comparison.table.equals(frame)


def test_kinds_sum_to_the_bill(comparison: Comparison) -> None:
    """The columns of the cost table add up to the bill beside them."""
    for row in tables.cost_by_kind_table(comparison.evaluations).records():
        parts = [row[kind.value] for kind in BILL_KINDS]
        assert sum(map(float, parts)) == pytest.approx(row["bill_usd"], abs=1e-9)


def test_labour_and_waiting_stand_outside_the_bill() -> None:
    """Priced labour and waiting get columns of their own and a total."""
    priced = {"usd_per_registry_month": 40.0, "usd_per_wait_hour": 10.0}
    plan = evaluate(
        problem(
            [site("a", "eastus", pulls=100, gb=50)],
            layouts={"x": {"registries": [{"name": "r", "home": "eastus"}]}},
            assumptions=priced,
        )
    )
    (row,) = tables.cost_by_kind_table({"x": plan}).records()
    assert row["operations"] == 40
    assert row["total_usd"] == plan.cost.total_usd > plan.cost.bill_usd + 40
    assert row["bill_usd"] == plan.cost.bill_usd


def test_lines_can_be_redone_by_hand(comparison: Comparison) -> None:
    """Quantity times unit price is the cost of the line, and the lines sum to the bill."""
    table = tables.cost_lines_table(comparison.evaluations["today"])
    for row in table.records():
        product = float(row["quantity"]) * float(row["unit_price_usd"])
        assert row["monthly_usd"] == pytest.approx(product)
        assert row["price_source"]
        assert row["price_as_of"]
    bill = comparison.evaluations["today"].cost.bill_usd
    assert sum(map(float, table.values("monthly_usd"))) == pytest.approx(bill)
    assert "$75.39" in table.caption


def test_sites_say_who_serves_them(comparison: Comparison) -> None:
    """East US is served over 69 ms from West US today, as the round-trip table has it."""
    rows = tables.sites_table(comparison.evaluations["today"]).records()
    east = next(row for row in rows if row["site"] == "aks-eastus")
    assert (east["serving_region"], east["rtt_ms"]) == ("westus", 69.0)
    assert east["estimated"] is False


def test_layouts_name_home_and_replicas(comparison: Comparison) -> None:
    """The home is fixed for good, so it has a column apart from the replicas."""
    (row,) = tables.layouts_table(comparison.evaluations["geo-replicated"]).records()
    assert row["home"] == "westus"
    assert row["replicas"] == "eastus, canadacentral, westeurope"


def test_risks_are_listed_by_plan(comparison: Comparison) -> None:
    """No risk is an answer too and is said in words."""
    plans = comparison.evaluations
    table = tables.risks_table({"today": plans["today"]})
    assert len(table.rows) == len(plans["today"].risks)
    assert table.caption or table.rows


def test_reasons_and_runners_up(contoso_problem: Problem) -> None:
    """Each candidate region has its reason, and the runners-up cost more than the plan."""
    narrowed = contoso_problem.with_goals(
        candidate_regions=["westus", "eastus", "westeurope"]
    )
    result = optimize(narrowed)
    reasons = tables.regions_table(result)
    assert reasons.values("region") == ("westeurope", "westus", "eastus")
    assert reasons.values("chosen") == (True, True, False)
    for difference in tables.runners_up_table(result).values("difference_usd"):
        assert float(difference) >= -1e-9
