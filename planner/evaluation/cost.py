"""Every charge, written once.

The functions of this module are the only place where a quantity meets a price. The
evaluation sums them into lines; the optimizer reads its coefficients from them.
They come in three forms: per open location (`registry_fee`, `storage`), per site and
serving location (`pull`, `waiting`, `site_endpoints`), and per push source and ingest
location (`push`, `sync`).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from enum import StrEnum
from functools import wraps
from typing import NamedTuple, TypeVar, cast

from planner.base import DAYS_PER_MONTH, HOURS_PER_MONTH
from planner.domain.layout import Sku
from planner.domain.problem import Problem
from planner.domain.scenario import PushSource, Site
from planner.evaluation.latency import wait_hours
from planner.facts.prices import FREE, Price, Prices


class Kind(StrEnum):
    """What a cost line is for; the bill is all of them but the last two."""

    REGISTRY_FEE = "registry_fee"
    STORAGE = "storage"
    PULL_TRANSFER = "pull_transfer"
    INTERNET_EGRESS = "internet_egress"
    SYNC_TRANSFER = "sync_transfer"
    PUSH_TRANSFER = "push_transfer"
    PRIVATE_ENDPOINTS = "private_endpoints"
    OPERATIONS = "operations"
    WAITING = "waiting"


BILL_KINDS = tuple(k for k in Kind if k not in (Kind.OPERATIONS, Kind.WAITING))
"""The kinds that Azure bills."""


class Charge(NamedTuple):
    """A quantity times a unit price, per month."""

    kind: Kind
    quantity: float
    unit: str
    price: Price
    detail: str
    """What the quantity is, for a reader who redoes the sum by hand."""

    @property
    def usd(self) -> float:
        """USD per month."""
        return self.quantity * self.price.usd


Priced = TypeVar("Priced", bound=Callable[..., Charge])


def _kept(charge: Priced) -> Priced:
    """Look a charge of a problem up once: hundreds of plans share most of theirs."""

    @wraps(charge)
    def kept(
        problem: Problem, prices: Prices, *of: Hashable, **named: Hashable
    ) -> Charge:
        key = (charge, prices, of, *named.items())
        found = problem.charges.get(key)
        if found is None:
            found = problem.charges[key] = charge(problem, prices, *of, **named)
        return cast(Charge, found)

    return cast(Priced, kept)


@_kept
def registry_fee(problem: Problem, prices: Prices, sku: Sku, region: str) -> Charge:
    """The fee of one location: days per month x daily fee of the SKU."""
    price = prices.daily_fee(sku, problem.region(region))
    return Charge(Kind.REGISTRY_FEE, DAYS_PER_MONTH, "day", price, f"{sku} location")


@_kept
def storage(
    problem: Problem, prices: Prices, sku: Sku, region: str, gb: float, replica: bool
) -> Charge:
    """Stored GB above the included ones, in one location.

    The home includes the allowance of the SKU; a replica includes the assumption
    `replica_included_gb`.
    """
    included = included_gb(problem, prices, sku, replica=replica)
    over = max(0.0, gb - included)
    detail = f"{gb:g} GB stored, {included:g} GB included"
    price = prices.storage(sku, problem.region(region))
    return Charge(Kind.STORAGE, over, "GB-month", price, detail)


def included_gb(problem: Problem, prices: Prices, sku: Sku, *, replica: bool) -> float:
    """GB of storage that a location includes."""
    if not replica:
        return prices.included_gb(sku)
    return prices.replica_included_gb(problem.scenario.assumptions.replica_included_gb)


@_kept
def pull(problem: Problem, prices: Prices, name: str, region: str) -> Charge:
    """The pulled GB of the site of that name, out of its serving location.

    Priced as transfer between regions for a site in Azure, as internet egress for one
    outside.
    """
    gb, site = problem.site_gb[name], problem.sites[name]
    price = pull_price(problem, prices, site.region, region)
    if site.region is None:
        detail = f"{region} to the internet"
        return Charge(Kind.INTERNET_EGRESS, gb, "GB", price, detail)
    detail = f"{region} to {site.region}"
    return Charge(Kind.PULL_TRANSFER, gb, "GB", price, detail)


def pull_price(
    problem: Problem, prices: Prices, client: str | None, serving: str
) -> Price:
    """USD per GB from a region to a client's region, or to the internet (None)."""
    source = problem.region(serving)
    if client is None:
        return prices.internet_egress(source)
    return prices.transfer(source, problem.region(client))


def waiting(problem: Problem, site: Site, region: str) -> Charge:
    """Hours a site waits for its pulls, at the scenario's value of an hour."""
    assumptions = problem.scenario.assumptions
    price = Price(assumptions.usd_per_wait_hour, "assumption", "scenario")
    hours = 0.0
    if assumptions.usd_per_wait_hour:
        rtt = problem.rtt(site, region).ms
        hours = wait_hours(assumptions, problem.pulls[site.name], rtt)
    return Charge(Kind.WAITING, hours, "hour", price, "time spent in pulls")


def site_endpoints(problem: Problem, prices: Prices, site: Site) -> list[Charge]:
    """A site's private endpoints: by the hour, and by the GB pulled through them."""
    if not site.private_endpoints:
        return []
    gb = Charge(
        Kind.PRIVATE_ENDPOINTS,
        problem.site_gb[site.name],
        "GB",
        prices.endpoint_gb("private_endpoint_data_out"),
        "pulled through private endpoints",
    )
    return [endpoint_hours(prices, site.private_endpoints), gb]


def endpoint_hours(prices: Prices, count: int) -> Charge:
    """Private endpoints by the hour."""
    return Charge(
        Kind.PRIVATE_ENDPOINTS,
        HOURS_PER_MONTH * count,
        "hour",
        prices.endpoint_hour(),
        f"{count} private endpoint{'s' if count > 1 else ''}",
    )


def endpoint_pushes(prices: Prices, new_gb: float) -> Charge:
    """New GB pushed in through a registry's own private endpoints."""
    return Charge(
        Kind.PRIVATE_ENDPOINTS,
        new_gb,
        "GB",
        prices.endpoint_gb("private_endpoint_data_in"),
        "pushed through private endpoints",
    )


def push(
    problem: Problem, prices: Prices, source: PushSource, ingest: str, gb: float
) -> Charge:
    """New GB from a push source into a registry; free from outside Azure."""
    price = push_price(problem, prices, source.region, ingest)
    detail = f"{source.region or 'outside Azure'} to {ingest}"
    return Charge(Kind.PUSH_TRANSFER, gb, "GB", price, detail)


def push_price(
    problem: Problem, prices: Prices, source: str | None, ingest: str
) -> Price:
    """USD per GB from a region, or from outside Azure (None), into a registry."""
    if source is None:
        return FREE
    return prices.transfer(problem.region(source), problem.region(ingest))


@_kept
def sync(
    problem: Problem, prices: Prices, ingest: str, other: str, gb: float
) -> Charge:
    """New GB copied from the ingest location to another location of the registry."""
    price = sync_price(problem, prices, ingest, other)
    return Charge(Kind.SYNC_TRANSFER, gb, "GB", price, f"{ingest} to {other}")


def sync_price(problem: Problem, prices: Prices, ingest: str, other: str) -> Price:
    """USD per GB copied between two locations of a registry."""
    return prices.sync(problem.region(ingest), problem.region(other))


def operations(problem: Problem, registries: int) -> Charge:
    """Labour per registry, only if the user prices it; never part of the Azure bill."""
    usd = problem.scenario.assumptions.usd_per_registry_month
    price = Price(usd, "assumption", "scenario")
    return Charge(Kind.OPERATIONS, registries, "registry", price, "labour")


def cheapest_sku(
    problem: Problem, prices: Prices, region: str, gb: float, premium: bool
) -> Sku | None:
    """The cheapest SKU for an unreplicated registry that stores `gb`; None if none fits.

    `premium` asks for a feature that only Premium has. On a tie the lower SKU wins.
    """
    fitting = [
        sku
        for sku in ([Sku.PREMIUM] if premium else Sku)
        if gb <= problem.facts.limits.max_storage_gb(sku)
    ]
    return min(
        fitting,
        key=lambda sku: unreplicated_usd(problem, prices, sku, region, gb),
        default=None,
    )


def unreplicated_usd(
    problem: Problem, prices: Prices, sku: Sku, region: str, gb: float
) -> float:
    """USD per month of fee and storage of a registry with one location."""
    fee = registry_fee(problem, prices, sku, region)
    return fee.usd + storage(problem, prices, sku, region, gb, replica=False).usd
