"""Where the regions are, and who may use them."""

from __future__ import annotations

from collections import Counter

from planner.facts import Facts
from planner.facts.regions import Availability

CONTINENTS = {
    "north_america",
    "europe",
    "asia",
    "oceania",
    "middle_east_africa",
    "south_america",
}


def test_counts(facts: Facts) -> None:
    """57 public regions, of which 8 are restricted; 15 belong to other clouds."""
    counts = Counter(region.availability for region in facts.regions.values())
    assert counts[Availability.LISTED] + counts[Availability.RESTRICTED] == 57
    assert counts[Availability.SOVEREIGN] == 9 + 6  # US Gov and DoD, China
    assert counts[Availability.UNLISTED] == 25
    assert len(facts.regions) == 97


def test_restricted_regions(facts: Facts) -> None:
    """The eight that Microsoft opens on request only."""
    restricted = {
        r.name for r in facts.regions.values() if r.availability == "restricted"
    }
    assert restricted == {
        "australiacentral2",
        "brazilsoutheast",
        "francesouth",
        "germanynorth",
        "norwaywest",
        "southafricawest",
        "switzerlandwest",
        "uaecentral",
    }


def test_kinds_of_regions_are_told_apart(facts: Facts) -> None:
    """Open, on request, not offered, and another cloud need different answers."""
    kinds = {
        "westeurope": ("listed", True),
        "norwaywest": ("restricted", True),
        "eastus3": ("unlisted", False),
        "jioindiawest": ("unlisted", False),
        "usgovvirginia": ("sovereign", False),
        "chinanorth3": ("sovereign", False),
    }
    for name, (availability, offered) in kinds.items():
        region = facts.regions[name]
        assert (region.availability, region.offered) == (availability, offered), name


def test_every_offered_region_can_be_priced_and_placed(facts: Facts) -> None:
    """Coordinates, continent and egress zone: without them no layout is complete."""
    for region in facts.regions.values():
        if not region.offered:
            continue
        assert region.latitude is not None, region.name
        assert -60 < region.latitude < 75, region.name
        assert region.longitude is not None, region.name
        assert -180 <= region.longitude <= 180, region.name
        assert region.transfer_continent in CONTINENTS, region.name
        assert region.egress_zone in {"zone_1", "zone_2", "zone_3"}, region.name
        assert region.geography, region.name
        assert region.cloud == "AzureCloud", region.name


def test_spot_values(facts: Facts) -> None:
    """A few published facts: place, zones, geography, egress zone."""
    europe = facts.regions["westeurope"]
    assert (europe.place, europe.geography, europe.country) == (
        "Netherlands",
        "Europe",
        "NL",
    )
    assert (europe.egress_zone, europe.availability_zones) == ("zone_1", True)
    assert not facts.regions["westus"].availability_zones
    assert facts.regions["brazilsouth"].egress_zone == "zone_3"
    assert facts.regions["uaenorth"].egress_zone == "zone_3"
    assert facts.regions["japaneast"].egress_zone == "zone_2"
    assert facts.regions["israelcentral"].egress_zone_if_dearer == "zone_3"


def test_corrected_coordinates(facts: Facts) -> None:
    """Spain Central lies west of Greenwich; the raw list lost the sign."""
    assert facts.regions["spaincentral"].longitude == -3.70256


def test_eu_data_boundary(facts: Facts) -> None:
    """Norway and Switzerland are inside, the United Kingdom is not; 17 regions are."""
    inside = {
        r.name for r in facts.regions.values() if r.eu_data_boundary and r.offered
    }
    assert len(inside) == 17
    assert {"norwayeast", "switzerlandnorth", "westeurope"} <= inside
    assert not {"uksouth", "ukwest", "eastus"} & inside


def test_availability_zones(facts: Facts) -> None:
    """39 of the 57 public regions have zones."""
    zoned = [r for r in facts.regions.values() if r.offered and r.availability_zones]
    assert len(zoned) == 39
