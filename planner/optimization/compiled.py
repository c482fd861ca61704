"""The kernel compiled by numba: the same source, loaded once more and translated.

Only for whoever installs the extra `fast` and asks for it; the first use on a machine
compiles for some seconds and keeps the result in a cache.
"""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from planner.errors import SolverError
from planner.optimization import kernel, kernel_pareto, kernel_rows

NAME = "planner.optimization.kernel_compiled"
ROWS_NAME = "planner.optimization.kernel_rows_compiled"
PARETO_NAME = "planner.optimization.kernel_pareto_compiled"
ON_PYTHON = ("new_node", "new_archive", "new_rows", "new_tree")
"""Functions that only make rows, which are called once."""
WHOLE = frozenset(
    (
        "by_rank",
        "rank_facility",
        "rank",
        "by_cost",
        "cost_facility",
        "near",
        "forbidden",
        "origin",
    )
)
"""Rows of an instance that hold whole numbers."""


@cache
def compiled_kernel() -> ModuleType:
    """A copy of the kernel whose functions work on numpy arrays at machine speed.

    Raises `SolverError` if numba is not installed.
    """
    numba, np = _tools()
    module = _copy(kernel, NAME)
    vars(module).update(
        floats=np.zeros,
        ints=numba.njit(lambda size: np.zeros(size, dtype=np.int64)),
        copied=numba.njit(lambda row: row.copy()),
    )
    _translate(module, numba)
    return module


@cache
def compiled_rows() -> ModuleType:
    """A copy of `kernel_rows` of the same kind. Raises `SolverError` like the kernel."""
    numba, _ = _tools()
    module = _copy_above(kernel_rows, ROWS_NAME)
    _translate(module, numba, since=Path(kernel.__file__).stat().st_mtime)
    return module


@cache
def compiled_pareto() -> ModuleType:
    """A copy of `kernel_pareto` of the same kind, which calls the compiled kernel.

    Raises `SolverError` if numba is not installed.
    """
    numba, np = _tools()
    module = _copy_above(kernel_pareto, PARETO_NAME)
    vars(module).update(
        whole=lambda values: np.array(list(values), dtype=np.int64),
        numbers=lambda values: np.array(list(values), dtype=np.float64),
        int_table=lambda count, width: np.zeros((count, width), dtype=np.int64),
        float_table=lambda count, width: np.zeros((count, width)),
    )
    _translate(module, numba, since=Path(kernel.__file__).stat().st_mtime)
    return module


def _copy_above(source: ModuleType, name: str) -> ModuleType:
    """A copy of a module that calls the compiled kernel where it calls the kernel."""
    below = compiled_kernel()
    module = _copy(source, name)
    for own, value in vars(kernel).items():
        if callable(value) and vars(module).get(own) is value:
            setattr(module, own, getattr(below, own))
    for own, _ in inspect.getmembers(source, inspect.isclass):
        if own not in vars(kernel):  # a cache names them, so they must be importable
            setattr(module, own, getattr(source, own))
    return module


def _tools() -> tuple[Any, Any]:
    try:
        import numba
        import numpy as np
    except ImportError:
        raise SolverError(
            "the compiled engine needs numba; install the extra: "
            "pip install 'acr-planner[fast]'"
        ) from None
    return numba, np


def _copy(source: ModuleType, name: str) -> ModuleType:
    """The module once more, under a name where numba's cache looks for it."""
    assert source.__file__ is not None  # it was imported from there
    spec = importlib.util.spec_from_file_location(name, source.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _translate(module: ModuleType, numba: Any, since: float = 0.0) -> None:
    """Compile the functions of a module, from the cache where that is possible.

    Numba looks only at the file of a function itself; what it kept before the time
    `since`, when the file below changed, is stale.
    """
    for name, function in inspect.getmembers(module, inspect.isfunction):
        if function.__module__ != module.__name__ or name in ON_PYTHON:
            continue
        compiled = numba.njit(cache=True)(function)
        for index in Path(compiled.stats.cache_path).glob(f"*.{name}-*.nbi"):
            with suppress(FileNotFoundError):  # another process may have done it
                if index.stat().st_mtime < since:
                    index.unlink()
        setattr(module, name, compiled)


def as_arrays(instance: kernel.Instance) -> Any:
    """The instance with every row as a numpy array, as the compiled kernel wants it."""
    wanted = compiled_kernel().Instance
    if isinstance(instance, wanted):
        return instance
    return wanted(*_arrays(instance._asdict()))


def pareto_arrays(numbers: kernel_pareto.Numbers) -> Any:
    """Likewise for `compiled_pareto`."""
    return compiled_pareto().Numbers(*_arrays(numbers._asdict()))


def _arrays(rows: dict[str, Any]) -> Iterator[Any]:
    import numpy as np

    for name, value in rows.items():
        if isinstance(value, int | float | np.ndarray):
            yield value
        else:
            yield np.asarray(value, dtype=np.int64 if name in WHOLE else np.float64)


def tables(depth: int, m: int, n: int) -> tuple[Any, Any]:
    """The stack of a search: statuses and duals of each node."""
    import numpy as np

    return np.zeros((depth, m), dtype=np.int64), np.zeros((depth, n))
