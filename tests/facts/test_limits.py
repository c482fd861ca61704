"""Service limits by SKU."""

from __future__ import annotations

import pytest

from planner.errors import FactsError
from planner.facts import Facts


def test_published_limits(facts: Facts) -> None:
    """Reads per minute, storage in TiB and private endpoints as published."""
    limits = facts.limits
    reads = [
        limits.number(sku, "dataplane_read_per_registry")
        for sku in ("Basic", "Standard", "Premium")
    ]
    assert reads == [10_000, 10_000, 20_000]
    assert limits.max_storage_gb("Standard") == 40 * 1024
    assert limits.max_storage_gb("Premium") == 100 * 1024
    assert limits.number("Premium", "private_endpoints") == 200


def test_only_premium_replicates(facts: Facts) -> None:
    """The feature that the whole tool is about."""
    supported = [
        s
        for s in ("Basic", "Standard", "Premium")
        if facts.limits.supports(s, "geo_replication")
    ]
    assert supported == ["Premium"]


def test_included_storage_agrees_with_the_fees(facts: Facts) -> None:
    """Two tables state the allowance; they must not drift apart."""
    for sku in ("Basic", "Standard", "Premium"):
        assert facts.limits.number(sku, "included_storage") == facts.prices.included_gb(
            sku
        )


def test_unknown_limits_are_errors(facts: Facts) -> None:
    """A misspelt limit gets the nearest known one."""
    with pytest.raises(FactsError, match="did you mean 'max_storage'"):
        facts.limits.get("Premium", "max_storge")
    with pytest.raises(FactsError, match="SKU Gold"):
        facts.limits.get("Gold", "max_storage")


def test_a_word_is_not_a_number(facts: Facts) -> None:
    """The number of replicas is `unlimited`, which no sum may take for a number."""
    with pytest.raises(
        FactsError, match=r"geo_replicas_max.*not a number: 'unlimited'"
    ):
        facts.limits.number("Premium", "geo_replicas_max")
