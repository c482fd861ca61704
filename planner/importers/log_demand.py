"""Log totals into findings: sites, demand with its bounds, images, layout."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from planner.domain.layout import Layout, Registry, Sku
from planner.facts import load_facts
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
    NOTHING,
    Accounting,
    Figure,
    Findings,
    FoundImage,
    FoundSite,
    Period,
    Pulled,
    Served,
    Unplaced,
    total,
)
from planner.importers.inputs import Inputs
from planner.importers.places import Place

METHOD = "log pulls x layers; low: once per site, high: every pull in full"
NO_PLACE = "client in no range of the map, and not known as a cluster"
NO_MAP = (
    "no --ip-map: clients are taken to be in the region that served them, so that demand "
    "from a region without a replica hides in its neighbour"
)
INDEX = "index of a multi-arch image (its platform image counts)"
TOOL = "read by a tool, which fetches no layers"
UNKNOWN_REGISTRY = "registry"


class Line(NamedTuple):
    """Log records added up, with the place of the client."""

    operation: str
    month: str
    registry: str
    region: str
    """Of the replica that answered."""
    repository: str
    digest: str
    is_build: bool
    requests: float
    reason: str
    """Why it is no demand; empty if it is."""
    place: Place | None
    """Where the client is; None if that is not known."""

    @property
    def failed(self) -> bool:
        """Whether the registry answered with an error."""
        return " answered with " in self.reason

    @property
    def succeeded(self) -> bool:
        """Whether the registry gave or took a manifest."""
        return self.reason in ("", INDEX, TOOL)

    @property
    def fetch(self) -> Fetch:
        """The pulls as the estimate takes them."""
        cold = self.is_build or (self.place is not None and self.place.cold)
        site = self.place.site if self.place else ""
        return Fetch(
            site, self.repository, self.month, self.digest, cold, self.requests
        )


def findings_of(
    lines: Sequence[Line],
    inputs: Inputs,
    period: Period,
    accounting: Accounting,
    notes: tuple[str, ...],
) -> Findings:
    """All that log totals tell."""
    pulls = [line for line in lines if line.operation == "pull"]
    pushes = [line for line in lines if line.operation == "push"]
    sizes = _sizes(inputs)
    sites = {line.place.site: line.place for line in pulls + pushes if line.place}
    found = {name: _found_site(place, lines) for name, place in sorted(sites.items())}
    layout = _layout(pulls, pushes)
    images = tuple(_images(pulls, pushes, sizes))
    pulled = tuple(_pulled(pulls, sizes, inputs.options.cache_factor))
    pullers = {row.site for row in pulled}
    pushers = {
        line.place.site for line in pushes if line.place and line.reason in ("", INDEX)
    }
    return Findings(
        kind="acr-logs",
        accounting=accounting,
        period=period,
        sites=tuple(site for name, site in found.items() if name in pullers),
        push_sources=tuple(site for name, site in found.items() if name in pushers),
        pulled=pulled,
        images=images,
        layout=layout,
        served=tuple(_served(pulls)),
        figures=tuple(_figures(pulls, pushes)),
        unplaced=tuple(_unplaced(pulls, sizes, inputs.options.cache_factor)),
        assumptions=(
            *_assumptions(inputs, sizes, layout),
            *_guessed_spots(sites.values(), lines),
        ),
        notes=notes,
    )


def _sizes(inputs: Inputs) -> Sizes:
    images = inputs.into.images if inputs.into else ()
    return Sizes(
        inputs.manifests,
        {image.name: image.size_gb for image in images},
        inputs.options.image_gb,
    )


def _pulled(pulls: Sequence[Line], sizes: Sizes, factor: float) -> Iterator[Pulled]:
    """Demand by site, image and month."""
    placed = [line for line in pulls if line.place]
    gb = ranges((line.fetch for line in placed if not line.reason), sizes, factor)
    groups: dict[tuple[str, str, str], list[Line]] = defaultdict(list)
    for line in placed:
        fetch = line.fetch
        groups[fetch.site, fetch.repository, fetch.month].append(line)
    for (site, image, month), group in sorted(groups.items()):
        yield Pulled(
            site=site,
            image=image,
            month=month,
            pulls=sum(line.requests for line in group if not line.reason),
            gb=gb.get((site, image, month), NOTHING),
            method=METHOD,
            requests=sum(line.requests for line in group if line.succeeded),
            failed=sum(line.requests for line in group if line.failed),
        )


def _unplaced(pulls: Sequence[Line], sizes: Sizes, factor: float) -> Iterator[Unplaced]:
    """What clients of unknown place pulled, as if they were one site."""
    lost = [line.fetch for line in pulls if line.place is None and not line.reason]
    if lost:
        count = sum(fetch.pulls for fetch in lost)
        yield Unplaced(NO_PLACE, count, total(ranges(lost, sizes, factor).values()))


def _images(
    pulls: Sequence[Line], pushes: Sequence[Line], sizes: Sizes
) -> Iterator[FoundImage]:
    """Repositories that were pulled, or pushed with a known size."""
    pulled: dict[str, Counter[str]] = defaultdict(Counter)
    for line in pulls:
        if not line.reason:
            pulled[line.repository][line.digest] += int(line.requests)
    pushed = _pushed(pushes)
    for name in sorted(pulled.keys() | pushed.keys()):
        known = sizes.manifests.of(name)
        size = mean_gb(pulled[name], name, sizes) if name in pulled else None
        if size is None and known:
            size = mean_gb({m.digest: 1 for m in known}, name, sizes)
        if size is None and name not in pulled:
            continue  # nothing depends on it, and nothing tells its size
        sources = [source for source, _ in pushed[name].most_common() if source]
        yield FoundImage(
            name=name,
            size_gb=size,
            layers=layer_count(known),
            stored_gb=stored_gb(known),
            new_gb_per_push=new_gb_per_push(known),
            pushes=pushed[name].total(),
            pushed_from=sources[0] if sources else None,
            method="size: mean of the pulled digests",
        )


def _pushed(pushes: Sequence[Line]) -> dict[str, Counter[str]]:
    """Pushes by repository and source.

    A multi-arch image is pushed as an index beside its images, or alone where those were
    there before; so where indexes are pushed, they are what counts.
    """
    images: dict[str, Counter[str]] = defaultdict(Counter)
    indexes: dict[str, Counter[str]] = defaultdict(Counter)
    for line in pushes:
        counts = {"": images, INDEX: indexes}.get(line.reason)
        if counts is not None:
            source = line.place.site if line.place else ""
            counts[line.repository][source] += int(line.requests)
    return images | indexes


def _served(pulls: Sequence[Line]) -> Iterator[Served]:
    """Successful requests, of tools and for indexes too, by the replica that answered."""
    counts: Counter[str] = Counter()
    for line in pulls:
        if line.succeeded:
            counts[line.region] += int(line.requests)
    for region, count in sorted(counts.items()):
        yield Served(region, count)


def _figures(pulls: Sequence[Line], pushes: Sequence[Line]) -> Iterator[Figure]:
    """Totals that compare with the metrics of the registry."""
    for name, lines in (("pull", pulls), ("push", pushes)):
        done = sum(line.requests for line in lines if line.succeeded)
        failed = sum(line.requests for line in lines if line.failed)
        method = "log records, multi-arch indexes and tools included"
        yield Figure(f"successful {name} requests", done, "requests", method)
        yield Figure(f"failed {name} requests", failed, "requests", method)


def _layout(pulls: Sequence[Line], pushes: Sequence[Line]) -> Layout | None:
    """One registry for each name in the logs, with the locations that answered.

    The home is not logged: it is taken to be where most pushes arrived, and without
    pushes where most pulls were answered.
    """
    known = load_facts().regions
    by_registry: dict[str, list[Line]] = defaultdict(list)
    for line in (*pulls, *pushes):
        if line.succeeded and line.region in known:
            by_registry[line.registry or UNKNOWN_REGISTRY].append(line)
    if len(by_registry) > 1:
        by_registry.pop(UNKNOWN_REGISTRY, None)
    registries = []
    for name, lines in sorted(by_registry.items()):
        weight: Counter[str] = Counter()
        for line in lines:
            weight[line.region] += int(line.requests)
        arrived: Counter[str] = Counter()
        for line in lines:
            arrived[line.region] += int(line.requests) * (line.operation == "push")
        home = max(weight, key=lambda region: (arrived[region], weight[region], region))
        registries.append(
            Registry(
                name=name,
                sku=Sku.PREMIUM if len(weight) > 1 else None,
                home=home,
                replicas=tuple(sorted(weight.keys() - {home})),
            )
        )
    return Layout(registries=tuple(registries)) if registries else None


def _busiest_region(site: str, lines: Sequence[Line]) -> str:
    """The region that answered most requests of a site."""
    counts: Counter[str] = Counter()
    for line in lines:
        if line.place and line.place.site == site:
            counts[line.region] += int(line.requests)
    return max(counts, key=lambda region: (counts[region], region))


def _found_site(place: Place, lines: Sequence[Line]) -> FoundSite:
    """A place as the scenario takes it.

    One outside Azure without coordinates is put where the replica is that answers it: the
    nearest one, as far as the registry can tell. Internet egress is charged in any case.
    """
    if place.region or place.latitude is not None:
        return FoundSite(place.site, place.region, place.latitude, place.longitude)
    near = load_facts().regions.get(_busiest_region(place.site, lines))
    if near is None:
        return FoundSite(place.site)
    return FoundSite(place.site, None, near.latitude, near.longitude)


def _guessed_spots(places: Iterable[Place], lines: Sequence[Line]) -> Iterator[str]:
    for place in places:
        if place.region is None and place.latitude is None:
            yield (
                f"{place.site}: outside Azure; taken to be near "
                f"{_busiest_region(place.site, lines)}, which answered most of it (give "
                "latitude and longitude in the map if you know better)"
            )


def _assumptions(inputs: Inputs, sizes: Sizes, layout: Layout | None) -> Iterator[str]:
    factor = inputs.options.cache_factor
    yield (
        f"expected GB lie {factor:.0%} of the way from low to high for nodes, which keep "
        "layers (--cache-factor); builds fetch every layer"
    )
    if not inputs.places:
        yield NO_MAP
    if inputs.places.identities:
        clusters = {place.site for place in inputs.places.identities.values()}
        yield (
            f"{len(clusters)} clusters are known by the identity with which their nodes log in "
            "(az aks list); an address range of the map comes first"
        )
    for registry in layout.registries if layout else ():
        yield (
            f"home of {registry.name}: {registry.home}, where most pushes arrived; logs "
            "do not tell it"
        )
    if sizes.guessed:
        names = ", ".join(sorted(sizes.guessed))
        yield (
            f"sizes of some digests are not known, and taken as the mean of their "
            f"repository or as given: {names}"
        )
