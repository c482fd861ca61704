"""The view: all that the browser remembers, and all that a link to it reproduces.

The browser holds it in one store and writes it into the address (`assets/view.js`); the
server keeps nothing about its users. A callback reads a view, and may answer with a
changed one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, ValidationError

from planner.base import FrozenModel
from planner.domain.complaints import findings_of
from planner.domain.layout import Layout
from planner.errors import InputError
from planner.optimization.families import Family, Metric

Store = Mapping[str, Any]
"""A view as the browser holds it."""
MOST_PINS = 4
"""Plans beside each other, not counting the one on the map."""
YOURS = "your plan"
"""Name of the plan that clicks on the map make."""


class View(FrozenModel):
    """What is looked at. Every field has a default, so that any address is a view."""

    scenario: str = ""
    """Name of the scenario in the library; empty for the one the server was opened on."""
    edits: Mapping[str, Any] = {}
    """Changes to it as a merge patch; may be wrong while somebody is typing."""
    version: str = ""
    """Of the scenario's file as it was when the changes began."""
    plan: str = ""
    """Name of the plan on the map; empty for the optimum."""
    own: Mapping[str, Layout] = {}
    """Plans that were made here, by name."""
    based_on: str = ""
    """Name of the plan from which `YOURS` was made."""
    pins: Annotated[tuple[str, ...], Field(max_length=MOST_PINS)] | None = None
    """Plans to stand beside each other; None for the scenario's own and the optimum."""
    registry: str = ""
    """Registry that gets the replicas added on the map; empty for the largest."""
    metric: Metric = Metric.MEAN_RTT_MS
    """What cost is traded against."""
    family: Family = Family.GEO
    """Whose trade-off is shown."""

    @classmethod
    def of(cls, data: Mapping[str, Any] | None) -> View:
        """The view in the browser's store.

        Raises `InputError` for what no view can be, such as a damaged link.
        """
        try:
            return cls.model_validate(data or {})
        except ValidationError as error:
            raise InputError(findings_of(error), origin="the link") from None

    def data(self) -> dict[str, Any]:
        """The view as the browser's store holds it."""
        return self.model_dump(mode="json", exclude_defaults=True)

    def changed(self, **changes: object) -> View:
        """The view with some fields changed."""
        return self.model_copy(update=changes)
