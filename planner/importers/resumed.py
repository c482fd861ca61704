"""Downloads that were cut off and resumed, which notifications count in full each time.

One pull asks for its manifest and then for each blob at most once. A blob that a client asks
for more often than for manifests, within a short time, was resumed.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, field

from planner.importers.request_lines import Request

SECONDS = 60.0
"""How long the blobs of a pull follow its manifest, and a resumption its first part."""
MOST_KEYS = 100_000
"""Clients and blobs remembered; then the old ones are forgotten."""


def _times() -> defaultdict[tuple[str, ...], deque[float]]:
    return defaultdict(deque)


@dataclass
class Resumed:
    """Remembers what clients asked for in the last minute."""

    manifests: defaultdict[tuple[str, ...], deque[float]] = field(
        default_factory=_times
    )
    blobs: defaultdict[tuple[str, ...], deque[float]] = field(default_factory=_times)

    def is_resumed(self, request: Request, client: str) -> bool:
        """Whether this request only goes on with one that was counted."""
        now = request.time.timestamp()
        if len(self.blobs) + len(self.manifests) > 2 * MOST_KEYS:
            self.blobs.clear()
            self.manifests.clear()
        # the pull whose blob came a while ago asked for its manifest before that
        asked = self.manifests[client, request.repository]
        _forget(asked, now - 2 * SECONDS)
        if not request.is_blob:
            if request.method == "GET" and not request.is_index:
                asked.append(now)
            return False
        fetched = self.blobs[client, request.repository, request.reference]
        _forget(fetched, now - SECONDS)
        if fetched and len(fetched) >= max(1, len(asked)):
            return True
        fetched.append(now)
        return False


def _forget(times: deque[float], before: float) -> None:
    while times and times[0] < before:
        times.popleft()
