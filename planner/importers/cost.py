"""Bills: what registries and their bandwidth cost, by meter and region.

Rows count if they are of a registry (by resource) or of the service. Bandwidth rows mix
pulls across regions, replication and internet pulls: they name the region that sends and a
class of distance, never the client or the repository, so they make no demand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from planner.errors import InputError
from planner.facts import load_facts
from planner.importers.accounts import Ledger
from planner.importers.bill_columns import (
    NEEDED,
    REGISTRY,
    SERVICE,
    columns_of,
    create_charges,
    header_of,
    kind_expression,
)
from planner.importers.bill_parts import is_manifest, with_parts
from planner.importers.files import SourceFile
from planner.importers.findings import Charged, Figure, Findings, Period
from planner.importers.inputs import Inputs

if TYPE_CHECKING:
    from planner.importers.duck import Duck

OTHER = "of another service"
TWICE = "also in another file (same registry, day, meter, quantity and cost)"
SAME = (
    "day, resource, kind, region, format('{:.12g}', quantity), format('{:.12g}', cost)"
)
"""What rows of two files agree on if they are the same charge; meters have other names in
other kinds of bill, and numbers other last digits (0.0005517615000000001)."""
BILLED = "billed: "
"""Starts the names of the figures that `cost_check` compares."""
SHORT = {
    "us": "{0}us",
    "eu": "{0}europe",
    "ap": "{0}asia",
    "in": "{0}india",
    "ja": "japan{0}",
    "ca": "canada{0}",
    "uk": "uk{0}",
    "au": "australia{0}",
    "br": "brazil{0}",
    "kr": "korea{0}",
    "fr": "france{0}",
}
"""How old exports shorten regions: `US East 2` is eastus2."""


def recognises(file: SourceFile) -> bool:
    """Whether the file is a bill, or the manifest of one in parts."""
    if file.shape == "json":
        return is_manifest(file)
    if file.shape not in ("csv", "parquet"):
        return False
    columns = columns_of(header_of(file))
    return all(name in columns for name in (*NEEDED, "category"))


def find(inputs: Inputs) -> Findings:
    """Charges of registries by meter and region.

    Raises `InputError` if too many rows are malformed, or currencies are mixed.
    """
    from planner.importers.duck import connected

    files = with_parts(inputs.files)
    ledger = Ledger()
    with connected(files, inputs.on_progress) as duck:
        create_charges(duck, files)
        duck.run(f"CREATE TEMP TABLE ours AS {_ours()}")
        rows = duck.rows(_totals())
        _account(duck, sum(int(row["records"]) for row in rows), ledger)
        for name, line in duck.rejected() if _has_csv(files) else ():
            by_name = next(file for file in files if file.name == name)
            ledger.bad(by_name, line, "no row of this table")
    accounting = ledger.closed(inputs.options.max_bad)
    days = [row["first"] for row in rows] + [row["last"] for row in rows]
    return Findings(
        kind="cost",
        accounting=accounting,
        period=Period(min(days), max(days)) if days else None,
        charged=tuple(_charged(rows)),
        figures=tuple(_figures(rows)),
        notes=tuple(_notes(rows)),
    )


def _has_csv(files: Sequence[SourceFile]) -> bool:
    return any(file.shape == "csv" for file in files)


def _ours() -> str:
    """Rows of registries, each file's equal ones counted, and what became of the rest."""
    of_registry = (
        f"(coalesce(contains(resource, '{REGISTRY}'), false) "
        f"OR coalesce(lower(category) = '{SERVICE}', false))"
    )
    marked = (
        f"SELECT *, {of_registry} AS is_ours, {kind_expression()} AS kind "  # noqa: S608
        "FROM charges"
    )
    is_bad = "is_ours AND (day IS NULL OR cost IS NULL OR quantity IS NULL)"
    return (
        f"SELECT file, is_ours, {is_bad} AS is_bad, count(*) AS copies, "  # noqa: S608
        "CASE WHEN is_ours THEN columns(* EXCLUDE (file, is_ours)) END "
        f"FROM ({marked}) GROUP BY ALL"
    )


def _totals() -> str:
    """Charges by meter and region; a row that several files hold counts once."""
    sound = (
        f"SELECT *, sum(copies) OVER (PARTITION BY file, {SAME}) AS here "  # noqa: S608
        "FROM ours WHERE is_ours AND NOT is_bad"
    )
    best = (
        f"SELECT *, file = first_value(file) OVER (PARTITION BY {SAME} "  # noqa: S608
        f"ORDER BY here DESC, file) AS is_best FROM ({sound})"
    )
    sums = (
        "sum(quantity * copies) AS quantity, sum(cost * copies) AS cost, "
        "sum(usd * copies) AS usd, count(usd) = count(*) AS has_usd, "
        "min(day) AS first, max(day) AS last, sum(copies) AS records"
    )
    return (
        "SELECT kind, category, subcategory, meter, region, unit, currency, "  # noqa: S608
        f"{sums} FROM ({best}) WHERE is_best GROUP BY ALL ORDER BY ALL"
    )


def _account(duck: Duck, used: int, ledger: Ledger) -> None:
    counts = duck.rows(
        "SELECT sum(copies) FILTER (NOT is_ours) AS other, "
        "sum(copies) FILTER (is_ours AND NOT is_bad) AS good FROM ours"
    )[0]
    ledger.used = used
    ledger.ignore(OTHER, int(counts["other"] or 0))
    ledger.ignore(TWICE, int(counts["good"] or 0) - used)
    by_name = {file.name: file for file in duck.files}
    for row in duck.rows("SELECT file, copies FROM ours WHERE is_bad ORDER BY file"):
        for _ in range(row["copies"]):
            ledger.bad(
                by_name[row["file"]], 0, "a charge without date, quantity or cost"
            )


def _region(name: str | None) -> str:
    """The region of `eastus` or `useast`; what is none stays as the bill has it."""
    known = load_facts().regions
    squeezed = name or "no region"
    if squeezed in known:
        return squeezed
    rest = squeezed[2:]
    number = rest[-1] if rest[-1:].isdigit() else ""
    guess = SHORT.get(squeezed[:2], "").format(rest.removesuffix(number)) + number
    return guess if guess in known else squeezed


def _charged(rows: Sequence[Mapping[str, Any]]) -> Iterator[Charged]:
    for row in rows:
        parts = (row["category"], row["subcategory"], row["meter"])
        yield Charged(
            meter=" / ".join(part for part in parts if part),
            region=_region(row["region"]),
            quantity=row["quantity"],
            unit=row["unit"] or "",
            cost=row["cost"],
            currency=row["currency"] or "",
        )


def _figures(rows: Sequence[Mapping[str, Any]]) -> Iterator[Figure]:
    """Cost by kind, in USD if the bill tells it, else in its currency."""
    in_usd = all(row["has_usd"] or row["currency"] == "USD" for row in rows)
    currencies = {row["currency"] or "" for row in rows}
    if not in_usd and len(currencies) > 1:
        raise InputError(
            f"the bills are in {', '.join(sorted(currencies))}, and not all tell the "
            "cost in USD; import them one by one"
        )
    sums: dict[str, float] = {}
    for row in rows:
        usd = row["usd"] if row["has_usd"] else row["cost"]
        amount = usd if in_usd else row["cost"]
        sums[row["kind"]] = sums.get(row["kind"], 0.0) + amount
    currency = "USD" if in_usd else next(iter(currencies), "")
    for kind, amount in sorted(sums.items()):
        yield Figure(f"{BILLED}{kind}", amount, currency, "sum of the bill's rows")


def _notes(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not rows:
        yield "no row of these bills is of a container registry"
    elif any(row["kind"] in ("transfer", "internet_egress") for row in rows):
        yield (
            "bandwidth on a bill mixes pulls across regions, replication and internet "
            "pulls; it names the region that sends, never the client"
        )
