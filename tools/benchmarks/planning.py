"""The planner on its own scenarios: plans, frontiers, many solves, the shell."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context

from benchmarks.engine import COMPILES
from benchmarks.measure import (
    Comparison,
    Goal,
    Timing,
    agree,
    cpu,
    show_seconds,
    timed,
)
from benchmarks.report import Section, Task
from planner import Demands, Problem, evaluate, frontier, load_scenario, optimize
from planner.domain.scenario import Demand, Site

RUNS = 3
ENGINES = ("exact", "compiled")
FAMILIES = ("geo", "multi", "hybrid", "best")
SOLVES = 10_000
SAMPLE = 2000
"""Solves that are timed unless all are asked for."""
PROCESSES = 2
CHECKED = 5
"""Of these solves, how many are held against a scenario stated anew."""
WITHIN_A_SECOND = Goal(seconds=(1.0, 1.0))
WORLD = "worldwide"

TEXT = """\
`worldwide.yaml`: {sites} sites, {regions} candidate regions. The peer is the planner's own
model in PuLP, solved by HiGHS: already reduced, so no textbook model."""


def planning_section(full: bool) -> Section:
    """Plans of each family, all plans of a frontier, and many solves."""
    world = Problem(load_scenario(WORLD))
    tasks = [
        *(Task(f"optimize, {f}", lambda f=f: _family(world, f)) for f in FAMILIES),
        Task("frontier, mean RTT", lambda: _frontier(world, full)),
        Task("many solves", lambda: _many(full)),
        Task("evaluate", lambda: _evaluate(world)),
    ]
    text = TEXT.format(sites=len(world.sites), regions=len(world.candidates))
    return Section("The planner", text, Comparison.HEADINGS, tasks)


def _family(world: Problem, family: str) -> Iterator[list[str]]:
    def work(engine: str) -> tuple[Timing, float | None]:
        runs = 1 if engine == "pulp" else RUNS
        timing, result = timed(
            lambda: optimize(world, family, engine=engine, reasons=False), runs
        )
        return timing, result.objective_usd

    pure, usd = work("exact")
    compiled = work("compiled")[0] if COMPILES else None
    peer, other = work("pulp")
    same = usd == other or (usd and other and abs(usd - other) <= 1e-6 * usd)
    yield Comparison(
        f"optimize {WORLD}, {family}",
        WITHIN_A_SECOND,
        pure,
        compiled,
        "PuLP + HiGHS",
        peer,
        () if same else ("VALUES DIFFER",),
    ).cells()


def _frontier(world: Problem, full: bool) -> Iterator[list[str]]:
    def work(engine: str) -> tuple[Timing, int]:
        runs = 1 if engine == "pulp" else RUNS
        timing, found = timed(
            lambda: frontier(world, "geo", "mean_rtt_ms", engine=engine), runs
        )
        return timing, len(found.plans)

    pure, count = work("exact")
    compiled = None
    if COMPILES:
        small = load_scenario("contoso")
        frontier(small, "geo", "mean_rtt_ms", engine="compiled")  # compiles
        compiled = work("compiled")[0]
    remarks = [f"{count} plans"]
    peer = None
    if full:
        peer, others = work("pulp")
        if others != count:
            remarks.append(f"the peer finds {others}")
    else:
        remarks.append("peer only with --full")
    yield Comparison(
        f"all plans, cost and mean round trip, {WORLD}, geo",
        Goal(seconds=(2.0, 0.5)),
        pure,
        compiled,
        "PuLP + HiGHS",
        peer,
        tuple(remarks),
    ).cells()


def _many(full: bool) -> Iterator[list[str]]:
    """Solves of one scenario with perturbed demand, on several processes."""
    count = SOLVES if full else SAMPLE
    engines = ENGINES if COMPILES else ENGINES[:1]
    pure, *more = [_pool(engine, count).each(count).times(SOLVES) for engine in engines]
    timed_part = "all timed" if full else f"{count} timed, the rest at their mean"
    remarks = [timed_part, "`planner.Demands`: the rows are laid out once"]
    if not all(map(_same_as_anew, range(CHECKED))):
        remarks.append("VALUES DIFFER")
    yield Comparison(
        f"{SOLVES:,} solves of {WORLD}, geo, demand perturbed, {PROCESSES} processes",
        Goal(seconds=(60.0, 10.0)),
        pure,
        more[0] if more else None,
        remarks=tuple(remarks),
    ).cells()


def _pool(engine: str, count: int) -> Timing:
    """Time a number of solves on fresh processes that have solved once before."""
    context = get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, context, _start, (engine,)) as pool:
        list(pool.map(_solve_one, range(4 * PROCESSES)))
        timing, _ = timed(
            lambda: list(pool.map(_solve_one, range(count), chunksize=20)), 1
        )
    return timing


_child: list[Demands] = []
"""What a process of the pool works on."""


def _start(engine: str) -> None:
    _child[:] = [Demands(load_scenario(WORLD), compiled=engine == "compiled")]
    _solve_one(0)


def _solve_one(seed: int) -> float | None:
    plan = _child[0].best(factors(site_names(), seed))
    return None if plan is None else plan.total_usd


@cache
def site_names() -> tuple[str, ...]:
    """The names of the sites."""
    return tuple(site.name for site in load_scenario(WORLD).sites)


def factors(sites: Sequence[str], seed: int) -> dict[str, float]:
    """What each site's demand is multiplied by, from 0.5 to 2."""
    dice = random.Random(seed)  # noqa: S311  # repeatable, not secret
    return {name: 2 ** dice.uniform(-1, 1) for name in sites}


def _same_as_anew(seed: int) -> bool:
    """Whether stating and solving the perturbed scenario anew gives the same total."""
    scenario = load_scenario(WORLD)
    by_site = factors(site_names(), seed)
    sites = tuple(scaled(site, by_site[site.name]) for site in scenario.sites)
    anew = Problem(scenario.model_copy(update={"sites": sites}))
    plan = Demands(scenario).best(by_site)
    usd = optimize(anew, "geo", reasons=False).objective_usd
    return plan is not None and usd is not None and agree(plan.total_usd, usd)


COUNTS = (
    "pulls_per_month",
    "gb_per_month",
    "releases_per_month",
    "node_replacements_per_month",
    "fresh_node_starts_per_month",
)


def scaled(site: Site, factor: float) -> Site:
    """The site with its demand multiplied."""

    def times(entry: Demand) -> Demand:
        counts = {name: getattr(entry, name) for name in COUNTS}
        changed = {name: n * factor for name, n in counts.items() if n is not None}
        return entry.model_copy(update=changed)

    return site.model_copy(update={"demand": tuple(map(times, site.demand))})


def _evaluate(world: Problem) -> Iterator[list[str]]:
    evaluate(world)
    timing, _ = timed(lambda: evaluate(world), 50)
    peer, _ = timed(lambda: load_scenario(WORLD), RUNS)
    name, goal = f"evaluate {WORLD}", Goal(seconds=(0.005, 0.005))
    yield Comparison(name, goal, timing, None, f"reading {WORLD}.yaml", peer).cells()


SHELL = (
    (("--help",), 0.3),
    (("evaluate", "contoso", "--json"), 0.7),
    (("optimize", "contoso", "--json"), 0.5),
)
"""Commands, and the CPU seconds they may take."""


def shell_section() -> Section:
    """CPU time of whole commands, beside importing pandas."""
    return Section(
        "Commands",
        "CPU time (user and system) of a whole process, as from a shell.",
        ("command", "runs", "CPU", "noise", "goal", "goal met"),
        [
            Task("import pandas", lambda: _command("import pandas", (), None)),
            *(
                Task(" ".join(words), lambda w=words, g=goal: _command(RUN, w, g))
                for words, goal in SHELL
            ),
        ],
    )


RUN = "from planner.cli import main; main()"


def _command(
    code: str, words: tuple[str, ...], goal: float | None
) -> Iterator[list[str]]:
    timing = cpu(code, *words)
    yield [
        f"`{' '.join(('acr-planner', *words)) if words else code}`",
        str(timing.runs),
        show_seconds(timing.least),
        f"{timing.noise:.1f}",
        show_seconds(goal) if goal else "-",
        "-" if goal is None else "yes" if timing.least <= goal else "no",
    ]
