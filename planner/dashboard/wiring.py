"""The few ways in which callbacks are wired, each written once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State

from planner.dashboard import ids


def client(
    app: Dash, space: str, function: str, *wiring: object, **options: object
) -> None:
    """A callback that the browser answers, by a function of `assets/*.js`."""
    app.clientside_callback(  # type: ignore[no-untyped-call]  # Dash leaves it untyped
        ClientsideFunction(space, function), *wiring, **options
    )


def changes_view(
    app: Dash, callback: Callable[..., Any], *inputs: Input | State | Output
) -> None:
    """A callback that gets the view last, and answers with a changed one first."""
    app.callback(
        Output(ids.APP_VIEW, "data", allow_duplicate=True),
        *inputs,
        State(ids.APP_VIEW, "data"),
        prevent_initial_call=True,
    )(callback)


def saves(
    app: Dash, callback: Callable[..., Any], button: str, file: str, *held: State
) -> None:
    """A button that saves a file; without other states it gets the view."""
    app.callback(
        Output(file, "data"),
        Input(button, "n_clicks"),
        *(held or (State(ids.APP_VIEW, "data"),)),
        prevent_initial_call=True,
    )(callback)
