"""Requests to a registry added up by day, place of the client and repository."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from planner.base import OnBytes
from planner.importers.accounts import Ledger
from planner.importers.acr_logs import DUPLICATE, TOLD_TWICE
from planner.importers.files import SourceFile
from planner.importers.places import Place, squeezed_region
from planner.importers.request_lines import (
    HOOK,
    NOTIFICATION,
    Other,
    Request,
    requests_of,
)
from planner.importers.resumed import MOST_KEYS, Resumed

PAIR_SECONDS = 2.0
"""Between the request for an index and that for its platform image."""
RECORDS_BETWEEN = 20_000
"""Between two looks at how far a file is read."""
MOVED, REDIRECTED = (301, 308), (302, 303, 307)
"""Answers that name another address of a registry, and the storage of a layer."""
PlaceOf = Callable[[SourceFile, str], Place | None]
"""The place of a client of a file, None if it is not known."""


class Key(NamedTuple):
    """What is counted together."""

    source: str
    day: date
    place: Place | None
    repository: str


@dataclass
class Count:
    """Requests of one key."""

    records: int = 0
    heads: int = 0
    failed: int = 0
    images: Counter[str] = field(default_factory=Counter)
    """GET requests for manifests, by digest or tag."""
    layers: int = 0
    sent: int = 0
    """Bytes of layers."""
    redirected: Counter[str] = field(default_factory=Counter)
    """Layers that a storage account sent instead, by digest."""
    pushes: Counter[bool] = field(default_factory=Counter)
    """Manifests taken, by whether they are an index."""


@dataclass
class Totals:
    """All requests of an import."""

    ledger: Ledger
    counts: dict[Key, Count] = field(default_factory=lambda: defaultdict(Count))
    layer_bytes: dict[str, int] = field(default_factory=dict)
    """Size of a layer, as far as it was ever sent in full."""
    image_bytes: dict[str, int] = field(default_factory=dict)
    """The most that one client fetched of a repository after one manifest."""
    indexes: set[str] = field(default_factory=set)
    """Digests and tags of multi-arch indexes, by media type or by what follows them."""
    followed: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often a manifest was asked for right after another one."""
    arrivals: dict[tuple[str, str, bool], dict[str, list[datetime]]] = field(
        default_factory=dict
    )
    """Pushes told by webhooks: repository, digest and whether it is an index, then by
    the region of the replica that tells it."""
    _resumed: Resumed = field(default_factory=Resumed)
    _last: dict[tuple[str, str], Request] = field(default_factory=dict)
    _open: dict[tuple[str, str], set[str]] = field(
        default_factory=lambda: defaultdict(set)
    )

    def add(self, request: Request, place: Place | None) -> None:
        """Count a request, or say in the ledger why it does not count."""
        if why := _why_not(request):
            self.ledger.ignore(why)
            return
        if len(self._open) + len(self._last) > 2 * MOST_KEYS:
            self._open.clear()
            self._last.clear()
        key = Key(request.source, request.time.date(), place, request.repository)
        if request.source == HOOK:
            told = request.repository, request.reference, request.is_index
            by_region = self.arrivals.setdefault(told, {})
            by_region.setdefault(request.region, []).append(request.time)
            self.ledger.used += 1
        elif request.is_blob:
            self._add_layer(request, self.counts[key])
        else:
            self._add_manifest(request, self.counts[key])

    def _add_manifest(self, request: Request, count: Count) -> None:
        count.records += 1
        if request.is_index:
            self.indexes.add(request.reference)
        if request.status >= 400:
            count.failed += 1
        elif request.method == "PUT":
            count.pushes[request.is_index] += 1
        elif request.method == "HEAD":
            count.heads += 1
            self._last.pop((request.client, request.repository), None)
        else:
            count.images[request.reference] += 1
            self._follow(request)
            if request.source == NOTIFICATION:
                self._resumed.is_resumed(request, request.client)

    def _follow(self, request: Request) -> None:
        """Learn which manifests are asked for one after the other."""
        who = request.client, request.repository
        last = self._last.get(who)
        if (
            last
            and not request.media
            and last.reference != request.reference
            and (request.time - last.time).total_seconds() <= PAIR_SECONDS
        ):
            self.followed[last.reference, request.reference] += 1
        if not request.is_index:
            self._open[who] = set()
        self._last[who] = request

    def _add_layer(self, request: Request, count: Count) -> None:
        who = request.client, request.repository
        self._last.pop(who, None)
        is_whole = request.source == NOTIFICATION
        if request.status == 200:
            known = self.layer_bytes.get(request.reference, 0)
            self.layer_bytes[request.reference] = max(known, request.size)
        count.records += 1
        count.layers += 1
        if request.status in REDIRECTED:
            count.redirected[request.reference] += 1
        elif not (is_whole and self._resumed.is_resumed(request, request.client)):
            count.sent += request.size
        fetched = self._open[who]
        fetched.add(request.reference)
        size = sum(self.layer_bytes.get(digest, 0) for digest in fetched)
        repository = request.repository
        self.image_bytes[repository] = max(size, self.image_bytes.get(repository, 0))

    def settle(self) -> None:
        """Keep, of several kinds of export that tell the same day, the fullest one."""
        self._tell_indexes()
        by_day: dict[date, Counter[str]] = defaultdict(Counter)
        for key, count in self.counts.items():
            by_day[key.day][key.source] += count.records
        for key in list(self.counts):
            sources = by_day[key.day]
            best = max(sorted(sources), key=lambda name: sources[name])
            if key.source == best:
                self.ledger.used += self.counts[key].records
            else:
                self.ledger.ignore(TOLD_TWICE, self.counts.pop(key).records)

    def _tell_indexes(self) -> None:
        """A manifest that another one follows most of the times is an index."""
        asked: Counter[str] = Counter()
        for count in self.counts.values():
            asked.update(count.images)
        for (first, after), times in self.followed.items():
            if 2 * times >= asked[first] and times > self.followed[after, first]:
                self.indexes.add(first)


def _why_not(request: Request) -> str:
    """Why a request is no pull and no push; empty if it is one."""
    if request.status == 401:
        return "sent to sign in first"
    if request.method not in ("GET", "HEAD", "PUT"):
        return "no request for an image"
    if request.status in MOVED or (
        request.status in REDIRECTED and not request.is_blob
    ):
        return "sent to another address"
    if not request.is_blob:
        return ""
    if request.method == "HEAD":
        return "question whether a layer is there"
    if request.method == "PUT":
        return "layer of a push"
    good = request.status in (200, 206, *REDIRECTED)
    return "" if good else "failed download of a layer"


@dataclass
class _Seen:
    """Tells what was told before; hashes only, so that ten million requests fit."""

    ids: set[int] = field(default_factory=set)
    others: Counter[int] = field(default_factory=Counter)
    """Requests without an id: the most that any file before has."""

    def twice(self, request: Request, here: Counter[int]) -> bool:
        """Whether it is in another file, or, by its id, anywhere before."""
        if request.id:
            key = hash((request.source, request.id))
            if key in self.ids:
                return True
            self.ids.add(key)
            return False
        key = hash(request)
        here[key] += 1
        return here[key] <= self.others[key]


def collect(
    files: Sequence[SourceFile], place_of: PlaceOf, ledger: Ledger, on_progress: OnBytes
) -> Totals:
    """The requests of all files, each counted once.

    Raises `InputError` if a file as a whole cannot be read.
    """
    totals, seen = Totals(ledger), _Seen()
    size, done, rows = sum(file.size for file in files), 0, 0
    for file in sorted(files, key=lambda one: one.name):
        here: Counter[int] = Counter()
        region = region_in(file.path.name)
        for found in requests_of(file):
            rows += 1
            if rows % RECORDS_BETWEEN == 0:
                on_progress("reading", done, size, rows)
            if isinstance(found, Other):
                if found.malformed:
                    ledger.bad(file, found.line, found.reason)
                else:
                    ledger.ignore(found.reason)
            elif seen.twice(found, here):
                ledger.ignore(DUPLICATE)
            else:
                client = _without_port(found.client)
                place = place_of(file, client)
                told_by = region_in(found.region) or region
                totals.add(found._replace(region=told_by, client=client), place)
        seen.others |= here
        done += file.size
    totals.settle()
    return totals


def _without_port(client: str) -> str:
    """The address, whichever connection it came by."""
    if client.startswith("[") or client.count(":") == 1:
        return client.rpartition(":")[0]
    return client


def region_in(text: str) -> str:
    """The Azure region that a part of a file name or an address names, or nothing."""
    regions = (squeezed_region(part) for part in re.split("[^A-Za-z0-9]+", text))
    return next((region for region in regions if region), "")
