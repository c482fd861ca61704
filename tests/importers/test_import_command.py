"""The command `import`, from files to an evaluated scenario."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from planner import evaluate, load_scenario, optimize
from tests.importers.export_shapes import MONTH, SAMPLES

COMMAND = [sys.executable, "-c", "from planner.cli import main; main()", "import"]
MAP = ["--ip-map", str(SAMPLES / "caller_ip_map.csv")]
LOGS = [str(MONTH), str(SAMPLES / "images.json")]


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command in a folder of its own."""
    return subprocess.run(
        [*COMMAND, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


def test_logs_to_a_plan(tmp_path: Path) -> None:
    """Import, evaluate and optimize follow each other without an edit."""
    done = run(tmp_path, "acr-logs", *LOGS, *MAP, "-o", "scenario.yaml")
    assert done.returncode == 0, done.stderr
    assert "Method of the GB" in done.stdout
    assert "203.0.113" not in done.stdout
    scenario = load_scenario(tmp_path / "scenario.yaml")
    assert evaluate(scenario).cost.bill_usd > 100
    assert optimize(scenario).evaluation is not None
    ranges = (tmp_path / "scenario.ranges.csv").read_text(encoding="utf-8")
    assert len(ranges.splitlines()) == 26
    assert {path.name for path in tmp_path.iterdir()} == {
        "scenario.yaml",
        "scenario.ranges.csv",
    }


def test_json_holds_the_whole_account(tmp_path: Path) -> None:
    """--json prints one object, with the scenario, the bounds and the accounting."""
    done = run(tmp_path, "auto", *LOGS, *MAP, "--json")
    data = json.loads(done.stdout)
    assert done.stderr == ""
    read = {f["kind"]: f["accounting"]["read"] for f in data["findings"]}
    assert read == {"acr-config": 52, "acr-logs": 1157}
    assert {row["gb_low"] <= row["gb_high"] for row in data["demand"]} == {True}
    assert data["scenario"]["sites"]
    assert list(tmp_path.iterdir()) == []


def test_queries_print_nothing() -> None:
    """A query that takes long draws no bar of its own into the output."""
    from planner.importers.files import find_files
    from planner.importers.records import open_duck_records

    with open_duck_records(find_files([str(MONTH)])) as records:
        setting = "SELECT current_setting('enable_progress_bar_print')"
        assert records.duck.con.execute(setting).fetchone() == (False,)


def test_into_keeps_the_other_scenario(tmp_path: Path) -> None:
    """--into adds to a shipped scenario; the result keeps its layouts."""
    done = run(tmp_path, "acr-logs", *LOGS, *MAP, "--into", "contoso", "-o", "x.yaml")
    assert done.returncode == 0, done.stderr
    merged = load_scenario(tmp_path / "x.yaml")
    assert set(load_scenario("contoso").layouts) < set(merged.layouts)


def test_bad_input_is_a_sentence_and_no_file(tmp_path: Path) -> None:
    """Exit code 2, one sentence, nothing written."""
    (tmp_path / "bad.json").write_text("{", encoding="utf-8")
    for arguments in (
        ("acr-logs", "bad.json"),
        ("acr-logs", "none.json"),
        ("acr-lgs", "bad.json"),
        ("acr-logs", *LOGS, "--max-bad", "often"),
        ("acr-logs", *LOGS, "--ip-map", "none.csv"),
        ("acr-logs", LOGS[0]),
    ):
        done = run(tmp_path, *arguments, "-o", "out.yaml")
        assert done.returncode == 2, arguments
        assert len(done.stderr.splitlines()) == 1
        assert "Traceback" not in done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"bad.json"}


def test_ctrl_c_leaves_no_file(tmp_path: Path) -> None:
    """An import that is interrupted while it reads leaves no file, nor its scratch."""
    # a shell that runs the tests in the background has them ignore Ctrl-C
    signal.signal(signal.SIGINT, signal.default_int_handler)
    many, scratch = tmp_path / "many.json", tmp_path / "scratch"
    scratch.mkdir()
    text = gzip.decompress(MONTH.read_bytes())
    with many.open("wb") as file:
        for _ in range(200):
            file.write(text)
    with subprocess.Popen(
        [*COMMAND, "acr-logs", str(many), LOGS[1], "-o", "out.yaml"],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        env=os.environ | {"TMPDIR": str(scratch)},
    ) as process:
        wait_for_files(scratch, process)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode != 0
    assert {path.name for path in tmp_path.iterdir()} == {"many.json", "scratch"}
    assert list(scratch.iterdir()) == []


def wait_for_files(scratch: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until the records are being written to the scratch folder of the import."""
    deadline = time.monotonic() + 60
    while not list(scratch.glob("acr-planner-*/*.parquet*")):
        assert process.poll() is None, "the import ended before it was interrupted"
        assert time.monotonic() < deadline, "the import wrote nothing for a minute"
        time.sleep(0.005)
