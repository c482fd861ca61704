"""Who answers whom: the rules that a layout does not choose."""

from __future__ import annotations

from planner import evaluate
from tests.helpers import image, layout, problem, registry, served_from, site, usd_of


def test_a_site_is_served_by_the_nearest_location_not_the_cheapest() -> None:
    """Korea is 30 ms from Japan and 130 from West US, though Japan's GB cost more."""
    given = problem([site("kr", "koreacentral", 10, 100)])
    found = evaluate(given, layout(registry("r", "westus", "japaneast")))
    assert served_from(found) == {"kr": "japaneast"}
    assert usd_of(found, "pull_transfer")["japaneast", "kr"] == 100 * 0.08


def test_ties_go_to_the_alphabetically_first_region() -> None:
    """At the same round trip the order in the file does not decide."""
    far = {"westus": 50.0, "eastus": 50.0, "northeurope": 50.0}
    given = problem([site("s", "japaneast", 1, 1, rtt_ms=far)])
    for home, *replicas in (
        ("westus", "eastus", "northeurope"),
        ("northeurope", "westus", "eastus"),
        ("eastus", "northeurope", "westus"),
    ):
        found = evaluate(given, layout(registry("r", home, *replicas)))
        assert served_from(found) == {"s": "eastus"}


def test_own_round_trips_win_over_the_table() -> None:
    """A probe of the user's own moves a site although the table says otherwise."""
    both = layout(registry("r", "northeurope", "westeurope"))
    measured = problem([site("uk", "uksouth", 1, 1)])
    assert served_from(evaluate(measured, both)) == {"uk": "westeurope"}  # 11 < 12
    own = problem([site("uk", "uksouth", 1, 1, rtt_ms={"westeurope": 12.5})])
    found = evaluate(own, both)
    assert served_from(found) == {"uk": "northeurope"}
    assert found.services[0].rtt.ms == 12
    assert not found.services[0].rtt.estimated


def test_own_round_trip_wins_within_a_region() -> None:
    """The default of 2 ms inside a region gives way to a measurement too."""
    given = problem([site("s", "westus", 1, 1, rtt_ms={"westus": 0.7})])
    found = evaluate(given, layout(registry("r", "westus")))
    assert found.latency.max_rtt_ms == 0.7


def test_local_round_trip_is_an_assumption() -> None:
    """Azure does not publish a round trip within a region, so the scenario says it."""
    given = problem([site("s", "westus", 1, 1)], assumptions={"local_rtt_ms": 1.5})
    found = evaluate(given, layout(registry("r", "westus")))
    assert found.latency.max_rtt_ms == 1.5


def test_direction_of_a_round_trip_is_client_to_registry() -> None:
    """Germany to the Emirates is 118 ms, back it is 100: the client's row counts."""
    given = problem(
        [site("de", "germanywestcentral", 1, 1), site("ae", "uaenorth", 1, 1)]
    )
    two = layout(
        registry("a", "uaenorth", serves=["de"]),
        registry("b", "germanywestcentral", serves=["ae"]),
    )
    assert [service.rtt.ms for service in evaluate(given, two).services] == [118, 100]


def test_a_listed_site_uses_its_registry_however_far() -> None:
    """The registry is in the image name, so the site cannot go to a nearer one."""
    given = problem([site("us", "eastus", 1, 1)])
    two = layout(registry("near", "eastus"), registry("far", "westus", serves=["us"]))
    found = evaluate(given, two)
    assert (found.services[0].registry, found.services[0].rtt.ms) == ("far", 69)


def test_an_unlisted_site_uses_the_registry_with_the_nearest_location() -> None:
    """It is compared by its nearest location, replicas included."""
    given = problem([site("ca", "canadacentral", 1, 1)])
    two = layout(registry("one", "westus"), registry("two", "japaneast", "eastus"))
    found = evaluate(given, two)
    assert (found.services[0].registry, found.services[0].serving_region) == (
        "two",
        "eastus",
    )


def test_an_unlisted_site_between_equal_registries_uses_the_first_listed() -> None:
    """The tie between registries follows the file, not the alphabet of regions."""
    far = {"westus": 40.0, "eastus": 40.0}
    given = problem([site("s", "japaneast", 1, 1, rtt_ms=far)])
    west, east = registry("w", "westus"), registry("e", "eastus")
    assert served_from(evaluate(given, layout(west, east))) == {"s": "westus"}
    assert served_from(evaluate(given, layout(east, west))) == {"s": "eastus"}


def test_a_push_enters_at_the_location_nearest_to_its_source() -> None:
    """From Seattle it enters at West US and is copied from there to the home."""
    given = problem(
        [site("s", "westeurope", 1, 1, image="app")],
        images=[image("app", 1.0, pushes_per_month=10.0, new_gb_per_push=1.0)],
        push_sources=[{"name": "seattle", "region": "westus"}],
    )
    found = evaluate(given, layout(registry("r", "westeurope", "westus")))
    assert usd_of(found, "push_transfer") == {("westus", "seattle"): 0.0}
    assert usd_of(found, "sync_transfer") == {("westeurope", "seattle"): 10 * 0.05}


def test_two_sources_enter_at_two_locations() -> None:
    """Each source has its own ingest location, and sync starts there."""
    given = problem(
        [site("s", "westus", 1, 1, image="a"), site("t", "westus", 1, 1, image="b")],
        images=[
            image("a", 1.0, pushes_per_month=10.0, new_gb_per_push=1.0),
            image(
                "b", 1.0, pushes_per_month=1.0, new_gb_per_push=3.0, pushed_from="jp"
            ),
        ],
        push_sources=[
            {"name": "us", "region": "westus"},
            {"name": "jp", "region": "japaneast"},
        ],
    )
    found = evaluate(given, layout(registry("r", "westus", "japaneast")))
    assert usd_of(found, "push_transfer") == {
        ("westus", "us"): 0.0,
        ("japaneast", "jp"): 0.0,
    }
    assert usd_of(found, "sync_transfer") == {
        ("japaneast", "us"): 10 * 0.05,  # North America to Asia
        ("westus", "jp"): 3 * 0.08,  # Asia to North America
    }


def test_without_push_source_pushes_enter_at_the_home() -> None:
    """They cost no push transfer, and sync starts at the home."""
    given = problem(
        [site("s", "westus", 1, 1, image="app")],
        images=[image("app", 1.0, pushes_per_month=10.0, new_gb_per_push=1.0)],
    )
    found = evaluate(given, layout(registry("r", "japaneast", "westus")))
    assert usd_of(found, "push_transfer") == {}
    assert usd_of(found, "sync_transfer") == {("westus", None): 10 * 0.08}


def test_every_registry_that_must_hold_an_image_receives_its_push() -> None:
    """An image pulled in two registries is pushed twice, one pulled in one once."""
    given = problem(
        [
            site("w", "westus", 1, 1, image="both"),
            {
                **site("e", "westeurope"),
                "demand": [
                    {"image": name, "pulls_per_month": 1.0, "gb_per_month": 1.0}
                    for name in ("both", "europe")
                ],
            },
        ],
        images=[
            image("both", 1.0, pushes_per_month=10.0, new_gb_per_push=2.0),
            image("europe", 1.0, pushes_per_month=10.0, new_gb_per_push=0.3),
            image("nobody", 1.0, pushes_per_month=10.0, new_gb_per_push=0.7),
        ],
        push_sources=[{"name": "seattle", "region": "westus"}],
    )
    two = layout(
        registry("w", "westus", serves=["w"]), registry("e", "westeurope", serves=["e"])
    )
    found = evaluate(given, two)
    pushed = {
        line.registry: line.charge.quantity
        for line in found.cost.lines
        if line.kind == "push_transfer"
    }
    # West, listed first: both 20 + nobody 7 GB; Europe: both 20 + europe 3 GB.
    assert pushed == {"w": 27.0, "e": 23.0}
    # 10 pushes each: both goes to 2 registries, the others to 1: (20 + 10 + 10) / 30.
    assert found.operations.pushes_per_release == (2 + 1 + 1) / 3
    assert found.operations.image_names == 2


def test_pinned_routing_serves_from_the_cheapest_location() -> None:
    """With regional endpoints the choice is free: 0.05 from West US beats 0.08."""
    given = problem([site("kr", "koreacentral", 10, 100)])
    pinned = layout(registry("r", "westus", "japaneast", routing="pinned"))
    found = evaluate(given, pinned)
    assert served_from(found) == {"kr": "westus"}
    assert usd_of(found, "pull_transfer")["westus", "kr"] == 100 * 0.05


def test_pinned_routing_counts_waiting_as_well() -> None:
    """When waiting is dear, 100 ms more outweigh 3 dollars of transfer.

    10 pulls, 8 layers: at least 27 x 0.1 s more each, 27 s = 0.0075 h at 1,000 dollars.
    """
    dear = {"usd_per_wait_hour": 1000.0}
    given = problem([site("kr", "koreacentral", 10, 100)], assumptions=dear)
    pinned = layout(registry("r", "westus", "japaneast", routing="pinned"))
    assert served_from(evaluate(given, pinned)) == {"kr": "japaneast"}


def test_pinned_ties_go_to_the_nearer_location() -> None:
    """Two locations that cost the same: nobody would pin to the farther one."""
    given = problem([site("n", "westus2", 10, 100)])
    pinned = layout(registry("r", "eastus", "westus", routing="pinned"))
    assert served_from(evaluate(given, pinned)) == {"n": "westus"}


def test_what_is_never_pushed_has_no_line() -> None:
    """A line of 0 GB would only be noise in a report."""
    given = problem(
        [site("s", "westus", 1, 1, image="app")],
        images=[image("app", 1.0)],
        push_sources=[{"name": "seattle", "region": "westus"}],
    )
    found = evaluate(given, layout(registry("r", "westus", "eastus")))
    assert not {line.kind for line in found.cost.lines} & {
        "push_transfer",
        "sync_transfer",
    }
