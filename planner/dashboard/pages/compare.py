"""Compare: today's layout, the other named ones and the optimum side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc
import plotly.graph_objects as go
from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from planner.dashboard import cards, components, ids, state
from planner.reporting import figures, tables

PATH = "/"
NAME = "Compare"

Store = Mapping[str, Any]
"""The scenario as the browser holds it."""

SITE_KEYS = (
    "site",
    "registry",
    "serving_region",
    "rtt_ms",
    "estimated",
    "pulls_per_month",
    "gb_per_month",
)
PLAN_KEYS = (
    "name",
    "bill_usd",
    "difference_usd",
    "mean_rtt_ms",
    "p95_rtt_ms",
    "max_rtt_ms",
    "mean_pull_seconds",
    "registries",
    "pushes_per_release",
    "pulls_lost_share",
    "status",
    "layout",
    "missed_goals",
)
"""The columns shown, most asked for first; the CSV files have every column."""


def layout(**_: str) -> Component:
    """The page before its results are there."""
    return html.Div(
        [
            html.Div(
                components.waiting(
                    "Comparing layouts, looking for the best one …", 900
                ),
                id=ids.COMPARE_ANSWER,
            ),
            html.Div(
                [
                    html.Div([_cost(), _latency()], className="pair"),
                    html.Div(id=ids.COMPARE_ACCOUNT),
                    _chosen_plan(),
                    _trade_off(),
                ],
                id=ids.COMPARE_FIGURES,
            ),
            _all_plans(),
        ],
        className="results",
    )


def _cost() -> Component:
    return components.section(
        "What it costs",
        "USD per month, by kind of cost. Labour and waiting only if you price them.",
        components.graph(
            ids.COMPARE_COST, "chart-bars", "Stacked bars: monthly cost of each plan"
        ),
    )


def _latency() -> Component:
    return components.section(
        "How far pulls travel",
        "Round trip in ms (P50), each site weighted by its pulls.",
        components.graph(
            ids.COMPARE_LATENCY, "chart-bars", "Chart: round trips of each plan"
        ),
    )


def _chosen_plan() -> Component:
    choice = dmc.SegmentedControl(
        id=ids.COMPARE_PLAN,
        data=[],
        withItemsBorders=False,
        **components.aria(label="Plan on the map"),
    )
    return components.section(
        "Where it runs",
        "Which location serves which site under the chosen plan.",
        components.world_graph(
            ids.COMPARE_MAP, "World map: sites and the locations that serve them"
        ),
        html.Div(
            id=ids.COMPARE_NOTES, className="notes", **components.aria(live="polite")
        ),
        html.Div(
            [
                html.H3("Sites"),
                components.download_button(ids.COMPARE_SITES_BUTTON, "the sites"),
            ],
            className="table-head",
        ),
        components.grid(ids.COMPARE_SITES, "Sites of the chosen plan"),
        dcc.Download(id=ids.COMPARE_SITES_FILE),
        tools=choice,
    )


def _trade_off() -> Component:
    return components.section(
        "What latency costs",
        "The Azure bill of every plan, with its range, against its mean round trip.",
        components.graph(
            ids.COMPARE_SCATTER, "chart-scatter", "Chart: bill against mean round trip"
        ),
    )


def _all_plans() -> Component:
    return components.section(
        "All plans",
        "Every named layout and the best of each family, per month. The file has more "
        "columns.",
        components.grid(ids.COMPARE_TABLE, "All plans"),
        dcc.Download(id=ids.COMPARE_TABLE_FILE),
        tools=components.download_button(ids.COMPARE_TABLE_BUTTON, "all plans"),
    )


def show_answer(data: Store) -> list[Component]:
    """The answer in one sentence and the cards of the plans."""
    comparison = state.comparison(data)
    return [cards.answer(comparison), cards.plan_cards(comparison)]


def show_account(data: Store) -> Component:
    """What cards and figures mean, in a few sentences."""
    return cards.account(state.comparison(data))


def show_choices(data: Store) -> tuple[list[str], str | None, bool]:
    """The plans that the map can show, the one it shows first, and whether none can."""
    comparison = state.comparison(data)
    names = list(state.shown(comparison))
    first = state.optimum(comparison) or next(iter(names), None)
    return names, first, not names


def show_cost(data: Store, scheme: str | None) -> go.Figure:
    """Monthly cost of the plans side by side."""
    shown = state.shown(state.comparison(data))
    if scheme is None or not shown:
        raise PreventUpdate
    return components.themed(figures.cost_bars(shown), scheme)


def show_latency(data: Store, scheme: str | None) -> go.Figure:
    """Round trips of the plans side by side."""
    shown = state.shown(state.comparison(data))
    if scheme is None or not shown:
        raise PreventUpdate
    return components.themed(figures.latency_figure(shown), scheme)


def show_map(data: Store, scheme: str | None, plan: str | None) -> go.Figure:
    """The chosen plan on the map."""
    if scheme is None or plan is None:
        raise PreventUpdate
    figure = figures.site_map(state.problem(data), state.chosen(data, plan))
    return components.themed_map(figure, scheme)


def show_scatter(data: Store, scheme: str | None) -> go.Figure:
    """Bill against round trip of all plans."""
    evaluations = state.comparison(data).evaluations
    if scheme is None or not evaluations:
        raise PreventUpdate
    return components.themed(figures.cost_latency_figure(evaluations), scheme)


def show_sites(data: Store, plan: str | None) -> tuple[Any, Any, Any, list[Component]]:
    """How each site is served under the chosen plan, its risks and assumptions."""
    if plan is None:
        raise PreventUpdate
    evaluation = state.chosen(data, plan)
    table = tables.sites_table(evaluation).pick(*SITE_KEYS)
    return *components.grid_content(table), cards.notes(evaluation)


def show_table(data: Store) -> tuple[Any, Any, Any]:
    """All plans as a table."""
    table = tables.comparison_table(state.comparison(data))
    return components.grid_content(table.pick(*PLAN_KEYS))


def save_table(clicks: int | None, data: Store) -> dict[str, Any]:
    """All plans as a CSV file."""
    if not clicks:
        raise PreventUpdate
    comparison = state.comparison(data)
    table = tables.comparison_table(comparison)
    return components.csv_file(table, comparison.scenario.name, "plans")


def save_sites(clicks: int | None, plan: str | None, data: Store) -> dict[str, Any]:
    """The sites of the chosen plan as a CSV file."""
    if not clicks or plan is None:
        raise PreventUpdate
    evaluation = state.chosen(data, plan)
    table = tables.sites_table(evaluation)
    return components.csv_file(table, evaluation.scenario, plan, "sites")


def register(app: Dash) -> None:
    """Wire the page's callbacks."""
    scenario = Input(ids.APP_SCENARIO, "data")
    scheme = Input(ids.APP_SCHEME, "data")
    plan = Input(ids.COMPARE_PLAN, "value")
    app.callback(Output(ids.COMPARE_ANSWER, "children"), scenario)(show_answer)
    app.callback(Output(ids.COMPARE_ACCOUNT, "children"), scenario)(show_account)
    app.callback(
        Output(ids.COMPARE_PLAN, "data"),
        Output(ids.COMPARE_PLAN, "value"),
        Output(ids.COMPARE_FIGURES, "hidden"),
        scenario,
    )(show_choices)
    app.callback(Output(ids.COMPARE_COST, "figure"), scenario, scheme)(show_cost)
    app.callback(Output(ids.COMPARE_LATENCY, "figure"), scenario, scheme)(show_latency)
    app.callback(Output(ids.COMPARE_SCATTER, "figure"), scenario, scheme)(show_scatter)
    # A new scenario sets the plan, and only then are map and sites drawn.
    app.callback(
        Output(ids.COMPARE_MAP, "figure"),
        State(ids.APP_SCENARIO, "data"),
        scheme,
        plan,
    )(show_map)
    app.callback(
        *components.grid_outputs(ids.COMPARE_SITES),
        Output(ids.COMPARE_NOTES, "children"),
        State(ids.APP_SCENARIO, "data"),
        plan,
    )(show_sites)
    app.callback(*components.grid_outputs(ids.COMPARE_TABLE), scenario)(show_table)
    app.callback(
        Output(ids.COMPARE_TABLE_FILE, "data"),
        Input(ids.COMPARE_TABLE_BUTTON, "n_clicks"),
        State(ids.APP_SCENARIO, "data"),
    )(save_table)
    app.callback(
        Output(ids.COMPARE_SITES_FILE, "data"),
        Input(ids.COMPARE_SITES_BUTTON, "n_clicks"),
        State(ids.COMPARE_PLAN, "value"),
        State(ids.APP_SCENARIO, "data"),
    )(save_sites)
