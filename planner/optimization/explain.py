"""Reasons by re-evaluation: what changes if one region is added to or dropped from a plan.

All other regions stay as they are. For a registry with replicas the rest follows from
the routing rule. For separate registries the sites are assigned anew, so that every
registry has users, at least cost within the latency and budget goals if these can be met.
"""

from __future__ import annotations

from planner.base import OnStep, no_steps
from planner.domain.layout import Layout, Registry, Sku
from planner.domain.problem import Problem
from planner.evaluation.evaluate import evaluate_layout
from planner.evaluation.goals import meets
from planner.evaluation.result import Evaluation
from planner.evaluation.routing import nearest
from planner.optimization.answers import Engine, Question
from planner.optimization.exact import HOMED
from planner.optimization.result import RegionReason

SLACK = 1e-6


def explain(
    problem: Problem,
    plan: Evaluation,
    shape: str,
    engine: Engine,
    on_step: OnStep = no_steps,
) -> tuple[RegionReason, ...]:
    """One reason for each candidate region and each region of the plan."""
    regions = sorted({*problem.candidates, *plan.layout.regions})
    reasons = []
    for number, region in enumerate(regions, start=1):
        on_step(f"flipping {region}", number, len(regions))
        reasons.append(_reason(problem, plan, region, shape, engine))
    return tuple(reasons)


def _reason(
    problem: Problem, plan: Evaluation, region: str, shape: str, engine: Engine
) -> RegionReason:
    chosen = region in plan.layout.regions
    flipped = _flip(problem, plan.layout, region, shape, engine)
    if flipped is None:
        return RegionReason(region, chosen, None, None, None, False)
    other = evaluate_layout(problem, flipped, "flipped")
    mean, before = other.latency.mean_rtt_ms, plan.latency.mean_rtt_ms
    return RegionReason(
        region,
        chosen,
        other.cost.total_usd - plan.cost.total_usd,
        None if mean is None or before is None else mean - before,
        _break_even(problem, plan, other, region),
        meets(problem, other),
    )


def _flip(
    problem: Problem, layout: Layout, region: str, shape: str, engine: Engine
) -> Layout | None:
    if shape == "mixed":
        return _flip_mixed(problem, layout, region)
    if len(layout.registries) > 1:
        return _flip_separate(problem, layout, region, engine)
    (registry,) = layout.registries
    locations = set(registry.locations) ^ {region}
    return _flip_locations(problem, layout, registry, locations, shape in HOMED)


def _flip_locations(
    problem: Problem,
    layout: Layout,
    registry: Registry,
    locations: set[str],
    homed: bool,
) -> Layout | None:
    """The layout with other locations of one registry; None if that cannot be."""
    goal = problem.scenario.goals.home if homed else None
    if not locations or (goal and goal not in locations):
        return None
    home = goal or _home(problem, registry, locations)
    replicas = tuple(sorted(locations - {home}))
    changed: dict[str, object] = {
        "sku": Sku.PREMIUM if replicas else None,
        "home": home,
        "replicas": replicas,
        "routing": problem.scenario.goals.routing if replicas else "global",
        "pins": {},
    }
    return Layout(
        registries=tuple(
            registry.model_copy(update=changed) if other is registry else other
            for other in layout.registries
        )
    )


def _home(problem: Problem, registry: Registry, locations: set[str]) -> str:
    source = problem.heaviest_push_source
    if source is not None:
        return nearest(problem, source, locations)[0]
    return registry.home if registry.home in locations else min(locations)


def _flip_mixed(problem: Problem, layout: Layout, region: str) -> Layout | None:
    """Add or drop a replica, or let the sites of a separate registry use the replicated."""
    (geo,) = [registry for registry in layout.registries if registry.replicas]
    alone = [r for r in layout.registries if not r.replicas and r.home == region]
    if not alone:
        locations = set(geo.locations) ^ {region}
        return _flip_locations(problem, layout, geo, locations, True)
    moved = {site for registry in alone for site in registry.serves}
    kept = []
    for registry in layout.registries:
        if registry is geo:
            sites = tuple(s for s in problem.sites if s in {*geo.serves, *moved})
            kept.append(geo.model_copy(update={"serves": sites, "pins": {}}))
        elif registry not in alone:
            kept.append(registry)
    return Layout(registries=tuple(kept))


def _flip_separate(
    problem: Problem, layout: Layout, region: str, engine: Engine
) -> Layout | None:
    regions = sorted(set(layout.regions) ^ {region})
    if len(regions) == 1:
        return Layout(registries=(Registry(name=regions[0], home=regions[0]),))
    everything = {"candidate_regions": tuple(regions), "min_locations": len(regions)}
    counts = {"max_locations": None, "required_regions": (), "forbidden_regions": ()}
    kept = problem.with_goals(**everything, **counts)
    limits = {"max_rtt_ms": None, "max_mean_rtt_ms": None, "max_monthly_usd": None}
    for stated in (kept, kept.with_goals(**limits)):
        answer = engine.answer(Question(stated, "separate"))
        if answer.evaluation is not None:
            return answer.evaluation.layout
    return None


def _break_even(
    problem: Problem, plan: Evaluation, other: Evaluation, region: str
) -> float | None:
    """GB per month served from the region at which the flip changes nothing.

    What a location costs is fixed, what it saves grows with the GB of the sites it
    serves, so the flip is a straight line in that volume.
    """
    with_it, without = (plan, other) if region in plan.layout.regions else (other, plan)
    movers = {s.site for s in with_it.services if s.serving_region == region}
    gb = sum(problem.site_gb[site] for site in movers)
    saved = _variable(without, movers) - _variable(with_it, movers)
    if gb <= 0 or saved <= SLACK:
        return None
    fixed = (with_it.cost.total_usd - without.cost.total_usd) + saved
    return max(0.0, fixed) * gb / saved


def _variable(evaluation: Evaluation, sites: set[str]) -> float:
    """What the pulls of some sites cost, waiting included."""
    return sum(line.usd for line in evaluation.cost.lines if line.site in sites)
