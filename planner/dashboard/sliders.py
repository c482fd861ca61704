"""The controls of the trade-off: two sliders, each with a field and a reset, two choices.

What a slider does is answered in the browser (`assets/tradeoff.js`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import Dash, Input, Output, State, html
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from planner.dashboard import components, ids, state
from planner.dashboard.edits import set_at
from planner.dashboard.view import Store, View
from planner.dashboard.wiring import changes_view, client
from planner.optimization.families import Family, Metric
from planner.reporting.result_tables import METRIC_WORDS

GOAL, WAITING = ("goals", "max_rtt_ms"), ("assumptions", "usd_per_wait_hour")
"""Where the sliders' values stand in a scenario."""
FAMILIES = {
    Family.GEO: "One, with replicas",
    Family.SINGLE: "One location",
    Family.MULTI: "Several, no replicas",
    Family.HYBRID: "Several and replicas",
    Family.BEST: "Any",
}


# ---- layout ----


def choices() -> list[Component]:
    """Which registries, and which figure of latency."""
    families = {family.value: words for family, words in FAMILIES.items()}
    metrics = {metric.value: METRIC_WORDS[metric][0] for metric in Metric}
    return [
        _choice(ids.TRADEOFF_FAMILY, "Registries", families, Family.GEO.value),
        _choice(ids.TRADEOFF_METRIC, "Latency", metrics, Metric.MEAN_RTT_MS.value),
    ]


def _choice(
    name: str, described: str, options: Mapping[str, str], value: str
) -> Component:
    data = [{"value": key, "label": words} for key, words in options.items()]
    return html.Div(components.select(name, described, 180, data, value=value))


def waiting() -> Component:
    """What an hour of waiting is worth."""
    return _slider(
        "Value of waiting",
        "USD per hour that somebody waits for a pull; 0: not valued",
        dmc.Slider(
            id=ids.TRADEOFF_USD,
            min=0,
            max=100,
            step=1,
            value=0,
            updatemode="drag",
            scale={"function": "tradeoffUsd"},
            label={"function": "tradeoffUsdLabel"},
            thumbLabel="Value of waiting in USD per hour",
            marks=_marks({0: "$0", 20: "$20", 44.7: "$100", 100: "$500"}),
        ),
        _number(ids.TRADEOFF_USD_INPUT, "USD per hour of waiting", 0.0, "0"),
        _reset(ids.TRADEOFF_USD_RESET, "the value of waiting"),
    )


def goal() -> Component:
    """How far the farthest site may be."""
    return _slider(
        "Latency goal",
        "Worst round trip of any site, in ms; empty or at the right end: no goal",
        dmc.Slider(
            id=ids.TRADEOFF_MS,
            min=2,
            max=400,
            step=2,
            value=400,
            updatemode="drag",
            label={"function": "tradeoffMsLabel"},
            thumbLabel="Latency goal in ms",
            marks=_marks({2: "2 ms", 100: "100", 200: "200", 300: "300", 400: "off"}),
        ),
        _number(ids.TRADEOFF_MS_INPUT, "Latency goal in ms", "", "no goal"),
        _reset(ids.TRADEOFF_MS_RESET, "the latency goal"),
    )


def _marks(words: Mapping[float, str]) -> list[dict[str, Any]]:
    return [{"value": at, "label": label} for at, label in words.items()]


def _slider(
    title: str, lead: str, slider: Component, number: Component, reset: Component
) -> Component:
    return html.Div(
        [
            html.H3(title),
            html.P(lead, className="lead"),
            html.Div(
                [html.Div(slider, className="tradeoff-slider"), number, reset],
                className="tradeoff-row",
            ),
        ]
    )


def _number(name: str, described: str, value: Any, placeholder: str) -> Component:
    field: Component = dmc.NumberInput(
        id=name,
        value=value,
        placeholder=placeholder,
        min=0,
        allowNegative=False,
        debounce=True,
        hideControls=True,
        size="xs",
        w=76,
        **components.aria(label=described),
    )
    return field


def _reset(name: str, what: str) -> Component:
    button: Component = dmc.Button(
        "Reset",
        id=name,
        size="xs",
        variant="default",
        **components.aria(label=f"Reset {what} to what the scenario says"),
    )
    return button


# ---- what is chosen ----


def choose_family(name: str | None, data: Store) -> Store:
    """Show another family's trade-off."""
    view = View.of(data)
    if not name or name == view.family:
        raise PreventUpdate
    return view.changed(family=Family(name)).data()


def choose_metric(name: str | None, data: Store) -> Store:
    """Trade cost against another figure."""
    view = View.of(data)
    if not name or name == view.metric:
        raise PreventUpdate
    return view.changed(metric=Metric(name)).data()


def read_base(standing: Store | None) -> dict[str, float | None]:
    """What the opened scenario says where the sliders say nothing."""
    if standing is None:
        raise PreventUpdate
    scenario = state.scenario(View.of(standing).changed(edits={}))
    return {
        "usd": scenario.assumptions.usd_per_wait_hour,
        "ms": scenario.goals.max_rtt_ms,
    }


def as_opened(view: View, *paths: tuple[str, ...]) -> View:
    """The view without its changes at those paths: what the opened scenario says holds."""
    edits = view.edits
    for path in paths:
        edits = set_at(edits, path, None)
    return view.changed(edits=edits)


# ---- wiring ----


def register(app: Dash) -> None:
    """Wire the controls."""
    changes_view(app, choose_family, Input(ids.TRADEOFF_FAMILY, "value"))
    changes_view(app, choose_metric, Input(ids.TRADEOFF_METRIC, "value"))
    standing = Input(ids.TRADEOFF_STANDING, "data")
    app.callback(Output(ids.TRADEOFF_BASE, "data"), standing)(read_base)
    controls = (
        ids.TRADEOFF_USD,
        ids.TRADEOFF_USD_INPUT,
        ids.TRADEOFF_MS,
        ids.TRADEOFF_MS_INPUT,
        ids.TRADEOFF_FAMILY,
        ids.TRADEOFF_METRIC,
    )
    client(
        app,
        "tradeoff",
        "place",
        [Output(name, "value") for name in controls],
        Input(ids.APP_VIEW, "data"),
        Input(ids.TRADEOFF_BASE, "data"),
        [State(name, "value") for name in controls],
    )
    held, said = State(ids.APP_VIEW, "data"), State(ids.TRADEOFF_BASE, "data")
    client(
        app,
        "tradeoff",
        "edit",
        Output(ids.APP_VIEW, "data", allow_duplicate=True),
        Input(ids.TRADEOFF_USD, "value"),
        Input(ids.TRADEOFF_USD_INPUT, "value"),
        Input(ids.TRADEOFF_USD_RESET, "n_clicks"),
        Input(ids.TRADEOFF_MS, "value"),
        Input(ids.TRADEOFF_MS_INPUT, "value"),
        Input(ids.TRADEOFF_MS_RESET, "n_clicks"),
        held,
        said,
        prevent_initial_call=True,
    )
    client(app, "tradeoff", "answered", Input(ids.TRADEOFF_MARK, "data"), held, said)
