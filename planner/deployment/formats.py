"""The formats in which a migration is handed over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from planner.deployment.az_script import az_script
from planner.deployment.bicep import bicep
from planner.deployment.changes import plan_migration
from planner.deployment.steps import Migration
from planner.deployment.terraform import AZURERM, terraform
from planner.domain.problem import Problem
from planner.errors import InputError
from planner.evaluation.evaluate import evaluate
from planner.evaluation.result import Evaluation
from planner.optimization.result import Result
from planner.optimization.solve import optimize

OPTIMAL = "optimal"
"""The plan that the optimizer finds, where no layout has this name."""


class Format(StrEnum):
    """What a migration can be written as."""

    AZ = "az"
    TERRAFORM = "terraform"
    BICEP = "bicep"


FORMATS: Mapping[Format, Callable[[Migration], str]] = {
    Format.AZ: az_script,
    Format.TERRAFORM: terraform,
    Format.BICEP: bicep,
}


def migrate(
    problem: Problem, start: str | None = None, goal: str = OPTIMAL
) -> tuple[Migration | None, Result | None]:
    """The migration from a layout to another, and the result if one was searched for.

    Parameters
    ----------
    problem
        The problem that the layouts belong to.
    start
        Name of the layout in use; default the baseline.
    goal
        Name of the layout wanted, or `optimal`.

    Returns
    -------
    tuple
        No migration where no layout meets the goals; no result where none was needed.

    Raises
    ------
    InputError
        If there is no such layout, or Azure would refuse it.
    """
    today = evaluate(problem, start)
    if goal in problem.scenario.layouts or goal != OPTIMAL:
        return plan_migration(problem, today, evaluate(problem, goal)), None
    result = optimize(problem, reasons=False)
    if result.evaluation is None:
        return None, result
    plan: Evaluation = result.evaluation
    return plan_migration(problem, today, plan, found=True), result


def write_migration(migration: Migration, name: str, azurerm: int) -> str:
    """The migration as text; `azurerm` is the Terraform provider's major version."""
    if azurerm not in AZURERM:
        known = ", ".join(map(str, AZURERM))
        raise InputError(f"no azurerm version {azurerm} (known: {known})")
    chosen = Format(name)
    if chosen is Format.TERRAFORM:
        return terraform(migration, azurerm)
    return FORMATS[chosen](migration)
