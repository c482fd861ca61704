"""What stands at a path in a scenario's JSON, which may hold anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

At = tuple[str | int, ...]
"""A path into the scenario, such as `("sites", 2)`."""


def at_path(data: Any, path: At) -> Any:
    """What stands at a path, or None."""
    for key in path:
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def entries(value: Any) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """The objects of a list; a link may hold anything in their place."""
    for number, item in enumerate(value if isinstance(value, list) else ()):
        if isinstance(item, Mapping):
            yield number, item


def length(data: Any, *path: str | int) -> int:
    """How many entries the list at a path has; what is no list has none."""
    value = at_path(data, path)
    return len(value) if isinstance(value, list) else 0


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
