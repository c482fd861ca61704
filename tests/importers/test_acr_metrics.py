"""Metrics of registries and private endpoints."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from planner.domain.scenario import Scenario
from planner.importers.findings import BYTES_PER_GB, Period
from tests.importers.helpers import SAMPLES, found_in, imported, plans, refusal

FOLDER = SAMPLES / "acr_metrics"
TRUTH = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))
OURS = {
    "TotalPullCount": "pull requests",
    "SuccessfulPullCount": "successful pull requests",
    "TotalPushCount": "push requests",
    "SuccessfulPushCount": "successful push requests",
    "PEBytesIn": "PEBytesIn of pe-acr-weu",
    "PEBytesOut": "PEBytesOut of pe-acr-weu",
}


@pytest.mark.parametrize("name", [n for n in TRUTH if "totals" in TRUTH[n]])
def test_totals_are_exact(name: str, contoso: Scenario) -> None:
    """Counts and bytes of every shape; a quiet interval without a value is 0."""
    found = found_in(imported("acr-metrics", [FOLDER / name], into=contoso))
    assert {f.name: f.value for f in found.figures} == {
        OURS[metric]: value for metric, value in TRUTH[name]["totals"].items()
    }
    assert found.accounting.malformed == 0


def test_storage_by_location_is_exact(contoso: Scenario) -> None:
    """Display names become regions, and the last value counts."""
    name = "az_monitor_metrics_list_storage_by_geolocation.json"
    found = found_in(imported("acr-metrics", [FOLDER / name], into=contoso))
    values = TRUTH[name]["average_bytes_by_geolocation"]
    assert {s.region: s.gb for s in found.stored} == {
        place.lower().replace(" ", ""): values[place][-1] / BYTES_PER_GB
        for place in values
    }


def test_everything_at_once_counts_once(contoso: Scenario) -> None:
    """Hours, minutes and days of the same month overlap; each day counts once."""
    result = imported("acr-metrics", [FOLDER], into=contoso)
    found = found_in(result)
    values = {f.name: f.value for f in found.figures}
    month = TRUTH["rest_metrics_P1D_month.json"]["totals"]
    assert values["pull requests"] == month["TotalPullCount"]
    assert values["successful pull requests"] == month["SuccessfulPullCount"]
    assert values["push requests"] == month["TotalPushCount"]
    assert found.period is not None
    assert (found.period.first.isoformat(), found.months) == ("2026-10-01", 1)
    assert found.accounting.ignored["also in another export"] > 300
    assert result.merged.scenario == contoso
    plans(result)


def test_rows_of_log_analytics(tmp_path: Path, contoso: Scenario) -> None:
    """The table AzureMetrics as CSV gives what the diagnostic lines give."""
    lines = (FOLDER / "diagnostic_metrics_PT1M_day.jsonl").read_text(encoding="utf-8")
    rows = ["TimeGenerated [UTC],MetricName,Total,Average,TimeGrain,ResourceId"]
    records = [json.loads(line) for line in lines.splitlines()]
    rows += [
        f"{r['time']},{r['metricName']},{r['total']},1,PT1M,{r['resourceId']}"
        for r in records
    ]
    path = tmp_path / "metrics.csv"
    path.write_text("\ufeff" + "\r\n".join(rows), encoding="utf-8")
    batch = tmp_path / "hub.json"
    batch.write_text(json.dumps({"records": records}), encoding="utf-8")
    truth = TRUTH["diagnostic_metrics_PT1M_day.jsonl"]["totals"]
    for paths in ([path], [batch], [path, batch]):
        found = found_in(imported("auto", paths, into=contoso))
        assert {f.name: f.value for f in found.figures} == {
            OURS[metric]: value for metric, value in truth.items()
        }
        assert found.period == Period(date(2026, 10, 15), date(2026, 10, 15))


def test_hostile_metrics(tmp_path: Path, contoso: Scenario) -> None:
    """Broken answers and broken lines are sentences."""
    text = (FOLDER / "rest_metrics_P1D_month.json").read_text(encoding="utf-8")
    path = tmp_path / "m.json"
    for bad, message in (
        (text[:5000], "not valid JSON"),
        (text.replace('"P1D"', '"=cmd"'), "is none such as PT1M"),
        (text.replace('"data"', '"date"'), "is no answer of"),
        (text.replace('"total": 3.0', '"total": "=1+1"'), "malformed"),
    ):
        path.write_text(bad, encoding="utf-8")
        assert message in refusal("acr-metrics", path, contoso)
    line = '{"metricName": "TotalPullCount", "timeGrain": "PT1M", "total": "=1"}\n'
    path.write_text(line * 2 + "{" + "[" * 200_000, encoding="utf-8")
    assert "3 of 3 records are malformed" in refusal("acr-metrics", path, contoso)
