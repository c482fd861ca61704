"""Why these regions: what flipping each does, what comes next, and what a ms costs.

Every figure is read from a result; nothing is computed here but differences.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from planner.evaluation.cost import Kind
from planner.optimization.result import (
    Mover,
    Reachable,
    RegionReason,
    Result,
    RunnerUp,
)
from planner.reporting.kinds import KIND_LABELS
from planner.reporting.table import Cell, Column, Table, format_cell
from planner.reporting.table import Kind as CellKind
from planner.reporting.words import counted, layout_brief, layout_words, listed

MANY_MOVERS = 1
"""More sites than this are counted, not named."""
MANY_REGIONS = 6
"""Regions of a plan that are spoken of one by one at most."""
CENT = 0.005
"""Amounts closer than this are written as the same."""
GOAL_KINDS: Mapping[str, CellKind] = {
    "max_rtt_ms": "ms",
    "max_mean_rtt_ms": "ms",
    "max_monthly_usd": "usd",
}
"""How the limits are written that can be reached in part."""


# ---- tables ----


def regions_table(result: Result) -> Table:
    """What each candidate region does to the plan, by evaluating it flipped."""
    columns = (
        Column("region", "Region"),
        Column("chosen", "In the plan", "", "bool"),
        Column("change_if_flipped_usd", "Cost if flipped", "USD/month", "usd_delta"),
        Column("change_in_mean_rtt_ms", "Mean RTT if flipped", "ms", "ms_delta"),
        Column("change_in_max_rtt_ms", "Worst RTT if flipped", "ms", "ms_delta"),
        Column("movers", "Sites that move"),
        Column("break_even_gb_per_month", "Break-even volume", "GB/month", "gb"),
        Column("meets_goals", "Meets the goals then", "", "bool"),
    )
    rows = tuple(
        (
            reason.region,
            reason.chosen,
            reason.change_if_flipped_usd,
            reason.change_in_mean_rtt_ms,
            reason.change_in_max_rtt_ms,
            movers_words(reason.movers),
            reason.break_even_gb_per_month,
            reason.meets_goals,
        )
        for reason in _telling_first(result)
    )
    caption = (
        "Flipped: added if it is not in the plan, dropped if it is, all other places as "
        "they are. At the break-even volume (GB a month of the sites that the region "
        "serves) the best plan with it costs what the best one without it costs."
    )
    if any(_open(reason) for reason in result.regions):
        caption += " Some of these volumes rest on the plans seen, without a proof."
    return Table("Why these regions", columns, rows, caption)


def flips_table(result: Result) -> Table:
    """The same flips by kind of cost; kinds that never change are left out."""
    reasons = [r for r in _telling_first(result) if r.change_by_kind_usd is not None]
    changed = [kind for kind in Kind if any(_change(r, kind) for r in reasons)]
    columns = (
        Column("region", "Region"),
        Column("chosen", "In the plan", "", "bool"),
        *(Column(k.value, KIND_LABELS[k], "USD/month", "usd_delta") for k in changed),
        Column("change_if_flipped_usd", "All", "USD/month", "usd_delta"),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            reason.region,
            reason.chosen,
            *(_change(reason, kind) for kind in changed),
            reason.change_if_flipped_usd,
        )
        for reason in reasons
    ]
    caption = "Change of each kind of cost if the region is added or dropped."
    return Table("What flipping a region changes", columns, tuple(rows), caption)


def runners_up_table(result: Result) -> Table:
    """The next cheapest plans with other locations."""
    return _plans_table(
        result, result.runners_up, "Runners-up", "The next cheapest plans that differ."
    )


def near_optimal_table(result: Result) -> Table:
    """The plans within some percent of the optimum."""
    near = result.near_optimal
    assert near is not None
    caption = f"Plans, by their locations, that cost at most {near.percent:g} % more."
    if not near.complete:
        caption += " There may be more of them."
    return _plans_table(result, near.plans, "Near-optimal plans", caption)


def _plans_table(
    result: Result, plans: Sequence[RunnerUp], title: str, caption: str
) -> Table:
    columns = (
        Column("family", "Family"),
        Column("layout", "Registries and locations"),
        Column("total_usd", "Total", "USD/month", "usd"),
        Column("difference_usd", "Against the plan", "USD/month", "usd_delta"),
        Column("mean_rtt_ms", "Mean RTT", "ms", "ms"),
        Column("max_rtt_ms", "Worst RTT", "ms", "ms"),
    )
    best = result.objective_usd
    rows = tuple(
        (
            plan.family.value,
            layout_words(plan.layout),
            plan.total_usd,
            None if best is None else plan.total_usd - best,
            plan.mean_rtt_ms,
            plan.max_rtt_ms,
        )
        for plan in plans
    )
    return Table(title, columns, rows, caption)


def _telling_first(result: Result) -> list[RegionReason]:
    """The regions of the plan first, then those that would cost least to add."""

    def telling(reason: RegionReason) -> tuple[bool, float, str]:
        change = reason.change_if_flipped_usd
        cost = float("inf") if change is None else change
        return not reason.chosen, 0.0 if reason.chosen else cost, reason.region

    return sorted(result.regions, key=telling)


def _change(reason: RegionReason, kind: Kind) -> float:
    return (reason.change_by_kind_usd or {}).get(kind.value, 0.0)


def _open(reason: RegionReason) -> bool:
    return reason.break_even_gb_per_month is not None and not reason.break_even_proved


# ---- sentences ----


def reasons_story(result: Result) -> list[str]:
    """What the tables say, region by region, and what a ms costs; one sentence a line."""
    sentences = [*_kept(result), *_added(result), *_near(result), *_priced(result)]
    return [*sentences, *filter(None, [size_words(result)])]


def size_words(result: Result) -> str:
    """What was solved for the proof; empty if it was not noted."""
    if result.size is None:
        return ""
    sites, rows, regions = result.size
    words = f"Solved over {counted(regions, 'candidate region')} and "
    words += counted(sites, "site")
    if rows < sites:
        words += f", merged into {counted(rows, 'row')} of equal round trips"
    if result.nodes:
        words += f"; {counted(result.nodes, 'node')} of branch and bound"
    return f"{words}."


def movers_words(movers: Sequence[Mover]) -> str | None:
    """`aks-eastus to eastus`; several sites are counted."""
    if not movers:
        return None
    if len(movers) > MANY_MOVERS:
        places = sorted({mover.new for mover in movers})
        where = places[0] if len(places) == 1 else counted(len(places), "region")
        return f"{counted(len(movers), 'site')} to {where}"
    return ", ".join(f"{mover.site} to {mover.new}" for mover in movers)


def reachable_words(reached: Sequence[Reachable]) -> str:
    """What the limits in conflict would have to be; empty if nobody knows."""
    texts = [
        format_cell(GOAL_KINDS[goal.goal], goal.best) + f" for {goal.goal}" * (n > 1)
        for n, goal in ((len(reached), goal) for goal in reached)
    ]
    if not texts:
        return ""
    if len(texts) == 1:
        return f" The best that can be reached is {texts[0]}."
    return f" The best that can be reached is {' or '.join(texts)}, all else as it is."


def _kept(result: Result) -> Iterator[str]:
    """What each region of the plan is there for."""
    kept = [r for r in _telling_first(result) if r.chosen]
    dropped = [r for r in kept if r.change_if_flipped_usd is not None]
    fixed = [r.region for r in kept if r.change_if_flipped_usd is None]
    if fixed:
        yield f"{listed(fixed)} cannot be dropped: {_because_fixed(len(kept))}."
    for reason in dropped[:MANY_REGIONS]:
        text = f"Without {reason.region} the plan {_costs(reason)}{_moves(reason)}"
        if not reason.meets_goals:
            text += ", and misses a goal"
        yield f"{text}.{_pays(reason, 'pays')}"


def _because_fixed(number: int) -> str:
    return "it is the only location" if number == 1 else "a goal names it as the home"


def _added(result: Result) -> Iterator[str]:
    """The region that would be cheapest to add."""
    others = [r for r in _telling_first(result) if not r.chosen]
    for reason in others[:1]:
        if reason.change_if_flipped_usd is not None:
            yield (
                f"The cheapest region to add is {reason.region}: the plan then "
                f"{_costs(reason)}{_moves(reason)}.{_pays(reason, 'would pay')}"
            )


def _costs(reason: RegionReason) -> str:
    """`costs $5.69 a month more and has a mean round trip 23.8 ms shorter`."""
    change = reason.change_if_flipped_usd or 0.0
    if abs(change) < CENT:
        text = "costs the same"
    else:
        word = "more" if change > 0 else "less"
        text = f"costs {format_cell('usd', abs(change))} a month {word}"
    mean = reason.change_in_mean_rtt_ms
    if mean is not None and abs(mean) >= 0.05:
        word = "longer" if mean > 0 else "shorter"
        text += f", its mean round trip is {format_cell('ms', abs(mean))} {word}"
    return text


def _moves(reason: RegionReason) -> str:
    words = movers_words(reason.movers)
    return f" ({words})" if words else ""


def _pays(reason: RegionReason, verb: str) -> str:
    gb = reason.break_even_gb_per_month
    if gb is None:
        return ""
    if not gb:
        return " It pays at any volume." if reason.chosen else ""
    about = "" if reason.break_even_proved else "about "
    return f" It {verb} from {about}{format_cell('gb', gb)} a month on."


def _near(result: Result) -> Iterator[str]:
    """How many plans are nearly as good."""
    near = result.near_optimal
    if near is None:
        return
    number = len(near.plans) - 1
    plans = counted(number, "other plan") if number else "No other plan"
    least = "" if near.complete else "At least "
    verb = "cost" if number > 1 else "costs"
    yield f"{least}{plans} {verb} at most {near.percent:g} % more."


def _priced(result: Result) -> Iterator[str]:
    """What one ms costs at the optimum."""
    plan, price = result.evaluation, result.ms_price
    if plan is None or price is None:
        return
    faster = price.plan
    mean, total = format_cell("ms", faster.mean_rtt_ms), faster.total_usd
    yield (
        f"A shorter mean round trip costs {format_cell('usd', price.usd_per_ms)} a month "
        f"for each ms: with {layout_brief(faster.layout)} it is {mean}, at "
        f"{format_cell('usd', total)} a month in all."
    )
