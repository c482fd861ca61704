"""When malformed records are too many."""

from __future__ import annotations

from planner.errors import InputError
from planner.importers.findings import Accounting


def check_share(accounting: Accounting, max_bad: float) -> None:
    """Raise `InputError` if more than this share of the records is malformed."""
    if accounting.malformed <= max_bad * accounting.read:
        return
    first = "; ".join(
        f"{bad.file}, line {bad.line}: {bad.problem}"
        if bad.line
        else f"{bad.file}: {bad.problem}"
        for bad in accounting.examples
    )
    raise InputError(
        f"{accounting.malformed:,} of {accounting.read:,} records are malformed "
        f"({accounting.malformed / accounting.read:.1%}), more than --max-bad "
        f"{max_bad:.1%} allows; the first: {first}"
    )
