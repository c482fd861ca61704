"""List prices: published figures, and errors instead of zeros."""

from __future__ import annotations

from dataclasses import replace

import pytest

from planner.errors import FactsError
from planner.facts import Facts
from planner.facts.prices import FREE, Reading

RATES = {
    "north_america": (0.02, 0.05),
    "europe": (0.02, 0.05),
    "asia": (0.08, 0.08),
    "oceania": (0.08, 0.08),
    "middle_east_africa": (0.08, 0.08),
    "south_america": (0.16, 0.16),
}
"""USD per GB inside a continent, and from it to another."""


@pytest.mark.parametrize(
    ("sku", "daily", "included"),
    [("Basic", 0.1666, 10), ("Standard", 0.6666, 100), ("Premium", 1.6666, 500)],
)
def test_published_fees(facts: Facts, sku: str, daily: float, included: float) -> None:
    """The three fees a day and what they include, the same in every region."""
    for name in ("eastus", "brazilsouth", "japaneast"):
        assert facts.prices.daily_fee(sku, facts.regions[name]).usd == daily
        assert facts.prices.storage(sku, facts.regions[name]).usd == 0.10
    assert facts.prices.included_gb(sku) == included


def test_every_pair_of_continents_has_its_published_rate(facts: Facts) -> None:
    """36 rates, priced by the source: 0.02, 0.05, 0.08 and 0.16."""
    assert len(facts.prices.transfer_rates) == 36
    for (source, target), readings in facts.prices.transfer_rates.items():
        inside, across = RATES[source]
        expected = inside if source == target else across
        assert readings[Reading.DEFAULT].usd == expected, (source, target)


def test_readings_enclose_the_default(facts: Facts) -> None:
    """Otherwise the bill could lie outside its own range."""
    for pair, readings in facts.prices.transfer_rates.items():
        low, usual, high = (
            readings[r].usd for r in (Reading.LOW, Reading.DEFAULT, Reading.HIGH)
        )
        assert low <= usual <= high, pair


def test_unclear_rates(facts: Facts) -> None:
    """NA and Europe to elsewhere: 0.02 to 0.05; inside South America up to 0.181."""
    rates = facts.prices.transfer_rates
    assert rates["north_america", "europe"][Reading.LOW].usd == 0.02
    assert rates["europe", "asia"][Reading.LOW].usd == 0.02
    assert rates["south_america", "south_america"][Reading.HIGH].usd == 0.181


def test_same_region_is_free(facts: Facts) -> None:
    """Traffic inside a region, zone to zone included, is free by policy."""
    for region in facts.regions.values():
        assert facts.prices.transfer(region, region) == FREE


@pytest.mark.parametrize(
    ("zone", "tiers"),
    [
        (
            "zone_1",
            [
                (0, 0.0),
                (100, 0.087),
                (10_335, 0.083),
                (51_295, 0.07),
                (153_695, 0.05),
                (512_095, 0.05),
            ],
        ),
        (
            "zone_2",
            [(0, 0.0), (100, 0.12), (10_335, 0.085), (51_295, 0.082), (153_695, 0.08)],
        ),
        (
            "zone_3",
            [
                (0, 0.0),
                (100, 0.181),
                (10_335, 0.175),
                (51_295, 0.17),
                (153_695, 0.16),
                (512_095, 0.16),
            ],
        ),
    ],
)
def test_published_internet_tiers(
    facts: Facts, zone: str, tiers: list[tuple[float, float]]
) -> None:
    """100 GB free, then falling prices at 10, 50, 150 and 500 TB."""
    found = [(tier.from_gb, tier.price.usd) for tier in facts.prices.egress_tiers[zone]]
    assert found == tiers


def test_private_endpoint_prices(facts: Facts) -> None:
    """One cent an hour, one cent a GB in either direction."""
    assert facts.prices.endpoint_hour().usd == 0.01
    assert facts.prices.endpoint_gb("private_endpoint_data_in").usd == 0.01
    assert facts.prices.endpoint_gb("private_endpoint_data_out").usd == 0.01


def test_sovereign_regions_have_no_list_price(facts: Facts) -> None:
    """Another cloud has other prices, which are not public: an error, not 0 or ours."""
    for name in ("usgovvirginia", "chinaeast2"):
        region = facts.regions[name]
        with pytest.raises(FactsError, match=f"no registry fee is known for {name}"):
            facts.prices.daily_fee("Premium", region)
        with pytest.raises(FactsError, match=f"no storage price is known for {name}"):
            facts.prices.storage("Premium", region)
        with pytest.raises(FactsError, match="no internet egress price"):
            facts.prices.internet_egress(region)
        with pytest.raises(
            FactsError, match=f"no transfer price from {name} to eastus"
        ):
            facts.prices.transfer(region, facts.regions["eastus"])
        with pytest.raises(
            FactsError, match=f"no transfer price from eastus to {name}"
        ):
            facts.prices.transfer(facts.regions["eastus"], region)


def test_unknown_sku_and_addon_are_errors(facts: Facts) -> None:
    """The message names the table and the nearest known name."""
    with pytest.raises(
        FactsError, match=r"SKU 'Gold' in registry_fees\.csv; known: Basic"
    ):
        facts.prices.daily_fee("Gold", facts.regions["eastus"])
    with pytest.raises(FactsError, match="did you mean 'private_endpoint'"):
        facts.prices.addon("private_endpont")


def test_a_region_without_zone_has_no_egress_price(facts: Facts) -> None:
    """A blank zone in the table must not make egress free."""
    blank = replace(facts.regions["eastus"], egress_zone=None)
    with pytest.raises(FactsError, match="no internet egress price for eastus"):
        facts.prices.internet_egress(blank)


def test_prices_carry_source_and_date(facts: Facts) -> None:
    """Every price can be traced."""
    eastus, japan = facts.regions["eastus"], facts.regions["japaneast"]
    for price in (
        facts.prices.daily_fee("Premium", eastus),
        facts.prices.storage("Premium", eastus),
        facts.prices.transfer(eastus, japan),
        facts.prices.internet_egress(japan),
        facts.prices.endpoint_hour(),
        FREE,
    ):
        assert price.source in facts.sources
        assert price.as_of.startswith("20")
    assert FREE.as_of == facts.sources[FREE.source].as_of
