"""A browser for tests: pages of the dashboard, what they ask for and complain of."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

SCREENSHOTS = Path(__file__).parents[1] / "screenshots"
WIDE, NARROW = (1280, 720), (400, 800)
AXE = Path(__file__).parent / "axe" / "axe.min.js"
"""axe-core 4.14.1 by Deque Systems, unmodified, MPL-2.0 (see the file's head)."""
GRAVE = ("serious", "critical")
SETTLED_MS = 800
"""For fonts, grids and figures to come to rest."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium, the one of the machine if playwright brought none."""
    own = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=own,
            args=["--no-sandbox", "--disable-background-networking"],
        )
        yield browser
        browser.close()


class Visit:
    """A page that reaches its own host only, with what it asked for and complained of."""

    def __init__(self, browser: Browser, url: str, size=WIDE, scheme="light") -> None:
        viewport = {"width": size[0], "height": size[1]}
        self.context = browser.new_context(viewport=viewport, color_scheme=scheme)
        # axe is injected by the test, which the page's own policy would forbid
        self.page: Page = self.context.new_page()
        self.host = urlsplit(url).netloc
        self.requests: list[str] = []
        self.blocked: list[str] = []
        self.complaints: list[str] = []
        self.context.route("**/*", self._asked)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._heard)
        self.page.goto(url)

    def __enter__(self) -> Visit:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

    def _asked(self, route: Route) -> None:
        url = route.request.url
        self.requests.append(url)
        if urlsplit(url).netloc in (self.host, ""):  # data: and blob: have no host
            route.continue_()
        else:
            self.blocked.append(url)
            route.abort()

    def _heard(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def settled(self) -> Page:
        """The page once its content is there and nothing is being fetched."""
        expect(self.page.locator("main > *").first).to_be_attached(timeout=20_000)
        waiting = self.page.locator("main [aria-busy='true']")
        expect(waiting).to_have_count(0, timeout=20_000)
        self.page.wait_for_load_state("networkidle")
        self.page.wait_for_timeout(SETTLED_MS)
        return self.page

    def grave(self) -> list[str]:
        """What axe finds serious or critical, with the places where it is."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate(
            "() => axe.run(document, {resultTypes: ['violations']})"
        )
        return [
            f"{violation['id']}: {node['target']} {node['failureSummary']}"
            for violation in found["violations"]
            if violation["impact"] in GRAVE
            for node in violation["nodes"]
        ]

    def shot(self, name: str) -> None:
        """A picture of the whole page."""
        height = self.page.evaluate("document.documentElement.scrollHeight")
        width = self.page.viewport_size["width"]
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.wait_for_timeout(SETTLED_MS)
        SCREENSHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png")
