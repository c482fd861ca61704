"""Totals of requests into findings: what each site pulled, and the bytes that were sent."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from planner.importers.estimate import (
    Fetch,
    Sizes,
    layer_count,
    mean_gb,
    new_gb_per_push,
    ranges,
    stored_gb,
)
from planner.importers.findings import (
    BYTES_PER_GB,
    Figure,
    Findings,
    FoundImage,
    FoundSite,
    Period,
    Pulled,
    Range,
    Unplaced,
    total,
)
from planner.importers.inputs import Inputs
from planner.importers.log_demand import NO_PLACE
from planner.importers.merge import NAMED
from planner.importers.places import Place
from planner.importers.request_totals import Count, Key, Totals

SENT = "bytes of layers that the registry sent"
MODELLED = "pulls x layers, since a storage account sent layers of unknown size"
NO_SPOT = "{site}: outside Azure; give latitude and longitude in the map"
Group = tuple[Place | None, str, str]
"""Place, repository and month."""


@dataclass
class Demand:
    """What is needed to turn totals into findings."""

    totals: Totals
    inputs: Inputs

    def __post_init__(self) -> None:
        """Group the counts, and gather what tells sizes."""
        into, options = self.inputs.into, self.inputs.options
        manifests = self.inputs.manifests
        self.indexes = self.totals.indexes | manifests.indexes
        given = {image.name: image.size_gb for image in into.images} if into else {}
        seen = {
            name: size / BYTES_PER_GB
            for name, size in self.totals.image_bytes.items()
            if size
        }
        mean = sum(seen.values()) / len(seen) if seen else None
        assumed = mean if options.image_gb is None else options.image_gb
        self.sizes = Sizes(manifests, seen | given, assumed)
        self.layer_bytes = dict(self.totals.layer_bytes)
        for manifest in manifests.by_digest.values():
            self.layer_bytes |= manifest.layers or {}
        self.groups: dict[Group, list[tuple[Key, Count]]] = defaultdict(list)
        for key, count in self.totals.counts.items():
            place = self.known(key.place)
            group = place, key.repository, f"{key.day:%Y-%m}"
            self.groups[group].append((key, count))

    def known(self, place: Place | None) -> Place | None:
        """The place; for one without coordinates, what the scenario knows of it."""
        if place and not place.region and place.latitude is None:
            sites = self.inputs.into.sites if self.inputs.into else ()
            for site in sites:
                if site.name == place.site:
                    return replace(
                        place,
                        region=site.region,
                        latitude=site.latitude,
                        longitude=site.longitude,
                    )
        return place

    def pulls(self, group: Group) -> float:
        """GET requests for images, indexes not counted."""
        return sum(
            number
            for _, count in self.groups[group]
            for reference, number in count.images.items()
            if reference not in self.indexes
        )

    def sent(self, group: Group) -> float | None:
        """Bytes that layers took; None if a redirected one has no known size."""
        size = 0.0
        for _, count in self.groups[group]:
            size += count.sent
            for digest, times in count.redirected.items():
                if digest not in self.layer_bytes:
                    return None
                size += times * self.layer_bytes[digest]
        return size

    def fetches(self, group: Group) -> Iterator[Fetch]:
        """The pulls as the estimate takes them."""
        place, repository, month = group
        for _, count in self.groups[group]:
            for reference, number in count.images.items():
                if reference not in self.indexes:
                    site, cold = (place.site, place.cold) if place else ("", False)
                    yield Fetch(site, repository, month, reference, cold, number)

    def gb(self, group: Group) -> tuple[Range | None, str]:
        """GB of a group, and the method."""
        size = self.sent(group)
        if size is not None:
            return Range.exactly(size / BYTES_PER_GB), SENT
        factor = self.inputs.options.cache_factor
        return total(ranges(self.fetches(group), self.sizes, factor).values()), MODELLED


def findings_of(kind: str, totals: Totals, inputs: Inputs) -> Findings:
    """All that the requests tell.

    Raises `InputError` if too many records are malformed.
    """
    demand = Demand(totals, inputs)
    pulled, lost = [], []
    for group in sorted(
        demand.groups, key=lambda g: (g[0].site if g[0] else "", *g[1:])
    ):
        row = _pulled(demand, group)
        why = _unplaced(group[0])
        if why:
            lost.append(Unplaced(why, row.pulls, row.gb))
        else:
            pulled.append(row)
    days = [key.day for key in totals.counts]
    for by_region in totals.arrivals.values():
        days += [time.date() for times in by_region.values() for time in times]
    guessed: list[str] = []
    return Findings(
        kind=kind,
        accounting=totals.ledger.closed(inputs.options.max_bad),
        period=Period(min(days), max(days)) if days else None,
        sites=_sites(demand, pushing=False),
        push_sources=_sites(demand, pushing=True),
        pulled=tuple(row for row in pulled if row.requests or row.failed),
        images=tuple(_images(demand, guessed)),
        figures=tuple(_figures(totals)),
        unplaced=tuple(_together(lost)),
        assumptions=tuple(_assumptions(demand, guessed)),
    )


def _unplaced(place: Place | None) -> str:
    """Why a place cannot be in the scenario; empty if it can."""
    if place is None:
        return NO_PLACE
    if place.region is None and place.latitude is None:
        return NO_SPOT.format(site=place.site)
    return ""


def _pulled(demand: Demand, group: Group) -> Pulled:
    place, repository, month = group
    counts = [count for _, count in demand.groups[group]]
    gb, method = demand.gb(group)
    heads = sum(count.heads for count in counts)
    pulls = demand.pulls(group)
    if _is_cut(demand, group):
        pulls = 1.0
    return Pulled(
        site=place.site if place else "",
        image=repository,
        month=month,
        pulls=pulls,
        gb=gb,
        method=method,
        requests=heads + sum(count.images.total() for count in counts),
        failed=sum(count.failed for count in counts),
    )


def _is_cut(demand: Demand, group: Group) -> bool:
    """Whether layers were fetched, and the manifest before the export begins."""
    return not demand.pulls(group) and demand.sent(group) != 0


def _together(lost: list[Unplaced]) -> Iterator[Unplaced]:
    """One entry for each reason."""
    for why in dict.fromkeys(one.reason for one in lost):
        same = [one for one in lost if one.reason == why]
        pulls = sum(one.pulls for one in same)
        if pulls:
            yield Unplaced(why, pulls, total(one.gb for one in same))


def _sites(demand: Demand, *, pushing: bool) -> tuple[FoundSite, ...]:
    found: dict[str, FoundSite] = {}
    for (place, _, _), pairs in demand.groups.items():
        pushes = sum(count.pushes.total() for _, count in pairs)
        asked = sum(c.heads + c.failed + c.images.total() + c.layers for _, c in pairs)
        if place and not _unplaced(place) and (pushes if pushing else asked):
            found[place.site] = FoundSite(
                place.site, place.region, place.latitude, place.longitude
            )
    return tuple(found[name] for name in sorted(found))


def _images(demand: Demand, guessed: list[str]) -> Iterator[FoundImage]:
    """Repositories that were pulled, or pushed with a known size."""
    sizes, totals = demand.sizes, demand.totals
    pushed = _pushed(demand)
    pulled = {group[1] for group in demand.groups if demand.pulls(group)}
    for name in sorted(pulled | demand.totals.image_bytes.keys() | pushed.keys()):
        known = sizes.manifests.of(name)
        size = mean_gb({m.digest: 1 for m in known}, name, sizes) if known else None
        size = size or sizes.by_repository.get(name)
        if size is None and name in pulled:
            size = sizes.assumed_gb
            guessed.append(name)
        if size is None and name not in pulled:
            continue  # nothing depends on it, and nothing tells its size
        sources = [source for source, _ in pushed[name].most_common() if source]
        yield FoundImage(
            name=name,
            size_gb=size,
            layers=layer_count(known),
            stored_gb=stored_gb(known),
            new_gb_per_push=new_gb_per_push(known),
            pushes=max(pushed[name].total(), _told_pushes(totals, name)),
            pushed_from=sources[0] if sources else None,
            method="size: by its manifests, else the most fetched after one manifest",
        )


def _pushed(demand: Demand) -> dict[str, Counter[str]]:
    """Pushes by repository and site; where indexes are pushed, they are what counts."""
    images: dict[str, Counter[str]] = defaultdict(Counter)
    indexes: dict[str, Counter[str]] = defaultdict(Counter)
    for (place, repository, _), pairs in demand.groups.items():
        source = place.site if place and not _unplaced(place) else ""
        for _, count in pairs:
            for is_index, number in count.pushes.items():
                (indexes if is_index else images)[repository][source] += number
    for repository, _, _ in demand.totals.arrivals:
        images[repository].update()
    return images | indexes


def _told_pushes(totals: Totals, repository: str) -> int:
    """Pushes told by webhooks; those of several replicas tell the same ones."""
    numbers: Counter[bool] = Counter()
    for (name, _, is_index), by_region in totals.arrivals.items():
        if name == repository:
            numbers[is_index] += max(len(times) for times in by_region.values())
    return numbers[True] or numbers[False]


def _figures(totals: Totals) -> Iterator[Figure]:
    counts = totals.counts.values()
    for name, number, unit in (
        (
            "GET requests for manifests",
            sum(c.images.total() for c in counts),
            "requests",
        ),
        ("HEAD requests for manifests", sum(c.heads for c in counts), "requests"),
        ("GET requests for layers", sum(c.layers for c in counts), "requests"),
        ("layers sent", sum(c.sent for c in counts), "bytes"),
    ):
        if counts:
            yield Figure(name, number, unit, "whole export, unplaced clients included")


def _assumptions(demand: Demand, guessed: list[str]) -> Iterator[str]:
    if demand.groups and all(place is None for place, _, _ in demand.groups):
        yield "no --ip-map: without it no client is placed"
    cut = [group for group in demand.groups if _is_cut(demand, group)]
    if cut:
        yield (
            f"layers of {len(cut)} entries (site, image, month) follow no manifest, which "
            "was asked for before the export begins; they are taken as one pull each"
        )
    if guessed and demand.inputs.options.image_gb is None:
        names = ", ".join(guessed[:NAMED]) + (", ..." if len(guessed) > NAMED else "")
        yield (
            f"nobody fetched a layer of {len(guessed)} images, whose size is taken as the "
            f"mean of the others (--image-gb): {names}"
        )
