"""A check of limits as sentences, as a table and as a comment for a pull request."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from planner.gate import Gate, Measure
from planner.reporting.markdown import escaped, markdown_table
from planner.reporting.sentences import result_headline
from planner.reporting.table import NOTHING, Column, Table, format_cell

LABELS = {
    "bill_usd": "Azure bill a month",
    "max_rtt_ms": "Longest round trip",
    "saving_missed_percent": "Saving missed",
}
FORMATS: Mapping[str, Callable[[float], str]] = {
    "bill_usd": lambda value: format_cell("usd", value),
    "max_rtt_ms": lambda value: format_cell("ms", value),
    "saving_missed_percent": lambda value: format_cell("share", value / 100),
}
COLUMNS = (
    Column("limit", "Limit"),
    Column("measured", "Measured"),
    Column("allowed", "At most"),
    Column("result", "Result"),
)


def gate_lines(gate: Gate) -> list[str]:
    """One line for each limit passed; one that says so where none is."""
    name = gate.evaluation.name
    lines = [
        f"{LABELS[m.name]} of {name} is {_measured(m)}, more than {_allowed(m)}"
        for m in gate.exceeded
    ]
    lines += [f"{name} keeps all limits."] if gate.ok else []
    return [format_cell("text", line) for line in [*lines, *_without_best(gate)]]


def gate_table(gate: Gate) -> Table:
    """One row a limit."""
    rows = tuple(
        (
            LABELS[measure.name],
            _measured(measure),
            _allowed(measure),
            "exceeded" if measure.exceeded else "ok",
        )
        for measure in gate.measures
    )
    return Table(f"Limits of {gate.evaluation.name}", COLUMNS, rows)


def gate_markdown(gate: Gate) -> str:
    """The check as a short comment, ending in a newline."""
    title = f"{gate.evaluation.scenario}: {gate.evaluation.name}"
    verdict = "All limits are kept." if gate.ok else "Not all limits are kept."
    parts = [
        f"### {escaped(title)}",
        f"**{verdict}**",
        markdown_table(gate_table(gate)),
        *(escaped(line) for line in _without_best(gate)),
    ]
    return "\n\n".join(parts) + "\n"


def _without_best(gate: Gate) -> list[str]:
    if gate.best is None or not gate.without_best:
        return []
    return [f"The saving missed is not known: {result_headline(gate.best)}"]


def _measured(measure: Measure) -> str:
    if measure.measured is None:
        return NOTHING
    return FORMATS[measure.name](measure.measured)


def _allowed(measure: Measure) -> str:
    return FORMATS[measure.name](measure.limit)
