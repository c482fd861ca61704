"""A browser for tests: pages of the dashboard, what they ask for and complain of."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

SCREENSHOTS = Path(__file__).parent / "screenshots"
WIDE, NARROW = (1280, 720), (400, 800)
AXE = Path(__file__).parent / "dashboard" / "axe" / "axe.min.js"
"""axe-core 4.14.1 by Deque Systems, unmodified, MPL-2.0 (see the file's head)."""
GRAVE = ("serious", "critical")
QUIET_MS = 300
"""A page that has not changed for so long has come to rest."""
PATIENCE_MS = 20_000


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium, the one of the machine if playwright brought none."""
    own = os.environ.get("CHROMIUM") or next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=own,
            args=["--no-sandbox", "--disable-background-networking"],
        )
        yield browser
        browser.close()


class Visit:
    """A page of the dashboard, with what it asked for and complained of."""

    def __init__(
        self, browser: Browser, url: str, size=WIDE, scheme="light", script: str = ""
    ) -> None:
        viewport = {"width": size[0], "height": size[1]}
        self.context = browser.new_context(viewport=viewport, color_scheme=scheme)
        self.page: Page = self.context.new_page()
        self.host = urlsplit(url).netloc
        self.requests: list[str] = []
        self.elsewhere: list[str] = []
        self.complaints: list[str] = []
        self._under_way: set[Request] = set()
        self.context.on("request", self._asked)
        self.context.on("requestfinished", self._ended)
        self.context.on("requestfailed", self._ended)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._heard)
        self.page.add_init_script(WATCH + script)
        self.page.goto(url)

    def __enter__(self) -> Visit:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

    def _asked(self, request: Request) -> None:
        self._under_way.add(request)
        self.requests.append(request.url)
        if urlsplit(request.url).netloc not in (self.host, ""):  # data: has no host
            self.elsewhere.append(request.url)

    def _ended(self, request: Request) -> None:
        self._under_way.discard(request)

    def _heard(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def settled(self) -> Page:
        """The page once its content is there, nothing is fetched and nothing moves."""
        expect(self.page.locator("main > *").first).to_be_attached(timeout=PATIENCE_MS)
        waiting = self.page.locator("main [aria-busy='true']")
        expect(waiting).to_have_count(0, timeout=PATIENCE_MS)
        for _ in range(PATIENCE_MS // QUIET_MS):
            self.page.wait_for_function(QUIET, arg=QUIET_MS, timeout=PATIENCE_MS)
            if not self._under_way:
                return self.page
            self.page.wait_for_timeout(QUIET_MS / 3)
        raise TimeoutError(f"still fetched: {[r.url for r in self._under_way]}")

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

    def width(self) -> int:
        """How wide the page is, which is more than its window if something sticks out."""
        return self.page.evaluate("document.documentElement.scrollWidth")

    def shot(self, name: str) -> None:
        """A picture of the whole page."""
        size = self.page.viewport_size
        height = self.page.evaluate("document.documentElement.scrollHeight")
        self.page.set_viewport_size({**size, "height": height})
        self.settled()
        SCREENSHOTS.mkdir(exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png")
        self.page.set_viewport_size(size)


WATCH = """window.movedAt = 0;
new MutationObserver(() => { window.movedAt = performance.now(); }).observe(document,
  {attributes: true, characterData: true, childList: true, subtree: true});
"""
"""Notes when the page changed."""

QUIET = """ms => {
  const moving = document.getAnimations().some(
    (a) => a.playState === 'running' && a.effect.getTiming().iterations !== Infinity);
  if (moving || document.fonts.status !== 'loaded') window.movedAt = performance.now();
  return performance.now() - window.movedAt > ms;
}"""
"""Whether nothing has changed for some time."""
