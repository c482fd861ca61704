"""The HTML report in a real browser, offline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from planner.analysis import Comparison
from planner.reporting.writers import write_report

pytestmark = pytest.mark.browser

LAND = "document.querySelectorAll('.geolayer .layer.land path').length"
OVERFLOW = "document.documentElement.scrollWidth - window.innerWidth"


def opened(browser: Any, file: Path, **settings: Any) -> tuple[Any, list[str]]:
    """The page once its figures are drawn, and what it asked for or complained of."""
    heard: list[str] = []
    page = browser.new_page(**settings)
    page.on("request", lambda request: heard.append(request.url))
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.goto(file.as_uri())
    page.wait_for_selector("body[data-drawn]", timeout=30_000)
    return page, heard


@pytest.mark.parametrize("width", [400, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_report_opens_offline(
    browser: Any, comparison: Comparison, tmp_path: Path, width: int, scheme: str
) -> None:
    """The file asks for nothing but itself, reports no error and draws land on maps."""
    (file,) = write_report(comparison, tmp_path, ["html"])
    page, heard = opened(
        browser,
        file,
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
    )
    assert heard == [file.as_uri()]
    assert page.evaluate(LAND) == 3
    assert page.evaluate(OVERFLOW) <= 0
    assert page.locator(".plot .main-svg").count() >= 6
    page.close()


def test_hostile_names_run_nothing(
    browser: Any, nasty: Comparison, tmp_path: Path
) -> None:
    """A script in a name neither runs nor breaks the page."""
    (file,) = write_report(nasty, tmp_path, ["html"])
    page, heard = opened(browser, file)
    assert heard == [file.as_uri()]
    assert page.locator("script").count() == 3
    page.close()


def test_report_prints(browser: Any, comparison: Comparison, tmp_path: Path) -> None:
    """Printing opens what is folded and gives a document of several pages."""
    (file,) = write_report(comparison, tmp_path, ["html"])
    page, _ = opened(browser, file)
    page.pdf(path=tmp_path / "report.pdf")
    assert page.locator("details:not([open])").count() == 0
    assert (tmp_path / "report.pdf").stat().st_size > 50_000
    page.close()
