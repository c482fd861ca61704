"""Scenario: the inputs as grids and forms, from a file and back into one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from planner.dashboard import components, forms, ids, scenario_files, state
from planner.dashboard.edits import changed_at, count, patched, set_at
from planner.dashboard.grids import sheet_grid
from planner.dashboard.paths import at_path, with_path, without_path
from planner.dashboard.rows import Row, changed_row, rows_of, wrong_in
from planner.dashboard.sheets import BY_NAME, PRICES, SHEETS
from planner.dashboard.view import Store, View
from planner.dashboard.wiring import changes_view, client
from planner.errors import Finding, InputError, PlannerError

PATH = "/scenario"
NAME = "Scenario"


def layout() -> Component:
    """The page before the scenario is there."""
    lists = [sheet for sheet in SHEETS if sheet not in PRICES]
    tabs = [
        *((sheet.name, sheet.title, sheet_grid(sheet)) for sheet in lists),
        ("about", "About", forms.form("about")),
        ("goals", "Goals", forms.form("goals")),
        ("assumptions", "Assumptions", forms.form("assumptions")),
        ("prices", "Prices", _prices()),
    ]
    headings = dmc.TabsList(
        [dmc.TabsTab(title, value=name) for name, title, _ in tabs],
        **components.aria(label="Parts of the scenario"),
    )
    panels = [dmc.TabsPanel(part, value=name, pt="md") for name, _, part in tabs]
    parts = dmc.Tabs(
        [headings, *panels], value="sites", id=ids.SCENARIO_TABS, keepMounted=True
    )
    return html.Div(
        [html.Div(_head(), className="panel"), html.Div(parts, className="panel")],
        className="results",
    )


def _prices() -> Component:
    """Your own prices: two numbers, and the lists."""
    lists = [
        html.Div([html.H3(sheet.title), sheet_grid(sheet)], className="price-list")
        for sheet in PRICES
    ]
    return html.Div([forms.form("prices"), *lists])


def _head() -> list[Component]:
    grids = [ids.scenario_grid(sheet.name) for sheet in SHEETS]
    return [
        html.H1("Scenario", id=ids.SCENARIO_TITLE),
        html.P(id=ids.SCENARIO_COUNT, className="lead", role="status"),
        *scenario_files.controls(),
        html.Div(id=ids.SCENARIO_ERRORS, role="alert"),
        dcc.Store(id=ids.SCENARIO_STAMPS),
        dcc.Store(id=ids.SCENARIO_WRONG),
        dcc.Store(id=ids.SCENARIO_GRIDS, data=grids),
    ]


# ---- what is shown ----


def findings_of(view: View) -> tuple[Finding, ...]:
    """What is wrong with the scenario, if anything."""
    try:
        state.scenario(view)
    except InputError as error:
        return error.findings
    except PlannerError as error:  # such as a price that nobody knows
        return (Finding((), str(error)),)
    return ()


class Shown(NamedTuple):
    """Everything on the page, in the order of the callback's outputs."""

    title: str
    changes: list[str]
    errors: Component | None
    wrong: dict[str, dict[str, dict[str, str]]]
    stamps: dict[str, str]
    rows: list[Any]
    values: list[Any]
    field_errors: list[str | None]
    unmarked: list[bool]


def show(data: Store | None, stamps: Mapping[str, str] | None = None) -> Shown:
    """The page for a view; rows that a grid holds already are not sent again."""
    if data is None:
        raise PreventUpdate
    view = View.of(data)
    current, findings = state.data(view), findings_of(view)
    rows = {sheet.name: rows_of(sheet, current) for sheet in SHEETS}
    now = {name: stamp(held) for name, held in rows.items()}
    wrong = {sheet.name: wrong_in(sheet, current, findings) for sheet in SHEETS}
    return Shown(
        title=str(current.get("name") or "Scenario"),
        changes=_count_words(view),
        errors=_errors(findings),
        wrong={name: held for name, held in wrong.items() if held},
        stamps=now,
        rows=[
            no_update if (stamps or {}).get(name) == now[name] else held
            for name, held in rows.items()
        ],
        values=[entry.shown(current) for entry in forms.ENTRIES],
        field_errors=[_error_at(findings, entry) for entry in forms.ENTRIES],
        unmarked=[not changed_at(view.edits, *e.path) for e in forms.ENTRIES],
    )


def show_all(*given: Any) -> tuple[Any, ...]:
    """What is shown, each grid as an output of its own."""
    shown = show(*given)
    return (*shown[:5], *shown.rows, *shown[6:])


def stamp(rows: Sequence[Row]) -> str:
    """Two lists of rows with the same stamp are the same."""
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:16]


def _count_words(view: View) -> list[str]:
    number = count(view.edits)
    words = {0: "No changes.", 1: "1 changed input."}
    said = [words.get(number, f"{number} changed inputs.")]
    if view.version and view.version != state.library().open(view.scenario).version:
        said.append(
            " A newer version has been saved meanwhile; Reset all changes opens it."
        )
    return said


def _errors(findings: Sequence[Finding]) -> Component | None:
    if not findings:
        return None
    lines = [": ".join(filter(None, (f.where, f.message))) for f in findings]
    return components.notice("The scenario cannot be planned yet", *lines, tone="error")


def _error_at(wrong: Sequence[Finding], entry: forms.Entry) -> str | None:
    end = len(entry.path)
    return next((f.message for f in wrong if f.path[:end] == entry.path), None)


# ---- what is changed ----


def edit_cell(
    changes: list[dict[str, Any]] | None, stamps: Mapping[str, str] | None, data: Store
) -> tuple[Any, Any, Any]:
    """Take a changed cell into the scenario.

    The grid that it was typed into holds it already. What cannot be taken is told, and
    the grid gets its rows anew.
    """
    if not changes:
        raise PreventUpdate
    view = View.of(data)
    sheet = BY_NAME[ctx.triggered_id["sheet"]]
    base, said = state.base_data(view), None
    current = patched(base, view.edits)
    before = [at for at, _ in sheet.places(current)]
    for change in changes:
        try:
            current = changed_row(sheet, current, change["data"])
        except InputError as error:
            said = components.notice("That cannot be", str(error), tone="error")
    rows = rows_of(sheet, current)
    stays = said is None and [at for at, _ in sheet.places(current)] == before
    held = {**(stamps or {}), sheet.name: stamp(rows) if stays else ""}
    return state.with_data(view, current, base).data(), held, said


def add_row(presses: int | None, data: Store) -> Store:
    """A new row at the end of a grid."""
    if not presses:
        raise PreventUpdate
    view = View.of(data)
    current = state.data(view)
    at, row = BY_NAME[ctx.triggered_id["sheet"]].added(current)
    return state.with_data(view, with_path(current, at, row)).data()


def delete_rows(presses: int | None, selected: list[Row] | None, data: Store) -> Store:
    """Take the selected rows out."""
    if not presses or not selected:
        raise PreventUpdate
    view = View.of(data)
    current = state.data(view)
    for row in sorted(selected, key=lambda row: row["path"], reverse=True):
        current = without_path(current, tuple(row["path"]))
    return state.with_data(view, current).data()


def edit_field(_: Any, data: Store) -> Store:
    """Take a changed goal or assumption into the scenario."""
    asked = ctx.triggered_id
    if not asked:
        raise PreventUpdate
    return changed_field(asked["form"], asked["key"], ctx.triggered[0]["value"], data)


def changed_field(form: str, key: str, value: Any, data: Store) -> Store:
    """The view with one field of a form set; the default takes it out."""
    view = View.of(data)
    current = state.data(view)
    entry = _entry(form, key)
    new = entry.read(value)
    if new == entry.read(entry.shown(current)):
        raise PreventUpdate
    return state.with_data(view, set_at(current, entry.path, new)).data()


def _entry(form: str, key: str) -> forms.Entry:
    return next(e for e in forms.ENTRIES if (e.form, e.key) == (form, key))


def reset_field(_: Any, data: Store) -> Store:
    """Take one field back to what the opened scenario says."""
    asked = ctx.triggered_id
    if not asked or not ctx.triggered[0]["value"]:
        raise PreventUpdate
    view = View.of(data)
    path = _entry(asked["form"], asked["key"]).path
    kept = at_path(state.base_data(view), path)
    return state.with_data(view, set_at(state.data(view), path, kept)).data()


# ---- wiring ----


def register(app: Dash) -> None:
    """Wire the page's callbacks."""
    stamps = State(ids.SCENARIO_STAMPS, "data")
    app.callback(
        Output(ids.SCENARIO_TITLE, "children"),
        Output(ids.SCENARIO_COUNT, "children"),
        Output(ids.SCENARIO_ERRORS, "children"),
        Output(ids.SCENARIO_WRONG, "data"),
        Output(ids.SCENARIO_STAMPS, "data"),
        *[Output(ids.scenario_grid(sheet.name), "rowData") for sheet in SHEETS],
        Output(ids.scenario_field(ALL, ALL), "value"),
        Output(ids.scenario_field(ALL, ALL), "error"),
        Output(ids.scenario_mark(ALL, ALL), "hidden"),
        Input(ids.APP_VIEW, "data"),
        stamps,
    )(show_all)
    client(
        app,
        "scenario",
        "mark",
        Input(ids.SCENARIO_WRONG, "data"),
        State(ids.SCENARIO_GRIDS, "data"),
    )
    for sheet in SHEETS:
        _register_grid(app, sheet.name)
    changes_view(app, edit_field, Input(ids.scenario_field(ALL, ALL), "value"))
    changes_view(app, reset_field, Input(ids.scenario_reset(ALL, ALL), "n_clicks"))
    scenario_files.register(app)


def _register_grid(app: Dash, name: str) -> None:
    """What changes, adds and deletes the rows of a grid."""
    grid = ids.scenario_grid(name)
    changes_view(
        app,
        edit_cell,
        Output(ids.SCENARIO_STAMPS, "data", allow_duplicate=True),
        Output(ids.SCENARIO_SAID, "children", allow_duplicate=True),
        Input(grid, "cellValueChanged"),
        State(ids.SCENARIO_STAMPS, "data"),
    )
    changes_view(app, add_row, Input(ids.scenario_add(name), "n_clicks"))
    changes_view(
        app,
        delete_rows,
        Input(ids.scenario_delete(name), "n_clicks"),
        State(grid, "selectedRows"),
    )
