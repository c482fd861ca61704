"""Registry resource logs: who pulled what, where, and which replica answered.

The serving replica is in `Region` (`location`); the client is known by its address only,
so its region comes from the user's map. Success is the HTTP status in
`ResultDescription`; `ResultType` and `Size` (of the manifest document) say nothing.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from planner.errors import InputError
from planner.importers.accounts import check_share
from planner.importers.files import SourceFile
from planner.importers.findings import (
    MALFORMED_SHOWN,
    Accounting,
    Findings,
    Malformed,
    Period,
)
from planner.importers.inputs import Inputs
from planner.importers.log_demand import INDEX, TOOL, Line, findings_of
from planner.importers.places import Place, Places

if TYPE_CHECKING:
    from ibis.expr.types import Table

    from planner.importers.log_totals import Days
    from planner.importers.records import DuckRecords
    from planner.importers.spark_records import SparkRecords

    Records = DuckRecords | SparkRecords

Row = Mapping[str, Any]
DIAGNOSTIC = frozenset({"operationname", "calleripaddress", "resourceid"})
FLAT = frozenset({"repository", "timegenerated"})
FLAT_LOGINS = frozenset({"jwtid", "calleripaddress"})
DUPLICATE = "delivered more than once"
TOLD_TWICE = "also in another export"
NO_AGENT = (
    "some files have no UserAgent: there, scanners and cleaners, which read manifests but no "
    "layers, count as pulls, and builds as nodes; keep UserAgent in the query"
)
NAMES_KEPT = 4096
"""Of texts that come in many rows, and were looked at once."""
_REPOSITORY = re.compile(r"[a-z0-9]+([._/-]+[a-z0-9]+)*")
_HOURLY = re.compile(r"y=\d{4}/m=\d\d/d=\d\d/h=\d\d")


def recognises(file: SourceFile) -> bool:
    """Whether the file holds repository or login events, in any export."""
    words = {word.partition(" [")[0].split(".")[-1] for word in file.words}
    return any(marks <= words for marks in (DIAGNOSTIC, FLAT, FLAT_LOGINS))


def find(inputs: Inputs) -> Findings:
    """Demand, pushes, serving replicas and layout, from log records.

    Raises `InputError` if too many records are malformed or nothing was logged.
    """
    with _opened(inputs) as records:
        if not records.has_identities:
            inputs = replace(inputs, places=replace(inputs.places, identities={}))
        rows = _ask(records, inputs.places)
        accounting = _account(rows, records, inputs)
    check_share(accounting, inputs.options.max_bad)
    if not accounting.used:
        why = ", ".join(f"{n:,} {reason}" for reason, n in accounting.ignored.items())
        raise InputError(f"these logs hold no pull and no push ({why or 'no records'})")
    sound = [row for row in rows if not _is_broken(row)]
    period = _period(sound, inputs)
    return findings_of(
        [_line(row, inputs) for row in sound],
        inputs,
        period,
        accounting,
        tuple(_notes(inputs.files, sound, period, records.hides_agents)),
    )


def _opened(inputs: Inputs) -> AbstractContextManager[Records]:
    """The records in the engine that the user chose."""
    if inputs.options.engine == "spark":
        from planner.importers.spark_records import open_spark_records

        return open_spark_records(inputs.files)
    from planner.importers.records import open_duck_records

    return open_duck_records(inputs.files, inputs.on_progress)


def _ask(records: Records, places: Places) -> list[dict[str, Any]]:
    """The totals over all records, each record counted once, with the clients' places.

    Clients become places before the last grouping, which leaves a fraction of the rows.
    """
    from planner.importers import log_totals

    asked = {"caller": bool(places.ranges), "identity": bool(places.identities)}
    clients = [name for name in log_totals.CLIENT if asked[name]]
    columns = [name for name in log_totals.FOLDED if asked.get(name, True)]
    if not clients:
        return records.rows(log_totals.totals(_folded(records, columns), None))
    folded = records.kept("folded", _folded(records, columns))
    found = {}
    for row in records.rows(folded.select(clients).distinct()):
        place = places.of(row.get("caller"), row.get("identity"))
        if place:
            found[tuple(row[name] for name in clients)] = place
    spots = list(dict.fromkeys(found.values()))
    numbers = {place: number for number, place in enumerate(spots)}
    numbered = {client: numbers[place] for client, place in found.items()}
    known = records.numbered(numbered, clients)
    totals = records.rows(log_totals.totals(folded, known))
    for row in totals:
        row["place"] = None if row["place"] is None else spots[row["place"]]
    return totals


def _folded(records: Records, columns: Sequence[str]) -> Table:
    """The records added up by columns of text, each record counted once."""
    from planner.importers import log_totals

    suspects = records.suspects()
    if not (records.is_mixed or records.is_untyped or records.counts_beside_records):
        return records.folded(suspects, columns)
    once = log_totals.as_unique(records.table)
    if suspects is not None:
        once = log_totals.unique(records.table, suspects)
    if records.is_mixed:
        once = log_totals.mark_told(once)
    if records.is_untyped:
        once = log_totals.mark_pairs(once)
    days = log_totals.ANY_DAY
    if records.counts_beside_records:
        days = _days(records.rows(log_totals.by_day(once)))
    return log_totals.fold(once, columns, days)


def _days(days: Sequence[Row]) -> Days:
    """Which export counts on a day that exports of counts and of records both cover."""
    from planner.importers import log_totals

    return log_totals.Days(
        by_count=[d["day"] for d in days if d["counted"] > d["single"]],
        by_record=[d["day"] for d in days if d["counted"] <= d["single"]],
    )


def _is_broken(row: Row) -> bool:
    """Whether the records of a row lack what they need, or name no possible repository."""
    name = row["repository"]
    return row["is_broken"] or (name is not None and not _is_repository(name))


@lru_cache(maxsize=NAMES_KEPT)
def _is_repository(name: str) -> bool:
    """Whether a repository can have this name."""
    return _REPOSITORY.fullmatch(name) is not None


def _reason(row: Row, inputs: Inputs) -> str:
    """Why the records of a row are no demand; empty if they are."""
    operation, result = row["operation"], row["result"] or "no status"
    if row["is_login"]:
        return "login"
    if operation not in ("pull", "push"):
        return f"operation {operation}"
    if row["told_twice"]:
        return TOLD_TWICE
    if not (result == "200" if operation == "pull" else result.startswith("2")):
        return f"{operation} answered with {result}"
    if row["is_index"] or row["digest"] in inputs.manifests.indexes:
        return INDEX
    return TOOL if operation == "pull" and row["agent"] == "tool" else ""


def _account(rows: Sequence[Row], records: Records, inputs: Inputs) -> Accounting:
    ignored: Counter[str] = Counter()
    used = malformed = 0
    for row in rows:
        if _is_broken(row):
            malformed += row["copies"]
            continue
        reason = _reason(row, inputs)
        if reason == INDEX and row["operation"] == "push":
            reason = ""  # it tells that an image was pushed
        if reason:
            ignored[reason] += row["records"]
        else:
            used += row["records"]
        ignored[DUPLICATE] += row["copies"] - row["records"]
    rejected = records.rejected()
    malformed += len(rejected)
    examples: tuple[Malformed, ...] = ()
    if malformed:
        examples = tuple(_examples(records, rejected))[:MALFORMED_SHOWN]
    return Accounting(used, dict(+ignored), malformed, examples)


def _examples(
    records: Records, rejected: Sequence[tuple[str, int]]
) -> Iterator[Malformed]:
    """The first malformed records, by file and line."""
    from planner.importers.log_totals import broken

    for name, line in rejected[:MALFORMED_SHOWN]:
        yield Malformed(name, line, "no row of this table")
    bad = records.table.filter(broken(records.table))
    names = {
        row["file"]
        for row in records.rows(bad.select("file").distinct().limit(MALFORMED_SHOWN))
    }
    for file in records.files:
        if file.name in names:
            yield from _bad_lines(file)


def _bad_lines(file: SourceFile) -> Iterator[Malformed]:
    """Lines of a JSON-lines file that hold no record; else the file as a whole."""
    found = 0
    if file.shape == "json":
        for number, line in enumerate(file.lines(), 1):
            problem = _problem(line)
            if problem and found < MALFORMED_SHOWN:
                found += 1
                yield Malformed(file.name, number, problem)
    if not found:
        yield Malformed(file.name, 0, "records without time, operation or repository")


def _problem(line: str) -> str:
    if not line.strip():
        return ""
    try:
        record = json.loads(line)
    except ValueError:
        return "not valid JSON"
    except RecursionError:
        return "nested too deeply"
    if not isinstance(record, dict):
        return "no object"
    keys = {key.lower() for key in record}
    lacks = [key for key in ("operationname",) if key not in keys]
    if not keys & {"time", "timegenerated"}:
        lacks.append("time")
    return f"has no {' and no '.join(lacks)}" if lacks else ""


def _line(row: Row, inputs: Inputs) -> Line:
    return Line(
        operation=row["operation"],
        month=_month(row["month"]),
        registry=_registry(row["registry"]),
        region=row["region"] or "",
        repository=row["repository"] or "",
        digest=row["digest"] or "",
        is_build=row["agent"] == "build",
        requests=float(row["requests"]),
        reason=_reason(row, inputs),
        place=_place(row, inputs),
    )


@lru_cache(maxsize=NAMES_KEPT)
def _month(number: int) -> str:
    """`2026-10` from months since year 0."""
    return f"{number // 12:04}-{number % 12 + 1:02}"


@lru_cache(maxsize=NAMES_KEPT)
def _registry(text: str | None) -> str:
    """The name of the registry in a resource id or login server."""
    return (text or "").rpartition("/")[2].partition(".")[0].lower()


def _place(row: Row, inputs: Inputs) -> Place | None:
    """Where the client is; without a map, taken to be where it was served."""
    if inputs.places:
        place: Place | None = row["place"]
        return place
    region = row["region"]
    return Place(region, region) if region else None


def _period(rows: Sequence[Row], inputs: Inputs) -> Period:
    """From the first to the last request that the registry granted."""
    granted = [row for row in rows if _reason(row, inputs) in ("", INDEX, TOOL)]
    return Period(
        min(row["first"] for row in granted).date(),
        max(row["last"] for row in granted).date(),
    )


def _notes(
    files: Sequence[SourceFile],
    rows: Sequence[Row],
    period: Period,
    hides_agents: bool,
) -> Iterator[str]:
    if hides_agents:
        yield NO_AGENT
    hours = {found.group() for f in files if (found := _HOURLY.search(f.name))}
    if hours:
        yield (
            f"{len(hours):,} hourly files of a storage account; hours between the first "
            "and the last without a file are taken as quiet"
        )
    first, last = period
    span = 12 * (last.year - first.year) + last.month - first.month + 1
    logged = {row["month"] for row in rows if not row["is_login"]}
    if len(logged) < span:
        yield f"{span - len(logged)} of {span} months have no record and count as quiet"
