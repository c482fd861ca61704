"""A report as PDF: the light page, printed by WeasyPrint, the extra `pdf`."""

from __future__ import annotations

import hashlib
from typing import NoReturn

from planner.errors import InputError
from planner.reporting.html import light_report
from planner.reporting.report import Report


def pdf_report(report: Report) -> bytes:
    """The report as a PDF document.

    Raises
    ------
    InputError
        If WeasyPrint is not installed.
    """
    try:
        from weasyprint import HTML
    except ImportError as error:
        raise InputError(
            "a PDF needs WeasyPrint; install the extra: pip install 'acr-planner[pdf]'"
        ) from error
    page = light_report(report)
    document = HTML(string=page, base_url=None, url_fetcher=_refused)
    name = hashlib.sha256(page.encode()).digest()[:16]  # else a new one at each run
    content: bytes = document.write_pdf(pdf_identifier=name)
    return content


def _refused(url: str, *_: object, **__: object) -> NoReturn:
    """Nothing that a page names is fetched, neither from a network nor from a disk."""
    raise ValueError(f"a report fetches nothing, and so not {url}")
