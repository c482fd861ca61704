"""Registry log records as one table, whatever export they come from.

`open_records` is the reading; what is asked of the table is written as Ibis expressions
elsewhere, so that DuckDB and Spark answer the same questions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import ibis

from planner.base import OnBytes, no_bytes
from planner.importers import log_totals
from planner.importers.duck import Duck, connected, parquet_rows
from planner.importers.files import SourceFile
from planner.importers.folding import fold
from planner.importers.log_shapes import (
    COLUMNS,
    Shape,
    cell_of,
    column_of,
    columns_of,
    fingerprint_of,
    shapes_of,
    to_parquet,
    written,
)
from planner.importers.repeats import repeated

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    from ibis.expr.types import Table
    from numpy.typing import NDArray

VECTORS = 500
"""Of 2,048 fingerprints each, that are taken from DuckDB at once."""
TYPES = dict.fromkeys(("file", *COLUMNS), "string") | {
    "time": "timestamp",
    "requests": "int64",
}
MEASURES = {
    "month": "int64",
    "records": "int64",
    "requests": "int64",
    "first": "timestamp",
    "last": "timestamp",
}


Client = tuple[str | None, ...]
"""Address and identity, or one of them."""


def places_schema(names: Sequence[str]) -> dict[str, str]:
    """The columns of a table of clients, known by these, and the numbers of their places."""
    return dict.fromkeys(names, "string") | {"place": "int64"}


@dataclass
class Asked:
    """Log records in one table; engines add `rows`, `suspects`, `folded`, `rejected`."""

    table: Table
    """The columns of `TYPES` and a fingerprint, which copies of a record share."""
    files: Sequence[SourceFile]
    shapes: Collection[Shape]

    @property
    def has_identities(self) -> bool:
        """Whether some files tell the identities of clients."""
        return any(shape.named("identity") for shape in self.shapes)

    @property
    def hides_agents(self) -> bool:
        """Whether some files do not tell the user agents of clients."""
        return not all(shape.named("user_agent") for shape in self.shapes)

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


class Part(NamedTuple):
    """Records in Parquet files of one shape, as the user gave them or written anew."""

    shape: Shape
    source: str
    """Where DuckDB reads them."""


@dataclass
class DuckRecords(Asked):
    """Log records in one table of DuckDB."""

    duck: Duck
    parts: Sequence[Part]

    def rows(self, expression: Table) -> list[dict[str, Any]]:
        """The rows of an expression over the table."""
        return self.duck.rows(ibis.to_sql(expression, dialect="duckdb"))

    def suspects(self) -> Table | None:
        """Fingerprints that several records share, computed once; None if there are none."""
        with self.duck.asking("finding copies"):
            self.duck.con.execute("CREATE TEMP TABLE suspects (fingerprint UBIGINT)")
            for found in repeated(self._fingerprints(), self.duck.scratch):
                self.duck.con.register("found", {"fingerprint": found})
                self.duck.con.execute("INSERT INTO suspects FROM found")
            count = self.duck.con.execute("SELECT count(*) FROM suspects").fetchone()
        if count == (0,):
            return None
        return ibis.table({"fingerprint": "uint64"}, name="suspects")

    def _fingerprints(self) -> Iterator[NDArray[np.uint64]]:
        cursor = self.duck.con.execute("SELECT fingerprint FROM records")
        while len(chunk := cursor.fetch_df_chunk(VECTORS)):
            yield chunk["fingerprint"].to_numpy()

    def kept(self, name: str, expression: Table) -> Table:
        """The rows of an expression, computed once and kept as a table of this name."""
        sql = f"CREATE TEMP TABLE {name} AS {ibis.to_sql(expression, dialect='duckdb')}"
        self.duck.run(sql)
        return ibis.table(expression.schema(), name=name)

    def numbered(self, clients: Mapping[Client, int], names: Sequence[str]) -> Table:
        """Clients, known by these columns, and the numbers of their places, as a table."""
        import numpy as np

        columns: dict[str, NDArray[Any]] = {
            name: np.array([client[n] for client in clients], dtype=object)
            for n, name in enumerate(names)
        }
        columns["place"] = np.array(list(clients.values()), dtype=np.int64)
        self.duck.con.register("places", columns)
        return ibis.table(places_schema(names), name="places")

    def folded(self, suspects: Table | None, columns: Sequence[str]) -> Table:
        """The records added up by columns of text, each counted once.

        All are added up first, copies too, and then what suspects count too much is taken
        off again: to leave them out while adding up would take longer.
        """
        with self.duck.asking("adding up"):
            queries = [
                self._fold(n, part, columns) for n, part in enumerate(self.parts)
            ]
            self.duck.con.execute(
                f"CREATE TEMP TABLE added AS {' UNION ALL BY NAME '.join(queries)}"
            )
            if suspects is not None:
                asides = (self._aside(part) for part in self.parts)
                self.duck.con.execute(
                    f"CREATE TEMP TABLE aside AS {' UNION ALL '.join(asides)}"
                )
        types = dict.fromkeys(columns, "string") | MEASURES
        added = log_totals.as_folded(ibis.table(types, name="added"), columns)
        if suspects is None:
            return added
        aside = ibis.table(TYPES, name="aside")
        return added.union(log_totals.correction(aside, columns))

    def _aside(self, part: Part) -> str:
        """The query for the suspects of a part; only their columns are made out."""
        fingerprint = fingerprint_of(part.shape, alone=len(self.parts) == 1)
        found = f"SELECT * FROM {part.source} WHERE {fingerprint} IN (FROM suspects)"  # noqa: S608
        return columns_of(part.shape, f"({found})")

    def _fold(self, number: int, part: Part, columns: Sequence[str]) -> str:
        """The query that adds up the records of a part."""
        shape, source = part
        time = column_of(shape, "time")
        requests = "count(*)"
        if shape.named("requests"):
            requests = f"sum(coalesce({column_of(shape, 'requests')}, 1))"
        measures = [
            f"year({time}) * 12 + month({time}) - 1 AS month",
            "count(*) AS records",
            f"{requests} AS requests",
            f"min({time}) AS first",
            f"max({time}) AS last",
        ]
        cells = {
            ours: (cell_of(shape, ours), column_of(shape, ours, "raw"))
            for ours in columns
        }
        return fold(self.duck.con, source, cells, measures, f"texts_{number}")

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

    Text is read once and kept as Parquet meanwhile, which is quick to ask several times.

    Raises `InputError` if a file cannot be read.
    """
    with connected(files, on_progress) as duck:
        shapes = shapes_of(duck.con, files)
        parts: list[Part] = []
        for shape, group in shapes.items():
            with duck.asking(files=group):
                path = duck.scratch / f"records_{len(parts)}.parquet"
                parts.append(_part(duck.con, shape, group, path))
        alone = len(parts) == 1
        selects = [
            columns_of(
                shape,
                source,
                and_also=f"{fingerprint_of(shape, alone)} AS fingerprint",
            )
            for shape, source in parts
        ]
        duck.con.execute(f"CREATE VIEW records AS {' UNION ALL '.join(selects)}")
        table = ibis.table(TYPES | {"fingerprint": "uint64"}, name="records")
        yield DuckRecords(table, files, list(shapes), duck, parts)


def _part(
    con: duckdb.DuckDBPyConnection,
    shape: Shape,
    files: Sequence[SourceFile],
    path: Path,
) -> Part:
    """The records of these files where they are, or written to `path` as flat Parquet."""
    if shape.reader == "parquet" and shape.is_flat:
        return Part(shape, parquet_rows(files))
    con.execute(to_parquet(shape, files, path))
    return Part(written(shape), f"read_parquet('{path}')")
