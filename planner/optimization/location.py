"""`solve_location`: facility location on plain numbers, solved and proved."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from planner.errors import InputError
from planner.optimization.branching import (
    Rows,
    lay_out,
    plain_instance,
    search,
    statuses,
)
from planner.optimization.clock import Clock
from planner.optimization.kernel import INFINITE

NUMPY_PAYS = 20_000
"""Entries from which sorting with numpy pays for importing it."""

Table = Sequence[Sequence[float]]


class LocationPlan(NamedTuple):
    """The best set of open facilities, with what proves it."""

    objective: float
    """Fixed plus serving cost; infinite if no set can serve every client."""
    open: tuple[int, ...]
    bound: float
    """No set costs less; the objective itself when proved."""
    nodes: int
    proved: bool
    """Whether the search was complete."""
    seconds: float
    duals: tuple[float, ...]
    """One number v[j] a client with which `root_bound` can be checked in O(m n)."""
    root_bound: float
    """The bound before branching: fixed costs of the required facilities, plus the sum
    of the duals. It holds when, for every other facility i, the sum over j of
    max(0, v[j] - serve[i][j]) over clients j that i might serve is at most fixed[i]."""


def solve_location(
    fixed_usd: Sequence[float],
    serve_usd: Table,
    order_ms: Table | None = None,
    required: Iterable[int] = (),
    *,
    compiled: bool = False,
    time_limit: float | None = None,
) -> LocationPlan:
    """Choose facilities of least fixed and serving cost, and prove it.

    Parameters
    ----------
    fixed_usd
        Cost of opening each of m facilities.
    serve_usd
        m rows of n costs: what client j (column) costs if served by facility i (row);
        infinite where it may not be.
    order_ms
        m rows of n numbers. Each client is served by the open facility that comes first
        in its column, ties to the lower index (closest assignment). Without it, by the
        one that costs least (plain facility location).
    required
        Facilities that are open in any case.
    compiled
        Run the same source through numba (extra `fast`).
    time_limit
        Seconds after which the best set so far is returned, with a true bound.

    Raises
    ------
    InputError
        If the tables do not fit one another, or hold what is not a number.
    SolverError
        If numba is asked for and missing.
    """
    started = time.perf_counter()
    certain = sorted(set(required))
    _check(fixed_usd, serve_usd, order_ms, certain)
    m, n = len(fixed_usd), len(serve_usd[0]) if serve_usd else 0
    if m * n >= NUMPY_PAYS or compiled:
        from planner.optimization.sorting import sorted_rows

        rows = sorted_rows(serve_usd, order_ms, certain)
    else:
        rows = lay_out(_rows(serve_usd, order_ms, certain), m)
    instance = plain_instance(list(map(float, fixed_usd)), rows, m, n, ties=False)
    found = search(instance, statuses(m, certain), Clock(time_limit), compiled=compiled)
    return LocationPlan(
        found.value,
        found.open,
        found.bound,
        found.nodes,
        found.proved,
        time.perf_counter() - started,
        found.duals,
        found.root_bound,
    )


def _rows(serve: Table, order: Table | None, certain: Sequence[int]) -> Rows:
    """Each client's facilities by nearness, up to the first one that is required."""
    orders, costs = [], []
    m = len(serve)
    by = serve if order is None else order
    for j in range(len(serve[0]) if serve else 0):
        column = [row[j] for row in by]
        nearest = sorted(range(m), key=column.__getitem__)
        if certain:
            last = min(map(nearest.index, certain))
            del nearest[last + 1 :]
        orders.append(nearest)
        costs.append([min(float(serve[i][j]), INFINITE) for i in nearest])
    return Rows(orders, costs, costs)


def _check(
    fixed: Sequence[float], serve: Table, order: Table | None, required: Sequence[int]
) -> None:
    m = len(fixed)
    for name, table in (("serve_usd", serve), ("order_ms", order)):
        if table is None:
            continue
        widths = {len(row) for row in table}
        if len(table) != m or len(widths) > 1:
            raise InputError(
                f"{name} must have {m} rows of equal length, one for each fixed cost"
            )
        if any(math.isnan(sum(row)) for row in table):
            raise InputError(f"{name} must not hold NaN or minus infinity")
    if order is not None and m and len(order[0]) != len(serve[0]):
        raise InputError("order_ms and serve_usd must have the same number of columns")
    if not all(math.isfinite(cost) and cost >= 0 for cost in fixed):
        raise InputError("fixed_usd must be finite and not negative")
    if any(i not in range(m) for i in required):
        raise InputError(f"required must be indices from 0 to {m - 1}")
