"""Whether known optima of a library are reached and proved, and how fast."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks.engine import COMPILES, solve
from benchmarks.instances import Case, Instance
from benchmarks.measure import agree, show_seconds
from benchmarks.peers import Answer, pulp_cbc, pulp_highs
from benchmarks.report import Section, Task
from planner.optimization.location import LocationPlan

LIMIT = 60.0
"""Seconds for each solve."""
QUICK = 1.0
"""The pure engine is run where the compiled one took no longer than this."""
RUNS = 3
"""Runs of what takes less than that; the least time counts. Peers run once."""
MOST_PAIRS = 100_000
"""Peers are not tried on instances with more pairs of facility and customer."""

HEADINGS = (
    "instance", "rule", "size", "known optimum", "found", "proved", "nodes",
    "compiled", "pure", "PuLP + HiGHS", "PuLP + CBC",
)  # fmt: skip

TEXT = """\
Each solve may take {limit:.0f} s; the engine's time is the least of {runs} where it is below
{quick:.0f} s, a peer runs once. "Found" is the value of the compiled engine (of the pure one
where nothing is compiled). The pure engine runs where the compiled one took at most
{quick:.0f} s. An optimum in brackets is the best value known. {peers} Families in growing
difficulty: orlib, azure, euclid, medlike; then bk, m and kglike, with LP gaps of 3 to 10 %;
then chess, fpp and gap, made to defeat bounds of this kind."""

WITH_PEERS = f"Peers run on instances of at most {MOST_PAIRS:,} pairs."
WITHOUT_PEERS = "Peers run only with `--full`."


def library_section(cases: Sequence[Case], full: bool) -> Section:
    """One row a case."""
    peers = WITH_PEERS if full else WITHOUT_PEERS
    return Section(
        "Library instances",
        TEXT.format(limit=LIMIT, runs=RUNS, quick=QUICK, peers=peers),
        HEADINGS,
        [
            Task(f"{case.file}, {case.rule}", lambda case=case: _row(case, full))
            for case in cases
        ],
    )


def _row(case: Case, full: bool) -> Iterator[list[str]]:
    compiled = _quickest(case.instance, compiled=True) if COMPILES else None
    pure = None
    if compiled is None or (compiled.proved and compiled.seconds <= QUICK):
        pure = _quickest(case.instance, compiled=False)
    best = compiled or pure
    assert best is not None
    known = f"{case.optimum:,.10g}"
    peers = full and case.instance.m * case.instance.n <= MOST_PAIRS
    yield [
        case.file,
        case.rule,
        f"{case.instance.m} x {case.instance.n}",
        known if case.proved else f"({known})",
        _found(best, case),
        "yes" if best.proved else f"no, bound {best.bound:,.10g}",
        f"{best.nodes:,}",
        _ours(compiled),
        _ours(pure),
        _peer(pulp_highs(case.instance, LIMIT), case) if peers else "-",
        _peer(pulp_cbc(case.instance, LIMIT), case) if peers else "-",
    ]


def _quickest(instance: Instance, compiled: bool) -> LocationPlan:
    """The plan, found again where that is a matter of a moment; the least time."""
    plans = [solve(instance, compiled, LIMIT)]
    if plans[0].seconds < QUICK:
        plans += [solve(instance, compiled, LIMIT) for _ in range(RUNS - 1)]
    return min(plans, key=lambda plan: plan.seconds)


def _found(plan: LocationPlan, case: Case) -> str:
    if agree(plan.objective, case.optimum):
        return "the same"
    mark = "**WRONG** " if plan.proved and case.proved else ""
    return f"{mark}{plan.objective:,.10g}"


def _ours(plan: LocationPlan | None) -> str:
    if plan is None:
        return "-"
    return show_seconds(plan.seconds) if plan.proved else _stopped(plan.seconds)


def _peer(answer: Answer, case: Case) -> str:
    if not answer.proved:
        return _stopped(answer.seconds)
    wrong = case.proved and not agree(answer.objective, case.optimum)
    return show_seconds(answer.seconds) + (" (WRONG)" if wrong else "")


def _stopped(seconds: float) -> str:
    return f"stopped at {seconds:.0f} s"
