"""Scenario: the inputs as grids and forms, from a file and back into one."""

from __future__ import annotations

import base64
import binascii
import difflib
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import dash_mantine_components as dmc
from dash import (
    ALL,
    ClientsideFunction,
    Dash,
    Input,
    Output,
    State,
    ctx,
    dcc,
    html,
    no_update,
)
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from planner.dashboard import components, forms, ids, state
from planner.dashboard.edits import (
    Data,
    changed_at,
    count,
    difference,
    patched,
    set_at,
)
from planner.dashboard.grids import sheet_grid
from planner.dashboard.library import ConflictError
from planner.dashboard.rows import (
    BY_NAME,
    PRICES,
    SHEETS,
    Row,
    at_path,
    changed_row,
    rows_of,
    with_path,
    without_path,
    wrong_in,
)
from planner.dashboard.view import Store, View
from planner.domain.reading import MAX_BYTES, dump_scenario, parse_scenario
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


def _prices() -> Component:
    """Your own prices: two numbers, and the lists."""
    lists = [
        html.Div([html.H3(sheet.title), sheet_grid(sheet)], className="price-list")
        for sheet in PRICES
    ]
    return html.Div([forms.form("prices"), *lists])


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
    has_workspace = state.library().workspace is not None
    saving = html.Div(
        [
            dmc.TextInput(
                id=ids.SCENARIO_NAME,
                placeholder="Name to save under",
                size="xs",
                w=200,
                **components.aria(label="Name to save under"),
            ),
            dmc.Button("Save", id=ids.SCENARIO_SAVE, size="xs", className="strong"),
        ],
        className="controls saving",
        hidden=not has_workspace,
    )
    tools = [
        dmc.Button(
            "Download YAML", id=ids.SCENARIO_DOWNLOAD, size="xs", variant="default"
        ),
        saving,
        dmc.Button(
            "Reset all changes", id=ids.SCENARIO_RESET, size="xs", variant="default"
        ),
    ]
    unkept = html.P(
        "There is no workspace: what you change lives in this page's address and in the "
        "file you download. To save scenarios by name, start the dashboard with "
        "acr-planner serve --workspace DIR.",
        className="lead",
        hidden=has_workspace,
    )
    return [
        html.H1("Scenario", id=ids.SCENARIO_TITLE),
        html.P(id=ids.SCENARIO_COUNT, className="lead", role="status"),
        html.Div(upload, className="drop-room"),
        html.Div(tools, className="controls"),
        unkept,
        html.Div(id=ids.SCENARIO_SAID, role="status"),
        html.Div(
            [
                html.P(
                    "Lines with a minus stand in theirs only, lines with a plus in yours "
                    "only. To keep both, enter another name above and press Save.",
                    className="lead",
                ),
                html.Pre(
                    id=ids.SCENARIO_DIFF,
                    className="diff",
                    tabIndex=0,
                    role="region",
                    **components.aria(label="Theirs and yours, line by line"),
                ),
                html.Div(
                    [
                        dmc.Button(
                            "Open theirs",
                            id=ids.SCENARIO_THEIRS,
                            size="xs",
                            className="strong",
                        ),
                        dmc.Button(
                            "Replace theirs with mine",
                            id=ids.SCENARIO_MINE,
                            size="xs",
                            color="red",
                            className="strong",
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
        dcc.Store(id=ids.SCENARIO_STAMPS),
        dcc.Store(id=ids.SCENARIO_WRONG),
        dcc.Store(
            id=ids.SCENARIO_GRIDS,
            data=[ids.scenario_grid(sheet.name) for sheet in SHEETS],
        ),
    ]


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
    current, findings = data_of(view), findings_of(view)
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


def _edited(view: View, data: Data, base: Data | None = None) -> Store:
    """The view with the scenario as it is now; parts of a base it shares are not read."""
    edits = difference(state.base_data(view) if base is None else base, data)
    return view.changed(edits=edits).data()


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
    return _edited(view, current, base), held, said


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
    entry = _entry(form, key)
    new = entry.read(value)
    if new == entry.read(entry.shown(current)):
        raise PreventUpdate
    return _edited(view, set_at(current, entry.path, new))


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
        view,
        stamps,
    )(show_all)
    app.clientside_callback(  # type: ignore[no-untyped-call]  # Dash leaves it untyped
        ClientsideFunction("scenario", "mark"),
        Input(ids.SCENARIO_WRONG, "data"),
        State(ids.SCENARIO_GRIDS, "data"),
    )
    for sheet in SHEETS:
        app.callback(
            changed,
            Output(ids.SCENARIO_STAMPS, "data", allow_duplicate=True),
            Output(ids.SCENARIO_SAID, "children", allow_duplicate=True),
            Input(ids.scenario_grid(sheet.name), "cellValueChanged"),
            stamps,
            held,
            prevent_initial_call=True,
        )(edit_cell)
    for callback, event in (
        (add_row, "n_clicks"),
        (delete_rows, "n_clicks"),
    ):
        for sheet in SHEETS:
            control = {
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
