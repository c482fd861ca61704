"""Every charge by hand: fees, storage, transfer, egress, endpoints, overrides."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from planner import evaluate
from planner.errors import InputError
from planner.evaluation.cost import (
    BILL_KINDS,
    Kind,
    endpoint_hours,
    endpoint_pushes,
)
from planner.evaluation.result import Evaluation
from planner.facts import Facts
from planner.facts.prices import Price
from tests.helpers import FEES, image, layout, problem, registry, site, usd_of

SEATTLE = [{"name": "seattle", "region": "westus"}]


def stored(gb: float, *registries: dict[str, Any], **more: Any) -> Evaluation:
    """One site in West US and an image of so many stored GB."""
    given = problem(
        [site("s", "westus", 1, 1, image="app")],
        images=[image("app", 1.0, stored_gb=gb)],
        **more,
    )
    return evaluate(given, layout(*registries))


def pulled(
    home: str, region: str | None, gb: float = 100, **more: Any
) -> dict[tuple[str, str | None], float]:
    """USD for the GB that one site pulls, by region and site."""
    place = {} if region else {"latitude": 51.5, "longitude": -0.1}
    given = problem([site("s", region, 1, gb, **place)], **more)
    found = evaluate(given, layout(registry("r", home)))
    return usd_of(found, "pull_transfer") | usd_of(found, "internet_egress")


# ---- registry fees and the choice of SKU ----


@pytest.mark.parametrize("sku", ["Basic", "Standard", "Premium"])
def test_fee_is_billed_by_the_hour(sku: str) -> None:
    """A daily fee / 24 x 730: 5.07, 20.28 and 50.69 dollars a month."""
    found = stored(1, registry("r", "westus", sku=sku))
    assert usd_of(found, "registry_fee") == {
        ("westus", None): pytest.approx(FEES[sku], abs=1e-9)
    }


def test_one_replica_makes_every_location_premium() -> None:
    """From one registry of 20.28 to two locations is 101.38, not 70.97."""
    found = stored(1, registry("r", "westus", "eastus"))
    assert found.cost.by_kind[Kind.REGISTRY_FEE] == pytest.approx(101.3848, abs=1e-4)
    assert found.layout.registries[0].sku == "Premium"


@pytest.mark.parametrize(
    ("gb", "sku"), [(10, "Basic"), (466, "Basic"), (467, "Premium")]
)
def test_cheapest_sku_that_fits(gb: float, sku: str) -> None:
    """Basic turns dearer than Premium at 10 + (50.6924 - 5.0674) / 0.10 = 466.25 GB.

    Standard never wins: its fee is 15.21 above Basic's, its allowance worth 9.00.
    """
    found = stored(gb, registry("r", "westus"))
    assert found.layout.registries[0].sku == sku


def test_cheapest_sku_follows_the_users_prices() -> None:
    """With Standard at 0.30 a day (9.125 a month) it wins from 50.6 GB stored on.

    10 + (9.125 - 5.0674) / 0.10 = 50.58 GB.
    """
    cheap = {"registry_fees": [{"sku": "Standard", "usd_per_day": 0.30}]}
    for gb, sku in ((50, "Basic"), (51, "Standard")):
        found = stored(gb, registry("r", "westus"), price_overrides=cheap)
        assert found.layout.registries[0].sku == sku


def test_sku_is_chosen_at_the_discounted_price() -> None:
    """Fee and storage are discounted alike, so the cross-over stays at 466.25 GB."""
    half = {"discount_percent": 50.0}
    for gb, sku in ((466, "Basic"), (467, "Premium")):
        found = stored(gb, registry("r", "westus"), assumptions=half)
        assert found.layout.registries[0].sku == sku


def test_only_premium_holds_more_than_40_tib() -> None:
    """Dear storage would favour whichever includes most; size leaves only Premium."""
    free = {"storage": [{"usd_per_gb_month": 0.0}]}
    for gb, sku in ((40_960, "Basic"), (40_961, "Premium")):
        found = stored(gb, registry("r", "westus"), price_overrides=free)
        assert found.layout.registries[0].sku == sku


def test_more_than_any_sku_holds_is_an_error() -> None:
    """100 TiB is 102,400 GB; above that no SKU can be chosen, and the error says so."""
    assert (
        stored(102_400, registry("r", "westus")).layout.registries[0].sku == "Premium"
    )
    with pytest.raises(InputError, match=r"'r' would store 102,401 GB"):
        stored(102_401, registry("r", "westus"))
    given = stored(102_401, registry("r", "westus", sku="Premium"))
    assert given.cost.by_kind[Kind.STORAGE] == pytest.approx(10_190.1)


def test_private_endpoints_choose_premium() -> None:
    """Endpoints of the registry, or of a site that uses it, are a Premium feature."""
    own = stored(1, registry("r", "westus", private_endpoints=1))
    assert own.layout.registries[0].sku == "Premium"
    given = problem([site("s", "westus", 1, 1, private_endpoints=1)])
    served = evaluate(given, layout(registry("r", "westus"), registry("q", "eastus")))
    assert [r.sku for r in served.layout.registries] == ["Premium", "Basic"]


# ---- storage ----


@pytest.mark.parametrize(
    ("sku", "included"), [("Basic", 10), ("Standard", 100), ("Premium", 500)]
)
def test_the_home_includes_the_allowance_of_its_sku(sku: str, included: int) -> None:
    """Only GB above 10, 100 or 500 cost 0.10 each."""
    at = stored(included, registry("r", "westus", sku=sku))
    above = stored(included + 70, registry("r", "westus", sku=sku))
    assert usd_of(at, "storage") == {("westus", None): 0.0}
    assert usd_of(above, "storage") == {("westus", None): pytest.approx(7.0)}


@pytest.mark.parametrize(
    ("allowance", "usd"), [(0.0, 70.0), (100.0, 60.0), (700.0, 0.0), (900.0, 0.0)]
)
def test_a_replica_includes_what_is_assumed(allowance: float, usd: float) -> None:
    """700 GB: the home pays for 200, a replica for all above its own allowance."""
    found = stored(
        700,
        registry("r", "westus", "eastus"),
        assumptions={"replica_included_gb": allowance},
    )
    assert usd_of(found, "storage") == {
        ("westus", None): pytest.approx(20.0),
        ("eastus", None): pytest.approx(usd),
    }


def test_every_location_holds_all_that_its_registry_holds() -> None:
    """There is no choice by repository: the unpulled image is stored in Europe too."""
    given = problem(
        [
            site("s", "westus", 1, 1, image="a"),
            site("t", "westeurope", 1, 1, image="b"),
        ],
        images=[
            image("a", 1.0, stored_gb=600.0),
            image("b", 1.0, stored_gb=40.0),
            image("nobody", 1.0, stored_gb=5.0),
        ],
    )
    found = evaluate(given, layout(registry("r", "westus", "westeurope")))
    assert usd_of(found, "storage") == {
        ("westus", None): pytest.approx(14.5),  # 645 - 500
        ("westeurope", None): pytest.approx(64.5),
    }


def test_separate_registries_hold_what_their_sites_pull() -> None:
    """What nobody pulls stays in the first registry; shared images are stored twice."""
    given = problem(
        [
            site("s", "westus", 1, 1, image="a"),
            {
                **site("t", "westeurope"),
                "demand": [
                    {"image": "a", "pulls_per_month": 1.0, "gb_per_month": 1.0},
                    {"image": "b", "pulls_per_month": 1.0, "gb_per_month": 1.0},
                    {"image": "zero", "pulls_per_month": 0.0, "gb_per_month": 0.0},
                ],
            },
        ],
        images=[
            image("a", 1.0, stored_gb=20.0),
            image("b", 1.0, stored_gb=300.0),
            image("zero", 1.0, stored_gb=1000.0),
        ],
    )
    west = registry("w", "westus", serves=["s"], sku="Basic")
    east = registry("e", "westeurope", serves=["t"], sku="Basic")
    assert usd_of(evaluate(given, layout(west, east)), "storage") == {
        ("westus", None): pytest.approx(101.0),  # 20 + 1,000 - 10
        ("westeurope", None): pytest.approx(31.0),  # 20 + 300 - 10
    }
    assert usd_of(evaluate(given, layout(east, west)), "storage") == {
        ("westus", None): pytest.approx(1.0),  # 20 - 10
        ("westeurope", None): pytest.approx(131.0),  # 20 + 300 + 1,000 - 10
    }


def test_stored_gb_defaults_to_one_version() -> None:
    """An image of 130 GB stores 130 GB when nothing else is said."""
    given = problem([site("s", "westus")], images=[image("app", 130.0)])
    found = evaluate(given, layout(registry("r", "westus", sku="Standard")))
    assert usd_of(found, "storage") == {("westus", None): pytest.approx(3.0)}


# ---- transfer ----


@pytest.mark.parametrize(
    ("home", "target", "price"),
    [
        ("westus", "westus", 0.0),
        ("westus", "eastus", 0.02),
        ("westus", "mexicocentral", 0.02),
        ("westus", "westeurope", 0.05),
        ("westeurope", "northeurope", 0.02),
        ("westeurope", "japaneast", 0.05),
        ("japaneast", "westeurope", 0.08),
        ("japaneast", "koreacentral", 0.08),
        ("australiaeast", "westus", 0.08),
        ("uaenorth", "southafricanorth", 0.08),
        ("brazilsouth", "westus", 0.16),
        ("brazilsouth", "chilecentral", 0.16),
        ("westus", "brazilsouth", 0.05),
    ],
)
def test_transfer_is_priced_by_the_source(home: str, target: str, price: float) -> None:
    """Europe to Asia costs 0.05, Asia to Europe 0.08; the same region nothing."""
    assert pulled(home, target) == {(home, "s"): pytest.approx(100 * price)}


def test_push_is_priced_from_the_source_to_the_ingest_location() -> None:
    """10 pushes of 3 GB from Japan into West US: 30 x 0.08."""
    given = problem(
        [site("s", "westus", 1, 1, image="app")],
        images=[image("app", 10.0, pushes_per_month=10.0)],  # 0.3 x 10 GB new
        push_sources=[{"name": "jp", "region": "japaneast"}],
    )
    found = evaluate(given, layout(registry("r", "westus")))
    assert usd_of(found, "push_transfer") == {("westus", "jp"): pytest.approx(2.4)}


def test_push_from_outside_azure_is_free_but_its_sync_is_not() -> None:
    """Traffic into Azure is free; copying it on to Europe costs 30 x 0.05."""
    given = problem(
        [site("s", "westus", 1, 1, image="app")],
        images=[image("app", 10.0, pushes_per_month=10.0)],
        push_sources=[{"name": "office", "latitude": 47.6, "longitude": -122.3}],
    )
    found = evaluate(given, layout(registry("r", "westus", "westeurope")))
    assert usd_of(found, "push_transfer") == {("westus", "office"): 0.0}
    assert usd_of(found, "sync_transfer") == {
        ("westeurope", "office"): pytest.approx(1.5)
    }


# ---- internet egress ----


@pytest.mark.parametrize(
    ("home", "tier", "price"),
    [
        ("westeurope", 100.0, 0.087),
        ("westeurope", 0.0, 0.0),
        ("westeurope", 10_334.0, 0.087),
        ("westeurope", 10_335.0, 0.083),
        ("westeurope", 1e6, 0.05),
        ("japaneast", 100.0, 0.12),
        ("japaneast", 60_000.0, 0.082),
        ("uaenorth", 100.0, 0.181),
        ("brazilsouth", 200_000.0, 0.16),
    ],
)
def test_internet_egress_by_zone_and_tier(home: str, tier: float, price: float) -> None:
    """A site outside Azure pays the serving zone's price at the account's tier."""
    given = pulled(home, None, assumptions={"internet_egress_tier_gb": tier})
    assert given == {(home, "s"): pytest.approx(100 * price)}


def test_the_first_paid_tier_is_the_default() -> None:
    """The account's free 100 GB are used up by its other traffic."""
    assert pulled("westus", None, gb=10) == {("westus", "s"): pytest.approx(0.87)}


def test_the_unclear_zone_of_israel_widens_the_range() -> None:
    """Price feed says 0.087, pricing page 0.181: 100 GB are 8.70, at worst 18.10."""
    place = {"latitude": 32.0, "longitude": 34.8}
    given = problem([site("s", None, 1, 100, **place)])
    cost = evaluate(given, layout(registry("r", "israelcentral"))).cost
    assert cost.by_kind[Kind.INTERNET_EGRESS] == pytest.approx(8.7)
    assert cost.high_usd - cost.bill_usd == pytest.approx(9.4)
    assert cost.low_usd == pytest.approx(cost.bill_usd)


# ---- the range of the bill ----


def test_sync_may_be_free() -> None:
    """Old answers say so: 30 GB synced from West US to Japan are 1.50, at best 0."""
    given = problem(
        [site("s", "westus", 1, 1, image="app")],
        images=[image("app", 1.0, pushes_per_month=30.0, new_gb_per_push=1.0)],
        push_sources=SEATTLE,
        # A rate of one's own leaves nothing unclear but whether sync is billed.
        price_overrides={
            "transfer": [
                {"source": "westus", "target": "japaneast", "usd_per_gb": 0.05}
            ]
        },
        assumptions={"replica_included_gb": 500.0},
    )
    cost = evaluate(given, layout(registry("r", "westus", "japaneast"))).cost
    assert cost.by_kind[Kind.SYNC_TRANSFER] == pytest.approx(1.5)
    assert cost.bill_usd - cost.low_usd == pytest.approx(1.5)
    # At worst the replica includes nothing: 1 GB x 0.10.
    assert cost.high_usd - cost.bill_usd == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("assumed", "low", "usual", "high"),
    [
        (0.0, 50.0, 100.0, 100.0),  # 500 GB at best, none by default and at worst
        (100.0, 50.0, 90.0, 100.0),
        (900.0, 10.0, 10.0, 100.0),  # the assumption is better than the best reading
    ],
)
def test_range_of_the_replica_allowance(
    assumed: float, low: float, usual: float, high: float
) -> None:
    """A replica of 1,000 GB pays for 1,000 less none, what is assumed, or 500."""
    found = stored(
        1000,
        registry("r", "westus", "eastus"),
        assumptions={"replica_included_gb": assumed},
    )
    rest = found.cost.bill_usd - usual
    assert usd_of(found, "storage")["eastus", None] == pytest.approx(usual)
    assert found.cost.low_usd == pytest.approx(rest + low)
    assert found.cost.high_usd == pytest.approx(rest + high)


def test_what_is_not_billed_is_not_in_the_range() -> None:
    """Labour and waiting stay out of the low and the high bill."""
    given = problem(
        [site("s", "eastus", 100, 10)],
        assumptions={"usd_per_registry_month": 40.0, "usd_per_wait_hour": 50.0},
    )
    cost = evaluate(given, layout(registry("r", "westus"))).cost
    assert cost.operations_usd + cost.waiting_usd > 40
    assert cost.low_usd == pytest.approx(cost.bill_usd)
    assert cost.high_usd == pytest.approx(cost.bill_usd)


# ---- one-off ----


@pytest.mark.parametrize(
    ("home", "replica", "usd"),
    [("westus", "japaneast", 10.0), ("japaneast", "westus", 16.0)],
)
def test_first_copy_leaves_from_the_home(home: str, replica: str, usd: float) -> None:
    """200 stored GB from America to Asia cost 0.05 each, the other way 0.08."""
    found = stored(200, registry("r", home, replica))
    assert found.first_copy == (200, pytest.approx(usd))


# ---- private endpoints ----


def test_private_endpoints_of_a_site() -> None:
    """Two endpoints: 730 x 2 x 0.01 = 14.60, and 0.01 for each of 100 GB out."""
    given = problem([site("s", "westus", 1, 100, private_endpoints=2)])
    found = evaluate(given, layout(registry("r", "westus")))
    assert usd_of(found, "private_endpoints") == {("westus", "s"): pytest.approx(15.6)}


def test_private_endpoints_of_a_registry() -> None:
    """One endpoint 7.30, and 0.01 for each of the 10 x 0.5 GB pushed in."""
    given = problem(
        [site("s", "westus", 1, 100, image="app")],
        images=[image("app", 1.0, pushes_per_month=10.0, new_gb_per_push=0.5)],
        push_sources=SEATTLE,
    )
    found = evaluate(given, layout(registry("r", "eastus", private_endpoints=1)))
    assert usd_of(found, "private_endpoints") == {("eastus", None): pytest.approx(7.35)}


@pytest.mark.parametrize(("way", "usd"), [("in", 7.30 + 10.0), ("out", 7.30 + 0.05)])
def test_data_in_and_out_have_their_own_prices(
    facts: Facts, way: str, usd: float
) -> None:
    """Only what is pushed in pays the price of data in (here 2.00 a GB on 5 GB)."""
    prices = facts.prices
    item = f"private_endpoint_data_{way}"
    dear = replace(prices, addons={**prices.addons, item: Price(2.0, "test", "2026")})
    assert endpoint_pushes(dear, 5.0).usd + endpoint_hours(dear, 1).usd == (
        pytest.approx(usd)
    )


# ---- settings: discount, labour, overrides ----


def priced(**more: Any) -> Evaluation:
    """A layout in which every kind of charge occurs once."""
    given = problem(
        [
            site("s", "japaneast", 10, 100, image="app", private_endpoints=1),
            site("t", None, 10, 100, latitude=51.5, longitude=-0.1),
        ],
        images=[
            image(
                "app",
                1.0,
                stored_gb=700.0,
                pushes_per_month=10.0,
                new_gb_per_push=1.0,
            )
        ],
        push_sources=[{"name": "de", "region": "germanywestcentral"}],
        **more,
    )
    return evaluate(given, layout(registry("r", "westus", "westeurope")))


def test_discount_reduces_fees_and_storage_only() -> None:
    """25 % off 2 x 50.69 and 20 + 70; transfer and endpoints stay at list price."""
    full, off = priced(), priced(assumptions={"discount_percent": 25.0})
    for kind in BILL_KINDS:
        share = 0.75 if kind in (Kind.REGISTRY_FEE, Kind.STORAGE) else 1.0
        assert full.cost.by_kind[kind] > 0, kind
        assert off.cost.by_kind[kind] == pytest.approx(full.cost.by_kind[kind] * share)
    assert off.cost.by_kind[Kind.REGISTRY_FEE] == pytest.approx(76.0386, abs=1e-4)
    assert off.cost.by_kind[Kind.STORAGE] == pytest.approx(67.5)


def test_labour_is_priced_by_registry_and_not_billed() -> None:
    """Three registries at 40 dollars add 120 to the total and nothing to the bill."""
    places = [site("s", "westus", 1, 1)]
    three = layout(*(registry(r, r) for r in ("westus", "eastus", "japaneast")))
    plain = evaluate(problem(places), three).cost
    cost = evaluate(
        problem(places, assumptions={"usd_per_registry_month": 40.0}), three
    ).cost
    assert cost.operations_usd == pytest.approx(120)
    assert cost.bill_usd == pytest.approx(plain.bill_usd)
    assert cost.total_usd == pytest.approx(plain.bill_usd + 120)


def test_a_fee_override_for_a_region_wins_over_one_for_all() -> None:
    """West US 1.00 a day (30.42), elsewhere 2.00 (60.83), then the discount."""
    own = {
        "registry_fees": [
            {"sku": "Premium", "usd_per_day": 2.0},
            {"sku": "Premium", "region": "westus", "usd_per_day": 1.0},
        ]
    }
    found = stored(
        1,
        registry("r", "westus", "eastus"),
        price_overrides=own,
        assumptions={"discount_percent": 10.0},
    )
    assert usd_of(found, "registry_fee") == {
        ("westus", None): pytest.approx(730 / 24 * 0.9),
        ("eastus", None): pytest.approx(730 / 24 * 2 * 0.9),
    }


def test_a_storage_override_for_a_region_wins_over_one_for_all() -> None:
    """600 GB: the home pays 100 x 0.30, the replica 600 x 0.05."""
    own = {
        "storage": [
            {"usd_per_gb_month": 0.05},
            {"region": "westus", "usd_per_gb_month": 0.30},
        ]
    }
    found = stored(600, registry("r", "westus", "eastus"), price_overrides=own)
    assert usd_of(found, "storage") == {
        ("westus", None): pytest.approx(30.0),
        ("eastus", None): pytest.approx(30.0),
    }


def test_a_transfer_override_for_a_region_wins_over_its_continent() -> None:
    """Four overrides apply to West US to West Europe; the narrowest one counts."""
    rates = [
        {"source": "north_america", "target": "europe", "usd_per_gb": 0.4},
        {"source": "north_america", "target": "westeurope", "usd_per_gb": 0.3},
        {"source": "westus", "target": "europe", "usd_per_gb": 0.2},
        {"source": "westus", "target": "westeurope", "usd_per_gb": 0.1},
    ]
    for number, price in ((4, 10.0), (3, 20.0), (2, 30.0), (1, 40.0)):
        own = {"transfer": rates[:number]}
        found = pulled("westus", "westeurope", price_overrides=own)
        assert found == {("westus", "s"): pytest.approx(price)}


def test_a_transfer_override_does_not_price_traffic_within_a_region() -> None:
    """Inside one region traffic is free by policy, also where the continent is not."""
    rate = {"source": "north_america", "target": "north_america", "usd_per_gb": 0.4}
    found = pulled("westus", "westus", price_overrides={"transfer": [rate]})
    assert found == {("westus", "s"): 0.0}


def test_an_egress_override_for_a_region_wins_over_its_zone() -> None:
    """West Europe has its own price, North Europe that of its zone."""
    own = {
        "internet_egress": [
            {"source": "zone_1", "usd_per_gb": 0.5},
            {"source": "westeurope", "usd_per_gb": 0.25},
        ]
    }
    for home, usd in (("westeurope", 25.0), ("northeurope", 50.0), ("japaneast", 12.0)):
        found = pulled(home, None, price_overrides=own)
        assert found == {(home, "s"): pytest.approx(usd)}


def test_endpoint_overrides() -> None:
    """One endpoint at 0.02 an hour and 0.03 a GB: 14.60 + 3.00."""
    own = {"private_endpoint_usd_per_hour": 0.02, "private_endpoint_usd_per_gb": 0.03}
    given = problem(
        [site("s", "westus", 1, 100, private_endpoints=1)], price_overrides=own
    )
    found = evaluate(given, layout(registry("r", "westus")))
    assert usd_of(found, "private_endpoints") == {("westus", "s"): pytest.approx(17.6)}


def test_a_price_of_zero_is_a_price() -> None:
    """A user who pays nothing for a thing must get nothing, not the list price."""
    own = {
        "registry_fees": [{"sku": "Premium", "usd_per_day": 0.0}],
        "storage": [{"usd_per_gb_month": 0.0}],
        "transfer": [
            {"source": a, "target": b, "usd_per_gb": 0.0}
            for a in ("north_america", "europe")
            for b in ("north_america", "europe", "asia")
        ],
        "internet_egress": [{"source": "zone_1", "usd_per_gb": 0.0}],
        "private_endpoint_usd_per_hour": 0.0,
        "private_endpoint_usd_per_gb": 0.0,
    }
    assert priced(price_overrides=own).cost.bill_usd == 0


def test_sovereign_regions_can_be_priced_by_the_user() -> None:
    """With a fee, storage price and round trip of one's own, US Gov is evaluated."""
    own = {
        "registry_fees": [
            {"sku": "Basic", "region": "usgovvirginia", "usd_per_day": 0.24}
        ],
        "storage": [{"region": "usgovvirginia", "usd_per_gb_month": 0.5}],
    }
    given = problem(
        [site("s", "usgovvirginia", 1, 10, image="app")],
        images=[image("app", 12.0)],
        price_overrides=own,
    )
    found = evaluate(given, layout(registry("r", "usgovvirginia", sku="Basic")))
    assert found.cost.bill_usd == pytest.approx(0.24 / 24 * 730 + 2 * 0.5)
