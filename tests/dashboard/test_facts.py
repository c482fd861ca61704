"""The page of facts: what is in use, from where, and what is the scenario's own."""

from __future__ import annotations

import csv
import io

import pytest
from dash.exceptions import PreventUpdate

from planner.dashboard import state
from planner.dashboard.pages import facts
from planner.dashboard.view import View
from planner.facts import load_facts
from tests.dashboard.conftest import BARE
from tests.dashboard.helpers import ids_in, text_of

OWN_PRICES = {
    **BARE,
    "name": "own prices",
    "price_overrides": {
        "registry_fees": [{"sku": "Premium", "usd_per_day": 1.5}],
        "storage": [{"region": "westeurope", "usd_per_gb_month": 0.08}],
        "transfer": [{"source": "westeurope", "target": "asia", "usd_per_gb": 0.04}],
        "internet_egress": [{"source": "zone_1", "usd_per_gb": 0.06}],
        "private_endpoint_usd_per_hour": 0.009,
    },
}


@pytest.mark.usefixtures("in_app")
def test_every_table_can_be_saved():
    """Each table has its place on the page, and its file holds all of its rows."""
    known = ids_in(facts.layout())
    for name, table in facts.fixed_tables().items():
        assert facts.ids.facts_table(name) in known
        assert facts.ids.facts_button(name) in known
        saved = facts.save(name, 1, None, {})
        rows = list(csv.DictReader(io.StringIO(saved["content"])))
        assert len(rows) == len(table.rows) > 0


def test_every_source_is_known():
    """Each figure names sources that the list of sources explains, with a date."""
    known = load_facts().sources
    for name, table in facts.fixed_tables().items():
        assert all(table.values("as_of")), name
        for names in table.values("source"):
            assert set(names.split()) <= set(known), name


@pytest.mark.usefixtures("in_app")
def test_without_prices_of_its_own():
    """A scenario on list prices says so instead of showing an empty table."""
    shown = facts.show(View().data(), None)
    assert "no prices of its own" in shown.own_lead
    assert shown.own_rows == []
    assert shown.own_style == {"display": "none"}


def test_own_prices_stand_beside_the_list(in_app_on):
    """The user's prices are marked as theirs, with the list price that they replace."""
    view = in_app_on(OWN_PRICES)
    shown = facts.show(view.data(), None)
    rows = {row["what"]: row for row in shown.own_rows}
    listed = load_facts().prices
    assert len(rows) == 5
    fee = rows["Registry fee, Premium"]
    assert (fee["usd"], fee["list_usd"]) == (1.5, listed.fees["Premium"].daily.usd)
    assert rows["Transfer between regions"]["list_usd"] == 0.05
    assert rows["Internet egress"]["list_usd"] == 0.087
    assert rows["Private endpoint"]["source"]
    saved = facts.save(facts.OWN, 1, None, view.data())
    assert saved["filename"] == "own-prices-Your-own-prices.csv"


@pytest.mark.usefixtures("in_app")
def test_round_trips_are_those_of_the_problem():
    """Each region stands with the round trip in use, and how it is known."""
    data = View().data()
    problem = state.problem(View())
    rows = facts.show_round_trips("region westeurope", data)
    assert {row["region"] for row in rows} == set(load_facts().regions)
    by_region = {row["region"]: row for row in rows}
    own = by_region["westeurope"]
    assert own["basis"] == "assumed within the region"
    place = facts.places(problem)["region westeurope"]
    for row in rows:
        if row["rtt_ms"] is None:
            assert row["basis"] == "not known"
            continue
        rtt = problem.rtt(place, row["region"])
        assert row["rtt_ms"] == rtt.ms
        assert row["error_ms"] == rtt.error_ms
        assert row["basis"].startswith("estimated") is rtt.estimated
        assert row["source_title"]
    assert rows[0]["rtt_ms"] == min(
        r["rtt_ms"] for r in rows if r["rtt_ms"] is not None
    )


def test_measurements_of_ones_own_are_marked(in_app_on):
    """What a site measured itself wins over the tables, and says so."""
    site = {**BARE["sites"][0], "rtt_ms": {"northeurope": 17.0}}
    view = in_app_on({**BARE, "sites": [site]})
    rows = facts.show_round_trips("site aks", view.data())
    own = next(row for row in rows if row["region"] == "northeurope")
    assert (own["rtt_ms"], own["basis"]) == (17.0, "your own")
    assert own["p95_ms"] is None


@pytest.mark.usefixtures("in_app")
def test_the_place_follows_the_scenario():
    """A place that another scenario does not have gives way to one that it has."""
    shown = facts.show(View().data(), "site gone")
    values = [item["value"] for group in shown.places for item in group["items"]]
    assert shown.place == values[0]
    assert facts.show(View().data(), "region eastus").place == "region eastus"
    with pytest.raises(PreventUpdate):
        facts.show_round_trips("site gone", View().data())


@pytest.mark.usefixtures("in_app")
def test_nothing_before_the_view():
    """Before the view is known nothing is shown, and nothing is saved unasked."""
    with pytest.raises(PreventUpdate):
        facts.show(None, None)
    with pytest.raises(PreventUpdate):
        facts.show_round_trips("region eastus", None)
    with pytest.raises(PreventUpdate):
        facts.save("limits", None, None, {})


@pytest.mark.usefixtures("in_app")
def test_estimates_are_told_in_words():
    """The page says what is estimated and assumed, not only by a colour."""
    assert "estimated" in text_of(facts.layout())
    titles = facts.fixed_tables()["addons"].values("source_title")
    assert any("assumed" in title for title in titles)
