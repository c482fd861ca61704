"""One problem solved for many demands gives what each demand stated anew would."""

from random import Random

import pytest

from planner import Demands, InputError, Problem, load_scenario, optimize
from planner.domain.scenario import Scenario
from tests.strategies import random_scenario

COUNTS = (
    "pulls_per_month",
    "gb_per_month",
    "releases_per_month",
    "node_replacements_per_month",
    "fresh_node_starts_per_month",
)
GOALS = (
    {},
    {"max_rtt_ms": 150.0},
    {"survive_region_loss": True},
    {"min_locations": 2},
    {"max_locations": 2},
)


def scenario_of(seed, **goals):
    """A random scenario with the goals given and no other."""
    data = random_scenario(Random(seed), 6, 6).model_dump(mode="json")
    data["goals"] = goals
    return Scenario.model_validate(data)


def multiplied(scenario, factors):
    """The scenario stated anew with every count of demand multiplied."""
    data = scenario.model_dump(mode="json")
    for site in data["sites"]:
        for entry in site["demand"]:
            for name in COUNTS:
                if entry.get(name) is not None:
                    entry[name] *= factors[site["name"]]
    return Scenario.model_validate(data)


def drawn_factors(scenario, seed):
    """A factor for each site."""
    dice = Random(seed)
    return {site.name: 2 ** dice.uniform(-3, 3) for site in scenario.sites}


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("seed", range(40))
def test_as_if_stated_anew(seed, compiled):
    """The same total and the same locations as by optimizing another scenario."""
    if compiled:
        pytest.importorskip("numba")
    scenario = scenario_of(seed, **GOALS[seed % len(GOALS)])
    demands = Demands(scenario, compiled=compiled)
    for draw in range(3):
        factors = drawn_factors(scenario, draw)
        anew = optimize(multiplied(scenario, factors), "geo", reasons=False)
        plan = demands.best(factors)
        if anew.evaluation is None:
            assert plan is None
            continue
        assert plan is not None
        assert plan.total_usd == pytest.approx(anew.objective_usd, rel=1e-9)
        regions = (plan.home, *plan.replicas)
        assert set(regions) == set(anew.evaluation.layout.regions)


@pytest.mark.parametrize(
    ("goals", "named"),
    [
        ({"max_monthly_usd": 900.0}, "goals.max_monthly_usd"),
        ({"max_mean_rtt_ms": 90.0}, "goals.max_mean_rtt_ms"),
        ({"objective": "latency"}, "objective"),
        ({"routing": "pinned"}, "routing"),
    ],
)
def test_goals_that_follow_demand_are_refused(goals, named):
    """A goal that could be broken unseen is named."""
    with pytest.raises(InputError, match=named):
        Demands(scenario_of(1, **goals))


@pytest.mark.parametrize("factor", [0.0, -1.0, float("inf"), float("nan")])
def test_factors_must_be_positive_numbers(factor):
    """Nothing can be said of a demand that is no number."""
    problem = Problem(load_scenario("contoso"))
    name = next(iter(problem.sites))
    with pytest.raises(InputError, match=name):
        Demands(problem).best({name: factor})


def test_unknown_sites_are_named():
    """A misspelt site is not passed over."""
    with pytest.raises(InputError, match="'berlni'"):
        Demands(load_scenario("contoso")).best({"berlni": 2.0})
