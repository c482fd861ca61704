"""Grids in which the lists of a scenario are edited.

What is wrong with a cell is no part of its row, or a large grid would be sent anew for
every sentence; the browser keeps it beside the grid (`assets/scenario.js`).
"""

from __future__ import annotations

from typing import Any

import dash_ag_grid as dag
import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from planner.dashboard import components, ids
from planner.dashboard.sheets import PRICES, Field, Sheet
from planner.domain.layout import Sku
from planner.facts import load_facts

TALL, LOW = 440, 190
"""Pixels of a grid of many rows, and of one of few."""


def sheet_grid(sheet: Sheet) -> Component:
    """An editable grid, empty, with what adds and deletes its rows."""
    grid = dag.AgGrid(
        id=ids.scenario_grid(sheet.name),
        columnSize=None,
        columnDefs=[_column(sheet, field) for field in sheet.fields],
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
        style={"height": f"{LOW if sheet in PRICES else TALL}px"},
    )
    buttons = [
        dmc.Button(
            "Add a row",
            id=ids.scenario_add(sheet.name),
            size="xs",
            variant="default",
            **components.aria(label=f"Add a row: {sheet.title}"),
        ),
        dmc.Button(
            "Delete the selected rows",
            id=ids.scenario_delete(sheet.name),
            size="xs",
            variant="default",
            **components.aria(label=f"Delete the selected rows: {sheet.title}"),
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


def _column(sheet: Sheet, field: Field) -> dict[str, Any]:
    wrong = f"wrong(params, '{sheet.name}')"
    column: dict[str, Any] = {
        "field": field.key,
        "headerName": field.label,
        "cellClassRules": {"cell-error": wrong},
        "cellRenderer": "ScenarioCell",
        "cellRendererParams": {"sheet": sheet.name},
        "tooltipValueGetter": {"function": wrong},
    }
    if field.kind in ("number", "whole"):
        column["type"] = "rightAligned"
        column["valueParser"] = {"function": "asNumber(params)"}
    choices = _choices(field)
    if choices:
        column["cellEditor"] = "agSelectCellEditor"
        column["cellEditorParams"] = {"values": ["", *choices]}
    if field.kind == "region":
        column["minWidth"] = 150
    return column


def _choices(field: Field) -> list[str]:
    """What a cell is chosen from, if it is."""
    if field.kind == "region":
        return sorted(load_facts().regions)
    return {"sku": [sku.value for sku in Sku], "routing": ["global", "pinned"]}.get(
        field.kind, []
    )
