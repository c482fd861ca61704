"""A migration as tables for people: steps, image names, pre-flight list."""

from __future__ import annotations

from planner.deployment.preflight import preflight
from planner.deployment.steps import Migration, SwitchSite
from planner.deployment.words import words
from planner.reporting.table import Column, Table, format_cell

STEP_COLUMNS = (
    Column("number", "Step", "", "count"),
    Column("title", "What"),
    Column("copied_gb", "Copied once", "GB", "gb"),
    Column("once_usd", "Costs once", "USD", "usd"),
    Column("monthly_usd", "Changes the bill by", "USD/month", "usd_delta"),
    Column("hours", "Takes about", "h", "hours"),
    Column("check", "Before"),
    Column("verify", "Verify"),
    Column("undo", "Undo"),
)
SWITCH_COLUMNS = (
    Column("site", "Site"),
    Column("before", "Image name today"),
    Column("after", "Image name in the plan"),
)
PREFLIGHT_COLUMNS = (
    Column("code", "Point"),
    Column("registry", "Registry"),
    Column("message", "What to know"),
    Column("command", "Look with"),
)


def migration_tables(migration: Migration) -> tuple[Table, ...]:
    """The tables of a report: pre-flight list, steps, image names."""
    tables = (
        preflight_table(migration),
        steps_table(migration),
        names_table(migration),
    )
    return tuple(table for table in tables if table.rows)


def steps_table(migration: Migration) -> Table:
    """One row a step, in order; money in USD, copies in GB."""
    rows = []
    for number, step in enumerate(migration.steps, start=1):
        text, effect = words(step.change), step.effect
        copies = (effect.gb, effect.usd, effect.hours) if effect.copies else (None,) * 3
        gb, usd, hours = copies
        rows.append(
            (
                number,
                text.title,
                gb,
                usd,
                effect.monthly_usd,
                hours,
                text.check,
                text.verify,
                text.undo,
            )
        )
    return Table("Migration", STEP_COLUMNS, tuple(rows), _caption(migration))


def _caption(migration: Migration) -> str:
    if not migration.steps:
        return "Nothing changes."
    speed = migration.problem.scenario.assumptions.sync_mb_per_second
    return (
        f"From {migration.before.name} to {migration.after.name}: "
        f"{format_cell('usd', migration.usd)} once for "
        f"{format_cell('gb', migration.gb)} of copies, "
        f"{format_cell('usd_delta', migration.monthly_usd)} a month. Durations assume "
        f"{speed:g} MB/s, which Azure does not publish; imports are counted as transfer, "
        "which is not documented. Until the last deletion both layouts are paid for."
    )


def names_table(migration: Migration) -> Table:
    """What to change in each site: the image names before and after."""
    rows = []
    for step in migration.steps:
        change = step.change
        if isinstance(change, SwitchSite):
            suffixes = [f"/{image}" for image in change.images] or [""]
            rows += [
                (change.site, f"{change.old_server}{end}", f"{change.new_server}{end}")
                for end in suffixes
            ]
    return Table("Image names", SWITCH_COLUMNS, tuple(rows))


def preflight_table(migration: Migration) -> Table:
    """What to look at before."""
    rows = tuple(
        (item.code, item.subject or None, item.message, item.command)
        for item in preflight(migration)
    )
    return Table("Before the migration", PREFLIGHT_COLUMNS, rows)
