"""What becomes of records, and when malformed ones are too many."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from planner.errors import InputError
from planner.importers.files import SourceFile
from planner.importers.findings import MALFORMED_SHOWN, Accounting, Malformed


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


@dataclass
class Ledger:
    """Counts what becomes of records while they are read."""

    used: int = 0
    ignored: Counter[str] = field(default_factory=Counter)
    malformed: int = 0
    examples: list[Malformed] = field(default_factory=list)

    def ignore(self, reason: str, records: int = 1) -> None:
        """Records that do not count."""
        self.ignored[reason] += records

    def bad(self, file: SourceFile, line: int, problem: str) -> None:
        """A record that cannot be read; the first few are kept."""
        self.malformed += 1
        if len(self.examples) < MALFORMED_SHOWN:
            self.examples.append(Malformed(file.name, line, problem))

    def closed(self, max_bad: float) -> Accounting:
        """The account.

        Raises `InputError` if more than this share of the records is malformed.
        """
        account = Accounting(
            self.used, dict(+self.ignored), self.malformed, tuple(self.examples)
        )
        check_share(account, max_bad)
        return account
