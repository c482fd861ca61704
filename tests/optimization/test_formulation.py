"""The models read like the paper: a dumped LP explains itself and changes on purpose."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from planner import Problem
from planner.optimization.formulation import build
from tests.helpers import image, problem, site

GOLDEN = Path(__file__).parent / "golden"


def tiny() -> Problem:
    """Two sites, two regions, one pushed image, one idle image, every goal that counts."""
    return problem(
        [
            site("shop", "eastus", 100, 50, image="app"),
            site("plant", "westeurope", 200, 80, image="app"),
        ],
        images=[
            image("app", 2, stored_gb=20, new_gb_per_push=1, pushes_per_month=10),
            image("old", 1, stored_gb=7),
        ],
        push_sources=[{"name": "dev", "region": "eastus"}],
        goals={
            "candidate_regions": ["eastus", "westeurope"],
            "max_rtt_ms": 80.0,
            "max_mean_rtt_ms": 40.0,
            "max_monthly_usd": 500.0,
            "required_regions": ["eastus"],
            "min_locations": 1,
            "max_locations": 2,
        },
        assumptions={"usd_per_registry_month": 3.0},
    )


@pytest.mark.parametrize(
    ("shape", "routing"),
    [
        ("single", "global"),
        ("replicated", "global"),
        ("replicated", "pinned"),
        ("separate", "global"),
        ("mixed", "global"),
    ],
)
def test_golden_lp(shape: str, routing: str, tmp_path: Path) -> None:
    """A change to a formulation shows as a reviewed diff of a readable LP file.

    UPDATE_GOLDEN=1 writes the files anew.
    """
    model = build(tiny().with_goals(routing=routing), shape)
    assert model is not None
    written = tmp_path / "model.lp"
    model.lp.writeLP(str(written))
    name = shape if routing == "global" else f"{shape}-{routing}"
    golden = GOLDEN / f"{name}.lp"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_bytes(written.read_bytes())
    assert written.read_text() == golden.read_text()


def test_every_constraint_function_states_its_inequality() -> None:
    """The docstring of a constraint family is its inequality, so it must hold one."""
    from planner.optimization.goals import CONSTRAINTS

    for function in CONSTRAINTS:
        assert any(sign in (function.__doc__ or "") for sign in ("<=", ">=", "=")), (
            function.__name__
        )
