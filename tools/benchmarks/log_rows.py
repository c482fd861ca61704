"""Registry log records for measurements, drawn the same each time, in any number.

A year of 500 client addresses that each run ten of 120 repositories, three builds of each
in a month, half of the requests for the index of an image; one in a hundred is answered
with 404, and one record in a thousand is delivered twice. DuckDB draws and writes them, in
pieces, so that 100 million take disk but no memory.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

CLIENTS, REPOSITORIES, OF_CLIENT, BUILDS = 500, 120, 10, 3
DAYS = 365
REGIONS = ("eastus", "westeurope", "southeastasia", "japaneast", "brazilsouth")
AGENTS = ("containerd/1.7.27-1", "containerd/2.0.5", "docker/28.3.2 go/go1.24.5 git",
          "cri-o/1.31.0 go/go1.22", "acr-cleanup azsdk-go-azcontainerregistry/v0.2.2")  # fmt: skip
TYPES = ("image.manifest.v1", "image.index.v1")
REGISTRY = (
    "/SUBSCRIPTIONS/00000000-0000-0000-0000-0000000000C1/RESOURCEGROUPS/RG-CONTAINERS"
    "/PROVIDERS/MICROSOFT.CONTAINERREGISTRY/REGISTRIES/CONTOSOREGISTRY"
)
DRAWN = f"""
    SELECT *,
        '10.' || client // 250 || '.' || client % 250 || '.4' AS caller,
        'team-' || repository % 12 || '/service-' || repository AS name,
        CASE WHEN draw % 97 > 0
            THEN 'sha256:' || repeat(md5(repository || '/' || build || '/' || draw % 2), 2)
            ELSE '<nil>' END AS digest,
        CASE WHEN draw % 97 = 0 THEN '404' ELSE '200' END AS result,
        CASE WHEN client = 0 THEN 'Push' ELSE 'Pull' END AS operation,
        CAST(CAST(md5(CAST(record AS VARCHAR)) AS UUID) AS VARCHAR) AS correlation,
        {list(REGIONS)}[1 + client % {len(REGIONS)}] AS region,
        {list(AGENTS)}[1 + client // 5 % {len(AGENTS)}] AS agent,
        'application/vnd.oci.' || {list(TYPES)}[1 + draw % 2] || '+json' AS media
    FROM (
        SELECT *, (client * 7 + draw // 500 % {OF_CLIENT}) % {REPOSITORIES} AS repository,
            month(time) * {BUILDS} + draw // 5000 % {BUILDS} AS build
        FROM (
            SELECT record, CAST(hash(record) % 1000000007 AS BIGINT) AS draw,
                CAST(hash(record + 1) % {CLIENTS} AS BIGINT) AS client,
                TIMESTAMP '2025-01-01' + to_microseconds(CAST(
                    record / {{rows}} * {DAYS} * 86400e6 AS BIGINT)) AS time
            FROM (SELECT range - CAST(range % 1000 = 999 AS INT) AS record
                  FROM range({{first}}, {{last}}))
        )
    )"""  # noqa: S608 (numbers and words of this module)
FLAT = f"""
    SELECT time AS TimeGenerated, operation AS OperationName, region AS Region,
        'HttpStatusCode' AS ResultType, result AS ResultDescription,
        CAST(20 + draw % 1000 / 37 AS VARCHAR) AS DurationMs, caller AS CallerIpAddress,
        correlation AS CorrelationId, 'ContainerRegistryRepositoryEvents' AS Category,
        name AS Repository, 'build-' || build AS Tag, digest AS Digest,
        media AS MediaType, agent AS UserAgent, 'contoso.azurecr.io' AS LoginServer,
        '{REGISTRY}' AS _ResourceId
    FROM ({DRAWN})"""  # noqa: S608
NESTED = f"""
    SELECT strftime(time, '%Y-%m-%dT%H:%M:%S.%f0Z') AS "time",
        'ContainerRegistryRepositoryEvents' AS category, '{REGISTRY}' AS resourceId,
        operation AS operationName, region AS "location", 'HttpStatusCode' AS resultType,
        '00000000-0000-0000-0000-0000000000e1' AS identity, result AS resultDescription,
        CAST(20 + draw % 1000 / 37 AS VARCHAR) AS durationMs, caller AS callerIpAddress,
        correlation AS correlationId,
        {{{{tag: 'build-' || build, digest: digest, mediaType: media,
          size: 1187, repository: name, artifactType: 'acr.docker',
          tenantId: '00000000-0000-0000-0000-0000000000a1',
          loginServer: 'contoso.azurecr.io', userAgent: agent}}}} AS properties,
        'eus-1' AS RegionStamp
    FROM ({DRAWN})"""  # noqa: S608
PIECE = 5_000_000


def write_parquet(folder: Path, rows: int) -> None:
    """Rows of the Log Analytics table, as a data export to a lake holds them."""
    _write(folder, rows, FLAT, "parquet")


def write_json(folder: Path, rows: int) -> None:
    """Records as a diagnostic setting writes them, one object per line."""
    _write(folder, rows, NESTED, "json")


def _write(folder: Path, rows: int, query: str, form: str) -> None:
    folder.mkdir()
    with duckdb.connect() as con:
        con.execute("SET memory_limit = '1500MB'")
        con.execute("SET preserve_insertion_order = false")
        con.execute("SET enable_progress_bar_print = false")
        for first in range(0, rows, PIECE):
            last = min(rows, first + PIECE)
            selected = query.format(rows=rows, first=first, last=last)
            path = folder / f"logs_{first // PIECE:04}.{form}"
            con.execute(f"COPY ({selected}) TO '{path}' (FORMAT {form})")
