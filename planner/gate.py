"""A gate for pipelines: whether a layout keeps limits on bill, latency and saving."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from planner.domain.problem import Problem
from planner.domain.scenario import Scenario
from planner.errors import InputError
from planner.evaluation.evaluate import evaluate
from planner.evaluation.goals import SLACK
from planner.evaluation.result import SCHEMA_VERSION, Evaluation
from planner.optimization.result import Result
from planner.optimization.solve import optimize


class Measure(NamedTuple):
    """One figure against its limit."""

    name: str
    """`bill_usd`, `max_rtt_ms` or `saving_missed_percent`."""
    measured: float | None
    """None where there is nothing to measure: nobody pulls, or no layout is best."""
    limit: float

    @property
    def exceeded(self) -> bool:
        """Whether the figure is above its limit; equal is not above."""
        return self.measured is not None and self.measured > self.limit + SLACK


@dataclass(frozen=True)
class Gate:
    """A layout against its limits."""

    evaluation: Evaluation
    best: Result | None
    """The best layout under the scenario's goals, if the saving is limited."""
    measures: tuple[Measure, ...]

    @property
    def exceeded(self) -> tuple[Measure, ...]:
        """The figures above their limits."""
        return tuple(measure for measure in self.measures if measure.exceeded)

    @property
    def without_best(self) -> bool:
        """Whether the saving is limited, but no layout meets the scenario's goals."""
        return self.best is not None and self.best.evaluation is None

    @property
    def ok(self) -> bool:
        """Whether all limits are known to be kept."""
        return not self.exceeded and not self.without_best

    def as_dict(self) -> dict[str, Any]:
        """The check as the JSON contract has it."""
        best = self.best
        return {
            "schema_version": SCHEMA_VERSION,
            "scenario": self.evaluation.scenario,
            "layout_name": self.evaluation.name,
            "ok": self.ok,
            "limits": [
                measure._asdict() | {"exceeded": measure.exceeded}
                for measure in self.measures
            ],
            "total_usd": self.evaluation.cost.total_usd,
            "best": best
            and {
                "status": best.status.value,
                "family": best.family.value,
                "total_usd": best.objective_usd,
            },
        }


def check_limits(
    scenario: Scenario | Problem,
    layout: str | None = None,
    *,
    max_bill_usd: float | None = None,
    max_rtt_ms: float | None = None,
    max_saving_missed_percent: float | None = None,
) -> Gate:
    """Compare one layout with limits.

    Parameters
    ----------
    scenario
        A scenario, or the problem it states.
    layout
        Name of one of its layouts; default the baseline.
    max_bill_usd
        Azure bill in USD per month at most this.
    max_rtt_ms
        Longest round trip of a site that pulls, in ms, at most this.
    max_saving_missed_percent
        What the best layout under the scenario's goals would save, in percent of the
        layout's own total, at most this.

    Raises
    ------
    InputError
        If no limit is given, or there is no such layout.
    """
    given = (max_bill_usd, max_rtt_ms, max_saving_missed_percent)
    if all(limit is None for limit in given):
        raise InputError(
            "no limit to check; give --max-bill, --max-rtt or --max-saving-missed"
        )
    problem = Problem.of(scenario)
    evaluation = evaluate(problem, layout)
    best = None
    if max_saving_missed_percent is not None:
        best = optimize(problem, reasons=False)
    figures = (
        ("bill_usd", evaluation.cost.bill_usd),
        ("max_rtt_ms", evaluation.latency.max_rtt_ms),
        ("saving_missed_percent", _saving_missed_percent(evaluation, best)),
    )
    return Gate(
        evaluation,
        best,
        tuple(
            Measure(name, measured, limit)
            for (name, measured), limit in zip(figures, given, strict=True)
            if limit is not None
        ),
    )


def _saving_missed_percent(evaluation: Evaluation, best: Result | None) -> float | None:
    """None without a best layout; 0 for a layout that is cheaper and misses a goal."""
    if best is None or best.objective_usd is None:
        return None
    total = evaluation.cost.total_usd
    return max(0.0, 100 * (total - best.objective_usd) / total) if total else 0.0
