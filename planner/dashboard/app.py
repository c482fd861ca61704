"""The application: the shell around the pages, and the server that runs it."""

from __future__ import annotations

import logging
import sys
from threading import Thread

import dash_mantine_components as dmc
import waitress
from dash import (
    ClientsideFunction,
    Dash,
    Input,
    Output,
    dcc,
    html,
    page_container,
    register_page,
    set_props,
)
from flask import Response, send_from_directory

from planner.dashboard import components, ids, security, state
from planner.dashboard.pages import Page, compare
from planner.domain.reading import MAX_BYTES, load_scenario
from planner.domain.scenario import Scenario
from planner.errors import PlannerError
from planner.facts import data_folder
from planner.reporting.maps import TOPOLOGY_NAME

PAGES: tuple[Page, ...] = (compare,)
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


def create_app(scenario: Scenario | None = None, url_prefix: str = "/") -> Dash:
    """Make the dashboard, opened on a scenario (default: Contoso).

    Parameters
    ----------
    scenario
        What the first view shows.
    url_prefix
        Path under which the dashboard is served, such as `/planner/`.
    """
    prefix = f"/{url_prefix.strip('/')}/".replace("//", "/")
    app = _bare_app(prefix)
    security.protect(app)
    for page in PAGES:
        register_page(  # type: ignore[no-untyped-call]  # Dash leaves it untyped
            page.__name__,
            path=page.PATH,
            name=page.NAME,
            title=f"{page.NAME} · acr-planner",
            layout=page.layout,
        )
        page.register(app)
    app.clientside_callback(  # type: ignore[no-untyped-call]  # likewise
        ClientsideFunction("shell", "scheme"),
        Output(ids.APP_SCHEME, "data"),
        Output(ids.APP_PROVIDER, "forceColorScheme"),
        Input(ids.APP_SCHEME_SWITCH, "n_clicks"),
    )
    app.layout = _shell(app, prefix, scenario or load_scenario("contoso"))
    return app


def _bare_app(prefix: str) -> Dash:
    """The application without pages; all it needs comes from its own host."""
    app = Dash(
        "planner.dashboard",
        use_pages=True,
        pages_folder="",
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


def _shell(app: Dash, prefix: str, scenario: Scenario) -> dmc.MantineProvider:
    """What surrounds every page: header, notice and the scenario's store."""
    links = [
        dcc.Link(page.NAME, href=prefix + page.PATH.lstrip("/"), className="nav-link")
        for page in PAGES
    ]
    return dmc.MantineProvider(
        [
            dcc.Store(id=ids.APP_SCENARIO, data=state.encode(scenario)),
            dcc.Store(id=ids.APP_SCHEME),
            html.A("Skip to the content", href="#main", className="skip-link"),
            components.header(links, app.get_asset_url("mark.svg")),
            html.Div(id=ids.APP_NOTICE, role="alert", className="notice page-width"),
            html.Main(page_container, id="main", className="page-width"),
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
    scenario: Scenario | None = None, host: str = "127.0.0.1", port: int = 8050
) -> None:
    """Run the dashboard until it is interrupted.

    Raises `PlannerError` when the address cannot be bound.
    """
    scenario = scenario or load_scenario("contoso")
    app = create_app(scenario)
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
    Thread(target=state.prepare, args=[scenario], daemon=True).start()
    shown = f"[{host}]" if ":" in host else host
    sys.stderr.write(f"Dashboard at http://{shown}:{port}/ (Ctrl+C stops it)\n")
    server.run()
