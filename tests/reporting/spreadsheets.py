"""Workbooks as readers have them: what is stored, what a change makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import formulas
import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

HEADING = 4
"""The row with a table's headings; rows count from 1."""

Rows = list[dict[str, Any]]


def stored(path: Path) -> dict[str, Rows]:
    """The tables of a workbook with the values that are stored in it, by sheet."""
    book = openpyxl.load_workbook(path, data_only=True)
    return {page.title: _rows(page, {}) for page in book}


def recomputed(path: Path) -> dict[str, Rows]:
    """The same with the values of all formulas calculated anew."""
    model = formulas.ExcelModel().loads(str(path)).finish()
    found = {
        str(key).upper(): cell.value[0, 0]
        for key, cell in model.calculate().items()
        if hasattr(cell, "value") and ":" not in str(key).partition("!")[2]
    }
    book = openpyxl.load_workbook(path)
    return {
        page.title: _rows(page, found, f"'[{path.name}]{page.title}'!".upper())
        for page in book
    }


def change(path: Path, target: Path, *changes: tuple[str, int, str, float]) -> Path:
    """A copy in which some cells on yellow (sheet, row, heading) hold other numbers.

    The values of formulas are not in the copy: whoever reads it has to calculate.
    """
    book = openpyxl.load_workbook(path)
    for sheet, row, heading, value in changes:
        page = book[sheet]
        at = _headings(page).index(heading) + 1
        cell = page.cell(HEADING + 1 + row, at)
        assert cell.fill.fgColor.rgb == "FFFFF2CC", f"{cell} is not for changing"
        cell.value = value
    book.save(target)
    return target


def row_of(rows: Rows, **wanted: Any) -> int:
    """The position of the one row with these values, underscores being spaces."""
    keys = {key.replace("_", " "): value for key, value in wanted.items()}
    (found,) = (
        at
        for at, row in enumerate(rows)
        if all(row[key] == value for key, value in keys.items())
    )
    return found


def _headings(page: Worksheet) -> list[str]:
    return [cell.value for cell in page[HEADING]]


def _rows(page: Worksheet, calculated: Mapping[str, Any], place: str = "") -> Rows:
    """The rows of a table up to the first one that is empty."""
    headings, rows = _headings(page), []
    for cells in page.iter_rows(min_row=HEADING + 1):
        if cells[0].value is None:
            break
        values = [
            calculated[place + cell.coordinate] if cell.data_type == "f" else cell.value
            for cell in cells
        ]
        rows.append(dict(zip(headings, values, strict=False)))
    return rows
