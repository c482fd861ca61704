"""Nothing that a user names is more than a name in any report."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from markdown_it import MarkdownIt

from planner.analysis import compare, frontier
from planner.cli import main
from planner.domain.problem import Problem
from planner.domain.reading import load_scenario
from planner.errors import InputError
from planner.optimization.solve import optimize
from planner.reporting.batch_index import Entry, write_index
from planner.reporting.html import html_report
from planner.reporting.markdown import escaped, markdown_report
from planner.reporting.report import Report, build_report
from planner.reporting.report_tables import report_tables
from planner.reporting.text import BIDI
from planner.reporting.writers import write_report
from tests.helpers import image, registry, site

NAMES = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</table></script>",
    '=HYPERLINK("http://x")',
    "+1",
    "-1+1",
    "@SUM(1)",
    "a|b",
    "[a](http://x)",
    "http://x.example www.x.example",
    "`a` *b* ~~c~~ __d__",
    "{{ 7 * 7 }}",
    "\u202egnp.exe",
    "a\u2028=1+1",
)
"""What somebody may call a site, an image, a layout, a registry or a push source."""
DESCRIPTION = "# Title\n\n| a | b |\n|---|---|\n\n\t=1+1\n" + "\n".join(NAMES)
FORMULA = re.compile(r"[=+\-@\t\r＝＋－＠]")
NUMBER = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?")
LINKS = re.compile(r"#|index\.csv$")
"""Where links of our own lead: within the page, or to the table beside the index."""
TABLE_TAGS = {"table", "caption", "thead", "tbody", "tr", "th", "td"}
NOTEBOOK_TAGS = {"div", "p", "strong", *TABLE_TAGS}
PLOTLY_TAGS = re.compile(r"</?(?:b|br|i|sub|sup|span|extra)\b[^<>]*>", re.IGNORECASE)
"""What our own figures use of Plotly's pseudo-HTML."""


def hostile_file(folder: Path, *, deployable: bool) -> Path:
    """A scenario file with all those names; deployable keeps to names that Azure takes."""
    count = range(len(NAMES))
    images = [f"app/n{n}" for n in count] if deployable else NAMES
    registries = [f"registry{n}" for n in count] if deployable else NAMES
    layouts = {
        name: {"registries": [registry(registries[n], "westus", serves=list(NAMES))]}
        for n, name in enumerate(NAMES)
    }
    data = {
        "version": 1,
        "name": NAMES[0],
        "description": DESCRIPTION,
        "images": [image(name, pushes_per_month=2, stored_gb=9.0) for name in images],
        "push_sources": [{"name": name, "region": "westus"} for name in NAMES],
        "sites": [
            site(name, ("eastus", "westeurope")[n % 2], 10.0, 50.0, image=images[n])
            for n, name in enumerate(NAMES)
        ],
        "layouts": layouts,
        "goals": {"candidate_regions": ["eastus", "westus", "westeurope"]},
    }
    path = folder / "hostile.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return path


@pytest.mark.parametrize("char", "\n\r\t\x00\x1b\x85")
def test_names_have_no_control_characters(char: str, tmp_path: Path) -> None:
    """What could break a line or drive a terminal never gets past the scenario file."""
    data = {"name": "x", "sites": [site(f"a{char}b", "eastus")]}
    path = tmp_path / "control.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(InputError, match="name"):
        load_scenario(path)


@pytest.fixture(scope="module", params=["any names", "names that Azure takes"])
def hostile(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Report:
    """The report on such a scenario, with reasons; where names allow, with a migration."""
    deployable = request.param != "any names"
    folder = tmp_path_factory.mktemp("hostile")
    problem = Problem(load_scenario(hostile_file(folder, deployable=deployable)))
    found = replace(compare(problem), best=optimize(problem))
    return build_report(found, problem)


class Page(HTMLParser):
    """Tags with their attributes, the words between them, and the data of the figures."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words = ""
        self.data = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append((tag, {key: value or "" for key, value in attrs}))

    def handle_data(self, data: str) -> None:
        """Note a text."""
        tag, attributes = self.tags[-1] if self.tags else ("", {})
        if attributes.get("type") == "application/json" and not self.data:
            self.data = data
        elif tag not in ("script", "style"):
            self.words += data


def check_harmless(page: Page, allowed: set[str]) -> None:
    """Only tags that the page has anyway; no handler, no address outside the page."""
    assert {tag for tag, _ in page.tags} <= allowed
    for tag, attributes in page.tags:
        assert not [key for key in attributes if key.startswith("on")], tag
        assert "src" not in attributes
        assert LINKS.match(attributes.get("href", "#")), tag
    assert not set(page.words) & BIDI
    assert "\u2028" not in page.words


def texts_in(value: Any) -> Iterator[str]:
    """Every text in JSON values."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_in(inner)


def test_html_has_no_tag_of_theirs(hostile: Report, report: Report) -> None:
    """The page has the tags of Contoso's page, and shows the names as they are."""
    page = Page(html_report(hostile))
    check_harmless(page, {tag for tag, _ in Page(html_report(report)).tags})
    assert [tag for tag, _ in page.tags].count("script") == 3
    for name in NAMES[:-2]:
        assert name in page.words


def test_figures_have_no_tag_of_theirs(hostile: Report) -> None:
    """Plotly takes some tags in labels for markup, links among them."""
    figures = json.loads(Page(html_report(hostile)).data)["figures"]
    shown = list(texts_in(figures))
    assert any("&lt;script&gt;" in text for text in shown)
    for text in shown:
        assert "<" not in PLOTLY_TAGS.sub("", text), text
        assert not set(text) & BIDI


def test_notebook_has_no_tag_of_theirs(hostile: Report) -> None:
    """A notebook runs the scripts of what it shows."""
    comparison = hostile.comparison
    results: list[Any] = [comparison, comparison.best, frontier(hostile.problem)]
    results += comparison.evaluations.values()
    for result in results:
        check_harmless(Page(result._repr_html_()), NOTEBOOK_TAGS)


def test_markdown_is_plain(hostile: Report) -> None:
    """A Markdown parser finds no HTML, link, image or code, and one title."""
    text = markdown_report(hostile)
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    inline = [child for token in tokens for child in token.children or []]
    kinds = {token.type for token in [*tokens, *inline]}
    bad = {"html_block", "html_inline", "link_open", "image", "code_inline", "s_open"}
    assert not kinds & (bad | {"fence", "code_block"})
    heads = [token.tag for token in tokens if token.type == "heading_open"]
    assert heads.count("h1") == 1
    assert not set(text) & (BIDI | {"\u2028"})


def test_markdown_tables_keep_their_columns(hostile: Report) -> None:
    """Each row has as many cells as the heading of its table."""
    lines = markdown_report(hostile).splitlines()
    columns = 0
    for before, line in pairwise(["", *lines]):
        if line.startswith("|"):
            cells = len(re.findall(r"(?<!\\)\|", line)) - 1
            columns = columns if before.startswith("|") else cells
            assert cells == columns, line
    assert columns


def test_markdown_makes_no_address_a_link() -> None:
    """GitHub links bare addresses, too; a scenario's should not look like the report's."""
    assert escaped("http://x.example") == "http\\://x.example"
    assert escaped("www.x.example") == "www\\.x.example"


def test_csv_holds_no_formula(hostile: Report) -> None:
    """No cell of any table is one to a spreadsheet, and every row has its columns."""
    for key, table in report_tables(hostile).items():
        rows = list(csv.reader(io.StringIO(table.csv())))
        assert {len(row) for row in rows} == {len(table.columns)}, key
        for cell in (cell for row in rows for cell in row):
            assert not FORMULA.match(cell) or NUMBER.fullmatch(cell), (key, cell)
            assert not set(cell) & BIDI


def test_files_stay_in_their_folder(hostile: Report, tmp_path: Path) -> None:
    """A name makes a file name at most; JSON keeps the names as they are."""
    folder = tmp_path / "out"
    paths = write_report(hostile.comparison, folder, ["json", "csv"], hostile.problem)
    assert [path.parent for path in paths] == [folder, folder]
    assert list(tmp_path.iterdir()) == [folder]
    plans = json.loads(paths[0].read_text(encoding="utf-8"))["plans"]
    assert {plan["name"] for plan in plans} >= set(NAMES)


@pytest.mark.parametrize("command", ["evaluate", "compare", "optimize", "wrong"])
def test_the_terminal_shows_them_all(
    command: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    """Neither answers nor errors send a terminal what hides or turns their text."""
    path = str(hostile_file(tmp_path, deployable=False))
    options = ["evaluate", path, "--layout", "\u202e"] if command == "wrong" else []
    monkeypatch.setattr("sys.argv", ["acr-planner", *(options or [command, path])])
    with suppress(SystemExit):
        main()
    shown = "".join(capsys.readouterr())
    assert "\ufffd" in shown
    assert not set(shown) & (BIDI | {"\u2028", "\x1b"})


@pytest.mark.parametrize("name", NAMES)
def test_the_index_has_no_tag_of_theirs(name: str, tmp_path: Path) -> None:
    """File names and what went wrong with them are shown beside other people's reports."""
    ours = [Entry("a.yaml", "a", error="wrong")]
    write_index(ours, tmp_path)
    allowed = {tag for tag, _ in Page((tmp_path / "index.html").read_text()).tags}
    write_index([Entry(name, "a", error=name)], tmp_path)
    check_harmless(Page((tmp_path / "index.html").read_text("utf-8")), allowed)
    with (tmp_path / "index.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert not [cell for row in rows for cell in row if FORMULA.match(cell)]
