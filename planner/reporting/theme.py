"""How figures look: sizes and fonts once, colours for light and dark surroundings."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from textwrap import wrap
from typing import Any, Literal

import plotly.graph_objects as go

from planner.reporting.text import visible

FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif'
LABEL_WIDTH = 20
"""Characters of a plan's name on one line of an axis."""

PLOT_CONFIG: Mapping[str, Any] = {"displaylogo": False, "responsive": True}
"""Settings for plotly.js, the same wherever a figure is shown."""

THEMES: Mapping[str, Mapping[str, str]] = {
    "light": {
        "paper_bgcolor": "#ffffff",
        "plot_bgcolor": "#ffffff",
        "font.color": "#1f2933",
        "xaxis.gridcolor": "#d9dee4",
        "xaxis.zerolinecolor": "#9aa5b1",
        "yaxis.gridcolor": "#d9dee4",
        "yaxis.zerolinecolor": "#9aa5b1",
        "geo.bgcolor": "#ffffff",
        "geo.landcolor": "#e8ecef",
        "geo.oceancolor": "#f7fafc",
        "geo.countrycolor": "#aab4be",
        "geo.coastlinecolor": "#8794a1",
    },
    "dark": {
        "paper_bgcolor": "#12171e",
        "plot_bgcolor": "#12171e",
        "font.color": "#e4e9ee",
        "xaxis.gridcolor": "#2f3944",
        "xaxis.zerolinecolor": "#5b6875",
        "yaxis.gridcolor": "#2f3944",
        "yaxis.zerolinecolor": "#5b6875",
        "geo.bgcolor": "#12171e",
        "geo.landcolor": "#1f2833",
        "geo.oceancolor": "#12171e",
        "geo.countrycolor": "#44505d",
        "geo.coastlinecolor": "#5b6875",
    },
}
"""Layout attributes by theme, in the dotted form that `Plotly.relayout` takes too."""


def themed(figure: go.Figure, theme: Literal["light", "dark"] = "light") -> go.Figure:
    """Give a figure the colours of a theme, in place, and return it."""
    has_map = any(trace.type == "scattergeo" for trace in figure.data)
    for path, colour in THEMES[theme].items():
        part = path.split(".")[0]
        if part in ("xaxis", "yaxis") and has_map:
            continue
        if part == "geo" and not has_map:
            continue
        figure.update_layout({path.replace(".", "_"): colour})
    return figure


def framed(figure: go.Figure, title: str, height: int) -> go.Figure:
    """Title, font, margins and legend, the same for every figure."""
    figure.update_layout(
        template="none",
        title={"text": f"<b>{title}</b>", "x": 0, "xref": "paper", "font_size": 15},
        height=height,
        margin={"l": 8, "r": 16, "t": 48, "b": 8},
        font={"family": FONT, "size": 13},
        hoverlabel={"font_family": FONT, "align": "left"},
        legend={"orientation": "h", "x": 0, "y": -0.2, "yanchor": "top"},
    )
    return themed(figure)


def empty(title: str, why: str) -> go.Figure:
    """A figure that says in words why there is nothing to draw."""
    figure = go.Figure()
    figure.add_annotation(text=why, showarrow=False, x=0.5, y=0.5, xref="paper")
    figure.update_layout(xaxis_visible=False, yaxis_visible=False)
    return framed(figure, title, 200)


def label(name: str) -> str:
    """A user's name as plotly text: its pseudo-HTML shown, not interpreted."""
    return escape(visible(name), quote=False)


def axis_label(name: str) -> str:
    """A user's name for an axis, on several lines if it is long."""
    lines = wrap(visible(name), LABEL_WIDTH) or [name]
    return "<br>".join(escape(line, quote=False) for line in lines)
