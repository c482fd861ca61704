"""What Azure says: regions, round trips, prices and limits, each with source and date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

from planner.facts.limits import Limits, read_limits
from planner.facts.prices import (
    Prices,
    read_addons,
    read_egress_tiers,
    read_fees,
    read_transfer_rates,
)
from planner.facts.regions import Region, read_regions
from planner.facts.rtt import RttTable, read_measured
from planner.facts.table import read_unique

__all__ = ["Facts", "Source", "data_folder", "load_facts"]


class Source(NamedTuple):
    """Where a fact comes from, one row of `sources.csv`."""

    title: str
    where: str
    publisher: str
    licence: str
    as_of: str
    note: str


@dataclass(frozen=True)
class Facts:
    """The tables of one folder, each read when first asked for."""

    folder: Path

    @cached_property
    def regions(self) -> Mapping[str, Region]:
        """All regions of all Azure clouds, by name."""
        return read_regions(self.folder / "regions.csv")

    @cached_property
    def rtt(self) -> RttTable:
        """Round trips, client region to serving region."""
        measured = read_measured(self.folder / "rtt.csv")
        return RttTable(measured, self.regions, self.folder)

    @cached_property
    def prices(self) -> Prices:
        """List prices in USD, pay-as-you-go, before any override or discount."""
        return Prices(
            fees=read_fees(self.folder / "registry_fees.csv"),
            transfer_rates=read_transfer_rates(self.folder / "transfer_rates.csv"),
            egress_tiers=read_egress_tiers(self.folder / "internet_egress.csv"),
            addons=read_addons(self.folder / "addon_fees.csv"),
        )

    @cached_property
    def limits(self) -> Limits:
        """Service limits by SKU."""
        return read_limits(self.folder / "limits.csv")

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        """What the short source names in the tables stand for."""
        columns = ("source", "title", "where", "publisher", "licence", "as_of", "note")
        return read_unique(
            self.folder / "sources.csv",
            columns,
            key=lambda row: row.text("source"),
            value=lambda row: Source(
                row.text("title"),
                row.text("where"),
                row.text("publisher"),
                row.text("licence"),
                row.text("as_of"),
                row.optional("note") or "",
            ),
        )


def data_folder() -> Path:
    """The folder of the CSV facts and example scenarios.

    Inside the package when installed from a wheel, beside it in a checkout.
    """
    package = Path(__file__).resolve().parent.parent
    inside = package / "data"
    return inside if inside.is_dir() else package.parent / "data"


@lru_cache(maxsize=8)
def load_facts(folder: Path | None = None) -> Facts:
    """Return the facts of `folder` (default: those of the package), read lazily."""
    return Facts(folder or data_folder())
