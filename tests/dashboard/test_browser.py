"""The dashboard as people see it: the real server, a real browser, nothing from outside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from planner.dashboard.view import YOURS
from planner.domain.problem import Problem
from planner.evaluation.evaluate import evaluate
from planner.reporting.table import format_cell
from tests.browser_kit import NARROW, WIDE, Visit

pytestmark = pytest.mark.browser

FIRST_VIEW_MS = 2000
LEAST_SHIFT = 0.05
"""Cumulative layout shift; up to 0.1 counts as good."""
MAP = "#compare-map .geo"


@pytest.fixture
def visit(browser: Browser, served: str) -> Iterator[Visit]:
    """The first view on a wide and light screen."""
    with Visit(browser, served) as visit:
        yield visit


@pytest.fixture(scope="module")
def first_view(browser: Browser, served: str) -> Iterator[Visit]:
    """The same, drawn, for tests that only look."""
    with Visit(browser, served) as visit:
        drawn(visit)
        yield visit


def drawn(visit: Visit) -> Page:
    """The page once its last figure is there."""
    page = visit.page
    expect(page.locator("table.kpis")).to_be_visible(timeout=20_000)
    land = page.locator(f"{MAP} .layer.land path")
    expect(land).to_have_attribute("d", re.compile("M"), timeout=20_000)
    expect(page.locator(".js-plotly-plot")).to_have_count(2, timeout=20_000)
    expect(page.locator("#compare-sites .ag-row").first).to_be_attached()
    return page


def bills(visit: Visit) -> dict[str, str]:
    """The Azure bill of each plan, as the table of key figures has it."""
    plans = visit.page.locator("table.kpis thead th span").all_inner_texts()
    row = visit.page.locator("table.kpis tbody tr").first
    return dict(zip(plans, row.locator("button").all_inner_texts(), strict=True))


def click_region(visit: Visit, region: str) -> None:
    """Click the hexagon of a region where it is drawn."""
    x, y = visit.page.evaluate(WHERE, region)
    visit.page.mouse.move(x, y)
    visit.page.mouse.click(x, y)


def background(visit: Visit) -> str:
    """The computed colour behind everything."""
    return visit.page.evaluate("getComputedStyle(document.body).backgroundColor")


def test_nothing_leaves_the_host(first_view, served):
    """A page drawn in full asked its own host only, and nothing went wrong in it."""
    host = urlsplit(served).netloc
    asked = [
        url for url in first_view.requests if not url.startswith(("data:", "blob:"))
    ]
    assert {urlsplit(url).netloc for url in asked} == {host}
    assert any("world_110m.json" in url for url in asked)
    assert first_view.complaints == []


def test_bills_are_those_of_evaluate(first_view, contoso):
    """The bills on the screen equal the core's to the cent."""
    shown = bills(first_view)
    for name, layout in contoso.layouts.items():
        own = evaluate(Problem(contoso), layout)
        assert shown[name] == format_cell("usd", own.cost.bill_usd)
    assert len(shown) == 3


@pytest.mark.timed
def test_first_view_comes_soon(browser, served):
    """Once the server has the plans, they are on the screen within two seconds."""
    times = []
    for _ in range(3):
        with Visit(browser, served, script=TIMER) as visit:
            drawn(visit)
            times.append(visit.page.evaluate("window.figuresShown"))
    assert min(times) < FIRST_VIEW_MS


def test_a_click_on_the_map_adds_and_removes(browser, served, contoso):
    """A green hexagon adds a replica, the same one in blue removes it; the bill follows."""
    with Visit(browser, f"{served}?plan=today") as visit:
        page = drawn(visit)
        before = bills(visit)
        click_region(visit, "eastus")
        expect(page.locator("#compare-said")).to_contain_text("Added East US")
        changed = contoso.layouts["today"].with_replica("eastus", "contosowest")
        bill = format_cell("usd", evaluate(Problem(contoso), changed).cost.bill_usd)
        expect(page.locator("table.kpis")).to_contain_text(bill)
        assert bills(visit)[YOURS] == bill
        assert "plan=your+plan" in page.url
        click_region(visit, "eastus")
        expect(page.locator("#compare-said")).to_contain_text("Removed East US")
        expect(page.locator("table.kpis")).not_to_contain_text(YOURS)
        assert bills(visit) == before
        assert visit.complaints == []


def test_the_map_is_changed_by_keyboard(browser, served):
    """Without a mouse the region picker does what a click on the map does."""
    with Visit(browser, f"{served}?plan=today") as visit:
        drawn(visit)
        page = visit.settled()
        region = page.locator("#compare-region")
        region.focus()
        page.keyboard.type("East US –")
        expect(page.get_by_role("option")).to_have_count(1)
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(region).to_have_value("East US – add")
        page.locator("#compare-toggle").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#compare-said")).to_contain_text("Added East US")
        expect(page.locator("table.kpis")).to_contain_text(YOURS)


def test_a_link_reproduces_the_view(browser, served):
    """Another browser that opens the address sees the same plan at the same bill."""
    with Visit(browser, f"{served}?plan=today") as first:
        drawn(first)
        click_region(first, "eastus")
        expect(first.page.locator("table.kpis")).to_contain_text(YOURS)
        first.page.wait_for_url("**plan=your+plan**")
        with Visit(browser, first.page.url) as second:
            drawn(second)
            assert bills(second) == bills(first)


def test_back_and_undo(browser, served):
    """The browser's back button and undo both take a change back; redo repeats it."""
    with Visit(browser, f"{served}?plan=today") as visit:
        page = drawn(visit)
        visit.settled()
        click_region(visit, "eastus")
        expect(page.locator("table.kpis")).to_contain_text(YOURS)
        page.wait_for_url("**plan=your+plan**")
        page.go_back()
        expect(page.locator("table.kpis")).not_to_contain_text(YOURS)
        visit.settled()
        page.get_by_label("Undo").click()
        expect(page.locator("table.kpis")).to_contain_text(YOURS)
        page.get_by_label("Redo").click()
        expect(page.locator("table.kpis")).not_to_contain_text(YOURS)


def test_a_figure_opens_its_lines(visit):
    """One press on the bill shows quantity, price, cost, source and date of its lines."""
    page = drawn(visit)
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
    address = f"{served}?plan=today"
    with Visit(browser, address) as first, Visit(browser, address) as second:
        drawn(first)
        drawn(second)
        before = bills(second)
        click_region(first, "eastus")
        expect(first.page.locator("table.kpis")).to_contain_text(YOURS)
        second.page.reload()
        drawn(second)
        assert bills(second) == before


def test_wrong_link_is_told_in_words(browser, served):
    """A link that cannot be read takes the results' place with what is wrong."""
    for address, words in (
        ("?scenario=contosso", "did you mean 'contoso'"),
        ("#broken", "the link"),
        ("?goals.max_rtt_ms=fast", "max_rtt_ms"),
    ):
        with Visit(browser, f"{served}{address}") as visit:
            alert = visit.page.get_by_role("alert")
            expect(alert).to_contain_text(words, timeout=20_000)
            expect(visit.page.locator(".results")).to_be_hidden()


def test_another_scenario(visit):
    """The control in the header opens another scenario of the library."""
    page = drawn(visit)
    page.locator("#app-scenario").click()
    page.get_by_role("option", name="worldwide").click()
    expect(page.locator("#compare-answer")).to_contain_text("46 sites", timeout=20_000)
    page.wait_for_url("**scenario=worldwide**")
    assert visit.complaints == []


def test_tables_are_saved(first_view):
    """Each button saves the table beside it as CSV."""
    page = first_view.page
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
    page = drawn(visit)
    light = background(visit)
    page.get_by_label("Switch between light and dark").click()
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    assert background(visit) != light
    dark_text = (
        "document.querySelector('#compare-map .js-plotly-plot').layout.font.color"
    )
    page.wait_for_function(f"() => {dark_text} > '#8'")
    page.reload()
    drawn(visit)
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    assert visit.complaints == []


def test_names_are_read_aloud(first_view):
    """What has no text of its own has a label, and the page says where things are."""
    page = first_view.page
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
    """Nothing sticks out sideways or moves about, and words stand out enough."""
    with Visit(browser, served, size, scheme, TIMER) as visit:
        page = drawn(visit)
        visit.settled()
        assert visit.width() <= size[0]
        assert page.evaluate("window.shifted") < LEAST_SHIFT
        assert page.evaluate(FAINT) == []
        assert visit.complaints == []


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
