"""A geo-replicated registry beside unreplicated ones: shape `mixed`, family `hybrid`."""

from __future__ import annotations

from collections.abc import Mapping

import pulp

from planner.domain.layout import Sku
from planner.optimization.coefficients import Coefficients, Source
from planner.optimization.model import (
    GEO,
    Model,
    Term,
    label,
    new_model,
    service_costs,
)
from planner.optimization.one_registry import (
    closest,
    ingest_locations,
    one_home,
    sync,
)
from planner.optimization.separate import (
    Bundle,
    Holds,
    choose_registries,
    held_images,
    stored_gb,
    unreplicated_costs,
)


def mixed_registries(coefficients: Coefficients) -> Model:
    """One registry with at least two locations, and at least one without replicas."""
    model = new_model(coefficients, coefficients.separate_clients, "hybrid")
    _places(model)
    one_home(model)
    choose_registries(model)
    _serving_locations(model)
    holds = held_images(model)
    unreplicated_costs(model, holds)
    kept = _kept_images(model, holds)
    _location_costs(model, holds, kept)
    _push_costs(model, holds, kept)
    service_costs(model)
    return model


def _places(model: Model) -> None:
    """Both kinds of registry in a region make one location of it.

    locations:      sum over r of geo[r] >= 2
    others:         sum over r of alone[r] >= 1
    open_geo:       geo[r] <= open[r]
    open_alone:     alone[r] <= open[r]
    open_by_either: open[r] <= geo[r] + alone[r]
    """
    for r, opened in model.open.items():
        model.geo[r] = model.binary(f"geo_{r}")
        model.alone[r] = model.binary(f"alone_{r}")
        model.add(model.geo[r] <= opened, f"open_geo_{r}")
        model.add(model.alone[r] <= opened, f"open_alone_{r}")
        either = model.geo[r] + model.alone[r]
        model.add(opened <= either, f"open_by_either_{r}")
    model.add(pulp.lpSum(model.geo.values()) >= 2, "locations")
    model.add(pulp.lpSum(model.alone.values()) >= 1, "others")


def _serving_locations(model: Model) -> None:
    """Where the geo-replicated registry serves the clients that use it.

    at_once:   sum over r of at[i,r] = uses[i,geo]
    at:        at[i,r] <= nearest[i,r], or geo[r] where the clients are pinned
    """
    pinned = model.problem.scenario.goals.routing == "pinned"
    for i, client in enumerate(model.clients):
        name = label(client.sites[0], i)
        offered: Mapping[str, Term] = model.geo
        if not pinned:
            offered = closest(model, client.rtt_ms, name)
        for r, offer in offered.items():
            # Pinned, nothing but this variable says where the client is served.
            new = model.binary if pinned else model.share
            served = model.at[i, r] = new(f"at_{name}_{r}")
            model.add(served <= offer, f"at_{name}_{r}")
        total = pulp.lpSum(model.at[i, r] for r in offered)
        model.add(total == model.uses[i, GEO], f"at_once_{name}")


def _kept_images(model: Model, holds: Holds) -> Holds:
    """A location keeps what its registry holds, and what it serves above all.

    kept:    kept[m,r] >= holds[m,geo] + geo[r] - 1
    served:  kept[m,r] >= at[i,r] for every client i that pulls the images m
    """
    kept: Holds = {}
    bundles = [(images, held) for (images, s), held in holds.items() if s == GEO]
    for number, (images, held) in enumerate(bundles):
        pullers = [
            i for i, client in enumerate(model.clients) if images & client.images
        ]
        for r, opened in model.geo.items():
            copy = kept[images, r] = model.share(f"kept_{number}_{r}")
            model.add(copy >= held + opened - 1, f"kept_{number}_{r}")
            for i in pullers:
                if (i, r) in model.at:
                    model.add(copy >= model.at[i, r], f"served_{number}_{i}_{r}")
    return kept


def _location_costs(model: Model, holds: Holds, kept: Holds) -> None:
    """Fee and storage of each location, which stores all that the registry holds.

    storage_fits_geo:  stored <= maximum
    over_geo:          over[r] >= sum of stored_gb[m] x kept[m,r] - included x geo[r]
                       - (included of the home - included) x home[r]
    """
    coefficients = model.coefficients
    fits = stored_gb(model, GEO, holds) <= coefficients.premium_max_gb
    model.add(fits, "storage_fits_geo")
    for r, opened in model.geo.items():
        replica = coefficients.terms(Sku.PREMIUM, r, replica=True)
        home = coefficients.terms(Sku.PREMIUM, r)
        over = model.lp.add_variable(f"over_geo_{r}", 0)
        included = replica.included_gb * opened
        included += (home.included_gb - replica.included_gb) * model.home[r]
        model.add(over >= stored_gb(model, r, kept) - included, f"over_geo_{r}")
        model.bill += replica.fee_usd * opened + replica.usd_per_gb * over


def _push_costs(model: Model, holds: Holds, kept: Holds) -> None:
    """Pushes of held images into the geo-replicated registry, and their sync."""
    bundles = [(images, held) for (images, s), held in holds.items() if s == GEO]
    sources = zip(model.coefficients.sources, ingest_locations(model), strict=True)
    for p, (source, ingest) in enumerate(sources):
        for b, (images, held) in enumerate(bundles):
            copies = {r: kept[images, r] for r in model.regions}
            _push_bundle(model, source, ingest, images, held, copies, f"{p}_{b}")


def _push_bundle(
    model: Model,
    source: Source,
    ingest: Mapping[str, Term],
    images: Bundle,
    held: Term,
    kept: Mapping[str, Term],
    name: str,
) -> None:
    """Pushes of one bundle from one source.

    enters_once:  sum over r of enters[r] = holds[m,geo]
    enters:       enters[r] <= ingest[r]
    A location takes a copy if it keeps the images and the push did not enter there:
    others[r] = kept[m,r] - enters[r].
    """
    gb = model.coefficients.pushed_gb(source, images)
    if not gb:
        return
    enters: dict[str, Term] = {}
    others = dict(kept)
    for column, r in enumerate(model.regions):
        if r not in ingest:
            continue
        enters[r] = model.share(f"enters_{name}_{r}")
        model.add(enters[r] <= ingest[r], f"enters_{name}_{r}")
        model.bill += gb * source.push_usd_per_gb[column] * enters[r]
        others[r] = kept[r] - enters[r]
    model.add(pulp.lpSum(enters.values()) == held, f"enters_once_{name}")
    sync(model, gb, enters, others, name)
