"""What is asked of log records, as Ibis expressions: counted once, and added up.

The answers are small (a row for each month, client, image and answer), whatever the number
of records; everything after this is plain Python.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
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
    "identity",
    "user_agent",
    "media_type",
    "registry",
    "category",
)
"""What repeated deliveries of a record agree on."""
CLIENT = ("caller", "identity")
"""What may tell the place of a client."""
FOLDED = (
    "operation",
    "result",
    "registry",
    "region",
    *CLIENT,
    "repository",
    "digest",
    "media_type",
    "user_agent",
    "category",
)
"""The columns of text that matter for demand; those of clients only where they are placed."""
KEYS = (
    "is_broken",
    "is_login",
    "told_twice",
    "operation",
    "result",
    "month",
    "registry",
    "region",
    "place",
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
    copied = records.semi_join(suspects, "fingerprint")
    return as_unique(alone).union(closely(copied))


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


def closely(records: Table) -> Table:
    """Each of some suspects once, by all that tells records apart.

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


ANY_DAY = Days()


def fold(once: Table, columns: Sequence[str], days: Days = ANY_DAY) -> Table:
    """Records added up by the columns that matter, as the log has them."""
    day, is_counted = once.time.date(), once.requests.notnull()
    told_twice = (
        once.is_told
        | (is_counted & day.isin(list(days.by_record)))
        | (~is_counted & _is_pull(once) & day.isin(list(days.by_count)))
    )
    marked = once.mutate(
        month=once.time.year() * 12 + once.time.month() - 1,
        told_twice=told_twice.fill_null(False),
        stands_for=once.requests.fill_null(1),
    )
    keys = [*columns, "month", "is_broken", "told_twice", "is_paired"]
    return marked.group_by(keys).agg(
        records=marked.count(),
        copies=marked.copies.sum(),
        requests=marked.stands_for.sum(),
        first=marked.time.min(),
        last=marked.time.max(),
    )


def as_folded(added: Table, columns: Sequence[str]) -> Table:
    """Records without copies that an engine has added up by itself, as `fold` has them."""
    timed = added.mutate(time=added["first"])
    return timed.select(
        *columns,
        "month",
        is_broken=broken(timed),
        told_twice=ibis.literal(False),
        is_paired=ibis.literal(False),
        records="records",
        copies="records",
        requests="requests",
        first="first",
        last="last",
    )


def correction(suspects: Table, columns: Sequence[str]) -> Table:
    """What makes records that were added up with their copies count once, as `fold` has it."""
    once = fold(closely(suspects), columns)
    counted = fold(as_unique(suspects), columns)
    taken_off = counted.mutate(
        records=-counted.records, copies=-counted.copies, requests=-counted.requests
    )
    return once.union(taken_off)


def totals(folded: Table, places: Table | None) -> Table:
    """Folded records added up by all that matters for demand.

    `places` has the numbers of the places of clients that the user's map or a list of
    clusters knows.
    """
    placed = folded.mutate(place=ibis.null("int64"))
    if places is not None:
        clients = [name for name in CLIENT if name in places.columns]
        known = places.rename({f"known_{name}": name for name in clients})
        same = [folded[name].identical_to(known[f"known_{name}"]) for name in clients]
        joined = folded.left_join(known, same)
        placed = joined.drop(*clients, *(f"known_{name}" for name in clients))
    matters = placed.mutate(
        operation=placed.operation.lower(),
        region=placed.region.lower().replace(" ", ""),
        is_index=_has(placed.media_type, INDEXES) | placed.is_paired,
        agent=ibis.cases(
            (_has(placed.user_agent, TOOLS), "tool"),
            (_has(placed.user_agent, BUILDERS), "build"),
            else_="node",
        ),
        is_login=placed.category.lower().contains("loginevents").fill_null(False),
    )
    # an index is no demand, whichever it is: without their digests there are half as many rows
    no_index = matters.is_index.ifelse(ibis.null("string"), matters.digest)
    matters = matters.mutate(digest=no_index)
    added = matters.group_by(list(KEYS)).agg(
        records=matters.records.sum(),
        copies=matters.copies.sum(),
        requests=matters.requests.sum(),
        first=matters["first"].min(),
        last=matters["last"].max(),
    )
    return added.filter(added.copies > 0)


def _is_pull(once: Table) -> BooleanValue:
    return once.operation.lower() == "pull"


def _has(text: StringValue, marks: tuple[str, ...]) -> Any:
    """Whether the text holds any of these, in any case; a missing text does not."""
    lower = text.lower()
    found = lower.contains(marks[0])
    for mark in marks[1:]:
        found |= lower.contains(mark)
    return found.fill_null(False)
