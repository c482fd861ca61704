"""From a view to results: pure functions, remembered for as long as they are asked for.

The server keeps nothing about its users. Every result is a function of the scenario's
text (and of a layout), so that two browsers with the same view share one computation and
cannot disturb one another.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cached_property, lru_cache
from threading import Lock
from typing import Any, Generic, NamedTuple, TypeVar

from flask import current_app

from planner.analysis import Comparison, Frontier, compare, frontier
from planner.dashboard.edits import Data, difference, patched
from planner.dashboard.library import Library, Opened
from planner.dashboard.view import MOST_PINS, YOURS, View
from planner.domain.layout import Layout, Registry
from planner.domain.problem import Problem
from planner.domain.reading import parse_scenario
from planner.domain.scenario import Scenario
from planner.errors import InputError, PlannerError
from planner.evaluation.evaluate import evaluate_layout
from planner.evaluation.result import Evaluation
from planner.optimization.families import Family, Metric
from planner.optimization.result import Result
from planner.optimization.solve import optimize

LIBRARY = "PLANNER_LIBRARY"
"""Key of the library in the Flask application's configuration."""

SITES_WITH_A_KNEE = 12
"""With more sites the knee over all families is not looked for while somebody waits; the
curve on the page Trade-off has it."""

Answer = TypeVar("Answer")


def library() -> Library:
    """The scenarios of the application that answers."""
    found = current_app.config[LIBRARY]
    assert isinstance(found, Library)
    return found


# ---- scenarios ----


def opened(view: View) -> Opened:
    """The scenario as it was opened, without the view's changes."""
    return library().open(view.scenario, view.version)


def base_data(view: View) -> Data:
    """The opened scenario as JSON, without what is left at its default."""
    return json.loads(opened(view).text)  # type: ignore[no-any-return]


def encode(scenario: Scenario) -> Data:
    """A scenario as JSON, without what is left at its default."""
    return json.loads(Opened(scenario).text)  # type: ignore[no-any-return]


def data(view: View) -> Data:
    """The scenario as JSON with the view's changes, right or wrong."""
    return patched(base_data(view), view.edits)


def with_data(view: View, data: Data, base: Data | None = None) -> View:
    """The view with that scenario; parts that it shares with a base are not read."""
    edits = difference(base_data(view) if base is None else base, data)
    return view.changed(edits=edits)


def scenario_text(view: View) -> str:
    """The scenario of the view as JSON text, changes included; it may be wrong."""
    base = opened(view).text
    if not view.edits:
        return base
    return json.dumps(patched(json.loads(base), view.edits))


def parse(data: Mapping[str, Any]) -> Scenario:
    """A scenario from JSON, checked like a file."""
    return _problem(json.dumps(data)).scenario


def scenario(view: View) -> Scenario:
    """The scenario of the view; raises `InputError` if its changes are wrong."""
    return problem(view).scenario


def problem(view: View) -> Problem:
    """The problem that the scenario of the view states."""
    return _problem(scenario_text(view))


@lru_cache(maxsize=32)
def _problem(text: str) -> Problem:
    return Problem(parse_scenario(text, origin="the scenario", is_json=True))


# ---- answers that take a while ----


class Once(Generic[Answer]):
    """An answer that is worked out once, while others who ask for it wait.

    An error is an answer, too: it would only come again.
    """

    def __init__(self, work: Callable[[], Answer]) -> None:
        self._work = work
        self._lock = Lock()

    def get(self) -> Answer:
        """The answer; raises what the work raised."""
        with self._lock:
            answer, error = self._done
        if error is not None:
            raise error
        assert answer is not None
        return answer

    @cached_property
    def _done(self) -> tuple[Answer | None, PlannerError | None]:
        try:
            return self._work(), None
        except PlannerError as error:
            return None, error


def comparison(view: View) -> Comparison:
    """All named layouts of the scenario and the best of each family."""
    return _comparison(scenario_text(view)).get()


@lru_cache(maxsize=16)
def _comparison(text: str) -> Once[Comparison]:
    def work() -> Comparison:
        problem = _problem(text)
        return compare(problem, knee=len(problem.sites) <= SITES_WITH_A_KNEE)

    return Once(work)


def best(view: View, family: Family) -> Result:
    """The best plan of a family, without reasons: quick enough for a slider."""
    return _best(scenario_text(view), family).get()


@lru_cache(maxsize=64)
def _best(text: str, family: Family) -> Once[Result]:
    return Once(lambda: optimize(_problem(text), family, reasons=False))


def explained(view: View, family: Family) -> Result:
    """The best plan of a family with what each region does to it."""
    return _explained(scenario_text(view), family).get()


@lru_cache(maxsize=16)
def _explained(text: str, family: Family) -> Once[Result]:
    return Once(lambda: optimize(_problem(text), family))


def trade_off(view: View) -> Frontier:
    """The frontier of the view's family and metric.

    The goals that its sliders set do not bound it, so that it stands still under them.
    """
    text = scenario_text(without_sliders(view))
    return _frontier(text, view.family, view.metric).get()


@lru_cache(maxsize=8)
def _frontier(text: str, family: Family, metric: Metric) -> Once[Frontier]:
    return Once(lambda: frontier(_problem(text), family, metric))


def without_sliders(view: View) -> View:
    """The view with the latency goal and the value of waiting open."""
    free = {"goals": {"max_rtt_ms": None}, "assumptions": {"usd_per_wait_hour": None}}
    return view.changed(edits=patched_keeping_none(view.edits, free))


def patched_keeping_none(first: Mapping[str, Any], second: Mapping[str, Any]) -> Data:
    """Two patches as one, the second laid over the first; None stays in it."""
    result = dict(first)
    for key, value in second.items():
        old = result.get(key)
        if isinstance(value, Mapping) and isinstance(old, Mapping):
            result[key] = patched_keeping_none(old, value)
        else:
            result[key] = value
    return result


# ---- plans ----


class Plans(NamedTuple):
    """The plans of a view: what can be chosen, and what is shown."""

    all: Mapping[str, Evaluation]
    """Every plan by name: the scenario's, the best of each family, one's own."""
    current: str | None
    """The plan on the map; None if there is none at all."""
    baseline: str | None
    pins: tuple[str, ...]
    """Plans beside each other."""
    optimum: str | None

    @property
    def shown(self) -> dict[str, Evaluation]:
        """The pinned plans, and the one on the map if it is not among them."""
        names = list(self.pins)
        if self.current and self.current not in names:
            names.append(self.current)
        return {name: self.all[name] for name in names}


def plans(view: View) -> Plans:
    """The plans of the view, evaluated."""
    found = comparison(view)
    text = scenario_text(view)
    own = {name: evaluated(text, layout, name) for name, layout in view.own.items()}
    known = {**found.evaluations, **own}
    optimum = found.optimum.name if found.optimum else None
    wanted = (view.plan, optimum, found.baseline, *known)
    current = next((name for name in wanted if name and name in known), None)
    first_pins = [found.baseline, *(plan.name for plan in found.named), optimum]
    pinned = first_pins if view.pins is None else list(view.pins)
    pins = [name for name in dict.fromkeys(pinned) if name and name in known]
    return Plans(known, current, found.baseline, tuple(pins[:MOST_PINS]), optimum)


def evaluated(text: str, layout: Layout, name: str) -> Evaluation:
    """A layout of one's own under the scenario with that text."""
    return _evaluated(text, layout.model_dump_json(), name)


@lru_cache(maxsize=128)
def _evaluated(text: str, layout: str, name: str) -> Evaluation:
    problem = _problem(text)
    own = problem.accept(Layout.model_validate_json(layout))
    return evaluate_layout(problem, own, name)


def edited_registry(view: View, layout: Layout) -> Registry:
    """The registry that a replica is added to: the chosen one, else the largest."""
    for registry in layout.registries:
        if registry.name == view.registry:
            return registry
    return max(layout.registries, key=lambda registry: len(registry.locations))


def toggled(view: View, region: str) -> View:
    """The view after a click on a region: a replica more, or one fewer.

    Raises `InputError` for a home region, and for one that cannot have a location.
    """
    from planner.reporting.plan_map import why_closed

    found = plans(view)
    if found.current is None:
        raise InputError("there is no plan to change", origin=region)
    layout = found.all[found.current].layout
    name = problem(view).region(region).display_name
    if any(registry.home == region for registry in layout.registries):
        raise InputError(
            f"{name} is a home region, which is fixed once a registry exists"
        )
    based_on = view.based_on if found.current == YOURS else found.current
    holder = next((r for r in layout.registries if region in r.replicas), None)
    if holder is not None:
        sku = _sku_before(found, based_on, holder.name)
        changed = layout.without_replica(region, holder.name, sku)
    elif why := why_closed(problem(view), region):
        raise InputError(f"{name} cannot be added: {why}")
    else:
        changed = layout.with_replica(region, edited_registry(view, layout).name)
    source = found.all.get(based_on)
    if source is not None and _same(changed, source.layout):
        own = {k: v for k, v in view.own.items() if k != YOURS}
        return view.changed(plan=based_on, own=own, based_on="")
    own = {**view.own, YOURS: changed}
    return view.changed(plan=YOURS, own=own, based_on=based_on)


def _sku_before(found: Plans, based_on: str, registry: str) -> Any:
    """The SKU that a registry had before replicas were added; None: what fits."""
    source = found.all.get(based_on)
    if source is not None:
        for old in source.layout.registries:
            if old.name == registry and not old.replicas:
                return old.sku
    return None


def _same(one: Layout, other: Layout) -> bool:
    """Whether two layouts are the same, replicas in any order."""

    def sorted_replicas(layout: Layout) -> list[Any]:
        return [
            registry.model_copy(update={"replicas": tuple(sorted(registry.replicas))})
            for registry in layout.registries
        ]

    return sorted_replicas(one) == sorted_replicas(other)


def prepare(shown: Library) -> None:
    """Compute the first view before anybody asks; an error is told when somebody does."""
    with suppress(PlannerError):
        _comparison(shown.open().text).get()
