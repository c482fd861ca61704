"""The shapes in which registry logs are exported, read by DuckDB into one set of columns.

Diagnostic settings write JSON with nested `properties` (one object per line, in a list,
or in batches of `records`); Log Analytics writes flat tables (CSV, lists of objects, REST
answers, Parquet). Columns are found by their names, in any order and any case.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb

from planner.importers.duck import (
    LINE_BYTES,
    csv_rows,
    document_bytes,
    explained,
    parquet_rows,
    paths,
    quoted,
    text,
    unpacked,
)
from planner.importers.files import SourceFile

COLUMNS = {
    "time": ("time", "timegenerated", "timestamp", "day", "date"),
    "category": ("category", "type"),
    "operation": ("operationname",),
    "repository": ("properties.repository", "repository"),
    "tag": ("properties.tag", "tag"),
    "digest": ("properties.digest", "digest"),
    "media_type": ("properties.mediatype", "mediatype"),
    "region": ("location", "region"),
    "result": ("resultdescription",),
    "caller": ("calleripaddress",),
    "identity": ("identity",),
    "user_agent": ("properties.useragent", "useragent"),
    "correlation": ("correlationid",),
    "registry": ("resourceid", "_resourceid", "loginserver"),
    "requests": ("pulls", "pullcount", "pull_count", "count_", "count", "requests"),
}
"""Our column, and what exports call it in lower case, the best first."""
IF_LEFT_OUT = {"operation": "'Pull'", "result": "'200'"}
"""What a query that leaves these columns out has asked for, by all published examples."""
DIAGNOSTIC = (
    "time",
    "category",
    "operationName",
    "resourceId",
    "location",
    "resultDescription",
    "callerIpAddress",
    "identity",
    "correlationId",
    "properties.repository",
    "properties.tag",
    "properties.digest",
    "properties.mediaType",
    "properties.userAgent",
)
"""What is read of a record that a diagnostic setting writes."""
CSV_TIMES = (
    "%m/%d/%Y, %I:%M:%S.%g %p",
    "%m/%d/%Y, %I:%M:%S %p",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y, %H:%M:%S.%g",
    "%m/%d/%Y, %H:%M:%S",
    "%d/%m/%Y, %H:%M:%S.%g",
    "%d/%m/%Y, %H:%M:%S",
    "%d.%m.%Y, %H:%M:%S,%g",
    "%d.%m.%Y, %H:%M:%S.%g",
    "%d.%m.%Y, %H:%M:%S",
    "%d.%m.%Y %H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
)
"""How the portal writes times in the language of its user; ISO is tried first."""
FINGERPRINT = (
    "coalesce({correlation}, concat_ws(' ', CAST({time} AS VARCHAR), {digest}), '')"
)
"""What copies of a record share and other records hardly ever do; reading hashes it."""
_KEY = re.compile(r'"([A-Za-z_][\w ]{0,60})"\s*:')


class Shape(NamedTuple):
    """How a file is to be read; files of one shape are read together."""

    reader: str
    """`lines`, `document`, `list`, `batches`, `rest`, `csv` or `parquet`."""
    names: tuple[str, ...]
    """Column names in the file, as written; those of properties with a dot."""
    packed: bool = False
    """Whether it is gzip."""

    def named(self, column: str) -> str | None:
        """The name in the file of one of our columns."""
        lower = {_bare(name): name for name in self.names}
        known = COLUMNS[column]
        return next((lower[name] for name in known if name in lower), None)

    @property
    def found(self) -> list[str]:
        """Those of our columns that the file has."""
        return [ours for ours in COLUMNS if self.named(ours) is not None]

    @property
    def is_flat(self) -> bool:
        """Whether none of our columns is part of a structure."""
        return not any("." in (self.named(ours) or "") for ours in self.found)


def _bare(name: str) -> str:
    """The column name without the zone that the portal adds, in lower case."""
    return re.sub(r"\s*\[.*\]$", "", name).strip().lower()


def shapes_of(
    con: duckdb.DuckDBPyConnection, files: Sequence[SourceFile]
) -> dict[Shape, list[SourceFile]]:
    """Files by shape, so that those of one shape are read together.

    Raises `InputError` if a file has no time, without which nothing is per month.
    """
    found: dict[Shape, list[SourceFile]] = defaultdict(list)
    for file in files:
        try:
            shape = _shape_of(con, file)
        except duckdb.Error as error:
            raise explained(error, [file]) from None
        if shape.named("time") is None:
            raise file.error(
                "has no column TimeGenerated; keep bin(TimeGenerated, 1d) in the query"
            )
        found[shape._replace(packed=file.packed)].append(file)
    return found


def _shape_of(con: duckdb.DuckDBPyConnection, file: SourceFile) -> Shape:
    if file.shape == "json":
        return _json_shape(con, file)
    source = csv_rows if file.shape == "csv" else parquet_rows
    names: list[str] = []
    for name, kind, *_ in con.execute(
        f"DESCRIBE SELECT * FROM {source([file])}"  # noqa: S608 (names are quoted)
    ).fetchall():
        inner = re.findall(r'[(,]\s*"?(\w+)"? ', kind) if "STRUCT" in kind else []
        names += [f"{name}.{part}" for part in inner] or [name]
    names.remove("filename")
    return Shape(file.shape, tuple(names))


def _json_shape(con: duckdb.DuckDBPyConnection, file: SourceFile) -> Shape:
    head = file.head.lstrip()
    if {"tables", "rows", "columns"} <= file.words:
        query = f"SELECT tables[1].columns FROM {_rest([file])}"  # noqa: S608
        row = con.execute(query).fetchone()
        columns = row[0] if row and row[0] else []
        return Shape("rest", tuple(str(column["name"]) for column in columns))
    names = tuple(dict.fromkeys(_KEY.findall(head)))
    if "properties" in names or "resourceId" in names:
        names = DIAGNOSTIC
    batched = re.match(r'(\[\s*)?\{\s*"records"\s*:', head)
    first = head.partition("\n")[0].strip()
    if batched:
        return Shape("batches", names)
    if head.startswith("["):
        return Shape("list", names)
    return Shape("lines" if len(first) > len("{}") else "document", names)


def select_of(shape: Shape, files: Sequence[SourceFile]) -> str:
    """The query with which DuckDB reads these files into our columns."""
    if shape.reader in ("csv", "parquet"):
        source = csv_rows(files) if shape.reader == "csv" else parquet_rows(files)
        return columns_of(shape, source)
    if shape.reader == "rest":
        rows = f"SELECT unnest(tables[1].rows) AS r, filename FROM {_rest(files)}"  # noqa: S608
        cells = {name: f"r[{i}] ->> '$'" for i, name in enumerate(shape.names, 1)}
        return columns_of(shape, f"({rows})", cells)
    if shape.reader == "batches":
        batches = _json(shape, files)
        records = f"SELECT unnest(records) AS r, filename FROM {batches}"  # noqa: S608
        cells = {name: f"r.{quoted(*name.split('.'))}" for name in shape.names}
        return columns_of(shape, f"({records})", cells)
    return columns_of(shape, _json(shape, files))


def written(shape: Shape) -> Shape:
    """The shape of what `to_parquet` writes."""
    return Shape("parquet", tuple(COLUMNS[ours][-1] for ours in shape.found))


def to_parquet(shape: Shape, files: Sequence[SourceFile], path: Path) -> str:
    """The query with which DuckDB writes the records of these files as Parquet."""
    names = ", ".join(f"{ours} AS {COLUMNS[ours][-1]}" for ours in shape.found)
    return (
        f"COPY (SELECT file AS filename, {names} FROM ({select_of(shape, files)})) "  # noqa: S608
        f"TO {text(str(path))} (FORMAT parquet)"
    )


def fingerprint_of(shape: Shape, alone: bool) -> str:
    """The fingerprint of a record in a file of this shape.

    Exports of other shapes may write times less exactly. Where all files are `alone` of one
    shape, copies have the same time, whose hash takes a fifth of the time of that of an id.
    """
    if not alone:
        names = ("correlation", "time", "digest")
        return (
            f"hash({FINGERPRINT.format_map({n: column_of(shape, n) for n in names})})"
        )
    hashes = [f"hash({column_of(shape, 'time')})"]
    hashes += [f"hash({cell_of(shape, ours)})" for ours in ("caller", "digest")]
    return f"xor(xor({hashes[0]}, {hashes[1]}), {hashes[2]})"


def columns_of(
    shape: Shape,
    source: str,
    cells: Mapping[str, str] | None = None,
    and_also: str = "",
) -> str:
    """The query that names and types the columns of a source.

    `cells` says how a column of the file is addressed, if not by its name; `and_also`
    is one more column.
    """
    cells = cells or {}
    wanted = ", ".join(
        f"{column_of(shape, ours, cells.get(shape.named(ours) or ''))} AS {ours}"
        for ours in COLUMNS
    )
    more = and_also and f", {and_also}"
    return f"SELECT filename AS file, {wanted}{more} FROM {source}"  # noqa: S608


def cell_of(shape: Shape, ours: str) -> str:
    """One of our columns as the file has it, NULL if it has not."""
    name = shape.named(ours)
    return "NULL" if name is None else quoted(*name.split("."))


def column_of(shape: Shape, ours: str, cell: str | None = None) -> str:
    """The expression of one of our columns.

    `cell` says how it is addressed, if not by its name.
    """
    if shape.named(ours) is None:
        kind = "BIGINT" if ours == "requests" else "VARCHAR"
        return IF_LEFT_OUT.get(ours, f"CAST(NULL AS {kind})")
    cell = cell or cell_of(shape, ours)
    if ours == "time":
        if shape.reader == "csv":
            formats = ", ".join(f"'{form}'" for form in CSV_TIMES)
            return (
                f"coalesce(try_cast({cell} AS TIMESTAMP), "
                f"try_strptime({cell}, [{formats}]))"
            )
        return f"try_cast({cell} AS TIMESTAMP)"
    if ours == "requests":
        return f"try_cast({cell} AS BIGINT)"
    return f"nullif(nullif(CAST({cell} AS VARCHAR), '<nil>'), '')"


def _rest(files: Sequence[SourceFile]) -> str:
    columns = "{tables: 'STRUCT(columns STRUCT(name VARCHAR)[], rows JSON[][])[]'}"
    return (
        f"read_json({paths(files)}, format='unstructured', filename=true, "
        f"hive_partitioning=false, columns={columns}, "
        f"maximum_object_size={document_bytes(files)}{unpacked(files)})"
    )


def _json(shape: Shape, files: Sequence[SourceFile]) -> str:
    fields: dict[str, list[str]] = {}
    for name in (n for ours in COLUMNS if (n := shape.named(ours))):
        outer, _, inner = name.partition(".")
        fields.setdefault(outer, []).extend([inner] if inner else [])
    types = {
        outer: "STRUCT(" + ", ".join(f'"{i}" VARCHAR' for i in inner) + ")"
        if inner
        else "VARCHAR"
        for outer, inner in fields.items()
    }
    if shape.reader == "batches":
        record = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
        types = {"records": f"STRUCT({record})[]"}
    columns = ", ".join(f"{quoted(n)}: {text(kind)}" for n, kind in types.items())
    lines = shape.reader == "lines"
    layout = {"lines": "newline_delimited", "list": "array"}.get(
        shape.reader, "auto" if shape.reader == "batches" else "unstructured"
    )
    return (
        f"read_json({paths(files)}, format='{layout}', columns={{{columns}}}, "
        f"filename=true, hive_partitioning=false, ignore_errors={'true' if lines else 'false'}, "
        f"maximum_object_size={LINE_BYTES if lines else document_bytes(files)}"
        f"{unpacked(files)})"
    )
