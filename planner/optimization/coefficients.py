"""The coefficients of the planning problem: what each choice costs, as arrays.

Both engines read these and nothing else, and every number is the `usd` of a charge of
`evaluation.cost`, or its price for a GB. Columns are the candidate regions in the order of their names.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from planner.domain.layout import Sku
from planner.domain.problem import Problem
from planner.domain.scenario import PushSource, Site
from planner.evaluation import cost
from planner.evaluation.latency import SECONDS_PER_HOUR, wait_hours
from planner.facts.prices import Price, Prices

UnitPrice = Callable[[Problem, Prices, Any, str], Price]
"""One of `evaluation.cost`: the price between a place and a region."""


class Client(NamedTuple):
    """Sites that any plan serves alike, as one row of the problem."""

    sites: tuple[str, ...]
    images: frozenset[str]
    """Images that they pull."""
    pulls: float
    """Pulls per month."""
    premium: bool
    """Whether they have private endpoints, which need a Premium registry."""
    rtt_ms: tuple[float, ...]
    """Round trip to each region."""
    bill_usd: tuple[float, ...]
    """Billed pulls if served from each region, USD per month."""
    wait_usd: tuple[float, ...]
    """Value of the waiting if served from each region, USD per month."""


class Source(NamedTuple):
    """A push source, or the home where pushes enter if there is none."""

    name: str | None
    """None for the home."""
    rtt_ms: tuple[float, ...]
    """Round trip to each region; all 0 for the home, which is free to choose."""
    push_usd_per_gb: tuple[float, ...]
    """New GB into each region."""
    anchors_home: bool
    """Whether the home of a replicated registry is where these pushes enter."""


class Terms(NamedTuple):
    """What a location of a SKU costs in a region, and what it stores."""

    fee_usd: float
    """USD per month."""
    included_gb: float
    usd_per_gb: float
    """USD per month for each GB stored above the included ones."""
    max_gb: float


@dataclass(frozen=True)
class Coefficients:
    """All charges of a problem over some candidate regions."""

    problem: Problem
    regions: tuple[str, ...]

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        """The sites that pull, or whose private endpoints cost something."""
        problem = self.problem
        return tuple(
            site
            for site in problem.scenario.sites
            if problem.site_pulls[site.name] or site.private_endpoints
        )

    @cached_property
    def separate_clients(self) -> tuple[Client, ...]:
        """One client a site, in an order that does not depend on the scenario's."""
        return tuple(sorted(map(self._client, self.sites), key=_row))

    @cached_property
    def clients(self) -> tuple[Client, ...]:
        """Sites with equal round trips to all regions merged, for a single registry.

        Exact where the nearest location answers, since one location answers them all.
        Sites that pull stay apart from those that do not, whom no latency goal binds.
        """

        def alike(client: Client) -> Hashable:
            return client.rtt_ms, client.pulls > 0

        return merged(self.separate_clients, alike)

    def _client(self, site: Site) -> Client:
        problem = self.problem
        gb = problem.site_gb[site.name]
        return Client(
            (site.name,),
            problem.images_of_site[site.name],
            problem.site_pulls[site.name],
            bool(site.private_endpoints),
            problem.rtts_ms(site, self.regions),
            tuple([gb * usd for usd in self._prices(cost.pull_price, site.region)]),
            self._wait_usd(site),
        )

    def _wait_usd(self, site: Site) -> tuple[float, ...]:
        problem = self.problem
        if not problem.scenario.assumptions.usd_per_wait_hour:
            return (0.0,) * len(self.regions)
        return tuple(cost.waiting(problem, site, r).usd for r in self.regions)

    def _prices(self, price: UnitPrice, place: str | None) -> tuple[float, ...]:
        """USD per GB between a place and each region."""
        problem, prices = self.problem, self.problem.prices
        return prices.row(
            (price, place), self.regions, lambda r: price(problem, prices, place, r)
        )

    @cached_property
    def endpoints_usd(self) -> float:
        """The private endpoints of all sites, which cost the same wherever served."""
        problem = self.problem
        return sum(
            charge.usd
            for site in self.sites
            for charge in cost.site_endpoints(problem, problem.prices, site)
        )

    @cached_property
    def operations_usd(self) -> float:
        """Labour of one registry."""
        return cost.operations(self.problem, 1).usd

    def pull_seconds(self, client: Client) -> tuple[float, ...]:
        """Seconds per month that the client's pulls take from each region."""
        problem = self.problem
        hours = (
            sum(
                wait_hours(problem.scenario.assumptions, problem.pulls[name], ms)
                for name in client.sites
            )
            for ms in client.rtt_ms
        )
        return tuple(h * SECONDS_PER_HOUR for h in hours)

    # ---- registries ----

    def terms(self, sku: Sku, region: str, *, replica: bool = False) -> Terms:
        """Fee and storage of a location whose stored GB the plan decides."""
        problem, prices = self.problem, self.problem.prices
        return Terms(
            cost.registry_fee(problem, prices, sku, region).usd,
            cost.included_gb(problem, prices, sku, replica=replica),
            prices.storage(sku, problem.region(region)).usd,
            problem.facts.limits.max_storage_gb(sku),
        )

    def location_usd(self, region: str, gb: float, *, replica: bool) -> float:
        """Fee and storage of one location of a geo-replicated registry."""
        problem, prices = self.problem, self.problem.prices
        fee = cost.registry_fee(problem, prices, Sku.PREMIUM, region)
        kept = cost.storage(problem, prices, Sku.PREMIUM, region, gb, replica)
        return fee.usd + kept.usd

    def unreplicated_usd(
        self, region: str, gb: float, *, premium: bool
    ) -> float | None:
        """Fee and storage of a registry with one location; None if no SKU fits."""
        key = (region, gb, premium)
        if key not in self._unreplicated:
            problem, prices = self.problem, self.problem.prices
            sku = cost.cheapest_sku(problem, prices, region, gb, premium)
            self._unreplicated[key] = (
                None
                if sku is None
                else cost.unreplicated_usd(problem, prices, sku, region, gb)
            )
        return self._unreplicated[key]

    @cached_property
    def _unreplicated(self) -> dict[tuple[str, float, bool], float | None]:
        """What was asked for before; few registries differ in what they store."""
        return {}

    @cached_property
    def premium_max_gb(self) -> float:
        """GB that a Premium registry can store."""
        return self.problem.facts.limits.max_storage_gb(Sku.PREMIUM)

    # ---- pushes ----

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """Push sources in the order of their names; without any, the home.

        The home of a replicated registry is where the heaviest one enters.
        """
        problem = self.problem
        heaviest = problem.heaviest_push_source
        if heaviest is None:
            nowhere = (0.0,) * len(self.regions)
            return (Source(None, nowhere, nowhere, anchors_home=True),)
        places = sorted(problem.push_sources.values(), key=lambda p: p.name)
        return tuple(self._source(place, place is heaviest) for place in places)

    def _source(self, place: PushSource, heaviest: bool) -> Source:
        problem = self.problem
        return Source(
            place.name,
            problem.rtts_ms(place, self.regions),
            self._prices(cost.push_price, place.region),
            heaviest,
        )

    def pushed_gb(self, source: Source, images: Iterable[str]) -> float:
        """New GB per month of these images that enter from a source."""
        pushes = self.problem.pushes
        return sum(
            pushes[image].new_gb
            for image in sorted(images)
            if pushes[image].source == source.name
        )

    def push_usd(self, images: Iterable[str], column: int) -> float:
        """Pushing these images to an unreplicated registry in a region."""
        held = sorted(images)
        return sum(
            self.pushed_gb(source, held) * source.push_usd_per_gb[column]
            for source in self.sources
        )

    @cached_property
    def sync_usd_per_gb(self) -> tuple[tuple[float, ...], ...]:
        """Sync from the ingest location (row) to another location; 0 to itself."""
        return tuple(self._prices(cost.sync_price, region) for region in self.regions)

    @cached_property
    def leaving_usd_per_gb(self) -> tuple[tuple[float, ...], ...]:
        """The same, as if every pair were different regions; equal rows are a class."""
        return tuple(self._prices(_leaving, region) for region in self.regions)


def _leaving(problem: Problem, prices: Prices, ingest: str, other: str) -> Price:
    return prices.sync_leaving(problem.region(ingest), problem.region(other))


def _row(client: Client) -> tuple[object, ...]:
    """What a client is apart from its names, which break a remaining tie."""
    return (
        client.rtt_ms,
        sorted(client.images),
        client.premium,
        client.pulls,
        client.bill_usd,
        client.wait_usd,
        client.sites,
    )


def merged(
    clients: Sequence[Client], key: Callable[[Client], Hashable]
) -> tuple[Client, ...]:
    """The clients with those of equal key made one."""
    groups: dict[Hashable, list[Client]] = {}
    for client in clients:
        groups.setdefault(key(client), []).append(client)
    return tuple(map(_merged, groups.values()))


def _merged(group: Sequence[Client]) -> Client:
    first = group[0]
    if len(group) == 1:
        return first
    return first._replace(
        sites=tuple(name for client in group for name in client.sites),
        images=frozenset().union(*(client.images for client in group)),
        pulls=sum(client.pulls for client in group),
        premium=any(client.premium for client in group),
        bill_usd=tuple(map(sum, zip(*(c.bill_usd for c in group), strict=True))),
        wait_usd=tuple(map(sum, zip(*(c.wait_usd for c in group), strict=True))),
    )
