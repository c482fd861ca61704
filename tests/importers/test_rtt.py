"""Round trips that users measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.domain.scenario import Scenario
from planner.importers.findings import Figure
from tests.importers.helpers import found_in, imported, plans, refusal

PROBES = """\
time,site,region,rtt_ms
2026-10-01T00:00:00Z,Seattle,West US,23.5
2026-10-01T00:01:00Z,Seattle,westus,25.1
2026-10-01T00:02:00Z,Seattle,contoso.westus.data.azurecr.io,24.0
2026-10-01T00:02:00Z,Seattle,westus,24.0
2026-10-01T00:03:00Z,Seattle,westus,timeout
2026-10-01T00:04:00Z,Seattle,westus,900
2026-10-01T00:00:00Z,Seattle,eastus,<70 ms
"""


@pytest.fixture
def probes(tmp_path: Path, contoso: Scenario) -> tuple[Path, Scenario, str]:
    """Probes from the first site of the shipped scenario, beside the scenario."""
    site = contoso.sites[0].name
    path = tmp_path / "probes.csv"
    path.write_text(PROBES.replace("Seattle", site), encoding="utf-8")
    return path, contoso, site


def test_medians_replace_the_tables(probes: tuple[Path, Scenario, str]) -> None:
    """Of 23.5, 24.0, 25.1 and one slow 900 ms the median is 24.55; a lost probe is none."""
    path, contoso, name = probes
    result = imported("auto", [path], into=contoso)
    found = found_in(result)
    account = found.accounting
    assert (account.read, account.used) == (7, 5)
    assert account.ignored == {
        "probe without an answer": 1,
        "delivered more than once": 1,
    }
    (site,) = (s for s in result.merged.scenario.sites if s.name == name)
    assert site.rtt_ms == {"westus": 24.55, "eastus": 70}
    assert found.figures == (
        Figure(
            f"{name} to eastus",
            70,
            "ms",
            "median of 1 probes, 95 % of them within 70 ms",
        ),
        Figure(
            f"{name} to westus",
            24.55,
            "ms",
            "median of 4 probes, 95 % of them within 900 ms",
        ),
    )
    assert "fewer than 5 probes" in found.notes[0]
    plans(result)


def test_a_second_measurement_is_told(probes: tuple[Path, Scenario, str]) -> None:
    """New figures replace old ones, and the change is said."""
    path, contoso, name = probes
    once = imported("rtt", [path], into=contoso).merged.scenario
    path.write_text(f"from;to;ms\n{name};westus;30,5\n", encoding="utf-8")
    again = imported("rtt", [path], into=once)
    assert f"{name}, rtt_ms: westus 30.5 replaces 24.55" in again.merged.changes
    (site,) = (s for s in again.merged.scenario.sites if s.name == name)
    assert site.rtt_ms == {"westus": 30.5, "eastus": 70}


def test_new_places_and_push_sources(tmp_path: Path, contoso: Scenario) -> None:
    """A column places a site that the scenario does not know; push sources are measured."""
    source = contoso.push_sources[0].name
    path = tmp_path / "probes.csv"
    path.write_text(
        "site,region,rtt,site_region,latitude,longitude\n"
        f"{source},westus,41,,,\nplant,westus,180,,47.6,8.2\njapanwest,westus,99,,,\n"
        "edge,westus,77,Japan East,,\n",
        encoding="utf-8",
    )
    merged = imported("rtt", [path], into=contoso).merged.scenario
    assert merged.push_sources[0].rtt_ms["westus"] == 41
    places = {site.name: site for site in merged.sites}
    assert (places["plant"].latitude, places["plant"].rtt_ms) == (47.6, {"westus": 180})
    assert places["edge"].region == "japaneast"
    assert {s.rtt_ms.get("westus") for s in merged.sites} >= {180, 99, 77}


def test_what_is_wrong_is_said(tmp_path: Path, contoso: Scenario) -> None:
    """Unknown sites and regions, formulas and lost probes are sentences."""
    name = contoso.sites[0].name
    path = tmp_path / "probes.csv"
    for row, message in (
        (f"{name}x,westus,20", f"did you mean {name!r}"),
        (
            f"{name},westuss,20",
            "'westuss' names no Azure region; did you mean 'westus'",
        ),
        (f"{name},westus,=1+1", "line 2: '=1+1' is no round trip in ms"),
        (f"{name},westus,0", "'0' is no round trip"),
        (f"{name},westus,inf", "'inf' is no round trip"),
        (f"{name},westus,*", "none of 1 probes was answered"),
        (f"{name},westus", "2 cells, not 3"),
    ):
        path.write_text(f"site,region,rtt_ms\n{row}\n", encoding="utf-8")
        assert message in refusal("rtt", path, contoso)
