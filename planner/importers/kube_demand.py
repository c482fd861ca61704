"""Pulls and GB of a cluster, from the events of its nodes or from what the nodes hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

from planner.base import DAYS_PER_MONTH
from planner.domain.scenario import Assumptions
from planner.importers.estimate import new_gb_per_push
from planner.importers.findings import BYTES_PER_GB, NOTHING, Pulled, Range
from planner.importers.inputs import Inputs
from planner.importers.kube_clusters import Group
from planner.importers.kube_records import Node, Pull

BY_EVENTS = (
    "pull events: seconds beyond those of a pull without layers x unpacking speed"
)
BY_NODES = (
    "bottom-up: versions on nodes over their age, and each node replaced once a month"
)
SLOW_MB_PER_SECOND = 13.0
"""Unpacking on a small VM with a slow disk; the least measured."""
CACHED_MB_PER_SECOND = 150.0
"""What looks faster than this was on the node already."""
WARM_SECONDS = 0.3
"""A pull that finds all layers on the node, where none was seen."""
NODE_REPLACEMENTS = Range(0.0, 1.0, 4.0)
"""New nodes per node and month: node images are renewed weekly to monthly."""
NEW_SHARE = Range(0.1, 0.3, 1.0)
"""Of an image's bytes that a release changes, where no list of layers tells."""
LEAST_EVENTS = timedelta(days=1)
"""A cluster keeps its events for an hour; less than a day of them is no month."""
LEAST_AGE_DAYS = 1.0


@dataclass
class ImageSizes:
    """GB of one image of a repository: by the registry, else as pulls and nodes say."""

    inputs: Inputs
    seen: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """Compressed GB that clusters tell."""

    def add(self, group: Group) -> None:
        """Note the sizes that a cluster tells."""
        for pull in group.pulls:
            if pull.size_bytes and self._is_packed(group, pull):
                gb = pull.size_bytes / BYTES_PER_GB
                self.seen[pull.image.repository] += [gb] * min(pull.times, 1000)
        for node in group.nodes.values():
            for held in node.images if node.packed else ():
                self.seen[held.repository].append(held.size_bytes / BYTES_PER_GB)

    @staticmethod
    def _is_packed(group: Group, pull: Pull) -> bool:
        node = group.nodes.get(pull.node)
        return node is None or node.packed

    def gb(self, repository: str) -> float | None:
        """GB of one full pull, None if nothing tells."""
        known = self.inputs.manifests.of(repository)
        if known:
            return sum(m.size_bytes for m in known) / len(known) / BYTES_PER_GB
        seen = self.seen.get(repository)
        if seen:
            return sum(seen) / len(seen)
        for image in self.inputs.into.images if self.inputs.into else ():
            if image.name == repository:
                return image.size_gb
        return self.inputs.options.image_gb

    def new_gb(self, repository: str, full: float) -> Range:
        """GB that a release adds."""
        layers = new_gb_per_push(self.inputs.manifests.of(repository))
        return NEW_SHARE.scaled(full) if layers is None else Range(layers, layers, full)


class Versions(NamedTuple):
    """What nodes hold of one repository."""

    nodes: int
    """That hold or run it."""
    releases: float | None
    """Versions a month that arrive on each of them; None if their age is not known."""


def span(pulls: Sequence[Pull]) -> timedelta:
    """From the first to the last pull event."""
    times = [pull.time for pull in pulls if pull.time]
    return max(times) - min(times) if times else timedelta(0)


def by_events(group: Group, site: str, sizes: ImageSizes) -> Iterator[Pulled]:
    """What the events say, of the time that they cover."""
    groups: dict[tuple[str, str], list[Pull]] = defaultdict(list)
    for pull in group.pulls:
        month = f"{pull.time:%Y-%m}" if pull.time else ""
        groups[pull.image.repository, month].append(pull)
    warm = warm_seconds(group.pulls) or WARM_SECONDS
    for (repository, month), pulls in sorted(groups.items()):
        done = [pull for pull in pulls if not pull.failed]
        gb: Range | None = NOTHING
        for pull in done:
            moved = _moved(pull, warm, sizes)
            gb = gb + moved if gb is not None and moved is not None else None
        count = sum(pull.times for pull in done)
        failed = sum(pull.times for pull in pulls if pull.failed)
        yield Pulled(site, repository, count, gb, BY_EVENTS, month, count, failed)


def warm_seconds(pulls: Sequence[Pull]) -> float | None:
    """The shortest pull that moved no layer; None if no pull looks like that."""
    fast = [
        pull.seconds
        for pull in pulls
        if pull.seconds
        and pull.size_bytes
        and pull.size_bytes / pull.seconds > CACHED_MB_PER_SECOND * 1e6
    ]
    return min(fast) if fast else None


def _moved(pull: Pull, warm: float, sizes: ImageSizes) -> Range | None:
    """GB that the events of one message stand for; None without a size."""
    size = sizes.gb(pull.image.repository)
    if pull.size_bytes and sizes.seen.get(pull.image.repository):
        size = pull.size_bytes / BYTES_PER_GB
    if size is None:
        return None
    if pull.seconds is None:
        factor = sizes.inputs.options.cache_factor
        return Range(0.0, factor * size, size).scaled(pull.times)
    more = max(0.0, pull.seconds - warm)
    into = sizes.inputs.into
    speed = (into.assumptions if into else Assumptions()).unpack_mb_per_second
    speeds = (min(SLOW_MB_PER_SECOND, speed), speed, max(CACHED_MB_PER_SECOND, speed))
    bounds = (min(size, more * mb * 1e6 / BYTES_PER_GB) for mb in speeds)
    return Range(*bounds).scaled(pull.times)


def by_nodes(
    group: Group, site: str, sizes: ImageSizes, months: float
) -> Iterator[Pulled]:
    """H x (R x delta + C x full), of so many months; repositories of known age only."""
    for repository, held in sorted(versions(group).items()):
        if held.releases is None:
            continue
        pulls = held.nodes * (held.releases + NODE_REPLACEMENTS.expected)
        full = sizes.gb(repository)
        gb = None
        if full is not None:
            new = sizes.new_gb(repository, full).scaled(held.releases)
            gb = (new + NODE_REPLACEMENTS.scaled(full)).scaled(held.nodes * months)
        yield Pulled(site, repository, pulls * months, gb, BY_NODES)


def versions(group: Group) -> dict[str, Versions]:
    """Nodes and releases of every repository in use on a cluster."""
    digests: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for node in group.nodes.values():
        for held in node.images:
            digests[held.repository][node.name].add(held.digest)
    for running in group.running:
        digests[running.repository][running.node].add(running.digest)
    return {
        repository: Versions(len(on_nodes), _releases(on_nodes, group))
        for repository, on_nodes in digests.items()
    }


def _releases(on_nodes: dict[str, set[str]], group: Group) -> float | None:
    """Versions per node and month beyond the first one that a new node pulls."""
    days = more = 0.0
    for name, held in on_nodes.items():
        age = _age_days(group.nodes.get(name))
        if age is not None:
            days += age
            more += len(held) - 1
    return more / days * DAYS_PER_MONTH if days >= LEAST_AGE_DAYS else None


def _age_days(node: Node | None) -> float | None:
    if node is None or node.created is None or node.seen is None:
        return None
    return max(0.0, (node.seen - node.created) / timedelta(days=1))
