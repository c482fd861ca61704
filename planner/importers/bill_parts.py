"""Bills in parts: the manifest that Cost Management writes beside them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from planner.importers.files import SourceFile, find_files
from planner.importers.json_records import document


def is_manifest(file: SourceFile) -> bool:
    """Whether the file lists the parts of a bill."""
    return {"blobs", "blobname", "exportconfig"} <= file.words


def with_parts(files: Sequence[SourceFile]) -> list[SourceFile]:
    """The bills, with the parts that manifests list; each file once.

    Raises `InputError` if a part is not beside its manifest.
    """
    bills = {file.path.resolve(): file for file in files if not is_manifest(file)}
    for manifest in files:
        if is_manifest(manifest):
            for name in _parts(manifest):
                path = manifest.path.parent / name
                if not path.is_file():
                    raise manifest.error(f"lists {name!r}, which is not beside it")
                (part,) = find_files([str(path)])
                bills.setdefault(path.resolve(), part)
    return list(bills.values())


def _parts(manifest: SourceFile) -> list[str]:
    """File names of the parts; their folders are those of the storage account."""
    data: Any = document(manifest)
    try:
        paths = [PurePosixPath(blob["blobName"]) for blob in data["blobs"]]
    except (TypeError, KeyError):
        raise manifest.error("lists no parts of a bill") from None
    for path in paths:
        if ".." in path.parts or not path.name or "\\" in path.name:
            raise manifest.error(f"lists {str(path)!r}, which is no part of a bill")
    return [path.name for path in paths]
