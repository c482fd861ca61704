"""The sections of a report: which text and which tables, in which order.

A format only decides how a section looks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from planner.errors import InputError
from planner.evaluation.result import Evaluation
from planner.reporting.facts_used import losses_table
from planner.reporting.kpis import before_after_table
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
from planner.reporting.trade_off import (
    curve_note,
    trade_off_figure,
    trade_off_table,
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
    brief: bool = False
    """Whether the short form, such as a comment on a pull request, has it, too."""

    @property
    def anchor(self) -> str:
        """Name of the section in links."""
        return self.title.lower().replace(" ", "-").replace(",", "")


def sections(report: Report) -> Iterator[Section]:
    """The sections in their order."""
    yield from _before_after(report)
    yield _plans(report)
    yield _costs(report)
    yield _latency(report)
    if report.points:
        yield _trade_off(report)
    yield _maps(report)
    yield _layouts(report)
    if report.comparison.best.regions:
        yield _reasons(report)
    yield _losses(report)
    yield _migration(report)
    yield _lines(report)
    yield _risks(report)
    yield _assumptions(report)
    yield _sources(report)
    yield _reproduction(report)


def _before_after(report: Report) -> Iterator[Section]:
    """The key figures of the baseline and the best plan, where there are both."""
    today, best = report.comparison.today, report.comparison.optimum
    if today is None or best is None or best.evaluation is None:
        return
    table = before_after_table(today, best.evaluation, (today.name, best.name))
    yield Section(table.title, blocks=(Block(table),), brief=True)


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
    return Section("Plans", blocks=(Block(costs), Block(burdens)), brief=True)


def _costs(report: Report) -> Section:
    plans = report.comparison.evaluations

    def figure() -> go.Figure:
        from planner.reporting.figures import cost_bars

        return cost_bars(plans)

    return Section(
        "Cost", blocks=(Block(cost_by_kind_table(plans), figure),), brief=True
    )


def _latency(report: Report) -> Section:
    plans = report.comparison.evaluations

    def round_trips() -> go.Figure:
        from planner.reporting.figures import latency_figure

        return latency_figure(plans)

    table = comparison_table(report.comparison)
    latency = table.pick(
        *LATENCIES,
        title="Latency of pulls",
        caption="Round trips (RTT) in ms, P50, weighted by pulls.",
    )
    return Section("Latency", blocks=(Block(latency, round_trips),), brief=True)


def _trade_off(report: Report) -> Section:
    """The whole curve of one registry, and the report's plans beside it."""
    frontier, points = report.frontier, report.points

    def figure() -> go.Figure:
        return trade_off_figure(points, frontier.metric)

    table = replace(trade_off_table(points), caption=curve_note(frontier, points))
    return Section(
        "Trade-off",
        (
            "Every plan of one geo-replicated registry that no other beats in both cost "
            "and mean round trip; the plans of this report are marked.",
        ),
        blocks=(Block(table, figure, folded=len(table.rows) > MANY_ROWS),),
    )


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
        "Why these regions",
        bullets=tuple(reasons_story(best)),
        blocks=blocks,
        brief=True,
    )


def _losses(report: Report) -> Section:
    tables = (
        losses_table(report.problem, plan, name) for name, plan in report.shown.items()
    )
    return Section(
        "If a region is lost",
        blocks=tuple(Block(t, folded=len(t.rows) > MANY_ROWS) for t in tables),
    )


def _migration(report: Report) -> Section:
    """The way from the baseline to the best plan, or why there is none to show."""
    from planner.deployment.migration import migration_tables

    title = "Migration"
    try:
        migration = report.migration
    except InputError as error:
        return Section(title, (f"No steps can be given: {error}.",))
    if migration is None:
        return Section(title, ("There is no baseline, or no plan, to go from or to.",))
    if not migration.steps:
        return Section(title, (f"{migration.before.name} stays as it is.",))
    text = (
        "What changes from the baseline to the best plan, in an order in which pulls "
        "go on at every step. acr-planner deploy writes the same steps as an az script, "
        "Terraform or Bicep."
    )
    return Section(
        title,
        (text,),
        blocks=tuple(map(Block, migration_tables(migration))),
        brief=True,
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
    return Section("How to reproduce", (text,), blocks=(Block(table),), brief=True)
