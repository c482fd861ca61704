"""What is asked of log records, as Ibis expressions: counted once, and added up.

The answers are small (a row for each month, client, image and answer), whatever the number
of records; everything after this is plain Python.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import ibis

if TYPE_CHECKING:
    from ibis.expr.types import BooleanValue, StringValue, Table

BUILDERS = ("docker/", "buildkit", "buildah", "kaniko", "skopeo", "podman")
"""In user agents of builds, which mostly keep no layers from one run to the next."""
TOOLS = ("azsdk", "acr-cleanup", "trivy", "grype", "snyk", "prisma", "curl/", "python")
"""In user agents of scanners and cleaners, which read manifests but no layers."""
INDEXES = ("image.index", "manifest.list")
"""In the media type of the index of a multi-arch image."""
PAIR_SECONDS = 2
"""Between the request for an index and that for its platform image."""
IDENTITY = ("operation", "repository", "tag", "digest", "result")
"""With its correlation id, what makes a record the same as another."""
APART = ("time", "region", "caller", "user_agent", "requests")
"""What else tells records apart that have no correlation id."""
CARRIED = (
    "time",
    "region",
    "caller",
    "user_agent",
    "media_type",
    "registry",
    "category",
)
"""What repeated deliveries of a record agree on."""


KEYS = (
    "is_broken",
    "is_login",
    "told_twice",
    "operation",
    "result",
    "month",
    "registry",
    "region",
    "caller",
    "repository",
    "digest",
    "is_index",
    "agent",
)
"""By what records are added up."""


def broken(records: Table) -> BooleanValue:
    """Records that lack what every record has."""
    pulls_or_pushes = records.operation.lower().isin(["pull", "push"])
    return (
        records.time.isnull()
        | records.operation.isnull()
        | (pulls_or_pushes & records.repository.isnull())
    ).fill_null(True)


def suspects(records: Table) -> Table:
    """Fingerprints that several records share."""
    counted = records.group_by("fingerprint").agg(copies=records.count())
    return counted.filter(counted.copies > 1).select("fingerprint")


def unique(records: Table, suspects: Table) -> Table:
    """Each record once, with the number of its copies.

    Only suspects are looked at closely; grouping all records by all that tells them apart
    would take fifty times as long.
    """
    alone = records.anti_join(suspects, "fingerprint")
    close = _closely(records.semi_join(suspects, "fingerprint"))
    return as_unique(alone).union(close)


def as_unique(records: Table) -> Table:
    """Records of which there are no copies, as `unique` gives them."""
    return records.select(
        "correlation",
        *IDENTITY,
        *CARRIED,
        "requests",
        is_broken=broken(records),
        copies=ibis.literal(1, "int64"),
        is_told=ibis.literal(False),
        is_paired=ibis.literal(False),
    )


def _closely(records: Table) -> Table:
    """Each record once, by all that tells records apart.

    Records are the same if their correlation id, operation, repository, tag, digest and
    result are. Those without a correlation id must agree in everything.
    """
    alone = records.correlation.isnull()
    apart = {f"apart_{name}": alone.ifelse(records[name], None) for name in APART}
    keyed = records.mutate(**apart, is_broken=broken(records))
    keys = ["correlation", "is_broken", *IDENTITY, *apart]
    values = {name: keyed[name].min() for name in CARRIED}
    once = keyed.group_by(keys).agg(
        **values, requests=keyed.requests.max(), copies=keyed.count()
    )
    return once.select(
        "correlation",
        *IDENTITY,
        *CARRIED,
        "requests",
        "is_broken",
        "copies",
        is_told=ibis.literal(False),
        is_paired=ibis.literal(False),
    )


def mark_told(once: Table) -> Table:
    """Mark records without a correlation id that another export holds with one.

    Exports of one log agree in the time to the millisecond.
    """
    keys = ["ms", "operation", "repository", "tag", "digest", "caller"]
    timed = once.mutate(ms=once.time.truncate("ms"))
    is_bare = timed.correlation.isnull() & timed.requests.isnull()
    known = timed.filter(timed.correlation.notnull()).select(keys).distinct()
    bare, rest = timed.filter(is_bare), timed.filter(~is_bare)
    same = [bare[key].identical_to(known[key]) for key in keys]
    told = bare.semi_join(known, same).mutate(is_told=ibis.literal(True))
    return rest.union(told, bare.anti_join(known, same)).drop("ms")


def mark_pairs(once: Table) -> Table:
    """Mark requests for an index where no media type tells them.

    Within two seconds the same client asks for a platform image of the same repository by
    its digest, which the log then has as the tag.
    """
    window = ibis.window(
        group_by=[once.caller, once.repository, once.user_agent],
        order_by=[once.time, once.tag.startswith("sha256:")],
    )
    untyped = once.media_type.isnull() & once.requests.isnull()
    next_time = once.time.lead(1).over(window)
    next_tag = once.tag.lead(1).over(window)
    by_name = ~once.tag.startswith("sha256:")
    soon = next_time <= once.time + ibis.interval(seconds=PAIR_SECONDS)
    paired = untyped & by_name & next_tag.startswith("sha256:") & soon
    return once.mutate(is_paired=(_is_pull(once) & paired).fill_null(False))


def by_day(once: Table) -> Table:
    """Successful pulls of each day, from single records and from counts."""
    pulled = once.filter(_is_pull(once) & (once.result == "200"))
    return pulled.group_by(day=pulled.time.date()).agg(
        single=pulled.requests.isnull().sum(),
        counted=pulled.requests.sum().fill_null(0),
    )


class Days(NamedTuple):
    """Days that both an export of counts and one of single records cover."""

    by_count: Collection[date] = ()
    """Days on which the counts are the larger, and taken."""
    by_record: Collection[date] = ()
    """Days on which the single records are taken."""


def totals(once: Table, days: Days) -> Table:
    """Records added up by all that matters for demand."""
    day, is_counted = once.time.date(), once.requests.notnull()
    told_twice = (
        once.is_told
        | (is_counted & day.isin(list(days.by_record)))
        | (~is_counted & _is_pull(once) & day.isin(list(days.by_count)))
    )
    operation = once.operation.lower()
    matters = once.mutate(
        operation=operation,
        month=once.time.year() * 12 + once.time.month() - 1,
        region=once.region.lower().replace(" ", ""),
        is_index=_has(once.media_type, INDEXES) | once.is_paired,
        agent=ibis.cases(
            (_has(once.user_agent, TOOLS), "tool"),
            (_has(once.user_agent, BUILDERS), "build"),
            else_="node",
        ),
        is_login=once.category.lower().contains("loginevents").fill_null(False),
        told_twice=told_twice.fill_null(False),
        stands_for=once.requests.fill_null(1),
    )
    return matters.group_by(list(KEYS)).agg(
        records=matters.count(),
        copies=matters.copies.sum(),
        requests=matters.stands_for.sum(),
        first=matters.time.min(),
        last=matters.time.max(),
    )


def _is_pull(once: Table) -> BooleanValue:
    return once.operation.lower() == "pull"


def _has(text: StringValue, marks: tuple[str, ...]) -> Any:
    """Whether the text holds any of these, in any case; a missing text does not."""
    lower = text.lower()
    found = lower.contains(marks[0])
    for mark in marks[1:]:
        found |= lower.contains(mark)
    return found.fill_null(False)
