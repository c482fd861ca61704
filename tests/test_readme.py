"""What the README shows must be true: its examples run and its scenario is valid."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

from planner import evaluate
from planner.dashboard.app import PAGES
from planner.domain.reading import parse_scenario
from planner.domain.scenario import Goals
from planner.reporting.writers import WRITERS

README = Path(__file__).parent.parent / "README.md"
TEXT = README.read_text(encoding="utf-8")


def test_python_examples_run() -> None:
    """A reader who copies the example gets what it shows."""
    failed, tried = doctest.testfile(str(README), module_relative=False)
    assert tried > 5
    assert failed == 0


def test_optimizer_page_examples_run() -> None:
    """The page that says how to check a proof shows one that holds."""
    page = README.parent / "docs" / "optimizer.md"
    failed, tried = doctest.testfile(str(page), module_relative=False)
    assert tried > 2
    assert failed == 0


def test_scenario_example_is_valid() -> None:
    """The scenario in the README loads and can be evaluated as it stands."""
    (example,) = re.findall(r"```yaml\n(.*?)```", TEXT, flags=re.DOTALL)
    scenario = parse_scenario(example)
    for name in scenario.layouts:
        assert evaluate(scenario, name).cost.bill_usd > 0


def test_every_goal_is_named() -> None:
    """A goal that the README does not name is not found by anybody."""
    for name in Goals.model_fields:
        assert name in TEXT, name


def test_extension_points_exist() -> None:
    """The tables in which the README says to list things are there and not empty."""
    assert WRITERS
    assert PAGES
