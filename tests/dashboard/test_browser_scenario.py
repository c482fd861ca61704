"""The page of inputs in a browser: typing, dropping, saving, and taking back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from planner.domain.reading import dump_scenario, load_scenario, parse_scenario
from tests.browser_kit import NARROW, Visit
from tests.dashboard.conftest import serving

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that scenarios are saved into."""
    return tmp_path_factory.mktemp("workspace")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, workspace: Path) -> Iterator[str]:
    """The dashboard with a workspace."""
    with serving(tmp_path_factory.mktemp("serve"), workspace) as url:
        yield f"{url}scenario"


def cell(page: Page, sheet: str, row: int, column: str):
    """A cell of a grid by its row and column."""
    grid = page.get_by_role("tabpanel", name=sheet)
    return grid.locator(f".ag-row[row-index='{row}'] [col-id='{column}']")


def typed(page: Page, sheet: str, row: int, column: str, text: str) -> None:
    """Type into a cell as a user would."""
    cell(page, sheet, row, column).dblclick()
    page.keyboard.press("Control+A")
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def test_a_wrong_cell_and_back(browser, served):
    """A word for a number is told at its cell; typed right, all is well again."""
    with Visit(browser, served) as visit:
        page = visit.settled()
        typed(page, "Sites", 1, "nodes", "many")
        wrong = cell(page, "Sites", 1, "nodes")
        expect(wrong).to_have_class(re.compile("cell-error"))
        alert = page.get_by_role("alert").filter(has_text="cannot be planned")
        expect(alert).to_contain_text("sites[1].nodes")
        expect(wrong).to_contain_text("wrong: must be a whole number, not 'many'")
        typed(page, "Sites", 1, "nodes", "24")
        expect(alert).to_have_count(0)
        expect(page.get_by_text("No changes.")).to_be_visible()
        assert visit.complaints == []


def test_undo_and_redo(browser, served):
    """Undo takes an edit back and redo makes it again, by button and by keyboard."""
    with Visit(browser, served) as visit:
        page = visit.settled()
        typed(page, "Sites", 0, "nodes", "31")
        expect(page.get_by_text("1 changed input.")).to_be_visible()
        page.get_by_label("Undo").click()
        expect(page.get_by_text("No changes.")).to_be_visible()
        expect(cell(page, "Sites", 0, "nodes")).to_have_text("30")
        page.get_by_label("Redo").click()
        expect(cell(page, "Sites", 0, "nodes")).to_have_text("31")


def test_a_link_carries_the_edits(browser, served):
    """Another browser that opens the address sees the same change."""
    with Visit(browser, served) as first:
        page = first.settled()
        typed(page, "Sites", 0, "nodes", "77")
        expect(page.get_by_text("1 changed input.")).to_be_visible()
        page.wait_for_function("() => location.hash.length > 1")
        with Visit(browser, page.url) as second:
            expect(cell(second.settled(), "Sites", 0, "nodes")).to_have_text("77")


def test_a_goal_is_marked_and_reset(browser, served):
    """A changed goal stands in the address, carries a mark, and is reset alone."""
    with Visit(browser, served) as visit:
        page = visit.settled()
        page.get_by_role("tab", name="Goals").click()
        field = page.get_by_label("Max RTT", exact=True)
        field.fill("80")
        field.press("Tab")
        page.wait_for_url("**goals.max_rtt_ms=80**")
        page.get_by_label("Reset Max RTT", exact=True).click()
        expect(page.get_by_text("No changes.")).to_be_visible()
        expect(field).to_have_value("")
        assert visit.complaints == []


def test_a_broken_file_is_told(browser, served, tmp_path):
    """A file that cannot be planned changes nothing and is told like the CLI tells it."""
    broken = tmp_path / "broken.yaml"
    broken.write_text("name: x\nsites: []\n")
    with Visit(browser, served) as visit:
        page = visit.settled()
        page.locator("#scenario-upload input[type=file]").set_input_files(broken)
        expect(page.locator("#scenario-said")).to_contain_text("broken.yaml: sites")
        expect(page.get_by_text("No changes.")).to_be_visible()


def test_a_file_and_the_download(browser, served, tmp_path):
    """A dropped scenario comes back from the download as it went in."""
    mine = tmp_path / "mine.yaml"
    shipped = load_scenario("worldwide").model_copy(update={"name": "mine"})
    mine.write_text(dump_scenario(shipped))
    with Visit(browser, served) as visit:
        page = visit.settled()
        page.locator("#scenario-upload input[type=file]").set_input_files(mine)
        expect(page.locator("h1")).to_have_text("mine")
        with page.expect_download() as saved:
            page.get_by_role("button", name="Download YAML").click()
        text = Path(saved.value.path()).read_text()
        assert parse_scenario(text) == shipped


def test_of_two_savers_the_second_is_told(browser, served, workspace):
    """The second sees both versions; nothing is lost, and either can be kept."""
    with Visit(browser, served) as first, Visit(browser, served) as second:
        page = first.settled()
        page.get_by_label("Name to save under").fill("shop")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("Saved as shop.")).to_be_visible()
        other = second.page
        other.goto(f"{served}?scenario=shop")
        second.settled()
        typed(page, "Sites", 0, "nodes", "31")
        expect(page.get_by_text("1 changed input.")).to_be_visible()
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("No changes.")).to_be_visible()
        typed(other, "Sites", 0, "nodes", "32")
        expect(other.get_by_text("1 changed input.")).to_be_visible()
        other.get_by_role("button", name="Save", exact=True).click()
        expect(other.get_by_text("somebody saved a newer version")).to_be_visible()
        diff = other.locator("#scenario-diff")
        expect(diff).to_contain_text("nodes: 31")
        expect(diff).to_contain_text("nodes: 32")
        assert load_scenario(workspace / "shop.yaml").sites[0].nodes == 31
        assert second.grave() == []
        other.get_by_label("Name to save under").fill("shop-mine")
        other.get_by_role("button", name="Save", exact=True).click()
        expect(other.get_by_text("Saved as shop-mine.")).to_be_visible()
        expect(diff).to_be_hidden()
        assert load_scenario(workspace / "shop-mine.yaml").sites[0].nodes == 32
        other.get_by_label("Undo").click()
        other.get_by_label("Name to save under").fill("shop")
        other.get_by_role("button", name="Save", exact=True).click()
        expect(diff).to_contain_text("nodes: 32")
        other.get_by_role("button", name="Replace theirs").click()
        expect(other.get_by_text("Saved as shop.")).to_be_visible()
        assert load_scenario(workspace / "shop.yaml").sites[0].nodes == 32


def test_prices_of_ones_own(browser, served):
    """A new price row asks for its price at the cell; deleted, it leaves nothing."""
    with Visit(browser, served, scheme="dark") as visit:
        page = visit.settled()
        page.get_by_role("tab", name="Prices").click()
        page.get_by_label("Add a row: Registry fees").click()
        grid = page.get_by_role("region", name="Registry fees")
        price = grid.locator("[col-id='usd_per_day'].ag-cell")
        expect(price).to_contain_text("is required but missing")
        visit.settled()
        assert visit.grave() == []
        price.dblclick()
        page.keyboard.type("1.5")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert").filter(has_text="planned")).to_have_count(0)
        grid.locator(".ag-row input[type=checkbox]").check()
        page.get_by_label("Delete the selected rows: Registry fees").click()
        expect(page.get_by_text("No changes.")).to_be_visible()
        assert visit.complaints == []


def test_everybody_can_use_the_forms(browser, served):
    """Axe finds nothing serious in a form or a grid."""
    with Visit(browser, served) as visit:
        page = visit.settled()
        for tab in ("About", "Goals", "Layouts"):
            page.get_by_role("tab", name=tab).click()
            visit.settled()
            assert (tab, visit.grave()) == (tab, [])


def test_a_narrow_screen(browser, served):
    """At 400 pixels nothing sticks out sideways, in any tab."""
    with Visit(browser, served, NARROW, "dark") as visit:
        page = visit.settled()
        for tab in page.get_by_role("tab").all():
            tab.click()
            visit.settled()
            assert visit.width() <= NARROW[0]
        assert visit.complaints == []
