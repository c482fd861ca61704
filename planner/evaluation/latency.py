"""How long pulls take: the pull-time formula and the latency figures of a layout."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from planner.domain.problem import Problem, Pull
from planner.domain.scenario import Assumptions
from planner.facts.rtt import Rtt

SECONDS_PER_HOUR = 3600.0
P95_SHARE = 0.95


def pull_seconds(
    assumptions: Assumptions | PullModel, rtt_ms: float, mb: float, layers: int
) -> float:
    """Seconds that one pull of `mb` MB in `layers` layers takes.

    T = overhead + (trips + per_batch x ceil(layers / parallel)) x rtt
        + max(D + U / layers, U + D / layers)

    with the download D over parallel streams, each bounded by window / rtt, and the
    unpacking U, pipelined layer by layer. A published 690 MB pull inside a region took
    25 s, the formula gives 23.7 s; across regions it is not proven.
    """
    a, rtt = assumptions, rtt_ms / 1000
    batches = math.ceil(layers / a.parallel_layers)
    trips = a.pull_round_trips + a.round_trips_per_layer_batch * batches
    stream = min(a.stream_window_mb / rtt, a.stream_mb_per_second)
    download = mb / min(a.parallel_layers * stream, a.node_mb_per_second)
    unpack = mb / a.unpack_mb_per_second
    pipeline = max(download + unpack / layers, unpack + download / layers)
    return a.pull_overhead_seconds + trips * rtt + pipeline


def wait_hours(assumptions: Assumptions, pulls: Sequence[Pull], rtt_ms: float) -> float:
    """Hours per month that a site's pulls take together at one round trip."""
    return _wait_hours(PullModel.of(assumptions), tuple(pulls), rtt_ms)


class PullModel(NamedTuple):
    """The assumptions that a pull's time rests on; the value of an hour is not one."""

    pull_overhead_seconds: float
    pull_round_trips: float
    round_trips_per_layer_batch: float
    parallel_layers: int
    stream_window_mb: float
    stream_mb_per_second: float
    node_mb_per_second: float
    unpack_mb_per_second: float

    @classmethod
    def of(cls, assumptions: Assumptions) -> PullModel:
        """Those of a scenario."""
        return cls(*_model_fields(assumptions))


_model_fields = attrgetter(*PullModel._fields)


@lru_cache(maxsize=50_000)
def _wait_hours(model: PullModel, pulls: tuple[Pull, ...], rtt_ms: float) -> float:
    """Kept, for a slider that changes what an hour is worth asks for the same hours."""
    seconds = sum(
        pull.pulls * pull_seconds(model, rtt_ms, pull.mb_per_pull, pull.layers)
        for pull in pulls
        if pull.pulls
    )
    return seconds / SECONDS_PER_HOUR


@dataclass(frozen=True)
class Latency:
    """Latency figures weighted by pulls; None when nobody pulls."""

    mean_rtt_ms: float | None
    p95_rtt_ms: float | None
    max_rtt_ms: float | None
    mean_pull_seconds: float | None
    wait_hours: float


def latency(problem: Problem, rtts: Mapping[str, Rtt]) -> Latency:
    """The figures for the round trip at which each site is served.

    Sites without pulls do not count. p95 is the least round trip that at least 95 % of
    the pulls do not exceed.
    """
    assumptions = problem.scenario.assumptions
    weighted = sorted(
        (rtt.ms, problem.site_pulls[name], name)
        for name, rtt in rtts.items()
        if problem.site_pulls[name] > 0
    )
    total = math.fsum(pulls for _, pulls, _ in weighted)
    if not total:
        return Latency(None, None, None, None, 0.0)
    hours = math.fsum(
        wait_hours(assumptions, problem.pulls[name], ms) for ms, _, name in weighted
    )
    return Latency(
        mean_rtt_ms=math.fsum(ms * pulls for ms, pulls, _ in weighted) / total,
        p95_rtt_ms=_quantile(weighted, P95_SHARE * total),
        max_rtt_ms=weighted[-1][0],
        mean_pull_seconds=hours * SECONDS_PER_HOUR / total,
        wait_hours=hours,
    )


def _quantile(weighted: Sequence[tuple[float, float, str]], needed: float) -> float:
    reached = 0.0
    for ms, pulls, _ in weighted:
        reached += pulls
        if reached >= needed * (1 - 1e-12):
            return ms
    return weighted[-1][0]
