"""Plans with one region added or dropped, all other places as they are.

For a registry with replicas the rest follows from the routing rule. For separate
registries the sites are assigned anew, so that every registry has users, at least cost
within the latency and budget goals if these can be met: by `reassign`, so without proof.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property

from planner.domain.layout import Layout, Registry, Sku
from planner.domain.problem import Problem
from planner.evaluation.evaluate import evaluate_layout
from planner.evaluation.goals import meets
from planner.evaluation.result import Evaluation
from planner.evaluation.routing import nearest
from planner.optimization.answers import Engine
from planner.optimization.clock import Clock
from planner.optimization.coefficients import Coefficients
from planner.optimization.exact import HOMED, ExactEngine, layout_of_plan
from planner.optimization.families import SHAPES, Family
from planner.optimization.holdings import Holdings
from planner.optimization.kernel import CLOSED, OPEN
from planner.optimization.reassign import reassign
from planner.optimization.registries import Plan, RegistrySearch
from planner.optimization.relaxation import Node
from planner.optimization.weights import Weights

NODE_LIMIT = 60
"""Nodes of a search for sites within goals that couple them."""
NO_LIMITS = {"max_rtt_ms": None, "max_mean_rtt_ms": None, "max_monthly_usd": None}


class Flips:
    """The neighbours of one plan."""

    def __init__(
        self,
        problem: Problem,
        c: Coefficients,
        layout: Layout,
        shape: str,
        family: Family,
    ) -> None:
        self.problem = problem
        self.c = c
        self.layout = layout
        self.shape = shape
        self.family = family

    @property
    def regions(self) -> list[str]:
        """Every region that may be flipped."""
        return sorted({*self.problem.candidates, *self.layout.regions})

    def plan(self, region: str) -> Evaluation | None:
        """The plan with one region flipped, evaluated; None if that cannot be."""
        if self.shape == "mixed":
            return self._evaluated(self._flip_mixed(region))
        if len(self.layout.registries) > 1:
            return self._flip_separate(region)
        (registry,) = self.layout.registries
        locations = set(registry.locations) ^ {region}
        as_replica = self._evaluated(
            self._with_locations(registry, locations, homed=self.shape in HOMED)
        )
        if self.shape != "single" or "separate" not in SHAPES[self.family]:
            return as_replica
        return self._better(as_replica, self._flip_separate(region))

    def _evaluated(self, layout: Layout | None) -> Evaluation | None:
        if layout is None:
            return None
        return evaluate_layout(self.problem, layout, "flipped")

    def _better(self, *plans: Evaluation | None) -> Evaluation | None:
        """Of two ways to add a region the one that meets the goals, then the cheaper."""
        return min(
            (plan for plan in plans if plan is not None),
            key=lambda plan: (not meets(self.problem, plan), plan.cost.total_usd),
            default=None,
        )

    # ---- one registry ----

    def _with_locations(
        self, registry: Registry, locations: set[str], *, homed: bool
    ) -> Layout | None:
        """The layout with other locations of one registry; None if that cannot be."""
        goals = self.problem.scenario.goals
        goal = goals.home if homed else None
        if not locations or (goal and goal not in locations):
            return None
        home = goal or self._home(registry, locations)
        replicas = tuple(sorted(locations - {home}))
        changed: dict[str, object] = {
            "sku": Sku.PREMIUM if replicas else None,
            "home": home,
            "replicas": replicas,
            "routing": goals.routing if replicas else "global",
            "pins": {},
        }
        return Layout(
            registries=tuple(
                registry.model_copy(update=changed) if other is registry else other
                for other in self.layout.registries
            )
        )

    def _home(self, registry: Registry, locations: set[str]) -> str:
        source = self.problem.heaviest_push_source
        if source is not None:
            return nearest(self.problem, source, locations)[0]
        return registry.home if registry.home in locations else min(locations)

    def _flip_mixed(self, region: str) -> Layout | None:
        """Add or drop a replica, or let a separate registry's sites use the replicated."""
        registries = self.layout.registries
        (geo,) = [registry for registry in registries if registry.replicas]
        alone = [r for r in registries if not r.replicas and r.home == region]
        if not alone:
            locations = set(geo.locations) ^ {region}
            return self._with_locations(geo, locations, homed=True)
        moved = {site for registry in alone for site in registry.serves}
        kept = []
        for registry in registries:
            if registry is geo:
                serving = {*geo.serves, *moved}
                sites = tuple(s for s in self.problem.sites if s in serving)
                kept.append(geo.model_copy(update={"serves": sites, "pins": {}}))
            elif registry not in alone:
                kept.append(registry)
        return Layout(registries=tuple(kept))

    # ---- separate registries ----

    def _flip_separate(self, region: str) -> Evaluation | None:
        index = self.c.regions.index
        regions = {index(r) for r in {*self.layout.regions} ^ {region}}
        required = self.problem.scenario.goals.required_regions
        idle = [index(r) for r in required if index(r) in regions]
        if not regions:
            return None
        first = self._reassigned(self._costs, regions, idle)
        if first is not None and meets(self.problem, first):
            return first
        goals = self.problem.scenario.goals
        if goals.max_mean_rtt_ms is not None or goals.max_monthly_usd is not None:
            found = _FixedSearch(self._costs, regions, idle).run().plan
            within = self._evaluated(self._layout_of(found)) if found else None
            if within is not None and meets(self.problem, within):
                return within
        return first or self._reassigned(self._free_costs, regions, idle)

    def _reassigned(
        self, costs: Holdings, regions: Collection[int], idle: list[int]
    ) -> Evaluation | None:
        uses = reassign(costs, self._uses, regions, idle)
        if uses is None:
            return None
        return self._evaluated(
            self._layout_of(Plan(0.0, uses, (), tuple(idle), costs.m))
        )

    def _layout_of(self, plan: Plan) -> Layout:
        return layout_of_plan(self.problem, self._costs, plan)

    def priced(self, weights: Weights, added: str | None = None) -> Evaluation | None:
        """Separate registries, perhaps one more, and sites assigned anew at other prices."""
        if self.shape != "separate":
            return None
        index = self.c.regions.index
        regions = {index(r) for r in (*self.layout.regions, added) if r}
        required = self.problem.scenario.goals.required_regions
        costs = Holdings(self.c, replicated=False, weights=weights)
        return self._reassigned(costs, regions, [index(r) for r in required])

    @cached_property
    def _uses(self) -> list[int]:
        """The registry of each client now; what nobody pulls is kept by the first."""
        home = {
            site: registry.home
            for registry in self.layout.registries
            for site in registry.serves
        }
        first = self.layout.registries[0].home
        return [
            self.c.regions.index(home[client.sites[0]] if client.sites else first)
            for client in self._costs.clients
        ]

    @cached_property
    def _costs(self) -> Holdings:
        return Holdings(self.c, replicated=False)

    @cached_property
    def _free_costs(self) -> Holdings:
        """The same without goals that keep sites from a registry."""
        free = like(self.c, self.problem.with_goals(**NO_LIMITS))
        return Holdings(free, replicated=False)


class _FixedSearch(RegistrySearch):
    """The search over who uses which of some registries."""

    def __init__(
        self, costs: Holdings, regions: Collection[int], idle: list[int]
    ) -> None:
        super().__init__(costs, Clock(), node_limit=NODE_LIMIT)
        self.regions = regions
        self.required = idle
        self.least = self.most = len(regions)

    def _root(self) -> Node:
        root = super()._root()
        root.alone = [
            OPEN if i in self.regions else CLOSED for i in range(self.costs.m)
        ]
        return root


def coefficients_of(problem: Problem, engine: Engine) -> Coefficients:
    """The coefficients of a problem, from the engine if it has them."""
    if isinstance(engine, ExactEngine):
        return engine.coefficients(problem)
    return Coefficients(problem, problem.candidates)


def like(c: Coefficients, problem: Problem) -> Coefficients:
    """The coefficients of a problem that differs in its goals only."""
    other = Coefficients(problem, c.regions)
    vars(other).update({k: v for k, v in vars(c).items() if k != "problem"})
    return other
