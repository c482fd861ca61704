"""All nondominated sets of locations of cost against the longest round trip."""

from __future__ import annotations

from collections.abc import Iterator

from planner.base import OnStep
from planner.optimization.branching import Found, statuses
from planner.optimization.clock import Clock
from planner.optimization.kernel import INFINITE, Instance, tolerance
from planner.optimization.kernel_rows import nearer_rows
from planner.optimization.limited import Search, minimise
from planner.optimization.narrowing import Narrowing
from planner.optimization.pareto_points import Pareto, Point, nondominated
from planner.optimization.pareto_sets import Sets, numbers_of, origins
from planner.optimization.replicated import Replicated
from planner.optimization.weights import COST, Limit, Weights


def longest_round_trips(
    registry: Replicated, clock: Clock, compiled: bool, on_step: OnStep
) -> Pareto | None:
    """Forbid the longest round trip of the last plan and solve again, to the end.

    None where a goal couples the regions so that a solve takes too long.
    """
    how = Search(clock, compiled, ties=True)
    solves, nodes, complete = 0, 0, True
    points: list[Point] = []
    solver = _Solver(registry, how)
    limit = INFINITE if registry.goals.max_rtt_ms is None else registry.goals.max_rtt_ms
    while limit > 0:
        on_step(
            f"within {limit:.4g} ms" if points else "the cheapest plan", solves + 1, 0
        )
        found = solver.least(limit)
        if found is None:
            return None
        solves, nodes = solves + 1, nodes + found.nodes
        complete = complete and found.proved
        if not found.open or clock.over:
            break
        cost = found.value + registry.constant(COST)
        longest = solver.longest(found.open, limit)
        if cost > solver.most_cost:
            break
        points.append(Point(found.open, cost, longest, supported=False))
        limit = longest - tolerance(longest)
    kept = tuple(map(solver.first_of_equals, nondominated(points)))
    return Pareto(kept, complete and not clock.over, solves, nodes)


class _Solver:
    """The cheapest set within a round trip, again and again."""

    def __init__(self, registry: Replicated, how: Search) -> None:
        self._registry = registry
        self._how = how
        goals = registry.goals
        self.most_cost = INFINITE
        if goals.max_monthly_usd is not None:
            usd = goals.max_monthly_usd + registry.c.operations_usd
            self.most_cost = usd + tolerance(usd)
        self._coupled = registry.pinned or (
            goals.max_mean_rtt_ms is not None or goals.max_locations is not None
        )
        self._instance = registry.instance(COST)
        self._round_trips = list(self._along_rows())
        self._narrowing = Narrowing(
            self._instance,
            self._round_trips,
            statuses(registry.m, registry.certain),
            compiled=how.compiled,
        )

    def _along_rows(self) -> Iterator[float]:
        """The round trip of each place in the rows of clients that pull, else 0."""
        d = self._instance
        for j, client in enumerate(self._registry.clients):
            for p in range(d.by_rank[j], d.by_rank[j + 1]):
                yield client.rtt_ms[d.rank_facility[p]] if client.pulls else 0.0
        for _ in range(d.by_rank[d.n - d.sources], d.by_rank[d.n]):
            yield 0.0

    def least(self, limit: float) -> Found | None:
        """The cheapest set within a round trip."""
        if self._coupled:
            return minimise(self._within(limit), COST, self._limits(), self._how)
        self._narrowing.narrow(limit)
        return self._narrowing.least(self._how.clock)

    def first_of_equals(self, point: Point) -> Point:
        """The same point by the set that comes first among those as cheap and near."""
        clock = self._how.clock
        if self._coupled or clock.over:  # `minimise` breaks ties itself
            return point
        narrowed = self._narrowed(point.metric)
        nothing = [0.0] * len(narrowed.rank_cost)
        sets = Sets(
            numbers_of(narrowed, nothing, origins(self._registry)),
            self._registry.certain,
            clock,
            compiled=self._how.compiled,
            capacity=2,
        )
        sets.offer(point.open)
        sets.break_tie()
        (chosen,) = sets.points.chosen
        return point._replace(open=tuple(i for i, x in enumerate(chosen) if x))

    def _within(self, limit: float) -> Replicated:
        if limit >= INFINITE:
            return self._registry
        goals = self._registry.goals.model_copy(update={"max_rtt_ms": limit})
        return Replicated(self._registry.c, goals)

    def _limits(self) -> list[Limit]:
        goals, limits = self._registry.goals, []
        if goals.max_locations is not None:
            limits.append(Limit(Weights(locations=1.0), float(goals.max_locations)))
        if goals.max_mean_rtt_ms is not None:
            limits.append(Limit(Weights(mean_rtt_ms=1.0), goals.max_mean_rtt_ms))
        return limits

    def _narrowed(self, limit: float) -> Instance:
        """The instance without the places beyond a round trip; the order stays."""
        rows = nearer_rows(self._instance, self._round_trips, limit)._asdict()
        del rows["ms"]
        return self._instance._replace(**rows)

    def longest(self, chosen: tuple[int, ...], limit: float) -> float:
        """The longest round trip of the cheapest plan with these locations."""
        registry = self._registry
        if registry.pinned:
            columns = {r: i for i, r in enumerate(registry.c.regions)}
            pins = self._within(limit).pins(chosen, COST)
            return max(
                client.rtt_ms[columns[pins[client.sites[0]]]]
                for client in registry.clients
                if client.pulls
            )
        return max(
            min(client.rtt_ms[i] for i in chosen)
            for client in registry.clients
            if client.pulls
        )
