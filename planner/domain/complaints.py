"""What pydantic complains about, in sentences that name the field and what is right."""

from __future__ import annotations

import math
import re
import typing
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from planner.domain.parsing import FieldPath
from planner.domain.scenario import Scenario
from planner.errors import Finding, did_you_mean

MAX_FINDINGS = 20
"""More are counted, not told."""


def findings_of(error: ValidationError) -> list[Finding]:
    """All complaints; a list is not also called short for the entries that are wrong.

    Beyond the first `MAX_FINDINGS` the sentences are left empty, for nobody reads them
    and the nearest known key takes time to find.
    """
    items = error.errors(include_url=False)
    inside = {item["loc"][:n] for item in items for n in range(len(item["loc"]))}
    told = [
        item
        for item in items
        if not (item["type"] == "too_short" and item["loc"] in inside)
    ]
    shown = [_finding(item) for item in told[:MAX_FINDINGS]]
    return shown + [Finding(item["loc"], "") for item in told[MAX_FINDINGS:]]


def _finding(error: Any) -> Finding:
    """One pydantic complaint as a sentence."""
    path: FieldPath = tuple(part for part in error["loc"] if part != "[key]")
    kind, given, context = error["type"], error.get("input"), error.get("ctx", {})
    if kind == "extra_forbidden":
        key, known = str(path[-1]), _fields_at(path[:-1])
        near = did_you_mean(key, known)
        listing = "" if near else f" (known: {', '.join(known)})"
        return Finding(path, f"unknown key {key!r}{near}{listing}")
    if kind == "missing":
        return Finding(path, "is required but missing")
    if kind == "value_error":
        return Finding(path, str(context.get("error", error["msg"])))
    if isinstance(given, float) and not math.isfinite(given):
        return Finding(path, f"must be a finite number, not {given}")
    if kind in ("literal_error", "enum"):
        hint = did_you_mean(str(given), re.findall(r"'([^']+)'", context["expected"]))
        return Finding(
            path, f"must be {context['expected']}, not {_shown(given)}{hint}"
        )
    if kind == "string_too_short":
        return Finding(path, "must not be empty")
    if kind == "too_short":
        return Finding(path, "must have at least one entry")
    if path == ("version",):
        return Finding(path, f"must be 1, the format read here, not {_shown(given)}")
    known_words = _WORDS.get(kind)
    message = known_words.format(**context) if known_words else error["msg"]
    scalar = kind == "string_type" and isinstance(given, bool | int | float)
    quotes = "; put it in quotes" if scalar else ""
    return Finding(path, f"{message}, not {_shown(given)}{quotes}")


_WORDS = {
    "string_type": "must be text",
    "string_unicode": "must be text",
    "string_pattern_mismatch": "must not hold control characters",
    "string_too_long": "must have at most {max_length} characters",
    "float_type": "must be a number",
    "int_type": "must be a whole number",
    "greater_than": "must be above {gt:g}",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than": "must be below {lt:g}",
    "less_than_equal": "must be at most {le:g}",
    "tuple_type": "must be a list",
    "mapping_type": "must hold keys and values",
    "dict_type": "must hold keys and values",
    "model_type": "must hold keys and values",
}
"""What pydantic complains of, in a user's words."""


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "keys and values"
    if isinstance(value, list | tuple):
        return "a list" if value else "an empty list"
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _fields_at(path: FieldPath) -> list[str]:
    """The keys that the model at a field path knows."""
    here: Any = Scenario
    for part in path:
        if _is_model(here):
            field = here.model_fields.get(str(part))
            here = _without_none(field.annotation) if field else None
        else:
            here = _element(here)
    return list(here.model_fields) if _is_model(here) else []


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _without_none(annotation: Any) -> Any:
    options = [a for a in typing.get_args(annotation) if a is not type(None)]
    is_optional = len(options) < len(typing.get_args(annotation))
    return options[0] if is_optional else annotation


def _element(annotation: Any) -> Any:
    """What a tuple or mapping holds."""
    options = [a for a in typing.get_args(annotation) if a is not ...]
    return options[-1] if options else None
