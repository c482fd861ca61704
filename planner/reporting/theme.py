"""How figures look: sizes and fonts once, colours for light and dark surroundings."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Literal

from planner.reporting.text import visible

if TYPE_CHECKING:
    import plotly.graph_objects as go

FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif'
LABEL_WIDTH = 20
"""Characters of a plan's name on one line of an axis."""
LEGEND_OFFSET = 58
"""Pixels from the plot down to its legend: tick labels and the axis title lie between."""
AROUND_PLOT = 160
"""Pixels of a figure's height that title, axis and legend take."""

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


Spec = dict[str, Any]
"""A figure, a trace or a layout as plotly.js has it: plain data, quick to make and send.
`go.Figure(spec)` is the same as an object for notebooks and reports, checked by plotly."""


def themed(figure: go.Figure, theme: Literal["light", "dark"] = "light") -> go.Figure:
    """Give a figure the colours of a theme, in place, and return it."""
    has_map = any(trace.type == "scattergeo" for trace in figure.data)
    return figure.update_layout(theme_layout(theme, has_map=has_map))


def theme_layout(theme: str, *, has_map: bool) -> Spec:
    """The colours of a theme as a layout, for a map or for a figure with axes."""
    layout: Spec = {}
    for path, colour in THEMES[theme].items():
        first, *rest = path.split(".")
        if first in (("xaxis", "yaxis") if has_map else ("geo",)):
            continue
        part = layout
        for key in [first, *rest][:-1]:
            part = part.setdefault(key, {})
        part[path.rpartition(".")[2]] = colour
    return layout


def framed(figure: go.Figure, title: str, height: int, subtitle: str = "") -> go.Figure:
    """Title, font, margins and legend, the same for every figure."""
    figure.update_layout(frame(title, height, subtitle))
    return themed(figure)


def frame(title: str, height: int, subtitle: str = "") -> Spec:
    """Title, font, margins, legend and axes of every figure, as a layout."""
    axis = {"title": {"font": {"size": 13}}, "automargin": True}
    return {
        "template": "none",
        "title": {
            "text": f"<b>{title}</b>",
            "font": {"size": 15},
            "subtitle": {"text": subtitle, "font": {"size": 12}},
            "x": 0.01,
            "y": 1.0,
            "yanchor": "top",
            "yref": "container",
            "pad": {"t": 14},
        },
        "height": height,
        "margin": {"l": 8, "r": 20, "t": 64 if subtitle else 44, "b": 8},
        "font": {"family": FONT, "size": 13},
        "hoverlabel": {"font": {"family": FONT}, "align": "left"},
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": -LEGEND_OFFSET / (height - AROUND_PLOT),
            "yanchor": "top",
            "traceorder": "normal",
        },
        "xaxis": axis,
        "yaxis": axis,
    }


def merged(*layouts: Mapping[str, Any]) -> Spec:
    """Layouts laid over one another; the later one wins, key by key."""
    result: Spec = {}
    for layout in layouts:
        for key, value in layout.items():
            old = result.get(key)
            both = isinstance(old, Mapping) and isinstance(value, Mapping)
            result[key] = merged(old, value) if both else value  # type: ignore[arg-type]
    return result


def empty(title: str, why: str) -> go.Figure:
    """A figure that says in words why there is nothing to draw."""
    import plotly.graph_objects as go

    figure = go.Figure()
    figure.add_annotation(text=why, showarrow=False, x=0.5, y=0.5, xref="paper")
    figure.update_layout(xaxis_visible=False, yaxis_visible=False)
    return framed(figure, title, 220)


def label(name: str) -> str:
    """A user's name as plotly text: its pseudo-HTML shown, not interpreted."""
    return escape(visible(name), quote=False)


def axis_label(name: str) -> str:
    """A user's name for an axis, on several lines if it is long."""
    lines = wrap(visible(name), LABEL_WIDTH) or [name]
    return "<br>".join(escape(line, quote=False) for line in lines)


def label_sides(points: Sequence[tuple[float, float]], near: float) -> list[str]:
    """`top`, `bottom` or `middle`: where a label keeps clear of the nearest point.

    Points are (x, y) in one unit; others farther away than `near` do not count.
    """
    sides = []
    for x, y in points:
        others = [
            (math.hypot(a - x, b - y), b - y, a - x)
            for a, b in points
            if (a, b) != (x, y)
        ]
        distance, above, beside = min(others, default=(math.inf, 0.0, 0.0))
        if distance > near:
            sides.append("middle")
        else:
            sides.append("bottom" if (above, beside) > (0, 0) else "top")
    return sides
