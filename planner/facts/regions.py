"""Azure regions: where they are, who may use them, how their traffic is priced."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from planner.errors import FactsError
from planner.facts.table import Row, read_table

COLUMNS = (
    "region",
    "display_name",
    "cloud",
    "availability",
    "geography",
    "country",
    "place",
    "paired_region",
    "latitude",
    "longitude",
    "availability_zones",
    "eu_data_boundary",
    "transfer_continent",
    "egress_zone",
    "egress_zone_if_dearer",
    "zone_evidence",
    "price_source",
    "price_as_of",
    "source",
    "as_of",
)


class Availability(StrEnum):
    """Who may use a region."""

    LISTED = "listed"
    """On Microsoft's public list, open to every subscription."""
    RESTRICTED = "restricted"
    """On the list, but access must be asked for."""
    UNLISTED = "unlisted"
    """Named in Microsoft's code or in ARM only; not offered."""
    SOVEREIGN = "sovereign"
    """US Government or China: another cloud, without known prices."""


@dataclass(frozen=True, slots=True)
class Region:
    """One Azure region, as `regions.csv` has it."""

    name: str
    display_name: str
    cloud: str
    availability: Availability
    geography: str
    country: str
    place: str
    paired_region: str
    latitude: float | None
    longitude: float | None
    availability_zones: bool
    eu_data_boundary: bool
    transfer_continent: str | None
    egress_zone: str | None
    egress_zone_if_dearer: str | None
    zone_evidence: str
    price_as_of: str
    source: str
    as_of: str

    @property
    def offered(self) -> bool:
        """Whether a customer can have a registry here, on request or at once."""
        return self.availability in (Availability.LISTED, Availability.RESTRICTED)


def read_regions(path: Path) -> dict[str, Region]:
    """Read `regions.csv`; every offered region must have a place on the map and a zone."""
    regions: dict[str, Region] = {}
    for row in read_table(path, COLUMNS):
        region = _region(row)
        if region.name in regions:
            raise row.error(f"{region.name} is listed twice")
        if region.offered and None in (
            region.latitude,
            region.longitude,
            region.transfer_continent,
            region.egress_zone,
        ):
            raise row.error(
                f"{region.name} is offered but lacks coordinates, continent or zone"
            )
        regions[region.name] = region
    if not regions:
        raise FactsError(f"{path.name}: no regions")
    return regions


def _region(row: Row) -> Region:
    try:
        availability = Availability(row.text("availability"))
    except ValueError as error:
        raise row.error(str(error)) from None
    located = row.optional("latitude") and row.optional("longitude")
    return Region(
        name=row.text("region"),
        display_name=row.text("display_name"),
        cloud=row.text("cloud"),
        availability=availability,
        geography=row.optional("geography") or "",
        country=row.optional("country") or "",
        place=row.optional("place") or "",
        paired_region=row.optional("paired_region") or "",
        latitude=row.signed("latitude") if located else None,
        longitude=row.signed("longitude") if located else None,
        availability_zones=row.optional("availability_zones") == "yes",
        eu_data_boundary=row.optional("eu_data_boundary") == "yes",
        transfer_continent=row.optional("transfer_continent"),
        egress_zone=row.optional("egress_zone"),
        egress_zone_if_dearer=row.optional("egress_zone_if_dearer"),
        zone_evidence=row.optional("zone_evidence") or "",
        price_as_of=row.optional("price_as_of") or "",
        source=row.text("source"),
        as_of=row.text("as_of"),
    )
