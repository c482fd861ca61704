"""The commands: each parses, calls one function of the planner, and prints.

What only some commands need is imported when they run, so that help is quick.
"""

from __future__ import annotations

import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from planner import __version__

if TYPE_CHECKING:
    from planner.optimization.result import Result

NO_PLAN = 4
"""Exit code when no layout meets the goals."""
REGION_COLUMNS = (
    "region",
    "availability",
    "geography",
    "place",
    "transfer_continent",
    "egress_zone",
    "availability_zones",
    "source",
    "as_of",
)
RTT_COLUMNS = (
    "region",
    "rtt_ms",
    "p95_ms",
    "estimated",
    "error_ms",
    "rtt_source",
    "rtt_as_of",
)
"""What fits a terminal; `--json` has every column."""

app = typer.Typer(
    name="acr-planner",
    help="Where should our container registry live, what will it cost, and how fast "
    "will pulls be?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

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


class FamilyChoice(StrEnum):
    """Families that can be asked for."""

    SINGLE = "single"
    GEO = "geo"
    MULTI = "multi"
    BEST = "best"


class ObjectiveChoice(StrEnum):
    """What can be made least."""

    COST = "cost"
    LATENCY = "latency"


class EngineChoice(StrEnum):
    """Engines that can be asked for."""

    PULP = "pulp"


def _version(asked: bool) -> None:
    if asked:
        sys.stdout.write(f"acr-planner {__version__}\n")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, help="Print the version."),
    ] = False,
) -> None:
    del version


@app.command()
def demo(
    scenario: Annotated[
        str, typer.Argument(metavar="[SCENARIO]", help="What to show.")
    ] = "contoso",
    out: Annotated[Path, typer.Option(help="Folder for the report.")] = Path("reports"),
    as_json: JsonOption = False,
) -> None:
    """Contoso from end to end: compare the layouts, find the best, write the report."""
    from planner.analysis import compare
    from planner.cli.output import answer, progress, say
    from planner.cli.show import show_comparison, show_result
    from planner.domain.problem import Problem
    from planner.domain.reading import load_scenario
    from planner.optimization.solve import optimize
    from planner.reporting.writers import write_report

    problem = Problem(load_scenario(scenario))
    with progress() as on_step:
        comparison = compare(problem, on_step)
        best = optimize(problem, on_step=on_step)
        on_step("writing the report", 1, 1)
        command = f"acr-planner demo {shlex.quote(scenario)}"
        paths = write_report(comparison, out, problem=problem, command=command)

    def show_it() -> None:
        show_comparison(comparison)
        show_result(best)
        for path in paths:
            say(f"Report: {path}")
        say(f"Dashboard: acr-planner serve {scenario}")

    def data() -> dict[str, Any]:
        reports = [str(path) for path in paths]
        return comparison.as_dict() | {"optimum": best.as_dict(), "reports": reports}

    answer(as_json, data, show_it)
    _exit_without_plan(best)


@app.command()
def evaluate(
    scenario: ScenarioArgument,
    layout: Annotated[
        str | None, typer.Option(help="Name of the layout; default the baseline.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Cost lines, latency and risks of one layout."""
    from planner.cli.output import answer
    from planner.domain.reading import load_scenario
    from planner.evaluation.evaluate import evaluate as evaluate_one

    evaluation = evaluate_one(load_scenario(scenario), layout)

    def show_it() -> None:
        from planner.cli.show import show_evaluation

        show_evaluation(evaluation)

    answer(as_json, evaluation.as_dict, show_it)


@app.command()
def compare(scenario: ScenarioArgument, as_json: JsonOption = False) -> None:
    """All named layouts and the best of each family, side by side."""
    from planner.analysis import compare as compare_all
    from planner.cli.output import answer, progress
    from planner.cli.show import show_comparison
    from planner.domain.reading import load_scenario

    loaded = load_scenario(scenario)
    with progress() as on_step:
        comparison = compare_all(loaded, on_step)
    answer(as_json, comparison.as_dict, lambda: show_comparison(comparison))
    _exit_without_plan(comparison.best)


@app.command()
def optimize(
    scenario: ScenarioArgument,
    family: Annotated[
        FamilyChoice, typer.Option(help="Kind of layout to look for.")
    ] = FamilyChoice.BEST,
    home: Annotated[
        str | None, typer.Option(help="Home region of the geo-replicated registry.")
    ] = None,
    max_rtt_ms: Annotated[
        float | None, typer.Option(help="Every site's round trip at most, ms.")
    ] = None,
    max_mean_rtt_ms: Annotated[
        float | None, typer.Option(help="Mean round trip at most, ms.")
    ] = None,
    max_monthly_usd: Annotated[
        float | None, typer.Option(help="Azure bill at most, USD per month.")
    ] = None,
    require: Annotated[
        list[str] | None, typer.Option(help="Region that must have a location.")
    ] = None,
    forbid: Annotated[
        list[str] | None, typer.Option(help="Region that must not have a location.")
    ] = None,
    candidate: Annotated[
        list[str] | None, typer.Option(help="Only these regions may have a location.")
    ] = None,
    geography: Annotated[
        list[str] | None, typer.Option(help="Only these geographies may have one.")
    ] = None,
    min_locations: Annotated[
        int | None, typer.Option(help="Distinct regions at least.")
    ] = None,
    max_locations: Annotated[
        int | None, typer.Option(help="Distinct regions at most.")
    ] = None,
    survive_region_loss: Annotated[
        bool,
        typer.Option(
            "--survive-region-loss",
            help="After the loss of any location every site reaches another one.",
        ),
    ] = False,
    max_rtt_after_loss_ms: Annotated[
        float | None, typer.Option(help="Every round trip then at most, ms.")
    ] = None,
    objective: Annotated[
        ObjectiveChoice | None,
        typer.Option(help="What to make least: cost, or latency within a budget."),
    ] = None,
    engine: Annotated[
        EngineChoice, typer.Option(help="How to solve.")
    ] = EngineChoice.PULP,
    time_limit: Annotated[
        float | None, typer.Option(min=0.01, help="Seconds for each model.")
    ] = None,
    reasons: Annotated[
        bool, typer.Option(help="Say what each region does, and name runners-up.")
    ] = True,
    as_json: JsonOption = False,
) -> None:
    """The best layout that meets the goals, with its proof and reasons.

    Goal options replace the goals of the scenario; the list options can be repeated.
    """
    from planner.cli.output import answer, progress
    from planner.cli.show import show_result
    from planner.domain.problem import Problem
    from planner.domain.reading import change_goals, load_scenario
    from planner.optimization.solve import optimize as optimize_one

    del engine  # one engine so far
    asked = {
        "home": home,
        "max_rtt_ms": max_rtt_ms,
        "max_mean_rtt_ms": max_mean_rtt_ms,
        "max_monthly_usd": max_monthly_usd,
        "required_regions": require,
        "forbidden_regions": forbid,
        "candidate_regions": candidate,
        "allowed_geographies": geography,
        "min_locations": min_locations,
        "max_locations": max_locations,
        "survive_region_loss": survive_region_loss or None,
        "max_rtt_after_loss_ms": max_rtt_after_loss_ms,
        "objective": objective.value if objective else None,
    }
    changes = {name: value for name, value in asked.items() if value not in (None, [])}
    problem = change_goals(Problem(load_scenario(scenario)), changes)
    with progress() as on_step:
        result = optimize_one(
            problem,
            family.value,
            time_limit=time_limit,
            reasons=reasons,
            on_step=on_step,
        )
    answer(as_json, result.as_dict, lambda: show_result(result))
    _exit_without_plan(result)


@app.command()
def regions(
    rtt_from: Annotated[
        str | None, typer.Option(help="Also the round trips from this region.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Azure regions, who may use them and how their traffic is priced, with sources."""
    from planner.cli.output import print_tables
    from planner.facts import load_facts
    from planner.reporting.facts_tables import facts_regions_table

    table = facts_regions_table(load_facts(), rtt_from)
    columns = RTT_COLUMNS if rtt_from else REGION_COLUMNS
    shown = table if as_json else table.pick(*columns)
    print_tables({"regions": shown}, as_json)


@app.command()
def prices(as_json: JsonOption = False) -> None:
    """Prices and limits in use, each with source and date."""
    from planner.cli.output import print_tables
    from planner.facts import load_facts
    from planner.reporting.facts_tables import facts_prices_tables, facts_sources_table

    facts = load_facts()
    tables = facts_prices_tables(facts) | {"sources": facts_sources_table(facts)}
    print_tables(tables, as_json)


@app.command()
def schema() -> None:
    """Print the JSON Schema of a scenario file, for editors."""
    from planner.cli.output import print_json
    from planner.domain.scenario import Scenario

    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    print_json(dialect | Scenario.model_json_schema())


@app.command()
def serve(
    scenario: Annotated[
        str, typer.Argument(metavar="[SCENARIO]", help="What to open on.")
    ] = "contoso",
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port.")] = 8050,
) -> None:
    """Open the dashboard on a scenario, for browsers on this machine."""
    from planner.dashboard import serve as serve_dashboard
    from planner.domain.reading import load_scenario

    serve_dashboard(load_scenario(scenario), host=host, port=port)


def _exit_without_plan(result: Result) -> None:
    if result.evaluation is None:
        raise typer.Exit(NO_PLAN)
