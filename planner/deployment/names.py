"""Names that Azure gives or allows.

Scripts and templates are written only for names that Azure itself would take, so that
no name can be more than a name; free text (a scenario's or a site's name) goes into
comments and quoted words only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from planner.domain.layout import Layout, Registry
from planner.domain.problem import Problem
from planner.errors import Finding, InputError

REGISTRY = re.compile(r"[a-z0-9]{5,50}")
WORD = "[a-z0-9]+(?:(?:[.]|_{1,2}|-+)[a-z0-9]+)*"
REPOSITORY = re.compile(f"{WORD}(?:/{WORD})*")
"""A repository, as the OCI distribution specification has it."""
LONGEST_REPOSITORY = 255
DOMAINS = {
    "AzureChinaCloud": "azurecr.cn",
    "AzureUSGovernment": "azurecr.us",
}
"""Registry domain by cloud, where it is not `azurecr.io`."""


def check_names(problem: Problem, *layouts: Layout) -> None:
    """Raise `InputError` with every registry and image that Azure would not take."""
    findings = [*_bad_registries(layouts), *_bad_images(problem.images)]
    if findings:
        raise InputError(findings, origin=problem.scenario.name)


def _bad_registries(layouts: Iterable[Layout]) -> Iterator[Finding]:
    names = {registry.name for layout in layouts for registry in layout.registries}
    for name in sorted(names):
        if not REGISTRY.fullmatch(name):
            yield Finding(
                ("registries",),
                f"{name!r} is no registry name: Azure takes 5 to 50 letters and digits, "
                "and its command line lower case only",
            )


def _bad_images(images: Iterable[str]) -> Iterator[Finding]:
    for name in images:
        if not REPOSITORY.fullmatch(name) or len(name) > LONGEST_REPOSITORY:
            yield Finding(
                ("images",),
                f"{name!r} is no repository name: lower-case letters and digits, parted "
                "by single . _ - or by /, for example team/website",
            )


def _domain(problem: Problem, registry: Registry) -> str:
    return DOMAINS.get(problem.region(registry.home).cloud, "azurecr.io")


def global_server(problem: Problem, registry: Registry) -> str:
    """The login server of a registry, for all of its locations."""
    return f"{registry.name}.{_domain(problem, registry)}"


def login_server(problem: Problem, registry: Registry, region: str) -> str:
    """The host in the image names of a site that a location serves.

    It is the global endpoint, but with pinned routing that of the location.
    """
    if registry.routing == "pinned":
        return f"{registry.name}.{region}.geo.{_domain(problem, registry)}"
    return global_server(problem, registry)


def symbol(registry: str) -> str:
    """A name for a registry inside a template, where none may begin with a digit."""
    return registry if registry[0].isalpha() else f"r{registry}"
