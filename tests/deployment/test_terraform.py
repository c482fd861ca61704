"""Terraform: read by an HCL parser, formatted by terraform, validated where that can be."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import hcl2
import pytest

from planner.deployment.changes import plan_migration
from planner.deployment.formats import write_migration
from planner.deployment.steps import Migration
from planner.deployment.terraform import AZURERM, UNKNOWN_TO_US, terraform
from planner.errors import InputError
from planner.evaluation.evaluate import evaluate_layout
from tests.deployment.helpers import HOSTILE, KINDS, between, hostile_problem
from tests.helpers import layout, registry

TERRAFORM = shutil.which("terraform")
ARGUMENTS = {"name", "resource_group_name", "location", "sku", *UNKNOWN_TO_US}
"""Arguments of `azurerm_container_registry` in versions 4 and 5 of the provider."""


def read(text: str) -> dict[str, Any]:
    """The configuration as the parser has it, without quotes and parser's marks."""
    cleaned: dict[str, Any] = _plain(hcl2.loads(text))
    return cleaned


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            _plain(key): _plain(inner)
            for key, inner in value.items()
            if not str(key).startswith("__")
        }
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, str):
        return (
            re.sub(r'^(?:\$\{)?"?(.*?)"?\}?$', r"\1", value) if '"' in value else value
        )
    return value


def registries(text: str) -> dict[str, dict[str, Any]]:
    """Registries by label."""
    return {
        label: body
        for block in read(text)["resource"]
        for label, body in block["azurerm_container_registry"].items()
    }


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("azurerm", AZURERM)
def test_the_plan_is_all_there(
    every: dict[str, Migration], name: str, azurerm: int
) -> None:
    """Every registry of the plan, with home and tier; the home is in no replica block."""
    migration = every[name]
    found = registries(terraform(migration, azurerm))
    assert set(found) == {r.name for r in migration.after.layout.registries}
    for planned in migration.after.layout.registries:
        body = found[planned.name]
        assert body["location"] == planned.home
        blocks = body.get("georeplications", [])
        regions = [block["location"] for block in blocks]
        if "dynamic" not in body:
            assert regions == sorted(planned.replicas)  # the provider sorts them too
        assert planned.home not in regions
        flag = {4: "regional_endpoint_enabled", 5: "global_endpoint_routing_enabled"}
        assert all(block[flag[azurerm]] is True for block in blocks)
        assert (
            set(body) - {"georeplications", "dynamic", "timeouts", "lifecycle"}
            <= ARGUMENTS
        )


def test_what_exists_is_imported(growing: Migration, merging: Migration) -> None:
    """A registry of today is taken over as it is; a new one has nothing to import."""
    (block,) = read(terraform(growing))["import"]
    assert block["to"].strip("${}") == "azurerm_container_registry.shopeast"
    assert block["id"].endswith("/Microsoft.ContainerRegistry/registries/shopeast")
    assert "import" not in read(terraform(merging))


def test_dropped_replicas_stay_until_a_variable_says_so(shrinking: Migration) -> None:
    """Terraform deletes before it creates, so dropping is a second run."""
    text = terraform(shrinking)
    assert (
        'sort(concat([], var.delete_dropped_replicas ? [] : ["japaneast", "westeurope"]))'
        in text
    )
    assert 'var.delete_dropped_replicas ? "Standard" : "Premium"' in text
    variables = {k: v for block in read(text)["variable"] for k, v in block.items()}
    assert variables["delete_dropped_replicas"]["default"] is False


def test_a_leading_digit_is_no_label() -> None:
    """Azure takes a registry called 1acr1, Terraform no such label."""
    asked = hostile_problem("plain")
    plan = evaluate_layout(asked, layout(registry("1acr1", "westus")), "plan")
    migration = plan_migration(asked, plan, plan)
    assert set(registries(terraform(migration))) == {"r1acr1"}


@pytest.mark.parametrize("name", HOSTILE)
def test_free_text_stays_in_comments(name: str) -> None:
    """However a scenario is called, the configuration is that of a plain name."""
    migration = between(hostile_problem(name), name, f"{name}2")
    plain = between(hostile_problem("plain"), "plain", "plain2")
    text = terraform(migration)
    assert read(text) == read(terraform(plain))
    assert not set(text) & {"\u202e", "\u2028"}


def test_unknown_provider_versions_are_refused(merging: Migration) -> None:
    """Version 3 knows neither argument as we write it."""
    with pytest.raises(InputError, match="no azurerm version 3"):
        write_migration(merging, "terraform", 3)


@pytest.mark.skipif(TERRAFORM is None, reason="no terraform on this machine")
@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("azurerm", AZURERM)
def test_terraform_would_write_it_the_same(
    every: dict[str, Migration], name: str, azurerm: int, tmp_path: Path
) -> None:
    """Its own parser takes the file, and its formatter leaves it as it is."""
    assert TERRAFORM is not None
    file = tmp_path / "main.tf"
    file.write_text(terraform(every[name], azurerm), encoding="utf-8")
    done = subprocess.run(
        [TERRAFORM, "fmt", "-check", "-diff", "-no-color", str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == ""
    assert done.returncode == 0, done.stderr


@pytest.mark.terraform_provider
@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("azurerm", AZURERM)
def test_terraform_validates(
    every: dict[str, Migration], name: str, azurerm: int, tmp_path: Path
) -> None:
    """The provider itself knows every argument."""
    if TERRAFORM is None:
        pytest.skip("no terraform on this machine")
    (tmp_path / "main.tf").write_text(terraform(every[name], azurerm), encoding="utf-8")
    for command in (["init", "-backend=false", "-input=false"], ["validate"]):
        done = subprocess.run(
            [TERRAFORM, *command, "-no-color"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
