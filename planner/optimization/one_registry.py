"""One registry with one location or more: families `single` and `geo`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pulp

from planner.optimization.coefficients import Coefficients
from planner.optimization.model import (
    Expression,
    Model,
    Term,
    label,
    new_model,
    service_costs,
)


def single_location(coefficients: Coefficients) -> Model:
    """One registry with one location: one_location: sum over r of open[r] = 1."""
    model = new_model(coefficients, coefficients.clients, "single")
    model.alone = model.open
    model.add(pulp.lpSum(model.open.values()) == 1, "one_location")
    images = frozenset(model.problem.images)
    stored = model.problem.stored_gb(images)
    premium = any(client.premium for client in model.clients)
    for column, r in enumerate(model.regions):
        opened = model.open[r]
        for i in range(len(model.clients)):
            model.uses[i, r] = opened
        usd = coefficients.unreplicated_usd(r, stored, premium=premium)
        if usd is None:
            model.add(opened == 0, f"storage_fits_{r}")
        else:
            usd += coefficients.push_usd(images, column)
            model.bill += usd * opened
    service_costs(model)
    return model


def replicated_registry(coefficients: Coefficients) -> Model:
    """One registry with at least one replica: locations: sum over r of open[r] >= 2.

    Where the nearest location answers, sites with equal round trips are one client.
    """
    pinned = coefficients.problem.scenario.goals.routing == "pinned"
    clients = coefficients.separate_clients if pinned else coefficients.clients
    model = new_model(coefficients, clients, "geo")
    model.geo = model.open
    model.add(pulp.lpSum(model.open.values()) >= 2, "locations")
    one_home(model)
    _location_costs(model)
    for i, client in enumerate(clients):
        name = label(client.sites[0], i)
        serve = _pinned(model, name) if pinned else closest(model, client.rtt_ms, name)
        for r, share in serve.items():
            model.at[i, r] = share
    _push_costs(model)
    service_costs(model)
    return model


def one_home(model: Model) -> None:
    """one_home: sum over r of home[r] = 1;  home_open: home[r] <= geo[r]."""
    model.home = {r: model.binary(f"home_{r}") for r in model.regions}
    model.add(pulp.lpSum(model.home.values()) == 1, "one_home")
    for r in model.regions:
        model.add(model.home[r] <= model.geo[r], f"home_open_{r}")
    fixed = model.problem.scenario.goals.home
    if fixed:
        model.add(model.home[fixed] == 1, "home_fixed")


def _location_costs(model: Model) -> None:
    """Fee and storage: open[r] as a replica, home[r] the difference of being home."""
    coefficients = model.coefficients
    stored = model.problem.stored_gb(frozenset(model.problem.images))
    if stored > coefficients.premium_max_gb:
        model.add(pulp.lpSum(model.open.values()) <= 0, "storage_fits")
    for r in model.regions:
        as_home = coefficients.location_usd(r, stored, replica=False)
        as_replica = coefficients.location_usd(r, stored, replica=True)
        model.bill += as_replica * model.open[r]
        model.bill += (as_home - as_replica) * model.home[r]


def _pinned(model: Model, name: str) -> dict[str, Term]:
    """pin_once: sum over r of pin[i,r] = 1;  pin_open: pin[i,r] <= geo[r]."""
    pins = {r: model.binary(f"pin_{name}_{r}") for r in model.regions}
    model.add(pulp.lpSum(pins.values()) == 1, f"pin_once_{name}")
    for r, pin in pins.items():
        model.add(pin <= model.geo[r], f"pin_open_{name}_{r}")
    return dict(pins)


def closest(model: Model, rtt_ms: Sequence[float], name: str) -> dict[str, Term]:
    """The location of the geo-replicated registry that is nearest to a client.

    nearer:   beyond[q] <= beyond[q-1]
    closest:  beyond[q] <= 1 - geo[r_q]
    link:     beyond[q] >= beyond[q-1] - geo[r_q]
    with beyond[0] = 1 and beyond = 0 after the last region. The list ends at a fixed
    home, since nothing farther can be the nearest.
    """
    columns = sorted(range(len(rtt_ms)), key=lambda column: (rtt_ms[column], column))
    order = [model.regions[column] for column in columns]
    fixed = model.problem.scenario.goals.home
    if fixed:
        order = order[: order.index(fixed) + 1]
    *ahead, last = order
    nearest: dict[str, Term] = {}
    before: Term = Expression(constant=1)
    for q, r in enumerate(ahead):
        opened = model.geo[r]
        beyond = model.share(f"beyond_{name}_{r}")
        if q:
            model.add(beyond <= before, f"nearer_{name}_{r}")
        model.add(beyond <= 1 - opened, f"closest_{name}_{r}")
        model.add(beyond >= before - opened, f"link_{name}_{r}")
        nearest[r] = before - beyond
        before = beyond
    model.add(before <= model.geo[last], f"link_{name}_{last}")
    return {**nearest, last: before}


def ingest_locations(model: Model) -> list[Mapping[str, Term]]:
    """Where each push source enters the geo-replicated registry.

    home_nearest: home[r] = 1 where the heaviest push source enters, unless the goals
    fix the home. Without a push source pushes enter at the home, which is then free.
    """
    fixed = model.problem.scenario.goals.home
    found: list[Mapping[str, Term]] = []
    for number, source in enumerate(model.coefficients.sources):
        anchors_home = source.anchors_home and fixed is None
        pushed = model.coefficients.pushed_gb(source, model.problem.images)
        if source.name is None:
            found.append(model.home)
        elif not pushed and not anchors_home:
            found.append({})
        else:
            enters = closest(model, source.rtt_ms, f"push_{label(source.name, number)}")
            if anchors_home:
                for r, share in enters.items():
                    model.add(model.home[r] == share, f"home_nearest_{r}")
            found.append(enters)
    return found


def _push_costs(model: Model) -> None:
    """Push to the ingest location and sync to the others, for each push source."""
    coefficients = model.coefficients
    column = {r: number for number, r in enumerate(model.regions)}
    for number, (source, enters) in enumerate(
        zip(coefficients.sources, ingest_locations(model), strict=True)
    ):
        gb = coefficients.pushed_gb(source, model.problem.images)
        for r, share in enters.items():
            model.bill += gb * source.push_usd_per_gb[column[r]] * share
        others = {
            r: model.open[r] - enters[r] if r in enters else model.open[r]
            for r in model.regions
        }
        sync(model, gb, enters, others, label(source.name or "home", number))


def sync(
    model: Model,
    gb: float,
    enters: Mapping[str, Term],
    others: Mapping[str, Term],
    name: str,
) -> None:
    """Sync from the ingest location to every other location.

    one_origin:  sum over o of copies[o,r] >= others[r]
    origin:      copies[o,r] <= sum of enters[e] over regions e of rate class o

    Regions whose transfer costs the same towards every region form a rate class, so the
    product of "enters at e" and "r is another location" needs one variable a class, not
    one a region.
    """
    if not gb:
        return
    classes: dict[tuple[float, ...], list[Term]] = {}
    for r, leaving in zip(
        model.regions, model.coefficients.leaving_usd_per_gb, strict=True
    ):
        if r in enters:
            classes.setdefault(leaving, []).append(enters[r])
    for column, (r, other) in enumerate(others.items()):
        copies = []
        for o, (leaving, members) in enumerate(classes.items()):
            copied = model.share(f"copies_{name}_{o}_{r}")
            model.add(copied <= pulp.lpSum(members), f"origin_{name}_{o}_{r}")
            model.bill += gb * leaving[column] * copied
            copies.append(copied)
        model.add(pulp.lpSum(copies) >= other, f"one_origin_{name}_{r}")
