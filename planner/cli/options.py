"""The arguments and options of the commands, each written once."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from planner.optimization.families import EngineName, Family, Metric

ScenarioArgument = Annotated[
    str,
    typer.Argument(
        metavar="SCENARIO",
        help="A scenario file (YAML or JSON), or the name of a shipped one: "
        "contoso, worldwide.",
        show_default=False,
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON object and nothing else.")
]


class RoutingChoice(StrEnum):
    """How a geo-replicated registry answers."""

    GLOBAL = "global"
    PINNED = "pinned"


class FormatChoice(StrEnum):
    """What a change of layouts can be written as."""

    AZ = "az"
    TERRAFORM = "terraform"
    BICEP = "bicep"


class ObjectiveChoice(StrEnum):
    """What can be made least."""

    COST = "cost"
    LATENCY = "latency"


FamilyOption = Annotated[Family, typer.Option(help="Kind of layout to look for.")]
HomeOption = Annotated[
    str | None, typer.Option(help="Home region of the geo-replicated registry.")
]
MaxRttOption = Annotated[
    float | None, typer.Option(help="Every site's round trip at most, ms.")
]
MaxMeanRttOption = Annotated[
    float | None, typer.Option(help="Mean round trip at most, ms.")
]
MaxMonthlyUsdOption = Annotated[
    float | None, typer.Option(help="Azure bill at most, USD per month.")
]
RequireOption = Annotated[
    list[str] | None, typer.Option(help="Region that must have a location.")
]
ForbidOption = Annotated[
    list[str] | None, typer.Option(help="Region that must not have a location.")
]
CandidateOption = Annotated[
    list[str] | None, typer.Option(help="Only these regions may have a location.")
]
GeographyOption = Annotated[
    list[str] | None, typer.Option(help="Only these geographies may have one.")
]
MinLocationsOption = Annotated[
    int | None, typer.Option(help="Distinct regions at least.")
]
MaxLocationsOption = Annotated[
    int | None, typer.Option(help="Distinct regions at most.")
]
SurviveOption = Annotated[
    bool,
    typer.Option(
        "--survive-region-loss",
        help="After the loss of any location every site reaches another one.",
    ),
]
MaxRttAfterLossOption = Annotated[
    float | None, typer.Option(help="Every round trip then at most, ms.")
]
ObjectiveOption = Annotated[
    ObjectiveChoice | None,
    typer.Option(help="What to make least: cost, or latency within a budget."),
]
EngineOption = Annotated[
    EngineName,
    typer.Option(help="Branch and bound (compiled: by numba), or PuLP with HiGHS."),
]
RoutingOption = Annotated[
    RoutingChoice | None,
    typer.Option(help="How the geo-replicated registry answers: nearest, or pinned."),
]
TimeLimitOption = Annotated[
    float | None, typer.Option(min=0.01, help="Seconds for the search.")
]
ReasonsOption = Annotated[
    bool, typer.Option(help="Say what each region does, and name runners-up.")
]
RunnersUpOption = Annotated[
    int, typer.Option(min=0, max=50, help="Next cheapest plans to name.")
]
NearOption = Annotated[
    float | None,
    typer.Option(
        min=0.0, max=100.0, help="List all plans that cost at most so many % more."
    ),
]
MetricOption = Annotated[Metric, typer.Option(help="Latency figure.")]


class ImportEngine(StrEnum):
    """What reads and groups the records of an import."""

    DUCKDB = "duckdb"
    SPARK = "spark"


KindArgument = Annotated[
    str,
    typer.Argument(
        metavar="KIND",
        help="Kind of export (see the README), or auto: by content.",
        show_default=False,
    ),
]
PathsArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="PATH...",
        help="Files, folders or patterns, gzip too; lists of manifests among them give "
        "sizes.",
        show_default=False,
    ),
]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", "-o", help="Scenario to write; default: only report."),
]
IntoOption = Annotated[
    str | None, typer.Option(help="Scenario to merge into; it is not changed itself.")
]
IpMapOption = Annotated[
    Path | None,
    typer.Option(
        help="CSV of client addresses: cidr, region; if wanted site, kind, latitude, "
        "longitude."
    ),
]
MaxBadOption = Annotated[
    str, typer.Option(help="Share of malformed records to put up with.")
]
CacheFactorOption = Annotated[
    float,
    typer.Option(
        min=0.0,
        max=1.0,
        help="Where expected GB lie between low (0: each layer once per site) and high "
        "(1: every pull in full).",
    ),
]
ImageGbOption = Annotated[
    float | None,
    typer.Option(min=0.0, help="GB to assume for images whose size no file tells."),
]
ImportEngineOption = Annotated[
    ImportEngine,
    typer.Option(help="What reads and groups the records: this machine, or Spark."),
]
