"""One geo-replicated registry as a location problem for the kernel.

Whatever is made least or limited is a weighted sum of the same few figures, so one
function lays out the numbers of all of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from planner.domain.scenario import Goals
from planner.optimization.branching import Rows, lay_out
from planner.optimization.coefficients import Client, Coefficients, Source
from planner.optimization.kernel import INFINITE, Instance, used_of_limit
from planner.optimization.weights import Limit, Weights


class _Pushes(NamedTuple):
    """A push source with its volume."""

    source: Source
    order: list[int]
    base_usd: list[float]
    """By region: pushes that enter there, and what being the home adds."""
    gb: float


class Replicated:
    """A geo-replicated registry that holds every image, over candidate regions."""

    def __init__(
        self,
        c: Coefficients,
        goals: Goals,
        least: int = 2,
        forbidden: Sequence[frozenset[int]] = (),
    ) -> None:
        self.c = c
        self.goals = goals
        self.forbidden = forbidden
        self.m = len(c.regions)
        self.pinned = goals.routing == "pinned"
        self.least_open = max(least, goals.min_locations or 0)
        self.most_open = min(self.m, goals.max_locations or self.m)
        self.clients = c.separate_clients if self.pinned else c.clients

    # ---- what is certain ----

    @cached_property
    def possible(self) -> bool:
        """Whether the goals and limits leave any plan to look for."""
        named = {*self.goals.required_regions, self.goals.home or self.c.regions[0]}
        return (
            named <= set(self.c.regions)
            and self.stored_gb <= self.c.premium_max_gb
            and max(self.least_open, len(self.certain)) <= self.most_open
        )

    @cached_property
    def stored_gb(self) -> float:
        """GB that every location stores."""
        problem = self.c.problem
        return problem.stored_gb(frozenset(problem.images))

    @cached_property
    def home(self) -> int | None:
        """The region that the goals make home."""
        home = self.goals.home
        return None if home is None else self.c.regions.index(home)

    @cached_property
    def certain(self) -> list[int]:
        """Regions that are open in any case."""
        names = {*self.goals.required_regions, *filter(None, [self.goals.home])}
        return sorted(self.c.regions.index(name) for name in names)

    # ---- what things cost ----

    @cached_property
    def _replica_usd(self) -> list[float]:
        gb, c = self.stored_gb, self.c
        return [c.location_usd(r, gb, replica=True) for r in c.regions]

    @cached_property
    def _home_usd(self) -> list[float]:
        """What being the home adds to a location."""
        gb, c = self.stored_gb, self.c
        return [
            c.location_usd(r, gb, replica=False) - replica
            for r, replica in zip(c.regions, self._replica_usd, strict=True)
        ]

    @cached_property
    def _pushes(self) -> list[_Pushes]:
        """The push sources that matter; the free home comes last."""
        images = self.c.problem.images
        found = []
        for source in self.c.sources:
            gb = self.c.pushed_gb(source, images)
            anchors = source.anchors_home and self.home is None
            if gb == 0 and not anchors:
                continue
            base = [gb * usd for usd in source.push_usd_per_gb]
            if anchors:
                base = [a + b for a, b in zip(base, self._home_usd, strict=True)]
            if source.name is None and self.home is not None:
                order = [self.home]
            else:
                order = self._up_to_certain(source.rtt_ms, source.name is None)
            found.append(_Pushes(source, order, base, gb))
        return found

    def _up_to_certain(self, by: Sequence[float], everything: bool) -> list[int]:
        """Regions by nearness, up to the first one that is certainly open."""
        order = sorted(range(self.m), key=by.__getitem__)
        if self.certain and not everything:
            del order[min(map(order.index, self.certain)) + 1 :]
        return order

    @cached_property
    def _pulls(self) -> float:
        return sum(client.pulls for client in self.clients) or 1.0

    @cached_property
    def _seconds(self) -> list[tuple[float, ...]]:
        return [self.c.pull_seconds(client) for client in self.clients]

    def _row(self, j: int, client: Client, w: Weights) -> list[float]:
        """A client's weighted sum by region, but for what is the same everywhere."""
        row = [0.0] * self.m
        terms: list[tuple[float, Sequence[float]]] = [
            (w.bill, client.bill_usd),
            (w.waiting, client.wait_usd),
            (w.mean_rtt_ms * client.pulls / self._pulls, client.rtt_ms),
        ]
        if w.mean_pull_seconds:
            terms.append((w.mean_pull_seconds / self._pulls, self._seconds[j]))
        for factor, values in terms:
            if factor:
                row = [a + factor * b for a, b in zip(row, values, strict=True)]
        return row

    def constant(self, w: Weights) -> float:
        """The part of a weighted sum that no choice of locations changes."""
        bill = self.c.endpoints_usd
        if self.home is not None:
            bill += self._home_usd[self.home]
        return w.bill * bill + w.operations * self.c.operations_usd

    def _fixed(self, w: Weights) -> list[float]:
        return [w.bill * usd + w.locations for usd in self._replica_usd]

    # ---- the instance ----

    def _reach_ms(self, client: Client) -> float:
        """The farthest that a client may be from what serves it."""
        if not client.pulls:
            return math.inf
        after = self.goals.max_rtt_after_loss_ms if self.pinned else None
        limits = (self.goals.max_rtt_ms, after)
        return min([limit for limit in limits if limit is not None], default=math.inf)

    def _order(self, client: Client, bounding: Sequence[float]) -> list[int]:
        """A client's regions by nearness, those that may serve it or make it survive."""
        if not self.pinned:
            return self._up_to_certain(
                client.rtt_ms, self._second_ms(client) is not None
            )
        reach, second = self._reach_ms(client), self._second_ms(client)
        farthest = max(reach, second or 0.0)
        near = [i for i in range(self.m) if client.rtt_ms[i] <= farthest]
        return sorted(near, key=lambda i: (client.rtt_ms[i] > reach, bounding[i]))

    def _second_ms(self, client: Client) -> float | None:
        """How near a client's second location must be, if that is not met anyway.

        There are two locations at least, so a loss alone is always survived.
        """
        return self.goals.max_rtt_after_loss_ms if client.pulls else None

    def _near(self, client: Client, order: list[int]) -> int:
        """How many of a client's first regions count for surviving; -1: no matter."""
        limit = self._second_ms(client)
        if limit is None:
            return -1
        return sum(client.rtt_ms[i] <= limit for i in order)

    def instance(
        self,
        weights: Weights,
        limits: Sequence[Limit] = (),
        multipliers: Sequence[float] = (),
        *,
        ties: bool = False,
        any_count: bool = False,
    ) -> Instance:
        """The numbers of: least `weights`, within limits that the bound prices.

        Round trips above `max_rtt_ms` may not serve. `any_count` leaves out the goal
        `max_locations`.
        """
        priced, offset = weights, 0.0
        for limit, factor in zip(limits, multipliers, strict=True):
            priced = priced.plus(factor, limit.weights)
            if factor:
                offset += factor * (limit.most - self.constant(limit.weights))
        rows = Rows([], [], [])
        near = []
        limit_cost: list[list[float]] = [[] for _ in limits]
        for j, client in enumerate(self.clients):
            cost = self._row(j, client, weights)
            bounding = self._row(j, client, priced) if limits else cost
            order = self._order(client, bounding)
            reach = self._reach_ms(client)
            allowed = [client.rtt_ms[i] <= reach for i in order]
            _append(rows, order, cost, bounding, allowed)
            near.append(self._near(client, order))
            for k, limit in enumerate(limits):
                counted = self._row(j, client, limit.weights)
                limit_cost[k] += [counted[i] for i in order]
        for pushes in self._pushes:
            base = pushes.base_usd
            _append(rows, pushes.order, base, base, [True] * len(pushes.order))
            for counted in limit_cost:
                counted += [0.0] * len(pushes.order)
        sync = self._sync()
        return Instance(
            m=self.m,
            n=len(rows.order),
            sources=len(self._pushes),
            free_home=int(self._free_home),
            fixed=self._fixed(weights),
            sync=sync,
            source_weight=weights.bill,
            bound_fixed=self._fixed(priced),
            bound_sync=[priced.bill * usd for usd in sync],
            bound_base=[
                priced.bill * usd for pushes in self._pushes for usd in pushes.base_usd
            ],
            offset=offset,
            limits=len(limits),
            limit_fixed=[x for limit in limits for x in self._fixed(limit.weights)],
            limit_cost=[x for block in limit_cost for x in block],
            limit_sync=[limit.weights.bill for limit in limits],
            limit=[
                _rounded_up(limit.most) - self.constant(limit.weights)
                for limit in limits
            ],
            near=near,
            least_open=self.least_open,
            most_open=self.m if any_count else self.most_open,
            forbidden=[
                int(i in regions) for regions in self.forbidden for i in range(self.m)
            ],
            ties=int(ties),
            **lay_out(rows, self.m),
        )

    @property
    def _free_home(self) -> bool:
        return bool(self._pushes) and (
            self._pushes[-1].source.name is None and self.home is None
        )

    def _sync(self) -> list[float]:
        return [
            pushes.gb * usd
            for pushes in self._pushes
            for row in self.c.sync_usd_per_gb
            for usd in row
        ]

    # ---- answers ----

    def home_of(self, chosen: Sequence[int]) -> int:
        """The home of a set of locations."""
        if self.home is not None:
            return self.home
        (pushes,) = [p for p in self._pushes if p.source.anchors_home]
        if pushes.source.name is not None:
            return min(chosen, key=lambda i: (pushes.source.rtt_ms[i], i))
        sync = self.c.sync_usd_per_gb

        def usd(i: int) -> float:
            return pushes.base_usd[i] + pushes.gb * sum(sync[i][k] for k in chosen)

        return min(chosen, key=lambda i: (round(usd(i), 9), i))

    def pins(self, chosen: Sequence[int], weights: Weights) -> dict[str, str]:
        """Where each site is pinned: where the weighted sum is least for it."""
        found: dict[str, str] = {}
        for j, client in enumerate(self.clients):
            row = self._row(j, client, weights)
            reach = self._reach_ms(client)
            near = [i for i in chosen if client.rtt_ms[i] <= reach]
            best = min(near, key=lambda i: (row[i], client.rtt_ms[i], i))
            found |= dict.fromkeys(client.sites, self.c.regions[best])
        return found

    def amount(
        self, weights: Weights, chosen: Sequence[int], by: Weights | None = None
    ) -> float:
        """A weighted sum for locations that serve every client.

        Pinned clients are where the weighted sum `by` is least for them; by default
        the same sum.
        """
        instance = self.instance(by or weights, [Limit(weights, math.inf)], [0.0])
        opened = [int(i in chosen) for i in range(self.m)]
        return used_of_limit(instance, 0, opened) + self.constant(weights)


def _append(
    rows: Rows,
    order: list[int],
    cost: Sequence[float],
    bounding: Sequence[float],
    allowed: Sequence[bool],
) -> None:
    rows.order.append(order)
    for target, values in ((rows.cost, cost), (rows.bounding, bounding)):
        target.append(
            [
                values[i] if ok else INFINITE
                for i, ok in zip(order, allowed, strict=True)
            ]
        )


def _rounded_up(limit: float) -> float:
    """A limit with room for sums that are rounded differently."""
    return limit + 1e-9 * max(1.0, abs(limit))
