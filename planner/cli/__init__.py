"""The command line: data on stdout, talk and progress on stderr.

Exit codes: 0 done, 1 failure, 2 usage or invalid input, 3 a limit passed, 4 no feasible
plan.
"""

from __future__ import annotations

import os
import sys

# pydantic looks for plugins in the metadata of every installed package; none is used here
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

from planner.cli.commands import app
from planner.errors import InputError, PlannerError
from planner.reporting.text import visible_lines

FAILURE, INVALID = 1, 2


def main() -> None:
    """Run the command line; every expected error is a sentence, not a traceback."""
    try:
        app()
    except InputError as error:
        _fail(str(error), INVALID)
    except PlannerError as error:
        _fail(str(error), FAILURE)
    except OSError as error:
        _fail(f"{error.filename or 'the system'}: {error.strerror or error}", FAILURE)
    except Exception as error:  # the last resort, told apart from ours
        if os.environ.get("ACR_PLANNER_DEBUG"):
            raise
        _fail(
            f"internal error, please report it: {type(error).__name__}: {error} "
            "(set ACR_PLANNER_DEBUG=1 for the traceback)",
            FAILURE,
        )


def _fail(message: str, code: int) -> None:
    sys.stderr.write(f"acr-planner: {visible_lines(message)}\n")
    raise SystemExit(code)
