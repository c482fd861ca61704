"""The pre-flight list: each point where it applies, and only there."""

from __future__ import annotations

from planner.deployment.preflight import addresses_each, preflight
from planner.deployment.steps import Migration
from planner.domain.layout import Registry
from tests.deployment.helpers import between
from tests.helpers import problem, registry, site


def points(migration: Migration) -> dict[str, str]:
    """The messages by code, joined where a code appears twice."""
    found: dict[str, str] = {}
    for item in preflight(migration):
        found[item.code] = f"{found.get(item.code, '')} {item.message}".strip()
    return found


def test_contoso(merging: Migration) -> None:
    """A new replicated registry: name, home, soft delete, tier, residency, access."""
    found = points(merging)
    assert set(found) == {
        "home_region",
        "name_free",
        "soft_delete",
        "downgrade",
        "residency",
        "access",
    }
    assert "will be westus for good" in found["home_region"]
    assert "canadacentral brings the images to Canada" in found["residency"]
    assert "AcrPush for seattle" in found["access"]


def test_nothing_to_fear_from_a_lower_tier(found: Migration) -> None:
    """Where no replica comes, soft delete and residency are no matter."""
    assert set(points(found)) == {"home_region"}


def test_addresses_of_a_private_endpoint() -> None:
    """The page's own example: three locations need 4 addresses, or 7 when pinned."""
    three = {"name": "r", "home": "eastus", "replicas": ["westus", "westeurope"]}
    assert addresses_each(Registry.model_validate(three)) == 1 + 3
    pinned = Registry.model_validate(three | {"routing": "pinned"})
    assert addresses_each(pinned) == 1 + 2 * 3


def test_private_endpoints(growing: Migration) -> None:
    """Addresses now and then, no static ones, and that nobody makes the endpoints."""
    found = points(growing)
    assert (
        "2 private endpoints of shopeast needs 7 subnet addresses (2 today)"
        in found["subnet_addresses"]
    )
    assert "static addresses" in found["static_endpoints"]
    assert (
        "has 0 private endpoints today and 2 in the plan" in found["private_endpoints"]
    )
    assert "preview" in found["preview_feature"]


def test_split_pushes_have_advice() -> None:
    """Two locations as near as each other: regional endpoint, replica, or a DNS cache."""
    asked = problem(
        [site("a", "eastus", 10, 1, image="app")],
        images=[{"name": "app", "size_gb": 1.0, "pushes_per_month": 5}],
        push_sources=[{"name": "dev", "region": "eastus"}],
        layouts={
            "today": {"registries": [registry("mainacr", "eastus", sku="Premium")]},
            "plan": {"registries": [registry("mainacr", "eastus", "eastus2")]},
        },
    )
    found = points(between(asked, "today", "plan"))
    assert "dev sees" in found["split_push"]
    assert "dnsmasq" in found["split_push_advice"]


def test_quota_of_webhooks() -> None:
    """A Basic registry has two webhooks at most."""
    hooks = [{"name": f"hook{n}", "uri": "https://ci.example/"} for n in range(3)]
    plan = registry("mainacr", "eastus", sku="Basic", webhooks=hooks)
    asked = problem(
        [site("a", "eastus", 10, 1)],
        layouts={
            "today": {"registries": [registry("mainacr", "eastus", sku="Basic")]},
            "plan": {"registries": [plan]},
        },
    )
    found = points(between(asked, "today", "plan"))
    assert found["limit_exceeded"] == (
        "3 webhooks of mainacr exceed the limit of 2 of Basic."
    )


def test_images_without_a_name_are_told() -> None:
    """What a site pulls without naming it cannot be imported by name."""
    asked = problem(
        [site("edge", "eastus", 10, 1)],
        layouts={
            "today": {"registries": [registry("oldacr", "eastus")]},
            "plan": {"registries": [registry("newacr", "eastus")]},
        },
    )
    found = points(between(asked, "today", "plan"))
    assert "What edge pull" in found["unnamed_images"]
