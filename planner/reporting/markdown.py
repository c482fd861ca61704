"""A report in short as GitHub-flavoured Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from planner.reporting.report import Report
from planner.reporting.sections import Block, Section, sections
from planner.reporting.table import Table
from planner.reporting.text import visible

MOST_ROWS = 15
"""Rows of a table that are shown."""
ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
MARKS = re.compile(r"([\\`*\[\]|~]|(?<!\w)_|_(?!\w)|:(?=//)|(?<=\bwww)\.)")
"""Characters that Markdown might take for markup or a link anywhere in a line."""
AT_START = re.compile(r"^(\s*)([#=+-]|\d+(?=[.)]))")
"""What it might take for a heading or a list at the start of a line."""


def markdown_report(report: Report) -> str:
    """The report in short as Markdown text, ending in a newline.

    Short enough for a comment on a pull request, which GitHub cuts at 65,536 characters.
    """
    parts = [f"# {escaped(report.title)}", f"**{escaped(report.headline)}**"]
    if report.description:
        parts.append(paragraph(report.description))
    parts += [f"- {escaped(text)}" for text in report.story]
    for section in sections(report):
        if section.brief:
            parts += _section(section)
    return _joined(parts)


def escaped(text: str) -> str:
    """Text in which nothing is markup, HTML or a table's column end."""
    return MARKS.sub(r"\\\1", visible(text).translate(ENTITIES))


def paragraph(text: str) -> str:
    """Escaped text that also does not start a heading or a list."""
    return AT_START.sub(_guard, escaped(text))


def _guard(match: re.Match[str]) -> str:
    space, mark = match.groups()
    return f"{space}{mark}&#8203;" if mark[0].isdigit() else f"{space}\\{mark}"


def markdown_table(table: Table) -> str:
    """A table with its figures flush right."""
    heads = [column.label for column in table.columns]
    rules = ["---:" if column.numeric else "---" for column in table.columns]
    rows = [_row([escaped(head) for head in heads]), _row(rules)]
    rows += [_row([escaped(cell) for cell in cells]) for cells in table.texts()]
    return "\n".join(rows)


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _section(section: Section) -> Iterator[str]:
    yield f"## {escaped(section.title)}"
    yield from map(paragraph, section.paragraphs)
    yield from (f"- {escaped(text)}" for text in section.bullets)
    for block in section.blocks:
        if block.table.title != section.title:
            yield f"### {escaped(block.table.title)}"
        yield from _block(block)


def _block(block: Block) -> Iterator[str]:
    table = block.table
    if table.rows:
        yield markdown_table(replace(table, rows=table.rows[:MOST_ROWS]))
    if len(table.rows) > MOST_ROWS:
        yield f"The first {MOST_ROWS} of {len(table.rows)} rows."
    if table.caption:
        yield paragraph(table.caption)


def _joined(parts: list[str]) -> str:
    """Blocks set apart by an empty line, but list items kept together."""
    text = ""
    for before, part in zip(["", *parts], parts, strict=False):
        close = before.startswith("- ") and part.startswith("- ")
        text += ("\n" if close else "\n\n" if text else "") + part
    return f"{text}\n"
