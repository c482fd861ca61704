"""Rows of an instance sorted with numpy, which pays from some 20,000 entries on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from planner.optimization import compiled, kernel
from planner.optimization.branching import plain_instance
from planner.optimization.kernel import INFINITE


def sorted_rows(
    fixed: Sequence[float], serve: Any, order: Any, certain: Sequence[int]
) -> dict[str, Any]:
    """The rows of `branching.lay_out` and `branching.lay_out_plain`."""
    cost = _by_client(serve)
    if order is None:
        return _plain_rows(np.asarray(fixed, dtype=float), cost, certain)
    cost = np.minimum(cost, INFINITE)
    by = _by_client(order)
    nearest = np.argsort(by, axis=1, kind="stable")
    rank = _places(nearest)
    m = cost.shape[1]
    last = np.full((len(cost), 1), m - 1)
    if len(certain):
        last = rank[:, certain].min(axis=1, keepdims=True)
    rank[rank > last] = m
    kept = np.arange(m) <= last
    costs = np.take_along_axis(cost, nearest, axis=1)
    usable = np.where(rank < m, cost, INFINITE)
    cheapest = np.argsort(usable, axis=1, kind="stable")
    values = np.take_along_axis(usable, cheapest, axis=1)
    by_rank, rank_facility, rank_cost = _end_to_end(kept, nearest, costs)
    by_cost, cost_facility, cost_value = _end_to_end(
        values < INFINITE, cheapest, values
    )
    return {
        "by_rank": by_rank,
        "rank_facility": rank_facility,
        "rank_cost": rank_cost,
        "rank": rank.ravel().tolist(),
        "by_cost": by_cost,
        "cost_facility": cost_facility,
        "cost_value": cost_value,
    }


def compiled_instance(
    fixed: Any, serve: Any, order: Any, certain: Sequence[int]
) -> kernel.Instance:
    """The instance as arrays, whose rows the compiled `kernel_rows` lays out."""
    kernel_rows = compiled.compiled_rows()
    fixed = np.asarray(fixed, dtype=float)
    cost = _by_client(serve)
    n, m = cost.shape
    flat = cost.ravel()
    if order is None:
        paid = fixed.copy()
        paid[list(certain)] = 0.0
        near = cheap = kernel_rows.plain_rows(m, n, paid, flat)
    else:
        cheapest = np.argsort(cost, axis=1, kind="stable").ravel()
        nearest = np.argsort(_by_client(order), axis=1, kind="stable").ravel()
        opened = np.zeros(m, dtype=np.int64)
        opened[list(certain)] = 1
        near = kernel_rows.nearest_rows(m, n, opened, flat, nearest)
        cheap = kernel_rows.cheapest_rows(m, n, near.place, flat, cheapest)
    rows = {
        "by_rank": near.start,
        "rank_facility": near.facility,
        "rank_cost": near.cost,
        "rank": near.place,
        "by_cost": cheap.start,
        "cost_facility": cheap.facility,
        "cost_value": cheap.cost,
    }
    instance = plain_instance(fixed, rows, m, n, ready=order is None)
    return instance._replace(near=np.full(n, -1))


def _by_client(table: Any) -> Any:
    """A table with a row for each client."""
    return np.ascontiguousarray(np.asarray(table, dtype=float).T)


def _plain_rows(fixed: Any, cost: Any, certain: Sequence[int]) -> dict[str, Any]:
    paid = fixed.copy()
    paid[list(certain)] = 0.0
    enough = (cost + paid).min(axis=1, keepdims=True)
    nearest = np.argsort(cost, axis=1, kind="stable")
    costs = np.take_along_axis(cost, nearest, axis=1)
    rank = _places(nearest)
    kept = (costs <= enough) & (costs < INFINITE)
    rank[(cost > enough) | (cost >= INFINITE)] = cost.shape[1]
    by, facility, value = _end_to_end(kept, nearest, costs)
    return {
        "by_rank": by,
        "rank_facility": facility,
        "rank_cost": value,
        "rank": rank.ravel().tolist(),
        "by_cost": by,
        "cost_facility": facility,
        "cost_value": value,
    }


def _places(order: Any) -> Any:
    """The place of each facility (column) in the order of each client (row)."""
    n, m = order.shape
    rank = np.empty((n, m), dtype=np.int64)
    np.put_along_axis(rank, order, np.arange(m)[None, :], axis=1)
    return rank


def _end_to_end(kept: Any, facility: Any, value: Any) -> tuple[Any, Any, Any]:
    """Where each row starts when only some entries are kept, and those entries."""
    starts = np.zeros(len(facility) + 1, dtype=np.int64)
    np.cumsum(kept.sum(axis=1), out=starts[1:])
    return starts.tolist(), facility[kept].tolist(), value[kept].tolist()
