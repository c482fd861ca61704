"""Every page as axe-core sees it, and pictures of every page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from planner.dashboard.app import PAGES
from tests.browser_kit import NARROW, WIDE, Visit

pytestmark = pytest.mark.browser


def address(served: str, path: str) -> str:
    """A page of the served dashboard on the shipped example."""
    return f"{served}{path.lstrip('/')}?scenario=contoso"


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.NAME)
def test_no_grave_violation(browser, served, page, size):
    """To axe nothing is serious or critical, so that the page can be used by everybody.

    Pictures of each page are kept for people to look at.
    """
    with Visit(browser, address(served, page.PATH), size) as visit:
        opened = visit.settled()
        for scheme in ("light", "dark"):
            root = opened.locator("html")
            expect(root).to_have_attribute("data-mantine-color-scheme", scheme)
            visit.settled()
            assert visit.grave() == []
            assert visit.width() <= size[0]
            visit.shot(f"{page.NAME.lower()}-{size[0]}-{scheme}")
            opened.get_by_label("Switch between light and dark").click()
        assert visit.elsewhere == []
        assert visit.complaints == []


def test_no_grave_violation_behind_tabs(browser, served):
    """What a tab hides is as usable as what is shown first."""
    with Visit(browser, address(served, "/facts"), NARROW) as visit:
        opened = visit.settled()
        for tab in ("Round trips", "Limits", "Regions", "Sources"):
            opened.get_by_role("tab", name=tab).click()
            visit.settled()
            assert (tab, visit.grave()) == (tab, [])
        assert visit.complaints == []


def test_no_grave_violation_in_the_drawer(browser, served):
    """The lines behind a figure can be read by everybody, too."""
    with Visit(browser, address(served, "/")) as visit:
        opened = visit.settled()
        opened.locator("button.figure").first.click()
        opened.get_by_role("dialog").locator(".ag-row").first.wait_for()
        visit.settled()
        assert visit.grave() == []
