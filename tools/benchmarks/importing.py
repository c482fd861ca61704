"""Imports of registry logs: rows and MB a second, memory, and pandas on the same rows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from benchmarks.engine import environment, peak_mb
from benchmarks.log_rows import CLIENTS, REGIONS, write_json, write_parquet
from benchmarks.measure import show_seconds
from benchmarks.report import Section, Task

CORES, MOST_MB = 2, 2000
"""What an import may use."""
FLAT = 1.5
"""Memory at the larger size over that at a tenth of it, up to which it counts as flat."""
HEADINGS = ("rows", "on disk", "import", "rows/s", "MB/s", "peak", "pandas",
            "pandas peak", "pandas / import", "goal", "goal met")  # fmt: skip
TEXT = f"""\
A whole `import acr-logs --ip-map`, without the import of libraries: finding copies among all
records, placing {CLIENTS} clients, demand by month with its bounds. {CORES} cores, at most
{MOST_MB:,} MB for the process. Rows are drawn by `tools/benchmarks/log_rows.py`, a year of
logs at either size, one record in a thousand delivered twice; "on disk" is Parquet with
Snappy, as most writers leave it, or plain JSON lines. Pandas does the same up to the totals (read
the columns it needs, drop copies, place, add up) with all rows in memory, and must count the same
pulls; it gets the larger size only as far as that fits. Each is the only run, in a process
of its own. Memory is flat if ten times the rows take less than {FLAT} times as much."""


class Form(NamedTuple):
    """One form of logs, and what is asked of reading it."""

    name: str
    write: Callable[[Path, int], None]
    rows: int
    """By default; ten times as many with `--full`."""
    goal: str
    is_met: Callable[[float, float], bool]
    """By rows a second and MB a second."""


FORMS = (
    Form("parquet", write_parquet, 10_000_000, "10 M rows/s", lambda r, _: r >= 1e7),
    Form("json", write_json, 1_000_000, "150 MB/s", lambda _, mb: mb >= 150),
)


class Run(NamedTuple):
    """What one import took."""

    seconds: float
    peak_mb: float
    pulls: int
    """Successful, for a comparison of the answers."""


def importing_section(full: bool) -> Section:
    """The section of imports of logs."""
    tasks = [
        Task(f"logs as {form.name}", lambda form=form: _measure(form, full))
        for form in FORMS
    ]
    return Section("Imports of registry logs", TEXT, HEADINGS, tasks)


def _measure(form: Form, full: bool) -> Iterator[list[str]]:
    """Two sizes; pandas runs on the largest that it can hold."""
    larger = form.rows * (10 if full else 1)
    before = None
    for rows in (larger // 10, larger):
        with TemporaryDirectory(prefix="acr-planner-bench-") as scratch:
            folder = Path(scratch, "logs")
            form.write(folder, rows)
            ours = _run(form, "planner", folder)
            peer = _run(form, "pandas", folder) if rows == form.rows else None
            size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
        if peer and peer.pulls != ours.pulls:
            raise ValueError(f"pandas counts {peer.pulls} pulls, not {ours.pulls}")
        yield _row(form, rows, size, ours, peer, before)
        before = ours


def _row(
    form: Form, rows: int, mb: float, ours: Run, peer: Run | None, before: Run | None
) -> list[str]:
    speed = (rows / ours.seconds, mb / ours.seconds)
    missed = [] if form.is_met(*speed) else ["speed"]
    if ours.peak_mb > MOST_MB:
        missed.append("memory")
    if before and ours.peak_mb > FLAT * before.peak_mb:
        missed.append("not flat")
    verdict = f"no: {', '.join(missed)}" if missed else "yes"
    return [
        f"{rows:,} {form.name}",
        f"{mb:,.0f} MB",
        show_seconds(ours.seconds),
        f"{speed[0] / 1e6:.2f} M",
        f"{speed[1]:,.0f}",
        f"{ours.peak_mb:,.0f} MB",
        show_seconds(peer.seconds) if peer else "-",
        f"{peer.peak_mb:,.0f} MB" if peer else "-",
        f"{peer.seconds / ours.seconds:.1f}x" if peer else "-",
        form.goal if before else "-",
        verdict if before else "-",
    ]


def _run(form: Form, engine: str, folder: Path) -> Run:
    """One import in a process of its own."""
    code = "import sys; from benchmarks.importing import child; child(*sys.argv[1:])"
    out = subprocess.run(
        [sys.executable, "-c", code, engine, form.name, str(folder)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    return Run(**json.loads(out.stdout))


def child(engine: str, form: str, folder: str) -> None:
    """Import the logs of a folder in this process and print what it took."""
    if hasattr(os, "sched_setaffinity"):  # DuckDB takes a thread for each core it sees
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
    work = _planner() if engine == "planner" else _pandas(form)
    start = time.perf_counter()
    pulls = work(Path(folder))
    run = Run(time.perf_counter() - start, peak_mb(), pulls)
    print(json.dumps(run._asdict()))


def _planner() -> Callable[[Path], int]:
    import pandas  # noqa: F401, ICN001 (what an import imports late)

    import planner.importers.records  # noqa: F401
    from planner.importers.inputs import Options
    from planner.importers.places import read_places
    from planner.importers.run import import_files

    def work(folder: Path) -> int:
        places = read_places(_map(folder.parent))
        options = Options(image_gb=1)
        found = import_files("acr-logs", [str(folder)], places=places, options=options)
        name = "successful pull requests"
        figures = found.findings[0].figures
        return int(next(f.value for f in figures if f.name == name))

    return work


def _regions() -> Mapping[str, str]:
    """The region of each client address of `log_rows`."""
    return {
        f"10.{client // 250}.{client % 250}.4": REGIONS[client % len(REGIONS)]
        for client in range(CLIENTS)
    }


def _map(folder: Path) -> Path:
    path = folder / "map.csv"
    rows = [f"{caller}/32,{region}\n" for caller, region in _regions().items()]
    path.write_text("".join(["cidr,region\n", *rows]))
    return path


ALIKE = ["CorrelationId", "OperationName", "Repository", "Tag", "Digest",
         "ResultDescription"]  # fmt: skip
KEYS = ["month", "OperationName", "ResultDescription", "_ResourceId", "Region", "site",
        "Repository", "Digest", "MediaType", "UserAgent", "Category"]  # fmt: skip
NESTED = {"Repository": "repository", "Tag": "tag", "Digest": "digest",
          "MediaType": "mediaType", "UserAgent": "userAgent"}  # fmt: skip
NAMES = {"time": "TimeGenerated", "operationName": "OperationName",
         "resultDescription": "ResultDescription", "resourceId": "_ResourceId",
         "location": "Region", "callerIpAddress": "CallerIpAddress",
         "correlationId": "CorrelationId", "category": "Category"}  # fmt: skip


def _pandas(form: str) -> Callable[[Path], int]:
    """The same with pandas, as one would write it, with all rows in memory."""
    import pandas as pd

    def read(folder: Path) -> pd.DataFrame:
        if form == "parquet":
            flat = [*NAMES.values(), *NESTED]
            return pd.read_parquet(folder, columns=flat)
        files = [pd.read_json(p, lines=True, dtype=False) for p in folder.iterdir()]
        rows = pd.concat(files).rename(columns=NAMES)
        for ours, theirs in NESTED.items():
            rows[ours] = [properties[theirs] for properties in rows["properties"]]
        return rows.drop(columns="properties")

    def work(folder: Path) -> int:
        rows = read(folder).drop_duplicates(ALIKE)
        time_of = pd.to_datetime(rows["TimeGenerated"])
        rows["TimeGenerated"] = time_of
        rows["month"] = time_of.dt.year * 12 + time_of.dt.month
        rows["site"] = rows["CallerIpAddress"].map(dict(_regions()))
        times = rows.groupby(KEYS, dropna=False)["TimeGenerated"]
        totals = times.agg(["size", "min", "max"]).reset_index()
        pulled = totals["OperationName"] == "Pull"
        done = totals["ResultDescription"].astype(str) == "200"
        return int(totals["size"][pulled & done].sum())

    return work
