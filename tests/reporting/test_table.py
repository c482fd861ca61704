"""The neutral table and the one formatter of values."""

from __future__ import annotations

import csv
import io

import pytest

from planner.reporting.table import Column, Table, format_cell

TABLE = Table(
    "Things",
    (Column("name", "Name"), Column("usd", "Cost", "USD/month", "usd")),
    (("a", 1.5), ("=1+1", -2.0), ("b", None)),
)


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("usd", 1234.56, "$1,234.56"),
        ("usd", -12.416, "−$12.42"),
        ("usd", -0.001, "$0.00"),
        ("usd_delta", 179.226, "+$179.23"),
        ("usd_delta", 0.0, "$0.00"),
        ("usd_unit", 0.02, "$0.02"),
        ("usd_unit", 1.6666, "$1.6666"),
        ("usd_unit", 10.0, "$10.00"),
        ("ms", 27.691, "27.7 ms"),
        ("ms_delta", -23.8, "−23.8 ms"),
        ("seconds", 5.449, "5.4 s"),
        ("hours", 33.58, "33.6 h"),
        ("gb", 2535.0, "2,535.0 GB"),
        ("count", 3.0, "3"),
        ("count", 1.5, "1.5"),
        ("number", 30.416667, "30.4167"),
        ("share", 0.6936, "69.4 %"),
        ("share", 1.0, "100 %"),
        ("share", 0.9999, ">99.9 %"),
        ("share", 0.0001, "<0.1 %"),
        ("degrees", -122.417, "−122.4170°"),
        ("bool", True, "yes"),
        ("bool", False, "no"),
        ("text", "plain", "plain"),
        ("ms", None, "–"),
        ("text", None, "–"),
    ],
)
def test_values_are_written_for_people(kind: str, value: object, text: str) -> None:
    """Each kind has one way to be written, so every view shows a number alike."""
    assert format_cell(kind, value) == text


def test_text_cannot_reorder_its_surroundings() -> None:
    """A direction mark in a name is replaced, lest it reverse the figures after it."""
    assert format_cell("text", "a\u202eb\x9b") == "a\ufffdb\ufffd"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝"])
def test_csv_holds_no_formula(start: str) -> None:
    """A name that starts like a formula is quoted, as a spreadsheet would run it."""
    table = Table("t", (Column("name", "Name"),), ((f"{start}cmd()",),))
    cell = list(csv.reader(io.StringIO(table.csv())))[1][0]
    assert cell.startswith("'")
    assert cell.endswith("cmd()")


def test_csv_keeps_numbers_raw() -> None:
    """Numbers stay numbers in CSV, also negative ones; nothing is an empty cell."""
    rows = list(csv.DictReader(io.StringIO(TABLE.csv())))
    assert [row["usd"] for row in rows] == ["1.5", "-2.0", ""]


def test_frame_has_keys_and_raw_values() -> None:
    """The data frame has the column keys, so notebooks need not parse labels."""
    frame = TABLE.frame()
    assert list(frame.columns) == ["name", "usd"]
    assert frame["usd"].tolist()[:2] == [1.5, -2.0]


def test_pick_keeps_rows_and_reorders_columns() -> None:
    """A narrower table shows the same rows in the order asked for."""
    picked = TABLE.pick("usd", "name", title="Turned")
    assert picked.keys == ("usd", "name")
    assert picked.rows[0] == (1.5, "a")
    assert picked.title == "Turned"


def test_records_and_values_are_raw() -> None:
    """Grids read rows by key and columns by name without any formatting."""
    assert TABLE.records()[0] == {"name": "a", "usd": 1.5}
    assert TABLE.values("usd") == (1.5, -2.0, None)


def test_heading_has_the_unit() -> None:
    """Where cells are bare numbers the heading says the unit."""
    assert [column.heading for column in TABLE.columns] == ["Name", "Cost (USD/month)"]
    assert [column.numeric for column in TABLE.columns] == [False, True]
