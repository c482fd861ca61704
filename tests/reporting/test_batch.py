"""Many reports at once, and their index."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from typing import Any

import pytest

from planner.domain.reading import find_scenario
from planner.domain.scenario import Scenario
from planner.errors import InputError
from planner.evaluation.evaluate import evaluate
from planner.reporting.batch import scenario_sources, stems_of, write_reports


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two good scenarios, one with a hostile file name, and one that is wrong."""
    folder = tmp_path_factory.mktemp("many")
    contoso = find_scenario("contoso")
    shutil.copy(contoso, folder / "=b<script>.yaml")
    shutil.copy(contoso, folder / "a.yaml")
    (folder / "z.yaml").write_text("name: z\nsites: 3\n", encoding="utf-8")
    (folder / "notes.txt").write_text("no scenario", encoding="utf-8")
    return folder


def written(folder: Path) -> dict[str, bytes]:
    """Every file by name."""
    return {
        str(f.relative_to(folder)): f.read_bytes()
        for f in sorted(folder.rglob("*"))
        if f.is_file()
    }


def test_the_same_bytes_however_many_processes(folder: Path, tmp_path: Path) -> None:
    """Neither the number of processes nor their order shows in any file."""
    sources = scenario_sources([str(folder)])
    for count in (1, 2):
        write_reports(
            sources, tmp_path / str(count), ["html", "md", "csv"], processes=count
        )
    assert written(tmp_path / "1") == written(tmp_path / "2")


def test_pages_share_one_script_unless_asked(folder: Path, tmp_path: Path) -> None:
    """plotly.js is 4.8 MB: a batch has it once, single files have it each."""
    sources = scenario_sources([str(folder)])
    write_reports(sources, tmp_path / "shared", ["html"], processes=1)
    write_reports(sources, tmp_path / "single", ["html"], processes=1, single_file=True)
    assert len(list((tmp_path / "shared").glob("plotly-*.min.js"))) == 1
    assert (tmp_path / "shared" / "a.html").stat().st_size < 500_000
    assert not list((tmp_path / "single").glob("*.js"))
    assert 4_000_000 < (tmp_path / "single" / "a.html").stat().st_size < 6_000_000


def test_the_index_has_every_scenario(
    folder: Path, tmp_path: Path, contoso: Scenario
) -> None:
    """Bills are those of `evaluate`; the wrong one says why; no cell is a formula."""
    entries = write_reports(
        scenario_sources([str(folder)]), tmp_path, ["md"], processes=1
    )
    with (tmp_path / "index.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 1 + len(entries) == 4
    bill = evaluate(contoso).cost.bill_usd
    assert [float(row[2]) for row in rows[1:3]] == pytest.approx([bill, bill])
    assert "must be a list" in rows[3][-1]
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "<script>.yaml" not in page
    assert "&lt;script&gt;" in page


def test_file_names_never_collide() -> None:
    """Not with one another, whatever the case, and not with the index."""
    assert stems_of(["a/x.yaml", "b/X.yaml", "index.yaml", "c/x.json"]) == [
        "x",
        "X-2",
        "index-2",
        "x-3",
    ]


def test_an_empty_folder_is_a_sentence(tmp_path: Path) -> None:
    """A typo in a path must not give a report on nothing."""
    with pytest.raises(InputError, match="no scenario in this folder"):
        scenario_sources([str(tmp_path)])


@pytest.mark.browser
def test_the_index_sorts(browser: Any, folder: Path, tmp_path: Path) -> None:
    """A click on a heading sorts, and the pages draw with the shared script."""
    write_reports(scenario_sources([str(folder)]), tmp_path, ["html"], processes=1)
    page = browser.new_page()
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    page.goto((tmp_path / "index.html").as_uri())
    page.get_by_role("button", name="Scenario").click()
    page.get_by_role("button", name="Scenario").click()
    assert page.locator("tbody th").first.inner_text().endswith("z.yaml")
    page.get_by_role("link", name="a.yaml").click()
    page.wait_for_selector("body[data-drawn]", timeout=30_000)
    assert heard == []
    page.close()
