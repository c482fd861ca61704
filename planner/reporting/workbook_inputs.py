"""The sheets of a workbook that hold what may be changed: volumes, prices, assumptions.

A volume of zero is not for changing: what it would cost has no line in the bill.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from planner.base import HOURS_PER_MONTH
from planner.domain.layout import Sku
from planner.domain.problem import NEW_SHARE, UNNAMED, Problem, new_gb_per_push
from planner.domain.scenario import Demand, Image, Site
from planner.reporting.spreadsheet import Content, Formula, Input, Sheet
from planner.reporting.table import Column, Kind
from planner.reporting.unit_prices import UnitPrice

CHANGEABLE = "Cells on yellow may be changed; every sheet with formulas follows."
NO_ZEROS = (
    "A figure of 0 is not on yellow, for it has no line in the bill: change it in the "
    "scenario and report again."
)
DISCOUNTED = ("Registry fee", "Storage")
"""Categories of prices that the discount applies to."""
SIGNIFICANT_DECIMALS = 12
"""Decimals of a list price that is told from a discounted one."""

SETTINGS: tuple[tuple[str, str, str], ...] = (
    ("discount_percent", "Discount on registry fees and storage", "percent"),
    ("replica_included_gb", "Storage that a replica includes", "GB"),
    ("usd_per_registry_month", "Labour for a registry", "USD/month"),
    ("usd_per_wait_hour", "Value of an hour of waiting for pulls", "USD/hour"),
    ("pull_overhead_seconds", "Pull: time that nothing explains", "s"),
    ("pull_round_trips", "Pull: round trips", ""),
    ("round_trips_per_layer_batch", "Pull: round trips for each batch of layers", ""),
    ("parallel_layers", "Pull: layers side by side", ""),
    ("stream_window_mb", "Pull: in flight on one stream", "MB"),
    ("stream_mb_per_second", "Pull: one stream at most", "MB/s"),
    ("node_mb_per_second", "Pull: into a node at most", "MB/s"),
    ("unpack_mb_per_second", "Pull: unpacking", "MB/s"),
)
"""The assumptions that formulas use: field, words and unit."""


class Inputs(NamedTuple):
    """The sheets that all other sheets follow."""

    settings: Sheet
    images: Sheet
    demand: Sheet
    sites: Sheet
    prices: Sheet
    setting_rows: Mapping[str, int]
    """Row of each setting by its key."""
    image_rows: Mapping[str, int]
    demand_rows: Mapping[str, range]
    """Rows of a site's demand by the site's name."""
    site_rows: Mapping[str, int]

    def setting(self, key: str) -> str:
        """The address of a setting."""
        return self.settings.cell(self.setting_rows[key], "value")


def input_sheets(problem: Problem, prices: tuple[UnitPrice, ...]) -> Inputs:
    """All sheets with figures that may be changed."""
    settings, setting_rows = _settings(problem)
    images = _images(problem)
    image_rows = {name: row for row, name in enumerate(problem.images)}
    demand, demand_rows = _demand(problem, images, image_rows)
    sites = _sites(problem, demand, demand_rows)
    discount = settings.cell(setting_rows["discount_percent"], "value")
    return Inputs(
        settings,
        images,
        demand,
        sites,
        _prices(problem, prices, discount),
        setting_rows,
        image_rows,
        demand_rows,
        {name: row for row, name in enumerate(problem.sites)},
    )


def included_key(sku: Sku) -> str:
    """The setting that says what storage a SKU includes."""
    return f"included_gb_{sku.value}"


def _volume(value: float) -> Content:
    return Input(value) if value else 0.0


def _settings(problem: Problem) -> tuple[Sheet, dict[str, int]]:
    values = problem.scenario.assumptions
    rows: dict[str, tuple[Content, ...]] = {
        key: (words, Input(float(getattr(values, key))), unit)
        for key, words, unit in SETTINGS
    }
    for sku in Sku:
        words = f"Storage that {sku} includes"
        included = Input(problem.prices.included_gb(sku))
        rows[included_key(sku)] = (words, included, "GB")
    rows["hours"] = ("Hours in a month", float(HOURS_PER_MONTH), "h")
    columns = (
        Column("what", "What"),
        Column("value", "Value", "", "number"),
        Column("unit", "Unit"),
    )
    sheet = Sheet("Settings", "Settings", columns, list(rows.values()), CHANGEABLE)
    return sheet, {key: row for row, key in enumerate(rows)}


def _images(problem: Problem) -> Sheet:
    columns = (
        Column("image", "Image"),
        Column("source", "Pushed from"),
        Column("layers", "Layers", "", "count"),
        Column("size", "Size", "GB", "gb"),
        Column("stored", "Stored", "GB", "gb"),
        Column("pushes", "Pushes", "1/month", "count"),
        Column("new", "New in a push", "GB", "gb"),
        Column("pushed", "Pushed", "GB/month", "gb"),
    )
    sheet = Sheet("Images", "Images", columns, [], CHANGEABLE, (NO_ZEROS,))
    rows = [
        _image(problem, image, sheet, row)
        for row, image in enumerate(problem.images.values())
    ]
    return sheet._replace(rows=rows)


def _image(
    problem: Problem, image: Image, sheet: Sheet, row: int
) -> tuple[Content, ...]:
    push, size = problem.pushes[image.name], sheet.cell(row, "size")
    stored: Content = Formula(f"={size}", image.size_gb)
    if image.stored_gb is not None:
        stored = Input(image.stored_gb)
    new: Content = Formula(f"={NEW_SHARE}*{size}", new_gb_per_push(image))
    if image.new_gb_per_push is not None:
        new = Input(image.new_gb_per_push) if push.new_gb else image.new_gb_per_push
    pushed = f"={sheet.cell(row, 'pushes')}*{sheet.cell(row, 'new')}"
    return (
        image.name,
        push.source,
        Input(float(image.layers)),
        _volume(image.size_gb),
        stored,
        Input(push.pushes) if push.new_gb else push.pushes,
        new,
        Formula(pushed, push.new_gb),
    )


def _demand(
    problem: Problem, images: Sheet, image_rows: Mapping[str, int]
) -> tuple[Sheet, dict[str, range]]:
    columns = (
        Column("site", "Site"),
        Column("image", "Image"),
        Column("nodes", "Nodes", "", "count"),
        Column("releases", "Releases", "1/month", "count"),
        Column("replaced", "Nodes replaced", "1/month", "count"),
        Column("fresh", "Nodes added", "1/month", "count"),
        Column("pulls", "Pulls", "1/month", "count"),
        Column("gb", "Pulled", "GB/month", "gb"),
    )
    notes = (
        NO_ZEROS,
        "Pulls are nodes × releases + nodes replaced + nodes added; a release moves what "
        "is new in a push, a node replaced or added the image's size.",
        "The nodes of a site stand at its first entry from releases.",
    )
    caption = f"What each site pulls. {CHANGEABLE}"
    sheet = Sheet("Demand", "Demand", columns, [], caption, notes)
    rows: list[tuple[Content, ...]] = []
    found: dict[str, range] = {}
    for site in problem.scenario.sites:
        first, nodes = len(rows), ""
        for at, entry in enumerate(site.demand):
            row = len(rows)
            if not entry.bottom_up:
                rows.append(_counted(problem, site, at))
                continue
            cells = (
                images.cell(image_rows[entry.image or ""], key)
                for key in ("new", "size")
            )
            rows.append(_derived(problem, site, at, (sheet, row, nodes), *cells))
            nodes = nodes or sheet.cell(row, "nodes")
        found[site.name] = range(first, len(rows))
    return sheet._replace(rows=rows), found


def _counted(problem: Problem, site: Site, at: int) -> tuple[Content, ...]:
    """A row of demand that is given in pulls and GB."""
    pull = problem.pulls[site.name][at]
    blank = (None,) * 4
    name = site.demand[at].image or UNNAMED
    return (site.name, name, *blank, _volume(pull.pulls), _volume(pull.gb))


def _derived(
    problem: Problem,
    site: Site,
    at: int,
    where: tuple[Sheet, int, str],
    new: str,
    size: str,
) -> tuple[Content, ...]:
    """A row of demand that follows from releases and nodes."""
    entry, pull = site.demand[at], problem.pulls[site.name][at]
    sheet, row, shared = where
    keys = ("nodes", "releases", "replaced", "fresh")
    nodes, releases, replaced, fresh = (sheet.cell(row, key) for key in keys)
    pulls = f"={nodes}*{releases}+{replaced}+{fresh}"
    gb = f"={nodes}*{releases}*{new}+({replaced}+{fresh})*{size}"
    count = float(site.nodes or 0)
    own = _volume(count)
    return (
        site.name,
        pull.image,
        Formula(f"={shared}", count) if shared else own,
        *(_volume(value) for value in _rates(entry)),
        Formula(pulls, pull.pulls),
        Formula(gb, pull.gb),
    )


def _rates(entry: Demand) -> tuple[float, float, float]:
    """Releases, nodes replaced and nodes added in a month."""
    return (
        entry.releases_per_month or 0.0,
        entry.node_replacements_per_month,
        entry.fresh_node_starts_per_month,
    )


def _sites(problem: Problem, demand: Sheet, found: Mapping[str, range]) -> Sheet:
    columns = (
        Column("site", "Site"),
        Column("region", "Region"),
        Column("latitude", "Latitude", "", "degrees"),
        Column("longitude", "Longitude", "", "degrees"),
        Column("endpoints", "Private endpoints", "", "count"),
        Column("pulls", "Pulls", "1/month", "count"),
        Column("gb", "Pulled", "GB/month", "gb"),
    )
    rows = [
        (
            site.name,
            site.region,
            site.latitude,
            site.longitude,
            _volume(float(site.private_endpoints)),
            demand.sum(found[site.name], "pulls"),
            demand.sum(found[site.name], "gb"),
        )
        for site in problem.scenario.sites
    ]
    caption = "Volumes are the sums of the sheet Demand."
    return Sheet("Sites", "Sites", columns, rows, caption, (NO_ZEROS,))


def _prices(problem: Problem, prices: tuple[UnitPrice, ...], discount: str) -> Sheet:
    usd: Kind = "usd_unit"
    columns = (
        Column("category", "Price"),
        Column("what", "For"),
        Column("unit", "Unit"),
        Column("list", "Before discount", "USD", usd),
        Column("price", "Price", "USD", usd),
        Column("source", "Price from"),
        Column("as_of", "Price of"),
    )
    sheet = Sheet("Prices", "Unit prices", columns, [], CHANGEABLE)
    left = 1 - problem.scenario.assumptions.discount_percent / 100
    rows: list[tuple[Content, ...]] = []
    for row, found in enumerate(prices):
        discounted = found.category in DISCOUNTED
        before = found.price.usd / left if discounted else found.price.usd
        listed = round(before, SIGNIFICANT_DECIMALS)
        text = f"={sheet.cell(row, 'list')}"
        rows.append(
            (
                found.category,
                found.what,
                found.unit,
                listed if found.fixed else Input(listed),
                Formula(
                    f"{text}*(1-{discount}/100)" if discounted else text,
                    found.price.usd,
                ),
                found.price.source,
                found.price.as_of,
            )
        )
    return sheet._replace(rows=rows)
