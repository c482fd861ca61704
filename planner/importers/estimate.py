"""GB from counts of pulls: low, expected and high.

A pull is a request for a manifest; the layers that follow are those that the node does not
hold. Low: each layer once per site. High: every pull moves the whole image. Expected lies
between, by the cache factor, for nodes; clients without a cache (builds) move it all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from planner.importers.findings import BYTES_PER_GB, Range
from planner.importers.manifests import Manifest, Manifests


class Fetch(NamedTuple):
    """How often one site asked for one image of one repository in one month."""

    site: str
    repository: str
    month: str
    digest: str
    cold: bool
    """Whether these clients keep no layers."""
    pulls: float


@dataclass
class Sizes:
    """Bytes of an image: by digest, else the mean of its repository, else as assumed."""

    manifests: Manifests
    by_repository: dict[str, float] = field(default_factory=dict)
    """GB that the user's scenario gives."""
    assumed_gb: float | None = None
    guessed: set[str] = field(default_factory=set)
    """Repositories of which some digest had no size of its own."""

    def bytes_of(self, repository: str, digest: str) -> float | None:
        """Bytes of one full pull, None if nothing tells."""
        manifest = self.manifests.by_digest.get(digest)
        if manifest is not None:
            return manifest.size_bytes
        self.guessed.add(repository)
        known = self.manifests.of(repository)
        if known:
            return sum(m.size_bytes for m in known) / len(known)
        gb = self.by_repository.get(repository, self.assumed_gb)
        return None if gb is None else gb * BYTES_PER_GB


def ranges(
    fetches: Iterable[Fetch], sizes: Sizes, factor: float
) -> dict[tuple[str, str, str], Range | None]:
    """GB by site, repository and month; None where no size is known."""
    by_place: dict[tuple[str, str], dict[str, list[Fetch]]] = {}
    for fetch in fetches:
        months = by_place.setdefault((fetch.site, fetch.repository), {})
        months.setdefault(fetch.month, []).append(fetch)
    found: dict[tuple[str, str, str], Range | None] = {}
    for (site, repository), months in by_place.items():
        held = Held(sizes)
        for month in sorted(months):
            gb = _month(months[month], sizes, held, factor)
            found[site, repository, month] = gb
    return found


@dataclass
class Held:
    """What a site has fetched at least, so that nothing counts twice towards low."""

    sizes: Sizes
    layers: set[str] = field(default_factory=set)
    most_bytes: float = 0.0
    """Size of the largest image whose layers are not known; the others may share all of
    theirs with it."""

    def add(self, fetch: Fetch) -> float:
        """Bytes that this image adds."""
        manifest = self.sizes.manifests.by_digest.get(fetch.digest)
        if manifest is None or manifest.layers is None:
            size = self.sizes.bytes_of(fetch.repository, fetch.digest) or 0.0
            more = max(0.0, size - self.most_bytes)
            self.most_bytes += more
            return more
        new = {d: size for d, size in manifest.layers.items() if d not in self.layers}
        self.layers.update(new)
        return float(sum(new.values()))


def _month(
    fetches: list[Fetch], sizes: Sizes, held: Held, factor: float
) -> Range | None:
    low = cold = warm_low = warm_high = 0.0
    for fetch in sorted(fetches, key=lambda f: (f.cold, f.digest)):
        size = sizes.bytes_of(fetch.repository, fetch.digest)
        if size is None:
            return None
        least = held.add(fetch)
        low += least
        if fetch.cold:
            cold += fetch.pulls * size
        else:
            warm_low += least
            warm_high += fetch.pulls * size
    expected = cold + warm_low + factor * (warm_high - warm_low)
    bounds = (low, max(low, expected), max(low, cold + warm_high))
    return Range(*(b / BYTES_PER_GB for b in bounds))


def new_gb_per_push(known: list[Manifest]) -> float | None:
    """GB of layers that a version adds to those before it; None without layers."""
    stored = stored_gb(known)
    if stored is None or len(known) < 2:
        return None
    first = known[0].size_bytes / BYTES_PER_GB
    return max(0.0, stored - first) / (len(known) - 1)


def stored_gb(known: list[Manifest]) -> float | None:
    """GB of all versions, each layer once; None if the layers are not known."""
    layers: dict[str, int] = {}
    for manifest in known:
        if manifest.layers is None:
            return None
        layers |= manifest.layers
    return sum(layers.values()) / BYTES_PER_GB if known else None


def layer_count(known: list[Manifest]) -> int | None:
    """Layers of a typical version, without its config; None if not known."""
    counts = [len(m.layers) - 1 for m in known if m.layers]
    return max(1, round(sum(counts) / len(counts))) if counts else None


def mean_gb(pulls: Mapping[str, float], repository: str, sizes: Sizes) -> float | None:
    """GB of one pull, weighted by the pulls of each digest; None if nothing tells."""
    weighed = 0.0
    for digest, count in pulls.items():
        size = sizes.bytes_of(repository, digest)
        if size is None:
            return None
        weighed += size * count
    count = sum(pulls.values())
    return weighed / count / BYTES_PER_GB if count else None
