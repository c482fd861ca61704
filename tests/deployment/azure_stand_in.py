#!/usr/bin/env python3
"""A small registry service behind the command name `az`, for running the script.

It keeps its registries in the JSON file AZURE_STATE, answers only what the script asks,
refuses what Azure refuses, and writes every command into AZURE_LOG. A new replica is
Ready at the second look. Whether the real command line takes these commands is tested
with its own parser.
"""

from __future__ import annotations

import json
import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from pathlib import Path
from typing import Any

OPTIONS = (
    *("name", "registry", "location", "sku", "source", "image", "repository", "query"),
    *("output", "resource-group", "regional-endpoints", "uri", "scope", "subscription"),
)
State = dict[str, dict[str, Any]]


def main() -> None:
    """Do one command."""
    words, given = _parsed(sys.argv[1:])
    path = Path(os.environ["AZURE_STATE"])
    state: State = json.loads(path.read_text(encoding="utf-8"))
    log = Path(os.environ["AZURE_LOG"])
    with log.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(sys.argv[1:]) + "\n")
    if _fails(log):
        sys.exit("ERROR: the service is busy")
    for line in ANSWERS["_".join(words[1:]).replace("-", "_")](state, given):
        sys.stdout.write(f"{line}\n")
    path.write_text(json.dumps(state), encoding="utf-8")


def _fails(log: Path) -> bool:
    """Whether this is the command AZURE_FAILS_AT, a text and which time it is said."""
    text, _, number = os.environ.get("AZURE_FAILS_AT", "").partition("#")
    said = [" ".join(json.loads(line)) for line in log.read_text("utf-8").splitlines()]
    matching = [command for command in said if text and text in command]
    return text in " ".join(sys.argv[1:]) and len(matching) == int(number or 1)


def _parsed(arguments: list[str]) -> tuple[list[str], Namespace]:
    first = next((i for i, a in enumerate(arguments) if a[:2] == "--"), len(arguments))
    parser = ArgumentParser(allow_abbrev=False)
    for option in OPTIONS:
        parser.add_argument(f"--{option}")
    parser.add_argument("--yes", action="store_true")
    parser.add_argument("--actions", nargs="+")
    return arguments[:first], parser.parse_args(arguments[first:])


def _quoted(query: str) -> str:
    return query.split("'")[1]


def _list(state: State, given: Namespace) -> Iterable[str]:
    found = state.get(_quoted(given.query))
    return [found["home"]] if found else []


def _check_name(state: State, given: Namespace) -> Iterable[str]:
    return ["false" if given.name in state else "true"]


def _create(state: State, given: Namespace) -> Iterable[str]:
    assert given.name not in state
    assert given.resource_group
    state[given.name] = new_registry(given.location, given.sku)
    return ["{}"]


def new_registry(home: str, sku: str) -> dict[str, Any]:
    """An empty registry."""
    return {"home": home, "sku": sku, "replicas": {}, "images": {}, "webhooks": {}}


def _show(state: State, given: Namespace) -> Iterable[str]:
    return [state[given.name]["sku"]]


def _update(state: State, given: Namespace) -> Iterable[str]:
    registry = state[given.name]
    if given.sku:
        assert given.sku == "Premium" or not registry["replicas"]
        registry["sku"] = given.sku
    if given.regional_endpoints:
        assert registry["sku"] == "Premium"
        registry["endpoints"] = given.regional_endpoints
    return ["{}"]


def _delete(state: State, given: Namespace) -> Iterable[str]:
    assert given.yes
    del state[given.name]
    return []


def _show_usage(state: State, given: Namespace) -> Iterable[str]:
    return [str(1 + len(state[given.name]["replicas"]))]


def _soft_delete(state: State, given: Namespace) -> Iterable[str]:
    return [state[given.registry].get("soft_delete", "disabled")]


def _repositories(state: State, given: Namespace) -> Iterable[str]:
    return state[given.name]["images"]


def _tags(state: State, given: Namespace) -> Iterable[str]:
    return state[given.name]["images"][given.repository]


def _import(state: State, given: Namespace) -> Iterable[str]:
    repository, tag = given.source.rsplit(":", 1)
    assert given.source == given.image
    assert tag in state[given.registry]["images"][repository]
    tags = state[given.name]["images"].setdefault(repository, [])
    assert tag not in tags  # Azure refuses it without --force
    tags.append(tag)
    return []


def _replicas(state: State, given: Namespace) -> Iterable[str]:
    replicas = state[given.registry]["replicas"]
    wanted = _quoted(given.query)
    return [name for name, row in replicas.items() if row["location"] == wanted]


def _replica_create(state: State, given: Namespace) -> Iterable[str]:
    registry = state[given.registry]
    waiting = [
        r for s in state.values() for r in s["replicas"].values() if r["looks"] < 2
    ]
    assert not waiting  # one at a time
    assert registry["sku"] == "Premium"
    assert given.location != registry["home"]
    assert given.name not in registry["replicas"]
    registry["replicas"][given.name] = {"location": given.location, "looks": 0}
    return ["{}"]


def _replica_show(state: State, given: Namespace) -> Iterable[str]:
    replica = state[given.registry]["replicas"][given.name]
    replica["looks"] += 1
    return ["Creating/" if replica["looks"] < 2 else "Succeeded/Ready"]


def _replica_delete(state: State, given: Namespace) -> Iterable[str]:
    del state[given.registry]["replicas"][given.name]
    return []


def _webhooks(state: State, given: Namespace) -> Iterable[str]:
    wanted = _quoted(given.query)
    return [name for name in state[given.registry]["webhooks"] if name == wanted]


def _webhook_create(state: State, given: Namespace) -> Iterable[str]:
    row = {"uri": given.uri, "scope": given.scope, "actions": given.actions}
    state[given.registry]["webhooks"][given.name] = row
    return ["{}"]


def _webhook_delete(state: State, given: Namespace) -> Iterable[str]:
    del state[given.registry]["webhooks"][given.name]
    return []


ANSWERS = {
    "list": _list,
    "check_name": _check_name,
    "create": _create,
    "show": _show,
    "update": _update,
    "delete": _delete,
    "show_usage": _show_usage,
    "config_soft_delete_show": _soft_delete,
    "repository_list": _repositories,
    "repository_show_tags": _tags,
    "import": _import,
    "replication_list": _replicas,
    "replication_create": _replica_create,
    "replication_show": _replica_show,
    "replication_delete": _replica_delete,
    "webhook_list": _webhooks,
    "webhook_create": _webhook_create,
    "webhook_delete": _webhook_delete,
}

if __name__ == "__main__":
    main()
