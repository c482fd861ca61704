"""A table of raw values, and the one place where a value becomes text for people."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from planner.reporting.text import visible

if TYPE_CHECKING:
    import pandas as pd

Cell = str | float | bool | None
"""A raw value; None where there is none."""

Kind = Literal[
    "text",
    "usd",
    "usd_delta",
    "usd_unit",
    "ms",
    "ms_delta",
    "seconds",
    "hours",
    "gb",
    "count",
    "number",
    "share",
    "degrees",
    "bool",
]
"""How a value is written for people."""

NOTHING = "–"
FORMULA_STARTS = tuple("=+-@\t\r＝＋－＠")
"""First characters that make a spreadsheet take a text for a formula."""


class Column(NamedTuple):
    """One column: its key in data, its heading, its unit and how it is written."""

    key: str
    label: str
    unit: str = ""
    kind: Kind = "text"

    @property
    def heading(self) -> str:
        """Label and unit, for a place where the cells are bare numbers."""
        return f"{self.label} ({self.unit})" if self.unit else self.label

    @property
    def numeric(self) -> bool:
        """Whether the column holds numbers, which stand flush right."""
        return self.kind not in ("text", "bool")


@dataclass(frozen=True)
class Table:
    """Rows of raw values under described columns."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""
    """A sentence that says what the table shows or what to mind."""

    @property
    def keys(self) -> tuple[str, ...]:
        """Column keys in order."""
        return tuple(column.key for column in self.columns)

    def values(self, key: str) -> tuple[Cell, ...]:
        """The raw values of one column."""
        index = self.keys.index(key)
        return tuple(row[index] for row in self.rows)

    def records(self) -> list[dict[str, Cell]]:
        """Raw rows by column key."""
        return [dict(zip(self.keys, row, strict=True)) for row in self.rows]

    def texts(self) -> list[list[str]]:
        """Rows written for people."""
        return [
            [format_cell(c.kind, v) for c, v in zip(self.columns, row, strict=True)]
            for row in self.rows
        ]

    def pick(self, *keys: str, title: str = "", caption: str = "") -> Table:
        """The same rows with only some columns, in the order asked for."""
        at = [self.keys.index(key) for key in keys]
        return replace(
            self,
            title=title or self.title,
            columns=tuple(self.columns[i] for i in at),
            rows=tuple(tuple(row[i] for i in at) for row in self.rows),
            caption=caption or self.caption,
        )

    def frame(self) -> pd.DataFrame:
        """Raw values as a data frame with the keys as columns."""
        import pandas as pd

        return pd.DataFrame(list(self.rows), columns=list(self.keys))

    def csv(self) -> str:
        """Raw values as CSV; no text in it is taken for a formula by a spreadsheet."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self.keys)
        writer.writerows([_csv_cell(value) for value in row] for row in self.rows)
        return out.getvalue()


def format_cell(kind: Kind, value: Cell) -> str:
    """Write one raw value for people: `$1,234.56`, `27.7 ms`, an en dash for none."""
    if value is None:
        return NOTHING
    if isinstance(value, str):
        return visible(value)
    if kind == "bool" or isinstance(value, bool):
        return "yes" if value else "no"
    return _FORMATS[kind](float(value))


def _csv_cell(value: Cell) -> Cell:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        guard = "'" if value.startswith(FORMULA_STARTS) else ""
        return guard + visible(value)
    return value


def _signed(text: str, value: float, plus: str = "") -> str:
    """Put a sign before the text of an absolute value, unless that text is zero."""
    if not any(digit in text for digit in "123456789"):
        return text
    return ("−" if value < 0 else plus) + text


def _usd(value: float, plus: str = "") -> str:
    return _signed(f"${abs(value):,.2f}", value, plus)


def _usd_unit(value: float) -> str:
    """A unit price with the two to five decimals that it has."""
    whole, _, decimals = f"{abs(value):,.5f}".partition(".")
    return _signed(f"${whole}.{decimals.rstrip('0').ljust(2, '0')}", value)


def _tenths(value: float, unit: str, plus: str = "") -> str:
    return _signed(f"{abs(value):,.1f} {unit}", value, plus)


def _count(value: float) -> str:
    return _signed(f"{abs(value):,.1f}".removesuffix(".0"), value)


def _share(value: float) -> str:
    """A percentage; what is not quite nothing or everything does not look like it."""
    percent = 100 * value
    if 0 < percent < 0.05:
        return "<0.1 %"
    if 99.95 <= percent < 100:
        return ">99.9 %"
    return _signed(f"{abs(percent):,.1f}".removesuffix(".0") + " %", value)


def _number(value: float) -> str:
    text = f"{abs(value):,.4f}".rstrip("0").rstrip(".")
    return _signed(text, value)


_FORMATS: Mapping[str, Callable[[float], str]] = {
    "text": _number,
    "usd": _usd,
    "usd_delta": lambda value: _usd(value, "+"),
    "usd_unit": _usd_unit,
    "ms": lambda value: _tenths(value, "ms"),
    "ms_delta": lambda value: _tenths(value, "ms", "+"),
    "seconds": lambda value: _tenths(value, "s"),
    "hours": lambda value: _tenths(value, "h"),
    "gb": lambda value: _tenths(value, "GB"),
    "count": _count,
    "number": _number,
    "share": _share,
    "degrees": lambda value: _signed(f"{abs(value):.4f}°", value),
}
