"""Headers that keep the dashboard to itself, and which hosts it answers to."""

from __future__ import annotations

from ipaddress import ip_address

from dash import Dash
from flask import Response

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}

# Mantine, AG Grid and Plotly write style elements and attributes as they draw, so inline
# styles stay allowed; inline scripts are allowed by their hashes only.
POLICY = {
    "default-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}

LOOPBACK_NAMES = ["localhost", "127.0.0.1", "[::1]"]


def protect(app: Dash) -> None:
    """Put the headers on every answer."""

    def add_headers(response: Response) -> Response:
        response.headers.update(HEADERS)
        if response.mimetype == "text/html":
            response.headers["Content-Security-Policy"] = content_policy(app)
        return response

    app.server.after_request(add_headers)


def content_policy(app: Dash) -> str:
    """The Content-Security-Policy with the hashes of Dash's own inline scripts."""
    scripts = " ".join(["'self'", *app.csp_hashes()])
    return "; ".join(f"{k} {v}" for k, v in (POLICY | {"script-src": scripts}).items())


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the host."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
