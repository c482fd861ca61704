"""The tables of a report for people who calculate on: each once, under a fixed name.

Where the page has one table for each plan, these have one with the plan in front, so
that the names do not depend on the scenario.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from planner import __version__
from planner.errors import InputError
from planner.evaluation.result import Evaluation
from planner.reporting.facts_used import losses_table
from planner.reporting.reasons import flips_table, regions_table, runners_up_table
from planner.reporting.report import Report
from planner.reporting.table import Column, Table
from planner.reporting.tables import (
    comparison_table,
    cost_by_kind_table,
    cost_lines_table,
    facts_sources_table,
    layouts_table,
    risks_table,
    sites_table,
    status_words,
)
from planner.reporting.trade_off import trade_off_table

PLAN = Column("plan", "Plan")


def report_tables(report: Report) -> dict[str, Table]:
    """Every table of the report by a name that fits a file."""
    comparison, best = report.comparison, report.comparison.best
    plans = comparison.evaluations
    return {
        "decision": decision_table(report),
        "plans": comparison_table(comparison),
        "cost_by_kind": cost_by_kind_table(plans),
        "cost_lines": stacked(cost_lines_table, plans, "Cost lines"),
        "sites": stacked(sites_table, plans, "Sites and round trips"),
        "registries": stacked(layouts_table, plans, "Registries"),
        "regions": regions_table(best),
        "flips": flips_table(best),
        "runners_up": runners_up_table(best),
        "trade_off": trade_off_table(report.points),
        "losses": stacked(
            partial(losses_table, report.problem), plans, "Loss of one location"
        ),
        "migration": migration_table(report),
        "risks": risks_table(plans),
        "assumptions": assumptions_table(report),
        "sources": sources_table(report),
        "reproduction": reproduction_table(report),
        "scenario": scenario_table(report),
    }


def stacked(
    table: Callable[[Evaluation, str], Table],
    plans: Mapping[str, Evaluation],
    title: str,
) -> Table:
    """The same table of several plans as one, with the plan's name in front."""
    parts = {name: table(plan, name) for name, plan in plans.items()}
    if not parts:
        return Table(title, (PLAN,), ())
    first = next(iter(parts.values()))
    rows = tuple((name, *row) for name, part in parts.items() for row in part.rows)
    return replace(
        first, title=title, columns=(PLAN, *first.columns), rows=rows, caption=""
    )


def migration_table(report: Report) -> Table:
    """The steps from the baseline to the best plan; empty where there are none."""
    from planner.deployment.migration import STEP_COLUMNS, steps_table

    try:
        migration = report.migration
    except InputError as error:
        return Table("Migration", STEP_COLUMNS, (), f"No steps can be given: {error}.")
    if migration is None:
        return Table("Migration", STEP_COLUMNS, ())
    return steps_table(migration)


def decision_table(report: Report) -> Table:
    """The answer and the account after it, a sentence a row."""
    texts = [report.headline, *report.story]
    if report.description:
        texts.append(report.description)
    return _sentences(report.title, "sentence", "What the figures say", texts)


def assumptions_table(report: Report) -> Table:
    """What all the figures rest on, a sentence a row."""
    return _sentences("Assumptions", "assumption", "Assumption", report.assumptions)


def scenario_table(report: Report) -> Table:
    """The scenario in full, a line a row."""
    lines = report.scenario_yaml.splitlines()
    return _sentences("The scenario", "yaml", "Scenario file (YAML)", lines)


def _sentences(
    title: str, key: str, label: str, texts: list[str] | tuple[str, ...]
) -> Table:
    return Table(title, (Column(key, label),), tuple((text,) for text in texts))


def sources_table(report: Report) -> Table:
    """Where the prices and round trips come from that any plan uses."""
    return facts_sources_table(report.problem.facts, report.sources)


def reproduction_table(report: Report) -> Table:
    """What makes the same report again."""
    best = report.comparison.best
    rows = (
        ("Scenario", report.name),
        ("SHA-256 of the scenario", report.scenario_sha256),
        ("Version of acr-planner", __version__),
        ("Engine", best.engine),
        ("Status of the best plan", status_words(best)),
        ("Command", report.command),
    )
    columns = (Column("what", "What"), Column("value", "Value"))
    return Table("How this report came about", columns, rows)
