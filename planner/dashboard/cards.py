"""The comparison in words and small tables: what a reader sees beside the figures."""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component

from planner.analysis import Comparison
from planner.dashboard import components, ids
from planner.dashboard.state import Plans
from planner.domain.problem import Problem
from planner.evaluation.goals import missed_goals
from planner.evaluation.result import Evaluation
from planner.reporting.kpis import kpi_rows
from planner.reporting.sentences import comparison_answer, comparison_headline
from planner.reporting.table import format_cell
from planner.reporting.tables import risks_table
from planner.reporting.text import visible
from planner.reporting.words import counted, layout_brief, prices_words, rtt_words

TONES = {True: "better", False: "worse", None: ""}
"""How a difference to the baseline is coloured; its sign says the same."""


def answer(comparison: Comparison) -> list[Component]:
    """The answer in one sentence with one number, and below it at length."""
    scenario = comparison.scenario
    about = f"{visible(scenario.name)} · {counted(len(scenario.sites), 'site')}"
    return [
        html.P(about, className="eyebrow"),
        html.H1(visible(comparison_answer(comparison))),
        html.P(visible(comparison_headline(comparison)), className="lead"),
    ]


def states(comparison: Comparison) -> list[Component]:
    """In words, what keeps a plan from being there."""
    if comparison.best.evaluation is None:
        goals = "; ".join(comparison.best.conflict) or "the goals of the scenario"
        return [
            components.notice(
                "No layout meets the goals",
                f"These cannot hold together: {goals}.",
                "Relax one of them on the page Scenario.",
            )
        ]
    if not comparison.scenario.layouts:
        return [
            components.notice(
                "No layout of your own yet",
                "The scenario names no layouts, so there is no bill of today to compare "
                "with.",
                "Add the registries you have on the page Scenario to see what would "
                "change.",
            )
        ]
    return []


def pin_chips(found: Plans) -> list[Component]:
    """The pinned plans, each with a button that takes it away."""
    return [
        html.Span(
            [
                visible(name),
                html.Button(
                    "×",
                    id=ids.unpin_button(name),
                    type="button",
                    className="close",
                    **components.aria(label=f"Remove {visible(name)}"),
                ),
            ],
            className="chip",
        )
        for name in found.pins
    ]


def kpis(problem: Problem, found: Plans) -> dict[str, Any]:
    """Key figures as `assets/kpis.js` draws them."""
    shown, baseline = found.shown, found.all.get(found.baseline or "")
    dates = f"{prices_words(shown.values())}, {rtt_words(shown.values())}"
    caption = f"Per month, {dates}."
    if baseline is not None:
        caption += " Beside each figure its difference to the baseline."
    return {
        "caption": caption,
        "plans": [
            {
                "name": visible(name),
                "role": _role(name, found),
                "missed": missed_words(problem, plan),
                "layout": visible(layout_brief(plan.layout)),
            }
            for name, plan in shown.items()
        ],
        "rows": [
            {
                "label": row.kpi.label,
                "lines": row.kpi.explained_by,
                "cells": [
                    cell._asdict() | {"tone": TONES[cell.better]} for cell in row.cells
                ],
            }
            for row in kpi_rows(shown, baseline)
        ],
    }


def _role(name: str, found: Plans) -> str:
    """What a plan is."""
    words = [
        word
        for word, is_it in (
            ("baseline", name == found.baseline),
            ("optimum", name == found.optimum),
            ("on the map", name == found.current),
        )
        if is_it
    ]
    return ", ".join(words)


def missed_words(problem: Problem, plan: Evaluation) -> str:
    """The goals that a plan misses; empty if it meets them all."""
    missed = list(missed_goals(problem, plan))
    return f"misses {', '.join(missed)}" if missed else ""


def change_words(region: str, added: bool, old: Evaluation, new: Evaluation) -> str:
    """What a replica more or fewer did to bill and latency, in one sentence."""
    usd = format_cell("usd_delta", new.cost.bill_usd - old.cost.bill_usd)
    words = f"{'Added' if added else 'Removed'} {region}: {usd} a month"
    before, after = old.latency.mean_rtt_ms, new.latency.mean_rtt_ms
    if before is not None and after is not None:
        words += f", mean RTT {format_cell('ms_delta', after - before)}"
    skus = [
        {registry.name: str(registry.sku) for registry in plan.layout.registries}
        for plan in (old, new)
    ]
    moved = [name for name in skus[1] if skus[0].get(name) != skus[1][name]]
    if moved:
        words += f"; {visible(moved[0])} is {skus[1][moved[0]]} now"
    return f"{words}."


def notes(evaluation: Evaluation) -> list[Component]:
    """Risks and assumptions of a plan."""
    risks = risks_table({evaluation.name: evaluation})
    found = [html.Li(str(message)) for message in risks.values("message")]
    taken = [html.Li(line) for line in evaluation.assumptions]
    dates = f"{prices_words([evaluation]).capitalize()}."
    return [
        html.Div(
            [html.H2("Risks"), html.Ul(found) if found else html.P(risks.caption)]
        ),
        html.Div([html.H2("Assumptions"), html.Ul([*taken, html.Li(dates)])]),
    ]
