"""The fallback model of round trips, with whole regions hidden from it."""

from __future__ import annotations

import csv
import importlib.util
import statistics
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest

from planner.facts import Facts
from planner.facts.rtt import spot_of

TOOL = Path(__file__).parents[2] / "tools" / "fit_rtt_model.py"


class Miss(NamedTuple):
    """One pair of a hidden region: how lonely the region is, and the error."""

    region: str
    nearest_km: float
    error_ms: float


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    """The script that fits the model, imported by its path."""
    spec = importlib.util.spec_from_file_location("fit_rtt_model", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def misses(tool: ModuleType, facts: Facts) -> list[Miss]:
    """Errors of all pairs of each measured region, fitted without that region."""
    pairs = tool.newest_pairs(facts)
    found = []
    for hidden in sorted({name for pair in pairs for name in pair}):
        seen = {pair: ms for pair, ms in pairs.items() if hidden not in pair}
        model = tool.fit(seen, facts)
        here = spot_of(facts.regions[hidden])
        lonely = model.nearest_measured_km(here)
        for a, b in pairs.keys() - seen.keys():
            there = spot_of(facts.regions[b if a == hidden else a])
            error = abs(model.estimate_ms(here, there) - pairs[a, b])
            found.append(Miss(hidden, lonely, error))
    return found


def p90(values: Sequence[float]) -> float:
    """The value that nine tenths do not exceed."""
    return statistics.quantiles(values, n=10, method="inclusive")[-1]


def test_hidden_regions_are_estimated_to_8_ms(misses: list[Miss]) -> None:
    """The real use: a region that the table lacks. Without the model it would be 22."""
    assert len(misses) == 54 * 53
    assert statistics.mean(miss.error_ms for miss in misses) <= 8


def test_stated_error_bands_hold(misses: list[Miss], facts: Facts) -> None:
    """What is printed beside an estimate is the error that hidden regions had."""
    with (facts.folder / "rtt_error.csv").open(newline="", encoding="utf-8") as file:
        bands = list(csv.DictReader(file))
    assert len(bands) == 5
    for band in bands:
        start = float(band["nearest_measured_km_from"])
        end = float(band["nearest_measured_km_to"] or "inf")
        errors = [m.error_ms for m in misses if start <= m.nearest_km < end]
        assert p90(errors) == pytest.approx(float(band["p90_error_ms"]), abs=1), band


def test_the_stored_table_is_a_fit_of_the_stored_round_trips(
    tool: ModuleType, facts: Facts
) -> None:
    """Nobody may change `rtt.csv` or a coordinate and forget to fit again."""
    names = sorted({name for pair in tool.newest_pairs(facts) for name in pair})
    stored, fitted = facts.rtt.model, tool.fit(tool.newest_pairs(facts), facts)
    assert list(stored.spots) == names
    assert stored.spots == fitted.spots
    assert stored.intercept_ms == pytest.approx(fitted.intercept_ms, abs=1e-6)
    assert stored.slope_ms_per_km == pytest.approx(fitted.slope_ms_per_km, abs=1e-9)
    assert stored.length_km == fitted.length_km
    for row, again in zip(stored.weights, fitted.weights, strict=True):
        assert row == pytest.approx(again, rel=1e-6, abs=1e-6)


def test_measured_pairs_are_reproduced_closely(tool: ModuleType, facts: Facts) -> None:
    """Where it was fitted the model is within a few ms, or the weights are misread."""
    model = facts.rtt.model
    errors = [
        abs(model.estimate_ms(model.spots[a], model.spots[b]) - ms)
        for (a, b), ms in tool.newest_pairs(facts).items()
    ]
    assert statistics.mean(errors) < 3
