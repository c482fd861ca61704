"""The index of many reports: one row a scenario, as a sortable page and as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from planner import __version__
from planner.reporting.result_tables import status_words
from planner.reporting.table import Cell, Column, Table
from planner.reporting.text import one_line
from planner.reporting.words import counted, layout_brief
from planner.reporting.writers import write_whole

if TYPE_CHECKING:
    from planner.analysis import Comparison

COLUMNS = (
    Column("scenario", "Scenario"),
    Column("status", "Best plan proved"),
    Column("today_usd", "Bill today", "USD/month", "usd"),
    Column("best_usd", "Best bill", "USD/month", "usd"),
    Column("saving_usd", "Against today", "USD/month", "usd_delta"),
    Column("today_mean_rtt_ms", "Mean RTT today", "ms", "ms"),
    Column("best_mean_rtt_ms", "Mean RTT then", "ms", "ms"),
    Column("best_max_rtt_ms", "Worst RTT then", "ms", "ms"),
    Column("layout", "Best plan"),
    Column("error", "What went wrong"),
)


class Figures(NamedTuple):
    """What the index shows of a comparison; None where there is no such plan."""

    status: str
    today_usd: float | None
    best_usd: float | None
    difference_usd: float | None
    today_mean_rtt_ms: float | None
    best_mean_rtt_ms: float | None
    best_max_rtt_ms: float | None
    layout: str | None

    @classmethod
    def of(cls, comparison: Comparison) -> Figures:
        """The figures of a comparison, as `evaluate` has them."""
        today, best = comparison.today, comparison.best.evaluation
        both = best.cost.bill_usd - today.cost.bill_usd if today and best else None
        return cls(
            status_words(comparison.best),
            today.cost.bill_usd if today else None,
            best.cost.bill_usd if best else None,
            both,
            today.latency.mean_rtt_ms if today else None,
            best.latency.mean_rtt_ms if best else None,
            best.latency.max_rtt_ms if best else None,
            layout_brief(best.layout) if best else None,
        )


NO_FIGURES = Figures("failed", *(None,) * 7)


@dataclass(frozen=True)
class Entry:
    """What became of one scenario of a batch."""

    source: str
    stem: str
    files: tuple[str, ...] = ()
    """Names of its report's files and folders within the batch's folder."""
    figures: Figures | None = None
    error: str = ""
    """Why there is no report; empty if there is one."""

    @property
    def row(self) -> tuple[Cell, ...]:
        """The entry under `COLUMNS`."""
        figures = self.figures or NO_FIGURES
        return (self.source, *figures, one_line(self.error) or None)

    def as_dict(self) -> dict[str, object]:
        """The entry as JSON: the row by column, and the files."""
        keys = (column.key for column in COLUMNS)
        return {**dict(zip(keys, self.row, strict=True)), "files": list(self.files)}


def index_table(entries: Sequence[Entry]) -> Table:
    """One row a scenario, in the order given."""
    caption = (
        f"{counted(len(entries), 'scenario')}, {sum(bool(e.error) for e in entries)} "
        "failed. Bills in USD per month; round trips (RTT) in ms, P50, weighted by pulls."
    )
    rows = tuple(entry.row for entry in entries)
    return Table("Azure Container Registry plans", COLUMNS, rows, caption)


def write_index(entries: Sequence[Entry], folder: Path) -> None:
    """Write `index.html` and `index.csv`."""
    from planner.reporting.html import content_policy, template_text, templates

    table, script = index_table(entries), template_text("index.js")
    page = (
        templates()
        .get_template("index.html")
        .render(
            table=table,
            entries=list(zip(entries, table.rows, table.texts(), strict=True)),
            link=quote,
            css=template_text("report.css"),
            script=script,
            policy=content_policy([script]),
            version=__version__,
        )
    )
    write_whole(folder / "index.html", page)
    write_whole(folder / "index.csv", table.csv())
