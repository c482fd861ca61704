"""Changes to a scenario as a merge patch (RFC 7396): small, readable, easy to undo.

A patch is laid over the scenario as it was opened. Keys of the patch replace keys of the
scenario, mappings key by key, lists as a whole; None takes a key away, so that its
default holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Data = dict[str, Any]
"""A scenario as JSON has it."""


def patched(base: Mapping[str, Any], patch: Mapping[str, Any]) -> Data:
    """The base with the patch laid over it."""
    result = dict(base)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping):
            old = result.get(key)
            result[key] = patched(old if isinstance(old, Mapping) else {}, value)
        else:
            result[key] = value
    return result


def difference(base: Mapping[str, Any], changed: Mapping[str, Any]) -> Data:
    """The patch that turns the base into what is changed."""
    patch: Data = dict.fromkeys(base.keys() - changed.keys())
    for key, value in changed.items():
        old = base.get(key)
        if isinstance(value, Mapping) and isinstance(old, Mapping):
            inner = difference(old, value)
            if inner:
                patch[key] = inner
        elif key not in base or old != value:
            patch[key] = value
    return patch


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
    result = {k: v for k, v in data.items() if k != key}
    return result if value is None else {**result, key: value}
