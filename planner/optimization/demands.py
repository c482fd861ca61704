"""The best geo-replicated registry for many demands of the same sites.

A site's bill and waiting are proportional to its demand, so that another demand is the
same rows of coefficients times a factor. Nothing is laid out, sorted or evaluated anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from planner.domain.problem import Problem
from planner.domain.scenario import Scenario
from planner.errors import InputError, did_you_mean
from planner.evaluation import cost
from planner.evaluation.evaluate import evaluate_layout
from planner.evaluation.goals import meets
from planner.optimization.branching import search, statuses
from planner.optimization.clock import Clock
from planner.optimization.coefficients import Client, Coefficients
from planner.optimization.compose import compose
from planner.optimization.kernel import tolerance
from planner.optimization.replicated import Replicated
from planner.optimization.weights import TOTAL

FOLLOW_DEMAND = ("max_monthly_usd", "max_mean_rtt_ms")
"""Goals whose limit a change of demand alone can break."""


class DemandPlan(NamedTuple):
    """The best locations for one demand."""

    home: str
    replicas: tuple[str, ...]
    total_usd: float
    """Bill, operations and waiting per month, as `evaluate` counts them."""


class Demands:
    """A problem that is solved again and again with its sites' demand multiplied."""

    def __init__(self, scenario: Scenario | Problem, *, compiled: bool = False) -> None:
        """Lay the problem out once.

        Raises `InputError` for goals that depend on the demand, or that pin sites, and
        `SolverError` where `compiled` is asked for without the extra `fast`.
        """
        problem = Problem.of(scenario)
        goals = problem.scenario.goals
        stated = [name for name in FOLLOW_DEMAND if getattr(goals, name) is not None]
        if stated or goals.objective == "latency" or goals.routing == "pinned":
            what = stated[0] if stated else "objective or routing"
            raise InputError(
                f"goals.{what} cannot be kept while the demand changes; leave it out, or "
                "solve each demand with `optimize`"
            )
        self._problem, self._compiled = problem, compiled
        self._c = c = Coefficients(problem, problem.candidates)
        self._registry = Replicated(c, goals)
        self._registry.clients = c.separate_clients
        self._names = [client.sites[0] for client in c.separate_clients]
        self._endpoint_usd = [_by_the_gb(problem, name) for name in self._names]
        self._alone = self._locations_alone()
        self._rows = self._laid_out() if self._registry.possible else None

    def _locations_alone(self) -> dict[int, tuple[float, list[float]]]:
        """Regions that meet the goals without replicas: what is fixed, and each site."""
        c, problem = self._c, self._problem
        home = problem.scenario.goals.home
        gb = problem.stored_gb(frozenset(problem.images))
        premium = any(client.premium for client in c.clients)
        found = {}
        for i, region in enumerate(c.regions):
            usd = c.unreplicated_usd(region, gb, premium=premium)
            if usd is None or home not in (None, region):
                continue
            layout = compose(problem, {}, [region])
            if meets(problem, evaluate_layout(problem, layout, "alone")):
                fixed = usd + c.push_usd(problem.images, i) + self._constant
                found[i] = fixed, [_usd(client, i) for client in c.separate_clients]
        return found

    @property
    def _constant(self) -> float:
        """What neither locations nor demand change."""
        by_the_gb = sum(self._endpoint_usd)
        return self._c.endpoints_usd + self._c.operations_usd - by_the_gb

    def _laid_out(self) -> Any:
        instance = self._registry.instance(TOTAL, ties=True)
        by_rank, by_cost = (
            [j for j in range(instance.n) for _ in range(start[j], start[j + 1])]
            for start in (instance.by_rank, instance.by_cost)
        )
        if not self._compiled:
            return instance, by_rank, by_cost
        import numpy as np

        from planner.optimization.compiled import as_arrays

        return as_arrays(instance), np.array(by_rank), np.array(by_cost)

    def best(self, factors: Mapping[str, float]) -> DemandPlan | None:
        """The plan of least total when each named site's demand is multiplied.

        Equal to `optimize(..., "geo")` on a scenario in which the counts and GB of these
        sites are multiplied. None if no plan meets the goals. Raises `InputError` for
        unknown sites, and for factors that are not positive.
        """
        self._check(factors)
        by_site = [factors.get(name, 1.0) for name in self._names]
        through = sum(
            f * usd for f, usd in zip(by_site, self._endpoint_usd, strict=True)
        )
        alone = self._best_alone(by_site)
        plan = self._best_replicated(by_site)
        if plan is None or (alone and alone[0] <= plan[0] + tolerance(plan[0])):
            plan = alone
        if plan is None:
            return None
        usd, chosen = plan
        names = self._c.regions
        home = chosen[0] if len(chosen) == 1 else self._registry.home_of(chosen)
        replicas = tuple(names[i] for i in chosen if i != home)
        return DemandPlan(names[home], replicas, usd + through)

    def _check(self, factors: Mapping[str, float]) -> None:
        known = self._problem.sites
        for name, factor in factors.items():
            if name not in known:
                raise InputError(
                    f"no site is called {name!r}{did_you_mean(name, known)}"
                )
            if not 0 < factor < float("inf"):
                raise InputError(f"the factor of site {name!r} must be above 0")

    def _best_alone(
        self, by_site: Sequence[float]
    ) -> tuple[float, tuple[int, ...]] | None:
        sums = [
            (fixed + sum(f * usd for f, usd in zip(by_site, row, strict=True)), (i,))
            for i, (fixed, row) in self._alone.items()
        ]
        if not sums:
            return None
        least = min(sums)[0]
        return next(x for x in sums if x[0] <= least + tolerance(least))

    def _best_replicated(
        self, by_site: Sequence[float]
    ) -> tuple[float, tuple[int, ...]] | None:
        if self._rows is None:
            return None
        instance, by_rank, by_cost = self._rows
        factors = [*by_site, *([1.0] * instance.sources)]
        if self._compiled:
            import numpy as np

            scale = np.array(factors)
            rank_cost = instance.rank_cost * scale[by_rank]
            cost_value = instance.cost_value * scale[by_cost]
        else:
            rank_cost = _scaled(instance.rank_cost, factors, by_rank)
            cost_value = _scaled(instance.cost_value, factors, by_cost)
        found = search(
            instance._replace(rank_cost=rank_cost, cost_value=cost_value),
            statuses(self._registry.m, self._registry.certain),
            Clock(None),
            compiled=self._compiled,
        )
        if not found.open:
            return None
        by_the_gb = sum(self._endpoint_usd)
        constant = self._registry.constant(TOTAL) - by_the_gb
        return found.value + constant, found.open


def _scaled(
    row: Sequence[float], factors: Sequence[float], client: Sequence[int]
) -> list[float]:
    return [usd * factors[j] for usd, j in zip(row, client, strict=True)]


def _usd(client: Client, i: int) -> float:
    return client.bill_usd[i] + client.wait_usd[i]


def _by_the_gb(problem: Problem, site: str) -> float:
    """What the GB through a site's private endpoints cost, wherever it is served."""
    charges = cost.site_endpoints(problem, problem.prices, problem.sites[site])
    return sum(charge.usd for charge in charges if charge.unit == "GB")
