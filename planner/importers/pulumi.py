"""Pulumi: stack exports, and programs in YAML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from planner.domain.parsing import parse_yaml
from planner.importers.config_resources import (
    Content,
    Resource,
    Source,
    Unknown,
    name_in_id,
)
from planner.importers.documents import read_source
from planner.importers.files import SourceFile

_NATIVE = re.compile(r"azure-native:containerregistry(?:/\w+)?:(Registry|Replication)$")
_CLASSIC = re.compile(r"azure:containerservice/registry:Registry$")
_HOLE = re.compile(r"\$\{([^}]*)\}")


def from_stack(data: Mapping[str, Any], content: Content) -> None:
    """Add what `pulumi stack export` tells."""
    content.source = Source.STATE
    deployment = data.get("deployment")
    resources = deployment.get("resources") if isinstance(deployment, Mapping) else None
    for one in resources if isinstance(resources, list) else ():
        if isinstance(one, Mapping):
            values = {**_mapping(one.get("inputs")), **_mapping(one.get("outputs"))}
            named = name_in_id(one.get("id")) or values.get("registryName")
            _add(str(one.get("type")), values, named, content)


def from_program(file: SourceFile, content: Content) -> None:
    """Add what a program in YAML tells."""
    data = parse_yaml(read_source(file), file.name, {})
    resources = _mapping(data.get("resources") if isinstance(data, Mapping) else None)
    for key, one in resources.items():
        body = _mapping(one)
        values = {
            name: _looked_up(value, resources)
            for name, value in _mapping(body.get("properties")).items()
        }
        named = values.get("registryName", Unknown(f"the name that Pulumi gives {key}"))
        _add(str(body.get("type")), values, named, content)


def _add(kind: str, values: Mapping[str, Any], named: Any, content: Content) -> None:
    native, classic = _NATIVE.search(kind), _CLASSIC.search(kind)
    if native is None and classic is None:
        content.other += kind != "pulumi:pulumi:Stack"
        return
    routed = values.get("regionEndpointEnabled")
    sku = values.get("sku")
    content.resources.append(
        Resource(
            is_registry=classic is not None or kind.endswith(":Registry"),
            registry=named,
            location=values.get("location"),
            sku=sku.get("name") if isinstance(sku, Mapping) else sku,
            routed=True if routed is None else routed,
        )
    )
    for block in values.get("georeplications") or () if classic else ():
        on = block.get("regionalEndpointEnabled")
        content.resources.append(
            Resource(
                False, named, block.get("location"), routed=True if on is None else on
            )
        )


def _looked_up(value: Any, resources: Mapping[str, Any]) -> Any:
    """A value; a reference to the name of another resource is that name."""
    if isinstance(value, Mapping):
        return {key: _looked_up(one, resources) for key, one in value.items()}
    if not isinstance(value, str) or "${" not in value:
        return value
    match = _HOLE.fullmatch(value)
    key, _, member = match[1].partition(".") if match else ("", "", "")
    properties = _mapping(_mapping(resources.get(key)).get("properties"))
    known = properties.get("registryName" if member == "name" else member)
    if isinstance(known, str) and "${" not in known:
        return known
    return Unknown(value)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
