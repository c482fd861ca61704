"""The pages: each one a module with a path, a name, `layout` and `register`."""

from __future__ import annotations

from typing import Any, Protocol

from dash import Dash
from dash.development.base_component import Component


class Page(Protocol):
    """What a page module has; it is listed in `PAGES` of the application."""

    __name__: str
    PATH: str
    """Path below the dashboard's prefix."""
    NAME: str
    """Name in the navigation and the window's title."""

    def layout(self) -> Component:
        """The page without results, which callbacks fill in."""

    def register(self, app: Dash) -> None:
        """Wire the module's callbacks to the app."""


def late_parts(page: Any) -> list[Component]:
    """Parts of a page that are placed after its words (`components.late`), if any.

    A page with such parts lists them in a function of this name, so that their ids are
    known from the start.
    """
    parts: list[Component] = page.late_parts() if hasattr(page, "late_parts") else []
    return parts
