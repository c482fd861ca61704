"""Short ways to migrations, and names that try to be more than names."""

from __future__ import annotations

from planner.deployment.changes import plan_migration
from planner.deployment.steps import Migration
from planner.domain.problem import Problem
from planner.evaluation.evaluate import evaluate
from tests.helpers import image, problem, registry, site

KINDS = ("merging", "found", "growing", "shrinking")
"""The migrations of `conftest.py`."""
HOSTILE = (
    "it's",
    'say "x"',
    "$(touch /tmp/pwned)",
    "`touch pwned`",
    "a; rm -rf ~",
    "a\u202egnp.exe",
    "line\u2028two",
    "-n",
    "*",
    "back\\slash",
    "!history",
    "${IFS}",
    "<script>alert(1)</script>",
    '=HYPERLINK("http://x")',
    "a|b",
    "*/ /* x",
    "%{ if true }",
    "EOF",
    "# '''",
)
"""What somebody may call a scenario, a layout or a site."""


def between(asked: Problem, today: str, plan: str) -> Migration:
    """The migration from a named layout to another."""
    return plan_migration(asked, evaluate(asked, today), evaluate(asked, plan))


def hostile_problem(name: str) -> Problem:
    """A scenario, a site, layouts and a push source that share a name."""
    return problem(
        [site(name, "westus", 10, 1, image="app")],
        name=name,
        images=[image("app", stored_gb=5.0, pushes_per_month=3)],
        push_sources=[{"name": name, "region": "eastus"}],
        layouts={
            name: {"registries": [registry("oldacr", "westus", sku="Standard")]},
            f"{name}2": {"registries": [registry("newacr", "westus", "eastus")]},
        },
    )
