"""Which fingerprints come more than once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from planner.importers.repeats import repeated

WIDE = st.integers(0, 2**64 - 1)
CLOSE = st.integers(0, 7)
FAR_BITS = st.integers(0, 63).map(lambda bit: 1 << bit)
"""Fingerprints that differ in one bit, wherever it is, and mostly share a slot."""


def found_in(chunks: list[list[int]]) -> list[int]:
    """What is found in fingerprints that come in these chunks."""
    arrays = [np.array(chunk, dtype=np.uint64) for chunk in chunks]
    with TemporaryDirectory() as folder:
        return sorted(
            int(one) for part in repeated(arrays, Path(folder)) for one in part
        )


@given(st.lists(st.lists(st.one_of(WIDE, CLOSE, FAR_BITS), min_size=1), max_size=6))
def test_exactly_those_that_come_again(chunks: list[list[int]]) -> None:
    """Each fingerprint that comes more than once is found once, and no other."""
    counts = Counter(one for chunk in chunks for one in chunk)
    assert found_in(chunks) == sorted(one for one, n in counts.items() if n > 1)


def test_many_with_few_copies() -> None:
    """So many that slots are shared often."""
    drawn = np.random.default_rng(7).integers(0, 2**64, 300_000, dtype=np.uint64)
    copies = drawn[::1000]
    chunks = [drawn.tolist(), copies.tolist()]
    assert found_in(chunks) == sorted(copies.tolist())
