"""The typed scenario: documented, frozen, and without numbers that are none."""

from __future__ import annotations

import typing
from collections.abc import Iterator

import pytest
from pydantic import BaseModel, ValidationError

from planner.domain.layout import Layout, Registry
from planner.domain.scenario import Image, Scenario
from tests.helpers import layout, registry


def models(annotation: object) -> Iterator[type[BaseModel]]:
    """All models within a type, at any depth."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from models(field.annotation)
    for part in typing.get_args(annotation):
        yield from models(part)


def test_every_field_is_documented() -> None:
    """The JSON Schema and the forms show these sentences; units come from them."""
    found = set(models(Scenario))
    assert {Scenario, Image, Layout, Registry} <= found
    for model in found:
        for name, field in model.model_fields.items():
            assert field.description, f"{model.__name__}.{name}"


def test_every_field_with_a_unit_says_so() -> None:
    """Names carry units: a bare number is a count, a share of a circle or a version."""
    bare = {"version", "layers", "nodes", "latitude", "longitude", "private_endpoints"}
    bare |= {"min_locations", "max_locations", "parallel_layers", "pull_round_trips"}
    bare |= {"round_trips_per_layer_batch", "peak_to_mean_requests"}
    units = ("_gb", "_ms", "_usd", "_percent", "_seconds", "_mb", "per_", "usd_")
    numbers = {float, int}
    for model in set(models(Scenario)):
        for name, field in model.model_fields.items():
            kinds = {field.annotation, *typing.get_args(field.annotation)}
            if kinds & numbers and name not in bare:
                assert any(unit in name for unit in units), f"{model.__name__}.{name}"


def test_a_scenario_cannot_change(contoso: Scenario) -> None:
    """Results keep the scenario they came from, so nobody may alter it."""
    with pytest.raises(ValidationError, match="frozen"):
        contoso.name = "other"
    with pytest.raises(ValidationError, match="frozen"):
        contoso.goals.home = "eastus"


def test_locations_and_regions() -> None:
    """Home first; a region that two registries share counts once."""
    both = layout(
        registry("a", "westus", "eastus"), registry("b", "eastus", "japaneast")
    )
    assert both.registries[0].locations == ("westus", "eastus")
    assert both.regions == ("westus", "eastus", "japaneast")


def test_errors_do_not_repeat_the_input() -> None:
    """A pydantic error shown by accident must not print what the user gave."""
    with pytest.raises(ValidationError) as caught:
        Image.model_validate({"name": "secret\n", "size_gb": 1})
    assert "secret" not in str(caught.value)
