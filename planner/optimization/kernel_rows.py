"""The rows of an instance from sorted tables, in the style of the kernel.

`cost` and the orders have a row of m for each client, laid end to end; an order lists the
facilities, the first one first.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from planner.optimization.kernel import INFINITE, floats, ints


class Laid(NamedTuple):
    """Some of the facilities of each client, laid end to end as `Instance` has them."""

    start: Any
    facility: Any
    cost: Any
    place: Any
    """Place of each facility (column) among those of each client (row); m if it is not
    among them."""


def plain_rows(m: int, n: int, paid: Any, cost: Any, order: Any) -> Laid:
    """The facilities that a best set may have serve each client, by cost.

    No best set serves a client at more than what it costs to open another facility (its
    cost is `paid`) and be served there.
    """
    rows = empty_rows(m, n)
    start, facility, value, place = rows.start, rows.facility, rows.cost, rows.place
    width = 0
    for j in range(n):
        row = j * m
        begin = width
        enough = INFINITE
        for k in range(row, row + m):
            i = order[k]
            served = cost[row + i]
            if served > enough or served >= INFINITE:
                break
            if served + paid[i] < enough:
                enough = served + paid[i]
            place[row + i] = width - begin
            facility[width] = i
            value[width] = served
            width += 1
        start[j + 1] = width
    return Laid(start, facility[:width], value[:width], place)


def nearest_rows(m: int, n: int, certain: Any, cost: Any, order: Any) -> Laid:
    """The facilities by nearness, up to the first that is certainly open (1)."""
    rows = empty_rows(m, n)
    start, facility, value, place = rows.start, rows.facility, rows.cost, rows.place
    width = 0
    for j in range(n):
        row = j * m
        begin = width
        for k in range(row, row + m):
            i = order[k]
            place[row + i] = width - begin
            facility[width] = i
            value[width] = min(cost[row + i], INFINITE)
            width += 1
            if certain[i] == 1:
                break
        start[j + 1] = width
    return Laid(start, facility[:width], value[:width], place)


def cheapest_rows(m: int, n: int, near: Any, cost: Any, order: Any) -> Laid:
    """The same facilities by cost, those that may serve; `near` is their place."""
    rows = empty_rows(m, n)
    start, facility, value = rows.start, rows.facility, rows.cost
    width = 0
    for j in range(n):
        row = j * m
        for k in range(row, row + m):
            i = order[k]
            if cost[row + i] >= INFINITE:
                break
            if near[row + i] < m:
                facility[width] = i
                value[width] = cost[row + i]
                width += 1
        start[j + 1] = width
    return Laid(start, facility[:width], value[:width], near)


def empty_rows(m: int, n: int) -> Laid:
    """Room for all facilities of all clients."""
    place = ints(n * m)
    for k in range(n * m):
        place[k] = m
    return Laid(ints(n + 1), ints(n * m), floats(n * m), place)
