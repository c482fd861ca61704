"""Every page as axe-core sees it, and pictures of every page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from planner.dashboard.app import PAGES
from tests.dashboard.browser_kit import NARROW, WIDE, Visit, chromium

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium."""
    with chromium() as opened:
        yield opened


def address(served: str, path: str) -> str:
    """A page of the served dashboard on the shipped example."""
    return f"{served}{path.lstrip('/')}?scenario=contoso"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.NAME)
def test_no_grave_violation(browser, served, page, size, scheme):
    """To axe nothing is serious or critical, so that the page can be used by everybody."""
    with Visit(browser, address(served, page.PATH), size, scheme) as visit:
        opened = visit.settled()
        assert visit.grave() == []
        assert opened.evaluate("document.documentElement.scrollWidth") <= size[0]
        assert visit.blocked == []
        assert visit.complaints == []


@pytest.mark.parametrize("tab", ["Round trips", "Limits", "Regions", "Sources"])
def test_no_grave_violation_behind_tabs(browser, served, tab):
    """What a tab hides is as usable as what is shown first."""
    with Visit(browser, address(served, "/facts"), NARROW) as visit:
        opened = visit.settled()
        opened.get_by_role("tab", name=tab).click()
        visit.settled()
        assert visit.grave() == []
        assert visit.complaints == []


def test_no_grave_violation_in_the_drawer(browser, served):
    """The lines behind a figure can be read by everybody, too."""
    with Visit(browser, address(served, "/")) as visit:
        opened = visit.settled()
        opened.locator("button.figure").first.click()
        opened.get_by_role("dialog").locator(".ag-row").first.wait_for()
        visit.settled()
        assert visit.grave() == []


def test_pictures_of_every_page(browser, served):
    """Each page is pictured wide, narrow and dark, for people to look at."""
    for page in PAGES:
        for size, scheme in ((WIDE, "light"), (NARROW, "light"), (WIDE, "dark")):
            with Visit(browser, address(served, page.PATH), size, scheme) as visit:
                visit.settled()
                visit.shot(f"{page.NAME.lower()}-{size[0]}-{scheme}")
                assert visit.complaints == []
