"""Running the kernel: rows made ready, searched step by step, stopped in time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from planner.optimization import kernel
from planner.optimization.clock import Clock
from planner.optimization.kernel import FREE, INFINITE, OPEN, Instance

STEP = 24
"""Nodes between two looks at the clock."""


class Found(NamedTuple):
    """What a search came to."""

    value: float
    """Least cost of a set of open facilities; infinite if there is none."""
    open: tuple[int, ...]
    bound: float
    """No set costs less."""
    proved: bool
    """Whether the search was complete, so that value is least."""
    nodes: int
    duals: tuple[float, ...]
    """Dual of each client at the root, which prove `root_bound`."""
    root_bound: float


class Rows(NamedTuple):
    """What clients pay: one row a client, over the facilities that may serve it."""

    order: list[list[int]]
    """Facilities by nearness; the first open one serves."""
    cost: list[list[float]]
    """True cost of each, in the same order."""
    bounding: list[list[float]]
    """Cost for the bound, in the same order; the same object where they are the same."""


def lay_out(rows: Rows, m: int) -> dict[str, Any]:
    """The rows of an instance, laid end to end in both orders."""
    by_rank, by_cost = [0], [0]
    rank_facility: list[int] = []
    rank_cost: list[float] = []
    rank: list[int] = []
    cost_facility: list[int] = []
    cost_value: list[float] = []
    for order, cost, bounding in zip(*rows, strict=True):
        places = [m] * m
        for place, i in enumerate(order):
            places[i] = place
        rank += places
        rank_facility += order
        rank_cost += cost
        by_rank.append(len(rank_facility))
        options = sorted(zip(bounding, order, strict=True))
        cost_facility += [i for value, i in options if value < INFINITE]
        cost_value += [value for value, _ in options if value < INFINITE]
        by_cost.append(len(cost_facility))
    return {
        "by_rank": by_rank,
        "rank_facility": rank_facility,
        "rank_cost": rank_cost,
        "rank": rank,
        "by_cost": by_cost,
        "cost_facility": cost_facility,
        "cost_value": cost_value,
    }


def lay_out_plain(
    orders: Sequence[Sequence[int]], costs: Sequence[Sequence[float]], m: int
) -> dict[str, Any]:
    """The same where nearness is cost: both orders are one."""
    start = [0]
    facility: list[int] = []
    value: list[float] = []
    rank: list[int] = []
    for order, cost in zip(orders, costs, strict=True):
        places = [m] * m
        for place, i in enumerate(order):
            places[i] = place
        rank += places
        facility += order
        value += cost
        start.append(len(facility))
    return {
        "by_rank": start,
        "rank_facility": facility,
        "rank_cost": value,
        "rank": rank,
        "by_cost": start,
        "cost_facility": facility,
        "cost_value": value,
    }


def search(
    instance: Instance,
    status: Sequence[int],
    clock: Clock,
    *,
    compiled: bool = False,
    start: Sequence[int] | None = None,
    wider: Found | None = None,
    cutoff: float = math.inf,
    node_limit: float = math.inf,
) -> Found:
    """Find the set of least cost, from a first guess if one is given.

    `wider` is the proved answer to the same problem with more ways to serve: nothing
    here costs less, and its duals are a start. Only sets that cost at most `cutoff` are
    looked for. Stops early when the clock is
    over, at an interrupt (which stops the clock), or after `node_limit` nodes; the bound
    is true all the same.
    """
    module: Any = kernel
    if compiled:
        from planner.optimization.compiled import as_arrays, compiled_kernel

        module, instance = compiled_kernel(), as_arrays(instance)
    state, node, root = _new_search(module, instance, status, wider)
    if cutoff < INFINITE:
        state.value[0] = cutoff + 4 * kernel.tolerance(cutoff)
    if start is not None:
        chosen = [int(i in start) for i in range(instance.m)]
        module.offer(instance, state, chosen, module.evaluate(instance, chosen))
    done = False
    try:
        # The root is bounded in any case, so that there always is a true bound.
        done = bool(module.search(instance, state, node, root, 1))
        while not done and state.counts[0] < node_limit and not clock.over:
            done = bool(module.search(instance, state, node, root, STEP))
    except KeyboardInterrupt:
        clock.stop()
    return _found(state, done)


def _new_search(
    module: Any, d: Instance, status: Sequence[int], wider: Found | None
) -> tuple[Any, Any, Any]:
    m, n = d.m, d.n
    depth = m + 2
    floats, ints = module.floats, module.ints
    if module is kernel:
        rows: tuple[Any, Any] = [None] * depth, [None] * depth
    else:
        from planner.optimization.compiled import tables

        rows = tables(depth, m, n)
    state = module.Search(
        floats(1), ints(m), ints(3), floats(3), floats(n), *rows, floats(depth)
    )
    state.value[0] = INFINITE
    state.bounds[0] = -INFINITE
    state.bounds[1] = INFINITE
    root, duals = ints(m), floats(n)
    root[:] = status
    duals[:] = wider.duals if wider else (-INFINITE,) * n
    state.stack_status[0], state.stack_duals[0] = root, duals
    state.stack_bound[0] = wider.bound if wider else -INFINITE
    state.counts[1] = 1
    return state, module.new_node(d), root


def _found(state: Any, done: bool) -> Found:
    best = _list(state.best)
    found = 1 in best
    value = float(state.value[0]) if found else INFINITE
    bound = value
    if not done:
        waiting = [float(state.stack_bound[k]) for k in range(int(state.counts[1]))]
        bound = min([value, float(state.bounds[1]), *waiting])
        bound = max(bound, min(value, float(state.bounds[0])))
    return Found(
        value if found else math.inf,
        tuple(i for i, chosen in enumerate(best) if chosen),
        bound if bound < INFINITE else math.inf,
        done,
        int(state.counts[0]),
        tuple(_list(state.duals)),
        float(state.bounds[0]),
    )


def _list(row: Any) -> Any:
    """A row, or an array of the compiled kernel, as a list."""
    return row if isinstance(row, list) else row.tolist()


def plain_instance(
    fixed: Any, rows: dict[str, Any], m: int, n: int, *, ready: bool
) -> Instance:
    """An instance of clients alone: no sources, limits or counts, and ties unbroken."""
    return Instance(
        m=m,
        n=n,
        sources=0,
        free_home=0,
        fixed=fixed,
        sync=[],
        source_weight=0.0,
        bound_fixed=fixed,
        bound_sync=[],
        bound_base=[],
        offset=0.0,
        limits=0,
        limit_fixed=[],
        limit_cost=[],
        limit_sync=[],
        limit=[],
        near=[-1] * n,
        least_open=0,
        most_open=m,
        forbidden=[],
        ties=0,
        ready=int(ready),
        **rows,
    )


def statuses(m: int, certain: Sequence[int]) -> list[int]:
    """All undecided but some that are certainly open."""
    status = [FREE] * m
    for i in certain:
        status[i] = OPEN
    return status
