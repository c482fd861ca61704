"""Judge the optimizer against brute force on random scenarios, for as long as you like.

    make soak
    python -m tools.soak --count 1000000 --seed 500000

Every case is a number: its seed draws a scenario and a family, which every engine has to
solve as the oracle of the tests does. The first mismatch stops the run and is written as
a scenario file.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import signal
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from multiprocessing.pool import Pool
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

from planner.domain.reading import dump_scenario
from tests.judge import ENGINES, FAMILIES, judge, random_case


class Mismatch(NamedTuple):
    """A case that an engine got wrong, as a file that shows it."""

    seed: int
    family: str
    engine: str
    problem: str
    scenario: str


def run_case(seed: int) -> Mismatch | None:
    """Judge one case with every engine; the first that is wrong, if any."""
    scenario, family = random_case(seed)
    for engine in ENGINES:
        try:
            judge(scenario, family, engine)
        except Exception as error:  # noqa: BLE001  a crash is a mismatch too
            problem = f"{type(error).__name__}: {error}"
            return Mismatch(seed, family, engine, problem, dump_scenario(scenario))
    return None


def write(wrong: Mismatch, folder: Path) -> Path:
    """Keep the scenario of a mismatch as a file."""
    path = folder / f"mismatch-{wrong.seed}.yaml"
    path.write_text(wrong.scenario, encoding="utf-8")
    return path


def main() -> int:
    """Judge all cases; 1 when one of them is wrong."""
    options = _options()
    console = Console(stderr=True)
    seeds = range(options.seed, options.seed + options.count)
    console.print(
        f"{options.count:,} cases from seed {options.seed}: families "
        f"{', '.join(FAMILIES)}; engines {', '.join(ENGINES)}"
    )
    signal.signal(signal.SIGINT, _stop_once)
    started = time.perf_counter()
    done, wrong, stopped = 0, None, False
    with multiprocessing.Pool(options.jobs, _worker) as pool:
        try:
            for wrong in _with_progress(pool, seeds, console):
                if wrong is not None:
                    break
                done += 1
        except KeyboardInterrupt:
            stopped = True
        pool.terminate()
    rate = done / (time.perf_counter() - started)
    console.print(f"{done:,} cases are right, {rate:,.0f} cases a second")
    if wrong is not None:
        path = write(wrong, Path(options.out))
        console.print(
            f"seed {wrong.seed}, family {wrong.family}, engine {wrong.engine}: "
            f"{wrong.problem}",
            markup=False,
        )
        console.print(f"scenario: {path}", markup=False)
        return 1
    return 130 if stopped else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=100_000, help="number of cases")
    parser.add_argument("--seed", type=int, default=0, help="seed of the first case")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes")
    parser.add_argument("--out", default=".", help="folder for a mismatch")
    return parser.parse_args()


def _stop_once(*_: object) -> None:
    """Stop at the first Ctrl-C; a second one must not disturb the cleaning up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


def _worker() -> None:
    """Leave Ctrl-C to the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("ignore", DeprecationWarning)


def _with_progress(
    pool: Pool, seeds: Sequence[int], console: Console
) -> Iterator[Mismatch | None]:
    """What each case came to, as soon as it is known, with a bar."""
    columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console) as progress:
        task = progress.add_task("judging", total=len(seeds))
        for found in pool.imap_unordered(run_case, seeds, chunksize=20):
            yield found
            progress.advance(task)


if __name__ == "__main__":
    sys.exit(main())
