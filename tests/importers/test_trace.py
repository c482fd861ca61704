"""The trace of a real registry."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path

import pytest

from planner import optimize
from planner.importers.findings import BYTES_PER_GB
from planner.importers.log_demand import NO_PLACE
from tests.importers.helpers import SAMPLES, found_in, imported, refusal

FOLDER = SAMPLES / "traces"
TRACE = FOLDER / "prod-dal09-logstash-2017.08.01-0.synthetic.json"
TRUTH = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))[TRACE.name]


def test_the_trace_is_exact() -> None:
    """Requests and bytes of every repository that the truth lists."""
    result = imported("auto", [TRACE])
    found = found_in(result)
    figures = {f.name: f.value for f in found.figures}
    assert found.kind == "trace"
    assert found.accounting.read == TRUTH["records"]
    assert (
        found.accounting.ignored["sent to another address"] == TRUTH["statuses"]["301"]
    )
    assert figures["GET requests for layers"] == TRUTH["full_blob_gets"]
    assert figures["layers sent"] == TRUTH["full_blob_get_bytes"]
    assert figures["GET requests for manifests"] == TRUTH["manifest_gets"]
    gb: Counter[str] = Counter()
    for row in found.pulled:
        assert row.gb
        gb[row.image] += row.gb.expected  # type: ignore[assignment]
    top = TRUTH["top_repositories_by_blob_bytes"]
    assert dict(gb.most_common(len(top))) == pytest.approx(
        {t["repository"]: t["bytes"] / BYTES_PER_GB for t in top}
    )
    assert {(s.name, s.latitude) for s in found.sites} == {("prod-dal09", 32.78)}
    assert optimize(result.merged.scenario).evaluation is not None


def test_the_file_name_must_tell_the_data_centre(tmp_path: Path) -> None:
    """Its records do not; a renamed file is refused, and nothing is unplaced."""
    path = tmp_path / "trace.json"
    shutil.copy(TRACE, path)
    assert "its name tells no data centre" in refusal("trace", path)
    found = found_in(imported("trace", [TRACE]))
    assert NO_PLACE not in {lost.reason for lost in found.unplaced}


def test_real_records_are_a_trace(tmp_path: Path) -> None:
    """Three records of the archive: a pull, its layer, a push."""
    path = tmp_path / "prod-lon02-logstash-2017.06.20-0.json"
    shutil.copy(FOLDER / "real_records.json", path)
    found = found_in(imported("auto", [path]))
    assert (found.kind, found.accounting.used) == ("trace", 3)
    assert [site.name for site in found.sites] == ["prod-lon02"]
