"""The scenarios that can be opened by name: shipped ones, and those of a workspace."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
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
LOCK_SECONDS = 5


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

    def open(self, name: str = "") -> Opened:
        """The scenario of that name; raises `InputError` if there is none."""
        name = name or self.default
        file = self._file(name)
        if file is not None and file.is_file():
            text = read_text(file)
            return _parsed(text, name)
        if self.served is not None and name == self.served.name:
            return self._served
        if name in example_names():
            return _shipped(name)
        known = self.names()
        raise InputError(
            f"no scenario {name!r}{did_you_mean(name, known)} (known: {', '.join(known)})"
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
        if not is_file_name(name):
            raise InputError(
                f"{name!r} cannot be a file name; use letters, digits, spaces, - _ and .,"
                f" at most {LONGEST_NAME}, beginning with a letter or a digit"
            )
        file = self.workspace / f"{name}{SUFFIX}"
        text = dump_scenario(scenario)
        if not version:
            self._create(file, name, text)
        else:
            self._replace(file, name, text, version)
        return Opened(scenario, _version(text))

    def _create(self, file: Path, name: str, text: str) -> None:
        temporary = _written(file, text)
        try:
            os.link(temporary, file)  # unlike a rename, it never replaces
        except FileExistsError:
            raise ConflictError(name, self.open(name)) from None
        finally:
            temporary.unlink()

    def _replace(self, file: Path, name: str, text: str, version: str) -> None:
        temporary = _written(file, text)
        try:
            with FileLock(file.with_name(f".{file.name}.lock"), timeout=LOCK_SECONDS):
                if not file.is_file():
                    raise InputError(
                        f"the file of {name!r} is gone; save under a new name"
                    )
                if _version(read_text(file)) != version:
                    raise ConflictError(name, self.open(name))
                temporary.replace(file)
        except Timeout:
            raise InputError(
                f"somebody is saving {name!r} right now; try again"
            ) from None
        finally:
            temporary.unlink(missing_ok=True)

    def _files(self) -> list[Path]:
        if self.workspace is None:
            return []
        return [
            path
            for path in self.workspace.glob(f"*{SUFFIX}")
            if is_file_name(path.stem)
        ]

    def _file(self, name: str) -> Path | None:
        if self.workspace is None or not is_file_name(name):
            return None
        return self.workspace / f"{name}{SUFFIX}"


def is_file_name(name: str) -> bool:
    """Whether a scenario may be saved under that name: no paths, nothing hidden."""
    return (
        0 < len(name) <= LONGEST_NAME
        and name[0].isalnum()
        and name == name.strip()
        and all(c.isalnum() or c in " -_." for c in name)
    )


def _written(file: Path, text: str) -> Path:
    """The text in a temporary file beside the one that it is for."""
    try:
        handle, path = tempfile.mkstemp(prefix=".saving-", dir=file.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        raise InputError(f"cannot write into the workspace: {error.strerror}") from None
    return Path(path)


def _version(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@lru_cache(maxsize=64)
def _parsed(text: str, origin: str) -> Opened:
    return Opened(parse_scenario(text, origin), _version(text))


@lru_cache(maxsize=16)
def _shipped(name: str) -> Opened:
    return Opened(load_scenario(name))
