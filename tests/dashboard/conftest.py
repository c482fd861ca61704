"""Scenarios that lead to the states a page must have, and the dashboard served."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from planner.analysis import Comparison
from planner.dashboard import state
from planner.domain.reading import load_scenario
from planner.domain.scenario import Scenario

SERVE = "from planner.dashboard import serve; serve(port={port})"


@pytest.fixture(scope="session")
def contoso_data(contoso: Scenario) -> dict[str, Any]:
    """Contoso as the browser's store holds it."""
    return state.encode(contoso)


@pytest.fixture(scope="session")
def contoso_comparison(contoso_data: dict[str, Any]) -> Comparison:
    """All plans of Contoso, computed once."""
    return state.comparison(contoso_data)


@pytest.fixture(scope="session")
def worldwide_data() -> dict[str, Any]:
    """The shipped scenario with sites on every continent."""
    return state.encode(load_scenario("worldwide"))


@pytest.fixture(scope="session")
def bare_data() -> dict[str, Any]:
    """One cluster that pulls, and no layout of its own."""
    pulls = {"pulls_per_month": 100, "gb_per_month": 20}
    sites = [{"name": "aks", "region": "westeurope", "demand": [pulls]}]
    return {"name": "bare", "sites": sites}


@pytest.fixture(scope="session")
def idle_data() -> dict[str, Any]:
    """A registry and a cluster that pulls nothing, so that no latency exists."""
    layout = {"registries": [{"name": "one", "home": "westeurope"}]}
    sites = [{"name": "aks", "region": "westeurope"}]
    return {"name": "idle", "sites": sites, "layouts": {"today": layout}}


@pytest.fixture(scope="session")
def impossible_data(bare_data: dict[str, Any]) -> dict[str, Any]:
    """A goal that no region can meet: the round trip within one is 2 ms."""
    return {**bare_data, "name": "impossible", "goals": {"max_rtt_ms": 1.0}}


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the dashboard, run by `serve` in a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("serve") / "stderr.txt"
    with log.open("w") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVE.format(port=port)], stderr=stderr
        )
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
