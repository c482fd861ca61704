"""The plan's registries as Bicep, with parameters.

A registry that exists is only referred to: to deploy it again would reset every setting
that the planner does not know, such as its network rules. Its tier is raised by the az
script or by hand before; without that Azure refuses the replicas.
"""

from __future__ import annotations

from collections.abc import Iterator

from planner.deployment.comments import heading, preflight_lines, step_lines
from planner.deployment.names import symbol
from planner.deployment.steps import Migration, RaiseSku
from planner.domain.layout import Registry

API_VERSION = "2025-11-01"
"""Latest stable version of the resource provider's interface."""


def bicep(migration: Migration) -> str:
    """The template, ending in a newline."""
    registries = migration.after.layout.registries
    parts = ["\n".join(_comments(migration)), "targetScope = 'resourceGroup'"]
    parts += [_parameters(migration, registry) for registry in registries]
    for registry in registries:
        parts += _resources(migration, registry)
    return "\n\n".join(parts) + "\n"


def _comments(migration: Migration) -> Iterator[str]:
    yield from (f"// {line}" for line in heading(migration))
    yield "//"
    yield "// Look at az deployment group what-if first. Replicas are made one after the"
    yield "// other. Nothing is deleted, no image is imported and no regional endpoint (a"
    yield "// preview) is enabled; the az script does these."
    yield "//"
    yield from (f"// {line}" for line in preflight_lines(migration))
    yield "//"
    yield "// All steps:"
    for number, step in enumerate(migration.steps, start=1):
        yield from (f"// {line}" for line in step_lines(number, step))


def _parameters(migration: Migration, registry: Registry) -> str:
    name, prefix = registry.name, symbol(registry.name)
    added = migration.new_replicas(registry)
    regions = "".join(f"\n  '{region}'" for region in sorted(added))
    lines = [
        f"@description('Name of registry {name}')",
        "@minLength(5)",
        "@maxLength(50)",
        f"param {prefix}Name string = '{name}'",
    ]
    if name not in migration.kept:
        lines += [
            "",
            f"@description('Home region of {name}, fixed once it exists')",
            f"param {prefix}Location string = '{registry.home}'",
            "",
            f"@description('Service tier of {name}; replicas need Premium')",
            "@allowed([\n  'Basic'\n  'Standard'\n  'Premium'\n])",
            f"param {prefix}Sku string = '{registry.sku}'",
        ]
    if regions:
        lines += [
            "",
            f"@description('New replicas of {name}, without its home region')",
            f"param {prefix}Replicas array = [{regions}\n]",
        ]
    return "\n".join(lines)


def _resources(migration: Migration, registry: Registry) -> Iterator[str]:
    prefix = symbol(registry.name)
    kind = f"'Microsoft.ContainerRegistry/registries@{API_VERSION}'"
    if registry.name in migration.kept:
        for step in migration.steps:
            if (
                isinstance(step.change, RaiseSku)
                and step.change.registry == registry.name
            ):
                yield f"// before: az acr update --name {registry.name} --sku {registry.sku}"
        yield f"resource {prefix}Registry {kind} existing = {{\n  name: {prefix}Name\n}}"
    else:
        yield (
            f"resource {prefix}Registry {kind} = {{\n"
            f"  name: {prefix}Name\n"
            f"  location: {prefix}Location\n"
            f"  sku: {{\n    name: {prefix}Sku\n  }}\n"
            "  properties: {\n    adminUserEnabled: false\n  }\n}"
        )
    if migration.new_replicas(registry):
        yield _replications(prefix)


def _replications(prefix: str) -> str:
    kind = f"'Microsoft.ContainerRegistry/registries/replications@{API_VERSION}'"
    return (
        "@batchSize(1)\n"
        f"resource {prefix}Replications {kind} = [\n"
        f"  for region in {prefix}Replicas: {{\n"
        f"    parent: {prefix}Registry\n"
        "    name: region\n"
        "    location: region\n"
        "    properties: {\n      regionEndpointEnabled: true\n    }\n"
        "  }\n]"
    )
