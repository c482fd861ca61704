"""Figures: what they draw is what the evaluations say."""

from __future__ import annotations

import itertools

import pytest

from planner.analysis import Comparison
from planner.domain.problem import Problem
from planner.domain.scenario import Scenario
from planner.evaluation.cost import Kind
from planner.evaluation.evaluate import evaluate
from planner.reporting import figures
from planner.reporting.kinds import KIND_PATTERNS
from planner.reporting.maps import RTT_CLASSES, map_topology, rtt_class
from planner.reporting.theme import label_sides
from tests.helpers import problem, registry, site
from tests.reporting.conftest import NASTY


def texts_of(figure: object) -> str:
    """All that a figure holds, as its JSON."""
    return figure.to_json()


def test_every_kind_has_a_colour_of_its_own() -> None:
    """A kind of cost looks the same everywhere, and no two look alike."""
    assert set(figures.KIND_COLOURS) == set(figures.KIND_LABELS) == set(Kind)
    assert len(set(figures.KIND_COLOURS.values())) == len(Kind)


def test_kinds_of_the_bill_differ_without_colour() -> None:
    """Hatching tells the bill's kinds apart in print and for any colour vision."""
    bill = [k for k in Kind if k not in (Kind.OPERATIONS, Kind.WAITING)]
    assert len({KIND_PATTERNS[kind] for kind in bill}) == len(bill)


def test_bars_sum_to_the_total(comparison: Comparison) -> None:
    """The bars of a plan add up to its cost, and the label says it."""
    figure = figures.cost_bars(comparison.evaluations)
    for number, evaluation in enumerate(comparison.evaluations.values()):
        drawn = sum(trace.x[number] for trace in figure.data)
        assert drawn == pytest.approx(evaluation.cost.total_usd)
        label = figure.layout.yaxis.ticktext[number]
        assert f"${evaluation.cost.total_usd:,.2f}" in label


def test_bars_of_regions_sum_to_the_bill(comparison: Comparison) -> None:
    """By region nothing is lost: the bars add up to the same bill."""
    plan = comparison.evaluations["geo-replicated"]
    figure = figures.region_cost_bars(plan)
    drawn = sum(itertools.chain.from_iterable(trace.x for trace in figure.data))
    assert drawn == pytest.approx(plan.cost.bill_usd)


def test_figures_name_unit_period_and_price_dates(comparison: Comparison) -> None:
    """A chart of money without period and price date cannot be judged later."""
    for figure in (
        figures.cost_bars(comparison.evaluations),
        figures.cost_latency_figure(comparison.evaluations),
    ):
        assert "USD per month" in texts_of(figure)
        assert "prices of 2023-05-22 to 2026-10-01" in texts_of(figure)
    assert "RTT in ms" in texts_of(figures.latency_figure(comparison.evaluations))


def test_latency_points_are_the_latency_figures(comparison: Comparison) -> None:
    """Mean, P95 and worst of each plan stand where the evaluation has them."""
    figure = figures.latency_figure(comparison.evaluations)
    named = {trace.name: list(trace.x) for trace in figure.data if trace.name}
    plans = [plan.latency for plan in comparison.evaluations.values()]
    assert named["mean"] == [plan.mean_rtt_ms for plan in plans]
    assert named["P95"] == [plan.p95_rtt_ms for plan in plans]
    assert named["worst"] == [plan.max_rtt_ms for plan in plans]


def test_cost_latency_has_the_range_as_error_bar(comparison: Comparison) -> None:
    """Unclear rules show as a bar from the low to the high reading of the bill."""
    figure = figures.cost_latency_figure(comparison.evaluations)
    point = next(trace for trace in figure.data if trace.name == "geo-replicated")
    cost = comparison.evaluations["geo-replicated"].cost
    assert point.y[0] == cost.bill_usd
    assert point.y[0] - point.error_y.arrayminus[0] == pytest.approx(cost.low_usd)
    assert point.y[0] + point.error_y.array[0] == pytest.approx(cost.high_usd)


def test_range_reaches_up_to_the_high_reading(worldwide: Scenario) -> None:
    """Where the dearer reading costs more, the bar also points up."""
    plan = evaluate(worldwide, "geo-replicated")
    (point,) = figures.cost_latency_figure({"x": plan}).data
    assert plan.cost.high_usd > plan.cost.bill_usd
    assert point.y[0] + point.error_y.array[0] == pytest.approx(plan.cost.high_usd)


def test_nothing_to_draw_is_said_in_words(silent: Comparison) -> None:
    """An empty chart would look like a fault."""
    for draw in (figures.latency_figure, figures.cost_latency_figure):
        assert "Nothing pulls" in draw(silent.evaluations).layout.annotations[0].text
    assert "no plan" in figures.cost_bars({}).layout.annotations[0].text


def test_names_are_not_interpreted(nasty: Comparison, nasty_problem: Problem) -> None:
    """Plotly reads text as HTML, so a user's name reaches it escaped."""
    plan = nasty.evaluations[NASTY]
    for figure in (
        figures.cost_bars(nasty.evaluations),
        figures.region_cost_bars(plan),
        figures.latency_figure(nasty.evaluations),
        figures.cost_latency_figure(nasty.evaluations),
        figures.site_map(nasty_problem, plan),
    ):
        text = texts_of(figure)
        assert "script" in text
        assert "<script" not in text
        assert "\\u003cscript" not in text
        assert "\\u202e" not in text


def test_numeric_names_stay_names() -> None:
    """A plan called 2024 is a category, not a number on an axis."""
    stated = problem(
        [site("a", "eastus", pulls=1, gb=1)],
        layouts={"2024": {"registries": [registry("r", "eastus")]}},
    )
    figure = figures.cost_bars({"2024": evaluate(stated, "2024")})
    assert figure.layout.yaxis.type == "category"


def test_map_tells_home_from_replicas(
    comparison: Comparison, contoso_problem: Problem
) -> None:
    """The home is fixed for good: it has a shape and a label of its own."""
    plan = comparison.evaluations["geo-replicated"]
    figure = figures.site_map(contoso_problem, plan)
    named = {trace.name: trace for trace in figure.data}
    assert named["home region"].text == ("westus (home)",)
    assert set(named["replica"].text) == {"eastus", "canadacentral", "westeurope"}
    assert named["home region"].marker.symbol != named["replica"].marker.symbol


def test_map_lines_end_where_pulls_are_served(
    comparison: Comparison, contoso_problem: Problem
) -> None:
    """East US is drawn to West US today, dashed as 50 to 100 ms (69 ms)."""
    figure = figures.site_map(contoso_problem, comparison.evaluations["today"])
    lines = [trace for trace in figure.data if trace.mode == "lines"]
    far = [trace for trace in lines if trace.name == "RTT 50 to 100 ms"]
    east, west = (contoso_problem.region(name) for name in ("eastus", "westus"))
    ends = [
        (trace.lat[i : i + 2], trace.lon[i : i + 2])
        for trace in far
        for i in range(0, len(trace.lon), 3)
    ]
    assert (
        (east.latitude, west.latitude),
        (east.longitude, west.longitude),
    ) in ends
    assert {trace.line.dash for trace in far} == {"dash"}


def test_map_marks_estimates() -> None:
    """A site outside Azure has an estimated round trip and another shape for it."""
    stated = problem(
        [
            site("plant", None, 10, 1, latitude=48.1, longitude=11.6),
            site("cluster", "westeurope", 10, 1),
        ],
        layouts={"x": {"registries": [registry("r", "westeurope")]}},
    )
    figure = figures.site_map(stated, evaluate(stated))
    named = {trace.name: trace for trace in figure.data}
    guess, known = named["site, RTT estimated"], named["site"]
    assert guess.lat == (48.1,)
    assert "(estimated)" in guess.text[0]
    assert guess.marker.symbol != known.marker.symbol


def test_wider_lines_carry_more(
    comparison: Comparison, contoso_problem: Problem
) -> None:
    """Of the far sites East US pulls 770 GB and Canada Central 257: two widths."""
    figure = figures.site_map(contoso_problem, comparison.evaluations["today"])
    far = [trace for trace in figure.data if trace.name == "RTT 50 to 100 ms"]
    assert len({trace.line.width for trace in far}) == 2
    assert [trace.showlegend for trace in far].count(True) == 1


def test_every_round_trip_has_one_band() -> None:
    """Bands differ in colour, dash and name, and meet without a gap."""
    assert rtt_class(10).text == "up to 10 ms"
    assert rtt_class(10.1).text == "10 to 50 ms"
    assert rtt_class(100_000).text == "over 200 ms"
    for values in zip(*RTT_CLASSES, strict=True):
        assert len(set(values)) == len(RTT_CLASSES)


def test_map_is_the_whole_world_with_land(
    comparison: Comparison, contoso_problem: Problem
) -> None:
    """The outlines come with the package, under the name that plotly.js asks for."""
    geo = figures.site_map(contoso_problem, comparison.evaluations["today"]).layout.geo
    assert geo.projection.type == "natural earth"
    assert geo.fitbounds is False
    assert geo.resolution == 110
    assert {"land", "countries", "coastlines", "ocean"} <= set(
        map_topology()["objects"]
    )


def test_themes_colour_the_same_parts(comparison: Comparison) -> None:
    """A dark figure differs from the light one in colours only."""
    light, dark = figures.THEMES["light"], figures.THEMES["dark"]
    assert set(light) == set(dark)
    figure = figures.themed(figures.cost_bars(comparison.evaluations), "dark")
    assert figure.layout.paper_bgcolor == dark["paper_bgcolor"]


def test_labels_keep_clear_of_neighbours() -> None:
    """Of two close points the upper is labelled above and the lower below."""
    sides = label_sides([(0, 0), (0, 1), (9, 9)], near=2)
    assert sides == ["bottom", "top", "middle"]


def test_a_region_without_a_place_is_left_out_of_the_map() -> None:
    """A region whose coordinates are not published is not drawn in the wrong place."""
    fee = {"sku": "Premium", "region": "chinaeast", "usd_per_day": 2.0}
    stated = problem(
        [site("a", "eastus", 1, 1, rtt_ms={"chinaeast": 200.0})],
        layouts={"x": {"registries": [registry("r", "chinaeast", sku="Premium")]}},
        price_overrides={
            "registry_fees": [fee],
            "storage": [{"region": "chinaeast", "usd_per_gb_month": 0.1}],
            "transfer": [
                {"source": "chinaeast", "target": "eastus", "usd_per_gb": 0.1}
            ],
        },
    )
    region = stated.region("chinaeast")
    figure = figures.site_map(stated, evaluate(stated))
    home = next(trace for trace in figure.data if trace.name == "home region")
    assert home.lat == (region.latitude,)
