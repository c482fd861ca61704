"""The tables of a report as CSV, and the report as JSON."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from planner.analysis import Comparison, compare
from planner.reporting.report import Report, build_report
from planner.reporting.report_tables import report_tables
from planner.reporting.writers import write_report
from tests.helpers import problem, registry, site


def test_file_names_are_the_same_for_every_scenario(
    report: Report, nasty: Comparison, silent: Comparison, impossible: Comparison
) -> None:
    """Reports written twice into a folder overwrite each other and leave nothing stale."""
    names = set(report_tables(report))
    for comparison in (nasty, silent, impossible):
        assert set(report_tables(build_report(comparison))) == names


def test_cost_lines_in_csv_sum_to_the_bill(
    comparison: Comparison, tmp_path: Path
) -> None:
    """Whoever calculates on from the CSV has all lines of every plan, unrounded."""
    (folder,) = write_report(comparison, tmp_path, ["csv"])
    assert folder.name == "contoso-csv"
    with (folder / "cost_lines.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for name, plan in comparison.evaluations.items():
        usd = sum(float(row["monthly_usd"]) for row in rows if row["plan"] == name)
        assert usd == pytest.approx(plan.cost.total_usd, abs=1e-9)


def test_no_cell_in_csv_is_a_formula(tmp_path: Path) -> None:
    """A name that starts like a formula stays text when a spreadsheet opens the file."""
    evil = '=HYPERLINK("http://x")'
    hostile = problem(
        [site(evil, "eastus", pulls=1, gb=1)],
        layouts={"+1": {"registries": [registry("@a", "eastus")]}},
        goals={"candidate_regions": ["eastus"]},
    )
    (folder,) = write_report(compare(hostile), tmp_path, ["csv"])
    cells = []
    for path in folder.iterdir():
        with path.open(encoding="utf-8", newline="") as file:
            cells += [(path.name, cell) for row in csv.reader(file) for cell in row]
    assert ("sites.csv", f"'{evil}") in cells
    for name, cell in cells:
        if cell.startswith(("=", "+", "-", "@")):
            float(cell)  # a number, or this fails
        assert not cell.startswith(("\t", "\r")), name


def test_json_is_what_compare_prints(comparison: Comparison, tmp_path: Path) -> None:
    """One contract for programs, whether they read stdout or the report's file."""
    (path,) = write_report(comparison, tmp_path, ["json"])
    assert path.name == "contoso.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    assert data == json.loads(json.dumps(comparison.as_dict()))
    assert data["schema_version"] == 1
