"""Files that are read as a whole: JSON values and source text of bounded size."""

from __future__ import annotations

import gzip
import json
import zlib
from typing import Any

from planner.domain.parsing import TOO_MANY_DIGITS
from planner.importers.files import SourceFile

MAX_JSON_BYTES = 200_000_000
"""Larger JSON is refused; the nodes of a cluster of thousands take a tenth of it."""
MAX_SOURCE_BYTES = 2_000_000
"""Larger Bicep, HCL and YAML is refused; nobody writes that much by hand."""


def read_values(file: SourceFile) -> list[Any]:
    """The JSON values of a file: one, or several behind each other as `--watch` writes.

    Raises `InputError` if the file is too large, cut off or no JSON.
    """
    text = read_source(file, MAX_JSON_BYTES)
    decoder = json.JSONDecoder()
    found: list[Any] = []
    at = _next(text, 0)
    try:
        while at < len(text):
            value, at = decoder.raw_decode(text, at)
            found.append(value)
            at = _next(text, at)
    except json.JSONDecodeError as error:
        raise file.error(
            f"line {error.lineno}, column {error.colno}: not valid JSON ({error.msg})"
        ) from None
    except RecursionError:
        raise file.error("is nested too deeply") from None
    except ValueError:  # Python refuses to convert them
        raise file.error(TOO_MANY_DIGITS) from None
    return found


def read_source(file: SourceFile, most: int = MAX_SOURCE_BYTES) -> str:
    """The whole text of a file, unpacked.

    Raises `InputError` if it has more bytes than `most`, or is no UTF-8 text.
    """
    opened = gzip.open if file.packed else open
    try:
        with opened(file.path, "rb") as stream:
            data: bytes = stream.read(most + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise file.error("is a broken gzip file (cut off or damaged)") from None
    except OSError as error:
        raise file.error(f"cannot be read: {error.strerror}") from None
    if len(data) > most:
        raise file.error(
            f"holds more than {most / 1e6:,.0f} MB, more than such a file needs; split "
            "it (of kubectl, ask for one namespace at a time)"
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise file.error("is not UTF-8 text; save it as UTF-8") from None


def _next(text: str, at: int) -> int:
    """Where the next value starts."""
    while at < len(text) and text[at].isspace():
        at += 1
    return at
