"""How time and memory grow with the size of the estate."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from benchmarks.engine import (
    COMPILES,
    environment,
    peak_mb,
    solve,
    worst_rtt_frontier,
)
from benchmarks.generate import generate
from benchmarks.instances import Instance
from benchmarks.measure import show, timed
from benchmarks.report import Section, Task

RUNS = 3
SITES = (60, 300, 1000, 3000, 10_000)
REGIONS = (10, 20, 40, 60, 80, 97)
FRONTIER_SITES = (20, 60, 200)
LARGEST = (60, 10_000)
MOST_MB = 500

HEADINGS = ("regions x sites", "closest, pure", "closest, compiled", "nodes",
            "pinned, pure", "pinned, compiled", "nodes")  # fmt: skip
TEXT = """\
Instances drawn as above; the sites have volumes of their own that add up to 60 TB a month.
Regions beyond those open to customers are invented twins. Single solves with proof."""


def growth_section() -> Section:
    """Time against the number of sites, then of regions."""
    sizes = [(60, n) for n in SITES] + [(m, 60) for m in REGIONS]
    return Section(
        "Time against size",
        TEXT,
        HEADINGS,
        [Task(f"{m} x {n}", lambda m=m, n=n: _growth(m, n)) for m, n in sizes],
    )


def _growth(m: int, n: int) -> Iterator[list[str]]:
    closest = generate(m, n)
    yield [f"{m} x {n:,}", *_both(closest), *_both(closest.plain())]


def _both(instance: Instance) -> list[str]:
    cells = []
    for compiled in (False, True):
        if compiled and not COMPILES:
            cells.append("-")
            continue
        timing, plan = timed(lambda c=compiled: solve(instance, c), RUNS)
        cells.append(show(timing) if plan.proved else "not proved")
        nodes = plan.nodes
    return [*cells, f"{nodes:,}"]


def frontier_section() -> Section:
    """Time against the number of plans on the frontier."""
    return Section(
        "Time of a complete frontier, cost and worst round trip",
        "60 regions, closest rule, instances drawn as above.",
        ("sites", "plans", "pure", "compiled"),
        [Task(f"frontier, 60 x {n}", lambda n=n: _curve(n)) for n in FRONTIER_SITES],
    )


def _curve(n: int) -> Iterator[list[str]]:
    instance = generate(60, n)
    pure, points = timed(lambda: worst_rtt_frontier(instance, compiled=False), 1)
    compiled = None
    if COMPILES:
        compiled, _ = timed(lambda: worst_rtt_frontier(instance, compiled=True), RUNS)
    yield [f"{n}", f"{len(points)}", show(pure), show(compiled)]


def memory_section() -> Section:
    """Peak memory of a process that solves the largest instance."""
    m, n = LARGEST
    return Section(
        "Memory",
        f"Peak of a process of its own that draws and solves {m} x {n:,}, closest and "
        f"pinned; the goal is {MOST_MB} MB.",
        ("engine", "peak", "goal met"),
        [Task("memory", _memory)],
    )


def _memory() -> Iterator[list[str]]:
    for engine in ("pure", "compiled") if COMPILES else ("pure",):
        code = "import sys; from benchmarks.curves import child; child(sys.argv[1])"
        out = subprocess.run(
            [sys.executable, "-c", code, engine],
            check=True,
            capture_output=True,
            text=True,
            env=environment(),
        )
        peak = float(out.stdout)
        yield [engine, f"{peak:.0f} MB", "yes" if peak < MOST_MB else "no"]


def child(engine: str) -> None:
    """Solve the largest instance in this process and print the peak in MB."""
    instance = generate(*LARGEST)
    for variant in (instance, instance.plain()):
        solve(variant, compiled=engine == "compiled")
    print(peak_mb())
