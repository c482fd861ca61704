"""A check of limits as lines and as a pull-request comment."""

from __future__ import annotations

from planner.gate import check_limits
from planner.reporting.gate import gate_lines, gate_markdown, gate_table
from tests.helpers import problem, registry, site

NAME = "a|b <script> \u202e*x*\n".strip()


def hostile_gate(limit: float):
    """A gate of a layout with an awkward name."""
    asked = problem(
        [site("s", "eastus", 100, 10)],
        name=NAME,
        layouts={NAME: {"registries": [registry("mainacr", "westeurope")]}},
    )
    return check_limits(asked, max_bill_usd=limit, max_rtt_ms=limit)


def test_one_line_for_each_limit_passed() -> None:
    """A log shows what was measured and what was allowed, and nothing else."""
    first, second = gate_lines(hostile_gate(1))
    assert (
        first
        == "Azure bill a month of a|b <script> \ufffd*x* is $5.57, more than $1.00"
    )
    assert second.endswith("is 83.0 ms, more than 1.0 ms")
    assert gate_lines(hostile_gate(1000)) == [
        "a|b <script> \ufffd*x* keeps all limits."
    ]


def test_the_comment_has_no_markup_of_others() -> None:
    """Names stay names in Markdown, and the verdict comes first."""
    text = gate_markdown(hostile_gate(1))
    assert "**Not all limits are kept.**" in text
    assert "<script>" not in text
    assert r"a\|b" in text
    assert "\u202e" not in text
    assert "**All limits are kept.**" in gate_markdown(hostile_gate(1000))


def test_the_table_has_a_row_a_limit() -> None:
    """Measured beside allowed, written as people write them."""
    rows = gate_table(hostile_gate(1)).rows
    assert rows == (
        ("Azure bill a month", "$5.57", "$1.00", "exceeded"),
        ("Longest round trip", "83.0 ms", "1.0 ms", "exceeded"),
    )
