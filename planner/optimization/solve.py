"""`optimize`: the best layout of a family, with proof and reasons."""

from __future__ import annotations

import heapq
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pulp

from planner.base import OnStep, no_steps
from planner.domain.problem import Problem
from planner.domain.scenario import Scenario
from planner.errors import SolverError
from planner.evaluation.evaluate import evaluate_layout
from planner.evaluation.result import Evaluation
from planner.optimization import solver as solvers
from planner.optimization.conflict import conflicting_goals
from planner.optimization.decode import decode
from planner.optimization.explain import explain
from planner.optimization.extremes import within_least_mean_rtt
from planner.optimization.families import Family
from planner.optimization.formulation import FAMILY_OF, SHAPES, build
from planner.optimization.model import Model
from planner.optimization.result import Result, RunnerUp, Status

ENGINE = "pulp"
AGREEMENT = 1e-6
"""Relative difference allowed between the solver's objective and the evaluation."""
RUNNERS_UP = 2


@dataclass
class _Search:
    """One model, solved again and again with its earlier answers forbidden."""

    problem: Problem
    shape: str
    model: Model
    solver: pulp.LpSolver
    found: int = 0

    def next_plan(self) -> tuple[solvers.Outcome, Evaluation | None]:
        """The cheapest plan not yet returned, evaluated."""
        outcome = solvers.run(self.model, self.solver)
        if outcome.status in (None, Status.INFEASIBLE):
            return outcome, None
        evaluation = evaluate_layout(
            self.problem, decode(self.model), f"best {FAMILY_OF[self.shape]}"
        )
        _must_agree(self.model, evaluation)
        return outcome, evaluation

    def forbid_last(self) -> None:
        """Exclude the locations of the plan just found."""
        self.found += 1
        self.model.forbid(self.model.chosen(), self.found)


def _must_agree(model: Model, evaluation: Evaluation) -> None:
    """The objective must be what the evaluation says, or the answer is not one."""
    stated, evaluated = pulp.value(model.lp.objective), evaluation.cost.total_usd
    if abs(stated - evaluated) > AGREEMENT * max(1.0, abs(evaluated)):
        raise SolverError(
            f"the solver's objective {stated:.6f} differs from the evaluated total "
            f"{evaluated:.6f}; please report this scenario"
        )


def optimize(
    scenario: Scenario | Problem,
    family: str = "best",
    *,
    solver: pulp.LpSolver | None = None,
    time_limit: float | None = None,
    reasons: bool = True,
    on_step: OnStep = no_steps,
) -> Result:
    """Find the layout of least total that meets the goals, and prove it.

    With the goal `objective: latency`, the layout of least mean round trip, and among
    those the one of least total.

    Parameters
    ----------
    scenario
        A scenario, or the problem it states.
    family
        `single`, `geo`, `multi`, or `best` of them.
    solver
        A PuLP solver; default HiGHS, exact.
    time_limit
        Seconds for each model of the default solver; the answer is then at least
        `feasible`, with its bound.
    reasons
        Whether to say what each candidate region does, to look for runners-up, and to
        name the goals in conflict when there is no plan.
    on_step
        Told about each step of the work before it begins.

    Returns
    -------
    Result
        `optimal`, `feasible`, or `infeasible` with the goals in conflict.

    Raises
    ------
    InputError
        If the scenario contradicts itself.
    SolverError
        If the solver stopped without a plan.
    """
    problem = Problem.of(scenario)
    wanted = Family(family)
    started = time.perf_counter()
    chosen = solver or solvers.highs(time_limit)
    if problem.scenario.goals.objective == "latency":
        on_step("least mean round trip", 1, 1)
        problem = within_least_mean_rtt(problem, wanted, chosen) or problem
    answers = _solve(problem, wanted, chosen, on_step)
    plans = [(s, out, plan) for s, out, plan in answers if plan is not None]
    result = _answer(problem, wanted, [out for _, out, _ in answers], plans)
    if reasons:
        result = _explained(problem, result, plans, on_step)
    return replace(result, seconds=time.perf_counter() - started)


_Plan = tuple[_Search, solvers.Outcome, Evaluation]


def _solve(
    problem: Problem, family: Family, solver: pulp.LpSolver, on_step: OnStep
) -> list[tuple[_Search, solvers.Outcome, Evaluation | None]]:
    answers = []
    shapes = SHAPES[family]
    for number, shape in enumerate(shapes, start=1):
        on_step(f"solving: {shape}", number, len(shapes))
        model = build(problem, shape)
        if model is not None:
            search = _Search(problem, shape, model, solver)
            answers.append((search, *search.next_plan()))
    return answers


def _answer(
    problem: Problem,
    wanted: Family,
    outcomes: Sequence[solvers.Outcome],
    plans: Sequence[_Plan],
) -> Result:
    """The best of the plans, and how far it is proved."""
    name = problem.scenario.name
    if not plans:
        if any(out.status is None for out in outcomes):
            raise SolverError(
                "the solver found no plan before its time limit; give it more time"
            )
        return Result(Status.INFEASIBLE, wanted, name, None, None, 0.0, ENGINE)
    search, _, best = min(plans, key=_rank)
    open_ends = [out for out in outcomes if out.status is not Status.INFEASIBLE]
    proved = all(out.status is Status.OPTIMAL for out in open_ends)
    return Result(
        status=Status.OPTIMAL if proved else Status.FEASIBLE,
        family=FAMILY_OF[search.shape],
        scenario=name,
        evaluation=best,
        bound_usd=best.cost.total_usd if proved else _least(open_ends),
        seconds=0.0,
        engine=ENGINE,
    )


def _explained(
    problem: Problem, result: Result, plans: Sequence[_Plan], on_step: OnStep
) -> Result:
    """The result with its reasons, or with the goals that leave no plan."""
    if result.evaluation is None:
        return replace(result, conflict=conflicting_goals(problem, result.family))
    search, _, best = min(plans, key=_rank)
    return replace(
        result,
        regions=explain(problem, best, search.shape == "replicated", on_step),
        runners_up=tuple(_runners_up(plans)),
    )


def _rank(plan: _Plan) -> tuple[float, int]:
    _, _, evaluation = plan
    return round(evaluation.cost.total_usd, 9), len(evaluation.layout.regions)


def _least(outcomes: Sequence[solvers.Outcome]) -> float | None:
    """The bound over all shapes; unknown as soon as one of them is."""
    known = [out.bound for out in outcomes if out.bound is not None]
    return min(known) if len(known) == len(outcomes) else None


def _runners_up(plans: Sequence[_Plan]) -> Iterator[RunnerUp]:
    """The next cheapest plans over all shapes, each with other locations."""
    queue = [(_rank(plan), number, plan) for number, plan in enumerate(plans)]
    heapq.heapify(queue)
    seen: set[frozenset[str]] = set()
    while queue and len(seen) <= RUNNERS_UP:
        _, number, (search, _, plan) = heapq.heappop(queue)
        regions = frozenset(plan.layout.regions) | {FAMILY_OF[search.shape]}
        if seen and regions not in seen:
            yield RunnerUp(
                FAMILY_OF[search.shape],
                plan.layout,
                plan.cost.total_usd,
                plan.latency.mean_rtt_ms,
                plan.latency.max_rtt_ms,
            )
        seen.add(regions)
        if len(seen) > RUNNERS_UP:
            return
        search.forbid_last()
        outcome, following = search.next_plan()
        if following is not None:
            another = (search, outcome, following)
            heapq.heappush(queue, (_rank(another), number, another))
