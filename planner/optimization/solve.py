"""`optimize`: the best layout of a family, with proof and reasons."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from planner.base import OnStep, no_steps
from planner.domain.problem import Problem
from planner.domain.scenario import Scenario
from planner.errors import SolverError
from planner.optimization.answers import Answer, Engine, Question, order
from planner.optimization.clock import Clock
from planner.optimization.coefficients import Coefficients
from planner.optimization.exact import ExactEngine
from planner.optimization.families import FAMILY_OF, SHAPES, EngineName, Family
from planner.optimization.fastest import within_least_mean_rtt
from planner.optimization.result import Result, Size, Status
from planner.optimization.weights import TOTAL, Weights

if TYPE_CHECKING:
    import pulp

RUNNERS_UP = 2
NEAR_LIMIT = 20
"""Near-optimal plans that are listed at most."""


def make_engine(
    name: str = EngineName.EXACT,
    *,
    clock: Clock | None = None,
    solver: pulp.LpSolver | None = None,
) -> Engine:
    """The engine of that name; a PuLP solver of one's own means the general one."""
    wanted, deadline = EngineName(name), clock or Clock()
    if solver is not None or wanted is EngineName.PULP:
        from planner.optimization.general import GeneralEngine

        return GeneralEngine(deadline, solver)
    return ExactEngine(deadline, compiled=wanted is EngineName.COMPILED)


def optimize(
    scenario: Scenario | Problem,
    family: str = "best",
    *,
    engine: str = EngineName.EXACT,
    solver: pulp.LpSolver | None = None,
    time_limit: float | None = None,
    reasons: bool = True,
    runners_up: int = RUNNERS_UP,
    near_percent: float | None = None,
    near_limit: int = NEAR_LIMIT,
    on_step: OnStep = no_steps,
) -> Result:
    """Find the layout of least total that meets the goals, and prove it.

    With the goal `objective: latency`, the layout of least mean round trip, and among
    those the one of least total. Of equal plans the one with fewer locations wins, then
    the one whose locations come first by name.

    Parameters
    ----------
    scenario
        A scenario, or the problem it states.
    family
        `single`, `geo`, `multi`, `hybrid`, or `best` of them.
    engine
        `exact` (branch and bound in plain Python), `compiled` (the same source through
        numba, the extra `fast`) or `pulp` (a mixed-integer model; leaves ties to the
        solver).
    solver
        A PuLP solver for the engine `pulp`; default HiGHS, exact.
    time_limit
        Seconds for the search; the answer is then at least `feasible`, with its bound.
        So it is after an interrupt (Ctrl-C).
    reasons
        Whether to say what each candidate region does and what the next ms costs, to look
        for runners-up, and to name the goals in conflict when there is no plan.
    runners_up
        How many of the next cheapest plans to look for, each with other locations.
    near_percent
        If given, also list all plans that cost at most so much more than the optimum.
    near_limit
        How many of these at most.
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
        If the search stopped without a plan, or numba is asked for and missing.
    """
    problem = Problem.of(scenario)
    wanted = Family(family)
    started = time.perf_counter()
    clock = Clock(time_limit)
    chosen = make_engine(engine, clock=clock, solver=solver)
    if problem.scenario.goals.objective == "latency":
        on_step("least mean round trip", 1, 1)
        problem = within_least_mean_rtt(problem, wanted, chosen) or problem
    answers = answer_family(chosen, problem, wanted, on_step=on_step)
    result = _result(problem, wanted, answers, chosen.name)
    if reasons:
        result = replace(result, size=size(problem))
    if reasons and not clock.over:
        asked = _Asked(problem, wanted, chosen, answers, on_step)
        result = _explained(asked, result, runners_up)
    if near_percent is not None and result.evaluation is not None:
        from planner.optimization.alternatives import plans_within

        on_step("near-optimal plans", 1, 1)
        near = plans_within(problem, answers, chosen, near_percent, near_limit)
        result = replace(result, near_optimal=near)
    return replace(result, seconds=time.perf_counter() - started)


def answer_family(
    engine: Engine,
    problem: Problem,
    family: Family,
    weights: Weights = TOTAL,
    on_step: OnStep = no_steps,
) -> list[Answer]:
    """The best plan of each shape of a family.

    A shape that cannot beat what is already found need not be solved, only proved worse;
    its answer then has no plan.
    """
    answers: list[Answer] = []
    best = float("inf")
    shapes = SHAPES[family]
    for number, shape in enumerate(shapes, start=1):
        on_step(f"solving: {shape}", number, len(shapes))
        answer = engine.answer(Question(problem, shape, weights, best))
        answers.append(answer)
        if answer.evaluation is not None:
            best = min(best, weights.of(answer.evaluation))
    return answers


def best_answer(answers: Sequence[Answer], weights: Weights = TOTAL) -> Answer | None:
    """The answer with the best plan."""
    found = [answer for answer in answers if answer.evaluation is not None]
    return min(found, key=lambda a: rank(a, weights), default=None)


def rank(answer: Answer, weights: Weights = TOTAL) -> tuple[float, int, list[str]]:
    """Order of an answer that has a plan."""
    assert answer.evaluation is not None
    return order(weights, answer.evaluation)


def _result(
    problem: Problem, wanted: Family, answers: Sequence[Answer], engine: str
) -> Result:
    """The best of the plans, and how far it is proved."""
    name = problem.scenario.name
    best = best_answer(answers)
    if best is None or best.evaluation is None:
        if any(answer.status is None for answer in answers):
            raise SolverError(
                "the search found no plan before its time limit; give it more time"
            )
        return Result(Status.INFEASIBLE, wanted, name, None, None, 0.0, engine)
    open_ends = [a for a in answers if a.status is not Status.INFEASIBLE]
    proved = all(a.status is Status.OPTIMAL for a in open_ends)
    total = best.evaluation.cost.total_usd
    return Result(
        status=Status.OPTIMAL if proved else Status.FEASIBLE,
        family=FAMILY_OF[best.shape],
        scenario=name,
        evaluation=best.evaluation,
        bound_usd=total if proved else _least_bound(open_ends, total),
        seconds=0.0,
        engine=engine,
        nodes=sum(answer.nodes for answer in answers),
    )


def size(problem: Problem) -> Size:
    """Sites, the rows that they are merged into, and candidate regions."""
    c = Coefficients(problem, problem.candidates)
    return Size(len(c.sites), len(c.clients), len(c.regions))


def _least_bound(answers: Sequence[Answer], total: float) -> float | None:
    """The bound over all shapes; unknown as soon as one of them is."""
    known = [answer.bound for answer in answers if answer.bound is not None]
    return min([*known, total]) if len(known) == len(answers) else None


class _Asked(NamedTuple):
    """What was solved, for who explains it."""

    problem: Problem
    family: Family
    engine: Engine
    answers: Sequence[Answer]
    on_step: OnStep


def _explained(asked: _Asked, result: Result, count: int) -> Result:
    """The result with its reasons, or with the goals that leave no plan."""
    from planner.optimization.alternatives import runners_up
    from planner.optimization.conflict import conflicting_goals
    from planner.optimization.explain import explain, flip_all
    from planner.optimization.ms_price import ms_price
    from planner.optimization.reachable import best_reachable

    problem, family, engine, answers, on_step = asked
    best, plan = best_answer(answers), result.evaluation
    if best is None or plan is None:
        conflict = conflicting_goals(problem, family, engine)
        reached = best_reachable(problem, family, engine, conflict)
        return replace(result, conflict=conflict, best_reachable=reached)
    flipped = flip_all(problem, plan, best.shape, family, engine, on_step)
    known = [other for other in flipped.values() if other is not None]
    on_step("runners-up and the price of a ms", 1, 1)
    return replace(
        result,
        regions=explain(problem, plan, flipped, family, engine, on_step),
        runners_up=runners_up(problem, answers, engine, count, known),
        ms_price=ms_price(problem, family, engine, plan, known),
    )
