"""Registry log records as one table, whatever export they come from.

`open_records` is the reading; what is asked of the table is written as Ibis expressions
elsewhere, so that DuckDB and Spark answer the same questions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

import duckdb
import ibis

from planner.base import OnBytes, no_bytes
from planner.importers.files import SourceFile
from planner.importers.log_shapes import (
    COLUMNS,
    FINGERPRINT,
    Shape,
    explained,
    select_of,
    shapes_of,
)

if TYPE_CHECKING:
    from ibis.expr.types import Table

SECONDS_BETWEEN = 0.2
"""Between two looks at how far a query is."""
MEMORY = "1500MB"
"""What DuckDB may take; it writes the rest to disk."""


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

    con: duckdb.DuckDBPyConnection
    on_progress: OnBytes = no_bytes

    def rows(self, expression: Table) -> list[dict[str, Any]]:
        """The rows of an expression over the table."""
        cursor = self._run(ibis.to_sql(expression, dialect="duckdb"))
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def _run(self, sql: str) -> duckdb.DuckDBPyConnection:
        try:
            with _told(self.con, self.files, self.on_progress):
                return self.con.execute(sql)
        except duckdb.Error as error:
            raise explained(error, self.files) from None

    def kept(self, name: str, expression: Table) -> Table:
        """The rows of an expression, computed once and kept as a table of this name."""
        sql = f"CREATE TEMP TABLE {name} AS {ibis.to_sql(expression, dialect='duckdb')}"
        self._run(sql)
        return ibis.table(expression.schema(), name=name)

    def rejected(self) -> list[tuple[str, int]]:
        """File and line of CSV rows that could not be read at all."""
        if not any(shape.reader == "csv" for shape in self.shapes):
            return []
        rows = self.con.execute(
            "SELECT DISTINCT s.file_path, e.line FROM reject_errors e "
            "JOIN reject_scans s USING (scan_id, file_id) ORDER BY ALL"
        ).fetchall()
        return [(str(path), int(line)) for path, line in rows]


@contextmanager
def open_duck_records(
    files: Sequence[SourceFile], on_progress: OnBytes = no_bytes
) -> Iterator[DuckRecords]:
    """The records of log files, read by DuckDB when they are asked for.

    Raises `InputError` if a file cannot be read.
    """
    with TemporaryDirectory(prefix="acr-planner-") as scratch, duckdb.connect() as con:
        settings: Mapping[str, object] = {
            "memory_limit": MEMORY,
            "temp_directory": scratch,
            "preserve_insertion_order": False,
            "TimeZone": "UTC",
            "autoinstall_known_extensions": False,
        }
        for name, value in settings.items():
            con.execute(f"SET {name} = '{value}'")
        shapes = shapes_of(con, files)
        parts = [select_of(shape, group) for shape, group in shapes.items()]
        con.execute(
            f"CREATE VIEW records AS SELECT *, hash({FINGERPRINT}) AS fingerprint "  # noqa: S608
            f"FROM ({' UNION ALL '.join(parts)})"
        )
        table = ibis.table(TYPES | {"fingerprint": "uint64"}, name="records")
        yield DuckRecords(table, files, list(shapes), con, on_progress)


@contextmanager
def _told(
    con: duckdb.DuckDBPyConnection, files: Sequence[SourceFile], on_progress: OnBytes
) -> Iterator[None]:
    """Tell how far a query is, while it runs; rows by the lengths of the first ones."""
    if on_progress is no_bytes:
        yield
        return
    size = sum(file.size for file in files)
    rows = sum(file.rows_about for file in files)
    done = Event()

    def watch() -> None:
        while not done.wait(SECONDS_BETWEEN):
            part = max(0.0, con.query_progress()) / 100
            on_progress("reading", round(part * size), size, round(part * rows))

    watcher = Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
