"""Short ways to write a scenario and to look at an evaluation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from planner.domain.layout import Layout
from planner.domain.problem import Problem
from planner.domain.scenario import Scenario
from planner.evaluation.result import Evaluation

FEES = {
    "Basic": 0.1666 / 24 * 730,
    "Standard": 0.6666 / 24 * 730,
    "Premium": 1.6666 / 24 * 730,
}
"""USD per month of one location: the published daily fee, billed by the hour."""


def site(
    name: str, region: str | None, pulls: float = 0.0, gb: float = 0.0, **more: Any
) -> dict[str, Any]:
    """A site with one demand entry (or none), as a scenario file would hold it."""
    image = more.pop("image", None)
    entry = {"image": image, "pulls_per_month": pulls, "gb_per_month": gb}
    demand = [entry] if pulls or gb else []
    place = {"region": region} if region else {}
    return {"name": name, **place, "demand": demand, **more}


def image(name: str, size_gb: float = 1.0, **more: Any) -> dict[str, Any]:
    """An image, as a scenario file would hold it."""
    return {"name": name, "size_gb": size_gb, **more}


def registry(name: str, home: str, *replicas: str, **more: Any) -> dict[str, Any]:
    """A registry, as a scenario file would hold it."""
    return {"name": name, "home": home, "replicas": list(replicas), **more}


def layout(*registries: Mapping[str, Any]) -> Layout:
    """A layout of registries."""
    return Layout.model_validate({"registries": list(registries)})


def problem(sites: Sequence[Mapping[str, Any]], **more: Any) -> Problem:
    """The checked problem of a scenario given by its sections."""
    data = {"name": "test", "sites": list(sites), **more}
    return Problem(Scenario.model_validate(data))


def usd_of(evaluation: Evaluation, kind: str) -> dict[tuple[str, str | None], float]:
    """USD per month of one kind, by region and site (or push source)."""
    sums: dict[tuple[str, str | None], float] = {}
    for line in evaluation.cost.lines:
        if line.kind == kind:
            key = (line.region, line.site)
            sums[key] = sums.get(key, 0.0) + line.usd
    return sums


def served_from(evaluation: Evaluation) -> dict[str, str]:
    """The region that serves each site."""
    return {service.site: service.serving_region for service in evaluation.services}


def risk_codes(evaluation: Evaluation) -> set[str]:
    """The codes of all risks of a layout."""
    return {risk.code for risk in evaluation.risks}
