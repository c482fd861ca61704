"""The application: the shell around the pages, and the server that runs it."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

import dash_mantine_components as dmc
import waitress
from dash import (
    Dash,
    Input,
    Output,
    State,
    dcc,
    html,
    no_update,
    set_props,
)
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate
from flask import Response, send_from_directory

from planner.dashboard import components, explain, ids, security, state
from planner.dashboard.library import Library
from planner.dashboard.pages import Page, compare, facts, late_parts, scenario, tradeoff
from planner.dashboard.view import View
from planner.dashboard.wiring import changes_view, client
from planner.domain.reading import MAX_BYTES
from planner.domain.scenario import Scenario
from planner.errors import PlannerError
from planner.facts import data_folder
from planner.reporting.maps import TOPOLOGY_NAME

PAGES: tuple[Page, ...] = (compare, tradeoff, scenario, facts)
"""All pages, in the order of the navigation."""

THREADS = 8
DAY_SECONDS = 24 * 60 * 60

INDEX = """<!DOCTYPE html>
<html lang="en">
  <head>
    {%metas%}
    <title>{%title%}</title>
    {%favicon%}
    {%css%}
  </head>
  <body>
    <noscript>This page needs JavaScript. The same figures come from the command line:
      acr-planner compare.</noscript>
    {%app_entry%}
    <footer>{%config%}{%scripts%}{%renderer%}</footer>
  </body>
</html>"""

META = [
    {"name": "viewport", "content": "width=device-width, initial-scale=1"},
    {"name": "description", "content": "Cost and latency of Azure Container Registry"},
    {"name": "color-scheme", "content": "light dark"},
]


def create_app(
    scenario: Scenario | None = None,
    url_prefix: str = "/",
    workspace: Path | None = None,
) -> Dash:
    """Make the dashboard, opened on a scenario (default: Contoso).

    Parameters
    ----------
    scenario
        What the first view shows.
    url_prefix
        Path under which the dashboard is served, such as `/planner/`.
    workspace
        Folder of scenarios that can be opened by name, and where they are saved.
    """
    prefix = f"/{url_prefix.strip('/')}/".replace("//", "/")
    app = _bare_app(prefix)
    app.server.config[state.LIBRARY] = Library(workspace, scenario)
    security.protect(app)
    pages = {prefix + page.PATH.lstrip("/"): page for page in PAGES}
    _wire_shell(app, pages)
    for page in PAGES:
        page.register(app)
    explain.register(app)
    with app.server.test_request_context(prefix):
        app.layout = partial(_shell, app, pages)  # Dash calls it at once
        every_page = [page.layout() for page in PAGES]
        every_page += [part for page in PAGES for part in late_parts(page)]
        all_of_it = html.Div([_shell(app, pages), *every_page])
    app.validation_layout = all_of_it  # type: ignore[assignment]  # Dash says None
    return app


def _wire_shell(app: Dash, pages: Mapping[str, Page]) -> None:
    """What the shell does: pages, the view in the address, undo, colours."""
    view, page = ids.APP_VIEW, ids.APP_PAGE
    client(
        app,
        "shell",
        "scheme",
        Output(ids.APP_SCHEME, "data"),
        Output(ids.APP_PROVIDER, "forceColorScheme"),
        Input(ids.APP_SCHEME_SWITCH, "n_clicks"),
    )
    client(
        app,
        "view",
        "open",
        Output(view, "data"),
        Output(page, "data"),
        Input(ids.APP_PROVIDER, "id"),
    )
    client(
        app,
        "view",
        "shown",
        Output(ids.APP_UNDO, "disabled"),
        Output(ids.APP_REDO, "disabled"),
        Input(view, "data"),
        Input(page, "data"),
    )
    client(app, "view", "undo", Input(ids.APP_UNDO, "n_clicks"))
    client(app, "view", "redo", Input(ids.APP_REDO, "n_clicks"))
    client(
        app,
        "view",
        "copy",
        Output(ids.APP_LINK_SAID, "children"),
        Input(ids.APP_LINK, "n_clicks"),
    )

    def open_page(path: str | None) -> Component:
        if path is None:
            raise PreventUpdate
        found = pages.get(path) or pages.get(f"{path.rstrip('/')}")
        return found.layout() if found else components.no_page(path)

    app.callback(Output(ids.APP_CONTENT, "children"), Input(page, "data"))(open_page)
    app.callback(
        Output(ids.APP_SCENARIO, "data"),
        Output(ids.APP_SCENARIO, "value"),
        Output(view, "data", allow_duplicate=True),
        Input(view, "data"),
        State(ids.APP_SCENARIO, "data"),
        State(ids.APP_SCENARIO, "value"),
        prevent_initial_call="initial_duplicate",
    )(show_scenario_name)
    changes_view(app, choose_scenario, Input(ids.APP_SCENARIO, "value"))


def show_scenario_name(
    data: Mapping[str, Any] | None, names: list[str] | None, name: str | None
) -> tuple[Any, Any, Any]:
    """The scenario in the header, and the version of its file before it is changed.

    What stands right already is left alone: an echo would cost a request.
    """
    if data is None:
        raise PreventUpdate
    library, view = state.library(), View.of(data)
    all_names, this_name = library.names(), view.scenario or library.default
    version = view.version or state.opened(view).version
    return (
        no_update if all_names == names else all_names,
        no_update if this_name == name else this_name,
        no_update if version == view.version else view.changed(version=version).data(),
    )


def choose_scenario(name: str | None, data: Mapping[str, Any]) -> dict[str, Any]:
    """Open another scenario of the library, without the changes to the last one."""
    library, old = state.library(), View.of(data)
    if not name or name == (old.scenario or library.default):
        raise PreventUpdate
    kept = View(metric=old.metric, family=old.family)
    return kept.changed(scenario=name, version=library.open(name).version).data()


def _bare_app(prefix: str) -> Dash:
    """The application without pages; all it needs comes from its own host."""
    app = Dash(
        "planner.dashboard",
        url_base_pathname=prefix,
        serve_locally=True,
        include_pages_meta=False,
        enable_mcp=False,
        title="acr-planner",
        update_title="",
        index_string=INDEX,
        meta_tags=META,
        on_error=tell_error,
    )
    app.server.config["MAX_CONTENT_LENGTH"] = 2 * MAX_BYTES
    address = f"{prefix}topojson/{TOPOLOGY_NAME}.json"
    app.server.add_url_rule(address, components.OUTLINES, land)
    return app


def _shell(app: Dash, pages: Mapping[str, Page]) -> dmc.MantineProvider:
    """What surrounds every page: header, notice, and the stores."""
    links = [
        html.A(page.NAME, href=path, className="nav-link")
        for path, page in pages.items()
    ]
    names = state.library().names()
    return dmc.MantineProvider(
        [
            dcc.Store(id=ids.APP_VIEW),
            dcc.Store(id=ids.APP_PAGE),
            dcc.Store(id=ids.APP_SCHEME),
            html.A(
                "Skip to the content", href=f"#{ids.APP_CONTENT}", className="skip-link"
            ),
            components.header(links, app.get_asset_url("mark.svg"), names),
            html.Div(id=ids.APP_NOTICE, role="alert", className="notice page-width"),
            html.Main(id=ids.APP_CONTENT, className="page-width", tabIndex=-1),
            explain.drawer(),
        ],
        id=ids.APP_PROVIDER,
        theme=components.THEME,
    )


def land() -> Response:
    """Land and country outlines, which Plotly would else fetch from the internet."""
    return send_from_directory(
        data_folder() / "map", f"{TOPOLOGY_NAME}.json", max_age=DAY_SECONDS
    )


def tell_error(error: Exception) -> None:
    """Show an error in place of the results; one we did not expect goes to the log."""
    if not isinstance(error, PlannerError):
        logging.getLogger(__name__).error("a callback failed", exc_info=error)
    set_props(ids.APP_NOTICE, {"children": components.error_notice(error)})


def serve(
    scenario: Scenario | None = None,
    host: str = "127.0.0.1",
    port: int = 8050,
    workspace: Path | None = None,
) -> None:
    """Run the dashboard until it is interrupted.

    Raises `PlannerError` when the address cannot be bound, or there is no such folder.
    """
    if workspace is not None and not workspace.is_dir():
        raise PlannerError(
            f"the workspace {workspace} is not a folder; create it first"
        )
    app = create_app(scenario, workspace=workspace)
    if security.is_loopback(host):
        app.server.config["TRUSTED_HOSTS"] = security.LOOPBACK_NAMES
    else:
        sys.stderr.write(
            f"warning: {host} can be reached from other machines, and the dashboard has "
            "no authentication. Put a proxy that has it in front.\n"
        )
    try:
        server = waitress.create_server(
            app.server, host=host, port=port, threads=THREADS, ident=None
        )
    except OSError as error:
        raise PlannerError(
            f"cannot listen on {host} port {port} ({error.strerror}); try another --port"
        ) from error
    library = Library(workspace, scenario)
    Thread(target=state.prepare, args=[library], daemon=True).start()
    shown = f"[{host}]" if ":" in host else host
    sys.stderr.write(f"Dashboard at http://{shown}:{port}/ (Ctrl+C stops it)\n")
    server.run()
