"""Clocks, and one row of a table of goals."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

Found = TypeVar("Found")
AGREEMENT = 1e-6
"""Relative difference allowed between the values of two methods."""


class Timing(NamedTuple):
    """Seconds of several runs of the same work."""

    least: float
    """Noise of a shared machine only adds, so the least is the figure to read."""
    worst: float
    runs: int

    @property
    def noise(self) -> float:
        """The worst run over the least."""
        return self.worst / self.least if self.least else 1.0

    def each(self, parts: int) -> Timing:
        """The same for one of the equal parts of the work."""
        return Timing(self.least / parts, self.worst / parts, self.runs)

    def times(self, count: int) -> Timing:
        """The same for so many times the work."""
        return Timing(self.least * count, self.worst * count, self.runs)

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Timing:
        """The timing of runs that took so many seconds each."""
        return cls(min(seconds), max(seconds), len(seconds))


def timed(work: Callable[[], Found], runs: int) -> tuple[Timing, Found]:
    """Run the work several times; its wall time, and what it returned last."""
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        found = work()
        seconds.append(time.perf_counter() - start)
    return Timing.of(seconds), found


def cpu(code: str, *arguments: str, runs: int = 5) -> Timing:
    """CPU time (user and system) of a Python process of its own."""
    return Timing.of([_one_process(code, arguments) for _ in range(runs)])


def _one_process(code: str, arguments: Sequence[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    # as from a user's shell: with bytecode kept from the run before
    environment = {
        k: v for k, v in os.environ.items() if not k.startswith("PYTHONDONT")
    }
    subprocess.run(
        [sys.executable, "-c", code, *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        env=environment,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def agree(a: float | None, b: float | None) -> bool:
    """Whether two methods found the same value."""
    return a is not None and b is not None and abs(a - b) <= AGREEMENT * abs(b)


@dataclass(frozen=True)
class Goal:
    """What the pure and the compiled engine are asked for, each alone or with the other.

    A ratio is the peer's time over ours; seconds are an upper limit.
    """

    ratios: tuple[float, float] | None = None
    seconds: tuple[float, float] | None = None

    def text(self) -> str:
        """The goal in words, pure before compiled."""
        parts = []
        if self.ratios:
            parts.append(" / ".join(f"{ratio:,.0f}x" for ratio in self.ratios))
        if self.seconds:
            limits = dict.fromkeys(show_seconds(limit) for limit in self.seconds)
            parts.append(" / ".join(limits))
        return "; ".join(parts) or "-"

    def missed(self, engine: int, ours: float, peer: float | None) -> Iterator[str]:
        """What the pure (0) or the compiled (1) engine misses."""
        name = ("pure", "compiled")[engine]
        if self.ratios and peer is not None and peer / ours < self.ratios[engine]:
            yield f"{name} ratio"
        if self.seconds and ours > self.seconds[engine]:
            yield f"{name} time"


@dataclass(frozen=True)
class Comparison:
    """One row: a task, how long both engines and a peer take, and the goal."""

    task: str
    goal: Goal
    pure: Timing | None = None
    compiled: Timing | None = None
    peer: str = "-"
    peer_time: Timing | None = None
    remarks: tuple[str, ...] = ()

    HEADINGS = (
        "task", "runs", "pure", "compiled", "peer", "peer time",
        "peer / pure", "peer / compiled", "noise", "goal (pure / compiled)", "goal met",
        "remarks",
    )  # fmt: skip

    def cells(self) -> list[str]:
        """The row as text, in the order of the headings."""
        peer = self.peer_time
        runs = [t.runs for t in (self.pure, self.compiled, peer) if t]
        noise = [t.noise for t in (self.pure, self.compiled, peer) if t and t.runs > 1]
        return [
            self.task,
            " + ".join(map(str, runs)),
            show(self.pure),
            show(self.compiled),
            self.peer,
            show(peer),
            _ratio(peer, self.pure),
            _ratio(peer, self.compiled),
            " ".join(f"{n:.1f}" for n in noise),
            self.goal.text(),
            self.verdict(),
            "; ".join(self.remarks),
        ]

    def verdict(self) -> str:
        """Whether the goal is met, and if not by what."""
        if not (self.goal.ratios or self.goal.seconds):
            return "-"
        peer = self.peer_time.least if self.peer_time else None
        missed = [
            what
            for engine, timing in enumerate((self.pure, self.compiled))
            if timing
            for what in self.goal.missed(engine, timing.least, peer)
        ]
        if missed:
            return "no: " + ", ".join(missed)
        return "peer not run" if self.goal.ratios and peer is None else "yes"


def show(timing: Timing | None) -> str:
    """The least time, or a dash."""
    return show_seconds(timing.least) if timing else "-"


def show_seconds(seconds: float) -> str:
    """A time with three digits and its unit."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return (
                f"{seconds / size:.3g} {unit}"
                if seconds < 1000
                else f"{seconds:,.0f} s"
            )
    return f"{seconds * 1e6:.3g} µs"


def _ratio(peer: Timing | None, ours: Timing | None) -> str:
    return f"{peer.least / ours.least:,.0f}x" if peer and ours else "-"
