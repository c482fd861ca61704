"""Which registry of a found plan is which registry of today.

The optimizer invents names. A registry cannot be renamed, nor its home moved, so a
found registry takes over one of today's with the same home: then its images, its access
rules and its name stay.
"""

from __future__ import annotations

from planner.domain.layout import Layout, Registry

SHORTEST_NAME = 5


def adopt_names(today: Layout, found: Layout) -> Layout:
    """The found layout under the names of today's registries where the homes agree."""
    free = [
        registry
        for registry in today.registries
        if registry.name not in {other.name for other in found.registries}
    ]
    adopted = []
    for registry in found.registries:
        twin = _twin(registry, free, today)
        if twin:
            free.remove(twin)
        name = twin.name if twin else _new_name(registry, today)
        adopted.append(registry.model_copy(update={"name": name}))
    return found.model_copy(update={"registries": tuple(adopted)})


def _twin(registry: Registry, free: list[Registry], today: Layout) -> Registry | None:
    """Today's registry that has the same home; one with the same name is itself."""
    same = next((r for r in today.registries if r.name == registry.name), None)
    if same and same.home == registry.home:
        return None
    return next((r for r in free if r.home == registry.home), None)


def _new_name(registry: Registry, today: Layout) -> str:
    """The invented name, long enough for Azure and no other registry's of today."""
    name = registry.name
    if len(name) < SHORTEST_NAME:
        name += "registry"
    taken = {other.name: other.home for other in today.registries}
    if taken.get(name, registry.home) != registry.home:
        name += registry.home
    return name
