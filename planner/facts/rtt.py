"""Round trips between a client and an Azure region: measured, or estimated and marked.

The order of belief: the directed P50 of the newest table; the same pair measured in the
other direction (marked as an estimate); the fallback model (marked, with its error).

The fallback model is simple kriging of the residuals of a distance line. For a pair of
places (i, j) it predicts

    rtt(i, j) = a + b km(i, j) + sum over measured pairs (p, q) of
                w(p, q) [E(i, p) E(j, q) + E(i, q) E(j, p)],      E = exp(-km / L)

with weights w = (K + nugget I)^-1 e from the residuals e of the measured pairs and of one
pseudo-measurement of 1 ms within each region. `tools/fit_rtt_model.py` fits it once;
here it is only evaluated, so no numeric library is loaded.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from planner.errors import FactsError
from planner.facts.regions import Region
from planner.facts.table import read_table, read_unique

EARTH_RADIUS_KM = 6371.0
KM_PER_MS_FLOOR = 100.0
"""No round trip is faster than light in fibre: 1 ms for each 100 km of distance."""


class Rtt(NamedTuple):
    """A round trip in ms and how far to trust it."""

    ms: float
    estimated: bool
    error_ms: float | None
    """P90 of the absolute error, for a model estimate."""
    source: str
    as_of: str


class Measured(NamedTuple):
    """One row of the published tables."""

    p50_ms: float
    p95_ms: float | None
    source: str
    as_of: str


class Spot(NamedTuple):
    """A point on the globe in degrees."""

    latitude: float
    longitude: float


def distance_km(a: Spot, b: Spot) -> float:
    """Great-circle distance by the haversine formula."""
    lat_a, lon_a, lat_b, lon_b = map(math.radians, (*a, *b))
    h = (
        math.sin((lat_b - lat_a) / 2) ** 2
        + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(h)))


@dataclass(frozen=True)
class FallbackModel:
    """The fitted kriging model; see the module for its formula."""

    intercept_ms: float
    slope_ms_per_km: float
    length_km: float
    spots: Mapping[str, Spot]
    """The measured regions, in the order of `weights`."""
    weights: tuple[tuple[float, ...], ...]
    """Symmetric; the diagonal holds twice the weight of a region's own 1 ms."""
    as_of: str
    """When it was fitted."""

    def estimate_ms(self, a: Spot, b: Spot) -> float:
        """Estimate the round trip between two places in ms."""
        near_a, near_b = self._nearness(a), self._nearness(b)
        residual = sum(
            ea * sum(w * eb for w, eb in zip(row, near_b, strict=True))
            for ea, row in zip(near_a, self.weights, strict=True)
        )
        km = distance_km(a, b)
        line = self.intercept_ms + self.slope_ms_per_km * km
        return max(line + residual, 1 + km / KM_PER_MS_FLOOR)

    def nearest_measured_km(self, spot: Spot) -> float:
        """Distance from a place to the nearest measured region."""
        return min(distance_km(spot, other) for other in self.spots.values())

    def _nearness(self, spot: Spot) -> list[float]:
        return [
            math.exp(-distance_km(spot, other) / self.length_km)
            for other in self.spots.values()
        ]


@dataclass(frozen=True)
class RttTable:
    """Measured round trips, and the model for the rest."""

    measured: Mapping[tuple[str, str], Measured]
    regions: Mapping[str, Region]
    folder: Path

    @cached_property
    def model(self) -> FallbackModel:
        """The fallback model, read when the first estimate is asked for."""
        return read_model(self.folder / "rtt_model.csv", self.regions)

    @cached_property
    def _error_bands(self) -> list[tuple[float, float]]:
        columns = (
            "nearest_measured_km_from",
            "nearest_measured_km_to",
            "p90_error_ms",
            "source",
            "as_of",
        )
        rows = read_table(self.folder / "rtt_error.csv", columns)
        return [
            (row.number("nearest_measured_km_from"), row.number("p90_error_ms"))
            for row in rows
        ]

    def between_regions(self, client: Region, serving: Region) -> Rtt:
        """The round trip between two different regions."""
        key = (client.name, serving.name)
        found = self._between.get(key)
        if found is None:
            found = self._between[key] = self._measured_or_estimated(client, serving)
        return found

    def row(
        self, key: Hashable, regions: tuple[str, ...], rtt: Callable[[str], Rtt]
    ) -> tuple[float, ...]:
        """Round trips in ms to many regions, kept under a key of the caller's."""
        found = self._rows.get((key, regions))
        if found is None:
            found = self._rows[key, regions] = tuple(rtt(name).ms for name in regions)
        return found

    @cached_property
    def _rows(self) -> dict[tuple[Hashable, tuple[str, ...]], tuple[float, ...]]:
        return {}

    @cached_property
    def _between(self) -> dict[tuple[str, str], Rtt]:
        return {}

    def _measured_or_estimated(self, client: Region, serving: Region) -> Rtt:
        row = self.measured.get((client.name, serving.name))
        if row:
            return Rtt(row.p50_ms, False, None, row.source, row.as_of)
        back = self.measured.get((serving.name, client.name))
        if back:
            return Rtt(back.p50_ms, True, None, back.source, back.as_of)
        return self.from_spot(spot_of(client), serving)

    def from_spot(self, client: Spot, serving: Region) -> Rtt:
        """The estimated round trip from any place on the globe to a region."""
        key = (client, serving.name)
        if key not in self._estimates:
            self._estimates[key] = self._estimate(client, spot_of(serving))
        return self._estimates[key]

    @cached_property
    def _estimates(self) -> dict[tuple[Spot, str], Rtt]:
        return {}

    def _estimate(self, client: Spot, target: Spot) -> Rtt:
        apart = max(map(self.model.nearest_measured_km, (client, target)))
        error = [p90 for start, p90 in self._error_bands if start <= apart][-1]
        ms = round(self.model.estimate_ms(client, target), 1)
        return Rtt(ms, True, error, "latency-fallback", self.model.as_of)


def spot_of(region: Region) -> Spot:
    """Where a region lies, or an error when Microsoft does not say."""
    if region.latitude is None or region.longitude is None:
        raise FactsError(
            f"no round trip is known to or from {region.name}, and no coordinates "
            "to estimate one; give rtt_ms for the site or push source"
        )
    return Spot(region.latitude, region.longitude)


def read_measured(path: Path) -> dict[tuple[str, str], Measured]:
    """Read `rtt.csv`, P50 and P95 in ms by (client region, serving region)."""
    columns = (
        "client_region",
        "serving_region",
        "p50_ms",
        "p50_source",
        "p95_ms",
        "p95_source",
        "as_of",
    )
    return read_unique(
        path,
        columns,
        key=lambda row: (row.text("client_region"), row.text("serving_region")),
        value=lambda row: Measured(
            row.positive("p50_ms"),
            row.positive("p95_ms") if row.optional("p95_ms") else None,
            row.text("p50_source"),
            row.text("as_of"),
        ),
    )


def read_model(path: Path, regions: Mapping[str, Region]) -> FallbackModel:
    """Read the fitted coefficients from `rtt_model.csv`."""
    columns = ("parameter", "region_a", "region_b", "value", "source", "as_of")
    as_of = ""
    scalars: dict[str, float] = {}
    pairs: dict[tuple[str, str], float] = {}
    for row in read_table(path, columns):
        as_of = max(as_of, row.text("as_of"))
        if row.text("parameter") == "weight":
            pair = (row.text("region_a"), row.text("region_b"))
            pairs[pair] = pairs[pair[::-1]] = row.signed("value")
        else:
            scalars[row.text("parameter")] = row.signed("value")
    names = sorted({a for a, _ in pairs})
    try:
        return build_model(
            scalars["intercept_ms"],
            scalars["slope_ms_per_km"],
            scalars["length_km"],
            {name: spot_of(regions[name]) for name in names},
            pairs,
            as_of,
        )
    except KeyError as error:
        raise FactsError(
            f"{path.name}: {error.args[0]!r} is missing or unknown; "
            "run tools/fit_rtt_model.py"
        ) from None


def build_model(
    intercept_ms: float,
    slope_ms_per_km: float,
    length_km: float,
    spots: Mapping[str, Spot],
    pairs: Mapping[tuple[str, str], float],
    as_of: str = "",
) -> FallbackModel:
    """Arrange fitted pair weights (both orders present) for evaluation."""
    weights = tuple(
        tuple(pairs[a, b] * (2.0 if a == b else 1.0) for b in spots) for a in spots
    )
    return FallbackModel(
        intercept_ms, slope_ms_per_km, length_km, spots, weights, as_of
    )
