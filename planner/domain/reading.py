"""Scenario files: YAML or JSON text to a checked `Scenario`, and back.

The reader is careful with what it is given: size and encoding are checked first, YAML
aliases (and with them alias bombs), duplicate keys and deep nesting are refused, and each
complaint names the file, the line and the field.
"""

from __future__ import annotations

import json
import math
import re
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from planner.domain.check import check
from planner.domain.problem import Problem
from planner.domain.scenario import Scenario
from planner.errors import Finding, InputError, did_you_mean
from planner.facts import data_folder

MAX_BYTES = 20_000_000
"""Larger files are refused; 10,000 clusters take about 3 MB."""
MAX_DEPTH = 30
MAX_FINDINGS = 20
TOO_MANY_DIGITS = "holds a number of more than 4,300 digits"
Path_ = tuple[str | int, ...]
Lines = dict[Path_, int]


def example_names() -> list[str]:
    """Names of the scenarios that come with the package."""
    return sorted(path.stem for path in (data_folder() / "scenarios").glob("*.yaml"))


def find_scenario(name: str | Path) -> Path:
    """The file of that path, or the shipped scenario of that name."""
    path = Path(name)
    if _exists(path):
        return path
    if str(name) in example_names():
        return data_folder() / "scenarios" / f"{name}.yaml"
    near = did_you_mean(str(name), example_names())
    raise InputError(
        f"no such file, and no shipped scenario of that name{near} "
        f"(shipped: {', '.join(example_names())})",
        origin=str(name),
    )


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # such as a name that is too long for any file
        return False


def load_scenario(path: str | Path) -> Scenario:
    """Read a scenario file, or a shipped scenario by its name.

    Raises `InputError` with a sentence for each thing that is wrong.
    """
    file = find_scenario(path)
    return parse_scenario(_read_text(file), origin=str(path), is_json=_is_json(file))


def parse_scenario(
    text: str, origin: str = "scenario", is_json: bool = False
) -> Scenario:
    """Turn YAML or JSON text into a `Scenario`; see `load_scenario`."""
    if not text.strip():
        raise InputError("the file is empty; it needs at least name and sites", origin)
    lines: Lines = {}
    data = _parse_json(text, origin) if is_json else _parse_yaml(text, origin, lines)
    if not isinstance(data, dict):
        raise InputError(
            "the file must hold keys and values such as name: and sites:", origin
        )
    try:
        scenario = Scenario.model_validate(data)
    except ValidationError as error:
        raise _located(_findings(error), origin, lines) from None
    findings = check(scenario)
    if findings:
        raise _located(findings, origin, lines)
    return scenario


def change_goals(problem: Problem, changes: Mapping[str, object]) -> Problem:
    """The problem with some goals changed; a wrong value is an `InputError`."""
    try:
        return problem.with_goals(**changes)
    except ValidationError as error:
        raise InputError(_findings(error), origin="goals") from None


def dump_scenario(scenario: Scenario) -> str:
    """The scenario as YAML; reading it again gives an equal scenario."""
    data = scenario.model_dump(mode="json", exclude_defaults=True)
    data = {"version": scenario.version, **data}
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True)


def _is_json(path: Path) -> bool:
    return path.suffix.lower() == ".json"


def _read_text(path: Path) -> str:
    origin = str(path)
    if path.is_dir():
        raise InputError("is a directory, not a scenario file", origin)
    try:
        if not path.is_file():
            raise InputError("is not a regular file", origin)
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise InputError(
                f"is {size / 1e6:.0f} MB; a scenario file has at most "
                f"{MAX_BYTES / 1e6:.0f} MB",
                origin,
            )
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"is not UTF-8 text (byte {error.start}); save it as UTF-8", origin
        ) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", origin) from None


def _parse_json(text: str, origin: str) -> Any:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            raise InputError(f"the key {twice!r} appears twice", origin)
        return dict(pairs)

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


def _parse_yaml(text: str, origin: str, lines: Lines) -> Any:
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


def _walk(node: yaml.Node, path: Path_, lines: Lines, origin: str) -> None:
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


def _located(findings: list[Finding], origin: str, lines: Lines) -> InputError:
    shown = []
    for finding in findings[:MAX_FINDINGS]:
        path = finding.path
        while path and path not in lines:
            path = path[:-1]
        line = f" (line {lines[path]})" if lines and path in lines else ""
        shown.append(Finding(finding.path, finding.message + line))
    if len(findings) > MAX_FINDINGS:
        shown.append(Finding((), f"and {len(findings) - MAX_FINDINGS} more"))
    return InputError(shown, origin)


def _findings(error: ValidationError) -> list[Finding]:
    """All complaints; a list is not also called short for the entries that are wrong."""
    items = error.errors(include_url=False)
    inside = {item["loc"][:n] for item in items for n in range(len(item["loc"]))}
    return [
        _finding(item)
        for item in items
        if not (item["type"] == "too_short" and item["loc"] in inside)
    ]


def _finding(error: Any) -> Finding:
    """One pydantic complaint as a sentence."""
    path: Path_ = tuple(part for part in error["loc"] if part != "[key]")
    kind, given, context = error["type"], error.get("input"), error.get("ctx", {})
    if kind == "extra_forbidden":
        key, known = str(path[-1]), _fields_at(path[:-1])
        near = did_you_mean(key, known)
        listing = "" if near else f" (known: {', '.join(known)})"
        return Finding(path, f"unknown key {key!r}{near}{listing}")
    if kind == "missing":
        return Finding(path, "is required but missing")
    if kind == "value_error":
        return Finding(path, str(context.get("error", error["msg"])))
    if isinstance(given, float) and not math.isfinite(given):
        return Finding(path, f"must be a finite number, not {given}")
    if kind in ("literal_error", "enum"):
        hint = did_you_mean(str(given), re.findall(r"'([^']+)'", context["expected"]))
        return Finding(
            path, f"must be {context['expected']}, not {_shown(given)}{hint}"
        )
    if kind == "string_too_short":
        return Finding(path, "must not be empty")
    if kind == "too_short":
        return Finding(path, "must have at least one entry")
    if path == ("version",):
        return Finding(path, f"must be 1, the format read here, not {_shown(given)}")
    known_words = _WORDS.get(kind)
    message = known_words.format(**context) if known_words else error["msg"]
    scalar = kind == "string_type" and isinstance(given, bool | int | float)
    quotes = "; put it in quotes" if scalar else ""
    return Finding(path, f"{message}, not {_shown(given)}{quotes}")


_WORDS = {
    "string_type": "must be text",
    "string_unicode": "must be text",
    "string_pattern_mismatch": "must not hold control characters",
    "string_too_long": "must have at most {max_length} characters",
    "float_type": "must be a number",
    "int_type": "must be a whole number",
    "greater_than": "must be above {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than": "must be below {lt:g}",
    "less_than_equal": "must be at most {le:g}",
    "tuple_type": "must be a list",
    "mapping_type": "must hold keys and values",
    "dict_type": "must hold keys and values",
    "model_type": "must hold keys and values",
}
"""What pydantic complains of, in a user's words."""


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "keys and values"
    if isinstance(value, list | tuple):
        return "a list" if value else "an empty list"
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _fields_at(path: Path_) -> list[str]:
    """The keys that the model at a field path knows."""
    here: Any = Scenario
    for part in path:
        if _is_model(here):
            field = here.model_fields.get(str(part))
            here = _without_none(field.annotation) if field else None
        else:
            here = _element(here)
    return list(here.model_fields) if _is_model(here) else []


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _without_none(annotation: Any) -> Any:
    options = [a for a in typing.get_args(annotation) if a is not type(None)]
    is_optional = len(options) < len(typing.get_args(annotation))
    return options[0] if is_optional else annotation


def _element(annotation: Any) -> Any:
    """What a tuple or mapping holds."""
    options = [a for a in typing.get_args(annotation) if a is not ...]
    return options[-1] if options else None
