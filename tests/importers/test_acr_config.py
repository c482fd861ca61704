"""Registry configuration: every format gives the same layout, and nothing is guessed."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from planner import evaluate, load_scenario, optimize
from planner.errors import InputError
from planner.importers import acr_config
from planner.importers.files import find_files
from planner.importers.findings import Findings
from planner.importers.inputs import Inputs
from planner.importers.manifests import read_manifests
from planner.importers.manifests import recognises as is_list
from planner.importers.places import Places
from planner.importers.run import import_files
from tests.importers.export_shapes import month

SAMPLES = Path(__file__).parents[1] / "samples" / "acr_config"
LISTS = SAMPLES / "manifest_list_metadata"
CONTOSO = {
    "name": "contosoregistry",
    "sku": "Premium",
    "home": "eastus",
    "replicas": ["southeastasia", "westeurope"],
}


def find(*paths: Path) -> Findings:
    """What files tell, without a scenario made of it."""
    files = find_files([str(path) for path in paths])
    assert all(acr_config.recognises(file) for file in files)
    lists = read_manifests([file for file in files if is_list(file)])
    return acr_config.find(Inputs(files=files, places=Places(), manifests=lists))


def registries(found: Findings) -> list[dict[str, Any]]:
    """The layout as plain data."""
    assert found.layout is not None
    dumped = found.layout.model_dump(mode="json", exclude_defaults=True)
    return list(dumped["registries"])


@pytest.mark.parametrize(
    "names",
    [
        ["az_acr_show.json", "az_acr_replication_list.json"],
        ["az_acr_replication_list.json", "arm_registry.json"],
        ["arm_registry.json", "arm_replications_list.json"],
        ["az_acr_show.json"],
        ["azuredeploy.json"],
        ["main.bicep"],
        ["main.tf"],
        ["terraform_show_state.json"],
        ["pulumi_stack_export.json"],
        ["Pulumi.yaml"],
        ["."],
    ],
)
def test_every_format_gives_the_same_layout(names: list[str], tmp_path: Path) -> None:
    """Home once, both replicas, Premium; `East US` and `eastus` are one region."""
    folder = tmp_path / "all"
    shutil.copytree(SAMPLES, folder, ignore=shutil.ignore_patterns("real_*"))
    found = find(*(folder / name for name in names))
    assert registries(found) == [CONTOSO]
    assert found.routing_off == ()
    assert not any("layout follows" in note for note in found.notes)


def test_real_answers_of_azure() -> None:
    """A replica in the making belongs to the layout; regional endpoints are told."""
    found = find(
        SAMPLES / "real_arm_registry_api_2026-09-01-preview.json",
        SAMPLES / "real_arm_replication_creating_api_2026-09-01-preview.json",
        SAMPLES / "real_arm_registry_regional_endpoints_api_2026-03-01-preview.json",
    )
    first, second = registries(found)
    assert (first["home"], first["replicas"]) == ("westus", ["centralus"])
    assert (second["home"], "replicas" in second) == ("westus", False)
    assert any("centralus is creating" in note for note in found.notes)
    assert any("regional endpoints are on" in note for note in found.notes)


def test_replicas_that_nothing_tells_are_not_passed_over() -> None:
    """`az acr show` alone does not list replicas, and the import says so."""
    found = find(SAMPLES / "real_arm_registry_api_2026-09-01-preview.json")
    assert any("taken to have no replicas" in text for text in found.assumptions)


def edited(tmp_path: Path, name: str, old: str, new: str) -> Path:
    """A sample with one text replaced."""
    text = (SAMPLES / name).read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / name
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("main.tf", "azurerm_resource_group.rg.location", "var.place"),
        ("main.tf", '"West Europe"', "lower(var.place)"),
        (
            "main.tf",
            'location                = "Southeast Asia"',
            "location = each.key",
        ),
        ("main.tf", '= "contosoregistry"', '= "contoso${random_id.x.hex}"'),
        ("main.bicep", "string = 'eastus'", "string = resourceGroup().location"),
        ("main.bicep", "param location string = 'eastus'", "param location string"),
        ("main.bicep", "replicaLocations: {", "union(replicaLocations, more): {"),
        ("main.bicep", "= {\n  name", "= if (deploy) {\n  name"),
        ("azuredeploy.json", '"eastus"', '"[resourceGroup().location]"'),
        (
            "azuredeploy.json",
            '"location": "westeurope"',
            '"location": "[variables(1)]"',
        ),
        ("Pulumi.yaml", "location: eastus", "location: ${resourceGroup.location}"),
    ],
)
def test_what_is_no_literal_is_said(
    tmp_path: Path, name: str, old: str, new: str
) -> None:
    """An expression gives a sentence that names it, and no layout."""
    with pytest.raises(InputError, match="no literal"):
        find(edited(tmp_path, name, old, new))


def test_dynamic_blocks_are_said(tmp_path: Path) -> None:
    """Replicas made by a loop in HCL are unknown, not none."""
    path = edited(
        tmp_path,
        "main.tf",
        '  georeplications {\n    location                  = "West Europe"',
        '  dynamic "georeplications" {\n    for_each = var.x\n    content {}\n  }\n'
        '  georeplications {\n    location                  = "West Europe"',
    )
    with pytest.raises(InputError, match="dynamic georeplications, no literal"):
        find(path)


def test_defaults_taken_are_told(tmp_path: Path) -> None:
    """Variables with a default in another file of the folder are read and reported."""
    edited(tmp_path, "main.tf", "azurerm_resource_group.rg.location", "var.place")
    (tmp_path / "variables.tf").write_text(
        'variable "place" {\n  default = "East US"\n}\n', encoding="utf-8"
    )
    found = find(tmp_path)
    assert registries(found) == [CONTOSO]
    assert any("var.place = East US" in text for text in found.assumptions)


def test_a_location_out_of_routing(tmp_path: Path) -> None:
    """It stays in the layout, since it is charged, and is reported."""
    path = edited(
        tmp_path,
        "terraform_show_state.json",
        '"location": "westeurope",\n                "regional_endpoint_enabled": true',
        '"location": "westeurope",\n                "regional_endpoint_enabled": false',
    )
    found = find(path)
    assert registries(found) == [CONTOSO]
    assert found.routing_off == ("westeurope",)


def test_the_home_region_as_its_own_replica(tmp_path: Path) -> None:
    """Terraform must not list it; if it does, it counts once."""
    path = edited(tmp_path, "main.tf", '"West Europe"', '"East US"')
    found = find(path)
    assert registries(found) == [CONTOSO | {"replicas": ["southeastasia"]}]
    assert any("counts once" in note for note in found.notes)


def test_azure_wins_over_code(tmp_path: Path) -> None:
    """Where code and Azure differ the layout is Azure's, and the difference is told."""
    code = edited(tmp_path, "main.tf", '"West Europe"', '"North Europe"')
    found = find(
        code, SAMPLES / "az_acr_show.json", SAMPLES / "az_acr_replication_list.json"
    )
    assert registries(found) == [CONTOSO]
    assert any("northeurope, southeastasia" in note for note in found.notes)


def test_a_plan_is_not_the_layout_in_use(tmp_path: Path) -> None:
    """Of a plan the state before it counts, and that it changes something is told."""
    state = json.loads((SAMPLES / "terraform_show_state.json").read_text("utf-8"))
    planned = json.loads(json.dumps(state["values"]))
    planned["root_module"]["resources"][0]["values"]["georeplications"].pop()
    plan = {
        "format_version": "1.2",
        "terraform_version": "1.9.8",
        "planned_values": planned,
        "prior_state": {"format_version": "1.0", "values": state["values"]},
    }
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(plan), encoding="utf-8")
    found = find(path)
    assert registries(found) == [CONTOSO]
    assert any("the plan changes" in note for note in found.notes)


def test_resource_graph_and_basic_registries(tmp_path: Path) -> None:
    """Rows of Resource Graph are resources; a Standard registry has no replicas."""
    rows = [
        {
            "type": "microsoft.containerregistry/registries",
            "id": "/subscriptions/x/registries/one",
            "name": "One",
            "location": "North Europe",
            "sku": {"name": "Standard"},
            "properties": {"privateEndpointConnections": [{}, {}]},
        }
    ]
    path = tmp_path / "graph.json"
    path.write_text(json.dumps({"count": 1, "data": rows}), encoding="utf-8")
    found = find(path)
    assert registries(found) == [
        {
            "name": "one",
            "sku": "Standard",
            "home": "northeurope",
            "private_endpoints": 2,
        }
    ]


def test_images_and_storage() -> None:
    """Indexes are no images; what is stored adds up to the usage of the home region."""
    found = find(
        SAMPLES / "az_acr_show_usage.json", SAMPLES / "az_acr_show.json", LISTS
    )
    images = {image.name: image for image in found.images}
    assert len(images) == 8
    assert images["batch/etl"].size_gb == pytest.approx(
        (271575749 + 271878660 + 266699297 + 266816951) / 4e9
    )
    stored = sum(image.stored_gb or 0 for image in found.images)
    assert stored == pytest.approx(7.604778476)
    assert images["platform/ingress"].size_gb == pytest.approx(0.0387, abs=0.001)
    assert {s.region for s in found.stored} == {"eastus", "westeurope", "southeastasia"}


def test_pushes_are_those_of_the_logs() -> None:
    """Versions created in the last month are the pushes that the logs record."""
    pushed = Counter(
        record["properties"]["repository"]
        for record in month()
        if record["operationName"] == "Push"
    )
    assert {image.name: image.pushes for image in find(LISTS).images} == pushed


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "a.json",
            '{"type": "Microsoft.ContainerRegistry/registries"',
            "not valid JSON",
        ),
        ("a.tf", 'resource "azurerm_container_registry" "x" {', "not valid HCL"),
        ("a.tf", "x = " + "[" * 5000, "not valid HCL|nested"),
        (
            "a.bicep",
            "resource a 'Microsoft.ContainerRegistry/registries@1' =",
            "no lit",
        ),
        ("a.bicep", "var a = " + "[" * 5000, "nested too deeply|no registry"),
        (
            "a.json",
            '[{"type": "Microsoft.ContainerRegistry/registries", "name": "a", '
            '"location": "westeuropa"}]',
            "unknown region 'westeuropa'; did you mean 'westeurope'",
        ),
        (
            "a.json",
            '[{"type": "Microsoft.ContainerRegistry/registries", "name": "a"}]',
            "1 of 1 records are malformed",
        ),
        ("a.json", '{"$schema": "/deploymentTemplate.json#"}', "no registry"),
        (
            "..%2f.json",
            '[{"digest": "sha256:a", "imageSize": 1}]',
            "no name of a repos",
        ),
    ],
)
def test_hostile_files_get_a_sentence(
    tmp_path: Path, name: str, text: str, message: str
) -> None:
    """Cut-off, nested and wrong files are refused in words."""
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        import_files("acr-config", [str(path)])


def test_configuration_alone_is_no_scenario() -> None:
    """It holds no demand; the message says what would, and --into takes it."""
    names = [str(SAMPLES / "az_acr_show.json"), str(LISTS)]
    with pytest.raises(InputError, match=r"where images are pulled.*--into"):
        import_files("acr-config", names)
    contoso = load_scenario("contoso")
    merged = import_files("acr-config", names, into=contoso).merged.scenario
    assert merged.layouts["today-acr-config"].registries[0].name == "contosoregistry"
    assert evaluate(merged, layout="today-acr-config").cost.bill_usd > 100
    assert optimize(merged).evaluation is not None
