"""The lists of a scenario as rows of a grid, and changed rows back into the scenario.

A row holds the fields that its grid shows; what it does not show, such as measured round
trips, stays in the scenario untouched. `at` says where in the scenario the row stands.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from planner.dashboard.edits import Data
from planner.errors import Finding, InputError, did_you_mean

Row = dict[str, Any]
At = tuple[str | int, ...]
"""A path into the scenario, such as `("sites", 2)`."""


class Field(NamedTuple):
    """One column of a grid."""

    key: str
    label: str
    kind: str = "text"
    """`text`, `number`, `whole`, `region`, `sku`, `routing`, or `names` (a list parted by
    commas)."""


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
    blamed: str = "name"
    """The column that shows what is wrong with a row as a whole."""


Places = Callable[[Data], Iterator[tuple[At, Mapping[str, Any]]]]


def _list(*path: str) -> Places:
    """The entries of one list."""

    def places(data: Data) -> Iterator[tuple[At, Mapping[str, Any]]]:
        for number, item in _entries(at_path(data, path)):
            yield (*path, number), item

    return places


def _entries(value: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The objects of a list; a link may hold anything in their place."""
    for number, item in enumerate(value if isinstance(value, list) else ()):
        if isinstance(item, Mapping):
            yield number, item


def _demand(data: Data) -> Iterator[tuple[At, Mapping[str, Any]]]:
    for number, site in _entries(data.get("sites")):
        for place, entry in _entries(site.get("demand")):
            yield (
                ("sites", number, "demand", place),
                {"site": site.get("name"), **entry},
            )


def _registries(data: Data) -> Iterator[tuple[At, Mapping[str, Any]]]:
    layouts = data.get("layouts")
    for name, layout in layouts.items() if isinstance(layouts, Mapping) else ():
        for number, registry in _entries(at_path(layout, ("registries",))):
            yield (
                ("layouts", name, "registries", number),
                {"layout": name, **registry},
            )


def _named(data: Data, key: str, word: str) -> str:
    return free_name(word, [item.get("name") for _, item in _entries(data.get(key))])


def _new_price(key: str, **known: str) -> Callable[[Data], tuple[At, Data]]:
    """A row without a price: none is better than a wrong one."""

    def added(data: Data) -> tuple[At, Data]:
        path = ("price_overrides", key)
        return (*path, _length(data, *path)), dict(known)

    return added


def _length(data: Data, *path: str | int) -> int:
    value = at_path(data, path)
    return len(value) if isinstance(value, list) else 0


def free_name(word: str, taken: Any) -> str:
    """The word with the first number that makes it a new name."""
    number = 1
    while f"{word}-{number}" in taken:
        number += 1
    return f"{word}-{number}"


def _new_site(data: Data) -> tuple[At, Data]:
    name = _named(data, "sites", "site")
    return ("sites", _length(data, "sites")), {"name": name, "region": "westus"}


def _new_demand(data: Data) -> tuple[At, Data]:
    last = max(0, _length(data, "sites") - 1)
    at = ("sites", last, "demand", _length(data, "sites", last, "demand"))
    return at, {"pulls_per_month": 0, "gb_per_month": 0}


def _new_image(data: Data) -> tuple[At, Data]:
    at = ("images", _length(data, "images"))
    return at, {"name": _named(data, "images", "image"), "size_gb": 1}


def _new_source(data: Data) -> tuple[At, Data]:
    at = ("push_sources", _length(data, "push_sources"))
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

USD_PER_GB = Field("usd_per_gb", "USD per GB", "number")
PRICES: tuple[Sheet, ...] = (
    Sheet(
        "registry_fees",
        "Registry fees",
        "Your own fees, USD a day and location before discount; no region means all.",
        (
            Field("sku", "SKU", "sku"),
            Field("region", "Region", "region"),
            Field("usd_per_day", "USD a day", "number"),
        ),
        _list("price_overrides", "registry_fees"),
        _new_price("registry_fees", sku="Premium"),
        "usd_per_day",
    ),
    Sheet(
        "storage",
        "Storage",
        "Your own price above the included storage; no region means all.",
        (
            Field("region", "Region", "region"),
            Field("usd_per_gb_month", "USD per GB and month", "number"),
        ),
        _list("price_overrides", "storage"),
        _new_price("storage"),
        "usd_per_gb_month",
    ),
    Sheet(
        "transfer",
        "Transfer between regions",
        "Regions, or continents such as europe.",
        (Field("source", "From"), Field("target", "To"), USD_PER_GB),
        _list("price_overrides", "transfer"),
        _new_price("transfer"),
        "usd_per_gb",
    ),
    Sheet(
        "internet_egress",
        "Internet egress",
        "Regions, or egress zones such as zone_1.",
        (Field("source", "From"), USD_PER_GB),
        _list("price_overrides", "internet_egress"),
        _new_price("internet_egress"),
        "usd_per_gb",
    ),
)
"""Grids of your own prices, which win over the list's."""

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
        _list("sites"),
        _new_site,
        "region",
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
        "pulls_per_month",
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
        _list("images"),
        _new_image,
    ),
    Sheet(
        "push_sources",
        "Push sources",
        "Where images are pushed from; without any, pushes enter at the home region.",
        (Field("name", "Push source"), *PLACE),
        _list("push_sources"),
        _new_source,
        "region",
    ),
    Sheet(
        "layouts",
        "Layouts",
        "One row a registry. Replicas and sites are lists parted by commas.",
        (
            Field("layout", "Layout"),
            Field("name", "Registry"),
            Field("sku", "SKU", "sku"),
            Field("home", "Home", "region"),
            Field("replicas", "Replicas", "names"),
            Field("serves", "Serves", "names"),
            Field("routing", "Routing", "routing"),
        ),
        _registries,
        _new_registry,
    ),
    *PRICES,
)
BY_NAME: Mapping[str, Sheet] = {sheet.name: sheet for sheet in SHEETS}


def rows_of(sheet: Sheet, data: Data) -> list[Row]:
    """The rows of a grid."""
    return [
        {"at": _text(at), "path": list(at)}
        | {field.key: shown(item.get(field.key)) for field in sheet.fields}
        for at, item in sheet.places(data)
    ]


def wrong_in(
    sheet: Sheet, data: Data, findings: Sequence[Finding]
) -> dict[str, dict[str, str]]:
    """What is wrong in a grid: by row and column, the sentence."""
    if not findings:
        return {}
    places = {at for at, _ in sheet.places(data)}
    keys = [field.key for field in sheet.fields]
    wrong: dict[str, dict[str, str]] = {}
    for path, message in findings:
        for length in range(1, len(path) + 1):
            at, inside = path[:length], path[length:]
            if at in places and inside[:1] != ("demand",):
                key = inside[0] if inside and inside[0] in keys else sheet.blamed
                wrong.setdefault(_text(at), {}).setdefault(str(key), message)
    return wrong


def _text(at: At) -> str:
    return "/".join(map(str, at))


def shown(value: Any) -> Any:
    """A value as a cell shows it: a list as names parted by commas."""
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return ", ".join(map(_quoted, value))
    return json.dumps(value) if isinstance(value, list | Mapping) else value


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"' if set(name) & set(',"') else name


def changed_row(sheet: Sheet, data: Data, row: Row) -> Data:
    """The scenario with one row as it is now in the grid.

    Raises `InputError` for a site that demand cannot be moved to.
    """
    at = tuple(row["path"])
    old = at_path(data, at)
    if not isinstance(old, Mapping):
        raise InputError("this row is gone; look again")
    new = dict(old)
    for field in sheet.fields:
        if field.key in ("site", "layout") or row.get(field.key) == shown(
            old.get(field.key)
        ):
            continue
        value = _value(field, row.get(field.key))
        if value is None:
            new.pop(field.key, None)
        else:
            new[field.key] = value
    moved = _moved(sheet, data, row, at)
    if moved == at:
        changed: Data = with_path(data, at, new)
    else:
        changed = without_path(with_path(data, moved, new), at)
    return _renamed(sheet, data, changed, old.get("name"), new.get("name"))


def _moved(sheet: Sheet, data: Data, row: Row, at: At) -> At:
    """Where a row stands after its site or layout was renamed in the grid."""
    if sheet.name == "layouts" and row.get("layout") not in (None, "", at[1]):
        name = str(row["layout"])
        path = ("layouts", name, "registries")
        return (*path, _length(data, *path))
    if sheet.name == "demand":
        sites = {site.get("name"): n for n, site in _entries(data.get("sites"))}
        if row.get("site") == at_path(data, (*at[:2], "name")):
            return at
        if row.get("site") not in sites:
            name = str(row.get("site") or "")
            near = did_you_mean(name, [str(site) for site in sites])
            raise InputError(f"no site {name!r}{near}; add it to the sites first")
        number = sites[row["site"]]
        return ("sites", number, "demand", _length(data, "sites", number, "demand"))
    return at


def _renamed(sheet: Sheet, data: Data, changed: Data, old: Any, new: Any) -> Data:
    """What used the old name uses the new one, if both are names of one thing only."""
    if sheet.name == "layouts":
        return _baseline(data, changed)
    if sheet.name not in USERS or not new or old == new:
        return changed
    before = [item.get("name") for _, item in sheet.places(data)]
    if before.count(old) != 1 or new in before:
        return changed
    result: Data = json.loads(json.dumps(changed))
    USERS[sheet.name](result, old, new)
    return result


def _swap(part: Any, key: str, old: str, new: str) -> None:
    if part.get(key) == old:
        part[key] = new


def _rename_image(data: Data, old: str, new: str) -> None:
    for _, site in _entries(data.get("sites")):
        for _, entry in _entries(site.get("demand")):
            _swap(entry, "image", old, new)


def _rename_source(data: Data, old: str, new: str) -> None:
    for _, image in _entries(data.get("images")):
        _swap(image, "pushed_from", old, new)


def _rename_site(data: Data, old: str, new: str) -> None:
    for place, _ in _registries(data):
        registry = at_path(data, place)
        serves, pins = registry.get("serves"), registry.get("pins")
        if isinstance(serves, list):
            registry["serves"] = [new if name == old else name for name in serves]
        if isinstance(pins, dict) and old in pins:
            pins[new] = pins.pop(old)


USERS: Mapping[str, Callable[[Data, str, str], None]] = {
    "sites": _rename_site,
    "images": _rename_image,
    "push_sources": _rename_source,
}
"""How what uses a name in a grid follows when it is changed there."""


def _baseline(data: Data, changed: Data) -> Data:
    """The layout in use today stays the same one after it was renamed."""
    before, after = list(data.get("layouts") or ()), list(changed.get("layouts") or ())
    gone = [name for name in before if name not in after]
    come = [name for name in after if name not in before]
    today = data.get("baseline") or before[0]
    if gone == [today] and len(come) == 1:
        return {**changed, "baseline": come[0]}
    return changed


def _value(field: Field, value: Any) -> Any:
    """A cell as the scenario holds it; what is no number stays a text, to be told."""
    if value is None or value == "":
        return None
    if field.kind == "names":
        parts = next(csv.reader([str(value)], skipinitialspace=True), [])
        return [name.strip() for name in parts if name.strip()] or None
    if field.kind in ("number", "whole"):
        try:
            number = float(value)
        except (TypeError, ValueError):
            return value
        if not math.isfinite(number):
            return value
        return int(number) if number.is_integer() and abs(number) < 1e15 else number
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
        items = list(data) if isinstance(data, list) else []
        inner = items[key] if key < len(items) else None
        items[key : key + 1] = [with_path(inner, tuple(rest), value)]
        return items
    known = data if isinstance(data, Mapping) else {}
    return {**known, key: with_path(known.get(key), tuple(rest), value)}


def without_path(data: Any, path: At) -> Any:
    """A copy without what stands at a path; what becomes empty by it goes, too."""
    key, *rest = path
    inner = without_path(data[key], tuple(rest)) if rest else None
    if inner:
        return with_path(data, (key,), inner)
    if isinstance(data, list):
        return [item for number, item in enumerate(data) if number != key]
    return {name: item for name, item in data.items() if name != key}
