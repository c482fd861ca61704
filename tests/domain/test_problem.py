"""The checked problem: demand, defaults, round trips and candidate regions."""

from __future__ import annotations

from typing import Any

import pytest

from planner import InputError
from planner.domain.problem import UNNAMED, Problem
from planner.facts.regions import Availability
from tests.helpers import image, problem, site


def demanding(nodes: int | None = None, **entry: Any) -> Problem:
    """One site with one demand entry for an image of 2 GB with 0.5 GB per push."""
    return problem(
        [{"name": "s", "region": "westus", "nodes": nodes, "demand": [entry]}],
        images=[image("app", 2.0, new_gb_per_push=0.5, layers=12)],
    )


def test_direct_demand_is_taken_as_given() -> None:
    """Pulls times size would overstate the bytes, so GB are not derived."""
    given = demanding(image="app", pulls_per_month=100.0, gb_per_month=80.0)
    (pull,) = given.pulls["s"]
    assert (pull.pulls, pull.gb, pull.layers) == (100, 80, 12)
    assert pull.mb_per_pull == pytest.approx(800)


def test_bottom_up_demand_by_hand() -> None:
    """10 nodes x 4 releases x 0.5 GB + (3 + 5) x 2 GB = 36 GB in 48 pulls."""
    given = demanding(
        10,
        image="app",
        releases_per_month=4.0,
        node_replacements_per_month=3.0,
        fresh_node_starts_per_month=5.0,
    )
    assert (given.site_pulls["s"], given.site_gb["s"]) == (48, pytest.approx(36))


def test_bottom_up_demand_without_releases() -> None:
    """Zero releases are allowed: only cold pulls are left, 3 x 2 GB."""
    given = demanding(
        10, image="app", releases_per_month=0.0, node_replacements_per_month=3.0
    )
    assert (given.site_pulls["s"], given.site_gb["s"]) == (3, 6)


def test_a_push_adds_three_tenths_of_the_image_by_default() -> None:
    """10 pushes of a 4 GB image: 10 x 1.2 GB; each node pulls the same 1.2."""
    given = problem(
        [
            {
                "name": "s",
                "region": "westus",
                "nodes": 2,
                "demand": [{"image": "app", "releases_per_month": 10.0}],
            }
        ],
        images=[image("app", 4.0, pushes_per_month=10.0)],
    )
    assert given.pushes["app"].new_gb == pytest.approx(12)
    assert given.site_gb["s"] == pytest.approx(24)


def test_an_explicit_zero_is_not_a_default() -> None:
    """An image whose pushes add nothing, and of which nothing is kept."""
    given = problem(
        [site("s", "westus")],
        images=[
            image("app", 4.0, pushes_per_month=10.0, new_gb_per_push=0.0, stored_gb=0.0)
        ],
    )
    assert given.pushes["app"].new_gb == 0
    assert given.stored_gb(["app"]) == 0


def test_stored_gb_defaults_to_the_size() -> None:
    """One version is kept when nothing else is said: 4 + 7."""
    given = problem(
        [site("s", "westus")], images=[image("a", 4.0), image("b", 1.0, stored_gb=7.0)]
    )
    assert given.stored_gb(["a", "b"]) == 11


def test_layers_default_to_eight() -> None:
    """Also for demand without an image."""
    given = problem(
        [site("s", "westus", 10, 5), site("t", "westus", 10, 5, image="a")],
        images=[image("a", 1.0)],
    )
    assert [pull.layers for name in "st" for pull in given.pulls[name]] == [8, 8]
    assert given.pulls["s"][0].image == UNNAMED


def test_the_first_push_source_is_the_default() -> None:
    """An image that names none is pushed from the first one listed."""
    given = problem(
        [site("s", "westus")],
        images=[image("a", 1.0), image("b", 1.0, pushed_from="two")],
        push_sources=[
            {"name": "one", "region": "westus"},
            {"name": "two", "region": "eastus"},
        ],
    )
    assert {name: push.source for name, push in given.pushes.items()} == {
        "a": "one",
        "b": "two",
    }


def test_without_push_sources_nobody_pushes() -> None:
    """The pushes still happen; where they come from is not known."""
    given = problem(
        [site("s", "westus")], images=[image("a", 1.0, pushes_per_month=3.0)]
    )
    push = given.pushes["a"]
    assert (push.source, push.pushes) == (None, 3)
    assert given.heaviest_push_source is None


@pytest.mark.parametrize(
    ("second", "heaviest"), [(9.0, "one"), (10.0, "one"), (11.0, "two")]
)
def test_the_heaviest_push_source_pushes_most_gb(second: float, heaviest: str) -> None:
    """Not most pushes: 100 of 0.1 GB against a few of 1 GB; a tie goes to the first."""
    given = problem(
        [site("s", "westus")],
        images=[
            image("a", 1.0, new_gb_per_push=0.1, pushes_per_month=100.0),
            image(
                "b",
                1.0,
                new_gb_per_push=1.0,
                pushes_per_month=second,
                pushed_from="two",
            ),
        ],
        push_sources=[
            {"name": "one", "region": "westus"},
            {"name": "two", "region": "eastus"},
        ],
    )
    assert given.heaviest_push_source is not None
    assert given.heaviest_push_source.name == heaviest


def test_images_that_nobody_pulls() -> None:
    """An entry of zero pulls pulls nothing."""
    given = problem(
        [site("s", "westus", 1, 1, image="a"), site("t", "westus", 0, 0, image="b")],
        images=[image("a"), image("b"), image("c")],
    )
    assert given.unpulled_images == ("b", "c")


def test_an_image_may_be_named_like_the_unnamed_one() -> None:
    """Somebody's image called `(unnamed)` is an image: pulled, so held where pulled."""
    given = problem([site("s", "westus", 1, 1, image=UNNAMED)], images=[image(UNNAMED)])
    assert given.unpulled_images == ()
    assert given.images_of_site["s"] == {UNNAMED}


def test_a_contradiction_stops_at_construction() -> None:
    """No later step meets a name that leads nowhere; the scenario is named."""
    with pytest.raises(
        InputError, match=r"^test: sites\[0\]\.demand\[0\]\.image: no im"
    ):
        problem([site("s", "westus", 1, 1, image="gone")])


# ---- round trips ----


def test_a_place_outside_azure_is_estimated() -> None:
    """From coordinates, and from the user's own probe where there is one."""
    given = problem(
        [site("s", None, latitude=51.5, longitude=-0.1, rtt_ms={"eastus": 75.5})]
    )
    place = given.sites["s"]
    assert given.rtt(place, "eastus")[:2] == (75.5, False)
    assert given.rtt(place, "uksouth").estimated
    assert given.rtt(place, "uksouth").ms < 20


def test_a_site_and_a_push_source_of_one_name_are_two_places() -> None:
    """Names are unique in their own list only."""
    given = problem(
        [site("x", "westus")], push_sources=[{"name": "x", "region": "eastus"}]
    )
    assert given.rtt(given.sites["x"], "eastus").ms == 67
    assert given.rtt(given.push_sources["x"], "eastus").ms == 2


# ---- candidate regions ----


def candidates(**goals: Any) -> set[str]:
    """Regions that a proposed layout may use."""
    return set(problem([site("s", "westus")], goals=goals).candidates)


def test_all_open_regions_are_candidates_by_default() -> None:
    """49 listed ones, and neither restricted nor unlisted nor sovereign ones."""
    given = problem([site("s", "westus")])
    assert len(given.candidates) == 49
    assert list(given.candidates) == sorted(given.candidates)
    kinds = {given.region(name).availability for name in given.candidates}
    assert kinds == {Availability.LISTED}


@pytest.mark.parametrize(
    "goals",
    [
        {"required_regions": ["norwaywest"]},
        {"candidate_regions": ["norwaywest", "westus"]},
        {"home": "norwaywest"},
    ],
)
def test_a_restricted_region_counts_if_a_goal_names_it(goals: dict[str, Any]) -> None:
    """Whoever names it has access; the other seven stay out."""
    found = candidates(**goals)
    assert "norwaywest" in found
    assert "uaecentral" not in found


def test_forbidding_wins_over_naming() -> None:
    """A region both candidate and forbidden is forbidden."""
    goals = {"candidate_regions": ["westus", "eastus"], "forbidden_regions": ["eastus"]}
    assert candidates(**goals) == {"westus"}


def test_geographies_are_residency_units() -> None:
    """`United Kingdom` has two open regions; `Europe` is Ireland and the Netherlands."""
    assert candidates(allowed_geographies=["United Kingdom"]) == {"uksouth", "ukwest"}
    assert candidates(allowed_geographies=["Europe"]) == {"northeurope", "westeurope"}


def test_candidates_are_bound_to_the_allowed_geographies() -> None:
    """Each goal narrows the choice; none widens it."""
    assert candidates(
        candidate_regions=["westus", "uksouth"], allowed_geographies=["United Kingdom"]
    ) == {"uksouth"}


def test_a_sovereign_region_is_accepted_with_its_own_price() -> None:
    """Users of Azure Government know their fees; without them it is refused."""
    fee = {"sku": "Premium", "region": "usgovvirginia", "usd_per_day": 2.1}
    given = problem(
        [site("s", "usgovvirginia")], price_overrides={"registry_fees": [fee]}
    )
    assert given.sites["s"].region == "usgovvirginia"
    with pytest.raises(InputError, match="usgovtexas belongs to AzureUSGovernment"):
        problem([site("s", "usgovtexas")], price_overrides={"registry_fees": [fee]})
