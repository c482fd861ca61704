"""The facts in use, as tables with a source and a date in each row."""

from __future__ import annotations

import pytest

from planner.errors import InputError
from planner.facts import Facts
from planner.reporting.facts_tables import (
    facts_prices_tables,
    facts_regions_table,
    facts_sources_table,
)


def test_every_price_has_source_and_date(facts: Facts) -> None:
    """A price that nobody can check is worth little."""
    for table in facts_prices_tables(facts).values():
        assert table.rows
        for row in table.records():
            assert row["source"], table.title
            assert row["as_of"], table.title


def test_prices_are_those_of_the_facts(facts: Facts) -> None:
    """A Premium location costs 1.6666 a day, and Asia sends to Europe for 0.08 a GB."""
    shown = facts_prices_tables(facts)
    fees = {row["sku"]: row for row in shown["fees"].records()}
    assert fees["Premium"]["usd_per_day"] == 1.6666
    rates = {
        (row["from_continent"], row["to_continent"]): row["usd_per_gb"]
        for row in shown["transfer"].records()
    }
    assert rates["asia", "europe"] == 0.08
    assert rates["europe", "asia"] == 0.05


def test_all_regions_are_listed(facts: Facts) -> None:
    """Also those that cannot be used are shown, with the reason in `availability`."""
    table = facts_regions_table(facts)
    assert table.values("region") == tuple(facts.regions)
    assert {"listed", "restricted", "sovereign"} <= set(table.values("availability"))


def test_round_trips_are_sorted_by_distance(facts: Facts) -> None:
    """From West US the nearest is West US itself, then West US 3 at 19 ms."""
    table = facts_regions_table(facts, rtt_from="westus")
    assert table.values("region")[:2] == ("westus", "westus3")
    assert table.values("rtt_ms")[:2] == (2.0, 19.0)
    known = [ms for ms in table.values("rtt_ms") if ms is not None]
    assert known == sorted(known)
    assert len(table.rows) == len(facts.regions)


def test_unknown_region_is_refused_with_a_hint(facts: Facts) -> None:
    """A misspelled region is an error that names the nearest known one."""
    with pytest.raises(InputError, match="did you mean 'westus'"):
        facts_regions_table(facts, rtt_from="westuss")


def test_sources_can_be_narrowed_to_those_used(facts: Facts) -> None:
    """A report lists what it rests on, not everything there is."""
    assert facts_sources_table(facts).values("source") == tuple(facts.sources)
    narrowed = facts_sources_table(facts, ["fee-basic", "scenario"])
    assert narrowed.values("source") == ("fee-basic",)
