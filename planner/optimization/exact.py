"""The exact engine: a branch and bound of its own for every shape of layout.

What it cannot do, or not within its node limits, it hands to the general solver.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from planner.domain.layout import Layout
from planner.domain.problem import Problem
from planner.evaluation.evaluate import evaluate_layout
from planner.evaluation.goals import meets
from planner.optimization import limited
from planner.optimization.answers import Answer, Engine, Question, family_name
from planner.optimization.branching import Found
from planner.optimization.clock import Clock
from planner.optimization.coefficients import Coefficients
from planner.optimization.compose import GEO, Geo, compose
from planner.optimization.holdings import Holdings
from planner.optimization.kernel import INFINITE
from planner.optimization.one_location import best_location
from planner.optimization.reassign import nearer
from planner.optimization.registries import Plan, RegistrySearch
from planner.optimization.replicated import Replicated
from planner.optimization.result import Status
from planner.optimization.weights import Limit, Weights


@dataclass
class ExactEngine:
    """Answers by branch and bound, in plain Python or compiled."""

    clock: Clock = field(default_factory=Clock)
    compiled: bool = False
    ties: bool = True
    _known: dict[int, tuple[Problem, Coefficients]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name that it is asked for by."""
        return "compiled" if self.compiled else "exact"

    @cached_property
    def general(self) -> Engine:
        """The general solver, for what is left to it."""
        from planner.optimization.general import GeneralEngine

        return GeneralEngine(clock=self.clock, ties=self.ties)

    def answer(self, question: Question) -> Answer:
        """Find the best plan of a shape, evaluated."""
        problem = question.problem
        c = self.coefficients(problem)
        goals, regions = problem.scenario.goals, c.regions
        home = goals.home if question.shape in HOMED else None
        named = {*goals.required_regions, *filter(None, [home])}
        least = 1 if question.shape in ("single", "home only") else 2
        if len(regions) < least or not named <= set(regions):
            return Answer(question.shape, Status.INFEASIBLE, None, None)
        return METHODS[question.shape](self, c, question)

    def coefficients(self, problem: Problem) -> Coefficients:
        """The coefficients of a problem, made once."""
        if id(problem) not in self._known:
            self._known.clear()
            made = Coefficients(problem, problem.candidates)
            self._known[id(problem)] = problem, made
        return self._known[id(problem)][1]

    # ---- one registry ----

    def _one_location(self, c: Coefficients, question: Question) -> Answer:
        return best_location(c, question)

    def _replicated(self, c: Coefficients, question: Question) -> Answer:
        problem, weights = question.problem, question.weights
        forbidden = [
            frozenset(map(c.regions.index, geo))
            for geo, _ in question.forbidden
            if set(geo) <= set(c.regions)
        ]
        registry = Replicated(c, problem.scenario.goals, forbidden=forbidden)
        how = limited.Search(self.clock, self.compiled, self.ties)
        bounds = limits(problem, c)
        if question.limit is not None:
            bounds.append(question.limit)
        found = limited.minimise(registry, weights, bounds, how)
        if found is None:
            return self.general.answer(question)
        if not found.open:
            status = Status.INFEASIBLE if found.proved else None
            bound = _finite(found.bound + registry.constant(weights))
            return Answer(question.shape, status, bound, None, found.nodes)
        layout = layout_of(problem, registry, found.open, weights)
        constant = registry.constant(weights)
        return self._answer(question, layout, found, constant)

    def _answer(
        self, question: Question, layout: Layout, found: Found, constant: float
    ) -> Answer:
        name = family_name(question.shape)
        evaluation = evaluate_layout(question.problem, layout, name)
        return Answer(
            question.shape,
            Status.OPTIMAL if found.proved else Status.FEASIBLE,
            _finite(found.bound + constant),
            evaluation,
            found.nodes,
        )

    # ---- several registries ----

    def _separate(self, c: Coefficients, question: Question) -> Answer:
        """Sites that choose alike are tried as one first, which is a relaxation.

        Nothing but a number of registries could part them; so when the answer has
        enough of them, it is the best of all.
        """
        goals = question.problem.scenario.goals
        if goals.max_mean_rtt_ms is None and goals.max_monthly_usd is None:
            costs = Holdings(c, replicated=False, weights=question.weights, merged=True)
            if len(costs.clients) < len(c.separate_clients):
                answer = self._registries(question, costs)
                plan = answer.evaluation
                enough = max(2, goals.min_locations or 0)
                if plan is None or len(plan.layout.registries) >= enough:
                    return answer
        costs = Holdings(c, replicated=False, weights=question.weights)
        return self._registries(question, costs)

    def _mixed(self, c: Coefficients, question: Question) -> Answer:
        costs = Holdings(c, replicated=True, weights=question.weights)
        return self._registries(question, costs)

    def _registries(self, question: Question, costs: Holdings) -> Answer:
        problem, weights, c = question.problem, question.weights, costs.c
        if weights.bill != 1.0 or question.limit is not None:
            return self.general.answer(question)
        constant = weights.bill * c.endpoints_usd
        index = c.regions.index
        known = {
            (frozenset(map(index, geo)), frozenset(map(index, alone))): most - constant
            for (geo, alone), most in {
                **question.known,
                **dict.fromkeys(question.forbidden, -math.inf),
            }.items()
            if {*geo, *alone} <= set(c.regions)
        }
        search = RegistrySearch(costs, self.clock, question.cutoff - constant, known)
        found = search.run()
        small = len(c.separate_clients) * len(c.regions) <= GENERAL_SIZE
        if not found.proved and not self.clock.over and small:
            return self.general.answer(question)
        bound = _finite(found.bound + constant)
        if found.plan is None:
            status = Status.INFEASIBLE if found.proved else None
            return Answer(question.shape, status, bound, None, found.nodes)
        name = family_name(question.shape)
        layout = layout_of_plan(problem, costs, found.plan)
        evaluation = evaluate_layout(problem, layout, name)
        if not meets(problem, evaluation):
            if self.clock.over or not small:
                return Answer(question.shape, None, bound, None, found.nodes)
            return self.general.answer(question)
        status = Status.OPTIMAL if found.proved else Status.FEASIBLE
        return Answer(question.shape, status, bound, evaluation, found.nodes)


GENERAL_SIZE = 20_000
"""Sites times regions up to which the general solver can be expected to finish."""
HOMED = ("home only", "replicated", "mixed")
"""Shapes whose registry the goal `home` binds."""

METHODS: dict[str, Callable[[ExactEngine, Coefficients, Question], Answer]] = {
    "single": ExactEngine._one_location,
    "home only": ExactEngine._one_location,
    "replicated": ExactEngine._replicated,
    "separate": ExactEngine._separate,
    "mixed": ExactEngine._mixed,
}


def _finite(bound: float) -> float | None:
    """A bound, or None if nothing is known."""
    return bound if abs(bound) < INFINITE / 2 else None


def limits(problem: Problem, c: Coefficients) -> list[Limit]:
    """The goals that couple the regions of one registry."""
    goals = problem.scenario.goals
    found = []
    if goals.max_locations is not None:
        found.append(Limit(Weights(locations=1.0), float(goals.max_locations)))
    if goals.max_mean_rtt_ms is not None and any(x.pulls for x in c.clients):
        found.append(Limit(Weights(mean_rtt_ms=1.0), goals.max_mean_rtt_ms))
    if goals.max_monthly_usd is not None:
        found.append(Limit(Weights(bill=1.0), goals.max_monthly_usd))
    return found


def layout_of(
    problem: Problem, registry: Replicated, chosen: tuple[int, ...], weights: Weights
) -> Layout:
    """The layout of a replicated registry with these locations."""
    names = registry.c.regions
    pins = registry.pins(chosen, weights) if registry.pinned else None
    home = names[registry.home_of(chosen)]
    return compose(problem, {}, [], Geo(home, [names[i] for i in chosen], pins))


def layout_of_plan(problem: Problem, costs: Holdings, plan: Plan) -> Layout:
    """The layout of a plan of several registries."""
    plan = nearer(costs, plan)
    names, m = costs.c.regions, costs.m
    uses, pins, mask = {}, {}, 0
    for j, client in enumerate(costs.clients):
        s = plan.uses[j]
        for site in client.sites:
            uses[site] = GEO if s == m else names[s]
            if s == m and costs.pinned:
                pins[site] = names[costs.served_from(j, plan.locations)]
        if s == m:
            mask |= costs.masks[j]
    geo = None
    if plan.locations:
        home = names[costs.home_of(plan.locations, mask)]
        geo = Geo(
            home,
            [names[i] for i in plan.locations],
            pins if costs.pinned else None,
        )
    first = None
    if len(plan.uses) > costs.users:  # whoever keeps what nobody pulls comes first
        keeper = plan.uses[-1]
        first = GEO if keeper == m else names[keeper]
    return compose(problem, uses, [names[i] for i in plan.alone()], geo, first)
