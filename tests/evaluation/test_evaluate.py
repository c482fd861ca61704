"""`evaluate` as a whole: which layouts it takes and what its answer holds."""

from __future__ import annotations

import json

import pytest

from planner import InputError, Scenario, evaluate
from planner.domain.problem import Problem
from planner.evaluation.cost import BILL_KINDS
from tests.helpers import image, layout, problem, registry, site


def test_the_baseline_is_evaluated_by_default(contoso: Scenario) -> None:
    """Without a name the layout in use today is meant."""
    assert evaluate(contoso).name == "today"
    assert evaluate(contoso).as_dict() == evaluate(contoso, "today").as_dict()


def test_the_baseline_defaults_to_the_first_layout() -> None:
    """A scenario that names no baseline says so in the assumptions."""
    given = problem(
        [site("s", "westus", 1, 1)],
        layouts={
            "one": {"registries": [registry("a", "westus")]},
            "two": {"registries": [registry("b", "eastus")]},
        },
    )
    found = evaluate(given)
    assert found.name == "one"
    assert any("baseline is the first layout, 'one'" in s for s in found.assumptions)


def test_a_scenario_and_its_problem_give_the_same(
    contoso: Scenario, contoso_problem: Problem
) -> None:
    """Both are accepted, so that a notebook need not know the difference."""
    assert evaluate(contoso).as_dict() == evaluate(contoso_problem).as_dict()


def test_an_unknown_layout_is_named_with_the_known_ones(contoso: Scenario) -> None:
    """A misspelt name gets the nearest one and the list."""
    with pytest.raises(InputError) as caught:
        evaluate(contoso, "tody")
    assert str(caught.value) == (
        "contoso: no layout 'tody'; did you mean 'today'? (known: today, geo-replicated)"
    )


def test_a_scenario_without_layouts_says_what_to_do() -> None:
    """There is nothing to evaluate, but the best layout can be asked for."""
    with pytest.raises(
        InputError, match="has no layouts; add one, or ask for the best"
    ):
        evaluate(problem([site("s", "westus", 1, 1)]))


def test_a_layout_of_ones_own_is_like_a_named_one(contoso: Scenario) -> None:
    """The same registries give the same figures, whether named or handed in."""
    named = evaluate(contoso, "geo-replicated").as_dict()
    own = evaluate(contoso, contoso.layouts["geo-replicated"]).as_dict()
    assert own.pop("layout_name") == "custom"
    assert named.pop("layout_name") == "geo-replicated"
    assert own == named


@pytest.mark.parametrize(
    ("registries", "complaint"),
    [
        (
            [registry("r", "westus", serves=["aks-eatus"])],
            "layouts.custom.registries[0].serves[0]: no site 'aks-eatus'; "
            "did you mean 'aks-eastus'?",
        ),
        (
            [registry("r", "westus", "westus")],
            "layouts.custom.registries[0].replicas[0]: westus is the home region",
        ),
        (
            [registry("r", "westus", "eastus", sku="Standard")],
            "layouts.custom.registries[0].replicas: replicas need a Premium registry",
        ),
        (
            [registry("r", "westus"), registry("r", "eastus")],
            "layouts.custom.registries[1].name: the name 'r' appears twice",
        ),
        (
            [registry("r", "usgovvirginia")],
            "layouts.custom.registries[0].home: usgovvirginia belongs to",
        ),
        (
            [
                registry("a", "westus", serves=["aks-westus"]),
                registry("b", "eastus", serves=["aks-westus"]),
            ],
            "layouts.custom.registries[1].serves[0]: 'aks-westus' is already served",
        ),
    ],
)
def test_a_layout_of_ones_own_is_checked_as_a_named_one(
    contoso: Scenario, registries: list[dict[str, object]], complaint: str
) -> None:
    """A notebook gets the same sentence with the field as a file would."""
    with pytest.raises(InputError) as caught:
        evaluate(contoso, layout(*registries))
    assert complaint in str(caught.value)


def test_the_answer_names_sku_and_sites_of_every_registry() -> None:
    """What the layout left open is filled in, so that the reader sees what was priced."""
    given = problem([site("w", "westus", 1, 1), site("e", "eastus", 1, 1)])
    two = layout(registry("a", "westus"), registry("b", "eastus", "canadacentral"))
    first, second = evaluate(given, two).layout.registries
    assert (first.sku, first.serves) == ("Basic", ("w",))
    assert (second.sku, second.serves) == ("Premium", ("e",))


def test_dates_of_the_prices_used(contoso: Scenario) -> None:
    """Oldest: North America to Europe of 2023-05-22; newest: inside NA of 2026-09."""
    assert evaluate(contoso).prices_as_of == ("2023-05-22", "2026-09")


def test_lines_and_sites_as_tables(contoso: Scenario) -> None:
    """A notebook gets data frames with one row a line, summing to the bill."""
    found = evaluate(contoso)
    assert found.lines["monthly_usd"].sum() == pytest.approx(found.cost.total_usd)
    product = found.lines["quantity"] * found.lines["unit_price_usd"]
    assert product.tolist() == pytest.approx(found.lines["monthly_usd"].tolist())
    assert found.sites["rtt_ms"].tolist() == [2, 69, 69, 2]


def test_json_has_the_documented_keys(contoso: Scenario) -> None:
    """Scripts rely on these names; the whole answer is plain JSON."""
    answer = json.loads(json.dumps(evaluate(contoso).as_dict()))
    assert {"schema_version", "scenario", "layout", "cost", "latency"} < set(answer)
    assert {"operations", "risks"} < set(answer)
    (first, _) = answer["layout"]["registries"]
    assert first == {
        "name": "contosowest",
        "sku": "Standard",
        "home": "westus",
        "replicas": [],
        "serves": ["aks-westus", "aks-eastus", "aks-canadacentral"],
    }
    cost = answer["cost"]
    assert set(cost["by_kind"]) == {kind.value for kind in BILL_KINDS}
    assert sum(cost["by_kind"].values()) == pytest.approx(cost["bill_usd"])
    assert set(cost["range"]) == {"low_usd", "high_usd"}
    for line in cost["lines"]:
        assert {
            "kind",
            "registry",
            "region",
            "site",
            "quantity",
            "unit",
            "unit_price_usd",
            "monthly_usd",
        } <= set(line)
    for row in answer["latency"]["sites"]:
        assert {
            "site",
            "registry",
            "serving_region",
            "rtt_ms",
            "estimated",
            "pulls_per_month",
            "gb_per_month",
        } <= set(row)


def test_defaults_that_matter_are_named() -> None:
    """A default the user should know of is a visible sentence, not a quiet one."""
    given = problem(
        [site("s", None, 1, 1, latitude=51.5, longitude=-0.1)],
        images=[image("guessed", 1.0, pushes_per_month=1.0)],
    )
    said = " ".join(evaluate(given, layout(registry("r", "uksouth"))).assumptions)
    assert "new_gb_per_push is 0.3 x size_gb: guessed" in said
    assert "stored_gb is one version, size_gb: guessed" in said
    assert "Internet egress at the account's marginal tier from 100 GB" in said
    assert "No push source is given" in said
    assert "Demand without an image counts no storage" in said


def test_defaults_that_do_not_apply_are_not_named(contoso: Scenario) -> None:
    """Contoso gives its pushes and stored GB, so no default is claimed."""
    said = " ".join(evaluate(contoso).assumptions)
    for absent in ("0.3 x size_gb", "one version", "Internet egress", "No push source"):
        assert absent not in said


def test_own_prices_are_an_assumption() -> None:
    """A reader must not take the scenario's own prices for the list."""
    sites = [site("a", "eastus", 10, 10)]
    layouts = {"now": {"registries": [registry("r", "eastus")]}}
    plain = evaluate(problem(sites, layouts=layouts))
    own = {"storage": [{"usd_per_gb_month": 0.05}]}
    changed = evaluate(problem(sites, layouts=layouts, price_overrides=own))
    told = set(changed.assumptions) - set(plain.assumptions)
    assert told == {"Prices under price_overrides are the scenario's own."}
