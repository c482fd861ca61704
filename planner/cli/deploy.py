"""From a plan to its change, and a gate for pipelines."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from planner.cli.options import FormatChoice, JsonOption, ScenarioArgument

if TYPE_CHECKING:
    from planner.deployment.steps import Migration

LIMIT_PASSED = 3
"""Exit code when a limit is passed."""
NO_PLAN = 4
"""Exit code when no layout meets the goals."""


def _limit(text: str) -> float:
    """A number that is not negative."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if math.isfinite(number) and number >= 0:
        return number
    raise typer.BadParameter(f"{text!r} is no number from 0 up")


def _percent(text: str) -> float:
    """A percentage, with or without its sign."""
    return _limit(text.strip().removesuffix("%"))


def deploy(
    scenario: ScenarioArgument,
    form: Annotated[FormatChoice, typer.Option("--as", help="What to write.")],
    start: Annotated[
        str | None,
        typer.Option("--from", help="Layout in use; default the baseline."),
    ] = None,
    goal: Annotated[
        str,
        typer.Option("--to", help="Layout wanted; optimal: the one that is best."),
    ] = "optimal",
    azurerm: Annotated[
        int,
        typer.Option(min=4, max=5, help="Major version of Terraform's provider."),
    ] = 5,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File; default stdout.")
    ] = None,
) -> None:
    """The change to a plan as az script, Terraform or Bicep."""
    from planner.deployment.formats import migrate, write_migration
    from planner.domain.problem import Problem
    from planner.domain.reading import load_scenario
    from planner.reporting.sentences import result_headline
    from planner.reporting.writers import write_whole

    migration, result = migrate(Problem(load_scenario(scenario)), start, goal)
    if migration is None:
        assert result is not None  # without a search there is always a migration
        _talk(result_headline(result))
        raise typer.Exit(NO_PLAN)
    text = write_migration(migration, form.value, azurerm)
    if out is None:
        sys.stdout.write(text)
    else:
        write_whole(out, text)
    _tell(migration, out)


def _tell(migration: Migration, out: Path | None) -> None:
    """What to mind, for the person and not for the file."""
    from planner.deployment.comments import heading, preflight_lines

    if out is not None:
        _talk(f"Written: {out}")
    _talk(*heading(migration))
    if not migration.steps:
        _talk("Nothing changes.")
    _talk(*preflight_lines(migration))


def _talk(*lines: str) -> None:
    from planner.reporting.text import one_line

    for line in lines:
        sys.stderr.write(f"{one_line(line)}\n")


def check(
    scenario: ScenarioArgument,
    max_bill: Annotated[
        float | None,
        typer.Option(
            parser=_limit, metavar="USD", help="Azure bill at most, USD per month."
        ),
    ] = None,
    max_rtt: Annotated[
        float | None,
        typer.Option(
            parser=_limit, metavar="MS", help="Every site's round trip at most, ms."
        ),
    ] = None,
    max_saving_missed: Annotated[
        float | None,
        typer.Option(
            parser=_percent,
            metavar="PERCENT",
            help="Saving of the best layout at most, in % of the total.",
        ),
    ] = None,
    layout: Annotated[
        str | None, typer.Option(help="Name of the layout; default the baseline.")
    ] = None,
    as_json: JsonOption = False,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Print a comment for a pull request.")
    ] = False,
) -> None:
    """Fail with exit code 3 if a layout passes a limit."""
    from planner.cli.output import print_json
    from planner.domain.reading import load_scenario
    from planner.errors import InputError
    from planner.gate import check_limits
    from planner.reporting.gate import gate_lines, gate_markdown

    if as_json and as_markdown:
        raise InputError("give --json or --markdown, not both")
    gate = check_limits(
        load_scenario(scenario),
        layout,
        max_bill_usd=max_bill,
        max_rtt_ms=max_rtt,
        max_saving_missed_percent=max_saving_missed,
    )
    if as_json:
        print_json(gate.as_dict())
    elif as_markdown:
        sys.stdout.write(gate_markdown(gate))
    else:
        sys.stdout.write("\n".join(gate_lines(gate)) + "\n")
    if gate.exceeded:
        raise typer.Exit(LIMIT_PASSED)
    if gate.without_best:
        raise typer.Exit(NO_PLAN)
