"""The planning problem as mixed-integer models in PuLP: the readable reference.

Sets
    R    candidate regions, in the order of their names
    I    sites that pull or whose private endpoints cost something
    P    push sources that push; without any, one whose ingest location is the home
    M    images
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

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import pulp

from planner.domain.layout import Layout, Registry, Sku
from planner.domain.problem import Problem
from planner.domain.scenario import Place, PushSource, Site
from planner.evaluation import cost

Expression: TypeAlias = pulp.LpAffineExpression
Variable: TypeAlias = pulp.LpVariable


@dataclass
class Model:
    """A PuLP model, its variables by name, and the way back to a layout."""

    problem: Problem
    regions: Sequence[str]
    lp: pulp.LpProblem
    open: dict[str, Variable]
    bill: Expression = field(default_factory=Expression)
    extras: Expression = field(default_factory=Expression)
    """Operations and waiting: part of the objective, not of the bill."""
    home: dict[str, Variable] = field(default_factory=dict)
    assign: dict[tuple[str, str], Expression] = field(default_factory=dict)
    """1 if a site is served from a region."""
    first: dict[str, Variable] = field(default_factory=dict)

    def add(self, constraint: pulp.LpConstraint, name: str) -> None:
        """Add a constraint under a readable name."""
        self.lp += constraint, name

    def chosen(self) -> tuple[str, ...]:
        """The regions that the solution opens."""
        return tuple(r for r in self.regions if _is_one(self.open[r]))

    def forbid(self, chosen: Iterable[str], number: int) -> None:
        """differ: sum of open[r] outside + sum of (1 - open[r]) inside >= 1."""
        inside = set(chosen)
        away = pulp.lpSum(
            1 - self.open[r] if r in inside else self.open[r] for r in self.regions
        )
        self.add(away >= 1, f"differ_{number}")


def _new_model(problem: Problem, regions: Sequence[str], name: str) -> Model:
    lp = pulp.LpProblem(name, pulp.LpMinimize)
    opened = {r: lp.add_variable(f"open_{r}", 0, 1, pulp.LpBinary) for r in regions}
    return Model(problem, regions, lp, opened)


def _finish(model: Model) -> Model:
    """Add the goals, then the objective: total = bill + operations + waiting."""
    for add_goal in CONSTRAINTS:
        add_goal(model)
    model.lp.setObjective(model.bill + model.extras)
    return model


def _is_one(variable: Variable) -> bool:
    return bool((variable.varValue or 0) > 0.5)


def _label(place: Place, number: int) -> str:
    return f"{re.sub('[^A-Za-z0-9]', '_', place.name)[:24]}_{number}"


def _demanding_sites(problem: Problem) -> list[Site]:
    return [
        site
        for site in problem.scenario.sites
        if problem.site_pulls[site.name] or site.private_endpoints
    ]


# ---- one registry: families single and geo ----


def one_registry(
    problem: Problem, regions: Sequence[str], *, replicated: bool
) -> Model:
    """One registry with a single location, or with at least one replica.

    A home that the goals fix binds the replicated registry only.
    """
    model = _new_model(problem, regions, "geo" if replicated else "single")
    for r in regions:
        model.home[r] = model.lp.add_variable(f"home_{r}", 0, 1, pulp.LpBinary)
    _one_home(model)
    _locations(model, replicated)
    fixed = problem.scenario.goals.home if replicated else None
    if fixed:
        model.add(model.home[fixed] == 1, "home_fixed")
    _location_costs(model, replicated)
    sites = _demanding_sites(problem)
    for number, site in enumerate(sites):
        for region, share in _closest(model, site, fixed, _label(site, number)):
            model.assign[site.name, region] = share
    _site_costs(model, sites)
    _push_costs(model, fixed)
    model.extras += cost.operations(problem, 1).usd
    return _finish(model)


def _one_home(model: Model) -> None:
    """one_home: sum over r of home[r] = 1;  home_open: home[r] <= open[r]."""
    model.add(pulp.lpSum(model.home.values()) == 1, "one_home")
    for r in model.regions:
        model.add(model.home[r] <= model.open[r], f"home_open_{r}")


def _locations(model: Model, replicated: bool) -> None:
    """locations: sum of open[r] = 1 for a single location, >= 2 with replicas."""
    total = pulp.lpSum(model.open.values())
    model.add(total >= 2 if replicated else total == 1, "locations")


def _location_costs(model: Model, replicated: bool) -> None:
    """Fee and storage: open[r] as a replica, home[r] the difference of being home."""
    problem, prices = model.problem, model.problem.prices
    stored = problem.stored_gb(frozenset(problem.images))
    for r in model.regions:
        if not replicated:
            sku = cost.cheapest_sku(problem, prices, r, stored, _needs_premium(problem))
            if sku is None:
                model.add(model.open[r] == 0, f"storage_fits_{r}")
            else:
                usd = cost.unreplicated_usd(problem, prices, sku, r, stored)
                model.bill.addterm(model.open[r], usd)
            continue
        fee = cost.registry_fee(problem, prices, Sku.PREMIUM, r).usd
        as_home, as_replica = (
            cost.storage(problem, prices, Sku.PREMIUM, r, stored, replica).usd
            for replica in (False, True)
        )
        model.bill.addterm(model.open[r], fee + as_replica)
        model.bill.addterm(model.home[r], as_home - as_replica)
    if replicated and stored > problem.facts.limits.max_storage_gb(Sku.PREMIUM):
        model.add(pulp.lpSum(model.open.values()) <= 0, "storage_fits")


def _needs_premium(problem: Problem) -> bool:
    return any(site.private_endpoints for site in problem.scenario.sites)


def _closest(
    model: Model, client: Place, certain: str | None, label: str
) -> Iterator[tuple[str, Expression]]:
    """Serve a client from its nearest open region.

    nearer:   beyond[q] <= beyond[q-1]
    closest:  beyond[q] <= 1 - open[r_q]
    link:     beyond[q] >= beyond[q-1] - open[r_q]
    with beyond[0] = 1 and beyond = 0 after the last region. The list ends at a region
    that is certainly open, since nothing farther can serve.
    """
    order = sorted(model.regions, key=lambda r: (model.problem.rtt(client, r).ms, r))
    if certain in order:
        order = order[: order.index(certain) + 1]
    before: Expression | Variable = Expression(constant=1)
    for q, r in enumerate(order, start=1):
        opened = model.open[r]
        if q == len(order):
            model.add(before <= opened, f"link_{label}_{r}")
            yield r, Expression(before)
            return
        beyond = model.lp.add_variable(f"beyond_{label}_{r}", 0, 1)
        if q > 1:
            model.add(beyond <= before, f"nearer_{label}_{r}")
        model.add(beyond <= 1 - opened, f"closest_{label}_{r}")
        model.add(beyond >= before - opened, f"link_{label}_{r}")
        yield r, before - beyond
        before = beyond


def _site_costs(model: Model, sites: Sequence[Site]) -> None:
    """Pulls and waiting by serving region; private endpoints wherever it is."""
    problem, prices = model.problem, model.problem.prices
    by_name = {site.name: site for site in sites}
    for (name, region), share in model.assign.items():
        site = by_name[name]
        model.bill += cost.pull(problem, prices, site, region).usd * share
        model.extras += cost.waiting(problem, site, region).usd * share
    for site in sites:
        for charge in cost.site_endpoints(problem, prices, site):
            model.bill += charge.usd


def _push_costs(model: Model, certain: str | None) -> None:
    """Push to the ingest location and sync from it, for each push source.

    The home is where the heaviest push source enters, unless the goals fix it. Without a
    push source, pushes enter at the home, which is then free to choose.
    """
    problem = model.problem
    new_gb: dict[str | None, float] = dict.fromkeys(problem.push_sources, 0.0)
    for push in problem.pushes.values():
        new_gb[push.source] = new_gb.get(push.source, 0.0) + push.new_gb
    heaviest = problem.heaviest_push_source
    for number, (name, gb) in enumerate(new_gb.items()):
        if name is None:
            enters = {r: Expression(model.home[r]) for r in model.regions}
            _sync(model, enters, gb, "home")
            continue
        source = problem.push_sources[name]
        anchors_home = source is heaviest and certain is None
        if not gb and not anchors_home:
            continue
        label = f"push_{_label(source, number)}"
        enters = dict(_closest(model, source, certain, label))
        if anchors_home:
            _home_at_ingest(model, enters)
        _push_transfer(model, source, enters, gb)
        _sync(model, enters, gb, label)


def _home_at_ingest(model: Model, enters: dict[str, Expression]) -> None:
    """home_nearest: home[r] = 1 where the heaviest push source enters."""
    for r, share in enters.items():
        model.add(model.home[r] == share, f"home_nearest_{r}")


def _push_transfer(
    model: Model, source: PushSource, enters: dict[str, Expression], gb: float
) -> None:
    problem = model.problem
    for r, share in enters.items():
        usd = cost.push(problem, problem.prices, source, r, gb).usd
        model.bill += usd * share


def _sync(model: Model, enters: dict[str, Expression], gb: float, label: str) -> None:
    """Sync from the ingest location to every other open region.

    one_origin:  sum over o of copies[o,r] = open[r]
    origin:      copies[o,r] <= sum of enters[e] over regions e of rate class o

    Regions whose transfer costs the same towards every region form a rate class, so the
    product of "enters at e" and "r is open" needs one variable a class, not one a
    region. The copy of a region to itself is taken off again.
    """
    if not gb:
        return
    problem = model.problem
    classes: dict[tuple[float, ...], list[str]] = {}
    for e in enters:
        classes.setdefault(_leaving_usd(model, e), []).append(e)
    for r in model.regions:
        copies = {
            usd: model.lp.add_variable(f"copies_{label}_{o}_{r}", 0, 1)
            for o, usd in enumerate(classes)
        }
        model.add(
            pulp.lpSum(copies.values()) == model.open[r], f"one_origin_{label}_{r}"
        )
        place = model.regions.index(r)
        for o, (usd, members) in enumerate(classes.items()):
            here = pulp.lpSum(enters[e] for e in members)
            model.add(copies[usd] <= here, f"origin_{label}_{o}_{r}")
            model.bill.addterm(copies[usd], gb * usd[place])
            if r in members:
                own = cost.sync(problem, problem.prices, r, r, gb).usd
                model.bill += (own - gb * usd[place]) * enters[r]


def _leaving_usd(model: Model, origin: str) -> tuple[float, ...]:
    """USD per GB from a region to each region, as if all were other regions."""
    problem = model.problem
    return tuple(
        problem.prices.leaving(problem.region(origin), problem.region(r)).usd
        for r in model.regions
    )


# ---- separate registries: family multi ----


def separate_registries(problem: Problem, regions: Sequence[str]) -> Model:
    """At least two registries without replicas, at most one a region."""
    model = _new_model(problem, regions, "multi")
    model.add(pulp.lpSum(model.open.values()) >= 2, "locations")
    sites = _demanding_sites(problem)
    _free_assignment(model, sites)
    _all_used(model, sites)
    _site_costs(model, sites)
    _registries(model, sites, _holds(model, sites))
    labour = cost.operations(problem, 1).usd
    for opened in model.open.values():
        model.extras.addterm(opened, labour)
    return _finish(model)


def _free_assignment(model: Model, sites: Sequence[Site]) -> None:
    """assign_once: sum over r of assign[i,r] = 1;  link: assign[i,r] <= open[r]."""
    for number, site in enumerate(sites):
        label = _label(site, number)
        shares = {}
        for r in model.regions:
            assign = model.lp.add_variable(f"assign_{label}_{r}", 0, 1, pulp.LpBinary)
            model.add(assign <= model.open[r], f"link_{label}_{r}")
            shares[r] = assign
            model.assign[site.name, r] = Expression(assign)
        model.add(pulp.lpSum(shares.values()) == 1, f"assign_once_{label}")


def _all_used(model: Model, sites: Sequence[Site]) -> None:
    """used: open[r] <= sum over i of assign[i,r]: no registry that nobody uses.

    A required region may stand idle; the goal asks for a location, not for a use.
    """
    required = model.problem.scenario.goals.required_regions
    for r in model.regions:
        if r not in required:
            users = pulp.lpSum(model.assign[site.name, r] for site in sites)
            model.add(model.open[r] <= users, f"used_{r}")


def _holds(model: Model, sites: Sequence[Site]) -> dict[tuple[str, str], Variable]:
    """holds: holds[m,r] >= assign[i,r] for every site i that pulls image m.

    Pushing costs what each registry that holds the image costs.
    """
    problem = model.problem
    holds = {}
    pulled = [m for m in problem.images if m not in problem.unpulled_images]
    for number, m in enumerate(pulled):
        push = problem.pushes[m]
        for r in model.regions:
            held = model.lp.add_variable(f"holds_{number}_{r}", 0, 1)
            holds[m, r] = held
            for i, site in enumerate(sites):
                if m in problem.images_of_site[site.name]:
                    share = model.assign[site.name, r]
                    model.add(held >= share, f"holds_{number}_{i}_{r}")
            model.bill.addterm(held, _push_usd(problem, push.source, r, push.new_gb))
    return holds


def _push_usd(problem: Problem, source: str | None, region: str, gb: float) -> float:
    if source is None:
        return 0.0
    place = problem.push_sources[source]
    return cost.push(problem, problem.prices, place, region, gb).usd


def _registries(
    model: Model, sites: Sequence[Site], holds: dict[tuple[str, str], Variable]
) -> None:
    """Fee and storage of each registry, by SKU.

    one_sku:       sum over k of sku[k,r] = open[r]
    over:          sum of over[k,r] >= stored[r] - sum of included[k] sku[k,r]
    over_of:       over[k,r] <= everything x sku[k,r]
    storage_fits:  stored[r] <= sum of maximum[k] sku[k,r]
    premium:       assign[i,r] <= sku[Premium,r] for sites with private endpoints
    """
    problem, prices = model.problem, model.problem.prices
    limits = problem.facts.limits
    everything = problem.stored_gb(frozenset(problem.images))
    idle = _first(model)
    for r in model.regions:
        sku = {
            k: model.lp.add_variable(f"sku_{k}_{r}", 0, 1, pulp.LpBinary) for k in Sku
        }
        over = {k: model.lp.add_variable(f"over_{k}_{r}", 0) for k in Sku}
        model.add(pulp.lpSum(sku.values()) == model.open[r], f"one_sku_{r}")
        stored = Expression()
        for (m, where), held in holds.items():
            if where == r:
                stored.addterm(held, problem.stored_gb([m]))
        if idle:
            stored.addterm(model.first[r], idle)
        included = pulp.lpSum(prices.included_gb(k) * sku[k] for k in Sku)
        model.add(pulp.lpSum(over.values()) >= stored - included, f"over_{r}")
        fits = pulp.lpSum(limits.max_storage_gb(k) * sku[k] for k in Sku)
        model.add(stored <= fits, f"storage_fits_{r}")
        for k in Sku:
            model.add(over[k] <= everything * sku[k], f"over_of_{k}_{r}")
            fee = cost.registry_fee(problem, prices, k, r).usd
            model.bill.addterm(sku[k], fee)
            price = prices.storage(k, problem.region(r)).usd
            model.bill.addterm(over[k], price)
        for i, site in enumerate(sites):
            if site.private_endpoints:
                share = model.assign[site.name, r]
                model.add(share <= sku[Sku.PREMIUM], f"premium_{i}_{r}")


def _first(model: Model) -> float:
    """one_first: sum over r of first[r] = 1;  first_open: first[r] <= open[r].

    Returns the GB of the images that nobody pulls, which the first registry keeps (and
    receives the pushes of); 0 means that no registry need be first.
    """
    problem = model.problem
    if not problem.unpulled_images:
        return 0.0
    for r in model.regions:
        first = model.lp.add_variable(f"first_{r}", 0, 1, pulp.LpBinary)
        model.first[r] = first
        model.add(first <= model.open[r], f"first_open_{r}")
        for m in problem.unpulled_images:
            push = problem.pushes[m]
            usd = _push_usd(problem, push.source, r, push.new_gb)
            model.bill.addterm(first, usd)
    model.add(pulp.lpSum(model.first.values()) == 1, "one_first")
    return problem.stored_gb(problem.unpulled_images)


# ---- goals ----


def _slo(model: Model) -> None:
    """slo: assign[i,r] = 0 where the round trip is above max_rtt_ms."""
    limit = model.problem.scenario.goals.max_rtt_ms
    if limit is None:
        return
    far: dict[str, Expression] = {}
    for (name, r), share in model.assign.items():
        site = model.problem.sites[name]
        too_far = model.problem.rtt(site, r).ms > limit
        if too_far and model.problem.site_pulls[name]:
            far[name] = far.get(name, Expression()) + share
    for number, total in enumerate(far.values()):
        model.add(total <= 0, f"slo_{number}")


def _mean_rtt(model: Model) -> None:
    """mean_rtt: sum of pulls x rtt x assign <= max_mean_rtt_ms x pulls."""
    limit = model.problem.scenario.goals.max_mean_rtt_ms
    pulls = sum(model.problem.site_pulls.values())
    if limit is None or not pulls:
        return
    model.add(mean_rtt_ms(model) <= limit, "mean_rtt")


def mean_rtt_ms(model: Model) -> Expression:
    """The mean round trip in ms, weighted by pulls."""
    problem = model.problem
    pulls = sum(problem.site_pulls.values())
    mean = Expression()
    for (name, r), share in model.assign.items():
        weight = problem.site_pulls[name] / pulls
        mean += weight * problem.rtt(problem.sites[name], r).ms * share
    return mean


def _budget(model: Model) -> None:
    """budget: bill <= max_monthly_usd."""
    limit = model.problem.scenario.goals.max_monthly_usd
    if limit is not None:
        model.add(model.bill <= limit, "budget")


def _required(model: Model) -> None:
    """required: open[r] = 1 for every required region."""
    for r in model.problem.scenario.goals.required_regions:
        if r in model.open:
            model.add(model.open[r] == 1, f"required_{r}")
        else:
            model.add(pulp.lpSum(model.open.values()) <= 0, f"required_{r}")


def _location_count(model: Model) -> None:
    """min_locations <= sum over r of open[r] <= max_locations."""
    goals = model.problem.scenario.goals
    total = pulp.lpSum(model.open.values())
    if goals.min_locations is not None:
        model.add(total >= goals.min_locations, "min_locations")
    if goals.max_locations is not None:
        model.add(total <= goals.max_locations, "max_locations")


CONSTRAINTS = (_slo, _mean_rtt, _budget, _required, _location_count)
"""The goals, each one function that adds its rows to a model."""


# ---- the way back: from a solution to a layout ----


def decode(model: Model) -> Layout:
    """The layout that the solution of a model stands for."""
    problem, chosen = model.problem, model.chosen()
    everyone = tuple(site.name for site in problem.scenario.sites)
    base = re.sub("[^a-z0-9]", "", problem.scenario.name.lower())[:24] or "registry"
    if model.home:
        home = next(r for r in chosen if _is_one(model.home[r]))
        replicas = tuple(r for r in chosen if r != home)
        sku = Sku.PREMIUM if replicas else None
        registry = Registry(
            name=base, sku=sku, home=home, replicas=replicas, serves=everyone
        )
        return Layout(registries=(registry,))
    users = {r: _users(model, r) for r in chosen}
    idle = set(everyone).difference(*users.values())
    ranked = sorted(chosen, key=lambda r: (not _is_first(model, r), r))
    registries = [
        Registry(
            name=f"{base}{r}",
            home=r,
            serves=tuple(
                name
                for name in everyone
                if name in users[r] or (name in idle and r == ranked[0])
            ),
        )
        for r in ranked
    ]
    return Layout(registries=tuple(registries))


def _users(model: Model, region: str) -> set[str]:
    return {
        name
        for (name, r), share in model.assign.items()
        if r == region and share.value() > 0.5
    }


def _is_first(model: Model, region: str) -> bool:
    return bool(model.first) and _is_one(model.first[region])
