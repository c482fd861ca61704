"""The drawer behind every figure: the lines it is made of, with source and date."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from planner.dashboard import components, ids, state
from planner.dashboard.view import View
from planner.dashboard.wiring import saves
from planner.domain.problem import Problem
from planner.evaluation.result import Evaluation
from planner.reporting.facts_used import losses_table, with_titles
from planner.reporting.table import Table
from planner.reporting.tables import (
    cost_by_kind_table,
    cost_lines_table,
    layouts_table,
    sites_table,
)
from planner.reporting.text import visible

COST_KEYS = (
    "kind",
    "registry",
    "region",
    "site",
    "quantity",
    "unit",
    "unit_price_usd",
    "monthly_usd",
    "detail",
    "price_source_title",
    "price_source",
    "price_as_of",
)


def _cost(problem: Problem, evaluation: Evaluation, name: str) -> Table:
    table = cost_lines_table(evaluation, name)
    return with_titles(table, problem.facts, "price_source").pick(*COST_KEYS)


def _sites(problem: Problem, evaluation: Evaluation, name: str) -> Table:
    return with_titles(sites_table(evaluation, name), problem.facts, "rtt_source")


def _layout(_: Problem, evaluation: Evaluation, name: str) -> Table:
    return layouts_table(evaluation, name)


LINES: Mapping[str, Callable[[Problem, Evaluation, str], Table]] = {
    "cost": _cost,
    "sites": _sites,
    "layout": _layout,
    "loss": losses_table,
}
"""Tables of lines by what they explain."""
KINDS = "kinds"
"""The figures of the bars: cost by kind of the plans beside each other."""


def drawer() -> Component:
    """The drawer, closed."""
    parts = [
        html.P(id=ids.EXPLAIN_LEAD, className="lead"),
        components.grid(ids.EXPLAIN_GRID, "Lines behind the figure"),
        components.download_button(ids.EXPLAIN_SAVE, "the lines"),
        dcc.Download(id=ids.EXPLAIN_FILE),
        dcc.Store(id=ids.EXPLAIN_ASKED),
    ]
    panel: Component = dmc.Drawer(
        parts,
        id=ids.EXPLAIN,
        title=html.Span("Lines", id=ids.EXPLAIN_TITLE, className="drawer-title"),
        position="bottom",
        size="70%",
        keepMounted=True,
        closeButtonProps={"aria-label": "Close"},
    )
    return panel


def show(asked: Mapping[str, str] | None, data: Mapping[str, Any]) -> tuple[Any, ...]:
    """Open the drawer on the figure that was pressed."""
    if not asked:
        raise PreventUpdate
    table = _lines(data, asked["plan"], asked["lines"])
    title = visible(table.title)
    return True, title, table.caption, *components.grid_content(table)


def save(clicks: int | None, asked: Mapping[str, str], data: Mapping[str, Any]) -> Any:
    """The lines as a CSV file."""
    if not clicks or not asked:
        return no_update
    table = _lines(data, asked["plan"], asked["lines"])
    return components.csv_file(table, table.title)


def _lines(data: Mapping[str, Any], plan: str, lines: str) -> Table:
    view = View.of(data)
    found = state.plans(view)
    if lines == KINDS:
        return cost_by_kind_table(found.shown)
    evaluation = found.all.get(plan)
    if evaluation is None or lines not in LINES:
        raise PreventUpdate
    return LINES[lines](state.problem(view), evaluation, plan)


def register(app: Dash) -> None:
    """Wire the drawer."""
    app.callback(
        Output(ids.EXPLAIN, "opened"),
        Output(ids.EXPLAIN_TITLE, "children"),
        Output(ids.EXPLAIN_LEAD, "children"),
        *components.grid_outputs(ids.EXPLAIN_GRID),
        Input(ids.EXPLAIN_ASKED, "data"),
        State(ids.APP_VIEW, "data"),
        prevent_initial_call=True,
    )(show)
    saves(
        app,
        save,
        ids.EXPLAIN_SAVE,
        ids.EXPLAIN_FILE,
        State(ids.EXPLAIN_ASKED, "data"),
        State(ids.APP_VIEW, "data"),
    )
