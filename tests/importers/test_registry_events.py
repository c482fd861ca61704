"""Notifications, access logs and webhooks of registries."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from statistics import median

import pytest

from planner import optimize
from planner.domain.scenario import Scenario
from planner.importers.files import find_files
from planner.importers.findings import BYTES_PER_GB, Findings, Period
from planner.importers.kinds import kind_of
from planner.importers.places import Places, read_places
from tests.importers.helpers import SAMPLES, found_in, imported, plans, refusal

FOLDER = SAMPLES / "registry_events"
TRUTH = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))
NOTIFICATIONS = FOLDER / "notifications_2026-10-15_16.jsonl"
COMBINED = FOLDER / "access_combined_2026-10-15.log"
OWN_LOG = FOLDER / "registry_logfmt_2026-10-15.log"
HOOKS = [
    FOLDER / f"az_acr_webhook_list_events_{region}.json"
    for region in ("eastus", "westeurope")
]
MAP = """\
cidr,client_region,latitude,longitude
203.0.113.0/27,eastus,,
203.0.113.64/27,westeurope,,
198.51.100.0/27,southeastasia,,
198.51.100.64/27,japaneast,,
192.0.2.0/24,external-ci,47.6,-122.3
"""


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """The map of the samples, with a spot for the runners outside Azure."""
    path = tmp_path / "map.csv"
    path.write_text(MAP, encoding="utf-8")
    return read_places(path)


def is_exact(found: Findings, part: str) -> bool:
    """Whether requests and bytes are those of the truth, for every site and image."""
    truth = TRUTH[part]["by_client_region_and_repository"]
    bytes_by = {(p.site, p.image): p.gb.expected for p in found.pulled if p.gb}
    requests = {(p.site, p.image): p.requests for p in found.pulled}
    figures = {f.name: f.value for f in found.figures}
    return (
        requests
        == {
            (t["client_region"], t["repository"]): t["manifest_get"]
            + t["manifest_head"]
            for t in truth
        }
        and bytes_by
        == pytest.approx(
            {
                (t["client_region"], t["repository"]): t["blob_bytes"] / BYTES_PER_GB
                for t in truth
            }
        )
        and figures
        == {
            "GET requests for manifests": sum(t["manifest_get"] for t in truth),
            "HEAD requests for manifests": sum(t["manifest_head"] for t in truth),
            "GET requests for layers": sum(t["blob_get"] for t in truth),
            "layers sent": sum(t["blob_bytes"] for t in truth),
        }
    )


@pytest.mark.parametrize(
    ("path", "part", "records"),
    [
        (NOTIFICATIONS, "notifications", 783),
        (COMBINED, "access_combined", 516),
        (OWN_LOG, "registry_logfmt", 517),
    ],
)
def test_the_samples_are_exact(
    path: Path, part: str, records: int, places: Places
) -> None:
    """HEAD moves nothing, and a download that was resumed counts once."""
    result = imported("auto", [path], places)
    found = found_in(result)
    assert found.kind == "registry-events"
    assert (found.accounting.read, found.accounting.malformed) == (records, 0)
    assert is_exact(found, part)
    assert found.unplaced == ()
    assert all(p.gb and p.gb.low == p.gb.high for p in found.pulled)
    assert optimize(result.merged.scenario).evaluation is not None


def test_indexes_are_told_without_media_types(places: Places) -> None:
    """The access log, which has none, gives the pulls of the log that has them."""
    typed, untyped = (
        {
            (p.site, p.image): p.pulls
            for p in found_in(imported("auto", [f], places)).pulled
        }
        for f in (OWN_LOG, COMBINED)
    )
    assert untyped == typed
    assert 0 < sum(typed.values()) < TRUTH["access_combined"]["lines"]


def test_each_day_counts_once(places: Places, tmp_path: Path) -> None:
    """Three exports of the same requests, one of them delivered twice."""
    again = tmp_path / "rotated.log.gz"
    again.write_bytes(gzip.compress(COMBINED.read_bytes()))
    paths = [NOTIFICATIONS, COMBINED, OWN_LOG, again]
    found = found_in(imported("registry-events", paths, places))
    assert is_exact(found, "notifications")
    assert found.accounting.ignored["delivered more than once"] >= 480
    assert found.accounting.ignored["also in another export"] == 480 + 480
    assert found.accounting.used == 754
    assert found.period == Period(
        datetime(2026, 10, 15).date(), datetime(2026, 10, 16).date()
    )


def _lines(form: str) -> list[str]:
    """The requests of the access log, in another form."""
    lines = []
    for line in COMBINED.read_text(encoding="utf-8").splitlines():
        found = re.match(
            r'(\S+) - - \[(\S+) \S+\] "(\S+) (\S+) \S+" (\d+) (\d+) "" "(.*)"', line
        )
        assert found
        client, time, method, uri, status, size, agent = found.groups()
        iso = datetime.strptime(time, "%d/%b/%Y:%H:%M:%S").isoformat()
        lines.append(
            f'{iso}+00:00 harbor proxy[1]: {client} - "{method} {uri} HTTP/1.1" {status} '
            f'{size} "-" "{agent}" 0.002 0.002 .'
            if form == "harbor"
            else json.dumps(
                {
                    "time_iso8601": f"{iso}+00:00",
                    "remote_addr": client,
                    "request": f"{method} {uri} HTTP/1.1",
                    "status": status if form == "nginx" else int(status),
                    "body_bytes_sent": int(size),
                    "http_user_agent": agent,
                }
            )
        )
    return lines


@pytest.mark.parametrize("form", ["harbor", "nginx", "numbers"])
def test_other_forms_say_the_same(form: str, places: Places, tmp_path: Path) -> None:
    """Harbor's proxy and JSON lines of nginx give what the Combined format gives."""
    path = tmp_path / "access.log"
    path.write_text("\n".join(_lines(form)), encoding="utf-8")
    assert is_exact(found_in(imported("auto", [path], places)), "access_combined")


def test_redirected_layers_count_with_their_size(
    places: Places, tmp_path: Path
) -> None:
    """A registry that sends clients to its storage logs no bytes; other files know them."""
    text = COMBINED.read_text(encoding="utf-8")
    moved = re.sub(r'(/blobs/\S+ HTTP/1.1") 200 \d+', r"\1 307 0", text)
    path = tmp_path / "access.log"
    path.write_text(moved, encoding="utf-8")
    found = found_in(imported("auto", [path, NOTIFICATIONS], places))
    placed = sum(p.gb.expected for p in found.pulled if p.gb) * BYTES_PER_GB
    truth = TRUTH["notifications"]["by_client_region_and_repository"]
    assert placed == pytest.approx(sum(t["blob_bytes"] for t in truth), rel=0.01)
    modelled = found_in(imported("auto", [path], places, image_gb=0.1))
    assert {"pulls x layers" in p.method for p in modelled.pulled} >= {True}
    assert all(p.gb and p.gb.low <= p.gb.expected <= p.gb.high for p in modelled.pulled)


def test_clients_without_a_place_are_reported(tmp_path: Path) -> None:
    """Runners outside Azure without a spot, and clients of no range, with their volume."""
    path = tmp_path / "map.csv"
    rows = MAP.replace(",47.6,-122.3", ",,").splitlines()
    path.write_text("\n".join([*rows[:3], *rows[5:]]), encoding="utf-8")
    found = found_in(imported("auto", [NOTIFICATIONS], read_places(path)))
    truth = TRUTH["notifications"]["by_client_region_and_repository"]
    lost = {
        region: sum(t["blob_bytes"] for t in truth if t["client_region"] == region)
        for region in ("southeastasia", "japaneast", "external-ci")
    }
    asia, runners = found.unplaced
    assert asia.gb
    assert runners.gb
    assert asia.gb.expected == pytest.approx(
        (lost["southeastasia"] + lost["japaneast"]) / BYTES_PER_GB
    )
    assert runners.gb.expected == pytest.approx(lost["external-ci"] / BYTES_PER_GB)
    assert "external-ci: outside Azure" in runners.reason


def _arrivals(path: Path) -> dict[str, datetime]:
    """When each push arrived; nanoseconds cut to microseconds."""
    contents = [
        event["eventRequestMessage"]["content"]
        for event in json.loads(path.read_text(encoding="utf-8"))
    ]
    return {
        c["target"]["digest"]: datetime.fromisoformat(c["timestamp"][:26] + "+00:00")
        for c in contents
    }


def test_pushes_and_lag_of_two_webhooks(contoso: Scenario) -> None:
    """Each push is told by both replicas, counts once, and tells the lag."""
    result = imported("auto", HOOKS, into=contoso)
    found = found_in(result)
    east, west = (_arrivals(path) for path in HOOKS)
    lags = [(west[digest] - east[digest]).total_seconds() for digest in east]
    (lag,) = found.figures
    assert (lag.name, lag.unit) == ("replication lag to westeurope", "s")
    assert lag.value == pytest.approx(median(lags))
    assert (found.accounting.read, found.accounting.used) == (28, 28)
    assert sum(image.pushes for image in found.images) <= len(east)
    plans(result)


def _real(names: Sequence[str]) -> list[Path]:
    return [FOLDER / f"real_{name}.json" for name in names]


def test_real_events_are_understood(contoso: Scenario) -> None:
    """The examples of the documentation: pushes count; deletions and charts do not."""
    names = ("acr_webhook_push", "event_grid_image_pushed_cloudevent")
    paths = _real([*names, "acr_webhook_delete", "acr_webhook_chart_push"])
    found = found_in(imported("auto", paths, into=contoso))
    assert found.accounting.used == 2
    assert found.accounting.ignored == {"action delete": 1, "action chart_push": 1}
    envelopes = find_files(
        [str(p) for p in _real(["notification_pull", "notification_push_envelope"])]
    )
    assert {kind.name for file in envelopes if (kind := kind_of(file))} == {
        "registry-events"
    }


def test_no_address_leaves_the_import(places: Places) -> None:
    """Neither the findings nor the scenario hold a client's address."""
    result = imported("auto", [NOTIFICATIONS, COMBINED], places)
    text = (
        json.dumps(found_in(result).as_dict())
        + result.merged.scenario.model_dump_json()
    )
    assert not re.search(r"203\.0\.113|198\.51\.100|192\.0\.2", text)


def test_hostile_requests(tmp_path: Path, contoso: Scenario) -> None:
    """Broken lines and files are sentences, and too many of them stop the import."""
    good = COMBINED.read_text(encoding="utf-8").splitlines()[:50]
    path = tmp_path / "access.log"
    path.write_text("\n".join([*good, "=cmd|x", "x" * 2_000_000]), encoding="utf-8")
    assert "line 51: no line of an access log" in refusal("auto", path, contoso)
    path.write_bytes(gzip.compress("\n".join(good * 5000).encode())[:-900])
    assert "broken gzip" in refusal("registry-events", path, contoso)
    event = json.loads(_real(["acr_webhook_push"])[0].read_text(encoding="utf-8"))
    lines = [
        json.dumps(event),
        '{"action": "push", "target": 1}',
        '{"a":' + "[" * 100_000,
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert "2 of 3 records are malformed" in refusal("registry-events", path, contoso)
    path.write_text(json.dumps(event | {"action": "delete"}), encoding="utf-8")
    assert "no pull and no push" in refusal("registry-events", path, contoso)
