"""Our plotly figures as static SVG, drawn without a browser.

What a figure shows is said once, in `figures` and `maps`; here is only how each type of
trace that they use looks on paper.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from planner.reporting.static_axes import Axis, axis_of, draw_axes, label_room
from planner.reporting.static_canvas import EDGE, Box, Canvas, svg_settings
from planner.reporting.static_labels import Name, Spot, draw_names
from planner.reporting.static_map import crossings, draw_world, map_box
from planner.reporting.static_text import plain_text, text_lines, text_width
from planner.reporting.theme import Spec

if TYPE_CHECKING:
    import plotly.graph_objects as go

WIDTH = 960.0
"""Pixels; a page shows the figure as wide as it can."""
TICK_ROOM, TITLE_ROOM = 22.0, 26.0
"""Pixels below the plot for the numbers of the axis and for its title."""
LEGEND_ROW, LEGEND_SAMPLE, LEGEND_GAP = 22.0, 42.0, 22.0
"""Pixels: height of a row, width of a sample with its gap, room between entries."""
LARGEST_SAMPLE = 15.0


@dataclass
class Drawing:
    """A sheet, and where on it a value is."""

    canvas: Canvas
    x: Axis
    y: Axis
    clip: Box
    size: float
    """Of letters beside points."""
    bar_gap: float = 0.0
    """Share of a row that its bar leaves free."""
    stacks: dict[str, float] = field(default_factory=dict)
    """Where the next bar of a row begins."""
    names: list[Name] = field(default_factory=list)
    points: list[Spot] = field(default_factory=list)
    """What names should not cover."""


def static_svg(figure: go.Figure, title: str = "", salt: str = "figure") -> str:
    """A figure as an SVG element.

    Parameters
    ----------
    figure
        One of ours.
    title
        What it shows, for who cannot see it; by default its own title.
    salt
        Ids inside differ from salt to salt, so that a page can hold many figures.

    Raises
    ------
    ValueError
        If a trace is of a type that has no static form.
    """
    spec = figure.to_plotly_json()
    traces, layout = spec["data"], spec["layout"]
    for trace in traces:
        if trace["type"] not in TRACES:
            raise ValueError(f"no static form of a plotly trace {trace['type']!r}")
    heading = (layout.get("title") or {}).get("text")
    words = title or " ".join(line.text for line in text_lines(heading))
    with svg_settings(salt):
        has_map = any(trace["type"] == "scattergeo" for trace in traces)
        draw = _map if has_map else _plot
        return draw(traces, layout).svg(words)


def _plot(traces: Sequence[Spec], layout: Spec) -> Canvas:
    rows = _legend_rows(traces, layout)
    above = layout["margin"]["t"]
    below = TICK_ROOM + TITLE_ROOM + LEGEND_ROW * len(rows) + 6
    height = layout["height"] + LEGEND_ROW * max(len(rows) - 1, 0)
    canvas = _sheet(layout, height)
    if notes := layout.get("annotations"):
        for note in notes:
            canvas.text(
                WIDTH / 2, height / 2, plain_text(note["text"]), anchor="center"
            )
        return canvas
    y = axis_of("y", traces, layout)
    left, right = label_room(y, layout["yaxis"]), WIDTH - layout["margin"]["r"]
    x = axis_of("x", traces, layout).placed(left, right)
    y = y.placed(height - below, above)
    box = (left, above, right - left, height - below - above)
    draw_axes(canvas, x, y, layout)
    gap = layout.get("bargap") or 0.0
    _trace_all(Drawing(canvas, x, y, box, layout["font"]["size"], gap), traces)
    _legend(canvas, rows, height - below + TICK_ROOM + TITLE_ROOM, layout)
    return canvas


def _map(traces: Sequence[Spec], layout: Spec) -> Canvas:
    rows = _legend_rows(traces, layout)
    geo, above = layout["geo"], layout["margin"]["t"]
    box = map_box(geo, WIDTH, above)
    left, top, width, height = box
    canvas = _sheet(layout, top + height + LEGEND_ROW * len(rows) + 12)
    south, north = geo["lataxis"]["range"]
    draw_world(canvas, box, geo)
    x = Axis(-180.0, 180.0).placed(left, left + width)
    y = Axis(south, north).placed(top + height, top)
    _trace_all(Drawing(canvas, x, y, box, 12.0), traces)
    _legend(canvas, rows, top + height + 4, layout)
    return canvas


def _sheet(layout: Spec, height: float) -> Canvas:
    """A sheet with title and subtitle."""
    canvas = Canvas(WIDTH, height, layout["paper_bgcolor"], layout["font"]["color"])
    title = layout.get("title") or {}
    size = (title.get("font") or {}).get("size", 15)
    for line in text_lines(title.get("text")):
        canvas.text(WIDTH * 0.01, 28, line.text, size, bold=line.bold)
    subtitle = title.get("subtitle") or {}
    for line in text_lines(subtitle.get("text")):
        canvas.text(WIDTH * 0.01, 47, line.text, subtitle["font"]["size"])
    return canvas


def _trace_all(drawing: Drawing, traces: Sequence[Spec]) -> None:
    """Every trace, and over all of them the names."""
    for trace in traces:
        TRACES[trace["type"]](drawing, trace)
    left, top, _, height = drawing.clip
    sheet = (left + EDGE, top - EDGE, WIDTH - EDGE, top + height)
    draw_names(drawing.canvas, drawing.names, drawing.points, sheet)


def _bar(drawing: Drawing, trace: Spec) -> None:
    """Bars that lie, each after the one before it in its row."""
    x, y, stacks = drawing.x, drawing.y, drawing.stacks
    high = abs(y.at(1) - y.at(0)) * (1 - drawing.bar_gap)
    for name, value in zip(trace["y"], trace["x"], strict=True):
        start = stacks.get(name, 0.0)
        stacks[name] = start + value
        left, right = sorted((x.at(start), x.at(start + value)))
        box = (left, y.at(name) - high / 2, right - left, high)
        drawing.canvas.box(box, trace["marker"])


def _scatter(drawing: Drawing, trace: Spec) -> None:
    """A line, symbols and names through or at points."""
    xs = [drawing.x.at(value) for value in trace["x"]]
    ys = [drawing.y.at(value) for value in trace["y"]]
    mode = trace.get("mode") or "lines+markers"
    if "lines" in mode and len(xs) > 1:
        drawing.canvas.line(xs, ys, _line_look(trace))
    if error := trace.get("error_y"):
        _ranges(drawing, trace, error)
    _points(drawing, trace, xs, ys)


def _line_look(trace: Spec) -> Spec:
    """A line that names no colour has that of its symbols."""
    own = (trace.get("marker") or {}).get("color")
    return {"color": own} | (trace.get("line") or {})


def _ranges(drawing: Drawing, trace: Spec, error: Spec) -> None:
    """What a value may be, as an upright line with ends."""
    look = {"color": trace["marker"]["color"], "width": error["thickness"]}
    ends = zip(error["arrayminus"], error["array"], strict=True)
    for x, y, (less, more) in zip(trace["x"], trace["y"], ends, strict=True):
        if less or more:
            at, low, high = drawing.x.at(x), y - less, y + more
            bottom, top = drawing.y.at(low), drawing.y.at(high)
            drawing.canvas.line([at, at], [bottom, top], look)
            drawing.points += [(at, bottom), (at, (bottom + top) / 2), (at, top)]
            for end in (bottom, top):
                drawing.canvas.line([at - 4, at + 4], [end, end], look)


def _scattergeo(drawing: Drawing, trace: Spec) -> None:
    """Lines between places, or symbols and names at them."""
    places = list(zip(trace["lon"], trace["lat"], strict=True))
    if "lines" in trace["mode"]:
        for here, there in pairwise(places):
            if None not in (*here, *there):
                for ends in crossings(here, there):
                    xs = [drawing.x.at(east) for east, _ in ends]
                    ys = [drawing.y.at(north) for _, north in ends]
                    drawing.canvas.line(xs, ys, trace["line"], drawing.clip)
        return
    known = [n for n, place in enumerate(places) if None not in place]
    xs = [drawing.x.at(places[n][0]) for n in known]
    ys = [drawing.y.at(places[n][1]) for n in known]
    _points(drawing, trace, xs, ys, known)


TRACES: Mapping[str, Callable[[Drawing, Spec], None]] = {
    "bar": _bar,
    "scatter": _scatter,
    "scattergeo": _scattergeo,
}
"""How each type of trace is drawn."""


def _points(
    drawing: Drawing,
    trace: Spec,
    xs: Sequence[float],
    ys: Sequence[float],
    known: Sequence[int] | None = None,
) -> None:
    """Symbols and the names beside them; `known` are the numbers of the points."""
    mode, look = trace.get("mode") or "markers", trace.get("marker") or {}
    if "markers" in mode:
        drawing.canvas.marks(xs, ys, look)
        drawing.points += zip(xs, ys, strict=True)
    if "text" in mode:
        sides = trace.get("textposition") or "top center"
        for n, x, y in zip(known or range(len(xs)), xs, ys, strict=True):
            side = sides if isinstance(sides, str) else sides[n]
            if lines := text_lines(trace["text"][n]):
                radius = (look.get("size") or 6.0) / 2
                drawing.names.append(Name((x, y), radius, side, lines, drawing.size))


# ---- legend ----


def _legend_size(layout: Spec) -> float:
    font = (layout.get("legend") or {}).get("font") or layout["font"]
    return float(font["size"])


def _legend_rows(traces: Sequence[Spec], layout: Spec) -> list[list[Spec]]:
    """The traces that the legend names, in rows that are no wider than the sheet."""
    rows: list[list[Spec]] = []
    free = 0.0
    for trace, text in _named(traces):
        wide = LEGEND_SAMPLE + text_width(text, _legend_size(layout)) + LEGEND_GAP
        if not rows or wide > free:
            rows.append([])
            free = WIDTH - WIDTH * 0.01
        rows[-1].append(trace)
        free -= wide
    return rows


def _named(traces: Sequence[Spec]) -> Iterator[tuple[Spec, str]]:
    for trace in traces:
        if trace.get("showlegend") is not False and trace.get("name"):
            yield trace, plain_text(trace["name"])


def _legend(
    canvas: Canvas, rows: Sequence[Sequence[Spec]], top: float, layout: Spec
) -> None:
    size = _legend_size(layout)
    for number, row in enumerate(rows):
        left, middle = WIDTH * 0.01, top + LEGEND_ROW * (number + 0.5)
        for trace, text in _named(row):
            _sample(canvas, trace, left, middle)
            room = WIDTH - left - LEGEND_SAMPLE - 8
            at = left + LEGEND_SAMPLE, middle + size * 0.35
            canvas.text(*at, text, size, room=room)
            left += LEGEND_SAMPLE + text_width(text, size) + LEGEND_GAP


def _sample(canvas: Canvas, trace: Spec, left: float, middle: float) -> None:
    """What a trace looks like, in small."""
    marker: Mapping[str, Any] = trace.get("marker") or {}
    if trace["type"] == "bar":
        canvas.box((left, middle - 7, LEGEND_SAMPLE - 8, 14), marker)
        return
    mode, right = trace.get("mode") or "", left + LEGEND_SAMPLE - 8
    if "lines" in mode:
        look = _line_look(trace) | {"shape": "linear"}
        canvas.line([left, right], [middle, middle], look)
    if "markers" in mode:
        canvas.marks([(left + right) / 2], [middle], marker, LARGEST_SAMPLE)
