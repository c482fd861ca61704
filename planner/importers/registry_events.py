"""What registries tell of each request: notifications, access logs, webhooks, Event Grid.

A self-hosted registry tells pulls with the bytes that it sent, which is the best demand there
is. ACR tells pushes only; webhooks of several replicas tell how long a push takes to them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from math import ceil
from statistics import median

from planner.errors import InputError
from planner.importers import request_demand
from planner.importers.accounts import Ledger
from planner.importers.files import SourceFile
from planner.importers.findings import Figure, Findings
from planner.importers.inputs import Inputs
from planner.importers.places import Place
from planner.importers.request_lines import is_request_line
from planner.importers.request_totals import Totals, collect

LINES_TRIED = 20
CLIENTS_KEPT = 10_000
"""Clients whose place is looked up once."""
EVENT_GRID = "microsoft.containerregistry."


def recognises(file: SourceFile) -> bool:
    """Whether the file holds requests to a registry, or events of one."""
    if file.shape == "json":
        words = file.words
        return (
            "eventrequestmessage" in words
            or any(word.startswith(EVENT_GRID) for word in words)
            or {"action", "target", "timestamp"} <= words
            or ({"msg", "http.request.uri"} <= words)
            or ({"message", "http.request.uri"} <= words)
            or ("/v2/" in file.head and "status" in words and _has_uri(words))
        )
    if file.shape not in ("text", "csv") or "/v2/" not in file.head:
        return False
    return any(is_request_line(line) for line in file.head.splitlines()[:LINES_TRIED])


def _has_uri(words: frozenset[str]) -> bool:
    return bool(words & {"request_uri", "request", "uri"})


def find(inputs: Inputs) -> Findings:
    """Pulls with their bytes, pushes, and replication lag.

    Raises `InputError` if a file cannot be read, too many records are malformed, or
    nothing was pulled or pushed.
    """
    find_place = lru_cache(maxsize=CLIENTS_KEPT)(inputs.places.find)

    def place_of(_: SourceFile, client: str) -> Place | None:
        return find_place(client)

    totals = collect(inputs.files, place_of, Ledger(), inputs.on_progress)
    found = request_demand.findings_of("registry-events", totals, inputs)
    if not found.accounting.used:
        ignored = found.accounting.ignored.items()
        why = ", ".join(f"{number:,} {reason}" for reason, number in ignored)
        raise InputError(
            f"these files hold no pull and no push ({why or 'no records'})"
        )
    return replace(found, figures=(*found.figures, *_lags(totals)))


def _lags(totals: Totals) -> Iterator[Figure]:
    """Seconds from the first replica that tells a push to each other one."""
    lags: dict[str, list[float]] = defaultdict(list)
    for by_region in totals.arrivals.values():
        named = {region: sorted(times) for region, times in by_region.items() if region}
        for same in zip(*named.values(), strict=False) if len(named) > 1 else ():
            for region, time in zip(named, same, strict=True):
                if time > min(same):
                    lags[region].append(_seconds(time, same))
    for region, seconds in sorted(lags.items()):
        p95 = sorted(seconds)[ceil(0.95 * len(seconds)) - 1]
        method = f"median of {len(seconds):,} pushes, 95 % within {p95:.4g} s"
        yield Figure(f"replication lag to {region}", median(seconds), "s", method)


def _seconds(time: datetime, same: Sequence[datetime]) -> float:
    return (time - min(same)).total_seconds()
