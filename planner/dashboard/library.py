"""The scenarios that can be opened by name: shipped ones, and those of a workspace.

A workspace is a folder of scenario files. Whoever saves does so under a lock and says
which version the changes began with, so that nobody overwrites what they have not seen;
what is replaced is kept beside it, so that a link to it still opens it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from filelock import FileLock, Timeout

from planner.domain.reading import (
    dump_scenario,
    example_names,
    load_scenario,
    parse_scenario,
    read_text,
)
from planner.domain.scenario import Scenario
from planner.errors import InputError, did_you_mean

SUFFIX = ".yaml"
LONGEST_NAME = 80
MOST_NAME_BYTES = 200
"""File systems take 255 bytes; some are for the lock's and the kept versions' names."""
LOCK_SECONDS = 5
KEPT = ".versions"
"""Folder in the workspace for versions that were replaced."""
MOST_KEPT = 20
"""Replaced versions of one scenario that are kept, the newest."""
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""Names that mean devices on Windows, with any suffix."""


@dataclass(frozen=True)
class Opened:
    """A scenario as it was read."""

    scenario: Scenario
    version: str = ""
    """Changes when the file does; empty for one that has no file in the workspace."""

    @cached_property
    def text(self) -> str:
        """The scenario as JSON, without what is left at its default."""
        return json.dumps(self.scenario.model_dump(mode="json", exclude_defaults=True))


class ConflictError(InputError):
    """Somebody else saved a newer version meanwhile."""

    def __init__(self, name: str, theirs: Opened) -> None:
        self.theirs = theirs
        super().__init__(
            f"somebody saved a newer version of {name!r} since you opened it; nothing "
            "was overwritten",
            origin=name,
        )


@dataclass(frozen=True)
class Library:
    """Scenarios by name. A workspace file hides a shipped scenario of the same name."""

    workspace: Path | None = None
    """Folder of the user's own scenarios, if the server was given one."""
    served: Scenario | None = None
    """The scenario that the server was opened on; the first view."""

    @property
    def default(self) -> str:
        """Name of the scenario that is shown when none is asked for."""
        return self.served.name if self.served else "contoso"

    @cached_property
    def _served(self) -> Opened:
        assert self.served is not None
        return Opened(self.served)

    def names(self) -> list[str]:
        """All names, the served scenario first, then the workspace's."""
        own = sorted(path.stem for path in self._files())
        return list(dict.fromkeys([self.default, *own, *example_names()]))

    def open(self, name: str = "", version: str = "") -> Opened:
        """The scenario of that name; raises `InputError` if there is none.

        With a version, that one if it is kept; else the newest.
        """
        name = name or self.default
        kept = self._kept(name, version)
        if kept is not None:
            return kept
        file = self._file(name)
        if file is not None and _is_own(file):
            return _parsed(_read(file, name), name)
        if self.served is not None and name == self.served.name:
            return self._served
        if name in example_names():
            return _shipped(name)
        known, shown = self.names(), _short(name)
        raise InputError(
            f"no scenario {shown!r}{did_you_mean(shown, known)} "
            f"(known: {', '.join(known)})"
        )

    def save(self, name: str, scenario: Scenario, version: str) -> Opened:
        """Write a scenario into the workspace, atomically.

        `version` is that of the file which the changes began with, empty for a new one.
        Raises `ConflictError` if the file is another one by now.
        """
        if self.workspace is None:
            raise InputError(
                "there is no workspace; start the dashboard with serve --workspace DIR, "
                "or download the file"
            )
        file = self._file(name)
        if file is None:
            raise InputError(
                f"{_short(name)!r} cannot be a file name; use letters, digits, spaces, "
                f"- _ and ., at most {LONGEST_NAME}, beginning with a letter or a digit"
            )
        text = dump_scenario(scenario)
        with _told(), _locked(file, name):
            old = self._expected(file, name, version)
            temporary = _written(file, text)
            try:
                if old is not None:
                    self._keep(name, old)
                    shutil.copymode(file, temporary)
                temporary.replace(file)
            finally:
                temporary.unlink(missing_ok=True)
        return Opened(scenario, _version(text))

    def _expected(self, file: Path, name: str, version: str) -> str | None:
        """The text that is to be replaced, None for none; refuses any other one."""
        if os.path.lexists(file) and not _is_own(file):
            raise InputError(f"{file.name} in the workspace is a link or no file")
        if not file.exists():
            if version:
                raise InputError(f"the file of {name!r} is gone; save under a new name")
            return None
        text = _read(file, name)
        if _version(text) != version:
            raise ConflictError(name, _parsed(text, name))
        return text

    def _keep(self, name: str, text: str) -> None:
        """Keep a version that is about to be replaced; of many, the newest."""
        file = self._kept_file(name, _version(text))
        file.parent.mkdir(exist_ok=True)
        _written(file, text).replace(file)
        pattern = f"{name}.{'?' * len(_version(''))}{SUFFIX}"
        kept = sorted(file.parent.glob(pattern), key=lambda path: path.stat().st_mtime)
        for old in kept[:-MOST_KEPT]:
            old.unlink(missing_ok=True)

    def _kept(self, name: str, version: str) -> Opened | None:
        """A replaced version of a scenario, if it is there."""
        if self._file(name) is None or not re.fullmatch(r"[0-9a-f]{16}", version):
            return None
        file = self._kept_file(name, version)
        if file.parent.is_symlink() or not _is_own(file):
            return None
        text = _read(file, name)
        return _parsed(text, name) if _version(text) == version else None

    def _kept_file(self, name: str, version: str) -> Path:
        assert self.workspace is not None  # names of files are asked for with one only
        return self.workspace / KEPT / f"{name}.{version}{SUFFIX}"

    def _files(self) -> list[Path]:
        if self.workspace is None:
            return []
        return [
            path
            for path in self.workspace.glob(f"*{SUFFIX}")
            if is_file_name(path.stem) and _is_own(path)
        ]

    def _file(self, name: str) -> Path | None:
        if self.workspace is None or not is_file_name(name):
            return None
        return self.workspace / f"{name}{SUFFIX}"


def is_file_name(name: str) -> bool:
    """Whether a scenario may be saved under that name, on any system.

    No paths, nothing hidden, no device, and one spelling of each letter only.
    """
    return (
        0 < len(name) <= LONGEST_NAME
        and len(name.encode("utf-8", "replace")) <= MOST_NAME_BYTES
        and name[0].isalnum()
        and name == name.strip()
        and all(c.isalnum() or c in " -_." for c in name)
        and name == unicodedata.normalize("NFC", name)
        and not RESERVED.fullmatch(name)
    )


def _is_own(file: Path) -> bool:
    """Whether it is a file of the workspace itself; a link could lead out of it."""
    return file.is_file() and not file.is_symlink()


def _read(file: Path, name: str) -> str:
    """The text of a file; complaints name the scenario, not the server's folders."""
    try:
        return read_text(file)
    except InputError as error:
        raise InputError(error.findings, origin=name) from None


@contextmanager
def _locked(file: Path, name: str) -> Iterator[None]:
    """Nobody else saves under that name meanwhile, in this process or in another."""
    try:
        with FileLock(file.with_name(f".{file.name}.lock"), timeout=LOCK_SECONDS):
            yield
    except Timeout:
        raise InputError(f"somebody is saving {name!r} right now; try again") from None


@contextmanager
def _told() -> Iterator[None]:
    """What the file system complains of, as a sentence."""
    try:
        yield
    # filelock raises NotImplementedError on a file system that knows no locks
    except (OSError, NotImplementedError) as error:
        why = getattr(error, "strerror", None) or error
        raise InputError(f"cannot write into the workspace: {why}") from None


def _written(file: Path, text: str) -> Path:
    """The text in a temporary file beside the one that it is for.

    It is made with the rights that any new file gets, and holds the same bytes on every
    system, from which the version is reckoned.
    """
    path = file.with_name(f".saving-{secrets.token_hex(8)}")
    try:
        with path.open("xb") as out:
            out.write(text.encode())
            out.flush()
            os.fsync(out.fileno())
    except OSError:
        with suppress(OSError):
            path.unlink(missing_ok=True)
        raise
    return path


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}..."


def _version(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@lru_cache(maxsize=16)
def _parsed(text: str, origin: str) -> Opened:
    return Opened(parse_scenario(text, origin), _version(text))


@lru_cache(maxsize=16)
def _shipped(name: str) -> Opened:
    return Opened(load_scenario(name))
