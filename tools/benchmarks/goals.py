"""Tasks on plain matrices, each with a speed goal and a named peer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import fmean

from benchmarks.arrays import highspy_arrays
from benchmarks.engine import COMPILES, solve, worst_rtt_frontier
from benchmarks.generate import generate
from benchmarks.instances import CLOSEST, Case, Instance
from benchmarks.measure import Comparison, Goal, Timing, agree, timed
from benchmarks.peers import Answer, epsilon_loop, pulp_cbc
from benchmarks.report import Section, Task

RUNS = 5
EPSILON_POINTS = 6
"""Points of the frontier that the peer is timed on, unless all are asked for."""
MANY_GB = 300_000.0
"""Volume of the largest instance; with less, the peer needs several times as long."""
PEER_LIMIT = 600.0
"""Seconds after which a peer is stopped."""
SHORT_LIMIT = 150.0
"""The same on large instances, unless all is asked for: long enough for every goal."""
Peer = Callable[[Instance, float | None], Answer]
CBC = "PuLP loops + CBC"
ARRAYS = "HiGHS on numpy arrays"
EPSILON = "epsilon loop, PuLP + CBC"
FRONTIER = "complete frontier, cost and worst round trip"

TEXT = """\
"Closest" is the planner's rule for a registry's global endpoint: the nearest open region
serves, ties to the lower index. "Pinned" is plain facility location: any open region may
serve. The 60 x 60 rows are the mean over the `azure60` files. The others are drawn from the
planner's own prices and round trips; every customer has its own volume and its own round
trips, so that none can be merged with another (`tools/benchmarks/generate.py`); they pull
60 TB a month, in the largest instance 300 TB. Peers solve the same textbook model, stated in `tools/benchmarks/peers.py`: strong links, and
Wagner-Falkson rows for the closest rule."""


def goals_section(cases: Sequence[Case], full: bool) -> Section:
    """The section of all speed goals on matrices."""
    azure = [c.instance for c in cases if c.rule == CLOSEST and c.instance.n == 60]
    azure = azure or [generate(60, 60)]
    pinned = [instance.plain() for instance in azure]
    capa = [c.instance for c in cases if Path(c.file).stem in ("capa", "capb", "capc")]
    tasks = [
        _task("closest, 60 x 60", azure, _CLOSEST_60, CBC, pulp_cbc, 3),
        _task("closest, 60 x 500", [generate(60, 500)], _CLOSEST_500, ARRAYS,
              highspy_arrays),
        _task("pinned, 60 x 60", pinned, _PINNED_60, CBC, pulp_cbc, 3),
        _task("pinned, 60 x 1,000", [generate(60, 1000).plain()], _PINNED_MORE, CBC,
              pulp_cbc),
        _large("pinned, 60 x 10,000", lambda: generate(60, 10_000, MANY_GB).plain(),
               _PINNED_MORE, full),
        *(_large(f"{one.name}, {one.m} x {one.n}", lambda one=one: one, _CAP, full)
          for one in capa),
        Task("frontier, worst round trip", lambda: _frontiers(azure, full)),
    ]  # fmt: skip
    return Section("Speed goals", TEXT, Comparison.HEADINGS, tasks)


_CLOSEST_60 = Goal((60, 500), (0.010, 0.001))
_CLOSEST_500 = Goal((100, 1000))
_PINNED_60 = Goal((200, 1500))
_PINNED_MORE = Goal((300, 1000))
_CAP = Goal((50, 1000))
_FRONTIER = Goal((300, 2000), (0.15, 0.02))


def _task(
    name: str,
    instances: Sequence[Instance],
    goal: Goal,
    peer: str,
    method: Peer,
    peer_runs: int = 1,
) -> Task:
    return Task(name, lambda: _compare(name, instances, goal, peer, method, peer_runs))


def _large(name: str, make: Callable[[], Instance], goal: Goal, full: bool) -> Task:
    """A task whose peer takes minutes, or does not come to its end."""
    limit = PEER_LIMIT if full else SHORT_LIMIT
    return Task(name, lambda: _compare(name, [make()], goal, CBC, pulp_cbc, 1, limit))


def _compare(
    name: str,
    instances: Sequence[Instance],
    goal: Goal,
    peer: str,
    method: Peer,
    peer_runs: int,
    limit: float = PEER_LIMIT,
) -> Iterator[list[str]]:
    parts = len(instances)

    def ours(compiled: bool) -> tuple[Timing, list[float]]:
        def work() -> list[float]:
            return [_proved(instance, compiled) for instance in instances]

        timing, values = timed(work, RUNS)
        return timing.each(parts), values

    pure, values = ours(compiled=False)
    compiled = ours(compiled=True)[0] if COMPILES else None
    remarks = [f"mean of {parts} instances"] if parts > 1 else []
    peer_time, answers = timed(
        lambda: [method(one, limit) for one in instances], peer_runs
    )
    peer_time = peer_time.each(parts)
    remarks += _doubts(values, answers)
    row = Comparison(name, goal, pure, compiled, peer, peer_time, tuple(remarks))
    yield row.cells()


def _proved(instance: Instance, compiled: bool) -> float:
    plan = solve(instance, compiled)
    return plan.objective if plan.proved else float("nan")


def _doubts(values: Sequence[float], answers: Sequence[Answer]) -> Iterator[str]:
    """What keeps a row from being a fair comparison."""
    if not all(answer.proved for answer in answers):
        yield "the peer stopped without proof: the ratio is a lower bound"
    elif not all(
        agree(a.objective, value) for a, value in zip(answers, values, strict=True)
    ):
        yield "VALUES DIFFER"


def _frontiers(instances: Sequence[Instance], full: bool) -> Iterator[list[str]]:
    """The complete frontiers of cost and longest round trip, each and in the mean."""
    rows = [_frontier(instance, full) for instance in instances]
    for row in rows:
        yield row.cells()
    yield Comparison(
        f"{FRONTIER}, mean of all",
        _FRONTIER,
        _mean([row.pure for row in rows]),
        _mean([row.compiled for row in rows]),
        EPSILON,
        _mean([row.peer_time for row in rows]),
        (f"mean of {len(rows)} instances, as are the rows of 60 x 60 above",),
    ).cells()


def _mean(timings: Sequence[Timing | None]) -> Timing | None:
    known = [timing for timing in timings if timing]
    if not known:
        return None
    sums = [
        sum(times) for times in zip(*((t.least, t.worst) for t in known), strict=True)
    ]
    return Timing(*sums, min(t.runs for t in known)).each(len(known))


def _frontier(instance: Instance, full: bool) -> Comparison:
    pure, points = timed(lambda: worst_rtt_frontier(instance, compiled=False), 3)
    compiled = None
    if COMPILES:
        compiled, _ = timed(lambda: worst_rtt_frontier(instance, compiled=True), 3)
    count = len(points)
    step = 1 if full else max(1, count // EPSILON_POINTS)
    chosen = points[::step]
    times = epsilon_loop(instance, [ms for ms, _ in chosen])
    seconds = times.build + fmean(times.points) * count
    remarks = [f"{count} plans"]
    remarks.append(f"peer: {len(chosen)} of {count} points timed")
    if len(chosen) < count:
        remarks[-1] += ", the rest at their mean"
    values = [usd for _, usd in chosen]
    if not all(map(agree, times.values, values)):
        remarks.append("VALUES DIFFER")
    return Comparison(
        f"{FRONTIER}, {instance.name}",
        Goal(),
        pure,
        compiled,
        EPSILON,
        Timing(seconds, seconds, 1),
        tuple(remarks),
    )
