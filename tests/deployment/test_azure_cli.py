"""Every az command of the scripts, read by the argument parser of the real Azure CLI.

Nothing is sent: the commands are parsed and not run.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from planner.deployment.preflight import preflight
from planner.deployment.steps import Migration
from tests.deployment.bash import Service, commands, shown
from tests.deployment.helpers import KINDS

pytestmark = [
    pytest.mark.azure_cli,
    pytest.mark.filterwarnings("ignore"),  # of the libraries that it brings
]

Parse = Callable[[list[str]], Any]


@pytest.fixture(scope="module")
def parse(tmp_path_factory: pytest.TempPathFactory) -> Parse:
    """The parser: words without `az` to their meaning, `SystemExit` for nonsense."""
    core = pytest.importorskip("azure.cli.core")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AZURE_CONFIG_DIR", str(tmp_path_factory.mktemp("azure")))
        patch.setenv("AZURE_CORE_COLLECT_TELEMETRY", "no")
        cli = core.get_default_cli()

        yield lambda arguments: _parsed(cli, arguments)


def _parsed(cli: Any, arguments: list[str]) -> Any:
    """What az does with its words before it runs a command."""
    from azure.cli.core.commands import events
    from knack.events import EVENT_INVOKER_POST_CMD_TBL_CREATE

    invoker = cli.invocation_cls(
        cli_ctx=cli,
        parser_cls=cli.parser_cls,
        commands_loader_cls=cli.commands_loader_cls,
        help_cls=cli.help_cls,
    )
    cli.invocation = invoker
    loader = invoker.commands_loader
    loader.load_command_table(arguments)
    command = invoker._rudimentary_get_command(arguments)
    invoker.data["command_string"] = command
    loader.command_table = {command: loader.command_table[command]}
    loader.command_name = command
    cli.raise_event(events.EVENT_INVOKER_PRE_LOAD_ARGUMENTS, commands_loader=loader)
    loader.load_arguments(command)
    for event in (
        events.EVENT_INVOKER_POST_LOAD_ARGUMENTS,
        EVENT_INVOKER_POST_CMD_TBL_CREATE,
    ):
        cli.raise_event(event, commands_loader=loader)
    invoker.parser.load_command_table(loader)
    return invoker.parser.parse_args(arguments)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("options", [[], ["--undo"]])
def test_commands_are_understood(
    parse: Parse,
    every: dict[str, Migration],
    name: str,
    options: list[str],
    tmp_path: Path,
) -> None:
    """Each command that a dry run shows has options that exist, with values allowed."""
    account = ["--delete", "--resource-group", "rg", "--subscription", "s"]
    asked = commands(shown(every[name], tmp_path, *account, *options))
    assert asked
    for command in asked:
        assert parse([*command, "--subscription", "s"]).command == " ".join(
            _verb(command)
        )


def _verb(command: list[str]) -> list[str]:
    end = next(i for i, word in enumerate(command) if word.startswith("--"))
    return command[:end]


def test_commands_of_a_real_run_are_understood(
    parse: Parse, growing: Migration, tmp_path: Path
) -> None:
    """What the stand-in of Azure was told, the real command line would take as well."""
    service = Service(growing, tmp_path)
    service.run("--apply", "--delete", "--subscription", "s")
    assert len(service.log) > 20
    for command in service.log:
        parsed = parse(command)
        assert parsed.command == " ".join(_verb(command))
        assert json.dumps(command).count("--subscription") == 1


def test_commands_of_the_preflight_list_are_understood(
    parse: Parse, every: dict[str, Migration]
) -> None:
    """A reader can paste them; the one with a command inside is left out."""
    found = {
        item.command
        for migration in every.values()
        for item in preflight(migration)
        if item.command and "$(" not in item.command
    }
    assert len(found) > 4
    for command in sorted(found):
        parse(command.split()[1:])


def test_the_old_name_of_a_flag_is_gone(parse: Parse) -> None:
    """The parser is the real one: it refuses what Azure CLI 2.87 removed."""
    words = [
        "acr",
        "replication",
        "create",
        "--registry",
        "contoso",
        "--location",
        "eastus",
    ]
    parse(words)
    with pytest.raises(SystemExit):
        parse([*words, "--region-endpoint-enabled", "true"])
