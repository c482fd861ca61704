"""Scenario files: YAML or JSON text to a checked `Scenario`, and back.

The reader is careful with what it is given: size and encoding are checked first, then the
text (`parsing`), the fields (`complaints`) and what they say together (`check`). Each
complaint names the file, the line and the field.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from planner.domain.check import check
from planner.domain.complaints import MAX_FINDINGS, findings_of
from planner.domain.parsing import Lines, dump_yaml, parse_json, parse_yaml
from planner.domain.problem import Problem
from planner.domain.scenario import Scenario
from planner.errors import Finding, InputError, did_you_mean
from planner.facts import data_folder

MAX_BYTES = 20_000_000
"""Larger files are refused; 10,000 clusters take about 3 MB."""


def example_names() -> list[str]:
    """Names of the scenarios that come with the package."""
    return sorted(path.stem for path in (data_folder() / "scenarios").glob("*.yaml"))


def find_scenario(name: str | Path) -> Path:
    """The file of that path, or the shipped scenario of that name."""
    path = Path(name)
    if _exists(path):
        return path
    if str(name) in example_names():
        return data_folder() / "scenarios" / f"{name}.yaml"
    near = did_you_mean(path.name, [*example_names(), *_neighbours(path)])
    raise InputError(
        f"no such file, and no shipped scenario of that name{near} "
        f"(shipped: {', '.join(example_names())})",
        origin=str(name),
    )


def _neighbours(path: Path) -> list[str]:
    """Scenario files that lie where the missing one was looked for."""
    try:
        files = sorted(path.parent.iterdir())
    except OSError:  # there is no such folder, or it may not be read
        return []
    return [file.name for file in files if file.suffix in (".yaml", ".yml", ".json")]


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # such as a name that is too long for any file
        return False


def load_scenario(path: str | Path) -> Scenario:
    """Read a scenario file, or a shipped scenario by its name.

    Raises `InputError` with a sentence for each thing that is wrong.
    """
    file = find_scenario(path)
    return parse_scenario(read_text(file), origin=str(path), is_json=_is_json(file))


def parse_scenario(
    text: str, origin: str = "scenario", is_json: bool = False
) -> Scenario:
    """Turn YAML or JSON text into a `Scenario`; see `load_scenario`."""
    if not text.strip():
        raise InputError("the file is empty; it needs at least name and sites", origin)
    lines: Lines = {}
    data = parse_json(text, origin) if is_json else parse_yaml(text, origin, lines)
    if not isinstance(data, dict):
        raise InputError(
            "the file must hold keys and values such as name: and sites:", origin
        )
    try:
        scenario = Scenario.model_validate(data)
    except ValidationError as error:
        raise _located(findings_of(error), origin, lines) from None
    findings = check(scenario)
    if findings:
        raise _located(findings, origin, lines)
    return scenario


def change_goals(problem: Problem, changes: Mapping[str, object]) -> Problem:
    """The problem with some goals changed; a wrong value is an `InputError`."""
    try:
        return problem.with_goals(**changes)
    except ValidationError as error:
        raise InputError(findings_of(error), origin="goals") from None


def dump_scenario(scenario: Scenario) -> str:
    """The scenario as YAML; reading it again gives an equal scenario."""
    data = scenario.model_dump(mode="json", exclude_defaults=True)
    data = {"version": scenario.version, **data}
    return dump_yaml(data)


def _is_json(path: Path) -> bool:
    return path.suffix.lower() == ".json"


def read_text(path: Path) -> str:
    """The text of a scenario file; `InputError` if it is no file, too large, or no text."""
    origin = str(path)
    if path.is_dir():
        raise InputError("is a directory, not a scenario file", origin)
    try:
        if not path.is_file():
            raise InputError("is not a regular file", origin)
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise InputError(
                f"is {size / 1e6:.0f} MB; a scenario file has at most "
                f"{MAX_BYTES / 1e6:.0f} MB",
                origin,
            )
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"is not UTF-8 text (byte {error.start}); save it as UTF-8", origin
        ) from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", origin) from None


def _located(findings: list[Finding], origin: str, lines: Lines) -> InputError:
    shown = []
    for finding in findings[:MAX_FINDINGS]:
        path = finding.path
        while path and path not in lines:
            path = path[:-1]
        line = f" (line {lines[path]})" if lines and path in lines else ""
        shown.append(Finding(finding.path, finding.message + line))
    if len(findings) > MAX_FINDINGS:
        shown.append(Finding((), f"and {len(findings) - MAX_FINDINGS} more"))
    return InputError(shown, origin)
