"""Layouts and dates in words."""

from __future__ import annotations

from dataclasses import replace

from planner.analysis import Comparison
from planner.reporting.words import (
    counted,
    layout_brief,
    layout_words,
    listed,
    prices_words,
)
from tests.helpers import layout, registry


def test_layouts_in_words() -> None:
    """Tier, home and replicas are named; a reader need not know our data format."""
    geo = layout(registry("r", "westus", "eastus", "uksouth", sku="Premium"))
    assert layout_words(geo) == (
        "one registry: Premium, home westus, replicas eastus and uksouth"
    )
    two = layout(
        registry("a", "westus", sku="Basic"), registry("b", "eastus", sku="Standard")
    )
    assert layout_words(two) == "2 registries: a (Basic, westus); b (Standard, eastus)"


def test_headlines_stay_short() -> None:
    """More than four regions are counted, not listed."""
    regions = ["westus", "eastus", "uksouth", "westeurope", "eastus2", "japaneast"]
    wide = layout(registry("r", *regions, sku="Premium"))
    assert layout_brief(wide) == "one Premium registry in westus with 5 replicas"
    few = layout(registry("r", *regions[:3], sku="Premium"))
    assert layout_brief(few).endswith("with replicas in eastus and uksouth")
    many = layout(*(registry(name, name, sku="Basic") for name in regions))
    assert layout_brief(many) == "6 Basic registries in 6 regions"
    mixed = layout(
        registry("a", "westus", "eastus", sku="Premium"),
        registry("b", "uksouth", sku="Basic"),
    )
    assert layout_brief(mixed) == (
        "2 Premium and Basic registries in uksouth and westus with replicas"
    )


def test_lists_and_counts() -> None:
    """Words agree with their number."""
    assert listed([]) == "none"
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert counted(1, "registry", "registries") == "1 registry"
    assert counted(1200, "site") == "1,200 sites"


def test_dates_span_all_plans(comparison: Comparison) -> None:
    """The dates named are the oldest and the newest of all prices shown."""
    plans = list(comparison.evaluations.values())
    assert prices_words(plans) == "prices of 2023-05-22 to 2026-10-01"
    own = replace(plans[0], prices_as_of=("scenario", "scenario"))
    assert prices_words([own]) == "prices of the scenario"
    one = replace(plans[0], prices_as_of=("2026-01-01", "2026-01-01"))
    assert prices_words([own, one]) == "prices of 2026-01-01"
