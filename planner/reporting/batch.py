"""Reports on many scenarios at once, over processes, and the page that lists them all.

One scenario that is wrong does not stop the rest. The same scenarios and version give the
same files, byte for byte.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

from planner.base import OnStep, no_steps
from planner.errors import InputError, PlannerError
from planner.reporting.batch_index import Entry, Figures, write_index
from planner.reporting.writers import known_formats, safe_stem

SCENARIO_ENDINGS = (".yaml", ".yml", ".json")
INDEX = "index"
"""Stem of the page that lists the reports, so no report has it."""


@dataclass(frozen=True)
class Job:
    """One report to write."""

    source: str
    """A scenario file, or the name of a shipped scenario."""
    stem: str
    """File name of the report without its ending."""
    folder: Path
    formats: tuple[str, ...]
    single_file: bool
    command: str


def scenario_sources(names: Iterable[str]) -> list[str]:
    """The scenarios meant: for a folder the files in it, by name; each once.

    Raises `InputError` for a folder without any.
    """
    found: list[str] = []
    for name in names:
        folder = Path(name)
        if not folder.is_dir():
            found.append(name)
            continue
        files = [f for f in folder.iterdir() if f.suffix.lower() in SCENARIO_ENDINGS]
        if not files:
            raise InputError(
                f"no scenario in this folder ({', '.join(SCENARIO_ENDINGS)})", name
            )
        found += [str(file) for file in sorted(files)]
    return list(dict.fromkeys(found))


def stems_of(sources: Sequence[str]) -> list[str]:
    """A file name for each report, from the scenario's; equal ones are numbered."""
    taken = {INDEX}
    stems = []
    for source in sources:
        wanted = safe_stem(Path(source).stem)
        stem, number = wanted, 1
        while stem.lower() in taken:
            number += 1
            stem = f"{wanted}-{number}"
        taken.add(stem.lower())
        stems.append(stem)
    return stems


def write_reports(
    sources: Sequence[str],
    folder: Path,
    formats: Iterable[str] = ("html", "md"),
    *,
    single_file: bool = False,
    processes: int | None = None,
    command: str = "acr-planner report",
    on_step: OnStep = no_steps,
) -> list[Entry]:
    """Write the report of every scenario and, where there are several, their index.

    A single scenario that is wrong is an error; of several it is told in its entry.

    Parameters
    ----------
    sources
        Scenario files or names of shipped ones, as `scenario_sources` gives them.
    folder
        Where to write; made if it does not exist.
    formats
        Names from `planner.reporting.writers.WRITERS`.
    single_file
        Whether every page carries plotly.js itself; otherwise they share one file.
    processes
        How many at once; by default one a core.
    command
        The command line up to the scenario, named in each report.
    on_step
        Told whenever a report is done.

    Returns
    -------
    list[Entry]
        One a scenario, in the order given; those that failed say why.
    """
    wanted = tuple(known_formats(formats))
    jobs = [
        Job(source, stem, folder, wanted, single_file, command)
        for source, stem in zip(sources, stems_of(sources), strict=True)
    ]
    if len(jobs) == 1:
        return [write_one(jobs[0])]
    done: dict[int, Entry] = {}
    for number, entry in _run(jobs, processes or os.cpu_count() or 1):
        done[number] = entry
        on_step(entry.source, len(done), len(jobs))
    entries = [done[number] for number in range(len(jobs))]
    write_index(entries, folder)
    return entries


def _run(jobs: Sequence[Job], processes: int) -> Iterator[tuple[int, Entry]]:
    """The reports as they get done, with their numbers."""
    workers = min(processes, len(jobs))
    if workers <= 1:
        yield from ((number, try_one(job)) for number, job in enumerate(jobs))
        return
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
    try:
        numbers = {pool.submit(try_one, job): n for n, job in enumerate(jobs)}
        for future in as_completed(numbers):
            number = numbers[future]
            try:
                yield number, future.result()
            except BrokenProcessPool:
                job = jobs[number]
                error = f"{job.source}: its process ended; perhaps memory ran out"
                yield number, Entry(job.source, job.stem, error=error)
    finally:
        pool.shutdown(cancel_futures=True)


def try_one(job: Job) -> Entry:
    """Write one report; whatever goes wrong is told in the entry."""
    try:
        return write_one(job)
    except PlannerError as error:
        text = str(error)
    except OSError as error:
        text = f"{error.filename or 'the system'}: {error.strerror or error}"
    except Exception as error:  # noqa: BLE001 - one must not stop the rest
        text = f"internal error, please report it: {type(error).__name__}: {error}"
    named = text if job.source in text else f"{job.source}: {text}"
    return Entry(job.source, job.stem, error=named)


def write_one(job: Job) -> Entry:
    """Write one report; raises what `planner` raises."""
    import shlex

    from planner.analysis import compare
    from planner.domain.problem import Problem
    from planner.domain.reading import load_scenario
    from planner.optimization.solve import optimize
    from planner.reporting.writers import write_report

    problem = Problem(load_scenario(job.source))
    comparison = compare(problem)
    if comparison.best.evaluation is not None:  # the same plan, with its reasons
        comparison = replace(comparison, best=optimize(problem))
    paths = write_report(
        comparison,
        job.folder,
        job.formats,
        problem,
        command=f"{job.command} {shlex.quote(job.source)}",
        stem=job.stem,
        single_file=job.single_file,
    )
    figures = Figures.of(comparison)
    return Entry(job.source, job.stem, tuple(path.name for path in paths), figures)
