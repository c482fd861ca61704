"""Sizes and layers of images by digest, so that log records can be joined to bytes.

Two shapes are read: the list of `az acr manifest list-metadata` (one file for each
repository, named after it with `__` for a slash), and a list of objects with
`repository`, `digest`, `image_size` and, if known, `layers` and `index_digest`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from planner.domain.parsing import parse_json
from planner.importers.files import SourceFile

MAX_BYTES = 200_000_000
"""Larger lists of manifests are refused; a million manifests take less."""
INDEX_MARKS = ("image.index", "manifest.list")
"""In the media type of a multi-arch image's index."""


@dataclass(frozen=True)
class Manifest:
    """One platform image."""

    repository: str
    digest: str
    size_bytes: int
    """Compressed, with its config."""
    layers: Mapping[str, int] | None = None
    """Bytes by digest, config included; None if not known."""
    created: str = ""


@dataclass(frozen=True)
class Manifests:
    """All known manifests."""

    by_digest: Mapping[str, Manifest] = field(default_factory=dict)
    indexes: frozenset[str] = frozenset()
    """Digests of multi-arch indexes, which are no images themselves."""

    def of(self, repository: str) -> list[Manifest]:
        """The known images of a repository, oldest first."""
        found = [m for m in self.by_digest.values() if m.repository == repository]
        return sorted(found, key=lambda m: (m.created, m.digest))


def recognises(file: SourceFile) -> bool:
    """Whether the file is a list of manifests."""
    words = file.words
    return (
        file.shape == "json"
        and "digest" in words
        and ("imagesize" in words or {"image_size", "repository"} <= words)
    )


def read_manifests(files: Sequence[SourceFile]) -> Manifests:
    """The manifests of all files; a digest that comes twice counts once."""
    by_digest: dict[str, Manifest] = {}
    indexes: set[str] = set()
    for file in files:
        for row in _rows(file):
            digest = row.get("digest")
            if not isinstance(digest, str):
                raise file.error("holds a manifest without a digest")
            if _is_index(row):
                indexes.add(digest)
            else:
                by_digest[digest] = _manifest(file, row, digest)
            if row.get("index_digest"):
                indexes.add(str(row["index_digest"]))
    return Manifests(by_digest, frozenset(indexes))


def _rows(file: SourceFile) -> list[dict[str, Any]]:
    if file.size > MAX_BYTES or file.packed:
        raise file.error("must be plain JSON of at most 200 MB to be read as manifests")
    try:
        text = file.path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise file.error("is not UTF-8 text; save it as UTF-8") from None
    data = parse_json(text, file.name)
    rows = data if isinstance(data, list) else [data]
    if not all(isinstance(row, dict) for row in rows):
        raise file.error("is no list of manifests")
    return rows


def _is_index(row: Mapping[str, Any]) -> bool:
    return any(mark in str(row.get("mediaType", "")) for mark in INDEX_MARKS)


def _manifest(file: SourceFile, row: Mapping[str, Any], digest: str) -> Manifest:
    size = row.get("image_size", row.get("imageSize"))
    repository = row.get("repository") or file.path.stem.replace("__", "/")
    created = row.get("pushed") or row.get("createdTime") or ""
    if not isinstance(size, int) or size < 0:
        raise file.error(f"the image {digest[:19]} has no size in bytes")
    layers = _layers(file, row, digest)
    return Manifest(str(repository), digest, size, layers, str(created))


def _layers(
    file: SourceFile, row: Mapping[str, Any], digest: str
) -> dict[str, int] | None:
    if not row.get("layers"):
        return None
    try:
        layers = {str(layer["digest"]): int(layer["size"]) for layer in row["layers"]}
        if row.get("config"):
            layers[str(row["config"])] = int(row.get("config_size") or 0)
    except (TypeError, KeyError, ValueError):
        raise file.error(f"the layers of {digest[:19]} need digest and size") from None
    return layers
