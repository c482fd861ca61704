"""Migrations that together have every kind of step."""

from __future__ import annotations

import pytest

from planner.deployment.changes import plan_migration
from planner.deployment.steps import Migration
from planner.domain.problem import Problem
from planner.evaluation.evaluate import evaluate
from planner.optimization.solve import optimize
from tests.deployment.helpers import between
from tests.helpers import image, problem, registry, site


@pytest.fixture(scope="session")
def merging(contoso_problem: Problem) -> Migration:
    """Contoso's two registries become one new one with three replicas."""
    return between(contoso_problem, "today", "geo-replicated")


@pytest.fixture(scope="session")
def found(contoso_problem: Problem) -> Migration:
    """Contoso's registries become those that the optimizer finds, under today's names."""
    plan = optimize(contoso_problem, reasons=False).evaluation
    assert plan is not None
    return plan_migration(contoso_problem, evaluate(contoso_problem), plan, found=True)


@pytest.fixture(scope="session")
def shop() -> Problem:
    """A registry in East US and one in West Europe; layouts that grow and shrink."""
    hook = {
        "name": "notify",
        "uri": "https://ci.example/hook?a=1&b=$c",
        "scope": "app:*",
    }
    small = registry("shopeast", "eastus", sku="Standard", serves=["east"])
    other = registry("shopeurope", "westeurope", sku="Standard", serves=["europe"])
    grown = registry(
        *("shopeast", "eastus", "westeurope", "japaneast"),
        sku="Premium",
        routing="pinned",
        pins={"europe": "westeurope", "east": "eastus"},
        webhooks=[hook],
        private_endpoints=2,
    )
    return problem(
        [
            site("east", "eastus", 100, 50, image="app"),
            site("europe", "westeurope", 100, 50, image="team/tool"),
        ],
        images=[
            image("app", stored_gb=40.0, pushes_per_month=10),
            image("team/tool", stored_gb=10.0, pushes_per_month=5),
        ],
        push_sources=[{"name": "dev", "region": "eastus"}],
        layouts={
            "small": {"registries": [small, other]},
            "grown": {"registries": [grown]},
        },
    )


@pytest.fixture(scope="session")
def growing(shop: Problem) -> Migration:
    """One registry is raised and replicated, pins its sites, and takes over the other."""
    return between(shop, "small", "grown")


@pytest.fixture(scope="session")
def shrinking(shop: Problem) -> Migration:
    """The way back: replicas go, the tier falls, a second registry comes."""
    return between(shop, "grown", "small")


@pytest.fixture(scope="session")
def every(
    merging: Migration, found: Migration, growing: Migration, shrinking: Migration
) -> dict[str, Migration]:
    """All of them by name."""
    return {
        "merging": merging,
        "found": found,
        "growing": growing,
        "shrinking": shrinking,
    }
