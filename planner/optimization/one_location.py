"""One registry with one location: every candidate region is tried."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from planner.domain.problem import Problem
from planner.evaluation.evaluate import evaluate_layout
from planner.evaluation.goals import meets
from planner.optimization.answers import Answer, Question, family_name, order
from planner.optimization.coefficients import Coefficients
from planner.optimization.compose import compose
from planner.optimization.result import Status
from planner.optimization.weights import Weights


def best_location(c: Coefficients, question: Question) -> Answer:
    """The best region for a single registry that meets the goals."""
    problem, weights = question.problem, question.weights
    forbidden = {alone for _, alone in question.forbidden}
    home = problem.scenario.goals.home if question.shape == "home only" else None
    columns = range(len(c.regions)) if home is None else [c.regions.index(home)]
    sums = [
        (value, i)
        for i, value in location_sums(c, weights, columns)
        if (c.regions[i],) not in forbidden
    ]
    best = None
    for value, i in sorted(sums):
        if best is not None and value > best[0][0] + 1e-6 * max(1.0, abs(best[0][0])):
            break
        region = c.regions[i]
        layout = compose(problem, {}, [region])
        evaluation = evaluate_layout(problem, layout, family_name(question.shape))
        rank = order(weights, evaluation)
        fits = question.limit is None or question.limit.keeps(evaluation)
        if fits and meets(problem, evaluation) and (best is None or rank < best[0]):
            best = rank, evaluation
    if best is None:
        return Answer(question.shape, Status.INFEASIBLE, None, None)
    evaluation = best[1]
    value = weights.of(evaluation)
    return Answer(question.shape, Status.OPTIMAL, value, evaluation, len(sums))


def location_sums(
    c: Coefficients, weights: Weights, columns: Sequence[int]
) -> Iterator[tuple[int, float]]:
    """The weighted sum of each region that can hold all and reach all."""
    problem = c.problem
    gb = problem.stored_gb(frozenset(problem.images))
    premium = any(client.premium for client in c.clients)
    pulls = sum(client.pulls for client in c.clients) or 1.0
    for i in columns:
        kept = c.unreplicated_usd(c.regions[i], gb, premium=premium)
        if kept is None or not _reaches(problem, c, i):
            continue
        bill = kept + c.endpoints_usd + c.push_usd(problem.images, i)
        value = weights.bill * bill + weights.operations * c.operations_usd
        for client in c.clients:
            value += weights.bill * client.bill_usd[i]
            value += weights.waiting * client.wait_usd[i]
            value += weights.mean_rtt_ms * client.rtt_ms[i] * client.pulls / pulls
            if weights.mean_pull_seconds:
                took = c.pull_seconds(client)[i]
                value += weights.mean_pull_seconds * took / pulls
        yield i, value


def _reaches(problem: Problem, c: Coefficients, i: int) -> bool:
    limit = problem.scenario.goals.max_rtt_ms
    most = math.inf if limit is None else limit
    return all(client.rtt_ms[i] <= most for client in c.clients if client.pulls)
