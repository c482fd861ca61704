"""The kinds of export that can be imported, and which kind a file is."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from planner.errors import InputError, did_you_mean
from planner.importers import (
    acr_config,
    acr_logs,
    acr_metrics,
    cost,
    kubernetes,
    registry_events,
    rtt,
    trace,
)
from planner.importers.files import SourceFile
from planner.importers.findings import Findings
from planner.importers.inputs import Inputs


class Kind(NamedTuple):
    """One kind of export."""

    name: str
    gives: str
    """What it is and what it tells, for people."""
    recognises: Callable[[SourceFile], bool]
    """Whether a file is of this kind, judged by its content."""
    find: Callable[[Inputs], Findings]
    """What files of this kind tell."""


KINDS = (
    Kind(
        "acr-config",
        "configuration of registries (az, REST, Resource Graph, ARM, Bicep, Terraform, "
        "Pulumi, lists of manifests): the layout in use, images with sizes, storage",
        acr_config.recognises,
        acr_config.find,
    ),
    Kind(
        "kubernetes",
        "nodes, pods and events of kubectl, and `az aks list`: clusters, images in use, "
        "pulls with their times, bottom-up demand",
        kubernetes.recognises,
        kubernetes.find,
    ),
    Kind(
        "acr-logs",
        "registry resource logs (repository and login events): pulls and bytes per "
        "client region, repository and month; pushes; share served by each replica",
        acr_logs.recognises,
        acr_logs.find,
    ),
    Kind(
        "acr-metrics",
        "metrics of registries and private endpoints: total pulls and pushes, storage by "
        "location, bytes through private endpoints",
        acr_metrics.recognises,
        acr_metrics.find,
    ),
    Kind(
        "cost",
        "bills (Cost Management, FOCUS; CSV and Parquet): what registries and their "
        "bandwidth cost by meter and region, against what the scenario would cost",
        cost.recognises,
        cost.find,
    ),
    Kind(
        "registry-events",
        "notifications and access logs of registries, webhooks and Event Grid of ACR: "
        "pulls, pushes, the bytes that were sent, replication lag",
        registry_events.recognises,
        registry_events.find,
    ),
    Kind(
        "trace",
        "traces of the IBM Cloud Container Registry (FAST 2018): demand of a real registry",
        trace.recognises,
        trace.find,
    ),
    Kind(
        "rtt",
        "CSV of your own probes (site, region, ms): measured round trips of each site",
        rtt.recognises,
        rtt.find,
    ),
)
"""In the order in which a file is offered to them."""


def kind_named(name: str) -> Kind:
    """The kind of that name; `InputError` names the nearest one."""
    for kind in KINDS:
        if kind.name == name:
            return kind
    names = [kind.name for kind in KINDS]
    raise InputError(
        f"no kind of import {name!r}{did_you_mean(name, names)} "
        f"(known: auto, {', '.join(names)})"
    )


def kind_of(file: SourceFile) -> Kind | None:
    """The kind of a file, None for none."""
    return next((kind for kind in KINDS if kind.recognises(file)), None)
