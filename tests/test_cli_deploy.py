"""`deploy` and `check` on the command line: streams, files and exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from planner import load_scenario
from planner.cli.options import FormatChoice
from planner.deployment.az_script import az_script
from planner.deployment.formats import FORMATS, Format, migrate
from planner.domain.problem import Problem
from planner.gate import check_limits
from tests.test_cli import GOOD, Run, cli

__all__ = ["cli"]  # the fixture


@pytest.mark.parametrize("form", [form.value for form in Format])
def test_deploy_prints_the_file_and_nothing_else(
    cli: Callable[..., Run], form: str
) -> None:
    """Stdout can be piped into a file; what to mind goes to stderr."""
    run = cli("deploy", "contoso", "--as", form, "--to", "geo-replicated")
    problem = Problem(load_scenario("contoso"))
    migration, _ = migrate(problem, None, "geo-replicated")
    assert migration is not None
    assert run.code == 0
    assert run.out == FORMATS[Format(form)](migration)
    assert "Azure bill: $75.39 a month now, $254.62 after" in run.err
    assert "Soft delete must be off in contoso" in run.err


def test_deploy_writes_a_file(cli: Callable[..., Run]) -> None:
    """With -o stdout stays empty, and stderr names the file."""
    run = cli("deploy", "contoso", "--as", "az", "-o", "out/migrate.sh")
    migration, result = migrate(Problem(load_scenario("contoso")))
    assert migration is not None
    assert result is not None
    assert run.out == ""
    assert "Written: out/migrate.sh" in run.err
    assert Path("out/migrate.sh").read_text(encoding="utf-8") == az_script(migration)


def test_deploy_from_one_layout_to_another(cli: Callable[..., Run]) -> None:
    """The way back is a migration like any other."""
    run = cli(
        "deploy", "contoso", "--as", "az", "--from", "geo-replicated", "--to", "today"
    )
    assert "create_registry contosowest westus Standard" in run.out
    assert "delete_registry contoso westus contosowest contosoeurope" in run.out


def test_deploy_knows_the_older_provider(cli: Callable[..., Run]) -> None:
    """Version 4 of azurerm has another argument for the same thing."""
    asked = ("deploy", "contoso", "--as", "terraform", "--to", "geo-replicated")
    run = cli(*asked, "--azurerm", "4")
    assert 'version = "~> 4.0"' in run.out
    assert "regional_endpoint_enabled = true" in run.out
    assert cli(*asked, "--azurerm", "3").code == 2


def test_deploy_to_where_one_is(cli: Callable[..., Run]) -> None:
    """No change is said, and the script is valid and does nothing."""
    run = cli("deploy", "contoso", "--as", "az", "--to", "today")
    assert run.code == 0
    assert "Nothing changes." in run.err
    done = subprocess.run(
        ["bash"], input=run.out, text=True, capture_output=True, check=True
    )
    assert [line for line in done.stdout.splitlines() if "acr list" not in line] == []


def test_deploy_without_a_plan_exits_with_4(cli: Callable[..., Run]) -> None:
    """Nothing is written where no layout meets the goals."""
    Path("tight.yaml").write_text(GOOD + "goals: {max_rtt_ms: 1}\n", encoding="utf-8")
    run = cli("deploy", "tight.yaml", "--as", "az", "-o", "x.sh")
    assert run.code == 4
    assert "No layout meets the goals" in run.err
    assert not Path("x.sh").exists()


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("contoso", "--as", "pulumi"), "pulumi"),
        (("contoso",), "--as"),
        (("contoso", "--as", "az", "--to", "todya"), "did you mean 'today'"),
        (("short.yaml", "--as", "az", "--to", "today"), "'r' is no registry name"),
    ],
)
def test_bad_options_of_deploy_are_a_sentence(
    cli: Callable[..., Run], arguments: tuple[str, ...], expected: str
) -> None:
    """Exit 2, and nothing on stdout."""
    Path("short.yaml").write_text(GOOD, encoding="utf-8")
    run = cli("deploy", *arguments)
    assert run.code == 2
    assert expected in run.err
    assert run.out == ""


def test_choices_are_the_formats() -> None:
    """The command line lists its choices without loading what writes them."""
    assert [choice.value for choice in FormatChoice] == [form.value for form in FORMATS]


def test_check_passes_and_fails(cli: Callable[..., Run]) -> None:
    """Exit 0 with a sentence, or 3 with one line for each limit passed."""
    kept = cli("check", "contoso", "--max-bill", "80", "--max-saving-missed", "20%")
    assert (kept.code, kept.out, kept.err) == (0, "today keeps all limits.\n", "")
    run = cli(
        "check",
        *("contoso", "--layout", "geo-replicated"),
        *("--max-bill", "250", "--max-rtt", "80", "--max-saving-missed", "20%"),
    )
    assert run.code == 3
    assert run.out.splitlines() == [
        "Azure bill a month of geo-replicated is $254.62, more than $250.00",
        "Saving missed of geo-replicated is 75.3 %, more than 20 %",
    ]


def test_check_json_is_the_gate(cli: Callable[..., Run]) -> None:
    """The same numbers as in Python, and the same exit code as without --json."""
    run = cli("check", "contoso", "--max-bill", "50", "--json")
    expected = check_limits(load_scenario("contoso"), max_bill_usd=50).as_dict()
    assert run.code == 3
    assert json.loads(run.out) == json.loads(json.dumps(expected))
    assert expected["limits"][0]["exceeded"] is True


def test_check_markdown_is_a_table(cli: Callable[..., Run]) -> None:
    """Short enough for a comment."""
    run = cli("check", "contoso", "--max-rtt", "80", "--markdown")
    assert run.code == 0
    assert "| Longest round trip | 69.0 ms | 80.0 ms | ok |" in run.out
    assert len(run.out) < 1000


def test_check_without_a_plan_exits_with_4(cli: Callable[..., Run]) -> None:
    """A saving that cannot be known is not a limit kept; a limit passed goes first."""
    Path("tight.yaml").write_text(GOOD + "goals: {max_rtt_ms: 1}\n", encoding="utf-8")
    run = cli("check", "tight.yaml", "--max-saving-missed", "20")
    assert run.code == 4
    assert run.out.startswith(
        "The saving missed is not known: No layout meets the goals"
    )
    both = cli("check", "tight.yaml", "--max-saving-missed", "20", "--max-bill", "1")
    assert both.code == 3


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), "no limit to check"),
        (("--max-bill", "nan"), "'nan' is no number from 0 up"),
        (("--max-bill", "inf"), "'inf' is no number from 0 up"),
        (("--max-rtt", "-1"), "'-1' is no number from 0 up"),
        (("--max-saving-missed", "a%"), "'a' is no number from 0 up"),
        (("--max-bill", "1", "--json", "--markdown"), "not both"),
        (("--max-bill", "1", "--layout", "todya"), "did you mean 'today'"),
    ],
)
def test_bad_options_of_check_are_a_sentence(
    cli: Callable[..., Run], arguments: tuple[str, ...], expected: str
) -> None:
    """A pipeline must not take a slip for a limit passed."""
    run = cli("check", "contoso", *arguments)
    assert run.code == 2
    assert expected in run.err
    assert run.out == ""


def test_writing_a_script_loads_nothing_heavy() -> None:
    """A script for named layouts needs no pandas, no Plotly and no solver library."""
    code = (
        "import sys; from planner.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(sorted({'pandas', 'numpy', 'pulp', 'plotly', 'dash', 'highspy'}"
        " & set(sys.modules)), file=sys.stderr)"
    )
    arguments = ["deploy", "contoso", "--as", "bicep", "--to", "today"]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        check=True,
        text=True,
    )
    assert done.stderr.splitlines()[-1] == "[]"
