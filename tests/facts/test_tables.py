"""Reading `data/`: lazily, traceably, and with file and row in every complaint."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from planner.errors import FactsError
from planner.facts import Facts, data_folder, load_facts

TABLES = sorted(path.name for path in data_folder().glob("*.csv"))

PRICE_TABLES = (
    "registry_fees.csv",
    "transfer_rates.csv",
    "internet_egress.csv",
    "addon_fees.csv",
)

READ: dict[str, Callable[[Facts], object]] = {
    "regions.csv": lambda facts: facts.regions,
    "rtt.csv": lambda facts: facts.rtt,
    "rtt_model.csv": lambda facts: facts.rtt.model,
    "rtt_error.csv": lambda facts: facts.rtt.from_spot((0, 0), facts.regions["eastus"]),
    "limits.csv": lambda facts: facts.limits,
    "sources.csv": lambda facts: facts.sources,
    **dict.fromkeys(PRICE_TABLES, lambda facts: facts.prices),
}
"""How to make the facts read each table."""

SOURCE_COLUMNS = ("source", "p50_source", "p95_source", "price_source")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the facts that a test may spoil."""
    for name in TABLES:
        shutil.copy(data_folder() / name, tmp_path)
    return tmp_path


def spoil(path: Path, row: int, column: str, value: str) -> None:
    """Replace one cell; rows count from 2, as an editor shows them."""
    with path.open(newline="", encoding="utf-8") as file:
        lines = list(csv.reader(file))
    lines[row - 1][lines[0].index(column)] = value
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(lines)


def test_the_tables_are_those_that_are_read() -> None:
    """A table that nothing reads would go stale unseen."""
    assert set(TABLES) == set(READ)


@pytest.mark.parametrize("name", TABLES)
def test_every_row_has_a_known_source_and_a_date(name: str, facts: Facts) -> None:
    """Each figure can be traced to a row of `sources.csv`."""
    with (data_folder() / name).open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            for column in SOURCE_COLUMNS:
                for source in (row.get(column) or "").split():
                    assert source in facts.sources, row
            assert row["source"] if "source" in row else row["p50_source"]
            assert re.fullmatch(r"20\d\d(-\d\d){0,2}|undated", row["as_of"]), row


def test_every_source_is_used(facts: Facts) -> None:
    """A source that no figure comes from does not belong in the list."""
    used = {"same-region-free"}  # a policy, stated in the code
    for name in TABLES:
        if name == "sources.csv":
            continue
        with (data_folder() / name).open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                for column in SOURCE_COLUMNS:
                    used.update((row.get(column) or "").split())
    assert set(facts.sources) == used


def test_sources_are_complete(facts: Facts) -> None:
    """Title, place, publisher and licence of every source."""
    for name, source in facts.sources.items():
        assert all((source.title, source.where, source.publisher, source.licence)), name


def test_prices_are_read_without_round_trips(tmp_path: Path) -> None:
    """Listing prices must not parse 2,900 round trips: here there is no `rtt.csv`."""
    for name in PRICE_TABLES:
        shutil.copy(data_folder() / name, tmp_path)
    facts = Facts(tmp_path)
    assert facts.prices.included_gb("Premium") == 500
    with pytest.raises(FactsError, match=r"rtt\.csv: cannot be read"):
        _ = facts.rtt


def test_measured_round_trips_are_read_without_the_model(folder: Path) -> None:
    """The fitted weights are needed for estimates only."""
    (folder / "rtt_model.csv").unlink()
    facts = Facts(folder)
    regions = facts.regions
    assert facts.rtt.between_regions(regions["eastus"], regions["westeurope"]).ms == 83
    with pytest.raises(FactsError, match=r"rtt_model\.csv: cannot be read"):
        facts.rtt.between_regions(regions["chilecentral"], regions["eastus"])


def test_each_table_is_read_once(folder: Path) -> None:
    """A second look does not touch the disk."""
    facts = Facts(folder)
    first = facts.prices
    (folder / "registry_fees.csv").unlink()
    assert facts.prices is first


def test_facts_of_a_folder_are_shared() -> None:
    """All callers without a folder of their own see the same tables."""
    assert load_facts() is load_facts()


@pytest.mark.parametrize("name", TABLES)
def test_a_missing_table_is_named(name: str, folder: Path) -> None:
    """The complaint says which file is not there."""
    (folder / name).unlink()
    with pytest.raises(FactsError, match=re.escape(name)):
        READ[name](Facts(folder))


@pytest.mark.parametrize("name", TABLES)
def test_a_missing_column_is_named(name: str, folder: Path) -> None:
    """What the header lacks comes first, then what is expected."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(",as_of", ",when", 1), encoding="utf-8")
    complaint = rf"{re.escape(name)}: the header lacks as_of; expected .*,as_of"
    with pytest.raises(FactsError, match=complaint):
        READ[name](Facts(folder))


def test_columns_in_another_order_are_named(folder: Path) -> None:
    """Nothing is guessed from the order: the header must be the expected one."""
    path = folder / "registry_fees.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("source,as_of", "as_of,source", 1), encoding="utf-8")
    with pytest.raises(FactsError, match=r"header is sku,.*,as_of,source; expected"):
        _ = Facts(folder).prices


@pytest.mark.parametrize("name", TABLES)
def test_a_short_row_is_named(name: str, folder: Path) -> None:
    """A row that lost a comma must not shift its columns silently."""
    path = folder / name
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([lines[0], "x,y\n", *lines[1:]]), encoding="utf-8")
    with pytest.raises(
        FactsError, match=rf"{re.escape(name)}, row 2: 2 cells, expected"
    ):
        READ[name](Facts(folder))


@pytest.mark.parametrize("name", TABLES)
def test_an_empty_table_is_named(name: str, folder: Path) -> None:
    """An empty file is a broken download, not an empty world."""
    (folder / name).write_text("", encoding="utf-8")
    with pytest.raises(FactsError, match=rf"{re.escape(name)}: the header lacks "):
        READ[name](Facts(folder))


NUMBERS = [
    ("registry_fees.csv", "usd_per_day"),
    ("registry_fees.csv", "included_storage_gb"),
    ("registry_fees.csv", "storage_usd_per_gb_month"),
    ("transfer_rates.csv", "usd_per_gb"),
    ("transfer_rates.csv", "usd_per_gb_high"),
    ("internet_egress.csv", "usd_per_gb"),
    ("addon_fees.csv", "usd"),
    ("rtt.csv", "p50_ms"),
    ("rtt.csv", "p95_ms"),
    ("rtt_error.csv", "p90_error_ms"),
]


@pytest.mark.parametrize(("name", "column"), NUMBERS)
@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ("-1", "is negative"),
        ("about 5", "is not a number: 'about 5'"),
        ("nan", "is not a finite number: 'nan'"),
        ("inf", "is not a finite number: 'inf'"),
    ],
)
def test_a_wrong_number_is_named_with_file_and_row(
    name: str, column: str, value: str, complaint: str, folder: Path
) -> None:
    """The maintainer finds the cell without searching."""
    spoil(folder / name, 3, column, value)
    with pytest.raises(FactsError) as caught:
        READ[name](Facts(folder))
    assert str(caught.value) == f"{name}, row 3: {column} {complaint}"


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("registry_fees.csv", "usd_per_day"),
        ("transfer_rates.csv", "usd_per_gb"),
        ("rtt.csv", "p50_ms"),
        ("regions.csv", "region"),
        ("limits.csv", "value"),
    ],
)
def test_an_empty_cell_is_not_zero(name: str, column: str, folder: Path) -> None:
    """A blank price would otherwise make something free."""
    spoil(folder / name, 2, column, "")
    with pytest.raises(
        FactsError, match=rf"{re.escape(name)}, row 2: {column} is empty"
    ):
        READ[name](Facts(folder))


def test_a_round_trip_of_zero_means_no_data(folder: Path) -> None:
    """An earlier edition of the table had zeros for a region it knew nothing of."""
    spoil(folder / "rtt.csv", 2, "p50_ms", "0")
    with pytest.raises(FactsError, match=r"rtt\.csv, row 2: p50_ms is 0"):
        _ = Facts(folder).rtt


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("regions.csv", "apacsoutheast2"),
        ("registry_fees.csv", "Basic"),
        ("transfer_rates.csv", "north_america north_america"),
        ("addon_fees.csv", "geo_replica_unit"),
        ("limits.csv", "Basic dataplane_read_per_registry"),
        ("rtt.csv", "australiacentral australiacentral2"),
        ("sources.csv", "azure-regions-list"),
    ],
)
def test_a_row_that_comes_twice_is_named(name: str, key: str, folder: Path) -> None:
    """Two prices for one thing: neither may win silently."""
    path = folder / name
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([*lines, lines[1]]), encoding="utf-8")
    expected = f"{name}, row {len(lines) + 1}: {key} is listed twice"
    with pytest.raises(FactsError) as caught:
        READ[name](Facts(folder))
    assert str(caught.value) == expected


def test_egress_tiers_must_rise(folder: Path) -> None:
    """A tier out of order would be taken for a higher volume."""
    spoil(folder / "internet_egress.csv", 4, "from_gb", "50")
    with pytest.raises(
        FactsError, match=r"internet_egress\.csv, row 4: tiers must rise"
    ):
        _ = Facts(folder).prices


def test_an_offered_region_needs_place_continent_and_zone(folder: Path) -> None:
    """Otherwise its transfer would have no price, or its distance no estimate."""
    for column in ("latitude", "transfer_continent", "egress_zone"):
        shutil.copy(data_folder() / "regions.csv", folder)
        spoil(folder / "regions.csv", 3, column, "")
        with pytest.raises(FactsError, match=r"row 3: australiacentral is offered but"):
            _ = Facts(folder).regions


def test_an_unknown_availability_is_named(folder: Path) -> None:
    """A new word in the list is a decision to take, not to guess."""
    spoil(folder / "regions.csv", 3, "availability", "soon")
    with pytest.raises(FactsError, match=r"regions\.csv, row 3: 'soon'"):
        _ = Facts(folder).regions


@pytest.mark.parametrize(
    ("column", "value"), [("parameter", "slope"), ("region_a", "atlantis")]
)
def test_a_model_that_does_not_fit_the_regions_is_named(
    column: str, value: str, folder: Path
) -> None:
    """A renamed scalar or region asks for a new fit instead of a traceback."""
    row = 3 if column == "parameter" else 5
    spoil(folder / "rtt_model.csv", row, column, value)
    with pytest.raises(FactsError, match=r"rtt_model\.csv: .*run tools/fit_rtt_model"):
        _ = Facts(folder).rtt.model


def test_other_encodings_and_binary_files_are_named(folder: Path) -> None:
    """A spreadsheet may save in its own encoding; that is a sentence, no traceback."""
    path = folder / "registry_fees.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("utf-16"))
    with pytest.raises(FactsError, match=r"registry_fees\.csv: is not UTF-8 text"):
        _ = Facts(folder).prices


def test_a_byte_order_mark_is_accepted(folder: Path) -> None:
    """Spreadsheets write one in front of UTF-8."""
    path = folder / "registry_fees.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert Facts(folder).prices.included_gb("Basic") == 10
