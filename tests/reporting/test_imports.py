"""What importing the reporting modules costs."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("pandas", "plotly", "jinja2", "numpy")


def test_tables_and_sentences_import_nothing_heavy() -> None:
    """The command line starts with these modules, so they must not load pandas or plotly."""
    code = (
        "import sys, planner.reporting.tables, planner.reporting.sentences, "
        "planner.reporting.writers; "
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
