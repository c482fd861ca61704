"""`solve_location`: facility location on plain numbers, solved and proved."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence
from operator import add
from typing import Any, NamedTuple

from planner.errors import InputError
from planner.optimization.branching import (
    Rows,
    lay_out,
    lay_out_plain,
    plain_instance,
    search,
    statuses,
)
from planner.optimization.clock import Clock
from planner.optimization.kernel import EPSILON, INFINITE, Instance
from planner.optimization.narrowing import Narrowing

NUMPY_PAYS = 20_000
"""Entries from which sorting with numpy pays for importing it."""

Row = Sequence[float] | Any
Table = Sequence[Sequence[float]] | Any
"""Rows of numbers, or a numpy array."""


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
    fixed_usd: Row,
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
        Run the same source through numba (extra `fast`). It reads numpy arrays of
        floats soonest; without it, lists.
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
    instance = _instance(fixed_usd, serve_usd, order_ms, certain, compiled)
    status = statuses(instance.m, certain)
    found = search(instance, status, Clock(time_limit), compiled=compiled)
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


class Compromise(NamedTuple):
    """Open facilities such that whatever costs less has a longer worst round trip."""

    objective: float
    longest_ms: float
    """The longest of the clients' ways to their nearest open facility."""
    open: tuple[int, ...]


def solve_frontier(
    fixed_usd: Row,
    serve_usd: Table,
    order_ms: Table,
    required: Iterable[int] = (),
    *,
    compiled: bool = False,
) -> tuple[Compromise, ...]:
    """All nondominated pairs of cost and longest round trip, the cheapest first.

    The parameters and errors are those of `solve_location`. Each solve forbids the
    longest round trip of the last plan, so that none is missed.
    """
    certain = sorted(set(required))
    instance = _instance(fixed_usd, serve_usd, order_ms, certain, compiled)
    # rows hold the facilities by `order_ms`, and so its values in rising order
    ms = _round_trips(instance, order_ms, compiled)
    narrowing = Narrowing(
        instance, ms, statuses(instance.m, certain), compiled=compiled
    )
    clock = Clock(None)
    plans: list[Compromise] = []
    while (found := narrowing.least(clock)).open:
        longest = narrowing.longest(found.open)
        if plans and found.value <= plans[-1].objective * (1 + EPSILON):
            plans.pop()  # as cheap, and slower
        plans.append(Compromise(found.value, longest, found.open))
        narrowing.narrow(math.nextafter(longest, 0.0))
    return tuple(plans)


def _round_trips(instance: Instance, order: Table, compiled: bool) -> Any:
    """The round trip of each place in the rows of an instance."""
    if compiled:
        import numpy as np

        clients = np.repeat(np.arange(instance.n), np.diff(instance.by_rank))
        return np.asarray(order, dtype=float)[instance.rank_facility, clients]
    starts, facility = instance.by_rank, instance.rank_facility
    return [
        column[i]
        for j, column in enumerate(zip(*_lists(order), strict=True))
        for i in facility[starts[j] : starts[j + 1]]
    ]


def _instance(
    fixed: Row,
    serve: Table,
    order: Table | None,
    certain: Sequence[int],
    compiled: bool,
) -> Instance:
    """The instance of some tables, laid out as the engine reads it soonest."""
    m, n = _check(fixed, serve, order, certain)
    if compiled:
        from planner.optimization.sorting import compiled_instance

        return compiled_instance(fixed, serve, order, certain)
    fixed = list(map(float, fixed))
    rows = _rows(fixed, serve, order, certain, m * n >= NUMPY_PAYS)
    return plain_instance(fixed, rows, m, n, ready=order is None)


def _rows(
    fixed: list[float],
    serve: Table,
    order: Table | None,
    certain: Sequence[int],
    large: bool,
) -> dict[str, Any]:
    """The rows of an instance as lists."""
    if large:
        from planner.optimization.sorting import sorted_rows

        return sorted_rows(fixed, serve, order, certain)
    serve, order = _lists(serve), _lists(order)
    if order is None:
        return _plain_rows(fixed, serve, certain)
    return lay_out(_nearest(serve, order, certain), len(fixed))


def _lists(table: Any) -> Any:
    """A table as rows of plain numbers, which Python handles sooner."""
    return table.tolist() if hasattr(table, "tolist") else table


def _plain_rows(
    fixed: list[float], serve: Table, certain: Sequence[int]
) -> dict[str, Any]:
    """Each client's facilities by cost, those that a best set may have serve it.

    No best set serves a client at more than what it costs to open another facility and
    be served there.
    """
    paid = fixed[:]
    for i in certain:
        paid[i] = 0.0
    orders, costs = [], []
    for column in zip(*serve, strict=True):
        enough = min(map(add, column, paid))
        near = [i for i, usd in enumerate(column) if usd <= enough < INFINITE]
        near.sort(key=column.__getitem__)
        orders.append(near)
        costs.append([column[i] for i in near])
    return lay_out_plain(orders, costs, len(fixed))


def _nearest(serve: Table, order: Table, certain: Sequence[int]) -> Rows:
    """Each client's facilities by nearness, up to the first one that is required."""
    orders, costs = [], []
    indices = range(len(serve))
    for served, away in zip(
        zip(*serve, strict=True), zip(*order, strict=True), strict=True
    ):
        near: Sequence[int] = indices
        if certain:
            last = min(certain, key=away.__getitem__)
            farthest = away[last], last
            near = [i for i in indices if (away[i], i) <= farthest]
        near = sorted(near, key=away.__getitem__)
        orders.append(near)
        costs.append([min(served[i], INFINITE) for i in near])
    return Rows(orders, costs, costs)


def _check(
    fixed: Row, serve: Table, order: Table | None, required: Sequence[int]
) -> tuple[int, int]:
    """Complain about what does not fit; the numbers of facilities and of clients."""
    m = len(fixed)
    n = _width("serve_usd", serve, m)
    if order is not None and _width("order_ms", order, m) != n:
        raise InputError("order_ms and serve_usd must have the same number of columns")
    fixed = _lists(fixed)
    if not (min(fixed, default=0) >= 0 and sum(fixed) < math.inf):  # NaN fails the sum
        raise InputError("fixed_usd must be finite and not negative")
    if any(i not in range(m) for i in required):
        raise InputError(f"required must be indices from 0 to {m - 1}")
    return m, n


def _width(name: str, table: Any, m: int) -> int:
    """The length of the rows of a table, which must hold numbers or infinity."""
    if hasattr(table, "ndim"):
        widths = set(table.shape[1:])
        least = table.min() if table.size else 0.0
    else:
        widths = set(map(len, table))
        least = sum(map(sum, table))
    if len(table) != m or len(widths) > 1:
        raise InputError(
            f"{name} must have {m} rows of equal length, one for each fixed cost"
        )
    if not least > -math.inf:  # NaN is not above anything
        raise InputError(f"{name} must not hold NaN or minus infinity")
    return widths.pop() if widths else 0
