"""What a frontier says beside its plans: natural goals, and the value of waiting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.reporting.table import Column, Table
from planner.reporting.words import layout_brief

if TYPE_CHECKING:
    from planner.analysis import Frontier


def slo_table(frontier: Frontier) -> Table:
    """The cheapest plan within each longest round trip that people ask for."""
    columns = (
        Column("max_rtt_ms", "Every site within", "ms", "ms"),
        Column("layout", "Registries and locations"),
        Column("cost_usd", "Cost", "USD/month", "usd"),
        Column("mean_rtt_ms", "Mean round trip", "ms", "ms"),
    )
    rows = tuple(
        (slo, "no layout can", None, None)
        if plan is None
        else (
            slo,
            layout_brief(plan.layout),
            plan.cost.total_usd,
            plan.latency.mean_rtt_ms,
        )
        for slo, plan in frontier.at_slo.items()
    )
    caption = "Bill and operations of the cheapest plan within each longest round trip."
    return Table("What a latency goal costs", columns, rows, caption)


def waiting_table(frontier: Frontier) -> Table:
    """Which plan is best for which value of an hour of waiting."""
    columns = (
        Column("from_usd_per_hour", "From", "USD/hour", "usd"),
        Column("to_usd_per_hour", "To", "USD/hour", "usd"),
        Column("layout", "Registries and locations"),
        Column("cost_usd", "Cost", "USD/month", "usd"),
        Column("wait_hours", "Waiting", "hours/month", "hours"),
    )
    rows = tuple(
        (
            interval.from_usd_per_hour,
            None
            if interval.to_usd_per_hour == float("inf")
            else interval.to_usd_per_hour,
            layout_brief(interval.plan.layout),
            interval.plan.cost.total_usd,
            interval.plan.latency.wait_hours,
        )
        for interval in frontier.by_value_of_waiting
    )
    caption = (
        "The plan that costs least, waiting included, when an hour of waiting is worth "
        "so much; the last one holds for any value above."
    )
    return Table("What an hour of waiting is worth", columns, rows, caption)


def side_tables(frontier: Frontier) -> list[Table]:
    """The tables that have something to say."""
    tables = [slo_table(frontier), waiting_table(frontier)]
    return [table for table in tables if table.rows]
