"""What the loss of one location does."""

from __future__ import annotations

import pytest

from planner import evaluate
from tests.helpers import layout, problem, registry, site


def test_a_single_registry_loses_everything() -> None:
    """With one location all pulls fail, and no round trip is left to tell."""
    given = problem([site("s", "westus", 5, 1), site("t", "eastus", 5, 1)])
    found = evaluate(given, layout(registry("r", "westus"))).worst_loss
    assert found == ("westus", 1.0, None)


def test_a_site_cannot_move_to_another_registry() -> None:
    """The registry is part of the image name: a near second one does not help."""
    given = problem([site("w", "westus", 30, 1), site("e", "eastus", 10, 1)])
    two = layout(
        registry("w", "westus", serves=["w"]), registry("e", "eastus", serves=["e"])
    )
    found = evaluate(given, two).worst_loss
    assert found == ("westus", pytest.approx(0.75), 2)


def test_a_replica_takes_over_at_its_distance() -> None:
    """West US moves to East US at 67 ms, East US to West US at 69: the latter hurts."""
    given = problem([site("w", "westus", 30, 1), site("e", "eastus", 10, 1)])
    found = evaluate(given, layout(registry("r", "westus", "eastus"))).worst_loss
    assert found == ("eastus", 0.0, 69)


def test_two_registries_in_one_region_fall_together() -> None:
    """A region is lost with every location in it."""
    given = problem([site("a", "westus", 1, 1), site("b", "westus", 3, 1)])
    two = layout(
        registry("a", "westus", serves=["a"]), registry("b", "westus", serves=["b"])
    )
    assert evaluate(given, two).worst_loss == ("westus", 1.0, None)


def test_sites_without_pulls_do_not_count() -> None:
    """Nothing is lost by a site that pulls nothing."""
    given = problem([site("w", "westus", 30, 1), site("idle", "japaneast")])
    found = evaluate(given, layout(registry("r", "westus", "eastus"))).worst_loss
    assert found == ("westus", 0.0, 67)


def test_no_pulls_lose_nothing() -> None:
    """The share of nothing is zero, not an error."""
    given = problem([site("idle", "japaneast")])
    found = evaluate(given, layout(registry("r", "westus"))).worst_loss
    assert found == ("westus", 0.0, None)
