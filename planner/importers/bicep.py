"""Bicep: resources whose values follow from the text alone.

Literals, parameters with defaults, variables and loops over such are read; any other
expression stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from planner.importers.config_resources import REGISTRY, REPLICATION, Unknown

_TOKEN = re.compile(
    r"//[^\n]*|/\*.*?\*/|(?P<token>'''.*?'''|'(?:\\.|[^'\\\n])*'|[A-Za-z_]\w*|-?\d+|\n"
    r"|[^\s\w])",
    re.DOTALL,
)
_HOLE = re.compile(r"(?<!\\)\$\{([^}]*)\}")
_ENDS = ("\n", ",", "]", "}", "")
_WORDS = {"true": True, "false": False, "null": None}


class _Ref(NamedTuple):
    """A name, with the members that follow it."""

    path: tuple[str, ...]


class _Text(NamedTuple):
    """Text with holes."""

    text: str


class _Loop(NamedTuple):
    """`[for item in items: body]`."""

    item: str
    items: Any
    body: Any


@dataclass
class Program:
    """What a file declares, not yet evaluated."""

    names: dict[str, Any] = field(default_factory=dict)
    """Parameters and variables."""
    parameters: set[str] = field(default_factory=set)
    resources: dict[str, tuple[str, Any]] = field(default_factory=dict)
    """Type and body by symbolic name."""
    modules: list[str] = field(default_factory=list)
    defaults: dict[str, str] = field(default_factory=dict)
    """Parameters whose default was needed."""

    def found(self) -> Iterator[dict[str, Any]]:
        """Registries and replicas in the shape of ARM, others by their type only."""
        for kind, body in self.resources.values():
            if kind in (REGISTRY, REPLICATION):
                yield from self._unrolled(kind, body)
            else:
                yield {"type": kind}

    def _unrolled(self, kind: str, body: Any) -> Iterator[dict[str, Any]]:
        if not isinstance(body, _Loop):
            yield self._resource(kind, body, {})
            return
        items = self.value(body.items, {})
        if not isinstance(items, list):
            items = [Unknown(_shown(body.items))]
        for item in items:
            yield self._resource(kind, body.body, {body.item: item})

    def _resource(
        self, kind: str, body: Any, scope: Mapping[str, Any]
    ) -> dict[str, Any]:
        if not isinstance(body, dict):
            unknown = Unknown(_shown(body) or "missing")
            keys = ("name", "registry", "location")
            return {"type": kind} | dict.fromkeys(keys, unknown)
        data = {key: self.value(v, scope) for key, v in body.items() if key != "parent"}
        parent = body.get("parent")
        if isinstance(parent, _Ref) and parent.path[0] in self.resources:
            _, owner = self.resources[parent.path[0]]
            known = isinstance(owner, dict)
            name = owner.get("name") if known else Unknown(_shown(parent))
            data["registry"] = self.value(name, scope)
        elif kind == REPLICATION and isinstance(data.get("name"), Unknown):
            data["registry"] = data["name"]
        return {"type": kind, **data}

    def value(self, raw: Any, scope: Mapping[str, Any], depth: int = 0) -> Any:
        """A value with its names looked up, or `Unknown` in their place."""
        if depth > 20:  # a variable that refers to itself
            return Unknown(_shown(raw))
        if isinstance(raw, dict):
            return {k: self.value(v, scope, depth + 1) for k, v in raw.items()}
        if isinstance(raw, list):
            return [self.value(v, scope, depth + 1) for v in raw]
        if isinstance(raw, _Ref):
            return self._looked_up(raw, scope, depth)
        return self._filled(raw, scope, depth) if isinstance(raw, _Text) else raw

    def _looked_up(self, ref: _Ref, scope: Mapping[str, Any], depth: int) -> Any:
        first, *rest = ref.path
        if first in scope:
            value = scope[first]
        elif first in self.names:
            value = self.value(self.names[first], scope, depth + 1)
        elif first in self.resources and rest == ["name"]:
            body = self.resources[first][1]
            return self.value(_member(body, "name"), scope, depth + 1)
        else:
            return Unknown(_shown(ref))
        for key in rest:
            value = _member(value, key)
        if first in self.parameters and not isinstance(value, Unknown):
            self.defaults[first] = _shown(value)
        return value

    def _filled(self, text: _Text, scope: Mapping[str, Any], depth: int) -> Any:
        filled = text.text
        for hole in _HOLE.findall(text.text):
            value = self._looked_up(_Ref(tuple(hole.strip().split("."))), scope, depth)
            if isinstance(value, Unknown):
                return Unknown(f"'{text.text}'")
            filled = filled.replace("${" + hole + "}", str(value))
        return filled


def _member(value: Any, key: str) -> Any:
    if isinstance(value, Mapping) and key in value:
        return value[key]
    return Unknown(f".{key}")


def _shown(raw: Any) -> str:
    if isinstance(raw, _Ref):
        return ".".join(raw.path)
    if isinstance(raw, Unknown | _Text):
        return raw.text
    return str(raw)


def parse(text: str) -> Program:
    """Read a file; what it does not understand stays unknown."""
    return _Parser(
        [m["token"] for m in _TOKEN.finditer(text) if m["token"] is not None]
    ).program()


class _Parser:
    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens
        self.at = 0
        self.result = Program()
        self.parents: list[str] = []
        """Resources whose bodies are being read."""

    def _peek(self, ahead: int = 0) -> str:
        index = self.at + ahead
        return self.tokens[index] if index < len(self.tokens) else ""

    def _next(self) -> str:
        token = self._peek()
        self.at += 1
        return token

    def _lines(self) -> None:
        while self._peek() in ("\n", ","):
            self.at += 1

    def program(self) -> Program:
        while self.at < len(self.tokens):
            word = self._next()
            if word in ("param", "var"):
                self._name(is_parameter=word == "param")
            elif word == "resource":
                self._resource()
            elif word == "module":
                self.result.modules.append(self._peek())
            if word != "\n":
                self._rest()
        return self.result

    def _name(self, *, is_parameter: bool) -> None:
        name = self._next()
        while self._peek() not in ("=", "\n", ""):
            self.at += 1
        value: Any = Unknown(name)
        if self._peek() == "=":
            self.at += 1
            value = self._value()
        self.result.names[name] = value
        if is_parameter:
            self.result.parameters.add(name)

    def _resource(self) -> None:
        name, kind = self._next(), self._next().strip("'").partition("@")[0].lower()
        existing = self._peek() == "existing"
        self.at += existing
        if self._next() != "=":
            return
        parent = self.parents[-1:]
        self.parents.append(name)
        body = self._condition() if self._peek() == "if" else self._value()
        self.parents.pop()
        if parent and kind == "replications":
            kind = REPLICATION
            inner = body.body if isinstance(body, _Loop) else body
            if isinstance(inner, dict):
                inner["parent"] = _Ref((parent[0],))
        # what exists elsewhere is named here, not declared
        self.result.resources[name] = (f"existing {kind}" if existing else kind, body)

    def _condition(self) -> Unknown:
        start = self.at
        while self._peek() not in ("{", ""):
            self.at += 1
        text = "".join(self.tokens[start : self.at])
        self._value()
        return Unknown(text)

    def _rest(self) -> str:
        """Skip what is left of an expression; returns it."""
        start, depth = self.at, 0
        while depth or self._peek() not in _ENDS:
            depth += (self._peek() in "([{") - (self._peek() in ")]}")
            self.at += 1
            if self.at > len(self.tokens):
                break
        return "".join(self.tokens[start : self.at])

    def _value(self) -> Any:
        start = self.at
        value = self._primary()
        if self._rest():
            return Unknown("".join(self.tokens[start : self.at]))
        return value

    def _primary(self) -> Any:
        word = self._next()
        if word == "{":
            return self._object()
        if word == "[":
            return self._array()
        if word.startswith("'"):
            text = word.strip("'") if word.startswith("'''") else word[1:-1]
            return _Text(text) if "${" in text else text
        if word.lstrip("-").isdigit():
            return int(word)
        if word in _WORDS:
            return _WORDS[word]
        path = [word]
        while self._peek() == "." and self._peek(1).isidentifier():
            self.at += 1
            path.append(self._next())
        return _Ref(tuple(path))

    def _object(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        self._lines()
        while self._peek() not in ("}", ""):
            key = self._next().strip("'")
            if self._peek() == ":":
                self.at += 1
                found[key] = self._value()
            elif key == "resource":
                self._resource()
            else:
                self._rest()
            self._lines()
        self.at += 1
        return found

    def _array(self) -> Any:
        self._lines()
        if self._peek() == "for":
            return self._loop()
        found = []
        while self._peek() not in ("]", ""):
            before = self.at
            found.append(self._value())
            self._lines()
            self.at += self.at == before
        self.at += 1
        return found

    def _loop(self) -> Any:
        self.at += 1
        item = self._next()
        if item == "(":
            item = self._next()
            while self._next() not in (")", ""):
                pass
        self.at += 1  # `in`
        items = self._primary()
        while self._peek() not in (":", ""):
            items = Unknown(f"{_shown(items)}{self._next()}")
        self.at += 1
        self._lines()
        if self._peek() == "if":
            body: Any = self._condition()
        else:
            body = self._value()
        while self._next() not in ("]", ""):
            pass
        return _Loop(item, items, body)
