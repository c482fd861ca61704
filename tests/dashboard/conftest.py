"""Scenarios that lead to the states a page must have, and the dashboard served."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from dash import Dash

from planner.dashboard import create_app
from planner.dashboard.view import View
from planner.domain.reading import parse_scenario


@pytest.fixture
def in_app() -> Iterator[Dash]:
    """The dashboard, with a request of somebody being answered."""
    app = create_app()
    with app.server.test_request_context("/"):
        yield app


@pytest.fixture
def in_app_on() -> Iterator[Callable[[Mapping[str, Any]], View]]:
    """Opens the dashboard on a scenario given as data; gives the first view."""
    with ExitStack() as stack:

        def opened(data: Mapping[str, Any]) -> View:
            scenario = parse_scenario(json.dumps(data), is_json=True)
            app = create_app(scenario)
            stack.enter_context(app.server.test_request_context("/"))
            return View()

        yield opened


CLI = "from planner.cli import main; main()"

BARE = {
    "name": "bare",
    "sites": [
        {
            "name": "aks",
            "region": "westeurope",
            "demand": [{"pulls_per_month": 100, "gb_per_month": 20}],
        }
    ],
}
"""One cluster that pulls, and no layout of its own."""

IDLE = {
    "name": "idle",
    "sites": [{"name": "aks", "region": "westeurope"}],
    "layouts": {"today": {"registries": [{"name": "one", "home": "westeurope"}]}},
}
"""A registry and a cluster that pulls nothing, so that no latency exists."""

IMPOSSIBLE = {**BARE, "name": "impossible", "goals": {"max_rtt_ms": 1.0}}
"""A goal that no region can meet: the round trip within one is 2 ms."""


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the dashboard, run by `serve` in a process of its own."""
    with serving(tmp_path_factory.mktemp("serve")) as url:
        yield url


@contextmanager
def serving(folder: Path, workspace: Path | None = None) -> Iterator[str]:
    """The dashboard in a process of its own, whose log goes into a folder."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = folder / "stderr.txt"
    command = [sys.executable, "-c", CLI, "serve", "--port", str(port)]
    if workspace:
        command += ["--workspace", str(workspace)]
    with log.open("w") as stderr:
        process = subprocess.Popen(command, stderr=stderr)
    try:
        yield _answering(f"http://127.0.0.1:{port}/", log)
    finally:
        process.terminate()
        process.wait(timeout=10)


def _answering(url: str, log: Path) -> str:
    for _ in range(100):
        try:
            with urllib.request.urlopen(url, timeout=5):
                return url
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"no answer from {url}: {log.read_text()}")
