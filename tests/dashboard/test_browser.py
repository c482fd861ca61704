"""The dashboard as people see it: the real server, a real browser, nothing from outside."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from planner.dashboard import state
from planner.reporting.table import format_cell

pytestmark = pytest.mark.browser

SCREENSHOTS = Path(__file__).parents[1] / "screenshots"
WIDE, NARROW = (1280, 720), (400, 800)
FIRST_VIEW_MS = 2000
LEAST_SHIFT = 0.05
"""Cumulative layout shift; up to 0.1 counts as good."""
MAP = "#compare-map .geo"


class Visit:
    """A page opened on the dashboard, with all that it asked for and complained of."""

    def __init__(self, browser: Browser, url: str, size=WIDE, scheme="light") -> None:
        viewport = {"width": size[0], "height": size[1]}
        self.context = browser.new_context(viewport=viewport, color_scheme=scheme)
        self.page: Page = self.context.new_page()
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._heard)
        self.page.add_init_script(TIMER)
        self.page.goto(url)
        expect(self.page.locator(".card").first).to_be_visible(timeout=20_000)

    def _heard(self, message) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def drawn(self) -> Page:
        """The page once its last figure is there."""
        land = self.page.locator(f"{MAP} .layer.land path")
        expect(land).to_have_attribute("d", re.compile("M"), timeout=20_000)
        expect(self.page.locator(".js-plotly-plot")).to_have_count(4, timeout=20_000)
        expect(self.page.locator("#compare-table .ag-row").first).to_be_attached()
        return self.page

    def map_lines(self) -> list[str]:
        """The lines from sites to locations, as drawn."""
        lines = self.page.locator(
            f"{MAP} .scatterlayer path.js-line, {MAP} path.js-line"
        )
        return [line.get_attribute("d") for line in lines.all()]

    def colour(self, selector: str, what: str) -> str:
        """A computed colour."""
        return self.page.locator(selector).first.evaluate(
            "(element, what) => getComputedStyle(element)[what]", what
        )


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, the one of the machine if playwright brought none."""
    own = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=own,
            args=["--no-sandbox", "--disable-background-networking"],
        )
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Browser, served: str) -> Iterator[Visit]:
    """The first view on a wide and light screen."""
    visit = Visit(browser, served)
    yield visit
    visit.context.close()


def test_nothing_leaves_the_host(visit, served):
    """A page drawn in full asked its own host only, and nothing went wrong in it."""
    visit.drawn()
    host = urlsplit(served).netloc
    asked = [url for url in visit.requests if not url.startswith(("data:", "blob:"))]
    assert {urlsplit(url).netloc for url in asked} == {host}
    assert any("world_110m.json" in url for url in asked)
    assert visit.complaints == []


def test_bills_are_those_of_evaluate(visit, contoso_comparison):
    """The three bills on the screen equal the core's to the cent."""
    shown = visit.page.locator(".bill-usd").all_inner_texts()
    plans = state.shown(contoso_comparison).values()
    assert shown == [format_cell("usd", plan.cost.bill_usd) for plan in plans]
    assert len(shown) == 3


def test_first_view_comes_soon(browser, served):
    """Once the server has the plans, the cards are there within two seconds."""
    times = []
    for _ in range(3):
        visit = Visit(browser, served)
        times.append(visit.page.evaluate("window.cardsShown"))
        visit.context.close()
    assert min(times) < FIRST_VIEW_MS


def test_map_follows_the_control_by_keyboard(visit):
    """The plan on the map is chosen without a mouse, and the map changes with it."""
    page = visit.drawn()
    before = visit.map_lines()
    page.locator("#compare-plan input:checked").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#compare-plan input:checked")).to_have_value("geo-replicated")
    served_from = page.locator("#compare-sites [col-id=serving_region]")
    expect(served_from.filter(has_text="canadacentral")).to_have_count(1)
    page.wait_for_function(
        "() => document.querySelector('#compare-map .js-plotly-plot')"
        ".data.some(trace => trace.name === 'replica')"
    )
    assert visit.map_lines() != before


def test_wrong_scenario_is_told_in_words(visit):
    """A scenario that cannot be read takes the results' place with what is wrong."""
    page = visit.drawn()
    page.evaluate("dash_clientside.set_props('app-scenario', {data: {name: 'x'}})")
    expect(page.get_by_role("alert")).to_contain_text("sites")
    expect(page.locator(".card").first).to_be_hidden()


def test_tables_are_saved(visit):
    """Both buttons save the table beside them as CSV."""
    page = visit.drawn()
    for button, name in (
        ("#compare-table-button", "contoso-plans.csv"),
        ("#compare-sites-button", "contoso-best-separate-registries-sites.csv"),
    ):
        with page.expect_download() as saved:
            page.locator(button).click()
        assert saved.value.suggested_filename == name


def test_dark_and_light(visit):
    """The switch turns page, figures and map, and the choice outlasts a reload."""
    page = visit.drawn()
    light = visit.colour("body", "backgroundColor")
    page.get_by_label("Switch between light and dark").click()
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    assert visit.colour("body", "backgroundColor") != light
    dark_text = (
        "document.querySelector('#compare-map .js-plotly-plot').layout.font.color"
    )
    page.wait_for_function(f"() => {dark_text} > '#8'")
    page.reload()
    visit.drawn()
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    assert visit.complaints == []


def test_names_are_read_aloud(visit):
    """What has no text of its own has a label, and the page says where things are."""
    page = visit.drawn()
    expect(page).to_have_title("Compare · acr-planner")
    assert page.locator("html").get_attribute("lang") == "en"
    for role in ("banner", "main", "navigation"):
        expect(page.get_by_role(role)).to_have_count(1)
    expect(page.locator("h1")).to_have_count(1)
    unlabelled = page.evaluate(
        "() => [...document.querySelectorAll('main button, header button, .chart')]"
        ".filter(e => !e.innerText.trim() && !e.getAttribute('aria-label')).length"
    )
    assert unlabelled == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_fits_and_reads_well(browser, served, size, scheme):
    """Nothing sticks out sideways, words stand out enough; a picture of it is kept."""
    visit = Visit(browser, served, size, scheme)
    page = visit.drawn()
    page.wait_for_timeout(300)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= size[0]
    assert page.evaluate("window.shifted") < LEAST_SHIFT
    assert page.evaluate(FAINT) == []
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": size[0], "height": height})
    page.wait_for_timeout(800)
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"compare-{size[0]}-{scheme}.png")
    assert visit.complaints == []
    visit.context.close()


TIMER = """new MutationObserver((_, observer) => {
  if (!document.querySelector('.card')) return;
  window.cardsShown = performance.now();
  observer.disconnect();
}).observe(document, {childList: true, subtree: true});
window.shifted = 0;
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) window.shifted += entry.value;
}).observe({type: 'layout-shift', buffered: true});"""
"""Notes when the first card came, in ms after the address was opened, and what moved."""

FAINT = """() => {
  const rgb = c => (c.match(/[\\d.]+/g) || []).map(Number);
  const light = c => {
    const [r, g, b] = rgb(c).slice(0, 3).map(v => v / 255)
      .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = e => {
    for (; e; e = e.parentElement) {
      const c = getComputedStyle(e).backgroundColor, parts = rgb(c);
      if (parts.length === 3 || parts[3] === 1) return c;
    }
    return 'rgb(255, 255, 255)';
  };
  const faint = [];
  for (const e of document.querySelectorAll('header *, main *')) {
    const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (!own || e.closest('svg') || !e.offsetParent) continue;
    const a = light(getComputedStyle(e).color), b = light(ground(e));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) faint.push([e.innerText.slice(0, 40), ratio.toFixed(2)]);
  }
  return faint;
}"""
"""Texts with a contrast below 4.5 to 1 against what is behind them."""
