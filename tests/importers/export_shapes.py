"""The month of sample log records, written in every shape in which logs are exported."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).parent.parent / "samples" / "acr_logs"
MONTH = SAMPLES / "repository_events_2026-10.jsonl.gz"
Record = dict[str, Any]
FLAT = {
    "OperationName": "operationName",
    "Region": "location",
    "ResultType": "resultType",
    "ResultDescription": "resultDescription",
    "CallerIpAddress": "callerIpAddress",
    "CorrelationId": "correlationId",
    "DurationMs": "durationMs",
    "Category": "category",
    "_ResourceId": "resourceId",
}
PROPERTIES = {
    "Repository": "repository",
    "Tag": "tag",
    "Digest": "digest",
    "MediaType": "mediaType",
    "Size": "size",
    "UserAgent": "userAgent",
    "LoginServer": "loginServer",
}


def month() -> list[Record]:
    """All records of the month as a diagnostic setting writes them."""
    with gzip.open(MONTH, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def flat(record: Mapping[str, Any]) -> Record:
    """A record as a row of a Log Analytics table."""
    row = {"TimeGenerated": record["time"]}
    row |= {ours: record[theirs] for ours, theirs in FLAT.items()}
    row |= {ours: record["properties"].get(key) for ours, key in PROPERTIES.items()}
    return row


def _lines(records: Sequence[Any]) -> str:
    return "".join(json.dumps(record) + "\n" for record in records)


def json_lines(folder: Path, records: Sequence[Record]) -> Path:
    """One object per line."""
    path = folder / "PT1H.json"
    path.write_text(_lines(records), encoding="utf-8")
    return path


def json_lines_gzip(folder: Path, records: Sequence[Record]) -> Path:
    """One object per line, packed, under a name that does not say so."""
    path = folder / "export.dat"
    path.write_bytes(gzip.compress(_lines(records).encode()))
    return path


def storage_account(folder: Path, records: Sequence[Record]) -> Path:
    """One file for each hour, in the folders of a storage account."""
    root = folder / "insights-logs-containerregistryrepositoryevents"
    for record in records:
        t = record["time"]
        hour = f"y={t[:4]}/m={t[5:7]}/d={t[8:10]}/h={t[11:13]}/m=00"
        path = root / f"resourceId=/SUBSCRIPTIONS/0/{hour}/PT1H.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")
    return root


def event_hub(folder: Path, records: Sequence[Record]) -> Path:
    """Batches of records, one batch per line."""
    path = folder / "hub.json"
    batches = [{"records": records[i : i + 70]} for i in range(0, len(records), 70)]
    path.write_text(_lines(batches), encoding="utf-8")
    return path


def event_hub_list(folder: Path, records: Sequence[Record]) -> Path:
    """Batches of records as one indented list."""
    path = folder / "hub.json"
    batches = [{"records": records[i : i + 70]} for i in range(0, len(records), 70)]
    path.write_text(json.dumps(batches, indent=2), encoding="utf-8")
    return path


def object_list(folder: Path, records: Sequence[Record]) -> Path:
    """All records as one indented list."""
    path = folder / "records.json"
    path.write_text(json.dumps(list(records), indent=2), encoding="utf-8")
    return path


def _portal_time(text: str) -> str:
    t = datetime.fromisoformat(text[:26])
    clock = f"{(t.hour % 12) or 12}:{t.minute:02}:{t.second:02}"
    half = "PM" if t.hour >= 12 else "AM"
    return f"{t.month}/{t.day}/{t.year}, {clock}.{t.microsecond // 1000:03} {half}"


def portal_csv(folder: Path, records: Sequence[Record]) -> Path:
    """The portal's CSV: byte-order mark, CRLF, zone in the header, times with AM and PM."""
    path = folder / "query_data.csv"
    rows = [flat(record) for record in reversed(records)]
    names = [f"{n} [UTC]" if n == "TimeGenerated" else n for n in rows[0]]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(names)
        for row in rows:
            row["TimeGenerated"] = _portal_time(row["TimeGenerated"])
            writer.writerow(row.values())
    return path


def az_list(folder: Path, records: Sequence[Record]) -> Path:
    """`az monitor log-analytics query`: every value is text, keys by alphabet."""
    path = folder / "az.json"
    rows = [
        {k: "None" if v is None else str(v) for k, v in sorted(flat(r).items())}
        | {"TableName": "PrimaryResult"}
        for r in records
    ]
    path.write_text(json.dumps(rows, indent=2), encoding="utf-8")
    return path


def rest(folder: Path, records: Sequence[Record]) -> Path:
    """The answer of the Logs query API."""
    path = folder / "rest.json"
    rows = [flat(record) for record in records]
    table = {
        "name": "PrimaryResult",
        "columns": [{"name": name, "type": "string"} for name in rows[0]],
        "rows": [list(row.values()) for row in rows],
    }
    path.write_text(json.dumps({"tables": [table]}), encoding="utf-8")
    return path


def parquet(folder: Path, records: Sequence[Record]) -> Path:
    """A flat table, as a data export or a lake holds it."""
    text = "* REPLACE (CAST(CorrelationId AS VARCHAR) AS CorrelationId)"
    return _parquet(folder, [flat(record) for record in records], text)


def parquet_nested(folder: Path, records: Sequence[Record]) -> Path:
    """Records as they were, with their properties."""
    return _parquet(folder, records)


def _parquet(folder: Path, rows: Sequence[Record], columns: str = "*") -> Path:
    import duckdb

    source, path = folder / "rows.tmp", folder / "logs.parquet"
    source.write_text(_lines(rows), encoding="utf-8")
    with duckdb.connect() as con:
        con.execute(f"COPY (SELECT {columns} FROM read_json('{source}')) TO '{path}'")
    source.unlink()
    return path


SHAPES: tuple[Callable[[Path, Sequence[Record]], Path], ...] = (
    json_lines,
    json_lines_gzip,
    storage_account,
    event_hub,
    event_hub_list,
    object_list,
    portal_csv,
    az_list,
    rest,
    parquet,
    parquet_nested,
)
