"""What a component tree says, and which ids it has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dash import Dash
from dash.development.base_component import Component


def parts(tree: Any) -> Iterator[Any]:
    """Every component and text of a tree, depth first."""
    if isinstance(tree, list | tuple):
        for part in tree:
            yield from parts(part)
    elif tree is not None:
        yield tree
        if isinstance(tree, Component):
            yield from parts(getattr(tree, "children", None))
            if isinstance(title := getattr(tree, "title", None), Component):
                yield from parts(title)


def text_of(tree: Any) -> str:
    """All words of a tree."""
    return " ".join(str(p) for p in parts(tree) if isinstance(p, str | int | float))


def ids_in(tree: Any) -> set[str]:
    """All ids of a tree."""
    components = (part for part in parts(tree) if isinstance(part, Component))
    found = (getattr(part, "id", None) for part in components)
    return {name for name in found if isinstance(name, str)}


def ready(app: Dash) -> Dash:
    """The app after its first request, when Dash has collected its callbacks."""
    assert app.server.test_client().get(app.config.url_base_pathname).status_code == 200
    return app


def callback_ids(app: Dash) -> set[str]:
    """Ids that the app's callbacks read or write."""
    found = set()
    for output, callback in app.callback_map.items():
        found |= {part.rpartition(".")[0] for part in output.strip(".").split("...")}
        found |= {entry["id"] for entry in [*callback["inputs"], *callback["state"]]}
    return {name.rpartition("@")[0] or name for name in found}
