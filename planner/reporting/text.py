"""User-given text made harmless to read: nothing in it can hide or reorder the rest."""

from __future__ import annotations

import unicodedata

BIDI = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
"""Marks that change the direction of the text after them."""
REPLACEMENT = "\ufffd"


def visible(text: str) -> str:
    """The text with control, line-breaking and direction marks replaced by `\ufffd`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        REPLACEMENT
        if char in BIDI or unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")
        else char
        for char in text
    )


def visible_lines(text: str) -> str:
    """The text with its lines kept, each `visible`."""
    return "\n".join(map(visible, text.split("\n")))


def one_line(text: str) -> str:
    """The text on one line, spaces collapsed, and `visible`."""
    return visible(" ".join(text.split()))
