"""One region and the plan: why it is in it or not, as a card says it."""

from __future__ import annotations

from collections.abc import Iterator

from planner.evaluation.cost import Kind
from planner.optimization.result import RegionReason
from planner.reporting.kinds import KIND_LABELS
from planner.reporting.table import format_cell
from planner.reporting.words import counted

CENT = 0.005
TENTH = 0.05
MOST_MOVERS = 12
"""More sites than this are counted, not named one by one."""


def why_words(reason: RegionReason) -> str:
    """What flipping the region would do, in one sentence."""
    change = reason.change_if_flipped_usd
    if change is None and reason.chosen:
        return "It cannot be dropped: it is the only location, or a fixed home."
    if change is None:
        return "It cannot be added to this plan."
    start = "Without it the plan costs" if reason.chosen else "With it the plan costs"
    words = f"{start} {_changed(change, 'usd', CENT, 'more', 'less')} a month"
    mean = reason.change_in_mean_rtt_ms
    if mean is not None and abs(mean) >= TENTH:
        change_words = _changed(mean, "ms", TENTH, "longer", "shorter")
        words += f", and its mean round trip is {change_words}"
    ending = "." if reason.meets_goals else "; a goal is then missed."
    return words + ending


def pays_words(reason: RegionReason) -> str:
    """From which pull volume on the region pays."""
    volume = reason.break_even_gb_per_month
    if volume is None:
        return "at no volume"
    if not volume:
        return "at any volume"
    ending = "" if reason.break_even_proved else ", by the plans seen"
    return f"from {format_cell('gb', volume)} a month on{ending}"


def movers_lines(reason: RegionReason) -> list[str]:
    """The sites that another location would serve, one a line."""
    if not reason.movers:
        return ["nobody"]
    lines = [f"{m.site}: {m.old} → {m.new}" for m in reason.movers[:MOST_MOVERS]]
    left = len(reason.movers) - MOST_MOVERS
    return lines if left <= 0 else [*lines, f"and {counted(left, 'other site')}"]


def change_rows(reason: RegionReason) -> Iterator[tuple[str, str]]:
    """What changes if the region is flipped: label and text, the total last."""
    changes = reason.change_by_kind_usd or {}
    for kind in Kind:
        change = changes.get(kind.value, 0.0)
        if abs(change) >= CENT:
            yield KIND_LABELS[kind], f"{format_cell('usd_delta', change)} a month"
    total = reason.change_if_flipped_usd
    yield "Total", f"{format_cell('usd_delta', total)}{' a month' if total else ''}"
    yield "Mean RTT", format_cell("ms_delta", reason.change_in_mean_rtt_ms)
    yield "Worst RTT", format_cell("ms_delta", reason.change_in_max_rtt_ms)


def _changed(value: float, kind: str, least: float, more: str, less: str) -> str:
    if abs(value) < least:
        return "the same"
    amount = format_cell("usd" if kind == "usd" else "ms", abs(value))
    return f"{amount} {more if value > 0 else less}"
