"""The frontier of the replicated registry is complete: equal to full enumeration."""

from collections.abc import Iterator
from functools import cache
from itertools import combinations, pairwise
from random import Random

import pytest

from planner import Evaluation, Layout, Problem, Registry, load_scenario
from planner.domain.layout import Sku
from planner.domain.scenario import Scenario
from planner.evaluation.evaluate import evaluate_layout
from planner.evaluation.goals import meets
from planner.optimization import pareto_mean, pareto_sets
from planner.optimization.branching import Rows, lay_out
from planner.optimization.clock import Clock
from planner.optimization.coefficients import Coefficients
from planner.optimization.families import Metric
from planner.optimization.kernel import INFINITE
from planner.optimization.kernel_pareto import Numbers, measure_all
from planner.optimization.pareto import (
    GeoFrontier,
    geo_frontier,
    nondominated_sets,
    value_of_waiting,
)
from planner.optimization.pareto_points import Point, nondominated
from planner.optimization.pareto_sets import Sets
from planner.optimization.replicated import Replicated
from planner.optimization.solve import optimize
from tests.strategies import random_scenario, with_random_goals

SEEDS = range(60)
"""Scenarios of each of three kinds; each is asked for all metrics."""
REGIONS = (
    "brazilsouth",
    "canadacentral",
    "centralindia",
    "eastus",
    "eastus2",
    "japaneast",
    "southeastasia",
    "uksouth",
    "westeurope",
    "westus",
)
"""Ten of the candidate regions of the example `worldwide`, its home among them."""

Named = tuple[float, float, int, tuple[str, ...]]


def free_scenario(seed: int) -> Scenario:
    """A random scenario without goals."""
    rng = Random(seed)
    return random_scenario(rng, rng.randint(2, 8), rng.randint(1, 6))


def bound_scenario(seed: int) -> Scenario:
    """A random scenario under goals, never pinned."""
    rng = Random(seed)
    scenario = random_scenario(rng, rng.randint(2, 7), rng.randint(1, 5))
    goals = with_random_goals(rng, scenario, 400.0).goals
    goals = goals.model_copy(update={"routing": "global"})
    return scenario.model_copy(update={"goals": goals})


def rich_scenario(seed: int) -> Scenario:
    """A random scenario whose sites pull enough for many replicas to pay."""
    rng = Random(seed)
    scenario = random_scenario(rng, rng.randint(5, 8), 8)
    data = scenario.model_dump(mode="json")
    data["assumptions"]["discount_percent"] = 90.0
    for site in data["sites"]:
        gb = rng.uniform(200, 4000)
        site["demand"] = [{"pulls_per_month": rng.uniform(1, 90), "gb_per_month": gb}]
    return Scenario.model_validate(data)


def layouts(problem: Problem) -> Iterator[Layout]:
    """One registry at every set of candidate regions, at its home or any."""
    home, source = problem.scenario.goals.home, problem.heaviest_push_source
    for size in range(1, len(problem.candidates) + 1):
        for chosen in combinations(problem.candidates, size):
            homes = chosen
            if home is not None:
                homes = (home,) if home in chosen else ()
            elif source is not None:
                homes = (min(chosen, key=lambda r: (problem.rtt(source, r).ms, r)),)
            for at in homes:
                sku = Sku.PREMIUM if size > 1 else None
                replicas = tuple(r for r in chosen if r != at)
                registry = Registry(name="x", home=at, replicas=replicas, sku=sku)
                yield Layout(registries=(registry,))


def enumerated(problem: Problem) -> list[Evaluation]:
    """All plans of one registry that meet the goals and can be had."""
    free = problem.without_value_of_waiting()
    gb = problem.stored_gb(frozenset(problem.images))
    if gb > problem.facts.limits.max_storage_gb(Sku.PREMIUM):
        return []
    plans = (evaluate_layout(free, layout, "x") for layout in layouts(free))
    return [plan for plan in plans if meets(free, plan)]


def row(plan: Evaluation, metric: Metric) -> Named:
    """Cost, metric, and what breaks ties."""
    regions = plan.layout.regions
    return plan.cost.total_usd, metric.of(plan), len(regions), tuple(sorted(regions))


def undominated(rows: list[Named]) -> list[Named]:
    """The rows that no other is as good as, from the definition."""
    found: list[Named] = []
    for usd, value, size, names in sorted(rows):
        near_usd, near = 1e-9 * max(1.0, usd), 1e-9 * max(1.0, value)
        if found and value >= found[-1][1] - near:
            same = value <= found[-1][1] + near and usd <= found[-1][0] + near_usd
            if same and (size, names) < found[-1][2:]:
                found[-1] = usd, value, size, names
            continue
        if found and usd <= found[-1][0] + near_usd:
            found.pop()
        found.append((usd, value, size, names))
    return found


def frontier_of(problem: Problem, metric: Metric, **options) -> GeoFrontier:
    """The frontier that the planner finds."""
    found = geo_frontier(problem, metric, Clock(), **options)
    assert found is not None
    return found


@pytest.mark.parametrize("draw", [free_scenario, bound_scenario, rich_scenario])
@pytest.mark.parametrize("seed", SEEDS)
def test_frontier_is_that_of_all_plans(draw, seed):
    """No plan is missed, none is dominated, and ties go to the plan that comes first."""
    problem = Problem(draw(seed))
    plans = enumerated(problem) if any(problem.site_pulls.values()) else []
    for metric in Metric:
        curve = frontier_of(problem, metric)
        expected = undominated([row(plan, metric) for plan in plans])
        rows = [row(plan, metric) for plan in curve.plans]
        assert curve.complete
        assert [r[2:] for r in rows] == [r[2:] for r in expected]
        for got, wanted in zip(rows, expected, strict=True):
            assert got[:2] == pytest.approx(wanted[:2], rel=1e-7)


def drawn(seed: int) -> tuple[Numbers, list[int]]:
    """A random location problem with a metric: pushes, limits, survival, and ties."""
    rng = Random(seed)
    m, n, pushing = rng.randint(2, 7), rng.randint(1, 10), rng.choice((0, 0, 1, 2))

    def amount(low: float, high: float) -> float:
        value = rng.uniform(low, high)
        return value if seed % 3 else float(1 + int(value / 9))

    certain = sorted(rng.sample(range(m), rng.choice((0, 1, min(2, m)))))
    survives = rng.random() < 0.2
    far = rng.choice((INFINITE, INFINITE, 80.0))
    fee = rng.choice((1.0, 5.0, 30.0))
    orders: list[list[int]] = []
    costs: list[list[float]] = []
    metric: list[float] = []
    near: list[int] = []
    for j in range(n + pushing):
        ms = [amount(1, 100) for _ in range(m)]
        order = sorted(range(m), key=ms.__getitem__)
        if certain and not survives:
            del order[min(map(order.index, certain)) + 1 :]
        pulls = amount(0, 3) if j < n else 0.0
        orders.append(order)
        costs.append(
            [amount(0, 20) if j >= n or ms[i] <= far else INFINITE for i in order]
        )
        metric += [pulls * ms[i] for i in order]
        near.append(len(order) if survives else -1)
    rows = lay_out(Rows(orders, costs, costs), m)
    numbers = Numbers(
        m=m,
        n=n + pushing,
        sources=pushing,
        free_home=0,
        fixed=[fee + amount(0, fee) for _ in range(m)],
        sync=[
            0.0 if i == k else amount(0, 4)
            for _ in range(pushing)
            for i in range(m)
            for k in range(m)
        ],
        source_weight=1.0,
        bound_fixed=[],
        bound_weight=1.0,
        offset=0.0,
        near=near,
        least_open=rng.choice((1, 2)),
        most_open=rng.choice((m, max(2, m - 2))),
        metric=metric,
        origin=list(range(m)),
        limited=[],
        limit=0.0,
        **rows,
    )
    return numbers, certain


def all_sets(numbers: Numbers, certain: list[int]) -> list[Point]:
    """Every set that may be, with cost and metric."""
    out, found = [0.0, 0.0], []
    for bits in range(1, 1 << numbers.m):
        chosen = [bits >> i & 1 for i in range(numbers.m)]
        if all(chosen[i] for i in certain) and measure_all(numbers, chosen, out):
            opened = tuple(i for i in range(numbers.m) if chosen[i])
            found.append(Point(opened, out[0], out[1], supported=False))
    return found


def as_points(sets: Sets) -> list[Point]:
    """The archive as points."""
    at = sets.points
    return [
        Point(tuple(i for i, x in enumerate(chosen) if x), usd, value, supported=False)
        for chosen, usd, value in zip(at.chosen, at.cost, at.metric, strict=True)
    ]


def searched(seed: int, **options) -> tuple[list[Point], list[Point]]:
    """What the search finds in a drawn problem, and what there is."""
    numbers, certain = drawn(seed)
    everything = all_sets(numbers, certain)
    sets = Sets(numbers, certain, Clock(), **options)
    for point in everything[:2]:
        sets.offer(point.open)
    if everything:
        sets.explore()
        assert not sets.prove().unfinished
    expected = [p._replace(supported=False) for p in nondominated(everything)]
    return as_points(sets), expected


@pytest.mark.parametrize("seed", range(150))
def test_search_finds_every_nondominated_set(seed):
    """Whatever the numbers are, the archive ends as the frontier of all sets."""
    found, expected = searched(seed)
    assert [p.open for p in found] == [p.open for p in expected]


@pytest.mark.parametrize("seed", range(40))
def test_trees_find_what_local_search_missed(seed, monkeypatch):
    """The proof does not rest on the local search, which may end anywhere."""
    monkeypatch.setattr(pareto_sets, "BUDGET", 3)
    monkeypatch.setattr(Sets, "explore", explored_once)
    found, expected = searched(seed)
    assert [p.open for p in found] == [p.open for p in expected]


def explored_once(sets: Sets) -> None:
    """Look around the points there are, but keep none of what is found."""
    kernel, archive = sets._kernel, sets._archive
    before = as_points(sets)
    kernel.explore(sets._d, archive, sets._root, 1000)
    archive.counts[0] = 0
    for point in before:
        sets.offer(point.open)
    kernel.explore(sets._d, archive, [0] * sets._plain.m, 1000)


@pytest.mark.parametrize("seed", range(25))
def test_compiled_search_finds_the_same(seed):
    """Compiling changes the time and nothing else."""
    pytest.importorskip("numba")
    plain, compiled = searched(seed)[0], searched(seed, compiled=True)[0]
    assert [p.open for p in compiled] == [p.open for p in plain]


def test_a_full_archive_grows(monkeypatch):
    """An archive with too little room loses no point."""
    monkeypatch.setattr(pareto_sets, "CAPACITY", 2)
    for seed in range(20):
        found, expected = searched(seed)
        assert [p.open for p in found] == [p.open for p in expected]


@cache
def ten() -> Problem:
    """The example `worldwide` with ten candidate regions."""
    problem = Problem.of(load_scenario("worldwide"))
    return problem.with_goals(candidate_regions=REGIONS, max_rtt_ms=None)


@pytest.mark.parametrize("metric", list(Metric))
@pytest.mark.parametrize("compiled", [False, True])
def test_ten_regions_of_the_world(metric, compiled):
    """A real estate: 512 sets, pushes from five places, and dozens of plans."""
    if compiled:
        pytest.importorskip("numba")
    curve = frontier_of(ten(), metric, compiled=compiled)
    expected = undominated([row(plan, metric) for plan in world_plans()])
    assert curve.complete
    assert len(expected) >= 3
    rows = [row(plan, metric) for plan in curve.plans]
    assert [r[2:] for r in rows] == [r[2:] for r in expected]


@cache
def world_plans() -> tuple[Evaluation, ...]:
    """All plans for the ten regions."""
    return tuple(enumerated(ten()))


def test_the_whole_world_is_complete():
    """All 49 regions: 168 plans, as many as solving step by step with PuLP finds."""
    problem = Problem.of(load_scenario("worldwide"))
    curve = frontier_of(problem, Metric.MEAN_RTT_MS)
    assert curve.complete
    assert len(curve.plans) == 168


@pytest.mark.parametrize("metric", [Metric.MEAN_RTT_MS, Metric.MAX_RTT_MS])
def test_a_plan_of_the_frontier_is_the_fastest_within_its_cost(metric):
    """Each plan is what minimising the metric under its own cost as budget finds."""
    problem = ten()
    curve = frontier_of(problem, metric)
    for plan in curve.plans[1::4]:
        goals = {"max_monthly_usd": plan.cost.bill_usd + 1e-6}
        if metric is Metric.MAX_RTT_MS:
            tighter = problem.with_goals(
                **goals, max_rtt_ms=plan.latency.max_rtt_ms * (1 - 1e-6)
            )
            assert optimize(tighter, "geo", reasons=False).evaluation is None
        else:
            fast = problem.with_goals(**goals, objective="latency")
            best = optimize(fast, "geo", reasons=False).evaluation
            assert best.latency.mean_rtt_ms == pytest.approx(plan.latency.mean_rtt_ms)


def test_trees_left_unfinished_are_finished_by_the_general_solver(monkeypatch):
    """A search at its node limit costs time, and no plan."""
    few = REGIONS[::2]
    problem = ten().with_goals(candidate_regions=few)
    whole = frontier_of(problem, Metric.MEAN_RTT_MS)
    monkeypatch.setattr(pareto_mean.Sets, "_tree", lambda *_: False)
    by_steps = frontier_of(problem, Metric.MEAN_RTT_MS)
    assert by_steps.complete
    assert [p.layout for p in by_steps.plans] == [p.layout for p in whole.plans]


def test_an_interrupted_frontier_is_not_called_complete():
    """What was found before the time was over is returned, and said to be partial."""
    for metric in Metric:
        curve = geo_frontier(ten(), metric, Clock(0.0))
        assert curve is not None
        assert not curve.complete


def test_pinned_means_are_left_to_the_general_solver():
    """Sites that are free to choose couple cost and mean; the longest trip does not."""
    problem = ten().with_goals(routing="pinned", candidate_regions=REGIONS[::2])
    assert geo_frontier(problem, Metric.MEAN_RTT_MS, Clock()) is None
    curve = frontier_of(problem, Metric.MAX_RTT_MS)
    for plan in curve.plans[1:]:
        tighter = problem.with_goals(max_rtt_ms=plan.latency.max_rtt_ms)
        best = optimize(tighter.without_value_of_waiting(), "geo", reasons=False)
        assert best.objective_usd == pytest.approx(plan.cost.total_usd)


def test_supported_points_are_those_that_a_weighted_sum_finds():
    """The corners of the lower hull, and no others."""
    problem = ten().without_value_of_waiting()
    registry = Replicated(
        Coefficients(problem, problem.candidates), problem.scenario.goals
    )
    found = nondominated_sets(registry, Metric.MEAN_RTT_MS, Clock())
    assert found is not None
    corners = [p for p in found.points if p.supported]
    rates = [
        (b.cost_usd - a.cost_usd) / (a.metric - b.metric) for a, b in pairwise(corners)
    ]
    assert rates == sorted(rates)
    for rate in rates:
        sums = {p: p.cost_usd + rate * p.metric for p in found.points}
        assert sum(v <= min(sums.values()) + 1e-7 for v in sums.values()) >= 2
    assert found.points[0].supported
    assert found.points[-1].supported


def test_value_of_waiting_says_which_plan_is_best():
    """On both sides of a breakpoint the plan is what optimising with that value finds."""
    problem = ten()
    map_of_values = value_of_waiting(
        frontier_of(problem, Metric.MEAN_PULL_SECONDS).plans
    )
    assert map_of_values[0].from_usd_per_hour == 0
    assert map_of_values[-1].to_usd_per_hour == float("inf")
    for a, b in pairwise(map_of_values):
        assert a.to_usd_per_hour == b.from_usd_per_hour > a.from_usd_per_hour
    for part in map_of_values[::3]:
        usd = min(part.from_usd_per_hour * 1.001 + 1e-6, part.to_usd_per_hour)
        scenario = problem.scenario
        assumed = scenario.assumptions.model_copy(update={"usd_per_wait_hour": usd})
        priced = Problem(scenario.model_copy(update={"assumptions": assumed}))
        best = optimize(priced, "geo", reasons=False).evaluation
        assert set(best.layout.regions) == set(part.plan.layout.regions)


def test_no_plan_is_an_empty_frontier():
    """Goals that nothing meets leave nothing, which is proved."""
    problem = ten().with_goals(max_rtt_ms=0.5)
    for metric in Metric:
        curve = frontier_of(problem, metric)
        assert curve.plans == ()
        assert curve.complete
