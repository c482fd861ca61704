"""A layout: a list of registries, and which site is configured to use which.

Several separate registries and one geo-replicated registry are the same kind of thing,
so that both go through the same evaluation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from planner.base import FrozenModel
from planner.errors import did_you_mean
from planner.facts import load_facts

Name = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f-\x9f]*$"
    ),
]
"""A name the user gives: any characters but control characters."""

Amount = Annotated[float, Field(ge=0, le=1e12, strict=True)]
"""A number that is not negative."""

Count = Annotated[int, Field(ge=0, le=10**9, strict=True)]
"""A whole number that is not negative."""


def known_region(name: str) -> str:
    """Return the name if Azure has such a region, else say what is near it."""
    regions = load_facts().regions
    if name in regions:
        return name
    squeezed = "".join(name.lower().split())
    hint = (
        f"; did you mean {squeezed!r}?"
        if squeezed in regions
        else did_you_mean(squeezed, regions)
    )
    raise ValueError(f"unknown region {name!r}{hint}")


RegionName = Annotated[str, AfterValidator(known_region)]
"""The programmatic name of an Azure region, such as `westeurope`."""


class Sku(StrEnum):
    """Service tier of a registry; only Premium can have replicas."""

    BASIC = "Basic"
    STANDARD = "Standard"
    PREMIUM = "Premium"


WebhookName = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9]{5,24}$")]
"""Letters and digits; the region is appended, and Azure allows 50 characters."""

WebhookUri = Annotated[
    str, StringConstraints(max_length=2000, pattern=r"^https?://[!-~]+$")
]
"""An address in printable ASCII, without spaces."""


class Webhook(FrozenModel):
    """A webhook, which Azure keeps for each location of a registry."""

    name: WebhookName
    """Name, 5 to 24 letters and digits; each location's webhook has its region appended."""
    uri: WebhookUri
    """Address that is called."""
    actions: Annotated[
        tuple[
            Literal["push", "delete", "quarantine", "chart_push", "chart_delete"], ...
        ],
        Field(min_length=1),
    ] = ("push",)
    """What it is called for; on a replica `push` means that the copy arrived."""
    scope: Annotated[str, StringConstraints(pattern=r"^[a-z0-9./:*_-]*$")] = ""
    """Repositories that it watches, such as `website:*`; default all."""


class Registry(FrozenModel):
    """One Azure Container Registry."""

    name: Name
    """Name of the registry, unique in its layout."""
    sku: Sku | None = None
    """Service tier; by default Premium with replicas, else the cheapest that fits."""
    home: RegionName
    """Home region, fixed once the registry exists."""
    replicas: tuple[RegionName, ...] = ()
    """Further regions that keep a copy of everything; Premium only."""
    serves: tuple[Name, ...] = ()
    """Sites configured to use this registry; a site that no registry lists uses the
    registry whose nearest location has the least round trip."""
    routing: Literal["global", "pinned"] = "global"
    """`global`: the nearest location answers. `pinned`: regional endpoints (a preview)
    pin each site to one location (see `pins`)."""
    pins: Mapping[Name, RegionName] = {}
    """With `routing: pinned`, the location that each site is pinned to; a site without a
    pin uses the location that costs least for it."""
    private_endpoints: Count = 0
    """Private endpoints of the registry beside those of its sites, for example for the
    build network; pushes pass through them."""
    webhooks: tuple[Webhook, ...] = ()
    """Webhooks that a deployment creates in each new location; they cost nothing."""

    @property
    def locations(self) -> tuple[str, ...]:
        """Home first, then the replicas."""
        return (self.home, *self.replicas)


class Layout(FrozenModel):
    """A list of registries."""

    registries: Annotated[tuple[Registry, ...], Field(min_length=1)]
    """The registries; images that no site pulls stay in the first one."""

    @property
    def regions(self) -> tuple[str, ...]:
        """Distinct regions with a location, in order of appearance."""
        return tuple(dict.fromkeys(r for reg in self.registries for r in reg.locations))

    def with_replica(self, region: str, registry: str) -> Layout:
        """The layout with a replica more, which makes that registry Premium."""
        return self._changed(
            registry,
            lambda old: {"replicas": (*old.replicas, region), "sku": Sku.PREMIUM},
        )

    def without_replica(
        self, region: str, registry: str, sku: Sku | None = None
    ) -> Layout:
        """The layout with a replica fewer; `sku` is for a registry that has none left."""

        def change(old: Registry) -> dict[str, object]:
            left = tuple(name for name in old.replicas if name != region)
            pins = {site: to for site, to in old.pins.items() if to != region}
            return {"replicas": left, "pins": pins, "sku": old.sku if left else sku}

        return self._changed(registry, change)

    def _changed(
        self, registry: str, change: Callable[[Registry], dict[str, object]]
    ) -> Layout:
        registries = tuple(
            old.model_copy(update=change(old)) if old.name == registry else old
            for old in self.registries
        )
        return self.model_copy(update={"registries": registries})
