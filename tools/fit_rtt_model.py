"""Fit the fallback model of round trips and write `data/rtt_model.csv`.

Run it after `data/rtt.csv` or a coordinate in `data/regions.csv` changes:

    python tools/fit_rtt_model.py
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import combinations

import numpy as np

from planner.facts import Facts, load_facts
from planner.facts.rtt import FallbackModel, Spot, build_model, distance_km, spot_of

LENGTH_KM = 5000.0
NUGGET = 0.03
SELF_MS = 1.0
"""Pseudo-measurement of a region to itself: it anchors short hops."""


def newest_pairs(facts: Facts) -> dict[tuple[str, str], float]:
    """Mean of both directions in ms, from the newest edition of the table only."""
    newest = max(row.as_of for row in facts.rtt.measured.values())
    ms = {
        pair: row.p50_ms
        for pair, row in facts.rtt.measured.items()
        if row.as_of == newest
    }
    names = sorted({name for pair in ms for name in pair})
    return {(a, b): (ms[a, b] + ms[b, a]) / 2 for a, b in combinations(names, 2)}


def fit(pairs: Mapping[tuple[str, str], float], facts: Facts) -> FallbackModel:
    """Fit line and weights to unordered measured pairs."""
    names = sorted({name for pair in pairs for name in pair})
    spots = {name: spot_of(facts.regions[name]) for name in names}
    intercept, slope, weights = fit_parameters(pairs, spots)
    both = weights | {(b, a): w for (a, b), w in weights.items()}
    return build_model(intercept, slope, LENGTH_KM, spots, both)


def fit_parameters(
    pairs: Mapping[tuple[str, str], float], spots: Mapping[str, Spot]
) -> tuple[float, float, dict[tuple[str, str], float]]:
    """Return intercept (ms), slope (ms per km) and the weight of each pair."""
    names = list(spots)
    index = {name: i for i, name in enumerate(names)}
    km = np.array([[distance_km(spots[a], spots[b]) for b in names] for a in names])
    rows = [(index[a], index[b], ms) for (a, b), ms in pairs.items()]
    p, q = (np.array([row[k] for row in rows]) for k in (0, 1))
    ms = np.array([row[2] for row in rows])
    intercept, slope = least_absolute_line(km[p, q], ms)
    own = np.arange(len(names))
    p, q = np.concatenate([p, own]), np.concatenate([q, own])
    ms = np.concatenate([ms, np.full(len(names), SELF_MS)])
    near = np.exp(-km / LENGTH_KM)
    kernel = near[np.ix_(p, p)] * near[np.ix_(q, q)]
    kernel += near[np.ix_(p, q)] * near[np.ix_(q, p)]
    residual = ms - (intercept + slope * km[p, q])
    weights = np.linalg.solve(kernel + NUGGET * np.eye(len(p)), residual)
    keys = [(names[i], names[j]) for i, j in zip(p, q, strict=True)]
    return intercept, slope, dict(zip(keys, weights.tolist(), strict=True))


def least_absolute_line(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Least-absolute-deviations line by iteratively reweighted least squares."""
    design = np.column_stack([np.ones_like(x), x])
    weight = np.ones_like(x)
    for _ in range(200):
        root = np.sqrt(weight)[:, None]
        line = np.linalg.lstsq(design * root, y * root[:, 0], rcond=None)[0]
        weight = 1 / np.maximum(np.abs(y - design @ line), 1e-4)
    return float(line[0]), float(line[1])


def rows(facts: Facts) -> Iterable[tuple[str, str, str, str]]:
    """Yield the lines of the table: three scalars, then one weight a pair."""
    pairs = newest_pairs(facts)
    names = sorted({name for pair in pairs for name in pair})
    spots = {name: spot_of(facts.regions[name]) for name in names}
    intercept, slope, weights = fit_parameters(pairs, spots)
    yield "intercept_ms", "", "", f"{intercept:.10g}"
    yield "slope_ms_per_km", "", "", f"{slope:.10g}"
    yield "length_km", "", "", f"{LENGTH_KM:.10g}"
    for (a, b), weight in sorted(weights.items()):
        yield "weight", a, b, f"{weight:.10g}"


def main() -> None:
    """Write the table next to the other facts, replacing it in one step."""
    facts = load_facts()
    target = facts.folder / "rtt_model.csv"
    partial = target.with_suffix(".partial")
    with partial.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["parameter", "region_a", "region_b", "value", "source", "as_of"])
        today = date.today().isoformat()
        for row in rows(facts):
            out.writerow([*row, "latency-fallback", today])
    partial.replace(target)


if __name__ == "__main__":
    main()
