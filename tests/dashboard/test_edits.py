"""Changes as merge patches: laid over a scenario they give what was meant."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from planner.dashboard.edits import changed_at, difference, patched, set_at

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


@given(OBJECTS, OBJECTS)
def test_a_difference_leads_from_one_to_the_other(base, changed):
    """Whatever was changed, the patch laid over the base gives it back."""
    assert patched(base, difference(base, changed)) == changed


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
