"""An import from beginning to end: names of files in, a scenario and its findings out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from planner.base import OnBytes, no_bytes
from planner.domain.scenario import Scenario
from planner.errors import InputError
from planner.importers import manifests
from planner.importers.files import SourceFile, find_files
from planner.importers.findings import Findings
from planner.importers.inputs import Inputs, Options
from planner.importers.kinds import KINDS, Kind, kind_named, kind_of
from planner.importers.kube_clusters import by_identity
from planner.importers.kube_records import lists_clusters
from planner.importers.merge import Merged, merge
from planner.importers.places import Places

AUTO = "auto"


@dataclass(frozen=True)
class Imported:
    """The result of an import."""

    merged: Merged
    findings: tuple[Findings, ...]
    left_out: tuple[str, ...]
    """Files that hold nothing of the kind asked for."""


def import_files(
    kind: str,
    names: Sequence[str],
    *,
    into: Scenario | None = None,
    places: Places | None = None,
    options: Options | None = None,
    on_progress: OnBytes = no_bytes,
) -> Imported:
    """Import exports of one kind, or of all kinds that are recognised (`auto`).

    Raises `InputError` if a name stands for no file, a named file is of another kind,
    the records are broken, or no valid scenario comes out.
    """
    wanted = KINDS if kind == AUTO else (kind_named(kind),)
    files = find_files(names)
    groups, left_out = _sorted_out(files, wanted)
    inputs = Inputs(
        files=(),
        places=replace(
            places or Places(),
            identities=by_identity([f for f in files if lists_clusters(f)]),
        ),
        manifests=manifests.read_manifests(
            [f for f in files if manifests.recognises(f)]
        ),
        into=into,
        options=options or Options(),
        on_progress=on_progress,
    )
    found = tuple(
        one.find(replace(inputs, files=group)) for one, group in groups.items()
    )
    name = into.name if into else Path(names[0]).resolve().stem or "imported"
    return Imported(merge(found, into, name), found, left_out)


def _sorted_out(
    files: Sequence[SourceFile], wanted: Sequence[Kind]
) -> tuple[dict[Kind, list[SourceFile]], tuple[str, ...]]:
    """Files by kind, and names of those that are of none and do not help others."""
    groups: dict[Kind, list[SourceFile]] = {}
    left_out: list[str] = []
    for file in files:
        kind = kind_of(file)
        if kind in wanted and kind is not None:
            groups.setdefault(kind, []).append(file)
        elif not (manifests.recognises(file) or lists_clusters(file)):
            if file.named:
                raise file.error(_not_wanted(kind, wanted))
            left_out.append(file.name)
    if not groups:
        raise InputError(
            f"none of the {len(files)} files is {_names(wanted)}",
            origin=files[0].name if len(files) == 1 else None,
        )
    order = {kind: groups[kind] for kind in wanted if kind in groups}
    return order, tuple(left_out)


def _not_wanted(kind: Kind | None, wanted: Sequence[Kind]) -> str:
    if kind is None:
        return f"is not recognised as {_names(wanted)}"
    return f"is {kind.name}, not {_names(wanted)}"


def _names(kinds: Sequence[Kind]) -> str:
    return " or ".join(kind.name for kind in kinds)
