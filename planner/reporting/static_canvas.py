"""A sheet of pixels on which static figures are drawn, saved as SVG by matplotlib.

Only here is matplotlib known. It is imported when the first figure is drawn.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from planner.reporting.static_svg import HALO, compact_svg
from planner.reporting.static_text import shortened, text_width
from planner.reporting.theme import Spec

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.path import Path

SETTINGS: Spec = {
    "svg.fonttype": "none",  # text stays text: small, searched for and read aloud
    "text.parse_math": False,
    "hatch.linewidth": 0.9,
}
SYMBOLS: Mapping[str, Any] = {
    "circle": "o",
    "square": "s",
    "diamond": "D",
    "triangle-up": "^",
    "star": "*",
    "cross": "P",
    "x": "X",
    "cross-thin": "+",
    "hexagon": "h",
    "hexagon2": "H",
    "hexagram": (6, 1, 0),
}
"""Plotly's symbols and matplotlib's."""
SYMBOL_SCALES = {"D": 0.78, "*": 1.25, "P": 0.9, "X": 0.9}
"""Where matplotlib's symbol of one size is larger or smaller than plotly's."""
DASHES = {
    "solid": (),
    "dot": (1, 1),
    "dash": (3, 3),
    "longdash": (5, 5),
    "dashdot": (3, 1, 1, 1),
}
"""Plotly's dashes, in widths of the line but of at least three pixels."""
HATCHES = {"": "", "/": "//", "\\": "\\\\", "x": "xx", "-": "--", "|": "||", "+": "++"}
HATCHES["."] = ".."
EDGE = 4.0
"""Pixels that text keeps from the edge of the sheet."""

Box = tuple[float, float, float, float]
"""Left, top, width and height in pixels."""


class Canvas:
    """A sheet of pixels, counted from the left and from the top.

    Parameters
    ----------
    width, height
        The sheet in pixels.
    ground, ink
        Colours of the sheet and of its text.
    """

    def __init__(self, width: float, height: float, ground: str, ink: str) -> None:
        from matplotlib.figure import Figure
        from matplotlib.transforms import Affine2D

        self.width, self.height, self.ink = width, height, ink
        self.figure = Figure(figsize=(width / 72, height / 72), dpi=72)
        self.figure.set_facecolor(ground)
        self.pixels = Affine2D().scale(1, -1).translate(0, height)
        self.order = 0

    def _add(self, artist: Artist, clip: Box | None = None) -> None:
        """Lay an artist over those before it."""
        from matplotlib.patches import Rectangle

        self.order += 1
        artist.set_zorder(self.order)
        artist.set_transform(self.pixels)
        self.figure.add_artist(artist)
        if clip:
            left, top, width, height = clip
            frame = Rectangle((left, top), width, height, transform=self.pixels)
            artist.set_clip_path(frame)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float = 13,
        anchor: str = "left",
        *,
        bold: bool = False,
        room: float = 0.0,
        group: str = "",
    ) -> None:
        """A line of text on the baseline y, kept on the sheet and cut to its room."""
        from matplotlib.text import Text

        room = room or self.width - 2 * EDGE
        text = shortened(text, size, room, bold=bold)
        if not text.strip():
            return
        width = text_width(text, size, bold=bold)
        before = {"left": 0.0, "center": width / 2, "right": width}[anchor]
        last = max(self.width - EDGE - width, EDGE)
        x = min(max(x - before, EDGE), last) + before
        weight = "bold" if bold else "normal"
        font: Spec = {"fontsize": size, "fontweight": weight, "color": self.ink}
        self._add(Text(x, y, text, ha=anchor, va="baseline", gid=group or None, **font))

    def haloed(
        self, x: float, y: float, text: str, size: float, anchor: str, *, bold: bool
    ) -> None:
        """A line of text that can be read on anything, as it brings its own ground."""
        self.text(x, y, text, size, anchor, bold=bold, group=HALO)
        self.text(x, y, text, size, anchor, bold=bold)

    def turned_text(self, x: float, y: float, text: str, size: float = 13) -> None:
        """A line of text that reads upwards, its middle at y."""
        from matplotlib.text import Text

        turn: Spec = {"rotation": 90, "rotation_mode": "anchor"}
        font: Spec = {"fontsize": size, "color": self.ink}
        self._add(Text(x, y, text, ha="center", va="baseline", **turn, **font))

    def line(
        self,
        xs: Sequence[float],
        ys: Sequence[float],
        look: Mapping[str, Any],
        clip: Box | None = None,
    ) -> None:
        """A line through points, with the colour, dash and width of a plotly line."""
        from matplotlib.lines import Line2D

        width = look.get("width") or 2.0
        pattern = DASHES[look.get("dash") or "solid"]
        unit = max(width, 3.0) / width
        style: Any = (0, tuple(unit * part for part in pattern)) if pattern else "-"
        line = Line2D(
            list(xs),
            list(ys),
            color=colour(look.get("color") or self.ink),
            linewidth=width,
            linestyle=style,
            drawstyle="steps-pre" if look.get("shape") == "vh" else "default",
            dash_capstyle="butt",
            solid_capstyle="round",
        )
        self._add(line, clip)

    def marks(
        self,
        xs: Sequence[float],
        ys: Sequence[float],
        look: Mapping[str, Any],
        largest: float = 99.0,
    ) -> None:
        """Symbols at points, as a plotly marker says."""
        from matplotlib.lines import Line2D

        name = look.get("symbol") or "circle"
        symbol = SYMBOLS[name.removesuffix("-open")]
        own = colour(look.get("color") or self.ink)
        edge = look.get("line") or {}
        hollow = name.endswith(("-open", "-thin"))
        size = min(look.get("size") or 6.0, largest)
        line = Line2D(
            list(xs),
            list(ys),
            linestyle="None",
            marker=symbol,
            markersize=size * SYMBOL_SCALES.get(str(symbol), 1.0),
            markerfacecolor="none" if hollow else own,
            markeredgecolor=own if hollow else colour(edge.get("color") or "none"),
            markeredgewidth=edge.get("width") or (1.5 if hollow else 0.0),
            alpha=look.get("opacity"),
        )
        self._add(line)

    def box(self, box: Box, look: Mapping[str, Any]) -> None:
        """A box with the colour, border and pattern of a plotly bar."""
        from matplotlib.patches import Rectangle

        left, top, width, height = box
        fill, edge = look["color"], look.get("line") or {}
        corner, border = (left, top), edge.get("width") or 0.0
        pattern = look.get("pattern") or {}
        if hatch := HATCHES[pattern.get("shape") or ""]:
            ink = mixed(fill, pattern["fgcolor"], pattern["fgopacity"])
            hatched = Rectangle(corner, width, height, facecolor=fill, linewidth=0)
            hatched.set_edgecolor(ink)
            hatched.set_hatch(hatch)
            self._add(hatched)
            fill = "none"
        line = edge.get("color") or "none"
        rest: Spec = {"facecolor": fill, "edgecolor": line, "linewidth": border}
        self._add(Rectangle(corner, width, height, **rest))

    def shape(self, path: Path, fill: str, edge: str, width: float, clip: Box) -> None:
        """An outline in pixels, filled."""
        from matplotlib.patches import PathPatch

        colours: Spec = {"facecolor": fill, "edgecolor": edge}
        self._add(PathPatch(path, linewidth=width, joinstyle="round", **colours), clip)

    def svg(self, title: str) -> str:
        """The sheet as an SVG element, whose title tells what it shows."""
        out = io.StringIO()
        with warnings.catch_warnings():
            # the reader's fonts draw the text, not matplotlib's
            warnings.filterwarnings("ignore", "Glyph .* missing")
            self.figure.savefig(out, format="svg", metadata={"Date": None})
        return compact_svg(out.getvalue(), title, self.width, self.height)


@contextmanager
def svg_settings(salt: str) -> Iterator[None]:
    """What matplotlib needs for small, lasting SVG; ids differ from salt to salt."""
    import matplotlib as mpl

    settings: Any = SETTINGS | {"svg.hashsalt": salt}
    with mpl.rc_context(settings):
        yield


def colour(text: str) -> Any:
    """A colour of plotly's as matplotlib takes it."""
    if not text.startswith("rgba("):
        return text
    *parts, alpha = (float(part) for part in text[5:-1].split(","))
    return (*(part / 255 for part in parts), alpha)


def mixed(under: str, over: str, opacity: float) -> Any:
    """What one colour over another looks like."""
    from matplotlib.colors import to_rgb

    pairs = zip(to_rgb(under), to_rgb(over), strict=True)
    return tuple((1 - opacity) * a + opacity * b for a, b in pairs)
