"""Bicep: read by a grammar, its resources checked against ARM's schema, or compiled."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from planner.deployment.bicep import bicep
from planner.deployment.steps import Migration
from tests.deployment.bicep_reader import decorators, resources
from tests.deployment.helpers import HOSTILE, KINDS, between, hostile_problem

BICEP = shutil.which("bicep")
SCHEMA = json.loads(
    Path(__file__).with_name("arm_schema.json").read_text(encoding="utf-8")
)
ARM = Draft202012Validator(SCHEMA)


@pytest.mark.parametrize("name", KINDS)
def test_resources_are_what_azure_takes(every: dict[str, Migration], name: str) -> None:
    """With its default parameters the template deploys what the schema allows."""
    found = resources(bicep(every[name]))
    ARM.validate(found)
    registries = {r["name"] for r in found if "parent" not in r}
    assert registries == {r.name for r in every[name].after.layout.registries}


def test_the_schema_refuses_a_slip(merging: Migration) -> None:
    """A misspelt key would be seen, so the test above says something."""
    text = bicep(merging).replace("regionEndpointEnabled", "regionalEndpointEnabled")
    with pytest.raises(ValidationError):
        ARM.validate(resources(text))


def test_contoso(merging: Migration) -> None:
    """A new Premium registry in West US and its three replicas, one after the other."""
    registry, *replicas = resources(bicep(merging))
    assert (registry["name"], registry["location"]) == ("contoso", "westus")
    assert registry["sku"] == {"name": "Premium"}
    assert [r["location"] for r in replicas] == [
        "canadacentral",
        "eastus",
        "westeurope",
    ]
    assert {r["parent"] for r in replicas} == {"contosoRegistry"}
    assert all(r["properties"] == {"regionEndpointEnabled": True} for r in replicas)
    assert decorators(bicep(merging)).count("@batchSize(1)") == 1


def test_what_exists_is_not_deployed_again(growing: Migration) -> None:
    """A second deployment would reset what the planner does not know of the registry."""
    registry, *replicas = resources(bicep(growing))
    assert registry["existing"] is True
    assert [r["location"] for r in replicas] == ["japaneast", "westeurope"]
    assert "// before: az acr update --name shopeast --sku Premium" in bicep(growing)


@pytest.mark.parametrize("name", HOSTILE)
def test_free_text_stays_in_comments(name: str) -> None:
    """However a scenario is called, the template is that of a plain name."""
    text = bicep(between(hostile_problem(name), name, f"{name}2"))
    plain = bicep(between(hostile_problem("plain"), "plain", "plain2"))
    assert resources(text) == resources(plain)
    assert not set(text) & {"\u202e", "\u2028"}


@pytest.mark.skipif(BICEP is None, reason="no bicep on this machine")
@pytest.mark.parametrize("name", KINDS)
def test_bicep_compiles_it(
    every: dict[str, Migration], name: str, tmp_path: Path
) -> None:
    """The compiler has no error and no warning."""
    assert BICEP is not None
    file = tmp_path / "main.bicep"
    file.write_text(bicep(every[name]), encoding="utf-8")
    done = subprocess.run(
        [BICEP, "build", "--stdout", str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr
