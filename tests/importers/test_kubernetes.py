"""Kubernetes objects: clusters and images exactly, demand within its bounds."""

from __future__ import annotations

import csv
import gzip
import json
import shutil
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from planner import evaluate, load_scenario, optimize
from planner.errors import InputError
from planner.importers.findings import Findings, Period
from planner.importers.kube_records import parsed
from planner.importers.places import read_places
from planner.importers.run import import_files

SAMPLES = Path(__file__).parents[1] / "samples" / "kubernetes"
LOGS = SAMPLES.parent / "acr_logs"
CONFIG = SAMPLES.parent / "acr_config"
EXPECTED = json.loads((SAMPLES / "expected.json").read_text(encoding="utf-8"))
CLUSTERS = [str(SAMPLES / name) for name in EXPECTED]
EMPTY = {"apiVersion": "v1", "kind": "List", "metadata": {}}
NODES = [f"{folder}/nodes.json" for folder in CLUSTERS]


def find(*names: str | Path, **more: Any) -> Findings:
    """What files of Kubernetes tell."""
    (found,) = import_files("kubernetes", [str(n) for n in names], **more).findings
    return found


def test_clusters_and_images_are_exact() -> None:
    """Regions, nodes, images on nodes and their bytes are those of the truth."""
    found = find(*CLUSTERS, SAMPLES / "az_aks_list.json")
    assert {s.name: (s.region, s.nodes) for s in found.sites} == {
        name: (truth["region"], truth["nodes"]) for name, truth in EXPECTED.items()
    }
    held: dict[str, dict[str, dict[str, float]]] = defaultdict(dict)
    keys = {"images": "node_image_pairs", "bytes": "sum_sizeBytes"}
    for figure in found.figures:
        where, _, what = figure.name.partition(": ")
        if what == "on nodes":
            cluster, repository = where.split(", ")
            pair = held[cluster].setdefault(repository, {})
            pair[keys[figure.unit]] = figure.value
    assert held == {
        name: truth["registry_images_on_nodes"] for name, truth in EXPECTED.items()
    }


def test_names_come_without_the_list() -> None:
    """The default name of the node resource group holds that of the cluster."""
    assert {s.name for s in find(*NODES).sites} == set(EXPECTED)


def test_the_list_alone_gives_sites() -> None:
    """`az aks list` tells clusters, regions and node counts; that demand lacks is said."""
    found = find(SAMPLES / "az_aks_list.json")
    assert {s.name: s.nodes for s in found.sites} == {
        name: truth["nodes"] for name, truth in EXPECTED.items()
    }
    assert sum("no demand is told" in note for note in found.notes) == 4
    assert any("may grow from 10 to 17" in note for note in found.notes)


def test_pulls_are_counted() -> None:
    """Every successful pull once, of nine days; announcements do not count."""
    found = find(*CLUSTERS)
    pulls: dict[str, float] = defaultdict(float)
    for row in found.pulled:
        pulls[row.site] += row.pulls
    assert pulls == {
        "aks-prod-eus": 90,
        "aks-prod-weu": 59,
        "aks-prod-sea": 34,
        "aks-edge-jpe": 27,
    }
    assert found.period == Period(date(2026, 10, 23), date(2026, 10, 31))
    assert (found.accounting.used, found.accounting.read) == (306, 516)
    assert found.accounting.ignored == {"pull that has only begun": 210}


def test_overlapping_files_count_once(tmp_path: Path) -> None:
    """The same objects in another file change nothing."""
    shutil.copytree(CLUSTERS[0], tmp_path / "again")
    once, twice = find(CLUSTERS[0]), find(CLUSTERS[0], tmp_path / "again")
    assert once.pulled == twice.pulled
    assert once.sites == twice.sites
    assert twice.accounting.ignored["told more than once"] == once.accounting.read


def test_gb_from_pull_times() -> None:
    """Fresh nodes in Japan pulled 5.13 GB in these days (each layer once per node)."""
    found = find(SAMPLES / "aks-edge-jpe")
    gb = [row.gb for row in found.pulled if row.gb]
    assert sum(one.low for one in gb) < 5.135
    assert sum(one.expected for one in gb) == pytest.approx(5.135, rel=0.35)
    assert sum(one.high for one in gb) > 5.135


@pytest.mark.parametrize("lists", [[], [str(LOGS / "images.json")]])
def test_bottom_up_hits_the_month(lists: list[str]) -> None:
    """Nodes and releases give the node traffic of the month within a third."""
    found = find(*NODES, *lists)
    truth = json.loads((LOGS / "ground_truth.json").read_text(encoding="utf-8"))
    moved = {
        (row["client_region"], row["repository"]): row["bytes_moved"] / 1e9
        for row in truth["by_client_region_and_repository"]
    }
    region = {site.name: site.region for site in found.sites}
    pairs = [(row.gb, moved[region[row.site], row.image]) for row in found.pulled]
    expected = sum(gb.expected for gb, _ in pairs if gb)
    assert expected == pytest.approx(sum(gb for _, gb in pairs), rel=0.35)
    inside = sum(gb.low <= true <= gb.high for gb, true in pairs if gb)
    assert inside >= 0.8 * len(pairs)


def test_events_of_an_hour_are_not_scaled(tmp_path: Path) -> None:
    """A cluster keeps events for an hour; then the nodes tell the demand."""
    folder = tmp_path / "aks-edge-jpe"
    shutil.copytree(SAMPLES / "aks-edge-jpe", folder)
    path = folder / "events.json.gz"
    events = json.loads(gzip.decompress(path.read_bytes()))
    events["items"] = events["items"][:4]
    path.unlink()
    (folder / "events.json").write_text(json.dumps(events), encoding="utf-8")
    found = find(folder)
    assert found.period is None
    assert all(row.method.startswith("bottom-up") for row in found.pulled)
    assert any("less than a day" in text for text in found.assumptions)


def event(message: str, number: int, **more: Any) -> dict[str, Any]:
    """An event of a kubelet."""
    return {
        "kind": "Event",
        "metadata": {"name": f"e{number}", "namespace": "x", "uid": f"u{number}"},
        "reason": "Failed" if message.startswith("Failed") else "Pulled",
        "source": {"host": "aks-system-9a51184a-vmss000000"},
        "lastTimestamp": f"2026-10-{10 + number:02}T00:00:00Z",
        "message": message,
    } | more


def test_messages_of_every_version(tmp_path: Path) -> None:
    """Messages from 1.18 to 2026, repeated, failed and in the newer API, are read."""
    name = '"contosoregistry.azurecr.io/web/frontend:1"'
    with (SAMPLES / "real_pull_event_messages.csv").open(encoding="utf-8") as file:
        real = [row["message"] for row in csv.DictReader(file)]
    ours = [m.replace('"nginx:1.25-alpine"', name) for m in real]
    items = [event(text, number) for number, text in enumerate(ours)]
    items += [
        event(f"Successfully pulled image {name}", 12, count=3),
        event(f"Failed to pull image {name}: 404", 13),
        event("", 14) | {"note": f"Successfully pulled image {name} in 1m2.5s"},
    ]
    (tmp_path / "events.json").write_text(
        json.dumps(EMPTY | {"items": items}), encoding="utf-8"
    )
    found = find(SAMPLES / "aks-edge-jpe" / "nodes.json", tmp_path / "events.json")
    (row,) = found.pulled
    assert (row.pulls, row.failed, row.image) == (5, 1, "web/frontend")
    assert found.accounting.ignored["image of another registry"] == 5


def test_a_docker_node_outside_azure(tmp_path: Path) -> None:
    """A cluster without a region is unplaced, unless the map knows its addresses."""
    path = SAMPLES / "real_nodes_minikube_dockershim_v1.23.json"
    found = find(path, NODES[0])
    assert {site.name for site in found.sites} == {"aks-prod-eus"}
    assert any("tells the region" in note for note in found.notes)
    assert any("uncompressed" in note for note in found.notes)
    table = tmp_path / "map.csv"
    table.write_text("cidr,region\n192.0.2.0/24,westeurope\n", encoding="utf-8")
    placed = find(path, NODES[0], places=read_places(table))
    assert "westeurope" in {site.region for site in placed.sites}


@pytest.mark.parametrize(
    "names",
    [
        CLUSTERS,
        [*NODES, str(CONFIG / "manifest_list_metadata")],
        [
            *CLUSTERS,
            str(SAMPLES / "az_aks_list.json"),
            str(CONFIG / "az_acr_show.json"),
        ],
        [
            *CLUSTERS,
            str(LOGS / "repository_events_2026-10.jsonl.gz"),
            str(LOGS / "images.json"),
        ],
    ],
)
def test_import_evaluate_optimize(names: list[str]) -> None:
    """Every combination runs to a plan without an edit."""
    scenario = import_files("auto", names).merged.scenario
    if scenario.layouts:
        assert evaluate(scenario).cost.bill_usd > 0
    result = optimize(scenario)
    assert result.evaluation is not None
    assert result.evaluation.cost.bill_usd > 0
    text = scenario.model_dump_json()
    assert "203.0.113" not in text


def test_logs_replace_what_nodes_tell() -> None:
    """Log demand of a region goes to its cluster and is not counted on top."""
    logs = [str(LOGS / "repository_events_2026-10.jsonl.gz"), str(LOGS / "images.json")]
    scenario = import_files("auto", [*CLUSTERS, *logs]).merged.scenario
    names = [site.name for site in scenario.sites]
    assert sorted(names) == sorted(EXPECTED)
    for site in scenario.sites:
        images = [entry.image for entry in site.demand]
        assert len(images) == len(set(images))


def test_clusters_alone_into_a_scenario() -> None:
    """`az aks list` adds sites to a shipped scenario, whose plan still runs."""
    names = [str(SAMPLES / "az_aks_list.json")]
    merged = import_files("kubernetes", names, into=load_scenario("contoso")).merged
    assert set(EXPECTED) <= {site.name for site in merged.scenario.sites}
    assert optimize(merged.scenario).evaluation is not None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '{"kind": "List", "apiVersion": "v1", "metadata": {}, "items": [',
            "not valid",
        ),
        (
            '{"kind":"Node","apiVersion":1,"metadata":' + "[" * 100_000,
            "nested too deeply",
        ),
        (
            '{"kind": "List", "apiVersion": "v1", "metadata": {}, "items": []}',
            "no cluster",
        ),
        (
            '{"kind": "NodeList", "apiVersion": "v1", "metadata": {}, "items": [{}, 7]}',
            "2 of 2 records are malformed",
        ),
    ],
)
def test_hostile_files_get_a_sentence(tmp_path: Path, text: str, message: str) -> None:
    """Cut-off, nested, empty and wrong files are refused in words."""
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        import_files("kubernetes", [str(path)])


def test_pulls_of_unknown_clusters_are_unplaced(tmp_path: Path) -> None:
    """Pulls on nodes that no list has are reported with their number, not dropped."""
    shutil.copy(SAMPLES / "aks-prod-sea" / "events.json.gz", tmp_path)
    found = find(*NODES[:2], tmp_path / "events.json.gz")
    assert sum(lost.pulls for lost in found.unplaced) == 34


def test_references_of_images() -> None:
    """Only images in Azure registries count, by tag or digest, with a scheme or without."""
    assert parsed("a.azurecr.io/b/c:1") == ("b/c", "1")
    assert parsed("docker-pullable://a.azurecr.io/b@sha256:0") == ("b", "sha256:0")
    assert parsed("a.westus.geo.azurecr.io/b") == ("b", "latest")
    assert [parsed(x) for x in ("nginx", "mcr.microsoft.com/b:1", None)] == [None] * 3
