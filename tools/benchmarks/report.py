"""Sections of results, and how they are written: to the screen and as Markdown."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from rich.table import Table

Cells = Sequence[str]


class Task(NamedTuple):
    """Something to measure: its name while it runs, and rows of cells from it."""

    name: str
    measure: Callable[[], Iterable[Cells]]


@dataclass
class Section:
    """A table: what it tells, its tasks, and the rows measured so far."""

    title: str
    text: str
    headings: Sequence[str]
    tasks: Sequence[Task]
    rows: list[Cells] = field(default_factory=list)

    def screen(self) -> Table:
        """The section for the screen."""
        table = Table(*self.headings, title=self.title)
        for row in self.rows:
            table.add_row(*row)
        return table

    def markdown(self) -> str:
        """The section as Markdown."""
        lines = [f"## {self.title}", "", self.text]
        if self.rows:
            bars = ["---"] * len(self.headings)
            table = [self.headings, bars, *self.rows]
            lines += ["", *(f"| {' | '.join(row)} |" for row in table)]
        return "\n".join(lines)


PACKAGES = ("acr-planner", "duckdb", "highspy", "numba", "numpy", "pandas", "pulp")

INTRODUCTION = """\
# Benchmarks

Written by `tools/bench.py`; do not edit. {machine}

"Pure" is the exact engine as plain Python, "compiled" the same source through numba. A
time is the least of several runs, for the noise of a shared machine only adds; "noise" is
the worst run over the least, for each of the timings in its row. "Runs" counts pure,
compiled and peer. Times include stating the model from matrices in memory, but not the
import of libraries nor the first call that compiles. Read the ratios, not the times: both
methods ran on the same machine in the same run. A peer's answer counts only with its proof
of optimality (no gap), and values agree to a relative 1e-6 unless a remark says otherwise.

Repeat with `make bench` (some 20 minutes and several GB of memory; on the large instances a
peer is stopped after 150 s), or in full, with every peer on every instance, for hours:

    .venv/bin/python tools/bench.py --full --instances FOLDER

`--instances` is a folder with `optima.csv`, `optima_azure.csv` and the files they name, laid
out like `tests/instances`, which is the default.{note}
"""


def document(sections: Sequence[Section], note: str) -> str:
    """All sections as one Markdown document."""
    head = INTRODUCTION.format(machine=machine(), note=f"\n\n{note}" if note else "")
    parts = [section.markdown() for section in sections if section.rows or section.text]
    return "\n\n".join([head.rstrip(), *parts]) + "\n"


def replaced(text: str, sections: Sequence[Section], note: str) -> str:
    """A document with these sections measured anew, each saying so."""
    parts = [part.rstrip() for part in text.split("\n## ")]
    for section in sections:
        same = [part.partition("\n")[0] == section.title for part in parts]
        place = same.index(True) if any(same) else len(parts)
        told = f"{section.markdown()}\n\nA run of its own. {machine()} {note}"
        parts[place : place + 1] = [told.removeprefix("## ").rstrip()]
    return "\n\n## ".join(parts) + "\n"


def machine() -> str:
    """Date, processor and versions; nothing that tells whose machine it is."""
    versions = ", ".join(f"{name} {_version(name)}" for name in PACKAGES)
    return (
        f"Measured on {datetime.now(UTC).date()} with {os.cpu_count()} cores "
        f"({platform.machine()}), Python {platform.python_version()}, {versions}."
    )


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "(absent)"
