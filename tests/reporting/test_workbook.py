"""The Excel report: its formulas say what `evaluate` says, before and after a change."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from random import Random
from typing import Any

import openpyxl
import pytest

from planner.analysis import Comparison, compare
from planner.domain.problem import Problem
from planner.domain.scenario import Scenario
from planner.evaluation.cost import BILL_KINDS
from planner.evaluation.evaluate import evaluate
from planner.evaluation.result import Evaluation
from planner.reporting.kinds import KIND_LABELS
from planner.reporting.writers import write_report
from tests.helpers import image, problem, registry, site
from tests.reporting.spreadsheets import Rows, change, recomputed, row_of, stored
from tests.strategies import random_scenario

EVIL = (
    '=HYPERLINK("http://x","y")',
    "{=1+1}",
    "+1",
    "-1",
    "@SUM(1)",
    "http://x",
    "internal:Plans!A1",
    "mailto:a@b",
    "<r>rich</r>",
    "0123",
    "'",
    "*",
    "a" * 120,
    "\u202eevil",
)
"""Names that a spreadsheet, or the library that writes it, may take for more than text."""


def rich() -> dict[str, Any]:
    """A scenario that has every kind of cost line, and both ways to state demand."""
    bottom_up = [
        {
            "image": name,
            "releases_per_month": 20,
            "node_replacements_per_month": 7,
            "fresh_node_starts_per_month": 3,
        }
        for name in ("web", "api")
    ]
    return {
        "name": "rich",
        "images": [
            image("web", 0.9, new_gb_per_push=0.2, stored_gb=400, pushes_per_month=30),
            image("api", 0.5, pushes_per_month=10, pushed_from="team"),
            image("idle", 2.0, stored_gb=150),
        ],
        "push_sources": [
            {"name": "ci", "region": "westus"},
            {"name": "team", "latitude": 47.4, "longitude": 8.5},
        ],
        "sites": [
            site("a", "eastus", 500, 90, image="web", private_endpoints=2),
            site("b", "westeurope", nodes=12) | {"demand": bottom_up},
            site("c", None, 60, 40, latitude=51.5, longitude=-0.1),
        ],
        "layouts": {
            "today": {
                "registries": [
                    registry("one", "westus", sku="Premium", private_endpoints=1),
                    registry("two", "westeurope", serves=["b"]),
                ]
            },
            "geo": {"registries": [registry("one", "westus", "westeurope", "eastus")]},
        },
        "goals": {"candidate_regions": ["westus", "westeurope", "eastus"]},
        "assumptions": {
            "usd_per_wait_hour": 3.0,
            "usd_per_registry_month": 25.0,
            "discount_percent": 15.0,
            "replica_included_gb": 20.0,
        },
    }


@pytest.fixture(scope="module")
def compared() -> Comparison:
    """The rich scenario compared."""
    return compare(Scenario.model_validate(rich()))


@pytest.fixture(scope="module")
def workbook(compared: Comparison, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its report."""
    (path,) = write_report(compared, tmp_path_factory.mktemp("rich"), ["xlsx"])
    return path


def agree(sheets: dict[str, Rows], plans: dict[str, Evaluation]) -> None:
    """Every figure of money and time in the workbook is that of the evaluations."""
    for name, plan in plans.items():
        row = sheets["Plans"][row_of(sheets["Plans"], Plan=name)]
        cost, latency = plan.cost, plan.latency
        expected = {
            f"{KIND_LABELS[kind]} (USD/month)": cost.by_kind[kind]
            for kind in BILL_KINDS
        } | {
            "Azure bill (USD/month)": cost.bill_usd,
            "Labour (USD/month)": cost.operations_usd,
            "Waiting (USD/month)": cost.waiting_usd,
            "Bill, labour and waiting (USD/month)": cost.total_usd,
            "Waiting for pulls (h/month)": latency.wait_hours,
        }
        if latency.mean_rtt_ms is not None:
            expected["Mean RTT (ms)"] = latency.mean_rtt_ms
            expected["Mean pull (s)"] = latency.mean_pull_seconds
        shown = {heading: row[heading] for heading in expected}
        assert shown == pytest.approx(expected, rel=1e-12, abs=0.001), name
        lines = [line for line in sheets["Bill lines"] if line["Plan"] == name]
        billed = [line for line in cost.lines if line.kind in BILL_KINDS]
        for line, priced in zip(lines, billed, strict=True):
            assert line["Quantity"] == pytest.approx(priced.charge.quantity)
            assert line["Unit price (USD)"] == pytest.approx(priced.charge.price.usd)
            assert line["Cost (USD/month)"] == pytest.approx(
                priced.usd, rel=1e-12, abs=0.001
            )


def test_calculated_anew_it_says_what_evaluate_says(
    compared: Comparison, workbook: Path
) -> None:
    """The formulas are the model's: nobody who follows them by hand finds another bill."""
    plans = dict(compared.evaluations)
    kinds = {line.kind for plan in plans.values() for line in plan.cost.lines}
    assert set(BILL_KINDS) <= kinds
    agree(recomputed(workbook), plans)


def test_the_bill_follows_prices_and_volumes(
    compared: Comparison, workbook: Path, tmp_path: Path
) -> None:
    """Changed cells give what the same change in the scenario gives, in every plan."""
    sheets = stored(workbook)
    fee = row_of(sheets["Prices"], Price="Registry fee", For="Premium")
    rate = row_of(sheets["Prices"], Price="Transfer", For="north america to europe")
    counted = row_of(sheets["Demand"], Site="a")
    derived = row_of(sheets["Demand"], Site="b", Image="web")
    settings = {row["What"]: at for at, row in enumerate(sheets["Settings"])}
    wait = settings["Value of an hour of waiting for pulls"]
    included = settings["Storage that a replica includes"]
    path = change(
        workbook,
        tmp_path / "changed.xlsx",
        ("Prices", fee, "Before discount (USD)", 2.5),
        ("Prices", rate, "Before discount (USD)", 0.11),
        ("Demand", counted, "Pulls (1/month)", 800.0),
        ("Demand", counted, "Pulled (GB/month)", 333.0),
        ("Demand", derived, "Nodes", 30.0),
        ("Images", 0, "Stored (GB)", 777.0),
        ("Images", 0, "Pushes (1/month)", 45.0),
        ("Images", 1, "Size (GB)", 0.8),
        ("Settings", wait, "Value", 4.0),
        ("Settings", included, "Value", 100.0),
    )
    data = rich()
    data["price_overrides"] = {
        "registry_fees": [{"sku": "Premium", "usd_per_day": 2.5}],
        "transfer": [
            {"source": "north_america", "target": "europe", "usd_per_gb": 0.11}
        ],
    }
    data["sites"][0] = site("a", "eastus", 800, 333, image="web", private_endpoints=2)
    data["sites"][1]["nodes"] = 30
    data["images"][0] |= {"stored_gb": 777, "pushes_per_month": 45}
    data["images"][1]["size_gb"] = 0.8
    data["assumptions"] |= {"usd_per_wait_hour": 4.0, "replica_included_gb": 100.0}
    changed = Problem(Scenario.model_validate(data))
    before = compared.evaluations
    after = {name: evaluate(changed, plan.layout) for name, plan in before.items()}
    for name, plan in after.items():
        assert abs(plan.cost.bill_usd - before[name].cost.bill_usd) > 1
    agree(recomputed(path), after)


@pytest.mark.parametrize("seed", range(12))
def test_stored_values_are_those_of_evaluate(seed: int, tmp_path: Path) -> None:
    """Viewers that calculate nothing show the right figures, for odd scenarios too."""
    found = compare(random_scenario(Random(seed), regions=4, sites=4))
    (path,) = write_report(found, tmp_path, ["xlsx"])
    agree(stored(path), dict(found.evaluations))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_odd_scenarios_are_calculated_alike(seed: int, tmp_path: Path) -> None:
    """Own prices, places outside Azure and idle sites have their formulas, too."""
    found = compare(random_scenario(Random(seed), regions=3, sites=3))
    (path,) = write_report(found, tmp_path, ["xlsx"])
    agree(recomputed(path), dict(found.evaluations))


def test_no_text_becomes_more_than_text(tmp_path: Path) -> None:
    """A colleague's site name cannot run a formula or open a page on the reader's machine."""
    hostile = problem(
        [site(name, "eastus", 10, 5, image=name) for name in EVIL],
        name=EVIL[0],
        description=EVIL[0],
        images=[image(name, pushes_per_month=1) for name in EVIL],
        push_sources=[{"name": EVIL[0], "region": "westus"}],
        layouts={EVIL[0]: {"registries": [registry(EVIL[1], "eastus")]}},
        goals={"candidate_regions": ["eastus"]},
    )
    (path,) = write_report(compare(hostile), tmp_path, ["xlsx"])
    book, kept = openpyxl.load_workbook(path), set()
    for page in book:
        for cell in (cell for row in page.iter_rows() for cell in row):
            assert cell.hyperlink is None
            if cell.data_type == "f":
                words = re.sub(r"'[A-Z][a-z ]+'!|\"[A-Z][A-Za-z ]+\"", "", cell.value)
                assert re.fullmatch(r"=[-A-Z0-9$:,.()+*/=]*", words), cell.value
            elif isinstance(cell.value, str):
                kept.add(cell.value)
                assert cell.quotePrefix or not cell.value.startswith(tuple("=+-@"))
    for name in EVIL[:-3]:
        assert {name, f"{name} "} & kept, name
    with zipfile.ZipFile(path) as file:
        assert not [name for name in file.namelist() if "external" in name.lower()]


def test_same_report_same_bytes(comparison: Comparison, tmp_path: Path) -> None:
    """Neither the clock nor the machine is in the file, so it can be kept in git."""
    (first,) = write_report(comparison, tmp_path / "a", ["xlsx"])
    (second,) = write_report(comparison, tmp_path / "b", ["xlsx"])
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as file:
        assert {entry.date_time[0] for entry in file.infolist()} == {1980}
        assert b"2000-01-01T00:00:00Z" in file.read("docProps/core.xml")


def test_scenarios_without_plans_or_pulls_have_workbooks(
    silent: Comparison, impossible: Comparison, nasty: Comparison, tmp_path: Path
) -> None:
    """Where there is nothing to calculate the sheets are there all the same."""
    names = set()
    for at, found in enumerate((silent, impossible, nasty)):
        (path,) = write_report(found, tmp_path / str(at), ["xlsx"])
        names.add(tuple(openpyxl.load_workbook(path).sheetnames))
        if found is not nasty:  # whose names are made visible, so not found again
            agree(stored(path), dict(found.evaluations))
    assert len(names) == 1
    assert all(len(name) <= 31 for name in names.pop())


def test_what_depends_on_its_place_cannot_be_sorted(workbook: Path) -> None:
    """Formulas know a volume by its cell; sorted volumes would go to the wrong sites."""
    for page in openpyxl.load_workbook(workbook):
        kinds = {cell.data_type for row in page.iter_rows() for cell in row}
        if "f" in kinds:
            assert page.auto_filter.ref is None, page.title
