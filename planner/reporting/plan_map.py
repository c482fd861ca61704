"""The map on which a plan is changed: every Azure region as a hexagon to click.

Blue and filled: the plan has a location there. Green and open: one could be added. Grey
and small: Azure does not offer the region, or the scenario rules it out. Shape and size
say the same as colour.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from planner.domain.layout import Layout
from planner.domain.problem import Problem
from planner.evaluation.result import Evaluation
from planner.facts.regions import Availability
from planner.reporting.maps import GEO, lines, region_spot, sites
from planner.reporting.theme import Spec, frame, label, merged, theme_layout
from planner.reporting.words import rtt_words


class Standing(StrEnum):
    """What a region is to a plan."""

    HOME = "home region (locked)"
    REPLICA = "replica: click to remove"
    FREE = "click to add a replica"
    CLOSED = "not available"


class Look(NamedTuple):
    """How a region's hexagon is drawn."""

    symbol: str
    size: int
    fill: str
    edge: str


LOOKS: Mapping[Standing, Look] = {
    Standing.CLOSED: Look("hexagon2-open", 7, "#7b8794", "#7b8794"),
    Standing.FREE: Look("hexagon-open", 12, "#00835F", "#00835F"),
    Standing.REPLICA: Look("hexagon", 16, "#3B8FD1", "#0B4F80"),
    Standing.HOME: Look("hexagram", 19, "#0072B2", "#0B4F80"),
}

CLEAR = "rgba(0,0,0,0)"
MAP_LAYOUT: Spec = {
    "geo": GEO | {"bgcolor": CLEAR},
    "paper_bgcolor": CLEAR,
    "plot_bgcolor": CLEAR,
    "height": None,
    "uirevision": "map",
    "title": None,
    "margin": {"l": 0, "r": 0, "t": 0, "b": 8},
    "legend": {"x": 0, "y": 0.0, "yanchor": "top", "font": {"size": 12}},
    "clickmode": "event",
    "hovermode": "closest",
    "modebar": {"bgcolor": CLEAR, "color": "#7b8794", "activecolor": "#4a90d9"},
}


class Place(NamedTuple):
    """A region and what it is to a plan."""

    region: str
    standing: Standing
    why: str
    """Why no location can be added, for one that is closed; else empty."""


def places(problem: Problem, layout: Layout) -> list[Place]:
    """Every region with a place on the map, by name."""
    homes = {registry.home for registry in layout.registries}
    replicas = {
        region for registry in layout.registries for region in registry.replicas
    }
    found = []
    for name, region in sorted(problem.facts.regions.items()):
        if region.latitude is None:
            continue
        if name in homes:
            found.append(Place(name, Standing.HOME, ""))
        elif name in replicas:
            found.append(Place(name, Standing.REPLICA, ""))
        elif why := why_closed(problem, name):
            found.append(Place(name, Standing.CLOSED, why))
        else:
            found.append(Place(name, Standing.FREE, ""))
    return found


def why_closed(problem: Problem, name: str) -> str:
    """Why a region cannot have a location; empty if it can."""
    if name in problem.candidates:
        return ""
    region, goals = problem.region(name), problem.scenario.goals
    if region.availability is Availability.SOVEREIGN:
        return "another cloud, whose prices are not known"
    if region.availability is Availability.UNLISTED:
        return "not offered by Azure"
    if name in goals.forbidden_regions:
        return "forbidden by the scenario"
    if goals.candidate_regions is not None and name not in goals.candidate_regions:
        return "not among the scenario's candidate regions"
    if region.availability is Availability.RESTRICTED:
        return "restricted: access must be asked for; name it in the scenario to use it"
    return f"outside the allowed geographies ({region.geography})"


def plan_map(problem: Problem, evaluation: Evaluation, theme: str) -> Spec:
    """The plan on the world map, as plain data for plotly.js."""
    layout = merged(
        {k: v for k, v in frame("", 520).items() if "axis" not in k},
        theme_layout(theme, has_map=True),
        MAP_LAYOUT,
    )
    layout["title"] = None
    dates = {"text": rtt_words([evaluation]), "side": "top", "font": {"size": 12}}
    layout["legend"]["title"] = dates
    standing = places(problem, evaluation.layout)
    traces = [
        _hexagons(problem, Standing.CLOSED, standing),
        *lines(problem, evaluation),
        _hexagons(problem, Standing.FREE, standing),
        _hexagons(problem, Standing.REPLICA, standing),
        _hexagons(problem, Standing.HOME, standing),
        *sites(problem, evaluation),
    ]
    return {"data": traces, "layout": layout}


def _hexagons(problem: Problem, standing: Standing, all_places: list[Place]) -> Spec:
    """One trace for each standing, in the same order whatever the plan."""
    look = LOOKS[standing]
    found = [place for place in all_places if place.standing is standing]
    spots = [region_spot(problem, place.region) for place in found]
    return {
        "type": "scattergeo",
        "name": str(standing),
        "lat": [spot[0] for spot in spots],
        "lon": [spot[1] for spot in spots],
        "mode": "markers",
        "marker": {
            "symbol": look.symbol,
            "size": look.size,
            "color": look.fill,
            "line": {"color": look.edge, "width": 2},
        },
        "customdata": [place.region for place in found],
        "text": [
            f"<b>{label(problem.region(place.region).display_name)}</b> "
            f"({place.region})<br>{place.why or standing}"
            for place in found
        ],
        "hovertemplate": "%{text}<extra></extra>",
    }
