"""Running a PuLP solver and reading its answer for what it is.

PuLP's `status` says "Optimal" even when a solver stopped at its time limit; only
`sol_status` tells a proof from an incumbent, and even that says "optimal" for an answer
within a gap tolerance, so the bound is compared where there is one. HiGHS prints a banner on file descriptor 1
even when silent, which would spoil `--json`; it is sent elsewhere while the solver runs.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import pulp

from planner.errors import SolverError
from planner.optimization.model import Model
from planner.optimization.result import Status

TOLERANCE = 1e-9
"""Feasibility and integrality tolerance, small enough for cents on any bill."""
PROOF_GAP = 1e-7
"""Relative gap up to which an answer counts as proved."""
_ONE_AT_A_TIME = threading.Lock()


class Outcome(NamedTuple):
    """What a solver found out about a model."""

    status: Status | None
    """None when the solver stopped before it found a plan or proved that none exists."""
    bound: float | None


def highs(time_limit: float | None = None) -> pulp.LpSolver:
    """HiGHS, exact: no gap, one thread, tight tolerances."""
    return pulp.HiGHS(
        msg=False,
        gapRel=0,
        gapAbs=0,
        threads=1,
        timeLimit=time_limit,
        mip_feasibility_tolerance=TOLERANCE,
        primal_feasibility_tolerance=TOLERANCE,
    )


def run(model: Model, solver: pulp.LpSolver) -> Outcome:
    """Solve a model in place; raise `SolverError` if the solver itself fails."""
    with _ONE_AT_A_TIME, _quiet_stdout():
        try:
            model.lp.solve(solver)
        except pulp.PulpSolverError as error:
            raise SolverError(f"the solver failed: {error}") from error
    code = model.lp.sol_status
    if code == pulp.LpSolutionInfeasible:
        return Outcome(Status.INFEASIBLE, None)
    if code not in (pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible):
        return Outcome(None, None)
    objective, bound = float(pulp.value(model.lp.objective)), _bound(model.lp)
    if code == pulp.LpSolutionOptimal and not _leaves_gap(objective, bound):
        return Outcome(Status.OPTIMAL, objective)
    return Outcome(Status.FEASIBLE, bound)


def _leaves_gap(objective: float, bound: float | None) -> bool:
    """Whether a solver called an answer optimal that only meets its gap tolerance."""
    if bound is None:
        return False
    return objective - bound > PROOF_GAP * max(1.0, abs(objective))


def _bound(lp: pulp.LpProblem) -> float | None:
    """The dual bound, which only HiGHS in process tells."""
    inner = getattr(lp, "solverModel", None)
    if inner is None or not hasattr(inner, "getInfo"):
        return None
    return float(inner.getInfo().mip_dual_bound + lp.objective.constant)


@contextmanager
def _quiet_stdout() -> Iterator[None]:
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
