"""The wheel stands alone: it carries its data and works from any folder."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.package


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source distribution as a release would be."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


def test_wheel_holds_all_data(wheel: Path) -> None:
    """Every file of `data/` is inside, and no test or tool is."""
    inside = set(zipfile.ZipFile(wheel).namelist())
    for path in (ROOT / "data").rglob("*"):
        if path.is_file():
            assert f"planner/data/{path.relative_to(ROOT / 'data')}" in inside
    for path in (ROOT / "planner").rglob("*.*"):
        if path.is_file() and path.parent.name != "__pycache__":
            assert (
                path.relative_to(ROOT).as_posix() in inside
            )  # templates, styles, bash
    assert not [name for name in inside if name.startswith(("tests/", "tools/"))]
    assert "planner/py.typed" in inside


def test_demo_runs_from_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    """Installed where the checkout cannot be seen, the demo writes its report."""
    env = tmp_path / "env"
    subprocess.run([sys.executable, "-m", "venv", str(env)], check=True)
    bin_folder = env / ("Scripts" if sys.platform == "win32" else "bin")
    pip = [str(bin_folder / "python"), "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--quiet", str(wheel)], check=True)
    work = tmp_path / "elsewhere"
    work.mkdir()
    done = subprocess.run(
        [str(bin_folder / "acr-planner"), "demo", "--json"],
        cwd=work,
        env={"PATH": str(bin_folder)},
        check=True,
        capture_output=True,
        text=True,
    )
    answer = json.loads(done.stdout)
    assert answer["optimum"]["status"] == "optimal"
    assert {path.name for path in (work / "reports").iterdir()} == {
        "contoso.html",
        "contoso.md",
    }
