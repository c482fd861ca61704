"""The dashboard under the hands of people: the real server, over HTTP and in a browser."""

from __future__ import annotations

import json
import os
import random
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import Any, NamedTuple

from benchmarks.measure import show_seconds
from benchmarks.report import Section, Task
from planner import Problem, evaluate, load_scenario
from planner.dashboard import ids
from planner.dashboard.view import YOURS
from planner.domain.layout import Layout
from planner.reporting.table import format_cell

SERVE = "from planner.dashboard import serve; serve(port={port})"
WORLD, SMALL = "worldwide", "contoso"
SLIDERS = "tradeoff"
"""First word of the ids on the page with sliders."""
CLICKS = 50
CLIENTS, SHORT_SECONDS, FULL_SECONDS = 20, 10.0, 60.0
SERVER_GOAL, BROWSER_GOAL = 0.05, 0.3
REGIONS = ("eastus", "japaneast", "brazilsouth", "swedencentral", "southeastasia")
SLIDES_MS = range(60, 260, 4)
HEADINGS = (
    "what",
    "runs",
    "median",
    "p95",
    "worst",
    "goal (p95)",
    "goal met",
    "remarks",
)

TEXT = f"""\
The server that `acr-planner serve` runs, in a process of its own, with the requests that a
browser sends. A click is the change of the plan and then every figure that follows, one
after the other; no click repeats an earlier plan. {CLIENTS} people click at once without a
pause, on the cores that also run the server and the clients; every bill that was answered
is compared with `evaluate`. "Load" is the number of processes that ran or waited, of anybody,
in the last minute: above the number of cores, times are those of a busy machine."""


def dashboard_section(full: bool) -> Section:
    """Clicks and slider steps: what the server takes, many people, and the browser."""
    seconds = FULL_SECONDS if full else SHORT_SECONDS
    tasks = [
        Task("a click, server", _click),
        Task("a slider step, server", _slide),
        Task(f"{CLIENTS} people", lambda: _crowd(seconds)),
        Task("a click, browser", _browser),
    ]
    return Section("The dashboard", TEXT, HEADINGS, tasks)


# ---- the server, and what a browser asks of it ----


@contextmanager
def served() -> Iterator[str]:
    """Address of the dashboard, run by `serve`."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE.format(port=port)], stderr=subprocess.DEVNULL
    )
    try:
        url = f"http://127.0.0.1:{port}/"
        _wait(url)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait(url: str) -> None:
    for _ in range(150):
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310  # our own server
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"no answer from {url}")


class Caller:
    """Calls the callbacks of a served dashboard as its pages do."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.callbacks: list[dict[str, Any]] = self._get("_dash-dependencies")

    def toggled(self, view: Mapping[str, Any], region: str) -> dict[str, Any]:
        """The view after a click on a region of the map."""
        clicked = {"points": [{"customdata": region}]}
        values = {f"{ids.COMPARE_MAP}.clickData": clicked, f"{ids.APP_VIEW}.data": view}
        (callback,) = (c for c in self.callbacks if _names(c) == [*values][:1])
        answer = self._call(callback, values)
        changed: dict[str, Any] = answer[ids.APP_VIEW]["data"]
        return changed

    def shown(self, view: Mapping[str, Any], page: str) -> dict[str, Any]:
        """All that the server answers for a page when the view has changed."""
        values = {f"{ids.APP_VIEW}.data": view, f"{ids.APP_SCHEME}.data": "light"}
        answers: dict[str, Any] = {}
        for callback in self.following(page):
            answers |= self._call(callback, values)
        return answers

    def following(self, page: str) -> list[dict[str, Any]]:
        """The callbacks of a page that the server runs when the view changes."""
        return [
            callback
            for callback in self.callbacks
            if callback["output"].lstrip(".").startswith(f"{page}-")
            and f"{ids.APP_VIEW}.data" in _names(callback)
            and not callback.get("clientside_function")
        ]

    def _call(
        self, callback: Mapping[str, Any], values: Mapping[str, Any]
    ) -> dict[str, Any]:
        def given(ends: Sequence[Mapping[str, str]]) -> list[dict[str, Any]]:
            return [
                {**_end(end), "value": values.get(f"{end['id']}.{end['property']}")}
                for end in ends
            ]

        output: str = callback["output"]
        parts = [_split(part) for part in output.strip(".").split("...")]
        body = {
            "output": output,
            "outputs": parts if output.startswith("..") else parts[0],
            "inputs": given(callback["inputs"]),
            "state": given(callback["state"]),
            "changedPropIds": _names(callback)[:1],
        }
        answer: dict[str, Any] = self._get("_dash-update-component", body)
        if not answer.get("multi") or ids.APP_NOTICE in answer.get("sideUpdate", {}):
            raise RuntimeError(f"{output[:60]}: {json.dumps(answer)[:300]}")
        found: dict[str, Any] = answer["response"]
        return found

    def _get(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310  # our own server
            self.url + path, data, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return json.loads(answer.read() or "null")


def _names(callback: Mapping[str, Any]) -> list[str]:
    return [f"{end['id']}.{end['property']}" for end in callback["inputs"]]


def _end(end: Mapping[str, str]) -> dict[str, str]:
    return {"id": end["id"], "property": end["property"]}


def _split(part: str) -> dict[str, str]:
    name, _, prop = part.rpartition(".")
    return {"id": name, "property": prop}


class Checked(NamedTuple):
    """A plan that was made by clicks, and the bill that the server showed for it."""

    layout: str
    bill: str


def click(caller: Caller, view: Mapping[str, Any], region: str) -> dict[str, Any]:
    """One click and all that follows it; the changed view."""
    changed = caller.toggled(view, region)
    caller.shown(changed, "compare")
    return changed


def _checked(view: Mapping[str, Any], answers: Mapping[str, Any]) -> Checked | None:
    """The bill of one's own plan, if the last click left one."""
    if YOURS not in view.get("own", {}):
        return None
    rows = answers[ids.COMPARE_KPIS_DATA]["data"]["rows"]
    bills = {cell["plan"]: cell["text"] for cell in rows[0]["cells"]}
    return Checked(json.dumps(view["own"][YOURS]), bills[YOURS])


def wrong(checked: Sequence[Checked], scenario: str) -> int:
    """How many of the bills are not those of `evaluate`."""
    problem = Problem(load_scenario(scenario))
    own = {
        text: format_cell(
            "usd", evaluate(problem, Layout.model_validate_json(text)).cost.bill_usd
        )
        for text in {one.layout for one in checked}
    }
    return sum(own[one.layout] != one.bill for one in checked)


# ---- rows ----


def _row(
    what: str, seconds: Sequence[float], goal: float | None, *remarks: str
) -> list[str]:
    ranked = sorted(seconds)
    p95 = ranked[max(0, -(-len(ranked) * 95 // 100) - 1)]
    met = "-" if goal is None else "yes" if p95 <= goal else "no"
    times = (ranked[len(ranked) // 2], p95, ranked[-1])
    limit = "-" if goal is None else show_seconds(goal)
    shown = [show_seconds(s) for s in times]
    load = f"load {os.getloadavg()[0]:.1f}"
    return [what, str(len(ranked)), *shown, limit, met, "; ".join((*remarks, load))]


def _start(scenario: str) -> dict[str, Any]:
    return {"scenario": scenario, "plan": next(iter(load_scenario(scenario).layouts))}


def _dice(seed: int) -> Iterator[str]:
    """Regions to click, so that plans seldom repeat."""
    dice = random.Random(seed)  # noqa: S311  # repeatable, not secret
    while True:
        yield dice.choice(REGIONS)


def _click() -> Iterator[list[str]]:
    candidates = Problem(load_scenario(WORLD)).candidates
    with served() as url:
        caller, view, seconds = Caller(url), _start(WORLD), []
        homes = {
            registry.home
            for registry in load_scenario(WORLD).layouts[view["plan"]].registries
        }
        caller.shown(view, "compare")  # the plans to compare with are made once
        for region in [r for r in candidates if r not in homes][:CLICKS]:
            start = time.perf_counter()
            view = click(caller, view, region)
            seconds.append(time.perf_counter() - start)
    yield _row(f"a click on the map, {WORLD}, server", seconds, SERVER_GOAL)


def _slide() -> Iterator[list[str]]:
    with served() as url:
        caller, seconds = Caller(url), []
        if not caller.following(SLIDERS):
            yield [
                f"a slider step, {WORLD}, server",
                *["-"] * 6,
                "no page with sliders",
            ]
            return
        view = {"scenario": WORLD}
        caller.shown(view, SLIDERS)  # the curve stands still under its sliders
        for ms in SLIDES_MS:
            slid = {**view, "edits": {"goals": {"max_rtt_ms": float(ms)}}}
            start = time.perf_counter()
            caller.shown(slid, SLIDERS)
            seconds.append(time.perf_counter() - start)
    yield _row(f"a slider step, {WORLD}, server", seconds, SERVER_GOAL)


def _crowd(limit: float) -> Iterator[list[str]]:
    with served() as url:
        Caller(url).shown(_start(SMALL), "compare")

        def person(seed: int) -> tuple[list[float], list[Checked]]:
            caller, view, seconds, checked = Caller(url), _start(SMALL), [], []
            end = time.perf_counter() + limit
            for region in _dice(seed):
                start = time.perf_counter()
                if start > end:
                    return seconds, checked
                view = caller.toggled(view, region)
                answers = caller.shown(view, "compare")
                seconds.append(time.perf_counter() - start)
                if one := _checked(view, answers):
                    checked.append(one)
            raise AssertionError

        with ThreadPoolExecutor(CLIENTS) as pool:
            people = list(pool.map(person, range(CLIENTS)))  # raises what went wrong
    seconds = [second for times, _ in people for second in times]
    checked = [one for _, own in people for one in own]
    bad = wrong(checked, SMALL)
    words = f"{len(seconds) / limit:.0f} clicks a second, no error"
    remark = f"{len(checked)} bills compared, " + (
        f"{bad} WRONG" if bad else "all right"
    )
    yield _row(f"{CLIENTS} people clicking, {SMALL}", seconds, None, words, remark)


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
WATCH = """() => {
  document.addEventListener('mousedown', () => {
    window.pressedAt = performance.now(); window.changedAt = window.drawnAt = 0;
  }, true);
  new MutationObserver(() => { window.changedAt = performance.now(); })
    .observe(document.getElementById('compare-kpis'), {childList: true});
  document.querySelector('#compare-map .js-plotly-plot')
    .on('plotly_afterplot', () => { window.drawnAt = performance.now(); });
}"""


def _browser() -> Iterator[list[str]]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return
    own = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with served() as url, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=own, args=["--no-sandbox"]
        )
        page = chromium.new_page(viewport={"width": 1280, "height": 720})
        page.goto(f"{url}?scenario={SMALL}&plan=today")
        page.locator("#compare-map .geo .layer.land path").wait_for(state="attached")
        page.wait_for_timeout(1500)
        page.evaluate(WATCH)
        regions = islice(_dice(0), CLICKS)
        pressed = [_press(page, region) for region in regions]
        chromium.close()
    figures, drawn = zip(*pressed, strict=True)
    what = f"a click until the key figures have changed, {SMALL}, browser"
    yield _row(what, figures, BROWSER_GOAL)
    what = f"a click until the map is drawn as well, {SMALL}, browser"
    yield _row(what, drawn, BROWSER_GOAL)


def _press(page: Any, region: str) -> tuple[float, float]:
    """Seconds from a press on the map to the key figures, and to the last drawing."""
    x, y = page.evaluate(WHERE, region)
    page.mouse.move(x, y)
    page.wait_for_timeout(100)
    page.mouse.click(x, y)
    page.wait_for_function("() => window.changedAt && window.drawnAt")
    page.wait_for_timeout(400)  # what is drawn once more by then counts, too
    changed, drawn = page.evaluate(
        "[window.changedAt - window.pressedAt, window.drawnAt - window.pressedAt]"
    )
    return changed / 1000, max(changed, drawn) / 1000
