"""The content of a report, the same for every format.

Nothing here depends on the clock or on the machine, so the same comparison always gives
the same report.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from planner.domain.problem import Problem
from planner.domain.reading import dump_scenario
from planner.evaluation.result import Evaluation
from planner.reporting.sentences import (
    comparison_headline,
    comparison_story,
    replicated,
)
from planner.reporting.text import one_line
from planner.reporting.trade_off import Point, trade_off_points

if TYPE_CHECKING:
    from planner.analysis import Comparison, Frontier
    from planner.deployment.steps import Migration


@dataclass(frozen=True)
class Report:
    """All that a report says about one comparison."""

    comparison: Comparison
    problem: Problem
    command: str
    """The command line that writes this report."""

    @property
    def name(self) -> str:
        """The scenario's name."""
        return self.comparison.scenario.name

    @property
    def title(self) -> str:
        """Title of the report."""
        return f"Azure Container Registry plan: {self.name}"

    @property
    def description(self) -> str:
        """The scenario's own description."""
        return one_line(self.comparison.scenario.description)

    @cached_property
    def headline(self) -> str:
        """The answer in one sentence."""
        return comparison_headline(self.comparison)

    @cached_property
    def story(self) -> list[str]:
        """The account after the headline."""
        return comparison_story(self.comparison)

    @cached_property
    def scenario_yaml(self) -> str:
        """The scenario in full."""
        return dump_scenario(self.comparison.scenario)

    @property
    def scenario_sha256(self) -> str:
        """SHA-256 of `scenario_yaml`."""
        return hashlib.sha256(self.scenario_yaml.encode()).hexdigest()

    @cached_property
    def assumptions(self) -> tuple[str, ...]:
        """What the figures of any plan rest on, as sentences, each once."""
        plans = self.comparison.evaluations.values()
        return tuple(dict.fromkeys(t for plan in plans for t in plan.assumptions))

    @cached_property
    def sources(self) -> frozenset[str]:
        """Short names of where prices and round trips of any plan come from."""
        plans = self.comparison.evaluations.values()
        prices = {line.charge.price.source for p in plans for line in p.cost.lines}
        return frozenset(prices | {s.rtt.source for p in plans for s in p.services})

    @cached_property
    def frontier(self) -> Frontier:
        """Every plan of one registry that none beats in cost and mean round trip."""
        from planner.analysis import frontier

        return frontier(self.problem)

    @cached_property
    def points(self) -> tuple[Point, ...]:
        """The curve's plans and the report's own; empty where nobody pulls."""
        if not any(self.problem.site_pulls.values()):
            return ()
        return trade_off_points(self.frontier, self.shown)

    @cached_property
    def migration(self) -> Migration | None:
        """The change from the baseline to the best plan; None if either is missing."""
        from planner.deployment.changes import plan_migration

        today, best = self.comparison.today, self.comparison.optimum
        if today is None or best is None or best.evaluation is None:
            return None
        return plan_migration(self.problem, today, best.evaluation, found=True)

    @cached_property
    def shown(self) -> dict[str, Evaluation]:
        """Plans looked at closely: the baseline, the geo-replicated and the best."""
        comparison = self.comparison
        plans: dict[str, Evaluation | None] = {}
        if comparison.today:
            plans[comparison.today.name] = comparison.today
        name, geo = replicated(comparison)
        plans.setdefault(name, geo)
        if comparison.optimum:
            plans.setdefault(comparison.optimum.name, comparison.optimum.evaluation)
        return {name: plan for name, plan in plans.items() if plan is not None}


def build_report(
    comparison: Comparison, problem: Problem | None = None, command: str = ""
) -> Report:
    """Gather the content of a report; the problem is built where it is not at hand."""
    problem = problem or Problem.of(comparison.scenario)
    return Report(comparison, problem, command or "acr-planner report SCENARIO")
