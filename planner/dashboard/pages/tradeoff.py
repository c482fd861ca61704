"""Trade-off: the whole curve of cost against latency, and why each region is in a plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, ctx, dcc, get_relative_path, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from planner.analysis import Frontier
from planner.dashboard import components, ids, region_reasons, sliders, state
from planner.dashboard.view import Store, View
from planner.dashboard.wiring import changes_view, client, saves
from planner.domain.layout import Layout
from planner.evaluation.cost import Kind
from planner.evaluation.result import Evaluation
from planner.optimization.families import Family, Metric
from planner.reporting.phrases import (
    infeasible_words,
    latency_words,
    proof_words,
    same_places,
)
from planner.reporting.result_tables import METRIC_WORDS
from planner.reporting.sentences import frontier_headline
from planner.reporting.table import Table, format_cell
from planner.reporting.text import visible
from planner.reporting.theme import Spec
from planner.reporting.trade_off import (
    COLUMNS,
    Point,
    cost_usd,
    curve_note,
    locations_words,
    point_words,
    single_mark,
    trade_off_curve,
    trade_off_points,
    trade_off_table,
)
from planner.reporting.words import counted, layout_brief

PATH = "/trade-off"
NAME = "Trade-off"
OWN = "trade-off: "
"""Plans that were chosen here are named so."""
ANSWER = "best for the sliders"
CHOSEN = "chosen plan"
STEPWISE = (Family.MULTI, Family.HYBRID, Family.BEST)
"""Families whose curve is found plan by plan."""
MANY_SITES = 12
"""With more sites than this such a curve may take minutes, so it waits to be asked for."""
NO_PLANS = Table("Plans", COLUMNS, ())


# ---- layout ----


def layout() -> Component:
    """The page before its results are there."""
    stores = (
        ids.TRADEOFF_STANDING,
        ids.TRADEOFF_HELD,
        ids.TRADEOFF_BASE,
        ids.TRADEOFF_CURVE,
        ids.TRADEOFF_MARK,
        ids.TRADEOFF_RING,
    )
    return html.Div(
        [
            html.Div(
                [
                    html.H1("What faster pulls cost"),
                    html.P(
                        "Looking for every plan that none beats …",
                        id=ids.TRADEOFF_ABOUT,
                        className="lead",
                        role="status",
                    ),
                ],
                className="answer-room tradeoff-head",
            ),
            html.Div([_curve(), _settings()], className="planner"),
            _plans(),
            region_reasons.section(),
            *(dcc.Store(id=store) for store in stores),
        ],
        className="results",
    )


def _curve() -> Component:
    words = "Stepped curve of cost against latency; the table below lists its plans"
    start = html.Div(
        [
            html.P(
                "With this many sites the curve of this family is proved plan by plan, "
                "which may take minutes. The sliders work without it."
            ),
            dmc.Button("Find the curve", id=ids.TRADEOFF_START, size="xs"),
        ],
        id=ids.TRADEOFF_START_ROW,
        className="state",
        hidden=True,
    )
    return components.section(
        "The curve",
        "Every plan that no other beats in both. Press a point to put it on the map.",
        html.Div(sliders.choices(), className="controls tradeoff-controls"),
        start,
        html.Div(
            [
                html.P(
                    "Proving that no plan is missing; on many sites this takes some "
                    "seconds the first time …",
                    id=ids.TRADEOFF_BUSY,
                    className="said tradeoff-busy",
                    role="status",
                ),
                components.graph(ids.TRADEOFF_GRAPH, "chart-tradeoff", words),
            ],
            className="tradeoff-room",
        ),
        html.P(id=ids.TRADEOFF_NOTE, className="said"),
    )


def _settings() -> Component:
    return html.Section(
        [
            html.H2("What you want"),
            sliders.waiting(),
            sliders.goal(),
            html.H3("Best for the sliders"),
            html.Div(
                html.P("Solving …", className="lead"),
                id=ids.TRADEOFF_ANSWER,
                className="tradeoff-answer",
                role="status",
            ),
            html.H3("Chosen plan"),
            html.Div(id=ids.TRADEOFF_CHOSEN, className="tradeoff-chosen"),
            html.A(
                "Show on the map",
                id=ids.TRADEOFF_SHOW,
                href=get_relative_path("/"),  # type: ignore[no-untyped-call]  # Dash's
                className="nav-link tradeoff-show",
            ),
        ],
        className="panel tradeoff-settings",
    )


def _plans() -> Component:
    grid = components.grid(
        ids.TRADEOFF_PLANS, "Plans of the trade-off", NO_PLANS, row_id="key"
    )
    first, *_, last = grid.children.columnDefs
    first |= {"width": 230, "tooltipField": "plan"}
    last |= {"minWidth": 340}
    return components.section(
        "The plans",
        "Select a row, by mouse or with the space bar, to put the plan on the map.",
        components.selectable(grid),
        dcc.Download(id=ids.TRADEOFF_PLANS_FILE),
        tools=components.download_button(ids.TRADEOFF_PLANS_BUTTON, "the plans"),
    )


# ---- the curve ----


class Shown(NamedTuple):
    """What the curve's callback writes, in the order of its outputs."""

    about: str
    curve: Spec
    rows: list[dict[str, Any]]
    style: dict[str, str]
    note: str
    no_start: bool


def show_curve(standing: Store | None, scheme: str | None, _: int | None) -> Shown:
    """The curve and its table; a slow one waits until it is asked for."""
    if standing is None or scheme is None:
        raise PreventUpdate
    view = View.of(standing)
    if _is_slow(view) and ctx.triggered_id != ids.TRADEOFF_START:
        about = "The curve of this family is found when you ask for it."
        empty = trade_off_curve((), view.metric, scheme) | {"data": []}
        return Shown(about, empty, [], components.grid_style(NO_PLANS), "", False)
    found, points = state.trade_off(view), _points(view)
    curve = trade_off_curve(points, view.metric, scheme)
    if not found.plans:
        curve["data"] = []
    table = trade_off_table(points)
    return Shown(
        about=_about(view, found),
        curve=curve,
        rows=[
            row | {"key": str(number)}
            for number, row in enumerate(components.grid_rows(table))
        ],
        style=components.grid_style(table),
        note=curve_note(found, points),
        no_start=True,
    )


def _is_slow(view: View) -> bool:
    sites = state.scenario(state.without_sliders(view)).sites
    return view.family in STEPWISE and len(sites) > MANY_SITES


def _about(view: View, found: Frontier) -> str:
    """Scenario, and how many plans there are."""
    scenario = found.problem.scenario
    name = f"{visible(scenario.name)}, {counted(len(scenario.sites), 'site')}"
    if not found.plans:
        why = state.explained(state.without_sliders(view), view.family)
        if why.evaluation is None:
            return f"{name}. {infeasible_words(why)}"
    return visible(f"{name}: {frontier_headline(found)}")


def _points(view: View) -> tuple[Point, ...]:
    """The plans of the figure and of the table, which the sliders do not move."""
    found = state.trade_off(view)
    if not found.plans:
        return ()
    still = sliders.as_opened(view, sliders.GOAL, sliders.WAITING)
    named = {
        name: plan
        for name, plan in state.plans(still.changed(own={}, plan="")).all.items()
        if plan.latency.mean_rtt_ms is not None and name != "knee"
    }
    return trade_off_points(found, named)


# ---- the best plan for the sliders ----


def answer(data: Store | None) -> tuple[list[Component], Spec]:
    """The best plan under the sliders in words, and its mark on the curve."""
    if data is None:
        raise PreventUpdate
    view = View.of(data)
    result = state.best(view, view.family)
    plan = result.evaluation
    if plan is None:
        asked = sliders.as_opened(view, sliders.WAITING)  # no goal depends on it
        why = state.explained(asked, view.family)
        return [html.P(visible(infeasible_words(why)))], {}
    priced = plan.cost.by_kind[Kind.WAITING]
    total = format_cell("usd", plan.cost.total_usd)
    extra = f" ({total} with waiting)" if priced else ""
    cost = format_cell("usd", cost_usd(plan))
    words: list[Component] = [
        html.P([html.B(f"{cost} a month"), f"{extra}, {latency_words(plan)}."]),
        html.P(
            f"{visible(layout_brief(plan.layout))}, {proof_words(result)}.",
            className="lead",
        ),
    ]
    if plan.latency.mean_rtt_ms is None:
        return words, {}
    return words, _mark(ANSWER, plan, view.metric, chosen=False)


def _mark(name: str, plan: Evaluation, metric: Metric, *, chosen: bool) -> Spec:
    """A mark that says which metric it is for, since the curve may still be another's."""
    return single_mark(name, plan, metric, chosen=chosen) | {"meta": metric.value}


# ---- the chosen plan ----


def choose_point(clicked: Store | None, data: Store) -> tuple[Store, None]:
    """Put the plan that was pressed in the figure on the map."""
    points = (clicked or {}).get("points") or [{}]
    return _chosen(points[0].get("customdata"), data), None


def choose_row(rows: Sequence[Store] | None, data: Store) -> Store:
    """Put the plan of the selected row on the map."""
    if not isinstance(rows, list) or not rows:
        raise PreventUpdate
    return _chosen(rows[0].get("key"), data)


def _chosen(key: Any, data: Store) -> Store:
    """The view with a plan of the trade-off on the map, in place of the one before."""
    view = View.of(data)
    points = _points(view)
    if not str(key).isdigit() or int(key) >= len(points):
        raise PreventUpdate
    point = points[int(key)]
    current = _current_layout(view)
    if current is not None and same_places(current, point.evaluation.layout):
        raise PreventUpdate
    named = state.scenario(view).layouts
    known = next((name for name in point.names if name in named), None)
    if known is not None:
        return view.changed(plan=known, registry="").data()
    name = own_name(point, view.metric)
    used = (*(view.pins or ()), view.based_on)
    own = {k: v for k, v in view.own.items() if not k.startswith(OWN) or k in used}
    own[name] = point.evaluation.layout
    return view.changed(own=own, plan=name, registry="").data()


def own_name(point: Point, metric: Metric) -> str:
    """`trade-off: 3 locations, 27.7 ms`."""
    plan = point.evaluation
    value = format_cell(METRIC_WORDS[metric][2], metric.of(plan))
    return f"{OWN}{locations_words(plan.layout)}, {value}"


def _current_layout(view: View) -> Layout | None:
    """The layout that was put on the map by name, if it is one's own or the scenario's."""
    return view.own.get(view.plan) or state.scenario(view).layouts.get(view.plan)


def show_chosen(
    held: Store | None, curve: Spec | None
) -> tuple[list[Component], Spec, Any]:
    """The chosen plan in words, its ring on the curve, and its row in the table."""
    if held is None:
        raise PreventUpdate
    view = View.of(held)
    plan = _evaluated(view)
    if plan is None:
        words = "None yet: press a point of the curve, or select a row of the table."
        if view.plan:
            words = f"{visible(view.plan)} is on the map; press a point for another."
        return [html.P(words, className="lead")], {}, []
    told: list[Component] = [
        html.P([html.B(visible(view.plan)), f": {point_words(plan, view.metric)}."]),
        html.P(visible(layout_brief(plan.layout)), className="lead"),
    ]
    if not curve or not curve["data"]:
        return told, {}, []
    places = (same_places(p.evaluation.layout, plan.layout) for p in _points(view))
    keys = [str(number) for number, is_it in enumerate(places) if is_it][:1]
    ring = _mark(CHOSEN, plan, view.metric, chosen=True)
    return told, ring, {"ids": keys}


def _evaluated(view: View) -> Evaluation | None:
    chosen = _current_layout(view)
    if chosen is None:
        return None
    text = state.scenario_text(state.without_sliders(view))
    plan = state.evaluated(text, chosen, view.plan)
    return None if plan.latency.mean_rtt_ms is None else plan


# ---- files ----


def save_plans(clicks: int | None, data: Store) -> dict[str, Any]:
    """The plans of the figure as a CSV file."""
    if not clicks:
        raise PreventUpdate
    view = View.of(data)
    table = trade_off_table(_points(view))
    return components.csv_file(table, state.scenario(view).name, "trade-off")


# ---- wiring ----


def register(app: Dash) -> None:
    """Wire the page's callbacks."""
    _register_curve(app)
    sliders.register(app)
    _register_choice(app)
    region_reasons.register(app)


def _register_curve(app: Dash) -> None:
    """The curve, the best plan, and how the browser lays the marks on the curve."""
    view, standing = Input(ids.APP_VIEW, "data"), Input(ids.TRADEOFF_STANDING, "data")
    followers = (ids.TRADEOFF_STANDING, ids.TRADEOFF_HELD)
    client(
        app,
        "tradeoff",
        "split",
        [Output(name, "data") for name in followers],
        view,
        [State(name, "data") for name in followers],
    )
    app.callback(
        Output(ids.TRADEOFF_ABOUT, "children"),
        Output(ids.TRADEOFF_CURVE, "data"),
        Output(ids.TRADEOFF_PLANS, "rowData"),
        Output(ids.TRADEOFF_PLANS, "style"),
        Output(ids.TRADEOFF_NOTE, "children"),
        Output(ids.TRADEOFF_START_ROW, "hidden"),
        standing,
        Input(ids.APP_SCHEME, "data"),
        Input(ids.TRADEOFF_START, "n_clicks"),
        running=[(Output(ids.TRADEOFF_BUSY, "hidden"), False, True)],
    )(show_curve)
    app.callback(
        Output(ids.TRADEOFF_ANSWER, "children"),
        Output(ids.TRADEOFF_MARK, "data"),
        view,
    )(answer)
    client(
        app,
        "tradeoff",
        "compose",
        Output(ids.TRADEOFF_GRAPH, "figure"),
        Input(ids.TRADEOFF_CURVE, "data"),
        Input(ids.TRADEOFF_RING, "data"),
        Input(ids.TRADEOFF_MARK, "data"),
    )
    saves(
        app,
        save_plans,
        ids.TRADEOFF_PLANS_BUTTON,
        ids.TRADEOFF_PLANS_FILE,
        State(ids.TRADEOFF_STANDING, "data"),
    )


def _register_choice(app: Dash) -> None:
    """What puts a plan on the map, and where it is seen here."""
    changes_view(app, choose_row, Input(ids.TRADEOFF_PLANS, "selectedRows"))
    changes_view(
        app,
        choose_point,
        Output(ids.TRADEOFF_GRAPH, "clickData"),  # so that it can be pressed again
        Input(ids.TRADEOFF_GRAPH, "clickData"),
    )
    app.callback(
        Output(ids.TRADEOFF_CHOSEN, "children"),
        Output(ids.TRADEOFF_RING, "data"),
        Output(ids.TRADEOFF_PLANS, "selectedRows"),
        Input(ids.TRADEOFF_HELD, "data"),
        Input(ids.TRADEOFF_CURVE, "data"),
    )(show_chosen)
