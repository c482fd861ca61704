"""One registry with one location or more: families `single` and `geo`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pulp

from planner.domain.layout import Sku
from planner.domain.problem import Problem
from planner.domain.scenario import Place, PushSource
from planner.evaluation import cost
from planner.optimization.model import (
    Expression,
    Model,
    Variable,
    demanding_sites,
    new_model,
    safe_name,
    site_costs,
)

Serve = Callable[[Model, Place, str | None, str], Iterator[tuple[str, Expression]]]
"""How a client finds its location: pairs of region and share served from there."""


def one_registry(
    problem: Problem, regions: Sequence[str], *, replicated: bool
) -> Model:
    """One registry with a single location, or with at least one replica.

    A home that the goals fix binds the replicated registry only.
    """
    model = new_model(problem, regions, "geo" if replicated else "single")
    model.replicated = replicated
    for r in regions:
        model.home[r] = model.lp.add_variable(f"home_{r}", 0, 1, pulp.LpBinary)
    _one_home(model)
    _locations(model, replicated)
    fixed = problem.scenario.goals.home if replicated else None
    if fixed:
        model.add(model.home[fixed] == 1, "home_fixed")
    _location_costs(model, replicated)
    serve = _closest if replicated else _only
    sites = demanding_sites(problem)
    for number, site in enumerate(sites):
        for region, share in serve(model, site, fixed, safe_name(site, number)):
            model.assign[site.name, region] = share
    site_costs(model, sites)
    _push_costs(model, fixed, serve)
    model.extras += cost.operations(problem, 1).usd
    return model


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


def _only(
    model: Model, client: Place, certain: str | None, label: str
) -> Iterator[tuple[str, Expression]]:
    """Serve a client from the only location, wherever it is: assign[c,r] = open[r]."""
    del client, certain, label
    for r in model.regions:
        yield r, Expression(model.open[r])


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


def _push_costs(model: Model, certain: str | None, serve: Serve) -> None:
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
        place = f"push_{safe_name(source, number)}"
        enters = dict(serve(model, source, certain, place))
        if anchors_home:
            _home_at_ingest(model, enters)
        _push_transfer(model, source, enters, gb)
        _sync(model, enters, gb, place)


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
    """USD per GB of sync from a region to each one, as if all were other regions."""
    problem = model.problem
    return tuple(
        problem.prices.sync_leaving(problem.region(origin), problem.region(r)).usd
        for r in model.regions
    )
