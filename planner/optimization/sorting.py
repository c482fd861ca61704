"""Rows of large instances sorted with numpy, which pays from some 20,000 entries on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from planner.optimization.kernel import INFINITE


def sorted_rows(
    serve: Sequence[Sequence[float]],
    order: Sequence[Sequence[float]] | None,
    certain: Sequence[int],
) -> dict[str, Any]:
    """The same rows that `branching.lay_out` makes, as lists.

    Each client's facilities by nearness end at the first one that is certainly open.
    """
    cost = np.minimum(np.asarray(serve, dtype=float).T, INFINITE)
    n, m = cost.shape
    by = cost if order is None else np.asarray(order, dtype=float).T
    nearest = np.argsort(by, axis=1, kind="stable")
    rank = np.empty((n, m), dtype=np.int64)
    np.put_along_axis(rank, nearest, np.arange(m)[None, :], axis=1)
    last = rank[:, certain].min(axis=1) if len(certain) else np.full(n, m - 1)
    kept = np.arange(m)[None, :] <= last[:, None]
    rank[rank > last[:, None]] = m
    costs = np.take_along_axis(cost, nearest, axis=1)
    if order is None:
        cheapest, values, usable = nearest, costs, kept & (costs < INFINITE)
    else:
        masked = np.where(rank < m, cost, INFINITE)
        cheapest = np.argsort(masked, axis=1, kind="stable")
        values = np.take_along_axis(masked, cheapest, axis=1)
        usable = values < INFINITE
    return {
        "by_rank": _starts(kept),
        "rank_facility": nearest[kept].tolist(),
        "rank_cost": costs[kept].tolist(),
        "rank": rank.ravel().tolist(),
        "by_cost": _starts(usable),
        "cost_facility": cheapest[usable].tolist(),
        "cost_value": values[usable].tolist(),
    }


def _starts(kept: Any) -> list[int]:
    """Where each row starts when only some entries are kept."""
    ends: list[int] = np.cumsum(kept.sum(axis=1)).tolist()
    return [0, *ends]
