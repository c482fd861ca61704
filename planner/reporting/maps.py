"""The world map: where images are kept, where they are pulled, and how far it is.

The outlines of land and countries come with the package; see `map_topology`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import plotly.graph_objects as go

from planner.domain.layout import Registry
from planner.domain.problem import Problem
from planner.evaluation.result import Evaluation, SiteService
from planner.facts import data_folder
from planner.reporting.table import format_cell
from planner.reporting.theme import (
    Spec,
    frame,
    label,
    label_sides,
    merged,
    theme_layout,
)

TOPOLOGY_NAME = "world_110m"
"""The file in `data/map` and the name that plotly.js asks for."""
MANY_LOCATIONS = 12
"""With more locations than this their names show on hover only."""


class RttClass(NamedTuple):
    """A band of round trips and how its lines are drawn."""

    up_to_ms: float
    text: str
    colour: str
    dash: str


RTT_CLASSES = (
    RttClass(10, "up to 10 ms", "#00835F", "solid"),
    RttClass(50, "10 to 50 ms", "#0072B2", "longdash"),
    RttClass(100, "50 to 100 ms", "#B07600", "dash"),
    RttClass(200, "100 to 200 ms", "#D55E00", "dashdot"),
    RttClass(float("inf"), "over 200 ms", "#B5508A", "dot"),
)
LINE_WIDTHS = (1.2, 2.2, 3.4, 5.0)
"""Pixels for a site's share of the busiest site's GB: up to 1/8, 1/4, 1/2 and all."""

Spot = tuple[float | None, float | None]
"""Degrees north and east; None for a region whose place is not published, which the map
leaves out."""


@lru_cache(maxsize=1)
def map_topology() -> Mapping[str, Any]:
    """The outlines that plotly.js draws, so that it need not fetch them."""
    path = data_folder() / "map" / f"{TOPOLOGY_NAME}.json"
    topology: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return topology


GEO: Spec = {
    "projection": {"type": "natural earth"},
    "resolution": 110,
    "fitbounds": False,
    "lataxis": {"range": [-58, 80]},
    "showland": True,
    "showocean": True,
    "showcountries": True,
    "countrywidth": 0.5,
    "showcoastlines": True,
    "coastlinewidth": 0.6,
    "showframe": False,
}


def site_map(problem: Problem, evaluation: Evaluation, name: str = "") -> go.Figure:
    """Locations, sites, and a line from each site to the location that serves it.

    `name` is what the plan is called, if not by the evaluation's own name.
    """
    title = f"Who serves whom under {label(name or evaluation.name)}"
    layout = merged(
        {key: value for key, value in frame(title, 520).items() if "axis" not in key},
        theme_layout("light", has_map=True),
        {
            "geo": GEO,
            "margin": {"l": 0, "r": 0, "t": 44, "b": 0},
            "legend": {"y": 0.0, "yanchor": "top", "font": {"size": 12}},
        },
    )
    traces = [*lines(problem, evaluation), *sites(problem, evaluation)]
    traces += _locations(problem, evaluation)
    return go.Figure({"data": traces, "layout": layout})


def rtt_class(ms: float) -> RttClass:
    """The band that a round trip falls into."""
    return next(band for band in RTT_CLASSES if ms <= band.up_to_ms)


def _spot(problem: Problem, site: str) -> Spot:
    place = problem.sites[site]
    if place.region:
        return region_spot(problem, place.region)
    return place.latitude, place.longitude


def region_spot(problem: Problem, name: str) -> Spot:
    """Where a region is drawn."""
    region = problem.region(name)
    return region.latitude, region.longitude


def lines(problem: Problem, evaluation: Evaluation) -> Iterator[Spec]:
    """One trace for each band and width, whose segments are the sites'."""
    most = max((s.gb_per_month for s in evaluation.services), default=0.0)
    grouped: dict[tuple[int, int], list[SiteService]] = {}
    for service in evaluation.services:
        band = RTT_CLASSES.index(rtt_class(service.rtt.ms))
        share = service.gb_per_month / most if most else 0.0
        width = sum(share > step for step in (1 / 8, 1 / 4, 1 / 2))
        grouped.setdefault((band, width), []).append(service)
    named: set[int] = set()
    for (band, width), services in sorted(grouped.items()):
        latitudes: list[float | None] = []
        longitudes: list[float | None] = []
        for service in services:
            here = _spot(problem, service.site)
            there = region_spot(problem, service.serving_region)
            latitudes += [here[0], there[0], None]
            longitudes += [here[1], there[1], None]
        look = RTT_CLASSES[band]
        yield {
            "type": "scattergeo",
            "name": f"RTT {look.text}",
            "legendgroup": look.text,
            "showlegend": band not in named,
            "lat": latitudes,
            "lon": longitudes,
            "mode": "lines",
            "line": {
                "color": look.colour,
                "dash": look.dash,
                "width": LINE_WIDTHS[width],
            },
            "hoverinfo": "skip",
        }
        named.add(band)


def sites(problem: Problem, evaluation: Evaluation) -> Iterator[Spec]:
    """The sites, those whose round trip is estimated as another symbol."""
    for estimated in (False, True):
        services = [s for s in evaluation.services if s.rtt.estimated is estimated]
        if services:
            yield _site_trace(problem, services, estimated)


def _site_trace(
    problem: Problem, services: Sequence[SiteService], estimated: bool
) -> Spec:
    spots = [_spot(problem, service.site) for service in services]
    return {
        "type": "scattergeo",
        "name": "site, RTT estimated" if estimated else "site",
        "lat": [spot[0] for spot in spots],
        "lon": [spot[1] for spot in spots],
        "mode": "markers",
        "marker": {
            "symbol": "diamond" if estimated else "circle",
            "size": 9 if estimated else 7,
            "color": "#1f2933",
            "line": {"color": "#ffffff", "width": 1.5},
        },
        "customdata": [problem.sites[service.site].region for service in services],
        "text": [_site_text(service) for service in services],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _site_text(service: SiteService) -> str:
    rtt = format_cell("ms", service.rtt.ms)
    guess = " (estimated)" if service.rtt.estimated else ""
    return (
        f"<b>{label(service.site)}</b><br>{rtt}{guess} to {service.serving_region} "
        f"of {label(service.registry)}<br>"
        f"{format_cell('count', service.pulls_per_month)} pulls, "
        f"{format_cell('gb', service.gb_per_month)} a month"
    )


def _locations(problem: Problem, evaluation: Evaluation) -> Iterator[Spec]:
    registries = evaluation.layout.registries
    homes = [(registry, registry.home) for registry in registries]
    replicas = [(reg, region) for reg in registries for region in reg.replicas]
    spots = [region_spot(problem, region) for _, region in homes + replicas]
    points = [(east or 0.0, north or 0.0) for north, east in spots]
    sides = [side.replace("middle", "top") for side in label_sides(points, near=15)]
    few = len(points) <= MANY_LOCATIONS
    cut = len(homes)
    yield _hexagons(problem, "home region", homes, sides[:cut] if few else [])
    if replicas:
        yield _hexagons(problem, "replica", replicas, sides[cut:] if few else [])


def _hexagons(
    problem: Problem, role: str, places: list[tuple[Registry, str]], sides: list[str]
) -> Spec:
    home = role != "replica"
    spots = [region_spot(problem, region) for _, region in places]
    return {
        "type": "scattergeo",
        "name": role,
        "lat": [spot[0] for spot in spots],
        "lon": [spot[1] for spot in spots],
        "mode": "markers+text" if sides else "markers",
        "marker": {
            "symbol": "hexagram" if home else "hexagon",
            "size": 17 if home else 14,
            "color": "rgba(0,114,178,0.55)" if home else "rgba(86,180,233,0.55)",
            "line": {"color": "#0072B2", "width": 2},
        },
        "text": [f"{region} (home)" if home else region for _, region in places],
        "textposition": [f"{side} center" for side in sides] or None,
        "customdata": [
            f"<b>{region}</b><br>{role} of {label(registry.name)} ({registry.sku})"
            for registry, region in places
        ],
        "hovertemplate": "%{customdata}<extra></extra>",
    }
