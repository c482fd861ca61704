"""Instances made from the planner's own prices and round trips, of any size.

Facilities are the regions open to customers; beyond those, invented twins of them whose
round trips are up to 30 % longer. Each customer sits in a region drawn at random, pulls
a log-normal volume, and has round trips of its own, within 10 % of the region's. So no
two customers are alike, and none can be merged with another. A location costs what a
Premium registry does; a GB costs its transfer price and 50 micro-USD a millisecond.
"""

from __future__ import annotations

import random

from benchmarks.instances import Instance
from planner.base import DAYS_PER_MONTH
from planner.facts import Facts, load_facts

USD_PER_GB_MS = 5e-5
TOTAL_GB = 60_000.0
"""What all customers pull in a month, unless told otherwise."""
SEED = 1
LOCAL_MS = 2.0
"""Round trip within a region, which Azure does not publish."""


def generate(m: int, n: int, total_gb: float = TOTAL_GB) -> Instance:
    """Draw an instance of m facilities and n customers; facility 0 is the home."""
    dice = random.Random(SEED)  # noqa: S311  # repeatable, not secret
    facts = load_facts()
    regions = sorted(r.name for r in facts.regions.values() if r.offered)
    dice.shuffle(regions)
    sites = [(regions * (1 + m // len(regions)))[k] for k in range(m)]
    twins = [1.0 if k < len(regions) else dice.uniform(1.0, 1.3) for k in range(m)]
    rate, rtt = _tables(facts, regions)
    order: list[list[float]] = [[] for _ in range(m)]
    serve: list[list[float]] = [[] for _ in range(m)]
    for base, gb in _customers(dice, regions, n, total_gb):
        for i, (site, twin) in enumerate(zip(sites, twins, strict=True)):
            ms = rtt[base, site] * twin * dice.uniform(0.9, 1.1)
            order[i].append(ms)
            serve[i].append(gb * (rate[base, site] + USD_PER_GB_MS * ms))
    fee = facts.prices.fees["Premium"].daily.usd * DAYS_PER_MONTH
    return Instance(f"{m} x {n}", [fee] * m, serve, order, (0,))


def _customers(
    dice: random.Random, regions: list[str], n: int, total_gb: float
) -> list[tuple[str, float]]:
    """Region and monthly GB of each customer; the volumes add up to the total."""
    drawn = [(dice.choice(regions), dice.lognormvariate(0.0, 1.0)) for _ in range(n)]
    scale = total_gb / sum(gb for _, gb in drawn)
    return [(base, gb * scale) for base, gb in drawn]


_Table = dict[tuple[str, str], float]


def _tables(facts: Facts, names: list[str]) -> tuple[_Table, _Table]:
    """USD per GB and ms by (region of the customer, region of the facility)."""
    rate: _Table = {}
    rtt: _Table = {}
    for base in names:
        for site in names:
            a, b = facts.regions[base], facts.regions[site]
            rate[base, site] = facts.prices.transfer(b, a).usd
            same = base == site
            rtt[base, site] = LOCAL_MS if same else facts.rtt.between_regions(a, b).ms
    return rate, rtt
