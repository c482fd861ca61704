"""The first page: its callbacks called as functions, and every state it can be in."""

from __future__ import annotations

import csv
import io
import re
from types import SimpleNamespace

import pytest
from dash import no_update
from dash.exceptions import PreventUpdate

from planner.dashboard import components, explain, state
from planner.dashboard.pages import compare
from planner.dashboard.view import MOST_PINS, YOURS, View
from planner.domain.problem import Problem
from planner.errors import InputError
from planner.evaluation.evaluate import evaluate
from planner.reporting.table import format_cell
from tests.dashboard.conftest import BARE, IDLE, IMPOSSIBLE
from tests.dashboard.helpers import parts, text_of

CONTOSO = View().data()


def figures(shown: compare.Shown, label: str) -> dict[str, str]:
    """One key figure of each plan on the page."""
    (row,) = (row for row in shown.kpis["rows"] if row["label"] == label)
    return {cell["plan"]: cell["text"] for cell in row["cells"]}


def clicked(region: str | None, data: dict) -> tuple:
    """What a click on a region of the map answers."""
    return compare.click_map({"points": [{"customdata": region}]}, data)


@pytest.mark.usefixtures("in_app")
def test_contoso_opens_with_three_plans():
    """Today, the documentation's layout and the optimum stand there in this order."""
    found = state.plans(View())
    assert found.pins[:2] == ("today", "geo-replicated")
    assert found.pins[2:] == (found.optimum,)
    assert found.current == found.optimum


@pytest.mark.usefixtures("in_app")
def test_figures_are_what_evaluate_says(contoso):
    """Bills and round trips are those of `evaluate`, so all three ways agree."""
    shown = compare.show(CONTOSO)
    problem = Problem(contoso)
    for name in ("today", "geo-replicated"):
        own = evaluate(problem, contoso.layouts[name])
        bill = format_cell("usd", own.cost.bill_usd)
        assert figures(shown, "Azure bill a month")[name] == bill
        mean = format_cell("ms", own.latency.mean_rtt_ms)
        assert figures(shown, "Mean RTT")[name] == mean


@pytest.mark.usefixtures("in_app")
def test_answer_is_one_sentence_with_one_number():
    """The page opens with a sentence to say aloud: one amount, and what to do."""
    answer = compare.show(CONTOSO).answer
    heading = next(part for part in parts(answer) if type(part).__name__ == "H1")
    assert len(re.findall(r"\$[\d,.]+\d", text_of(heading))) == 1
    assert text_of(heading).endswith(".")


@pytest.mark.usefixtures("in_app")
def test_a_click_adds_a_replica_and_another_takes_it_away(contoso):
    """A changed plan costs what `evaluate` says; a second click gives the old one back."""
    start = View(plan="today").data()
    added, said, reset = clicked("eastus", start)
    assert "Added East US" in said
    assert "Premium" in said
    assert reset is None
    changed = contoso.layouts["today"].with_replica("eastus", "contosowest")
    own = evaluate(Problem(contoso), changed)
    shown = compare.show(added)
    bills = figures(shown, "Azure bill a month")
    assert bills[YOURS] == format_cell("usd", own.cost.bill_usd)
    back, said, _ = clicked("eastus", added)
    assert "Removed East US" in said
    assert back == start


@pytest.mark.usefixtures("in_app")
def test_a_home_is_locked():
    """A click on a home region changes nothing and says why."""
    start = View(plan="today").data()
    same, said, _ = clicked("westus", start)
    assert same is no_update
    assert "home region" in said


@pytest.mark.usefixtures("in_app")
def test_a_closed_region_says_why():
    """A click on a grey hexagon changes nothing and says what stands in the way."""
    start = View(plan="today").data()
    for region, why in (("usgovvirginia", "prices"), ("brazilsoutheast", "restricted")):
        same, said, _ = clicked(region, start)
        assert same is no_update
        assert why in said


@pytest.mark.usefixtures("in_app")
def test_a_click_beside_regions_does_nothing():
    """A site outside Azure has no region to add."""
    with pytest.raises(PreventUpdate):
        clicked(None, CONTOSO)


@pytest.mark.usefixtures("in_app")
def test_the_picker_does_what_a_click_does():
    """By keyboard the same change leads to the same view."""
    start = View(plan="today").data()
    by_mouse = clicked("eastus", start)[0]
    assert compare.press_toggle(1, "eastus", start)[0] == by_mouse
    assert "Choose a region" in compare.press_toggle(1, None, start)[1]
    with pytest.raises(PreventUpdate):
        compare.press_toggle(None, "eastus", start)


@pytest.mark.usefixtures("in_app")
def test_the_picker_lists_what_can_be_changed():
    """Homes and closed regions are not offered; every other one says what would be."""
    shown = compare.show(View(plan="geo-replicated").data())
    labels = {row["value"]: row["label"] for row in shown.regions}
    assert "westus" not in labels
    assert labels["eastus"] == "East US – remove"
    assert labels["japaneast"] == "Japan East – add"


@pytest.mark.usefixtures("in_app")
def test_replicas_go_to_the_chosen_registry():
    """With several registries the user says which one gets the replica."""
    start = View(plan="today")
    chosen = compare.choose_registry("contosoeurope", start.data())
    added = clicked("eastus", chosen)[0]
    layout = View.of(added).own[YOURS]
    held = {registry.name: registry.replicas for registry in layout.registries}
    assert held == {"contosowest": (), "contosoeurope": ("eastus",)}


@pytest.mark.usefixtures("in_app")
def test_four_plans_are_pinned_at_most(monkeypatch):
    """A plan of one's own is kept under a name; a fifth pin is not offered."""
    added = clicked("eastus", View(plan="today").data())[0]
    pinned = View.of(compare.pin(1, added))
    assert f"{YOURS} 1" in pinned.pins
    assert len(pinned.pins) == MOST_PINS
    assert compare.show(pinned.data()).cannot_pin
    with pytest.raises(PreventUpdate):
        compare.pin(1, pinned.changed(plan="best single registry").data())
    monkeypatch.setattr(
        compare,
        "ctx",
        SimpleNamespace(triggered_id={"plan": "today"}, triggered=[{"value": 1}]),
    )
    left = View.of(compare.unpin([1], pinned.data()))
    assert "today" not in left.pins
    assert len(left.pins) == MOST_PINS - 1


@pytest.mark.usefixtures("in_app")
def test_another_plan_on_the_map():
    """Choosing a plan shows its sites and its map."""
    view = compare.choose_plan("geo-replicated", CONTOSO)
    shown = compare.show(view)
    assert {row["serving_region"] for row in shown.site_rows} == {
        "westus",
        "eastus",
        "canadacentral",
        "westeurope",
    }
    assert compare.draw_map(view, "light") != compare.draw_map(CONTOSO, "light")
    with pytest.raises(PreventUpdate):
        compare.choose_plan("geo-replicated", view)


@pytest.mark.usefixtures("in_app")
def test_controls_that_stand_right_are_left_alone():
    """An echo of a control's own value would start its callback for nothing."""
    shown = compare.show(CONTOSO)
    held = (shown.plan_names, shown.plan, shown.registry_names, shown.registry)
    again = compare.show(CONTOSO, *held)
    assert again.plan is no_update
    assert again.registry_names is no_update


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_figures_follow_the_scheme(scheme):
    """Figures have the page's colours and draw on its own background."""
    for draw in (compare.draw_map, compare.draw_cost):
        figure = draw(CONTOSO, scheme)
        assert figure["data"]
        assert figure["layout"]["paper_bgcolor"] == components.CLEAR
        dark = figure["layout"]["font"]["color"] > "#8"
        assert dark is (scheme == "dark")


@pytest.mark.usefixtures("in_app")
def test_figures_wait_for_the_scheme():
    """Before view and colours are known nothing is drawn, so that no figure flashes."""
    for data, scheme in ((CONTOSO, None), (None, "light")):
        with pytest.raises(PreventUpdate):
            compare.draw_map(data, scheme)


@pytest.mark.usefixtures("in_app")
def test_files_hold_every_column():
    """The files hold raw values under the names that the documents use."""
    sites = compare.save_sites(1, View(plan="today").data())
    assert sites["filename"] == "contoso-today-sites.csv"
    rows = list(csv.DictReader(io.StringIO(sites["content"])))
    assert len(rows) == 4
    assert "rtt_source" in rows[0]
    cost = list(csv.DictReader(io.StringIO(compare.save_cost(1, CONTOSO)["content"])))
    assert [row["name"] for row in cost] == list(state.plans(View()).shown)
    kpis = list(csv.DictReader(io.StringIO(compare.save_kpis(1, CONTOSO)["content"])))
    bill = next(row for row in kpis if row["figure"] == "Azure bill a month")
    today = state.plans(View()).all["today"].cost.bill_usd
    assert float(bill["today"]) == pytest.approx(today)


@pytest.mark.usefixtures("in_app")
def test_nothing_is_saved_unasked():
    """Opening the page starts no download."""
    for save in (compare.save_cost, compare.save_kpis, compare.save_sites):
        with pytest.raises(PreventUpdate):
            save(None, CONTOSO)


@pytest.mark.usefixtures("in_app")
def test_file_names_are_harmless():
    """A scenario's name cannot lead a saved file into another folder."""
    named = components.csv_file(compare.NO_SITES, "../../etc/<b>", "plans")
    assert re.fullmatch(r"[\w-][\w.-]*\.csv", named["filename"])


def test_without_layouts(in_app_on):
    """Without layouts the families are compared, and the page says what is missing."""
    view = in_app_on(BARE)
    shown = compare.show(view.data())
    assert "No layout of your own yet" in text_of(shown.states)
    assert shown.plan == state.plans(view).optimum
    assert compare.draw_cost(view.data(), "light")["data"]


def test_without_pulls(in_app_on):
    """Where nobody pulls, latency is a dash and not a zero."""
    shown = compare.show(in_app_on(IDLE).data())
    assert set(figures(shown, "Mean RTT").values()) == {"–"}
    assert len(shown.site_rows) == 1


def test_infeasible(in_app_on):
    """Goals that cannot hold are named, with what to do, and no figure stands empty."""
    shown = compare.show(in_app_on(IMPOSSIBLE).data())
    told = text_of([shown.answer, shown.states])
    assert "No layout meets the goals" in told
    assert "max_rtt_ms" in told
    assert shown.hidden
    assert shown.plan is None


@pytest.mark.usefixtures("in_app")
def test_infeasible_with_layouts():
    """Where goals cannot hold, named layouts still show what they cost and miss."""
    view = View(edits={"goals": {"max_rtt_ms": 1.0}})
    shown = compare.show(view.data())
    assert list(figures(shown, "Azure bill a month")) == ["today", "geo-replicated"]
    assert "max_rtt_ms" in shown.kpis["plans"][0]["missed"]
    assert "No layout meets the goals" in text_of(shown.states)


@pytest.mark.usefixtures("in_app")
def test_wrong_edits_are_told_like_a_wrong_file():
    """What comes back from the browser goes through the same checks as a file."""
    with pytest.raises(InputError, match="sites"):
        compare.show(View(edits={"sites": []}).data())
    with pytest.raises(InputError, match="the link"):
        compare.show({"link_is_damaged": True})


@pytest.mark.usefixtures("in_app")
def test_an_unknown_plan_falls_back():
    """A link to a plan that is gone shows the optimum instead of an error."""
    assert state.plans(View(plan="gone")).current == state.plans(View()).optimum


def test_names_cannot_reorder_text(in_app_on):
    """A mark that turns the direction of text is shown as such."""
    layouts = {"a\u202eb": IDLE["layouts"]["today"]}
    shown = compare.show(in_app_on({**IDLE, "layouts": layouts}).data())
    assert "\u202e" not in text_of([shown.answer, shown.pins])
    assert "\u202e" not in shown.kpis["plans"][0]["name"]


@pytest.mark.usefixtures("in_app")
def test_worldwide():
    """A scenario of many sites and regions fills the same page."""
    shown = compare.show(View(scenario="worldwide").data())
    assert not shown.hidden
    assert len(shown.site_rows) >= 40
    assert int(shown.site_style["height"].removesuffix("px")) < 600


@pytest.mark.usefixtures("in_app")
def test_the_bars_have_a_table():
    """The figures that the bars draw can be read, kind by kind."""
    asked = compare.ask_for_kinds(1)
    opened, _, _, _, rows, _ = explain.show(asked, CONTOSO)
    assert opened
    assert [row["name"] for row in rows] == list(state.plans(View()).shown)
    today = state.plans(View()).all["today"].cost
    assert rows[0]["bill_usd"] == today.bill_usd
