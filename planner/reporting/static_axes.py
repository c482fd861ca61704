"""Axes of static figures: from a plotly layout to ticks, lines and words on a sheet."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from planner.reporting.static_canvas import Canvas
from planner.reporting.static_text import text_lines, text_width
from planner.reporting.theme import Spec

MOST_TICKS = {"x": 9, "y": 7}
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
"""Between ticks, times a power of ten."""
BEYOND = 0.06
"""The axis goes on for this share after the farthest value."""
TICK_SIZE = 13.0
MOST_LABEL_ROOM = 330.0
"""Pixels that names beside bars may take at most."""


@dataclass(frozen=True)
class Axis:
    """From a value, or from the name of a row, to a pixel."""

    low: float
    high: float
    rows: tuple[str, ...] = ()
    """Names in their order, if the axis has these and no numbers."""
    start: float = 0.0
    end: float = 1.0
    """Pixels of the lowest and of the highest value."""

    def placed(self, start: float, end: float) -> Axis:
        """The axis between two pixels."""
        return replace(self, start=start, end=end)

    def at(self, value: float | str) -> float:
        """The pixel of a value or row; a row is between its number and the next."""
        number = self.rows.index(value) if isinstance(value, str) else value
        if self.rows:
            return self.end + (number + 0.5) * (self.start - self.end) / len(self.rows)
        share = (number - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self, most: int) -> list[float]:
        """Round values on the axis."""
        rough = (self.high - self.low) / most
        power: float = 10.0 ** math.floor(math.log10(rough))
        step = next(s * power for s in STEPS if s * power >= rough * 0.999)
        first, last = math.ceil(self.low / step), math.floor(self.high / step + 1e-9)
        return [number * step for number in range(first, last + 1)]


def axis_of(letter: str, traces: Sequence[Spec], layout: Spec) -> Axis:
    """The axis that a plotly layout asks for, as far as its traces go."""
    look = layout[f"{letter}axis"]
    if look.get("type") == "category":
        return Axis(0.0, 1.0, rows=tuple(look["categoryarray"]))
    if look.get("range"):
        low, high = look["range"]
        return Axis(low, high)
    values = list(_values(letter, traces))
    low, high = min(values, default=0.0), max(values, default=0.0)
    if look.get("rangemode") == "tozero":
        low, high = min(low, 0.0), max(high, 0.0)
    more = BEYOND * (high - low) or 1.0
    return Axis(low - (more if low < 0 else 0.0), high + more)


def _values(letter: str, traces: Sequence[Spec]) -> Iterator[float]:
    """All that must be on the axis: values, their ranges, and where stacks end."""
    stacks: dict[Any, float] = {}
    for trace in traces:
        if trace["type"] == "bar":
            for name, value in zip(trace["y"], trace["x"], strict=True):
                stacks[name] = stacks.get(name, 0.0) + value
                yield stacks[name]
        else:
            yield from trace[letter]
            error = trace.get(f"error_{letter}") or {}
            for sign, key in ((-1, "arrayminus"), (1, "array")):
                for value, more in zip(trace[letter], error.get(key, ()), strict=False):
                    yield value + sign * more


def _labels(axis: Axis, look: Spec, most: int) -> list[tuple[float | str, str]]:
    """Where labels are, and what they say."""
    if axis.rows:
        texts = dict(
            zip(look.get("tickvals", ()), look.get("ticktext", ()), strict=True)
        )
        return [(row, texts.get(row, row)) for row in axis.rows]
    prefix = look.get("tickprefix") or ""
    return [(value, f"{prefix}{value:,.10g}") for value in axis.ticks(most)]


def label_room(axis: Axis, look: Spec) -> float:
    """Pixels that an upright axis needs on its left for labels and title."""
    widest = max(
        text_width(line.text, TICK_SIZE, bold=line.bold)
        for _, text in _labels(axis, look, MOST_TICKS["y"])
        for line in text_lines(text)
    )
    title = TICK_SIZE * 1.6 if _title(look) else 0.0
    return min(widest, MOST_LABEL_ROOM) + title + 18


def _title(look: Spec) -> str:
    return " ".join(
        line.text for line in text_lines((look.get("title") or {}).get("text"))
    )


def draw_axes(canvas: Canvas, x: Axis, y: Axis, layout: Spec) -> None:
    """Grid, labels and titles."""
    across, upright = layout["xaxis"], layout["yaxis"]
    for value, text in _labels(x, across, MOST_TICKS["x"]):
        _grid(canvas, [x.at(value)] * 2, [y.start, y.end], across, value)
        canvas.text(x.at(value), y.start + 18, text, TICK_SIZE, "center")
    for value, text in _labels(y, upright, MOST_TICKS["y"]):
        _grid(canvas, [x.start, x.end], [y.at(value)] * 2, upright, value)
        _side_label(canvas, x.start - 8, y.at(value), text)
    if title := _title(across):
        canvas.text((x.start + x.end) / 2, y.start + 40, title, TICK_SIZE, "center")
    if title := _title(upright):
        canvas.turned_text(TICK_SIZE + 4, (y.start + y.end) / 2, title, TICK_SIZE)


def _grid(
    canvas: Canvas,
    xs: Sequence[float],
    ys: Sequence[float],
    look: Spec,
    value: float | str,
) -> None:
    colour = look["zerolinecolor" if value == 0 else "gridcolor"]
    canvas.line(xs, ys, {"color": colour, "width": 1.0})


def _side_label(canvas: Canvas, right: float, middle: float, text: str) -> None:
    """Lines that end beside the axis, around the middle."""
    lines = text_lines(text)
    step = TICK_SIZE * 1.25
    first = middle - step * (len(lines) - 1) / 2 + TICK_SIZE * 0.35
    for number, line in enumerate(lines):
        at = right, first + number * step
        canvas.text(*at, line.text, TICK_SIZE, "right", bold=line.bold, room=right - 8)
