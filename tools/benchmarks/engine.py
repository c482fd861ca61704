"""The engine under test, called on instances."""

from __future__ import annotations

import importlib.util
import math
import os
import sys
from dataclasses import replace
from pathlib import Path

from benchmarks.instances import Instance
from planner.optimization.location import LocationPlan, solve_location

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


def worst_rtt_frontier(instance: Instance, compiled: bool) -> list[tuple[float, float]]:
    """Every nondominated pair of longest round trip and least cost, cheapest first.

    Each solve forbids the longest round trip of the last plan; no plan exists once a
    customer's nearest facility of all is as far as that.
    """
    order = instance.order or ()
    within_reach = max(map(min, zip(*order, strict=True)))
    left = sorted((ms, i, j) for i, row in enumerate(order) for j, ms in enumerate(row))
    open_ended = replace(instance, serve=[list(row) for row in instance.serve])
    # what is forbidden must be so for the engine that reads arrays, too
    serve = open_ended.arrays.serve if compiled else open_ended.serve
    points: list[tuple[float, float]] = []
    while True:
        plan = solve(open_ended, compiled)
        rows = [order[i] for i in plan.open]
        reached = max(map(min, zip(*rows, strict=True)))
        if points and plan.objective <= points[-1][1] * (1 + 1e-9):
            points.pop()  # as cheap and slower
        points.append((reached, plan.objective))
        if reached <= within_reach:
            return points
        while left[-1][0] >= reached:
            _, i, j = left.pop()
            serve[i][j] = math.inf  # type: ignore[index]  # lists or arrays


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
