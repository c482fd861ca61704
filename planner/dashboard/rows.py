"""The lists of a scenario as rows of a grid, and changed rows back into the scenario.

A row holds the fields that its grid shows; what it does not show, such as measured round
trips, stays in the scenario untouched. `at` says where in the scenario the row stands.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from planner.dashboard.edits import Data
from planner.dashboard.paths import (
    At,
    at_path,
    entries,
    length,
    with_path,
    without_path,
)
from planner.dashboard.sheets import BY_NAME, Field, Sheet
from planner.errors import Finding, InputError, did_you_mean

Row = dict[str, Any]


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
        for end in range(1, len(path) + 1):
            at, inside = path[:end], path[end:]
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
        return (*path, length(data, *path))
    if sheet.name == "demand":
        sites = {site.get("name"): n for n, site in entries(data.get("sites"))}
        if row.get("site") == at_path(data, (*at[:2], "name")):
            return at
        if row.get("site") not in sites:
            name = str(row.get("site") or "")
            near = did_you_mean(name, [str(site) for site in sites])
            raise InputError(f"no site {name!r}{near}; add it to the sites first")
        number = sites[row["site"]]
        return ("sites", number, "demand", length(data, "sites", number, "demand"))
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
    for _, site in entries(data.get("sites")):
        for _, entry in entries(site.get("demand")):
            _swap(entry, "image", old, new)


def _rename_source(data: Data, old: str, new: str) -> None:
    for _, image in entries(data.get("images")):
        _swap(image, "pushed_from", old, new)


def _rename_site(data: Data, old: str, new: str) -> None:
    for place, _ in BY_NAME["layouts"].places(data):
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
        return _number(value)
    return str(value)


def _number(value: Any) -> Any:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return value
    if not math.isfinite(number):
        return value
    return int(number) if number.is_integer() and abs(number) < 1e15 else number
