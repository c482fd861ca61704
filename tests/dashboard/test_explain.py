"""The drawer behind each figure: its lines add up to it and name their sources."""

from __future__ import annotations

import pytest
from dash.exceptions import PreventUpdate

from planner.dashboard import explain, state
from planner.dashboard.view import View
from planner.evaluation.cost import BILL_KINDS
from planner.facts import load_facts
from planner.reporting.kinds import KIND_LABELS
from planner.reporting.kpis import KPIS

DATA = View().data()


def lines(what: str, plan: str = "geo-replicated") -> list[dict]:
    """The rows of the drawer."""
    return explain.show({"plan": plan, "lines": what}, DATA)[4]


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize("what", sorted({kpi.explained_by for kpi in KPIS}))
def test_every_figure_is_explained(what):
    """Each key figure of Compare leads to lines that are not empty."""
    opened, title, _, columns, rows, _ = explain.show(
        {"plan": "today", "lines": what}, DATA
    )
    assert opened is True
    assert "today" in title
    assert columns
    assert rows


@pytest.mark.usefixtures("in_app")
def test_cost_lines_can_be_redone_by_hand():
    """Quantity times price is the line's cost, and the lines sum to the bill."""
    rows = lines("cost")
    billed = {KIND_LABELS[kind] for kind in BILL_KINDS}
    for row in rows:
        product = row["quantity"] * row["unit_price_usd"]
        assert row["monthly_usd"] == pytest.approx(product)
    bill = sum(row["monthly_usd"] for row in rows if row["kind"] in billed)
    plan = state.plans(View()).all["geo-replicated"]
    assert bill == pytest.approx(plan.cost.bill_usd)


@pytest.mark.usefixtures("in_app")
def test_sources_have_their_titles():
    """Beside the short name of a source stands what it is, and its date."""
    known = load_facts().sources
    for row in lines("cost"):
        if row["price_source"] in known:
            assert row["price_source_title"] == known[row["price_source"]].title
        assert row["price_as_of"]
    assert all(row["rtt_source_title"] for row in lines("sites"))


@pytest.mark.usefixtures("in_app")
def test_losses_show_the_worst_first():
    """The figures on Compare are the first row; every region of the plan has one."""
    plan = state.plans(View()).all["geo-replicated"]
    rows = lines("loss")
    assert {row["region"] for row in rows} == set(plan.layout.regions)
    worst = plan.worst_loss
    assert rows[0]["pulls_lost_share"] == worst.pulls_lost_share
    assert rows[0]["max_rtt_ms"] == worst.max_rtt_ms
    moved = {
        site
        for row in rows
        for site in (row["sites_moved"] or row["sites_cut_off"] or "").split(", ")
    }
    assert moved - {""} == {service.site for service in plan.services}


@pytest.mark.usefixtures("in_app")
def test_a_lost_single_location_cuts_off_its_sites():
    """A registry without replicas leaves its sites without images."""
    for row in lines("loss", "today"):
        assert row["sites_moved"] is None


@pytest.mark.usefixtures("in_app")
def test_unknown_figures_are_ignored():
    """A plan that is gone, or nothing asked, opens nothing."""
    for asked in (
        None,
        {"plan": "gone", "lines": "cost"},
        {"plan": "today", "lines": "x"},
    ):
        with pytest.raises(PreventUpdate):
            explain.show(asked, DATA)


@pytest.mark.usefixtures("in_app")
def test_lines_are_saved():
    """The file holds the lines that the drawer shows."""
    asked = {"plan": "today", "lines": "loss"}
    saved = explain.save(1, asked, DATA)
    assert saved["filename"] == "Loss-of-each-region-of-today.csv"
    assert len(saved["content"].splitlines()) == len(lines("loss", "today")) + 1
