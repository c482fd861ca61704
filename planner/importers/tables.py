"""What an import found, as tables for people and for the file of ranges."""

from __future__ import annotations

from collections.abc import Sequence

from planner.importers.findings import Accounting, Findings, total
from planner.importers.merge import RangeRow
from planner.reporting.table import Cell, Column, Table


def demand_table(ranges: Sequence[RangeRow]) -> Table:
    """Demand per month with its bounds."""
    rows: list[tuple[Cell, ...]] = [
        (row.site, row.image, row.pulls_per_month, *row.gb_per_month, row.method)
        for row in ranges
    ]
    return Table(
        "Demand per month",
        (
            Column("site", "Site"),
            Column("image", "Image"),
            Column("pulls_per_month", "Pulls", kind="count"),
            Column("gb_low", "Low", "GB", kind="gb"),
            Column("gb_expected", "Expected", "GB", kind="gb"),
            Column("gb_high", "High", "GB", kind="gb"),
            Column("method", "Method"),
        ),
        tuple(rows),
        "The scenario has the expected GB.",
    )


def totals_table(findings: Sequence[Findings]) -> Table:
    """Totals of each kind over the whole observed period."""
    rows: list[tuple[Cell, ...]] = []
    for found in findings:
        gb = total(row.gb for row in found.pulled)
        pulls = sum(row.pulls for row in found.pulled)
        rows.append((found.kind, "pulls placed", pulls, "", ""))
        if gb is not None:
            text = f"{gb.low:,.2f} to {gb.high:,.2f}"
            rows.append((found.kind, "GB placed, expected", gb.expected, text, ""))
        rows += [
            (found.kind, f"requests answered in {region}", count, "", "")
            for region, count in found.served
        ]
        rows += [
            (found.kind, f"GB stored in {region}", gb_there, "", "")
            for region, gb_there in found.stored
        ]
        rows += [(found.kind, f.name, f.value, f.unit, f.method) for f in found.figures]
    return Table(
        "In the observed period",
        (
            Column("kind", "Kind"),
            Column("what", "What"),
            Column("value", "Value", kind="number"),
            Column("range", "Range or unit"),
            Column("method", "Method"),
        ),
        tuple(rows),
    )


def accounting_table(accounts: Sequence[tuple[str, Accounting]]) -> Table:
    """What became of the records: read = used + ignored + malformed."""
    rows: list[tuple[Cell, ...]] = []
    for kind, account in accounts:
        rows.append((kind, "read", account.read))
        rows.append((kind, "used", account.used))
        rows += [
            (kind, f"ignored: {why}", count) for why, count in account.ignored.items()
        ]
        rows.append((kind, "malformed", account.malformed))
    columns = (
        Column("kind", "Kind"),
        Column("what", "Records"),
        Column("records", "Number", kind="count"),
    )
    return Table("Records", columns, tuple(rows))


def charges_table(findings: Sequence[Findings]) -> Table:
    """What bills say, by meter and region."""
    rows: list[tuple[Cell, ...]] = [tuple(c) for f in findings for c in f.charged]
    return Table(
        "Billed in the observed period",
        (
            Column("meter", "Meter"),
            Column("region", "Region"),
            Column("quantity", "Quantity", kind="number"),
            Column("unit", "Unit"),
            Column("cost", "Cost", kind="number"),
            Column("currency", "Currency"),
        ),
        tuple(rows),
    )
