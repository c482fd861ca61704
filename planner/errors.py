"""What can go wrong, as one small tree.

PlannerError
├── InputError       the user's scenario, file or option is wrong (exit code 2)
├── FactsError       a price, limit or round trip is missing or malformed
└── SolverError      the solver stopped without an answer

Every message is a sentence that says what was wrong, where, and what would be right.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import NamedTuple


class PlannerError(Exception):
    """Anything this package raises on purpose; the message is meant for the user."""


class FactsError(PlannerError):
    """A fact in `data/` is missing or malformed."""


class SolverError(PlannerError):
    """The solver gave no usable answer."""


class Finding(NamedTuple):
    """One thing wrong in the input: where it stands, and a sentence."""

    path: tuple[str | int, ...]
    message: str

    @property
    def where(self) -> str:
        """The field path as a user writes it, such as `sites[2].region`."""
        text = ""
        for part in self.path:
            if isinstance(part, int):
                text += f"[{part}]"
            else:
                text += f".{part}" if text else part
        return text


class InputError(PlannerError):
    """The input is wrong; `findings` lists every place."""

    def __init__(
        self, findings: Sequence[Finding] | str, origin: str | None = None
    ) -> None:
        if isinstance(findings, str):
            findings = [Finding((), findings)]
        self.findings = tuple(findings)
        self.origin = origin
        super().__init__("\n".join(self._lines()))

    def _lines(self) -> Iterable[str]:
        for finding in self.findings:
            parts = [self.origin or "", finding.where, finding.message]
            yield ": ".join(part for part in parts if part)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean 'x'?` for the nearest known word, or an empty string."""
    spelled = {name.lower(): name for name in known}
    near = difflib.get_close_matches(word.lower(), list(spelled), n=1, cutoff=0.6)
    return f"; did you mean {spelled[near[0]]!r}?" if near else ""
