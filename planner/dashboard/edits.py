"""Changes to a scenario as a merge patch: small, readable, easy to undo.

A patch is laid over the scenario as it was opened. Keys of the patch replace keys of the
scenario, mappings key by key; None takes a key away, so that its default holds. So far it
is RFC 7396. Lists whose entries have names are patched entry by entry, too, or one cell
of a large scenario would carry all its sites:

    {"sites": {"changed": {"aks-west": {"nodes": 40}, "aks-old": None}, "added": [...]}}

Any other list is replaced as a whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise, zip_longest
from typing import Any

Data = dict[str, Any]
"""A scenario as JSON has it."""

CHANGED, ADDED = "changed", "added"
"""Keys of a patch for a list: what becomes of its entries, and what comes after them."""


def patched(base: Mapping[str, Any], patch: Mapping[str, Any]) -> Data:
    """The base with the patch laid over it."""
    result = dict(base)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = _laid(result.get(key), value)
    return result


def _laid(old: Any, patch: Any) -> Any:
    """One value after a patch."""
    if not isinstance(patch, Mapping):
        return patch
    if isinstance(old, list) and _is_list_patch(patch):
        return _patched_list(old, patch)
    return patched(old if isinstance(old, Mapping) else {}, patch)


def _patched_list(base: list[Any], patch: Mapping[str, Any]) -> list[Any]:
    changes = patch.get(CHANGED, {})
    kept = []
    for entry in base:
        name = _name(entry)
        if name not in changes:
            kept.append(entry)
        elif changes[name] is not None:
            kept.append(_laid(entry, changes[name]))
    return [*kept, *patch.get(ADDED, [])]


def _is_list_patch(patch: Mapping[str, Any]) -> bool:
    return (
        0 < len(patch) == len(patch.keys() & {CHANGED, ADDED})
        and isinstance(patch.get(CHANGED, {}), Mapping)
        and isinstance(patch.get(ADDED, []), list)
    )


def difference(base: Mapping[str, Any], changed: Mapping[str, Any]) -> Data:
    """The patch that turns the base into what is changed."""
    patch: Data = dict.fromkeys(key for key in base if key not in changed)
    for key, value in changed.items():
        old = base.get(key)
        if key in base and same(old, value):
            continue
        if isinstance(value, Mapping) and isinstance(old, Mapping):
            patch[key] = difference(old, value)
        elif isinstance(value, list) and isinstance(old, list):
            patch[key] = _list_difference(old, value)
        else:
            patch[key] = value
    return patch


def _list_difference(base: list[Any], changed: list[Any]) -> Any:
    """A patch entry by entry if all entries have names and stay in order; else the list."""
    names = [name for name in map(_name, base) if name is not None]
    stayed = _stayed(names, changed)
    if len(set(names)) < len(base) or stayed != sorted(stayed):
        return changed
    changes: Data = {}
    added: list[Any] = []
    ends = [(-1, -1), *stayed, (len(base), len(changed))]
    for (old, new), (old_end, new_end) in pairwise(ends):
        if new >= 0:
            changes[names[old]] = difference(base[old], changed[new])
        gone, come = range(old + 1, old_end), changed[new + 1 : new_end]
        if len(come) > len(gone):  # new entries may only come at the end
            if new_end < len(changed):
                return changed
            come, added = come[: len(gone)], come[len(gone) :]
        if not all(isinstance(entry, Mapping) for entry in come):
            return changed
        for place, entry in zip_longest(gone, come):  # renamed, or taken out
            left = entry is not None
            changes[names[place]] = difference(base[place], entry) if left else None
    changes = {name: change for name, change in changes.items() if change != {}}
    patch = {CHANGED: changes, ADDED: added}
    return {key: value for key, value in patch.items() if value}


def _stayed(names: Sequence[str], changed: list[Any]) -> list[tuple[int, int]]:
    """Where entries stood that are still there under their names, and where they stand."""
    places = {name: number for number, name in enumerate(names)}
    often = Counter(map(_name, changed))
    return [
        (places[name], at)
        for at, entry in enumerate(changed)
        if (name := _name(entry)) in places and often[name] == 1
    ]


def _name(entry: Any) -> str | None:
    """The name of an entry, by which a patch finds it."""
    name = entry.get("name") if isinstance(entry, Mapping) else None
    return name if isinstance(name, str) else None


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same JSON: true is not 1, though Python thinks so."""
    if one is other:
        return True
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[k], other[k]) for k in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) is isinstance(other, bool) and bool(one == other)


def count(patch: Mapping[str, Any]) -> int:
    """How many fields and entries a patch changes, adds or takes away."""
    return sum(_changes(value) for value in patch.values())


def _changes(value: Any) -> int:
    if not isinstance(value, Mapping) or not value:
        return 1
    if _is_list_patch(value):
        added: Sequence[Any] = value.get(ADDED, [])
        return count(value.get(CHANGED, {})) + len(added)
    return count(value)


def changed_at(patch: Mapping[str, Any], *path: str) -> bool:
    """Whether a patch touches the field of that path."""
    part: Any = patch
    for key in path:
        if not isinstance(part, Mapping) or key not in part:
            return False
        part = part[key]
    return True


def set_at(data: Mapping[str, Any], path: tuple[str, ...], value: Any) -> Data:
    """The data with one field set, or taken away if the value is None."""
    key, *rest = path
    if rest:
        inner = data.get(key)
        inner = inner if isinstance(inner, Mapping) else {}
        value = set_at(inner, tuple(rest), value) or None
    if value is None:
        return {k: v for k, v in data.items() if k != key}
    return {**data, key: value}
