"""The grids in which the lists of a scenario are edited: columns, places, new rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from planner.dashboard.edits import Data
from planner.dashboard.paths import At, at_path, entries, length

Places = Callable[[Data], Iterator[tuple[At, Mapping[str, Any]]]]
Added = Callable[[Data], tuple[At, Data]]


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
    places: Places
    """Every row's place, and the object that stands there."""
    added: Added
    """Where a new row goes, and what it holds at first."""
    blamed: str = "name"
    """The column that shows what is wrong with a row as a whole."""


# ---- where rows stand ----


def _list(*path: str) -> Places:
    """The entries of one list."""

    def places(data: Data) -> Iterator[tuple[At, Mapping[str, Any]]]:
        for number, item in entries(at_path(data, path)):
            yield (*path, number), item

    return places


def _demand(data: Data) -> Iterator[tuple[At, Mapping[str, Any]]]:
    for number, site in entries(data.get("sites")):
        for place, entry in entries(site.get("demand")):
            at = ("sites", number, "demand", place)
            yield at, {"site": site.get("name"), **entry}


def _registries(data: Data) -> Iterator[tuple[At, Mapping[str, Any]]]:
    layouts = data.get("layouts")
    for name, layout in layouts.items() if isinstance(layouts, Mapping) else ():
        for number, registry in entries(at_path(layout, ("registries",))):
            yield ("layouts", name, "registries", number), {"layout": name, **registry}


# ---- new rows ----


def _new(key: str, word: str, **known: Any) -> Added:
    """A row with a name of its own at the end of a list."""

    def added(data: Data) -> tuple[At, Data]:
        taken = [item.get("name") for _, item in entries(data.get(key))]
        return (key, length(data, key)), {"name": _free_name(word, taken), **known}

    return added


def _free_name(word: str, taken: Any) -> str:
    """The word with the first number that makes it a new name."""
    number = 1
    while f"{word}-{number}" in taken:
        number += 1
    return f"{word}-{number}"


def _new_demand(data: Data) -> tuple[At, Data]:
    last = max(0, length(data, "sites") - 1)
    at = ("sites", last, "demand", length(data, "sites", last, "demand"))
    return at, {"pulls_per_month": 0, "gb_per_month": 0}


def _new_registry(data: Data) -> tuple[At, Data]:
    layouts = data.get("layouts") or {}
    name = _free_name("layout", layouts)
    return ("layouts", name, "registries", 0), {"name": "registry", "home": "westus"}


# ---- the grids ----


def _prices(name: str, title: str, lead: str, *fields: Field, **known: str) -> Sheet:
    """A grid of prices; a new row has none, which is better than a wrong one."""
    path = ("price_overrides", name)

    def added(data: Data) -> tuple[At, Data]:
        return (*path, length(data, *path)), dict(known)

    return Sheet(name, title, lead, fields, _list(*path), added, fields[-1].key)


PLACE = (
    Field("region", "Region", "region"),
    Field("latitude", "Latitude", "number"),
    Field("longitude", "Longitude", "number"),
)

USD_PER_GB = Field("usd_per_gb", "USD per GB", "number")
PRICES: tuple[Sheet, ...] = (
    _prices(
        "registry_fees",
        "Registry fees",
        "Your own fees, USD a day and location before discount; no region means all.",
        Field("sku", "SKU", "sku"),
        Field("region", "Region", "region"),
        Field("usd_per_day", "USD a day", "number"),
        sku="Premium",
    ),
    _prices(
        "storage",
        "Storage",
        "Your own price above the included storage; no region means all.",
        Field("region", "Region", "region"),
        Field("usd_per_gb_month", "USD per GB and month", "number"),
    ),
    _prices(
        "transfer",
        "Transfer between regions",
        "Regions, or continents such as europe.",
        Field("source", "From"),
        Field("target", "To"),
        USD_PER_GB,
    ),
    _prices(
        "internet_egress",
        "Internet egress",
        "Regions, or egress zones such as zone_1.",
        Field("source", "From"),
        USD_PER_GB,
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
        _new("sites", "site", region="westus"),
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
        _new("images", "image", size_gb=1),
    ),
    Sheet(
        "push_sources",
        "Push sources",
        "Where images are pushed from; without any, pushes enter at the home region.",
        (Field("name", "Push source"), *PLACE),
        _list("push_sources"),
        _new("push_sources", "source", region="westus"),
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
