"""Comments in every script and template: what it is, what to mind and what it costs."""

from __future__ import annotations

from collections.abc import Iterator

from planner.deployment.preflight import preflight
from planner.deployment.steps import Migration, Step
from planner.deployment.words import words
from planner.reporting.table import format_cell
from planner.reporting.text import one_line


def heading(migration: Migration) -> Iterator[str]:
    """Which change this is, what it costs and where the numbers come from."""
    before, after = migration.before, migration.after
    yield one_line(
        f"{migration.problem.scenario.name}: from {before.name} to {after.name}"
    )
    yield (
        f"Azure bill: {format_cell('usd', before.cost.bill_usd)} a month now, "
        f"{format_cell('usd', after.cost.bill_usd)} after "
        f"({format_cell('usd_delta', migration.monthly_usd)})."
    )
    yield (
        f"Copies, once: {format_cell('gb', migration.gb)}, "
        f"{format_cell('usd', migration.usd)}, about "
        f"{format_cell('hours', migration.hours)} one after the other (an assumption)."
    )


def preflight_lines(migration: Migration) -> Iterator[str]:
    """What to look at before, one line a point."""
    yield "Before:"
    for item in preflight(migration):
        look = f" Look with: {item.command}" if item.command else ""
        yield f"- {one_line(item.message + look)}"


def step_lines(number: int, step: Step) -> Iterator[str]:
    """A step's title, check, proof and way back, and what it costs."""
    text, effect = words(step.change), step.effect
    yield f"{number}. {one_line(text.title)}"
    yield f"   before: {one_line(text.check)}"
    yield f"   verify: {one_line(text.verify)}"
    yield f"   undo:   {one_line(text.undo)}"
    costs = f"{format_cell('usd_delta', effect.monthly_usd)} a month"
    if effect.copies:
        costs += (
            f"; once {format_cell('gb', effect.gb)}, {format_cell('usd', effect.usd)}, "
            f"about {format_cell('hours', effect.hours)}"
        )
    yield f"   costs:  {costs}"
