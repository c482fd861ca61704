"""Measure what the README promises about speed, each beside a named peer in one run.

    make bench

Times are the least of several runs, for the noise of a shared machine only adds. Read
the ratios, not the milliseconds: the peer ran on the same machine in the same minute.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Sequence

import pulp
from rich.console import Console
from rich.table import Table

from planner import Problem, evaluate, load_scenario, optimize

PROCESS_RUNS = 7


def cpu_seconds(code: str, *arguments: str) -> float:
    """Least CPU (user and system) of a Python process over several runs."""
    return min(_one_process(code, arguments) for _ in range(PROCESS_RUNS))


def _one_process(code: str, arguments: Sequence[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-c", code, *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def seconds(work: Callable[[], object], runs: int) -> float:
    """Least wall time of a function over several runs."""
    best = float("inf")
    for _ in range(runs):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def main() -> None:
    """Run all measurements and print one table."""
    warnings.simplefilter("ignore", DeprecationWarning)  # PuLP's bundled CBC
    rows = Table(title="Benchmarks (least of several runs)")
    for heading in ("task", "measured", "goal", "peer", "peer measured", "ratio"):
        rows.add_column(heading)

    def add(task: str, got: float, goal: str, peer: str, other: float) -> None:
        ratio = f"{other / got:.1f}x" if got else "-"
        rows.add_row(
            task, f"{got * 1000:.1f} ms", goal, peer, f"{other * 1000:.1f} ms", ratio
        )

    run = "from planner.cli import main; main()"
    pandas = cpu_seconds("import pandas")
    add("--help, CPU", cpu_seconds(run, "--help"), "300 ms", "import pandas", pandas)
    add(
        "evaluate contoso --json, CPU",
        cpu_seconds(run, "evaluate", "contoso", "--json"),
        "700 ms",
        "import pandas",
        pandas,
    )
    world = Problem(load_scenario("worldwide"))
    evaluate(world)
    load = seconds(lambda: load_scenario("worldwide"), 5)
    add(
        "evaluate worldwide, in process",
        seconds(lambda: evaluate(world), 50),
        "5 ms",
        "reading worldwide.yaml",
        load,
    )
    for family in ("geo", "multi"):
        add(
            f"optimize worldwide, {family}",
            seconds(lambda f=family: optimize(world, f, reasons=False), 3),  # type: ignore[misc]
            "-",
            "the same model with CBC",
            seconds(lambda f=family: with_cbc(world, f), 1),  # type: ignore[misc]
        )
    Console().print(rows)


def with_cbc(problem: Problem, family: str) -> object:
    """Solve the same model with PuLP's bundled CBC."""
    cbc = pulp.PULP_CBC_CMD(msg=False)
    return optimize(problem, family, solver=cbc, reasons=False)


if __name__ == "__main__":
    main()
