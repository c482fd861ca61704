"""The dashboard as a WSGI application: `server` is what a WSGI server is pointed at."""

from __future__ import annotations

from planner.dashboard import create_app

app = create_app()
server = app.server
