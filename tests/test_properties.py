"""What holds for every scenario, whatever its numbers."""

from __future__ import annotations

from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner import evaluate
from planner.domain.layout import Layout
from planner.domain.problem import Problem
from planner.domain.reading import dump_scenario, parse_scenario
from planner.domain.scenario import Scenario
from planner.evaluation.cost import BILL_KINDS, Kind
from planner.evaluation.result import Evaluation
from planner.optimization.result import Status
from tests.judge import ENGINES, FAMILIES, answer
from tests.oracle import Oracle, places, price_table
from tests.strategies import (
    REGIONS,
    names,
    random_layout,
    random_scenario,
    randoms,
    scenarios,
    with_random_goals,
)

FEW = settings(max_examples=20)
"""For properties that solve models."""

ANY_FAMILY = st.sampled_from(FAMILIES)
ANY_ENGINE = st.sampled_from(ENGINES)


def layout_for(rng: Random, scenario: Scenario) -> Layout:
    """A random layout, as a typed object."""
    return Layout.model_validate(random_layout(rng, scenario))


def changed(scenario: Scenario, **sections: Any) -> Scenario:
    """The scenario with some sections replaced, checked again."""
    return Scenario.model_validate(scenario.model_dump(mode="json") | sections)


def by_kind(evaluation: Evaluation) -> dict[Kind, object]:
    """USD by kind, to be compared up to rounding."""
    return {k: usd(v) for k, v in evaluation.cost.by_kind.items()}


def usd(value: float) -> object:
    """Equal up to rounding of sums."""
    return pytest.approx(value, rel=1e-9, abs=1e-7)


# ---- cost ----


@given(randoms())
def test_lines_sum_to_the_bill(rng: Random) -> None:
    """A total that is not the sum of its lines could not be redone by hand."""
    scenario = random_scenario(rng)
    cost = evaluate(scenario, layout_for(rng, scenario)).cost
    for line in cost.lines:
        assert line.usd == line.charge.quantity * line.charge.price.usd
        assert line.charge.quantity >= 0
        assert line.usd >= 0
    for kind in Kind:
        lines = [line.usd for line in cost.lines if line.kind is kind]
        assert cost.by_kind[kind] == usd(sum(lines))
    billed = [line.usd for line in cost.lines if line.kind in BILL_KINDS]
    assert cost.bill_usd == usd(sum(billed))
    assert cost.total_usd == usd(sum(line.usd for line in cost.lines))


@given(randoms())
def test_the_bill_lies_within_its_range(rng: Random) -> None:
    """The default reading is between the cheapest and the dearest of all readings."""
    scenario = random_scenario(rng)
    cost = evaluate(scenario, layout_for(rng, scenario)).cost
    assert cost.low_usd <= cost.bill_usd + 1e-9
    assert cost.bill_usd <= cost.high_usd + 1e-9


TRANSFER = (Kind.PULL_TRANSFER, Kind.INTERNET_EGRESS)


@given(randoms(), st.sampled_from([0.25, 2.0, 8.0]))
def test_scaling_all_demand_scales_what_is_pulled(rng: Random, factor: float) -> None:
    """Twice the pulls and GB cost twice the transfer and the waiting, and no more fees."""
    scenario = random_scenario(rng)
    layout = layout_for(rng, scenario)
    sites = scenario.model_dump(mode="json")["sites"]
    for site in sites:
        for entry in site["demand"]:
            for key in (
                "pulls_per_month",
                "gb_per_month",
                "releases_per_month",
                "node_replacements_per_month",
                "fresh_node_starts_per_month",
            ):
                if entry[key] is not None:
                    entry[key] *= factor
    before, after = (
        evaluate(case, layout).cost.by_kind
        for case in (scenario, changed(scenario, sites=sites))
    )
    for kind in (*TRANSFER, Kind.WAITING):
        assert after[kind] == usd(before[kind] * factor)
    for kind in set(Kind) - {*TRANSFER, Kind.WAITING, Kind.PRIVATE_ENDPOINTS}:
        assert after[kind] == usd(before[kind])


@given(randoms(), st.sampled_from([0.25, 2.0, 8.0]))
def test_scaling_all_pushes_scales_push_and_sync(rng: Random, factor: float) -> None:
    """New GB per month are pushes times new GB, wherever they go."""
    scenario = random_scenario(rng)
    layout = layout_for(rng, scenario)
    images = scenario.model_dump(mode="json")["images"]
    for image in images:
        image["pushes_per_month"] *= factor
    before, after = (
        evaluate(case, layout).cost.by_kind
        for case in (scenario, changed(scenario, images=images))
    )
    pushed = {Kind.PUSH_TRANSFER, Kind.SYNC_TRANSFER}
    for kind in pushed:
        assert after[kind] == usd(before[kind] * factor)
    for kind in set(Kind) - pushed - {Kind.PRIVATE_ENDPOINTS}:
        assert after[kind] == usd(before[kind])


@given(randoms())
def test_merging_two_identical_sites_changes_no_cost(rng: Random) -> None:
    """Two clusters in one place, or one with the demand of both: the same bill."""
    scenario = random_scenario(rng)
    sites = scenario.model_dump(mode="json")["sites"]
    for site in sites:
        site["private_endpoints"] = 0
    twin = sites[0] | {"name": "twin"}
    # Nodes count per site, so bottom-up entries stay as they are in either case.
    merged = sites[0] | {"demand": sites[0]["demand"] * 2}
    layout = Layout.model_validate(
        {
            "registries": [
                registry | {"serves": [], "pins": {}}
                for registry in random_layout(rng, scenario)["registries"]
            ]
        }
    )
    two = evaluate(changed(scenario, sites=[*sites, twin]), layout)
    one = evaluate(changed(scenario, sites=[merged, *sites[1:]]), layout)
    assert two.cost.by_kind == by_kind(one)
    assert two.latency.mean_rtt_ms == pytest.approx(one.latency.mean_rtt_ms)
    assert two.latency.p95_rtt_ms == one.latency.p95_rtt_ms
    assert two.latency.wait_hours == pytest.approx(one.latency.wait_hours)


# ---- latency ----


@given(randoms(), st.sampled_from(REGIONS))
def test_one_more_replica_never_raises_a_round_trip(rng: Random, region: str) -> None:
    """The nearest of more locations is at most as far."""
    scenario = random_scenario(rng)
    names = [site.name for site in scenario.sites]
    home, *replicas = (r for r in rng.sample(REGIONS, 3) if r != region)

    def round_trips(*others: str) -> list[float]:
        registry = {"name": "r", "home": home, "replicas": others, "serves": names}
        layout = Layout.model_validate({"registries": [registry]})
        return [service.rtt.ms for service in evaluate(scenario, layout).services]

    before, after = round_trips(*replicas), round_trips(*replicas, region)
    for ms, fewer in zip(after, before, strict=True):
        assert ms <= fewer


@given(randoms())
def test_latency_figures_are_in_order(rng: Random) -> None:
    """No mean above the maximum, no p95 above it, none below the least round trip."""
    scenario = random_scenario(rng)
    found = evaluate(scenario, layout_for(rng, scenario))
    pulling = [s.rtt.ms for s in found.services if s.pulls_per_month]
    latency = found.latency
    if not pulling:
        assert latency.mean_rtt_ms is None
        return
    assert latency.mean_rtt_ms is not None
    assert latency.p95_rtt_ms in pulling
    assert min(pulling) - 1e-9 <= latency.mean_rtt_ms <= max(pulling) + 1e-9
    assert latency.max_rtt_ms == max(pulling)


# ---- order and names ----


def shuffled(rng: Random, items: list[Any]) -> list[Any]:
    """The same things in another order."""
    return rng.sample(items, len(items))


@given(randoms())
def test_order_changes_nothing(rng: Random) -> None:
    """Sites, images and locations may be listed in any order.

    The order of push sources matters only as a default, so every image names its own;
    that of registries only for ties and for images that nobody pulls.
    """
    scenario = random_scenario(rng)
    data = scenario.model_dump(mode="json")
    if data["push_sources"]:
        for image in data["images"]:
            image["pushed_from"] = (
                image["pushed_from"] or data["push_sources"][0]["name"]
            )
    layout = random_layout(rng, scenario)
    for registry in layout["registries"]:
        registry["replicas"] = shuffled(rng, registry["replicas"])
        registry["serves"] = shuffled(rng, registry["serves"])
    mixed = {
        key: shuffled(rng, data[key]) for key in ("sites", "images", "push_sources")
    }
    before = evaluate(scenario, Layout.model_validate(layout))
    after = evaluate(changed(scenario, **mixed), Layout.model_validate(layout))
    assert after.cost.by_kind == by_kind(before)
    assert (after.cost.low_usd, after.cost.high_usd) == (
        usd(before.cost.low_usd),
        usd(before.cost.high_usd),
    )
    assert after.latency == before.latency
    assert after.worst_loss == before.worst_loss
    assert sorted(after.services) == sorted(before.services)


@given(randoms())
def test_order_of_registries_changes_nothing(rng: Random) -> None:
    """With every image pulled and every site listed, no registry is the first."""
    scenario = random_scenario(rng)
    data = scenario.model_dump(mode="json")
    pulled = {e["image"] for site in data["sites"] for e in site["demand"] if wanted(e)}
    images = [image for image in data["images"] if image["name"] in pulled]
    for site in data["sites"]:
        known = (e for e in site["demand"] if e["image"] in {None, *pulled})
        site["demand"] = list(known)
    scenario = changed(scenario, images=images, sites=data["sites"])
    registries = random_layout(rng, scenario)["registries"]
    listed = {name for registry in registries for name in registry["serves"]}
    everyone = [site.name for site in scenario.sites if site.name not in listed]
    registries[0]["serves"] = [*registries[0]["serves"], *everyone]
    before, after = (
        evaluate(scenario, Layout.model_validate({"registries": order}))
        for order in (registries, shuffled(rng, registries))
    )
    assert after.cost.by_kind == by_kind(before)
    assert after.latency == before.latency
    assert after.worst_loss == before.worst_loss


def wanted(entry: dict[str, Any]) -> bool:
    """Whether a demand entry certainly pulls something."""
    return bool(
        entry["pulls_per_month"]
        or entry["node_replacements_per_month"]
        or entry["fresh_node_starts_per_month"]
    )


@given(randoms(), st.lists(names(), min_size=12, max_size=12, unique=True))
def test_renaming_changes_nothing(rng: Random, fresh: list[str]) -> None:
    """A name is a label: whatever it is, the figures stay."""
    scenario = random_scenario(rng)
    layout = random_layout(rng, scenario)
    data = scenario.model_dump(mode="json")
    new = iter(fresh)
    sites = {site["name"]: next(new) for site in data["sites"]}
    images = {image["name"]: next(new) for image in data["images"]}
    sources = {source["name"]: next(new) for source in data["push_sources"]}
    for site in data["sites"]:
        site["name"] = sites[site["name"]]
        for entry in site["demand"]:
            entry["image"] = images.get(entry["image"])
    for image in data["images"]:
        image["name"] = images[image["name"]]
        image["pushed_from"] = sources.get(image["pushed_from"])
    for source in data["push_sources"]:
        source["name"] = sources[source["name"]]
    before = evaluate(scenario, Layout.model_validate(layout))
    for registry in layout["registries"]:
        registry["serves"] = [sites[name] for name in registry["serves"]]
        pins = registry.get("pins", {})
        registry["pins"] = {sites[name]: region for name, region in pins.items()}
    after = evaluate(Scenario.model_validate(data), Layout.model_validate(layout))
    assert after.cost.by_kind == by_kind(before)
    assert after.latency == before.latency
    assert [r.code for r in after.risks] == [r.code for r in before.risks]


# ---- files ----


@given(
    scenarios(),
    randoms(),
    st.lists(names(), min_size=9, max_size=9, unique=True),
    st.text(max_size=60),
)
@settings(max_examples=80)
def test_parse_dump_parse_is_the_identity(
    scenario: Scenario, rng: Random, fresh: list[str], description: str
) -> None:
    """What is written is read as it was, whatever the names look like to YAML."""
    data = scenario.model_dump(mode="json")
    new = iter(fresh)
    data["name"] = next(new)
    data["description"] = description
    for site in data["sites"]:
        site["name"] = next(new)
    names_of_layouts = [next(new), next(new)]
    current = Scenario.model_validate(data)
    data["layouts"] = {name: random_layout(rng, current) for name in names_of_layouts}
    data["baseline"] = names_of_layouts[1]
    given_scenario = with_random_goals(rng, Scenario.model_validate(data), 100.0)
    text = dump_scenario(given_scenario)
    again = parse_scenario(text)
    assert again == given_scenario
    assert dump_scenario(again) == text


# ---- the optimum ----


def least(given_: Scenario | Problem, family: str, engine: str) -> float:
    """The least total of a family, infinite when there is no plan."""
    objective = answer(given_, family, engine).objective_usd
    return float("inf") if objective is None else objective


def assert_no_dearer(one: float, other: float) -> None:
    """The first cost is at most the second, up to what a solver may miss."""
    assert one <= other + 1e-6 * max(1.0, abs(one))


def assert_same_answer(
    before: Scenario, after: Scenario, family: str, engine: str, factor: float = 1.0
) -> None:
    """The same locations at the same cost, or at a multiple of it."""
    was, now = (answer(case, family, engine) for case in (before, after))
    assert now.status is was.status
    if was.layout is None or now.layout is None:
        return
    assert was.objective_usd is not None
    assert now.objective_usd == pytest.approx(factor * was.objective_usd, 1e-6, 1e-6)
    if engine != "pulp":
        first, second = (
            places(Oracle(before).plan_of(layout))
            for layout in (was.layout, now.layout)
        )
        assert first == second


def pinned_or_not(rng: Random, scenario: Scenario) -> Scenario:
    """The scenario, perhaps with sites pinned to locations."""
    routing = rng.choice(("global", "pinned"))
    goals = scenario.goals.model_copy(update={"routing": routing})
    return scenario.model_copy(update={"goals": goals})


@FEW
@given(randoms(), ANY_FAMILY, ANY_ENGINE)
def test_the_objective_is_what_evaluate_says(
    rng: Random, family: str, engine: str
) -> None:
    """One cost, two callers: the solver only chooses."""
    scenario = pinned_or_not(rng, random_scenario(rng, 4))
    result = answer(scenario, family, engine)
    if result.layout is None:
        assert result.status is Status.INFEASIBLE
        return
    again = evaluate(scenario, result.layout)
    assert result.objective_usd == pytest.approx(again.cost.total_usd, rel=1e-9)
    assert result.bound_usd == pytest.approx(again.cost.total_usd, rel=1e-6)


TIGHTER: tuple[tuple[str, tuple[object, ...]], ...] = (
    ("max_rtt_ms", (400.0, 150.0, 60.0)),
    ("max_mean_rtt_ms", (200.0, 90.0, 20.0)),
    ("max_rtt_after_loss_ms", (400.0, 220.0, 120.0)),
    ("survive_region_loss", (False, True)),
    ("max_locations", (4, 2, 1)),
    ("min_locations", (1, 2, 4)),
)
"""Goals, each from loose to tight."""


@FEW
@given(randoms(), ANY_FAMILY, ANY_ENGINE, st.sampled_from(TIGHTER))
def test_a_tighter_goal_never_lowers_the_cost(
    rng: Random, family: str, engine: str, goal: tuple[str, tuple[object, ...]]
) -> None:
    """What meets 60 ms also meets 150; so the best for 150 is at most as dear."""
    problem = Problem(pinned_or_not(rng, random_scenario(rng, 4)))
    name, limits = goal
    costs = [
        least(problem.with_goals(**{name: limit}), family, engine) for limit in limits
    ]
    for loose, tight in pairwise(costs):
        assert_no_dearer(loose, tight)


@FEW
@given(randoms(), ANY_ENGINE)
def test_the_best_is_the_best_of_the_families(rng: Random, engine: str) -> None:
    """`best` must not miss what one of the families finds."""
    scenario = pinned_or_not(rng, random_scenario(rng, 4))
    others = [f for f in FAMILIES if f != "best"]
    costs = [least(scenario, family, engine) for family in others]
    assert least(scenario, "best", engine) == pytest.approx(min(costs), rel=1e-6)


@FEW
@given(randoms(), ANY_ENGINE)
def test_more_freedom_never_costs_more(rng: Random, engine: str) -> None:
    """A hybrid may do without replicas, and a pin may name the nearest location."""
    problem = Problem(random_scenario(rng, 4))
    pinned = problem.with_goals(routing="pinned")
    hybrid = least(problem, "hybrid", engine)
    assert_no_dearer(hybrid, least(problem, "multi", engine))
    assert_no_dearer(least(pinned, "hybrid", engine), hybrid)
    assert_no_dearer(least(pinned, "geo", engine), least(problem, "geo", engine))


@FEW
@given(randoms(), ANY_FAMILY, ANY_ENGINE)
def test_more_candidates_never_raise_the_cost(
    rng: Random, family: str, engine: str
) -> None:
    """One region more is one choice more."""
    problem = Problem(pinned_or_not(rng, random_scenario(rng, 4)))
    *fewer, _ = problem.scenario.goals.candidate_regions or ()
    few = problem.with_goals(candidate_regions=fewer)
    assert_no_dearer(least(problem, family, engine), least(few, family, engine))


@FEW
@given(randoms(), ANY_FAMILY, ANY_ENGINE)
def test_the_optimum_does_not_depend_on_order(
    rng: Random, family: str, engine: str
) -> None:
    """Sites and images in another order: the same least cost in the same locations."""
    scenario = pinned_or_not(rng, random_scenario(rng, 4))
    data = scenario.model_dump(mode="json")
    if data["push_sources"]:
        for image in data["images"]:
            image["pushed_from"] = (
                image["pushed_from"] or data["push_sources"][0]["name"]
            )
    first = changed(scenario, images=data["images"])
    second = changed(
        first,
        sites=shuffled(rng, data["sites"]),
        images=shuffled(rng, data["images"]),
    )
    assert_same_answer(first, second, family, engine)


@FEW
@given(randoms(), st.sampled_from(["single", "geo"]), ANY_ENGINE)
def test_merging_two_identical_sites_changes_no_optimum(
    rng: Random, family: str, engine: str
) -> None:
    """Two clusters in one place are one, wherever a single registry serves both."""
    scenario = pinned_or_not(rng, random_scenario(rng, 4))
    sites = scenario.model_dump(mode="json")["sites"]
    sites[0]["private_endpoints"] = 0
    # Nodes count per site, so bottom-up entries stay as they are in either case.
    merged = sites[0] | {"demand": sites[0]["demand"] * 2}
    assert_same_answer(
        changed(scenario, sites=[*sites, sites[0] | {"name": "twin"}]),
        changed(scenario, sites=[merged, *sites[1:]]),
        family,
        engine,
    )


def all_prices(scenario: Scenario, factor: float) -> dict[str, Any]:
    """Sections that state every price of a scenario, times a factor."""
    tier = scenario.assumptions.internet_egress_tier_gb
    own = scenario.price_overrides
    fees = {
        (r["sku"], None): r["usd_per_day"] for r in price_table("registry_fees.csv")
    }
    fees |= {(f.sku.value, f.region): f.usd_per_day for f in own.registry_fees}
    storage = {None: 0.10} | {s.region: s.usd_per_gb_month for s in own.storage}
    transfer = {
        (r["from_continent"], r["to_continent"]): r["usd_per_gb"]
        for r in price_table("transfer_rates.csv")
    }
    transfer |= {(t.source, t.target): t.usd_per_gb for t in own.transfer}
    egress = {
        r["egress_zone"]: r["usd_per_gb"]
        for r in price_table("internet_egress.csv")
        if float(r["from_gb"]) <= tier < float(r["to_gb"] or "inf")
    }
    egress |= {e.source: e.usd_per_gb for e in own.internet_egress}

    def rows(*keys: str, of: dict[Any, Any], usd: str) -> list[dict[str, Any]]:
        return [
            dict(zip(keys, key if len(keys) > 1 else (key,), strict=True))
            | {usd: factor * float(price)}
            for key, price in of.items()
        ]

    hour, per_gb = own.private_endpoint_usd_per_hour, own.private_endpoint_usd_per_gb
    labour = scenario.assumptions.usd_per_registry_month
    waiting = scenario.assumptions.usd_per_wait_hour
    return {
        "price_overrides": {
            "registry_fees": rows("sku", "region", of=fees, usd="usd_per_day"),
            "storage": rows("region", of=storage, usd="usd_per_gb_month"),
            "transfer": rows("source", "target", of=transfer, usd="usd_per_gb"),
            "internet_egress": rows("source", of=egress, usd="usd_per_gb"),
            "private_endpoint_usd_per_hour": factor * (0.01 if hour is None else hour),
            "private_endpoint_usd_per_gb": factor
            * (0.01 if per_gb is None else per_gb),
        },
        "assumptions": scenario.assumptions.model_dump()
        | {
            "usd_per_registry_month": factor * labour,
            "usd_per_wait_hour": factor * waiting,
        },
    }


@FEW
@given(randoms(), ANY_FAMILY, ANY_ENGINE, st.sampled_from([0.5, 1.0, 4.0]))
def test_scaling_all_prices_scales_the_cost_and_keeps_the_plan(
    rng: Random, family: str, engine: str, factor: float
) -> None:
    """In another currency the same layout is the best, at the same cost."""
    scenario = pinned_or_not(rng, random_scenario(rng, 4))
    scaled = changed(scenario, **all_prices(scenario, factor))
    assert_same_answer(scenario, scaled, family, engine, factor)
