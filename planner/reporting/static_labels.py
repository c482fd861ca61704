"""Names beside the points of a static figure, each where it covers least.

A reader of paper cannot move closer or ask for more, so a name may stand on another side
than the interactive figure has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from planner.reporting.static_canvas import Canvas
from planner.reporting.static_text import Line, text_width

SIDES = (
    "top center",
    "bottom center",
    "middle right",
    "middle left",
    "top right",
    "top left",
    "bottom right",
    "bottom left",
)
"""Tried in this order after the side that the figure asks for."""
CROSSING, OUTSIDE = 20.0, 100.0
"""How bad it is to cover another name, or a symbol that has one, or to stick out, where one point covered is 1."""
NEAR, ROUNDS = 6.0, 3
"""Pixels around a point that count as covered; how often every name may choose."""
ANCHORS = {"right": "left", "left": "right", "center": "center"}
LINE_HEIGHT, ABOVE, BELOW, GAP = 1.25, 0.8, 0.25, 4.0
"""In sizes of letters: from line to line, and above and below the baseline. In pixels:
between a symbol and its name."""

Spot = tuple[float, float]
Box = tuple[float, float, float, float]
"""Left, top, right and bottom."""


class Name(NamedTuple):
    """A name and the point that it belongs to."""

    spot: Spot
    radius: float
    side: str
    lines: Sequence[Line]
    size: float

    @property
    def mark(self) -> Box:
        """What the symbol takes."""
        (x, y), r = self.spot, self.radius
        return x - r, y - r, x + r, y + r

    def start(self, side: str) -> Spot:
        """Anchor and baseline of the first line on a side of the point."""
        (x, y), gap = self.spot, self.radius + GAP
        upright, _, across = side.partition(" ")
        more = LINE_HEIGHT * self.size * (len(self.lines) - 1)
        if across != "center" and upright != "middle":
            gap *= 0.7  # towards a corner
        shift = {"right": gap, "left": -gap, "center": 0.0}[across]
        below = y + gap + ABOVE * self.size
        middle = y + 0.35 * self.size - more / 2
        baselines = {"top": y - gap - more, "middle": middle, "bottom": below}
        return x + shift, baselines[upright]

    def box(self, side: str) -> Box:
        """What the name takes on a side of the point."""
        x, baseline = self.start(side)
        wide = max(text_width(n.text, self.size, bold=n.bold) for n in self.lines)
        before = {"right": 0.0, "left": wide, "center": wide / 2}[side.split()[1]]
        last = baseline + LINE_HEIGHT * self.size * (len(self.lines) - 1)
        top, bottom = baseline - ABOVE * self.size, last + BELOW * self.size
        return x - before, top, x - before + wide, bottom


def draw_names(
    canvas: Canvas, names: Iterable[Name], points: Sequence[Spot], sheet: Box
) -> None:
    """Draw the names over everything else."""
    for name, side in _placed(list(names), points, sheet):
        x, baseline = name.start(side)
        anchor = ANCHORS[side.split()[1]]
        for number, line in enumerate(name.lines):
            y = baseline + number * LINE_HEIGHT * name.size
            canvas.haloed(x, y, line.text, name.size, anchor, bold=line.bold)


def _placed(
    names: Sequence[Name], points: Sequence[Spot], sheet: Box
) -> list[tuple[Name, str]]:
    """Each name with its side: chosen in turn, and again now that others have theirs."""
    chosen: dict[int, str] = {}
    for number, name in [*enumerate(names)] * ROUNDS:
        taken = [names[n].box(side) for n, side in chosen.items() if n != number]
        taken += [other.mark for other in names if other.spot != name.spot]
        sides = dict.fromkeys((name.side, *SIDES))
        worth = {s: _badness(name.box(s), taken, points, sheet) for s in sides}
        chosen[number] = min(worth, key=worth.__getitem__)
    return [(names[n], side) for n, side in chosen.items()]


def _badness(
    box: Box, taken: Sequence[Box], points: Sequence[Spot], sheet: Box
) -> float:
    left, top, right, bottom = box
    crossed = sum(
        left < other[2] and other[0] < right and top < other[3] and other[1] < bottom
        for other in taken
    )
    covered = sum(
        left - NEAR < x < right + NEAR and top - NEAR < y < bottom + NEAR
        for x, y in points
    )
    outside = left < sheet[0] or top < sheet[1] or right > sheet[2] or bottom > sheet[3]
    return covered + CROSSING * crossed + OUTSIDE * outside
