"""Whether an evaluated layout meets the goals of its scenario."""

from __future__ import annotations

import math
from collections.abc import Iterator

from planner.domain.problem import Problem
from planner.evaluation.result import Evaluation

SLACK = 1e-6
"""ms or USD by which a goal may be passed, for sums that are rounded differently."""


def meets(problem: Problem, evaluation: Evaluation) -> bool:
    """Whether an evaluated layout meets every goal of the scenario."""
    return not list(missed_goals(problem, evaluation))


def missed_goals(problem: Problem, evaluation: Evaluation) -> Iterator[str]:
    """The goals that an evaluated layout misses, as the scenario names them."""
    goals, latency = problem.scenario.goals, evaluation.latency
    regions = evaluation.layout.regions
    for name, figure, limit in (
        ("max_rtt_ms", latency.max_rtt_ms, goals.max_rtt_ms),
        ("max_mean_rtt_ms", latency.mean_rtt_ms, goals.max_mean_rtt_ms),
        ("max_monthly_usd", evaluation.cost.bill_usd, goals.max_monthly_usd),
        ("max_locations", len(regions), goals.max_locations),
    ):
        if figure is not None and limit is not None and figure > limit + SLACK:
            yield name
    if goals.min_locations is not None and len(regions) < goals.min_locations:
        yield "min_locations"
    after = evaluation.worst_loss
    too_slow = (after.max_rtt_ms or 0.0) > (goals.max_rtt_after_loss_ms or math.inf)
    if goals.survives and (after.pulls_lost_share or too_slow):
        yield "survive_region_loss"
    if not set(goals.required_regions) <= set(regions):
        yield "required_regions"
    if not set(regions) <= set(problem.candidates):
        yield "candidate_regions"
