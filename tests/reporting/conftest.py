"""Comparisons that several report tests look at."""

from __future__ import annotations

from typing import Any

import pytest

from planner.analysis import Comparison, compare
from planner.domain.problem import Problem
from planner.domain.scenario import Scenario
from planner.reporting.report import Report, build_report
from tests.helpers import image, problem, registry, site

NASTY = '<script>alert(1)</script>|`x`*y*\u202e & "q"'
"""A name with HTML, a column end, code, emphasis and a mark that reverses text."""


@pytest.fixture(scope="session")
def comparison(contoso: Scenario) -> Comparison:
    """Contoso compared."""
    return compare(contoso)


@pytest.fixture(scope="session")
def report(comparison: Comparison) -> Report:
    """The report on Contoso."""
    return build_report(comparison)


@pytest.fixture(scope="session")
def nasty_problem() -> Problem:
    """A small scenario in which every name is hostile."""
    goals: dict[str, Any] = {"candidate_regions": ["eastus", "westus"]}
    return problem(
        [site(NASTY, "eastus", pulls=10, gb=5, image=NASTY)],
        name=NASTY,
        description=f"# First\n\n{NASTY}\n- item",
        images=[image(NASTY, pushes_per_month=2, stored_gb=20)],
        push_sources=[{"name": NASTY, "region": "westus"}],
        layouts={NASTY: {"registries": [registry(NASTY, "westus", sku="Premium")]}},
        goals=goals,
    )


@pytest.fixture(scope="session")
def nasty(nasty_problem: Problem) -> Comparison:
    """The hostile scenario compared."""
    return compare(nasty_problem)


@pytest.fixture(scope="session")
def silent() -> Comparison:
    """A scenario in which nothing pulls and no layout is given."""
    return compare(
        problem([site("idle", "eastus")], goals={"candidate_regions": ["eastus"]})
    )


@pytest.fixture(scope="session")
def impossible() -> Comparison:
    """A scenario whose goals no layout meets."""
    return compare(
        problem(
            [site("a", "eastus", pulls=10, gb=5), site("b", "westeurope", 10, 5)],
            layouts={"now": {"registries": [registry("r", "eastus")]}},
            goals={"candidate_regions": ["eastus"], "max_rtt_ms": 10.0},
        )
    )
