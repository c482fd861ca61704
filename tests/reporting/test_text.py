"""User-given text that is made harmless to read."""

from __future__ import annotations

from planner.reporting.text import one_line, visible, visible_lines


def test_plain_names_stay_as_they_are() -> None:
    """Letters of any script, emoji and spaces are names like any other."""
    for name in ("aks-eastus", "Zürich", "東京 1", "café 🚀", "a b"):
        assert visible(name) == name


def test_direction_and_control_marks_become_visible() -> None:
    """Marks that hide or reverse text are replaced by a character one can see."""
    assert (
        visible("a\u202eb\u2066c\u200fd\x85e\u2028f")
        == "a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf"
    )


def test_a_message_keeps_its_lines() -> None:
    """Findings stand on lines of their own; other controls do not reach a terminal."""
    assert visible_lines("a\n- b\x1b[2J\r\u202e") == "a\n- b\ufffd[2J\ufffd\ufffd"


def test_a_description_becomes_one_line() -> None:
    """Line breaks of a description cannot start a heading or a table row."""
    assert one_line("# a\n\n| b\t c ") == "# a | b c"
