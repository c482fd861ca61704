"""The tables of a migration, for reports."""

from __future__ import annotations

import pytest

from planner.deployment.changes import plan_migration
from planner.deployment.migration import migration_tables, names_table, steps_table
from planner.deployment.steps import Migration
from planner.deployment.words import words
from planner.reporting.markdown import markdown_table


def test_tables_hold_the_migration(merging: Migration) -> None:
    """Steps in order with their money; columns add up to the totals."""
    table = steps_table(merging)
    assert table.values("number") == tuple(range(1, len(merging.steps) + 1))
    spent = [usd for usd in table.values("once_usd") if isinstance(usd, float)]
    assert sum(spent) == pytest.approx(merging.usd) == pytest.approx(14.85)
    monthly = [usd for usd in table.values("monthly_usd") if isinstance(usd, float)]
    assert sum(monthly) == pytest.approx(merging.monthly_usd)
    assert "$14.85 once for 660.0 GB" in table.caption


def test_image_names_before_and_after(growing: Migration) -> None:
    """A pinned site gets the name of its location, slashes and all."""
    assert names_table(growing).rows == (
        ("east", "shopeast.azurecr.io/app", "shopeast.eastus.geo.azurecr.io/app"),
        (
            "europe",
            "shopeurope.azurecr.io/team/tool",
            "shopeast.westeurope.geo.azurecr.io/team/tool",
        ),
    )


def test_every_step_has_its_sentences(every: dict[str, Migration]) -> None:
    """Nobody should meet a step without its check, proof and way back."""
    for migration in every.values():
        for step in migration.steps:
            for sentence in words(step.change)[1:]:
                assert sentence.endswith(".")


def test_tables_can_be_written(every: dict[str, Migration]) -> None:
    """Any format takes them; Markdown stands for all."""
    for migration in every.values():
        for table in migration_tables(migration):
            assert markdown_table(table).count("\n") == len(table.rows) + 1


def test_no_change_is_said(merging: Migration) -> None:
    """An empty plan is an answer."""
    same = plan_migration(merging.problem, merging.after, merging.after)
    assert steps_table(same).caption == "Nothing changes."
