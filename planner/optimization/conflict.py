"""Why there is no plan: a smallest set of goals that cannot hold together."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

from planner.domain.problem import Problem
from planner.domain.scenario import Goals
from planner.optimization.answers import Engine, Question
from planner.optimization.families import SHAPES, Family
from planner.optimization.result import Status


def conflicting_goals(
    problem: Problem, family: Family, engine: Engine
) -> tuple[str, ...]:
    """A smallest set of goals that no layout of the family meets together.

    One irreducible set is found by dropping goals one at a time; smaller sets are then
    tried by size. An empty answer means that no layout fits even without goals.
    """
    stated = problem.scenario.goals
    active = [
        name
        for name, info in Goals.model_fields.items()
        if getattr(stated, name) != info.get_default()
    ]

    def possible(names: Iterable[str]) -> bool:
        kept = set(names)
        dropped = {
            name: Goals.model_fields[name].get_default()
            for name in active
            if name not in kept
        }
        return _feasible(problem.with_goals(**dropped), family, engine)

    core = list(active)
    for name in active:
        without = [other for other in core if other != name]
        if not possible(without):
            core = without
    for size in range(len(core)):
        for names in combinations(active, size):
            if not possible(names):
                return tuple(_spell(stated, name) for name in names)
    return tuple(_spell(stated, name) for name in core)


def _feasible(problem: Problem, family: Family, engine: Engine) -> bool:
    return any(
        engine.answer(Question(problem, shape)).status is not Status.INFEASIBLE
        for shape in SHAPES[family]
    )


def _spell(goals: Goals, name: str) -> str:
    value = getattr(goals, name)
    if isinstance(value, tuple):
        return f"{name}: [{', '.join(value)}]"
    if isinstance(value, bool):
        return f"{name}: {str(value).lower()}"
    return (
        f"{name}: {value:g}" if isinstance(value, int | float) else f"{name}: {value}"
    )
