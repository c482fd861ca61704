"""The planning problem as mixed-integer models in PuLP: the readable reference.

Sets
    R    candidate regions, in the order of their names
    I    sites that pull or whose private endpoints cost something
    P    push sources that push; without any, one whose ingest location is the home
    M    images, those that the same sites pull as one
    K    SKUs

One registry (`one_registry`, families `single` and `geo`)
    open[r]        1 if the registry has a location in r                        binary
    home[r]        1 if r is its home                                           binary
    beyond[c,q]    1 if client c (a site or push source) finds none of its q nearest
                   regions open                                                 [0, 1]
    copies[p,o,r]  1 if pushes of p enter at a region of rate class o and r is open

    The global endpoint routes to the nearest location (closest assignment), so a client
    is served by the first open region in its order of round trips:
        assign[c,q] = beyond[c,q-1] - beyond[c,q]

Separate registries (`separate_registries`, family `multi`)
    open[r]        1 if there is a registry in r                                binary
    sku[k,r]       1 if that registry has SKU k                                 binary
    assign[i,r]    1 if site i uses that registry                               binary
    holds[m,r]     1 if that registry holds image m                             [0, 1]
    first[r]       1 if it comes first and keeps the images that nobody pulls   binary
    over[k,r]      GB stored above what SKU k includes                          >= 0

Minimise  total = bill + operations + waiting, every coefficient being the `usd` of a
charge of `evaluation.cost`, subject to the goals of the scenario.

Each constraint family is one function whose docstring is its inequality.
"""

from __future__ import annotations

from planner.domain.problem import Problem
from planner.optimization.families import Family
from planner.optimization.goals import CONSTRAINTS
from planner.optimization.model import Model
from planner.optimization.one_registry import one_registry
from planner.optimization.separate import separate_registries

SHAPES: dict[Family, tuple[str, ...]] = {
    Family.SINGLE: ("single",),
    Family.GEO: ("home only", "replicated"),
    Family.MULTI: ("separate",),
    Family.BEST: ("single", "replicated", "separate"),
}
"""The models whose best answer is the best of each family."""

FAMILY_OF = {
    "single": Family.SINGLE,
    "home only": Family.GEO,
    "replicated": Family.GEO,
    "separate": Family.MULTI,
}


def build(problem: Problem, shape: str) -> Model | None:
    """The model of one shape with goals and objective; None when no region is left."""
    model = _build(problem, shape)
    if model is not None:
        for add_goal in CONSTRAINTS:
            add_goal(model)
        model.lp.setObjective(model.bill + model.extras)
    return model


def _build(problem: Problem, shape: str) -> Model | None:
    regions = list(problem.candidates)
    home = problem.scenario.goals.home
    if shape == "separate":
        return separate_registries(problem, regions) if len(regions) > 1 else None
    if shape == "single":
        return one_registry(problem, regions, replicated=False) if regions else None
    if home is not None and home not in regions:
        return None
    if shape == "home only":
        only = [home] if home else regions
        return one_registry(problem, only, replicated=False) if only else None
    return one_registry(problem, regions, replicated=True) if len(regions) > 1 else None
