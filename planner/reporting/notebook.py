"""How results show themselves in a notebook: a figure, and a short HTML summary."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

from planner.evaluation.result import Evaluation
from planner.optimization.result import Result
from planner.reporting.frontier_tables import side_tables
from planner.reporting.sentences import (
    comparison_headline,
    evaluation_headline,
    frontier_headline,
    result_headline,
)
from planner.reporting.table import Table
from planner.reporting.tables import (
    comparison_table,
    cost_by_kind_table,
    frontier_table,
    regions_table,
    sites_table,
)
from planner.reporting.text import visible

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from planner.analysis import Comparison, Frontier

KEY_FIGURES = (
    "name",
    "layout",
    "bill_usd",
    "difference_usd",
    "mean_rtt_ms",
    "max_rtt_ms",
    "pulls_lost_share",
    "status",
)


def evaluation_figure(evaluation: Evaluation) -> go.Figure:
    """The monthly cost by kind and region."""
    from planner.reporting.figures import region_cost_bars

    return region_cost_bars(evaluation)


def result_figure(result: Result) -> go.Figure:
    """The plan's monthly cost by kind and region, or why there is no plan."""
    from planner.reporting.figures import region_cost_bars
    from planner.reporting.theme import empty, label

    if result.evaluation is None:
        return empty("No plan", label(result_headline(result)))
    return region_cost_bars(result.evaluation)


def comparison_figure(comparison: Comparison) -> go.Figure:
    """The monthly cost by kind of every plan."""
    from planner.reporting.figures import cost_bars

    return cost_bars(comparison.evaluations)


def evaluation_html(evaluation: Evaluation) -> str:
    """The headline, the cost by kind and the sites."""
    costs = cost_by_kind_table({evaluation.name: evaluation})
    return _html(evaluation_headline(evaluation), [costs, sites_table(evaluation)])


def result_html(result: Result) -> str:
    """The headline, the plan's cost by kind, and what its regions do."""
    tables = []
    if result.evaluation:
        tables.append(cost_by_kind_table({result.family.value: result.evaluation}))
    if result.regions:
        tables.append(regions_table(result))
    return _html(result_headline(result), tables)


def comparison_html(comparison: Comparison) -> str:
    """The headline and the key figures of every plan."""
    table = comparison_table(comparison).pick(*KEY_FIGURES)
    return _html(comparison_headline(comparison), [table])


def frontier_figure(frontier: Frontier) -> go.Figure:
    """The curve of cost against latency."""
    from planner.reporting.figures import frontier_curve

    return frontier_curve(frontier)


def frontier_html(frontier: Frontier) -> str:
    """The headline and the plans of the frontier."""
    tables = [frontier_table(frontier), *side_tables(frontier)]
    return _html(frontier_headline(frontier), tables)


def _html(headline: str, tables: Iterable[Table]) -> str:
    shown = "".join(_html_table(table) for table in tables)
    return f"<div><p><strong>{_escaped(headline)}</strong></p>{shown}</div>"


def _html_table(table: Table) -> str:
    heads = "".join(f'<th scope="col">{_escaped(c.label)}</th>' for c in table.columns)
    rows = "".join(
        "<tr>" + "".join(f"<td>{_escaped(cell)}</td>" for cell in row) + "</tr>"
        for row in table.texts()
    )
    return (
        f"<table><caption>{_escaped(table.title)}</caption>"
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _escaped(text: str) -> str:
    return escape(visible(text))
