"""The answer of `optimize`: status, plan, proof and reasons."""

from __future__ import annotations

from collections.abc import Mapping
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


class Mover(NamedTuple):
    """A site that another location serves in the flipped plan."""

    site: str
    old: str
    """Region that serves it now."""
    new: str

    def as_dict(self) -> dict[str, str]:
        """The mover as the JSON contract has it."""
        return {"site": self.site, "from": self.old, "to": self.new}


class RegionReason(NamedTuple):
    """What one region does to the plan, by evaluating the plan with it flipped.

    All changes are None, and nobody moves, where it cannot be flipped (the only location,
    a fixed home).
    """

    region: str
    chosen: bool
    change_if_flipped_usd: float | None
    """Change of the total in USD per month if the region were added or dropped."""
    change_in_mean_rtt_ms: float | None
    break_even_gb_per_month: float | None
    """GB per month of the sites that the region serves (or would serve) at which the best
    plan with it costs what the best plan without it costs; None where no volume pays."""
    meets_goals: bool
    """Whether the flipped plan meets the goals."""
    change_in_max_rtt_ms: float | None = None
    change_by_kind_usd: Mapping[str, float] | None = None
    """The change of the total by kind of cost, USD per month."""
    movers: tuple[Mover, ...] = ()
    """Sites with pulls that another location would serve."""
    break_even_proved: bool = False
    """Whether the break-even volume was proved by solving again, rather than taken from
    the plans that were seen."""

    def as_dict(self) -> dict[str, Any]:
        """The reason as the JSON contract has it."""
        return self._asdict() | {
            "movers": [mover.as_dict() for mover in self.movers],
        }


class RunnerUp(NamedTuple):
    """One of the cheapest plans that differ in their locations."""

    family: Family
    layout: Layout
    total_usd: float
    mean_rtt_ms: float | None
    max_rtt_ms: float | None

    def as_dict(self) -> dict[str, Any]:
        """The plan as the JSON contract has it."""
        return self._asdict() | {
            "family": self.family.value,
            "layout": layout_dict(self.layout),
        }


class NearOptimal(NamedTuple):
    """The plans that cost hardly more than the optimum."""

    percent: float
    """How much more, at most."""
    plans: tuple[RunnerUp, ...]
    """Cheapest first, the optimum among them; each with other locations."""
    complete: bool
    """Whether these are all."""

    def as_dict(self) -> dict[str, Any]:
        """The plans as the JSON contract has them."""
        return self._asdict() | {"plans": [plan.as_dict() for plan in self.plans]}


class MsPrice(NamedTuple):
    """What the next ms of mean round trip costs at the optimum."""

    usd_per_ms: float
    """USD per month more for each ms that the mean round trip of a pull gets shorter."""
    plan: RunnerUp
    """The faster plan at that price; no other one is cheaper by the ms."""


class Reachable(NamedTuple):
    """The best that can be reached of a goal that cannot be met, under the others."""

    goal: str
    """Name of the goal, such as `max_rtt_ms`."""
    asked: float
    best: float


class Size(NamedTuple):
    """How large a problem is before and after its exact reductions."""

    sites: int
    """Sites that pull or cost something."""
    rows: int
    """Rows that are left when sites with equal round trips to all regions are one."""
    regions: int
    """Candidate regions."""


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
    best_reachable: tuple[Reachable, ...] = ()
    """When infeasible: what limits in conflict would have to be, each by itself."""
    regions: tuple[RegionReason, ...] = ()
    runners_up: tuple[RunnerUp, ...] = ()
    near_optimal: NearOptimal | None = None
    """Plans within some percent of the optimum, if asked for."""
    ms_price: MsPrice | None = None
    """None where the plan is the fastest already, or nobody pulls."""
    nodes: int = 0
    """Nodes of branch and bound that the proof took; 0 if the engine does not count."""
    size: Size | None = None
    """What was solved; None if no reasons were asked for."""

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

        rows = [reason.as_dict() for reason in self.regions]
        return pd.DataFrame(rows, columns=RegionReason._fields)

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
        price = self.ms_price
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
            "nodes": self.nodes,
            "size": self.size and self.size._asdict(),
            "conflict": list(self.conflict),
            "best_reachable": [goal._asdict() for goal in self.best_reachable],
            "regions": [reason.as_dict() for reason in self.regions],
            "runners_up": [plan.as_dict() for plan in self.runners_up],
            "near_optimal": self.near_optimal and self.near_optimal.as_dict(),
            "usd_per_ms": price.usd_per_ms if price else None,
            "next_faster": price.plan.as_dict() if price else None,
        }
