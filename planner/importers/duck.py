"""DuckDB as the importers use it: how files are read, and a connection with its limits.

Everything is read as text; what a column means is for its kind to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

import duckdb

from planner.base import OnBytes, no_bytes
from planner.errors import InputError
from planner.importers.files import SourceFile

SECONDS_BETWEEN = 0.2
"""Between two looks at how far a query is."""
MEMORY = "1500MB"
"""What DuckDB may take; it writes the rest to disk."""
STREAMED = "64MB"
"""What DuckDB reads ahead of who takes its rows; with less its threads wait half the time."""
LINE_BYTES, OBJECT_BYTES = 16 * 2**20, 256 * 2**20
"""Longest line and longest whole document that is read."""
PROBLEMS = (
    ("gzip", "is a broken gzip file (cut off or damaged); fetch it again"),
    ("maximum_object_size", "has a line of more than 16 MB, or a document of 256 MB"),
    ("maximum line size", "has a line of more than 2 MB"),
    ("recursion depth", "is nested too deeply"),
    ("unicode", "is not UTF-8 text; save it as UTF-8"),
    ("utf", "is not UTF-8 text; save it as UTF-8"),
    ("malformed json", "is not valid JSON, or is cut off"),
    ("parquet", "is a broken Parquet file (cut off or damaged)"),
    ("out of memory", "needs more memory than there is; give fewer files"),
)
"""A word in what DuckDB says, and what it means for the user."""


def quoted(*names: str) -> str:
    """A column, or a part of one, as SQL."""
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)


def text(value: str) -> str:
    """A text as SQL."""
    return "'" + value.replace("'", "''") + "'"


def paths(files: Sequence[SourceFile]) -> str:
    """The files as a list for DuckDB; brackets, so that no name is taken for a pattern."""
    escaped = [re.sub(r"([*?\[])", r"[\1]", file.name) for file in files]
    return "[" + ", ".join(text(name) for name in escaped) + "]"


def parquet_rows(files: Sequence[SourceFile]) -> str:
    """What reads the rows of Parquet files."""
    return f"read_parquet({paths(files)}, filename=true, hive_partitioning=false)"


def csv_rows(files: Sequence[SourceFile]) -> str:
    """What reads the rows of CSV files with the same columns, each cell as text."""
    first = files[0].head.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    return (
        f"read_csv({paths(files)}, header=true, all_varchar=true, filename=true, "
        f"hive_partitioning=false, "
        f"delim={text(delimiter)}, quote='\"', escape='\"', store_rejects=true, "
        f"null_padding=false{unpacked(files)})"
    )


def unpacked(files: Sequence[SourceFile]) -> str:
    """The option that unpacks gzip, if the files are gzip."""
    return ", compression='gzip'" if files[0].packed else ""


def document_bytes(files: Sequence[SourceFile]) -> int:
    """Room for the longest document; DuckDB sets twice that aside for each thread."""
    if files[0].packed:
        return OBJECT_BYTES
    return min(OBJECT_BYTES, max(LINE_BYTES, *(2 * file.size for file in files)))


def explained(error: duckdb.Error, files: Sequence[SourceFile]) -> InputError:
    """A sentence for what stopped DuckDB; its own words may quote a record."""
    text = str(error)
    origin = next((f.name for f in files if f.name in text), None)
    if origin is None and len(files) == 1:
        origin = files[0].name
    for mark, sentence in PROBLEMS:
        if mark in text.lower():
            return InputError(sentence, origin)
    return InputError("cannot be read; is it complete, and what its name says?", origin)


@dataclass
class Duck:
    """A connection that reads files, tells how far it is, and fails in sentences."""

    con: duckdb.DuckDBPyConnection
    files: Sequence[SourceFile]
    scratch: Path
    """A folder that goes with the connection."""
    on_progress: OnBytes = no_bytes

    def run(self, sql: str) -> duckdb.DuckDBPyConnection:
        """Run a statement.

        Raises `InputError` if a file cannot be read.
        """
        with self.asking():
            return self.con.execute(sql)

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """The rows of a query."""
        cursor = self.run(sql)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def rejected(self) -> list[tuple[str, int]]:
        """File and line of CSV rows that could not be read at all."""
        rows = self.con.execute(
            "SELECT DISTINCT s.file_path, e.line FROM reject_errors e "
            "JOIN reject_scans s USING (scan_id, file_id) ORDER BY ALL"
        ).fetchall()
        return [(str(path), int(line)) for path, line in rows]

    @contextmanager
    def asking(
        self, doing: str = "reading", files: Sequence[SourceFile] = ()
    ) -> Iterator[None]:
        """Fail in sentences, and tell how far queries over these files (or all) are."""
        files = files or self.files
        try:
            with self._told(doing, files):
                yield
        except duckdb.Error as error:
            raise explained(error, files) from None

    @contextmanager
    def _told(self, doing: str, files: Sequence[SourceFile]) -> Iterator[None]:
        """Tell how far a query is; rows by the lengths of the first ones."""
        if self.on_progress is no_bytes:
            yield
            return
        size = sum(file.size for file in files)
        rows = sum(file.rows_about for file in files)
        done = Event()

        def watch() -> None:
            while not done.wait(SECONDS_BETWEEN):
                part = max(0.0, self.con.query_progress()) / 100
                self.on_progress(doing, round(part * size), size, round(part * rows))

        watcher = Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()


@contextmanager
def connected(
    files: Sequence[SourceFile], on_progress: OnBytes = no_bytes
) -> Iterator[Duck]:
    """A connection to read these files with, out of core and without any network."""
    with TemporaryDirectory(prefix="acr-planner-") as scratch, duckdb.connect() as con:
        settings: Mapping[str, object] = {
            "memory_limit": MEMORY,
            "temp_directory": scratch,
            "streaming_buffer_size": STREAMED,
            "preserve_insertion_order": False,
            "TimeZone": "UTC",
            "autoinstall_known_extensions": False,
            "enable_progress_bar": True,  # without it, no progress is counted
            "enable_progress_bar_print": False,  # it would go to stdout, into --json
            "progress_bar_time": 0,
        }
        for name, value in settings.items():
            con.execute(f"SET {name} = '{value}'")
        yield Duck(con, files, Path(scratch), on_progress)
