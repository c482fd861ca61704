"""The facts as one scenario uses them: its own prices, and round trips from its places."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from planner.domain.problem import Problem
from planner.domain.scenario import Place
from planner.errors import FactsError
from planner.evaluation.availability import RegionLoss
from planner.evaluation.result import Evaluation
from planner.evaluation.routing import Routing, route
from planner.facts import Facts
from planner.facts.prices import Price
from planner.facts.rtt import Rtt
from planner.reporting.table import Cell, Column, Table

UNKNOWN = "not known"
EVERYWHERE = "every region"
ROUND_TRIP_COLUMNS = (
    Column("region", "Region"),
    Column("display_name", "Name"),
    Column("rtt_ms", "RTT (P50)", "ms", "ms"),
    Column("basis", "How it is known"),
    Column("error_ms", "P90 error", "ms", "ms"),
    Column("p95_ms", "RTT (P95)", "ms", "ms"),
    Column("availability", "Availability"),
    Column("source", "Source"),
    Column("as_of", "As of"),
)
OWN_COLUMNS = (
    Column("what", "Price"),
    Column("where", "For"),
    Column("usd", "Yours", "USD per unit", "usd_unit"),
    Column("list_usd", "List price", "USD per unit", "usd_unit"),
    Column("unit", "Unit"),
    Column("source", "List price from"),
    Column("as_of", "List price of"),
)


def with_titles(table: Table, facts: Facts, key: str = "source") -> Table:
    """The table with the title of each source beside its short name."""
    at = table.keys.index(key)
    title = Column(f"{key}_title", table.columns[at].label + ": title")
    columns = (*table.columns[: at + 1], title, *table.columns[at + 1 :])
    rows = tuple(
        (*row[: at + 1], source_title(facts, row[at]), *row[at + 1 :])
        for row in table.rows
    )
    return replace(table, columns=columns, rows=rows)


def source_title(facts: Facts, names: Cell) -> str | None:
    """What short source names, separated by spaces, stand for."""
    if not isinstance(names, str):
        return None
    known = facts.sources
    titles = (
        known[name].title if name in known else NO_SOURCE.get(name, name)
        for name in names.split()
    )
    return "; ".join(titles)


NO_SOURCE: Mapping[str, str] = {
    "scenario": "Given in the scenario",
    "assumption": "Assumption of the scenario",
    "price_overrides": "Your own price in the scenario",
}
"""What stands for a source where a figure is the user's."""


# ---- round trips ----


def region_place(name: str) -> Place:
    """Somebody in an Azure region, who measured nothing of their own."""
    return Place(name=name, region=name)


def round_trips_table(problem: Problem, place: Place) -> Table:
    """The round trip from a place to every region, nearest first, unknown ones last."""
    found = [(name, _rtt(problem, place, name)) for name in problem.facts.regions]
    found.sort(key=lambda pair: (pair[1] is None, pair[1] or (), pair[0]))
    rows = tuple(_round_trip(problem, place, name, rtt) for name, rtt in found)
    caption = (
        "Median in ms. What was not measured is estimated, and the model's P90 error "
        "stands beside it."
    )
    return Table(f"Round trips from {place.name}", ROUND_TRIP_COLUMNS, rows, caption)


def _round_trip(
    problem: Problem, place: Place, name: str, rtt: Rtt | None
) -> tuple[Cell, ...]:
    region = problem.region(name)
    head, availability = (name, region.display_name), region.availability.value
    if rtt is None:
        return (*head, None, UNKNOWN, None, None, availability, None, None)
    measured = problem.facts.rtt.measured.get((place.region or "", name))
    own = name in place.rtt_ms or measured is None
    p95 = None if own or measured is None else measured.p95_ms
    basis = basis_words(rtt)
    return (
        *head,
        rtt.ms,
        basis,
        rtt.error_ms,
        p95,
        availability,
        rtt.source,
        rtt.as_of,
    )


def basis_words(rtt: Rtt) -> str:
    """Whether a round trip is measured, estimated, assumed, or the user's own."""
    if rtt.source == "assumption":
        return "assumed within the region"
    if rtt.source == "scenario":
        return "your own"
    if not rtt.estimated:
        return "measured"
    way = "other direction" if rtt.error_ms is None else "model"
    return f"estimated ({way})"


def _rtt(problem: Problem, place: Place, region: str) -> Rtt | None:
    try:
        return problem.rtt(place, region)
    except FactsError:  # neither measured nor on the map: Azure does not offer it
        return None


# ---- what the loss of a region does ----

LOSS_COLUMNS = (
    Column("region", "Lost region"),
    Column("pulls_lost_share", "Pulls cut off", "of all pulls", "share"),
    Column("sites_cut_off", "Sites cut off"),
    Column("sites_moved", "Sites served from elsewhere"),
    Column("max_rtt_ms", "Worst RTT then", "ms", "ms"),
)


def losses_table(problem: Problem, evaluation: Evaluation, name: str = "") -> Table:
    """What the loss of each region of a layout does, the worst first."""
    routing = route(problem, evaluation.layout)
    losses = sorted(
        evaluation.losses,
        key=lambda x: (-x.pulls_lost_share, -(x.max_rtt_ms or 0.0), x.region),
    )
    rows = tuple(_loss_row(problem, evaluation, routing, loss) for loss in losses)
    caption = (
        "A site can only move to another location of its own registry. The worst is the "
        "loss that cuts off most pulls, then the one with the longest round trip."
    )
    title = f"Loss of each region of {name or evaluation.name}"
    return Table(title, LOSS_COLUMNS, rows, caption)


def _loss_row(
    problem: Problem, evaluation: Evaluation, routing: Routing, loss: RegionLoss
) -> tuple[Cell, ...]:
    cut: list[str] = []
    moved: list[str] = []
    for site, service in routing.services.items():
        if service.region != loss.region or not problem.site_pulls[site]:
            continue
        registry = evaluation.layout.registries[service.registry]
        (moved if len(registry.locations) > 1 else cut).append(site)
    sites = (", ".join(names) or None for names in (cut, moved))
    return (loss.region, loss.pulls_lost_share, *sites, loss.max_rtt_ms)


# ---- prices of the scenario's own ----


def own_prices_table(problem: Problem) -> Table:
    """The prices that the scenario gives itself, each beside the list price."""
    rows = tuple(_own_rows(problem))
    return Table("Your own prices", OWN_COLUMNS, rows, own_prices_words(problem))


def own_prices_words(problem: Problem) -> str:
    """How the scenario's prices differ from the list, in words."""
    assumptions, own = problem.scenario.assumptions, any(_own_rows(problem))
    words = [
        "These win over the list prices below."
        if own
        else "This scenario has no prices of its own: the list prices below are used."
    ]
    if assumptions.discount_percent:
        words.append(
            f"A discount of {assumptions.discount_percent:g} % is taken off registry fees "
            "and storage."
        )
    words.append(
        f"Internet egress is priced at the tier that holds at "
        f"{assumptions.internet_egress_tier_gb:g} GB a month."
    )
    return " ".join(words)


def _own_rows(problem: Problem) -> Iterator[tuple[Cell, ...]]:
    own, listed = problem.scenario.price_overrides, problem.facts.prices
    for fee in own.registry_fees:
        at_list = listed.fees[fee.sku].daily
        what = (f"Registry fee, {fee.sku}", fee.region or EVERYWHERE)
        yield _own_row(*what, fee.usd_per_day, "day and location", at_list)
    for storage in own.storage:
        at_list = next(iter(listed.fees.values())).storage
        what = ("Storage above the included", storage.region or EVERYWHERE)
        yield _own_row(*what, storage.usd_per_gb_month, "GB-month", at_list)
    for pair in own.transfer:
        rate = _list_transfer(problem, pair.source, pair.target)
        what = ("Transfer between regions", f"{pair.source} → {pair.target}")
        yield _own_row(*what, pair.usd_per_gb, "GB", rate)
    for egress in own.internet_egress:
        rate = _list_egress(problem, egress.source)
        yield _own_row("Internet egress", egress.source, egress.usd_per_gb, "GB", rate)
    hour, gb = own.private_endpoint_usd_per_hour, own.private_endpoint_usd_per_gb
    if hour is not None:
        at_list = listed.addon("private_endpoint")
        yield _own_row("Private endpoint", EVERYWHERE, hour, "hour", at_list)
    if gb is not None:
        at_list = listed.addon("private_endpoint_data_out")
        yield _own_row("Traffic through an endpoint", EVERYWHERE, gb, "GB", at_list)


def _own_row(
    what: str, where: str, usd: float, unit: str, at_list: Price | None
) -> tuple[Cell, ...]:
    """One of the user's prices; without a list price that is why they gave one."""
    list_usd, source, as_of = at_list or (None, None, None)
    return (what, where, usd, list_usd, unit, source, as_of)


def _list_transfer(problem: Problem, source: str, target: str) -> Price | None:
    """The list price between regions or continents."""
    regions, prices = problem.facts.regions, problem.facts.prices
    sender, receiver = (
        regions[end].transfer_continent if end in regions else end
        for end in (source, target)
    )
    rates = prices.transfer_rates.get((sender or "", receiver or ""))
    return rates[prices.reading] if rates else None


def _list_egress(problem: Problem, source: str) -> Price | None:
    """The list price of a region or zone at the scenario's tier."""
    regions, prices = problem.facts.regions, problem.facts.prices
    zone = regions[source].egress_zone if source in regions else source
    volume = problem.scenario.assumptions.internet_egress_tier_gb
    tiers = prices.egress_tiers.get(zone or "", ())
    at = [tier for tier in tiers if tier.from_gb <= volume]
    return at[-1].price if at else None
