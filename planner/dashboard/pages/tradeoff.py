"""Trade-off: the whole curve of cost against latency, and why each region is in a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import dash_mantine_components as dmc
from dash import (
    ClientsideFunction,
    Dash,
    Input,
    Output,
    State,
    ctx,
    dcc,
    get_relative_path,
    html,
)
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from planner.analysis import Frontier
from planner.dashboard import components, ids, state
from planner.dashboard.edits import set_at
from planner.dashboard.view import View
from planner.domain.layout import Layout
from planner.errors import InputError
from planner.evaluation.cost import Kind
from planner.evaluation.result import Evaluation
from planner.optimization.families import Family, Metric
from planner.optimization.result import RegionReason, Result, Status
from planner.reporting import region_card
from planner.reporting.phrases import (
    infeasible_words,
    latency_words,
    proof_words,
    same_places,
)
from planner.reporting.reasons import flips_table, reasons_story, regions_table
from planner.reporting.result_tables import METRIC_WORDS
from planner.reporting.sentences import frontier_headline
from planner.reporting.table import Table, format_cell
from planner.reporting.text import visible
from planner.reporting.theme import Spec
from planner.reporting.trade_off import (
    COLUMNS,
    Point,
    cost_usd,
    curve_note,
    locations_words,
    point_words,
    single_mark,
    trade_off_curve,
    trade_off_points,
    trade_off_table,
)
from planner.reporting.words import counted, layout_brief

PATH = "/trade-off"
NAME = "Trade-off"

Store = Mapping[str, Any]
"""A view as the browser holds it."""

GOAL, WAITING = ("goals", "max_rtt_ms"), ("assumptions", "usd_per_wait_hour")
"""Where the sliders' values stand in a scenario."""
OWN = "trade-off: "
"""Plans that were chosen here are named so."""
ANSWER = "best for the sliders"
CHOSEN = "chosen plan"
FAMILIES = {
    Family.GEO: "One, with replicas",
    Family.SINGLE: "One location",
    Family.MULTI: "Several, no replicas",
    Family.HYBRID: "Several and replicas",
    Family.BEST: "Any",
}
STEPWISE = (Family.MULTI, Family.HYBRID, Family.BEST)
"""Families whose curve is found plan by plan."""
MANY_SITES = 12
"""With more sites than this such a curve may take minutes, so it waits to be asked for."""
ALL, IN_PLAN, NOT_IN_PLAN = "all", "in the plan", "not in the plan"
NO_PLANS = Table("Plans", COLUMNS, ())
NO_REASONS = regions_table(
    Result(Status.INFEASIBLE, Family.GEO, "", None, None, 0.0, "")
)


# ---- layout ----


def layout() -> Component:
    """The page before its results are there."""
    stores = (
        ids.TRADEOFF_STANDING,
        ids.TRADEOFF_HELD,
        ids.TRADEOFF_BASE,
        ids.TRADEOFF_CURVE,
        ids.TRADEOFF_MARK,
        ids.TRADEOFF_RING,
        ids.TRADEOFF_EXPLAINED,
    )
    return html.Div(
        [
            html.Div(
                [
                    html.H1("What faster pulls cost"),
                    html.P(
                        "Looking for every plan that none beats …",
                        id=ids.TRADEOFF_ABOUT,
                        className="lead",
                        role="status",
                    ),
                ],
                className="answer-room tradeoff-head",
            ),
            html.Div([_curve(), _settings()], className="planner"),
            _plans(),
            _reasons(),
            *(dcc.Store(id=store) for store in stores),
        ],
        className="results",
    )


def _curve() -> Component:
    words = "Stepped curve of cost against latency; the table below lists its plans"
    controls = [
        _choice(
            ids.TRADEOFF_FAMILY,
            "Registries",
            [{"value": f.value, "label": name} for f, name in FAMILIES.items()],
            Family.GEO.value,
        ),
        _choice(
            ids.TRADEOFF_METRIC,
            "Latency",
            [{"value": m.value, "label": METRIC_WORDS[m][0]} for m in Metric],
            Metric.MEAN_RTT_MS.value,
        ),
    ]
    start = html.Div(
        [
            html.P(
                "With this many sites the curve of this family is proved plan by plan, "
                "which may take minutes. The sliders work without it."
            ),
            dmc.Button("Find the curve", id=ids.TRADEOFF_START, size="xs"),
        ],
        id=ids.TRADEOFF_START_ROW,
        className="state",
        hidden=True,
    )
    return components.section(
        "The curve",
        "Every plan that no other beats in both. Press a point to put it on the map.",
        html.Div(controls, className="controls tradeoff-controls"),
        start,
        html.Div(
            [
                html.P(
                    "Proving that no plan is missing; on many sites this takes some "
                    "seconds the first time …",
                    id=ids.TRADEOFF_BUSY,
                    className="said tradeoff-busy",
                    role="status",
                ),
                components.graph(ids.TRADEOFF_GRAPH, "chart-tradeoff", words),
            ],
            className="tradeoff-room",
        ),
        html.P(id=ids.TRADEOFF_NOTE, className="said"),
    )


def _choice(
    name: str, described: str, data: Sequence[dict[str, str]], value: str
) -> Component:
    control = dmc.Select(
        id=name,
        label=described,
        data=list(data),
        value=value,
        allowDeselect=False,
        size="xs",
        w=180,
    )
    return html.Div(control)


def _settings() -> Component:
    return html.Section(
        [
            html.H2("What you want"),
            _slider(
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
                    marks=[
                        {"value": 0, "label": "$0"},
                        {"value": 20, "label": "$20"},
                        {"value": 44.7, "label": "$100"},
                        {"value": 100, "label": "$500"},
                    ],
                ),
                _number(ids.TRADEOFF_USD_INPUT, "USD per hour of waiting", 0.0, "0"),
                _reset(ids.TRADEOFF_USD_RESET, "the value of waiting"),
            ),
            _slider(
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
                    marks=[
                        {"value": 2, "label": "2 ms"},
                        {"value": 100, "label": "100"},
                        {"value": 200, "label": "200"},
                        {"value": 300, "label": "300"},
                        {"value": 400, "label": "off"},
                    ],
                ),
                _number(ids.TRADEOFF_MS_INPUT, "Latency goal in ms", "", "no goal"),
                _reset(ids.TRADEOFF_MS_RESET, "the latency goal"),
            ),
            html.H3("Best for the sliders"),
            html.Div(
                html.P("Solving …", className="lead"),
                id=ids.TRADEOFF_ANSWER,
                className="tradeoff-answer",
                role="status",
            ),
            html.H3("Chosen plan"),
            html.Div(id=ids.TRADEOFF_CHOSEN, className="tradeoff-chosen"),
            html.A(
                "Show on the map",
                id=ids.TRADEOFF_SHOW,
                href=get_relative_path("/"),  # type: ignore[no-untyped-call]  # Dash's
                className="nav-link tradeoff-show",
            ),
        ],
        className="panel tradeoff-settings",
    )


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


def _plans() -> Component:
    return components.section(
        "The plans",
        "Select a row, by mouse or with the space bar, to put the plan on the map.",
        _plans_grid(),
        dcc.Download(id=ids.TRADEOFF_PLANS_FILE),
        tools=components.download_button(ids.TRADEOFF_PLANS_BUTTON, "the plans"),
    )


def _plans_grid() -> Component:
    grid = components.grid(
        ids.TRADEOFF_PLANS, "Plans of the trade-off", NO_PLANS, row_id="key"
    )
    first, *_, last = grid.children.columnDefs
    first |= {"width": 230, "tooltipField": "plan"}
    last |= {"minWidth": 340}
    return _selectable(grid)


def _selectable(room: Any) -> Component:
    """The grid with rows that can be selected one at a time."""
    room.children.dashGridOptions |= {
        "rowSelection": {
            "mode": "singleRow",
            "checkboxes": False,
            "enableClickSelection": True,
        }
    }
    found: Component = room
    return found


def _reasons() -> Component:
    explain = dmc.Button("Explain every region", id=ids.TRADEOFF_EXPLAIN, size="xs")
    filters = [
        dmc.TextInput(
            id=ids.TRADEOFF_SEARCH,
            label="Search a region",
            placeholder="Part of a name",
            debounce=250,
            size="xs",
            w=200,
        ),
        dmc.Select(
            id=ids.TRADEOFF_WHICH,
            label="Regions",
            data=[ALL, IN_PLAN, NOT_IN_PLAN],
            value=ALL,
            allowDeselect=False,
            size="xs",
            w=160,
        ),
        components.download_button(ids.TRADEOFF_REGIONS_BUTTON, "every region"),
        dcc.Download(id=ids.TRADEOFF_REGIONS_FILE),
    ]
    grid = components.grid(
        ids.TRADEOFF_REGIONS, "Candidate regions", NO_REASONS, row_id="region"
    )
    table_and_card = [
        html.Div([html.Div(filters, className="controls"), _selectable(grid)]),
        html.Div(id=ids.TRADEOFF_CARD, className="tradeoff-card"),
    ]
    return components.section(
        "Why these regions",
        "For each candidate region of the plan that is best for the sliders: what changes "
        "if it is added or dropped, who moves, and from which volume on it pays.",
        html.P(
            "Evaluating the plan with each region added or dropped; on many sites this "
            "takes some seconds …",
            id=ids.TRADEOFF_EXPLAINING,
            className="said",
            role="status",
            hidden=True,
        ),
        html.P(
            "The scenario or a slider has changed since: press the button again for the "
            "plan that is best now.",
            id=ids.TRADEOFF_STALE,
            className="state",
            hidden=True,
        ),
        html.Div(id=ids.TRADEOFF_STORY, className="tradeoff-story"),
        html.Div(
            table_and_card,
            id=ids.TRADEOFF_REASONS,
            className="planner",
            hidden=True,
        ),
        tools=explain,
    )


# ---- the curve ----


class Shown(NamedTuple):
    """What the curve's callback writes, in the order of its outputs."""

    about: str
    curve: Spec
    rows: list[dict[str, Any]]
    style: dict[str, str]
    note: str
    no_start: bool


def show_curve(standing: Store | None, scheme: str | None, _: int | None) -> Shown:
    """The curve and its table; a slow one waits until it is asked for."""
    if standing is None or scheme is None:
        raise PreventUpdate
    view = View.of(standing)
    if _is_slow(view) and ctx.triggered_id != ids.TRADEOFF_START:
        about = "The curve of this family is found when you ask for it."
        empty = trade_off_curve((), view.metric, scheme) | {"data": []}
        return Shown(about, empty, [], components.grid_style(NO_PLANS), "", False)
    found, points = state.trade_off(view), _points(view)
    curve = trade_off_curve(points, view.metric, scheme)
    if not found.plans:
        curve["data"] = []
    table = trade_off_table(points)
    return Shown(
        about=_about(view, found),
        curve=curve,
        rows=_numbered(components.grid_rows(table)),
        style=components.grid_style(table),
        note=curve_note(found, points),
        no_start=True,
    )


def _is_slow(view: View) -> bool:
    sites = state.scenario(state.without_sliders(view)).sites
    return view.family in STEPWISE and len(sites) > MANY_SITES


def _about(view: View, found: Frontier) -> str:
    """Scenario, and how many plans there are."""
    scenario = found.problem.scenario
    name = f"{visible(scenario.name)}, {counted(len(scenario.sites), 'site')}"
    if not found.plans:
        why = state.explained(state.without_sliders(view), view.family)
        if why.evaluation is None:
            return f"{name}. {infeasible_words(why)}"
    return visible(f"{name}: {frontier_headline(found)}")


def _points(view: View) -> tuple[Point, ...]:
    """The plans of the figure and of the table, which the sliders do not move."""
    found = state.trade_off(view)
    if not found.plans:
        return ()
    still = view.changed(own={}, plan="", edits=_without(view, GOAL, WAITING))
    named = {
        name: plan
        for name, plan in state.plans(still).all.items()
        if plan.latency.mean_rtt_ms is not None and name != "knee"
    }
    return trade_off_points(found, named)


def _numbered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row | {"key": str(number)} for number, row in enumerate(rows)]


def read_base(standing: Store | None) -> dict[str, float | None]:
    """What the opened scenario says where the sliders say nothing."""
    if standing is None:
        raise PreventUpdate
    scenario = state.scenario(View.of(standing).changed(edits={}))
    return {
        "usd": scenario.assumptions.usd_per_wait_hour,
        "ms": scenario.goals.max_rtt_ms,
    }


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


# ---- the best plan for the sliders ----


def answer(data: Store | None) -> tuple[list[Component], Spec]:
    """The best plan under the sliders in words, and its mark on the curve."""
    if data is None:
        raise PreventUpdate
    view = View.of(data)
    result = state.best(view, view.family)
    plan = result.evaluation
    if plan is None:
        asked = view.changed(edits=_without(view, WAITING))  # no goal depends on it
        why = state.explained(asked, view.family)
        return [html.P(visible(infeasible_words(why)))], {}
    priced = plan.cost.by_kind[Kind.WAITING]
    total = format_cell("usd", plan.cost.total_usd)
    extra = f" ({total} with waiting)" if priced else ""
    cost = format_cell("usd", cost_usd(plan))
    words: list[Component] = [
        html.P(
            [html.B(f"{cost} a month"), f"{extra}, {latency_words(plan)}."],
        ),
        html.P(
            f"{visible(layout_brief(plan.layout))}, {proof_words(result)}.",
            className="lead",
        ),
    ]
    if plan.latency.mean_rtt_ms is None:
        return words, {}
    return words, _mark(ANSWER, plan, view.metric, chosen=False)


def _without(view: View, *paths: tuple[str, ...]) -> Mapping[str, Any]:
    """The view's changes but those: what the opened scenario says holds there."""
    edits = view.edits
    for path in paths:
        edits = set_at(edits, path, None)
    return edits


def _mark(name: str, plan: Evaluation, metric: Metric, *, chosen: bool) -> Spec:
    """A mark that says which metric it is for, since the curve may still be another's."""
    return single_mark(name, plan, metric, chosen=chosen) | {"meta": metric.value}


# ---- the chosen plan ----


def choose_point(clicked: Store | None, data: Store) -> tuple[Store, None]:
    """Put the plan that was pressed in the figure on the map."""
    points = (clicked or {}).get("points") or [{}]
    return _chosen(points[0].get("customdata"), data), None


def choose_row(rows: Sequence[Store] | None, data: Store) -> Store:
    """Put the plan of the selected row on the map."""
    if not isinstance(rows, list) or not rows:
        raise PreventUpdate
    return _chosen(rows[0].get("key"), data)


def _chosen(key: Any, data: Store) -> Store:
    """The view with a plan of the trade-off on the map."""
    view = View.of(data)
    points = _points(view)
    if not str(key).isdigit() or int(key) >= len(points):
        raise PreventUpdate
    point = points[int(key)]
    current = _current_layout(view)
    if current is not None and same_places(current, point.evaluation.layout):
        raise PreventUpdate
    named = state.scenario(view).layouts
    known = next((name for name in point.names if name in named), None)
    if known is not None:
        return view.changed(plan=known, registry="").data()
    name = own_name(point, view.metric)
    own = {k: v for k, v in view.own.items() if _is_kept(k, view)}
    own[name] = point.evaluation.layout
    return view.changed(own=own, plan=name, registry="").data()


def own_name(point: Point, metric: Metric) -> str:
    """`trade-off: 3 locations, 27.7 ms`."""
    plan = point.evaluation
    value = format_cell(METRIC_WORDS[metric][2], metric.of(plan))
    return f"{OWN}{locations_words(plan.layout)}, {value}"


def _is_kept(name: str, view: View) -> bool:
    """Whether a plan of one's own stays when another is chosen here."""
    used = (*(view.pins or ()), view.based_on)
    return not name.startswith(OWN) or name in used


def _current_layout(view: View) -> Layout | None:
    """The layout that was put on the map by name, if it is one's own or the scenario's."""
    return view.own.get(view.plan) or state.scenario(view).layouts.get(view.plan)


def show_chosen(
    held: Store | None, curve: Spec | None
) -> tuple[list[Component], Spec, Any]:
    """The chosen plan in words, its ring on the curve, and its row in the table."""
    if held is None:
        raise PreventUpdate
    view = View.of(held)
    plan = _evaluated(view)
    if plan is None:
        words = "None yet: press a point of the curve, or select a row of the table."
        if view.plan:
            words = f"{visible(view.plan)} is on the map; press a point for another."
        return [html.P(words, className="lead")], {}, []
    told: list[Component] = [
        html.P([html.B(visible(view.plan)), f": {point_words(plan, view.metric)}."]),
        html.P(visible(layout_brief(plan.layout)), className="lead"),
    ]
    if not curve or not curve["data"]:
        return told, {}, []
    places = (same_places(p.evaluation.layout, plan.layout) for p in _points(view))
    keys = [str(number) for number, is_it in enumerate(places) if is_it][:1]
    ring = _mark(CHOSEN, plan, view.metric, chosen=True)
    return told, ring, {"ids": keys}


def _evaluated(view: View) -> Evaluation | None:
    chosen = _current_layout(view)
    if chosen is None:
        return None
    text = state.scenario_text(state.without_sliders(view))
    plan = state.evaluated(text, chosen, view.plan)
    return None if plan.latency.mean_rtt_ms is None else plan


# ---- reasons ----


def explain(
    presses: int | None, data: Store
) -> tuple[Store, list[Component], bool, list[Component]]:
    """Work out what each region does to the plan that is best for the sliders."""
    if not presses:
        raise PreventUpdate
    view = View.of(data)
    result = state.explained(view, view.family)
    if result.evaluation is None:
        return data, [html.P(visible(infeasible_words(result)))], True, []
    sentences = [html.P(visible(sentence)) for sentence in reasons_story(result)]
    story: list[Component] = [
        html.Details([html.Summary("The reasons in sentences"), *sentences])
    ]
    first = regions_table(result).values("region")
    return data, story, False, _card(result, str(first[0])) if first else []


def list_regions(
    explained: Store | None, searched: str | None, which: str | None
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """The regions that are looked for, those of the plan first."""
    if explained is None:
        raise PreventUpdate
    view = View.of(explained)
    table = regions_table(state.explained(view, view.family))
    rows = [
        row
        for row in components.grid_rows(table)
        if _is_wanted(view, row, searched or "", which or ALL)
    ]
    return rows, components.grid_style(table)


def _is_wanted(view: View, row: Mapping[str, Any], searched: str, which: str) -> bool:
    if which != ALL and row["chosen"] is not (which == IN_PLAN):
        return False
    name = state.problem(view).region(str(row["region"])).display_name
    return searched.strip().lower() in f"{row['region']} {name}".lower()


def pick_region(
    rows: Sequence[Store] | None, explained: Store | None
) -> list[Component]:
    """The card of the selected region."""
    if not isinstance(rows, list) or not rows or explained is None:
        raise PreventUpdate
    view = View.of(explained)
    return _card(state.explained(view, view.family), str(rows[0]["region"]))


def _card(result: Result, region: str) -> list[Component]:
    reason = next((r for r in result.regions if r.region == region), None)
    if reason is None:
        raise InputError(f"{region} is no candidate region of the plan")
    standing = "In the plan" if reason.chosen else "Not in the plan"
    words: list[Component] = [
        html.P(standing, className="eyebrow"),
        html.H3(visible(region)),
        html.P(region_card.why_words(reason)),
    ]
    if reason.change_if_flipped_usd is None:
        return words
    return [
        *words,
        _changes(reason),
        html.P([html.B("Who moves: "), "; ".join(region_card.movers_lines(reason))]),
        html.P([html.B("Pays: "), f"{region_card.pays_words(reason)}."]),
    ]


def _changes(reason: RegionReason) -> Component:
    caption = "If it is dropped" if reason.chosen else "If it is added"
    rows = [
        html.Tr([html.Th(name, scope="row"), html.Td(text)])
        for name, text in region_card.change_rows(reason)
    ]
    return html.Table(
        [html.Caption(caption), html.Tbody(rows)], className="kpis tradeoff-changes"
    )


# ---- files ----


def save_plans(clicks: int | None, data: Store) -> dict[str, Any]:
    """The plans of the figure as a CSV file."""
    if not clicks:
        raise PreventUpdate
    view = View.of(data)
    table = trade_off_table(_points(view))
    return components.csv_file(table, state.scenario(view).name, "trade-off")


def save_regions(clicks: int | None, explained: Store | None) -> dict[str, Any]:
    """What flipping each region changes, by kind of cost, as a CSV file."""
    if not clicks or explained is None:
        raise PreventUpdate
    view = View.of(explained)
    result = state.explained(view, view.family)
    return components.csv_file(reasons_table(result), result.scenario, "regions")


def reasons_table(result: Result) -> Table:
    """Both tables of the reasons side by side: one row a region."""
    regions, flips = regions_table(result), flips_table(result)
    kinds = tuple(c for c in flips.columns if c.key not in regions.keys)
    changes = {str(row["region"]): row for row in flips.records()}
    rows = tuple(
        (*row, *(changes.get(str(row[0]), {}).get(c.key) for c in kinds))
        for row in regions.rows
    )
    return Table(regions.title, (*regions.columns, *kinds), rows, regions.caption)


# ---- wiring ----


def register(app: Dash) -> None:
    """Wire the page's callbacks."""
    _register_client(app)
    _register_curve(app)
    _register_choice(app)
    _register_reasons(app)
    for save, button, file, source in (
        (
            save_plans,
            ids.TRADEOFF_PLANS_BUTTON,
            ids.TRADEOFF_PLANS_FILE,
            ids.TRADEOFF_STANDING,
        ),
        (
            save_regions,
            ids.TRADEOFF_REGIONS_BUTTON,
            ids.TRADEOFF_REGIONS_FILE,
            ids.TRADEOFF_EXPLAINED,
        ),
    ):
        held = State(source, "data")
        app.callback(Output(file, "data"), Input(button, "n_clicks"), held)(save)


def _register_client(app: Dash) -> None:
    """What the browser does by itself: sliders, and laying the marks on the curve."""

    def client(function: str, *wiring: object, **options: object) -> None:
        app.clientside_callback(  # type: ignore[no-untyped-call]  # Dash leaves it untyped
            ClientsideFunction("tradeoff", function), *wiring, **options
        )

    view, base = Input(ids.APP_VIEW, "data"), ids.TRADEOFF_BASE
    held, said = State(ids.APP_VIEW, "data"), State(base, "data")
    followers = (ids.TRADEOFF_STANDING, ids.TRADEOFF_HELD)
    client(
        "split",
        [Output(name, "data") for name in followers],
        view,
        [State(name, "data") for name in followers],
    )
    controls = (
        ids.TRADEOFF_USD,
        ids.TRADEOFF_USD_INPUT,
        ids.TRADEOFF_MS,
        ids.TRADEOFF_MS_INPUT,
        ids.TRADEOFF_FAMILY,
        ids.TRADEOFF_METRIC,
    )
    client(
        "place",
        [Output(name, "value") for name in controls],
        view,
        Input(base, "data"),
        [State(name, "value") for name in controls],
    )
    client(
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
    mark = Input(ids.TRADEOFF_MARK, "data")
    client("answered", mark, held, said)
    client(
        "compose",
        Output(ids.TRADEOFF_GRAPH, "figure"),
        Input(ids.TRADEOFF_CURVE, "data"),
        Input(ids.TRADEOFF_RING, "data"),
        mark,
    )
    client(
        "stale",
        Output(ids.TRADEOFF_STALE, "hidden"),
        view,
        Input(ids.TRADEOFF_EXPLAINED, "data"),
    )


def _register_curve(app: Dash) -> None:
    standing = Input(ids.TRADEOFF_STANDING, "data")
    app.callback(Output(ids.TRADEOFF_BASE, "data"), standing)(read_base)
    app.callback(
        Output(ids.TRADEOFF_ABOUT, "children"),
        Output(ids.TRADEOFF_CURVE, "data"),
        Output(ids.TRADEOFF_PLANS, "rowData"),
        Output(ids.TRADEOFF_PLANS, "style"),
        Output(ids.TRADEOFF_NOTE, "children"),
        Output(ids.TRADEOFF_START_ROW, "hidden"),
        standing,
        Input(ids.APP_SCHEME, "data"),
        Input(ids.TRADEOFF_START, "n_clicks"),
        running=[(Output(ids.TRADEOFF_BUSY, "hidden"), False, True)],
    )(show_curve)
    app.callback(
        Output(ids.TRADEOFF_ANSWER, "children"),
        Output(ids.TRADEOFF_MARK, "data"),
        Input(ids.APP_VIEW, "data"),
    )(answer)


def _register_choice(app: Dash) -> None:
    view = State(ids.APP_VIEW, "data")
    changed = Output(ids.APP_VIEW, "data", allow_duplicate=True)
    for callback, control, prop in (
        (choose_family, ids.TRADEOFF_FAMILY, "value"),
        (choose_metric, ids.TRADEOFF_METRIC, "value"),
        (choose_row, ids.TRADEOFF_PLANS, "selectedRows"),
    ):
        app.callback(changed, Input(control, prop), view, prevent_initial_call=True)(
            callback
        )
    app.callback(
        changed,
        Output(ids.TRADEOFF_GRAPH, "clickData"),  # so that it can be pressed again
        Input(ids.TRADEOFF_GRAPH, "clickData"),
        view,
        prevent_initial_call=True,
    )(choose_point)
    app.callback(
        Output(ids.TRADEOFF_CHOSEN, "children"),
        Output(ids.TRADEOFF_RING, "data"),
        Output(ids.TRADEOFF_PLANS, "selectedRows"),
        Input(ids.TRADEOFF_HELD, "data"),
        Input(ids.TRADEOFF_CURVE, "data"),
    )(show_chosen)


def _register_reasons(app: Dash) -> None:
    app.callback(
        Output(ids.TRADEOFF_EXPLAINED, "data"),
        Output(ids.TRADEOFF_STORY, "children"),
        Output(ids.TRADEOFF_REASONS, "hidden"),
        Output(ids.TRADEOFF_CARD, "children"),
        Input(ids.TRADEOFF_EXPLAIN, "n_clicks"),
        State(ids.APP_VIEW, "data"),
        running=[
            (Output(ids.TRADEOFF_EXPLAINING, "hidden"), False, True),
            (Output(ids.TRADEOFF_EXPLAIN, "disabled"), True, False),
        ],
        prevent_initial_call=True,
    )(explain)
    app.callback(
        Output(ids.TRADEOFF_REGIONS, "rowData"),
        Output(ids.TRADEOFF_REGIONS, "style"),
        Input(ids.TRADEOFF_EXPLAINED, "data"),
        Input(ids.TRADEOFF_SEARCH, "value"),
        Input(ids.TRADEOFF_WHICH, "value"),
    )(list_regions)
    app.callback(
        Output(ids.TRADEOFF_CARD, "children", allow_duplicate=True),
        Input(ids.TRADEOFF_REGIONS, "selectedRows"),
        State(ids.TRADEOFF_EXPLAINED, "data"),
        prevent_initial_call=True,
    )(pick_region)
