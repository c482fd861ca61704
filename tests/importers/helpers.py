"""What tests of several kinds share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from planner import evaluate, optimize
from planner.domain.scenario import Scenario
from planner.errors import InputError
from planner.importers.findings import Findings
from planner.importers.inputs import Options
from planner.importers.places import Places
from planner.importers.run import Imported, import_files

SAMPLES = Path(__file__).parent.parent / "samples"


def imported(
    kind: str,
    paths: Sequence[Path | str],
    places: Places | None = None,
    into: Scenario | None = None,
    **options: Any,
) -> Imported:
    """The import of these files."""
    return import_files(
        kind,
        [str(p) for p in paths],
        places=places,
        into=into,
        options=Options(**options),
    )


def found_in(result: Imported) -> Findings:
    """The findings of an import of one kind."""
    (found,) = result.findings
    return found


def refusal(kind: str, path: Path, into: Scenario | None = None) -> str:
    """The sentence with which an import is refused."""
    with pytest.raises(InputError) as caught:
        imported(kind, [path], into=into, image_gb=1)
    text = str(caught.value)
    assert "\n" not in text
    return text


def plans(result: Imported) -> None:
    """The scenario is evaluated and optimized as it is."""
    scenario = result.merged.scenario
    assert evaluate(scenario).cost.bill_usd > 0
    assert optimize(scenario).evaluation is not None
