"""Reading the CSV tables of `data/`, with the file and row in every complaint."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from planner.errors import FactsError

Key = TypeVar("Key")
Value = TypeVar("Value")


class Row:
    """One line of a table: typed access that names file and row when it fails."""

    __slots__ = ("_cells", "_number", "_path")

    def __init__(self, path: Path, number: int, cells: dict[str, str]) -> None:
        self._path = path
        self._number = number
        self._cells = cells

    def text(self, column: str) -> str:
        """The cell, which must not be empty."""
        value = self._cells[column]
        if not value:
            raise self.error(f"{column} is empty")
        return value

    def optional(self, column: str) -> str | None:
        """The cell, or None when it is empty."""
        return self._cells[column] or None

    def number(self, column: str) -> float:
        """The cell as a number that is not negative."""
        value = self.signed(column)
        if value < 0:
            raise self.error(f"{column} is negative")
        return value

    def positive(self, column: str) -> float:
        """The cell as a number above zero."""
        value = self.number(column)
        if not value:
            raise self.error(f"{column} is 0")
        return value

    def signed(self, column: str) -> float:
        """The cell as a finite number of either sign."""
        text = self.text(column)
        try:
            value = float(text)
        except ValueError:
            raise self.error(f"{column} is not a number: {text!r}") from None
        if value != value or value in (float("inf"), float("-inf")):
            raise self.error(f"{column} is not a finite number: {text!r}")
        return value

    def error(self, message: str) -> FactsError:
        """A complaint about this row."""
        return FactsError(f"{self._path.name}, row {self._number}: {message}")


def read_table(path: Path, columns: Sequence[str]) -> Iterator[Row]:
    """Yield the rows of a CSV file whose header must be `columns`."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file)
            header = next(reader, [])
            if header != list(columns):
                missing = [name for name in columns if name not in header]
                what = (
                    f"lacks {', '.join(missing)}"
                    if missing
                    else f"is {','.join(header)}"
                )
                raise FactsError(
                    f"{path.name}: the header {what}; expected {','.join(columns)}"
                )
            for number, cells in enumerate(reader, start=2):
                if len(cells) != len(columns):
                    raise FactsError(
                        f"{path.name}, row {number}: {len(cells)} cells, "
                        f"expected {len(columns)}"
                    )
                yield Row(path, number, dict(zip(columns, cells, strict=True)))
    except OSError as error:
        raise FactsError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise FactsError(f"{path.name}: is not UTF-8 text") from error
    except csv.Error as error:
        raise FactsError(f"{path.name}: is not a CSV table ({error})") from error


def read_unique(
    path: Path,
    columns: Sequence[str],
    key: Callable[[Row], Key],
    value: Callable[[Row], Value],
) -> dict[Key, Value]:
    """Read a table into a mapping; a key that comes twice is an error."""
    found: dict[Key, Value] = {}
    for row in read_table(path, columns):
        name = key(row)
        if name in found:
            shown = " ".join(name) if isinstance(name, tuple) else name
            raise row.error(f"{shown} is listed twice")
        found[name] = value(row)
    return found
