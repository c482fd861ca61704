"""The price of one millisecond: what the next faster plan costs for each ms it saves.

Of all plans with a shorter mean round trip than the optimum, the one that costs least
more for each ms is its neighbour on the lower convex hull of cost and mean round trip.
It is found by pricing (Dinkelbach 1967): with round trips priced at what a known faster
plan asks for them, a plan that beats the optimum asks for less; with none, the price
stands. So every step is one solve for a weighted sum, and two or three are enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from planner.domain.problem import Problem
from planner.evaluation.goals import meets
from planner.evaluation.result import Evaluation
from planner.optimization.alternatives import belongs, family_of, kind_of, runner_up
from planner.optimization.answers import Engine, Question, places
from planner.optimization.families import SHAPES, Family
from planner.optimization.fastest import STEP_MS, least_possible_ms
from planner.optimization.flips import Flips, coefficients_of
from planner.optimization.kernel import tolerance
from planner.optimization.result import MsPrice
from planner.optimization.weights import TOTAL, Weights

ROUNDS = 20
"""Prices tried at most."""
NEARBY = 8
"""Further regions for which sites are assigned anew without a search."""
MOST_USD = 1e6
"""USD per month for one ms that nobody pays."""


def ms_price(
    problem: Problem,
    family: Family,
    engine: Engine,
    best: Evaluation,
    known: Iterable[Evaluation] = (),
) -> MsPrice | None:
    """Find the faster plan that costs least for each ms; `known` are further plans.

    Counted from the fastest of all plans that cost as little as the optimum. None where
    the optimum is the fastest plan (of those that cost less than a million USD for each
    ms), or nobody pulls.
    """
    mean = best.latency.mean_rtt_ms
    if mean is None or problem.scenario.goals.objective == "latency":
        return None
    if mean <= least_possible_ms(problem) + STEP_MS:
        return None
    shapes = SHAPES[family]
    plans = [p for p in known if belongs(p, shapes) and meets(problem, p)]
    price, plan = MOST_USD, None
    for _ in range(ROUNDS):
        other = min(plans, key=lambda p: _asked(best, p), default=best)
        if _asked(best, other) < price:
            price, plan = _asked(best, other), other
        if plan is not None and _costs_the_same(best, plan):
            best, price, plan = plan, MOST_USD, None  # as cheap, and faster
            continue
        weights = TOTAL.plus(price, Weights(mean_rtt_ms=1.0))
        found = list(_nearby(problem, family, engine, best, weights))
        if not any(_asked(best, p) < price for p in found):
            found = _cheaper(problem, family, engine, best, weights)
        if not any(_asked(best, p) < price for p in found):
            break
        plans += found
    return None if plan is None else MsPrice(price, runner_up(family_of(plan), plan))


def _nearby(
    problem: Problem, family: Family, engine: Engine, best: Evaluation, weights: Weights
) -> Iterator[Evaluation]:
    """Plans for which no search is needed: sites that move to where they are near.

    With separate registries where they are, or one more where it saves most round trips.
    """
    shape = kind_of(places(best.layout))
    c = coefficients_of(problem, engine)
    flips = Flips(problem, c, best.layout, shape, family)
    if shape != "separate":
        return
    for region in (None, *_nearest_to_many(problem, best)[:NEARBY]):
        plan = flips.priced(weights, region)
        if plan is not None and meets(problem, plan):
            yield plan


def _nearest_to_many(problem: Problem, best: Evaluation) -> list[str]:
    """Regions that would save most round trips, first."""

    def saved(region: str) -> float:
        return sum(
            now.pulls_per_month
            * max(0.0, now.rtt.ms - problem.rtt(problem.sites[now.site], region).ms)
            for now in best.services
        )

    others = [r for r in problem.candidates if r not in best.layout.regions]
    return sorted(others, key=lambda region: (-saved(region), region))


def _costs_the_same(best: Evaluation, other: Evaluation) -> bool:
    total = best.cost.total_usd
    return other.cost.total_usd <= total + 8 * tolerance(total)


def _asked(best: Evaluation, other: Evaluation) -> float:
    """What another plan costs for each ms that it is faster; infinite if it is not."""
    mean, slower = other.latency.mean_rtt_ms, best.latency.mean_rtt_ms
    if mean is None or slower is None or mean > slower - STEP_MS:
        return float("inf")
    more = other.cost.total_usd - best.cost.total_usd
    return max(0.0, more) / (slower - mean)


def _cheaper(
    problem: Problem, family: Family, engine: Engine, best: Evaluation, weights: Weights
) -> list[Evaluation]:
    """The best plans of shapes where a ms is priced, if they beat the optimum."""
    limit = weights.of(best)
    limit -= 8 * tolerance(limit)
    found = []
    for shape in SHAPES[family]:
        plan = engine.answer(Question(problem, shape, weights, limit)).evaluation
        if plan is not None and weights.of(plan) < limit:
            found.append(plan)
            limit = weights.of(plan)
    return found
