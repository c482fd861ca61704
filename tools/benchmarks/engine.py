"""The engine under test, called on instances."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

from benchmarks.instances import Instance
from planner.optimization.location import (
    LocationPlan,
    solve_frontier,
    solve_location,
)

COMPILES = importlib.util.find_spec("numba") is not None
"""Whether the compiled engine can be measured."""


def solve(
    instance: Instance, compiled: bool, time_limit: float | None = None
) -> LocationPlan:
    """The plan of least cost; each engine reads what it reads soonest."""
    numbers = instance.arrays if compiled else instance
    return solve_location(
        numbers.fixed,
        numbers.serve,
        numbers.order,
        instance.required,
        compiled=compiled,
        time_limit=time_limit,
    )


def warm_up(*instances: Instance) -> None:
    """Let the compiled engine compile."""
    for instance in instances:
        solve(instance, compiled=True)
        if instance.order is not None:
            worst_rtt_frontier(instance, compiled=True)


def worst_rtt_frontier(instance: Instance, compiled: bool) -> list[tuple[float, float]]:
    """Every nondominated pair of longest round trip and least cost, cheapest first."""
    numbers = instance.arrays if compiled else instance
    assert numbers.order is not None  # round trips are what this is about
    plans = solve_frontier(
        numbers.fixed,
        numbers.serve,
        numbers.order,
        instance.required,
        compiled=compiled,
    )
    return [(plan.longest_ms, plan.objective) for plan in plans]


def peak_mb() -> float:
    """Most memory this process has used, in MB."""
    status = Path("/proc/self/status")
    if status.is_file():  # getrusage would count the parent before exec
        lines = status.read_text().splitlines()
        peak = next(line for line in lines if line.startswith("VmHWM"))
        return int(peak.split()[1]) * 1024 / 1e6
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def environment() -> dict[str, str]:
    """The environment in which a child process finds this package."""
    folders = [str(Path(__file__).parent.parent), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, folders))}
