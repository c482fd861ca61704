"""Lists of manifests into images: size, layers, stored GB and pushes of a month."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from planner.base import DAYS_PER_MONTH
from planner.errors import InputError
from planner.importers.estimate import layer_count, new_gb_per_push, stored_gb
from planner.importers.findings import BYTES_PER_GB, FoundImage
from planner.importers.manifests import Manifest, Manifests

SHOWN = 8
METHOD = "size: mean of the listed versions"
_REPOSITORY = re.compile(r"[a-z0-9]+([._/-]+[a-z0-9]+)*")


@dataclass
class Listed:
    """The images of a registry, and what was taken for granted."""

    images: list[FoundImage] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    assumptions: list[str] = field(default_factory=list)


def listed(
    manifests: Manifests, size_bytes: float | None, repositories: Sequence[str]
) -> Listed:
    """The images of all lists; `size_bytes` is what the home region stores in all."""
    result = Listed()
    known: dict[str, list[Manifest]] = {}
    for manifest in manifests.by_digest.values():
        known.setdefault(manifest.repository, []).append(manifest)
    missing = sorted(set(repositories) - known.keys())
    if missing:
        more = ", ..." if len(missing) > SHOWN else ""
        result.notes.append(
            f"{len(missing)} repositories without a list of manifests, so without a "
            f"size: {', '.join(missing[:SHOWN])}{more}"
        )
    if not known:
        return result
    kept = _stored(known, None if missing else size_bytes, result)
    since = _since(manifests)
    for name in sorted(known):
        _check(name)
        images = manifests.of(name)
        result.images.append(
            FoundImage(
                name=name,
                size_gb=sum(m.size_bytes for m in images) / len(images) / BYTES_PER_GB,
                layers=layer_count(images),
                stored_gb=kept[name],
                new_gb_per_push=new_gb_per_push(images),
                pushes=sum(m.created >= since for m in images) if since else 0,
                method=METHOD,
            )
        )
    if since:
        result.assumptions.append(
            f"pushes of a month: versions created since {since[:10]}; versions deleted "
            "meanwhile are not listed"
        )
    return result


def _check(name: str) -> None:
    if not _REPOSITORY.fullmatch(name):
        raise InputError(
            f"{name!r} is no name of a repository; name the list of its manifests after "
            "it, with two underscores for a slash (api__orders.json)"
        )


def _stored(
    known: dict[str, list[Manifest]], size_bytes: float | None, result: Listed
) -> dict[str, float]:
    """GB of each repository: its layers once; without layers a share of the whole."""
    exact = {name: stored_gb(images) for name, images in known.items()}
    sums = {
        name: sum(m.size_bytes for m in images) / BYTES_PER_GB
        for name, images in known.items()
        if exact[name] is None
    }
    if not sums:
        return {name: gb or 0.0 for name, gb in exact.items()}
    share = 1.0
    rest = (size_bytes or 0) / BYTES_PER_GB - sum(gb or 0.0 for gb in exact.values())
    if size_bytes is None or rest <= 0:
        result.assumptions.append(
            "stored GB: every version in full, as if they shared no layer (add "
            "`az acr show-usage` and the lists of all repositories)"
        )
    elif rest > sum(sums.values()):
        result.assumptions.append(
            f"stored GB: the listed versions in full; {size_bytes / BYTES_PER_GB:,.2f} GB "
            "are stored in all, so some versions are not listed"
        )
    else:
        share = rest / sum(sums.values())
        result.assumptions.append(
            f"stored GB: {size_bytes / BYTES_PER_GB:,.2f} GB of the home region by "
            "`az acr show-usage`, split by the sizes of the listed versions"
        )
    return {
        name: sums[name] * share if gb is None else gb for name, gb in exact.items()
    }


def _since(manifests: Manifests) -> str:
    """A month before the newest version; empty if no list tells times."""
    times = list(_times(manifests))
    if not times:
        return ""
    return (max(times) - timedelta(days=DAYS_PER_MONTH)).isoformat()


def _times(manifests: Manifests) -> Iterator[datetime]:
    for manifest in manifests.by_digest.values():
        try:
            yield datetime.fromisoformat(manifest.created[:19])
        except ValueError:
            continue
