"""Random scenarios, drawn from `random.Random` or from hypothesis alike.

`random_scenario` asks a `Random` for every choice. The oracle tests hand it a seeded one,
the property tests one that hypothesis controls and shrinks. `ADVERSARIAL` holds scenarios
made to be awkward: everything ties, nothing is wanted, or all pulls against all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from hypothesis import strategies as st

from planner.domain.scenario import Scenario

REGIONS = (
    "australiaeast",
    "brazilsouth",
    "canadacentral",
    "centralindia",
    "chilecentral",
    "eastus",
    "japaneast",
    "northeurope",
    "southafricanorth",
    "uaenorth",
    "westeurope",
    "westus",
)
"""A dozen regions of all continents and egress zones; one is not measured."""

CONTINENTS = (
    "asia",
    "europe",
    "middle_east_africa",
    "north_america",
    "oceania",
    "south_america",
)
ZONES = ("zone_1", "zone_2", "zone_3")
SKUS = ("Basic", "Standard", "Premium")
"""What own prices may be given for, all together."""

OUTSIDE = ((51.5, -0.1), (35.7, 139.7), (-23.5, -46.6), (40.7, -74.0))
"""Places outside Azure, as latitude and longitude."""

VOLUMES = (0.0, 10.0, 700.0, 2_500.0, 9_000.0, 40_000.0)
"""GB per month: from nothing to well past the break-even of a replica."""


def random_scenario(rng: Random, regions: int = 5, sites: int = 4) -> Scenario:
    """A scenario of at most so many candidate regions and sites, most of them odd."""
    images = [_image(rng, number) for number in range(rng.randint(0, 3))]
    sources = [_source(rng, number) for number in range(rng.choice((0, 1, 1, 2, 3)))]
    for image in images:
        if sources and rng.random() < 0.6:
            image["pushed_from"] = rng.choice(sources)["name"]
    # An image is left out of demand now and then, so that nobody pulls it.
    pulled = [image["name"] for image in images if rng.random() < 0.8]
    data: dict[str, Any] = {
        "name": "random",
        "images": images,
        "push_sources": sources,
        "sites": [_site(rng, n, pulled) for n in range(rng.randint(1, sites))],
        "goals": {"candidate_regions": sorted(rng.sample(REGIONS, regions))},
        "assumptions": _assumptions(rng),
    }
    if rng.random() < 0.3:
        data["price_overrides"] = _overrides(rng)
    return Scenario.model_validate(data)


def with_random_goals(rng: Random, scenario: Scenario, usd: float) -> Scenario:
    """The scenario under one to three goals; `usd` is a bill that can be met."""
    regions = list(scenario.goals.candidate_regions or REGIONS)
    few = min(2, len(regions))
    offers: dict[str, Any] = {
        "home": rng.choice(regions),
        "max_rtt_ms": float(rng.choice((5, 60, 110, 160, 220, 300))),
        "max_mean_rtt_ms": rng.choice((3.3, 40.3, 90.3, 150.3)),
        "max_monthly_usd": usd * rng.choice((0.7, 1.05, 1.3, 2.0)),
        "required_regions": sorted(rng.sample(regions, rng.randint(1, few))),
        "forbidden_regions": sorted(rng.sample(regions, rng.randint(1, few))),
        "allowed_geographies": ["Europe", "United States", "Brazil", "Japan"],
        "min_locations": rng.randint(1, 4),
        "max_locations": rng.randint(1, 3),
        "survive_region_loss": True,
        "max_rtt_after_loss_ms": float(rng.choice((90, 170, 250))),
        "routing": "pinned",
        "objective": "latency",
    }
    chosen = rng.sample(sorted(offers), rng.randint(1, 3))
    goals = scenario.goals.model_dump() | {name: offers[name] for name in chosen}
    data = scenario.model_dump(mode="json") | {"goals": goals}
    return Scenario.model_validate(data)


def random_layout(rng: Random, scenario: Scenario) -> dict[str, Any]:
    """Some registries, some geo-replicated or pinned, each serving some of the sites."""
    names = [site.name for site in scenario.sites]
    rng.shuffle(names)
    registries = []
    for number in range(rng.randint(1, 3)):
        home, *replicas = rng.sample(REGIONS, rng.choice((1, 1, 2, 3, 4)))
        taken, names = names[:2], names[2:]
        # Some sites stay unlisted and find the nearest registry by themselves.
        serves = taken if rng.random() < 0.7 else []
        registry = {
            "name": f"registry{number}",
            "home": home,
            "replicas": replicas,
            "serves": serves,
            "sku": rng.choice((None, "Premium")),
            "private_endpoints": rng.choice((0, 0, 0, 2)),
        }
        if rng.random() < 0.3:
            # Unlisted sites may be pinned too, in case they come to this registry.
            pinned = [name for name in [*serves, *names] if rng.random() < 0.5]
            registry["routing"] = "pinned"
            registry["pins"] = {n: rng.choice([home, *replicas]) for n in pinned}
        registries.append(registry)
    return {"registries": registries}


def all_prices_equal(rng: Random, regions: int = 4, sites: int = 3) -> Scenario:
    """Every transfer and all egress cost the same, perhaps nothing."""
    usd = rng.choice((0.0, 0.05))
    return _changed(
        random_scenario(rng, regions, sites), price_overrides=_one_price(usd)
    )


def everything_free(rng: Random, regions: int = 4, sites: int = 3) -> Scenario:
    """Nothing costs anything, so that every layout ties with every other."""
    free = _one_price(0.0) | {
        "registry_fees": [{"sku": sku, "usd_per_day": 0.0} for sku in SKUS],
        "storage": [{"usd_per_gb_month": 0.0}],
    }
    return _changed(random_scenario(rng, regions, sites), price_overrides=free)


def no_demand(rng: Random, regions: int = 4, sites: int = 3) -> Scenario:
    """Nobody pulls anything; a private endpoint may still ask for a registry."""
    scenario = random_scenario(rng, regions, sites)
    silent = scenario.model_dump(mode="json")["sites"]
    for site in silent:
        site["demand"] = []
    return _changed(scenario, sites=silent)


def one_candidate(rng: Random, regions: int = 4, sites: int = 3) -> Scenario:
    """A single region may have a location."""
    scenario = random_scenario(rng, regions, sites)
    return _with_candidates(scenario, [rng.choice(REGIONS)])


def anywhere(rng: Random, regions: int = 4, sites: int = 3) -> Scenario:
    """Every region is a candidate, the sovereign ones excepted, which have no price."""
    return _with_candidates(random_scenario(rng, regions, sites), None)


def tiny_and_huge(rng: Random, regions: int = 4, sites: int = 3) -> Scenario:
    """A site that pulls 1 GB a month beside one that pulls 10 PB."""
    scenario = random_scenario(rng, regions, max(2, sites))
    given = scenario.model_dump(mode="json")["sites"]
    far = rng.sample(REGIONS, 2)
    extremes = [
        {
            "name": name,
            "region": region,
            "demand": [{"pulls_per_month": pulls, "gb_per_month": gb}],
        }
        for name, region, pulls, gb in (
            ("tiny", far[0], 1.0, 1.0),
            ("huge", far[1], 20_000_000.0, 10_000_000.0),
        )
    ]
    return _changed(scenario, sites=[*given[: max(0, sites - 2)], *extremes])


def round_trips_tie(rng: Random, regions: int = 4, sites: int = 3) -> Scenario:
    """All candidates are equally far from each site, so that their names decide."""
    scenario = random_scenario(rng, regions, sites)
    return _with_rtts(scenario, lambda _: 50.0)


def near_is_dear(rng: Random, regions: int = 4, sites: int = 3) -> Scenario:
    """The nearer a region, the dearer its transfer."""
    scenario = random_scenario(rng, regions, sites)
    candidates = list(scenario.goals.candidate_regions or ())
    rng.shuffle(candidates)
    usd = {region: 0.02 * (n + 1) for n, region in enumerate(candidates)}
    own = {
        "transfer": [
            {"source": region, "target": continent, "usd_per_gb": usd[region]}
            for region in candidates
            for continent in CONTINENTS
        ],
        "internet_egress": [
            {"source": region, "usd_per_gb": usd[region]} for region in candidates
        ],
    }
    scenario = _changed(scenario, price_overrides=own)
    return _with_rtts(scenario, lambda region: round(305.0 - 1000.0 * usd[region], 3))


ADVERSARIAL: Mapping[str, Callable[[Random, int, int], Scenario]] = {
    function.__name__: function
    for function in (
        all_prices_equal,
        everything_free,
        no_demand,
        one_candidate,
        tiny_and_huge,
        round_trips_tie,
        near_is_dear,
    )
}
"""Awkward scenarios that are small enough for the oracle; `anywhere` is not."""


def _changed(scenario: Scenario, **sections: Any) -> Scenario:
    return Scenario.model_validate(scenario.model_dump(mode="json") | sections)


def _with_candidates(scenario: Scenario, names: list[str] | None) -> Scenario:
    goals = scenario.goals.model_dump() | {"candidate_regions": names}
    return _changed(scenario, goals=goals)


def _with_rtts(scenario: Scenario, ms: Callable[[str], float]) -> Scenario:
    """The scenario with every site's round trips to the candidates as a function says."""
    rtts = {region: ms(region) for region in scenario.goals.candidate_regions or ()}
    sites = scenario.model_dump(mode="json")["sites"]
    return _changed(scenario, sites=[site | {"rtt_ms": rtts} for site in sites])


def _one_price(usd: float) -> dict[str, Any]:
    return {
        "transfer": [
            {"source": source, "target": target, "usd_per_gb": usd}
            for source in CONTINENTS
            for target in CONTINENTS
        ],
        "internet_egress": [{"source": zone, "usd_per_gb": usd} for zone in ZONES],
        "private_endpoint_usd_per_hour": usd,
        "private_endpoint_usd_per_gb": usd,
    }


def _image(rng: Random, number: int) -> dict[str, Any]:
    image = {
        "name": f"image{number}",
        "size_gb": rng.choice((0.0, 0.2, 0.9, 4.0)),
        "layers": rng.choice((1, 3, 8, 20)),
        "pushes_per_month": float(rng.choice((0, 5, 60, 900))),
    }
    if rng.random() < 0.5:
        image["new_gb_per_push"] = rng.choice((0.05, 0.4))
    if rng.random() < 0.7:
        image["stored_gb"] = rng.choice((3.0, 60.0, 350.0, 1200.0, 30_000.0))
    return image


def _source(rng: Random, number: int) -> dict[str, Any]:
    return {"name": f"source{number}", **_place(rng, 0.25)}


def _place(rng: Random, outside: float) -> dict[str, Any]:
    if rng.random() < outside:
        latitude, longitude = rng.choice(OUTSIDE)
        return {"latitude": latitude, "longitude": longitude}
    place: dict[str, Any] = {"region": rng.choice(REGIONS)}
    if rng.random() < 0.15:
        place["rtt_ms"] = {rng.choice(REGIONS): float(rng.choice((1, 69, 400)))}
    return place


def _site(rng: Random, number: int, images: list[str]) -> dict[str, Any]:
    site = {"name": f"site{number}", **_place(rng, 0.2), "nodes": rng.randint(0, 30)}
    site["demand"] = [_demand(rng, images) for _ in range(rng.randint(0, 3))]
    if rng.random() < 0.12:
        site["private_endpoints"] = rng.randint(1, 2)
    return site


def _demand(rng: Random, images: list[str]) -> dict[str, Any]:
    if images and rng.random() < 0.4:
        return {
            "image": rng.choice(images),
            "releases_per_month": float(rng.choice((0, 4, 100))),
            "node_replacements_per_month": float(rng.choice((0, 30))),
            "fresh_node_starts_per_month": float(rng.choice((0, 400))),
        }
    gb = rng.choice(VOLUMES)
    pulls = float(rng.choice((1, 300, 20_000))) if gb else float(rng.choice((0, 50)))
    image = rng.choice(images) if images and rng.random() < 0.8 else None
    return {"image": image, "pulls_per_month": pulls, "gb_per_month": gb}


def _assumptions(rng: Random) -> dict[str, Any]:
    return {
        "usd_per_wait_hour": rng.choice((0.0, 0.0, 0.0, 0.4, 25.0)),
        "usd_per_registry_month": rng.choice((0.0, 0.0, 15.0, 90.0)),
        "replica_included_gb": rng.choice((0.0, 0.0, 100.0, 500.0)),
        "discount_percent": rng.choice((0.0, 0.0, 12.5, 60.0)),
        "internet_egress_tier_gb": rng.choice((100.0, 100.0, 0.0, 20_000.0, 600_000.0)),
        "local_rtt_ms": rng.choice((2.0, 2.0, 0.5)),
    }


def _overrides(rng: Random) -> dict[str, Any]:
    region = rng.choice(REGIONS)
    offers: dict[str, Any] = {
        "registry_fees": [
            {"sku": "Premium", "usd_per_day": 0.9},
            {"sku": "Standard", "region": region, "usd_per_day": 0.1},
        ],
        "storage": [
            {"usd_per_gb_month": 0.07},
            {"region": region, "usd_per_gb_month": 0.21},
        ],
        "transfer": [
            {"source": "europe", "target": "asia", "usd_per_gb": 0.11},
            {"source": region, "target": "europe", "usd_per_gb": 0.0},
            {"source": "north_america", "target": region, "usd_per_gb": 0.3},
        ],
        "internet_egress": [
            {"source": "zone_1", "usd_per_gb": 0.04},
            {"source": region, "usd_per_gb": 0.02},
        ],
        "private_endpoint_usd_per_hour": 0.02,
        "private_endpoint_usd_per_gb": 0.0,
    }
    return {name: offers[name] for name in rng.sample(sorted(offers), 3)}


def scenarios(regions: int = 4, sites: int = 4) -> st.SearchStrategy[Scenario]:
    """Random scenarios that hypothesis can shrink."""
    return randoms().map(lambda rng: random_scenario(rng, regions, sites))


def randoms() -> st.SearchStrategy[Random]:
    """A source of choices that hypothesis controls."""
    return st.randoms(use_true_random=False)


SPECIAL_NAMES = (
    "1e3",
    "no",
    "yes",
    "null",
    "~",
    "2026-11-23",
    "12:30:45",
    "0x1F",
    "0o17",
    "1_000",
    ".inf",
    "-.5e+1",
    "a: b",
    "#hash",
    "- dash",
    "'single'",
    '"double"',
    "{brace}",
    "[bracket]",
    "*alias",
    "&anchor",
    "!tag",
    "%directive",
    "@at",
    "`tick`",
    "|",
    ">",
    "?",
    " leading and trailing ",
    "naïve café",
    "日本語",
    "🐳",
    "\u00a0no-break",
    "\u2028line separator",
    "\u2029paragraph separator",
    "\ufeffbom",
    "---",
    "...",
    "<<",
    "=",
    "back\\slash",
)
"""Names that YAML may take for something else."""


def names() -> st.SearchStrategy[str]:
    """Names that a user may give, half of them hostile to YAML."""
    anything = st.text(
        st.characters(blacklist_categories=("Cc", "Cs")), min_size=1, max_size=20
    )
    return st.sampled_from(SPECIAL_NAMES) | anything
