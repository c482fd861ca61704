"""The plan's registries as Terraform, with `import` blocks for those that exist.

What the planner does not know of a registry (network rules, identity, tags) is ignored,
so that an import changes tier and replicas only. Terraform deletes before it creates;
replicas that the plan drops therefore stay until a variable says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator

from planner.deployment.comments import heading, preflight_lines, step_lines
from planner.deployment.names import symbol
from planner.deployment.steps import Migration
from planner.domain.layout import Registry, Sku

AZURERM = (4, 5)
"""Major versions of the provider that can be written for."""
ROUTING = {4: "regional_endpoint_enabled", 5: "global_endpoint_routing_enabled"}
"""The argument that lets the global endpoint route to a replica. Version 4 takes it for
false where it is missing, and version 5 requires it."""
UNKNOWN_TO_US = (
    "admin_enabled",
    "anonymous_pull_enabled",
    "data_endpoint_enabled",
    "encryption",
    "export_policy_enabled",
    "identity",
    "network_rule_bypass_option",
    "network_rule_set",
    "public_network_access_enabled",
    "quarantine_policy_enabled",
    "retention_policy_in_days",
    "tags",
    "zone_redundancy_enabled",
)
"""Arguments of a registry that are left as they are."""
VARIABLES = {
    "subscription_id": ("string", "Subscription of the registries", None),
    "resource_group_name": ("string", "Resource group of the registries", None),
    "zone_redundancy_enabled": (
        "bool",
        "What az acr replication list shows for the replicas that exist; another value "
        "deletes and copies them again",
        "false",
    ),
    "delete_dropped_replicas": (
        "bool",
        "Set to true once every site has been switched",
        "false",
    ),
}
"""Type, description and default (none: it must be given)."""


def terraform(migration: Migration, azurerm: int = 5) -> str:
    """The configuration, ending in a newline; `azurerm` is the provider's major version."""
    parts = [
        "\n".join(_comments(migration)),
        _requirements(azurerm),
        *(_variable(name) for name in VARIABLES),
    ]
    for registry in migration.after.layout.registries:
        if registry.name in migration.kept:
            parts.append(_import(registry))
        parts.append(_resource(migration, registry, azurerm))
    return "\n\n".join(parts) + "\n"


def _comments(migration: Migration) -> Iterator[str]:
    yield from (f"# {line}" for line in heading(migration))
    yield "#"
    yield "# Look at terraform plan first: it may change sku and georeplications only."
    yield "# The provider makes replicas one after the other. It neither imports images"
    yield "# nor deletes registries that the plan drops; the az script does both."
    yield "#"
    yield from (f"# {line}" for line in preflight_lines(migration))
    yield "#"
    yield "# All steps:"
    for number, step in enumerate(migration.steps, start=1):
        yield from (f"# {line}" for line in step_lines(number, step))


def _requirements(azurerm: int) -> str:
    return f"""terraform {{
  required_version = ">= 1.6"
  required_providers {{
    azurerm = {{
      source  = "hashicorp/azurerm"
      version = "~> {azurerm}.0"
    }}
  }}
}}

provider "azurerm" {{
  subscription_id = var.subscription_id
  features {{}}
}}"""


def _variable(name: str) -> str:
    kind, description, default = VARIABLES[name]
    lines = [f"type        = {kind}", f'description = "{description}"']
    if default is not None:
        lines.append(f"default     = {default}")
    body = "\n".join(f"  {line}" for line in lines)
    return f'variable "{name}" {{\n{body}\n}}'


def _import(registry: Registry) -> str:
    scope = "/subscriptions/${var.subscription_id}/resourceGroups/${var.resource_group_name}"
    path = f"{scope}/providers/Microsoft.ContainerRegistry/registries/{registry.name}"
    target = f"azurerm_container_registry.{symbol(registry.name)}"
    return f'import {{\n  to = {target}\n  id = "{path}"\n}}'


def _resource(migration: Migration, registry: Registry, azurerm: int) -> str:
    dropped = migration.dropped_replicas(registry)
    lines = [
        f'resource "azurerm_container_registry" "{symbol(registry.name)}" {{',
        f'  name                = "{registry.name}"',
        "  resource_group_name = var.resource_group_name",
        f'  location            = "{registry.home}"',
        f"  sku                 = {_sku(registry, dropped)}",
    ]
    if dropped:
        lines += ["", *_with_dropped(registry, dropped, azurerm)]
    else:
        old = migration.kept.get(registry.name)
        for region in sorted(registry.replicas):
            exists = old is not None and region in old.replicas
            lines += ["", *_replica(f'"{region}"', azurerm, exists=exists)]
    ignored = ",\n".join(f"      {name}" for name in UNKNOWN_TO_US)
    lines += ["", "  # a first copy takes hours", "  timeouts {"]
    lines += ['    create = "24h"', '    update = "24h"', "  }"]
    lines += ["", "  lifecycle {", "    prevent_destroy = true"]
    lines += ["    ignore_changes = [", f"{ignored},", "    ]", "  }", "}"]
    return "\n".join(lines)


def _sku(registry: Registry, dropped: tuple[str, ...]) -> str:
    """Premium as long as there are replicas."""
    if dropped and registry.sku is not Sku.PREMIUM:
        return f'var.delete_dropped_replicas ? "{registry.sku}" : "{Sku.PREMIUM}"'
    return f'"{registry.sku}"'


def _replica(location: str, azurerm: int, *, exists: bool) -> Iterator[str]:
    pairs = {"location": location, ROUTING[azurerm]: "true"}
    if exists:
        pairs["zone_redundancy_enabled"] = "var.zone_redundancy_enabled"
    width = max(map(len, pairs))
    yield "  georeplications {"
    yield from (f"    {key:<{width}} = {value}" for key, value in pairs.items())
    yield "  }"


def _with_dropped(
    registry: Registry, dropped: tuple[str, ...], azurerm: int
) -> Iterator[str]:
    """Replicas in their order, the dropped ones among them until they may go."""
    stay, go = (
        ", ".join(f'"{r}"' for r in sorted(names))
        for names in (registry.replicas, dropped)
    )
    yield '  dynamic "georeplications" {'
    yield f"    for_each = sort(concat([{stay}], var.delete_dropped_replicas ? [] : [{go}]))"
    yield "    content {"
    pairs = {
        "location": "georeplications.value",
        ROUTING[azurerm]: "true",
        "zone_redundancy_enabled": "var.zone_redundancy_enabled",
    }
    width = max(map(len, pairs))
    yield from (f"      {key:<{width}} = {value}" for key, value in pairs.items())
    yield "    }"
    yield "  }"
