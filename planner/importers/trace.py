"""Traces of the IBM Cloud Container Registry (Anwar et al., FAST 2018): a real demand.

Clients are anonymous, so the data centre that the file name tells stands for them: what it
served becomes the demand of one site there.
"""

from __future__ import annotations

import re
from dataclasses import replace

from planner.errors import InputError
from planner.importers import request_demand
from planner.importers.accounts import Ledger
from planner.importers.files import SourceFile
from planner.importers.findings import Findings
from planner.importers.inputs import Inputs
from planner.importers.places import Place
from planner.importers.request_totals import collect

MARKS = {"http.request.remoteaddr", "http.request.duration", "http.response.written"}
CENTRES = {
    "dal": ("Dallas", 32.78, -96.80),
    "fra": ("Frankfurt", 50.11, 8.68),
    "lon": ("London", 51.51, -0.13),
    "mon": ("Montreal", 45.50, -73.57),
    "syd": ("Sydney", -33.87, 151.21),
}
"""Cities of the data centres with their coordinates."""
_NAME = re.compile(r"((?:[a-z]+-)?(dal|fra|lon|mon|syd)\d\d)(?![a-z0-9])")


def recognises(file: SourceFile) -> bool:
    """Whether the file is a part of the trace; a registry's own log has messages."""
    words = file.words
    return file.shape == "json" and words >= MARKS and not words & {"msg", "message"}


def find(inputs: Inputs) -> Findings:
    """What each data centre served, as the demand of a site there.

    Raises `InputError` if a file name tells no data centre, or too many records are
    malformed.
    """
    places = {file: _place(file) for file in inputs.files}
    totals = collect(
        inputs.files, lambda file, _: places[file], Ledger(), inputs.on_progress
    )
    found = request_demand.findings_of("trace", totals, inputs)
    sites = ", ".join(site.name for site in found.sites)
    said = (
        f"all clients are taken to be at the data centre that served them ({sites}), "
        "since the trace hides their addresses",
        "file names give the data centre; its city gives the coordinates",
    )
    return replace(found, assumptions=(*said, *found.assumptions))


def _place(file: SourceFile) -> Place:
    found = _NAME.search(file.path.name.lower())
    if found is None:
        raise InputError(
            "its name tells no data centre (dal09, fra02, lon02, syd01, ...), and its "
            "records do not either; keep the names of the archive",
            origin=file.name,
        )
    _, north, east = CENTRES[found[2]]
    return Place(found[1], None, north, east)
