"""The model of `peers` handed to HiGHS as numpy arrays, without a modelling layer."""

from __future__ import annotations

import time

import highspy
import numpy as np

from benchmarks.instances import Instance
from benchmarks.peers import Answer, silence


def highspy_arrays(instance: Instance, time_limit: float | None = None) -> Answer:
    """State the model in arrays and solve it with HiGHS."""
    start = time.perf_counter()
    with silence():
        solver = highspy.Highs()
        _set_options(solver, time_limit)
        solver.passModel(_model(instance))
        m = instance.m
        integer = np.full(m, highspy.HighsVarType.kInteger.value, dtype=np.uint8)
        solver.changeColsIntegrality(m, np.arange(m, dtype=np.int32), integer)
        solver.run()
    seconds = time.perf_counter() - start
    proved = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    value = solver.getInfo().objective_function_value
    return Answer(value if proved else None, proved, seconds)


def _set_options(solver: highspy.Highs, time_limit: float | None) -> None:
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", 0.0)
    if time_limit is not None:
        solver.setOptionValue("time_limit", time_limit)


def _model(instance: Instance) -> highspy.HighsLp:
    serve = np.asarray(instance.serve, dtype=float)
    m, n = serve.shape
    i, j = np.nonzero(np.isfinite(serve))
    column = np.full((m, n), -1)
    column[i, j] = m + np.arange(len(i))
    rows = [_assign_once(column), _link(i, column[i, j])]
    if instance.order is not None:
        rows.append(_closest(np.asarray(instance.order, dtype=float), column))
    lp = highspy.HighsLp()
    lp.num_col_ = m + len(i)
    lp.col_cost_ = np.concatenate([np.asarray(instance.fixed, float), serve[i, j]])
    lower = np.zeros(lp.num_col_)
    lower[list(instance.required)] = 1
    lp.col_lower_, lp.col_upper_ = lower, np.ones(lp.num_col_)
    _add_rows(lp, rows)
    return lp


_Rows = tuple[np.ndarray, np.ndarray, np.ndarray, float, float]
"""Columns and coefficients in one run, length of each row, lower and upper bound."""


def _assign_once(column: np.ndarray) -> _Rows:
    by_customer = column.T[column.T >= 0]
    lengths = (column >= 0).sum(axis=0)
    return by_customer, np.ones(len(by_customer)), lengths, 1.0, 1.0


def _link(site: np.ndarray, share: np.ndarray) -> _Rows:
    index = np.column_stack([share, site]).ravel()
    value = np.tile([1.0, -1.0], len(site))
    return index, value, np.full(len(site), 2), -np.inf, 0.0


def _closest(order: np.ndarray, column: np.ndarray) -> _Rows:
    m, n = order.shape
    near_first = np.argsort(order, axis=0, kind="stable").T  # one row a customer
    shares = np.take_along_axis(column.T, near_first, axis=1)
    place, after = np.triu_indices(m, 1)
    # a row for each customer and place: the facility there, then all farther shares
    own = np.arange(m)
    row = np.concatenate([own, place])
    by_row = np.argsort(row, kind="stable")
    index = np.concatenate([near_first, shares[:, after]], axis=1)[:, by_row]
    kept = index >= 0
    lengths = np.zeros((n, m), dtype=int)
    np.add.at(lengths, (np.nonzero(kept)[0], row[by_row][np.nonzero(kept)[1]]), 1)
    flat = index[kept]
    return flat, np.ones(len(flat)), lengths.ravel(), -np.inf, 1.0


def _add_rows(lp: highspy.HighsLp, rows: list[_Rows]) -> None:
    lengths = np.concatenate([part[2] for part in rows])
    lp.num_row_ = len(lengths)
    lp.row_lower_ = np.concatenate([np.full(len(p[2]), p[3]) for p in rows])
    lp.row_upper_ = np.concatenate([np.full(len(p[2]), p[4]) for p in rows])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.concatenate([[0], np.cumsum(lengths)])
    lp.a_matrix_.index_ = np.concatenate([part[0] for part in rows])
    lp.a_matrix_.value_ = np.concatenate([part[1] for part in rows])
