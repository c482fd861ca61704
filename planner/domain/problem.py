"""The problem: a scenario met with the facts, checked, and ready to be evaluated.

Construction is the check: an unknown name, a region without prices or a round trip that
nobody can know stops here, with the field that is wrong.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import NamedTuple

from planner.domain.check import check
from planner.domain.layout import Layout
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
from planner.errors import InputError, did_you_mean
from planner.facts import Facts, load_facts
from planner.facts.prices import Overrides, Prices
from planner.facts.regions import Availability, Region
from planner.facts.rtt import Rtt, Spot

UNNAMED = "(unnamed)"
"""The image that demand without an image counts towards."""

MB_PER_GB = 1000.0
NEW_SHARE = 0.3
"""New GB of a push over the image's size, where a scenario does not say."""


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
        """The same problem with some goals changed (and checked again).

        Raises pydantic's `ValidationError` for a value that a goal cannot have;
        `planner.domain.reading.change_goals` turns that into a sentence.
        """
        goals = Goals.model_validate(self.scenario.goals.model_dump() | changes)
        return Problem(self.scenario.model_copy(update={"goals": goals}), self.facts)

    def without_value_of_waiting(self) -> Problem:
        """The same problem with waiting unpriced, for when latency is the other axis."""
        assumptions = self.scenario.assumptions.model_copy(
            update={"usd_per_wait_hour": 0.0}
        )
        scenario = self.scenario.model_copy(update={"assumptions": assumptions})
        return Problem(scenario, self.facts)

    @cached_property
    def prices(self) -> Prices:
        """List prices with the scenario's overrides and discount."""
        values = self.scenario.assumptions
        return _prices(
            self.facts.prices,
            self.scenario.price_overrides,
            values.internet_egress_tier_gb,
            values.discount_percent / 100,
        )

    @cached_property
    def charges(self) -> dict[Hashable, object]:
        """Charges that were looked up before, for whoever counts them."""
        return {}

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
            site.name: frozenset(
                entry.image
                for entry, pull in zip(site.demand, self.pulls[site.name], strict=True)
                if entry.image is not None and pull.pulls > 0
            )
            for site in self.scenario.sites
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
        known = self._rtts.get((type(place), place.name))
        return self.look_up_rtt(place, region) if known is None else known[region]

    def rtts(self, place: Place) -> Mapping[str, Rtt]:
        """Round trips by region from a site or push source of this problem.

        They are asked for by the thousand for one plan, so what was found is kept.
        """
        return self._rtts[type(place), place.name]

    @cached_property
    def _rtts(self) -> dict[tuple[type[Place], str], Mapping[str, Rtt]]:
        places = (*self.scenario.sites, *self.scenario.push_sources)
        return {(type(place), place.name): _Rtts(self, place) for place in places}

    def look_up_rtt(self, place: Place, region: str) -> Rtt:
        """The round trip as the scenario or the facts have it."""
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

    def rtts_ms(self, place: Place, regions: tuple[str, ...]) -> tuple[float, ...]:
        """The round trips in ms from a place to many regions."""
        if place.rtt_ms:
            return tuple(self.rtt(place, region).ms for region in regions)
        local = self.scenario.assumptions.local_rtt_ms
        key = (place.region, place.latitude, place.longitude, local)
        return self.facts.rtt.row(key, regions, lambda name: self.rtt(place, name))

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


class _Rtts(dict[str, Rtt]):
    """Round trips from a place by region, looked up when first asked for."""

    def __init__(self, problem: Problem, place: Place) -> None:
        self._problem, self._place = problem, place

    def __missing__(self, region: str) -> Rtt:
        found = self[region] = self._problem.look_up_rtt(self._place, region)
        return found


def stored_gb(image: Image) -> float:
    """GB kept over all versions; by default one version."""
    return image.size_gb if image.stored_gb is None else image.stored_gb


def new_gb_per_push(image: Image) -> float:
    """New GB of one push; by default `NEW_SHARE` of the image."""
    own = image.new_gb_per_push
    return NEW_SHARE * image.size_gb if own is None else own


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


@lru_cache(maxsize=32)
def _prices(
    listed: Prices, own: PriceOverrides, egress_tier_gb: float, discount: float
) -> Prices:
    """Prices as scenarios that differ in other things share them."""
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
        egress_tier_gb=egress_tier_gb,
        discount=discount,
        overrides=overrides,
    )
