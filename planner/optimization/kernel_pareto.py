"""Search for all nondominated sets of open facilities: cost against a second figure.

The second figure (the metric) of a set is a sum over clients that depends on who serves
them. A client's nearest facility is also the one of least metric, so that opening more
never makes it worse; and so for a sum that is limited, if there is one.

Archive
    The nondominated sets found, cheapest first. Between two neighbours lies the gap
    (cost of the right one, metric of the left one): a set that is missing costs less and
    has a lower metric than that. Local search around every point fills the archive; the
    tree search then clears the gaps, which proves that nothing is missing.
Slices
    The tree search looks at sets of one size (or a range of sizes) at a time. With
    prices alpha on cost, beta on the metric and mu on the size, the dual bound of
    `kernel` says that alpha c + beta l >= B for every set of that size in a node.
Pruning
    A node is done when no gap in view has alpha c + beta l > B, c above the least cost
    and l above the least metric of the node. A facility is closed or opened for good
    when the other choice would end the node.
Ties
    Sets equal in both count as one: fewer facilities first, then lower indices.

Like `kernel`, these functions work on rows of numbers and run through numba as they stand.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from planner.optimization.kernel import (
    CLOSED,
    EPSILON,
    FREE,
    INFINITE,
    OPEN,
    Node,
    ascend,
    bound,
    choose_tight,
    copied,
    enough_near,
    first_two,
    floats,
    ints,
    new_node,
    pushed,
    still_needed,
    tolerance,
)

ADJUSTMENTS = 12
"""Rounds of dual adjustment at the root of a tree."""
NODE_ADJUSTMENTS = 3
"""Rounds of dual adjustment at its other nodes."""


class Numbers(NamedTuple):
    """What `kernel.Instance` has of a location problem, and the second figure.

    The functions of `kernel` that are called here read no other field.
    """

    m: int
    n: int
    sources: int
    free_home: int
    fixed: Any
    by_rank: Any
    rank_facility: Any
    rank_cost: Any
    rank: Any
    by_cost: Any
    cost_facility: Any
    cost_value: Any
    sync: Any
    source_weight: float
    bound_fixed: Any
    bound_weight: float
    """What a dollar of the sources counts in the bound."""
    offset: float
    near: Any
    least_open: int
    most_open: int
    metric: Any
    """What each client adds to the metric, laid out like `rank_cost`."""
    origin: Any
    """Class of each facility: copies from those of one class cost the same, wherever
    they go."""
    limited: Any
    """What each client adds to a sum that is limited; empty without such a limit."""
    limit: float


class Archive(NamedTuple):
    """Nondominated sets, cheapest first."""

    cost: Any
    metric: Any
    chosen: Any
    """1 for open, a row each."""
    explored: Any
    """1 when the sets around it have been tried."""
    flip_cost: Any
    """What opening (or closing) each facility would change, a row each."""
    flip_metric: Any
    cheaper: Any
    """USD that the swap which saves most for its loss saves per unit of the metric."""
    faster: Any
    """USD that the swap which costs least for its gain costs per unit of the metric."""
    counts: Any
    """How many there are, and how many did not fit (2)."""


class Tree(NamedTuple):
    """What the search of a tree remembers between its steps."""

    window: Any
    """Prices of cost and metric; from which cost gaps and ties are in view, and the
    metric of the point there if ties with it are not (else -1); up to which cost, and
    likewise; the most that any set costs and that its metric can be (8)."""
    counts: Any
    """Nodes so far and on the stack (2)."""
    names: Any
    """Facility of each column."""
    base: Any
    """Cost, metric and limited sum of the clients that are left out (3)."""
    stack_status: Any
    stack_duals: Any
    stack_bound: Any


def whole(values: Any) -> Any:
    """A row of whole numbers."""
    return list(values)


def numbers(values: Any) -> Any:
    """A row of numbers."""
    return [float(value) for value in values]


def int_table(count: int, width: int) -> Any:  # noqa: ARG001 - arrays need it
    """Room for rows of whole numbers."""
    return [None] * count


def float_table(count: int, width: int) -> Any:  # noqa: ARG001 - arrays need it
    """Room for rows of numbers."""
    return [None] * count


def new_archive(size: int, m: int) -> Archive:
    """An archive with room for so many points."""
    return Archive(
        floats(size),
        floats(size),
        int_table(size, m),
        ints(size),
        float_table(size, m),
        float_table(size, m),
        floats(size),
        floats(size),
        ints(2),
    )


def new_rows(d: Any) -> Node:
    """Working rows for the nodes of a tree."""
    return new_node(d)


def new_tree(window: Any, names: Any, base: Any, d: Any, depth: int) -> Tree:
    """A tree with an empty stack."""
    return Tree(
        window,
        ints(2),
        names,
        base,
        int_table(depth, d.m),
        float_table(depth, d.n),
        floats(depth),
    )


# ---- sets ----


def measure(d: Any, base: Any, chosen: Any, out: Any) -> bool:
    """Cost and metric of a set, into `out`; False when it may not be."""
    m, clients = d.m, d.n - d.sources
    rank_facility, rank_cost, counted = d.rank_facility, d.rank_cost, d.metric
    by_rank, near = d.by_rank, d.near
    cost, metric, limited = base[0], base[1], base[2]
    with_limit = len(d.limited) > 0
    count = 0
    for i in range(m):
        if chosen[i] == 1:
            cost += d.fixed[i]
            count += 1
    if count < d.least_open or count > d.most_open:
        return False
    for j in range(clients):
        p, end = by_rank[j], by_rank[j + 1]
        while p < end and chosen[rank_facility[p]] == 0:
            p += 1
        if p == end or rank_cost[p] >= INFINITE:
            return False
        cost += rank_cost[p]
        metric += counted[p]
        if with_limit:
            limited += d.limited[p]
        if near[j] >= 0:
            q = p + 1
            while q < end and chosen[rank_facility[q]] == 0:
                q += 1
            if q == end or q - by_rank[j] >= near[j]:
                return False
    out[0] = cost + pushed(d, chosen)
    out[1] = metric
    return not (with_limit and limited > d.limit)


def place_of(a: Archive, cost: float) -> int:
    """How many points cost at most so much."""
    low, high = 0, a.counts[0]
    while low < high:
        middle = (low + high) // 2
        if a.cost[middle] <= cost:
            low = middle + 1
        else:
            high = middle
    return int(low)


def dominated(a: Archive, cost: float, metric: float) -> bool:
    """Whether a point of the archive is as good in both."""
    k = place_of(a, cost + tolerance(cost)) - 1
    return bool(k >= 0 and a.metric[k] <= metric + tolerance(metric))


def comes_first(a: Any, b: Any) -> bool:
    """Whether set `a` comes before set `b`: fewer facilities, then lower indices."""
    difference = 0
    lower = 0
    for i in range(len(a)):
        difference += a[i] - b[i]
        if lower == 0:
            lower = a[i] - b[i]
    return bool(difference < 0 or (difference == 0 and lower > 0))


def keep(a: Archive, chosen: Any, cost: float, metric: float) -> bool:
    """Put a set into the archive unless a point is as good; drop those it beats."""
    end = place_of(a, cost + tolerance(cost))
    first, count = end, a.counts[0]
    low = metric - tolerance(metric)
    if end > 0 and a.metric[end - 1] <= metric + tolerance(metric):
        last = end - 1
        if a.metric[last] < low or a.cost[last] < cost - tolerance(cost):
            return False
        if not comes_first(chosen, a.chosen[last]):
            return False
        first = last
    while first > 0 and a.cost[first - 1] >= cost - tolerance(cost):
        first -= 1
    while end < count and a.metric[end] >= low:
        end += 1
    shift = first + 1 - end
    if count + shift > len(a.cost):
        a.counts[1] += 1
        return False
    if shift > 0:
        for k in range(count - 1, end - 1, -1):
            move(a, k, k + shift)
    elif shift < 0:
        for k in range(end, count):
            move(a, k, k + shift)
    a.counts[0] = count + shift
    a.cost[first] = cost
    a.metric[first] = metric
    a.chosen[first] = copied(chosen)
    a.explored[first] = 0
    return True


def move(a: Archive, k: int, to: int) -> None:
    """Move a point of the archive to another place."""
    a.cost[to] = a.cost[k]
    a.metric[to] = a.metric[k]
    a.chosen[to] = a.chosen[k]
    a.explored[to] = a.explored[k]
    a.flip_cost[to] = a.flip_cost[k]
    a.flip_metric[to] = a.flip_metric[k]
    a.cheaper[to] = a.cheaper[k]
    a.faster[to] = a.faster[k]


# ---- local search ----


def explore(d: Any, a: Archive, root: Any, budget: int) -> bool:
    """Try the sets around unexplored points; True when none is left unexplored."""
    k = 0
    while k < a.counts[0]:
        if a.explored[k] == 1:
            k += 1
            continue
        if budget == 0:
            return False
        budget -= 1
        explore_point(d, a, k, root)
        k = 0
    return True


def entries_sync(d: Any, chosen: Any, row: Any) -> None:
    """What a copy to each facility costs from where the sources enter now."""
    m = d.m
    for i in range(m):
        row[i] = 0.0
    for s in range(d.sources):
        j = d.n - d.sources + s
        entry = -1
        best = INFINITE
        anywhere = d.free_home == 1 and s == d.sources - 1
        for p in range(d.by_rank[j], d.by_rank[j + 1]):
            i = d.rank_facility[p]
            if chosen[i] == 0:
                continue
            total = d.rank_cost[p]
            if anywhere:
                for k in range(m):
                    if chosen[k] == 1:
                        total += d.sync[(s * m + i) * m + k]
            if total < best:
                best = total
                entry = i
            if not anywhere:
                break
        if entry >= 0:
            for i in range(m):
                row[i] += d.source_weight * d.sync[(s * m + entry) * m + i]


def explore_point(d: Any, a: Archive, number: int, root: Any) -> None:
    """Try to open, close or swap facilities of a point of the archive.

    What a set costs is worked out exactly only if it may be nondominated; the ingest
    of the sources is taken to stay where it is until then.
    """
    m, n = d.m, d.n
    clients = n - d.sources
    chosen = copied(a.chosen[number])
    first, second = ints(n), ints(n)
    first_two(d, chosen, first, second)
    cost_of, metric_of = d.rank_cost, d.metric
    cost, metric = pushed(d, chosen), 0.0
    sync = floats(m)
    entries_sync(d, chosen, sync)
    flip_cost, flip_metric = floats(m), floats(m)
    bad = ints(m)
    for i in range(m):
        if chosen[i] == 1:
            cost += d.fixed[i]
            flip_cost[i] = -d.fixed[i] - sync[i]
    for j in range(clients):
        p, q = first[j], second[j]
        k = d.rank_facility[p]
        cost += cost_of[p]
        metric += metric_of[p]
        if q == d.by_rank[j + 1] or cost_of[q] >= INFINITE:
            bad[k] += 1
            second[j] = d.by_rank[j + 1]
        else:
            flip_cost[k] += cost_of[q] - cost_of[p]
            flip_metric[k] += metric_of[q] - metric_of[p]
    a.explored[number] = 1
    out, slopes = floats(2), floats(2)
    slopes[1] = INFINITE
    swap_cost, swap_metric, mended = floats(m), floats(m), ints(m)
    for i in range(m):
        if chosen[i] == 1 or root[i] != FREE:
            continue
        for k in range(m):
            swap_cost[k] = 0.0
            swap_metric[k] = 0.0
            mended[k] = 0
        in_cost, in_metric = d.fixed[i] + sync[i], 0.0
        for j in range(clients):
            place = d.by_rank[j] + d.rank[j * m + i]
            q = second[j]
            if place >= q or cost_of[place] >= INFINITE:
                continue
            p = first[j]
            k = d.rank_facility[p]
            alone = q == d.by_rank[j + 1]
            if place < p:
                in_cost += cost_of[place] - cost_of[p]
                in_metric += metric_of[place] - metric_of[p]
                if alone:
                    mended[k] += 1
                else:
                    swap_cost[k] -= cost_of[q] - cost_of[p]
                    swap_metric[k] -= metric_of[q] - metric_of[p]
            elif alone:
                mended[k] += 1
                swap_cost[k] += cost_of[place] - cost_of[p]
                swap_metric[k] += metric_of[place] - metric_of[p]
            else:
                swap_cost[k] += cost_of[place] - cost_of[q]
                swap_metric[k] += metric_of[place] - metric_of[q]
        flip_cost[i] = in_cost
        flip_metric[i] = in_metric
        attempt(d, a, chosen, i, -1, cost + in_cost, metric + in_metric, out)
        for k in range(m):
            if chosen[k] == 0 or root[k] != FREE or bad[k] > mended[k]:
                continue
            more = in_cost + flip_cost[k] + swap_cost[k]
            slower = in_metric + flip_metric[k] + swap_metric[k]
            if more < 0.0 and slower > 0.0:
                slopes[0] = max(slopes[0], -more / slower)
            elif more > 0.0 and slower < 0.0:
                slopes[1] = min(slopes[1], -more / slower)
            attempt(d, a, chosen, i, k, cost + more, metric + slower, out)
    for k in range(m):
        if chosen[k] == 1 and root[k] == FREE and bad[k] == 0:
            attempt(
                d, a, chosen, -1, k, cost + flip_cost[k], metric + flip_metric[k], out
            )
        elif chosen[k] == 1 or root[k] != FREE:
            flip_cost[k] = INFINITE
    remember(d, a, chosen, cost, flip_cost, flip_metric, slopes)


def remember(
    d: Any,
    a: Archive,
    chosen: Any,
    cost: float,
    flip_cost: Any,
    flip_metric: Any,
    slopes: Any,
) -> None:
    """Note what was found around a point, if it is still in the archive."""
    k = place_of(a, cost + 2 * tolerance(cost)) - 1
    while k >= 0 and a.cost[k] >= cost - 2 * tolerance(cost):
        same = True
        for i in range(d.m):
            if a.chosen[k][i] != chosen[i]:
                same = False
        if same:
            a.flip_cost[k] = flip_cost
            a.flip_metric[k] = flip_metric
            a.cheaper[k] = slopes[0]
            a.faster[k] = slopes[1]
        k -= 1


def attempt(
    d: Any,
    a: Archive,
    chosen: Any,
    opened: int,
    closed: int,
    cost: float,
    metric: float,
    out: Any,
) -> None:
    """Keep a neighbour of a set if it is worth it; `cost` is an estimate."""
    if dominated(a, cost, metric):
        return
    if opened >= 0:
        chosen[opened] = 1
    if closed >= 0:
        chosen[closed] = 0
    out[0], out[1] = 0.0, 0.0
    if measure_all(d, chosen, out):
        keep(a, chosen, out[0], out[1])
    if opened >= 0:
        chosen[opened] = 0
    if closed >= 0:
        chosen[closed] = 1


def measure_all(d: Any, chosen: Any, out: Any) -> bool:
    """Cost and metric of a set of an instance that leaves no client out."""
    return measure(d, floats(3), chosen, out)


# ---- instances ----


def priced(
    d: Any,
    order: Any,
    alpha: float,
    beta: float,
    mu: float,
    least: int,
    most: int,
) -> Numbers:
    """The instance whose bound is about alpha cost + beta metric, in a slice of sizes.

    `order` holds the places of each client by some earlier prices, and is put in order.
    """
    m, n = d.m, d.n
    width = d.by_rank[n]
    value = floats(width)
    for p in range(width):
        value[p] = alpha * d.rank_cost[p] + beta * d.metric[p]
    by_cost, facility, cost = ints(n + 1), ints(width), floats(width)
    at = 0
    for j in range(n):
        first, end = d.by_rank[j], d.by_rank[j + 1]
        for p in range(first + 1, end):
            place = order[p]
            level = value[place]
            q = p
            while q > first and value[order[q - 1]] > level:
                order[q] = order[q - 1]
                q -= 1
            order[q] = place
        for p in range(first, end):
            place = order[p]
            if d.rank_cost[place] < INFINITE:
                facility[at] = d.rank_facility[place]
                cost[at] = value[place]
                at += 1
        by_cost[j + 1] = at
    fixed = floats(m)
    for i in range(m):
        fixed[i] = alpha * d.fixed[i] + mu
    return Numbers(
        m,
        n,
        d.sources,
        d.free_home,
        d.fixed,
        d.by_rank,
        d.rank_facility,
        d.rank_cost,
        d.rank,
        by_cost,
        facility,
        cost,
        d.sync,
        d.source_weight,
        fixed,
        alpha * d.source_weight,
        mu * most if mu > 0.0 else mu * least,
        d.near,
        least,
        most,
        d.metric,
        d.origin,
        d.limited,
        d.limit,
    )


def reach_of(d: Any, status: Any, j: int) -> int:
    """Where the list of a client may end: after the first facility sure to serve it."""
    p, end = d.by_rank[j], d.by_rank[j + 1]
    if d.near[j] < 0 if j < d.n - d.sources else not anywhere(d, j):
        while p < end and status[d.rank_facility[p]] != OPEN:
            p += 1
        return int(min(p + 1, end))
    return int(end)


def anywhere(d: Any, j: int) -> bool:
    """Whether a client is a source that may enter at any open facility."""
    return bool(d.free_home == 1 and j == d.n - 1)


def trimmed(
    d: Any, status: Any, alpha: float, beta: float, names: Any, base: Any
) -> Numbers:
    """The instance without closed facilities, and without clients that have no choice.

    Names the facilities that are left, and adds up what the others cost in `base`.
    """
    m, n = d.m, d.n
    clients, with_limit = n - d.sources, len(d.limited) > 0
    column = ints(m)
    left = 0
    for i in range(m):
        column[i] = -1
        if status[i] != CLOSED:
            names[left] = i
            column[i] = left
            left += 1
    kept = ints(n + 1)
    reach = ints(n + 1)
    new_n, new_width = 0, 0
    offset = d.offset
    for j in range(n):
        reach[j] = reach_of(d, status, j)
        options, last = 0, -1
        for p in range(d.by_rank[j], reach[j]):
            if status[d.rank_facility[p]] != CLOSED:
                options += 1
                last = p
        kept[j] = -1
        if options == 1 and j < clients and d.near[j] < 0:
            base[0] += d.rank_cost[last]
            base[1] += d.metric[last]
            if with_limit:
                base[2] += d.limited[last]
            offset -= alpha * d.rank_cost[last] + beta * d.metric[last]
            continue
        kept[j] = new_n
        new_n += 1
        new_width += options
    by_rank, rank_facility, rank_cost = (
        ints(new_n + 1),
        ints(new_width),
        floats(new_width),
    )
    rank, near = ints(new_n * left), ints(new_n)
    by_cost, facility, cost = ints(new_n + 1), ints(new_width), floats(new_width)
    metric, limited = floats(new_width), floats(new_width if with_limit else 0)
    at, to = 0, 0
    for j in range(n):
        row = kept[j]
        if row < 0:
            continue
        for i in range(left):
            rank[row * left + i] = left
        near[row] = -1
        if j < clients and d.near[j] >= 0:
            near[row] = 0
        for p in range(d.by_rank[j], reach[j]):
            i = column[d.rank_facility[p]]
            if i < 0:
                continue
            rank[row * left + i] = at - by_rank[row]
            rank_facility[at] = i
            rank_cost[at] = d.rank_cost[p]
            metric[at] = d.metric[p]
            if with_limit:
                limited[at] = d.limited[p]
            if near[row] >= 0 and p - d.by_rank[j] < d.near[j]:
                near[row] += 1
            at += 1
        by_rank[row + 1] = at
        for p in range(d.by_cost[j], d.by_cost[j + 1]):
            i = column[d.cost_facility[p]]
            if i >= 0 and rank[row * left + i] < left:
                facility[to] = i
                cost[to] = d.cost_value[p]
                to += 1
        by_cost[row + 1] = to
    fixed, bound_fixed = floats(left), floats(left)
    origin, sync = ints(left), floats(d.sources * left * left)
    kinds = ints(m)
    for i in range(left - 1, -1, -1):
        kinds[d.origin[names[i]]] = i
    for i in range(left):
        fixed[i] = d.fixed[names[i]]
        bound_fixed[i] = d.bound_fixed[names[i]]
        origin[i] = kinds[d.origin[names[i]]]
    to = 0
    for s in range(d.sources):
        for i in range(left):
            row = (s * m + names[i]) * m
            for k in range(left):
                sync[to] = d.sync[row + names[k]]
                to += 1
    return Numbers(
        left,
        new_n,
        d.sources,
        d.free_home,
        fixed,
        by_rank,
        rank_facility,
        rank_cost,
        rank,
        by_cost,
        facility,
        cost,
        sync,
        d.source_weight,
        bound_fixed,
        d.bound_weight,
        offset,
        near,
        d.least_open,
        d.most_open,
        metric,
        origin,
        limited,
        d.limit,
    )


# ---- bounds ----


def list_all(d: Any, x: Node) -> bool:
    """List what may still serve each client, by cost; False if something cannot be.

    Like `kernel.list_options`; sources take less time, since many facilities are alike
    as an origin of copies.
    """
    m, n, clients = d.m, d.n, d.n - d.sources
    status, reach, start = x.status, x.reach, x.start
    facility, cost = x.facility, x.cost
    for j in range(n):
        reach[j] = m
    for i in range(m):
        x.fixed[i] = d.bound_fixed[i]
        if status[i] == OPEN:
            for j in range(n):
                place = d.rank[j * m + i]
                if place < reach[j]:
                    reach[j] = place
    width = 0
    for j in range(clients):
        begin, last, row = width, reach[j], j * m
        start[j] = begin
        for p in range(d.by_cost[j], d.by_cost[j + 1]):
            i = d.cost_facility[p]
            state = status[i]
            if state != CLOSED and d.rank[row + i] <= last:
                facility[width] = i
                cost[width] = d.cost_value[p]
                width += 1
                if state == OPEN:
                    break
        if width == begin:
            return False
    start[clients] = width
    for s in range(d.sources):
        width = list_pushes(d, x, s, width)
        start[clients + s + 1] = width
        if width == start[clients + s]:
            return False
    return enough_near(d, x)


def list_pushes(d: Any, x: Node, source: int, width: int) -> int:
    """List where a source may enter, by cost; the new end of the lists.

    An undecided facility is charged the least sync over the possible entries; each
    entry the rest of the sync to certain facilities.
    """
    m, weight = d.m, d.bound_weight
    facility, cost, status = x.facility, x.cost, x.status
    j = d.n - d.sources + source
    begin = width
    classes = 0
    kind, one, other = ints(m), ints(m), ints(m)  # an entry of each class, and a second
    for i in range(m):
        one[i] = -1
        other[i] = -1
    for p in range(d.by_rank[j], d.by_rank[j + 1]):
        i = d.rank_facility[p]
        if status[i] == CLOSED:
            continue
        facility[width] = i
        cost[width] = weight * d.rank_cost[p]
        width += 1
        origin = d.origin[i]
        if one[origin] < 0:
            one[origin] = i
            kind[classes] = origin
            classes += 1
        elif other[origin] < 0:
            other[origin] = i
        if status[i] == OPEN and not anywhere(d, j):
            break
    rest, own = floats(m), floats(m)
    for i in range(m):
        if status[i] == CLOSED:
            continue
        least = INFINITE
        for k in range(classes):
            entry = one[kind[k]]
            if entry == i:
                entry = other[kind[k]]
            if entry >= 0:
                least = min(least, d.sync[(source * m + entry) * m + i])
        if least >= INFINITE:
            continue  # the only entry
        x.fixed[i] += weight * least
        own[i] = -least
        if status[i] != OPEN:
            continue
        for k in range(classes):
            entry = one[kind[k]]
            if entry == i:
                entry = other[kind[k]]
            if entry >= 0:
                more = d.sync[(source * m + entry) * m + i] - least
                rest[kind[k]] += more
                if d.origin[i] == kind[k]:
                    own[i] -= more
    for p in range(begin, width):
        entry = facility[p]
        value = cost[p] + weight * (rest[d.origin[entry]] + own[entry])
        q = p
        while q > begin and cost[q - 1] > value:
            facility[q] = facility[q - 1]
            cost[q] = cost[q - 1]
            q -= 1
        facility[q] = entry
        cost[q] = value
    return width


def spare(d: Any, x: Node, saved: Any) -> float:
    """Count undecided facilities that pay for themselves as free; the sum of that.

    The price of the size may be negative, and the dual bound needs fixed costs that are
    not; `saved` says what closing each of them would lose.
    """
    total = 0.0
    for i in range(d.m):
        saved[i] = 0.0
        if x.status[i] == FREE and x.fixed[i] < 0.0:
            saved[i] = -x.fixed[i]
            total += x.fixed[i]
            x.fixed[i] = 0.0
    return total


def root_bound(d: Any, x: Node, status: Any) -> float:
    """The bound of a slice before anything is decided; leaves its duals behind."""
    for i in range(d.m):
        x.status[i] = status[i]
    for j in range(d.n):
        x.duals[j] = -INFINITE
    saved = floats(d.m)
    if not list_all(d, x):
        return INFINITE
    total = spare(d, x, saved)
    own = bound(d, x, INFINITE, ADJUSTMENTS)
    return own + total + still_needed(d, x)


def leaning(d: Any, x: Node, out: Any) -> None:
    """Cost, metric and size of a set that a bound leans on, into `out`."""
    choose_tight(d, x)
    out[0], out[1], out[2] = pushed(d, x.chosen), 0.0, 0.0
    for i in range(d.m):
        if x.chosen[i] == 1:
            out[0] += d.fixed[i]
            out[2] += 1.0
    for j in range(d.n - d.sources):
        p, last = d.by_rank[j], d.by_rank[j + 1] - 1
        while p < last and x.chosen[d.rank_facility[p]] == 0:
            p += 1
        out[0] += d.rank_cost[p]
        out[1] += d.metric[p]


def least_metric(d: Any, x: Node, base: Any) -> float:
    """The metric if all that is undecided were open; infinite if that may not be."""
    total, limited = base[1], base[2]
    with_limit = len(d.limited) > 0
    for j in range(d.n - d.sources):
        p, end = d.by_rank[j], d.by_rank[j + 1]
        while p < end and x.status[d.rank_facility[p]] == CLOSED:
            p += 1
        if p == end or d.rank_cost[p] >= INFINITE:
            return INFINITE
        total += d.metric[p]
        if with_limit:
            limited += d.limited[p]
    if with_limit and limited > d.limit:
        return INFINITE
    return float(total)


def least_cost(d: Any, x: Node, base: Any) -> float:
    """A bound on the cost alone: everybody at the cheapest of what may serve."""
    m, clients = d.m, d.n - d.sources
    total = base[0]
    certain = 0
    for i in range(m):
        if x.status[i] == OPEN:
            total += d.fixed[i]
            certain += 1
    for j in range(d.n):
        least = INFINITE
        for p in range(d.by_rank[j], d.by_rank[j + 1]):
            i = d.rank_facility[p]
            state = x.status[i]
            if state == CLOSED:
                continue
            if d.rank_cost[p] < least:
                least = d.rank_cost[p]
            if state == OPEN and (j < clients or not anywhere(d, j)):
                break
        if j < clients:
            total += least
        else:
            total += d.source_weight * least
    floor, taken = -1.0, certain
    while taken < d.least_open:
        following, equal = INFINITE, 0
        for i in range(m):
            if x.status[i] == FREE and d.fixed[i] > floor:
                if d.fixed[i] < following:
                    following, equal = d.fixed[i], 1
                elif d.fixed[i] == following:
                    equal += 1
        if equal == 0:
            return INFINITE
        used = min(equal, d.least_open - taken)
        total += used * following
        taken += used
        floor = following
    return float(total)


def closing(d: Any, x: Node, i: int) -> float:
    """What the bound gains when an undecided facility is closed."""
    if x.slack[i] > EPSILON:
        return 0.0
    slack, held = copied(x.slack), copied(x.held)
    slack[i] = INFINITE
    for j in range(d.n):
        if x.start[j + 1] == x.start[j] + 1 and x.facility[x.start[j]] == i:
            return INFINITE  # nobody else is left
        if held[j] >= 0 and x.facility[held[j]] == i:
            held[j] = -1
    return ascend(
        d.n,
        x.start,
        x.facility,
        x.cost,
        copied(x.duals),
        copied(x.upto),
        slack,
        held,
        -1,
    )


def level(d: Any, a: Archive, t: Tree, x: Node, cost: float, metric: float) -> float:
    """How high the bound of a node with these least figures must be to end it."""
    window = t.window
    alpha, beta, start, stop = window[0], window[1], window[2], window[4]
    best = -INFINITE
    k = place_of(a, start - tolerance(start)) - 1
    count = a.counts[0]
    while k < count:
        left = a.cost[k] if k >= 0 else -INFINITE
        if left > stop + tolerance(stop):
            break
        top = a.metric[k] if k >= 0 else window[7]
        right = a.cost[k + 1] if k + 1 < count else window[6]
        if (
            right > start + tolerance(start)
            and left < stop - tolerance(stop)
            and cost < right - tolerance(right)
            and metric < top - tolerance(top)
        ):
            gap = alpha * right + beta * top
            gap -= tolerance(gap)
            if gap > best:
                best = gap
        if k >= 0 and in_view(window, left, top) and cost <= left + tolerance(left):
            gap = alpha * left + beta * top
            gap += 2 * tolerance(gap)
            if (
                gap > best
                and metric <= top + tolerance(top)
                and could_precede(d, t, x, a.chosen[k])
            ):
                best = gap
        k += 1
    return float(best)


def in_view(window: Any, cost: float, metric: float) -> bool:
    """Whether ties with a point are looked for."""
    slack = tolerance(cost)
    if cost < window[2] - slack or cost > window[4] + slack:
        return False
    left_out = -1.0
    if cost <= window[2] + slack:
        left_out = window[3]
    elif cost >= window[4] - slack:
        left_out = window[5]
    return bool(abs(metric - left_out) > tolerance(metric))


def could_precede(d: Any, t: Tree, x: Node, point: Any) -> bool:
    """Whether a completion of a node may come before a set among equals."""
    wanted, certain = 0, 0
    for i in range(len(point)):
        wanted += point[i]
    for i in range(d.m):
        if x.status[i] == OPEN:
            certain += 1
    size = max(certain, d.least_open, 1)
    if size != wanted:
        return bool(size < wanted)
    rest = wanted - certain
    at = 0
    for i in range(len(point)):
        opened = 0
        if at < d.m and t.names[at] == i:
            if x.status[at] == OPEN:
                opened = 1
            elif x.status[at] == FREE and rest > 0:
                opened = 1
                rest -= 1
            at += 1
        if opened != point[i]:
            return bool(opened > point[i])
    return False


# ---- the tree ----


def settle(d: Any, x: Node) -> bool:
    """Decide the rest when the size says so; False if no size in the slice is left."""
    certain, undecided = 0, 0
    for i in range(d.m):
        if x.status[i] == OPEN:
            certain += 1
        elif x.status[i] == FREE:
            undecided += 1
    if certain > d.most_open or certain + undecided < d.least_open:
        return False
    rest = FREE
    if certain == d.most_open:
        rest = CLOSED
    elif certain + undecided == d.least_open:
        rest = OPEN
    if rest != FREE:
        for i in range(d.m):
            if x.status[i] == FREE:
                x.status[i] = rest
    return True


def offer(d: Any, a: Archive, t: Tree, chosen: Any, size: int) -> None:
    """Keep a set of the columns that are left if it is nondominated."""
    out = floats(2)
    if not measure(d, t.base, chosen, out):
        return
    k = place_of(a, out[0] + tolerance(out[0])) - 1
    if (
        k >= 0
        and a.metric[k] <= out[1] + tolerance(out[1])
        and (
            a.metric[k] < out[1] - tolerance(out[1])
            or a.cost[k] < out[0] - tolerance(out[0])
        )
    ):
        return
    everything = ints(size)
    for i in range(d.m):
        everything[t.names[i]] = chosen[i]
    keep(a, everything, out[0], out[1])


def look_into(
    d: Any,
    a: Archive,
    t: Tree,
    x: Node,
    saved: Any,
    size: int,
    inherited: float,
    rounds: int,
) -> float:
    """Bound a node and decide what its bound decides; INFINITE when it is done.

    Returns the bound. `x.gain` is what closing each undecided facility adds to it.
    """
    m = d.m
    reached = inherited
    while True:
        if not settle(d, x):
            return INFINITE
        metric = least_metric(d, x, t.base)
        if metric >= INFINITE:
            return INFINITE
        cost = least_cost(d, x, t.base)
        high = level(d, a, t, x, cost, metric)
        if reached >= high or not list_all(d, x):
            return INFINITE
        free = spare(d, x, saved)
        own = free + bound(d, x, high - free, rounds)
        reached = max(reached, own + still_needed(d, x))
        if reached >= high:
            return INFINITE
        choose_tight(d, x)
        offer(d, a, t, x.chosen, size)
        changed, undecided = 0, 0
        for i in range(m):
            if x.status[i] != FREE:
                continue
            undecided += 1
            if own + x.slack[i] >= high:
                x.status[i] = CLOSED
                own += saved[i]
                changed += 1
                continue
            x.gain[i] = saved[i] + closing(d, x, i)
            if own + x.gain[i] >= high:
                x.status[i] = OPEN
                changed += 1
        if undecided == 0:
            return INFINITE
        if changed == undecided or changed * 4 > undecided:
            continue
        if changed == 0 or rounds < ADJUSTMENTS:
            return max(reached, own)


def search(
    d: Any, a: Archive, t: Tree, x: Node, saved: Any, size: int, budget: int
) -> bool:
    """Go on with a tree for so many nodes; True when it is done."""
    stop = t.counts[0] + budget
    while t.counts[1] > 0:
        if t.counts[0] >= stop:
            return False
        t.counts[1] -= 1
        t.counts[0] += 1
        top = t.counts[1]
        for i in range(d.m):
            x.status[i] = t.stack_status[top][i]
        for j in range(d.n):
            x.duals[j] = t.stack_duals[top][j]
        reached = look_into(
            d,
            a,
            t,
            x,
            saved,
            size,
            t.stack_bound[top],
            ADJUSTMENTS if t.counts[0] == 1 else NODE_ADJUSTMENTS,
        )
        if reached >= INFINITE:
            continue
        best = -1
        for i in range(d.m):
            if x.status[i] == FREE and (best < 0 or x.gain[i] > x.gain[best]):
                best = i
        if best < 0:
            continue
        x.status[best] = CLOSED
        push_node(t, x.status, x.duals, reached)
        x.status[best] = OPEN
        push_node(t, x.status, x.duals, reached)
    return True


def push_node(t: Tree, status: Any, duals: Any, bounding: float) -> None:
    """Put a node on the stack."""
    top = t.counts[1]
    t.stack_status[top] = copied(status)
    t.stack_duals[top] = copied(duals)
    t.stack_bound[top] = bounding
    t.counts[1] = top + 1
