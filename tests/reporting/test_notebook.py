"""How results show themselves in a notebook."""

from __future__ import annotations

from planner.analysis import Comparison, frontier
from planner.domain.problem import Problem
from planner.optimization.solve import optimize
from tests.helpers import problem, site
from tests.reporting.conftest import NASTY


def test_results_show_headline_and_tables(
    comparison: Comparison, contoso_problem: Problem
) -> None:
    """The last line of a cell shows the answer, not an object's address."""
    assert "$62.98" in comparison._repr_html_()
    assert "$75.39" in comparison.evaluations["today"]._repr_html_()
    narrowed = contoso_problem.with_goals(candidate_regions=["westus", "eastus"])
    result = optimize(narrowed)
    assert "proved optimal" in result._repr_html_()
    assert "Why these regions" in result._repr_html_()


def test_results_draw_themselves(comparison: Comparison) -> None:
    """`.figure()` gives a plotly figure for each kind of result."""
    assert comparison.figure().data
    assert comparison.evaluations["today"].figure().data
    assert comparison.best.figure().data


def test_frontier_shows_its_knee(contoso_problem: Problem) -> None:
    """The curve, its table and its sentence speak of the same knee."""
    curve = frontier(contoso_problem)
    assert curve.knee is not None
    cost = f"${curve.knee.cost.total_usd:,.2f}"
    assert cost in curve._repr_html_()
    assert curve.figure().data[1].y == (curve.knee.cost.total_usd,)
    assert list(curve.table["knee"]).count(True) == 1


def test_frontier_of_one_plan() -> None:
    """Where the cheapest layout is the fastest there is nothing to trade."""
    curve = frontier(problem([site("a", "eastus", 10, 10)]))
    assert len(curve.plans) == 1
    assert "also the fastest" in curve._repr_html_()


def test_empty_frontier_says_why() -> None:
    """Where nobody pulls there is no curve, and the figure says so."""
    curve = frontier(problem([site("a", "eastus")]))
    assert curve.plans == ()
    assert "nothing pulls" in curve.figure().layout.annotations[0].text
    assert "nothing pulls" in curve._repr_html_()


def test_infeasible_result_draws_its_reason(impossible: Comparison) -> None:
    """Without a plan the figure and the summary say why."""
    figure = impossible.best.figure()
    assert "No layout meets the goals" in figure.layout.annotations[0].text
    assert "No layout meets the goals" in impossible.best._repr_html_()


def test_names_are_escaped(nasty: Comparison) -> None:
    """A notebook runs scripts in its output, so names must not become any."""
    for shown in (nasty._repr_html_(), nasty.evaluations[NASTY]._repr_html_()):
        assert "<script" not in shown
        assert "&lt;script&gt;" in shown
        assert "\u202e" not in shown
