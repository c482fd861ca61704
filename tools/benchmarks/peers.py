"""The textbook ways to solve the same model, for comparison.

    minimise    sum f_i open_i + sum c_ij assign_ij
    subject to  sum_i assign_ij = 1                                   each customer j
                assign_ij <= open_i                                   each pair (i, j)
                sum over k farther from j than i: assign_kj <= 1 - open_i     (closest)

The last family (Wagner and Falkson 1975) stands only where the order of round trips
decides; "farther" breaks ties to the lower index. Only `open` is integer. Pairs that
may not serve have no variable. Every peer is asked for a proof: no gap is accepted.
"""

from __future__ import annotations

import math
import os
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import NamedTuple

import pulp

from benchmarks.instances import Instance


class Answer(NamedTuple):
    """What a peer found, and how long it took to state and solve the model."""

    objective: float | None
    """None if it found nothing."""
    proved: bool
    seconds: float


def pulp_cbc(instance: Instance, time_limit: float | None = None) -> Answer:
    """PuLP with loops, solved by its bundled CBC."""
    return _solve(instance, _cbc(time_limit))


def pulp_highs(instance: Instance, time_limit: float | None = None) -> Answer:
    """PuLP with loops, solved by HiGHS in process."""
    return _solve(
        instance,
        pulp.HiGHS(msg=False, gapRel=0, gapAbs=0, threads=1, timeLimit=time_limit),
    )


def _cbc(time_limit: float | None = None) -> pulp.LpSolver:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return pulp.PULP_CBC_CMD(msg=False, gapRel=0, threads=1, timeLimit=time_limit)


def _solve(instance: Instance, solver: pulp.LpSolver) -> Answer:
    start = time.perf_counter()
    model = TextbookModel(instance)
    return model.solve(solver)._replace(seconds=time.perf_counter() - start)


class TextbookModel:
    """The model in PuLP, written as in a textbook: one loop for each family."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.lp = pulp.LpProblem("location", pulp.LpMinimize)
        self.open = self._open()
        self.assign = self._assign()
        self._objective()
        self._assign_once()
        self._link()
        if instance.order is not None:
            self._closest(instance.order)

    def solve(self, solver: pulp.LpSolver) -> Answer:
        """Solve as the model stands; an answer counts only with its proof."""
        start = time.perf_counter()
        with silence(), suppress(pulp.PulpSolverError):
            self.lp.solve(solver)
        seconds = time.perf_counter() - start
        found = (pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible)
        value = pulp.value(self.lp.objective) if self.lp.sol_status in found else None
        return Answer(value, self.lp.sol_status == pulp.LpSolutionOptimal, seconds)

    def forbid_over(self, limit_ms: float) -> None:
        """Let nobody be served over round trips longer than this."""
        order = self.instance.order or ()
        for (i, j), share in self.assign.items():
            if order[i][j] > limit_ms:
                share.upBound = 0

    def _open(self) -> list[pulp.LpVariable]:
        required = set(self.instance.required)
        return [
            self.lp.add_variable(f"open_{i}", int(i in required), 1, pulp.LpInteger)
            for i in range(self.instance.m)
        ]

    def _assign(self) -> dict[tuple[int, int], pulp.LpVariable]:
        return {
            (i, j): self.lp.add_variable(f"assign_{i}_{j}", 0, 1)
            for i, costs in enumerate(self.instance.serve)
            for j, cost in enumerate(costs)
            if cost < math.inf
        }

    def _objective(self) -> None:
        fixed, serve = self.instance.fixed, self.instance.serve
        self.lp += pulp.lpSum(f * y for f, y in zip(fixed, self.open, strict=True)) + (
            pulp.lpSum(serve[i][j] * share for (i, j), share in self.assign.items())
        )

    def _assign_once(self) -> None:
        for j in range(self.instance.n):
            self.lp += pulp.lpSum(self._servers(j, range(self.instance.m))) == 1

    def _link(self) -> None:
        for (i, _), share in self.assign.items():
            self.lp += share <= self.open[i]

    def _closest(self, order: Sequence[Sequence[float]]) -> None:
        for j in range(self.instance.n):
            near_first = sorted(range(self.instance.m), key=lambda i: (order[i][j], i))
            for place, i in enumerate(near_first, start=1):
                farther = pulp.lpSum(self._servers(j, near_first[place:]))
                self.lp += farther + self.open[i] <= 1

    def _servers(self, j: int, sites: Sequence[int]) -> list[pulp.LpVariable]:
        pairs = ((i, j) for i in sites)
        return [self.assign[pair] for pair in pairs if pair in self.assign]


class EpsilonTimes(NamedTuple):
    """What an epsilon-constraint loop took."""

    build: float
    points: tuple[float, ...]
    """Seconds for each point that was solved."""
    values: tuple[float | None, ...]


def epsilon_loop(instance: Instance, limits_ms: Sequence[float]) -> EpsilonTimes:
    """Solve with ever tighter limits of the longest round trip, on one PuLP model."""
    start = time.perf_counter()
    model = TextbookModel(instance)
    build = time.perf_counter() - start
    points: list[float] = []
    values: list[float | None] = []
    for limit_ms in sorted(limits_ms, reverse=True):
        start = time.perf_counter()
        model.forbid_over(limit_ms)
        answer = model.solve(_cbc())
        points.append(time.perf_counter() - start)
        values.append(answer.objective if answer.proved else None)
    return EpsilonTimes(build, tuple(points), tuple(values))


@contextmanager
def silence() -> Iterator[None]:
    """Send file descriptor 1 elsewhere; HiGHS prints a banner there even if silent."""
    sys.stdout.flush()
    saved = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(saved, 1)
        os.close(saved)
        os.close(nowhere)
