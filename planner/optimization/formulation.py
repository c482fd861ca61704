"""The planning problem as mixed-integer models in PuLP: the readable reference.

Sets
    R    candidate regions, in the order of their names
    I    clients: sites that pull or whose private endpoints cost something. In one
         registry that routes to the nearest location, sites with equal round trips to
         all regions are one client
    P    push sources; without any, one whose ingest location is the home
    M    images, those that the same clients pull as one
    K    SKUs
    S    registries: "geo", the geo-replicated one, and the unreplicated one of a region

Parameters: `Coefficients`, every number the `usd` of a charge of `evaluation.cost`.

All shapes
    open[r]        1 if there is a location in r                                binary
    assign[i,r]    1 if client i is served from r, by whichever registry; the goals
                   bind these two

Single (`single_location`): one unreplicated registry, assign[i,r] = open[r].

Replicated (`replicated_registry`, family `geo`)
    geo[r]         1 if the registry has a location in r; here geo = open       binary
    home[r]        1 if r is its home                                           binary
    beyond[c,q]    1 if c (a client or push source) finds none of its q nearest
                   regions open                                                 [0, 1]
    copies[p,o,r]  1 if pushes of p enter at a region of rate class o and are copied
                   to r                                                         [0, 1]
    pin[i,r]       1 if client i is pinned to r; only with routing: pinned      binary

    The global endpoint routes to the nearest location (closest assignment), so a client
    or push source is served by the first open region in its order of round trips:
        assign[c,q] = beyond[c,q-1] - beyond[c,q]
    Regional endpoints leave the choice free for pulls: assign = pin.

Separate (`separate_registries`, family `multi`)
    alone[r]       1 if there is an unreplicated registry in r; here alone = open
    sku[k,r]       1 if that registry has SKU k                                 binary
    over[k,r]      GB stored above what SKU k includes                          >= 0
    uses[i,s]      1 if client i uses registry s; assign[i,r] = uses[i,r]       binary
    holds[m,s]     1 if registry s holds the images m                           [0, 1]
    first[s]       1 if it comes first and keeps the images that nobody pulls   binary

Mixed (`mixed_registries`, family `hybrid`): the variables of both, geo and alone apart,
with open[r] = 1 if either is, and
    at[i,r]        1 if client i uses the geo-replicated registry and its location in r
                   serves it; assign[i,r] = at[i,r] + uses[i,r]
                   binary if pinned, else [0, 1]
    kept[m,r]      1 if that registry holds m and has a location in r           [0, 1]
    over_geo[r]    GB that this location stores above what it includes          >= 0
    enters[p,m,r]  1 if the geo-replicated registry holds m and pushes of p enter at r
    copies[p,m,o,r] as above, for the images m                                  [0, 1]

Minimise  total = bill + operations + waiting, subject to the goals of the scenario.

Each constraint family is one function whose docstring is its inequality.
"""

from __future__ import annotations

from planner.domain.problem import Problem
from planner.optimization.coefficients import Coefficients
from planner.optimization.goals import CONSTRAINTS
from planner.optimization.mixed import mixed_registries
from planner.optimization.model import Model
from planner.optimization.one_registry import replicated_registry, single_location
from planner.optimization.separate import separate_registries


def build(problem: Problem, shape: str) -> Model | None:
    """The model of one shape with goals and objective; None where there can be no plan.

    A home that the goals fix binds geo-replicated registries only.
    """
    regions = problem.candidates
    home = problem.scenario.goals.home
    if shape in ("home only", "replicated", "mixed") and home is not None:
        if home not in regions:
            return None
        if shape == "home only":
            regions = (home,)
    if len(regions) < (1 if shape in ("single", "home only") else 2):
        return None
    model = _BUILDERS[shape](Coefficients(problem, regions))
    for add_goal in CONSTRAINTS:
        add_goal(model)
    model.lp.setObjective(model.bill + model.extras)
    return model


_BUILDERS = {
    "single": single_location,
    "home only": single_location,
    "replicated": replicated_registry,
    "separate": separate_registries,
    "mixed": mixed_registries,
}
