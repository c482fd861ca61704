"""What an importer found: figures with their ranges, their methods and the accounting.

Volumes are those of the observed period, not scaled; `merge` brings them to a month.
Nothing here holds an address or the name of a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from pydantic import BaseModel

from planner.base import DAYS_PER_MONTH
from planner.domain.layout import Layout

BYTES_PER_GB = 1e9
"""Image sizes and volumes are decimal GB, as the portal shows them."""
MALFORMED_SHOWN = 5
"""Malformed records that are named with file and line."""


class Range(NamedTuple):
    """A figure that is only known to lie between two others."""

    low: float
    expected: float
    high: float

    def __add__(self, other: object) -> Range:
        """Both ranges together, bound by bound."""
        if not isinstance(other, Range):
            return NotImplemented
        return Range(*(a + b for a, b in zip(self, other, strict=True)))

    def scaled(self, factor: float) -> Range:
        """Every bound times a factor."""
        return Range(*(bound * factor for bound in self))

    @classmethod
    def exactly(cls, value: float) -> Range:
        """A figure that was measured."""
        return cls(value, value, value)


NOTHING = Range(0.0, 0.0, 0.0)


class Period(NamedTuple):
    """Whole days that an export covers, the last one included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.last - self.first).days + 1

    @property
    def months(self) -> float:
        """Months; whole calendar months count as one each, however many days they have."""
        after = self.last + timedelta(days=1)
        if self.first.day == 1 and after.day == 1:
            years = after.year - self.first.year
            return 12.0 * years + after.month - self.first.month
        return self.days / DAYS_PER_MONTH


@dataclass(frozen=True)
class FoundSite:
    """A place that pulls or pushes."""

    name: str
    region: str | None = None
    """Azure region; None for a place outside Azure, which has a latitude."""
    latitude: float | None = None
    longitude: float | None = None
    nodes: int | None = None
    rtt_ms: Mapping[str, float] = field(default_factory=dict)
    """Measured round trips in ms to Azure regions."""


@dataclass(frozen=True)
class Pulled:
    """What one site pulled of one image in one month, or in the whole period."""

    site: str
    image: str
    pulls: float
    """Pulls of an image: a multi-arch image once, no failures, no tools."""
    gb: Range | None
    """GB moved; None if no size is known."""
    method: str
    """How the GB were found, in a few words."""
    month: str = ""
    """Such as `2026-10`; empty for the whole period."""
    requests: float = 0
    """Successful manifest requests, indexes and tools included."""
    failed: float = 0
    """Requests that were answered with an error."""


@dataclass(frozen=True)
class FoundImage:
    """A repository."""

    name: str
    size_gb: float | None = None
    """GB of one full cold pull, compressed; None if no file tells."""
    layers: int | None = None
    stored_gb: float | None = None
    new_gb_per_push: float | None = None
    pushes: float = 0
    """Pushes in the period, a multi-arch image counted once."""
    pushed_from: str | None = None
    """Name of the site that pushed most."""
    method: str = ""


class Served(NamedTuple):
    """How many requests a location of the registry answered."""

    region: str
    requests: float


class Stored(NamedTuple):
    """GB that a location keeps."""

    region: str
    gb: float


class Charged(NamedTuple):
    """What a bill says about one meter in one region."""

    meter: str
    region: str
    quantity: float
    unit: str
    cost: float
    currency: str


class Unplaced(NamedTuple):
    """Volume that could not be given to a site."""

    reason: str
    pulls: float
    gb: Range | None


class Figure(NamedTuple):
    """A total worth telling that no field of the scenario takes."""

    name: str
    value: float
    unit: str
    method: str


class Malformed(NamedTuple):
    """A record that could not be read."""

    file: str
    line: int
    """From 1; 0 where the format has no lines."""
    problem: str


@dataclass(frozen=True)
class Accounting:
    """What became of every record: read = used + ignored + malformed."""

    used: int = 0
    ignored: Mapping[str, int] = field(default_factory=dict)
    """Records by the reason why they do not count; duplicates are one."""
    malformed: int = 0
    examples: tuple[Malformed, ...] = ()
    """The first few malformed records."""

    @property
    def read(self) -> int:
        """All records."""
        return self.used + sum(self.ignored.values()) + self.malformed

    def __add__(self, other: Accounting) -> Accounting:
        """Both accounts in one."""
        ignored = dict(self.ignored)
        for reason, count in other.ignored.items():
            ignored[reason] = ignored.get(reason, 0) + count
        return Accounting(
            self.used + other.used,
            ignored,
            self.malformed + other.malformed,
            (self.examples + other.examples)[:MALFORMED_SHOWN],
        )


@dataclass(frozen=True)
class Findings:
    """All that one kind of export told."""

    kind: str
    accounting: Accounting
    period: Period | None = None
    """None for figures that are of a month already, and for a snapshot."""
    sites: tuple[FoundSite, ...] = ()
    pulled: tuple[Pulled, ...] = ()
    images: tuple[FoundImage, ...] = ()
    push_sources: tuple[FoundSite, ...] = ()
    layout: Layout | None = None
    """The layout in use."""
    routing_off: tuple[str, ...] = ()
    """Locations of it that are taken out of routing."""
    served: tuple[Served, ...] = ()
    stored: tuple[Stored, ...] = ()
    charged: tuple[Charged, ...] = ()
    figures: tuple[Figure, ...] = ()
    unplaced: tuple[Unplaced, ...] = ()
    assumptions: tuple[str, ...] = ()
    """Sentences: what was taken for granted, and how to say it better."""
    notes: tuple[str, ...] = ()
    """Sentences: what was found, and by which method."""

    @property
    def months(self) -> float:
        """Months that the volumes stand for."""
        return self.period.months if self.period else 1.0

    def as_dict(self) -> dict[str, Any]:
        """Everything, for JSON."""
        data: dict[str, Any] = _plain(self)
        data["accounting"]["read"] = self.accounting.read
        return data | {"months": self.months}


def _plain(value: Any) -> Any:
    """Findings as dictionaries, lists and numbers."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: _plain(part) for name, part in value._asdict().items()}
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, tuple) else value


def total(ranges: Iterable[Range | None]) -> Range | None:
    """The sum of ranges; None if any is not known."""
    known = NOTHING
    for gb in ranges:
        if gb is None:
            return None
        known += gb
    return known
