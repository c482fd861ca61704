"""What each step costs once and every month, by evaluating the layouts on the way.

The monthly effects add up to the difference of the two bills, and the first copies are
those of the plan's evaluation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from planner.deployment.steps import (
    MB_PER_GB,
    SECONDS_PER_HOUR,
    Change,
    CreateRegistry,
    CreateReplica,
    DeleteRegistry,
    DeleteReplica,
    Effect,
    ImportImages,
    LowerSku,
    RaiseSku,
    Step,
    SwitchSite,
)
from planner.domain.layout import Layout, Registry
from planner.domain.problem import Problem
from planner.evaluation import cost
from planner.evaluation.cost import Charge
from planner.evaluation.evaluate import evaluate_layout
from planner.evaluation.first_copy import replica_copies
from planner.evaluation.result import Evaluation
from planner.evaluation.routing import route

State = dict[str, Registry]
"""Registries by name, on the way."""


def with_effects(
    problem: Problem, today: Evaluation, plan: Evaluation, changes: Sequence[Change]
) -> tuple[Step, ...]:
    """The changes with their costs, in the order given."""
    copies = _Copies(problem, today.layout, plan.layout)
    state: State = {registry.name: registry for registry in today.layout.registries}
    goal = {registry.name: registry for registry in plan.layout.registries}
    bill = today.cost.bill_usd
    steps = []
    for number, change in enumerate(changes, start=1):
        before = dict(state)
        _do(state, change, goal)
        after = bill if state == before else _bill(problem, state)
        if number == len(changes):
            after = plan.cost.bill_usd
        charges = copies.of(change)
        effect = Effect(charges, after - bill, _hours(problem, charges))
        steps.append(Step(change, effect))
        bill = after
    return tuple(steps)


def _bill(problem: Problem, state: State) -> float:
    layout = Layout(registries=tuple(state.values()))
    return evaluate_layout(problem, layout, "on the way").cost.bill_usd


def _hours(problem: Problem, charges: Sequence[Charge]) -> float:
    gb = sum(charge.quantity for charge in charges)
    speed = problem.scenario.assumptions.sync_mb_per_second
    return gb * MB_PER_GB / speed / SECONDS_PER_HOUR


def _do(state: State, change: Change, goal: Mapping[str, Registry]) -> None:
    """Change the registries on the way as a step does."""
    match change:
        case CreateRegistry(name):
            bare: dict[str, object] = {"replicas": (), "serves": (), "pins": {}}
            state[name] = goal[name].model_copy(update=bare)
        case RaiseSku(name, _, sku) | LowerSku(name, _, sku):
            state[name] = state[name].model_copy(update={"sku": sku})
        case CreateReplica(name, region):
            more = {"replicas": (*state[name].replicas, region)}
            state[name] = state[name].model_copy(update=more)
        case DeleteReplica(name, region):
            _drop(state, name, region)
        case SwitchSite(site):
            _switch(state, change, goal[change.registry], site)
        case DeleteRegistry(name):
            del state[name]


def _drop(state: State, name: str, region: str) -> None:
    old = state[name]
    left = tuple(replica for replica in old.replicas if replica != region)
    pins = {site: to for site, to in old.pins.items() if to != region}
    state[name] = old.model_copy(update={"replicas": left, "pins": pins})


def _switch(state: State, change: SwitchSite, target: Registry, site: str) -> None:
    old = state[change.old_registry]
    left = tuple(name for name in old.serves if name != site)
    pins = {name: to for name, to in old.pins.items() if name != site}
    state[old.name] = old.model_copy(update={"serves": left, "pins": pins})
    new = state[target.name]
    pins = dict(new.pins)
    if site in target.pins:
        pins[site] = target.pins[site]
    state[target.name] = new.model_copy(
        update={
            "serves": (*new.serves, site),
            "routing": target.routing,
            "pins": pins,
        }
    )


class _Copies:
    """The one-off transfers between two layouts."""

    def __init__(self, problem: Problem, today: Layout, plan: Layout) -> None:
        self.problem = problem
        self.homes = {r.name: r.home for r in (*today.registries, *plan.registries)}
        self.first = {
            (copy.registry, copy.region): copy.charge
            for copy in replica_copies(problem, plan, route(problem, plan))
        }
        old = {registry.name: registry.replicas for registry in today.registries}
        self.standing = {
            registry.name: [
                r for r in registry.replicas if r in old.get(registry.name, ())
            ]
            for registry in plan.registries
        }

    def of(self, change: Change) -> tuple[Charge, ...]:
        """The transfers of one step; most have none."""
        if isinstance(change, CreateReplica):
            return (self.first[change.registry, change.region],)
        if isinstance(change, ImportImages):
            return self._import(change)
        return ()

    def _import(self, change: ImportImages) -> tuple[Charge, ...]:
        """From home to home, and on to the replicas that are there already."""
        problem, gb = self.problem, self.problem.stored_gb(change.images)
        source, home = self.homes[change.source], self.homes[change.registry]
        ways = [(source, home)]
        ways += [(home, replica) for replica in self.standing[change.registry]]
        return tuple(
            cost.sync(problem, problem.prices, start, end, gb) for start, end in ways
        )
