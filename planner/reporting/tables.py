"""What evaluations, comparisons and results say, as neutral tables.

Money is USD per month, round trips are P50 in ms. Every figure is read from an
evaluation or a result; nothing is computed here but differences.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from planner.evaluation.cost import BILL_KINDS, Kind
from planner.evaluation.result import Evaluation
from planner.reporting.facts_tables import (
    facts_prices_tables,
    facts_regions_table,
    facts_sources_table,
)
from planner.reporting.kinds import KIND_LABELS
from planner.reporting.reasons import flips_table, regions_table, runners_up_table
from planner.reporting.result_tables import frontier_table, status_words
from planner.reporting.table import Cell, Column, Table, format_cell
from planner.reporting.words import layout_words, prices_words

if TYPE_CHECKING:
    import pandas as pd

    from planner.analysis import Comparison, Plan

__all__ = [
    "Cell",
    "Column",
    "Table",
    "comparison_frame",
    "comparison_table",
    "cost_by_kind_table",
    "cost_lines_table",
    "facts_prices_tables",
    "facts_regions_table",
    "facts_sources_table",
    "flips_table",
    "format_cell",
    "frontier_table",
    "layouts_table",
    "regions_table",
    "risks_table",
    "runners_up_table",
    "sites_table",
    "status_words",
]

SITE_KINDS = (
    Kind.PULL_TRANSFER,
    Kind.INTERNET_EGRESS,
    Kind.PRIVATE_ENDPOINTS,
    Kind.WAITING,
)
"""The kinds of cost that a site causes by pulling."""

COMPARISON_COLUMNS = (
    Column("name", "Plan"),
    Column("layout", "Registries and locations"),
    Column("skus", "SKU"),
    Column("bill_usd", "Azure bill", "USD/month", "usd"),
    Column("low_usd", "Bill, low reading", "USD/month", "usd"),
    Column("high_usd", "Bill, high reading", "USD/month", "usd"),
    Column("difference_usd", "Against the baseline", "USD/month", "usd_delta"),
    Column("total_usd", "Bill, labour and waiting", "USD/month", "usd"),
    Column("mean_rtt_ms", "Mean RTT", "ms", "ms"),
    Column("p95_rtt_ms", "P95 RTT", "ms", "ms"),
    Column("max_rtt_ms", "Worst RTT", "ms", "ms"),
    Column("mean_pull_seconds", "Mean pull", "s", "seconds"),
    Column("wait_hours", "Waiting for pulls", "h/month", "hours"),
    Column("registries", "Registries", "", "count"),
    Column("pushes_per_release", "Pushes per release", "", "count"),
    Column("image_names", "Names of an image", "", "count"),
    Column("access_configurations", "Access configurations", "", "count"),
    Column("worst_loss_region", "Worst region to lose"),
    Column("pulls_lost_share", "Pulls cut off then", "of all pulls", "share"),
    Column("rtt_after_loss_ms", "Worst RTT then", "ms", "ms"),
    Column("missed_goals", "Goals missed"),
    Column("status", "Proof"),
)


def comparison_table(comparison: Comparison) -> Table:
    """One row a plan, with its difference to the baseline."""
    today = comparison.today
    rows = [_plan_row(plan, today) for plan in comparison.plans]
    caption = f"USD per month, {prices_words(comparison.evaluations.values())}."
    if today:
        caption += f" The baseline is {today.name}."
    return Table("Plans", COMPARISON_COLUMNS, tuple(rows), caption)


def comparison_frame(comparison: Comparison) -> pd.DataFrame:
    """`comparison_table` as a data frame, indexed by plan."""
    return comparison_table(comparison).frame().set_index("name")


def proof_words(plan: Plan) -> str:
    """How far a plan is proved to be the best of its kind."""
    return status_words(plan.result) if plan.result else plan.role.value


def _plan_row(plan: Plan, today: Evaluation | None) -> tuple[Cell, ...]:
    missed = ", ".join(plan.missed_goals) or None
    proof = proof_words(plan)
    evaluation = plan.evaluation
    if evaluation is None:
        blank = (None,) * (len(COMPARISON_COLUMNS) - 3)
        return (plan.name, *blank, missed, proof)
    cost, latency = evaluation.cost, evaluation.latency
    skus = (str(registry.sku) for registry in evaluation.layout.registries)
    return (
        plan.name,
        layout_words(evaluation.layout),
        ", ".join(dict.fromkeys(skus)),
        cost.bill_usd,
        cost.low_usd,
        cost.high_usd,
        None if today is None else cost.bill_usd - today.cost.bill_usd,
        cost.total_usd,
        latency.mean_rtt_ms,
        latency.p95_rtt_ms,
        latency.max_rtt_ms,
        latency.mean_pull_seconds,
        latency.wait_hours,
        *evaluation.operations,
        *evaluation.worst_loss,
        missed,
        proof,
    )


def cost_by_kind_table(evaluations: Mapping[str, Evaluation]) -> Table:
    """One row a plan, one column a kind of cost; labour and waiting only if priced."""
    extras = [
        kind
        for kind in (Kind.OPERATIONS, Kind.WAITING)
        if any(e.cost.by_kind[kind] for e in evaluations.values())
    ]
    columns = [
        Column("name", "Plan"),
        *(_kind_column(kind) for kind in BILL_KINDS),
        Column("bill_usd", "Azure bill", "USD/month", "usd"),
    ]
    if extras:
        columns += [_kind_column(kind) for kind in extras]
        columns.append(Column("total_usd", "Total", "USD/month", "usd"))
    rows = []
    for name, evaluation in evaluations.items():
        cost = evaluation.cost
        row: list[Cell] = [name, *(cost.by_kind[k] for k in BILL_KINDS), cost.bill_usd]
        if extras:
            row += [*(cost.by_kind[kind] for kind in extras), cost.total_usd]
        rows.append(tuple(row))
    caption = "USD per month. Labour and waiting are never part of the Azure bill."
    return Table("Monthly cost by kind", tuple(columns), tuple(rows), caption)


def _kind_column(kind: Kind) -> Column:
    return Column(kind.value, KIND_LABELS[kind], "USD/month", "usd")


def cost_lines_table(evaluation: Evaluation, name: str = "") -> Table:
    """Every cost line: quantity x unit price, with the price's source and date."""
    columns = (
        Column("kind", "Kind"),
        Column("registry", "Registry"),
        Column("region", "Region"),
        Column("site", "Site or push source"),
        Column("detail", "What"),
        Column("quantity", "Quantity", "", "number"),
        Column("unit", "Unit"),
        Column("unit_price_usd", "Unit price", "USD", "usd_unit"),
        Column("monthly_usd", "Cost", "USD/month", "usd"),
        Column("price_source", "Price from"),
        Column("price_as_of", "Price of"),
    )
    rows = tuple(
        (
            KIND_LABELS[line.kind],
            line.registry or None,
            line.region or None,
            line.site,
            line.charge.detail,
            line.charge.quantity,
            line.charge.unit,
            line.charge.price.usd,
            line.usd,
            line.charge.price.source,
            line.charge.price.as_of,
        )
        for line in evaluation.cost.lines
    )
    bill = format_cell("usd", evaluation.cost.bill_usd)
    caption = f"Quantity times unit price; the Azure bill sums to {bill} a month."
    return Table(f"Cost lines of {name or evaluation.name}", columns, rows, caption)


SITES_COLUMNS = (
    Column("site", "Site"),
    Column("registry", "Registry"),
    Column("serving_region", "Served from"),
    Column("rtt_ms", "RTT (P50)", "ms", "ms"),
    Column("estimated", "Estimated", "", "bool"),
    Column("error_ms", "P90 error", "ms", "ms"),
    Column("pulls_per_month", "Pulls per month", "1/month", "count"),
    Column("gb_per_month", "Pulled per month", "GB/month", "gb"),
    Column("monthly_usd", "Cost of its pulls", "USD/month", "usd"),
    Column("rtt_source", "RTT from"),
    Column("rtt_as_of", "RTT of"),
)


def sites_table(evaluation: Evaluation, name: str = "") -> Table:
    """How each site is served."""
    usd: dict[str, float] = {}
    for line in evaluation.cost.lines:
        if line.site is not None and line.kind in SITE_KINDS:
            usd[line.site] = usd.get(line.site, 0.0) + line.usd
    rows = tuple(
        (
            service.site,
            service.registry,
            service.serving_region,
            service.rtt.ms,
            service.rtt.estimated,
            service.rtt.error_ms,
            service.pulls_per_month,
            service.gb_per_month,
            usd.get(service.site, 0.0),
            service.rtt.source,
            service.rtt.as_of,
        )
        for service in evaluation.services
    )
    caption = (
        "An estimated round trip was not measured; its P90 error stands beside it."
    )
    return Table(f"Sites under {name or evaluation.name}", SITES_COLUMNS, rows, caption)


def layouts_table(evaluation: Evaluation, name: str = "") -> Table:
    """The registries of a layout."""
    columns = (
        Column("registry", "Registry"),
        Column("sku", "SKU"),
        Column("home", "Home region"),
        Column("replicas", "Replicas"),
        Column("serves", "Serves"),
        Column("routing", "Routing"),
        Column("private_endpoints", "Own private endpoints", "", "count"),
    )
    rows = tuple(
        (
            registry.name,
            str(registry.sku),
            registry.home,
            ", ".join(registry.replicas) or None,
            ", ".join(registry.serves) or None,
            registry.routing,
            registry.private_endpoints,
        )
        for registry in evaluation.layout.registries
    )
    return Table(f"Registries of {name or evaluation.name}", columns, rows)


def risks_table(evaluations: Mapping[str, Evaluation]) -> Table:
    """What to know before deciding, plan by plan."""
    columns = (Column("name", "Plan"), Column("code", "Risk"), Column("message", "Why"))
    rows = tuple(
        (name, risk.code, risk.message)
        for name, evaluation in evaluations.items()
        for risk in evaluation.risks
    )
    return Table("Risks", columns, rows, "" if rows else "No risks found.")
