"""`optimize`: the right plan, an honest status, and goals in conflict named."""

from __future__ import annotations

import pulp
import pytest

from planner import Problem, Scenario, optimize
from planner.errors import SolverError
from planner.optimization.families import Family
from planner.optimization.result import Status
from tests.helpers import FEES, image, problem, site


def two_sites(**more: object) -> Problem:
    """East US and West Europe pull 100 GB each of one 5 GB image pushed from East US."""
    return problem(
        [
            site("a", "eastus", 1000, 100, image="app"),
            site("b", "westeurope", 1000, 100, image="app"),
        ],
        images=[image("app", 5, stored_gb=5, new_gb_per_push=1, pushes_per_month=10)],
        push_sources=[{"name": "dev", "region": "eastus"}],
        **more,
    )


def test_single_registry_by_hand() -> None:
    """The cheapest single registry is Basic, and stands where the pushes come from.

    100 GB cross the Atlantic at 0.05 whichever side it is on.
    """
    result = optimize(two_sites(), "single", reasons=False)
    assert result.status is Status.OPTIMAL
    assert result.layout is not None
    assert result.layout.regions == ("eastus",)
    # Basic fee + 100 GB x 0.05; pushes from East US into East US are free
    assert result.objective_usd == pytest.approx(FEES["Basic"] + 100 * 0.05)


def test_separate_registries_by_hand() -> None:
    """Two Basic registries pull locally and pay one push across the Atlantic."""
    result = optimize(two_sites(), "multi", reasons=False)
    assert result.layout is not None
    assert set(result.layout.regions) == {"eastus", "westeurope"}
    # two Basic fees + 10 pushes x 1 GB x 0.05 from East US to West Europe
    assert result.objective_usd == pytest.approx(2 * FEES["Basic"] + 10 * 0.05)


def test_geo_pays_only_when_asked_for() -> None:
    """With a latency goal the geo family needs a replica, and pays for all of it.

    Two Premium fees, 5 GB stored again, and the sync of every push.
    """
    result = optimize(two_sites(goals={"max_rtt_ms": 20.0}), "geo", reasons=False)
    assert result.layout is not None
    assert result.layout.registries[0].home == "eastus"
    assert result.layout.registries[0].replicas == ("westeurope",)
    expected = 2 * FEES["Premium"] + 5 * 0.10 + 10 * 0.05
    assert result.objective_usd == pytest.approx(expected)


def test_best_is_the_least_of_the_families() -> None:
    """`best` must never cost more than any single family."""
    stated = two_sites()
    best = optimize(stated, reasons=False)
    totals = {f: optimize(stated, f, reasons=False) for f in ("single", "geo", "multi")}
    least = min(result.objective_usd or 0 for result in totals.values())
    assert best.objective_usd == pytest.approx(least)
    # Basic alone with 5.00 of egress against two Basic with 0.50 of push
    assert best.family is Family.SINGLE


def test_home_goal_binds_the_geo_replicated_registry_only() -> None:
    """The home of a registry that exists cannot move, but another family is free."""
    stated = two_sites(goals={"home": "westeurope", "max_rtt_ms": 20.0})
    geo = optimize(stated, "geo", reasons=False)
    assert geo.layout is not None
    assert geo.layout.registries[0].home == "westeurope"
    single = optimize(two_sites(goals={"home": "westeurope"}), "single", reasons=False)
    assert single.layout is not None
    assert single.layout.regions == ("eastus",)


@pytest.mark.parametrize(
    ("goals", "conflict"),
    [
        ({"max_rtt_ms": 1.0}, {"max_rtt_ms: 1"}),
        (
            {"max_rtt_ms": 20.0, "max_locations": 1, "min_locations": 1},
            {"max_rtt_ms: 20", "max_locations: 1"},
        ),
        (
            {"max_monthly_usd": 8.0, "max_mean_rtt_ms": 5.0, "max_rtt_ms": 500.0},
            {"max_monthly_usd: 8"},
        ),
        (
            {"required_regions": ["eastus"], "forbidden_regions": ["eastus"]},
            {"required_regions: [eastus]", "forbidden_regions: [eastus]"},
        ),
    ],
)
def test_infeasible_names_a_smallest_conflict(
    goals: dict[str, object], conflict: set[str]
) -> None:
    """A user can only act on the few goals that clash, not on the whole list."""
    result = optimize(two_sites(goals=goals))
    assert result.status is Status.INFEASIBLE
    assert result.evaluation is None
    assert set(result.conflict) == conflict


def test_restricted_regions_are_proposed_only_when_named() -> None:
    """Access must be asked for, so a plan may not rest on such a region unasked."""
    sites = [site("a", "francesouth", 1000, 5000)]
    free = optimize(problem(sites), "single", reasons=False)
    assert free.layout is not None
    assert free.layout.regions != ("francesouth",)
    goals = {"candidate_regions": ["francesouth", "eastus"]}
    named = optimize(problem(sites, goals=goals), "single", reasons=False)
    assert named.layout is not None
    assert named.layout.regions == ("francesouth",)


def worldwide_geo(worldwide: Scenario) -> Problem:
    """A case on which HiGHS needs more than its first incumbent."""
    return Problem(worldwide).with_goals(
        home=None, max_rtt_ms=None, max_mean_rtt_ms=15.0
    )


def test_a_gap_tolerance_is_not_a_proof(worldwide: Scenario) -> None:
    """HiGHS calls an answer within its gap "optimal"; we say feasible, with the bound."""
    stated = worldwide_geo(worldwide)
    loose = pulp.HiGHS(msg=False, gapRel=0.5, threads=1)
    stopped = optimize(stated, "geo", solver=loose, reasons=False)
    proved = optimize(stated, "geo", reasons=False)
    assert proved.status is Status.OPTIMAL
    assert proved.gap == 0.0
    assert stopped.status is Status.FEASIBLE
    assert stopped.objective_usd is not None
    assert proved.objective_usd is not None
    assert stopped.bound_usd is not None
    assert stopped.bound_usd <= proved.objective_usd + 1e-6 < stopped.objective_usd
    assert stopped.gap == pytest.approx(
        1 - stopped.bound_usd / stopped.objective_usd, abs=1e-9
    )


def test_no_plan_in_time_is_an_error_not_infeasible(worldwide: Scenario) -> None:
    """Stopping early proves nothing, so "no plan exists" would be a lie."""
    with pytest.raises(SolverError, match="before its time limit"):
        optimize(worldwide_geo(worldwide), "multi", time_limit=0.01, reasons=False)


@pytest.mark.filterwarnings("ignore:PULP_CBC_CMD is deprecated:DeprecationWarning")
def test_cbc_agrees_with_highs(contoso_problem: Problem) -> None:
    """Two independent solvers on one model: a wrong optimum would have to be in both."""
    cbc = pulp.PULP_CBC_CMD(msg=False)
    for goals in ({}, {"max_rtt_ms": 60.0}, {"max_mean_rtt_ms": 5.0}):
        asked = contoso_problem.with_goals(**goals)
        for family in ("single", "geo", "multi"):
            first = optimize(asked, family, reasons=False)
            second = optimize(asked, family, solver=cbc, reasons=False)
            possible = family != "single" or not goals
            assert (first.evaluation is not None) is possible
            assert first.status is second.status
            assert first.objective_usd == pytest.approx(second.objective_usd)


def test_objective_equals_the_evaluation_on_the_estate(worldwide: Scenario) -> None:
    """The solver chooses, `evaluate` counts; they must agree on a real size, too."""
    from planner import evaluate

    result = optimize(worldwide, "geo", reasons=False)
    assert result.layout is not None
    again = evaluate(worldwide, result.layout)
    assert again.cost.total_usd == pytest.approx(result.objective_usd, rel=1e-12)
    assert result.bound_usd == pytest.approx(result.objective_usd, rel=1e-9)


def test_solving_is_silent_and_repeatable(
    contoso_problem: Problem, capfd: pytest.CaptureFixture[str]
) -> None:
    """The solver's banner on stdout would spoil --json; two runs give one answer."""
    first = optimize(contoso_problem, reasons=False)
    second = optimize(contoso_problem, reasons=False)
    assert capfd.readouterr().out == ""
    assert first.layout == second.layout


def test_separate_registries_all_have_users() -> None:
    """A registry that nobody uses is no plan, even to reach a number of locations."""
    stated = two_sites(goals={"min_locations": 3})
    assert optimize(stated, "multi", reasons=False).status is Status.INFEASIBLE
    geo = optimize(stated, "geo", reasons=False)
    assert geo.layout is not None
    assert len(geo.layout.regions) == 3


def test_too_much_storage_for_any_sku() -> None:
    """100 TiB is the most that a registry holds; more is infeasible, not cheap."""
    stated = problem(
        [site("a", "eastus", 10, 10, image="huge")],
        images=[image("huge", 1, stored_gb=200_000)],
    )
    result = optimize(stated)
    assert result.status is Status.INFEASIBLE
    assert result.conflict == ()
