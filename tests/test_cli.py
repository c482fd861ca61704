"""The command line: its contract on stdout, stderr, files and exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from planner import __version__, compare, evaluate, load_scenario, optimize
from planner.cli import main
from planner.cli.commands import app

GOOD = """\
name: small
images:
  - {name: app, size_gb: 1, stored_gb: 5, new_gb_per_push: 0.1, pushes_per_month: 10}
push_sources:
  - {name: dev, region: eastus}
sites:
  - name: shop
    region: westeurope
    demand:
      - {image: app, pulls_per_month: 100, gb_per_month: 20}
layouts:
  today:
    registries:
      - {name: r, sku: Standard, home: eastus, serves: [shop]}
"""


class Run(NamedTuple):
    """What a run printed and returned."""

    code: int
    out: str
    err: str


@pytest.fixture
def cli(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> Callable[..., Run]:
    """Run the command in process, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Run:
        monkeypatch.setattr(sys, "argv", ["acr-planner", *arguments])
        code = 0
        try:
            main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        printed = capsys.readouterr()
        return Run(code, printed.out, printed.err)

    return run


def test_evaluate_json_is_the_evaluation(cli: Callable[..., Run]) -> None:
    """Command line and Python import must give the same numbers to the last digit."""
    run = cli("evaluate", "contoso", "--layout", "geo-replicated", "--json")
    expected = evaluate(load_scenario("contoso"), "geo-replicated").as_dict()
    assert run.code == 0
    assert json.loads(run.out) == json.loads(json.dumps(expected))
    assert run.err == ""


def test_compare_json_is_the_comparison(cli: Callable[..., Run]) -> None:
    """The same holds for plans that the optimizer finds."""
    run = cli("compare", "contoso", "--json")
    expected = compare(load_scenario("contoso")).as_dict()
    assert json.loads(run.out) == json.loads(json.dumps(expected))


CONTRACT = {
    "evaluate": {"schema_version", "scenario", "layout", "cost", "latency"}
    | {"operations", "risks"},
    "optimize": {"status", "family", "objective_usd", "bound_usd", "gap", "engine"}
    | {"seconds", "regions", "runners_up", "layout", "cost", "latency"},
}


@pytest.mark.parametrize("command", ["evaluate", "optimize"])
def test_json_holds_the_documented_keys(cli: Callable[..., Run], command: str) -> None:
    """Scripts rely on these keys; losing one breaks them silently."""
    data = json.loads(cli(command, "contoso", "--json").out)
    assert data.keys() >= CONTRACT[command]
    assert data["layout"]["registries"][0].keys() >= {
        "name",
        "sku",
        "home",
        "replicas",
        "serves",
    }
    assert data["cost"]["by_kind"].keys() == {
        "registry_fee",
        "storage",
        "pull_transfer",
        "internet_egress",
        "sync_transfer",
        "push_transfer",
        "private_endpoints",
    }
    assert data["cost"]["lines"][0].keys() >= {
        "kind",
        "registry",
        "region",
        "site",
        "quantity",
        "unit",
        "unit_price_usd",
        "monthly_usd",
    }
    assert data["latency"]["sites"][0].keys() >= {
        "site",
        "registry",
        "serving_region",
        "rtt_ms",
        "estimated",
        "pulls_per_month",
        "gb_per_month",
    }
    if command == "optimize":
        assert data["regions"][0].keys() >= {
            "region",
            "chosen",
            "change_if_flipped_usd",
            "change_in_mean_rtt_ms",
            "break_even_gb_per_month",
        }


def test_optimize_takes_goals_from_the_command_line(cli: Callable[..., Run]) -> None:
    """A goal given as an option replaces that of the scenario."""
    run = cli(
        "optimize",
        *("contoso", "--family", "geo", "--max-rtt-ms", "60", "--no-reasons"),
        *("--forbid", "eastus", "--forbid", "canadacentral", "--json"),
    )
    data = json.loads(run.out)
    regions = {
        region
        for registry in data["layout"]["registries"]
        for region in (registry["home"], *registry["replicas"])
    }
    assert data["status"] == "optimal"
    assert data["latency"]["max_rtt_ms"] <= 60
    assert not regions & {"eastus", "canadacentral"}
    assert data["regions"] == []


def test_frontier_json_is_sorted_by_cost(cli: Callable[..., Run]) -> None:
    """The contract: points by rising cost, each with its locations and the metric."""
    run = cli("frontier", "contoso", "--metric", "max_rtt_ms", "--json")
    points = json.loads(run.out)["points"]
    costs = [point["cost_usd"] for point in points]
    figures = [point["max_rtt_ms"] for point in points]
    assert costs == sorted(costs)
    assert figures == sorted(figures, reverse=True)
    assert len(points) == len(set(costs)) > 2
    assert [point["knee"] for point in points].count(True) == 1
    assert all("westus" in point["locations"] for point in points)


def test_frontier_without_a_plan_exits_with_4(cli: Callable[..., Run]) -> None:
    """Goals that nothing meets leave no curve."""
    text = GOOD + "goals: {max_rtt_ms: 1}\n"
    Path("tight.yaml").write_text(text, encoding="utf-8")
    run = cli("frontier", "tight.yaml")
    assert run.code == 4
    assert "No layout meets the goals" in run.out


def test_no_plan_exits_with_4_and_names_the_conflict(cli: Callable[..., Run]) -> None:
    """A pipeline must tell "no plan exists" from a failure, people must learn why."""
    run = cli("optimize", "contoso", "--max-rtt-ms", "1")
    assert run.code == 4
    assert "max_rtt_ms: 1" in run.out
    as_json = cli("optimize", "contoso", "--max-rtt-ms", "1", "--json")
    assert as_json.code == 4
    assert json.loads(as_json.out)["conflict"] == ["max_rtt_ms: 1"]


def test_the_answer_comes_first(cli: Callable[..., Run]) -> None:
    """People read one sentence; it must hold the bill of the plan."""
    best = optimize(load_scenario("contoso"), reasons=False)
    first = cli("compare", "contoso").out.splitlines()[0]
    assert f"${best.objective_usd:,.2f}" in first


def test_demo_writes_the_report_and_names_it(cli: Callable[..., Run]) -> None:
    """The demo ends with files that exist where it says they are."""
    run = cli("demo", "--out", "out")
    assert run.code == 0
    for name in ("contoso.html", "contoso.md"):
        assert (Path("out") / name).stat().st_size > 1000
        assert name in run.out
    assert sorted(path.name for path in Path("out").iterdir()) == [
        "contoso.html",
        "contoso.md",
    ]


def test_facts_are_shown_with_source_and_date(cli: Callable[..., Run]) -> None:
    """A figure without source and date cannot be checked."""
    data = json.loads(cli("prices", "--json").out)
    for name in ("fees", "transfer", "internet", "addons", "limits"):
        assert all(row["source"] and row["as_of"] for row in data[name]), name
    rows = json.loads(cli("regions", "--json").out)["regions"]
    assert all(row["source"] and row["as_of"] for row in rows)
    assert {"listed", "restricted", "unlisted", "sovereign"} == {
        row["availability"] for row in rows
    }


def test_round_trips_of_a_region(cli: Callable[..., Run]) -> None:
    """Measured figures and estimates are told apart."""
    rows = json.loads(cli("regions", "--rtt-from", "westus", "--json").out)["regions"]
    by_name = {row["region"]: row for row in rows}
    assert by_name["westeurope"]["rtt_ms"] == 145
    assert by_name["westeurope"]["estimated"] is False
    assert by_name["chilecentral"]["estimated"] is True
    assert "chilecentral" in cli("regions", "--rtt-from", "westus").out


def test_schema_describes_every_field(cli: Callable[..., Run]) -> None:
    """Editors show the description; a field without one explains nothing."""
    schema = json.loads(cli("schema").out)
    for model in (schema, *schema["$defs"].values()):
        for name, field in model.get("properties", {}).items():
            assert field.get("description") or "$ref" in field, name


BAD = {
    "unknown key": (GOOD + "regoin: eastus\n", "unknown key 'regoin'"),
    "unknown region": (
        GOOD.replace("westeurope", "westuss"),
        "unknown region 'westuss'; did you mean 'westus'?",
    ),
    "negative": (GOOD.replace("gb_per_month: 20", "gb_per_month: -20"), "-20"),
    "nan": (GOOD.replace("gb_per_month: 20", "gb_per_month: .nan"), "finite"),
    "no such image": (GOOD.replace("image: app", "image: apps"), "did you mean 'app'"),
    "replica on Standard": (
        GOOD.replace("home: eastus,", "home: eastus, replicas: [westus],"),
        "Premium",
    ),
    "sovereign": (GOOD.replace("westeurope", "chinaeast2"), "AzureChinaCloud"),
    "alias bomb": (
        "a: &a [x, x]\nb: &b [*a, *a]\nname: [*b, *b]\n",
        "aliases",
    ),
    "empty": ("", "empty"),
    "not yaml": ("name: [unclosed", "not valid YAML"),
}


@pytest.mark.parametrize("case", BAD)
@pytest.mark.parametrize("command", ["evaluate", "demo"])
def test_bad_input_is_a_sentence(
    cli: Callable[..., Run], case: str, command: str
) -> None:
    """Exit 2, one clear line with the file, no traceback, nothing written."""
    text, expected = BAD[case]
    Path("bad.yaml").write_text(text, encoding="utf-8")
    run = cli(command, "bad.yaml")
    assert run.code == 2
    assert run.out == ""
    assert run.err.startswith("acr-planner: bad.yaml: ")
    assert len(run.err.splitlines()) == 1
    assert expected in run.err
    assert "Traceback" not in run.err
    assert [path.name for path in Path().iterdir()] == ["bad.yaml"]


def test_bad_files_are_refused(cli: Callable[..., Run]) -> None:
    """A directory, 50 MB, another encoding, nothing there: exit 2 and a sentence."""
    Path("folder").mkdir()
    with Path("big.yaml").open("wb") as file:
        file.truncate(50_000_000)
    Path("utf16.yaml").write_bytes(GOOD.encode("utf-16"))
    for name, expected in (
        ("folder", "directory"),
        ("big.yaml", "50 MB"),
        ("utf16.yaml", "UTF-8"),
        ("contosso", "did you mean 'contoso'"),
        ("folder/nothing.yaml", "no such file"),
        ("bigg.yml", "did you mean 'big.yaml'"),
    ):
        run = cli("evaluate", name)
        assert run.code == 2, name
        assert expected in run.err, name


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("evaluate", "contoso", "--layout", "todya"), "did you mean 'today'"),
        (("optimize", "contoso", "--max-rtt-ms", "-5"), "not -5"),
        (("optimize", "contoso", "--require", "nowhere"), "unknown region"),
        (("optimize", "contoso", "--geography", "Euope"), "did you mean 'Europe'"),
        (("optimize", "contoso", "--family", "both"), "both"),
        (("regions", "--rtt-from", "westuss"), "did you mean 'westus'"),
        (("evaluate",), "SCENARIO"),
        (("nonsense",), "nonsense"),
    ],
)
def test_bad_options_are_a_sentence(
    cli: Callable[..., Run], arguments: tuple[str, ...], expected: str
) -> None:
    """A wrong option is the user's input like any other: exit 2, and what is right."""
    run = cli(*arguments)
    assert run.code == 2
    assert expected in run.err
    assert run.out == ""


def test_names_are_printed_as_they_are(cli: Callable[..., Run]) -> None:
    """Square brackets in a name are not terminal markup."""
    text = GOOD.replace("name: shop", "name: '[b]x[/b] :boom:'")
    text = text.replace("serves: [shop]", "serves: ['[b]x[/b] :boom:']")
    Path("names.yaml").write_text(text, encoding="utf-8")
    assert "[b]x[/b] :boom:" in cli("evaluate", "names.yaml").out


def test_version_and_help(cli: Callable[..., Run]) -> None:
    """Both answer without touching a scenario."""
    assert cli("--version").out.strip() == f"acr-planner {__version__}"
    shown = cli("--help").out
    for command in app.registered_commands:
        name = command.name or command.callback.__name__  # type: ignore[union-attr]
        assert name in shown
    assert (
        "..." not in shown.partition("Commands:")[2]
    )  # a summary that is cut off says nothing


def test_one_report_is_one_file_each(cli: Callable[..., Run], tmp_path: Path) -> None:
    """A lone report needs no index, and its bill is the evaluation's."""
    run = cli("report", "contoso", "--out", "r", "--format", "html,json", "--json")
    assert run.code == 0
    assert sorted(f.name for f in (tmp_path / "r").iterdir()) == [
        "contoso.html",
        "contoso.json",
    ]
    (told,) = json.loads(run.out)["reports"]
    assert told["today_usd"] == evaluate(load_scenario("contoso")).cost.bill_usd
    assert told["files"] == ["contoso.html", "contoso.json"]


def test_a_workbook_is_a_file_of_the_report(
    cli: Callable[..., Run], tmp_path: Path
) -> None:
    """The format that is bytes, not text, is written whole from the command line, too."""
    run = cli("report", "contoso", "--out", "r", "--format", "xlsx", "--json")
    assert run.code == 0
    (told,) = json.loads(run.out)["reports"]
    assert told["files"] == ["contoso.xlsx"]
    assert (tmp_path / "r" / "contoso.xlsx").read_bytes().startswith(b"PK")


def test_light_pages_stand_for_the_large_ones(
    cli: Callable[..., Run], tmp_path: Path
) -> None:
    """--light asks for the small form of the page that would be written."""
    assert cli("report", "contoso", "--out", "r", "--light").code == 0
    sizes = {f.name: f.stat().st_size for f in (tmp_path / "r").iterdir()}
    assert set(sizes) == {"contoso.light.html", "contoso.md"}
    assert sizes["contoso.light.html"] < 500_000


def test_one_bad_scenario_does_not_stop_the_others(
    cli: Callable[..., Run], tmp_path: Path
) -> None:
    """It is named on stderr and in the index, and the exit code says so."""
    (tmp_path / "bad.yaml").write_text("name: bad\nsites: 3\n", encoding="utf-8")
    run = cli("report", "bad.yaml", "contoso", "--out", "r", "--format", "md")
    assert run.code == 1
    assert run.err == "acr-planner: bad.yaml: sites: must be a list, not 3 (line 2)\n"
    assert (tmp_path / "r" / "contoso.md").exists()
    assert "must be a list" in (tmp_path / "r" / "index.html").read_text("utf-8")


def test_a_lone_bad_scenario_is_invalid_input(
    cli: Callable[..., Run], tmp_path: Path
) -> None:
    """As with every other command, and nothing is written."""
    (tmp_path / "bad.yaml").write_text("name: bad\nsites: 3\n", encoding="utf-8")
    assert cli("report", "bad.yaml", "--out", "r").code == 2
    assert cli("report", "contoso", "--out", "r", "--format", "htm").code == 2
    assert not (tmp_path / "r").exists()


def test_every_command_is_in_the_readme() -> None:
    """A command that the README does not show is not found by anybody."""
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    for command in app.registered_commands:
        name = command.name or command.callback.__name__  # type: ignore[union-attr]
        assert f"acr-planner {name}" in readme, name


def test_module_and_script_run_as_processes(tmp_path: Path) -> None:
    """The real process prints JSON only, from any folder, also into a closed pipe."""
    code = "from planner.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "optimize", "contoso", "--json"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
        text=True,
    )
    assert json.loads(done.stdout)["status"] == "optimal"
    assert done.stderr == ""
    assert list(tmp_path.iterdir()) == []


def test_light_commands_do_not_load_heavy_libraries() -> None:
    """Help and `evaluate --json` must start quickly, so no pandas, PuLP or Plotly."""
    code = (
        "import sys; from planner.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "print(sorted({'pandas', 'numpy', 'pulp', 'plotly', 'dash', 'highspy'}"
        " & set(sys.modules)), file=sys.stderr)"
    )
    for arguments in (["--help"], ["evaluate", "contoso", "--json"]):
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments],
            capture_output=True,
            check=True,
            text=True,
        )
        assert done.stderr.strip() == "[]"
