"""The kernel compiled by numba: the same source, loaded once more and translated.

Only for whoever installs the extra `fast` and asks for it; the first use on a machine
compiles for some seconds and keeps the result in a cache.
"""

from __future__ import annotations

import importlib.util
import inspect
import sys
from functools import cache
from types import ModuleType
from typing import Any

from planner.errors import SolverError
from planner.optimization import kernel

NAME = "planner.optimization.kernel_compiled"
ON_PYTHON = ("new_node",)
"""Functions that only make rows, which are called once."""
WHOLE = frozenset(
    ("by_rank", "rank_facility", "rank", "by_cost", "cost_facility", "near")
)
"""Rows of an instance that hold whole numbers."""


@cache
def compiled_kernel() -> ModuleType:
    """A copy of the kernel whose functions work on numpy arrays at machine speed.

    Raises `SolverError` if numba is not installed.
    """
    try:
        import numba
        import numpy as np
    except ImportError:
        raise SolverError(
            "the compiled engine needs numba; install the extra: "
            "pip install 'acr-planner[fast]'"
        ) from None
    spec = importlib.util.spec_from_file_location(NAME, kernel.__file__)
    assert spec is not None  # the file is the one just imported
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[NAME] = module  # where numba's cache looks for it
    spec.loader.exec_module(module)
    vars(module).update(
        floats=numba.njit(lambda size: np.zeros(size)),
        ints=numba.njit(lambda size: np.zeros(size, dtype=np.int64)),
        copied=numba.njit(lambda row: row.copy()),
    )
    for name, function in inspect.getmembers(module, inspect.isfunction):
        if function.__module__ == NAME and name not in ON_PYTHON:
            setattr(module, name, numba.njit(cache=True)(function))
    return module


def as_arrays(instance: kernel.Instance) -> Any:
    """The instance with every row as a numpy array, as the compiled kernel wants it."""
    import numpy as np

    fields = (
        np.asarray(value, dtype=np.int64 if name in WHOLE else np.float64)
        if not isinstance(value, int | float)
        else value
        for name, value in instance._asdict().items()
    )
    return compiled_kernel().Instance(*fields)


def tables(depth: int, m: int, n: int) -> tuple[Any, Any]:
    """The stack of a search: statuses and duals of each node."""
    import numpy as np

    return np.zeros((depth, m), dtype=np.int64), np.zeros((depth, n))
