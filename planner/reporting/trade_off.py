"""The trade-off as a figure and a table: the whole curve, and known plans beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from planner.domain.layout import Layout
from planner.evaluation.cost import Kind
from planner.evaluation.result import Evaluation
from planner.optimization.families import Metric
from planner.reporting.phrases import same_places
from planner.reporting.result_tables import METRIC_WORDS, metric_phrase
from planner.reporting.table import Column, Table, format_cell
from planner.reporting.theme import Spec, frame, label, merged, theme_layout
from planner.reporting.words import counted, layout_brief, prices_words

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from planner.analysis import Frontier

KNEE = "knee"
BLUE, ORANGE, GREEN, PURPLE, RED = "#3B8FD1", "#D55E00", "#00835F", "#B5508A", "#E0485A"
"""Each is told from both backgrounds, and each comes with a symbol of its own."""
HEIGHT = 430
MARGIN = 1.08
"""The axes go this much beyond the farthest plan."""

COLUMNS = (
    Column("plan", "Plan"),
    Column("cost_usd", "Cost", "USD/month", "usd"),
    Column("difference_usd", "Above the cheapest", "USD/month", "usd_delta"),
    Column("mean_rtt_ms", "Mean RTT", "ms", "ms"),
    Column("max_rtt_ms", "Worst RTT", "ms", "ms"),
    Column("mean_pull_seconds", "Mean pull time", "s", "seconds"),
    Column("locations", "Locations", "", "count"),
    Column("on_curve", "On the curve", "", "bool"),
    Column("layout", "Registries and locations"),
)


class Point(NamedTuple):
    """A plan in the figure and in the table."""

    evaluation: Evaluation
    names: tuple[str, ...]
    """What the plan is known as; empty for most of those on the curve."""
    on_curve: bool

    @property
    def title(self) -> str:
        """Its names, else how many locations it has."""
        return ", ".join(self.names) or locations_words(self.evaluation.layout)


def locations_words(layout: Layout) -> str:
    """`3 locations`."""
    return counted(len(layout.regions), "location")


def cost_usd(evaluation: Evaluation) -> float:
    """Bill and operations; what waiting is worth is the other axis."""
    return evaluation.cost.total_usd - evaluation.cost.by_kind[Kind.WAITING]


def slo_name(slo_ms: float) -> str:
    """`all within 100 ms`."""
    return f"all within {slo_ms:g} ms"


def trade_off_points(
    frontier: Frontier, named: Mapping[str, Evaluation]
) -> tuple[Point, ...]:
    """The curve's plans, cheapest first, then the known ones that are not on it."""
    points = [Point(plan, (), True) for plan in frontier.plans]
    for name, evaluation in _known(frontier, named):
        at = next((i for i, p in enumerate(points) if _same(p, evaluation)), None)
        if at is None:
            points.append(Point(evaluation, (name,), False))
        else:
            points[at] = points[at]._replace(names=(*points[at].names, name))
    return tuple(points)


def _known(
    frontier: Frontier, named: Mapping[str, Evaluation]
) -> Iterator[tuple[str, Evaluation]]:
    if frontier.knee is not None:
        yield KNEE, frontier.knee
    yield from named.items()
    for slo, plan in frontier.at_slo.items():
        if plan is not None:
            yield slo_name(slo), plan


def _same(point: Point, evaluation: Evaluation) -> bool:
    there = point.evaluation
    return there is evaluation or (
        abs(cost_usd(there) - cost_usd(evaluation)) < 0.005
        and same_places(there.layout, evaluation.layout)
    )


def trade_off_table(points: Sequence[Point]) -> Table:
    """One row a point, in the figure's order."""
    costs = [cost_usd(point.evaluation) for point in points]
    least = min(costs, default=0.0)
    rows = tuple(
        (
            point.title,
            cost,
            cost - least,
            point.evaluation.latency.mean_rtt_ms,
            point.evaluation.latency.max_rtt_ms,
            point.evaluation.latency.mean_pull_seconds,
            len(point.evaluation.layout.regions),
            point.on_curve,
            layout_brief(point.evaluation.layout),
        )
        for point, cost in zip(points, costs, strict=True)
    )
    caption = f"Bill and operations, USD per month{_dates(points)}."
    return Table("Cost against latency", COLUMNS, rows, caption)


def curve_note(frontier: Frontier, points: Sequence[Point]) -> str:
    """What the amounts are, and which of the usual goals no plan reaches."""
    if not points:
        return ""
    words = f"Bill and operations, USD per month{_dates(points)}."
    unreached = [slo for slo, plan in frontier.at_slo.items() if plan is None]
    if unreached:
        words += f" No plan here has every site within {max(unreached):g} ms."
    return words


def trade_off_curve(
    points: Sequence[Point], metric: Metric, scheme: str = "light"
) -> Spec:
    """Cost against latency: the stepped curve, the knee and the known plans by name."""
    shown = list(enumerate(points))
    slos = [
        (i, p) for i, p in shown if any(n.startswith("all within") for n in p.names)
    ]
    known = [(i, p) for i, p in shown if _known_by_name(p)]
    knees = [(i, p) for i, p in shown if KNEE in p.names]
    curve = _trace(
        "plans that none beats", [(i, p) for i, p in shown if p.on_curve], metric
    )
    curve |= {
        "mode": "lines+markers",
        "line": {"shape": "vh", "color": BLUE, "width": 2},
        "marker": {"symbol": "circle", "color": BLUE, "size": 6},
    }
    marked = (
        _marks("knee", knees, metric, "star", ORANGE, 17),
        _marks("known plans", known, metric, "diamond", GREEN, 12),
        _marks("cheapest within a worst RTT", slos, metric, "square-open", PURPLE, 15),
    )
    traces = [
        curve,
        *(trace for trace in marked if trace["x"]),
        _labels(points, metric),
    ]
    return {"data": traces, "layout": _layout(points, metric, scheme)}


def trade_off_figure(points: Sequence[Point], metric: Metric) -> go.Figure:
    """The curve as a figure of its own, for a report."""
    import plotly.graph_objects as go

    figure = go.Figure(trade_off_curve(points, metric))
    return figure.update_layout(height=HEIGHT, clickmode="none")


def _known_by_name(point: Point) -> bool:
    return any(n != KNEE and not n.startswith("all within") for n in point.names)


def single_mark(
    name: str, evaluation: Evaluation, metric: Metric, *, chosen: bool
) -> Spec:
    """One more plan on the curve: the chosen one ringed, the sliders' best as a cross."""
    point = [(-1, Point(evaluation, (name,), False))]
    symbol, colour, size = (
        ("circle-open", RED, 24) if chosen else ("cross-thin", RED, 18)
    )
    trace = _marks(name, point, metric, symbol, colour, size)
    return trace | {"hoverinfo": "skip", "hovertemplate": None}


def _marks(
    name: str,
    shown: Sequence[tuple[int, Point]],
    metric: Metric,
    symbol: str,
    colour: str,
    size: int,
) -> Spec:
    line = {"color": colour, "width": 2.5}
    marker = {"symbol": symbol, "color": colour, "size": size, "line": line}
    return _trace(name, shown, metric) | {"mode": "markers", "marker": marker}


def _trace(name: str, shown: Sequence[tuple[int, Point]], metric: Metric) -> Spec:
    _, unit, _ = METRIC_WORDS[metric]
    return {
        "type": "scatter",
        "name": name,
        "x": [metric.of(point.evaluation) for _, point in shown],
        "y": [cost_usd(point.evaluation) for _, point in shown],
        "customdata": [str(number) for number, _ in shown],
        "hovertext": [_hover(point) for _, point in shown],
        "hovertemplate": "%{hovertext}<br>$%{y:,.2f} a month, %{x:,.1f} "
        f"{unit}<extra></extra>",
        "cliponaxis": False,
    }


def _hover(point: Point) -> str:
    names = f"<b>{label(', '.join(point.names))}</b><br>" if point.names else ""
    return names + label(layout_brief(point.evaluation.layout))


def _layout(points: Sequence[Point], metric: Metric, scheme: str) -> Spec:
    words, unit, _ = METRIC_WORDS[metric]
    right, top = _reach(points, metric)
    return merged(
        frame("", HEIGHT),
        theme_layout(scheme, has_map=False),
        {
            "title": None,
            "height": None,
            "xaxis": {"title": {"text": f"{words} in {unit}"}, "range": [0, right]},
            "yaxis": {
                "title": {"text": "USD per month"},
                "tickprefix": "$",
                "tickformat": ",",
                "range": [0, top],
            },
            "margin": {"l": 8, "r": 24, "t": 8, "b": 8},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "clickmode": "event",
            "hovermode": "closest",
            "dragmode": False,
            "uirevision": metric.value,
            "legend": {"y": 1.02, "yanchor": "bottom", "yref": "paper"},
        },
    )


def _reach(points: Sequence[Point], metric: Metric) -> tuple[float, float]:
    """Where the axes end."""
    right = max((metric.of(p.evaluation) for p in points), default=0.0)
    top = max((cost_usd(p.evaluation) for p in points), default=0.0)
    return MARGIN * right or 1.0, MARGIN * top or 1.0


def _dates(points: Sequence[Point]) -> str:
    return f", {prices_words(p.evaluation for p in points)}" if points else ""


# ---- names beside the points ----

Box = tuple[float, float, float, float]
"""Left, bottom, right and top in pixels."""
WIDTH_PIXELS, HEIGHT_PIXELS, LETTER_PIXELS, LINE_PIXELS, GAP_PIXELS = 560, 330, 7, 16, 9
"""The plot as it is on a usual screen, and how large its letters are."""
SIDES = {
    "top right": (0, 0),
    "bottom right": (0, -1),
    "top left": (-1, 0),
    "bottom left": (-1, -1),
    "top center": (-0.5, 0),
    "bottom center": (-0.5, -1),
}
"""Where a name may stand, and its box's corner in widths and heights of itself."""
CROSSING, OUTSIDE = 40, 1000
"""How bad it is to cover another name or to stick out, where one plan covered is 1."""


def _labels(points: Sequence[Point], metric: Metric) -> Spec:
    """The names, each where it covers least."""
    right, top = _reach(points, metric)
    spots = [
        (
            metric.of(p.evaluation) / right * WIDTH_PIXELS,
            cost_usd(p.evaluation) / top * HEIGHT_PIXELS,
        )
        for p in points
    ]
    taken: list[Box] = []
    sides = []
    named = [(p, spot) for p, spot in zip(points, spots, strict=True) if p.names]
    for point, spot in named:
        boxes = {side: _box(spot, side, point.names) for side in SIDES}
        best = min(boxes, key=lambda side: _badness(boxes[side], taken, spots))
        taken.append(boxes[best])
        sides.append(best)
    return {
        "type": "scatter",
        "mode": "markers+text",
        "marker": {"size": 2 * GAP_PIXELS, "opacity": 0},  # room around the points
        "x": [metric.of(point.evaluation) for point, _ in named],
        "y": [cost_usd(point.evaluation) for point, _ in named],
        "text": ["<br>".join(label(n) for n in point.names) for point, _ in named],
        "textposition": sides,
        "textfont": {"size": 12},
        "hoverinfo": "skip",
        "showlegend": False,
        "cliponaxis": False,
    }


def _box(spot: tuple[float, float], side: str, names: Sequence[str]) -> Box:
    width = LETTER_PIXELS * max(len(name) for name in names)
    height = LINE_PIXELS * len(names)
    across, up = SIDES[side]
    gap_x = GAP_PIXELS * (1 if across == 0 else -1 if across == -1 else 0)
    gap_y = GAP_PIXELS * (1 if up == 0 else -1)
    left, bottom = spot[0] + across * width + gap_x, spot[1] + up * height + gap_y
    return left, bottom, left + width, bottom + height


def _badness(
    box: Box, taken: Sequence[Box], spots: Sequence[tuple[float, float]]
) -> float:
    left, bottom, right, top = box
    crossed = sum(
        left < other[2] and other[0] < right and bottom < other[3] and other[1] < top
        for other in taken
    )
    covered = sum(left < x < right and bottom < y < top for x, y in spots)
    outside = left < 0 or bottom < 0 or right > WIDTH_PIXELS or top > HEIGHT_PIXELS
    return covered + CROSSING * crossed + OUTSIDE * outside


def point_words(evaluation: Evaluation, metric: Metric) -> str:
    """`$139.73 a month, mean RTT 27.7 ms`."""
    value = format_cell(METRIC_WORDS[metric][2], metric.of(evaluation))
    usd = format_cell("usd", cost_usd(evaluation))
    return f"{usd} a month, {metric_phrase(metric)} {value}"
