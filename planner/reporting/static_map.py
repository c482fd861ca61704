"""The world under a static map: outlines of the topology that plotly.js draws, too.

Degrees east and north are drawn as they are, so that no projection is needed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from planner.reporting.maps import map_topology
from planner.reporting.static_canvas import Box, Canvas
from planner.reporting.theme import Spec

if TYPE_CHECKING:
    from matplotlib.path import Path

Degrees = tuple[float, float]
"""East and north."""
MOVE, LINE = 1, 2
"""Codes of matplotlib's paths."""
FINEST = 1.6
"""Pixels between points of an outline, of which nearer ones are left out."""


def map_box(geo: Spec, width: float, top: float) -> Box:
    """Where the map is: as high as its latitudes need, a degree the same both ways."""
    south, north = geo["lataxis"]["range"]
    return 0.0, top, width, width * (north - south) / 360


def draw_world(canvas: Canvas, box: Box, geo: Spec) -> None:
    """Sea, land and borders of countries."""
    canvas.box(box, {"color": geo["oceancolor"]})
    south, north = geo["lataxis"]["range"]
    land, borders = _outlines(box, (south, north))
    coast = geo["coastlinecolor"], geo["coastlinewidth"]
    canvas.shape(land, geo["landcolor"], *coast, clip=box)
    canvas.shape(borders, "none", geo["countrycolor"], geo["countrywidth"], clip=box)


def crossings(here: Degrees, there: Degrees) -> Iterator[tuple[Degrees, Degrees]]:
    """The shorter way between two places: one line, or two over the map's edges."""
    turn = 360.0 if here[0] > there[0] else -360.0
    if abs(here[0] - there[0]) <= 180:
        yield here, there
    else:
        yield here, (there[0] + turn, there[1])
        yield (here[0] - turn, here[1]), there


@lru_cache(maxsize=2)
def _outlines(box: Box, latitudes: tuple[float, float]) -> tuple[Path, Path]:
    """Land and borders in pixels."""
    arcs = _arcs()
    objects = map_topology()["objects"]
    rings = [
        whole
        for ring in _rings(objects["land"])
        for whole in _unrolled(_joined(ring, arcs))
    ]
    used = Counter(
        index if index >= 0 else ~index
        for ring in _rings(objects["countries"])
        for index in ring
    )
    borders = [arcs[index] for index, times in sorted(used.items()) if times > 1]
    return _path(rings, box, latitudes), _path(borders, box, latitudes)


def _arcs() -> list[list[Degrees]]:
    """Every arc of the topology, whose points are steps from the point before."""
    topology = map_topology()
    (wide, high), (left, bottom) = (
        topology["transform"][key] for key in ("scale", "translate")
    )
    arcs = []
    for steps in topology["arcs"]:
        x = y = 0
        arc = []
        for right, up in steps:
            x, y = x + right, y + up
            arc.append((x * wide + left, y * high + bottom))
        arcs.append(arc)
    return arcs


def _rings(part: Any) -> Iterator[Sequence[int]]:
    """The rings of all polygons, as numbers of arcs; `~n` is arc n backwards."""
    for shape in part["geometries"]:
        if shape["type"] == "Polygon":
            yield from shape["arcs"]
        elif shape["type"] == "MultiPolygon":
            for polygon in shape["arcs"]:
                yield from polygon


def _joined(ring: Sequence[int], arcs: Sequence[Sequence[Degrees]]) -> list[Degrees]:
    points: list[Degrees] = []
    for index in ring:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        points += arc[1:] if points else arc
    return points


def _unrolled(ring: Sequence[Degrees]) -> Iterator[list[Degrees]]:
    """A ring in one piece, and once more where it goes on at the map's other edge."""
    turn, before = 0.0, ring[0][0]
    whole = []
    for east, north in ring:
        if abs(east - before) > 180:
            turn += 360.0 if east < before else -360.0
        before = east
        whole.append((east + turn, north))
    yield whole
    farthest = max((east for east, _ in whole), key=abs)
    if abs(farthest) > 180:
        again = -360.0 if farthest > 0 else 360.0
        yield [(east + again, north) for east, north in whole]


def _path(
    outlines: Iterable[Sequence[Degrees]], box: Box, latitudes: tuple[float, float]
) -> Path:
    """Outlines that are on the map as one path in pixels, thinned."""
    from matplotlib.path import Path

    points: list[tuple[float, float]] = []
    codes: list[int] = []
    south, north = latitudes
    left, top, width, height = box
    for outline in outlines:
        if all(y < south or y > north for _, y in outline):
            continue
        thin = _thinned(
            (
                left + (x + 180) / 360 * width,
                top + (north - y) / (north - south) * height,
            )
            for x, y in outline
        )
        points += thin
        codes += [MOVE, *[LINE] * (len(thin) - 1)]
    return Path(points, codes)


def _thinned(outline: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """The outline without points near the one before; its ends stay."""
    first, *rest = outline
    kept = [first]
    for point in rest[:-1]:
        if max(abs(point[0] - kept[-1][0]), abs(point[1] - kept[-1][1])) >= FINEST:
            kept.append(point)
    return [*kept, *rest[-1:]]
