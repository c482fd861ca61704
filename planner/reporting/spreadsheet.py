"""Sheets of an Excel workbook: tables with live formulas, marked inputs, safe text.

Text is only ever written as text, so that no name becomes a formula, a link or markup,
and is marked as text where typing it again would make a formula of it.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from planner.reporting.table import FORMULA_STARTS, Cell, Column, Kind, format_cell
from planner.reporting.text import REPLACEMENT, visible

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

CREATED = datetime(2000, 1, 1)  # the format knows no time zone
"""The date in the file, always the same, so that the same report gives the same bytes."""
FIRST_ROW = 4
"""Rows above a table's cells: title, caption, an empty one, the heading."""
MAX_TEXT = 16_000
"""Characters of a text; a cell holds 32,767, of which some characters take two."""
MAX_WIDTH, MIN_WIDTH = 60, 10
"""Characters that a column is wide."""
LINE_POINTS = 15
"""Height of a line of text."""
A4 = 9
NOT_XML = re.compile("[\ufffe\uffff]")
"""Characters that no XML file may hold and `visible` lets pass."""
NUMBER_FORMATS: Mapping[Kind, str] = {
    "usd": "$#,##0.00;-$#,##0.00",
    "usd_delta": "+$#,##0.00;-$#,##0.00;$0.00",
    "usd_unit": "$#,##0.00###",
    "ms": "#,##0.0",
    "ms_delta": "+#,##0.0;-#,##0.0;0.0",
    "seconds": "#,##0.0",
    "hours": "#,##0.0",
    "gb": "#,##0.0##",
    "count": "#,##0.##",
    "number": "#,##0.####",
    "share": "0.0%",
    "degrees": "0.0000",
}


class Formula(NamedTuple):
    """A formula of ours, and its value for viewers that do not calculate."""

    text: str
    value: float


class Input(NamedTuple):
    """A figure that the reader may change."""

    value: float


Content = Cell | Formula | Input


class Sheet(NamedTuple):
    """A table on a sheet of its own, with a sentence above it and sentences below."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Sequence[tuple[Content, ...]]
    caption: str = ""
    notes: tuple[str, ...] = ()

    @property
    def live(self) -> bool:
        """Whether cells depend on each other, so that sorting would mix them up."""
        return any(isinstance(c, (Formula, Input)) for row in self.rows for c in row)

    def cell(self, row: int, key: str) -> str:
        """The address of a cell, for a formula on any sheet."""
        return self.cells(range(row, row + 1), key).partition(":")[0]

    def cells(self, rows: range, key: str) -> str:
        """The address of the cells of a column in successive rows, at least one."""
        from xlsxwriter.utility import xl_rowcol_to_cell

        at = [column.key for column in self.columns].index(key)
        first, last = (
            xl_rowcol_to_cell(FIRST_ROW + row, at, row_abs=True, col_abs=True)
            for row in (rows[0], rows[-1])
        )
        return f"'{self.name}'!{first}:{last}"

    def value(self, row: int, key: str) -> float:
        """The number in a cell."""
        at = [column.key for column in self.columns].index(key)
        cell = self.rows[row][at]
        number = cell.value if isinstance(cell, (Formula, Input)) else cell
        assert isinstance(number, (int, float))
        return number

    def same(self, row: int, key: str) -> Formula:
        """A formula that repeats a cell."""
        return Formula(f"={self.cell(row, key)}", self.value(row, key))

    def sum(self, rows: range, key: str) -> Formula | float:
        """A formula that sums successive cells of a column; 0 of none."""
        if not rows:
            return 0.0
        total = sum(self.value(row, key) for row in rows)
        return Formula(f"=SUM({self.cells(rows, key)})", total)


class Book:
    """A workbook in the making."""

    def __init__(self, title: str) -> None:
        from xlsxwriter import Workbook

        self._file = io.BytesIO()
        options = {"in_memory": True, "strings_to_formulas": False}
        self._book: Workbook = Workbook(
            self._file, options | {"strings_to_urls": False}
        )
        self._book.set_properties({"title": safe(title), "created": CREATED})
        self._formats: dict[str, Any] = {}

    def add(self, sheet: Sheet) -> None:
        """Add a sheet."""
        page = self._book.add_worksheet(sheet.name)
        columns, body = sheet.columns, sheet.rows
        page.write_string(
            0, 0, safe(sheet.title), self._format(bold=True, font_size=14)
        )
        widths = [_width(column, body, at) for at, column in enumerate(columns)]
        head = self._format(bold=True, text_wrap=True, bottom=1, bg_color="#E8ECEF")
        for at, (column, width) in enumerate(zip(columns, widths, strict=True)):
            page.set_column(at, at, width)
            page.write_string(FIRST_ROW - 1, at, safe(column.heading), head)
        for row, cells in enumerate(body, start=FIRST_ROW):
            for at, (column, cell) in enumerate(zip(columns, cells, strict=True)):
                self._write(page, row, at, column, cell)
        for row, note in enumerate(sheet.notes, start=FIRST_ROW + len(body) + 1):
            self._sentence(page, row, note, widths)
        if sheet.caption:
            self._sentence(page, 1, sheet.caption, widths)
        if body and not sheet.live:
            page.autofilter(
                FIRST_ROW - 1, 0, FIRST_ROW + len(body) - 1, len(columns) - 1
            )
        _set_up(page)

    def done(self) -> bytes:
        """The finished file."""
        self._book.close()
        return self._file.getvalue()

    def _write(
        self, page: Worksheet, row: int, at: int, column: Column, cell: Content
    ) -> None:
        if isinstance(cell, Formula):
            style = self._format(num_format=NUMBER_FORMATS[column.kind])
            page.write_formula(row, at, cell.text, style, cell.value)
        elif isinstance(cell, Input):
            self._input(page, row, at, column, cell)
        elif isinstance(cell, bool) or not _is_number(cell):
            text = "" if cell is None else safe(format_cell(column.kind, cell))
            quoted = {"quote_prefix": True} if text.startswith(FORMULA_STARTS) else {}
            style = self._format(text_wrap=True, valign="top", **quoted)
            page.write_string(row, at, text, style)
        else:
            assert not isinstance(cell, str)
            number = NUMBER_FORMATS.get(column.kind, NUMBER_FORMATS["number"])
            page.write_number(row, at, cell or 0.0, self._format(num_format=number))

    def _input(
        self, page: Worksheet, row: int, at: int, column: Column, cell: Input
    ) -> None:
        """Write a marked cell that takes no text and no negative number."""
        style = self._format(
            num_format=NUMBER_FORMATS[column.kind],
            bg_color="#FFF2CC",
            font_color="#1F4E9E",
            border=1,
        )
        page.write_number(row, at, cell.value, style)
        rule = {"validate": "decimal", "criteria": ">=", "value": 0}
        message = "A number that is not negative."
        page.data_validation(row, at, row, at, rule | {"error_message": message})

    def _sentence(
        self, page: Worksheet, row: int, text: str, widths: Sequence[float]
    ) -> None:
        """Write a text across the columns, on as many lines as it needs."""
        style = self._format(text_wrap=True, valign="top")
        last = max(len(widths) - 1, 7)
        wide = sum(widths) + MIN_WIDTH * max(0, last + 1 - len(widths))
        page.merge_range(row, 0, row, last, "", style)
        page.write_string(row, 0, safe(text), style)
        page.set_row(row, LINE_POINTS * math.ceil((len(text) + 1) / (0.9 * wide)))

    def _format(self, **properties: Any) -> Any:
        key = repr(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(properties)
        return self._formats[key]


def safe(text: str) -> str:
    """Text for a cell or a property: visible, not too long, and no markup.

    The writer takes a text between `<r>` and `</r>` for its own markup; a space at the
    end keeps it text.
    """
    text = NOT_XML.sub(REPLACEMENT, visible(text))
    if len(text) > MAX_TEXT:
        text = text[: MAX_TEXT - 1] + "…"
    return f"{text} " if text.endswith("</r>") else text


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, (int, float)) and math.isfinite(cell)


def _width(column: Column, rows: Sequence[tuple[Content, ...]], at: int) -> float:
    """Characters of the longest text of a column, within bounds."""
    longest = max((len(word) for word in column.heading.split()), default=0)
    for row in rows:
        cell = row[at]
        raw = cell.value if isinstance(cell, (Formula, Input)) else cell
        longest = max(longest, len(format_cell(column.kind, raw)))
    return min(MAX_WIDTH, max(MIN_WIDTH, longest + 2))


def _set_up(page: Worksheet) -> None:
    """Keep the heading in view, and print on A4 across, as wide as the table."""
    page.freeze_panes(FIRST_ROW, 1)
    page.set_landscape()
    page.set_paper(A4)
    page.fit_to_pages(1, 0)
    page.repeat_rows(FIRST_ROW - 1)
    page.set_footer("&L&A&RPage &P of &N")
