"""The Dash dashboard: `create_app` makes it, `serve` runs it on a production server."""

from __future__ import annotations

from planner.dashboard.app import create_app, serve

__all__ = ["create_app", "serve"]
