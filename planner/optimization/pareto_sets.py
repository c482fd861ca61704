"""Running `kernel_pareto`: an archive filled by local search and proved by trees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from planner.optimization import kernel_pareto
from planner.optimization.branching import statuses
from planner.optimization.clock import Clock
from planner.optimization.kernel import INFINITE, Instance
from planner.optimization.kernel_pareto import ADJUSTMENTS, Numbers
from planner.optimization.pareto_prices import (
    EXTREME,
    LOOKED_FOR,
    Frame,
    Points,
    Price,
    Slice,
    View,
    climb,
    halved,
    seen,
    slices,
    views,
)
from planner.optimization.replicated import Replicated

STEP = 24
"""Nodes, or points explored, between two looks at the clock."""
CAPACITY = 2000
"""Points that an archive has room for at first."""
NODE_LIMIT = 20_000
"""Nodes after which a tree with prices of its own is left unfinished."""
BUDGET = 100
"""Nodes after which better prices are looked for."""
TRIES = 6
"""Steps to look for a better price."""


class Run(NamedTuple):
    """How a search went."""

    trees: int
    nodes: int
    unfinished: tuple[View, ...]
    """What was in view of the trees that did not come to their end."""


class _Root(NamedTuple):
    """A slice bounded with some prices, before anything is decided."""

    price: Price
    numbers: Any
    bound: float
    duals: Any


class Sets:
    """The nondominated sets of a location problem with a second figure."""

    def __init__(
        self,
        numbers: Numbers,
        certain: Sequence[int],
        clock: Clock,
        *,
        compiled: bool = False,
        node_limit: float = NODE_LIMIT,
        capacity: int | None = None,
    ) -> None:
        self._clock = clock
        self._node_limit = node_limit
        self._plain = numbers
        self._kernel: Any = kernel_pareto
        self._d: Any = numbers
        if compiled:
            from planner.optimization.compiled import compiled_pareto, pareto_arrays

            self._kernel, self._d = compiled_pareto(), pareto_arrays(numbers)
        self._root = self._kernel.whole(statuses(numbers.m, certain))
        self._orders: dict[int, Any] = {}
        self._archive = self._kernel.new_archive(capacity or CAPACITY, numbers.m)
        self._node = self._kernel.new_rows(self._d)
        self._trees = self._nodes = 0

    @property
    def points(self) -> Points:
        """The archive as lists."""
        a, count = self._archive, int(self._archive.counts[0])
        rows = (a.cost, a.metric, a.chosen, a.flip_cost, a.flip_metric)
        return Points(*(_as_list(row[:count]) for row in (*rows, a.cheaper, a.faster)))

    def offer(self, chosen: Sequence[int]) -> None:
        """Put a set of open facilities into the archive if it is nondominated."""
        m = self._plain.m
        opened = self._kernel.whole([int(i in set(chosen)) for i in range(m)])
        out = self._kernel.floats(2)
        if self._kernel.measure_all(self._d, opened, out):
            self._kernel.keep(self._archive, opened, out[0], out[1])

    def explore(self) -> None:
        """Try what is around the points of the archive until nothing new is found."""
        done = False
        while not done and not self._clock.over:
            done = self._kernel.explore(self._d, self._archive, self._root, STEP)
            self._make_room()

    def _make_room(self) -> None:
        """Move to a larger archive before the one in use is full.

        Points that no longer fitted are found again, since all are explored anew.
        """
        a = self._archive
        if not a.counts[1]:
            return
        count = int(a.counts[0])
        self._archive = self._kernel.new_archive(4 * len(a.cost), self._plain.m)
        for k in range(count):
            self._kernel.keep(self._archive, a.chosen[k], a.cost[k], a.metric[k])
        self.explore()

    def prove(self, most_cost: float = INFINITE, most_metric: float = INFINITE) -> Run:
        """Clear all gaps, slice by slice; what is found goes into the archive.

        Sets above either limit are of no interest and may be missed.
        """
        unfinished: list[View] = []
        if self._clock.over:
            return Run(0, 0, ())
        least, most = max(1, self._plain.least_open), self._plain.most_open
        frame = Frame(*_ends(self._plain), most_cost, most_metric)
        for part in list(slices(self.points, least, most)):
            unfinished += self._clear(part, frame)
        if self._archive.counts[1]:
            self._make_room()
            return self.prove(most_cost, most_metric)
        return Run(self._trees, self._nodes, tuple(unfinished))

    def break_tie(self) -> None:
        """Of the sets that cost what the only point does, keep the one that comes first.

        For when the metric is the same for all sets.
        """
        (usd,) = self.points.cost
        least, most = max(1, self._plain.least_open), self._plain.most_open
        part = Slice(least, most, 1.0, [Price(1.0, 0.0, 0.0)])
        view = View(0, usd, LOOKED_FOR, usd, LOOKED_FOR)
        frame = Frame(*_ends(self._plain), INFINITE, INFINITE)
        root = self._bounded(part, 0, part.prices[0])
        self._tree(root, view, frame, min(BUDGET, self._node_limit))

    def _clear(self, part: Slice, frame: Frame) -> Iterator[View]:
        """Look into one slice; what was left unfinished."""
        roots = [self._bounded(part, *item) for item in enumerate(part.prices)]
        bounds = [root.bound for root in roots]
        for view in views(self.points, part, bounds, frame):
            yield from self._work(part, view, roots[view.price], frame, tuned=False)

    def _bounded(self, part: Slice, number: int, price: Price) -> _Root:
        """A slice bounded with some prices; those of one number are much alike."""
        k, node = self._kernel, self._node
        if number not in self._orders:
            self._orders[number] = k.whole(range(self._plain.by_rank[self._plain.n]))
        d = k.priced(self._d, self._orders[number], *price, part.least, part.most)
        bound = float(k.root_bound(d, node, self._root))
        return _Root(price, d, bound, node.duals.copy())

    def _work(
        self, part: Slice, view: View, root: _Root, frame: Frame, *, tuned: bool
    ) -> Iterator[View]:
        """Clear what is in view; if that takes long, by halves with better prices."""
        halves = halved(self.points, view)
        last = tuned and len(halves) == 1
        limit = self._node_limit if last else min(BUDGET, self._node_limit)
        if self._tree(root, view, frame, limit):
            return
        if last or self._clock.over:
            yield view
            return
        for half in halves:
            better = self._tuned(part, half, root.price, frame)
            yield from self._work(part, half, better, frame, tuned=True)

    def _tuned(self, part: Slice, view: View, price: Price, frame: Frame) -> _Root:
        """The slice with the prices that bring its bound nearest to what is in view.

        How far the bound is away is a concave function of the prices, if those of cost
        and metric add up to one.
        """
        corners = seen(self.points, view, frame)
        best: tuple[float, _Root] | None = None
        leans = self._kernel.floats(3)
        size = price.size

        def share_at(share: float) -> float:
            nonlocal size
            slope = 0.0

            def size_at(at: float) -> float:
                nonlocal best, size, slope
                asked = Price(1 - share, share * part.scale, at)
                root = self._bounded(part, -1, asked)
                self._kernel.leaning(root.numbers, self._node, leans)
                far, usd, metric = max(
                    (asked.cost * usd + asked.metric * metric, usd, metric)
                    for usd, metric in corners
                )
                if best is None or root.bound - far > best[0]:
                    best, size = (root.bound - far, root), at
                slope = (usd - leans[0]) - part.scale * (metric - leans[1])
                if part.least <= leans[2] <= part.most:
                    return 0.0
                return float(leans[2] - (part.most if at > 0 else part.least))

            climb(size_at, size, abs(size) / 4 + 1.0, (-INFINITE, INFINITE), TRIES)
            return slope

        share = price.metric / part.scale
        climb(share_at, share, 0.1, (0.0, 1 - 1 / EXTREME), TRIES)
        assert best is not None  # at least one is tried
        return best[1]

    def _tree(self, root: _Root, view: View, frame: Frame, limit: float) -> bool:
        """Clear the gaps in one view; whether it came to its end."""
        k, m, node = self._kernel, self._plain.m, self._node
        self._trees += 1
        self._nodes += 1
        window = k.numbers([*root.price[:2], *view[1:], *frame[:2]])
        saved, everything = k.floats(m), k.whole(range(m))
        tree = k.new_tree(window, everything, k.floats(3), root.numbers, 1)
        node.status[:] = self._root
        node.duals[:] = root.duals
        reached = k.look_into(
            root.numbers, self._archive, tree, node, saved, m, -INFINITE, ADJUSTMENTS
        )
        if reached >= INFINITE:
            return True
        names, base = k.ints(m), k.floats(3)
        small = k.trimmed(root.numbers, node.status, *root.price[:2], names, base)
        tree = k.new_tree(window, names[: small.m], base, small, small.m + 2)
        status = k.whole([node.status[i] for i in names[: small.m]])
        k.push_node(tree, status, k.numbers([-INFINITE] * small.n), reached)
        inner, done = k.new_rows(small), False
        while not done and tree.counts[0] < limit and not self._clock.over:
            done = k.search(small, self._archive, tree, inner, saved, m, STEP)
        self._nodes += int(tree.counts[0])
        return bool(done)


def _ends(d: Numbers) -> tuple[float, float]:
    """More than any set costs, and more than any metric."""
    usd, metric, m = sum(d.fixed), 0.0, d.m
    for j in range(d.n):
        places = [
            p
            for p in range(d.by_rank[j], d.by_rank[j + 1])
            if d.rank_cost[p] < INFINITE
        ]
        usd += max((d.rank_cost[p] for p in places), default=0.0)
        if j < d.n - d.sources:
            metric += max((d.metric[p] for p in places), default=0.0)
    for entry in range(0, d.sources * m * m, m):
        usd += sum(d.sync[entry : entry + m])
    return usd + 1.0, metric + 1.0


def numbers_of(
    d: Instance,
    metric: Sequence[float],
    origin: Sequence[int],
    limited: Sequence[float] = (),
    limit: float = 0.0,
) -> Numbers:
    """The numbers of an instance with a second figure."""
    own: dict[str, Any] = {
        "bound_weight": d.source_weight,
        "metric": metric,
        "origin": origin,
        "limited": limited,
        "limit": limit,
    }
    return Numbers(
        *(own[name] if name in own else getattr(d, name) for name in Numbers._fields)
    )


def origins(registry: Replicated) -> list[int]:
    """Regions from which every transfer costs the same, by a common number."""
    rows = registry.c.leaving_usd_per_gb
    numbers = {leaving: number for number, leaving in enumerate(dict.fromkeys(rows))}
    return [numbers[leaving] for leaving in rows]


def _as_list(row: Any) -> Any:
    """A row of lists or arrays as a list."""
    return row.tolist() if hasattr(row, "tolist") else row
