"""The report as one HTML file."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest

from planner.analysis import Comparison, Plan, Role
from planner.domain.scenario import Scenario
from planner.evaluation.evaluate import evaluate
from planner.reporting.html import embedded_json, html_report
from planner.reporting.report import Report, build_report
from planner.reporting.sections import sections
from tests.reporting.conftest import NASTY


class Page(HTMLParser):
    """Start tags with attributes, text outside scripts, and the scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.scripts: list[tuple[dict[str, str], str]] = []
        self.words: list[str] = []
        self._raw: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        """Note a tag."""
        self.tags.append((tag, {key: value or "" for key, value in attrs}))
        if tag in ("script", "style"):
            self._raw = tag
            if tag == "script":
                self.scripts.append((self.tags[-1][1], ""))

    def handle_endtag(self, tag: str) -> None:
        """Leave a script."""
        if tag == self._raw:
            self._raw = None

    def handle_data(self, data: str) -> None:
        """Note text, or the content of a script."""
        if self._raw == "script":
            attributes, before = self.scripts[-1]
            self.scripts[-1] = (attributes, before + data)
        elif self._raw is None:
            self.words.append(data)

    def named(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every such tag."""
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def page(report: Report) -> Page:
    """Contoso's page."""
    return Page(html_report(report))


@pytest.fixture(scope="module")
def hostile(nasty: Comparison) -> Page:
    """The page of the hostile scenario."""
    return Page(html_report(build_report(nasty)))


def test_nothing_is_loaded_from_elsewhere(page: Page) -> None:
    """The file opens offline: no tag of it points out of it."""
    assert not {"link", "img", "iframe", "object", "embed", "base"} & {
        tag for tag, _ in page.tags
    }
    for tag, attributes in page.tags:
        assert "src" not in attributes, tag
        assert attributes.get("href", "#").startswith("#"), tag


def test_policy_allows_only_our_scripts(page: Page) -> None:
    """The policy names each script by its hash, so an injected one would not run."""
    (policy,) = [
        attributes["content"]
        for attributes in page.named("meta")
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    running = [text for attributes, text in page.scripts if "type" not in attributes]
    assert len(running) == 2
    for text in running:
        digest = hashlib.sha256(text.encode()).digest()
        assert f"'sha256-{base64.b64encode(digest).decode()}'" in policy


def test_names_are_text(hostile: Page) -> None:
    """A script in a name is shown as text and is not an element of the page."""
    assert len(hostile.scripts) == 3
    words = " ".join(hostile.words)
    assert NASTY.replace("\u202e", "\ufffd") in words
    assert "\u202e" not in words


def test_data_cannot_end_its_script(hostile: Page) -> None:
    """Figures hold user text; as JSON in a script it must not close that script."""
    (data,) = [t for a, t in hostile.scripts if a.get("type") == "application/json"]
    figures = json.loads(data)["figures"]
    assert any("script" in json.dumps(figure) for figure in figures.values())
    assert json.loads(embedded_json({"a": "</script>&"})) == {"a": "</script>&"}
    assert "<" not in embedded_json({"a": "</script>"})


def test_each_figure_has_its_table(page: Page) -> None:
    """What a chart shows can also be read, by a screen reader or without scripts."""
    plots = [div for div in page.named("div") if div.get("class") == "plot"]
    (data,) = [t for a, t in page.scripts if a.get("type") == "application/json"]
    figures = json.loads(data)["figures"]
    assert [div["id"] for div in plots] == list(figures)
    assert len(plots) == 6
    assert all(div["aria-label"] and div["role"] == "img" for div in plots)
    assert len(page.named("table")) > len(plots)


def test_tables_are_accessible(page: Page) -> None:
    """Every table has a caption, and every heading cell says what it heads."""
    assert len(page.named("caption")) == len(page.named("table"))
    assert {cell.get("scope") for cell in page.named("th")} == {"col", "row"}


def test_long_tables_are_folded(
    page: Page, report: Report, worldwide: Scenario
) -> None:
    """Cost lines are for those who check a number; few sites show, many are folded."""
    assert len(page.named("details")) == len(report.shown) + 1
    plans = [
        Plan(Role.NAMED, name, evaluate(worldwide, name), None, ())
        for name in worldwide.layouts
    ]
    many = Comparison(worldwide, "today", tuple(plans), report.comparison.best)
    folded = [
        block
        for section in sections(build_report(many))
        for block in section.blocks
        if block.folded and block.figure
    ]
    assert len(folded) >= 2


def test_links_lead_to_sections(page: Page) -> None:
    """The table of contents leads somewhere."""
    anchors = [section["id"] for section in page.named("section")]
    assert [link["href"] for link in page.named("a")] == [f"#{a}" for a in anchors]
    assert len(set(anchors)) == len(anchors)


def test_numbers_of_the_plans_are_on_the_page(
    page: Page, comparison: Comparison
) -> None:
    """The page shows each plan's bill as the evaluation has it, to the cent."""
    words = " ".join(page.words)
    for plan in comparison.evaluations.values():
        assert f"${plan.cost.bill_usd:,.2f}" in words


def test_same_input_gives_the_same_bytes(comparison: Comparison) -> None:
    """No clock and no chance is in the file, so two runs can be compared."""
    one, other = (html_report(build_report(comparison)) for _ in range(2))
    assert one == other


def test_page_is_for_any_screen(report: Report) -> None:
    """It fits phones, prints, and follows the reader's choice of light or dark."""
    text = html_report(report)
    assert 'name="viewport"' in text
    for query in ("prefers-color-scheme: dark", "@media print", "max-width: 600px"):
        assert query in text


def test_text_is_readable_against_its_ground(report: Report) -> None:
    """Every text colour reaches a contrast of 4.5 to 1 on paper and on bands."""
    css = re.search(r"<style>(.*?)</style>", html_report(report), re.DOTALL)
    assert css is not None
    palettes = re.findall(r":root \{([^}]*)\}", css.group(1))[:2]
    assert len(palettes) == 2
    for palette in palettes:
        colours = dict(re.findall(r"--(\w+): (#\w{6})", palette))
        for ink in ("ink", "soft", "accent"):
            for ground in ("paper", "band"):
                assert contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2."""
    light, dark = sorted(map(luminance, (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
