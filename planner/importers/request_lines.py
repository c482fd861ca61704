"""Requests to a registry as its notifications and access logs tell them.

Read are notifications of Distribution, its own log (logfmt, JSON, logstash), access logs in
the Combined format or as Harbor's proxy writes them, and JSON lines of nginx.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from planner.importers.files import SourceFile
from planner.importers.json_records import Entry, lines_of, records_of
from planner.importers.manifests import INDEX_MARKS
from planner.importers.times import parse_time

NOTIFICATION, OWN_LOG, ACCESS_LOG = "notifications", "registry log", "access log"
HOOK = "webhook"
COMPLETED = "response completed"
"""What Distribution logs of every request, of failed ones with more words."""
_URI = re.compile(
    r"^(?:https?://[^/]+)?/?v2/([a-z0-9._/-]+?)/(manifests|blobs)/([\w.:+-]+)(?:\?|$)"
)
_LOGFMT = re.compile(r'([\w.@]+)=(?:"((?:[^"\\]|\\.)*)"|(\S*))')
_COMBINED = re.compile(
    r"^(\S+) \S+ \S+ \[([^\]]{20,40})\] "
    r'"([A-Z]+) (\S+) [^"]*" (\d{3}) (\d+|-)(?: "[^"]*" "((?:[^"\\]|\\.)*)")?'
)
_HARBOR = re.compile(
    r'^(\S*\d\d:\d\d:\d\d\S*) .*?(\S+) - "([A-Z]+) (\S+) [^"]*" (\d{3}) (\d+|-)'
    r'(?: "[^"]*" "((?:[^"\\]|\\.)*)")?'
)
NAMES = {
    "time": ("time", "@timestamp", "timestamp", "time_iso8601", "time_local"),
    "id": ("http.request.id", "id", "request_id"),
    "client": (
        "http.request.remoteaddr",
        "http_x_forwarded_for",
        "x_forwarded_for",
        "remote_addr",
        "client",
    ),
    "method": ("http.request.method", "request_method", "method"),
    "uri": ("http.request.uri", "request_uri", "uri"),
    "status": ("http.response.status", "status"),
    "written": ("http.response.written", "body_bytes_sent", "bytes_sent"),
    "media": ("http.response.contenttype", "sent_http_content_type"),
    "agent": ("http.request.useragent", "http_user_agent", "user_agent"),
}
"""What logs call our columns, the best first."""


class Request(NamedTuple):
    """One request for a manifest or a blob."""

    source: str
    time: datetime
    id: str
    client: str
    method: str
    repository: str
    is_blob: bool
    reference: str
    """Digest or tag."""
    status: int
    size: int
    """Bytes sent; of a notification those of the whole blob."""
    media: str
    agent: str
    host: str = ""
    region: str = ""
    """Of the replica that tells it, if it is known."""

    @property
    def is_index(self) -> bool:
        """Whether the media type is that of a multi-arch index."""
        return any(mark in self.media for mark in INDEX_MARKS)


class Other(NamedTuple):
    """A record that is no such request: why, or what is wrong with it."""

    line: int
    reason: str
    malformed: bool = False


def requests_of(file: SourceFile) -> Iterator[Request | Other]:
    """The requests of a file, in its order.

    Raises `InputError` if the file as a whole cannot be read.
    """
    if file.shape == "json":
        for entry in records_of(file):
            yield _of_entry(entry)
    else:
        for number, line in lines_of(file):
            yield _of_text(number, line)


def _of_entry(entry: Entry) -> Request | Other:
    record = entry.record
    if entry.problem:
        return Other(entry.line, entry.problem, malformed=True)
    if "eventRequestMessage" in record:  # az acr webhook list-events
        message = record["eventRequestMessage"]
        if not isinstance(message, dict) or not isinstance(
            message.get("content"), dict
        ):
            return Other(entry.line, "a webhook event without content", malformed=True)
        address = str(message.get("requestUri", ""))
        return _of_event(entry.line, message["content"], HOOK, address)
    if isinstance(record.get("data"), dict):  # Event Grid
        return _of_event(entry.line, record["data"], HOOK)
    if "action" in record:
        is_ours = "addr" in (record.get("request") or ())
        return _of_event(entry.line, record, NOTIFICATION if is_ours else HOOK)
    message = record.get("msg", record.get("message"))
    if message is not None and not str(message).startswith(COMPLETED):
        return Other(entry.line, "no request")
    row = dict(record)
    if "request" in row and "request_uri" not in row:  # nginx: "GET /v2/... HTTP/1.1"
        method, _, rest = str(row["request"]).partition(" ")
        row |= {"method": method, "uri": rest.partition(" ")[0]}
    return _of_row(entry.line, row, ACCESS_LOG if message is None else OWN_LOG)


def _of_event(
    line: int, event: Mapping[str, Any], source: str, address: str = ""
) -> Request | Other:
    target, asked = event.get("target"), event.get("request") or {}
    time = parse_time(event.get("timestamp"))
    if not isinstance(target, dict) or not isinstance(asked, dict) or time is None:
        return Other(line, "an event without time or target", malformed=True)
    action, name = str(event.get("action")), target.get("repository")
    size = target.get("size", target.get("length", 0))
    if not isinstance(name, str) or not isinstance(size, int):
        return Other(line, "an event without repository or size", malformed=True)
    if action not in ("push", "pull"):
        return Other(line, f"action {action}")
    method = str(asked.get("method", "PUT" if action == "push" else "GET"))
    media = str(target.get("mediaType", ""))
    return Request(
        source=source,
        time=time,
        id=str(event.get("id", "")),
        client=str(asked.get("addr", "")),
        method=method,
        repository=name,
        is_blob="/blobs/" in str(target.get("url", "")),
        reference=str(target.get("digest", "")),
        status=200,
        size=size,
        media=media,
        agent=str(asked.get("useragent", "")),
        host=str(asked.get("host", "")),
        region=address,
    )


def _of_text(number: int, line: str) -> Request | Other:
    if "level=" in line and (pairs := _LOGFMT.findall(line)):
        row = {key: quoted or plain for key, quoted, plain in pairs}
        if not row.get("msg", "").startswith(COMPLETED):
            return Other(number, "no request")
        return _of_row(number, row, OWN_LOG)
    if found := _COMBINED.match(line):
        client, time, *rest = found.groups()
    elif found := _HARBOR.match(line):
        time, client, *rest = found.groups()
    else:
        return Other(number, "no line of an access log", malformed=True)
    names = ("method", "uri", "status", "body_bytes_sent", "user_agent")
    row = dict(zip(names, rest, strict=True)) | {"client": client, "time": time}
    return _of_row(number, row, ACCESS_LOG)


def _of_row(line: int, row: Mapping[str, Any], source: str) -> Request | Other:
    cells: dict[str, str] = {}
    for ours, theirs in NAMES.items():
        values = [row[name] for name in theirs if row.get(name) not in (None, "", "-")]
        cells[ours] = str(values[0]) if values else ""
    time = parse_time(cells["time"])
    written = cells["written"] or "0"
    if time is None or not cells["status"].isdecimal() or not written.isdecimal():
        return Other(line, "no time, status or bytes", malformed=True)
    uri = _URI.match(cells["uri"])
    if uri is None or uri[3] == "uploads":
        return Other(line, "no request for an image")
    return Request(
        source=source,
        time=time,
        id=cells["id"],
        client=cells["client"].partition(",")[0].strip(),
        method=cells["method"],
        repository=uri[1],
        is_blob=uri[2] == "blobs",
        reference=uri[3],
        status=int(cells["status"]),
        size=int(written[:18]),
        media=cells["media"],
        agent=cells["agent"],
    )


def is_request_line(line: str) -> bool:
    """Whether a line of text is one of an access log, or of a registry's own."""
    found = _of_text(0, line)
    return isinstance(found, Request) or not found.malformed
