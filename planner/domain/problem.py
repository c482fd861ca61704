"""The problem: a scenario met with the facts, checked, and ready to be evaluated.

Construction is the check: an unknown name, a region without prices or a round trip that
nobody can know stops here, with the field that is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from planner.domain.layout import Layout, Registry, Sku
from planner.domain.scenario import (
    Demand,
    Goals,
    Image,
    Place,
    PriceOverrides,
    PushSource,
    Scenario,
    Site,
)
from planner.errors import Finding, InputError, did_you_mean
from planner.facts import Facts, load_facts
from planner.facts.prices import Overrides, Prices
from planner.facts.regions import Availability, Region
from planner.facts.rtt import Rtt, Spot

UNNAMED = "(unnamed)"
"""The image that demand without an image counts towards."""

MB_PER_GB = 1000.0


class Pull(NamedTuple):
    """One demand entry, resolved: what a site pulls of one image in a month."""

    image: str
    layers: int
    pulls: float
    gb: float

    @property
    def mb_per_pull(self) -> float:
        """MB that one pull moves."""
        return self.gb / self.pulls * MB_PER_GB if self.pulls else 0.0


class Push(NamedTuple):
    """One image's pushes, resolved; `source` None means they enter at the home."""

    image: str
    source: str | None
    pushes: float
    new_gb: float


@dataclass(frozen=True)
class Problem:
    """A checked scenario with everything that evaluation looks up.

    Raises `InputError` when the scenario contradicts itself or the facts.
    """

    scenario: Scenario
    facts: Facts = field(default_factory=load_facts)

    def __post_init__(self) -> None:
        findings = check(self.scenario)
        if findings:
            raise InputError(findings, origin=self.scenario.name)

    @classmethod
    def of(cls, given: Scenario | Problem) -> Problem:
        """The problem itself, or the one that a scenario states."""
        return given if isinstance(given, Problem) else cls(given)

    def with_goals(self, **changes: object) -> Problem:
        """The same problem with some goals changed (and checked again)."""
        goals = Goals.model_validate(self.scenario.goals.model_dump() | changes)
        return Problem(self.scenario.model_copy(update={"goals": goals}), self.facts)

    @cached_property
    def prices(self) -> Prices:
        """List prices with the scenario's overrides and discount."""
        return _prices(self.scenario, self.facts.prices)

    def region(self, name: str) -> Region:
        """The facts of a region."""
        return self.facts.regions[name]

    @cached_property
    def sites(self) -> Mapping[str, Site]:
        """Sites by name."""
        return {site.name: site for site in self.scenario.sites}

    @cached_property
    def push_sources(self) -> Mapping[str, PushSource]:
        """Push sources by name."""
        return {source.name: source for source in self.scenario.push_sources}

    @cached_property
    def images(self) -> Mapping[str, Image]:
        """Images by name."""
        return {image.name: image for image in self.scenario.images}

    @cached_property
    def pulls(self) -> Mapping[str, tuple[Pull, ...]]:
        """What each site pulls, by site."""
        return {
            site.name: tuple(_pull(site, entry, self.images) for entry in site.demand)
            for site in self.scenario.sites
        }

    @cached_property
    def site_pulls(self) -> Mapping[str, float]:
        """Pulls per month by site."""
        return {name: sum(p.pulls for p in pulls) for name, pulls in self.pulls.items()}

    @cached_property
    def site_gb(self) -> Mapping[str, float]:
        """GB pulled per month by site."""
        return {name: sum(p.gb for p in pulls) for name, pulls in self.pulls.items()}

    @cached_property
    def images_of_site(self) -> Mapping[str, frozenset[str]]:
        """Named images that each site pulls."""
        return {
            name: frozenset(
                p.image for p in pulls if p.pulls > 0 and p.image != UNNAMED
            )
            for name, pulls in self.pulls.items()
        }

    @cached_property
    def unpulled_images(self) -> tuple[str, ...]:
        """Images that no site pulls; they stay in a layout's first registry."""
        pulled = set().union(*self.images_of_site.values())
        return tuple(name for name in self.images if name not in pulled)

    @cached_property
    def pushes(self) -> Mapping[str, Push]:
        """Pushes of each image, by image."""
        first = next(iter(self.push_sources), None)
        return {
            image.name: Push(
                image.name,
                image.pushed_from or first,
                image.pushes_per_month,
                image.pushes_per_month * new_gb_per_push(image),
            )
            for image in self.scenario.images
        }

    def stored_gb(self, images: Sequence[str] | frozenset[str]) -> float:
        """GB that a registry holding these images stores."""
        return sum(stored_gb(self.images[name]) for name in sorted(images))

    @cached_property
    def heaviest_push_source(self) -> PushSource | None:
        """The source that pushes most new GB (the first listed on a tie), if any."""
        if not self.push_sources:
            return None
        gb = dict.fromkeys(self.push_sources, 0.0)
        for push in self.pushes.values():
            if push.source:
                gb[push.source] += push.new_gb
        return self.push_sources[max(gb, key=lambda name: gb[name])]

    def rtt(self, place: Place, region: str) -> Rtt:
        """The round trip in ms from a place to a region."""
        key = (place.name, isinstance(place, PushSource), region)
        found = self._rtts.get(key)
        if found is None:
            found = self._rtts[key] = self._look_up(place, region)
        return found

    @cached_property
    def _rtts(self) -> dict[tuple[str, bool, str], Rtt]:
        return {}

    def _look_up(self, place: Place, region: str) -> Rtt:
        if region in place.rtt_ms:
            return Rtt(place.rtt_ms[region], False, None, "scenario", "scenario")
        if place.region == region:
            local = self.scenario.assumptions.local_rtt_ms
            return Rtt(local, False, None, "assumption", "scenario")
        if place.region:
            return self.facts.rtt.between_regions(
                self.region(place.region), self.region(region)
            )
        assert place.latitude is not None  # Place lets neither be missing alone
        assert place.longitude is not None
        spot = Spot(place.latitude, place.longitude)
        return self.facts.rtt.from_spot(spot, self.region(region))

    def layout(self, name: str | None = None) -> Layout:
        """The layout of that name; by default the baseline."""
        layouts = self.scenario.layouts
        if name is None:
            name = self.baseline
        if name is None:
            raise InputError(
                "the scenario has no layouts; add one, or ask for the best layout "
                "with optimize",
                origin=self.scenario.name,
            )
        if name not in layouts:
            known = ", ".join(layouts) or "none"
            raise InputError(
                f"no layout {name!r}{did_you_mean(name, layouts)} (known: {known})",
                origin=self.scenario.name,
            )
        return layouts[name]

    def accept(self, layout: Layout) -> Layout:
        """Return a layout of the caller's own after the checks that a named one gets."""
        alone = {"layouts": {"custom": layout}, "baseline": None}
        findings = check(self.scenario.model_copy(update=alone))
        if findings:
            raise InputError(findings, origin=self.scenario.name)
        return layout

    @property
    def baseline(self) -> str | None:
        """Name of the layout in use today, if the scenario has any."""
        return self.scenario.baseline or next(iter(self.scenario.layouts), None)

    @cached_property
    def candidates(self) -> tuple[str, ...]:
        """Regions in which a proposed layout may have a location, by name.

        Open to every customer, not forbidden, in an allowed geography, and listed as a
        candidate where candidates are given. A restricted region counts only if a goal
        names it.
        """
        goals = self.scenario.goals
        named = {*goals.required_regions, *(goals.candidate_regions or ())}
        if goals.home:
            named.add(goals.home)
        allowed = goals.candidate_regions
        return tuple(
            sorted(
                name
                for name, region in self.facts.regions.items()
                if (region.availability is Availability.LISTED or name in named)
                and (allowed is None or name in allowed)
                and name not in goals.forbidden_regions
                and (
                    goals.allowed_geographies is None
                    or region.geography in goals.allowed_geographies
                )
            )
        )


def stored_gb(image: Image) -> float:
    """GB kept over all versions; by default one version."""
    return image.size_gb if image.stored_gb is None else image.stored_gb


def new_gb_per_push(image: Image) -> float:
    """New GB of one push; by default 0.3 of the image."""
    own = image.new_gb_per_push
    return 0.3 * image.size_gb if own is None else own


def _pull(site: Site, entry: Demand, images: Mapping[str, Image]) -> Pull:
    if entry.image is None:
        image = Image(name=UNNAMED, size_gb=0.0)
    else:
        image = images[entry.image]
    if not entry.bottom_up:
        pulls, gb = entry.pulls_per_month or 0.0, entry.gb_per_month or 0.0
        return Pull(image.name, image.layers, pulls, gb)
    rollouts = (site.nodes or 0) * (entry.releases_per_month or 0.0)
    cold = entry.node_replacements_per_month + entry.fresh_node_starts_per_month
    gb = rollouts * new_gb_per_push(image) + cold * image.size_gb
    return Pull(image.name, image.layers, rollouts + cold, gb)


def _prices(scenario: Scenario, listed: Prices) -> Prices:
    own: PriceOverrides = scenario.price_overrides
    overrides = Overrides(
        daily_fees={(f.sku.value, f.region): f.usd_per_day for f in own.registry_fees},
        storage={s.region: s.usd_per_gb_month for s in own.storage},
        transfer={(t.source, t.target): t.usd_per_gb for t in own.transfer},
        egress={e.source: e.usd_per_gb for e in own.internet_egress},
        endpoint_hour=own.private_endpoint_usd_per_hour,
        endpoint_gb=own.private_endpoint_usd_per_gb,
    )
    return Prices(
        fees=listed.fees,
        transfer_rates=listed.transfer_rates,
        egress_tiers=listed.egress_tiers,
        addons=listed.addons,
        egress_tier_gb=scenario.assumptions.internet_egress_tier_gb,
        discount=scenario.assumptions.discount_percent / 100,
        overrides=overrides,
    )


# ---- the checks: one generator for each thing that can contradict another ----


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
