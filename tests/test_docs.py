"""What the pages on deploying and on the gate show must work."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from planner.deployment.steps import Migration
from planner.domain.layout import Registry
from tests.deployment.helpers import between
from tests.helpers import problem, site
from tests.test_cli import GOOD, Run, cli

__all__ = ["cli"]  # the fixture
DOCS = Path(__file__).parent.parent / "docs"


def snippets(page: str) -> list[Any]:
    """The YAML examples of a page."""
    text = (DOCS / page).read_text(encoding="utf-8")
    return [
        yaml.safe_load(y) for y in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    ]


def steps_of(pipeline: dict[str, Any]) -> list[str]:
    """The shell scripts of a pipeline."""
    jobs = pipeline.get("jobs", {"only": pipeline})
    steps = [step for job in jobs.values() for step in job["steps"]]
    return [
        text for s in steps for key in ("run", "bash", "script") if (text := s.get(key))
    ]


@pytest.mark.parametrize("number", [0, 1], ids=["github", "azure"])
def test_pipelines_check_what_they_say(cli: Callable[..., Run], number: int) -> None:
    """Their command is the command line's own, and its exit code is not lost in a pipe."""
    pipeline = snippets("gate.md")[number]
    (script,) = [text for text in steps_of(pipeline) if "acr-planner check" in text]
    shell = pipeline.get("defaults", {}).get("run", {}).get("shell")
    assert shell == "bash" or "pipefail" in script
    joined = script.replace("\\\n", " ")
    (line,) = [text for text in joined.splitlines() if "acr-planner" in text]
    words = shlex.split(line.partition("|")[0])
    Path("registry").mkdir()
    layouts = GOOD.replace("{name: r,", "{name: shopacr,")
    Path("registry/scenario.yaml").write_text(layouts, encoding="utf-8")
    run = cli(*words[1:])
    assert run.code == 3
    assert "| Azure bill a month |" in run.out


def test_the_webhook_example_is_valid() -> None:
    """The registry on the page of deploying can be deployed as it stands."""
    (example,) = snippets("deploying.md")
    (entry,) = example["registries"]
    registry = Registry.model_validate(entry)
    bare = entry | {"webhooks": [], "replicas": []}
    asked = problem(
        [site("a", "westus", 10, 1)],
        layouts={"bare": {"registries": [bare]}, "full": {"registries": [entry]}},
    )
    migration: Migration = between(asked, "bare", "full")
    assert registry.webhooks[0].name == "notify"
    assert (
        len(migration.steps) == 1 + 1 + 2
    )  # tier, replica, a webhook in each location


def test_every_option_of_the_script_is_explained() -> None:
    """The page names what the script's own help names."""
    page = (DOCS / "deploying.md").read_text(encoding="utf-8")
    from planner.deployment.az_script import OPTIONS

    options = set(re.findall(r"^  (--[a-z-]+)", OPTIONS, re.MULTILINE))
    assert len(options) > 5
    for option in options - {"--dry-run"}:
        assert option in page, option
