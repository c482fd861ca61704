"""The key figures of plans side by side, each with its difference to the baseline."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from planner.evaluation.result import Evaluation
from planner.reporting.table import NOTHING, Cell, Column, Kind, Table, format_cell
from planner.reporting.text import visible
from planner.reporting.words import prices_words

Figure = float | None


class Kpi(NamedTuple):
    """One key figure of a plan."""

    key: str
    label: str
    kind: Kind
    of: Callable[[Evaluation], Figure]
    explained_by: str
    """Which lines explain it: `cost`, `sites`, `layout` or `loss`."""


KPIS: Sequence[Kpi] = (
    Kpi("bill_usd", "Azure bill a month", "usd", lambda e: e.cost.bill_usd, "cost"),
    Kpi("low_usd", "lowest reading", "usd", lambda e: e.cost.low_usd, "cost"),
    Kpi("high_usd", "highest reading", "usd", lambda e: e.cost.high_usd, "cost"),
    Kpi(
        "extras_usd",
        "Labour and waiting a month",
        "usd",
        lambda e: e.cost.operations_usd + e.cost.waiting_usd,
        "cost",
    ),
    Kpi("mean_rtt_ms", "Mean RTT", "ms", lambda e: e.latency.mean_rtt_ms, "sites"),
    Kpi("p95_rtt_ms", "P95 RTT", "ms", lambda e: e.latency.p95_rtt_ms, "sites"),
    Kpi("max_rtt_ms", "Worst RTT", "ms", lambda e: e.latency.max_rtt_ms, "sites"),
    Kpi(
        "mean_pull_seconds",
        "Mean pull time",
        "seconds",
        lambda e: e.latency.mean_pull_seconds,
        "sites",
    ),
    Kpi(
        "registries", "Registries", "count", lambda e: e.operations.registries, "layout"
    ),
    Kpi(
        "pushes_per_release",
        "Pushes per release",
        "count",
        lambda e: e.operations.pushes_per_release,
        "layout",
    ),
    Kpi(
        "image_names",
        "Names of an image",
        "count",
        lambda e: e.operations.image_names,
        "layout",
    ),
    Kpi(
        "access_configurations",
        "Access configurations",
        "count",
        lambda e: e.operations.access_configurations,
        "layout",
    ),
    Kpi(
        "pulls_lost_share",
        "Pulls cut off if the worst region is lost",
        "share",
        lambda e: e.worst_loss.pulls_lost_share,
        "loss",
    ),
    Kpi(
        "rtt_after_loss_ms",
        "Worst RTT then",
        "ms",
        lambda e: e.worst_loss.max_rtt_ms,
        "loss",
    ),
)

DELTA_KINDS: Mapping[Kind, Kind] = {"usd": "usd_delta", "ms": "ms_delta"}


class KpiCell(NamedTuple):
    """One figure as text, with its difference to the baseline in words."""

    plan: str
    text: str
    difference: str
    """Such as `+$12.00`; empty for the baseline and where nothing differs."""
    better: bool | None
    """Whether a difference is for the better; every figure here is better if smaller."""


class KpiRow(NamedTuple):
    """One key figure of all plans."""

    kpi: Kpi
    cells: tuple[KpiCell, ...]


def kpi_rows(
    plans: Mapping[str, Evaluation], baseline: Evaluation | None
) -> list[KpiRow]:
    """Rows for people; labour and waiting only where somebody prices them."""
    return [
        KpiRow(
            kpi, tuple(_cell(kpi, name, plan, baseline) for name, plan in plans.items())
        )
        for kpi in KPIS
        if kpi.key != "extras_usd" or any(kpi.of(plan) for plan in plans.values())
    ]


def kpi_table(plans: Mapping[str, Evaluation], baseline: Evaluation | None) -> Table:
    """The same as raw values: a row a figure, a column a plan, then the differences."""
    columns = [Column("figure", "Figure"), Column("unit", "Unit")]
    columns += [Column(name, visible(name), "", "number") for name in plans]
    if baseline is not None:
        columns += [
            Column(f"{name} - baseline", f"{visible(name)} against the baseline")
            for name in plans
        ]
    rows: list[tuple[Cell, ...]] = []
    for kpi in KPIS:
        values = [kpi.of(plan) for plan in plans.values()]
        row: list[Cell] = [kpi.label, UNITS.get(kpi.kind, ""), *values]
        if baseline is not None:
            start = kpi.of(baseline)
            row += [
                None if value is None or start is None else value - start
                for value in values
            ]
        rows.append(tuple(row))
    caption = f"Per month, {prices_words(plans.values())}."
    return Table("Key figures", tuple(columns), tuple(rows), caption)


UNITS: Mapping[Kind, str] = {
    "usd": "USD per month",
    "ms": "ms",
    "seconds": "s",
    "share": "share of pulls",
}


def _cell(
    kpi: Kpi, name: str, plan: Evaluation, baseline: Evaluation | None
) -> KpiCell:
    value = kpi.of(plan)
    text = format_cell(kpi.kind, value)
    start = None if baseline is None else kpi.of(baseline)
    if plan is baseline or value is None or start is None:
        return KpiCell(name, text, "", None)
    change = value - start
    words = _difference(kpi.kind, change)
    return KpiCell(name, text, words, change < 0 if words else None)


def _difference(kind: Kind, change: float) -> str:
    words = format_cell(DELTA_KINDS.get(kind, kind), change)
    if not any(digit in words for digit in "123456789"):
        return ""
    return words if kind in DELTA_KINDS or change < 0 else f"+{words}"


def before_after_table(
    today: Evaluation, best: Evaluation, names: tuple[str, str]
) -> Table:
    """The key figures of two plans for people, with what changes between them."""
    before, after = names
    columns = (
        Column("figure", "Figure"),
        Column("before", visible(before)),
        Column("after", visible(after)),
        Column("change", "Change"),
    )
    rows = tuple(
        (row.kpi.label, start.text, end.text, end.difference or NOTHING)
        for row in kpi_rows({before: today, after: best}, today)
        for start, end in [row.cells]
    )
    caption = f"USD per month, {prices_words([today, best])}; round trips (RTT) P50."
    return Table("Before and after", columns, rows, caption)
