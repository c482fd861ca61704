"""What a step is called, what to look at before it, how to verify it and how to go back.

Names are put in as they are; who shows the sentences makes them harmless to read.
"""

from __future__ import annotations

from typing import NamedTuple

from planner.deployment.steps import (
    AddPush,
    Change,
    CreateRegistry,
    CreateReplica,
    CreateWebhook,
    DeleteRegistry,
    DeleteReplica,
    EnableRegionalEndpoints,
    ImportImages,
    LowerSku,
    RaiseSku,
    SwitchSite,
)


class Words(NamedTuple):
    """The sentences of a step."""

    title: str
    check: str
    """What must hold before."""
    verify: str
    """How to see that it is done."""
    undo: str
    """How to go back."""


def words(change: Change) -> Words:
    """The sentences of a step."""
    match change:
        case DeleteReplica() | DeleteRegistry() | LowerSku():
            return _reduction(change)
        case AddPush() | ImportImages() | SwitchSite() | CreateWebhook():
            return _content(change)
        case _:
            return _resource(change)


def _resource(
    change: CreateRegistry | RaiseSku | EnableRegionalEndpoints | CreateReplica,
) -> Words:
    match change:
        case CreateRegistry(name, home, sku):
            return Words(
                f"Create registry {name} ({sku}) with its home in {home}",
                f"The name {name} is free, and {home} is the home for good.",
                f"az acr show gives the location {home} and the tier {sku}.",
                f"Delete {name}, as long as no site uses it.",
            )
        case RaiseSku(name, old, new):
            return Words(
                f"Raise {name} from {old} to {new}",
                f"{name} exists and is not higher already; there is no downtime.",
                f"az acr show gives the tier {new}.",
                f"Set the tier back to {old}, as long as there are no replicas.",
            )
        case EnableRegionalEndpoints(name):
            return Words(
                f"Enable the regional endpoints of {name} (a preview)",
                "Azure CLI 2.86 or newer; AKS node images of 2026-07-29 or newer.",
                "az acr show-endpoints lists one login server for each location.",
                f"Set the regional endpoints of {name} to disabled.",
            )
        case CreateReplica(name, region):
            return Words(
                f"Create the replica of {name} in {region}, and wait until it is Ready",
                "Soft delete is off, the subnets of private endpoints have free "
                "addresses, and none of these endpoints has static ones.",
                f"az acr replication show gives the status Ready for {region}.",
                f"Delete the replica in {region}; adding it again costs a full copy.",
            )


def _content(change: AddPush | ImportImages | SwitchSite | CreateWebhook) -> Words:
    match change:
        case AddPush(source, _, old, new):
            both = ", ".join(dict.fromkeys((*old, *new)))
            return Words(
                f"Let {source or 'every build'} push to {both}",
                f"{source or 'Every build'} may push there (AcrPush).",
                f"A new tag appears in {', '.join(new)}.",
                f"Push to {', '.join(old)} only.",
            )
        case ImportImages(source, name, images):
            return Words(
                f"Import {', '.join(images)} from {source} into {name}",
                f"Both registries can be read; tags that {name} has already stay as they "
                "are. Untagged manifests are not copied.",
                f"Every tag in {source} is also in {name}.",
                f"The copies may stay; delete the repositories in {name} to save their "
                "storage.",
            )
        case CreateWebhook(name, region):
            return Words(
                f"Create webhook {change.name} of {name} in {region}",
                f"The location {region} exists and the address answers.",
                f"az acr webhook ping calls {change.name}.",
                f"Delete webhook {change.name}.",
            )
        case SwitchSite(site):
            return Words(
                f"Switch {site} from {change.old_server} to {change.new_server}",
                f"{site} may pull from {change.registry} (AcrPull), and every replica is "
                "Ready.",
                f"A new pod on {site} pulls from {change.new_server}.",
                f"Put {change.old_server} back into the image names of {site}.",
            )


def _reduction(change: DeleteReplica | DeleteRegistry | LowerSku) -> Words:
    match change:
        case DeleteReplica(name, region):
            return Words(
                f"Delete the replica of {name} in {region}",
                f"{region} is not the home, and no site is pinned to it.",
                f"az acr replication list no longer shows {region}.",
                f"Create the replica in {region} again, which costs a full copy.",
            )
        case DeleteRegistry(name, _, heirs):
            return Words(
                f"Delete registry {name}",
                f"No site uses it, and every tag of it is in {' or '.join(heirs)}.",
                f"az acr list no longer shows {name}.",
                "None: what is deleted is gone. Wait until nothing was pulled from "
                f"{name} for some weeks.",
            )
        case LowerSku(name, old, new):
            return Words(
                f"Lower {name} from {old} to {new}",
                f"{name} has no replicas, no private endpoints and nothing else that "
                f"{new} lacks.",
                f"az acr show gives the tier {new}.",
                f"Set the tier back to {old}.",
            )
