"""A report as one HTML file that needs no network.

plotly.js, the figures and the outlines of the map are in the file. A content security
policy lets only these scripts run, and nothing be fetched. The light form has drawings
in place of all that, and runs no script.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
import plotly.graph_objects as go
import plotly.offline

from planner import __version__
from planner.reporting.maps import TOPOLOGY_NAME, map_topology
from planner.reporting.report import Report
from planner.reporting.sections import Section, sections
from planner.reporting.text import visible
from planner.reporting.theme import PLOT_CONFIG, THEMES

TEMPLATES = Path(__file__).with_name("templates")
FigureId = tuple[str, int]
"""Title of a section and position of the block in it."""


def plotly_file() -> str:
    """Name of the file with plotly.js that the pages of a batch share."""
    return f"plotly-{plotly.offline.get_plotlyjs_version()}.min.js"


def html_report(report: Report, *, single_file: bool = True) -> str:
    """The report as an HTML document.

    Unless it is a single file, plotly.js is expected beside it, as `plotly_file` names it.
    """
    parts = list(sections(report))
    figures = _figures(parts)
    ids = _ids(figures)
    data = {
        "figures": {ids[place]: plain(figure) for place, figure in figures.items()},
        "themes": THEMES,
        "config": PLOT_CONFIG,
        "topology": {TOPOLOGY_NAME: map_topology()},
    }
    plotly_js, script = plotly.offline.get_plotlyjs(), template_text("report.js")
    return _page(
        report,
        parts,
        ids=ids,
        policy=content_policy([plotly_js, script], beside=not single_file),
        plotly_file=None if single_file else plotly_file(),
        data=embedded_json(data),
        plotly=plotly_js,
        script=script,
    )


def light_report(report: Report) -> str:
    """The report as a small HTML document without scripts, its figures as SVG."""
    from planner.reporting.static_figures import static_svg

    parts = list(sections(report))
    figures = _figures(parts)
    ids = _ids(figures)
    drawings = {
        ids[place]: static_svg(figure, salt=ids[place])
        for place, figure in figures.items()
    }
    return _page(report, parts, ids=ids, policy=content_policy([]), drawings=drawings)


def _page(report: Report, parts: Sequence[Section], **rest: Any) -> str:
    scenario = "\n".join(map(visible, report.scenario_yaml.splitlines()))
    content = {
        "drawings": {},
        "plotly": "",
        "plotly_file": None,
        "data": "",
        "script": "",
    } | rest
    return (
        templates()
        .get_template("report.html")
        .render(
            report=report,
            sections=parts,
            scenario=scenario,
            version=__version__,
            css=template_text("report.css"),
            **content,
        )
    )


def embedded_json(data: object) -> str:
    """JSON that can stand in a script element: nothing in it ends the element."""
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    for char in "<>&":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def content_policy(scripts: Sequence[str], *, beside: bool = False) -> str:
    """A policy that lets these scripts run, or none, and nothing be loaded.

    `beside` allows script files from the page's own folder or server.
    """
    hashes = (
        base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        for script in scripts
    )
    allowed = " ".join(f"'sha256-{digest}'" for digest in hashes) or "'none'"
    if beside:
        allowed += " 'self' file:"
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def _figures(parts: Sequence[Section]) -> Mapping[FigureId, go.Figure]:
    return {
        (section.title, number): block.figure()
        for section in parts
        for number, block in enumerate(section.blocks)
        if block.figure
    }


def _ids(figures: Mapping[FigureId, go.Figure]) -> Mapping[FigureId, str]:
    return {place: f"figure-{n}" for n, place in enumerate(figures, start=1)}


def plain(figure: go.Figure) -> Any:
    """Data and layout of a figure as JSON values."""
    content = json.loads(figure.to_json())
    return {"data": content["data"], "layout": content["layout"]}


def template_text(name: str) -> str:
    """The text of a file among the templates."""
    return (TEMPLATES / name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def templates() -> jinja2.Environment:
    """The templates; whatever they show is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["visible"] = visible
    return environment
