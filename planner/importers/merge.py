"""Findings into a scenario, new or existing.

What an export measures (demand, pushes, round trips) replaces the older value, and each
replacement is told. What somebody may have decided (images, sites, layouts, goals, prices)
is only added to, never changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from planner.domain.parsing import dump_yaml
from planner.domain.reading import parse_scenario
from planner.domain.scenario import Scenario
from planner.errors import InputError
from planner.importers.findings import (
    Findings,
    FoundImage,
    FoundSite,
    Pulled,
    Range,
    total,
)

TODAY = "today"
"""Name of the layout in use."""
NAMED = 8
"""Names listed in a message."""


@dataclass(frozen=True)
class RangeRow:
    """Bounds of one demand entry of the scenario, per month."""

    site: str
    image: str
    pulls_per_month: float
    gb_per_month: Range
    method: str


@dataclass
class Merged:
    """A scenario, what the merge changed in it, and the bounds of its demand."""

    scenario: Scenario
    ranges: list[RangeRow] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)


def merge(
    findings: Sequence[Findings], into: Scenario | None, name: str = "imported"
) -> Merged:
    """Turn findings into a scenario, or add them to one.

    Raises `InputError` if no site was found, an image has no size, or the scenario that
    results is not valid.
    """
    data: dict[str, Any] = (
        into.model_dump(mode="json", exclude_defaults=True) if into else {"name": name}
    )
    changes: list[str] = []
    ranges: list[RangeRow] = []
    for found in findings:
        names = _merge_sites(data, found.sites, changes)
        _merge_push_sources(data, found.push_sources, changes)
        _merge_images(data, found, changes)
        ranges += _merge_demand(data, found, names, changes)
        _merge_layout(data, found, changes)
    if not data.get("sites"):
        raise InputError(
            "nothing in these files says where images are pulled; add exports that do "
            "(acr-logs, kubernetes), or merge into a scenario with --into"
        )
    _refuse_unsized(data)
    scenario = parse_scenario(dump_yaml(_ordered(data)), origin="imported scenario")
    latest = {(row.site, row.image): row for row in ranges}
    return Merged(scenario, list(latest.values()), changes)


def _ordered(data: Mapping[str, Any]) -> dict[str, Any]:
    """The keys in the order in which a reader expects them."""
    keys = [key for key in Scenario.model_fields if key in data]
    return {key: data[key] for key in keys}


def _by_name(items: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {item["name"]: item for item in items}


def _merge_sites(
    data: dict[str, Any], found: Sequence[FoundSite], changes: list[str]
) -> dict[str, str]:
    """Add what is new; returns the name in the scenario of each site found."""
    sites: list[dict[str, Any]] = data.setdefault("sites", [])
    names: dict[str, str] = {}
    for site in found:
        known = _by_name(sites).get(site.name) or _alone_in_region(sites, site)
        if known is None:
            known = _place(site)
            sites.append(known)
        names[site.name] = known["name"]
        if site.nodes is not None and known.setdefault("nodes", site.nodes) != (
            site.nodes
        ):
            changes.append(
                f"{known['name']}: keeps {known['nodes']} nodes; {site.nodes} were found"
            )
        _measure(known, site, changes)
    return names


def _measure(place: dict[str, Any], found: FoundSite, changes: list[str]) -> None:
    """Round trips that were measured, in the place of older ones."""
    for region, ms in found.rtt_ms.items():
        where = f"{place['name']}, rtt_ms"
        _replace(place.setdefault("rtt_ms", {}), region, _neat(ms), where, changes)


def _alone_in_region(
    sites: Sequence[dict[str, Any]], site: FoundSite
) -> dict[str, Any] | None:
    """The only site of a region, for a find that is known by its region only."""
    if site.name != site.region:
        return None
    there = [known for known in sites if known.get("region") == site.region]
    return there[0] if len(there) == 1 else None


def _place(site: FoundSite) -> dict[str, Any]:
    spot = {
        "region": site.region,
        "latitude": site.latitude,
        "longitude": site.longitude,
    }
    return {"name": site.name} | {k: v for k, v in spot.items() if v is not None}


def _merge_push_sources(
    data: dict[str, Any], found: Sequence[FoundSite], changes: list[str]
) -> None:
    known: list[dict[str, Any]] = list(data.get("push_sources", ()))
    for source in found:
        entry = _by_name(known).get(source.name)
        if entry is None:
            entry = _place(source)
            known.append(entry)
        _measure(entry, source, changes)
    if known:
        data["push_sources"] = known


def _merge_images(data: dict[str, Any], found: Findings, changes: list[str]) -> None:
    images: list[dict[str, Any]] = data.setdefault("images", [])
    known = _by_name(images)
    for image in found.images:
        entry = known.get(image.name)
        if entry is None:
            entry = known[image.name] = {"name": image.name}
            images.append(entry)
        for key, value in _image_fields(image).items():
            entry.setdefault(key, value)
        pushes = image.pushes / found.months
        if pushes:
            _replace(entry, "pushes_per_month", _neat(pushes), image.name, changes)


def _image_fields(image: FoundImage) -> dict[str, Any]:
    values = {
        "size_gb": image.size_gb,
        "layers": image.layers,
        "new_gb_per_push": image.new_gb_per_push,
        "stored_gb": image.stored_gb,
        "pushed_from": image.pushed_from,
    }
    return {
        key: _neat(value) if isinstance(value, float) else value
        for key, value in values.items()
        if value is not None
    }


def _neat(value: float) -> float:
    """Six digits, more than any estimate has, for whoever reads the file."""
    return float(f"{value:.6g}")


def _merge_demand(
    data: dict[str, Any],
    found: Findings,
    names: Mapping[str, str],
    changes: list[str],
) -> list[RangeRow]:
    sites = _by_name(data["sites"])
    grouped: dict[tuple[str, str], list[Pulled]] = defaultdict(list)
    for row in found.pulled:
        grouped[names[row.site], row.image].append(row)
    rows = []
    for (site, image), group in grouped.items():
        pulls = sum(row.pulls for row in group) / found.months
        gb = total(row.gb for row in group)
        if gb is None:
            gb = _assumed_size(data, image, pulls * found.months)
        gb = gb.scaled(1 / found.months)
        if pulls:
            _set_demand(sites[site], image, pulls, gb.expected, changes)
            rows.append(RangeRow(site, image, pulls, gb, group[0].method))
    return rows


def _assumed_size(data: Mapping[str, Any], image: str, pulls: float) -> Range:
    """Bounds without any size; an image that has none in the scenario is refused."""
    size = _by_name(data["images"])[image].get("size_gb")
    if size is None:
        _refuse_unsized(data)
    return Range(0.0, 0.0, pulls * float(size or 0))


def _set_demand(
    site: dict[str, Any], image: str, pulls: float, gb: float, changes: list[str]
) -> None:
    demand: list[dict[str, Any]] = site.setdefault("demand", [])
    entry = {
        "image": image,
        "pulls_per_month": _neat(pulls),
        "gb_per_month": _neat(gb),
    }
    for index, old in enumerate(demand):
        if old.get("image") == image:
            if old != entry:
                was = ", ".join(f"{k} {v:g}" for k, v in old.items() if k != "image")
                changes.append(
                    f"{site['name']}, {image}: {pulls:g} pulls and {gb:.3g} GB a month "
                    f"replace {was}"
                )
            demand[index] = entry
            return
    demand.append(entry)


def _replace(
    entry: dict[str, Any], key: str, value: float, where: str, changes: list[str]
) -> None:
    old = entry.get(key)
    if old is not None and old != value:
        changes.append(f"{where}: {key} {value:g} replaces {old:g}")
    entry[key] = value


def _merge_layout(data: dict[str, Any], found: Findings, changes: list[str]) -> None:
    if found.layout is None:
        return
    layouts: dict[str, Any] = data.setdefault("layouts", {})
    layout = found.layout.model_dump(mode="json", exclude_defaults=True)
    if layout in layouts.values():
        return
    name = TODAY
    while name in layouts:
        name = f"{name}-{found.kind}"
    if layouts:
        changes.append(f"the layout found is added as {name!r}; yours are as they were")
    layouts[name] = layout


def _refuse_unsized(data: Mapping[str, Any]) -> None:
    names = [image["name"] for image in data["images"] if "size_gb" not in image]
    if names:
        more = ", ..." if len(names) > NAMED else ""
        raise InputError(
            f"no file tells the size of {len(names)} images "
            f"({', '.join(names[:NAMED])}{more}): add the output of "
            "`az acr manifest list-metadata` of these repositories to the paths, or "
            "state a size for all of them with --image-gb"
        )
