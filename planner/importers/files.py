"""The files that paths, folders and patterns name, and a first look into each.

Only the beginning of a file is read here. Names on the command line must exist and be
readable; in a folder, what is no regular file is left out.
"""

from __future__ import annotations

import glob
import gzip
import os
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from planner.errors import InputError

HEAD_BYTES = 65_536
"""What is read to tell the kind of a file."""
GZIP, PARQUET = b"\x1f\x8b", b"PAR1"
MAX_LINE = 2**20
"""Characters of a line that are looked at to say what is wrong with it."""
LONGEST_LINE = 16 * 2**20
"""Characters; a file with a longer line is refused."""
MAX_FILES = 200_000
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True)
class SourceFile:
    """A file to import."""

    path: Path
    named: bool
    """Whether the user named this file, not only a folder that holds it."""
    size: int
    """Bytes on disk."""
    packed: bool
    """Whether it is gzip."""
    shape: str
    """`json`, `parquet`, `csv`, or `text` for anything else."""
    head: str
    """Its beginning, unpacked; of Parquet, its column names."""
    rows: int | None = None
    """Rows of a Parquet file, which tells them."""

    @property
    def name(self) -> str:
        """The path as text, for messages."""
        return str(self.path)

    @cached_property
    def words(self) -> frozenset[str]:
        """In lower case: quoted strings of JSON, column names of CSV and Parquet."""
        if self.shape == "json":
            found = _QUOTED.findall(self.head)
        elif self.shape == "csv":
            first = self.head.split("\n", 1)[0]
            found = [cell.strip(' "\r') for cell in re.split("[,;\t]", first)]
        elif self.shape == "parquet":
            found = self.head.split("\n")
        else:
            found = []
        return frozenset(word.lower() for word in found)

    @property
    def rows_about(self) -> int:
        """Rows, as far as the first ones tell; of packed files a lower bound."""
        if self.rows is not None:
            return self.rows
        lines = self.head.count("\n")
        return round(self.size * lines / max(1, len(self.head))) if lines else 1

    def lines(self) -> Iterator[str]:
        """Its lines, one at a time; of a long one only the beginning.

        Raises `InputError` if a line is so long that it cannot be meant.
        """
        opened = gzip.open if self.packed else open
        with opened(self.path, "rt", encoding="utf-8", errors="replace") as file:
            while line := file.readline(MAX_LINE):
                yield line
                length = len(line)
                while not line.endswith("\n") and (line := file.readline(MAX_LINE)):
                    length += len(line)
                    if length > LONGEST_LINE:
                        raise self.error("has a line of more than 16 MB")

    def error(self, problem: str) -> InputError:
        """What is wrong with this file, as an exception to raise."""
        return InputError(problem, origin=self.name)


def find_files(names: Sequence[str]) -> list[SourceFile]:
    """All files that the names stand for, each once.

    Raises `InputError` if a name stands for nothing or a named file cannot be read.
    """
    found: dict[tuple[int, int], SourceFile] = {}
    for name in names:
        for path, named in _expand(name):
            try:
                key = path.stat()
                file = found.get((key.st_dev, key.st_ino)) or _peek(path, named)
            except OSError as error:
                raise _unreadable(path, error) from None
            if file is not None:
                found[key.st_dev, key.st_ino] = file
            if len(found) > MAX_FILES:
                raise InputError(f"holds more than {MAX_FILES:,} files", origin=name)
    if not found:
        raise InputError("no files there", origin=", ".join(names))
    return list(found.values())


def _expand(name: str) -> Iterator[tuple[Path, bool]]:
    """The files of one name: a path, a folder or a pattern such as `logs/**/*.json`."""
    if not name or "\0" in name:
        raise InputError("an empty name is no file", origin=repr(name))
    path = Path(name)
    try:
        is_there = path.exists()
    except OSError as error:
        raise _unreadable(path, error) from None
    if is_there:
        yield from _walk(path) if path.is_dir() else [(path, True)]
    elif path.is_symlink():
        raise InputError("is a link that leads nowhere", origin=name)
    elif glob.has_magic(name):
        matches = _matches(path)
        if not matches:
            raise InputError("no file matches this pattern", origin=name)
        yield from ((match, False) for match in matches)
    else:
        raise InputError("no such file or folder", origin=name)


def _matches(pattern: Path) -> list[Path]:
    base = Path(pattern.anchor)
    try:
        found = base.glob(str(pattern.relative_to(base)))
        return sorted(path for path in found if path.is_file())
    except ValueError as error:  # such as `a**b`
        raise InputError(f"is no pattern: {error}", origin=str(pattern)) from None


def _walk(folder: Path) -> Iterator[tuple[Path, bool]]:
    """Files below a folder by name; links to folders are not followed."""
    for here, folders, names in os.walk(folder):
        folders.sort()
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in sorted(names):
            path = Path(here, name)
            if not name.startswith(".") and path.is_file():
                yield path, False


def _unreadable(path: Path, error: OSError) -> InputError:
    return InputError(f"cannot be read: {error.strerror}", origin=str(path))


def _peek(path: Path, named: bool) -> SourceFile | None:
    """A first look; None for an empty file in a folder."""
    if not path.is_file():
        raise InputError("is not a regular file", origin=str(path))
    size = path.stat().st_size
    start = _start(path)
    if not start.strip():
        if named:
            raise InputError("is empty", origin=str(path))
        return None
    packed = start.startswith(GZIP)
    if packed:
        start = _unpacked_start(path)
    if start.startswith(PARQUET):
        columns, rows = _parquet(path)
        return SourceFile(path, named, size, packed, "parquet", columns, rows)
    head = _decoded(path, start)
    return SourceFile(path, named, size, packed, _shape(head), head)


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


def _unpacked_start(path: Path) -> bytes:
    try:
        with gzip.open(path) as file:
            return file.read(HEAD_BYTES)
    except (EOFError, OSError, zlib.error):
        raise InputError(
            "is a broken gzip file (cut off or damaged); fetch it again",
            origin=str(path),
        ) from None


def _decoded(path: Path, start: bytes) -> str:
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(
            "is UTF-16 text, as an old PowerShell writes it; save it as UTF-8",
            origin=str(path),
        )
    try:
        return start.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start >= len(start) - 3:  # a character that the cut went through
            return start[: error.start].decode("utf-8-sig")
        return start.decode("latin-1")  # a reader will say so, if this file is used


def _parquet(path: Path) -> tuple[str, int]:
    """Column names of a Parquet file, a line each, and the number of its rows."""
    import duckdb

    with duckdb.connect() as con:
        try:
            names = con.execute(
                "SELECT name FROM parquet_schema(?)", [str(path)]
            ).fetchall()
            ((rows,),) = con.execute(
                "SELECT num_rows FROM parquet_file_metadata(?)", [str(path)]
            ).fetchall()
        except duckdb.Error:
            raise InputError(
                "is a broken Parquet file (cut off or damaged)", origin=str(path)
            ) from None
    return "\n".join(str(name) for (name,) in names), int(rows)


def _shape(head: str) -> str:
    text = head.lstrip()
    if text.startswith(("{", "[")):
        return "json"
    first = text.split("\n", 1)[0]
    cells = re.split("[,;\t]", first)
    if len(cells) > 1 and not any(cell.startswith(("#", "//")) for cell in cells):
        return "csv"
    return "text"
