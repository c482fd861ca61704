"""How far a result is proved, and the plans of a frontier."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.optimization.families import Metric
from planner.optimization.result import Result, Status
from planner.reporting.table import Column, Kind, Table, format_cell
from planner.reporting.words import layout_brief, prices_words

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
