"""Azure Monitor metrics: pull and push counts, storage by location, private endpoints.

Counts have no region, repository or client, so they make no demand; they hold the logs to
account. Bytes through a private endpoint are the only bytes that Azure meters.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from planner.errors import InputError
from planner.facts import load_facts
from planner.importers.accounts import Ledger
from planner.importers.acr_logs import DUPLICATE, TOLD_TWICE
from planner.importers.files import SourceFile
from planner.importers.findings import BYTES_PER_GB, Figure, Findings, Period, Stored
from planner.importers.inputs import Inputs
from planner.importers.json_records import document, records_of
from planner.importers.times import parse_time

COUNTS = {
    "TotalPullCount": "pull requests",
    "SuccessfulPullCount": "successful pull requests",
    "TotalPushCount": "push requests",
    "SuccessfulPushCount": "successful push requests",
}
STORAGE = "StorageUsed"
ENDPOINT = ("PEBytesIn", "PEBytesOut")
KNOWN = (*COUNTS, STORAGE, *ENDPOINT)
SPELLED = {name.lower(): name for name in KNOWN}
OTHER = "another metric"
NO_REGION = "the whole registry"
_GRAIN = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?")
_CLOCK = re.compile(r"(?:(\d+) days?, )?(\d+):(\d\d):(\d\d)")


class Point(NamedTuple):
    """One value of a metric."""

    metric: str
    resource: str
    location: str
    time: datetime
    seconds: int
    """Length of the interval."""
    value: float | None


def recognises(file: SourceFile) -> bool:
    """Whether the file holds metrics of a registry or of a private endpoint."""
    words = file.words
    named = {"metricname", "timegrain"} <= words
    listed = {"timeseries", "timespan"} <= words
    if not (named or listed):
        return False
    head = file.head.lower()
    return file.shape == "parquet" or any(name in head for name in SPELLED)


def find(inputs: Inputs) -> Findings:
    """Totals of all metrics, each interval counted once.

    Raises `InputError` if too many records are malformed or none is of a registry.
    """
    ledger = Ledger()
    points: dict[tuple[Any, ...], Point] = {}
    for file in inputs.files:
        for point in _points(file, ledger):
            key = point[:-1]
            old = points.get(key)
            if old is not None:
                ledger.ignore(DUPLICATE)
            if old is None or (old.value or 0.0) < (point.value or 0.0):
                points[key] = point
    best = _best_of_each_day(list(points.values()), ledger)
    ledger.used += len(best)
    accounting = ledger.closed(inputs.options.max_bad)
    if not best:
        raise InputError("these metrics are of no registry and no private endpoint")
    period = Period(
        min(p.time for p in best).date(),
        max(p.time + timedelta(seconds=max(0, p.seconds - 1)) for p in best).date(),
    )
    return Findings(
        kind="acr-metrics",
        accounting=accounting,
        period=period,
        stored=tuple(_stored(best)),
        figures=tuple(_figures(best)),
        notes=tuple(_notes(best)),
    )


def _points(file: SourceFile, ledger: Ledger) -> Iterator[Point]:
    if "timeseries" in file.words:
        yield from _of_answer(file, document(file), ledger)
        return
    if file.shape == "parquet":
        raise file.error("Parquet is not read for metrics; export them as JSON or CSV")
    for line, record, problem in records_of(file):
        point = None if problem else _of_record(record)
        if point is None:
            ledger.bad(file, line, problem or "no time, metric or number")
        elif point.metric not in KNOWN:
            ledger.ignore(OTHER)
        else:
            yield point


def _of_record(record: Mapping[str, Any]) -> Point | None:
    """A line of a diagnostic setting, or a row of the table AzureMetrics."""
    row = {key.lower(): value for key, value in record.items()}
    name = row.get("metricname")
    time = parse_time(row.get("time") or row.get("timegenerated"))
    if not isinstance(name, str) or time is None:
        return None
    metric = SPELLED.get(name.lower(), name)
    try:
        text = row.get("average" if metric == STORAGE else "total")
        value = None if text in (None, "", "None") else float(str(text))
    except ValueError:
        return None
    resource = _short(str(row.get("resourceid") or row.get("_resourceid") or ""))
    place = str(row.get("geolocation") or "")
    return Point(metric, resource, place, time, _seconds(row.get("timegrain")), value)


def _of_answer(file: SourceFile, data: Any, ledger: Ledger) -> Iterator[Point]:
    """The answer of `az monitor metrics list` or of the REST API, or several of them."""
    for answer in data if isinstance(data, list) else [data]:
        try:
            seconds = _seconds(answer.get("interval"))
            for metric in answer["value"]:
                name = str(metric["name"]["value"])
                names = name, _short(str(metric.get("id", "")))
                for series in metric["timeseries"]:
                    yield from _of_series(file, series, names, seconds, ledger)
        except (TypeError, KeyError, AttributeError):
            raise file.error(
                "is no answer of `az monitor metrics list` as a whole"
            ) from None


def _of_series(
    file: SourceFile,
    series: Mapping[str, Any],
    names: tuple[str, str],
    seconds: int,
    ledger: Ledger,
) -> Iterator[Point]:
    metric = SPELLED.get(names[0].lower(), names[0])
    labels = series.get("metadatavalues") or ()
    place = next((str(label["value"]) for label in labels), "")
    for point in series["data"]:
        time = parse_time(point.get("timeStamp"))
        value = point.get("average" if metric == STORAGE else "total")
        if time is None or not isinstance(value, int | float | None):
            ledger.bad(file, 0, "a value without a time, or no number")
        elif metric not in KNOWN:
            ledger.ignore(OTHER)
        else:
            yield Point(metric, names[1], place, time, seconds, value)


def _seconds(text: Any) -> int:
    """Seconds of `PT1M`, `P1D`, `1:00:00` or `1 day, 0:00:00`; 60 if it is not told."""
    spelled = str(text or "PT1M").strip()
    if clock := _CLOCK.fullmatch(spelled):
        days, hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    if grain := _GRAIN.fullmatch(spelled):
        days, hours, minutes = (int(part or 0) for part in grain.groups())
        return ((days * 24 + hours) * 60 + minutes) * 60
    raise InputError(f"the interval {spelled!r} is none such as PT1M, PT1H or P1D")


def _best_of_each_day(points: Sequence[Point], ledger: Ledger) -> list[Point]:
    """Of several intervals that tell the same day, the one with the larger count.

    Each is complete or leaves something out; none can count a request twice.
    """
    days: dict[tuple[Any, ...], dict[int, list[Point]]] = defaultdict(dict)
    for point in points:
        key = point.metric, point.resource, point.location, point.time.date()
        days[key].setdefault(point.seconds, []).append(point)
    best: list[Point] = []
    for grains in days.values():
        chosen = max(grains, key=lambda g: (sum(p.value or 0 for p in grains[g]), g))
        best += grains.pop(chosen)
        ledger.ignore(TOLD_TWICE, sum(len(others) for others in grains.values()))
    return best


def _short(resource: str) -> str:
    """The name of the resource, which every export writes in the same way."""
    path = resource.lower().partition("/providers/microsoft.insights")[0]
    return path.rpartition("/")[2]


def _stored(points: Sequence[Point]) -> Iterator[Stored]:
    """GB at each location at the last interval that tells."""
    last: dict[tuple[str, str], Point] = {}
    for point in points:
        if point.metric == STORAGE and point.value is not None:
            key = point.resource, _region(point.location)
            if key not in last or last[key].time < point.time:
                last[key] = point
    sums: dict[str, float] = defaultdict(float)
    for (_, region), point in last.items():
        sums[region] += point.value or 0.0
    for region, stored in sorted(sums.items()):
        yield Stored(region, stored / BYTES_PER_GB)


def _region(name: str) -> str:
    """The region of a display name such as `East US`."""
    squeezed = "".join(name.lower().split())
    return squeezed if squeezed in load_facts().regions else name or NO_REGION


def _figures(points: Sequence[Point]) -> Iterator[Figure]:
    sums: dict[str, float] = defaultdict(float)
    for point in points:
        name = point.metric
        if name in ENDPOINT:
            name = f"{name} of {point.resource or 'a private endpoint'}"
        if point.metric != STORAGE:
            sums[name] += point.value or 0.0
    for name, value in sorted(sums.items()):
        if name in COUNTS:
            method = f"{name}; counts requests for manifests, not images or bytes"
            yield Figure(COUNTS[name], value, "requests", method)
        else:
            method = "metered, with headers, manifests and pushes"
            yield Figure(name, value, "bytes", method)


def _notes(points: Sequence[Point]) -> Iterator[str]:
    if any(point.metric in ENDPOINT for point in points):
        yield (
            "of the two directions of a private endpoint the larger one holds what was "
            "pulled; which one it is, is not documented"
        )
    if any(point.metric in COUNTS for point in points):
        yield (
            "metrics do not say where and what was pulled; they make no demand, and are "
            "here to compare with logs"
        )
