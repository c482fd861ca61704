"""The answer in words: it must be right whichever way the numbers point."""

from __future__ import annotations

from dataclasses import replace

from planner.analysis import Comparison, Plan, Role, compare
from planner.domain.problem import Problem
from planner.evaluation.evaluate import evaluate
from planner.optimization.result import Status
from planner.optimization.solve import optimize
from planner.reporting.sentences import (
    comparison_headline,
    comparison_story,
    evaluation_headline,
    replicated,
    result_headline,
)
from tests.helpers import image, problem, registry, site


def pair(sites: list, layouts: dict, **more: object) -> Comparison:
    """Two layouts of a problem beside its best single registry, without solving more."""
    stated = problem(sites, layouts=layouts, **more)
    names = list(layouts)
    plans = tuple(
        Plan(Role.NAMED, name, evaluate(stated, name), None, ()) for name in names
    )
    best = optimize(stated, "single", reasons=False)
    return Comparison(stated.scenario, names[0], plans, best)


def test_headline_has_the_optimum_and_what_replication_costs(
    comparison: Comparison,
) -> None:
    """Contoso's answer: two Basic registries save 12.42; replication costs 179.23 more."""
    text = comparison_headline(comparison)
    assert "2 Basic registries in westeurope and westus, at $62.98 a month" in text
    assert "$12.42 (16.5 %) less than today" in text
    assert "geo-replicated costs $179.23 (237.7 %) more than today" in text
    assert "shortens the mean round trip from 27.7 ms to 2.0 ms" in text
    assert "proved optimal" in text


def test_story_says_what_replication_buys(comparison: Comparison) -> None:
    """A reader must learn that the money buys latency, one push and availability."""
    text = " ".join(comparison_story(comparison))
    for part in (
        "the registries cost $75.39 a month ($74.61 to $75.39",
        "a mean round trip of 2.0 ms instead of 27.7 ms",
        "1 instead of 2 pushes per release",
        "1 instead of 2 names for an image",
        "1 instead of 2 access configurations",
        "0 % instead of 69.4 % of the pulls cut off when the worst region is lost",
        "Inside one continent a replica is bought for latency and availability",
        "The first copy of 495.0 GB to the replicas costs $14.85 once",
    ):
        assert part in text


def test_story_has_the_leanest_replication(comparison: Comparison) -> None:
    """Who wants one registry learns that one replica does it for 64.33 more than today."""
    text = " ".join(comparison_story(comparison))
    assert (
        "The best geo-replicated layout is one Premium registry in westus with a replica "
        "in westeurope: $139.73 a month, $64.33 (85.3 %) more than today"
    ) in text


def test_story_says_when_only_the_tier_changes(comparison: Comparison) -> None:
    """Basic for Standard in the same regions is a saving with a price of its own."""
    told = [line for line in comparison_story(comparison) if "tier" in line]
    assert len(told) == 1
    assert "westeurope and westus" in told[0]
    assert "lower limits" in told[0]


def test_story_has_the_knee_beside_the_cheapest(comparison: Comparison) -> None:
    """The trade-off is open without a latency goal: 5.69 more buys 23.8 ms."""
    text = comparison_story(comparison)[-1]
    assert "knee" in text
    assert "$68.67 a month, $5.69 more than the cheapest layout" in text
    assert "from 27.7 ms to 3.9 ms" in text


def test_replication_that_saves_is_not_called_dearer() -> None:
    """At 10 TB a month between continents a replica pays, and the story says less."""
    east, brazil = ("eastus", "brazilsouth")
    found = pair(
        [
            site("a", east, pulls=1000, gb=100),
            site("b", brazil, pulls=1000, gb=10_000),
        ],
        {
            "now": {"registries": [registry("r", east, sku="Premium")]},
            "wide": {"registries": [registry("r", east, brazil)]},
        },
        goals={"candidate_regions": [east]},
    )
    text = " ".join(comparison_story(found))
    assert "less than now" in text
    assert "not bought to save money" not in text


def test_a_replica_that_buys_nothing_is_called_so() -> None:
    """Where all pulls stay put, replication costs and improves nothing but availability."""
    found = pair(
        [site("a", "eastus", pulls=10, gb=1)],
        {
            "now": {"registries": [registry("r", "eastus", "westus")]},
            "wide": {"registries": [registry("r", "eastus", "westus", "westus3")]},
        },
        goals={"candidate_regions": ["eastus"]},
    )
    text = " ".join(comparison_story(found))
    assert "Nothing that is counted here gets better for that money." in text


def test_worse_figures_are_named() -> None:
    """If the geo-replicated layout lies farther away, the story does not hide it."""
    found = pair(
        [site("a", "eastus", pulls=10, gb=1)],
        {
            "now": {"registries": [registry("r", "eastus")]},
            "far": {"registries": [registry("r", "westus", "westus3")]},
        },
        goals={"candidate_regions": ["eastus"]},
    )
    text = " ".join(comparison_story(found))
    assert "It worsens: a mean round trip of" in text


def test_nothing_pulls(silent: Comparison) -> None:
    """Without pulls there is no latency, and no sentence invents one."""
    text = " ".join([comparison_headline(silent), *comparison_story(silent)])
    assert "nothing pulls" in text
    assert "no layout in use today" in text
    assert "None" not in text
    assert "nan" not in text.split()


def test_names_keep_their_spelling() -> None:
    """A layout called b is not spoken of as B, which may be another one."""
    found = pair(
        [site("a", "eastus", pulls=10, gb=1)],
        {
            "b": {"registries": [registry("r", "eastus")]},
            "c": {"registries": [registry("r", "eastus", "westus")]},
        },
        goals={"candidate_regions": ["eastus"]},
    )
    text = " ".join(comparison_story(found))
    assert "Layout c (one registry: Premium, home eastus, replica westus)" in text


def test_without_a_baseline_replication_is_held_against_the_best() -> None:
    """A new estate has no today; the question is still what replication buys."""
    stated = problem(
        [site("a", "eastus", pulls=10, gb=1), site("b", "westeurope", 10, 1)],
        images=[image("i", stored_gb=5)],
        goals={"candidate_regions": ["eastus", "westeurope"], "max_locations": 2},
    )
    text = " ".join(comparison_story(compare(stated)))
    assert "The best geo-replicated layout (one registry: Premium, home " in text
    assert "more than the best layout." in text


def test_dearer_transfer_is_no_argument_about_replicas() -> None:
    """Where only transfer makes a layout dearer, no lesson on replicas is drawn."""
    found = pair(
        [site("a", "eastus", pulls=1000, gb=5000)],
        {
            "now": {
                "registries": [
                    registry("r", "eastus", sku="Premium"),
                    registry("s", "eastus2", sku="Premium"),
                ]
            },
            "far": {"registries": [registry("r", "westus", "westus3")]},
        },
        goals={"candidate_regions": ["eastus"]},
    )
    text = " ".join(comparison_story(found))
    assert "Transfer rises by $" in text
    assert "not bought to save money" not in text


def test_infeasible_names_the_conflict(impossible: Comparison) -> None:
    """Infeasible is an answer: which goals cannot hold together, and who misses what."""
    text = comparison_headline(impossible)
    assert text.startswith("No layout meets the goals")
    assert "max_rtt_ms: 10" in text
    story = " ".join(comparison_story(impossible))
    assert "It misses the goal max_rtt_ms." in story
    assert "No geo-replicated layout meets the goals." in story


def test_infeasible_result_headline() -> None:
    """`optimize` says the same of its own result, also when one goal alone is to blame."""
    stated = problem(
        [site("a", "eastus", pulls=1, gb=1)],
        goals={"candidate_regions": ["westus"], "max_rtt_ms": 5.0},
    )
    text = result_headline(optimize(stated))
    assert text.startswith("No layout meets the goals: ")
    assert (" cannot hold together." in text) or (" cannot be met." in text)
    assert text.endswith("The best that can be reached is 69.0 ms.")


def test_feasible_result_shows_its_gap(contoso_problem: Problem) -> None:
    """A search that stopped early must not sound like a proof."""
    result = optimize(contoso_problem, "single", reasons=False)
    early = replace(result, status=Status.FEASIBLE, bound_usd=80.0)
    text = result_headline(early)
    assert "at most 7.6 % above the least, $80.00" in text  # (86.60 - 80) / 86.60
    assert "optimal" not in text
    unbounded = replace(early, bound_usd=None)
    assert "without a bound" in result_headline(unbounded)


def test_keep_what_is_best_already() -> None:
    """When today's layout is the optimum the advice is to keep it."""
    stated = problem(
        [site("a", "eastus", pulls=10, gb=1)],
        images=[image("i")],
        layouts={"now": {"registries": [registry("r", "eastus", sku="Basic")]}},
        goals={"candidate_regions": ["eastus"]},
    )
    text = comparison_headline(compare(stated))
    assert text.startswith("Keep the registries where now has them")
    assert "the same as now" in text


def test_baseline_that_is_replicated_already() -> None:
    """A replicated baseline is not sold to its owner as news."""
    layouts = {
        "now": {"registries": [registry("r", "eastus", "westus")]},
        "copy": {"registries": [registry("other", "eastus", "westus")]},
    }
    found = pair(
        [site("a", "eastus", pulls=10, gb=1)],
        layouts,
        goals={"candidate_regions": ["eastus"]},
    )
    text = " ".join(comparison_story(found))
    assert "Layout copy is the same as now." in text


def test_replicated_prefers_the_scenarios_own(comparison: Comparison) -> None:
    """The documented layout is spoken of, not the cheaper one the optimizer found."""
    name, plan = replicated(comparison)
    assert name == "geo-replicated"
    assert plan is comparison.evaluations["geo-replicated"]


def test_latency_objective_is_not_called_cheapest() -> None:
    """With the goal of least latency the optimum is the fastest layout, not the cheapest."""
    stated = problem(
        [site("a", "eastus", pulls=10, gb=1), site("b", "westeurope", 10, 1)],
        goals={
            "candidate_regions": ["eastus", "westeurope"],
            "objective": "latency",
            "max_monthly_usd": 500.0,
        },
    )
    text = comparison_headline(compare(stated))
    assert "with the least mean round trip" in text
    assert "cheapest" not in text


def test_waiting_and_labour_are_said_beside_the_bill() -> None:
    """What is not part of the Azure bill is named apart from it."""
    stated = problem(
        [site("a", "eastus", pulls=100, gb=50)],
        layouts={"now": {"registries": [registry("r", "eastus")]}},
        assumptions={"usd_per_registry_month": 40.0},
    )
    assert "$40.00 of labour and waiting" in evaluation_headline(evaluate(stated))
