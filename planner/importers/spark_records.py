"""Log records read by Spark, for logs that are bigger than a machine.

Spark reads what is written at that scale: JSON lines and Parquet, here or in a lake. The
columns are named by the same query as DuckDB's, and the same expressions are asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import ibis
import sqlglot

from planner.errors import InputError
from planner.importers import log_totals
from planner.importers.files import SourceFile
from planner.importers.log_shapes import (
    COLUMNS,
    FINGERPRINT,
    Shape,
    columns_of,
    shapes_of,
)
from planner.importers.records import TYPES, Asked, Client, places_schema

if TYPE_CHECKING:
    from ibis.expr.types import Table
    from pyspark.sql import DataFrame, SparkSession

READ = ("lines", "parquet")


@dataclass
class SparkRecords(Asked):
    """Log records in one table of a Spark session."""

    session: SparkSession

    def rows(self, expression: Table) -> list[dict[str, Any]]:
        """The rows of an expression over the table."""
        found = self.session.sql(ibis.to_sql(expression, dialect="pyspark")).collect()
        return [row.asDict() for row in found]

    def suspects(self) -> Table | None:
        """Fingerprints that several records share, computed once; None if there are none."""
        expression = log_totals.suspects(self.table)
        found = self.session.sql(ibis.to_sql(expression, dialect="pyspark")).cache()
        if found.isEmpty():
            return None
        found.createOrReplaceTempView("suspects")
        return ibis.table(expression.schema(), name="suspects")

    def kept(self, name: str, expression: Table) -> Table:
        """The rows of an expression, computed once under a name."""
        query = ibis.to_sql(expression, dialect="pyspark")
        self.session.sql(query).cache().createOrReplaceTempView(name)
        return ibis.table(expression.schema(), name=name)

    def numbered(self, clients: Mapping[Client, int], names: Sequence[str]) -> Table:
        """Clients, known by these columns, and the numbers of their places, as a table."""
        schema = ", ".join([*(f"{name} STRING" for name in names), "place BIGINT"])
        rows = [(*client, number) for client, number in clients.items()]
        frame = self.session.createDataFrame(rows, schema)
        frame.createOrReplaceTempView("places")
        return ibis.table(places_schema(names), name="places")

    def folded(self, suspects: Table | None, columns: Sequence[str]) -> Table:
        """The records added up by columns of text, each counted once."""
        once = log_totals.as_unique(self.table)
        if suspects is not None:
            once = log_totals.unique(self.table, suspects)
        return log_totals.fold(once, columns)

    def rejected(self) -> list[tuple[str, int]]:
        """None: what Spark cannot read becomes a record without anything in it."""
        return []


@contextmanager
def open_spark_records(files: Sequence[SourceFile]) -> Iterator[SparkRecords]:
    """The records of log files in Spark; in its own process unless a session is there.

    Raises `InputError` if PySpark is not installed or a file is of another shape.
    """
    session = _session()
    with duckdb.connect() as con:
        shapes = shapes_of(con, files)
    parts = []
    for number, (shape, group) in enumerate(shapes.items()):
        if shape.reader not in READ:
            raise group[0].error(
                "is neither JSON lines nor Parquet, which is what the engine spark "
                "reads; use duckdb"
            )
        _read(session, shape, group).createOrReplaceTempView(f"source_{number}")
        parts.append(_spark(columns_of(shape, f"source_{number}")))
    fingerprint = FINGERPRINT.format_map({ours: ours for ours in COLUMNS})
    session.sql(
        f"SELECT *, xxhash64({_spark(fingerprint)}) AS fingerprint "  # noqa: S608
        f"FROM ({' UNION ALL '.join(parts)})"
    ).createOrReplaceTempView("records")
    table = ibis.table(TYPES | {"fingerprint": "int64"}, name="records")
    try:
        yield SparkRecords(table, files, list(shapes), session)
    finally:
        session.catalog.clearCache()


def _session() -> SparkSession:
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise InputError(
            "the engine spark needs PySpark and Java: pip install acr-planner[spark]"
        ) from None
    found = SparkSession.getActiveSession()
    if found is None:
        builder = SparkSession.builder.appName("acr-planner").master("local[*]")
        found = builder.config("spark.ui.enabled", "false").getOrCreate()
        found.sparkContext.setLogLevel("ERROR")
    found.conf.set("spark.sql.session.timeZone", "UTC")
    found.conf.set("spark.sql.timestampType", "TIMESTAMP_NTZ")
    found.conf.set("spark.sql.caseSensitive", "true")
    return found


def _read(
    session: SparkSession, shape: Shape, files: Sequence[SourceFile]
) -> DataFrame:
    from pyspark.sql.functions import input_file_name

    paths = [str(file.path.resolve()) for file in files]
    if shape.reader == "parquet":
        frame = session.read.parquet(*paths)
    else:
        frame = session.read.json(paths, schema=_schema(shape))
    return frame.withColumn("filename", input_file_name())


def _schema(shape: Shape) -> str:
    """All columns as text, those of properties as one structure."""
    inner: dict[str, list[str]] = {}
    for name in shape.names:
        outer, _, part = name.partition(".")
        inner.setdefault(outer, []).extend([part] if part else [])
    return ", ".join(
        f"`{outer}` STRUCT<{', '.join(f'`{p}`: STRING' for p in parts)}>"
        if parts
        else f"`{outer}` STRING"
        for outer, parts in inner.items()
    )


def _spark(sql: str) -> str:
    return sqlglot.transpile(sql, read="duckdb", write="spark")[0]
