"""Compare: plans side by side, and the map on which one of them is changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import dash_mantine_components as dmc
from dash import (
    ALL,
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

from planner.dashboard import cards, components, explain, ids, state
from planner.dashboard.view import MOST_PINS, YOURS, Store, View
from planner.dashboard.wiring import changes_view, client, saves
from planner.errors import InputError
from planner.reporting import tables
from planner.reporting.figures import stacked_bars
from planner.reporting.kpis import kpi_table
from planner.reporting.plan_map import Standing, places, plan_map
from planner.reporting.table import Table
from planner.reporting.theme import Spec
from planner.reporting.words import prices_words

PATH = "/"
NAME = "Compare"

SITE_KEYS = (
    "site",
    "registry",
    "serving_region",
    "rtt_ms",
    "estimated",
    "pulls_per_month",
    "gb_per_month",
    "monthly_usd",
)
NO_SITES = Table("Sites", tables.SITES_COLUMNS, ()).pick(*SITE_KEYS)


def layout() -> Component:
    """The page before its results are there."""
    waiting = components.waiting("Comparing layouts, looking for the best one …", 60)
    return html.Div(
        [
            html.Div(waiting, id=ids.COMPARE_ANSWER, className="answer-room"),
            html.Div(id=ids.COMPARE_STATES),
            html.Div(
                [
                    html.Div([_map(), _cost()], className="planner"),
                    html.Div([_kpis(), _sites()], className="planner planner-even"),
                    _notes(),
                ],
                id=ids.COMPARE_PLANNER,
            ),
        ],
        className="results",
    )


def late_parts() -> list[Component]:
    """What is on the page only after a while."""
    return [map_graph(), cost_graph()]


def map_graph() -> Component:
    """The map."""
    words = "World map of the plan; the region picker below changes it by keyboard"
    return components.world_graph(ids.COMPARE_MAP, words)


def cost_graph() -> Component:
    """The bars."""
    words = "Stacked bars: monthly cost of each plan"
    return components.graph(ids.COMPARE_COST, "chart-bars", words)


def _map() -> Component:
    plan = components.select(ids.COMPARE_PLAN, "Plan on the map", 220)
    registry = components.select(ids.COMPARE_REGISTRY, "Replicas go to", 180)
    region = components.select(
        ids.COMPARE_REGION,
        "Region",
        240,
        placeholder="Search a region",
        searchable=True,
        clearable=True,
        nothingFoundMessage="No such region can be changed",
    )
    toggle = dmc.Button(
        "Add or remove", id=ids.COMPARE_TOGGLE, size="xs", variant="default"
    )
    return components.section(
        "Where it runs",
        "Click a green hexagon to add a replica, a blue one to remove it.",
        components.late(ids.COMPARE_MAP, map_graph(), "room-map"),
        html.Div(
            [
                region,
                toggle,
                html.Div(registry, id=ids.COMPARE_REGISTRY_ROW),
            ],
            className="controls",
        ),
        html.P(id=ids.COMPARE_SAID, className="said", role="status"),
        tools=plan,
    )


def _cost() -> Component:
    pin = dmc.Button("Pin this plan", id=ids.COMPARE_PIN, size="xs", variant="default")
    return components.section(
        "What it costs",
        f"USD per month by kind of cost, of up to {MOST_PINS} pinned plans.",
        components.late(ids.COMPARE_COST, cost_graph(), "room-bars"),
        html.Div(
            [html.Div(id=ids.COMPARE_PINS, className="chips"), pin],
            className="controls",
        ),
        dcc.Download(id=ids.COMPARE_COST_FILE),
        tools=html.Div(
            [
                dmc.Button(
                    "As a table",
                    id=ids.COMPARE_COST_TABLE,
                    size="xs",
                    variant="default",
                ),
                components.download_button(ids.COMPARE_COST_BUTTON, "cost by kind"),
            ],
            className="controls",
        ),
    )


def _kpis() -> Component:
    return components.section(
        "Key figures",
        "Press a figure to see the lines it is made of.",
        html.Div(
            id=ids.COMPARE_KPIS,
            className="kpis-scroll",
            tabIndex=0,
            role="region",
            **components.aria(label="Key figures"),
        ),
        dcc.Store(id=ids.COMPARE_KPIS_DATA),
        dcc.Download(id=ids.COMPARE_KPIS_FILE),
        tools=components.download_button(ids.COMPARE_KPIS_BUTTON, "key figures"),
    )


def _sites() -> Component:
    return components.section(
        "Sites",
        "Which location serves which site under the plan on the map.",
        components.grid(
            ids.COMPARE_SITES, "Sites of the plan on the map", NO_SITES, row_id="site"
        ),
        dcc.Download(id=ids.COMPARE_SITES_FILE),
        tools=components.download_button(ids.COMPARE_SITES_BUTTON, "the sites"),
    )


def _notes() -> Component:
    return html.Section(id=ids.COMPARE_NOTES, className="panel notes")


# ---- what is shown ----


class Shown(NamedTuple):
    """Everything on the page, in the order of the callback's outputs."""

    answer: list[Component]
    states: list[Component]
    hidden: bool
    plan_names: Any
    plan: Any
    registry_names: Any
    registry: Any
    one_registry: bool
    regions: list[dict[str, str]]
    pins: list[Component]
    cannot_pin: bool
    kpis: dict[str, Any] | None
    site_rows: list[dict[str, Any]]
    site_style: dict[str, str]
    notes: list[Component]


def show(
    data: Store | None,
    *controls: Any,
) -> Shown:
    """The words and numbers of a view; controls that stand right are left alone."""
    if data is None:
        raise PreventUpdate
    view = View.of(data)
    comparison, found = state.comparison(view), state.plans(view)
    answer, states = cards.answer(comparison), cards.states(comparison)
    if found.current is None:
        return _nothing(answer, states)
    problem, plan = state.problem(view), found.all[found.current]
    registries = [registry.name for registry in plan.layout.registries]
    registry = state.edited_registry(view, plan.layout).name
    sites = tables.sites_table(plan).pick(*SITE_KEYS)
    return Shown(
        answer=answer,
        states=states,
        hidden=False,
        plan_names=_unless_there(list(found.all), controls, 0),
        plan=_unless_there(found.current, controls, 1),
        registry_names=_unless_there(registries, controls, 2),
        registry=_unless_there(registry, controls, 3),
        one_registry=len(registries) == 1,
        regions=[
            {
                "value": place.region,
                "label": f"{problem.region(place.region).display_name}"
                f"{' – remove' if place.standing is Standing.REPLICA else ' – add'}",
            }
            for place in places(problem, plan.layout)
            if place.standing in (Standing.FREE, Standing.REPLICA)
        ],
        pins=cards.pin_chips(found),
        cannot_pin=found.current in found.pins or len(found.pins) >= MOST_PINS,
        kpis=cards.kpis(problem, found),
        site_rows=components.grid_rows(sites),
        site_style=components.grid_style(sites),
        notes=cards.notes(plan),
    )


def draw_map(data: Store | None, scheme: str | None) -> Spec:
    """The plan on the world map."""
    view, found = _drawn(data, scheme)
    return plan_map(state.problem(view), found.all[found.current or ""], scheme or "")


def draw_cost(data: Store | None, scheme: str | None) -> Spec:
    """Monthly cost by kind of the plans beside each other."""
    _, found = _drawn(data, scheme)
    sums = {name: plan.cost.by_kind for name, plan in found.shown.items()}
    dates = prices_words(found.shown.values())
    figure = components.themed_spec(stacked_bars("", sums, dates), scheme or "")
    figure["layout"]["xaxis"]["title"]["text"] = f"USD per month<br>{dates}"
    return figure


def _drawn(data: Store | None, scheme: str | None) -> tuple[View, state.Plans]:
    """View and plans for a figure, once the colours are known and there is a plan."""
    if data is None or scheme is None:
        raise PreventUpdate
    view = View.of(data)
    found = state.plans(view)
    if found.current is None:
        raise PreventUpdate
    return view, found


def _unless_there(value: Any, controls: Sequence[Any], at: int) -> Any:
    """A control's new property, or that it stays: an echo would cost a request."""
    return no_update if at < len(controls) and controls[at] == value else value


def _nothing(answer: list[Component], states: list[Component]) -> Shown:
    """The page when no plan can be evaluated: words, and no figures."""
    return Shown(
        answer,
        states,
        hidden=True,
        plan_names=[],
        plan=None,
        registry_names=[],
        registry=None,
        one_registry=True,
        regions=[],
        pins=[],
        cannot_pin=True,
        kpis=None,
        site_rows=[],
        site_style={},
        notes=[],
    )


# ---- what is changed ----


def choose_plan(name: str | None, data: Store) -> Store:
    """Put a plan on the map."""
    view = View.of(data)
    if not name or name == state.plans(view).current:
        raise PreventUpdate
    return view.changed(plan=name, registry="").data()


def choose_registry(name: str | None, data: Store) -> Store:
    """Choose which registry gets the replicas that are added."""
    view = View.of(data)
    found = state.plans(view)
    if not name or found.current is None:
        raise PreventUpdate
    if name == state.edited_registry(view, found.all[found.current].layout).name:
        raise PreventUpdate
    return view.changed(registry=name).data()


def click_map(clicked: Mapping[str, Any] | None, data: Store) -> tuple[Any, str, None]:
    """Add or remove the replica of the hexagon that was clicked."""
    region = _clicked_region(clicked)
    if region is None:
        raise PreventUpdate
    return *_toggled(region, data), None


def press_toggle(
    presses: int | None, region: str | None, data: Store
) -> tuple[Any, str, str | None]:
    """The same for the region that was picked by name."""
    if not presses:
        raise PreventUpdate
    if not region:
        return no_update, "Choose a region first.", region
    return *_toggled(region, data), None


def _toggled(region: str, data: Store) -> tuple[Any, str]:
    """The changed view, and what the change did; or why there is none."""
    view = View.of(data)
    try:
        changed = state.toggled(view, region)
    except InputError as error:
        return no_update, str(error)
    return changed.data(), _said(view, changed, region)


def _clicked_region(clicked: Mapping[str, Any] | None) -> str | None:
    for point in (clicked or {}).get("points", []):
        found = point.get("customdata")
        if isinstance(found, str):
            return found
    return None


def _said(view: View, changed: View, region: str) -> str:
    before, after = state.plans(view), state.plans(changed)
    assert before.current is not None  # a plan was changed
    assert after.current is not None
    old, new = before.all[before.current], after.all[after.current]
    added = region in new.layout.regions
    name = state.problem(view).region(region).display_name
    return cards.change_words(name, added, old, new)


def pin(presses: int | None, data: Store) -> Store:
    """Pin the plan on the map; one's own gets a name to stay under."""
    view = View.of(data)
    found = state.plans(view)
    if not presses or found.current is None or len(found.pins) >= MOST_PINS:
        raise PreventUpdate
    if found.current != YOURS:
        return view.changed(pins=(*found.pins, found.current)).data()
    number = 1
    while (name := f"{YOURS} {number}") in found.all:
        number += 1
    kept = {key: value for key, value in view.own.items() if key != YOURS}
    own = {**kept, name: view.own[YOURS]}
    pins = (*found.pins, name)
    return view.changed(own=own, plan=name, pins=pins, based_on="").data()


def unpin(_: list[int | None], data: Store) -> Store:
    """Take a pinned plan away."""
    asked = ctx.triggered_id
    if not asked or not ctx.triggered[0]["value"]:
        raise PreventUpdate
    view = View.of(data)
    pins = tuple(name for name in state.plans(view).pins if name != asked["plan"])
    return view.changed(pins=pins).data()


def ask_for_kinds(presses: int | None) -> dict[str, Any]:
    """Open the drawer on the figures of the bars."""
    if not presses:
        raise PreventUpdate
    return {"plan": "", "lines": explain.KINDS, "at": presses}


# ---- files ----


def save_cost(clicks: int | None, data: Store) -> dict[str, Any]:
    """The bars' figures as a CSV file."""
    if not clicks:
        raise PreventUpdate
    view = View.of(data)
    table = tables.cost_by_kind_table(state.plans(view).shown)
    return components.csv_file(table, state.scenario(view).name, "cost")


def save_kpis(clicks: int | None, data: Store) -> dict[str, Any]:
    """The key figures as a CSV file."""
    if not clicks:
        raise PreventUpdate
    view = View.of(data)
    found = state.plans(view)
    table = kpi_table(found.shown, found.all.get(found.baseline or ""))
    return components.csv_file(table, state.scenario(view).name, "key figures")


def save_sites(clicks: int | None, data: Store) -> dict[str, Any]:
    """The sites under the plan on the map as a CSV file."""
    if not clicks:
        raise PreventUpdate
    found = state.plans(View.of(data))
    if found.current is None:
        raise PreventUpdate
    plan = found.all[found.current]
    table = tables.sites_table(plan)
    return components.csv_file(table, plan.scenario, found.current, "sites")


def register(app: Dash) -> None:
    """Wire the page's callbacks."""
    view = Input(ids.APP_VIEW, "data")
    app.callback(
        Output(ids.COMPARE_ANSWER, "children"),
        Output(ids.COMPARE_STATES, "children"),
        Output(ids.COMPARE_PLANNER, "hidden"),
        Output(ids.COMPARE_PLAN, "data"),
        Output(ids.COMPARE_PLAN, "value"),
        Output(ids.COMPARE_REGISTRY, "data"),
        Output(ids.COMPARE_REGISTRY, "value"),
        Output(ids.COMPARE_REGISTRY_ROW, "hidden"),
        Output(ids.COMPARE_REGION, "data"),
        Output(ids.COMPARE_PINS, "children"),
        Output(ids.COMPARE_PIN, "disabled"),
        Output(ids.COMPARE_KPIS_DATA, "data"),
        Output(ids.COMPARE_SITES, "rowData"),
        Output(ids.COMPARE_SITES, "style"),
        Output(ids.COMPARE_NOTES, "children"),
        view,
        State(ids.COMPARE_PLAN, "data"),
        State(ids.COMPARE_PLAN, "value"),
        State(ids.COMPARE_REGISTRY, "data"),
        State(ids.COMPARE_REGISTRY, "value"),
    )(show)
    client(
        app,
        "kpis",
        "draw",
        Input(ids.COMPARE_KPIS_DATA, "data"),
        State(ids.COMPARE_KPIS, "id"),
    )
    for name in (ids.COMPARE_MAP, ids.COMPARE_COST):
        components.place_late(app, name, Input(ids.COMPARE_KPIS_DATA, "data"))
    for draw, figure in (
        (draw_map, ids.COMPARE_MAP),
        (draw_cost, ids.COMPARE_COST),
    ):
        scheme = Input(ids.APP_SCHEME, "data")
        app.callback(Output(figure, "figure"), view, scheme)(draw)
    _register_changes(app)
    _register_files(app)


def _register_changes(app: Dash) -> None:
    """What answers with a changed view."""
    said = Output(ids.COMPARE_SAID, "children", allow_duplicate=True)
    changes_view(
        app,
        click_map,
        said,
        Output(ids.COMPARE_MAP, "clickData"),  # so that the same region can be clicked
        Input(ids.COMPARE_MAP, "clickData"),
    )
    changes_view(
        app,
        press_toggle,
        said,
        Output(ids.COMPARE_REGION, "value"),
        Input(ids.COMPARE_TOGGLE, "n_clicks"),
        State(ids.COMPARE_REGION, "value"),
    )
    changes_view(app, choose_plan, Input(ids.COMPARE_PLAN, "value"))
    changes_view(app, choose_registry, Input(ids.COMPARE_REGISTRY, "value"))
    changes_view(app, pin, Input(ids.COMPARE_PIN, "n_clicks"))
    changes_view(app, unpin, Input(ids.unpin_button(ALL), "n_clicks"))


def _register_files(app: Dash) -> None:
    """What is saved, and the table behind the bars."""
    saves(app, save_cost, ids.COMPARE_COST_BUTTON, ids.COMPARE_COST_FILE)
    saves(app, save_kpis, ids.COMPARE_KPIS_BUTTON, ids.COMPARE_KPIS_FILE)
    saves(app, save_sites, ids.COMPARE_SITES_BUTTON, ids.COMPARE_SITES_FILE)
    app.callback(
        Output(ids.EXPLAIN_ASKED, "data"),
        Input(ids.COMPARE_COST_TABLE, "n_clicks"),
        prevent_initial_call=True,
    )(ask_for_kinds)
