"""ARM templates: resources whose names and places follow from the text alone.

Of the template language only what loops and names need is evaluated: parameters by their
defaults, variables, `format`, `concat`, `copyIndex`. Everything else stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from planner.importers.config_resources import REGISTRY, Unknown

MAX_COPIES = 1000
MAX_DEPTH = 20
_TOKEN = re.compile(r"\s*('(?:[^']|'')*'|[A-Za-z_]\w*|-?\d+|[()\[\],.])")


class _NotLiteralError(Exception):
    """An expression needs more than the text."""


@dataclass
class Template:
    """A template, and which of its defaults were needed."""

    data: Mapping[str, Any]
    given: Mapping[str, Any] = field(default_factory=dict)
    """Parameters that the deployment of this template sets."""
    defaults: dict[str, str] = field(default_factory=dict)

    def resources(self) -> Iterator[dict[str, Any]]:
        """All resources, loops unrolled, children and nested deployments included."""
        yield from self._each(self.data.get("resources"), None, 0)

    def _each(
        self, resources: object, parent: Any, depth: int
    ) -> Iterator[dict[str, Any]]:
        if isinstance(resources, Mapping):  # by symbolic name
            resources = list(resources.values())
        if not isinstance(resources, list) or depth > MAX_DEPTH:
            return
        for one in resources:
            if isinstance(one, Mapping) and not one.get("existing"):
                for number in range(self._copies(one)):
                    yield from self._one(one, number, parent, depth)

    def _one(
        self, raw: Mapping[str, Any], number: int, parent: Any, depth: int
    ) -> Iterator[dict[str, Any]]:
        data = self.value({k: v for k, v in raw.items() if k != "resources"}, number)
        if data.get("condition") is False:
            return
        if parent is not None:
            data["type"] = f"{parent['type']}/{data.get('type')}"
            data["registry"] = parent.get("name")
        if isinstance(data.get("name"), Unknown) and data.get("type") != REGISTRY:
            data.setdefault("registry", data["name"])
        nested = raw.get("properties", {})
        inner = nested.get("template") if isinstance(nested, Mapping) else None
        if isinstance(inner, Mapping) and depth < MAX_DEPTH:
            yield from self._deployment(inner, nested.get("parameters"), number)
        else:
            yield data
            yield from self._each(raw.get("resources"), data, depth + 1)

    def _deployment(
        self, inner: Mapping[str, Any], given: Any, number: int
    ) -> Iterator[dict[str, Any]]:
        values = {
            name: self.value(one.get("value"), number)
            for name, one in (given or {}).items()
            if isinstance(one, Mapping)
        }
        template = Template(inner, values, self.defaults)
        yield from template.resources()

    def _copies(self, resource: Mapping[str, Any]) -> int:
        copy = resource.get("copy")
        if not isinstance(copy, Mapping):
            return 1
        count = self.value(copy.get("count"), 0)
        # of a loop of unknown length one round is looked at: it says what is unknown
        return min(count, MAX_COPIES) if isinstance(count, int) else 1

    def value(self, raw: Any, number: int) -> Any:
        """A value with its expressions evaluated, or `Unknown` in their place."""
        if isinstance(raw, Mapping):
            return {key: self.value(one, number) for key, one in raw.items()}
        if isinstance(raw, list):
            return [self.value(one, number) for one in raw]
        if not isinstance(raw, str) or not (raw[:1] == "[" and raw[-1:] == "]"):
            return raw
        if raw.startswith("[["):
            return raw[1:]
        try:
            return _Expression(raw[1:-1], self, number).result()
        except (_NotLiteralError, RecursionError):
            return Unknown(raw)

    def call(self, name: str, args: list[Any], number: int) -> Any:
        """The result of a function of the template language."""
        match name.lower(), args:
            case "parameters", [str(key)]:
                return self._parameter(key, number)
            case "variables", [str(key)]:
                return self._known(self.data.get("variables"), key, number)
            case "copyindex", [] | [str()]:
                return number
            case "copyindex", [int(offset)] | [str(), int(offset)]:
                return number + offset
        return _call(name.lower(), args)

    def _parameter(self, key: str, number: int) -> Any:
        if key in self.given:
            if isinstance(self.given[key], Unknown):
                raise _NotLiteralError
            return self.given[key]
        declared = self.data.get("parameters")
        one = declared.get(key) if isinstance(declared, Mapping) else None
        value = self._known(one, "defaultValue", number)
        self.defaults[key] = str(value)
        return value

    def _known(self, holder: Any, key: str, number: int) -> Any:
        if not isinstance(holder, Mapping) or key not in holder:
            raise _NotLiteralError
        value = self.value(holder[key], number)
        if isinstance(value, Unknown):
            raise _NotLiteralError
        return value


def _call(name: str, args: list[Any]) -> Any:
    """The result of a function that needs only its arguments."""
    match name, args:
        case "concat", [str(), *_]:
            return "".join(map(str, args))
        case "concat", [list(), *_]:
            return [one for part in args for one in part]
        case "format", [str(pattern), *rest]:
            for index, one in enumerate(rest):
                pattern = pattern.replace(f"{{{index}}}", str(one))
            return pattern
        case "length", [list(items) | str(items)]:
            return len(items)
        case "tolower", [str(text)]:
            return text.lower()
        case "createarray", _:
            return args
    raise _NotLiteralError


class _Expression:
    """One expression between brackets."""

    def __init__(self, text: str, template: Template, number: int) -> None:
        self.tokens = _TOKEN.findall(text)
        self.template = template
        self.number = number

    def result(self) -> Any:
        value = self._value()
        if self.tokens:
            raise _NotLiteralError
        return value

    def _next(self) -> str:
        if not self.tokens:
            raise _NotLiteralError
        token: str = self.tokens.pop(0)
        return token

    def _value(self) -> Any:
        token = self._next()
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if token.lstrip("-").isdigit():
            return int(token)
        if not token[0].isalpha() or self._next() != "(":
            raise _NotLiteralError
        args = []
        while self.tokens[:1] != [")"]:
            args.append(self._value())
            if self.tokens[:1] == [","]:
                self._next()
        self._next()
        return self._parts(self.template.call(token, args, self.number))

    def _parts(self, value: Any) -> Any:
        """An item `[0]` or a member `.name` of a value."""
        while self.tokens[:1] in (["["], ["."]):
            if self._next() == ".":
                key: Any = self._next()
            else:
                key = self._value()
                self._next()
            try:
                value = value[key]
            except (LookupError, TypeError):
                raise _NotLiteralError from None
        return value
