"""The exact engine reaches published optima, and its proofs can be checked by hand."""

import math
import random
from itertools import combinations
from pathlib import Path

import pytest

from planner.optimization.location import solve_frontier, solve_location
from tools.benchmarks.instances import Instance, read_library

CASES = [
    pytest.param(case, id=f"{case.file}, {case.rule}")
    for case in read_library(Path(__file__).parent.parent / "instances")
]
NEVER = 0.0
"""A time limit in seconds that is over at once."""


def solved(instance, **options):
    """The plan of the engine for an instance."""
    return solve_location(
        instance.fixed,
        instance.serve,
        instance.order,
        instance.required,
        **options,
    )


def cost(instance, chosen):
    """What a set of open facilities costs, straight from the definition."""
    total = sum(instance.fixed[i] for i in chosen)
    for j in range(instance.n):
        if instance.order is None:
            total += min(instance.serve[i][j] for i in chosen)
        else:
            nearest = min(chosen, key=lambda i: (instance.order[i][j], i))
            total += instance.serve[nearest][j]
    return total


def subsets(instance):
    """All sets of facilities that include what is required and are not empty."""
    others = [i for i in range(instance.m) if i not in instance.required]
    for size in range(len(others) + 1):
        for more in combinations(others, size):
            if instance.required or more:
                yield sorted({*instance.required, *more})


def least_cost(instance):
    """The least cost over all sets of open facilities."""
    return min(cost(instance, chosen) for chosen in subsets(instance))


def may_serve(instance, j):
    """Facilities that can be a customer's first choice, up to one that is required."""
    by = instance.order or instance.serve
    nearest = sorted(range(instance.m), key=lambda i: (by[i][j], i))
    stop = min(map(nearest.index, instance.required), default=instance.m - 1)
    return nearest[: stop + 1]


def drawn(seed, *, closest):
    """A small random instance with ties in order, and pairs that may not serve."""
    dice = random.Random(seed)
    m, n = dice.randint(1, 8), dice.randint(1, 9)
    fixed = [dice.choice([0.0, 1.0, dice.uniform(0, 30)]) for _ in range(m)]
    serve = [[dice.uniform(0, 20) for _ in range(n)] for _ in range(m)]
    for row in serve[1:]:
        for j in range(n):
            if dice.random() < 0.1:
                row[j] = math.inf
    order = [[float(dice.randint(1, 4)) for _ in range(n)] for _ in range(m)]
    required = tuple(sorted(dice.sample(range(m), dice.choice([0, 0, 1, min(2, m)]))))
    return Instance("", fixed, serve, order if closest else None, required)


@pytest.mark.parametrize("case", CASES)
def test_reaches_the_known_optimum_with_proof(case):
    """Values that others published or proved are the ones we find, and we prove them."""
    plan = solved(case.instance)
    assert plan.proved
    assert plan.objective == pytest.approx(case.optimum, rel=1e-6)
    assert plan.bound <= plan.objective * (1 + 1e-9)
    assert plan.nodes >= 1
    assert plan.seconds > 0


@pytest.mark.parametrize("case", CASES)
def test_the_open_facilities_cost_what_the_plan_says(case):
    """The objective follows from the open facilities, so anyone can check the plan."""
    plan = solved(case.instance)
    assert list(plan.open) == sorted(set(plan.open))
    assert set(case.instance.required) <= set(plan.open)
    assert cost(case.instance, plan.open) == pytest.approx(plan.objective, rel=1e-9)


@pytest.mark.parametrize("case", CASES)
def test_the_duals_prove_the_bound_of_the_root(case):
    """No facility gets more from the duals than it costs: a proof checked in m x n."""
    instance, plan = case.instance, solved(case.instance)
    offered = [0.0] * instance.m
    for j, dual in enumerate(plan.duals):
        *others, last = may_serve(instance, j)
        for i in others:
            offered[i] += max(0.0, dual - instance.serve[i][j])
        if last in instance.required:  # it is paid for already
            assert dual <= instance.serve[last][j] + 1e-6
        else:
            offered[last] += max(0.0, dual - instance.serve[last][j])
    for given, fee in zip(offered, instance.fixed, strict=True):
        assert given <= fee + 1e-6 * max(1.0, fee)
    paid = sum(instance.fixed[i] for i in instance.required)
    assert plan.root_bound == pytest.approx(paid + sum(plan.duals))
    assert plan.root_bound <= plan.objective * (1 + 1e-9)
    assert plan.bound <= plan.objective * (1 + 1e-9)


@pytest.mark.parametrize("closest", [False, True])
@pytest.mark.parametrize("seed", range(60))
def test_is_the_best_of_all_sets(seed, closest):
    """On instances small enough to try everything, nothing is cheaper."""
    instance = drawn(seed, closest=closest)
    best = least_cost(instance)
    plan = solved(instance)
    assert plan.proved
    assert plan.objective == pytest.approx(best, abs=1e-7)
    if best < math.inf:
        assert cost(instance, plan.open) == pytest.approx(best, abs=1e-7)
    else:  # no set serves everybody
        assert plan.open == ()


def test_ties_in_order_go_to_the_lower_index():
    """Two facilities equally near: the first serves, though it is the dearer one."""
    plan = solve_location([0.0, 0.0], [[9.0], [1.0]], [[5.0], [5.0]], (0, 1))
    assert plan.objective == 9.0


@pytest.mark.parametrize("case", CASES)
def test_an_empty_time_limit_leaves_a_true_bound(case):
    """Without time the root is bounded all the same; what it says holds."""
    plan = solved(case.instance, time_limit=NEVER)
    assert plan.nodes <= 1
    assert plan.proved == (plan.bound == plan.objective)
    assert plan.bound <= case.optimum * (1 + 1e-6)
    if plan.open:
        assert cost(case.instance, plan.open) == pytest.approx(plan.objective)
        assert plan.objective >= case.optimum * (1 - 1e-6)
    else:  # it had no time to find any
        assert plan.objective == math.inf


@pytest.mark.parametrize("case", CASES)
def test_compiled_finds_the_same(case):
    """Compiling changes the time and nothing else."""
    pytest.importorskip("numba")
    pure, fast = (solved(case.instance, compiled=c) for c in (False, True))
    assert fast.open == pure.open
    assert fast.objective == pytest.approx(pure.objective, rel=1e-12)
    assert fast.nodes == pure.nodes


def longest(instance, chosen):
    """The longest way of a client to its nearest open facility."""
    return max(min(instance.order[i][j] for i in chosen) for j in range(instance.n))


def compromises(instance):
    """Nondominated pairs of cost and longest round trip, by trying everything."""
    pairs = [(cost(instance, s), longest(instance, s)) for s in subsets(instance)]
    kept = []
    for usd, ms in sorted(pair for pair in pairs if pair[0] < math.inf):
        if not kept or ms < kept[-1][1]:
            kept.append((usd, ms))
    return kept


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("seed", range(60))
def test_frontier_is_that_of_all_sets(seed, compiled):
    """No pair is missed, none is dominated, and each set costs what is said."""
    if compiled:
        pytest.importorskip("numba")
    instance = drawn(seed, closest=True)
    plans = solve_frontier(
        instance.fixed,
        instance.serve,
        instance.order,
        instance.required,
        compiled=compiled,
    )
    expected = compromises(instance)
    assert [plan.longest_ms for plan in plans] == [ms for _, ms in expected]
    for plan, (usd, _) in zip(plans, expected, strict=True):
        assert plan.objective == pytest.approx(usd, abs=1e-7)
        assert cost(instance, plan.open) == pytest.approx(usd, abs=1e-7)
        assert longest(instance, plan.open) == plan.longest_ms
