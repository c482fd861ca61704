"""Figures as plain functions of data; they know nothing of Dash or of files.

Each says its unit, its period and the dates of the prices it rests on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from planner.evaluation.cost import Kind
from planner.evaluation.latency import Latency
from planner.evaluation.result import CostLine, Evaluation
from planner.reporting.kinds import KIND_COLOURS, KIND_LABELS, KIND_PATTERNS
from planner.reporting.maps import site_map
from planner.reporting.result_tables import METRIC_WORDS, metric_phrase
from planner.reporting.sentences import frontier_headline
from planner.reporting.table import format_cell
from planner.reporting.theme import (
    AROUND_PLOT,
    PLOT_CONFIG,
    THEMES,
    Spec,
    axis_label,
    empty,
    frame,
    framed,
    label,
    label_sides,
    merged,
    theme_layout,
    themed,
)
from planner.reporting.words import layout_brief, prices_words

if TYPE_CHECKING:
    from planner.analysis import Frontier


__all__ = [
    "KIND_COLOURS",
    "KIND_LABELS",
    "PLOT_CONFIG",
    "THEMES",
    "cost_bars",
    "cost_latency_figure",
    "frontier_curve",
    "latency_figure",
    "region_cost_bars",
    "site_map",
    "stacked_bars",
    "themed",
]

NOBODY_PULLS = "Nothing pulls, so there is no latency to show."
ROW_HEIGHT = 52
"""Pixels for each bar or row."""
MEASURES = (
    ("mean_rtt_ms", "mean", "circle", 11, "#0072B2"),
    ("p95_rtt_ms", "P95", "diamond-open", 13, "#B07600"),
    ("max_rtt_ms", "worst", "square-open", 17, "#D55E00"),
)
PLAN_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "star", "cross", "x")
PLAN_COLOURS = ("#0072B2", "#D55E00", "#00835F", "#B5508A", "#B07600", "#3B8FD1")


def cost_bars(evaluations: Mapping[str, Evaluation]) -> go.Figure:
    """Monthly cost by kind, one stacked bar a plan."""
    title = "Monthly cost by kind"
    if not evaluations:
        return empty(title, "There is no plan to show.")
    sums = {name: e.cost.by_kind for name, e in evaluations.items()}
    return _stacked(title, sums, list(evaluations.values()))


def region_cost_bars(evaluation: Evaluation) -> go.Figure:
    """Monthly cost by kind of one plan, one stacked bar a region."""
    sums: dict[str, dict[Kind, float]] = {}
    for line in evaluation.cost.lines:
        kinds = sums.setdefault(_region(line), dict.fromkeys(Kind, 0.0))
        kinds[line.kind] += line.usd
    title = f"Monthly cost of {label(evaluation.name)} by region"
    return _stacked(title, sums, [evaluation])


def _region(line: CostLine) -> str:
    return line.region or "all regions"


def _stacked(
    title: str,
    sums: Mapping[str, Mapping[Kind, float]],
    evaluations: Sequence[Evaluation],
) -> go.Figure:
    return go.Figure(stacked_bars(title, sums, prices_words(evaluations)))


def stacked_bars(
    title: str, sums: Mapping[str, Mapping[Kind, float]], subtitle: str
) -> Spec:
    """One stacked bar a name, by kind of cost in USD per month, as plain data."""
    names = [axis_label(name) for name in sums]
    traces = []
    for kind in Kind:
        values = [by_kind[kind] for by_kind in sums.values()]
        if any(values):
            traces.append(_bar(kind, names, values))
    texts = [
        f"{name}<br><b>{format_cell('usd', sum(by_kind.values()))}</b>"
        for name, by_kind in zip(names, sums.values(), strict=True)
    ]
    axes = {
        "barmode": "stack",
        "bargap": 0.35,
        "xaxis": {
            "title": {"text": "USD per month"},
            "tickprefix": "$",
            "tickformat": ",",
            "rangemode": "tozero",
        },
        "yaxis": _rows(names)
        | {"tickmode": "array", "tickvals": names, "ticktext": texts},
    }
    height = AROUND_PLOT + ROW_HEIGHT * len(names)
    layout = merged(
        frame(title, height, subtitle), theme_layout("light", has_map=False), axes
    )
    return {"data": traces, "layout": layout}


def _bar(kind: Kind, names: Sequence[str], values: Sequence[float]) -> Spec:
    return {
        "type": "bar",
        "name": KIND_LABELS[kind],
        "y": list(names),
        "x": list(values),
        "orientation": "h",
        "marker": {
            "color": KIND_COLOURS[kind],
            "line": {"color": "#3e4c59", "width": 0.6},
            "pattern": {
                "shape": KIND_PATTERNS[kind],
                "fillmode": "overlay",
                "fgcolor": "#1f2933",
                "fgopacity": 0.55,
                "size": 7,
                "solidity": 0.25,
            },
        },
        "hovertemplate": "%{y}<br>%{fullData.name}: $%{x:,.2f} a month<extra></extra>",
    }


def _rows(names: Sequence[str]) -> Spec:
    """Categories from top to bottom in their order, labels given room."""
    return {
        "type": "category",
        "categoryorder": "array",
        "categoryarray": list(names),
        "autorange": "reversed",
        "ticklabelstandoff": 6,
    }


def latency_figure(evaluations: Mapping[str, Evaluation]) -> go.Figure:
    """Mean, P95 and worst round trip, one row a plan."""
    title = "Round trip of a pull"
    pulled = {
        name: e.latency
        for name, e in evaluations.items()
        if e.latency.mean_rtt_ms is not None
    }
    if not pulled:
        return empty(title, NOBODY_PULLS)
    names = [axis_label(name) for name in pulled]
    figure = go.Figure()
    for row, latency in zip(names, pulled.values(), strict=True):
        figure.add_trace(_span(row, latency))
    for key, word, symbol, size, colour in MEASURES:
        figure.add_trace(
            go.Scatter(
                name=word,
                x=[getattr(latency, key) for latency in pulled.values()],
                y=names,
                mode="markers",
                marker={
                    "symbol": symbol,
                    "color": colour,
                    "size": size,
                    "line": {"color": colour, "width": 2},
                },
                cliponaxis=False,
                hovertemplate=f"%{{y}}<br>{word}: %{{x:,.1f}} ms<extra></extra>",
            )
        )
    figure.update_xaxes(title="RTT in ms", rangemode="tozero")
    subtitle = "P50 of each pair of places, weighted by pulls"
    framed(figure, title, AROUND_PLOT + ROW_HEIGHT * len(names), subtitle)
    return figure.update_yaxes(_rows(names))


def _span(row: str, latency: Latency) -> go.Scatter:
    """The line from the mean to the worst round trip."""
    return go.Scatter(
        x=[latency.mean_rtt_ms, latency.max_rtt_ms],
        y=[row, row],
        mode="lines",
        line={"color": "#7b8794", "width": 2},
        showlegend=False,
        hoverinfo="skip",
    )


def cost_latency_figure(evaluations: Mapping[str, Evaluation]) -> go.Figure:
    """The bill against the mean round trip, each plan a point with its bill's range."""
    title = "Azure bill against latency"
    pulled = {
        name: e for name, e in evaluations.items() if e.latency.mean_rtt_ms is not None
    }
    if not pulled:
        return empty(title, NOBODY_PULLS)
    points = [(e.latency.mean_rtt_ms or 0.0, e.cost.bill_usd) for e in pulled.values()]
    slowest, dearest = (max(axis) or 1.0 for axis in zip(*points, strict=True))
    scaled = [(2 * x / slowest, 5 * y / dearest) for x, y in points]
    sides = label_sides(scaled, near=0.5)
    figure = go.Figure()
    for number, (name, evaluation) in enumerate(pulled.items()):
        point = _plan_point(number, name, evaluation)
        right = points[number][0] <= 0.6 * slowest
        point.textposition = f"{sides[number]} {'right' if right else 'left'}"
        figure.add_trace(point)
    figure.update_xaxes(title="mean RTT in ms", range=[-0.04 * slowest, 1.08 * slowest])
    figure.update_yaxes(
        title="USD per month", tickprefix="$", tickformat=",", rangemode="tozero"
    )
    return framed(figure, title, 480, prices_words(pulled.values()))


def frontier_curve(frontier: Frontier) -> go.Figure:
    """Every nondominated plan of cost against latency, the knee marked."""
    words, unit, _ = METRIC_WORDS[frontier.metric]
    title = f"Cost against {metric_phrase(frontier.metric)}"
    if not frontier.plans:
        return empty(title, frontier_headline(frontier))
    figure = go.Figure()
    for name, plans, mode, symbol, colour, size in (
        ("plans", frontier.plans, "lines+markers", "circle", PLAN_COLOURS[0], 8),
        ("knee", [frontier.knee], "markers+text", "star", PLAN_COLOURS[1], 16),
    ):
        shown = [plan for plan in plans if plan is not None]
        figure.add_scatter(
            name=name,
            x=[frontier.metric.of(plan) for plan in shown],
            y=[plan.cost.total_usd for plan in shown],
            mode=mode,
            line={"shape": "vh", "dash": "dot"},
            marker={"symbol": symbol, "color": colour, "size": size},
            text=[name] * len(shown),
            textposition="top right",
            customdata=[label(layout_brief(plan.layout)) for plan in shown],
            hovertemplate=f"%{{customdata}}<br>$%{{y:,.2f}} a month, %{{x:,.1f}} {unit}"
            "<extra></extra>",
        )
    figure.update_xaxes(title=f"{words} in {unit}", rangemode="tozero")
    figure.update_yaxes(
        title="USD per month", tickprefix="$", tickformat=",", rangemode="tozero"
    )
    return framed(figure, title, 480, prices_words(frontier.plans))


def _plan_point(number: int, name: str, evaluation: Evaluation) -> go.Scatter:
    cost = evaluation.cost
    return go.Scatter(
        name=label(name),
        x=[evaluation.latency.mean_rtt_ms],
        y=[cost.bill_usd],
        error_y={
            "array": [max(0.0, cost.high_usd - cost.bill_usd)],
            "arrayminus": [max(0.0, cost.bill_usd - cost.low_usd)],
            "thickness": 1.5,
        },
        mode="markers+text",
        text=[label(name)],
        marker={
            "symbol": PLAN_SYMBOLS[number % len(PLAN_SYMBOLS)],
            "color": PLAN_COLOURS[number % len(PLAN_COLOURS)],
            "size": 12,
        },
        hovertemplate=(
            "%{fullData.name}<br>$%{y:,.2f} a month, %{x:,.1f} ms<extra></extra>"
        ),
    )
