"""YAML and JSON text to plain data, and data to YAML.

YAML aliases (and with them alias bombs), duplicate keys, tags and deep nesting are refused
before anything is built; each complaint names the line.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import yaml

from planner.errors import InputError

MAX_DEPTH = 30
TOO_MANY_DIGITS = "holds a number of more than 4,300 digits"
FieldPath = tuple[str | int, ...]
Lines = dict[FieldPath, int]
"""The line on which each field stands."""

_FLOAT = re.compile(r"^[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+$")


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Safe YAML that also reads 1e3 as a number, and a date as the text it is."""


class _Dumper(yaml.SafeDumper):
    """Safe YAML that quotes what `_Loader` would read as a number."""


def _text(dumper: _Dumper, text: str) -> yaml.Node:
    """Text as YAML; what it takes for a line break needs escapes to survive."""
    style = '"' if re.search("[\x85\u2028\u2029]", text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


_Dumper.add_representer(str, _text)
_Loader.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:timestamp"]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for _class in (_Loader, _Dumper):
    _class.add_implicit_resolver(
        "tag:yaml.org,2002:float", _FLOAT, list("-+.0123456789")
    )


def dump_yaml(data: Mapping[str, Any]) -> str:
    """Data as YAML that `parse_yaml` reads back as it was."""
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True)


def parse_json(text: str, origin: str) -> Any:
    """The data of a JSON text; a key that appears twice is refused."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            ((twice, _),) = Counter(key for key, _ in pairs).most_common(1)
            raise InputError(f"the key {twice!r} appears twice", origin)
        return found

    try:
        return json.loads(text, object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        raise InputError(
            f"line {error.lineno}, column {error.colno}: not valid JSON ({error.msg})",
            origin,
        ) from None
    except RecursionError:
        raise InputError("is nested too deeply", origin) from None
    except ValueError:  # Python refuses to convert them
        raise InputError(TOO_MANY_DIGITS, origin) from None


def parse_yaml(text: str, origin: str, lines: Lines) -> Any:
    """The data of a YAML text; `lines` receives the line of every field."""
    try:
        _refuse_tricks(text, origin)
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            if node is None:
                raise InputError(
                    "the file is empty; it needs at least name and sites", origin
                )
            _walk(node, (), lines, origin)
            return loader.construct_document(node)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark
        where = f"line {at.line + 1}, column {at.column + 1}: " if at else ""
        problem = error.problem or error.context
        if at and "nesting depth" in (problem or ""):  # libyaml looks ahead of us
            raise InputError(
                f"line {at.line + 1}: is nested too deeply", origin
            ) from None
        if at and _indented_with_tab(text, at.line):
            problem = "indent with spaces, not tabs"
        raise InputError(f"{where}not valid YAML ({problem})", origin) from None
    except yaml.YAMLError as error:
        first = str(error).splitlines()[0]
        raise InputError(f"not valid YAML ({first})", origin) from None
    except ValueError:  # Python refuses to convert them
        raise InputError(TOO_MANY_DIGITS, origin) from None


def _indented_with_tab(text: str, number: int) -> bool:
    lines = text.split("\n")
    return number < len(lines) and bool(re.match(r" *\t", lines[number]))


def _refuse_tricks(text: str, origin: str) -> None:
    """Refuse aliases, tags and deep nesting before anything is built from the text."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.AliasEvent):
            raise InputError(
                f"line {line}: YAML aliases (*{event.anchor}) are not supported; "
                "write the value out",
                origin,
            )
        tag = getattr(event, "tag", None)
        if tag:
            shown = tag.replace("tag:yaml.org,2002:", "!!")
            raise InputError(
                f"line {line}: YAML tags ({shown}) are not supported; "
                "write the plain value",
                origin,
            )
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise InputError(f"line {line}: is nested too deeply", origin)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _walk(node: yaml.Node, path: FieldPath, lines: Lines, origin: str) -> None:
    """Note the line of every field; refuse keys that are no text or come twice."""
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            line = key.start_mark.line + 1
            if key.tag != "tag:yaml.org,2002:str":
                shown = f" {key.value!r}" if isinstance(key.value, str) else ""
                raise InputError(
                    f"line {line}: the key{shown} is not text; put it in quotes", origin
                )
            name = key.value
            if name in seen:
                raise InputError(f"line {line}: the key {name!r} appears twice", origin)
            seen.add(name)
            _walk(value, (*path, name), lines, origin)
            lines[(*path, name)] = line
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _walk(value, (*path, index), lines, origin)
