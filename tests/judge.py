"""Hold what the optimizer answers against the oracle.

`random_case(seed)` draws a scenario and a family, small enough for the oracle;
`judge` raises an `AssertionError` that says what is wrong. The tests judge the first
few thousand seeds, `tools/soak.py` as many as there is time for.
"""

from __future__ import annotations

import math
from random import Random

from planner import evaluate, optimize
from planner.domain.problem import Problem
from planner.domain.scenario import Scenario
from planner.optimization.result import Result, Status
from tests.oracle import NEAR, Figures, Oracle, places
from tests.strategies import ADVERSARIAL, random_scenario, with_random_goals

ENGINES = ("exact", "pulp")
"""The engines that an answer can be asked of."""

FAMILIES = ("single", "geo", "multi", "hybrid", "best")

SIZES = {
    "single": ((2, 4), (6, 4)),
    "geo": ((2, 4), (4, 4), (6, 3)),
    "multi": ((2, 5), (4, 4), (5, 3)),
    "hybrid": ((2, 5), (3, 4), (4, 3), (4, 4)),
    "best": ((2, 4), (3, 4), (4, 3), (4, 4)),
}
"""Candidate regions and sites at most, by family: what the oracle enumerates in a blink."""

GEO_REGIONS = 10
"""Candidate regions of a few cases of one registry, too many for pinned sites."""


def random_case(seed: int) -> tuple[Scenario, str]:
    """A random or awkward scenario, most often under goals, and a family."""
    rng = Random(seed)
    family = FAMILIES[seed % len(FAMILIES)]
    regions, sites = rng.choice(SIZES[family])
    wide = family == "geo" and rng.random() < 0.05
    draw = random_scenario
    if rng.random() < 0.15:
        draw = ADVERSARIAL[rng.choice(sorted(ADVERSARIAL))]
    scenario = draw(rng, GEO_REGIONS if wide else regions, sites)
    while family in ("multi", "hybrid") and _for_one(scenario) and rng.random() < 0.9:
        scenario = draw(rng, regions, sites)
    if rng.random() < 0.7:
        cheapest = Oracle(scenario).best("single")
        usd = cheapest.bill_usd if cheapest else 100.0
        scenario = with_random_goals(rng, scenario, usd)
    routing = scenario.goals.routing
    if not wide and rng.random() < 0.2:
        routing = "pinned"
    if wide:
        routing = "global"
    goals = scenario.goals.model_copy(update={"routing": routing})
    return scenario.model_copy(update={"goals": goals}), family


def _for_one(scenario: Scenario) -> bool:
    """Whether a second registry would find no site to serve."""
    return len(Oracle(scenario).demanding) < 2


def judge(scenario: Scenario, family: str, engine: str) -> Figures | None:
    """Compare an engine's answer with the oracle's, which is returned."""
    oracle = Oracle(scenario)
    expected = oracle.best(family)
    result = answer(scenario, family, engine)
    if expected is None:
        _agree("status", result.status, Status.INFEASIBLE)
        _agree("layout", result.layout, None)
        return None
    _agree("status", result.status, Status.OPTIMAL)
    _consistent(scenario, result)
    _close("total", result.evaluation.cost.total_usd, expected.total_usd)
    if scenario.goals.objective == "latency" and expected.mean_rtt_ms is not None:
        _close("mean rtt", result.evaluation.latency.mean_rtt_ms, expected.mean_rtt_ms)
    _one_of_the_best(oracle, family, result, ties=engine != "pulp")
    return expected


def answer(scenario: Scenario | Problem, family: str, engine: str) -> Result:
    """What an engine answers, without reasons."""
    return optimize(Problem.of(scenario), family, engine=engine, reasons=False)


def _consistent(scenario: Scenario, result: Result) -> None:
    """The objective is what the layout costs, and the bound proves it."""
    again = evaluate(scenario, result.layout).cost.total_usd
    _close("objective", result.objective_usd, again)
    _close("bound", result.bound_usd, again)


def _one_of_the_best(
    oracle: Oracle, family: str, result: Result, *, ties: bool
) -> None:
    """The layout meets the goals, is of the family, and wins the ties.

    The general solver leaves ties as it finds them.
    """
    plan = oracle.plan_of(result.layout)
    priced = oracle.price(plan)
    if not oracle.meets_goals(priced):
        raise AssertionError(f"{plan} misses a goal")
    best = {oracle.same_as(p) for p in oracle.cheapest(family, slack=NEAR)}
    if oracle.same_as(plan) not in best:
        raise AssertionError(f"{plan} is not a plan of this family")
    tied = oracle.cheapest(family)
    if ties and math.isclose(
        priced.total_usd, oracle.price(tied[0]).total_usd, rel_tol=1e-10, abs_tol=1e-10
    ):
        _agree("winner of the tie", places(plan), min(map(places, tied)))


def _close(what: str, got: float, expected: float) -> None:
    if abs(got - expected) > NEAR * max(1.0, abs(expected)):
        raise AssertionError(f"{what}: {got!r} instead of {expected!r}")


def _agree(what: str, got: object, expected: object) -> None:
    if got != expected:
        raise AssertionError(f"{what}: {got!r} instead of {expected!r}")
