"""Kubernetes objects: clusters, nodes, images in use, pulls with their times.

Sizes on nodes are compressed with containerd and not with the old Docker runtime, whose
sizes are not used. A node lists at most 50 images, the largest first.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from statistics import median

from planner.errors import InputError
from planner.importers import kube_demand as demand
from planner.importers.accounts import check_share
from planner.importers.estimate import layer_count, new_gb_per_push, stored_gb
from planner.importers.files import SourceFile
from planner.importers.findings import (
    MALFORMED_SHOWN,
    Accounting,
    Figure,
    Findings,
    FoundImage,
    FoundSite,
    Malformed,
    Period,
    Pulled,
    Unplaced,
    total,
)
from planner.importers.inputs import Inputs
from planner.importers.kube_clusters import Gathered, Group, gather, site_of
from planner.importers.kube_records import Pull, Told, lists_clusters, read

MOST_LISTED = 50
"""Images that a node lists by default."""
ROUND_TRIPS = 5
"""Of a pull that finds its layers on the node, at least."""
NO_CLUSTER = "on nodes that no node list has"
NO_REGION = "no label, list or address map tells the region"
_KINDS = frozenset({"node", "pod", "event", "nodelist", "podlist", "eventlist", "list"})


def recognises(file: SourceFile) -> bool:
    """Whether the file holds objects of Kubernetes, or AKS clusters."""
    words = file.words
    if file.shape != "json":
        return False
    of_kubectl = {"apiversion", "metadata"} <= words and bool(words & _KINDS)
    return lists_clusters(file) or of_kubectl


def find(inputs: Inputs) -> Findings:
    """Sites, images in use and demand.

    Raises `InputError` if a file cannot be read, too many objects are malformed, or no
    cluster is told.
    """
    known: set[str] = set()
    told = [read(file, known) for file in _nodes_first(inputs.files)]
    accounting = _account(told)
    check_share(accounting, inputs.options.max_bad)
    gathered = gather(told)
    if not gathered.groups:
        raise InputError(
            "these files tell no cluster: add `kubectl get nodes -o json`, or "
            "`az aks list`"
        )
    sizes = demand.ImageSizes(inputs)
    for group in gathered.groups.values():
        sizes.add(group)
    placed = {name: site_of(group, inputs) for name, group in gathered.groups.items()}
    period = _period(gathered)
    pulled = {
        name: _pulled(group, sizes, period) for name, group in gathered.groups.items()
    }
    kept = tuple(row for name, rows in pulled.items() if placed[name] for row in rows)
    return Findings(
        kind="kubernetes",
        accounting=accounting,
        period=period,
        sites=tuple(site for _, site in sorted(placed.items()) if site),
        pulled=kept,
        images=tuple(_images(gathered, sizes, kept)),
        figures=tuple(_figures(gathered)),
        unplaced=tuple(_unplaced(gathered, placed, pulled)),
        assumptions=tuple(_assumptions(kept, gathered)),
        notes=(
            *(f"{name}: {NO_REGION}" for name, site in placed.items() if not site),
            *_notes(gathered, sizes, kept),
        ),
    )


def _nodes_first(files: Sequence[SourceFile]) -> list[SourceFile]:
    """In the order of their names, so that the same files give the same answer."""
    return sorted(files, key=lambda file: file.name)


def _account(told: Sequence[Told]) -> Accounting:
    ignored: Counter[str] = Counter()
    for one in told:
        ignored.update(one.ignored)
    bad = [(one.file.name, problem) for one in told for problem in one.malformed]
    return Accounting(
        used=sum(one.used for one in told),
        ignored=dict(ignored),
        malformed=len(bad),
        examples=tuple(Malformed(f, 0, text) for f, text in bad[:MALFORMED_SHOWN]),
    )


def _has_events(group: Group) -> bool:
    return demand.span(group.pulls) >= demand.LEAST_EVENTS


def _period(gathered: Gathered) -> Period | None:
    """Days of the events that give demand; None for a snapshot."""
    days = [
        pull.time.date()
        for group in gathered.groups.values()
        if _has_events(group)
        for pull in group.pulls
        if pull.time
    ]
    return Period(min(days), max(days)) if days else None


def _pulled(
    group: Group, sizes: demand.ImageSizes, period: Period | None
) -> list[Pulled]:
    if _has_events(group):
        return list(demand.by_events(group, group.name, sizes))
    months = period.months if period else 1.0
    return list(demand.by_nodes(group, group.name, sizes, months))


def _unplaced(
    gathered: Gathered,
    placed: dict[str, FoundSite | None],
    pulled: dict[str, list[Pulled]],
) -> Iterator[Unplaced]:
    for name, site in sorted(placed.items()):
        rows = pulled[name]
        if site is None and rows:
            gb = total(row.gb for row in rows)
            yield Unplaced(f"{name}: {NO_REGION}", sum(r.pulls for r in rows), gb)
    if gathered.lost:
        count = sum(pull.times for pull in gathered.lost if not pull.failed)
        yield Unplaced(NO_CLUSTER, count, None)


def _images(
    gathered: Gathered, sizes: demand.ImageSizes, pulled: Sequence[Pulled]
) -> Iterator[FoundImage]:
    """Images in use whose size is known, and all that have demand."""
    names = {row.image for row in pulled}
    for group in gathered.groups.values():
        names |= {n for n in demand.versions(group) if sizes.gb(n) is not None}
    for name in sorted(names):
        known = sizes.inputs.manifests.of(name)
        yield FoundImage(
            name=name,
            size_gb=sizes.gb(name),
            layers=layer_count(known),
            stored_gb=stored_gb(known),
            new_gb_per_push=new_gb_per_push(known),
            method="size: mean of listed manifests, else of pulls and of images on nodes",
        )


def _figures(gathered: Gathered) -> Iterator[Figure]:
    for name, group in sorted(gathered.groups.items()):
        count: Counter[str] = Counter()
        held_bytes: Counter[str] = Counter()
        for node in group.nodes.values():
            for held in node.images:
                count[held.repository] += 1
                held_bytes[held.repository] += held.size_bytes * node.packed
        for repository in sorted(count):
            where = f"{name}, {repository}"
            yield Figure(
                f"{where}: on nodes", count[repository], "images", "node lists"
            )
            size = held_bytes[repository]
            if size:
                yield Figure(f"{where}: on nodes", size, "bytes", "node lists")
        yield from _times(name, group.pulls)


def _times(name: str, pulls: Sequence[Pull]) -> Iterator[Figure]:
    """How long pulls took, and what that says about the round trip."""
    by_image: dict[str, list[float]] = defaultdict(list)
    for pull in pulls:
        if pull.seconds is not None and not pull.failed:
            by_image[pull.image.repository].append(pull.seconds)
    for repository, seconds in sorted(by_image.items()):
        figure = f"{name}, {repository}: median pull"
        yield Figure(figure, median(seconds), "s", f"{len(seconds)} events")
    warm = demand.warm_seconds(pulls)
    if warm is not None:
        yield Figure(
            f"{name}: round trip to the registry at most",
            1000 * warm / ROUND_TRIPS,
            "ms",
            f"shortest pull without layers, {ROUND_TRIPS} round trips or more; not in "
            "the scenario",
        )


def _assumptions(pulled: Sequence[Pulled], gathered: Gathered) -> Iterator[str]:
    methods = {row.method for row in pulled}
    if demand.BY_EVENTS in methods:
        yield (
            "expected GB of a pull: its seconds beyond a pull that finds all layers, x 31 "
            f"MB/s of unpacking (low {demand.SLOW_MB_PER_SECOND:g}, high "
            f"{demand.CACHED_MB_PER_SECOND:g}), at most the image"
        )
    if demand.BY_NODES in methods:
        yield (
            "each node is replaced once a month and pulls its images in full; no jobs on "
            "fresh nodes (if there are, add them as fresh_node_starts_per_month of the "
            "demand in the scenario)"
        )
    for name, group in sorted(gathered.groups.items()):
        if group.pulls and not _has_events(group):
            yield (
                f"{name}: its pull events cover less than a day, as clusters keep them; "
                "they are not scaled to a month"
            )


def _notes(
    gathered: Gathered, sizes: demand.ImageSizes, pulled: Sequence[Pulled]
) -> Iterator[str]:
    with_demand = {row.site for row in pulled}
    for name, group in sorted(gathered.groups.items()):
        listed = group.listed
        if listed and group.nodes and len(group.nodes) != listed.nodes:
            yield (
                f"{name}: {len(group.nodes)} nodes were seen, `az aks list` counts "
                f"{listed.nodes}"
            )
        if listed and listed.most > listed.nodes:
            yield f"{name}: may grow from {listed.nodes} to {listed.most} nodes"
        if any(not node.packed for node in group.nodes.values()):
            yield (
                f"{name}: Docker nodes list uncompressed sizes, which are not used; add "
                "lists of manifests"
            )
        full = sum(len(node.images) >= MOST_LISTED for node in group.nodes.values())
        if full:
            yield f"{name}: {full} nodes list {MOST_LISTED} images, perhaps not all"
        if name not in with_demand:
            yield (
                f"{name}: no demand is told; add its `kubectl get nodes`, `pods` and "
                "`events -A -o json`, or logs of the registry (acr-logs)"
            )
        unsized = sorted(n for n in demand.versions(group) if sizes.gb(n) is None)
        if unsized:
            yield f"{name}: no size is known of {', '.join(unsized)}"
    if gathered.lost_pods:
        yield f"{gathered.lost_pods} containers run {NO_CLUSTER}, and are left out"
