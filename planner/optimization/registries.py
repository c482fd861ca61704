"""Branch and bound for separate registries, and for hybrid layouts.

Branching decides which registries and locations exist, what they hold, and, where one
would stand unused, who uses it. When all is decided the bound of `relaxation` is the cost.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from planner.optimization.clock import Clock
from planner.optimization.holdings import Holdings
from planner.optimization.kernel import CLOSED, EPSILON, FREE, OPEN, tolerance
from planner.optimization.relaxation import Node, Option, Relaxation

NODE_LIMIT = 3000
"""Nodes after which the search gives up for the general solver."""

LIMIT_SLACK = 1e-9
"""Room for sums that are rounded differently."""
TIED_NODES = 1200
"""Nodes that can only match the best plan, before ties stay unbroken."""


Places = tuple[frozenset[int], frozenset[int]]
"""Locations of the replicated registry, and regions of the others."""


class Plan(NamedTuple):
    """Who uses which registry, and where the replicated one has locations."""

    usd: float
    uses: tuple[int, ...]
    """Registry of each client: a region, or the number of regions for the replicated."""
    locations: tuple[int, ...]
    """Of the replicated registry; empty without one."""
    idle: tuple[int, ...] = ()
    """Required regions with a registry that nobody uses."""
    geo: int = -1
    """Number of the replicated registry."""

    def alone(self) -> list[int]:
        """Regions with an unreplicated registry."""
        geo = [] if not self.locations else [self.geo]
        return sorted({*self.uses, *self.idle}.difference(geo))

    def key(self) -> tuple[int, list[int]]:
        """Order among plans of equal cost: fewer locations, then names."""
        used = sorted([*self.alone(), *self.locations])
        return len(used), used


class Answer(NamedTuple):
    """What a search came to."""

    plan: Plan | None
    bound: float
    proved: bool
    nodes: int


class RegistrySearch:
    """The search over one set of costs."""

    def __init__(
        self,
        costs: Holdings,
        clock: Clock,
        cutoff: float = math.inf,
        known: Mapping[Places, float] | None = None,
        node_limit: int = NODE_LIMIT,
    ) -> None:
        self.costs = costs
        self.node_limit = node_limit
        self.known = known or {}
        """Places of which only cheaper plans count."""
        self.clock = clock
        self.cutoff = cutoff
        goals, regions = costs.goals, costs.c.regions
        self.required = [regions.index(name) for name in goals.required_regions]
        self.least = costs.least_alone
        if costs.replicated:
            self.least = max(1, goals.min_locations or 0)
        self.most = goals.max_locations or 2 * costs.m
        self.coupled = (
            goals.max_monthly_usd is not None or goals.max_mean_rtt_ms is not None
        )
        self.best: Plan | None = None
        self.nodes = 0
        self.tied = 0
        self.tried: set[tuple[tuple[int, ...], tuple[int, ...]]] = set()

    # ---- plans ----

    def price(
        self,
        uses: Sequence[int],
        locations: tuple[int, ...],
        opened: Sequence[int] = (),
    ) -> Plan | None:
        """The plan with these choices; None if the goals or rules forbid it.

        `opened` are registries that are there even if nobody uses them, which only
        required regions may have.
        """
        costs, m = self.costs, self.costs.m
        masks: dict[int, int] = {}
        users: dict[int, int] = dict.fromkeys(uses, 0)
        total = 0.0
        for j, s in enumerate(uses):
            masks[s] = masks.get(s, 0) | costs.masks[j]
            users[s] += j < costs.users
            if s < m:
                total += costs.serve_alone[j][s]
            elif j < costs.users:
                total += self._served(j, locations)
        idle = [
            r
            for r in self.required
            if r not in masks and (r not in locations or r in opened)
        ]
        for s, mask in [*masks.items(), *((r, 0) for r in idle)]:
            if not users.get(s, 0) and s not in self.required:
                return None
            total += (
                costs.alone_usd(s, mask) if s < m else costs.geo_usd(locations, mask)
            )
        if not total < math.inf or not self._counts(masks, locations, idle):
            return None
        if not self._within(total, len(masks) + len(idle), uses, locations):
            return None
        plan = Plan(total, tuple(uses), locations if m in masks else (), tuple(idle), m)
        return plan if total < self._most(plan.locations, plan.alone()) else None

    def _within(
        self,
        total: float,
        registries: int,
        uses: Sequence[int],
        locations: tuple[int, ...],
    ) -> bool:
        """Whether a plan keeps the goals that couple all its choices."""
        costs, goals = self.costs, self.costs.goals
        if goals.max_monthly_usd is None and goals.max_mean_rtt_ms is None:
            return True
        mean = waiting = 0.0
        for j, client in enumerate(costs.clients):
            i = uses[j]
            if i == costs.m:
                if j >= costs.users:
                    continue
                i = costs.served_from(j, locations)
            mean += client.pulls * client.rtt_ms[i]
            waiting += client.wait_usd[i]
        pulls = sum(client.pulls for client in costs.clients)
        bill = total + costs.c.endpoints_usd - registries * costs.labour_usd
        if costs.weights.waiting:
            bill -= costs.weights.waiting * waiting
        budget, limit = goals.max_monthly_usd, goals.max_mean_rtt_ms
        return (limit is None or not pulls or mean / pulls <= limit + LIMIT_SLACK) and (
            budget is None or bill <= budget + LIMIT_SLACK * max(1.0, budget)
        )

    def _most(self, locations: Sequence[int], alone: Sequence[int]) -> float:
        """Cost from which on plans with these places do not count."""
        if not self.known:
            return math.inf
        most = self.known.get((frozenset(locations), frozenset(alone)), math.inf)
        return most - 8 * tolerance(most) if most < math.inf else most

    def _served(self, j: int, locations: tuple[int, ...]) -> float:
        costs = self.costs
        near = costs.near[j]
        if near is not None and len(near.intersection(locations)) < 2:
            return math.inf
        return costs.serve_geo[j][costs.served_from(j, locations)]

    def _counts(
        self, masks: dict[int, int], locations: tuple[int, ...], idle: list[int]
    ) -> bool:
        m = self.costs.m
        alone = {*(s for s in masks if s < m), *idle}
        if self.costs.replicated and (m not in masks or len(locations) < 2):
            return False
        regions = len(alone.union(locations))
        return (
            len(alone) >= self.costs.least_alone and self.least <= regions <= self.most
        )

    def offer(self, plan: Plan | None) -> None:
        """Keep a plan if it is the best so far."""
        if plan is None:
            return
        limit = self.value
        slack = tolerance(limit)
        if plan.usd > limit + slack:
            return
        if (
            self.best is None
            or plan.usd < limit - slack
            or (plan.key() < self.best.key())
        ):
            self.best = plan

    @property
    def value(self) -> float:
        """Cost to beat."""
        return self.cutoff if self.best is None else self.best.usd

    # ---- search ----

    def run(self) -> Answer:
        """Search until all is proved, the clock is over, or too many nodes were seen."""
        stack = [self._root()]
        if self.costs.replicated and not self.costs.users:
            stack = []  # nobody could use the replicated registry
        try:
            # The root is bounded in any case, so that there always is a true bound.
            while stack and self.nodes < self.node_limit:
                if self.nodes and self.clock.over:
                    break
                node = stack[-1]
                self.nodes += 1
                children = list(self._look_into(node))
                stack.pop()
                stack += children
        except KeyboardInterrupt:
            self.clock.stop()
        bound = min([self.value, *(node.bound for node in stack)])
        return Answer(self.best, bound, not stack, self.nodes)

    def _root(self) -> Node:
        costs = self.costs
        alone, geo = [FREE] * costs.m, [CLOSED] * costs.m
        if costs.replicated:
            geo = [FREE] * costs.m
            if costs.home is not None:
                geo[costs.home] = OPEN
        else:
            for r in self.required:
                alone[r] = OPEN
        nothing = [0] * (costs.m + 1)
        return Node(alone, geo, nothing, nothing[:], [0.0] * len(costs.clients))

    def _hopeless(self, node: Node, bound: float) -> bool:
        limit = self.value
        slack = tolerance(limit)
        if bound >= math.inf or bound > limit + slack:
            return True
        if self.best is None:
            return bound > limit + slack
        if bound < limit - slack:
            return False
        self.tied += 1
        return self.tied > TIED_NODES or not self._could_precede(node)

    def _could_precede(self, node: Node) -> bool:
        """Whether a completion may come before the best plan among equal costs."""
        assert self.best is not None
        wanted, best = self.best.key()
        states = [
            (r, kind[r]) for r in range(self.costs.m) for kind in (node.alone, node.geo)
        ]
        certain = [r for r, state in states if state == OPEN]
        if max(len(certain), self.least) != wanted:
            return max(len(certain), self.least) < wanted
        free = [r for r, state in states if state == FREE]
        return sorted([*certain, *free[: wanted - len(certain)]]) < best

    def _look_into(self, node: Node) -> Iterator[Node]:
        """Bound a node, look for plans in it, and branch: the more promising child last."""
        if self._hopeless(node, node.bound) or not self._consistent(node):
            return
        relaxed = Relaxation(self.costs, node, self._aims())
        if not relaxed.prepare():
            return
        own = relaxed.bound(self.value)
        if self._hopeless(node, own):
            return
        uses, locations = self._guess(relaxed)
        if self.nodes == 1:  # now it is known what registries are likely to hold
            self._improve(uses[:], locations)
            relaxed = Relaxation(self.costs, node, self._aims())
            relaxed.prepare()
            own = max(own, relaxed.bound(self.value))
            uses, locations = self._guess(relaxed)
        own += self._unused_usd(node, relaxed, uses)
        if node.decided and own >= self._most(node.locations, self._opened(node)):
            own += relaxed.one_more()
        node.bound = max(node.bound, own)
        if self._hopeless(node, node.bound):
            return
        self.offer(self.price(uses, locations, self._opened(node)))
        self._improve(uses[:], locations)
        if self._hopeless(node, node.bound):
            return
        before = [*node.alone, *node.geo, *node.barred]
        self._close(node, relaxed)
        children = list(self._branch(node, relaxed, uses, locations))
        if not children and before != [*node.alone, *node.geo, *node.barred]:
            children = [node.copy()]  # all is decided, but the options are from before
        yield from children

    def _aims(self) -> list[int]:
        """What each registry is likely to hold: as in the best plan, else everything."""
        costs = self.costs
        aims = [costs.every] * (costs.m + 1)
        if self.best is not None:
            held = [0] * (costs.m + 1)
            for j, s in enumerate(self.best.uses):
                held[s] |= costs.masks[j]
            aims = [mask or costs.every for mask in held]
        return aims

    def _consistent(self, node: Node) -> bool:
        costs = self.costs
        places = [(node.alone[r], node.geo[r]) for r in range(costs.m)]
        certain = sum(OPEN in both for both in places)
        possible = sum(both != (CLOSED, CLOSED) for both in places)
        if certain > self.most or possible < self.least:
            return False
        if any(places[r] == (CLOSED, CLOSED) for r in self.required):
            return False
        needing = [
            r
            for r in range(costs.m)
            if node.alone[r] == OPEN and r not in self.required
        ]
        if len(needing) + costs.replicated > costs.users:
            return False
        if costs.least_alone > costs.users - costs.replicated + len(self.required):
            return False
        return not costs.replicated or costs.m - node.geo.count(CLOSED) >= 2

    def _close(self, node: Node, relaxed: Relaxation) -> None:
        """Close what costs too much to open: bound + slack passes the best plan."""
        own = relaxed.certain + sum(node.duals)
        limit = self.value + tolerance(self.value)
        m = self.costs.m
        rows = (
            ((node.alone, 0), (node.geo, m + 1))
            if self.costs.replicated
            else ((node.alone, 0),)
        )
        for states, first in rows:
            for i in range(m):
                if states[i] != FREE or (first and node.decided):
                    continue
                if own + relaxed.slack[relaxed.place(first + i)] > limit:
                    states[i] = CLOSED
        for i in range(m):
            if node.alone[i] == CLOSED:
                continue
            opening = own + relaxed.slack[relaxed.place(i)]
            for b in self.costs.bits(self._free(node, i)):
                if opening + relaxed.slack[i * self.costs.width + b] > limit:
                    node.barred[i] |= 1 << b

    def _guess(self, relaxed: Relaxation) -> tuple[list[int], tuple[int, ...]]:
        """Who uses what when everybody takes an option whose slack is used up."""
        locations = set(relaxed.node.locations)
        chosen: dict[int, Option] = {}
        opened = {s for s, state in enumerate(relaxed.node.alone) if state == OPEN}
        for j, options in enumerate(relaxed.options):
            tight = [
                option
                for option in options[: relaxed.upto[j]]
                if sum(relaxed.slack[x] for x in option.needs) <= EPSILON
            ] or options[:1]
            known = [o for o in tight if o.registry in opened]
            chosen[j] = (known or tight)[0]
            opened.add(chosen[j].registry)
            if chosen[j].registry == self.costs.m and chosen[j].location >= 0:
                locations.add(chosen[j].location)
        uses = [chosen[j].registry for j in range(len(chosen))]
        if self.costs.replicated:
            self._complete(relaxed, uses, locations)
        return uses, tuple(sorted(locations))

    def _complete(
        self, relaxed: Relaxation, uses: list[int], locations: set[int]
    ) -> None:
        """Two locations, a user of them, and a user of something else."""
        m, users = self.costs.m, self.costs.users
        for _, i, _ in self._locations(relaxed.node, relaxed):
            if len(locations) >= 2:
                break
            locations.add(i)
        if len(locations) >= 2 and m not in uses[:users]:
            served = [self._served(j, tuple(locations)) for j in range(users)]
            uses[min(range(users), key=served.__getitem__)] = m
        if all(s == m for s in uses[:users]):
            alone = [
                (option.usd + sum(relaxed.slack[x] for x in option.needs), j, option)
                for j in range(users)
                for option in relaxed.alone_options(j)
            ]
            if alone:
                _, j, option = min(alone)
                uses[j] = option.registry

    def _improve(self, uses: list[int], locations: tuple[int, ...]) -> None:
        """Offer the guess, and what moving clients between its registries makes of it."""
        plan = self.price(uses, locations)
        self.offer(plan)
        if self.nodes > 1 and (plan is None or plan.usd > 1.002 * self.value):
            return
        if (tuple(uses), locations) in self.tried:
            return
        self.tried.add((tuple(uses), locations))
        current = plan.usd if plan else math.inf
        for _ in range(4):
            before = current
            locations, current = self._relocate(uses, locations, current)
            current = self._merge(uses, locations, current)
            current = self._move(uses, locations, current)
            if not current < before - tolerance(before):
                return

    def _relocate(
        self, uses: list[int], locations: tuple[int, ...], current: float
    ) -> tuple[tuple[int, ...], float]:
        """Drop or add a location of the replicated registry where that costs less."""
        if self.costs.m not in uses:
            return locations, current
        for i in range(self.costs.m):
            if i == self.costs.home:
                continue
            changed = tuple(sorted({*locations} ^ {i}))
            plan = self.price(uses, changed) if len(changed) > 1 else None
            if plan is not None and plan.usd < current - tolerance(plan.usd):
                self.offer(plan)
                locations, current = changed, plan.usd
        return locations, current

    def _move(
        self, uses: list[int], locations: tuple[int, ...], current: float
    ) -> float:
        registries = sorted(set(uses))
        for j in range(len(uses)):
            for s in registries:
                if s != uses[j]:
                    current = self._try(uses, [j], s, locations, current)
        return current

    def _merge(
        self, uses: list[int], locations: tuple[int, ...], current: float
    ) -> float:
        """Close a registry and let its clients use another one."""
        for s in sorted(set(uses)):
            for target in sorted(set(uses)):
                members = [j for j, used in enumerate(uses) if used == s]
                if s != target and members:
                    current = self._try(uses, members, target, locations, current)
        return current

    def _try(
        self,
        uses: list[int],
        members: list[int],
        target: int,
        locations: tuple[int, ...],
        current: float,
    ) -> float:
        saved = [uses[j] for j in members]
        for j in members:
            uses[j] = target
        plan = self.price(uses, locations)
        if plan is not None and plan.usd < current - tolerance(plan.usd):
            self.offer(plan)
            return plan.usd
        for j, s in zip(members, saved, strict=True):
            uses[j] = s
        return current

    # ---- branching ----

    def _branch(
        self,
        node: Node,
        relaxed: Relaxation,
        uses: list[int],
        locations: tuple[int, ...],
    ) -> Iterator[Node]:
        for kind, a, b in self._candidates(node, relaxed, uses):
            if kind == "alone":
                yield from self._branch_place(node, "alone", a, OPEN)
            elif kind == "geo":
                likely = OPEN if a in locations else CLOSED
                yield from self._branch_place(node, "geo", a, likely)
            elif kind == "holds":
                yield from self._branch_bundle(node, a, b)
            else:
                yield from self._branch_client(node, a, b)
            return
        uses = self._cheapest(relaxed)
        self.offer(self.price(uses, node.locations, self._opened(node)))

    def _opened(self, node: Node) -> list[int]:
        return [i for i, state in enumerate(node.alone) if state == OPEN]

    def _cheapest(self, relaxed: Relaxation) -> list[int]:
        return [options[0].registry for options in relaxed.options]

    def _candidates(
        self, node: Node, relaxed: Relaxation, uses: list[int]
    ) -> Iterator[tuple[str, int, int]]:
        """What to decide next, the most telling first."""
        m = self.costs.m
        paid = [0.0] * (m + 1)
        for j, s in enumerate(uses):
            paid[s] += node.duals[j] - relaxed.options[j][0].usd
        ranked = sorted(set(uses), key=lambda s: (-paid[s], s))
        for s in ranked:
            if s < m and node.alone[s] == FREE:
                yield "alone", s, 0
        if not node.decided:
            yield from self._locations(node, relaxed)
        for s in ranked:
            free = self.costs.bits(self._free(node, s))
            if free:
                yield "holds", s, max(free, key=lambda b: self._weight(relaxed, s, b))
        yield from self._any_left(node)
        yield from self._unused(node, relaxed)
        if self.coupled:
            yield from self._dearer(node, relaxed)

    def _dearer(
        self, node: Node, relaxed: Relaxation
    ) -> Iterator[tuple[str, int, int]]:
        """A client with a choice, where its cheapest one may break a limit."""
        for j in range(len(relaxed.options)):
            if j in node.only:
                continue
            registries = {
                option.registry
                for option in (*relaxed.alone_options(j), *self._geo(relaxed, j))
            }
            if len(registries) > 1:
                yield "client", j, relaxed.options[j][0].registry
                return

    def _any_left(self, node: Node) -> Iterator[tuple[str, int, int]]:
        """What is undecided although nobody uses it."""
        m = self.costs.m
        for s in range(m + self.costs.replicated):
            if s < m and node.alone[s] == FREE:
                yield "alone", s, 0
            elif s == m or node.alone[s] == OPEN:
                for b in self.costs.bits(self._free(node, s)):
                    yield "holds", s, b

    def _free(self, node: Node, s: int) -> int:
        """Bundles that a registry may or may not hold."""
        costs = self.costs
        free = costs.every & ~node.held[s] & ~node.barred[s]
        return free & ~costs.premium_bit if s == costs.m else free

    def _locations(
        self, node: Node, relaxed: Relaxation
    ) -> Iterator[tuple[str, int, int]]:
        """Undecided locations, those first whose slack is used up."""
        m = self.costs.m
        free = [i for i in range(m) if node.geo[i] == FREE]
        for i in sorted(free, key=lambda i: relaxed.slack[relaxed.place(m + 1 + i)]):
            yield "geo", i, 0

    def _weight(self, relaxed: Relaxation, s: int, b: int) -> tuple[bool, float]:
        """Bundles that clients pay for in part first, then the dearest."""
        left = relaxed.slack[s * self.costs.width + b]
        return left > EPSILON, self.costs.stored[b]

    def _unused(
        self, node: Node, relaxed: Relaxation
    ) -> Iterator[tuple[str, int, int]]:
        """A client that could use a registry which the cheapest options leave unused."""
        cheapest = self._cheapest(relaxed)[: self.costs.users]
        registries = [s for s, state in enumerate(node.alone) if state == OPEN]
        if self.costs.replicated:
            registries.append(self.costs.m)
        for s in registries:
            if s in cheapest or s in self.required:
                continue
            able = [
                (option.usd - relaxed.options[j][0].usd, j)
                for j in range(self.costs.users)
                if j not in node.only
                for option in (*relaxed.alone_options(j), *self._geo(relaxed, j))
                if option.registry == s
            ]
            if able:
                yield "client", min(able)[1], s
                return

    def _unused_usd(self, node: Node, relaxed: Relaxation, uses: list[int]) -> float:
        """The least that it costs to find a user for each registry without one."""
        total = 0.0
        used = set(uses[: self.costs.users])
        registries = [s for s in self._opened(node) if s not in self.required]
        if self.costs.replicated:
            registries.append(self.costs.m)
        for s in registries:
            if s not in used:
                total += min(
                    (relaxed.reduced_usd(j, s) for j in range(self.costs.users)),
                    default=math.inf,
                )
        return total

    def _geo(self, relaxed: Relaxation, j: int) -> list[Option]:
        return list(relaxed.geo_options(j)) if self.costs.replicated else []

    def _branch_place(
        self, node: Node, kind: str, r: int, likely: int
    ) -> Iterator[Node]:
        for state in (CLOSED + OPEN - likely, likely):
            child = node.copy()
            (child.alone if kind == "alone" else child.geo)[r] = state
            yield child

    def _branch_bundle(self, node: Node, s: int, b: int) -> Iterator[Node]:
        without, holding = node.copy(), node.copy()
        without.barred[s] |= 1 << b
        holding.held[s] |= 1 << b
        if s < self.costs.m:
            holding.alone[s] = OPEN
        yield without
        yield holding

    def _branch_client(self, node: Node, j: int, s: int) -> Iterator[Node]:
        without, using = node.copy(), node.copy()
        without.banned |= {(j, s)}
        using.only[j] = s
        yield without
        yield using
