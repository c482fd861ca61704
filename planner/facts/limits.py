"""Service limits of each SKU, such as requests per minute and maximum storage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from planner.errors import FactsError, did_you_mean
from planner.facts.table import read_unique

GB_PER_TIB = 1024.0
"""1 GiB is taken as 1 GB, as the bill does to within its own rounding."""


class Limit(NamedTuple):
    """One row of `limits.csv`; `value` is a number or a word such as `supported`."""

    value: str
    unit: str
    source: str
    as_of: str


@dataclass(frozen=True)
class Limits:
    """Limits by SKU and name."""

    rows: Mapping[tuple[str, str], Limit]

    def get(self, sku: str, name: str) -> Limit:
        """The limit, or an error that names the nearest known one."""
        try:
            return self.rows[sku, name]
        except KeyError:
            names = {known for _, known in self.rows}
            raise FactsError(
                f"no limit {name!r} for SKU {sku} in limits.csv"
                + did_you_mean(name, names)
            ) from None

    def number(self, sku: str, name: str) -> float:
        """A numeric limit in its own unit."""
        value = self.get(sku, name).value
        try:
            return float(value)
        except ValueError:
            raise FactsError(
                f"the limit {name!r} of SKU {sku} in limits.csv is not a number: "
                f"{value!r}"
            ) from None

    def max_storage_gb(self, sku: str) -> float:
        """Maximum storage of a registry in GB."""
        return self.number(sku, "max_storage") * GB_PER_TIB

    def supports(self, sku: str, feature: str) -> bool:
        """Whether a SKU has a feature."""
        return self.get(sku, feature).value == "supported"


def read_limits(path: Path) -> Limits:
    """Read `limits.csv`."""
    columns = ("sku", "limit", "value", "unit", "source", "as_of")
    return Limits(
        read_unique(
            path,
            columns,
            key=lambda row: (row.text("sku"), row.text("limit")),
            value=lambda row: Limit(
                row.text("value"),
                row.text("unit"),
                row.text("source"),
                row.text("as_of"),
            ),
        )
    )
