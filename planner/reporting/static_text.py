"""Text of static figures: plotly's pseudo-HTML as lines, and how wide they are.

Widths are estimates that do not depend on a font, for the reader's is not known.
"""

from __future__ import annotations

import re
import unicodedata
from html import unescape
from typing import NamedTuple

from planner.reporting.text import REPLACEMENT, visible

NOT_XML = str.maketrans(dict.fromkeys("\ufffe\uffff", REPLACEMENT))
"""The characters besides controls that no XML may hold."""
LETTER, WIDE_LETTER, BOLD = 0.58, 1.05, 1.08
"""Widths in font sizes: of a usual letter, of one of East Asia; and what bold adds."""
ELLIPSIS = "\u2026"


class Line(NamedTuple):
    """One line of a text."""

    text: str
    bold: bool


def text_lines(text: str | None) -> list[Line]:
    """The lines of a plotly text; what a user wrote is escaped in it, and is text."""
    return [
        Line(plain_text(re.sub(r"</?b>", "", part)), part.startswith("<b>"))
        for part in (text or "").split("<br>")
        if part
    ]


def plain_text(text: str) -> str:
    """Escapes resolved, and no character that XML forbids."""
    return visible(unescape(text)).translate(NOT_XML)


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """About how many pixels wide a text of this size is, rather more than less."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    letters = LETTER * (len(text) - wide) + WIDE_LETTER * wide
    return size * letters * (BOLD if bold else 1.0)


def shortened(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """The text, cut with an ellipsis if it is wider than the room."""
    if text_width(text, size, bold=bold) <= room:
        return text
    while text and text_width(text + ELLIPSIS, size, bold=bold) > room:
        text = text[:-1]
    return text.rstrip() + ELLIPSIS
