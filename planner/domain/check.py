"""What in a scenario contradicts itself or the facts: one function for each thing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from planner.domain.layout import Registry, Sku
from planner.domain.scenario import Image, Place, Scenario
from planner.errors import Finding, did_you_mean
from planner.facts import load_facts
from planner.facts.regions import Availability, Region


def check(scenario: Scenario) -> list[Finding]:
    """Everything in a scenario that contradicts itself or the facts."""
    regions = load_facts().regions
    return [
        *_duplicates("images", scenario.images),
        *_duplicates("push_sources", scenario.push_sources),
        *_duplicates("sites", scenario.sites),
        *_dangling_names(scenario),
        *(f for name in scenario.layouts for f in _check_layout(scenario, name)),
        *_unusable_regions(scenario, regions),
        *_unknown_overrides(scenario, regions),
        *_repeated_overrides(scenario),
        *_unknown_geographies(scenario, regions),
    ]


def _duplicates(
    key: str, items: Sequence[Image | Place | Registry], at: tuple[str | int, ...] = ()
) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, item in enumerate(items):
        if item.name in seen:
            yield Finding(
                (*at, key, index, "name"), f"the name {item.name!r} appears twice"
            )
        seen.add(item.name)


def _unknown(what: str, name: str, known: Sequence[str]) -> str:
    listing = ", ".join(known[:8]) + (", ..." if len(known) > 8 else "")
    return f"no {what} {name!r}{did_you_mean(name, known)} (known: {listing or 'none'})"


def _dangling_names(scenario: Scenario) -> Iterator[Finding]:
    images = [image.name for image in scenario.images]
    sources = [source.name for source in scenario.push_sources]
    for i, image in enumerate(scenario.images):
        if image.pushed_from is not None and image.pushed_from not in sources:
            message = _unknown("push source", image.pushed_from, sources)
            yield Finding(("images", i, "pushed_from"), message)
    for i, site in enumerate(scenario.sites):
        for k, entry in enumerate(site.demand):
            if entry.image is not None and entry.image not in images:
                message = _unknown("image", entry.image, images)
                yield Finding(("sites", i, "demand", k, "image"), message)
    if scenario.baseline is not None and scenario.baseline not in scenario.layouts:
        message = _unknown("layout", scenario.baseline, list(scenario.layouts))
        yield Finding(("baseline",), message)


def _check_layout(scenario: Scenario, name: str) -> Iterator[Finding]:
    layout = scenario.layouts[name]
    here = ("layouts", name)
    sites = {site.name: site for site in scenario.sites}
    yield from _duplicates("registries", layout.registries, here)
    user: dict[str, str] = {}
    for i, registry in enumerate(layout.registries):
        at = (*here, "registries", i)
        yield from _check_registry(registry, at)
        for k, site in enumerate(registry.serves):
            where = (*at, "serves", k)
            if site not in sites:
                yield Finding(where, _unknown("site", site, list(sites)))
            elif site in user:
                yield Finding(
                    where,
                    f"{site!r} is already served by {user[site]!r}; "
                    "a site uses one registry",
                )
            elif sites[site].private_endpoints and registry.sku not in (
                None,
                Sku.PREMIUM,
            ):
                yield Finding(
                    where,
                    f"{site!r} has private endpoints, which need a Premium registry, "
                    f"not {registry.sku}",
                )
            user.setdefault(site, registry.name)
        yield from _check_pins(registry, list(sites), at)


def _check_pins(
    registry: Registry, sites: Sequence[str], at: tuple[str | int, ...]
) -> Iterator[Finding]:
    for site, region in registry.pins.items():
        where = (*at, "pins", site)
        if site not in sites:
            yield Finding(where, _unknown("site", site, sites))
        if region not in registry.locations:
            yield Finding(
                where,
                f"{region} is not a location of {registry.name!r} "
                f"(its locations: {', '.join(registry.locations)})",
            )
    if registry.pins and registry.routing != "pinned":
        yield Finding((*at, "pins"), "pins need routing: pinned")


def _check_registry(registry: Registry, at: tuple[str | int, ...]) -> Iterator[Finding]:
    premium = registry.sku in (None, Sku.PREMIUM)
    for k, region in enumerate(registry.replicas):
        where = (*at, "replicas", k)
        if region == registry.home:
            yield Finding(where, f"{region} is the home region; a replica must differ")
        elif region in registry.replicas[:k]:
            yield Finding(where, f"{region} appears twice")
    if registry.replicas and not premium:
        yield Finding(
            (*at, "replicas"),
            f"replicas need a Premium registry, not {registry.sku}; "
            "set sku: Premium or drop the replicas",
        )
    if registry.private_endpoints and not premium:
        yield Finding(
            (*at, "private_endpoints"),
            f"private endpoints need a Premium registry, not {registry.sku}",
        )
    if registry.routing == "pinned" and not premium:
        yield Finding(
            (*at, "routing"),
            f"regional endpoints need a Premium registry, not {registry.sku}",
        )


def _named_regions(scenario: Scenario) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every region the scenario puts something in, with its field path."""
    for key, places in (
        ("sites", scenario.sites),
        ("push_sources", scenario.push_sources),
    ):
        for i, place in enumerate(places):
            if place.region:
                yield (key, i, "region"), place.region
    for name, layout in scenario.layouts.items():
        for i, registry in enumerate(layout.registries):
            at = ("layouts", name, "registries", i)
            yield (*at, "home"), registry.home
            for k, region in enumerate(registry.replicas):
                yield (*at, "replicas", k), region
    goals = scenario.goals
    if goals.home:
        yield ("goals", "home"), goals.home
    for k, region in enumerate(goals.required_regions):
        yield ("goals", "required_regions", k), region
    for k, region in enumerate(goals.candidate_regions or ()):
        yield ("goals", "candidate_regions", k), region


def _unusable_regions(
    scenario: Scenario, regions: Mapping[str, Region]
) -> Iterator[Finding]:
    priced = {fee.region for fee in scenario.price_overrides.registry_fees}
    for path, name in _named_regions(scenario):
        region = regions[name]
        if region.availability is Availability.SOVEREIGN and name not in priced:
            yield Finding(
                path,
                f"{name} belongs to {region.cloud}, whose prices are not published; "
                f"give its fee under price_overrides.registry_fees to use it",
            )
        elif region.availability is Availability.UNLISTED:
            yield Finding(
                path, f"{name} is named in Azure's code but not offered to customers"
            )


def _unknown_overrides(
    scenario: Scenario, regions: Mapping[str, Region]
) -> Iterator[Finding]:
    continents = {r.transfer_continent for r in regions.values()} - {None}
    zones = {r.egress_zone for r in regions.values()} - {None}
    own = scenario.price_overrides
    for i, rate in enumerate(own.transfer):
        for key in ("source", "target"):
            name = getattr(rate, key)
            if name not in regions and name not in continents:
                known = sorted(filter(None, continents))
                near = did_you_mean(name, [*regions, *known])
                yield Finding(
                    ("price_overrides", "transfer", i, key),
                    f"no region or continent {name!r}{near} "
                    f"(continents: {', '.join(known)})",
                )
    for i, egress in enumerate(own.internet_egress):
        if egress.source not in regions and egress.source not in zones:
            known = sorted(filter(None, zones))
            near = did_you_mean(egress.source, [*regions, *known])
            yield Finding(
                ("price_overrides", "internet_egress", i, "source"),
                f"no region or egress zone {egress.source!r}{near} "
                f"(zones: {', '.join(known)})",
            )


def _repeated_overrides(scenario: Scenario) -> Iterator[Finding]:
    own = scenario.price_overrides
    keys: dict[str, list[tuple[str | None, ...]]] = {
        "registry_fees": [(fee.sku, fee.region) for fee in own.registry_fees],
        "storage": [(price.region,) for price in own.storage],
        "transfer": [(rate.source, rate.target) for rate in own.transfer],
        "internet_egress": [(price.source,) for price in own.internet_egress],
    }
    for section, names in keys.items():
        for i, name in enumerate(names):
            if name in names[:i]:
                shown = ", ".join(part or "all regions" for part in name)
                yield Finding(
                    ("price_overrides", section, i), f"a second price for {shown}"
                )


def _unknown_geographies(
    scenario: Scenario, regions: Mapping[str, Region]
) -> Iterator[Finding]:
    known = sorted({r.geography for r in regions.values() if r.offered})
    for k, name in enumerate(scenario.goals.allowed_geographies or ()):
        if name not in known:
            near = did_you_mean(name, known)
            yield Finding(
                ("goals", "allowed_geographies", k),
                f"no geography {name!r}{near} (known: {', '.join(known)})",
            )
