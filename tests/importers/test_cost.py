"""Bills of registries, from every kind of export."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from planner.domain.scenario import Scenario
from planner.importers.cost_check import comparison_table
from planner.importers.findings import Findings
from tests.importers.helpers import SAMPLES, found_in, imported, plans, refusal

FOLDER = SAMPLES / "cost"
EA = FOLDER / "contoso_actual_cost_ea_2026-10.csv"
FOCUS = FOLDER / "contoso_focus_1.2_2026-10.csv"
TRUTH = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))
KIND = {
    "unit": "Registry Unit",
    "stored": "Data Stored",
    "inet": "/ Standard Data Transfer Out",
    "inter": "Inter",
    "intra": "Intra",
}
Rows = list[dict[str, str]]


def rows_of(path: Path) -> Rows:
    """The rows of a bill."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, rows: Rows, delimiter: str = ",") -> Path:
    """A bill with these rows."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def is_true(found: Findings) -> None:
    """Quantity and cost of each kind and region are those of the truth file."""
    sums: dict[tuple[str, str], tuple[float, float]] = {}
    for row in found.charged:
        name = row.meter.removeprefix("Bandwidth / Inter-Region / ")
        kind = next(kind for kind, mark in KIND.items() if mark in name)
        old = sums.get((kind, row.region), (0.0, 0.0))
        sums[kind, row.region] = old[0] + row.quantity, old[1] + row.cost
    for kind, regions in TRUTH["by_kind_and_source_region"].items():
        for region, true in regions.items():
            quantity, cost = sums.pop((kind, region))
            # the rows of the samples are rounded
            assert quantity == pytest.approx(true["quantity"], abs=1e-5)
            assert cost == pytest.approx(true["cost"], abs=1e-5)
    assert sums == {}
    assert found.months == 1


@pytest.mark.parametrize("path", [EA, FOCUS], ids=["ea", "focus"])
def test_charges_are_exact(path: Path, contoso: Scenario) -> None:
    """Cost Management and FOCUS give the same, and every row is used."""
    found = found_in(imported("auto", [path], into=contoso))
    is_true(found)
    assert (found.accounting.used, found.accounting.read) == (234, 234)


def test_the_same_bill_twice_counts_once(contoso: Scenario) -> None:
    """All samples together: two exports of one month, and real bills of other services."""
    result = imported("cost", [FOLDER], into=contoso)
    found = found_in(result)
    is_true(found)
    assert sum(found.accounting.ignored.values()) == 234 + 94
    assert result.merged.scenario == contoso
    plans(result)


@pytest.mark.parametrize(
    "name",
    [
        *(p.name for p in FOLDER.glob("real_*.csv")),
        *(f"real_header_variants/{p.name}" for p in FOLDER.glob("*/*.csv")),
    ],
)
def test_real_bills_without_a_registry(name: str, contoso: Scenario) -> None:
    """Every real header is understood; rows of other services are told, not counted."""
    result = imported("cost", [FOLDER / name], into=contoso)
    found = found_in(result)
    assert found.charged == ()
    assert found.accounting.malformed == 0
    assert "no row" in found.notes[0]
    assert comparison_table([found], contoso) is None


def test_localised_and_camel_case_headers(tmp_path: Path, contoso: Scenario) -> None:
    """German headers, decimal commas and dates with dots; the names of other contracts."""
    german, camel = [], []
    for row in rows_of(EA):
        m, d, y = row["Date"].split("/")
        new = {f"Wert ({key})": value for key, value in row.items()}
        new["Wert (Date)"] = f"{d}.{m}.{y}"
        for key in ("Quantity", "Cost"):
            new[f"Wert ({key})"] = row[key].replace(".", ",")
        german.append(new)
        other = {key[0].lower() + key[1:]: value for key, value in row.items()}
        other["date"] = f"{d}/{m}/{y}"
        other["costInBillingCurrency"] = other.pop("cost")
        other["costInUsd"] = row["Cost"]
        camel.append(other | {"billingCurrency": "EUR"})
    for path in (
        write(tmp_path / "german.csv", german, ";"),
        write(tmp_path / "camel.csv", camel),
    ):
        found = found_in(imported("auto", [path], into=contoso))
        is_true(found)
        assert {figure.unit for figure in found.figures} == {"USD"}


def test_parquet_and_gzip(tmp_path: Path, contoso: Scenario) -> None:
    """A bill as Parquet with typed columns gives the same."""
    import duckdb

    path = tmp_path / "bill.parquet"
    with duckdb.connect() as con:
        con.execute(f"COPY (FROM read_csv('{FOCUS}')) TO '{path}'")
    is_true(found_in(imported("auto", [path], into=contoso)))
    import gzip

    packed = tmp_path / "bill.csv.gz"
    packed.write_bytes(gzip.compress(EA.read_bytes()))
    is_true(found_in(imported("auto", [packed], into=contoso)))
    packed.write_bytes(gzip.compress(EA.read_bytes() * 20)[:9000])
    assert "is a broken gzip file" in refusal("cost", packed, contoso)


def test_a_bill_in_parts(tmp_path: Path, contoso: Scenario) -> None:
    """The manifest brings its parts; a missing one, or one elsewhere, is an error."""
    rows = rows_of(EA)
    names = ["part_0_0001.csv", "part_1_0001.csv"]
    write(tmp_path / names[0], rows[:100])
    write(tmp_path / names[1], rows[100:])
    manifest = tmp_path / "manifest.json"

    def listing(*blobs: str) -> None:
        data = {"blobs": [{"blobName": f"a/b/{b}", "dataRowCount": 1} for b in blobs]}
        manifest.write_text(json.dumps(data | {"exportConfig": {}}), encoding="utf-8")

    listing(*names)
    is_true(found_in(imported("auto", [manifest], into=contoso)))
    is_true(found_in(imported("auto", [tmp_path], into=contoso)))
    listing(*names, "part_2_0001.csv")
    assert "'part_2_0001.csv', which is not beside it" in refusal(
        "cost", manifest, contoso
    )
    listing("../../etc/passwd")
    assert "is no part of a bill" in refusal("cost", manifest, contoso)


def test_corrections_and_formulas(tmp_path: Path, contoso: Scenario) -> None:
    """Negative rows lower the cost; a formula where a number belongs is malformed."""
    rows = rows_of(EA)
    credit = rows[0] | {"Quantity": "-1", "Cost": "-1.6666"}
    path = write(tmp_path / "bill.csv", [*rows, credit])
    found = found_in(imported("cost", [path], into=contoso))
    fees = {f.name: f.value for f in found.figures}["billed: registry_fee"]
    assert fees == pytest.approx(92 * 1.6666)
    bad = rows[0] | {"Cost": "=1+1"}
    write(path, [*rows, bad])
    assert found_in(imported("cost", [path], into=contoso)).accounting.malformed == 1
    write(path, [*rows[:5], bad])
    assert "1 of 6 records are malformed" in refusal("cost", path, contoso)
    name = rows[0] | {"MeterName": "=cmd|' /C calc'!A0 Registry Unit"}
    write(path, [*rows, name])
    found = found_in(imported("cost", [path], into=contoso))
    assert any("=cmd" in charge.meter for charge in found.charged)


def test_billed_against_planned(contoso: Scenario) -> None:
    """Each kind of line is billed, planned, and their difference; sums are the bills."""
    result = imported("cost", [EA], into=contoso)
    table = comparison_table(result.findings, contoso)
    assert table is not None
    rows = {row["kind"]: row for row in table.records()}
    # 31 days of one unit in each of three regions, against two Standard registries
    assert rows["registry_fee"]["billed_usd"] == pytest.approx(93 * 1.6666)
    assert rows["registry_fee"]["planned_usd"] == pytest.approx(2 * 730 / 24 * 0.6666)
    assert rows["private_endpoints"]["billed_usd"] is None
    bill = rows.pop("bill")
    for key in ("billed_usd", "planned_usd"):
        assert sum(row[key] or 0 for row in rows.values()) == pytest.approx(bill[key])
    assert bill["difference_usd"] == pytest.approx(
        bill["billed_usd"] - bill["planned_usd"]
    )


def test_another_currency_is_not_compared(tmp_path: Path, contoso: Scenario) -> None:
    """Euros are shown as euros; nothing guesses a rate, and mixed ones are refused."""
    rows = [row | {"BillingCurrency": "EUR"} for row in rows_of(EA)]
    path = write(tmp_path / "euro.csv", rows)
    found = found_in(imported("cost", [path], into=contoso))
    assert {figure.unit for figure in found.figures} == {"EUR"}
    assert comparison_table([found], contoso) is None
    rows[0]["BillingCurrency"] = "GBP"
    write(path, rows)
    assert "bills are in EUR, GBP" in refusal("cost", path, contoso)


def test_a_cut_bill(tmp_path: Path, contoso: Scenario) -> None:
    """Rows that end in the middle are malformed; a file without costs is no bill."""
    path = tmp_path / "bill.csv"
    shutil.copy(EA, path)
    text = EA.read_text(encoding="utf-8-sig")
    path.write_text(text + "1,2,3\n", encoding="utf-8")
    found = found_in(imported("cost", [path], into=contoso))
    assert found.accounting.malformed == 1
    path.write_text("Date,ResourceId,Quantity\n1,2,3\n", encoding="utf-8")
    assert "is not recognised as cost" in refusal("cost", path, contoso)
