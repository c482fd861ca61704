"""The notebook runs as a script, and its cells show what they promise."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import plotly.graph_objects as go
import pytest

import planner

NOTEBOOK = Path(__file__).parent.parent / "notebooks" / "contoso.py"
FILES = {
    "contoso-csv",
    "contoso-today.csv",
    "contoso.html",
    "contoso.json",
    "contoso.md",
}


class Shown(NamedTuple):
    """What a reader of the notebook has in front of them."""

    values: list[Any]
    """What each cell that ends in an expression shows, as in Jupyter."""
    names: dict[str, Any]
    """The notebook's variables after its last cell."""


def cells() -> list[str]:
    """The code cells, in order."""
    parts = re.split(r"^# %%", NOTEBOOK.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [part for part in parts[1:] if not part.startswith(" [markdown]")]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    """The notebook's cells, run one after the other."""
    names: dict[str, Any] = {"__name__": "__main__"}
    values = []
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("notebook"))
        for cell in cells():
            tree = ast.parse(cell)
            last = tree.body[-1]
            if isinstance(last, ast.Expr):
                tree.body.pop()
            exec(compile(tree, "cell", "exec"), names)
            if isinstance(last, ast.Expr):
                expression = ast.Expression(last.value)
                values.append(eval(compile(expression, "cell", "eval"), names))
    return Shown(values, names)


def test_it_runs_as_a_script(tmp_path: Path) -> None:
    """People start it from a shell, too; it names the reports that are then there."""
    done = subprocess.run(
        [sys.executable, NOTEBOOK],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    assert {file.name for file in (tmp_path / "reports").iterdir()} == FILES
    named = {Path(line).name for line in done.stdout.splitlines()}
    assert named == FILES - {"contoso-today.csv"}


def test_every_cell_shows_something_rich(shown: Shown) -> None:
    """Results and tables as HTML, figures as Plotly's own, nothing as a bare object."""
    figures = [value for value in shown.values if isinstance(value, go.Figure)]
    tables = [value for value in shown.values if not isinstance(value, go.Figure)]
    assert len(figures) == 4
    assert all(figure.data for figure in figures)
    assert len(tables) >= 9
    assert all("<table" in value._repr_html_() for value in tables)


def test_the_bills_are_those_of_evaluate(shown: Shown) -> None:
    """Each result shows, to the cent, what `evaluate` says of its layout."""
    names = shown.names
    scenarios = {
        "best": names["scenario"],
        "busier_best": names["busier"],
        "near": names["within_50_ms"],
    }
    for name, scenario in scenarios.items():
        bill = planner.evaluate(scenario, names[name].layout).cost.bill_usd
        assert f"${bill:,.2f}" in names[name]._repr_html_(), name
    today = planner.evaluate(planner.load_scenario("contoso")).cost.bill_usd
    assert f"${today:,.2f}" in names["today"]._repr_html_()
    assert names["today"].lines["monthly_usd"].sum() == pytest.approx(today)
    drawn = sum(sum(bar.x) for bar in names["today"].figure().data)
    assert drawn == pytest.approx(today)
    for name in ("comparison", "discounted"):
        _check_comparison(names[name])


def _check_comparison(comparison: planner.Comparison) -> None:
    page = comparison._repr_html_()
    for plan in comparison.evaluations.values():
        again = planner.evaluate(comparison.scenario, plan.layout)
        assert f"${again.cost.bill_usd:,.2f}" in page, plan.name


def test_the_text_says_what_the_cells_show(shown: Shown) -> None:
    """The prose between the cells is written by hand, so it could become untrue."""
    names = shown.names
    assert "eastus" not in names["best"].layout.regions
    assert "eastus" in names["busier_best"].layout.regions
    before, after = (
        names[name].plan("geo-replicated").evaluation.cost.bill_usd
        for name in ("comparison", "discounted")
    )
    daily_usd = 1.6666 - 0.50  # published fee of Premium, and the one of the agreement
    assert before - after == pytest.approx(4 * daily_usd / 24 * 730)
    assert names["near"].evaluation.latency.max_rtt_ms <= 50


def test_only_public_names_are_used() -> None:
    """What a notebook shows is what people copy."""
    tree = ast.parse(NOTEBOOK.read_text(encoding="utf-8"))
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "planner"
    }
    imported = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert len(used) > 5
    assert used <= set(planner.__all__)
    assert all(node.module == "pathlib" for node in imported)
