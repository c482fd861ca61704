"""What the function of a kind is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from planner.base import DEFAULT_CACHE_FACTOR, OnBytes, no_bytes
from planner.domain.scenario import Scenario
from planner.importers.files import SourceFile
from planner.importers.manifests import Manifests
from planner.importers.places import Places

DEFAULT_MAX_BAD = 0.01
"""Share of malformed records up to which an import goes on."""


@dataclass(frozen=True)
class Options:
    """What the user may set."""

    cache_factor: float = DEFAULT_CACHE_FACTOR
    max_bad: float = DEFAULT_MAX_BAD
    image_gb: float | None = None
    """GB to assume for an image whose size no file tells; None: refuse."""
    engine: str = "duckdb"


@dataclass(frozen=True)
class Inputs:
    """Files of one kind, and what helps to understand them."""

    files: Sequence[SourceFile]
    places: Places
    """Client addresses to sites."""
    manifests: Manifests
    """Sizes and layers by digest, from whatever files tell them."""
    into: Scenario | None = None
    """The scenario that the findings will be merged into."""
    options: Options = Options()
    on_progress: OnBytes = no_bytes
