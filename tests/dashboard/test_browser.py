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

from planner.dashboard.view import YOURS
from planner.domain.problem import Problem
from planner.evaluation.evaluate import evaluate
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

    def _heard(self, message) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def drawn(self) -> Page:
        """The page once its last figure is there."""
        expect(self.page.locator("table.kpis")).to_be_visible(timeout=20_000)
        land = self.page.locator(f"{MAP} .layer.land path")
        expect(land).to_have_attribute("d", re.compile("M"), timeout=20_000)
        expect(self.page.locator(".js-plotly-plot")).to_have_count(2, timeout=20_000)
        expect(self.page.locator("#compare-sites .ag-row").first).to_be_attached()
        return self.page

    def bills(self) -> dict[str, str]:
        """The Azure bill of each plan, as the table of key figures has it."""
        plans = self.page.locator("table.kpis thead th span").all_inner_texts()
        row = self.page.locator("table.kpis tbody tr").first
        return dict(zip(plans, row.locator("button").all_inner_texts(), strict=True))

    def click_region(self, region: str) -> None:
        """Click the hexagon of a region where it is drawn."""
        x, y = self.page.evaluate(WHERE, region)
        self.page.mouse.move(x, y)
        self.page.mouse.click(x, y)

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


def test_bills_are_those_of_evaluate(visit, contoso):
    """The bills on the screen equal the core's to the cent."""
    visit.drawn()
    shown = visit.bills()
    for name, layout in contoso.layouts.items():
        own = evaluate(Problem(contoso), layout)
        assert shown[name] == format_cell("usd", own.cost.bill_usd)
    assert len(shown) == 3


def test_first_view_comes_soon(browser, served):
    """Once the server has the plans, they are on the screen within two seconds."""
    times = []
    for _ in range(3):
        visit = Visit(browser, served)
        visit.drawn()
        times.append(visit.page.evaluate("window.figuresShown"))
        visit.context.close()
    assert min(times) < FIRST_VIEW_MS


def test_a_click_on_the_map_adds_and_removes(browser, served, contoso):
    """A green hexagon adds a replica, the same one in blue removes it; the bill follows."""
    visit = Visit(browser, f"{served}?plan=today")
    page = visit.drawn()
    before = visit.bills()
    visit.click_region("eastus")
    expect(page.locator("#compare-said")).to_contain_text("Added East US")
    changed = contoso.layouts["today"].with_replica("eastus", "contosowest")
    bill = format_cell("usd", evaluate(Problem(contoso), changed).cost.bill_usd)
    expect(page.locator("table.kpis")).to_contain_text(bill)
    assert visit.bills()[YOURS] == bill
    assert "plan=your+plan" in page.url
    visit.click_region("eastus")
    expect(page.locator("#compare-said")).to_contain_text("Removed East US")
    expect(page.locator("table.kpis")).not_to_contain_text(YOURS)
    assert visit.bills() == before
    assert visit.complaints == []
    visit.context.close()


def test_the_map_is_changed_by_keyboard(browser, served):
    """Without a mouse the region picker does what a click on the map does."""
    visit = Visit(browser, f"{served}?plan=today")
    page = visit.drawn()
    page.locator("#compare-region").focus()
    page.keyboard.type("East US –")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.locator("#compare-toggle").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#compare-said")).to_contain_text("Added East US")
    expect(page.locator("table.kpis")).to_contain_text(YOURS)
    visit.context.close()


def test_a_link_reproduces_the_view(browser, served):
    """Another browser that opens the address sees the same plan at the same bill."""
    first = Visit(browser, f"{served}?plan=today")
    first.drawn()
    first.click_region("eastus")
    expect(first.page.locator("table.kpis")).to_contain_text(YOURS)
    first.page.wait_for_url("**plan=your+plan**")
    second = Visit(browser, first.page.url)
    second.drawn()
    assert second.bills() == first.bills()
    first.context.close()
    second.context.close()


def test_back_and_undo(browser, served):
    """The browser's back button and undo both take a change back; redo repeats it."""
    visit = Visit(browser, f"{served}?plan=today")
    page = visit.drawn()
    page.wait_for_timeout(800)  # changes in quick succession count as one
    visit.click_region("eastus")
    expect(page.locator("table.kpis")).to_contain_text(YOURS)
    page.wait_for_url("**plan=your+plan**")
    page.go_back()
    expect(page.locator("table.kpis")).not_to_contain_text(YOURS)
    page.wait_for_timeout(800)
    page.get_by_label("Undo").click()
    expect(page.locator("table.kpis")).to_contain_text(YOURS)
    page.get_by_label("Redo").click()
    expect(page.locator("table.kpis")).not_to_contain_text(YOURS)
    visit.context.close()


def test_a_figure_opens_its_lines(visit):
    """One press on the bill shows quantity, price, cost, source and date of its lines."""
    page = visit.drawn()
    page.locator("table.kpis button.figure").first.click()
    drawer = page.get_by_role("dialog")
    expect(drawer).to_contain_text("Cost lines of today")
    expect(drawer.locator(".ag-row").first).to_be_visible()
    for heading in ("Quantity", "Unit price", "Cost"):
        expect(drawer.get_by_text(heading).first).to_be_attached()
    drawer.locator(".ag-cell").first.click()
    page.keyboard.press("Control+ArrowRight")
    expect(drawer.get_by_text("Price of").first).to_be_attached()


def test_two_browsers_do_not_disturb_one_another(browser, served):
    """What one browser changes, another does not see."""
    first, second = (Visit(browser, f"{served}?plan=today") for _ in range(2))
    first.drawn()
    second.drawn()
    before = second.bills()
    first.click_region("eastus")
    expect(first.page.locator("table.kpis")).to_contain_text(YOURS)
    second.page.reload()
    second.drawn()
    assert second.bills() == before
    first.context.close()
    second.context.close()


def test_wrong_link_is_told_in_words(browser, served):
    """A link that cannot be read takes the results' place with what is wrong."""
    for address, words in (
        ("?scenario=contosso", "did you mean 'contoso'"),
        ("#broken", "the link"),
        ("?goals.max_rtt_ms=fast", "max_rtt_ms"),
    ):
        visit = Visit(browser, f"{served}{address}")
        expect(visit.page.get_by_role("alert")).to_contain_text(words, timeout=20_000)
        expect(visit.page.locator(".results")).to_be_hidden()
        visit.context.close()


def test_another_scenario(visit):
    """The control in the header opens another scenario of the library."""
    page = visit.drawn()
    page.locator("#app-scenario").click()
    page.get_by_role("option", name="worldwide").click()
    expect(page.locator("#compare-answer")).to_contain_text("46 sites", timeout=20_000)
    page.wait_for_url("**scenario=worldwide**")
    assert visit.complaints == []


def test_tables_are_saved(visit):
    """Each button saves the table beside it as CSV."""
    page = visit.drawn()
    for button, name in (
        ("#compare-cost-button", "contoso-cost.csv"),
        ("#compare-kpis-button", "contoso-key-figures.csv"),
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


WHERE = """region => {
  const plot = document.querySelector('#compare-map .js-plotly-plot');
  const geo = plot._fullLayout.geo._subplot;
  const box = plot.getBoundingClientRect();
  for (const trace of plot._fullData) {
    const at = trace.marker ? (trace.customdata || []).indexOf(region) : -1;
    if (at < 0) continue;
    const [x, y] = geo.projection([trace.lon[at], trace.lat[at]]);
    return [box.left + x, box.top + y];
  }
}"""
"""Where a region's hexagon is drawn."""

TIMER = """new MutationObserver((_, observer) => {
  if (!document.querySelector('table.kpis')) return;
  window.figuresShown = performance.now();
  observer.disconnect();
}).observe(document, {childList: true, subtree: true});
window.shifted = 0;
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) window.shifted += entry.value;
}).observe({type: 'layout-shift', buffered: true});"""
"""Notes when the figures came, in ms after the address was opened, and what moved."""
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
