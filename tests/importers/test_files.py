"""Files that are named, found and peeked at, the hostile ones among them."""

from __future__ import annotations

import gzip
import json
import os
import re
from pathlib import Path

import pytest
from duckdb import connect

from planner.domain.reading import load_scenario
from planner.errors import InputError
from planner.importers import duck
from planner.importers.files import find_files
from planner.importers.findings import Accounting
from planner.importers.inputs import Options
from planner.importers.run import import_files
from tests.importers.export_shapes import MONTH, SAMPLES, json_lines, month

RECORD = (SAMPLES / "real_record_2025-01-30.json").read_text(encoding="utf-8")
LINE = " ".join(RECORD.split()) + "\n"


def refusal(*paths: Path | str) -> str:
    """The sentence with which an import of logs is refused."""
    with pytest.raises(InputError) as caught:
        import_files("acr-logs", [str(p) for p in paths], options=Options(image_gb=1))
    return str(caught.value)


def test_folders_patterns_and_links_name_each_file_once(tmp_path: Path) -> None:
    """A file reached in three ways is one file; a loop of links ends."""
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    (folder / "one.json").write_text(LINE, encoding="utf-8")
    (folder / "loop").symlink_to(tmp_path, target_is_directory=True)
    (folder / "same.json").symlink_to(folder / "one.json")
    (folder / "nowhere").symlink_to(tmp_path / "missing")
    (folder / "self").symlink_to(folder / "self")
    (folder / ".hidden").write_text(LINE, encoding="utf-8")
    (folder / "empty").touch()
    os.mkfifo(folder / "pipe")
    names = [str(tmp_path), f"{tmp_path}/**/*.json", str(folder / ".." / "b")]
    found = find_files(names)
    assert [file.path.name for file in found] == ["one.json"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.json", "no such file or folder"),
        ("*.none", "no file matches this pattern"),
        ("", "an empty name is no file"),
        ("loop", "loop: "),
        ("nowhere", "is a link that leads nowhere"),
        ("empty", "is empty"),
        ("pipe", "is not a regular file"),
    ],
)
def test_a_name_that_is_no_file(tmp_path: Path, name: str, message: str) -> None:
    """Each has its own sentence, and none hangs."""
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "nowhere").symlink_to(tmp_path / "missing")
    (tmp_path / "empty").touch()
    os.mkfifo(tmp_path / "pipe")
    path = str(tmp_path / name) if name else ""
    assert message in refusal(path)


def test_a_broken_gzip_file(tmp_path: Path) -> None:
    """Cut off near its start or near its end, it is named and refused."""
    packed = MONTH.read_bytes()
    for part in (packed[:30], packed[: len(packed) // 2]):
        path = tmp_path / "cut.json.gz"
        path.write_bytes(part)
        assert "cut.json.gz: is a broken gzip file" in refusal(path)


def test_a_line_without_end(tmp_path: Path) -> None:
    """A huge line is refused by its length, not read into memory."""
    path = tmp_path / "long.json"
    with path.open("w", encoding="utf-8") as file:
        file.write(LINE)
        file.write('{"time": "2026-10-01T00:00:00Z", "x": "')
        for _ in range(40):
            file.write("y" * 2**20)
        file.write('"}\n')
    assert "has a line of more than 16 MB" in refusal(path)


def test_a_packed_line_without_end(tmp_path: Path) -> None:
    """A bomb of a few kilobytes is refused in the same way."""
    path = tmp_path / "bomb.json.gz"
    with gzip.open(path, "wt") as file:
        file.write(LINE)
        for _ in range(64):
            file.write("y" * 2**20)
    assert path.stat().st_size < 200_000
    assert "has a line of more than 16 MB" in refusal(path)


@pytest.mark.parametrize("field", ["time", "properties", "other"])
def test_deep_json(tmp_path: Path, field: str) -> None:
    """A hundred thousand brackets are refused in one sentence."""
    path = tmp_path / "deep.json"
    deep = "[" * 100_000 + "]" * 100_000
    bad = f'{{"{field}": {deep}}}\n'
    for text in (LINE + bad, LINE * 100 + bad, bad + LINE):
        path.write_text(text, encoding="utf-8")
        assert re.search(
            "nested too deeply|malformed|not recognised|no pull", refusal(path)
        )


def test_text_in_another_encoding(tmp_path: Path) -> None:
    """Latin-1 lines count as malformed; UTF-16 is told what to do."""
    path = tmp_path / "latin.json"
    path.write_bytes(LINE.replace("tipster", "\xe9").encode("latin-1"))
    assert "malformed" in refusal(path)
    path.write_bytes(LINE.encode("utf-16"))
    assert "save it as UTF-8" in refusal(path)


def test_a_cut_document(tmp_path: Path) -> None:
    """A list that ends in the middle is refused."""
    path = tmp_path / "cut.json"
    path.write_text("[\n" + LINE + ",\n" + LINE[:300], encoding="utf-8")
    assert "cut.json: is not valid JSON, or is cut off" in refusal(path)


def test_a_broken_parquet_file(tmp_path: Path) -> None:
    """A Parquet file without its end is refused."""
    path = tmp_path / "x.parquet"
    path.write_bytes(b"PAR1" + b"\0" * 500)
    assert "is a broken Parquet file" in refusal(path)


def test_formulas_and_paths_are_no_repositories(tmp_path: Path) -> None:
    """A name that no repository can have makes a record malformed."""
    records = month()
    for name in ("=cmd|' /C calc'!A0", "../../etc/passwd", "A B", "x\ny"):
        bad = records[0] | {
            "properties": records[0]["properties"] | {"repository": name}
        }
        path = json_lines(tmp_path, [*records[:20], bad])
        assert "1 of 21 records are malformed" in refusal(path)


def test_a_file_of_no_kind_is_named(tmp_path: Path) -> None:
    """A file that somebody names must be of the kind asked for."""
    path = tmp_path / "notes.md"
    path.write_text("# ContainerRegistryRepositoryEvents, Repository", encoding="utf-8")
    assert "notes.md: is not recognised as acr-logs" in refusal(path)


def test_names_with_pattern_characters(tmp_path: Path) -> None:
    """A file whose name looks like a pattern or like SQL is read as it is."""
    for name in ("a[1]*.json", "it's.json"):
        (tmp_path / name).write_bytes(gzip.decompress(MONTH.read_bytes()))
        result = import_files(
            "auto", [str(tmp_path / name)], options=Options(image_gb=1)
        )
        assert result.findings[0].accounting.read == 1157


def test_progress_in_bytes_and_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While files are read, bytes and rows are told, never more than there are."""
    monkeypatch.setattr(duck, "SECONDS_BETWEEN", 0.001)
    path = tmp_path / "many.json"
    path.write_text("".join(json.dumps(record) + "\n" for record in month()) * 20)
    seen: list[tuple[str, int, int, int]] = []
    import_files(
        "acr-logs",
        [str(path)],
        options=Options(image_gb=1),
        on_progress=lambda *told: seen.append(told),
    )
    size, rows = path.stat().st_size, 20 * len(month())
    assert {total for _, _, total, _ in seen} == {size}
    assert max(done for _, done, _, _ in seen) > 0
    assert {doing for doing, _, _, _ in seen} <= {
        "reading",
        "finding copies",
        "adding up",
    }
    assert all(0 <= done <= size for _, done, _, _ in seen)
    assert all(0 <= count <= 1.5 * rows for _, _, _, count in seen)


def test_parquet_tells_its_rows(tmp_path: Path) -> None:
    """Rows of Parquet are exact, however long its column names are."""
    path = tmp_path / "x.parquet"
    query = "SELECT range AS a_long_name FROM range(12345)"
    connect().execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    (file,) = find_files([str(path)])
    assert file.rows_about == 12345


def test_long_lines_of_a_registry_log(tmp_path: Path) -> None:
    """A long line is one malformed record, and a huge one stops the import."""
    good = SAMPLES.parent / "registry_events" / "notifications_2026-10-15_16.jsonl"
    path = tmp_path / "events.jsonl"

    def imported(megabytes: int) -> Accounting:
        long = '{"events": [{"id": "' + megabytes * 2**20 * "y" + '"}]}\n'
        path.write_text(good.read_text() + long, encoding="utf-8")
        into = load_scenario("contoso")
        found = import_files("registry-events", [str(path)], into=into)
        return found.findings[0].accounting

    accounting = imported(3)
    assert accounting.malformed == 1
    assert accounting.examples[0].line == len(good.read_text().splitlines()) + 1
    with pytest.raises(InputError, match="has a line of more than 16 MB"):
        imported(17)
