"""Scenario: the inputs as grids and forms, from a file and back into one."""

from __future__ import annotations

import base64
import binascii
import difflib
from collections.abc import Mapping, Sequence
from typing import Any

import dash_ag_grid as dag
import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from planner.dashboard import components, forms, ids, state
from planner.dashboard.edits import Data, changed_at, difference, patched, set_at
from planner.dashboard.library import ConflictError
from planner.dashboard.rows import (
    BY_NAME,
    SHEETS,
    Field,
    Row,
    Sheet,
    changed_row,
    rows_of,
    with_path,
    without_path,
)
from planner.dashboard.view import View
from planner.domain.reading import MAX_BYTES, dump_scenario, parse_scenario
from planner.errors import Finding, InputError
from planner.facts import load_facts

PATH = "/scenario"
NAME = "Scenario"

Store = Mapping[str, Any]


def layout() -> Component:
    """The page before the scenario is there."""
    tabs = [
        *((sheet.name, sheet.title, _sheet(sheet)) for sheet in SHEETS),
        ("goals", "Goals", forms.form("goals")),
        ("assumptions", "Assumptions", forms.form("assumptions")),
    ]
    return html.Div(
        [
            html.Div(_head(), className="panel"),
            html.Div(
                dmc.Tabs(
                    [
                        dmc.TabsList(
                            [dmc.TabsTab(title, value=name) for name, title, _ in tabs],
                            **components.aria(label="Parts of the scenario"),
                        ),
                        *(
                            dmc.TabsPanel(part, value=name, pt="md")
                            for name, _, part in tabs
                        ),
                    ],
                    value="sites",
                    id=ids.SCENARIO_TABS,
                    keepMounted=True,
                ),
                className="panel",
            ),
        ],
        className="results",
    )


def _head() -> list[Component]:
    upload = dcc.Upload(
        html.Button(
            "Drop a scenario file here, or press to choose one",
            type="button",
            className="drop",
        ),
        id=ids.SCENARIO_UPLOAD,
        accept=".yaml,.yml,.json",
        max_size=MAX_BYTES,
    )
    tools = [
        dmc.Button(
            "Download YAML", id=ids.SCENARIO_DOWNLOAD, size="xs", variant="default"
        ),
        dmc.TextInput(
            id=ids.SCENARIO_NAME,
            placeholder="Name to save under",
            size="xs",
            w=200,
            **components.aria(label="Name to save under"),
        ),
        dmc.Button("Save", id=ids.SCENARIO_SAVE, size="xs"),
        dmc.Button(
            "Reset all changes", id=ids.SCENARIO_RESET, size="xs", variant="default"
        ),
    ]
    return [
        html.H1("Scenario", id=ids.SCENARIO_TITLE),
        html.P(id=ids.SCENARIO_COUNT, className="lead", role="status"),
        html.Div(upload, className="drop-room"),
        html.Div(tools, className="controls"),
        html.Div(id=ids.SCENARIO_SAID, role="status"),
        html.Div(
            [
                html.Pre(id=ids.SCENARIO_DIFF, className="diff", tabIndex=0),
                html.Div(
                    [
                        dmc.Button("Open theirs", id=ids.SCENARIO_THEIRS, size="xs"),
                        dmc.Button(
                            "Replace theirs with mine",
                            id=ids.SCENARIO_MINE,
                            size="xs",
                            color="red",
                        ),
                    ],
                    className="controls",
                ),
            ],
            id=ids.SCENARIO_CONFLICT,
            hidden=True,
        ),
        html.Div(id=ids.SCENARIO_ERRORS, role="alert"),
        dcc.Download(id=ids.SCENARIO_FILE),
        dcc.Store(id=ids.SCENARIO_SEEN),
    ]


def _sheet(sheet: Sheet) -> Component:
    grid = dag.AgGrid(
        id=ids.scenario_grid(sheet.name),
        columnSize=None,
        columnDefs=[_column(field) for field in sheet.fields],
        getRowId="params.data.at",
        defaultColDef={
            "cellDataType": False,
            "editable": True,
            "flex": 1,
            "minWidth": 110,
            "resizable": True,
            "wrapHeaderText": True,
        },
        dashGridOptions={
            "rowSelection": {"mode": "multiRow"},
            "ensureDomOrder": True,
            "headerHeight": components.HEADER_PIXELS,
            "rowHeight": components.ROW_PIXELS,
            "singleClickEdit": False,
            "stopEditingWhenCellsLoseFocus": True,
            "suppressMovableColumns": True,
            "tooltipShowDelay": 200,
        },
        style={"height": "440px"},
    )
    buttons = [
        dmc.Button(
            "Add a row", id=ids.scenario_add(sheet.name), size="xs", variant="default"
        ),
        dmc.Button(
            "Delete the selected rows",
            id=ids.scenario_delete(sheet.name),
            size="xs",
            variant="default",
        ),
    ]
    return html.Div(
        [
            html.P(sheet.lead, className="lead"),
            html.Div(
                grid,
                className="grid",
                role="region",
                **components.aria(label=sheet.title),
            ),
            html.Div(buttons, className="controls"),
        ]
    )


def _column(field: Field) -> dict[str, Any]:
    wrong = f"params.data.{field.key}_error"
    column: dict[str, Any] = {
        "field": field.key,
        "headerName": field.label,
        "cellClassRules": {"cell-error": wrong},
        "tooltipField": f"{field.key}_error",
    }
    if field.kind in ("number", "whole"):
        column["type"] = "rightAligned"
    if field.kind == "region":
        column["cellEditor"] = "agSelectCellEditor"
        column["cellEditorParams"] = {"values": ["", *sorted(load_facts().regions)]}
        column["minWidth"] = 150
    return column


# ---- what is shown ----


def data_of(view: View) -> Data:
    """The scenario with the view's changes, right or wrong."""
    return patched(state.base_data(view), view.edits)


def findings_of(view: View) -> tuple[Finding, ...]:
    """What is wrong with the scenario, if anything."""
    try:
        state.scenario(view)
    except InputError as error:
        return error.findings
    return ()


def show(data: Store | None, *held: Any) -> tuple[Any, ...]:
    """The page for a view."""
    if data is None:
        raise PreventUpdate
    view = View.of(data)
    current, wrong = data_of(view), findings_of(view)
    number = count(view.edits)
    words = "No changes." if not number else f"{number} changed inputs."
    errors = [html.P(f.where + ": " + f.message) for f in wrong]
    told = html.Div(
        [html.H2("The scenario cannot be planned yet"), *errors],
        className="state state-error",
    )
    grids = [rows_of(sheet, current, wrong) for sheet in SHEETS]
    values = [entry.shown(current) for entry in forms.ENTRIES]
    return (
        current.get("name") or "Scenario",
        words,
        told if wrong else None,
        *[
            no_update if held[n : n + 1] == (rows,) else rows
            for n, rows in enumerate(grids)
        ],
        values,
        [_error_at(wrong, entry) for entry in forms.ENTRIES],
        [not changed_at(view.edits, e.form, e.key) for e in forms.ENTRIES],
    )


def count(patch: Mapping[str, Any]) -> int:
    """How many fields, or lists as a whole, a patch changes."""
    return sum(
        count(value) if isinstance(value, Mapping) and value else 1
        for value in patch.values()
    )


def _error_at(wrong: Sequence[Finding], entry: forms.Entry) -> str | None:
    at = (entry.form, entry.key)
    return next((f.message for f in wrong if f.path[:2] == at), None)


# ---- what is changed ----


def _edited(view: View, data: Data) -> Store:
    """The view with the scenario as it is now."""
    return view.changed(edits=difference(state.base_data(view), data)).data()


def edit_cell(changes: list[dict[str, Any]] | None, data: Store) -> Store:
    """Take a changed cell into the scenario."""
    if not changes:
        raise PreventUpdate
    view = View.of(data)
    sheet = BY_NAME[ctx.triggered_id["sheet"]]
    current = data_of(view)
    for change in changes:
        current = changed_row(sheet, current, change["data"])
    return _edited(view, current)


def add_row(presses: int | None, data: Store) -> Store:
    """A new row at the end of a grid."""
    if not presses:
        raise PreventUpdate
    view = View.of(data)
    current = data_of(view)
    at, row = BY_NAME[ctx.triggered_id["sheet"]].added(current)
    return _edited(view, with_path(current, at, row))


def delete_rows(presses: int | None, selected: list[Row] | None, data: Store) -> Store:
    """Take the selected rows out."""
    if not presses or not selected:
        raise PreventUpdate
    view = View.of(data)
    current = data_of(view)
    for row in sorted(selected, key=lambda row: row["path"], reverse=True):
        current = without_path(current, tuple(row["path"]))
    return _edited(view, current)


def edit_field(_: Any, data: Store) -> Store:
    """Take a changed goal or assumption into the scenario."""
    asked = ctx.triggered_id
    if not asked:
        raise PreventUpdate
    return changed_field(asked["form"], asked["key"], ctx.triggered[0]["value"], data)


def changed_field(form: str, key: str, value: Any, data: Store) -> Store:
    """The view with one field of a form set; the default takes it out."""
    view = View.of(data)
    current = data_of(view)
    entry = next(e for e in forms.ENTRIES if (e.form, e.key) == (form, key))
    new = entry.read(value)
    if new == entry.read(entry.shown(current)):
        raise PreventUpdate
    return _edited(view, set_at(current, (form, key), new))


def reset_field(_: Any, data: Store) -> Store:
    """Take one field back to what the opened scenario says."""
    asked = ctx.triggered_id
    if not asked or not ctx.triggered[0]["value"]:
        raise PreventUpdate
    view = View.of(data)
    path = (asked["form"], asked["key"])
    kept = (state.base_data(view).get(path[0]) or {}).get(path[1])
    return _edited(view, set_at(data_of(view), path, kept))


def reset_all(presses: int | None, data: Store) -> Store:
    """Take all changes back; undo brings them again."""
    if not presses:
        raise PreventUpdate
    return View.of(data).changed(edits={}, version="").data()


# ---- files ----


def upload(contents: str | None, name: str | None, data: Store) -> tuple[Any, Any]:
    """Take a file in place of the scenario; a wrong one changes nothing."""
    if not contents:
        raise PreventUpdate
    origin = name or "the file"
    try:
        raw = base64.b64decode(contents.partition(",")[2], validate=True)
        text = raw.decode("utf-8-sig")
    except (binascii.Error, UnicodeDecodeError):
        return no_update, _told(f"{origin}: is not UTF-8 text; save it as UTF-8")
    try:
        scenario = parse_scenario(text, origin, origin.lower().endswith(".json"))
    except InputError as error:
        return no_update, _told(str(error))
    view = View.of(data)
    new = View(scenario=view.scenario, metric=view.metric, family=view.family)
    return _edited(new, state.encode(scenario)), html.P(f"Opened {origin}.")


def _told(words: str) -> Component:
    return components.notice(
        "The file was not opened", *words.splitlines(), tone="error"
    )


def download(presses: int | None, data: Store) -> tuple[Any, Any]:
    """The scenario as the file that the command line reads."""
    if not presses:
        raise PreventUpdate
    try:
        scenario = state.scenario(View.of(data))
    except InputError:
        return no_update, _told_unsaved()
    file = components.file_name(scenario.name)
    return {"content": dump_scenario(scenario), "filename": f"{file}.yaml"}, None


def _told_unsaved() -> Component:
    words = "The scenario is wrong; mend what is told below first."
    return components.notice("Nothing was saved", words, tone="error")


def save(
    _: int | None, __: int | None, name: str | None, seen: str | None, data: Store
) -> tuple[Any, Any, Any, Any, Any]:
    """Save into the workspace; what somebody else saved meanwhile is shown, not lost."""
    if not ctx.triggered or not ctx.triggered[0]["value"]:
        raise PreventUpdate
    view = View.of(data)
    library = state.library()
    target = (name or "").strip() or view.scenario
    version = view.version if target == view.scenario else ""
    if ctx.triggered_id == ids.SCENARIO_MINE:
        version = seen or ""
    try:
        scenario = state.scenario(view)
    except InputError:
        return no_update, _told_unsaved(), True, "", None
    try:
        saved = library.save(target, scenario, version)
    except ConflictError as conflict:
        told = components.notice(
            "Somebody else saved first", str(conflict), tone="error"
        )
        diff = _diff(dump_scenario(conflict.theirs.scenario), dump_scenario(scenario))
        return no_update, told, False, diff, conflict.theirs.version
    except InputError as error:
        told = components.notice("Nothing was saved", str(error), tone="error")
        return no_update, told, True, "", None
    kept = view.changed(scenario=target, version=saved.version, edits={})
    return kept.data(), html.P(f"Saved as {target}."), True, "", None


def _diff(theirs: str, mine: str) -> str:
    lines = difflib.unified_diff(
        theirs.splitlines(), mine.splitlines(), "theirs", "yours", lineterm="", n=2
    )
    return "\n".join(lines) or "Both are the same."


def open_theirs(presses: int | None, name: str | None, data: Store) -> tuple[Any, bool]:
    """Open what somebody else saved; undo brings one's own changes again."""
    if not presses:
        raise PreventUpdate
    view = View.of(data)
    target = (name or "").strip() or view.scenario
    opened = state.library().open(target)
    new = view.changed(scenario=target, version=opened.version, edits={})
    return new.data(), True


def register(app: Dash) -> None:
    """Wire the page's callbacks."""
    view, held = Input(ids.APP_VIEW, "data"), State(ids.APP_VIEW, "data")
    changed = Output(ids.APP_VIEW, "data", allow_duplicate=True)
    grids = [ids.scenario_grid(sheet.name) for sheet in SHEETS]
    app.callback(
        Output(ids.SCENARIO_TITLE, "children"),
        Output(ids.SCENARIO_COUNT, "children"),
        Output(ids.SCENARIO_ERRORS, "children"),
        *[Output(grid, "rowData") for grid in grids],
        Output(ids.scenario_field(ALL, ALL), "value"),
        Output(ids.scenario_field(ALL, ALL), "error"),
        Output(ids.scenario_mark(ALL, ALL), "hidden"),
        view,
        *[State(grid, "rowData") for grid in grids],
    )(show)
    for callback, event in (
        (edit_cell, "cellValueChanged"),
        (add_row, "n_clicks"),
        (delete_rows, "n_clicks"),
    ):
        for sheet in SHEETS:
            control = {
                edit_cell: ids.scenario_grid,
                add_row: ids.scenario_add,
                delete_rows: ids.scenario_delete,
            }[callback](sheet.name)
            more = [State(ids.scenario_grid(sheet.name), "selectedRows")]
            app.callback(
                changed,
                Input(control, event),
                *(more if callback is delete_rows else []),
                held,
                prevent_initial_call=True,
            )(callback)
    for field_callback, field, prop in (
        (edit_field, ids.scenario_field(ALL, ALL), "value"),
        (reset_field, ids.scenario_reset(ALL, ALL), "n_clicks"),
    ):
        app.callback(changed, Input(field, prop), held, prevent_initial_call=True)(
            field_callback
        )
    _register_files(app, changed, held)


def _register_files(app: Dash, changed: Output, held: State) -> None:
    said = Output(ids.SCENARIO_SAID, "children", allow_duplicate=True)
    app.callback(
        changed,
        Input(ids.SCENARIO_RESET, "n_clicks"),
        held,
        prevent_initial_call=True,
    )(reset_all)
    app.callback(
        changed,
        said,
        Input(ids.SCENARIO_UPLOAD, "contents"),
        State(ids.SCENARIO_UPLOAD, "filename"),
        held,
        prevent_initial_call=True,
    )(upload)
    app.callback(
        Output(ids.SCENARIO_FILE, "data"),
        said,
        Input(ids.SCENARIO_DOWNLOAD, "n_clicks"),
        held,
        prevent_initial_call=True,
    )(download)
    hidden = Output(ids.SCENARIO_CONFLICT, "hidden", allow_duplicate=True)
    app.callback(
        changed,
        said,
        hidden,
        Output(ids.SCENARIO_DIFF, "children"),
        Output(ids.SCENARIO_SEEN, "data"),
        Input(ids.SCENARIO_SAVE, "n_clicks"),
        Input(ids.SCENARIO_MINE, "n_clicks"),
        State(ids.SCENARIO_NAME, "value"),
        State(ids.SCENARIO_SEEN, "data"),
        held,
        prevent_initial_call=True,
    )(save)
    app.callback(
        changed,
        hidden,
        Input(ids.SCENARIO_THEIRS, "n_clicks"),
        State(ids.SCENARIO_NAME, "value"),
        held,
        prevent_initial_call=True,
    )(open_theirs)
