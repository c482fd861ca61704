"""Registry logs: every export shape gives the truth."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from planner.errors import InputError
from planner.importers.findings import BYTES_PER_GB, Findings, Period
from planner.importers.inputs import Options
from planner.importers.places import Places, read_places
from planner.importers.run import import_files
from tests.importers.export_shapes import (
    SAMPLES,
    SHAPES,
    Record,
    flat,
    json_lines,
    month,
)

TRUTH = json.loads((SAMPLES / "ground_truth.json").read_text(encoding="utf-8"))
IMAGES = str(SAMPLES / "images.json")
TOOL = "read by a tool, which fetches no layers"
Pair = tuple[str, str]


@pytest.fixture(scope="module")
def places() -> Places:
    """The map that comes with the samples."""
    return read_places(SAMPLES / "caller_ip_map.csv")


@pytest.fixture(scope="module")
def records() -> list[Record]:
    """All records of the month."""
    return month()


def run(paths: Sequence[Path | str], places: Places | None, **options: Any) -> Findings:
    """The findings of an import of logs and manifests."""
    names = [*map(str, paths), IMAGES]
    result = import_files("acr-logs", names, places=places, options=Options(**options))
    (found,) = result.findings
    return found


def region_of(found: Findings) -> dict[str, str]:
    """Client region of each site; sites outside Azure are the build runners."""
    return {site.name: site.region or "external-ci" for site in found.sites}


def by_pair(found: Findings, field: str) -> dict[Pair, float]:
    """One number by client region and repository."""
    regions = region_of(found)
    sums: Counter[Pair] = Counter()
    for row in found.pulled:
        sums[regions[row.site], row.image] += getattr(row, field)
    return dict(sums)


def truth(field: str) -> dict[Pair, float]:
    """What is true of each client region and repository."""
    return {
        (row["client_region"], row["repository"]): row[field]
        for row in TRUTH["by_client_region_and_repository"]
    }


@pytest.mark.parametrize("write", SHAPES, ids=lambda write: write.__name__)
def test_every_shape_gives_the_truth(
    write: Callable[[Path, Sequence[Record]], Path],
    places: Places,
    records: list[Record],
    tmp_path: Path,
) -> None:
    """Pulls, requests, failures, pushes and replicas are exact; bytes are in range."""
    found = run([write(tmp_path, records)], places)
    requests = by_pair(found, "requests")
    failed = by_pair(found, "failed")
    assert by_pair(found, "pulls") == truth("logical_pulls")
    assert requests == truth("successful_manifest_events")
    assert {pair: requests[pair] + failed[pair] for pair in requests} == truth(
        "manifest_events"
    )
    assert dict(found.served) == TRUTH["successful_pull_records_by_serving_region"]
    assert {f.name: f.value for f in found.figures} == {
        "successful pull requests": TRUTH["pull_records_by_result"]["200"],
        "failed pull requests": 21,
        "successful push requests": TRUTH["records_by_operation"]["Push"],
        "failed push requests": 0,
    }
    pushes = {image.name: image.pushes for image in found.images}
    assert sum(pushes.values()) == TRUTH["records_by_operation"]["Push"]
    assert pushes["platform/ingress"] == 2  # told by its indexes alone
    assert found.period is not None
    assert found.period.months == 1
    assert found.accounting.read == TRUTH["records_unique"]
    assert found.accounting.malformed == 0
    assert not any("UserAgent" in note for note in found.notes)
    _bytes_are_in_range(found)


def _bytes_are_in_range(found: Findings) -> None:
    regions = region_of(found)
    moved = truth("bytes_moved")
    outside = []
    for row in found.pulled:
        pair = regions[row.site], row.image
        assert row.gb is not None
        if not row.gb.low <= moved[pair] / BYTES_PER_GB <= row.gb.high:
            outside.append(pair)
    # six pulls by nodes that held a layer since the month before
    assert outside == [("japaneast", "ml/inference")]
    assert truth("manifest_events")[outside[0]] < 100
    expected = sum(row.gb.expected for row in found.pulled if row.gb)
    assert expected == pytest.approx(
        TRUTH["totals"]["bytes_moved"] / BYTES_PER_GB, rel=0.35
    )


def test_clusters_are_known_by_their_identities(records: list[Record]) -> None:
    """`az aks list` places the pulls of its clusters; build runners stay unplaced."""
    clusters = SAMPLES.parent / "kubernetes" / "az_aks_list.json"
    found = run([SAMPLES / "repository_events_2026-10.jsonl.gz", clusters], None)
    of_clusters = {
        pair: count
        for pair, count in truth("logical_pulls").items()
        if pair[0] != "external-ci"
    }
    assert by_pair(found, "pulls") == of_clusters
    assert {site.name for site in found.sites} == {
        "aks-prod-eus",
        "aks-prod-weu",
        "aks-prod-sea",
        "aks-edge-jpe",
    }
    (lost,) = found.unplaced
    assert lost.pulls == sum(truth("logical_pulls").values()) - sum(
        of_clusters.values()
    )
    identities = {str(record.get("identity")) for record in records}
    assert not any(identity in repr(found) for identity in identities)


def test_the_map_comes_before_the_clusters(places: Places) -> None:
    """Who lists an address means it; a place has the name that the map gives it."""
    clusters = SAMPLES.parent / "kubernetes" / "az_aks_list.json"
    logs = SAMPLES / "repository_events_2026-10.jsonl.gz"
    with_both = run([logs, clusters], places)
    assert by_pair(with_both, "pulls") == truth("logical_pulls")
    assert {s.name for s in with_both.sites} == {
        s.name for s in run([logs], places).sites
    }


def test_counts_of_a_query_give_the_requests(places: Places) -> None:
    """Daily counts have no user agent: tools stay in, which is told; indexes go by digests."""
    found = run([SAMPLES / "az_log_analytics_query_daily.json"], places)
    assert any("keep UserAgent in the query" in note for note in found.notes)
    requests = by_pair(found, "requests")
    assert requests == truth("successful_manifest_events")
    assert dict(found.served) == TRUTH["successful_pull_records_by_serving_region"]
    moved, low, high = truth("bytes_moved"), 0.0, 0.0
    for row in found.pulled:
        assert row.gb is not None
        low, high = low + row.gb.low, high + row.gb.high
    assert low < sum(moved.values()) / BYTES_PER_GB < high


def test_part_of_the_month_in_the_samples_own_exports(
    places: Places, records: list[Record], tmp_path: Path
) -> None:
    """The shipped CSV week and REST day agree with the same records as JSON lines."""
    exports = ("log_analytics_portal_export_week.csv", "log_analytics_rest_query.json")
    for name, days in zip(exports, (range(4, 11), range(15, 16)), strict=True):
        found = run([SAMPLES / name], places)
        assert found.period is not None
        part = [r for r in records if int(r["time"][8:10]) in days]
        # the REST answer holds the first 80 records of its day
        part = part[: found.accounting.read]
        again = run([json_lines(tmp_path, part)], places)
        assert found.pulled == again.pulled
        assert found.served == again.served
        assert found.accounting == again.accounting


def test_everything_at_once_counts_once(places: Places, tmp_path: Path) -> None:
    """Exports that overlap, copies and counts of the same days add nothing."""
    once = run([SAMPLES / "repository_events_2026-10.jsonl.gz"], places)
    (tmp_path / "again.jsonl").write_bytes(
        (SAMPLES / "repository_events_2026-10.jsonl.gz").read_bytes()
    )
    found = run([SAMPLES, tmp_path], places)
    # the real record is one failed pull of its own
    pulled = tuple(row for row in found.pulled if row.image != "tipster-service")
    assert pulled == once.pulled
    assert found.served == once.served
    assert found.accounting.used == once.accounting.used
    ignored = found.accounting.ignored
    assert ignored["login"] == 220
    # the counts of the query, and the REST answer, which has no correlation ids
    assert ignored["also in another export"] == 644 + 80
    assert ignored["delivered more than once"] == 1157 + 222
    assert found.accounting.read == 2 * 1157 + 222 + 80 + 644 + 220 + 1


def test_every_record_is_accounted_for(
    places: Places, records: list[Record], tmp_path: Path
) -> None:
    """Read is used, ignored and malformed; malformed ones are named by file and line."""
    path = json_lines(tmp_path, records)
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[10:10] = ["{broken", '{"time": "2026-10-01T00:00:00Z"}']
    path.write_text("\n".join(lines), encoding="utf-8")
    account = run([path], places).accounting
    assert account.read == len(records) + 2
    assert account.malformed == 2
    assert [(bad.line, bad.problem) for bad in account.examples] == [
        (11, "not valid JSON"),
        (12, "has no operationname"),
    ]
    assert account.ignored[TOOL] == 71


def test_indexes_are_told_without_media_types(
    places: Places, records: list[Record], tmp_path: Path
) -> None:
    """A user may leave the column out: the pull of the platform image follows at once."""
    rows = [{k: v for k, v in flat(r).items() if k != "MediaType"} for r in records]
    path = tmp_path / "rows.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    sizes = json.loads(Path(IMAGES).read_text(encoding="utf-8"))
    for image in sizes:
        image["index_digest"] = None
    (tmp_path / "sizes.json").write_text(json.dumps(sizes), encoding="utf-8")
    (found,) = import_files("acr-logs", [str(tmp_path)], places=places).findings
    assert sum(row.pulls for row in found.pulled) == pytest.approx(
        TRUTH["totals"]["logical_pulls"], rel=0.01
    )


def test_too_many_malformed_records_stop_the_import(
    places: Places, records: list[Record], tmp_path: Path
) -> None:
    """More than --max-bad is an error that says how many and where."""
    path = json_lines(tmp_path, records[:40])
    path.write_text(path.read_text(encoding="utf-8") + "{oops\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"1 of 41 .* line 41: not valid JSON"):
        run([path], places)
    assert run([path], places, max_bad=0.03).accounting.malformed == 1


def test_without_a_map_clients_are_where_they_were_served() -> None:
    """The fallback is said to be one, and its pulls are those of the serving replicas."""
    found = run([SAMPLES / "repository_events_2026-10.jsonl.gz"], None)
    assert {site.region for site in found.sites} == {
        "eastus",
        "westeurope",
        "southeastasia",
    }
    assert sum(row.pulls for row in found.pulled) == TRUTH["totals"]["logical_pulls"]
    assert any("--ip-map" in text for text in found.assumptions)


def test_clients_outside_the_map_are_told_with_their_volume(tmp_path: Path) -> None:
    """What cannot be placed is reported, with pulls and GB, and not in the demand."""
    some = tmp_path / "map.csv"
    some.write_text("cidr,region\n203.0.113.0/24,eastus\n", encoding="utf-8")
    found = run([SAMPLES / "repository_events_2026-10.jsonl.gz"], read_places(some))
    placed = sum(row.pulls for row in found.pulled)
    (lost,) = found.unplaced
    assert placed + lost.pulls == TRUTH["totals"]["logical_pulls"]
    assert lost.pulls == 250
    assert lost.gb is not None
    assert 0 < lost.gb.low < lost.gb.expected < lost.gb.high


def test_a_factor_moves_the_expected_gb_between_the_bounds(places: Places) -> None:
    """0 gives low and 1 gives high for clients with a cache; the bounds stay."""
    path = SAMPLES / "repository_events_2026-10.jsonl.gz"
    least, most = (run([path], places, cache_factor=f) for f in (0.0, 1.0))
    for low, high in zip(least.pulled, most.pulled, strict=True):
        assert low.gb is not None
        assert high.gb is not None
        assert (low.gb.low, low.gb.high) == (high.gb.low, high.gb.high)
        assert high.gb.expected == pytest.approx(high.gb.high)
        if not low.site.startswith("hosted"):
            assert low.gb.expected == pytest.approx(low.gb.low)


def test_the_layout_is_that_of_the_samples(places: Places) -> None:
    """Locations that answered are the locations of the registry."""
    layout = run([SAMPLES / "repository_events_2026-10.jsonl.gz"], places).layout
    assert layout is not None
    (registry,) = layout.registries
    assert (registry.name, registry.home) == ("contosoregistry", "eastus")
    assert set(registry.replicas) == {"westeurope", "southeastasia"}


def test_no_address_and_no_identity_in_what_is_written(places: Places) -> None:
    """Only aggregates leave the importer."""
    found = run([SAMPLES / "repository_events_2026-10.jsonl.gz"], places)
    text = json.dumps(found.as_dict())
    for secret in ("203.0.113", "198.51.100", "192.0.2", "example.com", "00000000-"):
        assert secret not in text


def test_a_log_of_failures_only_is_no_demand(places: Places) -> None:
    """The real record, a failed pull by a tool, is refused with its reason."""
    with pytest.raises(InputError, match="1 pull answered with 404"):
        run([SAMPLES / "real_record_2025-01-30.json"], places)


def test_whole_months_are_months() -> None:
    """October is one month, and a week is its share of 730 hours."""
    from datetime import date

    assert Period(date(2026, 10, 1), date(2026, 12, 31)).months == 3
    assert Period(date(2026, 10, 4), date(2026, 10, 10)).months == pytest.approx(
        7 * 24 / 730
    )
