"""A slow and simple second opinion: price any layout, and try every layout there is.

Written from the model's description alone. It imports nothing of `planner.evaluation`
or `planner.optimization`, reads the price tables itself, and knows only the scenario's
fields, the region list and the table of round trips.

`Oracle(scenario).price(plan)` gives the cost and latency of a layout; `best(family)`
enumerates all layouts of a family and returns the cheapest that meets the goals.
A family may have ten thousand layouts, so `tally` sums what each registry adds, worked
out once a registry, instead of pricing every layout line by line.
"""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import combinations, product
from pathlib import Path
from typing import NamedTuple

from planner.domain.layout import Layout
from planner.domain.scenario import Image, Place, PushSource, Scenario, Site
from planner.facts import load_facts
from planner.facts.rtt import Spot

HOURS = 730
SKUS = ("Basic", "Standard", "Premium")
MAX_STORED_GB = {"Basic": 40 * 1024, "Standard": 40 * 1024, "Premium": 100 * 1024}
NO_SOURCE = None
GLOBAL = "the replicated registry"
TIE, NEAR = 1e-9, 1e-6
"""Relative difference of what counts as equal, and of what a solver may miss."""
SAME_MS = 1e-6
"""Difference of mean round trips that counts as none, where they come first."""


class Reg(NamedTuple):
    """One registry of a plan; an empty `sku` stands for the cheapest that fits."""

    home: str
    replicas: tuple[str, ...] = ()
    sku: str | None = None
    serves: tuple[str, ...] = ()
    own_endpoints: int = 0
    routing: str = "global"
    pins: tuple[tuple[str, str], ...] = ()
    """Pairs of site and location, where routing is pinned."""

    @property
    def locations(self) -> tuple[str, ...]:
        """Home and replicas."""
        return (self.home, *self.replicas)


Plan = tuple[Reg, ...]
"""Registries; images that nobody pulls stay in the first."""


class Tally(NamedTuple):
    """What a plan, or one registry of it, adds to the sums that goals look at."""

    bill_usd: float = 0.0
    extras_usd: float = 0.0
    """Operations and waiting."""
    pull_ms: float = 0.0
    """Pulls times round trip."""
    max_ms: float = 0.0
    """Longest round trip of a site that pulls."""
    survives: bool = True

    @property
    def total_usd(self) -> float:
        """Bill, operations and waiting."""
        return self.bill_usd + self.extras_usd


@dataclass
class Figures:
    """What a plan costs per month, and how far its sites are."""

    plan: Plan
    by_kind: Mapping[str, float] = field(default_factory=dict)
    mean_rtt_ms: float | None = None
    p95_rtt_ms: float | None = None
    max_rtt_ms: float | None = None
    mean_pull_seconds: float | None = None

    @property
    def total_usd(self) -> float:
        """Bill, operations and waiting."""
        return sum(self.by_kind.values())

    @property
    def bill_usd(self) -> float:
        """All that Azure bills."""
        extras = ("operations", "waiting")
        return sum(usd for kind, usd in self.by_kind.items() if kind not in extras)


@cache
def price_table(name: str) -> tuple[Mapping[str, str], ...]:
    """The rows of one price table, as text."""
    path = Path(load_facts().folder) / name
    with path.open(newline="", encoding="utf-8") as file:
        return tuple(csv.DictReader(file))


class Oracle:
    """The brute-force oracle for one scenario."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.assume = scenario.assumptions
        self.goals = scenario.goals
        self.facts = load_facts()
        self.images = {image.name: image for image in scenario.images}
        self.sources = {source.name: source for source in scenario.push_sources}
        self.sites = {site.name: site for site in scenario.sites}
        self.rates: dict[tuple[str, str], float] = {}
        self.pings: dict[tuple[str, str, str], float] = {}
        self.fees: dict[Hashable, float | None] = {}
        self.pulled: dict[tuple[str, str], Tally] = {}
        self.parts: dict[tuple[Reg, bool], Tally | None] = {}
        self.near: dict[str, list[tuple[float, Plan]]] = {}

    # ---- demand ----

    def stored(self, image: Image) -> float:
        """GB kept of an image."""
        return image.size_gb if image.stored_gb is None else image.stored_gb

    def new_gb(self, image: Image) -> float:
        """New GB that one push of an image adds."""
        if image.new_gb_per_push is None:
            return 0.3 * image.size_gb
        return image.new_gb_per_push

    def source_of(self, image: Image) -> str | None:
        """Who pushes an image: the named source, else the first, else nobody."""
        if image.pushed_from:
            return image.pushed_from
        return self.scenario.push_sources[0].name if self.sources else NO_SOURCE

    @cached_property
    def entries(self) -> Mapping[str, list[tuple[str | None, float, float, int]]]:
        """Of each site: image, pulls, GB and layers of each demand entry."""
        found: dict[str, list[tuple[str | None, float, float, int]]] = {}
        for site in self.scenario.sites:
            found[site.name] = []
            for d in site.demand:
                image = self.images[d.image] if d.image else None
                layers = image.layers if image else 8
                if d.releases_per_month is None:
                    pulls, gb = d.pulls_per_month, d.gb_per_month
                else:
                    rolled = site.nodes * d.releases_per_month
                    cold = d.node_replacements_per_month + d.fresh_node_starts_per_month
                    pulls = rolled + cold
                    gb = rolled * self.new_gb(image) + cold * image.size_gb
                found[site.name].append((d.image, pulls, gb, layers))
        return found

    @cached_property
    def pulls(self) -> Mapping[str, float]:
        """Pulls per month of each site."""
        return {name: sum(e[1] for e in rows) for name, rows in self.entries.items()}

    @cached_property
    def gb(self) -> Mapping[str, float]:
        """GB pulled per month by each site."""
        return {name: sum(e[2] for e in rows) for name, rows in self.entries.items()}

    @cached_property
    def wanted(self) -> Mapping[str, set[str]]:
        """Named images that each site pulls."""
        return {
            name: {image for image, pulls, _, _ in rows if image and pulls > 0}
            for name, rows in self.entries.items()
        }

    @cached_property
    def unpulled(self) -> set[str]:
        """Images that nobody pulls."""
        return set(self.images) - set().union(*self.wanted.values())

    # ---- round trips and waiting ----

    def rtt(self, place: Place, region: str) -> float:
        """Round trip in ms: own measurement, local, or the table's."""
        kind = "push" if isinstance(place, PushSource) else "pull"
        key = (kind, place.name, region)
        if key not in self.pings:
            self.pings[key] = self._rtt(place, region)
        return self.pings[key]

    def _rtt(self, place: Place, region: str) -> float:
        if region in place.rtt_ms:
            return place.rtt_ms[region]
        if place.region == region:
            return self.assume.local_rtt_ms
        regions = self.facts.regions
        if place.region:
            table = self.facts.rtt
            return table.between_regions(regions[place.region], regions[region]).ms
        spot = Spot(place.latitude, place.longitude)
        return self.facts.rtt.from_spot(spot, regions[region]).ms

    def nearest(self, place: Place, regions: Sequence[str]) -> str:
        """The region of least round trip, ties to the first in the alphabet."""
        return min(regions, key=lambda r: (self.rtt(place, r), r))

    def pull_seconds(self, mb: float, layers: int, rtt_ms: float) -> float:
        """T = 0.3 + (21 + 2 ceil(N/3)) r + max(D + U/N, U + D/N), as described."""
        a = self.assume
        r = rtt_ms / 1000
        per_stream = min(a.stream_window_mb / r, a.stream_mb_per_second)
        speed = min(a.parallel_layers * per_stream, a.node_mb_per_second)
        download, unpack = mb / speed, mb / a.unpack_mb_per_second
        overlap = max(download + unpack / layers, unpack + download / layers)
        batches = -(-layers // a.parallel_layers)
        trips = a.pull_round_trips + a.round_trips_per_layer_batch * batches
        return a.pull_overhead_seconds + trips * r + overlap

    def wait_seconds(self, site: str, rtt_ms: float) -> float:
        """Seconds a month that a site spends in pulls."""
        return sum(
            pulls * self.pull_seconds(gb / pulls * 1000, layers, rtt_ms)
            for _, pulls, gb, layers in self.entries[site]
            if pulls
        )

    # ---- prices ----

    def rate(self, source: str, target: str) -> float:
        """USD per GB between two regions."""
        key = (source, target)
        if key not in self.rates:
            self.rates[key] = self._rate(source, target)
        return self.rates[key]

    def _rate(self, source: str, target: str) -> float:
        if source == target:
            return 0.0
        here = self.facts.regions[source].transfer_continent
        there = self.facts.regions[target].transfer_continent
        own = {
            (t.source, t.target): t.usd_per_gb
            for t in self.scenario.price_overrides.transfer
        }
        for pair in (
            (source, target),
            (source, there),
            (here, target),
            (here, there),
        ):
            if pair in own:
                return own[pair]
        for row in price_table("transfer_rates.csv"):
            if (row["from_continent"], row["to_continent"]) == (here, there):
                return float(row["usd_per_gb"])
        raise KeyError((source, target))

    def egress(self, region: str) -> float:
        """USD per GB from a region to the internet at the account's tier."""
        zone = self.facts.regions[region].egress_zone
        own = {
            e.source: e.usd_per_gb
            for e in self.scenario.price_overrides.internet_egress
        }
        if region in own:
            return own[region]
        if zone in own:
            return own[zone]
        tier = self.assume.internet_egress_tier_gb
        for row in price_table("internet_egress.csv"):
            upto = float(row["to_gb"]) if row["to_gb"] else math.inf
            if row["egress_zone"] == zone and float(row["from_gb"]) <= tier < upto:
                return float(row["usd_per_gb"])
        raise KeyError(region)

    def fee_usd(self, sku: str, region: str) -> float:
        """USD per month of one location."""
        (row,) = (r for r in price_table("registry_fees.csv") if r["sku"] == sku)
        daily = float(row["usd_per_day"])
        own = {
            (f.sku.value, f.region): f.usd_per_day
            for f in self.scenario.price_overrides.registry_fees
        }
        daily = own.get((sku, region), own.get((sku, None), daily))
        return daily / 24 * HOURS * (1 - self.assume.discount_percent / 100)

    def storage_usd(self, sku: str, region: str, gb: float, replica: bool) -> float:
        """USD per month of what is stored above the included GB."""
        (row,) = (r for r in price_table("registry_fees.csv") if r["sku"] == sku)
        price = float(row["storage_usd_per_gb_month"])
        own = {
            s.region: s.usd_per_gb_month for s in self.scenario.price_overrides.storage
        }
        price = own.get(region, own.get(None, price))
        included = float(row["included_storage_gb"])
        if replica:
            included = self.assume.replica_included_gb
        over = max(0.0, gb - included)
        return over * price * (1 - self.assume.discount_percent / 100)

    def cheapest_sku(self, region: str, gb: float, premium: bool) -> str | None:
        """The cheapest SKU that holds so much and has what is asked for."""
        fitting = [
            (self.fee_usd(k, region) + self.storage_usd(k, region, gb, False), i, k)
            for i, k in enumerate(SKUS)
            if gb <= MAX_STORED_GB[k] and (k == "Premium" or not premium)
        ]
        return min(fitting)[2] if fitting else None

    # ---- the price of a plan ----

    def plan_of(self, layout: Layout) -> Plan:
        """A layout in the oracle's own words."""
        return tuple(
            Reg(
                registry.home,
                registry.replicas,
                registry.sku.value if registry.sku else None,
                registry.serves,
                registry.private_endpoints,
                registry.routing,
                tuple(registry.pins.items()),
            )
            for registry in layout.registries
        )

    def price(self, plan: Plan) -> Figures | None:
        """Cost and latency of a plan; None when a registry holds more than it can."""
        usd: dict[str, float] = defaultdict(float)
        users, served = self._who_serves(plan)
        for index, reg in enumerate(plan):
            holds = set().union(*(self.wanted[name] for name in users[index]))
            if index == 0:
                holds |= self.unpulled
            if not self._registry(usd, reg, users[index], holds):
                return None
        for name, (_, region) in served.items():
            self._site(usd, self.sites[name], region)
        usd["operations"] += self.assume.usd_per_registry_month * len(plan)
        return self._with_latency(Figures(plan, dict(usd)), served)

    def _who_serves(
        self, plan: Plan
    ) -> tuple[list[list[str]], dict[str, tuple[int, str]]]:
        users: list[list[str]] = [[] for _ in plan]
        served: dict[str, tuple[int, str]] = {}
        for name, site in self.sites.items():
            choices = [i for i, reg in enumerate(plan) if name in reg.serves]
            best: tuple[float, int] | None = None
            for index in choices or range(len(plan)):
                region = self.location(site, plan[index])
                ms = self.rtt(site, region)
                if best is None or ms < best[0]:
                    best = (ms, index)
                    served[name] = (index, region)
            users[served[name][0]].append(name)
        return users, served

    def location(self, site: Site, reg: Reg) -> str:
        """The location that answers a site: the nearest, or the one it is pinned to.

        In a registry with pinned routing, a site without a pin is served from where it
        costs least in pulls and waiting, then the nearest, then the first by name.
        """
        if reg.routing == "global":
            return self.nearest(site, reg.locations)
        for name, region in reg.pins:
            if name == site.name:
                return region

        def by_cost(region: str) -> tuple[float, float, str]:
            usd: dict[str, float] = defaultdict(float)
            self._site(usd, site, region)
            usd.pop("private_endpoints", None)
            return sum(usd.values()), self.rtt(site, region), region

        return min(reg.locations, key=by_cost)

    def _registry(
        self, usd: dict[str, float], reg: Reg, users: Sequence[str], holds: set[str]
    ) -> bool:
        gb = sum(self.stored(self.images[name]) for name in holds)
        private = reg.own_endpoints + sum(
            self.sites[u].private_endpoints for u in users
        )
        sku = reg.sku
        if sku is None:
            premium = bool(reg.replicas or private or reg.routing == "pinned")
            sku = self.cheapest_sku(reg.home, gb, premium)
        if sku is None:
            return False
        for region in reg.locations:
            usd["registry_fee"] += self.fee_usd(sku, region)
            usd["storage"] += self.storage_usd(sku, region, gb, region != reg.home)
        pushed = 0.0
        for name in holds:
            image = self.images[name]
            new = image.pushes_per_month * self.new_gb(image)
            pushed += new
            source = self.source_of(image)
            ingest = reg.home
            if source is not NO_SOURCE:
                place = self.sources[source]
                ingest = self.nearest(place, reg.locations)
                if place.region:
                    usd["push_transfer"] += new * self.rate(place.region, ingest)
            for other in reg.locations:
                usd["sync_transfer"] += new * self.rate(ingest, other)
        if reg.own_endpoints:
            hour, per_gb = self._endpoint_prices()
            usd["private_endpoints"] += HOURS * reg.own_endpoints * hour
            usd["private_endpoints"] += pushed * per_gb
        return True

    def _endpoint_prices(self) -> tuple[float, float]:
        own = self.scenario.price_overrides
        hour, per_gb = (
            own.private_endpoint_usd_per_hour,
            own.private_endpoint_usd_per_gb,
        )
        return (0.01 if hour is None else hour, 0.01 if per_gb is None else per_gb)

    def _site(self, usd: dict[str, float], site: Site, region: str) -> None:
        gb = self.gb[site.name]
        if site.region:
            usd["pull_transfer"] += gb * self.rate(region, site.region)
        else:
            usd["internet_egress"] += gb * self.egress(region)
        if site.private_endpoints:
            hour, per_gb = self._endpoint_prices()
            usd["private_endpoints"] += HOURS * site.private_endpoints * hour
            usd["private_endpoints"] += gb * per_gb
        if self.assume.usd_per_wait_hour:
            hours = self.wait_seconds(site.name, self.rtt(site, region)) / 3600
            usd["waiting"] += hours * self.assume.usd_per_wait_hour

    def _with_latency(
        self, figures: Figures, served: Mapping[str, tuple[int, str]]
    ) -> Figures:
        pulling = [
            (self.rtt(self.sites[name], region), self.pulls[name], name)
            for name, (_, region) in served.items()
            if self.pulls[name]
        ]
        total = sum(pulls for _, pulls, _ in pulling)
        if not total:
            return figures
        figures.mean_rtt_ms = sum(ms * pulls for ms, pulls, _ in pulling) / total
        figures.max_rtt_ms = max(ms for ms, _, _ in pulling)
        figures.p95_rtt_ms = min(
            limit
            for limit, _, _ in pulling
            if sum(pulls for ms, pulls, _ in pulling if ms <= limit)
            >= 0.95 * total - 1e-9
        )
        seconds = sum(self.wait_seconds(name, ms) for ms, _, name in pulling)
        figures.mean_pull_seconds = seconds / total
        return figures

    # ---- every plan of a family ----

    @cached_property
    def candidates(self) -> list[str]:
        """Regions that a proposed plan may use."""
        goals = self.goals
        named = {*goals.required_regions, *(goals.candidate_regions or ()), goals.home}
        open_to_us = {
            name
            for name, region in self.facts.regions.items()
            if region.availability == "listed"
            or (region.availability == "restricted" and name in named)
        }
        if goals.candidate_regions is not None:
            open_to_us &= set(goals.candidate_regions)
        if goals.allowed_geographies is not None:
            geographies = goals.allowed_geographies
            regions = self.facts.regions
            open_to_us = {r for r in open_to_us if regions[r].geography in geographies}
        return sorted(open_to_us - set(goals.forbidden_regions))

    @cached_property
    def demanding(self) -> tuple[str, ...]:
        """Sites that pull or have private endpoints: somebody must serve them."""
        return tuple(
            name
            for name, site in self.sites.items()
            if self.pulls[name] or site.private_endpoints
        )

    @cached_property
    def idle(self) -> tuple[str, ...]:
        """All other sites; they use the first registry and cost nothing."""
        return tuple(name for name in self.sites if name not in self.demanding)

    def plans(self, family: str) -> Iterator[Plan]:
        """All plans of a family over the candidate regions, goals not yet checked."""
        kinds = {
            "single": (self._single,),
            "geo": (self._geo,),
            "multi": (self._separate,),
            "hybrid": (self._separate, self._mixed),
            "best": (self._single, self._geo, self._separate, self._mixed),
        }
        for kind in kinds[family]:
            yield from kind()

    def _single(self) -> Iterator[Plan]:
        """One registry in one location, wherever that is."""
        for region in self.candidates:
            yield (Reg(region, serves=tuple(self.sites)),)

    def _geo(self) -> Iterator[Plan]:
        """One registry with any number of locations."""
        for size in range(1, len(self.candidates) + 1):
            for chosen in combinations(self.candidates, size):
                for reg in self._replicated(chosen, self.demanding):
                    yield from self._in_order([reg])

    def _in_order(self, regs: Sequence[Reg]) -> Iterator[Plan]:
        """Each registry may be the first, which keeps the images that nobody pulls."""
        for first in regs if self.unpulled else regs[:1]:
            others = [reg for reg in regs if reg is not first]
            yield (first._replace(serves=first.serves + self.idle), *others)

    def _replicated(
        self, chosen: Sequence[str], users: tuple[str, ...]
    ) -> Iterator[Reg]:
        """One registry in these locations, with every home and all pins it may have."""
        heaviest = self._heaviest_source()
        if self.goals.home is not None:
            homes = [self.goals.home] if self.goals.home in chosen else []
        elif heaviest is not None:
            homes = [self.nearest(heaviest, chosen)]
        else:
            homes = list(chosen)
        pinned = self.goals.routing == "pinned" and len(chosen) > 1
        for home in homes:
            replicas = tuple(r for r in chosen if r != home)
            reg = Reg(home, replicas, serves=users)
            if not pinned:
                yield reg
                continue
            for choice in product(chosen, repeat=len(users)):
                pins = tuple(zip(users, choice, strict=True))
                yield reg._replace(routing="pinned", pins=pins)

    def _heaviest_source(self) -> PushSource | None:
        pushed = dict.fromkeys(self.sources, 0.0)
        for image in self.scenario.images:
            source = self.source_of(image)
            if source is not NO_SOURCE:
                pushed[source] += image.pushes_per_month * self.new_gb(image)
        best = None
        for name, gb in pushed.items():
            if best is None or gb > pushed[best]:
                best = name
        return self.sources[best] if best is not None else None

    def _separate(self) -> Iterator[Plan]:
        """Two or more registries, one a region; every demanding site chooses one.

        Only in a required region may a registry stand that nobody uses.
        """
        required = set(self.goals.required_regions) & set(self.candidates)
        for choice in product(self.candidates, repeat=len(self.demanding)):
            regs = self._unreplicated(choice, {*choice, *required})
            if len(regs) > 1:
                yield from self._in_order(regs)

    def _mixed(self) -> Iterator[Plan]:
        """One replicated registry that somebody uses, beside unreplicated ones.

        An unreplicated one may share a region with the replicated one. Only in a
        required region may one stand that nobody uses.
        """
        required = sorted(set(self.goals.required_regions) & set(self.candidates))
        for choice in product((GLOBAL, *self.candidates), repeat=len(self.demanding)):
            pairs = zip(self.demanding, choice, strict=True)
            users = tuple(name for name, where in pairs if where == GLOBAL)
            used = set(choice) - {GLOBAL}
            idle = [region for region in required if region not in used]
            beside = [
                self._unreplicated(choice, {*used, *some})
                for size in range(len(idle) + 1)
                for some in combinations(idle, size)
                if used or some
            ]
            if users and beside:
                for reg in self._all_replicated(users):
                    for others in beside:
                        yield from self._in_order([reg, *others])

    def _all_replicated(self, users: tuple[str, ...]) -> Iterator[Reg]:
        for size in range(2, len(self.candidates) + 1):
            for chosen in combinations(self.candidates, size):
                yield from self._replicated(chosen, users)

    def _unreplicated(self, choice: Sequence[str], regions: Iterable[str]) -> list[Reg]:
        """A registry in each of these regions, with the sites that chose it."""
        pairs = list(zip(self.demanding, choice, strict=True))
        return [
            Reg(region, serves=tuple(name for name, where in pairs if where == region))
            for region in sorted(regions)
        ]

    # ---- the best of them ----

    def best(self, family: str) -> Figures | None:
        """The cheapest plan of a family that meets the goals, or None.

        Of plans that cost the same, the one of fewest locations, then the first by
        their names.
        """
        tied = self.cheapest(family)
        return self.price(min(tied, key=places)) if tied else None

    def cheapest(self, family: str, slack: float = TIE) -> list[Plan]:
        """All plans that meet the goals and tie for the cheapest, up to a slack.

        With the goal `objective: latency`, those of least mean round trip first.
        """
        if family not in self.near:
            self.near[family] = self._near(family)
        near = self.near[family]
        most = _above(min((usd for usd, _ in near), default=0.0), slack)
        return [plan for usd, plan in near if usd <= most]

    def _near(self, family: str) -> list[tuple[float, Plan]]:
        """Totals and plans that the widest slack lets tie for the cheapest."""
        latency = self.goals.objective == "latency" and self.all_pulls > 0
        kept: list[tuple[float, float, Plan]] = []
        fastest = least = math.inf
        for plan in self.plans(family):
            tally = self.tally(plan)
            if tally is None or not self._meets(plan, tally):
                continue
            mean = tally.pull_ms / self.all_pulls if latency else 0.0
            if mean > fastest + SAME_MS:
                continue
            fastest = min(fastest, mean)
            if latency or tally.total_usd <= _above(least, NEAR):
                least = min(least, tally.total_usd)
                kept.append((mean, tally.total_usd, plan))
        fast = [(usd, plan) for ms, usd, plan in kept if ms <= fastest + SAME_MS]
        most = _above(min((usd for usd, _ in fast), default=0.0), NEAR)
        return [(usd, plan) for usd, plan in fast if usd <= most]

    @cached_property
    def all_pulls(self) -> float:
        """Pulls per month of all sites."""
        return sum(self.pulls.values())

    def tally(self, plan: Plan) -> Tally | None:
        """The sums of a plan whose registries list all sites; None if it cannot be."""
        labour = self.assume.usd_per_registry_month
        bill, extras, pull_ms, max_ms, survives = (
            0.0,
            labour * len(plan),
            0.0,
            0.0,
            True,
        )
        for reg in plan:
            key = (reg, reg is plan[0])
            if key not in self.parts:
                self.parts[key] = self._part(*key)
            part = self.parts[key]
            if part is None:
                return None
            bill += part.bill_usd
            extras += part.extras_usd
            pull_ms += part.pull_ms
            max_ms = max(max_ms, part.max_ms)
            survives = survives and part.survives
        return Tally(bill, extras, pull_ms, max_ms, survives)

    def _part(self, reg: Reg, first: bool) -> Tally | None:
        """What one registry and its sites add."""
        holds = set().union(*(self.wanted[name] for name in reg.serves))
        if first:
            holds |= self.unpulled
        bill = self._registry_usd(reg, frozenset(holds))
        if bill is None:
            return None
        extras = pull_ms = max_ms = 0.0
        for name in reg.serves:
            pulled = self._pulled(name, self.location(self.sites[name], reg))
            bill += pulled.bill_usd
            extras += pulled.extras_usd
            pull_ms += pulled.pull_ms
            max_ms = max(max_ms, pulled.max_ms)
        return Tally(bill, extras, pull_ms, max_ms, self._survives(reg, reg.serves))

    def _registry_usd(self, reg: Reg, holds: frozenset[str]) -> float | None:
        """What Azure bills for a registry and its pushes; None if it cannot be."""
        private = any(self.sites[name].private_endpoints for name in reg.serves)
        bare = reg._replace(serves=(), pins=())
        key = (bare, holds, private)
        if key not in self.fees:
            usd: dict[str, float] = defaultdict(float)
            fits = self._registry(usd, reg, reg.serves, set(holds))
            self.fees[key] = sum(usd.values()) if fits else None
        return self.fees[key]

    def _pulled(self, name: str, region: str) -> Tally:
        """What a site adds that is served from a region."""
        key = (name, region)
        if key not in self.pulled:
            usd: dict[str, float] = defaultdict(float)
            self._site(usd, self.sites[name], region)
            waiting = usd.pop("waiting", 0.0)
            ms = self.rtt(self.sites[name], region)
            pulls = self.pulls[name]
            self.pulled[key] = Tally(
                sum(usd.values()), waiting, pulls * ms, ms if pulls else 0.0
            )
        return self.pulled[key]

    # ---- goals ----

    def meets_goals(self, figures: Figures) -> bool:
        """Whether a plan meets every goal of the scenario."""
        users, _ = self._who_serves(figures.plan)
        mean = figures.mean_rtt_ms or 0.0
        tally = Tally(
            figures.bill_usd,
            figures.total_usd - figures.bill_usd,
            mean * self.all_pulls,
            figures.max_rtt_ms or 0.0,
            all(map(self._survives, figures.plan, users)),
        )
        return self._meets(figures.plan, tally)

    def _meets(self, plan: Plan, tally: Tally) -> bool:
        goals = self.goals
        regions = {r for reg in plan for r in reg.locations}
        limits = (
            (tally.max_ms, goals.max_rtt_ms),
            (tally.pull_ms / self.all_pulls, goals.max_mean_rtt_ms)
            if self.all_pulls
            else (0.0, None),
            (tally.bill_usd, goals.max_monthly_usd),
            (len(regions), goals.max_locations),
        )
        return (
            tally.survives
            and all(limit is None or got <= limit + 1e-9 for got, limit in limits)
            and len(regions) >= (goals.min_locations or 0)
            and regions.issuperset(goals.required_regions)
            and regions.issubset(self.candidates)
        )

    def _survives(self, reg: Reg, users: Iterable[str]) -> bool:
        """Whether every user that pulls has somewhere to go when a location is lost.

        Those of the lost location go to the nearest that is left; others stay.
        """
        limit = self.goals.max_rtt_after_loss_ms
        if not self.goals.survive_region_loss and limit is None:
            return True
        for name in users:
            site = self.sites[name]
            mine = self.location(site, reg)
            for lost in reg.locations if self.pulls[name] else ():
                left = [r for r in reg.locations if r != lost]
                if not left:
                    return False
                now = self.nearest(site, left) if lost == mine else mine
                if limit is not None and self.rtt(site, now) > limit:
                    return False
        return True

    # ---- what two plans have in common ----

    def same_as(self, plan: Plan) -> Hashable:
        """What makes two plans the same: locations, homes, and who is served where."""
        users, served = self._who_serves(plan)
        regs = [
            (
                reg.home,
                frozenset(reg.replicas),
                reg.routing if users_of else "global",
                frozenset((u, served[u][1]) for u in users_of if u in self.demanding),
            )
            for reg, users_of in zip(plan, users, strict=True)
        ]
        return frozenset(regs), regs[0] if self.unpulled else None


def _above(usd: float, slack: float) -> float:
    return usd + slack * max(1.0, usd)


def places(plan: Plan) -> tuple[int, tuple[str, ...]]:
    """How many locations a plan has, and their names: what decides between ties."""
    names = sorted(region for reg in plan for region in reg.locations)
    return len(names), tuple(names)
