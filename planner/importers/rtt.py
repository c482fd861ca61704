"""Round trips that the user measured: one row for each probe, from a site to a region.

What counts is the median, as in the published tables. A region is named as such, or by the
host that was probed, such as `contoso.westeurope.data.azurecr.io`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import ceil
from statistics import median

from planner.errors import InputError, did_you_mean
from planner.facts import load_facts
from planner.importers.accounts import Ledger
from planner.importers.acr_logs import DUPLICATE
from planner.importers.files import SourceFile
from planner.importers.findings import Figure, Findings, FoundSite
from planner.importers.inputs import Inputs
from planner.importers.json_records import records_of
from planner.importers.places import squeezed_region

NEEDED = {
    "site": ("site", "from", "source", "client"),
    "region": ("region", "to", "target", "destination", "host", "url"),
    "ms": ("rtt_ms", "latency_ms", "time_ms", "ms", "rtt", "latency"),
}
"""What people call our columns, the best first."""
OTHERS = {
    "time": ("time", "timestamp", "date"),
    "site_region": ("site_region", "from_region", "source_region"),
    "latitude": ("latitude",),
    "longitude": ("longitude",),
}
NO_ANSWER = frozenset({"", "*", "-", "lost", "timeout", "timed out", "failed", "nan"})
LOST = "probe without an answer"
FEW = 5
"""Below so many probes a median says little."""
MOST_MS = 100_000.0
"""What a scenario takes at most."""


@dataclass
class Probed:
    """All probes, by where they went from and to."""

    ms: dict[tuple[str, str], list[float]] = field(
        default_factory=lambda: defaultdict(list)
    )
    spots: dict[str, FoundSite] = field(default_factory=dict)
    """Where a site is, as far as its first row tells."""
    seen: set[tuple[str, ...]] = field(default_factory=set)
    """Rows that have a time."""


def recognises(file: SourceFile) -> bool:
    """Whether the file is a CSV of probes."""
    return file.shape == "csv" and _columns(file.words).keys() >= NEEDED.keys()


def find(inputs: Inputs) -> Findings:
    """Median round trips by site and region.

    Raises `InputError` if too many rows are malformed, no probe was answered, or nothing
    tells where a site is.
    """
    ledger, probed = Ledger(), Probed()
    for file in inputs.files:
        for entry in records_of(file):
            names = _columns(entry.record)
            row = {ours: entry.record[name].strip() for ours, name in names.items()}
            problem = entry.problem or _add(row, probed, ledger)
            if problem:
                ledger.bad(file, entry.line, problem)
    accounting = ledger.closed(inputs.options.max_bad)
    if not probed.ms:
        raise InputError(f"none of {accounting.read:,} probes was answered")
    medians: dict[str, dict[str, float]] = defaultdict(dict)
    for (site, region), values in sorted(probed.ms.items()):
        medians[site][region] = median(values)
    sites = [
        replace(_placed(probed.spots[name], inputs), rtt_ms=rtt_ms)
        for name, rtt_ms in medians.items()
    ]
    pushers = {one.name for one in inputs.into.push_sources} if inputs.into else set()
    return Findings(
        kind="rtt",
        accounting=accounting,
        sites=tuple(site for site in sites if site.name not in pushers),
        push_sources=tuple(site for site in sites if site.name in pushers),
        figures=tuple(_figures(probed)),
        notes=tuple(_notes(probed)),
    )


def _columns(names: Iterable[str]) -> dict[str, str]:
    """Our columns and what this file calls them."""
    spelled = {name.strip().lower(): name for name in names}
    return {
        ours: spelled[name]
        for ours, known in (NEEDED | OTHERS).items()
        for name in reversed(known)
        if name in spelled
    }


def _add(row: Mapping[str, str], probed: Probed, ledger: Ledger) -> str:
    """Count a probe; returns what is wrong with it."""
    if not NEEDED.keys() <= row.keys() or not row["site"]:
        return "no site, region or round trip"
    region = _region(row["region"])
    if region is None:
        near = did_you_mean(row["region"].lower(), load_facts().regions)
        return f"{row['region'][:60]!r} names no Azure region{near}"
    if row["ms"].lower() in NO_ANSWER:
        ledger.ignore(LOST)
        return ""
    ms = _number(row["ms"].lower().removesuffix("ms").lstrip("<"))
    if ms is None or not 0 < ms <= MOST_MS:
        return f"{row['ms'][:20]!r} is no round trip in ms"
    if row.get("time"):
        key = (row["site"], region, row["time"], row["ms"])
        if key in probed.seen:
            ledger.ignore(DUPLICATE)
            return ""
        probed.seen.add(key)
    ledger.used += 1
    probed.ms[row["site"], region].append(ms)
    probed.spots.setdefault(row["site"], _spot(row))
    return ""


def _region(text: str) -> str | None:
    """The region that a cell names, as a name or as a part of a host."""
    parts = (squeezed_region(part) for part in re.split("[^A-Za-z0-9]+", text))
    return squeezed_region(text) or next((part for part in parts if part), None)


def _number(text: str) -> float | None:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None


def _spot(row: Mapping[str, str]) -> FoundSite:
    region = squeezed_region(row.get("site_region", "") or row["site"])
    if region:
        return FoundSite(row["site"], region)
    north, east = (_number(row.get(key, "")) for key in ("latitude", "longitude"))
    return FoundSite(row["site"], None, north, east)


def _placed(site: FoundSite, inputs: Inputs) -> FoundSite:
    """The site, if the scenario or a column tells where it is.

    Raises `InputError` naming the nearest site of the scenario.
    """
    into = inputs.into
    known = [one.name for one in (*into.sites, *into.push_sources)] if into else []
    if site.name in known or site.region or None not in (site.latitude, site.longitude):
        return site
    near = did_you_mean(site.name, known)
    raise InputError(
        f"probes come from {site.name!r}, which nothing places{near} (name a site of the "
        "scenario that --into gives, or an Azure region, or add the column site_region, "
        "or latitude and longitude)"
    )


def _figures(probed: Probed) -> Iterator[Figure]:
    for (site, region), values in sorted(probed.ms.items()):
        p95 = sorted(values)[ceil(0.95 * len(values)) - 1]
        method = f"median of {len(values):,} probes, 95 % of them within {p95:.4g} ms"
        yield Figure(f"{site} to {region}", median(values), "ms", method)


def _notes(probed: Probed) -> Iterator[str]:
    few = [
        f"{site} to {region}"
        for (site, region), values in sorted(probed.ms.items())
        if len(values) < FEW
    ]
    if few:
        yield f"fewer than {FEW} probes, so that a median says little: {', '.join(few)}"
    yield (
        "a probe must time one round trip (ping, or a TCP connection); one that times a "
        "whole request counts several"
    )
