"""Nodes, pods, pull events and AKS clusters from JSON, reduced to what demand needs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from planner.importers.documents import read_values
from planner.importers.files import SourceFile

AKS = "microsoft.containerservice/managedclusters"
TWICE = "told more than once"
ELSEWHERE = "image of another registry"
_QUOTED = re.compile(r'"([^"]+)"')
_DURATION = re.compile(r" in ((?:[\d.]+(?:h|ms|m|s|µs|us))+)")
_PART = re.compile(r"([\d.]+)(h|ms|m|s|µs|us)")
_SIZE = re.compile(r"Image size: (\d+) bytes")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "µs": 1e-6, "us": 1e-6}


class ImageName(NamedTuple):
    """A repository of an Azure registry, and which of its images."""

    repository: str
    version: str
    """Tag or digest."""


class Held(NamedTuple):
    """An image on a node."""

    repository: str
    digest: str
    tags: tuple[str, ...]
    size_bytes: int


@dataclass(frozen=True)
class Node:
    """A node of a cluster."""

    name: str
    group: str
    """Resource group of the nodes of an AKS cluster; empty for other clusters."""
    region: str
    """As the label says it; empty without one."""
    addresses: tuple[str, ...]
    packed: bool
    """Whether its image sizes are compressed (containerd), as the registry counts."""
    created: datetime | None
    seen: datetime | None
    """When the node last reported."""
    images: tuple[Held, ...]


class Running(NamedTuple):
    """A container of a pod."""

    node: str
    repository: str
    digest: str


class Pull(NamedTuple):
    """An event of the kubelet about an image that it asked the registry for."""

    node: str
    image: ImageName
    time: datetime | None
    seconds: float | None
    """Without waiting for other pulls; None in old versions."""
    size_bytes: int | None
    times: int
    failed: bool


class Cluster(NamedTuple):
    """A cluster as `az aks list` has it."""

    name: str
    group: str
    region: str
    nodes: int
    most: int
    """Nodes that the autoscaler may make of it."""
    identities: tuple[str, ...]
    """Object id and client id with which its nodes log in to registries."""


@dataclass
class Told:
    """What one file tells."""

    file: SourceFile
    nodes: list[Node] = field(default_factory=list)
    running: list[Running] = field(default_factory=list)
    pulls: list[Pull] = field(default_factory=list)
    clusters: list[Cluster] = field(default_factory=list)
    used: int = 0
    ignored: Counter[str] = field(default_factory=Counter)
    malformed: list[str] = field(default_factory=list)


def lists_clusters(file: SourceFile) -> bool:
    """Whether the file is an answer of `az aks list` or `show`."""
    return file.shape == "json" and AKS in file.words


def read(file: SourceFile, known: set[str]) -> Told:
    """What a file tells; `known` has the identifiers of what other files told."""
    told = Told(file)
    for kind, item in _items(read_values(file)):
        try:
            reason = _add(kind, item, told, known)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            told.malformed.append(f"{kind or 'an object'} lacks or garbles {error}")
            continue
        told.used += not reason
        if reason:
            told.ignored[reason] += 1
    return told


def _items(values: list[Any]) -> Iterator[tuple[str, Any]]:
    """Objects with their kind; lists of the API and of `az` are opened."""
    for value in values:
        inner = value if isinstance(value, list) else None
        kind = ""
        if isinstance(value, Mapping):
            kind = str(value.get("kind") or "")
            inner = next(
                (
                    v
                    for k in ("items", "value", "data")
                    if isinstance(v := value.get(k), list)
                ),
                None,
            )
        for item in [value] if inner is None else inner:
            named = item.get("kind") if isinstance(item, Mapping) else ""
            yield str(named or kind.removesuffix("List")), item


def _add(kind: str, item: Any, told: Told, known: set[str]) -> str:
    """Add an object; returns why it does not count, empty if it does."""
    if str(item.get("type", "")).lower() == AKS:
        return _once(str(item["id"]).lower(), known) or _add_cluster(item, told)
    adder = {"Node": _add_node, "Pod": _add_pod, "Event": _add_event}.get(kind)
    if adder is None:
        return f"object of kind {kind or 'unknown'}"
    meta = item["metadata"]
    identity = meta.get("uid") or f"{kind} {meta.get('namespace')} {meta['name']}"
    return _once(str(identity), known) or adder(item, told)


def _once(identity: str, known: set[str]) -> str:
    if identity in known:
        return TWICE
    known.add(identity)
    return ""


def _add_cluster(item: Mapping[str, Any], told: Told) -> str:
    flat = {**item, **(item.get("properties") or {})}
    pools = [
        pool
        for pool in flat.get("agentPoolProfiles") or ()
        if (pool.get("powerState") or {}).get("code") != "Stopped"
    ]
    counts = [int(pool["count"]) for pool in pools]
    told.clusters.append(
        Cluster(
            name=str(item["name"]),
            group=str(flat.get("nodeResourceGroup") or "").lower(),
            region=str(item["location"]),
            nodes=sum(counts),
            most=sum(
                int(pool.get("maxCount") or count)
                for pool, count in zip(pools, counts, strict=True)
            ),
            identities=_identities(flat),
        )
    )
    return ""


def _identities(cluster: Mapping[str, Any]) -> tuple[str, ...]:
    kubelet = (cluster.get("identityProfile") or {}).get("kubeletidentity") or {}
    ids = (kubelet.get("objectId"), kubelet.get("clientId"))
    return tuple(str(one).lower() for one in ids if one)


def _add_node(item: Mapping[str, Any], told: Told) -> str:
    meta, status = item["metadata"], item["status"]
    labels = meta.get("labels") or {}
    beats = [
        time
        for condition in status.get("conditions") or ()
        if (time := when(condition.get("lastHeartbeatTime")))
    ]
    runtime = str((status.get("nodeInfo") or {}).get("containerRuntimeVersion", ""))
    told.nodes.append(
        Node(
            name=str(meta["name"]),
            group=_group(labels, item.get("spec") or {}),
            region=str(
                labels.get("topology.kubernetes.io/region")
                or labels.get("failure-domain.beta.kubernetes.io/region")
                or ""
            ),
            addresses=tuple(
                str(one["address"])
                for one in status.get("addresses") or ()
                if one.get("type") in ("ExternalIP", "InternalIP")
            ),
            packed=not runtime.startswith("docker"),
            created=when(meta.get("creationTimestamp")),
            seen=max(beats) if beats else None,
            images=tuple(_held(status.get("images") or ())),
        )
    )
    return ""


def _group(labels: Mapping[str, Any], spec: Mapping[str, Any]) -> str:
    label = labels.get("kubernetes.azure.com/cluster")
    if label:
        return str(label).lower()
    match = re.search(
        r"/resourceGroups/([^/]+)/", str(spec.get("providerID")), re.IGNORECASE
    )
    return match[1].lower() if match else ""


def _held(images: Any) -> Iterator[Held]:
    for image in images:
        names = [name for text in image.get("names") or () if (name := parsed(text))]
        digests = [n.version for n in names if n.version.startswith("sha256:")]
        if names:
            tags = tuple(n.version for n in names if n.version not in digests)
            digest = digests[0] if digests else tags[0]
            yield Held(names[0].repository, digest, tags, int(image["sizeBytes"]))


def _add_pod(item: Mapping[str, Any], told: Told) -> str:
    spec, status = item["spec"], item.get("status") or {}
    node = spec.get("nodeName")
    if not node:
        return "pod that no node runs yet"
    found = 0
    for key in ("containerStatuses", "initContainerStatuses"):
        for container in status.get(key) or ():
            image = parsed(container.get("imageID")) or parsed(container.get("image"))
            if image:
                found += 1
                told.running.append(Running(str(node), *image))
    return "" if found else "pod without an image of an Azure registry"


def _add_event(item: Mapping[str, Any], told: Told) -> str:
    reason = item.get("reason")
    text = str(item.get("message") or item.get("note") or "")
    if reason == "Pulling":
        return "pull that has only begun"
    is_done = reason == "Pulled" and "Successfully pulled" in text
    if not is_done and not (reason == "Failed" and "Failed to pull" in text):
        return (
            "image that was there already, so not asked for"
            if reason == "Pulled"
            else "event about something else"
        )
    quoted = _QUOTED.search(text)
    image = parsed(quoted[1]) if quoted else None
    if image is None:
        return ELSEWHERE
    series = item.get("series") or {}
    source = item.get("source") or item.get("deprecatedSource") or {}
    size = _SIZE.search(text)
    told.pulls.append(
        Pull(
            node=str(source.get("host") or item.get("reportingInstance") or ""),
            image=image,
            time=when(
                series.get("lastObservedTime")
                or item.get("lastTimestamp")
                or item.get("deprecatedLastTimestamp")
                or item.get("eventTime")
                or item["metadata"].get("creationTimestamp")
            ),
            seconds=_seconds(text),
            size_bytes=int(size[1]) if size else None,
            times=int(
                series.get("count")
                or item.get("count")
                or item.get("deprecatedCount")
                or 1
            ),
            failed=not is_done,
        )
    )
    return ""


def _seconds(text: str) -> float | None:
    """Seconds in `in 1m2.5s (3m4s including waiting)`, the first figure."""
    match = _DURATION.search(text)
    if not match:
        return None
    return sum(float(n) * _SECONDS[unit] for n, unit in _PART.findall(match[1]))


def parsed(text: object) -> ImageName | None:
    """The image that a reference names; None if it is in no Azure registry."""
    host, slash, rest = str(text or "").rpartition("://")[2].partition("/")
    if not slash or ".azurecr." not in host:
        return None
    repository, at, digest = rest.partition("@")
    repository, _, tag = repository.partition(":")
    return ImageName(repository, digest if at else tag or "latest")


def when(text: object) -> datetime | None:
    """The time in `2026-10-23T02:04:01Z`, with or without fractions."""
    if not isinstance(text, str):
        return None
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)
