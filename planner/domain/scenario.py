"""The scenario: what the user says. Units are in the field names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from planner.base import FrozenModel
from planner.domain.layout import Amount, Count, Layout, Name, RegionName, Sku

Milliseconds = Annotated[float, Field(gt=0, le=100_000, strict=True)]
"""A round trip in ms."""

Percent = Annotated[float, Field(ge=0, lt=100, strict=True)]
"""A percentage below 100."""


MOST_GB_PER_PULL = 100_000.0
"""More GB a pull than this is a slip of the pen; a layer is at most 200 GiB."""


class Place(FrozenModel):
    """Something in an Azure region, or at a point outside Azure."""

    name: Name
    """Name, unique in its list."""
    region: RegionName | None = None
    """Azure region; or give latitude and longitude for a place outside Azure."""
    latitude: Annotated[float, Field(ge=-90, le=90, strict=True)] | None = None
    """Degrees north, for a place outside Azure."""
    longitude: Annotated[float, Field(ge=-180, le=180, strict=True)] | None = None
    """Degrees east, for a place outside Azure."""
    rtt_ms: Mapping[RegionName, Milliseconds] = {}
    """Your own measured round trips in ms to Azure regions; they win over the tables."""

    @model_validator(mode="after")
    def _in_or_out(self) -> Place:
        inside = self.region is not None
        spot = (self.latitude is not None, self.longitude is not None)
        if inside and any(spot):
            raise ValueError("give either region, or latitude and longitude, not both")
        if not inside and not all(spot):
            raise ValueError("give region, or both latitude and longitude")
        return self


class Image(FrozenModel):
    """One container image (a repository with its versions)."""

    name: Name
    """Name of the repository."""
    size_gb: Amount
    """GB of one full cold pull, compressed."""
    layers: Annotated[int, Field(ge=1, le=1000, strict=True)] = 8
    """Number of layers."""
    new_gb_per_push: Amount | None = None
    """New GB that one push adds, compressed; default 0.3 x size_gb."""
    stored_gb: Amount | None = None
    """GB kept over all versions, compressed and unique; default size_gb."""
    pushes_per_month: Amount = 0.0
    """Pushes (releases) per month."""
    pushed_from: Name | None = None
    """Push source; default the first one."""


class Demand(FrozenModel):
    """Pulls of one image at one site, counted directly or derived bottom-up.

    Bottom-up: GB = nodes x releases x new_gb_per_push + node_replacements x size_gb
    + fresh_node_starts x size_gb; pulls likewise with each term's count.
    """

    image: Name | None = None
    """Image; without one the demand counts towards an unnamed image."""
    pulls_per_month: Amount | None = None
    """Pulls per month."""
    gb_per_month: Amount | None = None
    """GB moved by those pulls per month; less than pulls x size, since nodes cache."""
    releases_per_month: Amount | None = None
    """Bottom-up: releases that every node of the site pulls, per month."""
    node_replacements_per_month: Amount = 0.0
    """Bottom-up: nodes replaced per month, each a full cold pull."""
    fresh_node_starts_per_month: Amount = 0.0
    """Bottom-up: nodes added per month (scaling, spot), each a full cold pull."""

    @property
    def bottom_up(self) -> bool:
        """Whether the demand is derived from nodes and releases."""
        return self.releases_per_month is not None

    @model_validator(mode="after")
    def _one_way(self) -> Demand:
        direct = (self.pulls_per_month is not None, self.gb_per_month is not None)
        starts = self.node_replacements_per_month + self.fresh_node_starts_per_month
        if any(direct) and (self.bottom_up or starts):
            raise ValueError(
                "give either pulls_per_month and gb_per_month, or releases_per_month "
                "with node counts, not both"
            )
        if self.bottom_up:
            if self.image is None:
                raise ValueError("demand from releases needs an image")
            return self
        if not all(direct):
            raise ValueError(
                "give both pulls_per_month and gb_per_month, or releases_per_month "
                "(pulls x size_gb would overstate the GB two- to fourfold)"
            )
        if self.gb_per_month and not self.pulls_per_month:
            raise ValueError("gb_per_month is positive but pulls_per_month is 0")
        if (self.gb_per_month or 0) > MOST_GB_PER_PULL * (self.pulls_per_month or 0):
            raise ValueError(
                "gb_per_month over pulls_per_month is more than "
                f"{MOST_GB_PER_PULL:,.0f} GB a pull, which no image is"
            )
        return self


class Site(Place):
    """Where images are pulled: a cluster, a web app, a CI pool, a plant."""

    nodes: Count | None = None
    """Number of nodes that pull."""
    private_endpoints: Count = 0
    """Private endpoints through which the site reaches its registry; needs Premium."""
    demand: tuple[Demand, ...] = ()
    """What the site pulls."""

    @model_validator(mode="after")
    def _nodes_for_releases(self) -> Site:
        if self.nodes is None and any(d.bottom_up for d in self.demand):
            raise ValueError("nodes is needed for demand from releases_per_month")
        return self


class PushSource(Place):
    """Where images are pushed from: a build system, a team."""


class Goals(FrozenModel):
    """What a proposed layout must meet; latency goals count sites that pull."""

    home: RegionName | None = None
    """Home region of the geo-replicated registry; default the location nearest to the
    heaviest push source."""
    max_rtt_ms: Milliseconds | None = None
    """Every site's round trip in ms at most this."""
    max_mean_rtt_ms: Milliseconds | None = None
    """Mean round trip in ms, weighted by pulls, at most this."""
    max_monthly_usd: Amount | None = None
    """Azure bill in USD per month at most this."""
    required_regions: tuple[RegionName, ...] = ()
    """Regions that must have a location."""
    forbidden_regions: tuple[RegionName, ...] = ()
    """Regions that must not have a location."""
    candidate_regions: tuple[RegionName, ...] | None = None
    """Regions that may have a location; default every region open to all customers."""
    allowed_geographies: tuple[Name, ...] | None = None
    """Geographies (data residency units, such as `United States`) that may have one."""
    min_locations: Annotated[int, Field(ge=1, strict=True)] | None = None
    """Distinct regions at least."""
    max_locations: Annotated[int, Field(ge=1, strict=True)] | None = None
    """Distinct regions at most."""
    survive_region_loss: Annotated[bool, Field(strict=True)] = False
    """After the loss of any one location every site still reaches another location of
    its registry, since an image name does not change by itself."""
    max_rtt_after_loss_ms: Milliseconds | None = None
    """Every site's round trip in ms at most this after such a loss; implies
    survive_region_loss."""
    routing: Literal["global", "pinned"] = "global"
    """How the geo-replicated registry answers: `global` from the nearest location,
    `pinned` from the location that each site is pinned to (regional endpoints)."""
    objective: Literal["cost", "latency"] = "cost"
    """`cost`: least total. `latency`: least mean round trip, then least total; for use
    with a budget."""

    @property
    def survives(self) -> bool:
        """Whether the loss of a location must be survived."""
        return self.survive_region_loss or self.max_rtt_after_loss_ms is not None


class Assumptions(FrozenModel):
    """Every constant of the model that is an assumption, with its default."""

    usd_per_wait_hour: Amount = 0.0
    """USD per hour of waiting for pulls; 0: waiting is not valued."""
    usd_per_registry_month: Amount = 0.0
    """USD of labour per registry and month; 0: labour is not priced."""
    replica_included_gb: Amount = 0.0
    """GB of storage that each replica includes; whether any is not documented."""
    discount_percent: Percent = 0.0
    """Percent off registry fees and storage."""
    internet_egress_tier_gb: Amount = 100.0
    """GB per month at which the account's internet egress price is taken; the default is
    the first paid tier."""
    local_rtt_ms: Milliseconds = 2.0
    """Round trip in ms within a region, which Azure does not publish."""
    peak_to_mean_requests: Annotated[float, Field(ge=1, le=1e6, strict=True)] = 100.0
    """Requests in the busiest minute over those of an average minute, for rate limits."""
    pull_overhead_seconds: Amount = 0.3
    """Seconds of each pull that no round trip or byte explains."""
    pull_round_trips: Amount = 21.0
    """Round trips of a pull: DNS, TLS, token, manifests, config, storage endpoint and
    slow start."""
    round_trips_per_layer_batch: Amount = 2.0
    """Further round trips for each batch of layers that download side by side."""
    parallel_layers: Annotated[int, Field(ge=1, le=100, strict=True)] = 3
    """Layers that download side by side."""
    stream_window_mb: Annotated[float, Field(gt=0, le=1e6, strict=True)] = 3.0
    """MB in flight on one stream, which over the round trip bounds its speed."""
    stream_mb_per_second: Annotated[float, Field(gt=0, le=1e6, strict=True)] = 25.0
    """MB per second of one stream at most."""
    node_mb_per_second: Annotated[float, Field(gt=0, le=1e6, strict=True)] = 250.0
    """MB per second into a node at most."""
    unpack_mb_per_second: Annotated[float, Field(gt=0, le=1e6, strict=True)] = 31.0
    """MB (compressed) per second that a node unpacks."""
    sync_mb_per_second: Annotated[float, Field(gt=0, le=1e6, strict=True)] = 10.0
    """MB per second of the first copy to a new replica, for its duration only. Azure
    publishes none; one user saw 2.2 TB take days."""


class FeeOverride(FrozenModel):
    """Your own registry fee."""

    sku: Sku
    """Service tier."""
    region: RegionName | None = None
    """Region; default all."""
    usd_per_day: Amount
    """USD per day and location, before discount."""


class StorageOverride(FrozenModel):
    """Your own storage price."""

    region: RegionName | None = None
    """Region; default all."""
    usd_per_gb_month: Amount
    """USD per GB and month above the included storage, before discount."""


class TransferOverride(FrozenModel):
    """Your own price of transfer between regions."""

    source: Name
    """Region or continent (such as `europe`) that sends."""
    target: Name
    """Region or continent that receives."""
    usd_per_gb: Amount
    """USD per GB."""


class EgressOverride(FrozenModel):
    """Your own price of traffic to the internet."""

    source: Name
    """Region or egress zone (such as `zone_1`) that sends."""
    usd_per_gb: Amount
    """USD per GB."""


class PriceOverrides(FrozenModel):
    """Prices you know better than the list; they win over the facts."""

    registry_fees: tuple[FeeOverride, ...] = ()
    """Registry fees by SKU and region."""
    storage: tuple[StorageOverride, ...] = ()
    """Storage prices by region."""
    transfer: tuple[TransferOverride, ...] = ()
    """Transfer prices by sender and receiver; a region wins over its continent."""
    internet_egress: tuple[EgressOverride, ...] = ()
    """Internet egress prices by region or zone."""
    private_endpoint_usd_per_hour: Amount | None = None
    """USD per hour of one private endpoint."""
    private_endpoint_usd_per_gb: Amount | None = None
    """USD per GB through a private endpoint."""


class Scenario(FrozenModel):
    """A company's clusters, images, pushes, layouts and goals."""

    version: Annotated[int, Field(ge=1, le=1, strict=True)] = 1
    """Version of this file format."""
    name: Name
    """Name of the scenario."""
    description: str = ""
    """What the scenario stands for and where its figures come from."""
    images: tuple[Image, ...] = ()
    """Container images."""
    push_sources: tuple[PushSource, ...] = ()
    """Where images are pushed from; without any, pushes enter at the home region."""
    sites: Annotated[tuple[Site, ...], Field(min_length=1)]
    """Where images are pulled."""
    layouts: Mapping[Name, Layout] = {}
    """Layouts to compare, by name."""
    baseline: Name | None = None
    """The layout in use today; default the first one."""
    goals: Goals = Goals()
    """What a proposed layout must meet."""
    assumptions: Assumptions = Assumptions()
    """Constants of the model."""
    price_overrides: PriceOverrides = PriceOverrides()
    """Your own prices."""
