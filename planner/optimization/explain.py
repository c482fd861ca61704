"""Reasons by re-evaluation: what changes if one region is added to or dropped from a plan.

All other regions stay as they are; `flips` says what that means for each kind of plan, and
`break_even` at which volume a region pays.
"""

from __future__ import annotations

from collections.abc import Mapping

from planner.base import OnStep, no_steps
from planner.domain.problem import Problem
from planner.evaluation.cost import Kind
from planner.evaluation.goals import meets
from planner.evaluation.result import Evaluation
from planner.optimization.alternatives import belongs
from planner.optimization.answers import Engine
from planner.optimization.break_even import BreakEven, BreakEvens
from planner.optimization.clock import Clock
from planner.optimization.exact import ExactEngine
from planner.optimization.families import SHAPES, Family
from planner.optimization.flips import Flips, coefficients_of
from planner.optimization.result import Mover, RegionReason

Neighbours = Mapping[str, Evaluation | None]
"""The plan with each region flipped, None where that cannot be."""


def flip_all(
    problem: Problem,
    plan: Evaluation,
    shape: str,
    family: Family,
    engine: Engine,
    on_step: OnStep = no_steps,
) -> Neighbours:
    """The plan with each candidate region, and each of its own, flipped."""
    c = coefficients_of(problem, engine)
    flips = Flips(problem, c, plan.layout, shape, family)
    found = {}
    for number, region in enumerate(flips.regions, start=1):
        on_step(f"flipping {region}", number, len(flips.regions))
        found[region] = flips.plan(region)
    return found


def explain(
    problem: Problem,
    plan: Evaluation,
    flipped: Neighbours,
    family: Family,
    engine: Engine,
    on_step: OnStep = no_steps,
) -> tuple[RegionReason, ...]:
    """One reason for each candidate region and each region of the plan."""
    volumes = _break_evens(problem, plan, flipped, family, engine, on_step)
    return tuple(
        _reason(problem, plan, region, other, volumes.get(region))
        for region, other in flipped.items()
    )


def _reason(
    problem: Problem,
    plan: Evaluation,
    region: str,
    other: Evaluation | None,
    volume: BreakEven | None,
) -> RegionReason:
    chosen = region in plan.layout.regions
    if other is None or volume is None:
        return RegionReason(region, chosen, None, None, None, False)
    now, then = plan.latency, other.latency
    return RegionReason(
        region=region,
        chosen=chosen,
        change_if_flipped_usd=other.cost.total_usd - plan.cost.total_usd,
        change_in_mean_rtt_ms=_difference(then.mean_rtt_ms, now.mean_rtt_ms),
        break_even_gb_per_month=volume.gb_per_month,
        meets_goals=meets(problem, other),
        change_in_max_rtt_ms=_difference(then.max_rtt_ms, now.max_rtt_ms),
        change_by_kind_usd={
            kind.value: other.cost.by_kind[kind] - plan.cost.by_kind[kind]
            for kind in Kind
        },
        movers=_movers(plan, other),
        break_even_proved=volume.proved,
    )


def _difference(new: float | None, old: float | None) -> float | None:
    return None if new is None or old is None else new - old


def _movers(plan: Evaluation, other: Evaluation) -> tuple[Mover, ...]:
    after = {service.site: service.serving_region for service in other.services}
    return tuple(
        Mover(now.site, now.serving_region, after[now.site])
        for now in plan.services
        if now.pulls_per_month and after[now.site] != now.serving_region
    )


def _break_evens(
    problem: Problem,
    plan: Evaluation,
    flipped: Neighbours,
    family: Family,
    engine: Engine,
    on_step: OnStep,
) -> dict[str, BreakEven]:
    """The volumes at which regions pay; those first of which most depends."""
    clock = engine.clock if isinstance(engine, ExactEngine) else Clock()
    plans = BreakEvens(problem, coefficients_of(problem, engine), family, clock)
    plans.add(plan)
    possible = {region: other for region, other in flipped.items() if other}
    for other in possible.values():
        if belongs(other, SHAPES[family]) and meets(problem, other):
            plans.add(other)

    def telling(region: str) -> tuple[bool, float, str]:
        return (
            region not in plan.layout.regions,
            possible[region].cost.total_usd,
            region,
        )

    found = {}
    for number, region in enumerate(sorted(possible, key=telling), start=1):
        on_step(f"break-even of {region}", number, len(possible))
        chosen, other = region in plan.layout.regions, possible[region]
        with_it, without = (plan, other) if chosen else (other, plan)
        found[region] = plans.of(region, with_it, without, chosen=chosen)
    return found
