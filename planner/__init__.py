"""Cost and performance planning for Azure Container Registry.

The names a notebook needs; each is imported when first used, so that the command line
starts quickly.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from planner.analysis import Comparison, Frontier, compare, frontier
    from planner.domain.layout import Layout, Registry
    from planner.domain.problem import Problem
    from planner.domain.reading import load_scenario
    from planner.domain.scenario import Scenario
    from planner.errors import InputError, PlannerError
    from planner.evaluation.evaluate import evaluate
    from planner.evaluation.result import Evaluation
    from planner.optimization.alternatives import near_optimal
    from planner.optimization.demands import Demands
    from planner.optimization.result import Result
    from planner.optimization.solve import optimize
    from planner.reporting.writers import write_report

__version__ = "0.1.0"

_HOMES = {
    "Comparison": "planner.analysis",
    "Demands": "planner.optimization.demands",
    "Evaluation": "planner.evaluation.result",
    "Frontier": "planner.analysis",
    "InputError": "planner.errors",
    "Layout": "planner.domain.layout",
    "PlannerError": "planner.errors",
    "Problem": "planner.domain.problem",
    "Registry": "planner.domain.layout",
    "Scenario": "planner.domain.scenario",
    "Result": "planner.optimization.result",
    "compare": "planner.analysis",
    "frontier": "planner.analysis",
    "optimize": "planner.optimization.solve",
    "evaluate": "planner.evaluation.evaluate",
    "load_scenario": "planner.domain.reading",
    "near_optimal": "planner.optimization.alternatives",
    "write_report": "planner.reporting.writers",
}

__all__ = [
    "Comparison",
    "Demands",
    "Evaluation",
    "Frontier",
    "InputError",
    "Layout",
    "PlannerError",
    "Problem",
    "Registry",
    "Result",
    "Scenario",
    "compare",
    "evaluate",
    "frontier",
    "load_scenario",
    "near_optimal",
    "optimize",
    "write_report",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
