"""Reports on one scenario or on many."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from planner.cli.options import JsonOption

if TYPE_CHECKING:
    from planner.reporting.batch_index import Entry

FAILURE = 1
"""Exit code when a scenario of several has no report."""
NO_PLAN = 4
"""Exit code when no layout meets the goals of the only scenario."""


def report(
    scenarios: Annotated[
        list[str],
        typer.Argument(
            metavar="SCENARIO...",
            help="Scenario files, folders of them, or names of shipped ones.",
            show_default=False,
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder for the reports.")] = Path(
        "reports"
    ),
    formats: Annotated[
        str,
        typer.Option("--format", help="What to write, separated by commas."),
    ] = "html,md",
    light: Annotated[
        bool,
        typer.Option("--light", help="Small pages: drawn figures, no scripts."),
    ] = False,
    single_file: Annotated[
        bool,
        typer.Option(
            "--single-file", help="In a batch, too, each page needs no file beside it."
        ),
    ] = False,
    processes: Annotated[
        int | None, typer.Option(min=1, help="Reports at once; default one a core.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Reports worth sending on, and an index where there are several."""
    from planner.cli.output import answer, progress, show
    from planner.evaluation.result import SCHEMA_VERSION
    from planner.reporting.batch import scenario_sources, write_reports
    from planner.reporting.batch_index import index_table

    sources = scenario_sources(scenarios)
    wanted = [name.strip() for name in formats.split(",") if name.strip()]
    if light:
        wanted = ["light" if name == "html" else name for name in wanted]
    with progress() as on_step:
        entries = write_reports(
            sources,
            out,
            wanted,
            single_file=single_file or len(sources) == 1,
            processes=processes,
            command=f"acr-planner report --format {','.join(wanted)}",
            on_step=on_step,
        )

    def data() -> dict[str, object]:
        reports = [entry.as_dict() for entry in entries]
        return {
            "schema_version": SCHEMA_VERSION,
            "folder": str(out),
            "reports": reports,
        }

    def show_it() -> None:
        show(index_table(entries).pick("scenario", "today_usd", "best_usd", "layout"))
        _tell(entries, out)

    answer(as_json, data, show_it)
    _exit(entries)


def _tell(entries: list[Entry], out: Path) -> None:
    """Where the reports are."""
    from planner.cli.output import say

    if len(entries) == 1:
        for file in entries[0].files:
            say(f"Report: {out / file}")
    else:
        say(f"Index: {out / 'index.html'}")


def _exit(entries: list[Entry]) -> None:
    """Say on stderr what failed and leave with 1 then; a lone one may have no plan."""
    from planner.cli.output import console
    from planner.reporting.text import visible_lines

    failed = [entry for entry in entries if entry.error]
    for entry in failed:
        message = f"acr-planner: {visible_lines(entry.error)}"
        console(stderr=True).print(message, soft_wrap=True)
    if failed:
        raise typer.Exit(FAILURE)
    figures = entries[0].figures
    if len(entries) == 1 and figures is not None and figures.best_usd is None:
        raise typer.Exit(NO_PLAN)
