"""The frozen base of all models the user fills in, and the units shared by all."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import BaseModel, ConfigDict

HOURS_PER_MONTH = 730
"""Hours in a billing month; a daily fee is billed by the hour (fee / 24 x 730)."""

DAYS_PER_MONTH = HOURS_PER_MONTH / 24
"""Days in a billing month, 30.4167."""

DEFAULT_CACHE_FACTOR = 0.3
"""Where imports put the expected GB between low (0) and high (1), for nodes with caches.

Two companies whose traffic was simulated with the cache of every node need 0.21 and about
0.45; with 0.3 the total is within a third of the truth for both.
"""

OnStep = Callable[[str, int, int], None]
"""Told before each step of long work: what it is, its number from 1, and how many there
are (0 when that is not known)."""


OnBytes = Callable[[str, int, int, int], None]
"""Told while files are read: what is done, bytes so far, bytes in all, rows so far."""


def no_bytes(label: str, done: int, size: int, rows: int) -> None:
    """Ignore the progress."""


def no_steps(label: str, number: int, total: int) -> None:
    """Ignore the steps."""


class FrozenModel(BaseModel):
    """A model that cannot change, knows no keys but its own and documents each field."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        hide_input_in_errors=True,
    )
