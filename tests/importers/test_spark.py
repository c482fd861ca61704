"""Spark and DuckDB answer the same questions about the same records."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from planner.importers import log_totals
from planner.importers.acr_logs import _ask
from planner.importers.files import find_files
from planner.importers.inputs import Options
from planner.importers.places import Places, read_places
from planner.importers.records import open_duck_records
from planner.importers.run import import_files
from tests.importers.export_shapes import (
    SAMPLES,
    az_list,
    json_lines,
    month,
    parquet,
)

MAP = SAMPLES / "caller_ip_map.csv"
pytestmark = pytest.mark.spark


@pytest.fixture(scope="module", autouse=True)
def session() -> Iterator[None]:
    """One Spark for all tests; its warnings are its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from planner.importers.spark_records import _session

        spark = _session()
        yield
        spark.stop()


def rows_of(records: Any, places: Places) -> list[tuple[Any, ...]]:
    """All cells of the totals, in an order of their own."""
    totals = _ask(records, places)
    names = sorted(totals[0])
    assert names == sorted(
        {*log_totals.KEYS, "records", "copies", "requests", "first", "last"}
    )
    return sorted((tuple(row[n] for n in names) for row in totals), key=repr)


@pytest.mark.parametrize("copies", [1, 2])
@pytest.mark.parametrize("places", [Places(), read_places(MAP)], ids=["bare", "map"])
def test_every_cell_is_the_same(tmp_path: Path, copies: int, places: Places) -> None:
    """JSON lines with broken ones, copies of them, and Parquet of the same month."""
    from planner.importers.spark_records import open_spark_records

    records = month()
    path = json_lines(tmp_path, records * copies)
    with path.open("a", encoding="utf-8") as file:
        file.write('{broken\n{"time": "2026-10-02T00:00:00Z"}\n')
    parquet(tmp_path, records[:500])
    files = find_files([str(tmp_path)])
    with open_duck_records(files) as ours:
        expected = rows_of(ours, places)
    with open_spark_records(files) as theirs:
        assert rows_of(theirs, places) == expected
    assert len(expected) > 150


def test_findings_are_the_same(tmp_path: Path) -> None:
    """The whole import gives the same findings with either engine."""
    path = json_lines(tmp_path, month())
    names = [str(path), str(SAMPLES / "images.json")]
    ours, theirs = (
        import_files("acr-logs", names, options=Options(engine=engine)).findings
        for engine in ("duckdb", "spark")
    )
    assert ours == theirs


def test_other_shapes_are_refused(tmp_path: Path) -> None:
    """What Spark does not read is said, with what does."""
    from planner.errors import InputError

    path = az_list(tmp_path, month()[:20])
    with pytest.raises(InputError, match="use duckdb"):
        import_files(
            "acr-logs", [str(path)], options=Options(engine="spark", image_gb=1)
        )
