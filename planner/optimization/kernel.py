"""Branch and bound for facility location where the nearest open facility serves.

Facilities 0..m-1, clients 0..n-1. A client is served by the first open facility of its
own order; where that is the order of its costs, this is plain facility location. The last
`sources` clients push: wherever one enters, it pays for a copy to every other open
facility, so its cost depends on the whole set.

Bound
    Dual ascent and adjustment (Erlenkotter 1978) for the relaxation in which a client
    may choose among the facilities that can still be its nearest: the undecided ones
    before its first certain one, and that one. With duals v, feasible when
        sum over j of max(0, v[j] - cost[i, j]) <= fixed[i]    for each undecided i,
    no completion costs less than the certain fixed costs plus the sum of v.
Fixing
    An undecided facility is closed when bound + slack passes the incumbent.
Branching
    On the open undecided facility with the largest difference of serving cost and dual.

The functions work on flat rows of numbers. They run as they stand on lists, and
`compiled.py` runs the same source through numba on arrays; so they use nothing but loops,
numbers and the helpers `floats`, `ints` and `copied`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

INFINITE = 1e300
"""Cost of what cannot be."""
EPSILON = 1e-9
"""Slack that counts as none."""
CLOSED, OPEN, FREE = 0, 1, 2
ADJUSTMENTS = 12
"""Rounds of dual adjustment at the root, as long as they help."""
TIED_NODES = 3000
"""Nodes to look into that can only match the incumbent, before ties stay unbroken."""
WORTHWHILE = 0.02
"""Share of what was gained, and of what is to be gained, that a round must gain."""


def floats(size: int) -> Any:
    """A row of zeros."""
    return [0.0] * size


def ints(size: int) -> Any:
    """A row of whole zeros."""
    return [0] * size


def copied(row: Any) -> Any:
    """A copy of a row."""
    return row[:]


class Instance(NamedTuple):
    """The numbers of a location problem; rows of clients are laid end to end."""

    m: int
    n: int
    sources: int
    """How many of the last clients push."""
    free_home: int
    """1 if the last source may enter at any open facility, at least cost."""
    fixed: Any
    """Cost of each facility."""
    by_rank: Any
    """Where the row of each client starts in the order of its ranks (n + 1)."""
    rank_facility: Any
    rank_cost: Any
    rank: Any
    """Place of each facility (column) in the order of each client (row); m if it cannot
    serve, n x m."""
    by_cost: Any
    """Where the row of each client starts in the order of bounding costs (n + 1)."""
    cost_facility: Any
    cost_value: Any
    sync: Any
    """Cost of a copy for each source, ingest and other facility, sources x m x m."""
    source_weight: float
    """What a dollar of the sources counts in the cost."""
    bound_fixed: Any
    """Like `fixed`, `rank_cost` and `sync`, with the priced limits; what the bound of
    the search is about."""
    bound_sync: Any
    bound_base: Any
    """Bounding cost of a source that enters at each facility, sources x m."""
    offset: float
    """Priced limits: what to take off the bound."""
    limits: int
    """How many linear limits there are."""
    limit_fixed: Any
    """What each facility counts against each limit, limits x m."""
    limit_cost: Any
    """What each client counts, laid out like `rank_cost`, one block a limit."""
    limit_sync: Any
    """What a dollar of sync counts against each limit."""
    limit: Any
    """The most that each limit allows."""
    near: Any
    """The second open facility of a client must come before this rank; -1: none need."""
    least_open: int
    most_open: int
    forbidden: Any
    """Sets that do not count, one row of m each."""
    ties: int
    """1 to break ties by fewer facilities, then by lower indices."""
    ready: int = 0
    """1 if the rows by cost are the options of the root: nothing is closed, and they end
    where a certain facility serves."""


class Search(NamedTuple):
    """What a search remembers between its steps."""

    value: Any
    """Cost of the best set found (1)."""
    best: Any
    """That set, 1 for open (m)."""
    counts: Any
    """Nodes so far, nodes on the stack, and nodes that could only tie (3)."""
    bounds: Any
    """Bound of the root, and of the node being looked into (2)."""
    duals: Any
    """Dual of each client at the root (n)."""
    stack_status: Any
    stack_duals: Any
    stack_bound: Any


def push_cost(d: Instance, source: int, chosen: Any) -> float:
    """What a source pays: its pushes, and a copy to every other open facility."""
    m = d.m
    j = d.n - d.sources + source
    start, end = d.by_rank[j], d.by_rank[j + 1]
    rank_facility, rank_cost, sync = d.rank_facility, d.rank_cost, d.sync
    anywhere = d.free_home == 1 and source == d.sources - 1
    best = INFINITE
    for p in range(start, end):
        entry = rank_facility[p]
        if chosen[entry] == 0:
            continue
        total = rank_cost[p]
        row = (source * m + entry) * m
        for i in range(m):
            if chosen[i] == 1:
                total += sync[row + i]
        if total < best:
            best = total
        if not anywhere:
            return best
    return best


def evaluate(d: Instance, chosen: Any) -> float:
    """The cost of a set of open facilities; INFINITE when it may not be."""
    m, clients = d.m, d.n - d.sources
    rank_facility, rank_cost = d.rank_facility, d.rank_cost
    by_rank, near = d.by_rank, d.near
    total = 0.0
    count = 0
    for i in range(m):
        if chosen[i] == 1:
            total += d.fixed[i]
            count += 1
    if count < d.least_open or count > d.most_open:
        return INFINITE
    for j in range(clients):
        p, end = by_rank[j], by_rank[j + 1]
        while p < end and chosen[rank_facility[p]] == 0:
            p += 1
        if p == end:
            return INFINITE
        total += rank_cost[p]
        if near[j] >= 0:
            q = p + 1
            while q < end and chosen[rank_facility[q]] == 0:
                q += 1
            if q == end or q - by_rank[j] >= near[j]:
                return INFINITE
    total += pushed(d, chosen)
    if d.limits > 0 and not within_limits(d, chosen):
        return INFINITE
    if is_forbidden(d, chosen):
        return INFINITE
    return min(total, INFINITE)


def is_forbidden(d: Instance, chosen: Any) -> bool:
    """Whether a set is one of those that do not count."""
    for k in range(len(d.forbidden) // max(1, d.m)):
        same = True
        for i in range(d.m):
            if chosen[i] != d.forbidden[k * d.m + i]:
                same = False
                break
        if same:
            return True
    return False


def within_limits(d: Instance, chosen: Any) -> bool:
    """Whether a set keeps every linear limit."""
    for k in range(d.limits):
        if used_of_limit(d, k, chosen) > d.limit[k]:
            return False
    return True


def used_of_limit(d: Instance, k: int, chosen: Any) -> float:
    """What a set that serves every client counts against a limit."""
    m, clients, width = d.m, d.n - d.sources, d.by_rank[d.n]
    used = 0.0
    for i in range(m):
        if chosen[i] == 1:
            used += d.limit_fixed[k * m + i]
    for j in range(clients):
        p = d.by_rank[j]
        while chosen[d.rank_facility[p]] == 0:
            p += 1
        used += d.limit_cost[k * width + p]
    if d.limit_sync[k] != 0.0:
        for s in range(d.sources):
            used += d.limit_sync[k] * push_cost(d, s, chosen)
    return used


def precedes(d: Instance, a: Any, b: Any) -> bool:
    """Whether set `a` comes before set `b`: fewer facilities, then lower indices."""
    difference = 0
    lower = 0
    for i in range(d.m):
        difference += a[i] - b[i]
        if lower == 0:
            lower = a[i] - b[i]
    return difference < 0 or (difference == 0 and lower > 0)


def tolerance(value: float) -> float:
    """Difference in cost that is none."""
    return EPSILON * max(1.0, abs(value)) if value < INFINITE else 0.0


def offer(d: Instance, s: Search, chosen: Any, value: float) -> None:
    """Keep a set if it is the best so far."""
    best = s.value[0]
    if value >= INFINITE:
        return
    slack = tolerance(best)
    if value > best + slack:
        return
    if value >= best - slack and not (d.ties == 1 and precedes(d, chosen, s.best)):
        return
    s.value[0] = value
    for i in range(d.m):
        s.best[i] = chosen[i]


def first_two(d: Instance, chosen: Any, first: Any, second: Any) -> None:
    """Places (in `rank_facility`) of each client's two nearest open facilities."""
    by_rank, rank_facility = d.by_rank, d.rank_facility
    for j in range(d.n):
        p, end = by_rank[j], by_rank[j + 1]
        while p < end and chosen[rank_facility[p]] == 0:
            p += 1
        first[j] = p
        if p < end:
            p += 1
        while p < end and chosen[rank_facility[p]] == 0:
            p += 1
        second[j] = p


def pushed(d: Instance, chosen: Any) -> float:
    """What all sources pay, as it counts in the cost."""
    total = 0.0
    if d.source_weight != 0.0:
        for s in range(d.sources):
            total += d.source_weight * push_cost(d, s, chosen)
    return total


def improve(d: Instance, chosen: Any, fixed_status: Any, value: float) -> float:
    """Open or close one facility at a time while the cost falls; the cost reached."""
    m, n = d.m, d.n
    first, second = ints(n), ints(n)
    change = floats(m)
    while True:
        first_two(d, chosen, first, second)
        count = flip_changes(d, chosen, first, second, change)
        pushes = pushed(d, chosen)
        best, least = -1, -tolerance(value)
        for i in range(m):
            if fixed_status[i] != FREE:
                continue
            if count <= d.least_open if chosen[i] == 1 else count >= d.most_open:
                continue
            delta = change[i]
            if d.sources > 0 and delta < INFINITE / 2:
                chosen[i] = 1 - chosen[i]
                delta += pushed(d, chosen) - pushes
                chosen[i] = 1 - chosen[i]
            if delta < least:
                best, least = i, delta
        if best < 0:
            return value
        chosen[best] = 1 - chosen[best]
        reached = evaluate(d, chosen)
        if reached >= value - tolerance(value):
            chosen[best] = 1 - chosen[best]
            return value
        value = reached


def flip_changes(d: Instance, chosen: Any, first: Any, second: Any, change: Any) -> int:
    """Changes of cost, but for pushes, if one facility were opened or closed.

    Returns how many are open.
    """
    by_rank, near = d.by_rank, d.near
    rank_facility, rank_cost = d.rank_facility, d.rank_cost
    count = 0
    for i in range(d.m):
        change[i] = d.fixed[i]
        if chosen[i] == 1:
            change[i] = -d.fixed[i]
            count += 1
    for j in range(d.n - d.sources):
        start, p, q = by_rank[j], first[j], second[j]
        paid = rank_cost[p]
        i = rank_facility[p]
        if q == by_rank[j + 1] or (near[j] >= 0 and q - start >= near[j] - 1):
            change[i] = INFINITE
        else:
            change[i] += rank_cost[q] - paid
        for k in range(start, p):
            change[rank_facility[k]] += rank_cost[k] - paid
    return count


def ascend(
    n: int,
    start: Any,
    facility: Any,
    cost: Any,
    v: Any,
    upto: Any,
    slack: Any,
    held: Any,
    skip: int,
) -> float:
    """Raise the duals a level at a time, client after client, until none can rise.

    `upto[j]` is the first option of j that costs more than v[j]; `held[j]` an option
    whose facility had no slack when j was last stopped; client `skip` stays as it is.
    Returns the sum gained.
    """
    waiting = ints(n)
    count = 0
    for j in range(n):
        p = held[j]
        if p >= 0 and slack[facility[p]] <= EPSILON and cost[p] <= v[j]:
            continue
        if j != skip:
            held[j] = -1
            waiting[count] = j
            count += 1
    return rise(waiting, count, start, facility, cost, v, upto, slack, held)


def rise(
    waiting: Any,
    count: int,
    start: Any,
    facility: Any,
    cost: Any,
    v: Any,
    upto: Any,
    slack: Any,
    held: Any,
) -> float:
    """Raise the first `count` clients of `waiting` until each is held by a facility.

    Whoever `held` says that a client pays may hold it (again); -1 if nobody.
    """
    gained = 0.0
    while count > 0:
        left_over = 0
        for a in range(count):
            j = waiting[a]
            p = held[j]
            if p >= 0 and slack[facility[p]] <= EPSILON:
                continue
            first, k = start[j], upto[j]
            least = INFINITE
            for i in facility[first:k]:
                left = slack[i]
                if left < least:
                    least = left
                    if left <= EPSILON:
                        break
            end = start[j + 1]
            level = v[j]
            step = cost[k] - level if k < end else INFINITE
            if least <= EPSILON or step > least:
                q = first
                while slack[facility[q]] > least:
                    q += 1
                held[j] = q
                if least > EPSILON:
                    for i in facility[first:k]:
                        slack[i] -= least
                    v[j] = level + least
                    gained += least
                continue
            level = cost[k]
            for i in facility[first:k]:
                slack[i] -= step
            while k < end and cost[k] <= level:
                k += 1
            v[j] = level
            upto[j] = k
            gained += step
            waiting[left_over] = j
            left_over += 1
        count = left_over
    return gained


def adjust(d: Instance, x: Node) -> float:
    """One round of dual adjustment: lower a client that pays two tight facilities.

    What that frees may let others rise by more in sum. Returns the sum gained.
    """
    start, facility, cost = x.start, x.facility, x.cost
    v, upto, slack, held = x.duals, x.upto, x.slack, x.held
    waiting = x.waiting
    gained = 0.0
    if d.n == 0:
        return gained
    link_held(d, x)
    for j in range(d.n):
        first, q = start[j], upto[j]
        below = v[j] - EPSILON
        while q > first and cost[q - 1] >= below:
            q -= 1
        tight = 0
        for i in facility[first:q]:
            if slack[i] <= EPSILON:
                tight += 1
        if tight < 2:
            continue
        level = cost[q - 1]
        drop = v[j] - level
        unlink(x, j)
        count = 0
        for i in facility[first:q]:
            if slack[i] <= EPSILON:
                count = take_held(x, i, count)
            slack[i] += drop
        v[j] = level
        upto[j] = q
        held[j] = -1
        gained -= drop
        gained += rise(waiting, count, start, facility, cost, v, upto, slack, held)
        waiting[0] = j
        gained += rise(waiting, 1, start, facility, cost, v, upto, slack, held)
        link(x, count, j)
    return gained


def link_held(d: Instance, x: Node) -> None:
    """Make a chain for each facility of the clients that it holds."""
    for i in range(d.m):
        x.first_held[i] = -1
    for j in range(d.n):
        x.moved[j] = j
    link(x, d.n - 1, d.n - 1)


def link(x: Node, count: int, last: int) -> None:
    """Put `last`, then the first `count` of `moved`, before others held likewise."""
    facility, held = x.facility, x.held
    head, following, moved = x.first_held, x.next_held, x.moved
    moved[count] = last
    for a in range(count, -1, -1):
        j = moved[a]
        i = facility[held[j]]
        following[j] = head[i]
        head[i] = j


def unlink(x: Node, j: int) -> None:
    """Take a client out of the chain of its facility."""
    i = x.facility[x.held[j]]
    following = x.next_held
    k = x.first_held[i]
    if k == j:
        x.first_held[i] = following[j]
        return
    while following[k] != j:
        k = following[k]
    following[k] = following[j]


def take_held(x: Node, i: int, count: int) -> int:
    """Move all clients that a facility holds to those that wait; their number."""
    waiting, moved, following = x.waiting, x.moved, x.next_held
    j = x.first_held[i]
    while j >= 0:
        waiting[count] = j
        moved[count] = j
        count += 1
        j = following[j]
    x.first_held[i] = -1
    return count


class Node(NamedTuple):
    """Working rows of one node, made once for a search."""

    status: Any
    duals: Any
    slack: Any
    fixed: Any
    """Bounding fixed costs, with the least sync of an undecided ingest."""
    reach: Any
    """Rank of each client's first certain facility (m: none)."""
    start: Any
    facility: Any
    cost: Any
    upto: Any
    held: Any
    chosen: Any
    gain: Any
    waiting: Any
    """Clients that may rise."""
    moved: Any
    """Those that have been moved to `waiting`, which does not keep them."""
    first_held: Any
    """First client that each facility holds (-1: none), and the one after each client."""
    next_held: Any
    base_start: Any
    """The options left at the root of the search, laid out like `by_cost`."""
    base_facility: Any
    base_cost: Any


def new_node(d: Instance) -> Node:
    """Rows for a node of an instance."""
    m, n = d.m, d.n
    size = d.by_cost[n] + d.sources * m
    return Node(
        ints(m),
        floats(n),
        floats(m),
        floats(m),
        ints(n),
        ints(n + 1),
        ints(size),
        floats(size),
        ints(n),
        ints(n),
        ints(m),
        floats(m),
        ints(n),
        ints(n),
        ints(m),
        ints(n),
        ints(n + 1),
        ints(size),
        floats(size),
    )


def list_options(d: Instance, x: Node) -> bool:
    """List what may still serve each client, by cost; False if something cannot be."""
    return list_from(d, x, d.by_cost, d.cost_facility, d.cost_value)


def list_from(
    d: Instance, x: Node, base_start: Any, base_facility: Any, base_cost: Any
) -> bool:
    """List what may still serve each client, of some options that are sorted by cost."""
    m, clients = d.m, d.n - d.sources
    status, rank = x.status, d.rank
    start, facility, cost = x.start, x.facility, x.cost
    set_reach(d, x)
    reach = x.reach
    width = 0
    for j in range(clients):
        begin = width
        start[j] = begin
        last = reach[j]
        row = j * m
        for p in range(base_start[j], base_start[j + 1]):
            i = base_facility[p]
            state = status[i]
            if state != CLOSED and rank[row + i] <= last:
                facility[width] = i
                cost[width] = base_cost[p]
                width += 1
                if state == OPEN:
                    break
        if width == begin:
            return False
    start[clients] = width
    for s in range(d.sources):
        width = list_entries(d, x, s, width)
        start[clients + s + 1] = width
        if width == start[clients + s]:
            return False
    return enough_near(d, x)


def list_all(d: Instance, x: Node) -> bool:
    """List all options of clients as they are; False if somebody has none."""
    width = d.by_cost[d.n]
    set_reach(d, x)
    x.start[:] = d.by_cost
    x.facility[:width] = d.cost_facility
    x.cost[:width] = d.cost_value
    for j in range(d.n):
        if d.by_cost[j] == d.by_cost[j + 1]:
            return False
    return True


def set_reach(d: Instance, x: Node) -> None:
    """Set each client's reach, and the fixed costs before any sync."""
    m, n = d.m, d.n
    reach, rank = x.reach, d.rank
    for j in range(n):
        reach[j] = m
    for i in range(m):
        x.fixed[i] = d.bound_fixed[i]
        if x.status[i] == OPEN:
            for j, place in enumerate(rank[i : n * m : m]):
                if place < reach[j]:
                    reach[j] = place


def keep_base(d: Instance, x: Node) -> None:
    """Keep the options that any node below this one may list.

    These include what is dearer than a certain facility: it may yet be opened nearer.
    """
    status, reach, rank = x.status, x.reach, d.rank
    facility, cost = x.base_facility, x.base_cost
    width = 0
    for j in range(d.n - d.sources):
        x.base_start[j] = width
        last = reach[j]
        row = j * d.m
        for p in range(d.by_cost[j], d.by_cost[j + 1]):
            i = d.cost_facility[p]
            if status[i] != CLOSED and rank[row + i] <= last:
                facility[width] = i
                cost[width] = d.cost_value[p]
                width += 1
    x.base_start[d.n - d.sources] = width


def enough_near(d: Instance, x: Node) -> bool:
    """Whether the counts of facilities, and two near each client, can still be had."""
    certain, possible = 0, 0
    for i in range(d.m):
        if x.status[i] == OPEN:
            certain += 1
        if x.status[i] != CLOSED:
            possible += 1
    if certain > d.most_open or possible < d.least_open:
        return False
    near = d.near
    for j in range(d.n - d.sources):
        if near[j] < 0:
            continue
        found = 0
        first = d.by_rank[j]
        for p in range(first, min(first + d.near[j], d.by_rank[j + 1])):
            if x.status[d.rank_facility[p]] != CLOSED:
                found += 1
        if found < 2:
            return False
    return True


def list_entries(d: Instance, x: Node, source: int, width: int) -> int:
    """List where a source may enter, by cost; the new end of the lists.

    An undecided facility is charged the least sync over the possible entries; each
    entry the rest of the sync to certain facilities.
    """
    m = d.m
    status, facility, cost, sync = x.status, x.facility, x.cost, d.bound_sync
    j = d.n - d.sources + source
    start = width
    anywhere = d.free_home == 1 and source == d.sources - 1
    for p in range(d.by_rank[j], d.by_rank[j + 1]):
        i = d.rank_facility[p]
        if status[i] != CLOSED:
            facility[width] = i
            cost[width] = d.bound_base[source * m + i]
            width += 1
            if status[i] == OPEN and not anywhere:
                break
    block = source * m * m
    for i in range(m):
        state = status[i]
        if state == CLOSED:
            continue
        least = INFINITE
        own = -1
        for p in range(start, width):
            entry = facility[p]
            if entry == i:
                own = p
            elif sync[block + entry * m + i] < least:
                least = sync[block + entry * m + i]
        if least >= INFINITE:
            continue  # the only entry
        x.fixed[i] += least
        if own >= 0:
            cost[own] -= least
        if state == OPEN:
            for p in range(start, width):
                if p != own:
                    cost[p] += sync[block + facility[p] * m + i] - least
    for p in range(start + 1, width):
        entry, value = facility[p], cost[p]
        q = p
        while q > start and cost[q - 1] > value:
            facility[q] = facility[q - 1]
            cost[q] = cost[q - 1]
            q -= 1
        facility[q] = entry
        cost[q] = value
    return width


def bound(d: Instance, x: Node, incumbent: float, rounds: int) -> float:
    """A bound on every completion of a node; leaves duals and slacks behind."""
    n, start, facility, cost = d.n, x.start, x.facility, x.cost
    v, upto, slack, held = x.duals, x.upto, x.slack, x.held
    total = inherit_duals(d, x)
    for i in range(d.m):
        if slack[i] < -EPSILON:  # sync to an only entry is charged no longer
            for j in range(n):
                v[j] = -INFINITE
            total = inherit_duals(d, x)
            break
    certain = -d.offset
    for i in range(d.m):
        if x.status[i] == OPEN:
            certain += x.fixed[i]
    total += ascend(n, start, facility, cost, v, upto, slack, held, -1)
    return tighten(d, x, certain + total, incumbent, rounds)


def tighten(
    d: Instance, x: Node, bounding: float, incumbent: float, rounds: int
) -> float:
    """Adjust the duals behind a bound until that gains little; the bound reached."""
    adjusted = 0.0
    for _ in range(rounds):
        if bounding >= incumbent:
            break
        gained = adjust(d, x)
        bounding += gained
        adjusted += gained
        if gained <= WORTHWHILE * min(adjusted, incumbent - bounding):
            break
    return bounding


def inherit_duals(d: Instance, x: Node) -> float:
    """Start from the duals of the parent node; their sum. Sets slacks and places."""
    n, clients = d.n, d.n - d.sources
    start, facility, cost = x.start, x.facility, x.cost
    v, upto, slack, held = x.duals, x.upto, x.slack, x.held
    status = x.status
    for i in range(d.m):
        slack[i] = 0.0 if status[i] == OPEN else x.fixed[i]
    total = 0.0
    for j in range(n):
        k, end = start[j], start[j + 1]
        paid = cost[k]
        value = v[j]
        if value < paid or j >= clients:
            value = paid
        elif value > cost[end - 1] and status[facility[end - 1]] == OPEN:
            value = cost[end - 1]
        while paid <= value:
            slack[facility[k]] -= value - paid
            k += 1
            if k == end:
                break
            paid = cost[k]
        v[j] = value
        upto[j] = k
        held[j] = -1
        total += value
    return total


def still_needed(d: Instance, x: Node) -> float:
    """The least slack that the facilities which must yet be opened cost."""
    certain = 0
    for i in range(d.m):
        if x.status[i] == OPEN:
            certain += 1
    most = least_slacks(d, x, d.least_open - certain, -1)
    for j in range(d.n - d.sources):
        if d.near[j] >= 0:
            most = max(most, least_slacks(d, x, 2, j))
    return most


def least_slacks(d: Instance, x: Node, needed: int, client: int) -> float:
    """The least slack of `needed` facilities, of those near a client if one is given."""
    first, end = 0, d.m
    if client >= 0:
        first = d.by_rank[client]
        end = min(first + d.near[client], d.by_rank[client + 1])
        for p in range(first, end):
            if x.status[d.rank_facility[p]] == OPEN:
                needed -= 1
    total, floor, taken = 0.0, -1.0, 0
    while taken < needed:
        following, equal = INFINITE, 0
        for p in range(first, end):
            i = d.rank_facility[p] if client >= 0 else p
            if x.status[i] != FREE:
                continue
            left = max(0.0, x.slack[i])
            if left > floor:
                if left < following:
                    following, equal = left, 1
                elif left == following:
                    equal += 1
        if equal == 0:
            return INFINITE
        used = min(equal, needed - taken)
        total += used * following
        taken += used
        floor = following
    return total


def choose_tight(d: Instance, x: Node) -> None:
    """Open what is certain, and for each client one facility whose slack is used up."""
    chosen, status, slack = x.chosen, x.status, x.slack
    start, facility, upto = x.start, x.facility, x.upto
    for i in range(d.m):
        chosen[i] = 1 if status[i] == OPEN else 0
    for j in range(d.n):
        candidate = -1
        for q in range(start[j], upto[j]):
            i = facility[q]
            if chosen[i] == 1:
                candidate = -1
                break
            if candidate < 0 and slack[i] <= EPSILON:
                candidate = i
        if candidate >= 0:
            chosen[candidate] = 1


def branching(d: Instance, x: Node) -> int:
    """The undecided facility to branch on; -1 when all is decided."""
    m = d.m
    gain, chosen, duals = x.gain, x.chosen, x.duals
    by_rank, rank_facility, rank_cost = d.by_rank, d.rank_facility, d.rank_cost
    for i in range(m):
        gain[i] = 0.0
    for j in range(d.n):
        p, end = by_rank[j], by_rank[j + 1]
        while p < end and chosen[rank_facility[p]] == 0:
            p += 1
        if p < end and rank_cost[p] > duals[j]:
            gain[rank_facility[p]] += rank_cost[p] - duals[j]
    best = -1
    for i in range(m):
        if x.status[i] != FREE or chosen[i] == 0:
            continue
        if best < 0 or gain[i] > gain[best]:
            best = i
    if best >= 0:
        return best
    for i in range(m):
        if x.status[i] == FREE and (best < 0 or x.slack[i] < x.slack[best]):
            best = i
    return best


def hopeless(d: Instance, s: Search, x: Node, bounding: float) -> bool:
    """Whether a node with this bound need not be looked into."""
    best = s.value[0]
    slack = tolerance(best)
    if bounding >= INFINITE or bounding > best + slack:
        return True
    if bounding < best - slack:
        return False
    if d.ties == 0 or s.counts[2] > TIED_NODES:
        return True
    s.counts[2] += 1
    return not could_precede(d, x.status, s.best)


def could_precede(d: Instance, status: Any, best: Any) -> bool:
    """Whether a completion of a node may come before the best set among equal costs."""
    certain, wanted = 0, 0
    for i in range(d.m):
        wanted += best[i]
        if status[i] == OPEN:
            certain += 1
    if max(certain, d.least_open, 1) != wanted:
        return max(certain, d.least_open, 1) < wanted
    # as many as now: is there a completion with lower indices?
    spare = wanted - certain
    for i in range(d.m):
        opened = 0
        if status[i] == OPEN:
            opened = 1
        elif status[i] == FREE and spare > 0:
            opened = 1
            spare -= 1
        if opened != best[i]:
            return bool(opened > best[i])
    return False


def push_node(s: Search, status: Any, duals: Any, bounding: float) -> None:
    """Put a node on the stack."""
    top = s.counts[1]
    s.stack_status[top] = copied(status)
    s.stack_duals[top] = copied(duals)
    s.stack_bound[top] = bounding
    s.counts[1] = top + 1


def search(d: Instance, s: Search, x: Node, root_status: Any, budget: int) -> bool:
    """Go on with a search for so many nodes; True when nothing is left to look into."""
    stop = s.counts[0] + budget
    while s.counts[1] > 0:
        if s.counts[0] >= stop:
            return False
        s.counts[1] -= 1
        top = s.counts[1]
        x.status[:] = s.stack_status[top]
        if hopeless(d, s, x, s.stack_bound[top]):
            continue
        x.duals[:] = s.stack_duals[top]
        s.counts[0] += 1
        s.bounds[1] = s.stack_bound[top]
        look_into(d, s, x, root_status, s.stack_bound[top])
        s.bounds[1] = INFINITE
    return True


def look_into(
    d: Instance, s: Search, x: Node, root_status: Any, inherited: float
) -> None:
    """Bound a node, look for a set in it, close what cannot pay, and branch."""
    m = d.m
    at_root = s.counts[0] == 1
    certified = False
    closed = 0
    while True:
        if at_root and d.ready == 1 and closed == 0:
            possible = list_all(d, x)
        elif at_root:
            possible = list_options(d, x)
        else:
            possible = list_from(d, x, x.base_start, x.base_facility, x.base_cost)
        if not possible:
            return
        if at_root:
            own = bound(d, x, s.value[0], 0)
            choose_tight(d, x)
            offer(d, s, x.chosen, evaluate(d, x.chosen))
            own = tighten(d, x, own, s.value[0], ADJUSTMENTS)
        else:
            own = bound(d, x, s.value[0], 3)
        reached = max(inherited, own + still_needed(d, x))
        if at_root and not certified:
            certified = True
            s.bounds[0] = own
            for j in range(d.n):
                s.duals[j] = x.duals[j]
        if hopeless(d, s, x, reached):
            return
        choose_tight(d, x)
        value = evaluate(d, x.chosen)
        if value < INFINITE:
            if at_root and d.limits == 0 and value > reached + tolerance(value):
                value = improve(d, x.chosen, root_status, value)
            offer(d, s, x.chosen, value)
            if hopeless(d, s, x, reached):
                return
        best = s.value[0]
        closed = 0
        free = 0
        if best < INFINITE:
            for i in range(m):
                if x.status[i] == FREE:
                    free += 1
                    if own + x.slack[i] > best + tolerance(best):
                        x.status[i] = CLOSED
                        closed += 1
        if closed * 4 <= free:
            break
    if at_root:
        keep_base(d, x)
    i = branching(d, x)
    if i < 0:
        for k in range(m):
            x.chosen[k] = 1 if x.status[k] == OPEN else 0
        offer(d, s, x.chosen, evaluate(d, x.chosen))
        return
    x.status[i] = CLOSED
    push_node(s, x.status, x.duals, reached)
    x.status[i] = OPEN
    push_node(s, x.status, x.duals, max(reached, own + x.slack[i]))
    x.status[i] = FREE
