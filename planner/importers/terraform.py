"""Terraform: `terraform show -json` of a plan or a state, state files, and plain HCL."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from planner.errors import InputError
from planner.importers.config_resources import (
    Content,
    Resource,
    Source,
    Told,
    Unknown,
    from_arm,
    name_in_id,
)
from planner.importers.documents import read_source
from planner.importers.files import SourceFile

TYPE = "azurerm_container_registry"
_HOLE = re.compile(r"\$\{([^{}]*)\}")
_NAME = re.compile(r"[\w.-]+")


def from_show(data: Mapping[str, Any], content: Content) -> None:
    """Add what `terraform show -json` tells: the state before a plan, else the plan."""
    prior = data.get("prior_state")
    before = list(_in_modules(prior.get("values") if prior else data.get("values")))
    planned = list(_in_modules(data.get("planned_values")))
    content.source = Source.STATE if before or not planned else Source.CODE
    _add(before or planned, content)
    now, then = (sorted(_names(part)) for part in (before, planned))
    if before and planned and now != then:
        content.notes.append(
            f"{content.file}: the plan changes registries or replicas; the layout is the "
            "one before it"
        )
    elif planned and not before:
        content.notes.append(f"{content.file}: planned, perhaps not yet built")


def from_state(data: Mapping[str, Any], content: Content) -> None:
    """Add what a `terraform.tfstate` file tells."""
    content.source = Source.STATE
    _add(
        [
            {"type": one.get("type"), "values": instance.get("attributes")}
            for one in data["resources"]
            if isinstance(one, Mapping)
            for instance in one.get("instances") or ()
            if isinstance(instance, Mapping)
        ],
        content,
    )


def _in_modules(values: Any, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """The resources of all modules."""
    module = values.get("root_module", values) if isinstance(values, Mapping) else {}
    for one in module.get("resources") or ():
        if isinstance(one, Mapping):
            yield one
    for child in module.get("child_modules") or () if depth < 50 else ():
        yield from _in_modules(child, depth + 1)


def _names(resources: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Each registry with its replicas, for comparison."""
    for resource in resources:
        for one in _resources(resource):
            yield f"{one.registry} {_squeezed(one.location)} {one.sku}"


def _squeezed(text: Told) -> str:
    return "".join(str(text).lower().split())


def _add(resources: Iterable[Mapping[str, Any]], content: Content) -> None:
    for resource in resources:
        found = list(_resources(resource))
        content.resources += found
        content.other += not found


def _resources(resource: Mapping[str, Any]) -> Iterator[Resource]:
    values = resource.get("values")
    if not isinstance(values, Mapping) or resource.get("mode") == "data":
        return
    if resource.get("type") == TYPE:
        yield from _registry(values)
    elif resource.get("type") == "azapi_resource":
        found = from_arm(_azapi(values))
        if found:
            yield found


def _azapi(values: Mapping[str, Any]) -> dict[str, Any]:
    """A resource of the azapi provider in the shape of ARM."""
    body = values.get("body") or values.get("output") or {}
    if isinstance(body, str):
        try:
            body = json.loads(body)
        except (ValueError, RecursionError):
            body = {}
    inner = body if isinstance(body, Mapping) else {}
    return {
        **inner,
        "type": str(values.get("type", "")).partition("@")[0],
        "name": values.get("name"),
        "location": values.get("location") or inner.get("location"),
        "registry": name_in_id(values.get("parent_id")),
    }


def _registry(values: Mapping[str, Any]) -> Iterator[Resource]:
    """A registry and its replicas; before provider 3.0 those were a list of names."""
    name = values.get("name")
    yield Resource(True, name, values.get("location"), values.get("sku"))
    for block in _blocks(values.get("georeplications")):
        routed = block.get("regional_endpoint_enabled")
        yield Resource(
            False,
            name,
            block.get("location"),
            routed=True if routed is None else routed,
        )
    for location in _blocks(values.get("georeplication_locations")):
        yield Resource(False, name, location)


def _blocks(value: Any) -> list[Any]:
    if isinstance(value, Unknown):
        return [{"location": value}]
    return value if isinstance(value, list) else []


def from_hcl(files: Iterable[SourceFile], content: Content) -> None:
    """Add what the source files of one folder tell.

    Raises `InputError` if a file is no HCL, or `python-hcl2` is not installed.
    """
    scope = _Scope([_parsed(file) for file in files])
    for kind, name, values in scope.resources:
        if kind != TYPE:
            content.other += 1
            continue
        resolved = scope.value(values)
        if "count" in resolved or "for_each" in resolved:
            resolved["name"] = Unknown(f"a loop over {kind}.{name}")
        for block in resolved.get("dynamic") or ():
            resolved["georeplications"] = Unknown(f"dynamic {next(iter(block))}")
        content.resources += _registry(resolved)
    content.defaults |= scope.defaults
    if scope.modules:
        content.notes.append(
            f"{content.file}: modules are not followed ({', '.join(scope.modules)}); "
            "`terraform show -json` tells what they make"
        )


def _parsed(file: SourceFile) -> Mapping[str, Any]:
    try:
        import hcl2
        from lark.exceptions import LarkError
    except ImportError:
        raise InputError(
            "reading Terraform source needs the package python-hcl2 "
            "(pip install 'acr-planner[terraform]'); or give the output of "
            "`terraform show -json`"
        ) from None
    text = read_source(file)
    try:
        parsed: Mapping[str, Any] = hcl2.loads(text)
    except LarkError as error:
        line = getattr(error, "line", None)
        where = f"line {line}: " if line else ""
        raise file.error(f"{where}not valid HCL") from None
    except RecursionError:
        raise file.error("is nested too deeply") from None
    return parsed


class _Scope:
    """The declarations of a folder, with which its expressions are looked up."""

    def __init__(self, files: list[Mapping[str, Any]]) -> None:
        self.locals: dict[str, Any] = {}
        self.variables: dict[str, Any] = {}
        self.resources: list[tuple[str, str, Mapping[str, Any]]] = []
        self.modules: list[str] = []
        self.defaults: dict[str, str] = {}
        for data in files:
            self._declare(data)

    def _declare(self, data: Mapping[str, Any]) -> None:
        for block in data.get("locals", ()):
            self.locals |= block
        for block in data.get("variable", ()):
            for name, body in block.items():
                if "default" in body:
                    self.variables[_bare(name)] = body["default"]
        for block in data.get("module", ()):
            self.modules += map(_bare, block)
        for block in data.get("resource", ()):
            for kind, named in block.items():
                for name, values in named.items():
                    self.resources.append((_bare(kind), _bare(name), values))

    def value(self, raw: Any, depth: int = 0) -> Any:
        """A value with its names looked up, or `Unknown` in their place."""
        if isinstance(raw, Mapping):
            return {
                _bare(key): self.value(one, depth + 1)
                for key, one in raw.items()
                if key != "__is_block__"
            }
        if isinstance(raw, list):
            return [self.value(one, depth + 1) for one in raw]
        if not isinstance(raw, str):
            return raw
        if not raw.startswith('"'):
            return self._expression(raw, depth)
        return self._filled(raw[1:-1], depth)

    def _filled(self, text: str, depth: int) -> Any:
        for hole in _HOLE.findall(text):
            value = self._expression(hole, depth)
            if not isinstance(value, str):
                return Unknown(text)
            text = text.replace("${" + hole + "}", value)
        return Unknown(text) if "${" in text else text

    def _expression(self, raw: str, depth: int) -> Any:
        text = raw.removeprefix("${").removesuffix("}").strip()
        if depth > 20 or not _NAME.fullmatch(text):
            return Unknown(text)
        match text.split("."):
            case ["null"]:
                return None
            case ["var", name] if name in self.variables:
                value = self.value(self.variables[name], depth + 1)
                self.defaults[f"var.{name}"] = str(value)
                return value
            case ["local", name] if name in self.locals:
                return self.value(self.locals[name], depth + 1)
            case [kind, name, key]:
                for one_kind, one_name, values in self.resources:
                    if (one_kind, one_name) == (kind, name) and key in values:
                        return self.value(values[key], depth + 1)
        return Unknown(text)


def _bare(name: str) -> str:
    return name.strip('"')
