"""Why each region is in a plan or not: a table of all candidates, and a card of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from planner.dashboard import components, ids, state
from planner.dashboard.view import Store, View
from planner.dashboard.wiring import client, saves
from planner.errors import InputError
from planner.optimization.families import Family
from planner.optimization.result import RegionReason, Result, Status
from planner.reporting import region_card
from planner.reporting.phrases import infeasible_words
from planner.reporting.reasons import flips_table, reasons_story, regions_table
from planner.reporting.table import Table
from planner.reporting.text import visible

ALL, IN_PLAN, NOT_IN_PLAN = "all", "in the plan", "not in the plan"
NO_REASONS = regions_table(
    Result(Status.INFEASIBLE, Family.GEO, "", None, None, 0.0, "")
)


# ---- layout ----


def section() -> Component:
    """The part of the page, before anybody asked."""
    return components.section(
        "Why these regions",
        "For each candidate region of the plan that is best for the sliders: what changes "
        "if it is added or dropped, who moves, and from which volume on it pays.",
        html.P(
            "Evaluating the plan with each region added or dropped; on many sites this "
            "takes some seconds …",
            id=ids.TRADEOFF_EXPLAINING,
            className="said",
            role="status",
            hidden=True,
        ),
        html.P(
            "The scenario or a slider has changed since: press the button again for the "
            "plan that is best now.",
            id=ids.TRADEOFF_STALE,
            className="state",
            hidden=True,
        ),
        dcc.Store(id=ids.TRADEOFF_EXPLAINED),
        html.Div(id=ids.TRADEOFF_STORY, className="tradeoff-story"),
        html.Div(
            [_regions(), html.Div(id=ids.TRADEOFF_CARD, className="tradeoff-card")],
            id=ids.TRADEOFF_REASONS,
            className="planner",
            hidden=True,
        ),
        tools=dmc.Button("Explain every region", id=ids.TRADEOFF_EXPLAIN, size="xs"),
    )


def _regions() -> Component:
    """The candidate regions, and what narrows them down."""
    filters = [
        dmc.TextInput(
            id=ids.TRADEOFF_SEARCH,
            label="Search a region",
            placeholder="Part of a name",
            debounce=250,
            size="xs",
            w=200,
        ),
        components.select(
            ids.TRADEOFF_WHICH, "Regions", 160, (ALL, IN_PLAN, NOT_IN_PLAN), value=ALL
        ),
        components.download_button(ids.TRADEOFF_REGIONS_BUTTON, "every region"),
        dcc.Download(id=ids.TRADEOFF_REGIONS_FILE),
    ]
    grid = components.grid(
        ids.TRADEOFF_REGIONS, "Candidate regions", NO_REASONS, row_id="region"
    )
    return html.Div(
        [html.Div(filters, className="controls"), components.selectable(grid)]
    )


# ---- what is shown ----


def explain(
    presses: int | None, data: Store
) -> tuple[Store, list[Component], bool, list[Component]]:
    """Work out what each region does to the plan that is best for the sliders."""
    if not presses:
        raise PreventUpdate
    view = View.of(data)
    result = state.explained(view, view.family)
    if result.evaluation is None:
        return data, [html.P(visible(infeasible_words(result)))], True, []
    sentences = [html.P(visible(sentence)) for sentence in reasons_story(result)]
    story: list[Component] = [
        html.Details([html.Summary("The reasons in sentences"), *sentences])
    ]
    first = regions_table(result).values("region")
    return data, story, False, _card(result, str(first[0])) if first else []


def list_regions(
    explained: Store | None, searched: str | None, which: str | None
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """The regions that are looked for, those of the plan first."""
    if explained is None:
        raise PreventUpdate
    view = View.of(explained)
    table = regions_table(state.explained(view, view.family))
    rows = [
        row
        for row in components.grid_rows(table)
        if _is_wanted(view, row, searched or "", which or ALL)
    ]
    return rows, components.grid_style(table)


def _is_wanted(view: View, row: Mapping[str, Any], searched: str, which: str) -> bool:
    if which != ALL and row["chosen"] is not (which == IN_PLAN):
        return False
    name = state.problem(view).region(str(row["region"])).display_name
    return searched.strip().lower() in f"{row['region']} {name}".lower()


def pick_region(
    rows: Sequence[Store] | None, explained: Store | None
) -> list[Component]:
    """The card of the selected region."""
    if not isinstance(rows, list) or not rows or explained is None:
        raise PreventUpdate
    view = View.of(explained)
    return _card(state.explained(view, view.family), str(rows[0]["region"]))


def _card(result: Result, region: str) -> list[Component]:
    reason = next((r for r in result.regions if r.region == region), None)
    if reason is None:
        raise InputError(f"{region} is no candidate region of the plan")
    standing = "In the plan" if reason.chosen else "Not in the plan"
    words: list[Component] = [
        html.P(standing, className="eyebrow"),
        html.H3(visible(region)),
        html.P(region_card.why_words(reason)),
    ]
    if reason.change_if_flipped_usd is None:
        return words
    return [
        *words,
        _changes(reason),
        html.P([html.B("Who moves: "), "; ".join(region_card.movers_lines(reason))]),
        html.P([html.B("Pays: "), f"{region_card.pays_words(reason)}."]),
    ]


def _changes(reason: RegionReason) -> Component:
    caption = "If it is dropped" if reason.chosen else "If it is added"
    rows = [
        html.Tr([html.Th(name, scope="row"), html.Td(text)])
        for name, text in region_card.change_rows(reason)
    ]
    return html.Table(
        [html.Caption(caption), html.Tbody(rows)], className="kpis tradeoff-changes"
    )


# ---- files ----


def save_regions(clicks: int | None, explained: Store | None) -> dict[str, Any]:
    """What flipping each region changes, by kind of cost, as a CSV file."""
    if not clicks or explained is None:
        raise PreventUpdate
    view = View.of(explained)
    result = state.explained(view, view.family)
    return components.csv_file(reasons_table(result), result.scenario, "regions")


def reasons_table(result: Result) -> Table:
    """Both tables of the reasons side by side: one row a region."""
    regions, flips = regions_table(result), flips_table(result)
    kinds = tuple(c for c in flips.columns if c.key not in regions.keys)
    changes = {str(row["region"]): row for row in flips.records()}
    rows = tuple(
        (*row, *(changes.get(str(row[0]), {}).get(c.key) for c in kinds))
        for row in regions.rows
    )
    return Table(regions.title, (*regions.columns, *kinds), rows, regions.caption)


# ---- wiring ----


def register(app: Dash) -> None:
    """Wire the reasons."""
    client(
        app,
        "tradeoff",
        "stale",
        Output(ids.TRADEOFF_STALE, "hidden"),
        Input(ids.APP_VIEW, "data"),
        Input(ids.TRADEOFF_EXPLAINED, "data"),
    )
    app.callback(
        Output(ids.TRADEOFF_EXPLAINED, "data"),
        Output(ids.TRADEOFF_STORY, "children"),
        Output(ids.TRADEOFF_REASONS, "hidden"),
        Output(ids.TRADEOFF_CARD, "children"),
        Input(ids.TRADEOFF_EXPLAIN, "n_clicks"),
        State(ids.APP_VIEW, "data"),
        running=[
            (Output(ids.TRADEOFF_EXPLAINING, "hidden"), False, True),
            (Output(ids.TRADEOFF_EXPLAIN, "disabled"), True, False),
        ],
        prevent_initial_call=True,
    )(explain)
    app.callback(
        Output(ids.TRADEOFF_REGIONS, "rowData"),
        Output(ids.TRADEOFF_REGIONS, "style"),
        Input(ids.TRADEOFF_EXPLAINED, "data"),
        Input(ids.TRADEOFF_SEARCH, "value"),
        Input(ids.TRADEOFF_WHICH, "value"),
    )(list_regions)
    app.callback(
        Output(ids.TRADEOFF_CARD, "children", allow_duplicate=True),
        Input(ids.TRADEOFF_REGIONS, "selectedRows"),
        State(ids.TRADEOFF_EXPLAINED, "data"),
        prevent_initial_call=True,
    )(pick_region)
    saves(
        app,
        save_regions,
        ids.TRADEOFF_REGIONS_BUTTON,
        ids.TRADEOFF_REGIONS_FILE,
        State(ids.TRADEOFF_EXPLAINED, "data"),
    )
