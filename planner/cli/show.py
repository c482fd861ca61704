"""Answers for people: the sentence first, then tables, then what to know."""

from __future__ import annotations

from planner.analysis import Comparison, Frontier
from planner.cli.output import say, show, show_turned
from planner.evaluation.result import Evaluation
from planner.optimization.result import Result
from planner.reporting.frontier_tables import side_tables
from planner.reporting.reasons import (
    near_optimal_table,
    reasons_story,
    regions_table,
    runners_up_table,
)
from planner.reporting.result_tables import frontier_table
from planner.reporting.sentences import (
    comparison_headline,
    comparison_story,
    evaluation_headline,
    frontier_headline,
    result_headline,
)
from planner.reporting.tables import (
    comparison_table,
    cost_lines_table,
    layouts_table,
    sites_table,
)

REASONS_SHOWN = 10
COST_COLUMNS = (
    "kind",
    "registry",
    "region",
    "site",
    "detail",
    "quantity",
    "unit",
    "unit_price_usd",
    "monthly_usd",
    "price_as_of",
)
SITE_COLUMNS = (
    "site",
    "registry",
    "serving_region",
    "rtt_ms",
    "estimated",
    "error_ms",
    "pulls_per_month",
    "gb_per_month",
)
"""What fits a terminal; `--json` has every column."""


def show_evaluation(evaluation: Evaluation) -> None:
    """Cost lines, sites, risks and assumptions of one layout."""
    say(evaluation_headline(evaluation), "")
    show(cost_lines_table(evaluation).pick(*COST_COLUMNS))
    show(sites_table(evaluation).pick(*SITE_COLUMNS))
    _notes(evaluation)


def show_comparison(comparison: Comparison) -> None:
    """All plans side by side, and what they mean."""
    say(comparison_headline(comparison), "")
    show_turned(comparison_table(comparison))
    say(*comparison_story(comparison), "")


def show_result(result: Result) -> None:
    """The plan, what each region does to it, and the next best plans."""
    say(result_headline(result), "")
    if result.evaluation is None:
        return
    show(layouts_table(result.evaluation))
    if result.regions:
        show(regions_table(result), limit=REASONS_SHOWN)
    say(*(f"  - {sentence}" for sentence in reasons_story(result)), "")
    if result.near_optimal:
        show(near_optimal_table(result))
    elif result.runners_up:
        show(runners_up_table(result))
    _notes(result.evaluation)


def show_frontier(frontier: Frontier) -> None:
    """The plans between the cheapest and the fastest one."""
    say(frontier_headline(frontier), "")
    if frontier.plans:
        show(frontier_table(frontier))
        for table in side_tables(frontier):
            show(table)


def _notes(evaluation: Evaluation) -> None:
    if evaluation.risks:
        say("Risks", *(f"  - {risk.message}" for risk in evaluation.risks), "")
    say("Assumptions", *(f"  - {sentence}" for sentence in evaluation.assumptions))
