"""Registries and replicas as one file has them, whatever its format."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, NamedTuple

REGISTRY = "microsoft.containerregistry/registries"
REPLICATION = "microsoft.containerregistry/registries/replications"
_IN_ID = re.compile(r"/registries/([^/]+)", re.IGNORECASE)
_HOST = re.compile(r"\.([a-z0-9]+)\.(?:data|geo)\.azurecr\.\w+$")
_ID = re.compile(r"/registries/[^/]+$", re.IGNORECASE)


class Unknown(NamedTuple):
    """A value that the text of a file does not tell."""

    text: str
    """The expression that stands there."""


class Source(IntEnum):
    """How near a file is to the registry itself; the nearest wins."""

    LIVE = 0
    """What Azure answered."""
    STATE = 1
    """What a tool last saw."""
    CODE = 2
    """What somebody wrote down."""


Told = str | Unknown | None
"""A value, an expression instead of it, or nothing."""


@dataclass(frozen=True)
class Resource:
    """A registry, or a replica of one."""

    is_registry: bool
    registry: Told
    """Name of the registry; of a replica, of the one it belongs to."""
    location: Told
    sku: Told = None
    routed: bool | Unknown = True
    """Whether the location is in routing."""
    state: str = ""
    """Provisioning state, where one is told."""
    locations: tuple[str, ...] = ()
    """All locations, as the host names of the endpoints tell them; empty: not told."""
    private_endpoints: int | None = None
    """Approved connections; None if not told."""
    regional_endpoints: bool | None = None


@dataclass
class Content:
    """What one file holds."""

    file: str
    source: Source
    resources: list[Resource] = field(default_factory=list)
    other: int = 0
    """Resources of other types."""
    malformed: list[str] = field(default_factory=list)
    """What is wrong with each resource that lacks a name or a region."""
    usages: list[Mapping[str, Any]] = field(default_factory=list)
    """Rows of `az acr show-usage`."""
    repositories: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    defaults: dict[str, str] = field(default_factory=dict)
    """Parameters whose default was taken, with it."""


def from_arm(data: Mapping[str, Any]) -> Resource | None:
    """A resource in the shape of ARM, `properties` nested or flattened; None if other."""
    kind = str(data.get("type", "")).lower()
    if kind not in (REGISTRY, REPLICATION):
        return None
    nested = data.get("properties")
    flat = {**data, **nested} if isinstance(nested, Mapping) else data
    is_registry = kind == REGISTRY
    routed = flat.get("regionEndpointEnabled")
    hosts = [
        *_list(flat.get("dataEndpointHostNames")),
        *_list(flat.get("regionalEndpointHostNames")),
    ]
    regional = flat.get("regionalEndpoints")
    return Resource(
        is_registry=is_registry,
        registry=flat.get("name") if is_registry else _owner(flat),
        location=flat.get("location"),
        sku=_sku(flat.get("sku")) if is_registry else None,
        routed=True if routed is None else routed,
        state=str(flat.get("provisioningState") or ""),
        locations=regions_in(hosts),
        private_endpoints=_approved(flat.get("privateEndpointConnections")),
        regional_endpoints=None if regional is None else regional == "Enabled",
    )


def regions_in(hosts: list[Any]) -> tuple[str, ...]:
    """The regions in host names such as `name.eastus.data.azurecr.io`."""
    found = (_HOST.search(host.lower()) for host in hosts if isinstance(host, str))
    return tuple(sorted({match[1] for match in found if match}))


def name_in_id(text: object) -> str | None:
    """The name of the registry in a resource id."""
    match = _IN_ID.search(str(text or ""))
    return match[1] if match else None


def is_registry_id(text: object) -> bool:
    """Whether an id is that of a registry, not of a part of one."""
    return bool(_ID.search(str(text or "")))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _owner(flat: Mapping[str, Any]) -> Told:
    """The registry that a replica belongs to: in its id, or before the slash."""
    found = name_in_id(flat.get("id"))
    if found:
        return found
    name = flat.get("name")
    if isinstance(name, str) and "/" in name:
        return name.partition("/")[0]
    owner: Told = flat.get("registry")
    return owner


def _sku(value: object) -> Told:
    if isinstance(value, Mapping):
        value = value.get("name")
    return value if isinstance(value, str | Unknown) else None


def _approved(value: object) -> int | None:
    """Connections that are in use, and so are charged."""
    if not isinstance(value, list):
        return None
    count = 0
    for one in value:
        nested = one.get("properties", one) if isinstance(one, Mapping) else {}
        link = nested.get("privateLinkServiceConnectionState") or {}
        count += link.get("status", "Approved") == "Approved"
    return count
