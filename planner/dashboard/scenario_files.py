"""A scenario from a file, into one, into the workspace, and back to how it was opened."""

from __future__ import annotations

import base64
import binascii
import difflib
from typing import Any, NamedTuple

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from planner.dashboard import components, ids, state
from planner.dashboard.library import ConflictError
from planner.dashboard.view import Store, View
from planner.dashboard.wiring import changes_view
from planner.domain.reading import MAX_BYTES, dump_scenario, parse_scenario
from planner.errors import InputError

# ---- layout ----


def controls() -> list[Component]:
    """What opens, saves and resets, and what is said about it."""
    has_workspace = state.library().workspace is not None
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
        _button("Download YAML", ids.SCENARIO_DOWNLOAD),
        _saving(hidden=not has_workspace),
        _button("Reset all changes", ids.SCENARIO_RESET),
    ]
    unkept = html.P(
        "There is no workspace: what you change lives in this page's address and in the "
        "file you download. To save scenarios by name, start the dashboard with "
        "acr-planner serve --workspace DIR.",
        className="lead",
        hidden=has_workspace,
    )
    return [
        html.Div(upload, className="drop-room"),
        html.Div(tools, className="controls"),
        unkept,
        html.Div(id=ids.SCENARIO_SAID, role="status"),
        _conflict(),
        dcc.Download(id=ids.SCENARIO_FILE),
        dcc.Store(id=ids.SCENARIO_SEEN),
    ]


def _button(words: str, name: str) -> Component:
    button: Component = dmc.Button(words, id=name, size="xs", variant="default")
    return button


def _saving(*, hidden: bool) -> Component:
    return html.Div(
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
        hidden=hidden,
    )


def _conflict() -> Component:
    """What somebody else saved meanwhile beside one's own, until either is chosen."""
    words = (
        "Lines with a minus stand in theirs only, lines with a plus in yours only. To keep "
        "both, enter another name above and press Save."
    )
    diff = html.Pre(
        id=ids.SCENARIO_DIFF,
        className="diff",
        tabIndex=0,
        role="region",
        **components.aria(label="Theirs and yours, line by line"),
    )
    choices = [
        dmc.Button(
            "Open theirs", id=ids.SCENARIO_THEIRS, size="xs", className="strong"
        ),
        dmc.Button(
            "Replace theirs with mine",
            id=ids.SCENARIO_MINE,
            size="xs",
            color="red",
            className="strong",
        ),
    ]
    return html.Div(
        [
            html.P(words, className="lead"),
            diff,
            html.Div(choices, className="controls"),
        ],
        id=ids.SCENARIO_CONFLICT,
        hidden=True,
    )


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
        return no_update, _told_unopened(
            f"{origin}: is not UTF-8 text; save it as UTF-8"
        )
    try:
        scenario = parse_scenario(text, origin, origin.lower().endswith(".json"))
    except InputError as error:
        return no_update, _told_unopened(str(error))
    view = View.of(data)
    new = View(scenario=view.scenario, metric=view.metric, family=view.family)
    opened = state.with_data(new, state.encode(scenario))
    return opened.data(), html.P(f"Opened {origin}.")


def _told_unopened(words: str) -> Component:
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
        return no_update, _told_wrong()
    file = components.file_name(scenario.name)
    return {"content": dump_scenario(scenario), "filename": f"{file}.yaml"}, None


def _told_wrong() -> Component:
    return _told_unsaved("The scenario is wrong; mend what is told below first.")


def _told_unsaved(words: str) -> Component:
    return components.notice("Nothing was saved", words, tone="error")


# ---- the workspace ----


class Saved(NamedTuple):
    """What saving answers with, in the order of the callback's outputs."""

    view: Any
    said: Component
    no_conflict: bool = True
    diff: str = ""
    seen: str | None = None
    """The version of theirs that is shown."""


def save(
    _: int | None, __: int | None, name: str | None, seen: str | None, data: Store
) -> Saved:
    """Save into the workspace; what somebody else saved meanwhile is shown, not lost."""
    if not ctx.triggered or not ctx.triggered[0]["value"]:
        raise PreventUpdate
    view = View.of(data)
    target = _target(name, view)
    version = view.version if target == view.scenario else ""
    if ctx.triggered_id == ids.SCENARIO_MINE:
        version = seen or ""
    try:
        scenario = state.scenario(view)
    except InputError:
        return Saved(no_update, _told_wrong())
    try:
        saved = state.library().save(target, scenario, version)
    except ConflictError as conflict:
        told = components.notice(
            "Somebody else saved first", str(conflict), tone="error"
        )
        theirs = conflict.theirs
        diff = _diff(dump_scenario(theirs.scenario), dump_scenario(scenario))
        return Saved(no_update, told, False, diff, theirs.version)
    except InputError as error:
        return Saved(no_update, _told_unsaved(str(error)))
    kept = view.changed(scenario=target, version=saved.version, edits={})
    return Saved(kept.data(), html.P(f"Saved as {target}."))


def _target(name: str | None, view: View) -> str:
    """The name to save under: the one that was entered, or the scenario's own."""
    return (name or "").strip() or view.scenario


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
    target = _target(name, view)
    opened = state.library().open(target)
    new = view.changed(scenario=target, version=opened.version, edits={})
    return new.data(), True


def reset_all(presses: int | None, data: Store) -> Store:
    """Take all changes back; undo brings them again."""
    if not presses:
        raise PreventUpdate
    return View.of(data).changed(edits={}, version="").data()


# ---- wiring ----


def register(app: Dash) -> None:
    """Wire what opens, saves and resets."""
    said = Output(ids.SCENARIO_SAID, "children", allow_duplicate=True)
    hidden = Output(ids.SCENARIO_CONFLICT, "hidden", allow_duplicate=True)
    changes_view(app, reset_all, Input(ids.SCENARIO_RESET, "n_clicks"))
    changes_view(
        app,
        upload,
        said,
        Input(ids.SCENARIO_UPLOAD, "contents"),
        State(ids.SCENARIO_UPLOAD, "filename"),
    )
    app.callback(
        Output(ids.SCENARIO_FILE, "data"),
        said,
        Input(ids.SCENARIO_DOWNLOAD, "n_clicks"),
        State(ids.APP_VIEW, "data"),
        prevent_initial_call=True,
    )(download)
    changes_view(
        app,
        save,
        said,
        hidden,
        Output(ids.SCENARIO_DIFF, "children"),
        Output(ids.SCENARIO_SEEN, "data"),
        Input(ids.SCENARIO_SAVE, "n_clicks"),
        Input(ids.SCENARIO_MINE, "n_clicks"),
        State(ids.SCENARIO_NAME, "value"),
        State(ids.SCENARIO_SEEN, "data"),
    )
    changes_view(
        app,
        open_theirs,
        hidden,
        Input(ids.SCENARIO_THEIRS, "n_clicks"),
        State(ids.SCENARIO_NAME, "value"),
    )
