"""Report files: their names, and that each is complete or absent."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from planner.analysis import Comparison, compare
from planner.domain.problem import Problem
from planner.errors import InputError
from planner.optimization.solve import optimize
from planner.reporting import writers
from planner.reporting.sentences import comparison_headline, comparison_story
from planner.reporting.writers import WRITERS, safe_stem, write_report
from tests.strategies import random_scenario


def test_one_file_for_each_format(comparison: Comparison, tmp_path: Path) -> None:
    """Files carry the scenario's name, come in the order asked for, and nothing else is left."""
    folder = tmp_path / "new" / "reports"
    paths = write_report(comparison, folder, ["md", "html", "md"])
    assert [path.name for path in paths] == ["contoso.md", "contoso.html"]
    assert sorted(folder.iterdir()) == sorted(paths)
    assert b"\r" not in paths[0].read_bytes()


def test_writing_again_gives_the_same_bytes(
    comparison: Comparison, tmp_path: Path
) -> None:
    """Same scenario, same version, same file: reports can be kept in git."""
    (first,) = write_report(comparison, tmp_path / "a", ["html"])
    (second,) = write_report(comparison, tmp_path / "b", ["html"])
    assert first.read_bytes() == second.read_bytes()


def test_the_command_is_in_the_report(comparison: Comparison, tmp_path: Path) -> None:
    """A reader can run again what made the report."""
    (path,) = write_report(comparison, tmp_path, ["md"], command="acr-planner demo")
    assert "| Command | acr-planner demo |" in path.read_text(encoding="utf-8")


def test_unknown_format_is_refused(comparison: Comparison, tmp_path: Path) -> None:
    """A misspelled format is named before anything is written."""
    with pytest.raises(InputError, match="did you mean 'html'"):
        write_report(comparison, tmp_path, ["md", "htm"])
    assert not list(tmp_path.iterdir())


def test_a_failed_write_leaves_the_old_file(
    comparison: Comparison, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the disk fills up, yesterday's report is still whole and no scrap remains."""
    (path,) = write_report(comparison, tmp_path, ["md"])
    before = path.read_bytes()

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(writers.Path, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write_report(comparison, tmp_path, ["md"], command="other")
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("contoso", "contoso"),
        ("../../etc/passwd", "etc-passwd"),
        ("..", "scenario"),
        ("a/b\\c:d", "a-b-c-d"),
        (".hidden", "hidden"),
        ("<script>", "script"),
        ("  ", "scenario"),
        ("Zürich plant", "Zürich-plant"),
        ("a..b", "a.b"),
        ("CON", "CON-scenario"),
        ("nul.txt", "nul.txt-scenario"),
        ("x" * 200, "x" * 80),
    ],
)
def test_file_names_are_safe(name: str, stem: str) -> None:
    """No scenario's name can leave the folder, hide the file or leave it nameless."""
    assert safe_stem(name) == stem


@pytest.mark.parametrize("seed", range(6))
def test_any_scenario_gets_its_report(seed: int, tmp_path: Path) -> None:
    """Odd scenarios are reported on too, in full sentences and without a bare None."""
    found = compare(random_scenario(Random(seed), regions=4, sites=3))
    page, text = (
        path.read_text(encoding="utf-8")
        for path in write_report(found, tmp_path, ["html", "md"])
    )
    shown = text.partition("### The scenario")[0]
    assert not re.search(r"\bNone\b|\bnan\b|\$-|−\$0\.00", shown)
    for sentence in (comparison_headline(found), *comparison_story(found)):
        assert sentence.endswith(".")
        assert "  " not in sentence
    assert page.startswith("<!DOCTYPE html>")


def test_every_format_writes_text(nasty: Comparison, tmp_path: Path) -> None:
    """All formats cope with hostile names, in the file's name and inside."""
    formats = [name for name in WRITERS if name != "pdf"]  # an extra, tested apart
    paths = write_report(nasty, tmp_path, formats)
    assert len(paths) == len(formats)
    assert all(path.parent == tmp_path and path.stat().st_size for path in paths)


def test_a_result_with_reasons_brings_them_into_the_report(
    comparison: Comparison, contoso_problem: Problem, tmp_path: Path
) -> None:
    """The demo asks for reasons; a report without them would hide why these regions."""
    explained = replace(comparison, best=optimize(contoso_problem))
    plain, told = (
        write_report(each, tmp_path / str(n), ["md"])[0].read_text(encoding="utf-8")
        for n, each in enumerate((comparison, explained))
    )
    assert "## Why these regions" not in plain
    assert "## Why these regions" in told
    flipped = next(r for r in explained.best.regions if r.region == "eastus")
    assert f"+${flipped.change_if_flipped_usd:,.2f}" in told
