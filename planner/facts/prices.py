"""Prices: registry fees, storage, transfer, internet egress, private endpoints.

Each look-up returns a `Price` with its source and date, or raises `FactsError` naming
what is missing; none returns 0 for the unknown. A user's overrides come first: a price
for a region wins over one for its continent or zone.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from planner.errors import FactsError, did_you_mean
from planner.facts.regions import Region
from planner.facts.table import Row, read_table, read_unique


class Price(NamedTuple):
    """USD per unit, with where and when it was read."""

    usd: float
    source: str
    as_of: str


FREE = Price(0.0, "same-region-free", "2026-08-13")
"""Traffic inside a region, and into Azure, is free by documented policy."""
FREE_SYNC = Price(0.0, "acr-geo-replication", "2026-08-13")
"""Sync under the cheaper reading."""


class Reading(StrEnum):
    """How to read the vendor's rules where they are unclear."""

    DEFAULT = "default"
    LOW = "low"
    """The cheaper reading of every unclear rule."""
    HIGH = "high"
    """The dearer reading of every unclear rule."""


class Fee(NamedTuple):
    """What one SKU costs and includes."""

    daily: Price
    included_gb: float
    storage: Price


class Tier(NamedTuple):
    """Internet egress price from a monthly volume on."""

    from_gb: float
    price: Price


class Overrides(NamedTuple):
    """The user's own prices, keyed as the facts are; None stands for "any region"."""

    daily_fees: Mapping[tuple[str, str | None], float] = {}
    storage: Mapping[str | None, float] = {}
    transfer: Mapping[tuple[str, str], float] = {}
    egress: Mapping[str, float] = {}
    endpoint_hour: float | None = None
    endpoint_gb: float | None = None


@dataclass(frozen=True, eq=False)
class Prices:
    """All unit prices under one reading of the rules.

    Prices are looked up by the thousand for one plan, so what was found is kept.
    """

    fees: Mapping[str, Fee]
    transfer_rates: Mapping[tuple[str, str], Mapping[Reading, Price]]
    egress_tiers: Mapping[str, tuple[Tier, ...]]
    addons: Mapping[str, Price]
    egress_tier_gb: float = 100.0
    discount: float = 0.0
    overrides: Overrides = field(default_factory=Overrides)
    reading: Reading = Reading.DEFAULT

    def read_as(self, reading: Reading) -> Prices:
        """The same prices under another reading of the unclear rules."""
        if reading not in self._readings:
            self._readings[reading] = replace(self, reading=reading)
        return self._readings[reading]

    @cached_property
    def _readings(self) -> dict[Reading, Prices]:
        return {}

    def row(
        self, key: Hashable, regions: tuple[str, ...], price: Callable[[str], Price]
    ) -> tuple[float, ...]:
        """USD per unit at each of many regions, kept under a key of the caller's."""
        found = self._rows.get((key, regions))
        if found is None:
            found = tuple(price(region).usd for region in regions)
            self._rows[key, regions] = found
        return found

    @cached_property
    def _rows(self) -> dict[tuple[Hashable, tuple[str, ...]], tuple[float, ...]]:
        return {}

    def daily_fee(self, sku: str, region: Region) -> Price:
        """USD per day of one location, after discount."""
        own = self.overrides.daily_fees
        for key in ((sku, region.name), (sku, None)):
            if key in own:
                return self._discounted(_own(own[key]))
        self._refuse_other_clouds(region, "registry fee")
        return self._discounted(self._fee(sku).daily)

    def included_gb(self, sku: str) -> float:
        """GB of storage that the registry fee of a SKU includes."""
        return self._fee(sku).included_gb

    def storage(self, sku: str, region: Region) -> Price:
        """USD per GB-month above the included storage, after discount."""
        for key in (region.name, None):
            if key in self.overrides.storage:
                return self._discounted(_own(self.overrides.storage[key]))
        self._refuse_other_clouds(region, "storage price")
        return self._discounted(self._fee(sku).storage)

    def transfer(self, source: Region, target: Region) -> Price:
        """USD per GB between two regions; free inside one."""
        if source.name == target.name:
            return FREE
        return self.leaving(source, target)

    def leaving(self, source: Region, target: Region) -> Price:
        """USD per GB from a region to another one at the target's place.

        Unlike `transfer` this does not ask whether both are the same region.
        """
        key = (source.name, target.name)
        found = self._leaving.get(key)
        if found is None:
            found = self._leaving[key] = self._look_up_leaving(source, target)
        return found

    @cached_property
    def _leaving(self) -> dict[tuple[str, str], Price]:
        return {}

    def _look_up_leaving(self, source: Region, target: Region) -> Price:
        for a in (source.name, source.transfer_continent):
            for b in (target.name, target.transfer_continent):
                if a and b and (a, b) in self.overrides.transfer:
                    return _own(self.overrides.transfer[a, b])
        key = (source.transfer_continent or "", target.transfer_continent or "")
        if key not in self.transfer_rates:
            raise FactsError(
                f"no transfer price from {source.name} to {target.name} in "
                "transfer_rates.csv; give one under price_overrides.transfer"
            )
        return self.transfer_rates[key][self.reading]

    def sync(self, source: Region, target: Region) -> Price:
        """USD per GB of synchronisation between two locations of a registry.

        Billed as transfer since the documentation says so (2026-05); the cheaper reading
        is the older staff answer that it is free.
        """
        if source.name == target.name:
            return FREE
        return self.sync_leaving(source, target)

    def sync_leaving(self, source: Region, target: Region) -> Price:
        """The price of `sync` as if both were different regions, like `leaving`."""
        if self.reading is Reading.LOW:
            return FREE_SYNC
        return self.leaving(source, target)

    def replica_included_gb(self, assumed: float) -> float:
        """GB of storage that a replica includes: the assumption, or either reading.

        It is not documented whether a replica brings an allowance of its own; the
        cheaper reading is that it brings that of Premium, the dearer that it has none.
        """
        if self.reading is Reading.LOW:
            return max(assumed, self.included_gb("Premium"))
        return 0.0 if self.reading is Reading.HIGH else assumed

    def internet_egress(self, source: Region) -> Price:
        """USD per GB from a region to the internet, at the account's marginal tier."""
        zone = source.egress_zone
        if self.reading is Reading.HIGH and source.egress_zone_if_dearer:
            zone = source.egress_zone_if_dearer
        for key in (source.name, source.egress_zone):
            if key and key in self.overrides.egress:
                return _own(self.overrides.egress[key])
        tiers = self.egress_tiers.get(zone or "")
        if not tiers:
            raise FactsError(
                f"no internet egress price for {source.name} in internet_egress.csv; "
                "give one under price_overrides.internet_egress"
            )
        at = [tier for tier in tiers if tier.from_gb <= self.egress_tier_gb]
        return at[-1].price

    def endpoint_hour(self) -> Price:
        """USD per hour of one private endpoint."""
        own = self.overrides.endpoint_hour
        return _own(own) if own is not None else self.addon("private_endpoint")

    def endpoint_gb(self, item: str = "private_endpoint_data_out") -> Price:
        """USD per GB through a private endpoint."""
        own = self.overrides.endpoint_gb
        return _own(own) if own is not None else self.addon(item)

    def addon(self, item: str) -> Price:
        """The price of an add-on by its name in `addon_fees.csv`."""
        try:
            return self.addons[item]
        except KeyError:
            raise FactsError(
                f"no price for {item!r} in addon_fees.csv"
                + did_you_mean(item, self.addons)
            ) from None

    def _fee(self, sku: str) -> Fee:
        try:
            return self.fees[sku]
        except KeyError:
            raise FactsError(
                f"no fee for SKU {sku!r} in registry_fees.csv; known: "
                + ", ".join(self.fees)
            ) from None

    def _refuse_other_clouds(self, region: Region, what: str) -> None:
        if region.cloud != "AzureCloud":
            raise FactsError(
                f"no {what} is known for {region.name} ({region.cloud}); "
                "give it under price_overrides"
            )

    def _discounted(self, price: Price) -> Price:
        if not self.discount:
            return price
        return price._replace(usd=price.usd * (1 - self.discount))


def _own(usd: float) -> Price:
    return Price(usd, "price_overrides", "scenario")


def read_fees(path: Path) -> dict[str, Fee]:
    """Read `registry_fees.csv`; fees are the same in every region."""
    columns = (
        "sku",
        "usd_per_day",
        "included_storage_gb",
        "storage_usd_per_gb_month",
        "source",
        "as_of",
    )
    return read_unique(
        path,
        columns,
        key=lambda row: row.text("sku"),
        value=lambda row: Fee(
            _price(row, "usd_per_day"),
            row.number("included_storage_gb"),
            _price(row, "storage_usd_per_gb_month"),
        ),
    )


def read_transfer_rates(
    path: Path,
) -> dict[tuple[str, str], dict[Reading, Price]]:
    """Read `transfer_rates.csv`: continent to continent, in three readings."""
    columns = (
        "from_continent",
        "to_continent",
        "usd_per_gb",
        "usd_per_gb_low",
        "usd_per_gb_high",
        "source",
        "as_of",
    )
    return read_unique(
        path,
        columns,
        key=lambda row: (row.text("from_continent"), row.text("to_continent")),
        value=lambda row: {
            Reading.DEFAULT: _price(row, "usd_per_gb"),
            Reading.LOW: _price(row, "usd_per_gb_low"),
            Reading.HIGH: _price(row, "usd_per_gb_high"),
        },
    )


def read_egress_tiers(path: Path) -> dict[str, tuple[Tier, ...]]:
    """Read `internet_egress.csv`: for each zone its tiers by monthly volume."""
    columns = ("egress_zone", "from_gb", "to_gb", "usd_per_gb", "source", "as_of")
    zones: dict[str, list[Tier]] = {}
    for row in read_table(path, columns):
        tiers = zones.setdefault(row.text("egress_zone"), [])
        if tiers and row.number("from_gb") <= tiers[-1].from_gb:
            raise row.error("tiers must rise")
        tiers.append(Tier(row.number("from_gb"), _price(row, "usd_per_gb")))
    return {zone: tuple(tiers) for zone, tiers in zones.items()}


def read_addons(path: Path) -> dict[str, Price]:
    """Read `addon_fees.csv`: private endpoints and other extras, USD per unit."""
    columns = ("item", "meter", "unit", "usd", "evidence", "source", "as_of")
    return read_unique(
        path,
        columns,
        key=lambda row: row.text("item"),
        value=lambda row: _price(row, "usd"),
    )


def _price(row: Row, column: str) -> Price:
    return Price(row.number(column), row.text("source"), row.text("as_of"))
