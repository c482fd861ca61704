"""Parts of sentences about one evaluation, or about two and what lies between them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from planner.domain.layout import Layout
from planner.evaluation.cost import Kind as CostKind
from planner.evaluation.result import Evaluation
from planner.facts import load_facts
from planner.optimization.result import Result, Status
from planner.reporting.reasons import reachable_words
from planner.reporting.table import Kind, format_cell
from planner.reporting.words import listed

CENT = 0.005
"""Amounts closer than this are written as the same."""
TRANSFER_KINDS = (
    CostKind.PULL_TRANSFER,
    CostKind.INTERNET_EGRESS,
    CostKind.SYNC_TRANSFER,
    CostKind.PUSH_TRANSFER,
)


def usd(value: float) -> str:
    """An amount of money."""
    return format_cell("usd", value)


def range_words(evaluation: Evaluation) -> str:
    """The bill under both readings of the unclear rules, where they differ."""
    low, high = usd(evaluation.cost.low_usd), usd(evaluation.cost.high_usd)
    return "" if low == high else f" ({low} to {high} by how unclear rules are read)"


def extras_words(evaluation: Evaluation) -> str:
    """What labour and waiting add, if they are priced."""
    extra = evaluation.cost.total_usd - evaluation.cost.bill_usd
    return f", and {usd(extra)} of labour and waiting" if extra > CENT else ""


def latency_words(evaluation: Evaluation) -> str:
    """Mean and worst round trip, or that nobody pulls."""
    mean, worst = evaluation.latency.mean_rtt_ms, evaluation.latency.max_rtt_ms
    if mean is None or worst is None:
        return "nothing pulls, so there is no latency to speak of"
    return (
        f"the mean round trip of a pull is {format_cell('ms', mean)}, "
        f"the worst {format_cell('ms', worst)}"
    )


def loss_words(evaluation: Evaluation) -> str:
    """What the loss of one region does, as a sentence; empty if nobody pulls."""
    loss = evaluation.worst_loss
    if evaluation.latency.mean_rtt_ms is None:
        return ""
    if loss.pulls_lost_share <= 0:
        worst = format_cell("ms", loss.max_rtt_ms)
        return (
            f"The loss of any one region cuts off no pulls (worst round trip {worst})."
        )
    share = format_cell("share", loss.pulls_lost_share)
    return f"The loss of {loss.region} cuts off {share} of all pulls."


def against(new: Evaluation, old: Evaluation, called: str = "") -> str:
    """`$12.42 (16.5 %) less than today`, by the Azure bill."""
    called = called or old.name
    change = new.cost.bill_usd - old.cost.bill_usd
    if abs(change) < CENT:
        return f"the same as {called}"
    share = ""
    if old.cost.bill_usd > CENT:
        share = f" ({format_cell('share', abs(change) / old.cost.bill_usd)})"
    word = "more" if change > 0 else "less"
    return f"{usd(abs(change))}{share} {word} than {called}"


def mean_change(new: Evaluation, old: Evaluation) -> str:
    """` and shortens the mean round trip from ... to ...`; empty if nobody pulls."""
    after, before = new.latency.mean_rtt_ms, old.latency.mean_rtt_ms
    if after is None or before is None:
        return ""
    here, there = format_cell("ms", after), format_cell("ms", before)
    if here == there:
        return f" and leaves the mean round trip at {here}"
    word = "shortens" if after < before else "lengthens"
    return f" and {word} the mean round trip from {there} to {here}"


def proof_words(result: Result) -> str:
    """Optimal, or feasible with what is known of the gap."""
    if result.status is Status.OPTIMAL:
        return "proved optimal"
    if result.gap is None or result.bound_usd is None:
        return "feasible, the search stopped early without a bound"
    gap, bound = format_cell("share", result.gap), usd(result.bound_usd)
    return f"feasible, the search stopped early: at most {gap} above the least, {bound}"


def infeasible_words(result: Result) -> str:
    """That there is no layout, and which goals stand in its way."""
    conflict = result.conflict
    if not conflict:
        return "No layout meets the goals."
    verb = "cannot be met" if len(conflict) == 1 else "cannot hold together"
    reached = reachable_words(result.best_reachable)
    return f"No layout meets the goals: {listed(conflict)} {verb}.{reached}"


def same_places(one: Layout, other: Layout) -> bool:
    """Whether two layouts keep the same registries, tier and region, names aside."""

    def places(layout: Layout) -> list[tuple[str, str, list[str]]]:
        return sorted(
            (str(r.sku), r.home, sorted(r.replicas)) for r in layout.registries
        )

    return places(one) == places(other)


def has_neighbours(layout: Layout) -> bool:
    """Whether a registry has two locations on the same continent of the price list."""
    regions = load_facts().regions
    for registry in layout.registries:
        places = (regions[name].transfer_continent for name in registry.locations)
        continents = [continent for continent in places if continent]
        if len(set(continents)) < len(continents):
            return True
    return False


class Measure(NamedTuple):
    """A figure of which less is better, with a phrase for its change."""

    name: str
    value: Callable[[Evaluation], float | None]
    kind: Kind
    phrase: str
    """Filled with the texts of the new and of the old value."""


MEASURES = (
    Measure(
        "the mean round trip",
        lambda e: e.latency.mean_rtt_ms,
        "ms",
        "a mean round trip of {} instead of {}",
    ),
    Measure(
        "the worst round trip",
        lambda e: e.latency.max_rtt_ms,
        "ms",
        "a worst round trip of {} instead of {}",
    ),
    Measure(
        "the pushes per release",
        lambda e: e.operations.pushes_per_release,
        "count",
        "{} instead of {} pushes per release",
    ),
    Measure(
        "the names of an image",
        lambda e: e.operations.image_names,
        "count",
        "{} instead of {} names for an image",
    ),
    Measure(
        "the access configurations",
        lambda e: e.operations.access_configurations,
        "count",
        "{} instead of {} access configurations",
    ),
    Measure(
        "the pulls cut off when the worst region is lost",
        lambda e: e.worst_loss.pulls_lost_share,
        "share",
        "{} instead of {} of the pulls cut off when the worst region is lost",
    ),
)


class Changes(NamedTuple):
    """What gets better, what gets worse (phrases) and what stays (names)."""

    better: list[str]
    worse: list[str]
    same: list[str]


def changes(new: Evaluation, old: Evaluation) -> Changes:
    """Compare two plans by every measure that both have."""
    found = Changes([], [], [])
    for measure in MEASURES:
        after, before = measure.value(new), measure.value(old)
        if after is None or before is None:
            continue
        here = format_cell(measure.kind, after)
        there = format_cell(measure.kind, before)
        if here == there:
            found.same.append(measure.name)
            continue
        phrase = measure.phrase.format(here, there)
        (found.better if after < before else found.worse).append(phrase)
    return found
