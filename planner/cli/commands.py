"""The commands: each parses, calls one function of the planner, and prints.

What only some commands need is imported when they run, so that help is quick.
"""

from __future__ import annotations

import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from planner import __version__
from planner.base import DEFAULT_CACHE_FACTOR
from planner.cli.deploy import check, deploy
from planner.cli.options import (
    CacheFactorOption,
    CandidateOption,
    EngineOption,
    FamilyOption,
    ForbidOption,
    GeographyOption,
    HomeOption,
    ImageGbOption,
    ImportEngine,
    ImportEngineOption,
    IntoOption,
    IpMapOption,
    JsonOption,
    KindArgument,
    MaxBadOption,
    MaxLocationsOption,
    MaxMeanRttOption,
    MaxMonthlyUsdOption,
    MaxRttAfterLossOption,
    MaxRttOption,
    MetricOption,
    MinLocationsOption,
    NearOption,
    ObjectiveOption,
    OutOption,
    PathsArgument,
    ReasonsOption,
    RequireOption,
    RoutingOption,
    RunnersUpOption,
    ScenarioArgument,
    SurviveOption,
    TimeLimitOption,
)
from planner.cli.report import report
from planner.optimization.families import EngineName, Family, Metric

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
        str, typer.Argument(metavar="SCENARIO", help="What to show.")
    ] = "contoso",
    out: Annotated[Path, typer.Option(help="Folder for the report.")] = Path("reports"),
    as_json: JsonOption = False,
) -> None:
    """Compare, find the best layout, write the report."""
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
        comparison = replace(comparison, best=best)  # the same plan, with its reasons
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
    """Named layouts and the best of each family, side by side."""
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
    family: FamilyOption = Family.BEST,
    home: HomeOption = None,
    max_rtt_ms: MaxRttOption = None,
    max_mean_rtt_ms: MaxMeanRttOption = None,
    max_monthly_usd: MaxMonthlyUsdOption = None,
    require: RequireOption = None,
    forbid: ForbidOption = None,
    candidate: CandidateOption = None,
    geography: GeographyOption = None,
    min_locations: MinLocationsOption = None,
    max_locations: MaxLocationsOption = None,
    survive_region_loss: SurviveOption = False,
    max_rtt_after_loss_ms: MaxRttAfterLossOption = None,
    objective: ObjectiveOption = None,
    routing: RoutingOption = None,
    engine: EngineOption = EngineName.EXACT,
    time_limit: TimeLimitOption = None,
    reasons: ReasonsOption = True,
    runners_up: RunnersUpOption = 2,
    near: NearOption = None,
    as_json: JsonOption = False,
) -> None:
    """The best layout for the goals, proved, with reasons.

    Goal options replace the goals of the scenario; the list options can be repeated.
    """
    from planner.cli.output import answer, progress
    from planner.domain.problem import Problem
    from planner.domain.reading import change_goals, load_scenario
    from planner.optimization.solve import optimize as optimize_one

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
        "routing": routing.value if routing else None,
    }
    changes = {name: value for name, value in asked.items() if value not in (None, [])}
    problem = change_goals(Problem(load_scenario(scenario)), changes)
    with progress() as on_step:
        result = optimize_one(
            problem,
            family.value,
            engine=engine.value,
            time_limit=time_limit,
            reasons=reasons,
            runners_up=runners_up,
            near_percent=near,
            on_step=on_step,
        )

    def show_it() -> None:
        from planner.cli.show import show_result

        show_result(result)

    answer(as_json, result.as_dict, show_it)
    _exit_without_plan(result)


@app.command()
def frontier(
    scenario: ScenarioArgument,
    family: FamilyOption = Family.GEO,
    metric: MetricOption = Metric.MEAN_RTT_MS,
    engine: EngineOption = EngineName.EXACT,
    as_json: JsonOption = False,
) -> None:
    """Every plan worth its latency, and the knee of the curve."""
    from planner.analysis import frontier as find_frontier
    from planner.cli.output import answer, progress
    from planner.cli.show import show_frontier
    from planner.domain.reading import load_scenario

    loaded = load_scenario(scenario)
    with progress() as on_step:
        found = find_frontier(
            loaded, family.value, metric.value, on_step, engine=engine.value
        )
    answer(as_json, found.as_dict, lambda: show_frontier(found))
    if not found.plans and any(found.problem.site_pulls.values()):
        raise typer.Exit(NO_PLAN)


@app.command("import")
def import_exports(
    kind: KindArgument,
    paths: PathsArgument,
    out: OutOption = None,
    into: IntoOption = None,
    ip_map: IpMapOption = None,
    max_bad: MaxBadOption = "1%",
    cache_factor: CacheFactorOption = DEFAULT_CACHE_FACTOR,
    image_gb: ImageGbOption = None,
    engine: ImportEngineOption = ImportEngine.DUCKDB,
    as_json: JsonOption = False,
) -> None:
    """Real exports (logs, metrics, bills, clusters) into a scenario.

    Says what was derived, by which method and how sure it is, and what became of every
    record. The bounds of the demand go into a file beside the scenario.
    """
    from planner.cli.importing import import_as_dict, share, show_import, write_import
    from planner.cli.output import answer, byte_progress, say
    from planner.domain.reading import load_scenario
    from planner.importers.inputs import Options
    from planner.importers.places import read_places
    from planner.importers.run import import_files

    options = Options(cache_factor, share(max_bad), image_gb, engine.value)
    with byte_progress() as on_progress:
        result = import_files(
            kind,
            paths,
            into=load_scenario(into) if into else None,
            places=read_places(ip_map) if ip_map else None,
            options=options,
            on_progress=on_progress,
        )
    if out:
        write_import(result, out)

    def show_it() -> None:
        show_import(result)
        say(f"Scenario: {out}" if out else "Nothing written; give -o to write it.")

    answer(as_json, lambda: import_as_dict(result), show_it)


app.command()(report)
app.command()(deploy)
app.command()(check)


@app.command()
def regions(
    rtt_from: Annotated[
        str | None, typer.Option(help="Also the round trips from this region.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Azure regions and round trips, with source and date."""
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
    """The JSON Schema of a scenario file, for editors."""
    from planner.cli.output import print_json
    from planner.domain.scenario import Scenario

    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    print_json(dialect | Scenario.model_json_schema())


@app.command()
def serve(
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="What to open on.")
    ] = "contoso",
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port.")] = 8050,
    workspace: Annotated[
        Path | None,
        typer.Option(help="Folder of scenarios to open by name and to save into."),
    ] = None,
) -> None:
    """The dashboard, for browsers on this machine."""
    from planner.dashboard import serve as serve_dashboard
    from planner.domain.reading import load_scenario

    serve_dashboard(load_scenario(scenario), host, port, workspace)


def _exit_without_plan(result: Result) -> None:
    if result.evaluation is None:
        raise typer.Exit(NO_PLAN)
