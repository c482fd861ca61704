"""Times as exports write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

FORMS = (
    "%d/%b/%Y:%H:%M:%S %z",
    "%m/%d/%Y, %I:%M:%S.%f %p",
    "%m/%d/%Y, %I:%M:%S %p",
    "%d.%m.%Y, %H:%M:%S",
)
_FRACTION = re.compile(r"(\.\d{6})\d+")


def parse_time(text: Any) -> datetime | None:
    """The time in UTC, up to the microsecond; None if the text is no time."""
    return _parsed(text) if isinstance(text, str) else None


@lru_cache(maxsize=1024)  # log lines of the same second follow each other
def _parsed(text: str) -> datetime | None:
    short = _FRACTION.sub(r"\1", text.strip())
    try:
        return _utc(datetime.fromisoformat(short))
    except ValueError:
        pass
    for form in FORMS:
        try:
            return _utc(datetime.strptime(short, form))
        except ValueError:
            continue
    return None


def _utc(time: datetime) -> datetime | None:
    try:
        return time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC)
    except (OverflowError, ValueError):
        return None
