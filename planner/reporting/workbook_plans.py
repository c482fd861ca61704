"""The sheets of a workbook that compare the plans: round trips, pull times, totals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from planner.domain.problem import MB_PER_GB, Problem
from planner.evaluation.cost import BILL_KINDS
from planner.evaluation.latency import SECONDS_PER_HOUR, pull_seconds
from planner.evaluation.result import Evaluation, SiteService
from planner.reporting.kinds import KIND_LABELS
from planner.reporting.spreadsheet import Content, Formula, Sheet
from planner.reporting.table import Column
from planner.reporting.words import layout_words
from planner.reporting.workbook_bill import HELD, Bill
from planner.reporting.workbook_inputs import CHANGEABLE, Inputs

LATENCY_COLUMNS = (
    Column("plan", "Plan"),
    Column("site", "Site"),
    Column("image", "Image"),
    Column("registry", "Registry"),
    Column("region", "Served from"),
    Column("rtt", "RTT (P50)", "ms", "ms"),
    Column("estimated", "Estimated", "", "bool"),
    Column("pulls", "Pulls", "1/month", "count"),
    Column("mb", "Moved by a pull", "MB", "number"),
    Column("layers", "Layers", "", "count"),
    Column("seconds", "Time of a pull", "s", "seconds"),
    Column("hours", "Waiting for pulls", "h/month", "hours"),
)
PULL_TIME = (
    "Time of a pull: overhead + round trips × RTT + max(D + U / layers, U + D / layers), "
    "with the download D over parallel streams and the unpacking U (sheet Settings)."
)


class Waits(NamedTuple):
    """How long the pulls of all plans take."""

    latency: Sheet
    plan_rows: Mapping[str, range]


def latency_sheet(
    problem: Problem, plans: Mapping[str, Evaluation], inputs: Inputs
) -> Waits:
    """A row for each plan and entry of demand."""
    notes = (PULL_TIME, HELD)
    sheet = Sheet("Latency", "Round trips and pulls", LATENCY_COLUMNS, [], "", notes)
    rows: list[tuple[Content, ...]] = []
    found: dict[str, range] = {}
    for name, plan in plans.items():
        first = len(rows)
        for service in plan.services:
            for at, entry in enumerate(inputs.demand_rows[service.site]):
                figures = _pull(problem, service, at, entry, (sheet, len(rows)), inputs)
                rows.append((name, service.site, *figures))
        found[name] = range(first, len(rows))
    return Waits(sheet._replace(rows=rows), found)


def _pull(
    problem: Problem,
    service: SiteService,
    at: int,
    entry: int,
    where: tuple[Sheet, int],
    inputs: Inputs,
) -> tuple[Content, ...]:
    """Image, way, round trip, pulls and their times of one entry of demand."""
    pull, demand = problem.pulls[service.site][at], inputs.demand
    sheet, row = where
    pulls, gb = demand.cell(entry, "pulls"), demand.cell(entry, "gb")
    ms = service.rtt.ms
    seconds = pull_seconds(
        problem.scenario.assumptions, ms, pull.mb_per_pull, pull.layers
    )
    layers: Content = float(pull.layers)
    if pull.image in inputs.image_rows:
        layers = inputs.images.same(inputs.image_rows[pull.image], "layers")
    hours = f"={sheet.cell(row, 'pulls')}*{sheet.cell(row, 'seconds')}"
    return (
        pull.image,
        service.registry,
        service.serving_region,
        ms,
        service.rtt.estimated,
        demand.same(entry, "pulls"),
        Formula(f"=IF({pulls}=0,0,{gb}/{pulls}*{MB_PER_GB:g})", pull.mb_per_pull),
        layers,
        Formula(_seconds(sheet, row, inputs), seconds),
        Formula(
            f"{hours}/{SECONDS_PER_HOUR:g}", pull.pulls * seconds / SECONDS_PER_HOUR
        ),
    )


def _seconds(sheet: Sheet, row: int, inputs: Inputs) -> str:
    """The time of a pull as a formula, see `planner.evaluation.latency.pull_seconds`."""
    rtt = f"({sheet.cell(row, 'rtt')}/1000)"
    mb, layers = sheet.cell(row, "mb"), sheet.cell(row, "layers")
    setting = inputs.setting
    batches = f"ROUNDUP({layers}/{setting('parallel_layers')},0)"
    trips = (
        f"({setting('pull_round_trips')}"
        f"+{setting('round_trips_per_layer_batch')}*{batches})"
    )
    stream = (
        f"MIN({setting('stream_window_mb')}/{rtt},{setting('stream_mb_per_second')})"
    )
    speed = (
        f"MIN({setting('parallel_layers')}*{stream},{setting('node_mb_per_second')})"
    )
    down, unpack = f"{mb}/{speed}", f"{mb}/{setting('unpack_mb_per_second')}"
    pipeline = f"MAX({down}+{unpack}/{layers},{unpack}+{down}/{layers})"
    return f"={setting('pull_overhead_seconds')}+{trips}*{rtt}+{pipeline}"


PLANS_COLUMNS = (
    Column("plan", "Plan"),
    Column("layout", "Registries and locations"),
    *(Column(kind.value, KIND_LABELS[kind], "USD/month", "usd") for kind in BILL_KINDS),
    Column("bill", "Azure bill", "USD/month", "usd"),
    Column("difference", "Against the baseline", "USD/month", "usd_delta"),
    Column("registries", "Registries", "", "count"),
    Column("operations", "Labour", "USD/month", "usd"),
    Column("waiting", "Waiting", "USD/month", "usd"),
    Column("total", "Bill, labour and waiting", "USD/month", "usd"),
    Column("mean_rtt", "Mean RTT", "ms", "ms"),
    Column("max_rtt", "Worst RTT", "ms", "ms"),
    Column("mean_pull", "Mean pull", "s", "seconds"),
    Column("hours", "Waiting for pulls", "h/month", "hours"),
)


def plans_sheet(
    plans: Mapping[str, Evaluation],
    baseline: Evaluation | None,
    bill: Bill,
    waits: Waits,
    inputs: Inputs,
) -> Sheet:
    """Each plan's bill, labour, waiting and times, all live."""
    notes = (
        HELD,
        "Labour and waiting are never part of the Azure bill.",
        "Which plan is best is told in the sheet Decision for the figures of the report.",
    )
    sheet = Sheet("Plans", "Plans", PLANS_COLUMNS, [], CHANGEABLE, notes)
    today = next((row for row, p in enumerate(plans.values()) if p is baseline), None)
    rows = []
    for row, (name, plan) in enumerate(plans.items()):
        by_kind = _by_kind(plan, bill, bill.plan_rows[name])
        difference: Content = None
        if today is not None and baseline is not None:
            text = f"={sheet.cell(row, 'bill')}-{sheet.cell(today, 'bill')}"
            difference = Formula(text, plan.cost.bill_usd - baseline.cost.bill_usd)
        first, last = (
            sheet.cell(row, kind.value) for kind in BILL_KINDS[:: len(BILL_KINDS) - 1]
        )
        rows.append(
            (
                name,
                layout_words(plan.layout),
                *by_kind,
                Formula(f"=SUM({first}:{last.rpartition('!')[2]})", plan.cost.bill_usd),
                difference,
                float(len(plan.layout.registries)),
                *_beside_the_bill(plan, sheet, row, inputs),
                *_times(plan, waits, waits.plan_rows[name], (sheet, row)),
            )
        )
    return sheet._replace(rows=rows)


def _by_kind(plan: Evaluation, bill: Bill, rows: range) -> list[Content]:
    """The sums of a plan's lines by kind."""
    kinds, usd = (bill.lines.cells(rows, key) for key in ("kind", "usd"))
    return [
        Formula(f'=SUMIF({kinds},"{KIND_LABELS[kind]}",{usd})', plan.cost.by_kind[kind])
        for kind in BILL_KINDS
    ]


def _beside_the_bill(
    plan: Evaluation, sheet: Sheet, row: int, inputs: Inputs
) -> tuple[Content, ...]:
    """Labour, waiting, and all together."""
    cells = {key: sheet.cell(row, key) for key in ("registries", "hours", "bill")}
    labour = f"={cells['registries']}*{inputs.setting('usd_per_registry_month')}"
    waiting = f"={cells['hours']}*{inputs.setting('usd_per_wait_hour')}"
    parts = (sheet.cell(row, key) for key in ("bill", "operations", "waiting"))
    return (
        Formula(labour, plan.cost.operations_usd),
        Formula(waiting, plan.cost.waiting_usd),
        Formula(f"={'+'.join(parts)}", plan.cost.total_usd),
    )


def _times(
    plan: Evaluation, waits: Waits, rows: range, where: tuple[Sheet, int]
) -> tuple[Content, ...]:
    """Mean and worst round trip, mean pull and hours of waiting."""
    latency = plan.latency
    if latency.mean_rtt_ms is None or latency.mean_pull_seconds is None:
        return (None, None, None, 0.0)
    rtts, pulls, hours = (
        waits.latency.cells(rows, key) for key in ("rtt", "pulls", "hours")
    )
    sheet, row = where
    waited = sheet.cell(row, "hours")
    return (
        Formula(f"=SUMPRODUCT({rtts},{pulls})/SUM({pulls})", latency.mean_rtt_ms),
        latency.max_rtt_ms,
        Formula(
            f"={waited}*{SECONDS_PER_HOUR:g}/SUM({pulls})", latency.mean_pull_seconds
        ),
        Formula(f"=SUM({hours})", latency.wait_hours),
    )
