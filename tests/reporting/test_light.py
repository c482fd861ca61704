"""The light report: static figures, small, without scripts, and the PDF made of it."""

from __future__ import annotations

import importlib.util
import re
import sys
from dataclasses import replace
from html import unescape
from pathlib import Path
from xml.etree import ElementTree as ET

import plotly.graph_objects as go
import pytest

from planner.analysis import Comparison, compare
from planner.domain.problem import Problem
from planner.domain.scenario import Scenario
from planner.errors import InputError
from planner.optimization.solve import optimize
from planner.reporting.figures import (
    cost_bars,
    cost_latency_figure,
    frontier_curve,
    latency_figure,
    region_cost_bars,
    site_map,
)
from planner.reporting.html import light_report
from planner.reporting.report import Report, build_report
from planner.reporting.sections import sections
from planner.reporting.static_figures import static_svg
from planner.reporting.static_labels import Name, draw_names
from planner.reporting.static_map import crossings
from planner.reporting.static_text import Line, shortened, text_lines, text_width
from planner.reporting.theme import empty
from planner.reporting.writers import write_report
from tests.reporting.conftest import NASTY

SVG = "{http://www.w3.org/2000/svg}"
MOST_BYTES = 500_000
needs_weasyprint = pytest.mark.skipif(
    importlib.util.find_spec("weasyprint") is None, reason="needs the extra `pdf`"
)


@pytest.fixture(scope="module")
def worldwide_report(worldwide: Scenario) -> Report:
    """The report on the worldwide estate, with reasons, which make it longest."""
    problem = Problem(worldwide)
    found = replace(compare(problem), best=optimize(problem))
    return build_report(found, problem)


@pytest.fixture(scope="module", params=["contoso", "worldwide"])
def any_report(request: pytest.FixtureRequest) -> Report:
    """The report on each shipped scenario in turn."""
    name = "report" if request.param == "contoso" else "worldwide_report"
    found: Report = request.getfixturevalue(name)
    return found


def figures(report: Report) -> list[go.Figure]:
    """All figures of a report."""
    return [
        block.figure()
        for section in sections(report)
        for block in section.blocks
        if block.figure
    ]


def words(svg: str) -> str:
    """The texts of a drawing, one a line."""
    return "\n".join(text.text or "" for text in ET.fromstring(svg).iter(f"{SVG}text"))


def test_every_figure_is_xml_with_a_title(any_report: Report) -> None:
    """A page can hold the drawings as they are, and a screen reader says what they show."""
    drawn = figures(any_report)
    assert len(drawn) >= 5
    for figure in drawn:
        root = ET.fromstring(static_svg(figure))
        assert root.tag == f"{SVG}svg"
        assert root.get("role") == "img"
        title = root.find(f"{SVG}title")
        assert title is not None
        assert title.text
        assert title.text in re.sub("<.*?>", "", figure.layout.title.text)


def test_page_is_small_and_fetches_nothing(any_report: Report) -> None:
    """It can be mailed, and opens anywhere: no scripts, no links out, under 500 kB."""
    page = light_report(any_report)
    assert len(page.encode()) < MOST_BYTES
    assert "<script" not in page
    assert "script-src 'none'" in unescape(page)
    drawings = "".join(re.findall(r"<svg.*?</svg>", page, re.DOTALL))
    assert drawings.count("<svg") == len(figures(any_report))
    bare = re.sub(r'xmlns(:\w+)?="[^"]*"', "", drawings)
    assert not re.search(r"https?:|@import|<image|<foreignObject", bare)
    targets = re.findall(r'(?:href="|src="|url\()([^")]*)', page)
    assert targets
    assert all(target.startswith("#") for target in targets)


def test_ids_of_a_page_are_its_own(any_report: Report) -> None:
    """Two drawings that share an id would draw each other's symbols."""
    page = light_report(any_report)
    ids = re.findall(r' id="([^"]*)"', page)
    assert len(set(ids)) == len(ids)
    assert set(re.findall(r'(?:url\(|href=")#([^")]*)', page)) <= set(ids)


def test_same_report_gives_the_same_bytes(report: Report) -> None:
    """No clock and no chance is in the drawings."""
    assert light_report(report) == light_report(report)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("<script>", "<script>"),
        (r"$\alpha$", r"$\alpha$"),
        ("two\nlines", "two\ufffdlines"),
        ("_hidden", "_hidden"),
        ("<br>&amp;", "<br>&amp;"),
        ("\uffffend", "\ufffdend"),
        ("日本", "日本"),
        ("]]><!--", "]]><!--"),
    ],
)
def test_hostile_names_are_text(comparison: Comparison, name: str, shown: str) -> None:
    """Names are users': none is a tag, a formula, a line's end, or left out."""
    plan = comparison.best.evaluation
    assert plan is not None
    for make in (cost_bars, latency_figure, cost_latency_figure):
        assert shown in words(static_svg(make({name: plan}))), make


def test_hostile_scenario_is_drawn(nasty: Comparison) -> None:
    """A page of hostile names has no script, and its drawings are still XML."""
    page = light_report(build_report(nasty))
    assert "<script" not in page
    assert "\u202e" not in page
    drawings = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert drawings
    said = " ".join(words(drawing) for drawing in drawings)
    assert NASTY.split("(")[0] in said


def test_bill_by_region_is_drawn(comparison: Comparison) -> None:
    """The figure that only notebooks and the dashboard show has a static form, too."""
    plan = comparison.best.evaluation
    assert plan is not None
    svg = static_svg(region_cost_bars(plan))
    assert all(region in words(svg) for region in plan.layout.regions)


def test_empty_figures_say_why() -> None:
    """Where there is nothing to draw, the reason stands in its place."""
    assert "No plan at all." in words(static_svg(empty("Costs", "No plan at all.")))


def test_what_nobody_pulls_is_reported(silent: Comparison) -> None:
    """A scenario without pulls, too, has a light page."""
    assert light_report(build_report(silent)).count("<svg") >= 3


def test_frontier_is_a_stepped_line(contoso: Scenario) -> None:
    """The curve and its knee are drawn as the interactive figure has them."""
    from planner.analysis import frontier

    svg = static_svg(frontier_curve(frontier(contoso)))
    assert {"plans", "knee", "USD per month"} <= set(words(svg).split("\n"))
    assert "stroke-dasharray" in svg


def test_unknown_trace_is_an_error() -> None:
    """A figure that cannot be drawn in full is not drawn in part."""
    with pytest.raises(ValueError, match="trace 'pie'"):
        static_svg(go.Figure(go.Pie(values=[1])))


def test_amounts_and_colours_are_the_figures(comparison: Comparison) -> None:
    """The drawing says the same amounts in the same colours as the interactive figure."""
    figure = cost_bars(comparison.evaluations)
    svg = static_svg(figure)
    for plan in comparison.evaluations.values():
        assert f"${plan.cost.total_usd:,.2f}" in words(svg)
    for trace in figure.data:
        assert trace.marker.color.lower() in svg
        assert trace.name in words(svg)


def test_map_has_land_lines_and_names(report: Report) -> None:
    """A reader sees where locations are without hovering, on land that is drawn."""
    name, plan = next(iter(report.shown.items()))
    svg = static_svg(site_map(report.problem, plan, name))
    assert all(region in words(svg) for region in plan.layout.regions)
    assert "#e8ecef" in svg
    assert max(map(len, re.findall(r' d="([^"]*)"', svg))) > 10_000


def test_lines_take_the_shorter_way() -> None:
    """From Sydney to Seattle goes over the Pacific, and so over two edges of the map."""
    sydney, seattle = (151.0, -34.0), (-122.0, 47.0)
    assert list(crossings(sydney, seattle)) == [
        (sydney, (238.0, 47.0)),
        ((-209.0, -34.0), seattle),
    ]
    assert list(crossings((0.0, 0.0), (9.0, 9.0))) == [((0.0, 0.0), (9.0, 9.0))]


def test_names_keep_clear_of_each_other() -> None:
    """Two neighbours that ask for the same side do not get it both."""
    drawn: list[tuple[float, float, str]] = []

    class Sheet:
        def haloed(
            self, x: float, y: float, text: str, *_: object, **__: object
        ) -> None:
            drawn.append((x, y, text))

    spots = [(100.0, 100.0), (110.0, 100.0)]
    names = [
        Name(spot, 5.0, "top center", [Line("somewhere", False)], 12.0)
        for spot in spots
    ]
    draw_names(Sheet(), names, spots, (0, 0, 300, 300))  # type: ignore[arg-type]
    (x, y, _), (other_x, other_y, _) = drawn
    wide = text_width("somewhere", 12)
    assert abs(y - other_y) >= 12 or abs(x - other_x) >= wide


def test_texts_are_lines_and_fit() -> None:
    """What plotly takes for markup is markup only where we wrote it."""
    assert text_lines("a &lt;b&gt;<br><b>$1</b>") == [
        Line("a <b>", False),
        Line("$1", True),
    ]
    assert shortened("short", 12, 100) == "short"
    cut = shortened("x" * 100, 12, 100)
    assert cut.endswith("\u2026")
    assert text_width(cut, 12) <= 100


def test_light_file_is_told_from_the_interactive_one(
    comparison: Comparison, tmp_path: Path
) -> None:
    """Both can lie in one folder."""
    paths = write_report(comparison, tmp_path, ["html", "light"])
    assert [path.name for path in paths] == ["contoso.html", "contoso.light.html"]


@needs_weasyprint
def test_pdf_is_the_same_twice(comparison: Comparison, tmp_path: Path) -> None:
    """A PDF, too, can be kept in git."""
    one, other = (
        write_report(comparison, tmp_path / part, ["pdf"])[0].read_bytes()
        for part in "ab"
    )
    assert one.startswith(b"%PDF-")
    assert len(one) > 50_000
    assert one == other


def test_pdf_without_weasyprint_names_the_extra(
    comparison: Comparison, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who lacks the extra is told how to install it."""
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(InputError, match=re.escape("acr-planner[pdf]")):
        write_report(comparison, tmp_path, ["pdf"])
