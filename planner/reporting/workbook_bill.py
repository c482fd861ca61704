"""The sheets of a workbook that say what is where and what Azure bills for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from planner.domain.layout import Registry
from planner.domain.problem import Problem
from planner.evaluation.cost import Kind
from planner.evaluation.result import CostLine, Evaluation
from planner.evaluation.routing import route
from planner.reporting.kinds import KIND_LABELS
from planner.reporting.spreadsheet import Content, Formula, Input, Sheet
from planner.reporting.table import Column
from planner.reporting.unit_prices import Priced, bill_lines, registry_of
from planner.reporting.workbook_inputs import Inputs, included_key

HELD = (
    "Which registry holds an image, which location answers a site and the SKUs are those "
    "of the report: to see them change, change the scenario and report again."
)
OWN_WORDS: Mapping[Kind, str] = {Kind.STORAGE: "stored above the included GB"}
"""What a line's quantity is, where the line itself says so in figures."""


class Layouts(NamedTuple):
    """What each registry of each plan is and holds."""

    layout: Sheet
    contents: Sheet
    registry_rows: Mapping[tuple[str, str], int]
    """Row of a registry by plan and name."""
    content_rows: Mapping[tuple[str, str, str | None], range]
    """Rows of the images a registry holds, by plan, registry and push source."""


def layout_sheets(
    problem: Problem, plans: Mapping[str, Evaluation], inputs: Inputs
) -> Layouts:
    """The registries of all plans, and the images that each holds."""
    contents, by_source = _contents(problem, plans, inputs)
    columns = (
        Column("plan", "Plan"),
        Column("registry", "Registry"),
        Column("sku", "SKU"),
        Column("home", "Home region"),
        Column("replicas", "Replicas"),
        Column("serves", "Serves"),
        Column("endpoints", "Own private endpoints", "", "count"),
        Column("stored", "Stored in each location", "GB", "gb"),
        Column("pushed", "Pushed", "GB/month", "gb"),
    )
    rows: list[tuple[Content, ...]] = []
    found: dict[tuple[str, str], int] = {}
    for name, plan in plans.items():
        for registry in plan.layout.registries:
            found[name, registry.name] = len(rows)
            held = _all_rows(by_source, name, registry.name)
            rows.append(_registry_row(name, registry, contents, held))
    caption = "Storage and pushes are the sums of the sheet Contents."
    layout = Sheet("Layout", "Registries", columns, rows, caption, (HELD,))
    return Layouts(layout, contents, found, by_source)


def _registry_row(
    plan: str, registry: Registry, contents: Sheet, held: range
) -> tuple[Content, ...]:
    endpoints = float(registry.private_endpoints)
    return (
        plan,
        registry.name,
        str(registry.sku),
        registry.home,
        ", ".join(registry.replicas) or None,
        ", ".join(registry.serves) or None,
        Input(endpoints) if endpoints else 0.0,
        contents.sum(held, "stored"),
        contents.sum(held, "pushed"),
    )


def _contents(
    problem: Problem, plans: Mapping[str, Evaluation], inputs: Inputs
) -> tuple[Sheet, dict[tuple[str, str, str | None], range]]:
    columns = (
        Column("plan", "Plan"),
        Column("registry", "Registry"),
        Column("source", "Pushed from"),
        Column("image", "Image"),
        Column("stored", "Stored", "GB", "gb"),
        Column("pushed", "Pushed", "GB/month", "gb"),
    )
    rows: list[tuple[Content, ...]] = []
    found: dict[tuple[str, str, str | None], range] = {}
    for plan, registry, source, image in _held(problem, plans):
        at = inputs.image_rows[image]
        first = found.get((plan, registry, source), range(len(rows), 0)).start
        stored, pushed = (inputs.images.same(at, key) for key in ("stored", "pushed"))
        rows.append((plan, registry, source, image, stored, pushed))
        found[plan, registry, source] = range(first, len(rows))
    caption = "Images that each registry holds, with the figures of the sheet Images."
    return Sheet("Contents", "Images by registry", columns, rows, caption), found


def _held(
    problem: Problem, plans: Mapping[str, Evaluation]
) -> Iterator[tuple[str, str, str | None, str]]:
    """Plan, registry, push source and image, those of one source after each other."""
    for name, plan in plans.items():
        holds = route(problem, plan.layout).holds
        for registry, held in zip(plan.layout.registries, holds, strict=True):
            sources = {image: problem.pushes[image].source for image in held}
            for image in sorted(held, key=lambda image: (sources[image] or "", image)):
                yield name, registry.name, sources[image], image


def _all_rows(
    found: Mapping[tuple[str, str, str | None], range], plan: str, registry: str
) -> range:
    """The rows of a registry from all push sources, which follow each other."""
    parts = [rows for key, rows in found.items() if key[:2] == (plan, registry)]
    return range(parts[0].start, parts[-1].stop) if parts else range(0)


BILL_COLUMNS = (
    Column("plan", "Plan"),
    Column("kind", "Kind"),
    Column("registry", "Registry"),
    Column("region", "Region"),
    Column("site", "Site or push source"),
    Column("detail", "What"),
    Column("quantity", "Quantity", "", "number"),
    Column("unit", "Unit"),
    Column("price", "Unit price", "USD", "usd_unit"),
    Column("usd", "Cost", "USD/month", "usd"),
)


class Bill(NamedTuple):
    """All lines of all bills."""

    lines: Sheet
    plan_rows: Mapping[str, range]
    """Rows of a plan by its name."""


def bill_sheet(
    plans: Mapping[str, Evaluation], priced: Priced, inputs: Inputs, layouts: Layouts
) -> Bill:
    """Every line that Azure bills: quantity times unit price, both live."""
    caption = "Quantity times unit price, from the other sheets."
    sheet = Sheet(
        "Bill lines", "Lines of the Azure bill", BILL_COLUMNS, [], caption, (HELD,)
    )
    rows: list[tuple[Content, ...]] = []
    found: dict[str, range] = {}
    for name, plan in plans.items():
        first = len(rows)
        for line, price in zip(bill_lines(plan), priced.lines[name], strict=True):
            row = len(rows)
            quantity, unit = (sheet.cell(row, key) for key in ("quantity", "price"))
            rows.append(
                (
                    name,
                    KIND_LABELS[line.kind],
                    line.registry,
                    line.region,
                    line.site,
                    _words(line),
                    Formula(
                        f"={_quantity(name, plan, line, inputs, layouts)}",
                        line.charge.quantity,
                    ),
                    line.charge.unit,
                    inputs.prices.same(price, "price"),
                    Formula(f"={quantity}*{unit}", line.usd),
                )
            )
        found[name] = range(first, len(rows))
    return Bill(sheet._replace(rows=rows), found)


def _words(line: CostLine) -> str:
    if line.kind is Kind.PRIVATE_ENDPOINTS and line.charge.unit == "hour":
        return "private endpoints"
    return OWN_WORDS.get(line.kind, line.charge.detail)


def _quantity(
    name: str, plan: Evaluation, line: CostLine, inputs: Inputs, layouts: Layouts
) -> str:
    """How much of a line there is, as a formula."""
    row = layouts.registry_rows[name, line.registry]
    if line.kind is Kind.REGISTRY_FEE:
        return f"{inputs.setting('hours')}/24"
    if line.kind is Kind.STORAGE:
        _, registry = registry_of(plan, line.registry)
        included = _included(registry, line.region, inputs)
        return f"MAX(0,{layouts.layout.cell(row, 'stored')}-{included})"
    if line.kind in (Kind.PUSH_TRANSFER, Kind.SYNC_TRANSFER):
        held = layouts.content_rows[name, line.registry, line.site]
        return f"SUM({layouts.contents.cells(held, 'pushed')})"
    hours = line.charge.unit == "hour"
    if line.site is None:
        cell = layouts.layout.cell(row, "endpoints" if hours else "pushed")
    else:
        site = inputs.site_rows[line.site]
        cell = inputs.sites.cell(site, "endpoints" if hours else "gb")
    return f"{cell}*{inputs.setting('hours')}" if hours else cell


def _included(registry: Registry, region: str, inputs: Inputs) -> str:
    if region != registry.home:
        return inputs.setting("replica_included_gb")
    assert registry.sku is not None
    return inputs.setting(included_key(registry.sku))
