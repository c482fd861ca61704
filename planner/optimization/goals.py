"""The goals of a scenario as constraints; each docstring is the inequality."""

from __future__ import annotations

import pulp

from planner.optimization.model import Expression, Model


def _slo(model: Model) -> None:
    """slo: assign[i,r] = 0 where the round trip is above max_rtt_ms."""
    limit = model.problem.scenario.goals.max_rtt_ms
    if limit is None:
        return
    far: dict[str, Expression] = {}
    for (name, r), share in model.assign.items():
        site = model.problem.sites[name]
        too_far = model.problem.rtt(site, r).ms > limit
        if too_far and model.problem.site_pulls[name]:
            far[name] = far.get(name, Expression()) + share
    for number, total in enumerate(far.values()):
        model.add(total <= 0, f"slo_{number}")


def _mean_rtt(model: Model) -> None:
    """mean_rtt: sum of pulls x rtt x assign <= max_mean_rtt_ms x pulls."""
    limit = model.problem.scenario.goals.max_mean_rtt_ms
    pulls = sum(model.problem.site_pulls.values())
    if limit is None or not pulls:
        return
    model.add(mean_rtt_ms(model) <= limit, "mean_rtt")


def mean_rtt_ms(model: Model) -> Expression:
    """The mean round trip in ms, weighted by pulls."""
    problem = model.problem
    pulls = sum(problem.site_pulls.values())
    mean = Expression()
    for (name, r), share in model.assign.items():
        weight = problem.site_pulls[name] / pulls
        mean += weight * problem.rtt(problem.sites[name], r).ms * share
    return mean


def _budget(model: Model) -> None:
    """budget: bill <= max_monthly_usd."""
    limit = model.problem.scenario.goals.max_monthly_usd
    if limit is not None:
        model.add(model.bill <= limit, "budget")


def _required(model: Model) -> None:
    """required: open[r] = 1 for every required region."""
    for r in model.problem.scenario.goals.required_regions:
        if r in model.open:
            model.add(model.open[r] == 1, f"required_{r}")
        else:
            model.add(pulp.lpSum(model.open.values()) <= 0, f"required_{r}")


def _location_count(model: Model) -> None:
    """min_locations <= sum over r of open[r] <= max_locations."""
    goals = model.problem.scenario.goals
    total = pulp.lpSum(model.open.values())
    if goals.min_locations is not None:
        model.add(total >= goals.min_locations, "min_locations")
    if goals.max_locations is not None:
        model.add(total <= goals.max_locations, "max_locations")


def _survive(model: Model) -> None:
    """survive: sum of open[r] over r within max_rtt_after_loss_ms of site i >= 2.

    Two such locations of one registry are needed: if one is lost the other answers.
    Registries without replicas cannot survive.
    """
    goals = model.problem.scenario.goals
    if not goals.survives:
        return
    limit = goals.max_rtt_after_loss_ms
    for number, site in enumerate(model.problem.scenario.sites):
        if not model.problem.site_pulls[site.name]:
            continue
        near = [
            model.open[r]
            for r in model.regions
            if model.replicated
            and (limit is None or model.problem.rtt(site, r).ms <= limit)
        ]
        model.add(pulp.lpSum([*near, 0]) >= 2, f"survive_{number}")


CONSTRAINTS = (_slo, _mean_rtt, _budget, _required, _location_count, _survive)
"""The goals, each one function that adds its rows to a model."""
