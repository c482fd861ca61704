"""The pull-time formula and the latency figures of a layout."""

from __future__ import annotations

import pytest

from planner import evaluate
from planner.domain.scenario import Assumptions
from planner.evaluation.latency import Latency, pull_seconds
from tests.helpers import layout, problem, registry, site

DEFAULT = Assumptions()
HOME = layout(registry("r", "eastus"))


def figures(*sites: tuple[float, float]) -> Latency:
    """Latency of sites given as round trip and pulls."""
    places = [
        site(f"s{n}", "japaneast", pulls, 1.0 if pulls else 0.0, rtt_ms={"eastus": ms})
        for n, (ms, pulls) in enumerate(sites)
    ]
    return evaluate(problem(places), HOME).latency


def test_published_measurement() -> None:
    """690 MB inside a region: 23.7 s by the formula, 25 s as published.

    8 layers, 2 ms: 0.3 + 27 x 0.002 + 690 / 31 + 690 / 75 / 8
    = 0.3 + 0.054 + 22.258 + 1.15 = 23.762.
    """
    seconds = pull_seconds(DEFAULT, rtt_ms=2, mb=690, layers=8)
    assert seconds == pytest.approx(23.762, abs=5e-4)


def test_one_contoso_pull() -> None:
    """East US from West US: 390 GB / 3,200 pulls = 121.875 MB, 9 layers, 69 ms.

    27 round trips = 1.863 s; a stream gets min(3 / 0.069, 25) = 25 MB/s, so download
    121.875 / 75 = 1.625 s and unpacking 121.875 / 31 = 3.931452 s; the pipeline takes
    3.931452 + 1.625 / 9 = 4.112007; with 0.3 s together 6.275007 s.
    """
    seconds = pull_seconds(DEFAULT, rtt_ms=69, mb=121.875, layers=9)
    assert seconds == pytest.approx(6.275007, abs=1e-6)


def test_far_pulls_are_bound_by_the_window() -> None:
    """At 400 ms a stream moves 3 / 0.4 = 7.5 MB/s, so download outlasts unpacking.

    690 / 22.5 = 30.6667; T = 0.3 + 27 x 0.4 + 30.6667 + 22.2581 / 8 = 44.5489.
    """
    seconds = pull_seconds(DEFAULT, rtt_ms=400, mb=690, layers=8)
    assert seconds == pytest.approx(44.5489, abs=1e-4)


def test_many_streams_are_bound_by_the_node() -> None:
    """Twenty streams of 25 MB/s would be 500 MB/s; the node takes 250.

    20 layers in one batch: 23 x 0.01; 1000 / 31 = 32.2581 s; 1000 / 250 / 20 = 0.2.
    """
    wide = Assumptions(parallel_layers=20)
    seconds = pull_seconds(wide, rtt_ms=10, mb=1000, layers=20)
    assert seconds == pytest.approx(0.3 + 0.23 + 32.258065 + 0.2, abs=1e-5)


def test_a_pull_that_moves_nothing_still_takes_its_round_trips() -> None:
    """A warm pull of one layer: 0.3 + 23 x 0.1 s."""
    assert pull_seconds(DEFAULT, rtt_ms=100, mb=0, layers=1) == pytest.approx(2.6)


def test_every_assumption_changes_the_pull_time() -> None:
    """A constant with a name that does nothing would be a lie to the user."""
    base = {"rtt_ms": 150, "mb": 690, "layers": 8}
    usual = pull_seconds(DEFAULT, **base)
    for name, value in (
        ("pull_overhead_seconds", 1.0),
        ("pull_round_trips", 30.0),
        ("round_trips_per_layer_batch", 5.0),
        ("parallel_layers", 1),
        ("stream_window_mb", 1.0),
        ("stream_mb_per_second", 10.0),
        ("node_mb_per_second", 20.0),
        ("unpack_mb_per_second", 10.0),
    ):
        changed = pull_seconds(Assumptions(**{name: value}), **base)
        assert changed > usual + 0.01, name


def test_mean_is_weighted_by_pulls() -> None:
    """100 pulls at 10 ms and 300 at 50 ms: (1,000 + 15,000) / 400 = 40."""
    assert figures((10, 100), (50, 300)).mean_rtt_ms == pytest.approx(40)


@pytest.mark.parametrize(
    ("near", "far", "expected"), [(95, 5, 10), (94, 6, 100), (100, 0, 10)]
)
def test_p95_is_the_least_that_95_percent_do_not_exceed(
    near: int, far: int, expected: float
) -> None:
    """Exactly 95 % at 10 ms is enough; 94 % is not."""
    assert figures((10, near), (100, far)).p95_rtt_ms == expected


def test_p95_does_not_stumble_over_rounding() -> None:
    """19 of 20 equal parts are 95 %, though 0.3 added 19 times is less than 5.7."""
    assert sum([0.3] * 19) < 0.95 * 6
    near = [(10, 0.3)] * 19
    assert figures(*near, (100, 0.3)).p95_rtt_ms == 10


def test_sites_without_pulls_do_not_count() -> None:
    """A cluster that pulls nothing must not spoil the worst round trip."""
    latency = figures((10, 100), (300, 0))
    assert latency.max_rtt_ms == 10
    assert latency.mean_rtt_ms == pytest.approx(10)


def test_no_pulls_at_all_have_no_latency() -> None:
    """No figure is better than a made-up zero; nobody waits."""
    assert figures((10, 0)) == Latency(None, None, None, None, 0.0)


def test_wait_hours_are_pulls_times_pull_time() -> None:
    """7,200 warm pulls of 8 layers at 100 ms wait 7,200 x (0.3 + 2.7) s = 6 h.

    1 GB in 7,200 pulls is 0.13889 MB each: unpacking 0.00448 s + download
    0.13889 / 75 / 8 = 0.00023 s more a pull, 0.00942 h in all.
    """
    places = [site("s", "japaneast", 7200, 1.0, rtt_ms={"eastus": 100.0})]
    latency = evaluate(problem(places), HOME).latency
    assert latency.wait_hours == pytest.approx(6.00942, abs=1e-5)
    assert latency.mean_pull_seconds == pytest.approx(3.00471, abs=1e-5)


def test_waiting_is_priced_by_the_hour_and_not_billed() -> None:
    """6.00942 hours at 20 dollars are part of the total, not of Azure's bill."""
    places = [site("s", "japaneast", 7200, 1.0, rtt_ms={"eastus": 100.0})]
    cost = evaluate(problem(places, assumptions={"usd_per_wait_hour": 20.0}), HOME).cost
    assert cost.waiting_usd == pytest.approx(120.188, abs=1e-3)
    assert cost.total_usd == pytest.approx(cost.bill_usd + cost.waiting_usd)
    assert cost.bill_usd == evaluate(problem(places), HOME).cost.bill_usd
