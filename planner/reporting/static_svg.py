"""Matplotlib's SVG made into an element for a page: small, and complete in itself."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from planner.reporting.theme import FONT

SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
HALO = "halo"
"""Marks text that is only the ground of the text over it."""
HALO_LOOK = {"stroke": "#ffffff", "stroke-width": "3", "aria-hidden": "true"}
LONG_PATH = 400
"""Characters from which a path is worth being written in steps."""


def compact_svg(text: str, title: str, width: float, height: float) -> str:
    """Matplotlib's SVG as an element for a page: no metadata, no unused ids, rounded."""
    ET.register_namespace("", SVG)
    ET.register_namespace("xlink", XLINK)
    root = ET.fromstring(text)  # noqa: S314 (matplotlib wrote it)
    used = set(re.findall(r"#([\w-]+)", text))
    for parent in root.iter():
        for child in list(parent):
            if child.tag in (f"{{{SVG}}}metadata", f"{{{SVG}}}style"):
                parent.remove(child)
    for group in root.iterfind(f".//*[@id='{HALO}']"):
        for words in group:
            words.attrib |= HALO_LOOK
    for element in root.iter():
        _compact(element, used)
    root.attrib.pop("version", None)
    root.attrib |= {"width": f"{width:g}", "height": f"{height:g}", "role": "img"}
    root.set("font-family", FONT)
    root.set("stroke-linejoin", "round")
    heading = ET.Element(f"{{{SVG}}}title")
    heading.text = title
    root.insert(0, heading)
    return ET.tostring(root, encoding="unicode")


def _compact(element: ET.Element, used: set[str]) -> None:
    if element.get("id") not in used:
        element.attrib.pop("id", None)
    if element.get("transform", "").startswith("rotate(-0 "):
        del element.attrib["transform"]
    for key in ("d", "x", "y", "transform"):
        if key in element.attrib:
            element.set(key, _rounded(element.attrib[key]))
    style = element.attrib.pop("style", "")
    for key, value in re.findall(r"([\w-]+):\s*([^;]+)", style):
        if key == "font":
            _font(element, value)
        elif key != "font-family":
            element.set(key, value.strip())
    if element.tag != f"{{{SVG}}}text":
        element.text = (element.text or "").strip() or None
    element.tail = None


def _font(element: ET.Element, shorthand: str) -> None:
    """Size and weight as attributes, which every reader of SVG knows."""
    before, _, _ = shorthand.partition("px")
    *words, size = before.split()
    element.set("font-size", size)
    if {"bold", "700"} & set(words):
        element.set("font-weight", "bold")


def _rounded(numbers: str) -> str:
    """Numbers with one decimal; a long path in steps from point to point."""
    if len(numbers) > LONG_PATH and not set("CQzZ") & set(numbers):
        return _in_steps(numbers)
    return " ".join(re.sub(r"-?\d+\.\d+", _tenths, numbers).split())


def _tenths(match: re.Match[str]) -> str:
    return f"{float(match[0]):.1f}".removesuffix(".0")


def _in_steps(path: str) -> str:
    """A path of straight lines, whose points are given from the one before."""
    words = path.split()
    parts, command, x, y = [], "", 0, 0
    for place in range(0, len(words) - 2, 3):
        letter = words[place].lower()
        right, down = (round(10 * float(word)) for word in words[place + 1 : place + 3])
        if command and letter == "m" and (right, down) == (x, y):
            continue  # the line goes on
        parts.append(("" if letter == command else letter) + _step(right - x, down - y))
        command, x, y = letter, right, down
    return re.sub(r" (?=[-ml])", "", " ".join(parts))


def _step(right: int, down: int) -> str:
    return " ".join(
        f"{n / 10:g}".replace("0.", ".") if abs(n) < 10 else f"{n / 10:g}"
        for n in (right, down)
    )
