"""Registry log records as one table, whatever export they come from.

`open_records` is the reading; what is asked of the table is written as Ibis expressions
elsewhere, so that DuckDB and Spark answer the same questions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ibis

from planner.base import OnBytes, no_bytes
from planner.importers.duck import Duck, connected
from planner.importers.files import SourceFile
from planner.importers.log_shapes import (
    COLUMNS,
    FINGERPRINT,
    Shape,
    select_of,
    shapes_of,
)

if TYPE_CHECKING:
    from ibis.expr.types import Table

TYPES = dict.fromkeys(("file", *COLUMNS), "string") | {
    "time": "timestamp",
    "requests": "int64",
}


@dataclass
class Asked:
    """Log records in one table; each engine adds `rows`, `kept` and `rejected`."""

    table: Table
    """The columns of `TYPES` and a fingerprint, which copies of a record share."""
    files: Sequence[SourceFile]
    shapes: Collection[Shape]

    @property
    def is_mixed(self) -> bool:
        """Whether some files hold correlation ids and others do not."""
        return len({shape.named("correlation") is None for shape in self.shapes}) > 1

    @property
    def is_untyped(self) -> bool:
        """Whether some files hold records without their media types."""
        return any(
            shape.named("media_type") is None and shape.named("requests") is None
            for shape in self.shapes
        )

    @property
    def counts_beside_records(self) -> bool:
        """Whether some files hold counts and others single records."""
        return len({shape.named("requests") is None for shape in self.shapes}) > 1


@dataclass
class DuckRecords(Asked):
    """Log records in one table of DuckDB."""

    duck: Duck

    def rows(self, expression: Table) -> list[dict[str, Any]]:
        """The rows of an expression over the table."""
        return self.duck.rows(ibis.to_sql(expression, dialect="duckdb"))

    def kept(self, name: str, expression: Table) -> Table:
        """The rows of an expression, computed once and kept as a table of this name."""
        sql = f"CREATE TEMP TABLE {name} AS {ibis.to_sql(expression, dialect='duckdb')}"
        self.duck.run(sql)
        return ibis.table(expression.schema(), name=name)

    def rejected(self) -> list[tuple[str, int]]:
        """File and line of CSV rows that could not be read at all."""
        if not any(shape.reader == "csv" for shape in self.shapes):
            return []
        return self.duck.rejected()


@contextmanager
def open_duck_records(
    files: Sequence[SourceFile], on_progress: OnBytes = no_bytes
) -> Iterator[DuckRecords]:
    """The records of log files, read by DuckDB when they are asked for.

    Raises `InputError` if a file cannot be read.
    """
    with connected(files, on_progress) as duck:
        shapes = shapes_of(duck.con, files)
        parts = [select_of(shape, group) for shape, group in shapes.items()]
        duck.con.execute(
            f"CREATE VIEW records AS SELECT *, hash({FINGERPRINT}) AS fingerprint "  # noqa: S608
            f"FROM ({' UNION ALL '.join(parts)})"
        )
        table = ibis.table(TYPES | {"fingerprint": "uint64"}, name="records")
        yield DuckRecords(table, files, list(shapes), duck)
