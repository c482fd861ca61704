"""Run a migration's script: to look at what it shows, or against the stand-in of Azure."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

from planner.deployment.az_script import az_script
from planner.deployment.steps import Migration
from planner.evaluation.routing import route
from tests.deployment import azure_stand_in

STAND_IN = Path(azure_stand_in.__file__)


def script_file(migration: Migration, folder: Path) -> Path:
    """The script as a file."""
    path = folder / "migrate.sh"
    path.write_text(az_script(migration), encoding="utf-8")
    return path


def shown(migration: Migration, folder: Path, *options: str) -> list[str]:
    """What a dry run prints, in a world without `az`."""
    done = subprocess.run(
        ["bash", str(script_file(migration, folder)), *options],
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def commands(lines: list[str]) -> list[list[str]]:
    """The az commands among lines shown, as words without `az`."""
    return [shlex.split(line)[2:] for line in lines if line.startswith("+ az ")]


class Service:
    """The stand-in of Azure in a folder, holding what a migration starts from."""

    def __init__(self, migration: Migration, folder: Path) -> None:
        self.folder = folder
        self.script = script_file(migration, folder)
        self.state_file = folder / "state.json"
        self.log_file = folder / "log.jsonl"
        self.log_file.touch()
        self.state = _world(migration)
        az = folder / "bin" / "az"
        az.parent.mkdir()
        az.write_text(f'#!/bin/sh\nexec {sys.executable} -S -E {STAND_IN} "$@"\n')
        az.chmod(0o755)

    @property
    def state(self) -> dict[str, Any]:
        """What exists."""
        data: dict[str, Any] = json.loads(self.state_file.read_text(encoding="utf-8"))
        return data

    @state.setter
    def state(self, data: dict[str, Any]) -> None:
        self.state_file.write_text(json.dumps(data), encoding="utf-8")

    @property
    def log(self) -> list[list[str]]:
        """Every command so far."""
        lines = self.log_file.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def run(self, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run the script; `POLL_SECONDS` is 0."""
        environment = {
            "PATH": f"{self.folder / 'bin'}{os.pathsep}/usr/bin:/bin",
            "AZURE_STATE": str(self.state_file),
            "AZURE_LOG": str(self.log_file),
            "POLL_SECONDS": "0",
            **variables,
        }
        return subprocess.run(
            ["bash", str(self.script), "--resource-group", "rg", *options],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )


def _world(migration: Migration) -> dict[str, Any]:
    """Today's registries with two tags of every image they hold."""
    today = migration.before.layout
    world = {}
    for registry, holds in zip(
        today.registries, route(migration.problem, today).holds, strict=True
    ):
        row = azure_stand_in.new_registry(registry.home, str(registry.sku))
        row["images"] = {image: ["v1", "v2"] for image in sorted(holds)}
        # a replica may have another name than its region
        row["replicas"] = {
            f"{region}x": {"location": region, "looks": 2}
            for region in registry.replicas
        }
        world[registry.name] = row
    return world
