"""Report files: which formats there are, and how a report becomes a file."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from planner.domain.problem import Problem
from planner.errors import InputError, did_you_mean
from planner.reporting.report import Report, build_report

if TYPE_CHECKING:
    from planner.analysis import Comparison

MAX_STEM = 80
"""Characters of a file name before its ending."""
RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)
"""Names that Windows keeps for devices."""


def _markdown(report: Report) -> str:
    from planner.reporting.markdown import markdown_report

    return markdown_report(report)


def _html(report: Report) -> str:
    from planner.reporting.html import html_report

    return html_report(report)


def _light(report: Report) -> str:
    from planner.reporting.html import light_report

    return light_report(report)


def _pdf(report: Report) -> bytes:
    from planner.reporting.pdf import pdf_report

    return pdf_report(report)


def _json(report: Report) -> str:
    data = report.comparison.as_dict()
    return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _csv(report: Report) -> Mapping[str, str]:
    from planner.reporting.report_tables import report_tables

    return {f"{key}.csv": table.csv() for key, table in report_tables(report).items()}


def _xlsx(report: Report) -> bytes:
    from planner.reporting.workbook import excel_report

    return excel_report(report)


Content = str | bytes | Mapping[str, str]
"""What a format makes: the text or the bytes of a file, or the files of a folder."""

WRITERS: Mapping[str, Callable[[Report], Content]] = {
    "md": _markdown,
    "html": _html,
    "light": _light,
    "pdf": _pdf,
    "csv": _csv,
    "json": _json,
    "xlsx": _xlsx,
}
"""Formats by name; each turns a report into the content of a file or a folder."""

ENDINGS: Mapping[str, str] = {"light": "light.html"}
"""File name endings of formats whose name is not theirs."""


def write_report(
    comparison: Comparison,
    folder: Path,
    formats: Iterable[str] = ("html", "md"),
    problem: Problem | None = None,
    *,
    command: str = "",
    stem: str = "",
    single_file: bool = True,
) -> list[Path]:
    """Write the report of a comparison, one file (for CSV one folder) a format.

    Parameters
    ----------
    comparison
        What to report on.
    folder
        Where to write; made if it does not exist.
    formats
        Names from `WRITERS`; an unknown one is an `InputError`.
    problem
        The problem compared, if at hand.
    command
        The command line that writes this report, named in it.
    stem
        File name without ending; by default from the scenario's name.
    single_file
        Whether a page carries plotly.js itself, or shares a file of the same folder.

    Returns
    -------
    list[Path]
        The files, in the order of the formats. Each is complete or absent. The files
        of a folder, such as `contoso-csv`, have the same names for every scenario.
    """
    wanted = known_formats(formats)
    report = build_report(comparison, problem, command)
    stem = safe_stem(stem or comparison.scenario.name)
    return [
        _write(folder, stem, name, _content(report, name, folder, single_file))
        for name in wanted
    ]


def _content(report: Report, name: str, folder: Path, single_file: bool) -> Content:
    """What a format makes; pages that share plotly.js get it beside them."""
    if name != "html" or single_file:
        return WRITERS[name](report)
    import plotly.offline

    from planner.reporting.html import html_report, plotly_file

    if not (folder / plotly_file()).exists():
        write_whole(folder / plotly_file(), plotly.offline.get_plotlyjs())
    return html_report(report, single_file=False)


def _write(folder: Path, stem: str, name: str, content: Content) -> Path:
    if isinstance(content, Mapping):
        path = folder / f"{stem}-{name}"
        for file, text in content.items():
            write_whole(path / file, text)
        return path
    path = folder / f"{stem}.{ENDINGS.get(name, name)}"
    write_whole(path, content)
    return path


def known_formats(formats: Iterable[str]) -> list[str]:
    """The formats asked for, each once; an unknown one is an `InputError`."""
    wanted = list(dict.fromkeys(formats))
    for name in wanted:
        if name not in WRITERS:
            raise InputError(
                f"no report format {name!r}{did_you_mean(name, WRITERS)} "
                f"(known: {', '.join(WRITERS)})"
            )
    return wanted


def safe_stem(name: str) -> str:
    """A file name from any text: no separators, no leading dot, never empty."""
    words = re.sub(r"[^\w.-]+", "-", name)
    words = re.sub(r"\.{2,}", ".", words)[:MAX_STEM].strip("-._ ")
    if not words:
        return "scenario"
    return f"{words}-scenario" if RESERVED.match(words.split(".")[0]) else words


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file so that readers see it complete or not at all; text as UTF-8."""
    data = content.encode() if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(
        dir=path.parent, prefix=f".{path.name[:40]}-", suffix=".tmp"
    )
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
