"""The steps of a migration, each a type of its own, and what a step costs.

No step deletes a home region: there is no such type.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from planner.domain.layout import Registry, Sku, Webhook
from planner.domain.problem import Problem
from planner.evaluation.cost import Charge
from planner.evaluation.result import Evaluation

MB_PER_GB = 1000.0
SECONDS_PER_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class CreateRegistry:
    """A registry that the plan has and today has not; replicas come later."""

    registry: str
    home: str
    sku: Sku


@dataclass(frozen=True, slots=True)
class RaiseSku:
    """A higher service tier for a registry that stays."""

    registry: str
    old: Sku
    new: Sku


@dataclass(frozen=True, slots=True)
class EnableRegionalEndpoints:
    """One login server for each location (a preview), for a registry that pins sites."""

    registry: str


@dataclass(frozen=True, slots=True)
class ImportImages:
    """Copy the images that a registry will serve from one that holds them."""

    source: str
    registry: str
    images: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CreateReplica:
    """One more location."""

    registry: str
    region: str


@dataclass(frozen=True, slots=True)
class CreateWebhook:
    """A declared webhook in a location that lacks it."""

    registry: str
    region: str
    webhook: Webhook

    @property
    def name(self) -> str:
        """Name in Azure, unique in the registry."""
        return f"{self.webhook.name}{self.region}"


@dataclass(frozen=True, slots=True)
class AddPush:
    """A push source starts to push to further registries; nothing in Azure changes."""

    source: str | None
    """None where the scenario names no push source."""
    images: tuple[str, ...]
    old_servers: tuple[str, ...]
    new_servers: tuple[str, ...]
    """Where it has to push once all is done."""


@dataclass(frozen=True, slots=True)
class SwitchSite:
    """New image names in what a site deploys; nothing in Azure changes."""

    site: str
    images: tuple[str, ...]
    old_registry: str
    old_server: str
    registry: str
    new_server: str


@dataclass(frozen=True, slots=True)
class DeleteReplica:
    """A location that the plan drops; never the home region."""

    registry: str
    region: str


@dataclass(frozen=True, slots=True)
class DeleteRegistry:
    """A registry that the plan drops, once others hold its images."""

    registry: str
    home: str
    heirs: tuple[str, ...]
    """Registries of the plan that must hold all that it holds."""


@dataclass(frozen=True, slots=True)
class LowerSku:
    """A lower service tier, possible only without replicas."""

    registry: str
    old: Sku
    new: Sku


Change = (
    CreateRegistry
    | RaiseSku
    | EnableRegionalEndpoints
    | AddPush
    | ImportImages
    | CreateReplica
    | CreateWebhook
    | SwitchSite
    | DeleteReplica
    | DeleteRegistry
    | LowerSku
)
"""What one step does."""

REDUCTIONS = (DeleteReplica, DeleteRegistry, LowerSku)
"""Steps that take something away; they wait for a flag of their own."""


class Effect(NamedTuple):
    """What a step costs once and changes every month."""

    copies: tuple[Charge, ...]
    """One-off transfers, each GB times the price of a GB."""
    monthly_usd: float
    """Change of the Azure bill in USD per month, this step being done after the others."""
    hours: float
    """Estimated duration of the copies, at the assumed speed."""

    @property
    def gb(self) -> float:
        """GB copied, once."""
        return sum(charge.quantity for charge in self.copies)

    @property
    def usd(self) -> float:
        """USD for the copies, once."""
        return sum(charge.usd for charge in self.copies)


@dataclass(frozen=True)
class Step:
    """One change and its effect."""

    change: Change
    effect: Effect

    @property
    def reduces(self) -> bool:
        """Whether the step takes something away."""
        return isinstance(self.change, REDUCTIONS)


@dataclass(frozen=True)
class Migration:
    """The way from one layout to another, in an order that is safe."""

    problem: Problem
    before: Evaluation
    after: Evaluation
    steps: tuple[Step, ...]

    @property
    def gb(self) -> float:
        """GB copied, once."""
        return sum(step.effect.gb for step in self.steps)

    @property
    def usd(self) -> float:
        """USD for copies, once."""
        return sum(step.effect.usd for step in self.steps)

    @property
    def monthly_usd(self) -> float:
        """Change of the Azure bill in USD per month."""
        return self.after.cost.bill_usd - self.before.cost.bill_usd

    @property
    def hours(self) -> float:
        """Estimated duration of all copies, one after the other."""
        return sum(step.effect.hours for step in self.steps)

    @property
    def kept(self) -> dict[str, Registry]:
        """Registries of today that the plan keeps, as they are today, by name."""
        names = {registry.name for registry in self.after.layout.registries}
        return {r.name: r for r in self.before.layout.registries if r.name in names}

    def new_replicas(self, registry: Registry) -> tuple[str, ...]:
        """Replicas of the plan's registry that it lacks today."""
        old = self.kept.get(registry.name)
        have = old.replicas if old else ()
        return tuple(region for region in registry.replicas if region not in have)

    def dropped_replicas(self, registry: Registry) -> tuple[str, ...]:
        """Replicas of today that the plan's registry of that name lacks."""
        old = self.kept.get(registry.name)
        return (
            tuple(r for r in old.replicas if r not in registry.replicas) if old else ()
        )
