"""The least mean round trip of a family, for `objective: latency` and for the knee."""

from __future__ import annotations

from planner.domain.problem import Problem
from planner.optimization.answers import Engine, Question
from planner.optimization.families import SHAPES, Family
from planner.optimization.weights import Weights

STEP_MS = 1e-6
"""How far above the least mean round trip still counts as the least."""
FASTEST = Weights(mean_rtt_ms=1.0)


def least_possible_ms(problem: Problem) -> float:
    """The mean round trip if every site were served from its nearest candidate."""
    pulls = problem.site_pulls
    total = sum(pulls.values())
    return (
        sum(
            pulls[name] * min(problem.rtt(site, r).ms for r in problem.candidates)
            for name, site in problem.sites.items()
            if pulls[name]
        )
        / total
    )


def within_least_mean_rtt(
    problem: Problem, family: Family, engine: Engine
) -> Problem | None:
    """The same problem with the least possible mean round trip as a further goal.

    None when no plan meets the goals. What is optimal for it is the cheapest of the
    fastest plans.
    """
    if not sum(problem.site_pulls.values()) or not problem.candidates:
        return problem
    at_best = _within(problem, least_possible_ms(problem))
    if _possible(at_best, family, engine):
        return at_best
    found = [
        answer.evaluation.latency.mean_rtt_ms
        for shape in SHAPES[family]
        if (answer := engine.answer(Question(problem, shape, FASTEST))).evaluation
    ]
    known = [ms for ms in found if ms is not None]
    return _within(problem, min(known)) if known else None


def _within(problem: Problem, ms: float) -> Problem:
    limit = problem.scenario.goals.max_mean_rtt_ms
    least = ms + STEP_MS if limit is None else min(limit, ms + STEP_MS)
    return problem.with_goals(max_mean_rtt_ms=least)


def _possible(problem: Problem, family: Family, engine: Engine) -> bool:
    """Whether some plan of the family meets the goals."""
    return any(
        engine.answer(Question(problem, shape)).evaluation is not None
        for shape in SHAPES[family]
    )
