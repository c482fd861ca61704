"""Facts: the prices, limits and round trips in use, each with its source and date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, partial
from typing import Any, NamedTuple

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from planner.dashboard import components, ids, state
from planner.dashboard.view import Store, View
from planner.dashboard.wiring import client, saves
from planner.domain.problem import Problem
from planner.domain.scenario import Place
from planner.facts import load_facts
from planner.reporting import facts_tables
from planner.reporting.facts_used import (
    OWN_COLUMNS,
    ROUND_TRIP_COLUMNS,
    own_prices_table,
    region_place,
    round_trips_table,
    with_titles,
)
from planner.reporting.table import Column, Table
from planner.reporting.text import visible

PATH = "/facts"
NAME = "Facts"

OWN, ROUND_TRIPS = "own", "rtt"
"""The two tables that follow the scenario; all others are the same for everybody."""
PRICES = ("fees", "addons", "transfer", "internet")
TITLE = Column("source_title", "Source: title")
WITHOUT_ROWS = {
    OWN: Table("Your own prices", OWN_COLUMNS, ()),
    ROUND_TRIPS: Table(
        "Round trips",
        (*ROUND_TRIP_COLUMNS[:-1], TITLE, ROUND_TRIP_COLUMNS[-1]),
        (),
        "From the chosen place to every Azure region, nearest first. What was not "
        "measured is estimated, and the model's P90 error stands beside it.",
    ),
}
LONG = ("transfer", ROUND_TRIPS, "limits", "regions", "sources")
"""Tables with a field to filter them."""
LONG_TABLE_HEIGHT = "554px"
"""Of a table that scrolls within itself, before its rows are known."""
UNIT_PIXELS = 140
"""Least width of a column whose heading has a unit."""
REGION, SITE, SOURCE = "region", "site", "push source"
"""What round trips can start from; the first word of a choice."""


@cache
def fixed_tables() -> dict[str, Table]:
    """The tables that do not depend on a scenario, by short name."""
    facts = load_facts()
    tables = facts_tables.facts_prices_tables(facts)
    tables["regions"] = facts_tables.facts_regions_table(facts)
    tables = {name: with_titles(table, facts) for name, table in tables.items()}
    tables["sources"] = facts_tables.facts_sources_table(facts)
    return tables


# ---- the page ----


def layout() -> Component:
    """The page; only the scenario's own figures are filled in later."""
    panels = {
        "Prices": [_own(), *(_fixed(name) for name in PRICES)],
        "Round trips": [_round_trips()],
        "Limits": [_fixed("limits")],
        "Regions": [_fixed("regions")],
        "Sources": [_fixed("sources")],
    }
    tabs = dmc.TabsList(
        [dmc.TabsTab(name, value=_key(name)) for name in panels],
        **components.aria(label="Kinds of facts"),
    )
    return html.Div(
        [
            html.H1("Facts in use"),
            html.P(
                "Every price, round trip and limit behind the figures, with its source "
                "and date. Prices are USD list prices, pay-as-you-go, without tax.",
                className="lead",
            ),
            dmc.Tabs(
                [
                    tabs,
                    *(
                        dmc.TabsPanel(parts, value=_key(name))
                        for name, parts in panels.items()
                    ),
                ],
                id=ids.FACTS_TABS,
                value="prices",
                keepMounted=False,
                className="facts",
            ),
        ],
        className="results",
    )


def _key(tab: str) -> str:
    """The value of a tab, which becomes part of an id and so has no spaces."""
    return tab.lower().replace(" ", "-")


def _own() -> Component:
    table = WITHOUT_ROWS[OWN]
    return html.Section(
        [
            html.Div(
                [
                    html.Div(
                        [
                            html.H2(table.title),
                            html.P(id=ids.FACTS_OWN_LEAD, className="lead facts-lead"),
                        ]
                    ),
                    _saving(OWN, table.title),
                ],
                className="section-head",
            ),
            _grid(OWN, table),
        ],
        className="panel",
    )


def _fixed(name: str) -> Component:
    table = fixed_tables()[name]
    return components.section(
        table.title,
        table.caption,
        html.Div(list(_filter(name, table.title)), className="controls facts-controls"),
        _grid(name, table),
        tools=_saving(name, table.title),
    )


def _round_trips() -> Component:
    table = WITHOUT_ROWS[ROUND_TRIPS]
    place = components.select(
        ids.FACTS_PLACE,
        "From",
        280,
        searchable=True,
        nothingFoundMessage="No such region or site",
    )
    return components.section(
        table.title,
        table.caption,
        html.Div([place, *_filter(ROUND_TRIPS, table.title)], className="controls"),
        _grid(ROUND_TRIPS, table),
        tools=_saving(ROUND_TRIPS, table.title),
    )


def _grid(name: str, table: Table) -> Component:
    grid = components.grid(ids.facts_table(name), table.title, table)
    for column, definition in zip(table.columns, grid.children.columnDefs, strict=True):
        if column.unit:  # a price without its unit says nothing
            definition |= {"headerName": column.heading, "minWidth": UNIT_PIXELS}
    if table.rows:
        grid.children.rowData = components.grid_rows(table)
    elif name == OWN:  # most scenarios have none
        grid.children.style = {"display": "none"}
    else:
        grid.children.style = {"height": LONG_TABLE_HEIGHT}
    return grid


def _filter(name: str, what: str) -> Iterator[Component]:
    if name in LONG:
        yield dmc.TextInput(
            id=ids.facts_filter(name),
            label="Show rows with",
            placeholder="Any words",
            size="xs",
            w=220,
            className="facts-filter",
            **components.aria(label=f"Show rows with these words: {what}"),
        )


def _saving(name: str, what: str) -> Component:
    return html.Div(
        [
            components.download_button(ids.facts_button(name), what),
            dcc.Download(id=ids.facts_file(name)),
        ]
    )


# ---- what is shown ----


class Shown(NamedTuple):
    """What follows the scenario, in the order of the callback's outputs."""

    own_lead: str
    own_rows: list[dict[str, Any]]
    own_style: dict[str, str]
    places: list[dict[str, Any]]
    place: str


def show(data: Store | None, chosen: str | None) -> Shown:
    """The scenario's own prices, and the places that it knows."""
    if data is None:
        raise PreventUpdate
    problem = state.problem(View.of(data))
    table = own_prices_table(problem)
    known = places(problem)
    style = components.grid_style(table) if table.rows else {"display": "none"}
    return Shown(
        table.caption,
        components.grid_rows(table),
        style,
        _choices(known),
        chosen if chosen in known else next(iter(known)),
    )


def places(problem: Problem) -> dict[str, Place]:
    """All that round trips can start from, by the choice's value."""
    scenario = problem.scenario
    found: dict[str, Place] = {f"{SITE} {site.name}": site for site in scenario.sites}
    found |= {f"{SOURCE} {source.name}": source for source in scenario.push_sources}
    regions = (name for name, region in problem.facts.regions.items() if region.offered)
    return found | {f"{REGION} {name}": region_place(name) for name in regions}


def _choices(known: Mapping[str, Place]) -> list[dict[str, Any]]:
    """The places as a control lists them, in groups."""
    regions = load_facts().regions
    groups: dict[str, list[dict[str, str]]] = {}
    headings = {SITE: "Sites", SOURCE: "Push sources", REGION: "Azure regions"}
    for value, place in known.items():
        kind = next(kind for kind in headings if value.startswith(f"{kind} "))
        label = visible(place.name)
        if kind == REGION:
            label = f"{regions[place.name].display_name} ({place.name})"
        groups.setdefault(headings[kind], []).append({"value": value, "label": label})
    return [{"group": name, "items": items} for name, items in groups.items()]


def show_round_trips(chosen: str | None, data: Store | None) -> list[dict[str, Any]]:
    """The round trips from the chosen place."""
    return components.grid_rows(_round_trips_from(chosen, data))


def _round_trips_from(chosen: str | None, data: Store | None) -> Table:
    if data is None or not chosen:
        raise PreventUpdate
    problem = state.problem(View.of(data))
    place = places(problem).get(chosen)
    if place is None:  # the scenario has changed, and another choice is on its way
        raise PreventUpdate
    return with_titles(round_trips_table(problem, place), problem.facts)


# ---- files ----


def save(
    name: str, clicks: int | None, chosen: str | None, data: Store
) -> dict[str, Any]:
    """One of the tables as a CSV file."""
    if not clicks:
        raise PreventUpdate
    if name == ROUND_TRIPS:
        table = _round_trips_from(chosen, data)
    elif name == OWN:
        problem = state.problem(View.of(data))
        table = own_prices_table(problem)
        return components.csv_file(table, problem.scenario.name, table.title)
    else:
        table = fixed_tables()[name]
    return components.csv_file(table, table.title)


def register(app: Dash) -> None:
    """Wire the page's callbacks."""
    view = Input(ids.APP_VIEW, "data")
    app.callback(
        Output(ids.FACTS_OWN_LEAD, "children"),
        Output(ids.facts_table(OWN), "rowData"),
        Output(ids.facts_table(OWN), "style"),
        Output(ids.FACTS_PLACE, "data"),
        Output(ids.FACTS_PLACE, "value"),
        view,
        State(ids.FACTS_PLACE, "value"),
    )(show)
    app.callback(
        Output(ids.facts_table(ROUND_TRIPS), "rowData"),
        Input(ids.FACTS_PLACE, "value"),
        view,
    )(show_round_trips)
    for name in LONG:
        grid = ids.facts_table(name)
        client(
            app,
            "facts",
            "filter",
            Output(grid, "dashGridOptions"),
            Input(ids.facts_filter(name), "value"),
            State(grid, "dashGridOptions"),
            prevent_initial_call=True,
        )
    for name in (*fixed_tables(), *WITHOUT_ROWS):
        saves(
            app,
            partial(save, name),
            ids.facts_button(name),
            ids.facts_file(name),
            State(ids.FACTS_PLACE, "value"),
            State(ids.APP_VIEW, "data"),
        )
