"""The notebook runs as a script, and its cells show what they promise."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest

import planner

NOTEBOOK = Path(__file__).parent.parent / "notebooks" / "contoso.py"


def cells() -> list[str]:
    """The code cells, in order."""
    parts = re.split(r"^# %%", NOTEBOOK.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [part for part in parts[1:] if not part.startswith(" [markdown]")]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """What each cell shows: the value of its last line, as Jupyter does."""
    folder = tmp_path_factory.mktemp("notebook")
    names: dict[str, Any] = {"__name__": "__main__"}
    values = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["contoso.py", str(folder)])
        for cell in cells():
            tree = ast.parse(cell)
            last = tree.body[-1]
            if not isinstance(last, ast.Expr):
                exec(compile(tree, "cell", "exec"), names)
                continue
            tree.body.pop()
            exec(compile(tree, "cell", "exec"), names)
            values.append(
                eval(compile(ast.Expression(last.value), "cell", "eval"), names)
            )
    return [value for value in values if value is not None]


def test_it_runs_as_a_script(tmp_path: Path) -> None:
    """People start it from a shell, too; the report and the table are then there."""
    subprocess.run([sys.executable, NOTEBOOK, "out"], cwd=tmp_path, check=True)
    names = {file.name for file in (tmp_path / "out").iterdir()}
    assert names == {"contoso-today.csv", "contoso.html", "contoso.md"}


def test_every_cell_shows_something_rich(shown: list[Any]) -> None:
    """Results and tables as HTML, figures as Plotly's own."""
    assert sum(isinstance(value, go.Figure) for value in shown) == 3
    rich = [value for value in shown if hasattr(value, "_repr_html_")]
    assert len(rich) >= 9
    assert all("<" in value._repr_html_() for value in rich)


def test_the_numbers_are_those_of_evaluate(shown: list[Any]) -> None:
    """The notebook, the command line and the page tell the same bill."""
    bill = planner.evaluate(planner.load_scenario("contoso")).cost.bill_usd
    assert f"{bill:,.2f}" in shown[0]._repr_html_()


def test_only_public_names_are_used() -> None:
    """What a notebook shows is what people copy."""
    used = set(re.findall(r"planner\.(\w+)", "".join(cells())))
    assert used <= set(planner.__all__)
