"""What all tests share: the shipped facts, the Contoso case, the hypothesis profile."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from planner.domain.problem import Problem
from planner.domain.reading import load_scenario
from planner.domain.scenario import Scenario
from planner.facts import Facts, load_facts

if TYPE_CHECKING:
    from playwright.sync_api import Browser

settings.register_profile(
    "default",
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "explore", max_examples=2000, deadline=None, derandomize=False
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(scope="session")
def facts() -> Facts:
    """The facts that come with the package."""
    return load_facts()


@pytest.fixture(scope="session")
def contoso() -> Scenario:
    """The shipped scenario with two layouts, `today` and `geo-replicated`."""
    return load_scenario("contoso")


@pytest.fixture(scope="session")
def contoso_problem(contoso: Scenario) -> Problem:
    """The checked problem of Contoso."""
    return Problem(contoso)


@pytest.fixture(scope="session")
def worldwide() -> Scenario:
    """The shipped scenario of a worldwide estate, 48 sites."""
    return load_scenario("worldwide")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; every visit opens a context of its own in it."""
    from tests.browser_kit import chromium  # which only the tests with a browser need

    with chromium() as opened:
        yield opened
