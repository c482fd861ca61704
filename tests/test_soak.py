"""The judge convicts what is wrong, and the soak run hands over the evidence."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from planner.domain.problem import Problem
from planner.domain.reading import load_scenario, parse_scenario
from planner.optimization.result import Result, Status
from tests import judge as bench
from tests.judge import ENGINES, answer, judge, random_case
from tools import soak

ENGINE = ENGINES[0]


def first_solved(family: str) -> tuple[int, Result]:
    """The first seed of a family with a plan that pulls cost something, and the answer."""
    for seed in range(200):
        scenario, drawn = random_case(seed)
        if drawn == family and len(scenario.goals.candidate_regions or ()) > 2:
            result = answer(scenario, family, ENGINE)
            if result.objective_usd and scenario.goals.objective == "cost":
                return seed, result
    raise AssertionError(f"no case of {family}")


@pytest.mark.parametrize("family", ["single", "geo", "multi"])
def test_a_wrong_answer_is_convicted(
    family: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dearer plan, a wrong cost, a false bound and a denied plan are all noticed."""
    seed, right = first_solved(family)
    scenario, _ = random_case(seed)
    assert right.layout is not None
    assert right.objective_usd is not None
    judge(scenario, family, ENGINE)
    worse = Problem(scenario).with_goals(
        forbidden_regions=right.layout.regions[:1], required_regions=()
    )
    denied = replace(right, status=Status.INFEASIBLE, evaluation=None)
    wrong = [
        replace(right, bound_usd=right.objective_usd * 0.9 - 1),
        replace(right, status=Status.FEASIBLE),
        denied,
    ]
    dearer = answer(worse, family, ENGINE)
    if dearer.objective_usd and dearer.objective_usd > right.objective_usd + 0.01:
        wrong.append(dearer)
    for result in wrong:
        monkeypatch.setattr(bench, "answer", lambda *_, r=result: r)
        with pytest.raises(AssertionError, match=r"instead of"):
            judge(scenario, family, ENGINE)


def test_an_invented_plan_is_convicted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no plan, an answer that has one is wrong."""
    _, right = first_solved("single")
    scenario, _ = random_case(0)
    nowhere = Problem(scenario).with_goals(max_monthly_usd=0.0, max_rtt_ms=0.001)
    found = judge(nowhere.scenario, "geo", ENGINE)
    if found is None:
        monkeypatch.setattr(bench, "answer", lambda *_: right)
        with pytest.raises(AssertionError, match="status"):
            judge(nowhere.scenario, "geo", ENGINE)


def test_a_mismatch_becomes_a_scenario_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The file that is named holds the very scenario that was judged."""
    scenario, family = random_case(3)

    def refuse(*_: object) -> None:
        raise AssertionError("not as expected")

    monkeypatch.setattr(soak, "judge", refuse)
    wrong = soak.run_case(3)
    assert wrong is not None
    assert (wrong.seed, wrong.family, wrong.engine) == (3, family, ENGINE)
    assert parse_scenario(wrong.scenario) == scenario
    path = soak.write(wrong, tmp_path)
    assert load_scenario(path) == scenario


def test_a_short_soak_run_is_clean(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The run says how many cases were right and how fast."""
    monkeypatch.setattr(sys, "argv", ["soak", "--count", "12", "--jobs", "1"])
    assert soak.main() == 0
    said = capfd.readouterr().err
    assert "12 cases are right" in said
    assert "cases a second" in said
