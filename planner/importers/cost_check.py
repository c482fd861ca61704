"""What was billed against what the scenario's layout in use would cost."""

from __future__ import annotations

from collections.abc import Sequence

from planner.domain.scenario import Scenario
from planner.evaluation.cost import Kind
from planner.importers.cost import BILLED
from planner.importers.findings import Findings
from planner.reporting.table import Cell, Column, Table

PLANNED = {
    "registry_fee": (Kind.REGISTRY_FEE,),
    "storage": (Kind.STORAGE,),
    "transfer": (Kind.PULL_TRANSFER, Kind.SYNC_TRANSFER, Kind.PUSH_TRANSFER),
    "internet_egress": (Kind.INTERNET_EGRESS,),
    "private_endpoints": (Kind.PRIVATE_ENDPOINTS,),
}
"""Kinds of cost line that a bill can tell apart, and what they are in a plan."""


def comparison_table(findings: Sequence[Findings], scenario: Scenario) -> Table | None:
    """USD per month by kind of cost line; None without a bill in USD or a layout."""
    from planner.evaluation.evaluate import evaluate

    bills = [found for found in findings if found.kind == "cost" and found.charged]
    billed: dict[str, float] = {}
    for found in bills:
        for figure in found.figures:
            if figure.unit != "USD":
                return None
            kind = figure.name.removeprefix(BILLED)
            billed[kind] = billed.get(kind, 0.0) + figure.value / found.months
    if not bills or not scenario.layouts:
        return None
    evaluation = evaluate(scenario)
    by_kind = evaluation.cost.by_kind
    planned = {
        kind: sum(by_kind[part] for part in parts) for kind, parts in PLANNED.items()
    }
    rows = [_row(kind, billed, planned) for kind in dict.fromkeys((*PLANNED, *billed))]
    rows.append(
        (
            "bill",
            sum(billed.values()),
            evaluation.cost.bill_usd,
            sum(billed.values()) - evaluation.cost.bill_usd,
        )
    )
    return Table(
        f"Billed against planned ({evaluation.name})",
        (
            Column("kind", "Kind"),
            Column("billed_usd", "Billed", "USD/month", kind="usd"),
            Column("planned_usd", "Planned", "USD/month", kind="usd"),
            Column("difference_usd", "Difference", "USD/month", kind="usd_delta"),
        ),
        tuple(rows),
        "Transfer is pulls, replication and pushes across regions, which a bill does not "
        "tell apart; private endpoints are billed to resources of their own.",
    )


def _row(
    kind: str, billed: dict[str, float], planned: dict[str, float]
) -> tuple[Cell, ...]:
    if kind == "private_endpoints" and kind not in billed:
        return kind, None, planned[kind], None
    here, there = billed.get(kind, 0.0), planned.get(kind, 0.0)
    return kind, here, there, here - there
