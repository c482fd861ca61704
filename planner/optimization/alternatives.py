"""The cheapest plans that differ in their locations, in order of cost.

The cheapest plan whose places are none of those seen is asked for again and again. What
each shape of layout is known to have, or not to have below some cost, is kept; and a plan
that is known anyway, such as a flip of the optimum, bounds what need be looked for.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from planner.domain.problem import Problem
from planner.domain.scenario import Scenario
from planner.evaluation.goals import meets
from planner.evaluation.result import Evaluation
from planner.optimization.answers import Answer, Engine, Places, Question, places
from planner.optimization.families import FAMILY_OF, EngineName, Family
from planner.optimization.kernel import tolerance
from planner.optimization.result import NearOptimal, RunnerUp, Status
from planner.optimization.solve import NEAR_LIMIT, best_answer, optimize, rank
from planner.optimization.weights import TOTAL


def near_optimal(
    scenario: Scenario | Problem,
    family: str = "best",
    percent: float = 5.0,
    *,
    limit: int = NEAR_LIMIT,
    engine: str = EngineName.EXACT,
) -> NearOptimal | None:
    """Find all plans, by their locations, that cost at most some percent too much.

    Parameters
    ----------
    scenario
        A scenario, or the problem it states.
    family
        `single`, `geo`, `multi`, `hybrid`, or `best` of them.
    percent
        How much more than the optimum a plan may cost.
    limit
        Plans at most; where there are more, the list is not complete.
    engine
        `exact`, `compiled` or `pulp`, as for `optimize`.

    Returns
    -------
    NearOptimal or None
        The optimum first; None if no plan meets the goals.
    """
    return optimize(
        scenario,
        family,
        engine=engine,
        reasons=False,
        near_percent=percent,
        near_limit=limit,
    ).near_optimal


class Alternatives:
    """The cheapest plans at hand, until they are certainly the cheapest of all."""

    def __init__(
        self,
        problem: Problem,
        answers: Sequence[Answer],
        engine: Engine,
        known: Iterable[Evaluation] = (),
    ) -> None:
        """`answers` are what the engine said of each shape; `known` are further plans."""
        self.problem = problem
        self.engine = engine
        self.hand: dict[Places, Answer] = {}
        self.guessed: set[Places] = set()
        """Places of which a cheaper plan may be found."""
        self.none_below = {answer.shape: -math.inf for answer in answers}
        """For each shape a cost below which all plans are at hand."""
        self.complete = True
        """Whether every answer was proved, so that no plan was left out."""
        for plan in known:
            kind = kind_of(places(plan.layout))
            if belongs(plan, self.none_below) and meets(problem, plan):
                self._take(Answer(kind, Status.OPTIMAL, None, plan), guessed=True)
        for answer in answers:
            if answer.evaluation is not None:
                self._found(answer)

    def cheapest(self, count: int, most: float = math.inf) -> list[RunnerUp]:
        """So many plans that cost at most so much, the optimum first."""
        while (asked := self._open_question(count, most)) is not None:
            self._ask(*asked)
        return [
            runner_up(FAMILY_OF[answer.shape], plan)
            for answer in self._ranked()[:count]
            if (plan := answer.evaluation)
            and plan.cost.total_usd <= most + tolerance(most)
        ]

    def _ranked(self) -> list[Answer]:
        return sorted(self.hand.values(), key=rank)

    def _open_question(self, count: int, most: float) -> tuple[str, float] | None:
        """A shape that may have a plan which belongs among the cheapest, and up to what."""
        limit, ranked = most + tolerance(most), self._ranked()
        if len(ranked) >= count:
            usd = _usd(ranked[count - 1])
            limit = min(limit, usd - 8 * tolerance(usd))
        shapes = (s for s, below in self.none_below.items() if below < limit)
        shape = next(shapes, None)
        return None if shape is None else (shape, limit)

    def _ask(self, shape: str, limit: float) -> None:
        """Ask for the cheapest plan of a shape that is not at hand, up to a cost."""
        hand = {at: a for at, a in self.hand.items() if kind_of(at) == _kind(shape)}
        forbidden = tuple(at for at in hand if at not in self.guessed)
        known = {at: _usd(a) for at, a in hand.items() if at in self.guessed}
        question = Question(self.problem, shape, TOTAL, limit, forbidden, known)
        answer = self.engine.answer(question)
        self.complete &= answer.status in (Status.OPTIMAL, Status.INFEASIBLE)
        if answer.evaluation is None:
            self.none_below[shape] = limit
        else:
            self._found(answer)

    def _found(self, answer: Answer) -> None:
        """Take the cheapest plan of a shape that was not at hand."""
        self._take(answer)
        self.none_below[answer.shape] = max(_usd(answer), self.none_below[answer.shape])

    def _take(self, answer: Answer, *, guessed: bool = False) -> None:
        assert answer.evaluation is not None
        at = places(answer.evaluation.layout)
        if guessed and kind_of(at) in ("separate", "mixed"):
            self.guessed.add(at)  # sites may be better off at another registry
        else:
            self.guessed.discard(at)
        if at not in self.hand or _usd(answer) < _usd(self.hand[at]):
            self.hand[at] = answer


def _usd(answer: Answer) -> float:
    assert answer.evaluation is not None
    return answer.evaluation.cost.total_usd


def runners_up(
    problem: Problem,
    answers: Sequence[Answer],
    engine: Engine,
    count: int,
    known: Iterable[Evaluation] = (),
) -> tuple[RunnerUp, ...]:
    """The next cheapest plans after the optimum, each with other locations."""
    plans = Alternatives(problem, answers, engine, known).cheapest(1 + count)
    return tuple(plans[1:])


def plans_within(
    problem: Problem,
    answers: Sequence[Answer],
    engine: Engine,
    percent: float,
    limit: int,
) -> NearOptimal:
    """All plans within some percent of the optimum, but not more than `limit`."""
    best = best_answer(answers)
    assert best is not None
    assert best.evaluation is not None
    most = best.evaluation.cost.total_usd * (1 + percent / 100)
    alternatives = Alternatives(problem, answers, engine)
    plans = alternatives.cheapest(limit + 1, most)
    complete = alternatives.complete and len(plans) <= limit
    return NearOptimal(percent, tuple(plans[:limit]), complete)


def runner_up(family: Family, plan: Evaluation) -> RunnerUp:
    """The figures of a plan that stand beside the optimum's."""
    return RunnerUp(
        family,
        plan.layout,
        plan.cost.total_usd,
        plan.latency.mean_rtt_ms,
        plan.latency.max_rtt_ms,
    )


def belongs(plan: Evaluation, shapes: Iterable[str]) -> bool:
    """Whether a plan is of one of some shapes, with one registry a region at most."""
    _, alone = at = places(plan.layout)
    return len(set(alone)) == len(alone) and kind_of(at) in map(_kind, shapes)


def family_of(plan: Evaluation) -> Family:
    """The family of a plan."""
    return FAMILY_OF[kind_of(places(plan.layout))]


def kind_of(at: Places) -> str:
    """The shape of plan that has such places."""
    replicated, alone = at
    if replicated:
        return "mixed" if alone else "replicated"
    return "single" if len(alone) == 1 else "separate"


def _kind(shape: str) -> str:
    return "single" if shape == "home only" else shape
