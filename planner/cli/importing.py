"""The command `import`: files in, a scenario and an account of it out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import InputError

if TYPE_CHECKING:
    from planner.importers.run import Imported

FILES_SHOWN = 5


def share(text: str) -> float:
    """A share written as `1%` or `0.01`.

    Raises `InputError` unless it lies between 0 and 1.
    """
    try:
        number = text.strip()
        value = float(number.removesuffix("%")) / (100 if number.endswith("%") else 1)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise InputError(f"--max-bad {text!r} is no share such as 1% or 0.01")
    return value


def ranges_file(out: Path) -> Path:
    """Where the bounds of the demand are kept, beside the scenario."""
    return out.with_name(f"{out.stem}.ranges.csv")


def write_import(result: Imported, out: Path) -> None:
    """Write the scenario and, beside it, the bounds of its demand."""
    from planner.domain.reading import dump_scenario
    from planner.importers.tables import demand_table
    from planner.reporting.writers import write_whole

    write_whole(ranges_file(out), demand_table(result.merged.ranges).csv())
    write_whole(out, dump_scenario(result.merged.scenario))


def import_as_dict(result: Imported) -> dict[str, Any]:
    """The import for `--json`."""
    from planner.evaluation.result import SCHEMA_VERSION
    from planner.importers.cost_check import comparison_table
    from planner.importers.tables import demand_table

    compared = comparison_table(result.findings, result.merged.scenario)
    return {
        "schema_version": SCHEMA_VERSION,
        "scenario": result.merged.scenario.model_dump(
            mode="json", exclude_defaults=True
        ),
        "demand": demand_table(result.merged.ranges).records(),
        "changes": result.merged.changes,
        "findings": [found.as_dict() for found in result.findings],
        "billed_against_planned": compared.records() if compared else [],
        "left_out": list(result.left_out),
    }


def show_import(result: Imported) -> None:
    """What was derived, how sure it is, and what became of every record."""
    from planner.cli.output import say, show
    from planner.importers.cost_check import comparison_table
    from planner.importers.tables import (
        accounting_table,
        charges_table,
        demand_table,
        totals_table,
    )

    for found in result.findings:
        if found.period:
            say(
                f"{found.kind}: {found.period.first} to {found.period.last}, "
                f"{found.months:.3g} {'month' if found.months == 1 else 'months'}"
            )
    tables = (
        demand_table(result.merged.ranges).pick(
            "site", "image", "pulls_per_month", "gb_low", "gb_expected", "gb_high"
        ),
        totals_table(result.findings),
        charges_table(result.findings),
        accounting_table([(f.kind, f.accounting) for f in result.findings]),
    )
    for table in tables:
        if table.rows:
            show(table)
    if compared := comparison_table(result.findings, result.merged.scenario):
        show(compared)
    say(*_sentences(result))


def _sentences(result: Imported) -> list[str]:
    lines = []
    for found in result.findings:
        for lost in found.unplaced:
            gb = lost.gb
            volume = f"{gb.low:,.2f} to {gb.high:,.2f} GB" if gb else "unknown GB"
            lines.append(
                f"Unplaced, not in the scenario: {lost.pulls:,.0f} pulls, {volume} "
                f"({lost.reason})"
            )
        for bad in found.accounting.examples:
            where = f"{bad.file}, line {bad.line}" if bad.line else bad.file
            lines.append(f"Malformed: {where}: {bad.problem}")
        lines += [f"Note: {text}" for text in found.notes]
        lines += [f"Assumed: {text}" for text in found.assumptions]
    methods = dict.fromkeys(row.method for row in result.merged.ranges)
    lines += [f"Method of the GB: {method}" for method in methods]
    lines += [f"Changed: {text}" for text in result.merged.changes]
    if result.left_out:
        shown = ", ".join(result.left_out[:FILES_SHOWN])
        more = ", ..." if len(result.left_out) > FILES_SHOWN else ""
        lines.append(f"Left out, of no kind asked for: {shown}{more}")
    return lines
