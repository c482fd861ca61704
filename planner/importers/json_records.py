"""Records of JSON and CSV exports that are too small, or too nested, to need an engine.

One record at a time, whatever holds them: lines, a list, batches of `records`, the tables
of a query, rows of a CSV. A line is read up to a megabyte, a document up to 64 MB.
"""

from __future__ import annotations

import csv
import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from planner.domain.parsing import parse_json
from planner.importers.files import MAX_LINE, SourceFile

MAX_DOCUMENT = 64 * 2**20
"""Bytes of a whole JSON document; Python takes some ten times as much to hold it."""


class Entry(NamedTuple):
    """A record, or what is wrong with it."""

    line: int
    """From 1; 0 in a document without lines."""
    record: Mapping[str, Any]
    problem: str = ""


def lines_of(file: SourceFile) -> Iterator[tuple[int, str]]:
    """Numbered lines that hold something.

    Raises `InputError` if the file is packed and broken, or cannot be read.
    """
    try:
        for number, line in enumerate(file.lines(), 1):
            if line.strip("\ufeff \t\r\n"):
                yield number, line.lstrip("\ufeff")
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise file.error("is a broken gzip file (cut off or damaged)") from None
    except OSError as error:
        raise file.error(f"cannot be read: {error.strerror}") from None


def records_of(file: SourceFile) -> Iterator[Entry]:
    """The records of a JSON or CSV file, those of batches and tables one by one.

    Raises `InputError` if the file as a whole cannot be read.
    """
    if file.shape == "csv":
        yield from _rows(file)
    elif _is_lines(file):
        for number, line in lines_of(file):
            yield from _of_line(number, line)
    else:
        for record in _within(document(file)):
            yield _checked(0, record)


def document(file: SourceFile) -> Any:
    """The data of a file that is one JSON document.

    Raises `InputError` if it is too large or no JSON.
    """
    if file.size > MAX_DOCUMENT:
        raise file.error(
            "is a JSON document of more than 64 MB; split it, or use lines"
        )
    parts, size = [], 0
    for _, line in lines_of(file):
        size += len(line)
        if size > MAX_DOCUMENT:
            raise file.error("unpacks to a JSON document of more than 64 MB; split it")
        parts.append(line)
    return parse_json("".join(parts), file.name)


def _is_lines(file: SourceFile) -> bool:
    """Whether the first line is a whole object."""
    first = file.head.lstrip().partition("\n")[0].strip()
    if not first.startswith("{") or len(first) <= len("{}"):
        return False
    return first.endswith("}") or len(first) >= len(file.head.strip())


def _of_line(number: int, line: str) -> Iterator[Entry]:
    if len(line) >= MAX_LINE:
        yield Entry(number, {}, "longer than a megabyte")
        return
    try:
        data = json.loads(line)
    except RecursionError:
        yield Entry(number, {}, "nested too deeply")
    except ValueError:
        yield Entry(number, {}, "not valid JSON")
    else:
        for record in _within(data):
            yield _checked(number, record)


def _checked(line: int, record: Any) -> Entry:
    if isinstance(record, dict):
        return Entry(line, record)
    return Entry(line, {}, "no object")


def _within(data: Any) -> Iterator[Any]:
    """The records of a list, of batches, or of the tables that a query answers."""
    if isinstance(data, list):
        for part in data:
            yield from _within(part) if _is_batch(part) else (part,)
    elif _is_batch(data):
        for key in ("records", "events"):
            yield from data.get(key, ())
    elif isinstance(data, dict) and isinstance(data.get("tables"), list):
        for table in data["tables"]:
            yield from _table(table)
    else:
        yield data


def _is_batch(data: Any) -> bool:
    return isinstance(data, dict) and any(
        isinstance(data.get(key), list) for key in ("records", "events")
    )


def _table(table: Any) -> Iterator[Any]:
    try:
        names = [str(column["name"]) for column in table["columns"]]
        for row in table["rows"]:
            yield dict(zip(names, row, strict=True))
    except (TypeError, KeyError, ValueError):
        yield None


def _rows(file: SourceFile) -> Iterator[Entry]:
    """Rows of a CSV by the names in its header, which may name a zone in brackets."""
    first = file.head.lstrip("\ufeff").split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader((line for _, line in lines_of(file)), delimiter=delimiter)
    names: list[str] = []
    try:
        for row in reader:
            if not names:
                names = [name.partition(" [")[0].strip() for name in row]
            elif len(row) == len(names):
                yield Entry(reader.line_num, dict(zip(names, row, strict=True)))
            else:
                yield Entry(reader.line_num, {}, f"{len(row)} cells, not {len(names)}")
    except csv.Error:
        raise file.error(f"line {reader.line_num}: is no CSV") from None
