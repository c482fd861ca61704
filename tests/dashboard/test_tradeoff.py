"""The trade-off: its callbacks called as functions, and every state it can be in."""

from __future__ import annotations

import csv
import io
from types import SimpleNamespace

import pytest
from dash.exceptions import PreventUpdate

from planner import frontier
from planner.dashboard import region_reasons, sliders, state
from planner.dashboard.pages import tradeoff
from planner.dashboard.view import YOURS, View
from planner.domain.layout import Layout
from planner.domain.problem import Problem
from planner.evaluation.cost import Kind
from planner.evaluation.evaluate import evaluate
from planner.optimization.families import Family, Metric
from planner.optimization.result import RegionReason
from planner.reporting import region_card
from planner.reporting.table import format_cell
from planner.reporting.trade_off import trade_off_curve, trade_off_points
from tests.dashboard.conftest import BARE, IDLE, IMPOSSIBLE
from tests.dashboard.helpers import text_of

CONTOSO = View().data()
SLID = {
    "goals": {"max_rtt_ms": 80.0},
    "assumptions": {"usd_per_wait_hour": 30.0},
}


@pytest.fixture
def nothing_pressed(monkeypatch):
    """The page was opened, and no button was pressed."""
    monkeypatch.setattr(tradeoff, "ctx", SimpleNamespace(triggered_id=None))


@pytest.fixture
def start_pressed(monkeypatch):
    """The button that starts a slow curve was pressed."""
    pressed = SimpleNamespace(triggered_id="tradeoff-start")
    monkeypatch.setattr(tradeoff, "ctx", pressed)


def shown(data: dict, scheme: str = "light") -> tradeoff.Shown:
    """The curve's part of the page."""
    return tradeoff.show_curve(data, scheme, None)


def traces(curve: dict) -> dict[str, dict]:
    """Traces of a figure by name."""
    return {trace.get("name", ""): trace for trace in curve["data"]}


@pytest.mark.usefixtures("in_app", "nothing_pressed")
@pytest.mark.parametrize("metric", list(Metric))
def test_curve_is_the_frontier(contoso, metric):
    """The figure has the plans of `frontier` and no others on its curve."""
    curve = shown({"metric": metric.value}).curve
    own = frontier(contoso, "geo", metric.value)
    drawn = traces(curve)["plans that none beats"]
    assert drawn["x"] == [metric.of(plan) for plan in own.plans]
    assert drawn["y"] == [plan.cost.total_usd for plan in own.plans]
    assert drawn["line"]["shape"] == "vh"
    knee = traces(curve)["knee"]
    assert knee["y"] == [own.knee.cost.total_usd]


@pytest.mark.usefixtures("in_app", "nothing_pressed")
def test_named_plans_stand_beside_the_curve(contoso):
    """Today's layout is drawn and listed with the cost that `evaluate` gives it."""
    found = shown(CONTOSO)
    (row,) = (row for row in found.rows if row["plan"] == "today")
    today = evaluate(Problem(contoso), contoso.layouts["today"])
    assert row["cost_usd"] == pytest.approx(today.cost.total_usd)
    assert row["on_curve"] is False
    known = traces(found.curve)["known plans"]
    assert row["cost_usd"] in known["y"]
    assert row["key"] in known["customdata"]


@pytest.mark.usefixtures("in_app", "nothing_pressed")
def test_curve_stands_still_under_the_sliders():
    """Neither slider moves the curve, so that one sees what it chooses on it."""
    assert shown({"edits": SLID}) == shown(CONTOSO)


@pytest.mark.usefixtures("in_app", "nothing_pressed")
def test_dates_of_prices_are_told():
    """The figure's note says what the amounts are and of when."""
    found = shown(CONTOSO)
    assert "USD per month, prices of" in found.note
    assert found.no_start
    assert "the knee is" in found.about


@pytest.mark.usefixtures("in_app", "nothing_pressed")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_figure_follows_the_scheme(scheme):
    """The curve has the page's colours and waits until they are known."""
    layout = shown(CONTOSO, scheme).curve["layout"]
    assert (layout["font"]["color"] > "#8") is (scheme == "dark")
    with pytest.raises(PreventUpdate):
        tradeoff.show_curve(CONTOSO, None, None)


@pytest.mark.usefixtures("in_app", "nothing_pressed")
def test_a_slow_curve_is_asked_for():
    """On many sites a curve that takes minutes starts by a press, not by a look."""
    found = shown({"scenario": "worldwide", "family": "best"})
    assert not found.no_start
    assert found.rows == []
    assert found.curve["data"] == []


@pytest.mark.usefixtures("in_app", "start_pressed")
def test_a_press_starts_a_slow_curve(monkeypatch):
    """The press leads to the curve."""
    monkeypatch.setattr(tradeoff, "MANY_SITES", 1)
    found = shown({"family": "multi"})
    assert found.no_start
    assert found.rows


@pytest.mark.usefixtures("in_app")
def test_answer_is_the_best_of_the_family():
    """What the sliders lead to is what `optimize` finds, waiting shown apart."""
    words, mark = tradeoff.answer({"edits": SLID})
    plan = state.best(View(edits=SLID), Family.GEO).evaluation
    without = plan.cost.total_usd - plan.cost.by_kind[Kind.WAITING]
    assert mark["y"] == [without]
    assert mark["meta"] == Metric.MEAN_RTT_MS
    assert format_cell("usd", without) in text_of(words)
    assert format_cell("usd", plan.cost.total_usd) in text_of(words)
    assert "proved optimal" in text_of(words)
    assert plan.latency.max_rtt_ms <= 80


@pytest.mark.usefixtures("in_app")
def test_a_goal_out_of_reach_is_told_with_the_best_one():
    """An infeasible latency goal names itself and what can be reached."""
    words, mark = tradeoff.answer({"edits": {"goals": {"max_rtt_ms": 1.0}}})
    assert "max_rtt_ms: 1" in text_of(words)
    assert "The best that can be reached is 2.0 ms" in text_of(words)
    assert mark == {}


@pytest.mark.usefixtures("nothing_pressed")
def test_a_scenario_that_cannot_be_met_opens(in_app_on):
    """The sliders' own goal does not bound the curve; the answer says it is too tight."""
    view = in_app_on(IMPOSSIBLE)
    assert shown(view.data()).rows
    assert "cannot be met" in text_of(tradeoff.answer(view.data())[0])


@pytest.mark.usefixtures("nothing_pressed")
def test_other_goals_that_cannot_be_met(in_app_on):
    """When no plan is left, the page says which goals are to blame."""
    view = in_app_on({**BARE, "goals": {"max_monthly_usd": 1.0}})
    found = shown(view.data())
    assert "max_monthly_usd" in found.about
    assert found.curve["data"] == []


@pytest.mark.usefixtures("nothing_pressed")
def test_nobody_pulls(in_app_on):
    """Without pulls there is no latency to trade: words, and no figure."""
    view = in_app_on(IDLE)
    found = shown(view.data())
    assert "nothing pulls" in found.about
    assert found.rows == []
    words, mark = tradeoff.answer(view.data())
    assert "nothing pulls" in text_of(words)
    assert mark == {}
    assert tradeoff.show_chosen({**view.data(), "plan": "today"}, found.curve)[1] == {}


@pytest.mark.usefixtures("in_app")
def test_the_scenario_is_where_sliders_begin():
    """Where the sliders say nothing, they stand at what the scenario says."""
    assert sliders.read_base(CONTOSO) == {"usd": 0.0, "ms": None}
    worldwide = sliders.read_base({"scenario": "worldwide"})
    assert worldwide == {"usd": 0.0, "ms": 100.0}
    with pytest.raises(PreventUpdate):
        sliders.read_base(None)


@pytest.mark.usefixtures("in_app", "nothing_pressed")
def test_a_press_puts_the_plan_on_the_map():
    """A point of the curve becomes a plan of one's own, at the same cost."""
    (row,) = (row for row in shown(CONTOSO).rows if "knee" in row["plan"])
    pressed = {"points": [{"customdata": row["key"]}]}
    data, reset = tradeoff.choose_point(pressed, CONTOSO)
    view = View.of(data)
    assert reset is None
    assert view.plan == f"trade-off: 3 locations, {row['mean_rtt_ms_text']}"
    plan = state.plans(view).all[view.plan]
    assert plan.cost.total_usd == pytest.approx(row["cost_usd"])
    assert state.plans(view).current == view.plan


@pytest.mark.usefixtures("in_app", "nothing_pressed")
def test_a_row_does_what_a_press_does():
    """By keyboard the same change leads to the same view; an echo leads to none."""
    row = shown(CONTOSO).rows[2]
    pressed = {"points": [{"customdata": row["key"]}]}
    by_row = tradeoff.choose_row([row], CONTOSO)
    assert by_row == tradeoff.choose_point(pressed, CONTOSO)[0]
    with pytest.raises(PreventUpdate):
        tradeoff.choose_row([row], by_row)


@pytest.mark.usefixtures("in_app", "nothing_pressed")
def test_a_named_layout_keeps_its_name():
    """The scenario's own layout goes on the map as itself."""
    (row,) = (row for row in shown(CONTOSO).rows if row["plan"] == "today")
    view = View.of(tradeoff.choose_row([row], CONTOSO))
    assert view.plan == "today"
    assert view.own == {}


@pytest.mark.usefixtures("in_app", "nothing_pressed")
def test_other_plans_of_ones_own_are_kept():
    """A new choice replaces the last one, unless that is pinned; all else stays."""
    rows = shown(CONTOSO).rows
    mine = Layout.model_validate({"registries": [{"name": "one", "home": "westus"}]})
    start = View(own={YOURS: mine}).data()
    first = View.of(tradeoff.choose_row([rows[1]], start))
    second = View.of(tradeoff.choose_row([rows[2]], first.data()))
    assert set(second.own) == {YOURS, second.plan}
    pinned = first.changed(pins=(first.plan,))
    third = View.of(tradeoff.choose_row([rows[2]], pinned.data()))
    assert set(third.own) == {YOURS, first.plan, third.plan}


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize("key", [None, "-1", "x", "9999"])
def test_what_is_no_plan_changes_nothing(key):
    """A press beside a point, or a row of a curve that is gone, does nothing."""
    with pytest.raises(PreventUpdate):
        tradeoff.choose_point({"points": [{"customdata": key}]}, CONTOSO)
    with pytest.raises(PreventUpdate):
        tradeoff.choose_row([], CONTOSO)


@pytest.mark.usefixtures("in_app", "nothing_pressed")
def test_the_chosen_plan_is_shown():
    """The chosen plan is told with cost and latency, ringed, and selected."""
    found = shown(CONTOSO)
    view = View.of(tradeoff.choose_row([found.rows[2]], CONTOSO))
    words, ring, selected = tradeoff.show_chosen(view.data(), found.curve)
    assert found.rows[2]["cost_usd_text"] in text_of(words)
    assert ring["x"] == [found.rows[2]["mean_rtt_ms"]]
    assert selected == {"ids": [found.rows[2]["key"]]}
    words, ring, _ = tradeoff.show_chosen(CONTOSO, found.curve)
    assert "None yet" in text_of(words)
    assert ring == {}


@pytest.mark.usefixtures("in_app")
def test_family_and_metric_are_chosen():
    """Each control changes the view, and its own echo does not."""
    assert sliders.choose_family("multi", CONTOSO) == {"family": "multi"}
    assert sliders.choose_metric("max_rtt_ms", CONTOSO) == {"metric": "max_rtt_ms"}
    for choose, same in (
        (sliders.choose_family, "geo"),
        (sliders.choose_metric, "mean_rtt_ms"),
        (sliders.choose_family, None),
    ):
        with pytest.raises(PreventUpdate):
            choose(same, CONTOSO)


@pytest.mark.usefixtures("in_app")
def test_every_region_is_explained():
    """Each candidate region has its row, those of the plan first."""
    asked, story, hidden, card = region_reasons.explain(1, CONTOSO)
    assert asked == CONTOSO
    assert not hidden
    assert "westus" in text_of(story)
    assert "In the plan" in text_of(card)
    rows, style = region_reasons.list_regions(asked, "", region_reasons.ALL)
    result = state.explained(View(), Family.GEO)
    assert {row["region"] for row in rows} == {r.region for r in result.regions}
    assert rows[0]["chosen"]
    assert style["height"].endswith("px")
    with pytest.raises(PreventUpdate):
        region_reasons.explain(None, CONTOSO)


@pytest.mark.usefixtures("in_app")
def test_regions_are_searched():
    """Part of a name in either spelling finds a region; the plan's can be set apart."""
    found, _ = region_reasons.list_regions(CONTOSO, "East US", region_reasons.ALL)
    assert [row["region"] for row in found] == ["eastus", "eastus2"]
    inside, _ = region_reasons.list_regions(CONTOSO, None, region_reasons.IN_PLAN)
    assert all(row["chosen"] for row in inside)
    outside, _ = region_reasons.list_regions(CONTOSO, None, region_reasons.NOT_IN_PLAN)
    assert not any(row["chosen"] for row in outside)


@pytest.mark.usefixtures("in_app")
def test_a_card_tells_what_a_region_changes():
    """Total, each line of cost and the round trips stand on the card of a region."""
    card = text_of(region_reasons.pick_region([{"region": "eastus"}], CONTOSO))
    result = state.explained(View(), Family.GEO)
    (reason,) = (r for r in result.regions if r.region == "eastus")
    assert "Not in the plan" in card
    assert format_cell("usd_delta", reason.change_if_flipped_usd) in card
    for kind in ("registry_fee", "sync_transfer"):
        change = reason.change_by_kind_usd[kind]
        assert format_cell("usd_delta", change) in card
    assert all(mover.site in card for mover in reason.movers)
    with pytest.raises(PreventUpdate):
        region_reasons.pick_region([], CONTOSO)


def test_cards_of_every_kind():
    """What cannot be flipped, what pays never or always, and many movers are worded."""
    fixed = RegionReason("a", True, None, None, None, True)
    assert "cannot be dropped" in region_card.why_words(fixed)
    assert "cannot be added" in region_card.why_words(fixed._replace(chosen=False))
    same = RegionReason("a", False, 0.0, 0.0, None, False)
    assert region_card.why_words(same).endswith(
        "the same a month; a goal is then missed."
    )
    assert region_card.pays_words(same) == "at no volume"
    assert region_card.pays_words(same._replace(break_even_gb_per_month=0.0)) == (
        "at any volume"
    )
    assert region_card.movers_lines(same) == ["nobody"]


@pytest.mark.usefixtures("in_app")
def test_reasons_without_a_plan():
    """With a goal out of reach there are no reasons but the conflict."""
    data = {"edits": {"goals": {"max_rtt_ms": 1.0}}}
    _, story, hidden, card = region_reasons.explain(1, data)
    assert "cannot be met" in text_of(story)
    assert hidden
    assert card == []


@pytest.mark.usefixtures("in_app")
def test_files_hold_every_row():
    """Both tables are saved with raw values; nothing is saved unasked."""
    plans = tradeoff.save_plans(1, CONTOSO)
    assert plans["filename"] == "contoso-trade-off.csv"
    rows = list(csv.DictReader(io.StringIO(plans["content"])))
    assert len(rows) == 6
    assert float(rows[0]["cost_usd"]) == pytest.approx(86.6034, abs=1e-4)
    regions = region_reasons.save_regions(1, CONTOSO)
    rows = list(csv.DictReader(io.StringIO(regions["content"])))
    assert len(rows) == len(state.explained(View(), Family.GEO).regions)
    assert "registry_fee" in rows[0]
    for save in (tradeoff.save_plans, region_reasons.save_regions):
        with pytest.raises(PreventUpdate):
            save(None, CONTOSO)


def test_names_cannot_write_markup(contoso):
    """A layout called like markup is shown as text by the figure."""
    found = frontier(contoso)
    today = evaluate(Problem(contoso), contoso.layouts["today"])
    points = trade_off_points(found, {"<b>x</b>": today})
    curve = trade_off_curve(points, Metric.MEAN_RTT_MS)
    texts = [text for trace in curve["data"] for text in trace.get("text", [])]
    assert "&lt;b&gt;x&lt;/b&gt;" in texts
