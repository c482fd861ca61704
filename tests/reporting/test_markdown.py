"""The report as Markdown."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from planner import __version__
from planner.analysis import Comparison, compare
from planner.domain.scenario import Scenario
from planner.reporting.markdown import escaped, markdown_report, paragraph
from planner.reporting.report import Report, build_report

GOLDEN = Path(__file__).parent / "golden" / "contoso.md"


def test_golden_report(report: Report) -> None:
    """Contoso's report changes only on purpose; review the difference.

    UPDATE_GOLDEN=1 writes the file anew.
    """
    text = markdown_report(report).replace(__version__, "VERSION")
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(text, encoding="utf-8", newline="\n")
    assert text.encode() == GOLDEN.read_bytes()


def test_same_input_gives_the_same_bytes(comparison: Comparison) -> None:
    """A report can be compared with an earlier one, so nothing in it moves by itself."""
    one, other = (markdown_report(build_report(comparison)) for _ in range(2))
    assert one == other


def test_names_are_not_markup(nasty: Comparison) -> None:
    """A hostile name shows as text: no HTML, no code, no column end, no reversal."""
    text = markdown_report(build_report(nasty))
    assert "<script" not in text
    assert "\u202e" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\\|\\`x\\`\\*y\\*" in text


def test_tables_keep_their_columns(nasty: Comparison) -> None:
    """A pipe in a name must not shift the figures beside it into other columns."""
    widths: list[int] = []
    for line in markdown_report(build_report(nasty)).splitlines():
        cells = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        if cells and widths and widths[-1]:
            assert cells == widths[-1], line
        widths.append(cells)


def test_short_enough_for_a_comment(worldwide: Scenario) -> None:
    """The report on 46 sites is far below the length at which GitHub cuts comments."""
    assert len(markdown_report(build_report(compare(worldwide, knee=False)))) < 40_000


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("# a", "\\# a"),
        ("- a", "\\- a"),
        ("+ a", "\\+ a"),
        ("1. a", "1&#8203;. a"),
        ("=== a", "\\=== a"),
        ("plain", "plain"),
    ],
)
def test_paragraphs_do_not_start_blocks(text: str, shown: str) -> None:
    """A name at the start of a paragraph is no heading and no list."""
    assert paragraph(text) == shown


def test_plain_words_stay_readable() -> None:
    """Underscores inside words need no escape, so goals read as in the scenario."""
    assert escaped("max_rtt_ms: 80") == "max_rtt_ms: 80"
    assert escaped("_x_ [a](http://b)") == "\\_x\\_ \\[a\\](http\\://b)"


def test_report_says_how_to_reproduce_it(report: Report) -> None:
    """Scenario, its hash, version, engine and command are all in the report."""
    text = markdown_report(report)
    for part in (
        report.scenario_sha256,
        __version__,
        "exact",
        "acr-planner report SCENARIO",
    ):
        assert part in text


def test_infeasible_report_is_a_report(impossible: Comparison) -> None:
    """A scenario without a plan still gets its report, with the conflict on top."""
    text = markdown_report(build_report(impossible))
    assert "No layout meets the goals" in text
    assert "| best single registry | – |" in text


def test_silent_report_is_a_report(silent: Comparison) -> None:
    """No pulls, no layouts, no baseline: the report says so and does not fail."""
    text = markdown_report(build_report(silent))
    assert "no layout in use today" in text
    assert "None" not in text
