"""What a result of the optimizer says beside its plan: proof, reasons, runners-up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.optimization.families import Metric
from planner.optimization.result import RegionReason, Result, Status
from planner.reporting.table import Column, Kind, Table, format_cell
from planner.reporting.words import layout_brief, layout_words, prices_words

if TYPE_CHECKING:
    from planner.analysis import Frontier


METRIC_WORDS: dict[Metric, tuple[str, str, Kind]] = {
    Metric.MEAN_RTT_MS: ("Mean RTT", "ms", "ms"),
    Metric.MAX_RTT_MS: ("Worst RTT", "ms", "ms"),
    Metric.MEAN_PULL_SECONDS: ("Mean pull time", "s", "seconds"),
}
"""Label, unit and format of each metric."""


def metric_phrase(metric: Metric) -> str:
    """The metric within a sentence, such as `mean RTT`."""
    label = METRIC_WORDS[metric][0]
    return label[0].lower() + label[1:]


def status_words(result: Result) -> str:
    """Optimal, feasible with its gap, or infeasible with the conflict."""
    if result.status is Status.FEASIBLE and result.gap is not None:
        return f"feasible, gap {format_cell('share', result.gap)}"
    if result.status is Status.INFEASIBLE and result.conflict:
        return f"infeasible: {'; '.join(result.conflict)}"
    return result.status.value


def regions_table(result: Result) -> Table:
    """What each candidate region does to the plan, by evaluating it flipped."""
    columns = (
        Column("region", "Region"),
        Column("chosen", "In the plan", "", "bool"),
        Column("change_if_flipped_usd", "Cost if flipped", "USD/month", "usd_delta"),
        Column("change_in_mean_rtt_ms", "Mean RTT if flipped", "ms", "ms_delta"),
        Column("break_even_gb_per_month", "Break-even volume", "GB/month", "gb"),
        Column("meets_goals", "Meets the goals then", "", "bool"),
    )
    rows = tuple(tuple(reason) for reason in sorted(result.regions, key=_telling))
    caption = (
        "Flipped: added if it is not in the plan, dropped if it is, all else equal. At "
        "the break-even volume (GB a month served from the region) that costs nothing."
    )
    return Table("Why these regions", columns, rows, caption)


def _telling(reason: RegionReason) -> tuple[bool, float, str]:
    """The regions of the plan first, then those that would cost least to add."""
    change = reason.change_if_flipped_usd
    cost = float("inf") if change is None else change
    return not reason.chosen, 0.0 if reason.chosen else cost, reason.region


def runners_up_table(result: Result) -> Table:
    """The next cheapest plans with other locations."""
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
        for plan in result.runners_up
    )
    return Table("Runners-up", columns, rows, "The next cheapest plans that differ.")


def frontier_table(frontier: Frontier) -> Table:
    """The nondominated plans, cheapest first."""
    words, unit, kind = METRIC_WORDS[frontier.metric]
    columns = (
        Column("layout", "Registries and locations"),
        Column("locations", "Locations", "", "count"),
        Column("cost_usd", "Cost", "USD/month", "usd"),
        Column("difference_usd", "Above the cheapest", "USD/month", "usd_delta"),
        Column(frontier.metric.value, words, unit, kind),
        Column("knee", "Knee", "", "bool"),
    )
    knee = frontier.knee
    least = min((p.cost.total_usd for p in frontier.plans), default=0.0)
    rows = tuple(
        (
            layout_brief(plan.layout),
            len(plan.layout.regions),
            plan.cost.total_usd,
            plan.cost.total_usd - least,
            frontier.metric.of(plan),
            plan is knee,
        )
        for plan in frontier.plans
    )
    caption = (
        "Bill and operations, USD per month"
        f"{', ' + prices_words(frontier.plans) if frontier.plans else ''}. No other plan "
        "costs less without being slower."
    )
    return Table(
        f"Cost against {metric_phrase(frontier.metric)}", columns, rows, caption
    )
