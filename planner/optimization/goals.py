"""The goals of a scenario as constraints; each docstring is the inequality."""

from __future__ import annotations

import math

import pulp

from planner.optimization.model import Expression, Model


def _slo(model: Model) -> None:
    """slo: sum of assign[i,r] over r beyond max_rtt_ms = 0 for every client i.

    A location goes on serving when another one is lost, so max_rtt_after_loss_ms binds
    it too.
    """
    goals = model.problem.scenario.goals
    limits = (goals.max_rtt_ms, goals.max_rtt_after_loss_ms)
    limit = min((ms for ms in limits if ms is not None), default=math.inf)
    for i, total in slower_than(model, limit).items():
        model.add(total <= 0, f"slo_{i}")


def slower_than(model: Model, limit_ms: float) -> dict[int, Expression]:
    """The share of each pulling client that is served from beyond a round trip."""
    far: dict[int, Expression] = {}
    for i, column, share in model.shares():
        client = model.clients[i]
        if client.pulls and client.rtt_ms[column] > limit_ms:
            far[i] = far.get(i, Expression()) + share
    return far


def _mean_rtt(model: Model) -> None:
    """mean_rtt: sum of pulls x rtt x assign / pulls <= max_mean_rtt_ms."""
    limit = model.problem.scenario.goals.max_mean_rtt_ms
    if limit is not None and _all_pulls(model):
        model.add(mean_rtt_ms(model) <= limit, "mean_rtt")


def mean_rtt_ms(model: Model) -> Expression:
    """The mean round trip in ms, weighted by pulls."""
    pulls = _all_pulls(model)
    return model.weighted(
        lambda client: [client.pulls / pulls * ms for ms in client.rtt_ms]
    )


def mean_pull_seconds(model: Model) -> Expression:
    """The mean pull time in seconds, weighted by pulls."""
    pulls = _all_pulls(model)
    return model.weighted(
        lambda client: [s / pulls for s in model.coefficients.pull_seconds(client)]
    )


def _all_pulls(model: Model) -> float:
    return sum(client.pulls for client in model.clients)


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
    """survive: sum of geo[r] over r within max_rtt_after_loss_ms of client i >= 2.

    Two such locations of one registry are needed: if one is lost the other answers. An
    unreplicated registry is lost with its region: sum over r of uses[i,r] <= 0.
    """
    goals = model.problem.scenario.goals
    if not goals.survives:
        return
    limit = goals.max_rtt_after_loss_ms
    for i, client in enumerate(model.clients):
        if not client.pulls:
            continue
        near = [
            model.geo[r]
            for r, ms in zip(model.regions, client.rtt_ms, strict=True)
            if model.geo and (limit is None or ms <= limit)
        ]
        model.add(pulp.lpSum([*near, 0]) >= 2, f"survive_{i}")
        if model.geo and model.alone:
            lost = pulp.lpSum(model.uses[i, r] for r in model.alone)
            model.add(lost <= 0, f"survive_alone_{i}")


CONSTRAINTS = (_slo, _mean_rtt, _budget, _required, _location_count, _survive)
"""The goals, each one function that adds its rows to a model."""
