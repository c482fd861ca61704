"""Both Contoso layouts, redone by hand line by line.

Volumes are those of `data/scenarios/contoso.yaml`, prices those of the tables:

* daily fees 0.6666 (Standard, 100 GB included) and 1.6666 (Premium, 500 GB included),
  a month of 730 hours has 730 / 24 days; storage 0.10 a GB;
* transfer 0.02 inside North America and 0.05 from there to Europe.

Stored: website 60 + orders-api 25 + recommender 80 = 165 GB.
Pushed: 120 x 0.12 + 90 x 0.05 + 12 x 0.6 = 14.4 + 4.5 + 7.2 = 26.1 GB.

Pulled, as GB and pulls:

* aks-westus, 30 nodes: website 30 x 120 x 0.12 + (60 + 40) x 0.9 = 522 GB in
  30 x 120 + 100 = 3,700 pulls; orders-api 30 x 90 x 0.05 + 100 x 0.35 = 170 GB in 2,800;
  recommender 30 x 12 x 0.6 + 20 x 2.6 = 268 GB in 380; together 960 GB in 6,880.
* aks-eastus, given directly: 390 + 140 + 240 = 770 GB in 3,200 + 2,400 + 340 = 5,940.
* aks-canadacentral, 12 nodes: website 12 x 120 x 0.12 + 24 x 0.9 = 194.4 GB in 1,464;
  orders-api 12 x 90 x 0.05 + 24 x 0.35 = 62.4 GB in 1,104; together 256.8 GB in 2,568.
* aks-westeurope, 30 nodes: website 432 + 60 x 0.9 = 486 GB in 3,660; orders-api
  135 + 60 x 0.35 = 156 GB in 2,760; recommender 268 GB in 380; together 910 GB in 6,800.

All together 22,188 pulls. Round trips of the table, client to registry, in ms:
eastus to westus 69, canadacentral to westus 69, canadacentral to eastus 18, eastus to
canadacentral 18, westus to eastus 67, westeurope to eastus 85; 2 within a region.
"""

from __future__ import annotations

import pytest

from planner import evaluate
from planner.domain.problem import Problem
from planner.evaluation.result import Evaluation

DAYS = 730 / 24


@pytest.fixture(scope="module")
def today(contoso_problem: Problem) -> Evaluation:
    """Two Standard registries, as Contoso had them."""
    return evaluate(contoso_problem, "today")


@pytest.fixture(scope="module")
def replicated(contoso_problem: Problem) -> Evaluation:
    """One Premium registry with three replicas."""
    return evaluate(contoso_problem, "geo-replicated")


def lines_of(evaluation: Evaluation) -> list[tuple[object, ...]]:
    """Kind, registry, region, site, quantity, unit price and USD of every line."""
    return sorted(
        (
            line.kind.value,
            line.registry,
            line.region,
            line.site or "",
            line.charge.quantity,
            line.charge.price.usd,
            line.usd,
        )
        for line in evaluation.cost.lines
    )


def expect(*lines: tuple[str, str, str, str, float, float, float]) -> list[object]:
    """The same, in the same order, to a millionth of a cent."""
    return [(*line[:4], *map(usd, line[4:])) for line in sorted(lines)]


def usd(value: float) -> object:
    """Equal to a millionth of a cent."""
    return pytest.approx(value, abs=1e-8)


def test_every_line_of_two_registries(today: Evaluation) -> None:
    """Each line is a quantity times a listed price, so that a reader can redo it."""
    west, europe = "contosowest", "contosoeurope"
    fee = 20.27575  # 730 / 24 x 0.6666
    assert lines_of(today) == expect(
        ("registry_fee", west, "westus", "", DAYS, 0.6666, fee),
        ("registry_fee", europe, "westeurope", "", DAYS, 0.6666, fee),
        ("storage", west, "westus", "", 165 - 100, 0.10, 6.50),
        ("storage", europe, "westeurope", "", 165 - 100, 0.10, 6.50),
        ("push_transfer", west, "westus", "seattle", 26.1, 0.0, 0.0),
        ("push_transfer", europe, "westeurope", "seattle", 26.1, 0.05, 1.305),
        ("pull_transfer", west, "westus", "aks-westus", 960, 0.0, 0.0),
        ("pull_transfer", west, "westus", "aks-eastus", 770, 0.02, 15.40),
        ("pull_transfer", west, "westus", "aks-canadacentral", 256.8, 0.02, 5.136),
        ("pull_transfer", europe, "westeurope", "aks-westeurope", 910, 0.0, 0.0),
    )


def test_bill_of_two_registries(today: Evaluation) -> None:
    """The bill is 2 x 20.27575 + 13 + 20.536 + 1.305, and nothing else is counted."""
    by_kind = {kind.value: sum_ for kind, sum_ in today.cost.by_kind.items() if sum_}
    assert by_kind == {
        "registry_fee": usd(40.5515),
        "storage": usd(13.0),
        "pull_transfer": usd(20.536),
        "push_transfer": usd(1.305),
    }
    assert today.cost.bill_usd == usd(75.3925)
    assert today.cost.total_usd == usd(75.3925)


def test_range_of_two_registries(today: Evaluation) -> None:
    """Only the push to Europe is unclear: 0.02 instead of 0.05 on 26.1 GB."""
    assert today.cost.low_usd == usd(75.3925 - 26.1 * 0.03)
    assert today.cost.high_usd == usd(75.3925)


def test_every_line_of_one_replicated_registry(replicated: Evaluation) -> None:
    """Four Premium fees, stored GB from the first one on in each replica, one push."""
    name, fee = "contoso", 50.692416666667  # 730 / 24 x 1.6666
    replicas = ("eastus", "canadacentral", "westeurope")
    assert lines_of(replicated) == expect(
        *(("registry_fee", name, r, "", DAYS, 1.6666, fee) for r in replicas),
        ("registry_fee", name, "westus", "", DAYS, 1.6666, fee),
        *(("storage", name, r, "", 165, 0.10, 16.5) for r in replicas),
        ("storage", name, "westus", "", 0, 0.10, 0.0),
        ("push_transfer", name, "westus", "seattle", 26.1, 0.0, 0.0),
        ("sync_transfer", name, "eastus", "seattle", 26.1, 0.02, 0.522),
        ("sync_transfer", name, "canadacentral", "seattle", 26.1, 0.02, 0.522),
        ("sync_transfer", name, "westeurope", "seattle", 26.1, 0.05, 1.305),
        ("pull_transfer", name, "westus", "aks-westus", 960, 0.0, 0.0),
        ("pull_transfer", name, "eastus", "aks-eastus", 770, 0.0, 0.0),
        ("pull_transfer", name, "canadacentral", "aks-canadacentral", 256.8, 0.0, 0.0),
        ("pull_transfer", name, "westeurope", "aks-westeurope", 910, 0.0, 0.0),
    )


def test_bill_and_range_of_one_replicated_registry(replicated: Evaluation) -> None:
    """4 x 50.69241667 + 49.50 + 2.349; at best replicas include 500 GB, sync is free."""
    assert replicated.cost.bill_usd == usd(202.769666666667 + 49.5 + 2.349)
    assert replicated.cost.low_usd == usd(202.769666666667)
    assert replicated.cost.high_usd == usd(254.618666666667)


def test_latency_of_two_registries(today: Evaluation) -> None:
    """East US and Canada wait 69 ms; 61.7 % of pulls are local, so p95 is 69 as well."""
    latency = today.latency
    mean = (6880 * 2 + 5940 * 69 + 2568 * 69 + 6800 * 2) / 22188  # 614,412 / 22,188
    assert latency.mean_rtt_ms == pytest.approx(mean)
    assert latency.mean_rtt_ms == pytest.approx(27.6912, abs=1e-4)
    assert latency.p95_rtt_ms == 69
    assert latency.max_rtt_ms == 69


def test_latency_of_one_replicated_registry(replicated: Evaluation) -> None:
    """Every pull is local."""
    latency = replicated.latency
    assert latency.mean_rtt_ms == pytest.approx(2)
    assert (latency.p95_rtt_ms, latency.max_rtt_ms) == (2, 2)


def test_pull_seconds_of_one_replicated_registry(replicated: Evaluation) -> None:
    """Mean pull time, each of the eleven demands worked with the formula at 2 ms.

    At 2 ms a stream is bounded by 25 MB/s, three of them by 75 MB/s, and unpacking at
    31 MB/s is the longer part: T = 0.3 + (21 + 2 ceil(N/3)) 0.002 + b/31 + b/75/N.
    Round trips: 27 for 9 and 7 layers, 31 for 14 layers.
    """
    website, orders, recommender = (9, 27), (7, 27), (14, 31)
    demands = [  # GB, pulls, (layers, round trips)
        (522, 3700, website),
        (170, 2800, orders),
        (268, 380, recommender),
        (390, 3200, website),
        (140, 2400, orders),
        (240, 340, recommender),
        (194.4, 1464, website),
        (62.4, 1104, orders),
        (486, 3660, website),
        (156, 2760, orders),
        (268, 380, recommender),
    ]
    seconds = sum(
        pulls * (0.3 + trips * 0.002) + gb * 1000 * (1 / 31 + 1 / 75 / layers)
        for gb, pulls, (layers, trips) in demands
    )
    assert replicated.latency.mean_pull_seconds == pytest.approx(seconds / 22188)
    assert replicated.latency.wait_hours == pytest.approx(seconds / 3600)


def test_operations(today: Evaluation, replicated: Evaluation) -> None:
    """Two pushes, names and access configurations a release before, one after."""
    assert tuple(today.operations) == (2, pytest.approx(2.0), 2, 2)
    assert tuple(replicated.operations) == (1, pytest.approx(1.0), 1, 1)


def test_first_copy(today: Evaluation, replicated: Evaluation) -> None:
    """165 GB to each replica once: 165 x (0.02 + 0.02 + 0.05), outside the bill."""
    assert today.first_copy == (0.0, 0.0)
    assert replicated.first_copy.gb == usd(495)
    assert replicated.first_copy.usd == usd(14.85)


def test_worst_loss(today: Evaluation, replicated: Evaluation) -> None:
    """Without West US 15,388 pulls fail today; replicated, Europe moves to East US."""
    lost = today.worst_loss
    assert (lost.region, lost.max_rtt_ms) == ("westus", 2)
    assert lost.pulls_lost_share == pytest.approx((6880 + 5940 + 2568) / 22188)
    assert replicated.worst_loss == ("westeurope", 0.0, 85)


def test_serving_locations(today: Evaluation, replicated: Evaluation) -> None:
    """Each site is served from where the layout says it is, at a measured distance."""
    assert [(s.serving_region, s.rtt.ms, s.rtt.estimated) for s in today.services] == [
        ("westus", 2, False),
        ("westus", 69, False),
        ("westus", 69, False),
        ("westeurope", 2, False),
    ]
    assert [s.serving_region for s in replicated.services] == [
        "westus",
        "eastus",
        "canadacentral",
        "westeurope",
    ]


def test_replicating_contoso_costs_more(
    today: Evaluation, replicated: Evaluation
) -> None:
    """The honest answer: 179.23 more a month, bought for latency and availability."""
    more = replicated.cost.bill_usd - today.cost.bill_usd
    assert more == usd(254.618666666667 - 75.3925)
