"""The first page: its callbacks called as functions, and every state it can be in."""

from __future__ import annotations

import csv
import io
import re

import pytest
from dash.exceptions import PreventUpdate

from planner.dashboard import cards, components, state
from planner.dashboard.pages import compare
from planner.domain.problem import Problem
from planner.errors import InputError
from planner.evaluation.evaluate import evaluate
from planner.reporting.table import format_cell
from tests.dashboard.helpers import parts, text_of


def bills_in(tree) -> list[str]:
    """The bills of the cards, in order."""
    spans = (
        part for part in parts(tree) if getattr(part, "className", "") == "bill-usd"
    )
    return [text_of(span) for span in spans]


def test_contoso_opens_with_three_plans(contoso_comparison):
    """Today, the documentation's layout and the optimum stand there in this order."""
    shown = list(state.shown(contoso_comparison))
    assert shown[:2] == ["today", "geo-replicated"]
    assert shown[2:] == [state.optimum(contoso_comparison)]


def test_baseline_comes_first(contoso):
    """The layout in use leads, wherever the file lists it."""
    other = contoso.model_copy(update={"baseline": "geo-replicated"})
    assert next(iter(state.shown(state.comparison_of(other)))) == "geo-replicated"


def test_cards_show_what_evaluate_says(contoso, contoso_data, contoso_comparison):
    """Bills on cards are those of `evaluate` to the cent, so all three ways agree."""
    shown = compare.show_answer(contoso_data)
    problem = Problem(contoso)
    own = [
        evaluate(problem, contoso.layouts[name]) for name in ("today", "geo-replicated")
    ]
    best = contoso_comparison.best.evaluation
    expected = [format_cell("usd", e.cost.bill_usd) for e in [*own, best]]
    assert bills_in(shown) == expected
    text = text_of(shown)
    for evaluation in own:
        assert format_cell("usd", evaluation.cost.low_usd) in text
        assert format_cell("ms", evaluation.latency.mean_rtt_ms) in text
        assert format_cell("share", evaluation.worst_loss.pulls_lost_share) in text


def test_difference_says_more_or_less(contoso_data):
    """The change of the bill is told in words, not by a sign or a colour alone."""
    text = text_of(compare.show_answer(contoso_data))
    assert re.search(r"\$[\d.,]+ more than today", text)
    assert re.search(r"\$[\d.,]+ less than today", text)


def test_answer_is_one_sentence_then_the_account(contoso_data):
    """The page opens with the headline that reports open with."""
    answer = compare.show_answer(contoso_data)
    heading = next(part for part in parts(answer) if type(part).__name__ == "H1")
    assert text_of(heading).endswith(".")


def test_choices_are_the_cards(contoso_data):
    """The map offers the plans that have a card, and starts at the optimum."""
    names, value, hidden = compare.show_choices(contoso_data)
    assert names == list(state.shown(state.comparison(contoso_data)))
    assert value == state.optimum(state.comparison(contoso_data))
    assert not hidden


@pytest.mark.parametrize(
    "show", [compare.show_cost, compare.show_latency, compare.show_scatter]
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_figures_follow_the_scheme(contoso_data, show, scheme):
    """Figures have the page's colours and draw on its own background."""
    figure = show(contoso_data, scheme)
    assert figure.data
    assert figure.layout.paper_bgcolor == components.CLEAR
    dark = figure.layout.font.color > "#8"
    assert dark is (scheme == "dark")


def test_figures_wait_for_the_scheme(contoso_data):
    """Before light or dark is known nothing is drawn, so that no figure flashes."""
    for show in (compare.show_cost, compare.show_latency, compare.show_scatter):
        with pytest.raises(PreventUpdate):
            show(contoso_data, None)
    with pytest.raises(PreventUpdate):
        compare.show_map(contoso_data, None, "today")


def test_map_follows_the_choice(contoso_data):
    """Another plan gives another map."""
    today = compare.show_map(contoso_data, "light", "today")
    replicated = compare.show_map(contoso_data, "light", "geo-replicated")
    assert today.to_json() != replicated.to_json()


def test_sites_follow_the_choice(contoso_data):
    """Under replication every cluster is served from its own region."""
    _, rows, _, notes = compare.show_sites(contoso_data, "geo-replicated")
    assert {row["serving_region"] for row in rows} == {
        "westus",
        "eastus",
        "canadacentral",
        "westeurope",
    }
    assert "Assumptions" in text_of(notes)
    _, rows, _, _ = compare.show_sites(contoso_data, "today")
    assert {row["serving_region"] for row in rows} == {"westus", "westeurope"}


def test_cells_keep_raw_values_and_texts(contoso_data):
    """A table sorts by numbers and shows them as reports write them."""
    columns, rows, _ = compare.show_table(contoso_data)
    bill = next(column for column in columns if column["field"] == "bill_usd")
    assert bill["valueFormatter"]["function"] == "params.data.bill_usd_text"
    for row in rows:
        assert row["bill_usd_text"] == format_cell("usd", row["bill_usd"])


def test_csv_has_every_column(contoso_data, contoso_comparison):
    """The file holds all columns, also those that the page leaves out."""
    saved = compare.save_table(1, contoso_data)
    rows = list(csv.DictReader(io.StringIO(saved["content"])))
    assert saved["filename"] == "contoso-plans.csv"
    assert [row["name"] for row in rows] == [p.name for p in contoso_comparison.plans]
    assert "rtt_after_loss_ms" in rows[0]
    saved = compare.save_sites(1, "today", contoso_data)
    assert saved["filename"] == "contoso-today-sites.csv"
    assert len(list(csv.DictReader(io.StringIO(saved["content"])))) == 4


def test_nothing_is_saved_unasked(contoso_data):
    """Opening the page starts no download."""
    with pytest.raises(PreventUpdate):
        compare.save_table(None, contoso_data)
    with pytest.raises(PreventUpdate):
        compare.save_sites(None, "today", contoso_data)


def test_file_names_are_harmless(contoso_comparison):
    """A scenario's name cannot lead a saved file into another folder."""
    table = compare.tables.comparison_table(contoso_comparison)
    named = components.csv_file(table, "../../etc/<b>", "plans")
    assert re.fullmatch(r"[\w-][\w.-]*\.csv", named["filename"])


def test_without_layouts(bare_data):
    """Without layouts the families are compared, and the page says what is missing."""
    shown = compare.show_answer(bare_data)
    assert "No layout of your own yet" in text_of(shown)
    assert "No baseline to compare with" in text_of(shown)
    names, first, _ = compare.show_choices(bare_data)
    assert names == ["best single registry", "best geo-replicated"]
    assert len(bills_in(shown)) == len(names)
    assert first == state.optimum(state.comparison(bare_data))
    assert compare.show_cost(bare_data, "light").data


def test_without_pulls(idle_data):
    """Where nobody pulls, latency is a dash and not a zero."""
    shown = compare.show_answer(idle_data)
    card = text_of(shown)
    assert "Mean round trip –" in card
    compare.show_latency(idle_data, "light")
    compare.show_scatter(idle_data, "light")
    compare.show_map(idle_data, "light", "today")
    _, rows, _, _ = compare.show_sites(idle_data, "today")
    assert len(rows) == 1


def test_infeasible(impossible_data):
    """Goals that cannot hold are named, with what to do, and no figure stands empty."""
    shown = compare.show_answer(impossible_data)
    told = text_of(shown)
    assert "No layout meets the goals" in told
    assert "max_rtt_ms" in told
    assert compare.show_choices(impossible_data) == ([], None, True)
    for show in (compare.show_cost, compare.show_latency, compare.show_scatter):
        with pytest.raises(PreventUpdate):
            show(impossible_data, "light")
    with pytest.raises(PreventUpdate):
        compare.show_sites(impossible_data, None)
    _, rows, _ = compare.show_table(impossible_data)
    assert all("infeasible" in row["status"] for row in rows)


def test_infeasible_with_layouts(contoso_data):
    """Where goals cannot hold, named layouts still show what they cost and miss."""
    data = {**contoso_data, "goals": {"home": "westus", "max_rtt_ms": 1.0}}
    shown = compare.show_answer(data)
    assert len(bills_in(shown)) == 2
    assert "Misses the goal" in text_of(shown)
    assert "No layout meets the goals" in text_of(shown)


def test_unknown_plan_is_an_error(contoso_data):
    """A plan that is not there is named, with those that are."""
    with pytest.raises(InputError, match="no plan 'nope'"):
        state.chosen(contoso_data, "nope")


def test_store_is_checked_like_a_file(contoso_data):
    """What comes back from the browser goes through the same checks as a file."""
    with pytest.raises(InputError, match="sites"):
        compare.show_answer({**contoso_data, "sites": []})


def test_store_holds_the_whole_scenario(contoso):
    """Encoding for the browser and decoding gives the same scenario."""
    assert state.decode(state.encode(contoso)) == contoso


def test_errors_wait_until_somebody_asks(contoso, monkeypatch):
    """Computing ahead of the first visit never breaks the server's start."""

    def fail(*_):
        raise InputError("too much for any SKU")

    monkeypatch.setattr(state, "compare", fail)
    other = contoso.model_copy(update={"name": "other"})
    state.prepare(other)
    with pytest.raises(InputError, match="any SKU"):
        state.comparison_of(other)


def test_same_scenario_is_computed_once(contoso_data, monkeypatch):
    """Whole numbers that the browser writes without decimals do not cost a second run."""
    state.comparison(contoso_data)

    def fail(*_):
        raise AssertionError("computed again")

    monkeypatch.setattr(state, "compare", fail)
    images = [
        {k: int(v) if v in (60.0, 120.0) else v for k, v in image.items()}
        for image in contoso_data["images"]
    ]
    state.comparison({**contoso_data, "images": images})


def test_names_cannot_reorder_text(contoso):
    """A mark that turns the direction of text is shown as such on a card."""
    layouts = {"a\u202eb": contoso.layouts["today"]}
    other = contoso.model_copy(update={"layouts": layouts, "baseline": None})
    told = text_of(cards.plan_cards(state.comparison_of(other)))
    assert "\u202e" not in told


def test_worldwide(worldwide_data):
    """A scenario of many sites and regions fills the same page."""
    shown = compare.show_answer(worldwide_data)
    names, _, hidden = compare.show_choices(worldwide_data)
    assert len(bills_in(shown)) == len(names)
    assert not hidden
    _, rows, style, _ = compare.show_sites(worldwide_data, names[0])
    assert len(rows) >= 40
    assert int(style["height"].removesuffix("px")) < 600
