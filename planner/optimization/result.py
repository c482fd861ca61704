"""The answer of `optimize`: status, plan, proof and reasons."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from planner.domain.layout import Layout
from planner.evaluation.result import SCHEMA_VERSION, Evaluation, layout_dict
from planner.optimization.families import Family

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go


class Status(StrEnum):
    """How far an answer is proved."""

    OPTIMAL = "optimal"
    """No layout of the family meets the goals for less."""
    FEASIBLE = "feasible"
    """Meets the goals; the search stopped early, so see bound and gap."""
    INFEASIBLE = "infeasible"
    """No layout of the family meets the goals."""


class RegionReason(NamedTuple):
    """What one region does to the plan, by evaluating the plan with it flipped."""

    region: str
    chosen: bool
    change_if_flipped_usd: float | None
    """Change of the total in USD per month if the region were added or dropped; None
    where it cannot be (the only location, a fixed home)."""
    change_in_mean_rtt_ms: float | None
    break_even_gb_per_month: float | None
    """GB per month that the region serves (or would serve) at which adding or dropping
    it costs nothing, all else equal; None where no volume pays."""
    meets_goals: bool
    """Whether the flipped plan meets the goals."""


class RunnerUp(NamedTuple):
    """One of the cheapest plans that differ in their locations."""

    family: Family
    layout: Layout
    total_usd: float
    mean_rtt_ms: float | None
    max_rtt_ms: float | None


@dataclass(frozen=True)
class Result:
    """The best layout of a family, or why there is none."""

    status: Status
    family: Family
    """The family of the plan; for `best` the one that won."""
    scenario: str
    evaluation: Evaluation | None
    """The plan, evaluated; None when infeasible."""
    bound_usd: float | None
    """No layout of the family has a smaller total; None if the solver gives no bound."""
    seconds: float
    engine: str
    conflict: tuple[str, ...] = ()
    """When infeasible: a smallest set of goals that cannot hold together."""
    regions: tuple[RegionReason, ...] = ()
    runners_up: tuple[RunnerUp, ...] = ()
    nodes: int = 0
    """Nodes of branch and bound that the proof took; 0 if the engine does not count."""

    @property
    def layout(self) -> Layout | None:
        """The plan, or None."""
        return self.evaluation.layout if self.evaluation else None

    @property
    def objective_usd(self) -> float | None:
        """Total of the plan in USD per month, as `evaluate` has it."""
        return self.evaluation.cost.total_usd if self.evaluation else None

    @property
    def gap(self) -> float | None:
        """(objective - bound) / objective; 0 for a proved optimum."""
        if self.status is Status.OPTIMAL:
            return 0.0
        if self.objective_usd is None or self.bound_usd is None:
            return None
        distance = max(0.0, self.objective_usd - self.bound_usd)
        return distance / self.objective_usd if self.objective_usd else 0.0

    @cached_property
    def reasons(self) -> pd.DataFrame:
        """Candidate regions as a table."""
        import pandas as pd

        return pd.DataFrame(self.regions, columns=RegionReason._fields)

    def figure(self) -> go.Figure:
        """The plan's monthly cost by kind and region as stacked bars."""
        from planner.reporting.notebook import result_figure

        return result_figure(self)

    def _repr_html_(self) -> str:
        from planner.reporting.notebook import result_html

        return result_html(self)

    def as_dict(self) -> dict[str, Any]:
        """The result as the JSON contract has it."""
        plan = self.evaluation.as_dict() if self.evaluation else {}
        return {
            "schema_version": SCHEMA_VERSION,
            "scenario": self.scenario,
            **plan,
            "status": self.status.value,
            "family": self.family.value,
            "objective_usd": self.objective_usd,
            "bound_usd": self.bound_usd,
            "gap": self.gap,
            "engine": self.engine,
            "seconds": self.seconds,
            "conflict": list(self.conflict),
            "regions": [reason._asdict() for reason in self.regions],
            "runners_up": [
                {
                    "family": plan.family.value,
                    "layout": layout_dict(plan.layout),
                    "total_usd": plan.total_usd,
                    "mean_rtt_ms": plan.mean_rtt_ms,
                    "max_rtt_ms": plan.max_rtt_ms,
                }
                for plan in self.runners_up
            ],
        }
