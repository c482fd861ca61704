"""The answer of `evaluate`: cost lines, latency, operations and risks of one layout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from planner.domain.layout import Layout
from planner.evaluation.availability import RegionLoss, worst_loss
from planner.evaluation.cost import BILL_KINDS, Charge, Kind
from planner.evaluation.latency import Latency
from planner.facts.rtt import Rtt

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

SCHEMA_VERSION = 1
"""Version of the JSON that every command prints."""


class CostLine(NamedTuple):
    """One charge, and which registry, region and site it is for."""

    registry: str
    region: str
    """The location that causes the cost; for sync the one that receives the copy."""
    site: str | None
    """The site, or for pushes and sync the push source."""
    charge: Charge

    @property
    def kind(self) -> Kind:
        """What the line is for."""
        return self.charge.kind

    @property
    def usd(self) -> float:
        """USD per month."""
        return self.charge.usd

    def as_dict(self) -> dict[str, Any]:
        """The line as the JSON contract has it."""
        return {
            "kind": self.kind.value,
            "registry": self.registry,
            "region": self.region,
            "site": self.site,
            "quantity": self.charge.quantity,
            "unit": self.charge.unit,
            "unit_price_usd": self.charge.price.usd,
            "monthly_usd": self.usd,
            "detail": self.charge.detail,
            "price_source": self.charge.price.source,
            "price_as_of": self.charge.price.as_of,
        }


@dataclass(frozen=True)
class Cost:
    """USD per month, as lines and as sums."""

    lines: tuple[CostLine, ...]
    low_usd: float
    """The bill under the cheaper reading of every unclear rule."""
    high_usd: float
    """The bill under the dearer reading of every unclear rule."""

    @cached_property
    def by_kind(self) -> Mapping[Kind, float]:
        """USD per month by kind."""
        sums = dict.fromkeys(Kind, 0.0)
        for line in self.lines:
            sums[line.kind] += line.usd
        return sums

    @cached_property
    def bill_usd(self) -> float:
        """What Azure bills: all lines but operations and waiting."""
        return sum(self.by_kind[kind] for kind in BILL_KINDS)

    @property
    def operations_usd(self) -> float:
        """Labour, if the user prices it."""
        return self.by_kind[Kind.OPERATIONS]

    @property
    def waiting_usd(self) -> float:
        """Waiting, if the user values it."""
        return self.by_kind[Kind.WAITING]

    @property
    def total_usd(self) -> float:
        """Bill, operations and waiting: what the optimizer minimises."""
        return self.bill_usd + self.operations_usd + self.waiting_usd


class SiteService(NamedTuple):
    """How one site is served."""

    site: str
    registry: str
    serving_region: str
    rtt: Rtt
    pulls_per_month: float
    gb_per_month: float

    def as_dict(self) -> dict[str, Any]:
        """The row as the JSON contract has it."""
        return {
            "site": self.site,
            "registry": self.registry,
            "serving_region": self.serving_region,
            "rtt_ms": self.rtt.ms,
            "estimated": self.rtt.estimated,
            "error_ms": self.rtt.error_ms,
            "pulls_per_month": self.pulls_per_month,
            "gb_per_month": self.gb_per_month,
        }


class Operations(NamedTuple):
    """What people have to do because of the layout."""

    registries: int
    pushes_per_release: float
    """Registries that a release must be pushed to, averaged over the pushes."""
    image_names: int
    """Full names that one image goes by, at most."""
    access_configurations: int
    """Registries whose access must be configured."""


class FirstCopy(NamedTuple):
    """One-off: the first copy of every registry to its replicas; never in the bill."""

    gb: float
    usd: float


class Risk(NamedTuple):
    """Something to know before deciding: a stable code and a sentence."""

    code: str
    message: str


@dataclass(frozen=True)
class Evaluation:
    """Everything known about one layout of one scenario."""

    scenario: str
    name: str
    """Name of the layout."""
    layout: Layout
    """The layout with every SKU and every site's registry filled in."""
    cost: Cost
    latency: Latency
    services: tuple[SiteService, ...]
    operations: Operations
    losses: tuple[RegionLoss, ...]
    """What the loss of each location does, by region."""
    first_copy: FirstCopy
    risks: tuple[Risk, ...]
    assumptions: tuple[str, ...]
    """Defaults and readings that the figures rest on, as sentences."""
    prices_as_of: tuple[str, str]
    """Oldest and newest date of the prices used."""

    @property
    def worst_loss(self) -> RegionLoss:
        """The location whose loss hurts most."""
        return worst_loss(self.losses)

    @cached_property
    def lines(self) -> pd.DataFrame:
        """Cost lines as a table, USD per month."""
        import pandas as pd

        return pd.DataFrame([line.as_dict() for line in self.cost.lines])

    @cached_property
    def sites(self) -> pd.DataFrame:
        """Sites as a table, round trips in ms."""
        import pandas as pd

        return pd.DataFrame([service.as_dict() for service in self.services])

    def figure(self) -> go.Figure:
        """The monthly cost by kind and region as stacked bars."""
        from planner.reporting.notebook import evaluation_figure

        return evaluation_figure(self)

    def _repr_html_(self) -> str:
        from planner.reporting.notebook import evaluation_html

        return evaluation_html(self)

    def as_dict(self) -> dict[str, Any]:
        """The evaluation as the JSON contract has it."""
        cost = self.cost
        return {
            "schema_version": SCHEMA_VERSION,
            "scenario": self.scenario,
            "layout_name": self.name,
            "layout": layout_dict(self.layout),
            "cost": {
                "bill_usd": cost.bill_usd,
                "operations_usd": cost.operations_usd,
                "waiting_usd": cost.waiting_usd,
                "total_usd": cost.total_usd,
                "by_kind": {kind.value: cost.by_kind[kind] for kind in BILL_KINDS},
                "lines": [line.as_dict() for line in cost.lines],
                "range": {"low_usd": cost.low_usd, "high_usd": cost.high_usd},
            },
            "latency": {
                **asdict(self.latency),
                "sites": [service.as_dict() for service in self.services],
            },
            "operations": self.operations._asdict(),
            "worst_loss": self.worst_loss._asdict(),
            "first_copy": self.first_copy._asdict(),
            "risks": [risk._asdict() for risk in self.risks],
            "assumptions": list(self.assumptions),
            "prices_as_of": list(self.prices_as_of),
        }


def layout_dict(layout: Layout) -> dict[str, Any]:
    """A layout as the JSON contract has it."""
    keys = {"name", "sku", "home", "replicas", "serves"}
    registries = []
    for registry in layout.registries:
        kept = registry.model_dump(mode="json", include=keys)
        if registry.routing != "global":
            kept["routing"] = registry.routing
        if registry.pins:
            kept["pins"] = dict(registry.pins)
        registries.append(kept)
    return {"registries": registries}
