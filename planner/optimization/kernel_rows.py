"""The rows of an instance from sorted tables, in the style of the kernel.

`cost` and the orders have a row of m for each client, laid end to end; an order lists the
facilities, the first one first.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from planner.optimization.kernel import INFINITE, Instance, copied, floats, ints


class Laid(NamedTuple):
    """Some of the facilities of each client, laid end to end as `Instance` has them."""

    start: Any
    facility: Any
    cost: Any
    place: Any
    """Place of each facility (column) among those of each client (row); m if it is not
    among them."""


def plain_rows(m: int, n: int, paid: Any, cost: Any) -> Laid:
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
        for i in range(m):
            alone = cost[row + i] + paid[i]
            if alone < enough:
                enough = alone
        for i in range(m):
            served = cost[row + i]
            if served > enough or served >= INFINITE:
                continue
            p = width  # few are left, so that they are sorted as they come
            while p > begin and value[p - 1] > served:
                facility[p] = facility[p - 1]
                value[p] = value[p - 1]
                p -= 1
            facility[p] = i
            value[p] = served
            width += 1
        for p in range(begin, width):
            place[row + facility[p]] = p - begin
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


class Nearer(NamedTuple):
    """The rows of an instance that are left, by the names they have there."""

    by_rank: Any
    rank_facility: Any
    rank_cost: Any
    rank: Any
    by_cost: Any
    cost_facility: Any
    cost_value: Any
    ms: Any
    """Round trip of each place in `rank_facility`."""


def nearer_rows(d: Instance, ms: Any, limit: float) -> Nearer:
    """What is left without the facilities beyond a round trip.

    `ms` is the round trip of each place in `rank_facility`, rising in each row. Where a
    second facility must be near, the others stay and cost INFINITE: they may be that one.
    """
    n = d.n
    starts, places = ints(n + 1), ints(n)
    facility, cost, left = ints(len(ms)), floats(len(ms)), floats(len(ms))
    rank = copied(d.rank)
    near = 0
    for j in range(n):
        start, end = d.by_rank[j], d.by_rank[j + 1]
        upto = end
        while upto > start and ms[upto - 1] > limit:
            upto -= 1
        within = upto - start
        kept = within
        if j < n - d.sources and d.near[j] >= 0:
            kept = end - start
        facility[near : near + kept] = d.rank_facility[start : start + kept]
        cost[near : near + within] = d.rank_cost[start:upto]
        for p in range(near + within, near + kept):
            cost[p] = INFINITE
        left[near : near + kept] = ms[start : start + kept]
        for p in range(start + kept, end):
            rank[j * d.m + d.rank_facility[p]] = d.m
        near += kept
        starts[j + 1] = near
        places[j] = within
    cheap = cheap_within(d, places)
    return Nearer(starts, facility[:near], cost[:near], rank, *cheap, left[:near])


def cheap_within(d: Instance, places: Any) -> tuple[Any, Any, Any]:
    """The rows by cost of what is among the first so many places of each client."""
    n, rank = d.n, d.rank
    starts = ints(n + 1)
    facility, cost = ints(d.by_cost[n]), floats(d.by_cost[n])
    cheap = 0
    for j in range(n):
        first, last = d.by_cost[j], d.by_cost[j + 1]
        if places[j] == d.by_rank[j + 1] - d.by_rank[j]:
            width = last - first
            facility[cheap : cheap + width] = d.cost_facility[first:last]
            cost[cheap : cheap + width] = d.cost_value[first:last]
            cheap += width
        else:
            row, within = j * d.m, places[j]
            for q in range(first, last):
                i = d.cost_facility[q]
                if rank[row + i] < within:
                    facility[cheap] = i
                    cost[cheap] = d.cost_value[q]
                    cheap += 1
        starts[j + 1] = cheap
    return starts, facility[:cheap], cost[:cheap]


def longest_ms(d: Instance, ms: Any, chosen: Any) -> float:
    """The longest round trip to the nearest open facility; INFINITE if one has none."""
    longest = 0.0
    for j in range(d.n):
        p, end = d.by_rank[j], d.by_rank[j + 1]
        while p < end and chosen[d.rank_facility[p]] == 0:
            p += 1
        if p == end:
            return INFINITE
        longest = max(longest, ms[p])
    return longest


def empty_rows(m: int, n: int) -> Laid:
    """Room for all facilities of all clients."""
    place = ints(n * m)
    for k in range(n * m):
        place[k] = m
    return Laid(ints(n + 1), ints(n * m), floats(n * m), place)
