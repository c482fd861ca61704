"""What the dashboard knows: the scenario from the browser, and results computed from it.

The server keeps nothing about its users. The browser holds the scenario as JSON; results
are a pure function of it, remembered for as long as they are asked for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from threading import Lock
from typing import Any

from planner.analysis import Comparison, Role, compare
from planner.domain.problem import Problem
from planner.domain.reading import parse_scenario
from planner.domain.scenario import Scenario
from planner.errors import InputError, PlannerError
from planner.evaluation.result import Evaluation

_working = Lock()


def encode(scenario: Scenario) -> dict[str, Any]:
    """The scenario as the browser's store holds it."""
    return scenario.model_dump(mode="json", exclude_defaults=True)


def decode(data: Mapping[str, Any]) -> Scenario:
    """The scenario in the browser's store, checked like a file."""
    return parse_scenario(json.dumps(data), origin="the scenario", is_json=True)


def comparison(data: Mapping[str, Any]) -> Comparison:
    """The comparison of the scenario in the browser's store."""
    return comparison_of(decode(data))


def comparison_of(scenario: Scenario) -> Comparison:
    """The comparison of a scenario; a page's callbacks wait for one computation."""
    with _working:
        return _compare(scenario.model_dump_json())


def prepare(scenario: Scenario) -> None:
    """Compute a scenario before anybody asks; an error is told when somebody does."""
    with suppress(PlannerError):
        comparison_of(scenario)


@lru_cache(maxsize=16)
def _compare(dump: str) -> Comparison:
    return compare(Scenario.model_validate_json(dump))


def problem(data: Mapping[str, Any]) -> Problem:
    """The problem that the scenario in the browser's store states."""
    return Problem(decode(data))


def shown(comparison: Comparison) -> dict[str, Evaluation]:
    """The plans shown beside each other: today's, the other named ones, the optimum.

    Without named layouts the best of each family stand there instead.
    """
    wanted = sorted(comparison.named, key=lambda p: p.name != comparison.baseline)
    if not wanted:
        wanted = [plan for plan in comparison.plans if plan.role is Role.BEST]
    elif comparison.optimum:
        wanted.append(comparison.optimum)
    return {plan.name: plan.evaluation for plan in wanted if plan.evaluation}


def optimum(comparison: Comparison) -> str | None:
    """Name of the plan that no other beats, or None if nothing meets the goals."""
    return comparison.optimum.name if comparison.optimum else None


def chosen(data: Mapping[str, Any], name: str) -> Evaluation:
    """The plan of that name."""
    evaluations = comparison(data).evaluations
    if name not in evaluations:
        known = ", ".join(evaluations) or "none"
        raise InputError(f"no plan {name!r} (known: {known})", origin="the scenario")
    return evaluations[name]
