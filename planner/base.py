"""The frozen base of all models the user fills in, and the units shared by all."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

HOURS_PER_MONTH = 730
"""Hours in a billing month; a daily fee is billed by the hour (fee / 24 x 730)."""

DAYS_PER_MONTH = HOURS_PER_MONTH / 24
"""Days in a billing month, 30.4167."""


class FrozenModel(BaseModel):
    """A model that cannot change, knows no keys but its own and documents each field."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        hide_input_in_errors=True,
    )
