"""The report as an Excel workbook: change a price or a volume, and the bill follows.

Sheets with formulas come first; what cannot follow, such as the proof of the best plan,
comes after them as reported.
"""

from __future__ import annotations

from planner.reporting.report import Report
from planner.reporting.report_tables import report_tables
from planner.reporting.spreadsheet import Book, Sheet
from planner.reporting.unit_prices import unit_prices
from planner.reporting.workbook_bill import bill_sheet, layout_sheets
from planner.reporting.workbook_inputs import input_sheets
from planner.reporting.workbook_plans import latency_sheet, plans_sheet

LIVE = ("cost_by_kind", "cost_lines", "sites", "registries")
"""Tables of the report whose figures the sheets with formulas have."""
NAMES = {"plans": "Plans as reported"}
AS_REPORTED = "As reported: this sheet does not follow changes."


def excel_report(report: Report) -> bytes:
    """The workbook as the bytes of a file, the same for the same report."""
    tables = fixed_sheets(report)
    book = Book(report.title)
    book.add(tables.pop("decision"))
    for sheet in (*live_sheets(report), *tables.values()):
        book.add(sheet)
    return book.done()


def live_sheets(report: Report) -> list[Sheet]:
    """The sheets that are calculated, and those with the figures they rest on."""
    problem, plans = report.problem, report.comparison.evaluations
    priced = unit_prices(problem, plans)
    inputs = input_sheets(problem, priced.prices)
    layouts = layout_sheets(problem, plans, inputs)
    bill = bill_sheet(plans, priced, inputs, layouts)
    waits = latency_sheet(problem, plans, inputs)
    compared = plans_sheet(plans, report.comparison.today, bill, waits, inputs)
    return [
        compared,
        inputs.prices,
        inputs.demand,
        inputs.images,
        inputs.settings,
        inputs.sites,
        layouts.layout,
        layouts.contents,
        bill.lines,
        waits.latency,
    ]


def fixed_sheets(report: Report) -> dict[str, Sheet]:
    """The other tables of the report, by their names."""
    return {
        key: Sheet(
            NAMES.get(key, key.replace("_", " ").capitalize()),
            table.title,
            table.columns,
            table.rows,
            f"{AS_REPORTED} {table.caption}".strip(),
        )
        for key, table in report_tables(report).items()
        if key not in LIVE
    }
