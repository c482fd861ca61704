"""The exact engine stops when told, proves what it says, and answers like the models."""

from __future__ import annotations

import subprocess
import sys
from random import Random

import pytest

from planner import Problem, load_scenario, optimize
from planner.errors import SolverError
from planner.optimization.answers import Question, places
from planner.optimization.clock import Clock
from planner.optimization.exact import ExactEngine
from planner.optimization.general import GeneralEngine
from planner.optimization.result import Status
from planner.optimization.weights import COST, TOTAL, Weights
from tests.strategies import random_scenario

SHAPES = ("single", "home only", "replicated", "separate", "mixed")


class Ticks(Clock):
    """A clock that is over after being looked at so many times."""

    def __init__(self, looks: int, *, interrupt: bool = False) -> None:
        super().__init__()
        self.looks = looks
        self.interrupt = interrupt

    @property
    def over(self) -> bool:
        """Whether it was looked at too often; an interrupt comes once, at that look."""
        self.looks -= 1
        if self.looks == 0 and self.interrupt:
            raise KeyboardInterrupt
        return self.looks <= 0


@pytest.fixture(scope="module")
def world() -> Problem:
    """The shipped scenario of 46 sites, with the homes and regions of the goals free."""
    stated = Problem(load_scenario("worldwide"))
    return stated.with_goals(home=None, max_rtt_ms=70.0, forbidden_regions=("eastus",))


@pytest.mark.parametrize("interrupt", [False, True])
def test_a_search_cut_short_keeps_its_plan_and_a_true_bound(
    world: Problem, interrupt: bool
) -> None:
    """After a deadline or Ctrl-C the best plan so far stands, and the bound is true."""
    question = Question(world, "separate")
    best = ExactEngine().answer(question)
    cut = ExactEngine(Ticks(3, interrupt=interrupt)).answer(question)
    assert best.evaluation is not None
    assert cut.evaluation is not None
    assert cut.bound is not None
    assert best.status is Status.OPTIMAL
    assert cut.status is Status.FEASIBLE
    assert cut.bound <= best.evaluation.cost.total_usd + 1e-6
    assert cut.evaluation.cost.total_usd >= best.evaluation.cost.total_usd - 1e-6


def test_a_deadline_in_the_past_still_gives_a_bound(world: Problem) -> None:
    """With no time at all the root is looked at, so the gap is never a guess."""
    result = optimize(world, "multi", time_limit=1e-9, reasons=False)
    proved = optimize(world, "multi", reasons=False)
    assert result.status is Status.FEASIBLE
    assert result.bound_usd is not None
    assert proved.objective_usd is not None
    assert 0 < result.bound_usd <= proved.objective_usd + 1e-6
    assert result.gap is not None
    assert 0 < result.gap < 0.2


def test_no_plan_in_time_is_an_error_and_not_infeasible() -> None:
    """Stopping without a plan proves nothing, so it must not read as infeasible."""
    stated = Problem(load_scenario("worldwide")).with_goals(max_mean_rtt_ms=12.0)
    with pytest.raises(SolverError, match="give it more time"):
        optimize(stated, "geo", time_limit=1e-9, reasons=False)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    "weights",
    [TOTAL, COST, COST.plus(3.5, Weights(mean_rtt_ms=1.0))],
    ids=["total", "cost", "cost and latency"],
)
def test_both_engines_agree_on_weighted_sums(shape: str, weights: Weights) -> None:
    """A frontier and a knee rest on sums of cost and latency, not on the total alone."""
    for seed in range(12):
        scenario = random_scenario(Random(seed), regions=4, sites=4)
        problem = Problem(scenario).without_value_of_waiting()
        question = Question(problem, shape, weights)
        exact, general = (e.answer(question) for e in (ExactEngine(), GeneralEngine()))
        assert (exact.evaluation is None) == (general.evaluation is None), seed
        if exact.evaluation is not None and general.evaluation is not None:
            one, other = map(weights.of, (exact.evaluation, general.evaluation))
            assert one == pytest.approx(other, rel=1e-6, abs=1e-5), seed


@pytest.mark.parametrize("shape", SHAPES)
def test_forbidden_places_are_not_proposed_again(shape: str) -> None:
    """The next best plan has other places, and costs no less, in both engines."""
    for seed in range(12):
        problem = Problem(random_scenario(Random(seed), regions=3, sites=3))
        found = ExactEngine().answer(Question(problem, shape)).evaluation
        if found is None:
            continue
        seen = (places(found.layout),)
        question = Question(problem, shape, forbidden=seen)
        exact, general = (e.answer(question) for e in (ExactEngine(), GeneralEngine()))
        assert (exact.evaluation is None) == (general.evaluation is None), seed
        if exact.evaluation is not None and general.evaluation is not None:
            assert places(exact.evaluation.layout) != seen[0]
            second = exact.evaluation.cost.total_usd
            assert second >= found.cost.total_usd - 1e-6
            assert second == pytest.approx(
                general.evaluation.cost.total_usd, 1e-6, 1e-5
            )


def test_a_cutoff_prunes_what_cannot_win(world: Problem) -> None:
    """A hybrid dearer than what is known is proved worse, not worked out."""
    known = ExactEngine().answer(Question(world, "separate")).evaluation
    assert known is not None
    question = Question(world, "mixed", cutoff=known.cost.total_usd)
    answer = ExactEngine().answer(question)
    assert answer.status is Status.INFEASIBLE
    assert answer.nodes < 100


@pytest.mark.parametrize(
    "asked",
    [
        "from planner import load_scenario, optimize;"
        "optimize(load_scenario('contoso'))",
        "from planner.cli.commands import app;"
        "app(['optimize', 'contoso', '--json'], standalone_mode=False)",
    ],
    ids=["python", "command line"],
)
def test_the_default_path_loads_no_solver(asked: str) -> None:
    """PuLP, numpy and tables cost more time than the whole answer, so they come late."""
    late = ("pulp", "numpy", "highspy", "rich.console", "planner.analysis")
    code = f"import sys; {asked}; sys.exit(any(m in sys.modules for m in {late}))"
    ran = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert ran.returncode == 0, ran.stderr
