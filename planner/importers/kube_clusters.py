"""Which cluster a node, and so a pull, belongs to, and where that cluster is."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from planner.importers.files import SourceFile
from planner.importers.findings import FoundSite
from planner.importers.inputs import Inputs
from planner.importers.kube_records import Cluster, Node, Pull, Running, Told, read
from planner.importers.places import Place, squeezed_region


@dataclass
class Group:
    """A cluster, with what all files tell of it."""

    name: str
    nodes: dict[str, Node] = field(default_factory=dict)
    running: list[Running] = field(default_factory=list)
    pulls: list[Pull] = field(default_factory=list)
    listed: Cluster | None = None
    """Its entry in `az aks list`."""

    @property
    def count(self) -> int | None:
        """Nodes that were seen, else those that are listed."""
        return len(self.nodes) or (self.listed.nodes if self.listed else None)


@dataclass
class Gathered:
    """All clusters, and what belongs to none of them."""

    groups: dict[str, Group] = field(default_factory=dict)
    lost: list[Pull] = field(default_factory=list)
    """Pulls on nodes of which no file tells the cluster."""
    lost_pods: int = 0


def gather(told: Sequence[Told]) -> Gathered:
    """Everything by cluster.

    A file of kubectl is of one cluster: what runs on nodes that are gone goes to the
    cluster of the other nodes that the file names.
    """
    result = Gathered()
    for cluster in (cluster for one in told for cluster in one.clusters):
        group = result.groups.setdefault(cluster.name, Group(cluster.name))
        group.listed = cluster
    names = {g.listed.group: n for n, g in result.groups.items() if g.listed}
    homes: dict[str, str] = {}
    for one in told:
        for node in one.nodes:
            name = _cluster_name(node, names, one, told)
            result.groups.setdefault(name, Group(name)).nodes[node.name] = node
            homes[node.name] = name
    folders = _folders(told, homes)
    for one in told:
        own = _own(one, homes, folders, result)
        for running in one.running:
            name = homes.get(running.node, own)
            if name:
                result.groups[name].running.append(running)
            result.lost_pods += not name
        for pull in one.pulls:
            name = homes.get(pull.node, own)
            (result.groups[name].pulls if name else result.lost).append(pull)
    return result


def _cluster_name(
    node: Node, names: dict[str, str], one: Told, told: Sequence[Told]
) -> str:
    """By `az aks list`, else by the resource group of the nodes, else by the folder."""
    if node.group:
        return names.get(node.group) or _in_group(node.group)
    path = one.file.path.resolve()
    beside = [
        t for t in told if t.nodes and t.file.path.resolve().parent == path.parent
    ]
    return path.parent.name if len(beside) == 1 else path.stem


def _in_group(group: str) -> str:
    """The cluster in `mc_<resource group>_<cluster>_<region>`, the default name."""
    match = re.fullmatch(r"mc_([^_]+)_([^_]+)_[a-z0-9]+", group)
    return match[2] if match else group


def _folders(told: Sequence[Told], homes: dict[str, str]) -> dict[str, str]:
    """The cluster of each folder whose node lists are of one cluster."""
    found: dict[str, set[str]] = defaultdict(set)
    for one in told:
        for node in one.nodes:
            found[str(one.file.path.resolve().parent)].add(homes[node.name])
    return {folder: names.pop() for folder, names in found.items() if len(names) == 1}


def _own(
    one: Told, homes: dict[str, str], folders: dict[str, str], all_found: Gathered
) -> str:
    """The cluster of a file: of most nodes it names, of its folder, or the only one."""
    named = [running.node for running in one.running] + [p.node for p in one.pulls]
    votes = Counter(homes[node] for node in named if node in homes)
    if votes:
        return votes.most_common(1)[0][0]
    folder = folders.get(str(one.file.path.resolve().parent), "")
    if folder or len(all_found.groups) != 1:
        return folder
    return next(iter(all_found.groups))


def by_identity(files: Sequence[SourceFile]) -> dict[str, Place]:
    """Clusters as places, by the identities with which their nodes log in.

    Raises `InputError` if a file cannot be read.
    """
    clusters = [one for file in files for one in read(file, set()).clusters]
    return {
        identity: Place(cluster.name, region)
        for cluster in clusters
        if (region := squeezed_region(cluster.region))
        for identity in cluster.identities
    }


def site_of(group: Group, inputs: Inputs) -> FoundSite | None:
    """The cluster as a site; None if nothing tells where it is.

    Its region is that of the list or of the node labels; else the address map may hold
    the nodes, or the scenario a site of that name.
    """
    labels = Counter(
        region
        for node in group.nodes.values()
        if (region := squeezed_region(node.region))
    )
    listed = squeezed_region(group.listed.region) if group.listed else None
    region = listed or (labels.most_common(1)[0][0] if labels else None)
    if region:
        return FoundSite(group.name, region, nodes=group.count)
    for node in group.nodes.values():
        for address in node.addresses:
            place = inputs.places.find(address)
            if place and (place.region or place.latitude is not None):
                return FoundSite(
                    group.name,
                    place.region,
                    place.latitude,
                    place.longitude,
                    nodes=group.count,
                )
    if inputs.into and any(site.name == group.name for site in inputs.into.sites):
        return FoundSite(group.name, nodes=group.count)
    return None
