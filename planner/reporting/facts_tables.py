"""The facts in use as tables: regions, round trips, prices, limits and sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from planner.domain.scenario import Assumptions
from planner.errors import FactsError, InputError, did_you_mean
from planner.facts import Facts
from planner.facts.prices import Reading
from planner.facts.regions import Region
from planner.facts.rtt import Measured, Rtt
from planner.reporting.table import Cell, Column, Table

SOURCE_COLUMNS = (Column("source", "Source"), Column("as_of", "As of"))
REGION_COLUMNS = (
    Column("region", "Region"),
    Column("display_name", "Name"),
    Column("availability", "Availability"),
    Column("geography", "Geography"),
    Column("place", "Place"),
    Column("transfer_continent", "Transfer continent"),
    Column("egress_zone", "Egress zone"),
    Column("availability_zones", "Availability zones", "", "bool"),
    Column("eu_data_boundary", "EU Data Boundary", "", "bool"),
    Column("latitude", "Latitude", "degrees north", "degrees"),
    Column("longitude", "Longitude", "degrees east", "degrees"),
    *SOURCE_COLUMNS,
)
RTT_COLUMNS = (
    Column("rtt_ms", "RTT (P50)", "ms", "ms"),
    Column("p95_ms", "RTT (P95)", "ms", "ms"),
    Column("estimated", "Estimated", "", "bool"),
    Column("error_ms", "P90 error", "ms", "ms"),
    Column("rtt_source", "RTT from"),
    Column("rtt_as_of", "RTT of"),
)


def facts_regions_table(facts: Facts, rtt_from: str | None = None) -> Table:
    """All regions; with `rtt_from` also the round trip from there, nearest first.

    Raises `InputError` for a region that Azure does not have.
    """
    regions = facts.regions
    if rtt_from is None:
        rows = tuple(_region_row(region) for region in regions.values())
        return Table("Azure regions", REGION_COLUMNS, rows)
    if rtt_from not in regions:
        near = did_you_mean(rtt_from, regions)
        raise InputError(f"unknown region {rtt_from!r}{near}")
    found = [(r, _rtt(facts, regions[rtt_from], r)) for r in regions.values()]
    found.sort(key=lambda pair: (pair[1] is None, pair[1] or (), pair[0].name))
    columns = (REGION_COLUMNS[0], *RTT_COLUMNS, *REGION_COLUMNS[1:])
    rows = tuple(
        _with_rtt(_region_row(r), rtt, facts.rtt.measured.get((rtt_from, r.name)))
        for r, rtt in found
    )
    return Table(
        f"Round trips from {rtt_from}",
        columns,
        rows,
        "Median and P95 in ms from a client in that region to a registry in each region. Within a "
        "region it is an assumption; what was not measured is estimated.",
    )


def _region_row(region: Region) -> tuple[Cell, ...]:
    return (
        region.name,
        region.display_name,
        region.availability.value,
        region.geography or None,
        region.place or None,
        region.transfer_continent,
        region.egress_zone,
        region.availability_zones,
        region.eu_data_boundary,
        region.latitude,
        region.longitude,
        region.source,
        region.as_of,
    )


def _with_rtt(
    row: tuple[Cell, ...], rtt: Rtt | None, measured: Measured | None
) -> tuple[Cell, ...]:
    cells: tuple[Cell, ...] = (None,) * len(RTT_COLUMNS)
    if rtt:
        p95 = measured.p95_ms if measured else None
        cells = (rtt.ms, p95, rtt.estimated, rtt.error_ms, rtt.source, rtt.as_of)
    return (row[0], *cells, *row[1:])


def _rtt(facts: Facts, client: Region, serving: Region) -> Rtt | None:
    if client is serving:
        return Rtt(Assumptions().local_rtt_ms, False, None, "assumption", "scenario")
    try:
        return facts.rtt.between_regions(client, serving)
    except FactsError:  # neither measured nor on the map: Azure does not offer it
        return None


def facts_prices_tables(facts: Facts) -> dict[str, Table]:
    """Every price and limit: tables by short name, in the order to show them."""
    return {
        "fees": _fees(facts),
        "transfer": _transfer(facts),
        "internet": _internet(facts),
        "addons": _addons(facts),
        "limits": _limits(facts),
    }


def _fees(facts: Facts) -> Table:
    columns = (
        Column("sku", "SKU"),
        Column("usd_per_day", "Fee", "USD/day and location", "usd_unit"),
        Column("included_gb", "Storage included", "GB", "gb"),
        Column("usd_per_gb_month", "Storage above", "USD/GB-month", "usd_unit"),
        *SOURCE_COLUMNS,
    )
    rows = tuple(
        (
            sku,
            fee.daily.usd,
            fee.included_gb,
            fee.storage.usd,
            fee.daily.source,
            fee.daily.as_of,
        )
        for sku, fee in facts.prices.fees.items()
    )
    caption = "The same in every region; each location of a Premium registry pays."
    return Table("Registry fees and storage", columns, rows, caption)


def _transfer(facts: Facts) -> Table:
    columns = (
        Column("from_continent", "From"),
        Column("to_continent", "To another region in"),
        Column("usd_per_gb", "Price", "USD/GB", "usd_unit"),
        Column("usd_per_gb_low", "Low reading", "USD/GB", "usd_unit"),
        Column("usd_per_gb_high", "High reading", "USD/GB", "usd_unit"),
        *SOURCE_COLUMNS,
    )
    rows = tuple(
        (
            *pair,
            rates[Reading.DEFAULT].usd,
            rates[Reading.LOW].usd,
            rates[Reading.HIGH].usd,
            rates[Reading.DEFAULT].source,
            rates[Reading.DEFAULT].as_of,
        )
        for pair, rates in facts.prices.transfer_rates.items()
    )
    caption = "Priced by the sending side; free within a region."
    return Table("Transfer between regions", columns, rows, caption)


def _internet(facts: Facts) -> Table:
    columns = (
        Column("egress_zone", "Egress zone"),
        Column("from_gb", "From", "GB/month", "gb"),
        Column("usd_per_gb", "Price", "USD/GB", "usd_unit"),
        *SOURCE_COLUMNS,
    )
    rows = tuple(
        (zone, tier.from_gb, *tier.price)
        for zone, tiers in facts.prices.egress_tiers.items()
        for tier in tiers
    )
    caption = "Tiers belong to the billing account, which has other traffic too."
    return Table("Internet egress", columns, rows, caption)


def _addons(facts: Facts) -> Table:
    columns = (
        Column("item", "Item"),
        Column("usd", "Price", "USD/unit", "usd_unit"),
        *SOURCE_COLUMNS,
    )
    rows = tuple((item, *price) for item, price in facts.prices.addons.items())
    return Table("Private endpoints and other extras", columns, rows)


def _limits(facts: Facts) -> Table:
    columns = (
        Column("sku", "SKU"),
        Column("limit", "Limit"),
        Column("value", "Value"),
        Column("unit", "Unit"),
        *SOURCE_COLUMNS,
    )
    rows = tuple((*key, *limit) for key, limit in facts.limits.rows.items())
    return Table("Service limits", columns, rows)


def facts_sources_table(facts: Facts, used: Iterable[str] | None = None) -> Table:
    """What the short source names stand for: all, or those used."""
    wanted = None if used is None else set(used)
    rows = tuple(_source_rows(facts, wanted))
    columns = (
        Column("source", "Source"),
        Column("title", "What"),
        Column("where", "Where"),
        Column("publisher", "Publisher"),
        Column("licence", "Licence"),
        Column("as_of", "As of"),
    )
    return Table("Sources", columns, rows)


def _source_rows(facts: Facts, wanted: set[str] | None) -> Iterator[tuple[Cell, ...]]:
    for name, source in facts.sources.items():
        if wanted is None or name in wanted:
            yield (name, *source[:5])
