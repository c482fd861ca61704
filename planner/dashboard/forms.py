"""Forms for the parts of a scenario that are no lists, made from their models' fields."""

from __future__ import annotations

import re
import typing
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from planner.dashboard import components, ids
from planner.dashboard.paths import at_path
from planner.domain.scenario import Assumptions, Goals, PriceOverrides, Scenario
from planner.facts import load_facts


class Form(NamedTuple):
    """One form: the model behind it, where it stands, and which fields it has."""

    model: type[BaseModel]
    path: tuple[str, ...]
    keys: tuple[str, ...]


FORMS: Mapping[str, Form] = {
    "about": Form(Scenario, (), ("name", "description", "baseline")),
    "goals": Form(Goals, ("goals",), tuple(Goals.model_fields)),
    "assumptions": Form(Assumptions, ("assumptions",), tuple(Assumptions.model_fields)),
    "prices": Form(
        PriceOverrides,
        ("price_overrides",),
        ("private_endpoint_usd_per_hour", "private_endpoint_usd_per_gb"),
    ),
}
UNITS = (
    ("usd_per_hour", "USD an hour"),
    ("usd_per_gb", "USD per GB"),
    ("_usd", "USD"),
    ("usd_per_wait_hour", "USD an hour"),
    ("usd_per_registry_month", "USD a month"),
    ("_ms", "ms"),
    ("_gb", "GB"),
    ("_seconds", "s"),
    ("_percent", "%"),
    ("_mb", "MB"),
    ("mb_per_second", "MB/s"),
)
"""Units by the end of a field's name."""
YES_NO = [{"value": "true", "label": "yes"}, {"value": "false", "label": "no"}]


class Entry(NamedTuple):
    """One field of a form."""

    form: str
    key: str
    info: FieldInfo

    @property
    def path(self) -> tuple[str, ...]:
        """Where it stands in a scenario."""
        return (*FORMS[self.form].path, self.key)

    @property
    def kind(self) -> str:
        """How it is entered: `text`, `number`, `choice`, `flag`, `names` or `name`."""
        if self.form == "about":
            return "text"
        annotation = self.info.annotation
        parts = {annotation, *typing.get_args(annotation)}
        if annotation is bool:
            return "flag"
        if typing.get_origin(annotation) is Literal:
            return "choice"
        if any(typing.get_origin(part) is tuple for part in parts):
            return "names"
        return "name" if self.key == "home" else "number"

    @property
    def default(self) -> str:
        """The default in words."""
        value = self.info.default
        if self.info.is_required():
            return "required"
        if value in (None, (), ""):
            return "none"
        if isinstance(value, bool):
            return "yes" if value else "no"
        return f"{value:g}" if isinstance(value, float) else str(value)

    def shown(self, data: Mapping[str, Any]) -> Any:
        """The control's value for a scenario."""
        value = at_path(data, self.path)
        if self.kind == "flag":
            return None if value is None else str(value).lower()
        if self.kind == "names":
            return [str(part) for part in value] if isinstance(value, list) else []
        if value is None:
            return "" if self.kind in ("number", "text") else None
        return value if isinstance(value, int | float) else str(value)

    def read(self, value: Any) -> Any:
        """What the scenario holds for a control's value; None for the default."""
        if value in ("", None, []):
            return None
        return value == "true" if self.kind == "flag" else value


ENTRIES: tuple[Entry, ...] = tuple(
    Entry(name, key, form.model.model_fields[key])
    for name, form in FORMS.items()
    for key in form.keys
)


def form(name: str) -> Component:
    """The inputs of one form, empty."""
    return html.Div(
        [_entry(entry) for entry in ENTRIES if entry.form == name],
        className="form",
    )


def _entry(entry: Entry) -> Component:
    marks = html.Div(
        [
            html.Span("changed", className="changed-mark"),
            html.Button(
                "Reset",
                id=ids.scenario_reset(entry.form, entry.key),
                type="button",
                className="link-button",
                **components.aria(label=f"Reset {label(entry.key)}"),
            ),
        ],
        id=ids.scenario_mark(entry.form, entry.key),
        className="marks",
        hidden=True,
    )
    return html.Div([_control(entry), marks], className="entry")


def _control(entry: Entry) -> Component:
    about = re.sub(r"\s+", " ", entry.info.description or "").replace("`", "")
    common: dict[str, Any] = {
        "id": ids.scenario_field(entry.form, entry.key),
        "label": label(entry.key),
        "description": about,
        "placeholder": entry.default
        if entry.info.is_required()
        else f"default: {entry.default}",
        "size": "sm",
    }
    control: Component
    if entry.kind == "number":
        unit = next((unit for end, unit in UNITS if entry.key.endswith(end)), "")
        control = dmc.NumberInput(
            **common,
            debounce=True,
            suffix=f" {unit}" if unit else "",
            hideControls=True,
        )
    elif entry.kind == "text":
        control = dmc.TextInput(**common, debounce=True)
    elif entry.kind == "names":
        facts = load_facts().regions.values()
        names = {region.geography for region in facts if region.geography}
        if entry.key != "allowed_geographies":
            names = {region.name for region in facts}
        control = dmc.MultiSelect(**common, data=sorted(names), searchable=True)
    else:
        choices: Any = YES_NO
        if entry.kind == "choice":
            choices = list(typing.get_args(entry.info.annotation))
        elif entry.kind == "name":
            choices = sorted(load_facts().regions)
        control = dmc.Select(**common, data=choices, searchable=True, clearable=True)
    return control


def label(key: str) -> str:
    """A field's name for people; a unit at its end stands in the input."""
    words = key.replace("_", " ")
    if " per " not in words:
        for end in (" usd", " ms", " gb", " mb"):
            words = words.removesuffix(end)
    words = words[0].upper() + words[1:]
    for name in ("rtt", "usd", "gb", "mb"):
        words = re.sub(rf"\b{name}\b", name.upper(), words, flags=re.IGNORECASE)
    return words
