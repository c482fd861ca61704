"""Measure what the documents promise about speed, each beside a named peer in one run.

    make bench

Writes `docs/benchmarks.md`. Ctrl-C keeps what is measured so far. With `--full`
every peer runs on every instance, for hours.
"""

from __future__ import annotations

import argparse
import signal
import warnings
from collections.abc import Sequence
from pathlib import Path

from benchmarks.curves import frontier_section, growth_section, memory_section
from benchmarks.dashboard import dashboard_section
from benchmarks.engine import COMPILES, warm_up
from benchmarks.goals import goals_section
from benchmarks.importing import importing_section
from benchmarks.instances import Case, read_library
from benchmarks.library import library_section
from benchmarks.planning import planning_section, shell_section
from benchmarks.report import Section, document, replaced
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

ROOT = Path(__file__).resolve().parent.parent
OWN = ROOT / "tests" / "instances"
SHARED = ROOT.parent / "shared" / "bench" / "ufl"
"""A larger library beside the checkout, if there is one."""
DOCUMENT = ROOT / "docs" / "benchmarks.md"


def main() -> None:
    """Measure section after section, and write what was measured."""
    arguments = _arguments()
    warnings.simplefilter("ignore", DeprecationWarning)  # PuLP's bundled CBC
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as good as Ctrl-C
    console = Console()
    cases = list(read_library(arguments.instances))
    if not cases:
        raise SystemExit(f"no instances: {arguments.instances} has no optima.csv")
    sections = _sections(cases, arguments.full)
    if arguments.only:
        sections = [s for s in sections if arguments.only in s.title.lower()]
    finished = False
    try:
        with _progress(console) as progress:
            if COMPILES:
                step = progress.add_task("compiling", total=1)
                warm_up(cases[0].instance, cases[-1].instance)
                progress.advance(step)
            for section in sections:
                _measure(section, progress)
        finished = True
    except KeyboardInterrupt:
        console.print("[yellow]stopped; what is measured so far is kept[/]")
    finally:
        note = _note(arguments.instances, arguments.full, finished)
        if not arguments.only:
            arguments.output.write_text(document(sections, note))
            console.print(f"written: {arguments.output}")
        elif arguments.replace and finished:
            text = arguments.output.read_text()
            arguments.output.write_text(replaced(text, sections, note))
            console.print(f"replaced in {arguments.output}")


def _sections(cases: Sequence[Case], full: bool) -> list[Section]:
    return [
        goals_section(cases, full),
        planning_section(full),
        shell_section(),
        memory_section(),
        growth_section(),
        frontier_section(),
        library_section(cases, full),
        importing_section(full),
        dashboard_section(full),
    ]


def _measure(section: Section, progress: Progress) -> None:
    """Run the tasks of a section, then show its table."""
    step = progress.add_task(section.title, total=len(section.tasks))
    try:
        for task in section.tasks:
            progress.update(step, description=f"{section.title}: {task.name}")
            section.rows.extend(task.measure())
            progress.advance(step)
        progress.update(step, description=section.title)
    finally:
        progress.console.print(section.screen())


def _note(folder: Path, full: bool, finished: bool) -> str:
    """What this run could not measure."""
    parts = []
    if folder.resolve() == OWN:
        parts.append("Only the instances of `tests/instances` were at hand.")
    if not full:
        parts.append("This run was without `--full`.")
    if not COMPILES:
        parts.append("numba was not installed, so nothing was compiled.")
    if not finished:
        parts.append(
            "Stopped early: rows and tables that are missing were not reached."
        )
    return " ".join(parts)


def _progress(console: Console) -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--full", action="store_true", help="run the slow peers too")
    add(
        "--instances",
        type=Path,
        default=SHARED if SHARED.is_dir() else OWN,
        help="folder with optima.csv and the files it names",
    )
    add(
        "--only", metavar="TEXT", help="sections with this in the title; writes nothing"
    )
    add("--replace", action="store_true", help="write the sections of --only, too")
    add("--output", type=Path, default=DOCUMENT, help="Markdown file to write")
    return parser.parse_args()


if __name__ == "__main__":
    main()
