"""Parts that pages are made of: functions from data to Dash components."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import dash_ag_grid as dag
import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, dcc, html
from dash.development.base_component import Component
from flask import url_for

from planner.dashboard import ids
from planner.dashboard.wiring import client
from planner.errors import InputError, PlannerError
from planner.reporting import figures
from planner.reporting.maps import TOPOLOGY_NAME
from planner.reporting.table import Cell, Column, Table, format_cell
from planner.reporting.theme import Spec, merged, theme_layout

THEME = {
    "colors": {
        "dark": [
            "#e8edf3",
            "#c3ccd6",
            "#a3b0be",
            "#7d8b9a",
            "#445161",
            "#344050",
            "#252e39",
            "#191f28",
            "#141921",
            "#11161d",
        ]
    },
    "primaryColor": "blue",
    "primaryShade": {"light": 8, "dark": 8},
    "defaultRadius": "md",
    "fontFamily": "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
    "headings": {"fontWeight": "650"},
}

OUTLINES = "outlines"
"""Flask's name for the address of the map's outlines."""
CLEAR = "rgba(0,0,0,0)"
ROWS_WITHOUT_SCROLLING = 12
HEADER_PIXELS, ROW_PIXELS, SCROLLBAR_PIXELS = 56, 40, 18
CELL_PIXELS, LETTER_PIXELS, LEAST_PIXELS, MOST_PIXELS = 40, 7, 130, 320
"""Around a text, for each of its letters, and for a column of texts at least and most."""


def aria(**attributes: str) -> dict[str, Any]:
    """ARIA attributes, whose hyphens no keyword can have."""
    return {f"aria-{key}": value for key, value in attributes.items()}


def header(links: Sequence[Component], mark: str, names: Sequence[str]) -> html.Header:
    """The bar at the top: name, pages, scenario, undo, link, light and dark."""
    tools = [
        dmc.Select(
            id=ids.APP_SCENARIO,
            data=list(names),
            allowDeselect=False,
            searchable=True,
            size="xs",
            w=170,
            **aria(label="Scenario"),
        ),
        _icon_button(ids.APP_UNDO, "undo", "Undo (Ctrl+Z)", disabled=True),
        _icon_button(ids.APP_REDO, "redo", "Redo (Ctrl+Shift+Z)", disabled=True),
        _icon_button(ids.APP_LINK, "link", "Copy a link to this view"),
        _icon_button(
            ids.APP_SCHEME_SWITCH, "scheme", "Switch between light and dark colours"
        ),
        html.Span(id=ids.APP_LINK_SAID, role="status", className="said"),
    ]
    return html.Header(
        html.Div(
            [
                html.Div(
                    [html.Img(src=mark, alt="", width=26, height=26), "acr-planner"],
                    className="brand",
                ),
                html.Nav(list(links), **aria(label="Pages")),
                html.Div(tools, className="header-tools"),
            ],
            className="page-width header-row",
        ),
        className="header",
    )


def _icon_button(
    name: str, icon: str, described: str, *, disabled: bool = False
) -> dmc.ActionIcon:
    return dmc.ActionIcon(
        html.Span(className=f"icon icon-{icon}"),
        id=name,
        size="lg",
        variant="subtle",
        disabled=disabled,
        **aria(label=described),
    )


def section(
    title: str, lead: str, *children: Component, tools: Component | None = None
) -> html.Section:
    """A titled part of a page, with a sentence on what it shows."""
    words = html.Div([html.H2(title), html.P(lead, className="lead")])
    head = html.Div(
        [words, *([] if tools is None else [tools])], className="section-head"
    )
    return html.Section([head, *children], className="panel")


def waiting(words: str, height: int) -> html.Div:
    """What stands where results will be, about as tall as they are."""
    return html.Div(
        [html.P(words, className="lead", role="status"), dmc.Skeleton(height=height)],
        **aria(busy="true"),
    )


def graph(name: str, class_name: str, described: str, **config: Any) -> html.Div:
    """A figure that callbacks fill; room is kept for it so that nothing jumps."""
    settings: Any = {
        **figures.PLOT_CONFIG,
        "scrollZoom": False,
        "displayModeBar": False,
    }
    figure = dcc.Graph(id=name, responsive=True, config=settings | config)
    return html.Div(
        dcc.Loading(
            figure,
            custom_spinner=html.P("Drawing …", className="lead"),
            delay_show=300,
            parent_className="chart-area",
        ),
        className=f"chart {class_name}",
        role="figure",  # not "img", which may not hold the map's buttons
        **aria(label=described),
    )


def late(name: str, child: Component, class_name: str) -> html.Div:
    """Room for a part that is put there by `shell.place` when the words are on the page.

    The figures' library takes most of the time of the first view; numbers need not wait
    for it.
    """
    part = child.to_plotly_json()  # type: ignore[no-untyped-call]  # Dash leaves it so
    return html.Div(
        [
            html.Div(id=ids.room(name), className=class_name),
            dcc.Store(id=ids.late(name), data=part),
        ]
    )


def place_late(app: Dash, name: str, after: Input) -> None:
    """Wire a late part to what it waits for."""
    client(
        app,
        "late",
        "place",
        Output(ids.room(name), "children"),
        after,
        State(ids.late(name), "data"),
        State(ids.room(name), "id"),
    )


def world_graph(name: str, described: str) -> html.Div:
    """A map that callbacks fill; its outlines come from the server that answers."""
    outlines = url_for(OUTLINES).removesuffix(f"{TOPOLOGY_NAME}.json")
    return graph(
        name,
        "chart-map",
        described,
        topojsonURL=outlines,
        displayModeBar="hover",
        modeBarButtons=[["zoomInGeo", "zoomOutGeo", "resetGeo"]],
    )


def select(
    name: str, label: str, width: int, data: Sequence[Any] = (), **options: Any
) -> dmc.Select:
    """A control with one of several values; not none of them, unless it is clearable."""
    if not options.get("clearable"):
        options["allowDeselect"] = False
    return dmc.Select(
        id=name, label=label, data=list(data), size="xs", w=width, **options
    )


def download_button(name: str, what: str) -> dmc.Button:
    """A button that saves a table as CSV."""
    return dmc.Button(
        "Save as CSV",
        id=name,
        variant="default",
        size="xs",
        **aria(label=f"Save as CSV: {what}"),
    )


def grid(
    name: str, described: str, table: Table | None = None, row_id: str = ""
) -> html.Div:
    """An empty table that callbacks fill: with `grid_content`, or with `grid_rows` only.

    A `table` gives the columns once and for all; with the key of the column that tells
    rows apart, only what differs is drawn anew.
    """
    columns: dict[str, Any] = (
        {} if table is None else {"columnDefs": _grid_columns(table)}
    )
    if row_id:
        columns["getRowId"] = f"params.data.{row_id}"
    grid = dag.AgGrid(
        id=name,
        columnSize=None,
        defaultColDef={
            "cellDataType": False,
            "flex": 1,
            "minWidth": 104,
            "resizable": True,
            "sortable": True,
            "wrapHeaderText": True,
        },
        dashGridOptions={
            "enableCellTextSelection": True,
            "ensureDomOrder": True,
            "headerHeight": HEADER_PIXELS,
            "rowHeight": ROW_PIXELS,
            "suppressMovableColumns": True,
        },
        style=grid_style(table) if table else {},
        **columns,
    )
    return html.Div(grid, className="grid", role="region", **aria(label=described))


def selectable(room: Any) -> Component:
    """The grid with rows that can be selected one at a time."""
    room.children.dashGridOptions |= {
        "rowSelection": {
            "mode": "singleRow",
            "checkboxes": False,
            "enableClickSelection": True,
        }
    }
    found: Component = room
    return found


def grid_outputs(name: str) -> list[Output]:
    """What a callback writes that returns `grid_content`."""
    return [Output(name, part) for part in ("columnDefs", "rowData", "style")]


def grid_content(table: Table) -> tuple[Any, Any, Any]:
    """Columns, rows and height of a table; a long one scrolls within itself."""
    return _grid_columns(table), grid_rows(table), grid_style(table)


def grid_style(table: Table) -> dict[str, str]:
    """As tall as its rows; a long one scrolls within itself."""
    rows = min(len(table.rows), ROWS_WITHOUT_SCROLLING)
    height = HEADER_PIXELS + rows * ROW_PIXELS + SCROLLBAR_PIXELS
    return {"height": f"{height}px"}


def _grid_columns(table: Table) -> list[dict[str, Any]]:
    """Column definitions; cells sort by their raw value and show its text."""
    return [_grid_column(table, column) for column in table.columns]


def _grid_column(table: Table, column: Column) -> dict[str, Any]:
    definition: dict[str, Any] = {"field": column.key, "headerName": column.label}
    if column.unit:
        definition["headerTooltip"] = column.heading
    if column.kind != "text":
        shown = f"params.data.{column.key}_text"
        definition["valueFormatter"] = {"function": shown}
    if column.numeric:
        definition["type"] = "rightAligned"
    if column.kind == "text":
        longest = max(
            (len(str(value)) for value in table.values(column.key)), default=0
        )
        room = CELL_PIXELS + LETTER_PIXELS * longest
        definition["minWidth"] = max(LEAST_PIXELS, min(room, MOST_PIXELS))
        definition["tooltipField"] = column.key
    if column is table.columns[0]:
        definition |= {"pinned": "left", "flex": None, "width": 176}
    return definition


def grid_rows(table: Table) -> list[dict[str, Cell]]:
    """Rows with each value as it is and as text for people."""
    return [
        record
        | {f"{c.key}_text": format_cell(c.kind, record[c.key]) for c in table.columns}
        for record in table.records()
    ]


def notice(title: str, *lines: str, tone: str = "note") -> html.Div:
    """A state in words, set apart from results."""
    return html.Div(
        [html.H2(title), *(html.P(line) for line in lines)],
        className=f"state state-{tone}",
    )


def no_page(path: str) -> html.Div:
    """What stands where there is no page."""
    return notice(
        "There is no such page", f"Nothing is at {path}.", "Choose one above."
    )


def error_notice(error: Exception) -> html.Div:
    """What went wrong and what to do about it."""
    if isinstance(error, InputError):
        lines = str(error).splitlines()
        return notice("The scenario cannot be planned", *lines, tone="error")
    if isinstance(error, PlannerError):
        return notice("The plans could not be computed", str(error), tone="error")
    return notice(
        "Something went wrong in the dashboard",
        "Nothing you entered is lost. Reload the page; if it happens again, the server's "
        "log has the details.",
        tone="error",
    )


def themed_spec(figure: Spec, scheme: str) -> Spec:
    """A figure in the page's colours; its title is the heading above it."""
    layout = merged(
        figure["layout"],
        theme_layout(scheme, has_map=False),
        {
            "title": None,
            "legend": {"y": 1.02, "yanchor": "bottom", "yref": "paper"},
            "margin": {"t": 8},
            "paper_bgcolor": CLEAR,
            "plot_bgcolor": CLEAR,
        },
    )
    return {"data": figure["data"], "layout": {**layout, "title": None}}


def csv_file(table: Table, *words: str) -> dict[str, Any]:
    """A table as a file to save; the words make up its name."""
    name = file_name(*words)
    return {"content": table.csv(), "filename": f"{name}.csv", "type": "text/csv"}


def file_name(*words: str) -> str:
    """Words as the name of a file, which leads into no other folder."""
    return re.sub(r"[^\w.-]+", "-", "-".join(words)).strip("-.") or "file"
