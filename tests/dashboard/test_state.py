"""From a view to results: computed once, shared, and never mixed up."""

from __future__ import annotations

from threading import Thread

import pytest

from planner.dashboard import state
from planner.dashboard.library import Library
from planner.dashboard.view import MOST_PINS, View
from planner.errors import InputError
from planner.optimization.families import Family


def test_errors_wait_until_somebody_asks(contoso, monkeypatch):
    """Computing ahead of the first visit never breaks the server's start."""

    def fail(*_, **__):
        raise InputError("too much for any SKU")

    monkeypatch.setattr(state, "compare", fail)
    other = contoso.model_copy(update={"name": "other"})
    state.prepare(Library(served=other))


def test_work_is_done_once_while_others_wait():
    """Eight browsers that ask at once share one computation."""
    done = []

    def work() -> int:
        done.append(1)
        return 42

    once = state.Once(work)
    answers = []
    threads = [Thread(target=lambda: answers.append(once.get())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [42] * 8
    assert len(done) == 1


@pytest.mark.usefixtures("in_app")
def test_sliders_do_not_move_the_trade_off():
    """The curve stands still under the goals that its own sliders set."""
    slid = View(
        edits={
            "goals": {"max_rtt_ms": 80.0},
            "assumptions": {"usd_per_wait_hour": 30.0},
        }
    )
    still = state.scenario_text(state.without_sliders(slid))
    assert still == state.scenario_text(state.without_sliders(View()))


@pytest.mark.usefixtures("in_app")
def test_a_slider_step_is_solved_by_itself():
    """The best plan of a family comes without the other families and reasons."""
    result = state.best(View(edits={"goals": {"max_rtt_ms": 50.0}}), Family.GEO)
    assert result.evaluation is not None
    assert result.evaluation.latency.max_rtt_ms <= 50.0
    assert not result.regions


def test_a_view_survives_the_browser():
    """What the store holds is read back as the same view."""
    view = View(scenario="worldwide", pins=("a",), edits={"goals": {"home": None}})
    assert View.of(view.data()) == view
    assert View.of(None) == View()


def test_a_damaged_link_is_told():
    """A link with what no view has is an error in words."""
    with pytest.raises(InputError, match="the link"):
        View.of({"metric": "nonsense"})
    with pytest.raises(InputError, match="pins"):
        View.of({"pins": ["x"] * (MOST_PINS + 1)})


@pytest.mark.usefixtures("in_app")
def test_an_unknown_scenario_names_the_nearest():
    """A misspelt scenario in a link is answered with what there is."""
    with pytest.raises(InputError, match="did you mean 'contoso'"):
        state.plans(View(scenario="contosso"))


@pytest.mark.usefixtures("in_app")
def test_nobody_waits_for_a_knee():
    """The knee over all families is looked for in small scenarios only."""
    open_ended = {"goals": {"max_rtt_ms": None}}
    large = state.comparison(View(scenario="worldwide", edits=open_ended))
    assert large.knee is None
    assert state.comparison(View()).knee is not None
