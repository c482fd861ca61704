"""What registries cost by what they hold: the numbers of separate and hybrid layouts.

Registries 0..m-1 are unreplicated, one a region; registry m, if there is one, is
geo-replicated. Clients are sites, and last, where images are pulled by nobody, a client
that stands for the first registry, which keeps those.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from functools import cached_property
from typing import Any

from planner.domain.layout import Sku
from planner.optimization.coefficients import Client, Coefficients, merged
from planner.optimization.weights import TOTAL, Weights

Table = list[list[float]]
SPARE_MS = 1e-9
"""Rounding allowed when a client's share of the mean round trip is compared."""


class Holdings:
    """Clients, bundles of images that the same clients pull, and what they cost."""

    def __init__(
        self,
        c: Coefficients,
        *,
        replicated: bool,
        weights: Weights = TOTAL,
        merged: bool = False,
    ) -> None:
        self.c = c
        self.weights = weights
        self.merged = merged
        """Whether sites that choose alike are one client; `least_alone` is then left
        out, since such sites could only be parted to make up a number."""
        self.goals = c.problem.scenario.goals
        self.m = len(c.regions)
        self.replicated = replicated
        self.pinned = self.goals.routing == "pinned"
        self._alone: dict[tuple[int, int, bool], float] = {}
        self._alone_usd: dict[tuple[int, int], float] = {}
        self._geo_usd: dict[tuple[tuple[int, ...], int], float] = {}
        self._location_usd: dict[tuple[int, float, bool], float] = {}
        self.rows: dict[tuple[int, ...], tuple[float, list[float]]] = {}
        self.schedules: dict[tuple[int, ...], Any] = {}
        self.options: dict[int, list[Any]] = {}
        self.option_of: dict[int, dict[int, Any]] = {}

    # ---- clients ----

    @cached_property
    def clients(self) -> tuple[Client, ...]:
        """The sites; last, one that keeps the images nobody pulls, if there are any."""
        idle = self.c.problem.unpulled_images
        if not idle:
            return self._sites
        free = (0.0,) * self.m
        keeper = Client((), frozenset(idle), 0.0, False, free, free, free)
        return (*self._sites, keeper)

    @cached_property
    def _sites(self) -> tuple[Client, ...]:
        if not self.merged:
            return self.c.separate_clients
        return merged(self.c.separate_clients, self._choice)

    def _choice(self, client: Client) -> Hashable:
        """What a client's choice depends on: its costs up to a factor, and its images."""
        w = self.weights
        row = [
            w.bill * bill + w.waiting * wait + w.mean_rtt_ms * client.pulls * ms
            for bill, wait, ms in zip(
                client.bill_usd, client.wait_usd, client.rtt_ms, strict=True
            )
        ]
        most = max(row) or 1.0
        shape = tuple(round(usd / most, 12) for usd in row)
        return client.rtt_ms, client.images, client.premium, client.pulls > 0, shape

    @cached_property
    def users(self) -> int:
        """How many of the clients are sites."""
        return len(self._sites)

    def _reach_ms(self, client: Client, replicated: bool) -> float:
        """The farthest that a client may be from what serves it; negative: nowhere."""
        if not client.pulls:
            return math.inf
        goals = self.goals
        if goals.survives and not replicated:
            return -1.0
        after = goals.max_rtt_after_loss_ms if self.pinned and replicated else None
        limits = (goals.max_rtt_ms, after)
        return min([limit for limit in limits if limit is not None], default=math.inf)

    def _serve(self, replicated: bool) -> Table:
        return [self._row(client, replicated) for client in self.clients]

    def _row(self, client: Client, replicated: bool) -> list[float]:
        """A client's weighted sum by region, infinite where it may not be served."""
        reach = self._reach_ms(client, replicated)
        share = client.pulls / self._pulls
        spare = (self.goals.max_mean_rtt_ms or math.inf) - self._least_mean_ms
        nearest = min(client.rtt_ms)
        w = self.weights
        seconds = (0.0,) * self.m
        if w.mean_pull_seconds and client.sites:
            seconds = self.c.pull_seconds(client)
        return [
            w.bill * bill
            + w.waiting * wait
            + w.mean_rtt_ms * share * ms
            + w.mean_pull_seconds * took / self._pulls
            if ms <= reach and share * (ms - nearest) <= spare + SPARE_MS
            else math.inf
            for ms, bill, wait, took in zip(
                client.rtt_ms, client.bill_usd, client.wait_usd, seconds, strict=True
            )
        ]

    @cached_property
    def _pulls(self) -> float:
        return sum(client.pulls for client in self.clients) or 1.0

    @cached_property
    def _least_mean_ms(self) -> float:
        """The mean round trip if everybody were served from the nearest region."""
        clients = self.clients
        return sum(min(c.rtt_ms) * c.pulls for c in clients) / self._pulls

    @cached_property
    def serve_alone(self) -> Table:
        """USD of each client (row) if served by the unreplicated registry of a region."""
        return self._serve(False)

    @cached_property
    def serve_geo(self) -> Table:
        """USD of each client if served by a location of the replicated registry."""
        return self._serve(True)

    @cached_property
    def nearest(self) -> list[list[int]]:
        """Each client's regions in the order in which the replicated registry serves."""
        if self.pinned:
            return [
                sorted(range(self.m), key=lambda i: (row[i], client.rtt_ms[i], i))
                for client, row in zip(self.clients, self.serve_geo, strict=True)
            ]
        return [
            sorted(range(self.m), key=client.rtt_ms.__getitem__)
            for client in self.clients
        ]

    @cached_property
    def near(self) -> list[frozenset[int] | None]:
        """Regions that count for each client's surviving of a loss; None: no matter."""
        limit = self.goals.max_rtt_after_loss_ms
        found = []
        for client in self.clients:
            ok = None
            if self.goals.survives and client.pulls:
                ok = frozenset(
                    i
                    for i, ms in enumerate(client.rtt_ms)
                    if limit is None or ms <= limit
                )
            found.append(ok)
        return found

    # ---- bundles ----

    @cached_property
    def bundles(self) -> tuple[frozenset[str], ...]:
        """Images that the same clients pull, those that fewest pull first.

        After them comes an empty one that stands for the need of Premium.
        """
        pullers: dict[tuple[int, ...], set[str]] = {}
        for image in sorted(self.c.problem.images):
            by = tuple(
                j for j, client in enumerate(self.clients) if image in client.images
            )
            pullers.setdefault(by, set()).add(image)
        ranked = sorted(pullers, key=lambda by: (len(by), by))
        return (*(frozenset(pullers[by]) for by in ranked), frozenset())

    @cached_property
    def premium_bit(self) -> int:
        """The bit of the need of Premium."""
        return 1 << (len(self.bundles) - 1)

    @cached_property
    def idle_bit(self) -> int:
        """The bit of what nobody pulls; 0 if there is no such image."""
        idle = frozenset(self.c.problem.unpulled_images)
        return 1 << self.bundles.index(idle) if idle else 0

    @cached_property
    def masks(self) -> list[int]:
        """The bundles of each client as bits."""
        return [
            sum(
                1 << b
                for b, images in enumerate(self.bundles)
                if images & client.images
            )
            | (self.premium_bit if client.premium else 0)
            for client in self.clients
        ]

    @cached_property
    def every(self) -> int:
        """All bundles that some client needs, as bits."""
        every = 0
        for mask in self.masks:
            every |= mask
        return every

    def bits(self, mask: int) -> list[int]:
        """The numbers of the bundles in a mask."""
        return [b for b in range(len(self.bundles)) if mask >> b & 1]

    @cached_property
    def bundle_list(self) -> list[list[int]]:
        """The numbers of each client's bundles."""
        return [self.bits(mask) for mask in self.masks]

    @cached_property
    def width(self) -> int:
        """Resources of a registry: one for each bundle, one for opening it."""
        return len(self.bundles) + 1

    @cached_property
    def least_alone(self) -> int:
        """Unreplicated registries that there must be."""
        if self.replicated or self.merged:
            return 1
        return max(2, self.goals.min_locations or 0)

    @cached_property
    def stored(self) -> list[float]:
        """GB that each bundle takes."""
        return [self.c.problem.stored_gb(images) for images in self.bundles]

    def stored_gb(self, mask: int) -> float:
        """GB that some bundles take."""
        return sum(gb for b, gb in enumerate(self.stored) if mask >> b & 1)

    @cached_property
    def kinks(self) -> list[float]:
        """GB at which a fee schedule can bend: what SKUs include and can hold."""
        region = self.c.regions[0]
        terms = [self.c.terms(sku, region) for sku in Sku]
        terms.append(self.c.terms(Sku.PREMIUM, region, replica=True))
        return sorted({gb for t in terms for gb in (t.included_gb, t.max_gb)})

    @cached_property
    def labour_usd(self) -> float:
        """Labour of one registry, as it counts."""
        return self.weights.operations * self.c.operations_usd

    # ---- unreplicated registries ----

    @cached_property
    def push_usd(self) -> Table:
        """Pushes of each bundle (row) to the unreplicated registry of each region."""
        return [
            [self.c.push_usd(images, i) for i in range(self.m)]
            for images in self.bundles
        ]

    def keep_usd(self, i: int, gb: float, premium: bool) -> float:
        """Fee, storage and labour of the unreplicated registry of a region."""
        key = (i, round(gb * 1e6), premium)
        if key not in self._alone:
            usd = self.c.unreplicated_usd(self.c.regions[i], gb, premium=premium)
            self._alone[key] = math.inf if usd is None else usd + self.labour_usd
        return self._alone[key]

    def alone_usd(self, i: int, mask: int) -> float:
        """All that the unreplicated registry of a region costs for what it holds."""
        key = (i, mask)
        if key not in self._alone_usd:
            push = sum(row[i] for b, row in enumerate(self.push_usd) if mask >> b & 1)
            premium = bool(mask & self.premium_bit)
            self._alone_usd[key] = push + self.keep_usd(
                i, self.stored_gb(mask), premium
            )
        return self._alone_usd[key]

    def least_premium_usd(self, i: int, low: float, high: float) -> float:
        """The least that needing Premium adds to a registry of that many GB."""
        inside = [low, *(x for x in self.kinks if low < x < high), high]
        added = [
            self.keep_usd(i, gb, True) - self.keep_usd(i, gb, False)
            for gb in inside
            if self.keep_usd(i, gb, True) < math.inf
            and self.keep_usd(i, gb, False) < math.inf
        ]
        return max(0.0, min(added, default=0.0))

    # ---- the replicated registry ----

    def least_home_usd(
        self, locations: tuple[int, ...], low: float, high: float
    ) -> float:
        """The least that being the home adds to a location of that many GB."""
        inside = [low, *(x for x in self.kinks if low < x < high), high]
        return min(
            self.location_usd(i, gb, False) - self.location_usd(i, gb, True)
            for i in (locations if self.home is None else [self.home])
            for gb in inside
        )

    @property
    def home(self) -> int | None:
        """The region that the goals make home of the replicated registry."""
        home = self.goals.home
        return None if home is None else self.c.regions.index(home)

    def homes(self, locations: Sequence[int]) -> list[int]:
        """Which of its locations can be the home, whatever the registry holds."""
        if self.home is not None:
            return [self.home]
        source = next(s for s in self.c.sources if s.anchors_home)
        if source.name is None:
            return list(locations)
        return [min(locations, key=lambda i: (source.rtt_ms[i], i))]

    def home_of(self, locations: tuple[int, ...], mask: int) -> int:
        """The home: the goal's, else where the heaviest source enters, else cheapest."""

        def usd(home: int) -> float:
            return self._usd_with_home(locations, home, mask)

        return min(self.homes(locations), key=lambda i: (round(usd(i), 9), i))

    def geo_usd(self, locations: tuple[int, ...], mask: int) -> float:
        """All that the replicated registry costs for its locations and what it holds."""
        key = (locations, mask)
        if key not in self._geo_usd:
            home = self.home_of(locations, mask)
            self._geo_usd[key] = self._usd_with_home(locations, home, mask)
        return self._geo_usd[key]

    def _usd_with_home(self, locations: tuple[int, ...], home: int, mask: int) -> float:
        total = self.labour_usd
        total += self.keep_geo_usd(locations, home, self.stored_gb(mask))
        for b in self.bits(mask & ~self.premium_bit):
            total += self.entry_usd(locations, home, b)
        return total

    def keep_geo_usd(self, locations: Sequence[int], home: int, gb: float) -> float:
        """Fees and storage of all locations."""
        if gb > self.c.premium_max_gb:
            return math.inf
        return sum(self.location_usd(i, gb, i != home) for i in locations)

    def location_usd(self, i: int, gb: float, replica: bool) -> float:
        """Fee and storage of one location of the replicated registry."""
        key = (i, gb, replica)
        if key not in self._location_usd:
            usd = self.c.location_usd(self.c.regions[i], gb, replica=replica)
            self._location_usd[key] = usd
        return self._location_usd[key]

    def least_push_usd(self, locations: Sequence[int], b: int) -> float:
        """The least that pushing a bundle to one of some regions costs."""
        return sum(
            gb * min(source.push_usd_per_gb[i] for i in locations)
            for source in self.c.sources
            if (gb := self._pushed_gb[b].get(source.name, 0.0))
        )

    def entry_usd(self, locations: Sequence[int], home: int, b: int) -> float:
        """Pushes of a bundle into the replicated registry, and their copies."""
        total = 0.0
        for source in self.c.sources:
            gb = self._pushed_gb[b].get(source.name, 0.0)
            if not gb:
                continue
            entry = home
            if source.name is not None:
                entry = min(locations, key=lambda i: (source.rtt_ms[i], i))
            total += gb * source.push_usd_per_gb[entry]
            total += gb * sum(self.c.sync_usd_per_gb[entry][i] for i in locations)
        return total

    @cached_property
    def _pushed_gb(self) -> list[dict[str | None, float]]:
        return [
            {s.name: self.c.pushed_gb(s, images) for s in self.c.sources}
            for images in self.bundles
        ]

    def served_from(self, j: int, locations: Sequence[int]) -> int:
        """The location of the replicated registry that serves a client."""
        if self.pinned:
            usd, ms = self.serve_geo[j], self.clients[j].rtt_ms
            return min(locations, key=lambda i: (usd[i], ms[i], i))
        ms = self.clients[j].rtt_ms
        return min(locations, key=lambda i: (ms[i], i))
