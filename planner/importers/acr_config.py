"""Configuration of registries: the layout in use, images and stored bytes.

From Azure (`az acr show`, `replication list`, `show-endpoints`, `show-usage`,
`repository list`, `manifest list-metadata`, REST, Resource Graph), from state (Terraform,
Pulumi) and, as far as it is plainly literal, from code (ARM, Bicep, HCL, Pulumi YAML).
It holds no demand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from planner.errors import InputError
from planner.importers import config_files, manifests
from planner.importers.accounts import check_share
from planner.importers.config_images import listed
from planner.importers.config_layout import Drawn, draw
from planner.importers.config_resources import Content
from planner.importers.findings import (
    BYTES_PER_GB,
    MALFORMED_SHOWN,
    Accounting,
    Figure,
    Findings,
    Malformed,
    Stored,
)
from planner.importers.inputs import Inputs

recognises = config_files.recognises
INDEX = "index of a multi-arch image (its platform images count)"
USAGE = "`az acr show-usage`, the home region only"


def find(inputs: Inputs) -> Findings:
    """The layout in use, the images with their sizes, and what is stored.

    Raises `InputError` if a file cannot be read, a region or SKU is none, or too many
    resources are malformed.
    """
    contents = config_files.read(inputs.files)
    accounting = _account(contents, inputs)
    check_share(accounting, inputs.options.max_bad)
    drawn = draw(contents)
    usages = {str(u["name"]): u for c in contents for u in c.usages}
    _check_locations(usages, drawn)
    size = _number(usages, "Size")
    if sum(any(u["name"] == "Size" for u in c.usages) for c in contents) > 1:
        size = None  # of several registries; which is whose is not told
        drawn.notes.append(
            "several files of `az acr show-usage`: which registry each is of is not told, "
            "so stored GB are not taken from them"
        )
    images = listed(
        inputs.manifests, size, [name for c in contents for name in c.repositories]
    )
    if not (drawn.layout or images.images or usages):
        said = [note for c in contents for note in c.notes] + drawn.notes
        raise InputError(
            "these files tell no registry and no image"
            + "".join(f"; {s}" for s in said)
        )
    return Findings(
        kind="acr-config",
        accounting=accounting,
        images=tuple(images.images),
        layout=drawn.layout,
        routing_off=drawn.routing_off,
        stored=_stored(size, drawn),
        figures=_figures(usages, drawn),
        assumptions=(*_defaults(contents), *drawn.assumptions, *images.assumptions),
        notes=(
            *(note for c in contents for note in c.notes),
            *_states(contents),
            *drawn.notes,
            *images.notes,
        ),
    )


def _account(contents: Sequence[Content], inputs: Inputs) -> Accounting:
    lists = any(manifests.recognises(file) for file in inputs.files)
    rows = len(inputs.manifests.by_digest) if lists else 0
    ignored = {
        INDEX: len(inputs.manifests.indexes) if lists else 0,
        "resource of another type": sum(c.other for c in contents),
    }
    bad = [(c.file, problem) for c in contents for problem in c.malformed]
    return Accounting(
        used=rows
        + sum(len(c.resources) + len(c.usages) + len(c.repositories) for c in contents),
        ignored={why: count for why, count in ignored.items() if count},
        malformed=len(bad),
        examples=tuple(Malformed(f, 0, text) for f, text in bad[:MALFORMED_SHOWN]),
    )


def _number(usages: Mapping[str, Mapping[str, Any]], name: str) -> float | None:
    value = usages.get(name, {}).get("currentValue")
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        return None
    return float(value)


def _check_locations(usages: Mapping[str, Mapping[str, Any]], drawn: Drawn) -> None:
    """Compare with the usage "Geo-replications", which counts the home region too."""
    count = _number(usages, "Geo-replications")
    if count is None or drawn.layout is None or len(drawn.layout.registries) != 1:
        return
    (registry,) = drawn.layout.registries
    if len(registry.locations) != max(1, count):
        drawn.notes.append(
            f"{registry.name}: {len(registry.locations)} locations were found, but "
            f"`az acr show-usage` counts {count:,.0f}; some replicas are not listed here"
        )


def _stored(size: float | None, drawn: Drawn) -> tuple[Stored, ...]:
    """What the home region keeps; every replica keeps the same."""
    if size is None or drawn.layout is None or len(drawn.layout.registries) != 1:
        return ()
    (registry,) = drawn.layout.registries
    return tuple(Stored(region, size / BYTES_PER_GB) for region in registry.locations)


def _figures(
    usages: Mapping[str, Mapping[str, Any]], drawn: Drawn
) -> tuple[Figure, ...]:
    size = _number(usages, "Size")
    found = []
    if size is not None:
        found.append(Figure("stored", size / BYTES_PER_GB, "GB", USAGE))
    for registry in drawn.layout.registries if drawn.layout else ():
        sku = registry.sku.value if registry.sku else "SKU not told"
        places = ", ".join(registry.locations)
        name = f"{registry.name} ({sku}: {places})"
        found.append(Figure(name, len(registry.locations), "locations", "layout"))
    return tuple(found)


def _defaults(contents: Sequence[Content]) -> tuple[str, ...]:
    return tuple(
        f"{c.file}: defaults of parameters, which a deployment may set: "
        + ", ".join(f"{name} = {value}" for name, value in c.defaults.items())
        for c in contents
        if c.defaults
    )


def _states(contents: Sequence[Content]) -> tuple[str, ...]:
    """Resources that are not yet, or no longer, as they should be."""
    return tuple(
        f"{c.file}: {one.registry}, {one.location} is {one.state.lower()}"
        for c in contents
        for one in c.resources
        if one.state not in ("", "Succeeded")
    )
