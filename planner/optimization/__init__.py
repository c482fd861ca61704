"""Choosing the best layout, with proof and reasons.

What solves plain numbers is imported when first used; the command line needs no more than
the names of families to start.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner.optimization.location import (
        Compromise,
        LocationPlan,
        solve_frontier,
        solve_location,
    )

__all__ = ["Compromise", "LocationPlan", "solve_frontier", "solve_location"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("planner.optimization.location"), name)
