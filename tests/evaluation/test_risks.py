"""Each risk appears when it should, and not otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from planner import evaluate
from planner.evaluation.result import Evaluation
from tests.helpers import image, layout, problem, registry, risk_codes, site


def from_ci(source: dict[str, Any], *registries: dict[str, Any]) -> Evaluation:
    """One site in West US pulls an image that one source pushes."""
    given = problem(
        [site("s", "westus", 1, 1, image="app")],
        images=[image("app", 1.0, pushes_per_month=30.0)],
        push_sources=[{"name": "ci", **source}],
    )
    return evaluate(given, layout(*registries))


def pushed(source: dict[str, Any], *registries: dict[str, Any]) -> set[str]:
    """Codes of a layout with one local site and one push source."""
    return risk_codes(from_ci(source, *registries))


def seen(west: float, east: float) -> dict[str, Any]:
    """A push source at given distances from West US and East US."""
    return {"region": "westus3", "rtt_ms": {"westus": west, "eastus": east}}


@pytest.mark.parametrize(
    ("west", "east", "risky"),
    [
        (30, 30, True),
        (30, 45, True),  # 15 ms apart
        (30, 45.5, False),  # more than 15 ms and more than 20 %
        (45.5, 30, False),
        (100, 120, True),  # 20 ms apart, but only 20 %
        (100, 120.5, False),
    ],
)
def test_split_push(west: float, east: float, risky: bool) -> None:
    """Two locations within 15 ms or 20 % of each other may share one push."""
    codes = pushed(seen(west, east), registry("r", "westus", "eastus"))
    assert ("split_push" in codes) is risky


def test_separate_or_pinned_registries_do_not_split_a_push() -> None:
    """Only one registry with one global endpoint can send parts to two locations."""
    near = seen(30, 31)
    apart = (registry("a", "westus"), registry("b", "eastus"))
    assert "split_push" not in pushed(near, *apart)
    pinned = registry("r", "westus", "eastus", routing="pinned")
    assert "split_push" not in pushed(near, pinned)


def test_a_registry_that_a_source_never_pushes_to_is_not_at_risk() -> None:
    """The second registry holds no image of the source, so no push can be split."""
    near = {**seen(30, 31), "name": "ci"}
    given = problem(
        [site("s", "westus", 1, 1, image="app"), site("t", "westus", 1, 1)],
        images=[image("app", 1.0, pushes_per_month=30.0)],
        push_sources=[near],
    )
    whole = registry("a", "westus", serves=["s"])
    split = registry("b", "westus", "eastus", serves=["t"])
    assert "split_push" not in risk_codes(evaluate(given, layout(whole, split)))


def test_split_push_names_both_locations() -> None:
    """The sentence says who sees what, so that the reader can check it."""
    found = from_ci(seen(30, 31), registry("r", "westus", "eastus"))
    (risk,) = (r for r in found.risks if r.code == "split_push")
    assert "ci sees westus (30 ms) and eastus (31 ms) of r" in risk.message


def test_no_replica_near_push() -> None:
    """Seattle pushes to Europe although West US would be 2 ms away."""
    seattle = {"region": "westus"}
    europe = registry("r", "westeurope", "uaenorth")
    assert "no_replica_near_push" in pushed(seattle, europe)
    with_west = registry("r", "westeurope", "westus")
    assert "no_replica_near_push" not in pushed(seattle, with_west)


def test_no_replica_near_push_is_about_replicated_registries() -> None:
    """A single registry far away is slow, but its one location cannot change midway."""
    assert "no_replica_near_push" not in pushed(
        {"region": "westus"}, registry("r", "westeurope")
    )


def test_no_replica_near_push_outside_azure() -> None:
    """From London the UK is near; a registry in America and Japan is not."""
    london = {"latitude": 51.5, "longitude": -0.1}
    assert "no_replica_near_push" in pushed(
        london, registry("r", "eastus", "japaneast")
    )
    assert "no_replica_near_push" not in pushed(
        london, registry("r", "eastus", "uksouth")
    )


def loaded(pulls: float, *registries: dict[str, Any], **more: Any) -> Evaluation:
    """Sites in West and East US with so many pulls each, of 8 layers."""
    sites = [site("w", "westus", pulls, 1), site("e", "eastus", pulls, 1)]
    return evaluate(problem(sites, **more), layout(*registries))


@pytest.mark.parametrize(
    ("pulls", "code"),
    [(300_000, None), (330_000, "limit_near"), (400_000, "limit_exceeded")],
)
def test_read_limit_of_each_location(pulls: float, code: str | None) -> None:
    """11 requests a pull over 43,800 minutes, times 100 at the peak, against 20,000.

    Two sites at one Premium location: 600,000 pulls make 15,068 reads a minute,
    660,000 make 16,575 (above 80 %), 800,000 make 20,091.
    """
    found = loaded(pulls, registry("r", "westus", sku="Premium"))
    codes = {c for c in risk_codes(found) if c.startswith("limit")}
    assert codes == ({code} if code else set())


def test_the_read_limit_holds_per_location() -> None:
    """A replica adds its own 20,000: the same pulls, one site each, are 50 % of it."""
    found = loaded(400_000, registry("r", "westus", "eastus"))
    assert not {c for c in risk_codes(found) if c.startswith("limit")}


def test_the_read_limit_depends_on_sku_and_peak() -> None:
    """Basic and Standard have 10,000; a peak of 1,000 times the mean is ten times 100."""
    assert "limit_exceeded" in risk_codes(
        loaded(300_000, registry("r", "westus", sku="Standard"))
    )
    steep = {"peak_to_mean_requests": 1000.0}
    premium = registry("r", "westus", sku="Premium")
    found = loaded(40_000, premium, assumptions=steep)
    assert "limit_exceeded" in risk_codes(found)
    assert "limit_exceeded" not in risk_codes(loaded(40_000, premium))


@pytest.mark.parametrize(
    ("gb", "code"),
    [(32_000, None), (33_000, "limit_near"), (40_961, "limit_exceeded")],
)
def test_storage_limit(gb: float, code: str | None) -> None:
    """A Basic registry holds 40 TiB = 40,960 GB; 80 % of it are 32,768 GB."""
    given = problem([site("s", "westus", 1, 1)], images=[image("a", 1.0, stored_gb=gb)])
    found = evaluate(given, layout(registry("r", "westus", sku="Basic")))
    codes = {c for c in risk_codes(found) if c.startswith("limit")}
    assert codes == ({code} if code else set())


@pytest.mark.parametrize(
    ("count", "code"), [(100, None), (150, "limit_near"), (190, "limit_exceeded")]
)
def test_private_endpoint_limit(count: int, code: str | None) -> None:
    """A registry has at most 200 endpoints, its own and its sites' together."""
    given = problem([site("s", "westus", 1, 1, private_endpoints=count)])
    own = registry("r", "westus", private_endpoints=15)
    codes = {c for c in risk_codes(evaluate(given, layout(own))) if "limit" in c}
    assert codes == ({code} if code else set())


def test_private_endpoints_at_a_registry_that_has_none() -> None:
    """A site finds a Basic registry by itself: its endpoint cannot be made there."""
    given = problem([site("s", "westus", 1, 1, private_endpoints=1)])
    found = evaluate(given, layout(registry("r", "westus", sku="Basic")))
    assert "limit_exceeded" in risk_codes(found)


def test_restricted_region() -> None:
    """Norway West needs Microsoft's leave before a registry can be created there."""
    given = problem([site("s", "norwayeast", 1, 1)])
    found = evaluate(given, layout(registry("r", "norwayeast", "norwaywest")))
    assert "restricted_region" in risk_codes(found)
    assert "norwaywest" in next(
        risk.message for risk in found.risks if risk.code == "restricted_region"
    )
    open_ones = evaluate(given, layout(registry("r", "norwayeast", "swedencentral")))
    assert "restricted_region" not in risk_codes(open_ones)


def test_a_site_in_a_restricted_region_is_no_risk() -> None:
    """The user is there already; only a new registry would need leave."""
    given = problem([site("s", "norwaywest", 1, 1)])
    found = evaluate(given, layout(registry("r", "norwayeast")))
    assert "restricted_region" not in risk_codes(found)


def test_estimated_round_trip() -> None:
    """Chile is not in the published table, nor is any place outside Azure."""
    eastus = layout(registry("r", "eastus"))
    chile = problem([site("s", "chilecentral", 1, 1)])
    found = evaluate(chile, eastus)
    assert "estimated_rtt" in risk_codes(found)
    assert found.services[0].rtt.estimated
    assert found.services[0].rtt.error_ms == 41  # 2,586 km from the nearest measured
    outside = problem([site("s", None, 1, 1, latitude=40.7, longitude=-74.0)])
    assert "estimated_rtt" in risk_codes(evaluate(outside, eastus))


def test_no_estimate_where_it_is_measured_or_does_not_count() -> None:
    """A probe of one's own replaces the estimate; without pulls nothing rests on it."""
    eastus = layout(registry("r", "eastus"))
    probed = site("s", "chilecentral", 1, 1, rtt_ms={"eastus": 119.0})
    assert "estimated_rtt" not in risk_codes(evaluate(problem([probed]), eastus))
    idle = site("s", "chilecentral")
    assert "estimated_rtt" not in risk_codes(evaluate(problem([idle]), eastus))
    measured = site("s", "westeurope", 1, 1)
    assert "estimated_rtt" not in risk_codes(evaluate(problem([measured]), eastus))


def test_preview_feature() -> None:
    """Pinned routing rests on regional endpoints, which are a preview."""
    given = problem([site("s", "westus", 1, 1)])
    pinned = registry("r", "westus", "eastus", routing="pinned")
    assert "preview_feature" in risk_codes(evaluate(given, layout(pinned)))
    usual = registry("r", "westus", "eastus")
    assert "preview_feature" not in risk_codes(evaluate(given, layout(usual)))


def test_a_plain_layout_has_no_risks() -> None:
    """One registry beside its site and its developers: nothing to warn of."""
    assert pushed({"region": "westus"}, registry("r", "westus")) == set()
