"""The sections of a report: which text and which tables, in which order.

A format only decides how a section looks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planner.evaluation.result import Evaluation
from planner.reporting.reasons import (
    flips_table,
    reasons_story,
    regions_table,
    runners_up_table,
)
from planner.reporting.report import Report
from planner.reporting.report_tables import reproduction_table, sources_table
from planner.reporting.table import Table
from planner.reporting.tables import (
    comparison_table,
    cost_by_kind_table,
    cost_lines_table,
    layouts_table,
    risks_table,
    sites_table,
)
from planner.reporting.words import layout_words, prices_words

if TYPE_CHECKING:
    import plotly.graph_objects as go

MANY_ROWS = 12
"""Longer tables of sites and of regions are folded."""
COSTS = (
    "name",
    "layout",
    "bill_usd",
    "difference_usd",
    "low_usd",
    "high_usd",
    "missed_goals",
    "status",
)
LATENCIES = (
    "name",
    "mean_rtt_ms",
    "p95_rtt_ms",
    "max_rtt_ms",
    "mean_pull_seconds",
    "wait_hours",
)
OPERATIONS = (
    "name",
    "registries",
    "pushes_per_release",
    "image_names",
    "access_configurations",
    "worst_loss_region",
    "pulls_lost_share",
    "rtt_after_loss_ms",
)
TRADE_OFF = ("name", "mean_rtt_ms", "bill_usd", "low_usd", "high_usd")


@dataclass(frozen=True)
class Block:
    """A table, and the figure that shows it where a format can."""

    table: Table
    figure: Callable[[], go.Figure] | None = None
    folded: bool = False
    """Whether the table is long and of interest only to those who check a number."""


@dataclass(frozen=True)
class Section:
    """A heading with text and tables."""

    title: str
    paragraphs: tuple[str, ...] = ()
    bullets: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()

    @property
    def anchor(self) -> str:
        """Name of the section in links."""
        return self.title.lower().replace(" ", "-").replace(",", "")


def sections(report: Report) -> Iterator[Section]:
    """The sections in their order."""
    yield _plans(report)
    yield _costs(report)
    yield _latency(report)
    yield _maps(report)
    yield _layouts(report)
    if report.comparison.best.regions:
        yield _reasons(report)
    yield _lines(report)
    yield _risks(report)
    yield _assumptions(report)
    yield _sources(report)
    yield _reproduction(report)


def _plans(report: Report) -> Section:
    table = comparison_table(report.comparison)
    burdens = table.pick(
        *OPERATIONS,
        title="Work and the loss of a region",
        caption="What the loss of the one location that hurts most does to the pulls. "
        "An image name does not change by itself, so a site moves only within its "
        "registry.",
    )
    extra = any(
        plan.cost.total_usd != plan.cost.bill_usd
        for plan in report.comparison.evaluations.values()
    )
    keys = (*COSTS, "total_usd") if extra else COSTS
    costs = table.pick(*keys, title="Plans and their cost")
    return Section("Plans", blocks=(Block(costs), Block(burdens)))


def _costs(report: Report) -> Section:
    plans = report.comparison.evaluations

    def figure() -> go.Figure:
        from planner.reporting.figures import cost_bars

        return cost_bars(plans)

    return Section("Cost", blocks=(Block(cost_by_kind_table(plans), figure),))


def _latency(report: Report) -> Section:
    plans = report.comparison.evaluations

    def round_trips() -> go.Figure:
        from planner.reporting.figures import latency_figure

        return latency_figure(plans)

    def trade_off() -> go.Figure:
        from planner.reporting.figures import cost_latency_figure

        return cost_latency_figure(plans)

    table = comparison_table(report.comparison)
    latency = table.pick(
        *LATENCIES,
        title="Latency of pulls",
        caption="Round trips (RTT) in ms, P50, weighted by pulls.",
    )
    against = table.pick(*TRADE_OFF, title="Bill against latency")
    blocks = (Block(latency, round_trips), Block(against, trade_off))
    return Section("Latency", blocks=blocks)


def _maps(report: Report) -> Section:
    return Section(
        "Who serves whom",
        blocks=tuple(_map(report, name, plan) for name, plan in report.shown.items()),
    )


def _map(report: Report, name: str, plan: Evaluation) -> Block:
    def figure() -> go.Figure:
        from planner.reporting.figures import site_map

        return site_map(report.problem, plan, name)

    table = sites_table(plan, name)
    return Block(table, figure, folded=len(table.rows) > MANY_ROWS)


def _layouts(report: Report) -> Section:
    return Section(
        "Layouts",
        bullets=tuple(
            f"{name}: {layout_words(plan.layout)}."
            for name, plan in report.comparison.evaluations.items()
        ),
        blocks=tuple(
            Block(layouts_table(plan, name)) for name, plan in report.shown.items()
        ),
    )


def _reasons(report: Report) -> Section:
    best = report.comparison.best
    regions = regions_table(best)
    folded = len(regions.rows) > MANY_ROWS
    blocks = (
        Block(regions, folded=folded),
        Block(flips_table(best), folded=folded),
        Block(runners_up_table(best)),
    )
    return Section(
        "Why these regions", bullets=tuple(reasons_story(best)), blocks=blocks
    )


def _lines(report: Report) -> Section:
    return Section(
        "Cost lines",
        (
            "Each line is a quantity times a unit price; any number can be redone by hand.",
        ),
        blocks=tuple(
            Block(cost_lines_table(plan, name), folded=True)
            for name, plan in report.shown.items()
        ),
    )


def _risks(report: Report) -> Section:
    return Section("Risks", blocks=(Block(risks_table(report.comparison.evaluations)),))


def _assumptions(report: Report) -> Section:
    return Section(
        "Assumptions",
        (
            "Where the vendor's rules are unclear, the tables give the bill under the "
            "cheaper reading of every such rule (low) and the dearer one (high) beside "
            "the default.",
        ),
        report.assumptions,
    )


def _sources(report: Report) -> Section:
    plans = report.comparison.evaluations.values()
    table = sources_table(report)
    text = f"The plans rest on {prices_words(plans)}; where they come from:"
    if report.sources & {"price_overrides", "scenario"}:
        text = f"Some prices or round trips are the scenario's own. {text}"
    return Section("Sources", (text,), blocks=(Block(table),))


def _reproduction(report: Report) -> Section:
    text = "The same scenario and version give the same report, byte for byte."
    table = reproduction_table(report)
    return Section("How to reproduce", (text,), blocks=(Block(table),))
