"""The comparison in words and cards: what a reader sees before any figure."""

from __future__ import annotations

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from planner.analysis import Comparison
from planner.dashboard import components, state
from planner.evaluation.result import Evaluation
from planner.reporting.sentences import comparison_headline, comparison_story
from planner.reporting.table import Cell, format_cell
from planner.reporting.tables import COMPARISON_COLUMNS, comparison_table, risks_table
from planner.reporting.text import visible
from planner.reporting.words import counted, layout_brief, prices_words

KINDS = {column.key: column.kind for column in COMPARISON_COLUMNS}

FACTS: Mapping[str, str] = {
    "mean_rtt_ms": "Mean round trip",
    "p95_rtt_ms": "P95 round trip",
    "max_rtt_ms": "Worst round trip",
    "mean_pull_seconds": "Mean pull time",
    "registries": "Registries",
    "pushes_per_release": "Pushes per release",
    "image_names": "Names of an image",
    "access_configurations": "Access configurations",
    "pulls_lost_share": "Pulls cut off if a region is lost",
}
"""What a card lists below the bill, with its label."""

Record = Mapping[str, Cell]


def answer(comparison: Comparison) -> Component:
    """The answer in one sentence."""
    scenario = comparison.scenario
    about = f"{visible(scenario.name)} · {counted(len(scenario.sites), 'site')}"
    words = [
        html.P(about, className="eyebrow"),
        html.H1(comparison_headline(comparison)),
    ]
    return html.Section(words, className="answer")


def account(comparison: Comparison) -> Component:
    """What the figures of the cards mean, in a few sentences."""
    story = [html.Li(line) for line in comparison_story(comparison)]
    words = [html.H2("What it means"), html.Ul(story, className="story")]
    return html.Section(words, className="panel")


def plan_cards(comparison: Comparison) -> Component:
    """One card a plan, and in words what keeps a card from being there."""
    records = {str(row["name"]): row for row in comparison_table(comparison).records()}
    shown = [
        _card(name, evaluation, records[name], comparison)
        for name, evaluation in state.shown(comparison).items()
    ]
    return html.Section(
        [*shown, *_absent(comparison)],
        className="cards",
        **components.aria(label="Plans side by side"),
    )


def _absent(comparison: Comparison) -> list[Component]:
    if comparison.best.evaluation is None:
        goals = "; ".join(comparison.best.conflict) or "the goals of the scenario"
        conflict = f"These cannot hold together: {goals}."
        advice = "Relax one of them and open the scenario again."
        return [components.notice("No layout meets the goals", conflict, advice)]
    if not comparison.scenario.layouts:
        return [
            components.notice(
                "No layout of your own yet",
                "The scenario names no layouts, so there is no bill of today to compare "
                "with.",
                "Add the registries you have under layouts to see what would change.",
            )
        ]
    return []


def _card(
    name: str, evaluation: Evaluation, record: Record, comparison: Comparison
) -> Component:
    best = name == state.optimum(comparison)
    head = html.Div(
        [
            html.P(_role(name, record, comparison), className="eyebrow"),
            html.H2(visible(name)),
            html.P(visible(layout_brief(evaluation.layout)), className="layout"),
        ]
    )
    facts = html.Dl([_fact(key, label, record) for key, label in FACTS.items()])
    blocks = [head, _bill(record, comparison), html.Div(_missed(record)), facts]
    return html.Article(blocks, className="card card-best" if best else "card")


def _role(name: str, record: Record, comparison: Comparison) -> str:
    """What a plan is, such as the baseline or a proved optimum."""
    proof = str(record["status"])
    if name == comparison.baseline:
        return "Baseline"
    if name == state.optimum(comparison):
        return "Optimum, proved" if proof == "optimal" else f"Best found, {proof}"
    return "Best of its kind" if proof == "optimal" else proof.capitalize()


def _bill(record: Record, comparison: Comparison) -> Component:
    usd = {key: format_cell("usd", record[key]) for key in ("low_usd", "high_usd")}
    return html.Div(
        [
            html.P(
                [
                    html.Span(_text("bill_usd", record), className="bill-usd"),
                    " ",
                    html.Span("a month"),
                ],
                className="bill",
            ),
            _difference(record, comparison),
            html.P(f"Range {usd['low_usd']} to {usd['high_usd']}", className="range"),
        ]
    )


def _difference(record: Record, comparison: Comparison) -> Component:
    change, today = record["difference_usd"], visible(comparison.baseline or "")
    if not isinstance(change, int | float):
        return html.P("No baseline to compare with")
    if record["name"] == comparison.baseline:
        return html.P("In use today")
    amount = format_cell("usd", abs(change))
    if amount == format_cell("usd", 0.0):
        words = f"The same as {today}"
    else:
        words = f"{amount} {'more' if change > 0 else 'less'} than {today}"
    return html.P(words, className="difference")


def _missed(record: Record) -> list[Component]:
    goals = record["missed_goals"]
    return [html.P(f"Misses the goal: {goals}", className="missed")] if goals else []


def _fact(key: str, label: str, record: Record) -> Component:
    return html.Div([html.Dt(label), html.Dd(_text(key, record))], className="fact")


def _text(key: str, record: Record) -> str:
    return format_cell(KINDS[key], record[key])


def notes(evaluation: Evaluation) -> list[Component]:
    """Risks and assumptions of a plan."""
    risks = risks_table({evaluation.name: evaluation})
    found = [html.Li(str(message)) for message in risks.values("message")]
    taken = [html.Li(line) for line in evaluation.assumptions]
    dates = f"{prices_words([evaluation]).capitalize()}."
    return [
        html.Div(
            [html.H3("Risks"), html.Ul(found) if found else html.P(risks.caption)]
        ),
        html.Div([html.H3("Assumptions"), html.Ul([*taken, html.Li(dates)])]),
    ]
