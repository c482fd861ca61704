"""How answers reach the terminal: JSON, tables and progress bars.

Nothing the user named is taken for markup.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from planner.base import OnBytes, OnStep, no_bytes, no_steps
from planner.reporting.text import visible, visible_lines

if TYPE_CHECKING:
    from rich.console import Console

    from planner.reporting.table import Table

PIPE_WIDTH = 160
"""Columns when the output is not a terminal."""


def print_json(data: Mapping[str, Any]) -> None:
    """Print one JSON object and nothing else."""
    sys.stdout.write(json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False))
    sys.stdout.write("\n")


def console(*, stderr: bool = False) -> Console:
    """A console that prints names as they are."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else PIPE_WIDTH
    return Console(
        stderr=stderr, width=width, markup=False, highlight=False, emoji=False
    )


def say(*lines: str) -> None:
    """Print sentences on stdout, wrapped by the terminal."""
    out = console()
    for line in lines:
        out.print(visible_lines(line), soft_wrap=True)


def show(table: Table, *, limit: int | None = None) -> None:
    """Print a table with its caption; with `limit` only its first rows."""
    texts = table.texts()
    shown = texts[:limit] if limit else texts
    headings = [column.label for column in table.columns]
    numeric = [column.numeric for column in table.columns]
    note = table.caption
    if len(shown) < len(texts):
        note = f"{note} First {len(shown)} of {len(texts)} rows.".strip()
    _print(table.title, headings, numeric, shown, note)


def show_turned(table: Table) -> None:
    """Print a table with its rows as columns, for a few plans with many figures."""
    texts = table.texts()
    headings = ["", *(row[0] for row in texts)]
    rows = [
        [column.label, *(row[index] for row in texts)]
        for index, column in enumerate(table.columns)
        if index
    ]
    numeric = [False, *(True for _ in texts)]
    _print(table.title, headings, numeric, rows, table.caption)


def _print(
    title: str,
    headings: Sequence[str],
    numeric: Sequence[bool],
    rows: Sequence[Sequence[str]],
    note: str,
) -> None:
    from rich import box
    from rich.table import Table as RichTable
    from rich.text import Text

    drawn = RichTable(
        title=Text(visible(title), style="bold"),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        caption=Text(visible(note)) if note else None,
        caption_justify="left",
    )
    for heading, right in zip(headings, numeric, strict=True):
        drawn.add_column(Text(heading), justify="right" if right else "left")
    for row in rows:
        drawn.add_row(*(Text(cell) for cell in row))
    console().print(drawn)


@contextmanager
def progress() -> Iterator[OnStep]:
    """Show a bar on stderr while long work runs; silent where nobody looks."""
    if not sys.stderr.isatty():
        yield no_steps
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
    )
    with Progress(*columns, console=console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def step(label: str, number: int, total: int) -> None:
            size = total or None  # 0: not known
            bar.update(
                task, description=visible(label), completed=number - 1, total=size
            )

        yield step


@contextmanager
def byte_progress() -> Iterator[OnBytes]:
    """Show bytes and rows read so far on stderr; silent where nobody looks."""
    if not sys.stderr.isatty():
        yield no_bytes
        return
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TextColumn("about {task.fields[rows]:,} rows", markup=False),
    )
    with Progress(*columns, console=console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, rows=0)

        def report(label: str, done: int, size: int, rows: int) -> None:
            bar.update(
                task, description=visible(label), completed=done, total=size, rows=rows
            )

        yield report


def answer(
    as_json: bool,
    data: Callable[[], Mapping[str, Any]],
    show_it: Callable[[], None],
) -> None:
    """Print the answer as JSON or for people."""
    if as_json:
        print_json(data())
    else:
        show_it()


def print_tables(tables: Mapping[str, Table], as_json: bool) -> None:
    """Print tables as JSON records by name, or for people."""
    from planner.evaluation.result import SCHEMA_VERSION

    def data() -> dict[str, Any]:
        rows = {name: table.records() for name, table in tables.items()}
        return {"schema_version": SCHEMA_VERSION, **rows}

    def show_all() -> None:
        for table in tables.values():
            show(table)

    answer(as_json, data, show_all)
