"""Facility-location instances: how to read the public files, and made-up ones.

The formats are those of the libraries. `orlib`: `m n`, then capacity (not used) and
fixed cost of each facility, then for each customer its demand (not used) and the cost
of serving all of it from each facility. `simple` (UflLib): `FILE: name`, `m n 0`, then
index, fixed cost and n serving costs of each facility. `xy`: `n fixed`, then n points
that are facility and customer at once, at rounded Euclidean distance. `azure`:
`AZURE60 m n home`, m fixed costs, m rows of n serving costs, m rows of n round trips.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np

Matrix = Sequence[Sequence[float]]


class Arrays(NamedTuple):
    """The numbers of an instance for whoever reads numpy arrays."""

    fixed: np.ndarray
    serve: np.ndarray
    order: np.ndarray | None


@dataclass(frozen=True)
class Instance:
    """Costs of opening and serving, facilities by row and customers by column."""

    name: str
    fixed: Sequence[float]
    serve: Matrix
    """`math.inf` where the facility may not serve the customer."""
    order: Matrix | None = None
    """Round trips in ms; each customer is served by the nearest open facility."""
    required: tuple[int, ...] = ()
    """Facilities that are always open."""

    @cached_property
    def arrays(self) -> Arrays:
        """The same numbers as numpy arrays."""
        order = None if self.order is None else np.array(self.order, dtype=float)
        serve = np.array(self.serve, dtype=float)
        return Arrays(np.array(self.fixed, dtype=float), serve, order)

    @property
    def m(self) -> int:
        """Number of facilities."""
        return len(self.fixed)

    @property
    def n(self) -> int:
        """Number of customers."""
        return len(self.serve[0])

    def plain(self) -> Instance:
        """The same costs, each customer served by any open facility."""
        return replace(self, order=None)

    def within(self, limit_ms: float) -> Instance:
        """The same instance with no service over longer round trips."""
        return replace(self, serve=masked(self.serve, self.order or (), limit_ms))


def masked(serve: Matrix, order: Matrix, limit_ms: float) -> list[list[float]]:
    """Serving costs, infinite where the round trip is above the limit."""
    return [
        [c if ms <= limit_ms else math.inf for c, ms in zip(costs, rtts, strict=True)]
        for costs, rtts in zip(serve, order, strict=True)
    ]


def read_orlib(path: Path) -> Instance:
    """Read the format of the OR-Library."""
    words = iter(path.read_text().split())
    m, n = int(next(words)), int(next(words))
    fixed = []
    for _ in range(m):
        next(words)
        fixed.append(float(next(words)))
    columns = []
    for _ in range(n):
        next(words)
        columns.append([float(next(words)) for _ in range(m)])
    return Instance(path.stem, fixed, _transposed(columns))


def read_simple(path: Path) -> Instance:
    """Read the simple format of UflLib."""
    words = path.read_text().split()
    m, n = int(words[2]), int(words[3])
    numbers = list(map(float, words[5:]))
    rows = [numbers[k : k + n + 2] for k in range(0, m * (n + 2), n + 2)]
    fixed = [row[1] for row in rows]
    return Instance(path.stem, fixed, _without_barred([row[2:] for row in rows], fixed))


def _without_barred(serve: Matrix, fixed: Sequence[float]) -> Matrix:
    """Serving costs with the library's "no edge" made infinite.

    It is a single value above every fixed cost: opening a facility is always cheaper.
    """
    dear = {cost for row in serve for cost in row if cost > max(fixed)}
    if len(dear) != 1:
        return serve
    return [[math.inf if cost in dear else cost for cost in row] for row in serve]


def read_xy(path: Path) -> Instance:
    """Read points that are facility and customer at once."""
    numbers = list(map(int, path.read_text().split()))
    n, fixed = numbers[:2]
    points = list(zip(numbers[2::2], numbers[3::2], strict=True))
    serve = [[math.floor(math.dist(a, b) + 0.5) for b in points] for a in points]
    return Instance(path.stem, [float(fixed)] * n, serve)


def read_azure(path: Path) -> Instance:
    """Read costs and round trips of Azure regions; the home is always open."""
    _, m_word, n_word, home, *words = path.read_text().split()
    m, n = int(m_word), int(n_word)
    numbers = list(map(float, words))
    rows = [numbers[k : k + n] for k in range(m, len(numbers), n)]
    return Instance(path.stem, numbers[:m], rows[:m], rows[m:], (int(home),))


READERS = {
    "orlib": read_orlib,
    "simple": read_simple,
    "xy": read_xy,
    "azure": read_azure,
}
"""How to read a file, by the name of its format."""


class Case(NamedTuple):
    """An instance of a library under one rule, and its published value."""

    file: str
    rule: str
    """`any open facility`, or `closest`, perhaps with a limit of the round trip."""
    optimum: float
    proved: bool
    """Whether the value is known to be the optimum; else it is the best known."""
    instance: Instance


def read_library(folder: Path) -> Iterator[Case]:
    """Every case that `optima.csv` and `optima_azure.csv` of the folder list."""
    for row in _rows(folder / "optima.csv"):
        if row["format"] in READERS:
            instance = READERS[row["format"]](folder / row["instance"])
            value = row["optimum"] or row["best_known"]
            name = row["instance"]
            yield Case(name, ANY, float(value), bool(row["optimum"]), instance)
    for row in _rows(folder / "optima_azure.csv"):
        yield from _azure_cases(row["instance"], row, folder)


ANY = "any open facility"
CLOSEST = "closest"


def _azure_cases(name: str, row: dict[str, str], folder: Path) -> Iterator[Case]:
    instance = read_azure(folder / name)
    for rule, column, variant in (
        (ANY, "ufl_optimum", instance.plain()),
        (CLOSEST, "closest_assignment_optimum", instance),
        (f"{CLOSEST}, 100 ms", "closest_assignment_slo100ms", instance.within(100)),
        (f"{CLOSEST}, 60 ms", "closest_assignment_slo60ms", instance.within(60)),
    ):
        if row[column]:
            yield Case(name, rule, float(row[column]), True, variant)


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    with path.open(newline="") as lines:
        return list(csv.DictReader(lines))


def _transposed(rows: Matrix) -> list[list[float]]:
    return [list(column) for column in zip(*rows, strict=True)]
