"""Round trips: measured ones as published, all others estimated and marked."""

from __future__ import annotations

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.errors import FactsError
from planner.facts import Facts, load_facts
from planner.facts.rtt import Spot, build_model, distance_km, spot_of

NEWEST = "2026-07-30"

spots = st.builds(Spot, st.floats(-90, 90), st.floats(-180, 180))


def test_the_newest_table_is_complete(facts: Facts) -> None:
    """54 regions, every directed pair: 54 x 53 = 2,862 rows."""
    pairs = [pair for pair, row in facts.rtt.measured.items() if row.as_of == NEWEST]
    assert len(pairs) == 54 * 53
    assert len({name for pair in pairs for name in pair}) == 54


def test_west_india_comes_from_the_earlier_edition(facts: Facts) -> None:
    """46 values towards a region that the newest table does not have."""
    older = {pair for pair, row in facts.rtt.measured.items() if row.as_of != NEWEST}
    assert len(older) == 46
    assert {serving for _, serving in older} == {"westindia"}


@pytest.mark.parametrize(
    ("client", "serving", "p50"),
    [
        ("eastus", "westeurope", 83),
        ("westeurope", "eastus", 85),
        ("germanywestcentral", "uaenorth", 118),
        ("uaenorth", "germanywestcentral", 100),
        ("australiaeast", "southafricanorth", 328),
        ("westus", "eastus", 67),
    ],
)
def test_published_p50(facts: Facts, client: str, serving: str, p50: float) -> None:
    """The direction counts: row client, column serving region."""
    regions = facts.regions
    found = facts.rtt.between_regions(regions[client], regions[serving])
    assert (found.ms, found.estimated, found.error_ms) == (p50, False, None)
    assert found.as_of == NEWEST


def test_published_spread(facts: Facts) -> None:
    """From 3 to 344 ms with a median of 144, as the article's table has it."""
    ms = [row.p50_ms for row in facts.rtt.measured.values() if row.as_of == NEWEST]
    assert (min(ms), statistics.median(ms), max(ms)) == (3, 144, 344)


def test_p95_is_never_below_p50(facts: Facts) -> None:
    """A quantile above another; the largest gap is France to Hong Kong, 193 to 278."""
    for pair, row in facts.rtt.measured.items():
        if row.as_of == NEWEST:
            assert row.p95_ms is not None, pair
        if row.p95_ms is not None:
            assert row.p95_ms >= row.p50_ms, pair
    widest = facts.rtt.measured["francecentral", "eastasia"]
    assert (widest.p50_ms, widest.p95_ms) == (193, 278)


def test_no_measurement_beats_light_in_fibre(facts: Facts) -> None:
    """1 ms for each 100 km there and back; less would be a wrong coordinate or row."""
    for (client, serving), row in facts.rtt.measured.items():
        a, b = (spot_of(facts.regions[name]) for name in (client, serving))
        assert row.p50_ms >= distance_km(a, b) / 100, (client, serving)


def test_distance_by_hand() -> None:
    """A quarter of the equator, pole to pole, and no distance at all."""
    quarter = math.pi * 6371 / 2
    assert distance_km(Spot(0, 0), Spot(0, 90)) == pytest.approx(quarter)
    assert distance_km(Spot(90, 0), Spot(-90, 0)) == pytest.approx(2 * quarter)
    assert distance_km(Spot(52.4, 4.9), Spot(52.4, 4.9)) == 0


def test_the_other_direction_is_an_estimate(facts: Facts) -> None:
    """West India was measured as a destination only; its own row is taken from there."""
    india, europe = facts.regions["westindia"], facts.regions["westeurope"]
    there = facts.rtt.between_regions(europe, india)
    back = facts.rtt.between_regions(india, europe)
    assert not there.estimated
    assert back.estimated
    assert back.ms == there.ms


@pytest.mark.parametrize(
    ("client", "error_ms"),
    [
        ("chilecentral", 41),  # 2,586 km from the nearest measured region
        ("indiasouthcentral", 14),  # 498 km
        ("brazilsoutheast", 14),  # 357 km
    ],
)
def test_a_region_outside_the_table_is_estimated(
    facts: Facts, client: str, error_ms: float
) -> None:
    """It is marked, with the error that regions so far from others had when hidden."""
    for serving in ("eastus", "westeurope", "brazilsouth"):
        found = facts.rtt.between_regions(facts.regions[client], facts.regions[serving])
        assert found.estimated
        assert found.error_ms == error_ms
        assert found.ms > 0


def test_an_estimate_carries_the_date_of_the_fit(facts: Facts) -> None:
    """The table's date, so that a new fit shows as one."""
    found = facts.rtt.from_spot(Spot(0.0, 0.0), facts.regions["eastus"])
    assert found.source == "latency-fallback"
    assert found.as_of == facts.sources["latency-fallback"].as_of


def test_the_error_band_is_that_of_the_farther_end(facts: Facts) -> None:
    """A place in the middle of the Pacific is 3,000 km from anything measured."""
    pacific = Spot(0.0, -130.0)
    assert facts.rtt.from_spot(pacific, facts.regions["eastus"]).error_ms == 84
    amsterdam = Spot(52.37, 4.9)
    assert facts.rtt.from_spot(amsterdam, facts.regions["eastus"]).error_ms == 8


POLE, EQUATOR = Spot(90.0, 0.0), Spot(0.0, 0.0)
QUARTER_KM = math.pi * 6371 / 2


def test_the_floor_of_an_estimate_by_hand() -> None:
    """A line that is too fast for light gives 1 ms and 1 ms for each 100 km."""
    fast = build_model(0.0, 0.001, 5000.0, {}, {})
    assert fast.estimate_ms(POLE, EQUATOR) == pytest.approx(1 + QUARTER_KM / 100)
    assert fast.estimate_ms(POLE, POLE) == 1


def test_the_kriging_formula_by_hand() -> None:
    """Line plus w [E(i,p) E(j,q) + E(i,q) E(j,p)] for each measured pair.

    Two regions a quarter of the globe apart, whose distance is also the length L, so
    E = 1 at a region and 1/e at the other. Weights: 20 between them, 3 and 0 within.
    """
    near = math.exp(-1)
    both = {("p", "p"): 3.0, ("q", "q"): 0.0, ("p", "q"): 20.0, ("q", "p"): 20.0}
    model = build_model(100.0, 0.02, QUARTER_KM, {"p": POLE, "q": EQUATOR}, both)
    across = 100 + 0.02 * QUARTER_KM + 20 * (1 + near**2) + 3 * (near + near)
    assert model.estimate_ms(POLE, EQUATOR) == pytest.approx(across)
    within = 100 + 20 * (near + near) + 3 * (1 + 1)
    assert model.estimate_ms(POLE, POLE) == pytest.approx(within)


@given(spots, st.sampled_from(["eastus", "chilecentral", "australiaeast", "uaenorth"]))
def test_estimates_never_beat_light(spot: Spot, name: str) -> None:
    """Not from any point of the globe; 1 ms within a place, and rounded to 0.1."""
    facts = load_facts()
    region = facts.regions[name]
    found = facts.rtt.from_spot(spot, region)
    assert found.estimated
    assert found.error_ms is not None
    assert found.ms >= 1 + distance_km(spot, spot_of(region)) / 100 - 0.05


@given(spots, spots)
def test_the_model_is_symmetric(a: Spot, b: Spot) -> None:
    """It is fitted to the mean of both directions, so there and back are the same."""
    model = load_facts().rtt.model
    assert model.estimate_ms(a, b) == pytest.approx(model.estimate_ms(b, a))


def test_no_round_trip_and_no_coordinates_is_an_error(facts: Facts) -> None:
    """Nobody knows how far China is; the message names the region and the way out."""
    china, eastus = facts.regions["chinanorth"], facts.regions["eastus"]
    for client, serving in ((china, eastus), (eastus, china)):
        with pytest.raises(FactsError, match=r"chinanorth.*give rtt_ms"):
            facts.rtt.between_regions(client, serving)
    with pytest.raises(FactsError, match="chinanorth"):
        facts.rtt.from_spot(Spot(0, 0), china)
