"""The answer in words: one sentence first, then a short and honest account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from planner.domain.scenario import Goals
from planner.evaluation.result import Evaluation
from planner.optimization.families import Family
from planner.optimization.result import Result
from planner.reporting.phrases import (
    CENT,
    TRANSFER_KINDS,
    against,
    changes,
    extras_words,
    has_neighbours,
    infeasible_words,
    latency_words,
    loss_words,
    mean_change,
    proof_words,
    range_words,
    same_places,
    usd,
)
from planner.reporting.result_tables import METRIC_WORDS, metric_phrase
from planner.reporting.table import format_cell
from planner.reporting.words import counted, layout_brief, layout_words, listed

if TYPE_CHECKING:
    from planner.analysis import Comparison, Frontier, Plan


def evaluation_headline(evaluation: Evaluation) -> str:
    """What a layout costs and how far its pulls go."""
    return (
        f"Layout {evaluation.name} ({layout_words(evaluation.layout)}) costs "
        f"{usd(evaluation.cost.bill_usd)} a month{range_words(evaluation)}"
        f"{extras_words(evaluation)}; {latency_words(evaluation)}."
    )


def result_headline(result: Result) -> str:
    """The best layout and how far it is proved, or what stands in its way."""
    plan = result.evaluation
    if plan is None:
        return infeasible_words(result)
    return (
        f"The best layout is {layout_brief(plan.layout)}, at "
        f"{usd(plan.cost.bill_usd)} a month{extras_words(plan)}; {latency_words(plan)} "
        f"({proof_words(result)})."
    )


def comparison_answer(comparison: Comparison) -> str:
    """The answer in one sentence with one number, for the top of a page."""
    best, today = comparison.best.evaluation, comparison.today
    if best is None:
        return infeasible_words(comparison.best)
    where = layout_brief(best.layout)
    if today is None:
        return f"The best layout is {where}, at {usd(best.cost.bill_usd)} a month."
    saving = today.cost.bill_usd - best.cost.bill_usd
    if same_places(best.layout, today.layout):
        return f"Keep what you have: {where} is best, at {usd(best.cost.bill_usd)} a month."
    if abs(saving) < CENT:
        return f"Change to {where}, for the same {usd(best.cost.bill_usd)} a month."
    if saving > 0:
        return f"Change to {where} and save {usd(saving)} a month."
    missed = any(
        plan.missed_goals for plan in comparison.named if plan.evaluation is today
    )
    why = " to meet the goals" if missed else ""
    return f"Change to {where}{why}, for {usd(-saving)} a month more."


def comparison_headline(comparison: Comparison) -> str:
    """The best of all layouts against the baseline, and what replication would do."""
    best, today = comparison.best.evaluation, comparison.today
    if best is None:
        return infeasible_words(comparison.best)
    if today and same_places(best.layout, today.layout):
        answer = f"Keep the registries where {today.name} has them: {layout_brief(best.layout)}"
    else:
        answer = f"{_the_best(best, comparison.scenario.goals)} is {layout_brief(best.layout)}"
    answer += f", at {usd(best.cost.bill_usd)} a month"
    if today:
        answer += f", {against(best, today)}"
    answer += f" ({proof_words(comparison.best)})"
    name, geo = replicated(comparison)
    if geo and not same_places(geo.layout, best.layout):
        other, called = (today, today.name) if today else (best, "that")
        own = name in comparison.scenario.layouts
        subject = name if own else f"the {name} layout"
        answer += f"; {subject} costs {against(geo, other, called)}"
        answer += mean_change(geo, other)
    return f"{answer}."


def frontier_headline(frontier: Frontier) -> str:
    """How many plans lie on the frontier, and which is the knee."""
    knee = frontier.knee
    if knee is None:
        return "No layout meets the goals, or nothing pulls: there is no curve to show."
    kind = METRIC_WORDS[frontier.metric][2]
    value = format_cell(kind, frontier.metric.of(knee))
    if len(frontier.plans) == 1:
        return (
            f"The cheapest layout is also the fastest: {layout_brief(knee.layout)}, at "
            f"{usd(knee.cost.total_usd)} a month and {value}."
        )
    number = counted(len(frontier.plans), "plan")
    return (
        f"{number} trade cost against {metric_phrase(frontier.metric)}; the knee is "
        f"{layout_brief(knee.layout)}, at {usd(knee.cost.total_usd)} a month and {value}."
    )


def comparison_story(comparison: Comparison) -> list[str]:
    """A short account: today, geo-replication, the cheapest plan, the knee."""
    return [
        *_today(comparison),
        *_replication(comparison),
        *_cheapest(comparison),
        *_knee(comparison),
    ]


def replicated(comparison: Comparison) -> tuple[str, Evaluation | None]:
    """The geo-replicated plan to speak of: the scenario's own, else the best one."""
    best = [p for p in comparison.plans if p.result and p.result.family is Family.GEO]
    for plan in (*comparison.named, *best):
        evaluation = plan.evaluation
        if plan.name == comparison.baseline or evaluation is None:
            continue
        if any(registry.replicas for registry in evaluation.layout.registries):
            return plan.name, evaluation
    return "", None


# ---- the paragraphs of the account ----


def _today(comparison: Comparison) -> Iterator[str]:
    today = comparison.today
    if today is None:
        yield "The scenario names no layout in use today, so there is no baseline."
        return
    plan = comparison.plan(today.name)
    name = "" if today.name.lower() == "today" else f"{today.name}: "
    yield (
        f"Today ({name}{layout_words(today.layout)}) the registries cost "
        f"{usd(today.cost.bill_usd)} a month{range_words(today)}; "
        f"{latency_words(today)}.{_misses(plan)}"
    )


def _replication(comparison: Comparison) -> Iterator[str]:
    name, geo = replicated(comparison)
    other = comparison.today or comparison.best.evaluation
    if geo is None:
        yield "No geo-replicated layout meets the goals."
        return
    if other and same_places(geo.layout, other.layout):
        yield f"{_subject(name, comparison)} is the same as {_called(other, comparison)}."
        return
    text = f"{_subject(name, comparison)} ({layout_words(geo.layout)}) costs "
    text += f"{usd(geo.cost.bill_usd)} a month"
    if other is None:
        yield f"{text}; {latency_words(geo)}.{_misses(comparison.plan(name))}"
        return
    text += f", {against(geo, other, _called(other, comparison))}."
    yield text + _misses(comparison.plan(name)) + _bought(geo, other)
    if geo.cost.bill_usd > other.cost.bill_usd + CENT:
        yield _why_dearer(geo, other)
    if geo.first_copy.usd > CENT:
        yield (
            f"The first copy of {format_cell('gb', geo.first_copy.gb)} to the replicas "
            f"costs {usd(geo.first_copy.usd)} once, outside these monthly figures."
        )
    yield from _leanest_replication(comparison, geo, other)


def _subject(name: str, comparison: Comparison) -> str:
    """A geo-replicated plan at the start of a sentence; its name is not changed."""
    own = name in comparison.scenario.layouts
    return f"Layout {name}" if own else "The best geo-replicated layout"


def _called(plan: Evaluation, comparison: Comparison) -> str:
    """The plan that others are held against, within a sentence."""
    if plan is comparison.best.evaluation:
        return "the best layout"
    return plan.name


def _bought(geo: Evaluation, other: Evaluation) -> str:
    """What gets better, worse, or stays with replication."""
    moved, text = changes(geo, other), ""
    if moved.better:
        text += f" It brings {listed(moved.better)}."
    elif geo.cost.bill_usd > other.cost.bill_usd + CENT:
        text += " Nothing that is counted here gets better for that money."
    if moved.worse:
        text += f" It worsens: {listed(moved.worse)}."
    if moved.same:
        text += f" Unchanged: {listed(moved.same)}."
    return text


def _leanest_replication(
    comparison: Comparison, geo: Evaluation, other: Evaluation
) -> Iterator[str]:
    """The best geo-replicated layout, where it is not one spoken of anyway."""
    optimum, called = comparison.best.evaluation, _called(other, comparison)
    for plan in comparison.plans:
        if plan.result is None or plan.result.family is not Family.GEO:
            continue
        best = plan.evaluation
        if best and best is not optimum and not same_places(best.layout, geo.layout):
            yield (
                f"The best geo-replicated layout is {layout_brief(best.layout)}: "
                f"{usd(best.cost.bill_usd)} a month, {against(best, other, called)}; "
                f"{latency_words(best)}."
            )


def _why_dearer(geo: Evaluation, other: Evaluation) -> str:
    """Where the money for replication goes, against what transfer it saves."""
    transfer = sum(
        geo.cost.by_kind[kind] - other.cost.by_kind[kind] for kind in TRANSFER_KINDS
    )
    rest = geo.cost.bill_usd - other.cost.bill_usd - transfer
    text = f"Transfer {_moves(transfer)}, the rest (fees, storage, endpoints) {_moves(rest)}"
    if rest < CENT:
        return f"{text}."
    text += ": the replicas are not bought to save money."
    if has_neighbours(geo.layout):
        text += (
            " Inside one continent a replica is bought for latency and availability, "
            "hardly ever for the transfer it saves."
        )
    return text


def _moves(change: float) -> str:
    if abs(change) < CENT:
        return "costs the same"
    return f"{'rises' if change > 0 else 'falls'} by {usd(abs(change))} a month"


def _cheapest(comparison: Comparison) -> Iterator[str]:
    best, today = comparison.best.evaluation, comparison.today
    if best is None:
        yield infeasible_words(comparison.best)
        return
    text = (
        f"{_the_best(best, comparison.scenario.goals)} is {layout_brief(best.layout)}: "
    )
    text += f"{usd(best.cost.bill_usd)} a month{extras_words(best)}"
    if today:
        text += f", {against(best, today)}"
    yield f"{text}; {latency_words(best)}. {loss_words(best)}".rstrip()
    if today:
        yield from _lower_tier(best, today)


def _lower_tier(best: Evaluation, today: Evaluation) -> Iterator[str]:
    """Say so when the saving is the tier, since a tier is more than its price."""
    now, then = (
        {(reg.home, frozenset(reg.replicas)): reg.sku for reg in plan.layout.registries}
        for plan in (today, best)
    )
    changed = sorted(
        home for home, rest in then if now.get((home, rest)) != then[home, rest]
    )
    if then.keys() == now.keys() and changed:
        yield (
            f"Its regions are those of {today.name}; what changes is the tier in "
            f"{listed(changed)}. A cheaper tier has lower limits and fewer features, "
            "which are not counted in money: acr-planner prices lists them."
        )


def _knee(comparison: Comparison) -> Iterator[str]:
    plan, best = comparison.knee, comparison.best.evaluation
    if plan is None or best is None:
        return
    if same_places(plan.layout, best.layout):
        yield (
            "That is also the knee of the cost–latency curve: from there each further "
            "ms costs more than it did on the way."
        )
        return
    change = plan.cost.bill_usd - best.cost.bill_usd
    best_word = _superlative(best, comparison.scenario.goals)
    yield (
        f"The knee of the cost–latency curve is {layout_brief(plan.layout)}: "
        f"{usd(plan.cost.bill_usd)} a month, {usd(abs(change))} "
        f"{'more' if change >= 0 else 'less'} than the {best_word} layout,"
        f"{mean_change(plan, best)}. {loss_words(plan)}".rstrip()
    )


def _superlative(plan: Evaluation, goals: Goals) -> str:
    """`cheapest`, if that is what the optimizer looked for."""
    priced = plan.cost.total_usd > plan.cost.bill_usd + CENT
    return "best" if priced or goals.objective == "latency" else "cheapest"


def _the_best(plan: Evaluation, goals: Goals) -> str:
    """What the optimum is the best in; with goals, that it meets them."""
    asked = goals.model_copy(update={"objective": "cost"}) != Goals()
    words = "layout that meets the goals" if asked else "layout"
    if goals.objective == "latency":
        return f"The {words} with the least mean round trip"
    word = _superlative(plan, goals)
    return f"The {word} {words}{', counting labour and waiting,' * (word == 'best')}"


def _misses(plan: Plan | None) -> str:
    if plan is None or not plan.missed_goals:
        return ""
    goals = "goal" if len(plan.missed_goals) == 1 else "goals"
    return f" It misses the {goals} {listed(plan.missed_goals)}."
