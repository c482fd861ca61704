"""Layouts and small facts in words, shared by tables, sentences and reports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from planner.domain.layout import Layout, Registry
from planner.evaluation.result import Evaluation

MANY = 4
"""More regions than this are counted in a headline, not listed."""


def counted(number: int, noun: str, plural: str = "") -> str:
    """`1 registry`, `2 registries`."""
    word = noun if number == 1 else plural or f"{noun}s"
    return f"{number:,} {word}"


def listed(names: Sequence[str], none: str = "none") -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(names) < 2:
        return names[0] if names else none
    return f"{', '.join(names[:-1])} and {names[-1]}"


def registry_words(registry: Registry) -> str:
    """One registry: its tier, home and replicas."""
    words = f"{registry.sku}, " if registry.sku else ""
    if not registry.replicas:
        return f"{words}{registry.home}"
    replicas = "replica" if len(registry.replicas) == 1 else "replicas"
    return f"{words}home {registry.home}, {replicas} {listed(registry.replicas)}"


def layout_words(layout: Layout) -> str:
    """A layout in one line: how many registries, of which tier and where."""
    if len(layout.registries) == 1:
        return f"one registry: {registry_words(layout.registries[0])}"
    parts = [f"{reg.name} ({registry_words(reg)})" for reg in layout.registries]
    return f"{len(parts)} registries: {'; '.join(parts)}"


def layout_brief(layout: Layout) -> str:
    """A layout in few words, for a headline: no names, and no more than four regions."""
    registries = layout.registries
    skus = listed(list(dict.fromkeys(str(r.sku) for r in registries if r.sku)))
    regions = sorted({registry.home for registry in registries})
    where = listed(regions) if len(regions) <= MANY else f"{len(regions)} regions"
    if len(registries) > 1:
        replicated = any(registry.replicas for registry in registries)
        return (
            f"{len(registries)} {skus} registries in {where}"
            f"{' with replicas' if replicated else ''}"
        )
    (registry,) = registries
    words = f"one {skus} registry in {where}"
    if not registry.replicas:
        return words
    if len(registry.replicas) == 1:
        return f"{words} with a replica in {registry.replicas[0]}"
    if len(registry.replicas) > MANY:
        return f"{words} with {len(registry.replicas)} replicas"
    return f"{words} with replicas in {listed(registry.replicas)}"


def prices_words(evaluations: Iterable[Evaluation]) -> str:
    """The oldest and newest date of the prices that any of the plans uses."""
    dates = {date for evaluation in evaluations for date in evaluation.prices_as_of}
    dates.discard("scenario")
    if not dates:
        return "prices of the scenario"
    first, last = min(dates), max(dates)
    return f"prices of {first}" if first == last else f"prices of {first} to {last}"


def rtt_words(evaluations: Iterable[Evaluation]) -> str:
    """Which round trips the plans rest on, and of when: `P50 round trips of 2025-06`."""
    dates = {s.rtt.as_of for e in evaluations for s in e.services} - {"scenario"}
    if not dates:
        return "round trips of the scenario"
    span = min(dates) if len(dates) == 1 else f"{min(dates)} to {max(dates)}"
    return f"P50 round trips of {span}"
