"""Resources of all files into the layout in use.

The home region is among the replications of a live listing and must not count twice. Where
files contradict each other, the one nearest to the registry wins, and the other is told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from planner.domain.layout import Layout, Registry, Sku
from planner.errors import InputError, did_you_mean
from planner.facts import load_facts
from planner.importers.config_resources import Content, Resource, Source, Told, Unknown
from planner.importers.places import squeezed_region

LISTING = "`az acr replication list`"


@dataclass
class Seen:
    """What the files of one source tell of one registry."""

    name: str
    source: Source
    files: list[str] = field(default_factory=list)
    home: str | None = None
    sku: Sku | None = None
    locations: dict[str, bool] = field(default_factory=dict)
    """Locations told, home perhaps among them, and whether each is in routing."""
    is_complete: bool = False
    """Whether these are all locations."""
    private_endpoints: int = 0
    regional_endpoints: bool = False
    unknown: list[str] = field(default_factory=list)
    """What stands there instead of a value."""

    @property
    def is_usable(self) -> bool:
        """Whether the registry can be drawn from it."""
        return self.home is not None and not self.unknown


@dataclass
class Drawn:
    """The layout in use, and what is to be said about it."""

    layout: Layout | None = None
    routing_off: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    assumptions: list[str] = field(default_factory=list)


def draw(contents: Sequence[Content]) -> Drawn:
    """The registries of all files.

    Raises `InputError` if a region or SKU is none, or no registry can be drawn.
    """
    seen: dict[tuple[str, Source], Seen] = {}
    for content in contents:
        for resource in content.resources:
            _note(resource, content, seen)
    by_name: dict[str, list[Seen]] = defaultdict(list)
    for one in sorted(seen.values(), key=lambda one: (one.name, one.source)):
        by_name[one.name].append(one)
    drawn = Drawn()
    registries = []
    for versions in by_name.values():
        registry = _registry(versions, drawn)
        if registry is not None:
            registries.append(registry)
    if registries:
        drawn.layout = Layout(registries=tuple(registries))
    return drawn


def _note(
    resource: Resource, content: Content, seen: dict[tuple[str, Source], Seen]
) -> None:
    """Add a resource to what is known of its registry."""
    name = _text(resource.registry) or _only_one(content)
    one = seen.setdefault((name, content.source), Seen(name, content.source))
    if content.file not in one.files:
        one.files.append(content.file)
    said = {"name": resource.registry, "location": resource.location}
    for key, value in said.items():
        if isinstance(value, Unknown):
            one.unknown.append(f"{key} is {value.text}")
    region = _region(resource.location, content.file)
    for location in resource.locations:
        one.locations.setdefault(_region(location, content.file) or location, True)
        one.is_complete = True
    if resource.is_registry:
        _note_registry(one, resource, region, content)
    elif region is not None:
        one.locations[region] = resource.routed is not False
        one.is_complete = True
        if isinstance(resource.routed, Unknown):
            one.unknown.append(f"routing of {region} is {resource.routed.text}")


def _note_registry(
    one: Seen, resource: Resource, region: str | None, content: Content
) -> None:
    if one.home is not None and region is not None and region != one.home:
        raise InputError(
            f"{one.name} is in {region}, but in {one.home} in {one.files[0]}; import "
            "files of one time",
            content.file,
        )
    one.home = one.home or region
    one.sku = one.sku or _sku(resource.sku, content)
    one.private_endpoints = max(one.private_endpoints, resource.private_endpoints or 0)
    one.regional_endpoints = one.regional_endpoints or bool(resource.regional_endpoints)
    # code and states list replicas beside their registry; Azure answers in two parts
    if content.source is not Source.LIVE or one.sku in (Sku.BASIC, Sku.STANDARD):
        one.is_complete = True


def _text(value: Told) -> str:
    return value.lower() if isinstance(value, str) else ""


def _only_one(content: Content) -> str:
    """The name that a replica without a readable one belongs to."""
    names = {_text(one.registry) for one in content.resources if one.is_registry}
    return names.pop() if len(names) == 1 else ""


def _region(value: Told, file: str) -> str | None:
    """`westeurope` for `West Europe`; a region that Azure does not have is an error."""
    if not isinstance(value, str) or not value:
        return None
    region = squeezed_region(value)
    if region is None:
        near = did_you_mean(value, load_facts().regions)
        raise InputError(f"unknown region {value!r}{near}", file)
    return region


def _sku(value: Told, content: Content) -> Sku | None:
    if isinstance(value, Unknown):
        content.notes.append(f"{content.file}: the SKU is {value.text}, no literal")
        return None
    for sku in Sku:
        if value is not None and sku.value.lower() == value.lower():
            return sku
    if value is None:
        return None
    raise InputError(f"unknown SKU {value!r}{did_you_mean(value, Sku)}", content.file)


def _registry(versions: Sequence[Seen], drawn: Drawn) -> Registry | None:
    """The registry as the nearest source has it that tells enough."""
    for one in versions:
        if one.unknown:
            drawn.notes.append(
                f"{', '.join(one.files)}: the layout is not told: "
                f"{'; '.join(dict.fromkeys(one.unknown))}, no literal; give what Azure "
                f"or the state says (`az acr show` and {LISTING}, `terraform show -json`)"
            )
    usable = [one for one in versions if one.is_usable]
    if not usable:
        if not any(one.unknown for one in versions):
            drawn.notes.append(
                f"{', '.join(versions[0].files)}: the home region of "
                f"{versions[0].name or 'a registry'} is not told; add `az acr show`"
            )
        return None
    best = usable[0]
    assert best.home is not None
    replicas = _replicas(best, usable, drawn)
    _compare(best, replicas, usable[1:], drawn)
    _say(best, replicas, drawn)
    return Registry(
        name=best.name,
        sku=best.sku or next((one.sku for one in usable if one.sku), None),
        home=best.home,
        replicas=tuple(sorted(replicas)),
        private_endpoints=best.private_endpoints,
    )


def _replicas(best: Seen, usable: Sequence[Seen], drawn: Drawn) -> dict[str, bool]:
    """Locations beside the home, and whether each is in routing."""
    told = next((one for one in usable if one.is_complete), best)
    if not told.is_complete:
        drawn.assumptions.append(
            f"{best.name}: taken to have no replicas; `az acr show` does not list them "
            f"(add {LISTING})"
        )
    elif told is not best:
        drawn.assumptions.append(
            f"{best.name}: replicas as in {', '.join(told.files)} (add {LISTING} to be "
            "sure)"
        )
    return {region: on for region, on in told.locations.items() if region != best.home}


def _compare(
    best: Seen, replicas: dict[str, bool], others: Sequence[Seen], drawn: Drawn
) -> None:
    """Tell where a source further away says something else."""
    for other in others:
        there = {r for r in other.locations if r != other.home}
        differs = []
        if other.home != best.home:
            differs.append(f"home {other.home}")
        if other.sku and best.sku and other.sku is not best.sku:
            differs.append(f"SKU {other.sku.value}")
        if other.is_complete and there != set(replicas):
            differs.append(f"replicas {', '.join(sorted(there)) or 'none'}")
        if differs:
            drawn.notes.append(
                f"{best.name}: {', '.join(other.files)} has {'; '.join(differs)}; the "
                f"layout follows {', '.join(best.files)}"
            )


def _say(best: Seen, replicas: dict[str, bool], drawn: Drawn) -> None:
    off = tuple(sorted(region for region, on in best.locations.items() if not on))
    off = off or tuple(sorted(region for region, on in replicas.items() if not on))
    drawn.routing_off += off
    for region in off:
        drawn.notes.append(
            f"{best.name}: {region} is out of routing; it is charged all the same, and "
            "the layout has it as answering"
        )
    if best.source is Source.CODE and best.home in best.locations:
        drawn.notes.append(
            f"{best.name}: the home region {best.home} is listed as a replica too; it "
            "counts once"
        )
    if best.regional_endpoints:
        drawn.notes.append(
            f"{best.name}: regional endpoints are on; which sites are pinned to one is "
            "not told (`routing: pinned` and `pins` of the layout)"
        )
    if best.private_endpoints:
        drawn.assumptions.append(
            f"{best.name}: {best.private_endpoints} private endpoints are counted with "
            "the registry; which sites use them is not told"
        )
