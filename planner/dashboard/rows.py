"""The lists of a scenario as rows of a grid, and changed rows back into the scenario.

A row holds the fields that its grid shows; what it does not show, such as measured round
trips, stays in the scenario untouched. `at` says where in the scenario the row stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from planner.dashboard.edits import Data
from planner.errors import Finding

Row = dict[str, Any]
At = tuple[str | int, ...]
"""A path into the scenario, such as `("sites", 2)`."""


class Field(NamedTuple):
    """One column of a grid."""

    key: str
    label: str
    kind: str = "text"
    """`text`, `number`, `whole`, `region`, or `names` (a list parted by commas)."""


class Sheet(NamedTuple):
    """One grid: what it is called, its columns, and where its rows stand."""

    name: str
    title: str
    lead: str
    fields: tuple[Field, ...]
    places: Callable[[Data], Iterator[tuple[At, Mapping[str, Any]]]]
    """Every row's place, and the object that stands there."""
    added: Callable[[Data], tuple[At, Data]]
    """Where a new row goes, and what it holds at first."""


def _top(key: str) -> Callable[[Data], Iterator[tuple[At, Mapping[str, Any]]]]:
    def places(data: Data) -> Iterator[tuple[At, Mapping[str, Any]]]:
        for number, item in enumerate(data.get(key) or ()):
            yield (key, number), item

    return places


def _demand(data: Data) -> Iterator[tuple[At, Mapping[str, Any]]]:
    for number, site in enumerate(data.get("sites") or ()):
        for place, entry in enumerate(site.get("demand") or ()):
            yield (
                ("sites", number, "demand", place),
                {"site": site.get("name"), **entry},
            )


def _registries(data: Data) -> Iterator[tuple[At, Mapping[str, Any]]]:
    for name, layout in (data.get("layouts") or {}).items():
        for number, registry in enumerate(layout.get("registries") or ()):
            yield (
                ("layouts", name, "registries", number),
                {"layout": name, **registry},
            )


def _named(data: Data, key: str, word: str) -> str:
    taken = {item.get("name") for item in data.get(key) or ()}
    return free_name(word, taken)


def free_name(word: str, taken: Any) -> str:
    """The word with the first number that makes it a new name."""
    number = 1
    while f"{word}-{number}" in taken:
        number += 1
    return f"{word}-{number}"


def _new_site(data: Data) -> tuple[At, Data]:
    name = _named(data, "sites", "site")
    return ("sites", len(data.get("sites") or ())), {"name": name, "region": "westus"}


def _new_demand(data: Data) -> tuple[At, Data]:
    entries = data["sites"][-1].get("demand") or () if data.get("sites") else ()
    at = ("sites", max(0, len(data.get("sites") or ()) - 1), "demand", len(entries))
    return at, {"pulls_per_month": 0, "gb_per_month": 0}


def _new_image(data: Data) -> tuple[At, Data]:
    at = ("images", len(data.get("images") or ()))
    return at, {"name": _named(data, "images", "image"), "size_gb": 1}


def _new_source(data: Data) -> tuple[At, Data]:
    at = ("push_sources", len(data.get("push_sources") or ()))
    return at, {"name": _named(data, "push_sources", "source"), "region": "westus"}


def _new_registry(data: Data) -> tuple[At, Data]:
    layouts = data.get("layouts") or {}
    name = free_name("layout", layouts)
    return ("layouts", name, "registries", 0), {"name": "registry", "home": "westus"}


PLACE = (
    Field("region", "Region", "region"),
    Field("latitude", "Latitude", "number"),
    Field("longitude", "Longitude", "number"),
)

SHEETS: tuple[Sheet, ...] = (
    Sheet(
        "sites",
        "Sites",
        "Where images are pulled. Give a region, or latitude and longitude.",
        (
            Field("name", "Site"),
            *PLACE,
            Field("nodes", "Nodes", "whole"),
            Field("private_endpoints", "Private endpoints", "whole"),
        ),
        _top("sites"),
        _new_site,
    ),
    Sheet(
        "demand",
        "Demand",
        "What each site pulls a month: pulls and GB, or releases and node counts.",
        (
            Field("site", "Site"),
            Field("image", "Image"),
            Field("pulls_per_month", "Pulls", "number"),
            Field("gb_per_month", "GB", "number"),
            Field("releases_per_month", "Releases", "number"),
            Field("node_replacements_per_month", "Nodes replaced", "number"),
            Field("fresh_node_starts_per_month", "Nodes started", "number"),
        ),
        _demand,
        _new_demand,
    ),
    Sheet(
        "images",
        "Images",
        "Sizes in GB, compressed. Empty cells take their default.",
        (
            Field("name", "Image"),
            Field("size_gb", "Size (GB)", "number"),
            Field("layers", "Layers", "whole"),
            Field("new_gb_per_push", "New GB per push", "number"),
            Field("stored_gb", "Stored (GB)", "number"),
            Field("pushes_per_month", "Pushes a month", "number"),
            Field("pushed_from", "Pushed from"),
        ),
        _top("images"),
        _new_image,
    ),
    Sheet(
        "push_sources",
        "Push sources",
        "Where images are pushed from; without any, pushes enter at the home region.",
        (Field("name", "Push source"), *PLACE),
        _top("push_sources"),
        _new_source,
    ),
    Sheet(
        "layouts",
        "Layouts",
        "One row a registry. Replicas and sites are lists parted by commas.",
        (
            Field("layout", "Layout"),
            Field("name", "Registry"),
            Field("sku", "SKU"),
            Field("home", "Home", "region"),
            Field("replicas", "Replicas", "names"),
            Field("serves", "Serves", "names"),
            Field("routing", "Routing"),
        ),
        _registries,
        _new_registry,
    ),
)
BY_NAME: Mapping[str, Sheet] = {sheet.name: sheet for sheet in SHEETS}


def rows_of(sheet: Sheet, data: Data, findings: Sequence[Finding]) -> list[Row]:
    """The rows of a grid; `KEY_error` holds the sentence about a wrong cell."""
    rows = []
    for at, item in sheet.places(data):
        row: Row = {"at": "/".join(map(str, at)), "path": list(at)}
        for field in sheet.fields:
            value = item.get(field.key)
            row[field.key] = (
                ", ".join(value) if field.kind == "names" and value else value
            )
        for finding in findings:
            if finding.path[: len(at)] == at:
                inside = finding.path[len(at) :]
                keys = [field.key for field in sheet.fields]
                key = inside[0] if inside and inside[0] in keys else keys[0]
                row[f"{key}_error"] = finding.message
        rows.append(row)
    return rows


def changed_row(sheet: Sheet, data: Data, row: Row) -> Data:
    """The scenario with one row as it is now in the grid."""
    at = tuple(row["path"])
    old = at_path(data, at)
    new = dict(old) if isinstance(old, Mapping) else {}
    for field in sheet.fields:
        if field.key in ("site", "layout"):
            continue
        value = _value(field, row.get(field.key))
        if value is None:
            new.pop(field.key, None)
        else:
            new[field.key] = value
    moved = _moved(sheet, data, row, at)
    rest = without_path(data, at) if moved != at else data
    changed: Data = with_path(rest, moved, new)
    return changed


def _moved(sheet: Sheet, data: Data, row: Row, at: At) -> At:
    """Where a row stands after its site or layout was renamed in the grid."""
    if sheet.name == "layouts" and row.get("layout") not in (None, "", at[1]):
        name = str(row["layout"])
        there = (data.get("layouts") or {}).get(name) or {}
        return ("layouts", name, "registries", len(there.get("registries") or ()))
    if sheet.name == "demand":
        sites = data["sites"]
        for number, site in enumerate(sites):
            if site.get("name") == row.get("site") and number != at[1]:
                return ("sites", number, "demand", len(site.get("demand") or ()))
    return at


def _value(field: Field, value: Any) -> Any:
    """A cell as the scenario holds it; what is no number stays a text, to be told."""
    if value is None or value == "":
        return None
    if field.kind == "names":
        names = [part.strip() for part in str(value).split(",")]
        return [name for name in names if name] or None
    if field.kind in ("number", "whole"):
        try:
            number = float(value)
        except (TypeError, ValueError):
            return value
        return int(number) if number.is_integer() else number
    return str(value)


def at_path(data: Any, path: At) -> Any:
    """What stands at a path, or None."""
    for key in path:
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def with_path(data: Any, path: At, value: Any) -> Any:
    """A copy with a value at a path; lists grow by one at their end, mappings as needed."""
    if not path:
        return value
    key, *rest = path
    if isinstance(key, int):
        items = list(data or ())
        inner = items[key] if key < len(items) else None
        items[key : key + 1] = [with_path(inner, tuple(rest), value)]
        return items
    inner = (data or {}).get(key)
    return {**(data or {}), key: with_path(inner, tuple(rest), value)}


def without_path(data: Any, path: At) -> Any:
    """A copy without what stands at a path; a layout goes with its last registry."""
    key, *rest = path
    if not rest:
        if isinstance(data, list):
            return [item for number, item in enumerate(data) if number != key]
        return {name: item for name, item in data.items() if name != key}
    changed = with_path(data, (key,), without_path(data[key], tuple(rest)))
    if key == "layouts" and not at_path(changed, (key, rest[0], "registries")):
        changed = with_path(
            data, (key,), {n: v for n, v in data[key].items() if n != rest[0]}
        )
    return changed
