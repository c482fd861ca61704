"""Changes as merge patches: laid over a scenario they give what was meant."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from planner.dashboard.edits import (
    changed_at,
    count,
    difference,
    patched,
    same,
    set_at,
)

LEAVES = st.booleans() | st.integers() | st.text(max_size=5)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.text(max_size=3), VALUES, max_size=4)
ENTRIES = st.fixed_dictionaries(
    {"name": st.sampled_from("abcdef")},
    optional={"nodes": LEAVES, "demand": st.lists(OBJECTS, max_size=2)},
)
LISTS = st.lists(ENTRIES | LEAVES | OBJECTS, max_size=3) | st.lists(ENTRIES, max_size=6)
SCENARIOS = st.fixed_dictionaries({"sites": LISTS | VALUES}, optional={"x": VALUES})


@given(OBJECTS | SCENARIOS, OBJECTS | SCENARIOS)
def test_a_difference_leads_from_one_to_the_other(base, changed):
    """Whatever was changed, the patch laid over the base gives it back, JSON for JSON."""
    there = patched(base, difference(base, changed))
    assert same(there, changed)
    assert list(there.get("sites", [])) == list(changed.get("sites", []))


@given(OBJECTS | SCENARIOS, OBJECTS | SCENARIOS)
def test_any_patch_can_be_laid_over_anything(base, patch):
    """A link may hold any patch: it gives some scenario, which is then checked."""
    assert isinstance(patched(base, patch), dict)


@given(OBJECTS | SCENARIOS, OBJECTS | SCENARIOS)
def test_changes_are_counted(base, changed):
    """There are no changes exactly when the scenario is as it was opened."""
    assert (count(difference(base, changed)) == 0) is same(base, changed)


@given(OBJECTS)
def test_nothing_changed_is_an_empty_patch(base):
    """A scenario that is as it was opened has no edits."""
    assert difference(base, base) == {}


def test_none_takes_a_key_away():
    """A goal that is dropped is its default again."""
    base = {"goals": {"home": "westus", "max_rtt_ms": 80}}
    assert patched(base, {"goals": {"home": None}}) == {"goals": {"max_rtt_ms": 80}}


def test_the_place_of_a_change_is_known():
    """Inputs are marked by their path in the patch."""
    patch = {"goals": {"home": None}, "sites": []}
    assert changed_at(patch, "goals", "home")
    assert not changed_at(patch, "goals", "max_rtt_ms")
    assert not changed_at(patch, "assumptions", "local_rtt_ms")


def test_one_field_is_set_and_taken_away():
    """A form without any field left is no key of the scenario."""
    data = set_at({"name": "x"}, ("goals", "home"), "westus")
    assert data == {"name": "x", "goals": {"home": "westus"}}
    assert set_at(data, ("goals", "home"), None) == {"name": "x"}


SITES = [{"name": name, "region": "westus", "nodes": 3} for name in "abc"]


def changed_sites(*sites: dict) -> dict:
    """The patch from three sites to others."""
    return difference({"sites": SITES}, {"sites": list(sites)})


def test_one_cell_is_a_small_patch():
    """A changed cell carries its row's name and itself, not the whole list."""
    a, b, c = SITES
    assert changed_sites(a, {**b, "nodes": 4}, c) == {
        "sites": {"changed": {"b": {"nodes": 4}}}
    }


def test_rows_come_go_and_get_names():
    """Renamed, deleted and added rows are told apart by the names they had."""
    a, b, c = SITES
    new = {"name": "d", "region": "eastus"}
    assert changed_sites({**a, "name": "z"}, c, new) == {
        "sites": {"changed": {"a": {"name": "z"}, "b": None}, "added": [new]}
    }
    assert count(changed_sites({**a, "name": "z"}, c, new)) == 3
    assert changed_sites(c, b, a) == {"sites": [c, b, a]}


def test_two_who_change_different_rows_meet():
    """A patch finds its rows in a newer version, too."""
    a, b, c = SITES
    patch = changed_sites(a, {**b, "nodes": 4}, c)
    newer = {"sites": [{**a, "nodes": 9}, c, b]}
    assert patched(newer, patch)["sites"] == [{**a, "nodes": 9}, c, {**b, "nodes": 4}]


def test_true_is_not_one():
    """Python takes 1 for true; a scenario does not."""
    assert difference({"layers": 1}, {"layers": True}) == {"layers": True}
    assert difference({"x": [{"y": [0]}]}, {"x": [{"y": [False]}]})
