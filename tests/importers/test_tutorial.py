"""The tutorial on importing must work as it is written."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from planner.cli import main

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "importing.md").read_text(encoding="utf-8")


def commands() -> Iterator[str]:
    """Every command of the page, in order."""
    for block in re.findall(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL):
        yield from block.splitlines()


def test_every_command_of_the_tutorial_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One after the other, in a folder beside the samples, without an edit."""
    (tmp_path / "tests").symlink_to(ROOT / "tests")
    monkeypatch.chdir(tmp_path)
    ran = 0
    for command in commands():
        monkeypatch.setattr(sys, "argv", shlex.split(command))
        with pytest.raises(SystemExit) as stop:
            main()
        assert not stop.value.code
        ran += 1
    assert ran == 9
    assert (tmp_path / "logs.ranges.csv").exists()
