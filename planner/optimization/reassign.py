"""Sites assigned anew to a given set of separate registries, at little cost.

From an assignment that was best for other registries, sites move one by one, and those of
a registry that share images together, wherever something changed, until no move saves
anything. An evaluation, not a proof.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence

from planner.optimization.holdings import Holdings
from planner.optimization.kernel import tolerance
from planner.optimization.registries import Plan

STARTS = 4
"""First users of a new registry that are tried."""


def reassign(
    costs: Holdings,
    before: Sequence[int],
    regions: Collection[int],
    idle: Collection[int] = (),
) -> tuple[int, ...] | None:
    """The registry of each client, cheap to have; None if somebody cannot be served.

    Parameters
    ----------
    costs
        What registries and clients cost.
    before
        The registry of each client before, perhaps one that is no more.
    regions
        The regions with a registry; each must have a user.
    idle
        Those that need none.
    """
    state = Assignment(costs, before, regions, idle)
    if not state.settle():
        return None
    empty = [s for s, usd in state.keep.items() if not usd < math.inf]
    starts = state.starts(empty[0]) if len(empty) == 1 else [[]]
    found = []
    for group in starts:
        trial = state.copy()
        trial.move(group, empty[0]) if group else None
        trial.improve()
        found.append((trial.usd, trial.uses))
    usd, uses = min(found, default=(math.inf, []))
    return tuple(uses) if usd < math.inf else None


class Assignment:
    """Who uses which registry, and what each registry costs."""

    def __init__(
        self,
        costs: Holdings,
        uses: Sequence[int],
        regions: Collection[int],
        idle: Collection[int],
    ) -> None:
        self.costs = costs
        self.idle = idle
        self.uses = list(uses)
        self.members: dict[int, list[int]] = {s: [] for s in sorted(regions)}
        for j, s in enumerate(uses):
            if s in self.members:
                self.members[s].append(j)
        self.keep = {s: self._keep(s, js) for s, js in self.members.items()}
        unused = {s for s, usd in self.keep.items() if not usd < math.inf}
        self.changed = unused or set(self.members)
        """Registries whose clients may have reason to move, or others to come."""

    def copy(self) -> Assignment:
        """Another one to go on from here."""
        return Assignment(self.costs, self.uses, self.members, self.idle)

    @property
    def usd(self) -> float:
        """What registries and clients cost together."""
        serve = self.costs.serve_alone
        served = sum(serve[j][s] for j, s in enumerate(self.uses))
        return sum(self.keep.values()) + served

    def settle(self) -> bool:
        """Let clients whose registry is gone go where they add least; False if none can."""
        for j, used in enumerate(self.uses):
            if used not in self.members:
                added = {s: -self._gain([j], s) for s in self.members}
                s = min(added, key=lambda s: (added[s], s))
                if not added[s] < math.inf:
                    return False
                self.move([j], s)
        return True

    def starts(self, s: int) -> list[list[int]]:
        """The most promising first users of a registry."""
        serve, users = self.costs.serve_alone, self.costs.users
        groups = [[j] for j in range(users)] + list(self._sharing())
        nearer = [j for j in range(users) if serve[j][s] < serve[j][self.uses[j]]]
        for used in self.members:
            groups.append([j for j in nearer if self.uses[j] == used])
        gains = [(self._gain(g, s), -len(g), g) for g in groups if g]
        possible = [entry for entry in gains if entry[0] > -math.inf]
        return [group for _, _, group in sorted(possible, reverse=True)[:STARTS]]

    # ---- moves ----

    def improve(self) -> None:
        """Move clients from and to registries that changed, as long as that saves."""
        while self.changed:
            s = min(self.changed)
            self.changed.discard(s)
            slack = tolerance(self.usd)
            for j in range(len(self.uses)):
                self._try([j], [s] if self.uses[j] != s else self.members, slack)
            for group in list(self._sharing()):
                self._try(
                    group, [s] if self.uses[group[0]] != s else self.members, slack
                )

    def _try(
        self, group: Sequence[int], targets: Collection[int], slack: float
    ) -> None:
        if len({self.uses[j] for j in group}) > 1:
            return
        gain, s = max((self._gain(group, s), -s) for s in targets)
        if gain > slack:
            self.move(group, -s)

    def _sharing(self) -> Iterator[list[int]]:
        """Clients of a registry that share images."""
        for members in self.members.values():
            groups = {
                tuple(j for j in members if self.costs.masks[j] >> b & 1)
                for b in range(len(self.costs.bundles))
            }
            yield from (list(group) for group in sorted(groups) if len(group) > 1)

    def move(self, group: Sequence[int], s: int) -> None:
        """Let clients of one registry use another."""
        old = self.uses[group[0]]
        if old in self.members:
            self.members[old] = [j for j in self.members[old] if j not in group]
        self.members[s] += group
        for j in group:
            self.uses[j] = s
        for changed in {old, s}.intersection(self.members):
            self.keep[changed] = self._keep(changed, self.members[changed])
            self.changed.add(changed)

    def _gain(self, group: Sequence[int], s: int) -> float:
        """What is saved if clients of one registry move; minus infinity if they may not."""
        old, serve = self.uses[group[0]], self.costs.serve_alone
        if s == old:
            return 0.0
        gain = _finite(self.keep[s]) - self._keep(s, [*self.members[s], *group])
        for j in group:
            gain -= serve[j][s]
        if old in self.members:
            gain += self.keep[old]
            gain -= self._keep(old, [j for j in self.members[old] if j not in group])
            for j in group:
                gain += serve[j][old]
        return gain

    def _keep(self, s: int, members: Sequence[int]) -> float:
        """What a registry costs with these clients; infinite if it needs a user."""
        costs, held = self.costs, 0
        for j in members:
            held |= costs.masks[j]
        if s not in self.idle and all(j >= costs.users for j in members):
            return math.inf
        return costs.alone_usd(s, held)


def _finite(usd: float) -> float:
    return usd if usd < math.inf else 0.0


def nearer(costs: Holdings, plan: Plan) -> Plan:
    """The plan with each client at the nearest of the registries that cost it the same.

    A client moves only where all it needs is held anyway, and where somebody else still
    uses what it leaves.
    """
    if costs.goals.max_monthly_usd is not None:
        return plan  # a dearer pull that is waited for less may break the budget
    uses = list(plan.uses)
    places = sorted(set(uses))
    for j in range(costs.users):
        held = dict.fromkeys(places, 0)
        users = dict.fromkeys(places, 0)
        for k, s in enumerate(uses):
            if k != j:
                held[s] |= costs.masks[k]
                users[s] += k < costs.users
        old, mask = uses[j], costs.masks[j]
        if not users[old] or mask & ~held[old]:
            continue
        able = [s for s in places if users[s] and not mask & ~held[s]]
        uses[j] = min(able, key=lambda s: _rank(costs, plan, j, s))
    return plan._replace(uses=tuple(uses))


def _rank(costs: Holdings, plan: Plan, j: int, s: int) -> tuple[float, float, int]:
    """What a client pays at a registry, then how far it is."""
    if s < costs.m:
        return _significant(costs.serve_alone[j][s]), costs.clients[j].rtt_ms[s], s
    at, near = costs.served_from(j, plan.locations), costs.near[j]
    if near is not None and len(near.intersection(plan.locations)) < 2:
        return math.inf, 0.0, s
    return _significant(costs.serve_geo[j][at]), costs.clients[j].rtt_ms[at], s


def _significant(usd: float) -> float:
    return float(f"{usd:.10g}")
