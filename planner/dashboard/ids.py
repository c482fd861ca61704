"""Ids of everything a callback reads or writes, `page-thing`, each used once."""

from __future__ import annotations

from typing import Any

APP_VIEW = "app-view"
"""The store that holds the view (`planner.dashboard.view`); all results follow from it."""
APP_PAGE = "app-page"
"""The store that holds the path of the page."""
APP_CONTENT = "app-content"
APP_PROVIDER = "app-provider"
APP_SCHEME = "app-scheme"
"""The store that says `light` or `dark`, which figures follow."""
APP_SCHEME_SWITCH = "app-scheme-switch"
APP_SCENARIO = "app-scenario"
"""The control that chooses a scenario of the library."""
APP_UNDO = "app-undo"
APP_REDO = "app-redo"
APP_LINK = "app-link"
APP_LINK_SAID = "app-link-said"
APP_NOTICE = "app-notice"
"""Where an error is told; while it holds one, the page's results are hidden."""

EXPLAIN = "explain"
"""The drawer with the lines behind a figure."""
EXPLAIN_TITLE = "explain-title"
EXPLAIN_LEAD = "explain-lead"
EXPLAIN_GRID = "explain-grid"
EXPLAIN_ASKED = "explain-asked"
"""The store that says which plan and which figure are explained."""
EXPLAIN_SAVE = "explain-save"
EXPLAIN_FILE = "explain-file"

COMPARE_ANSWER = "compare-answer"
COMPARE_STATES = "compare-states"
COMPARE_PLANNER = "compare-planner"
"""All that shows an evaluated plan; hidden while there is none."""
COMPARE_PLAN = "compare-plan"
"""The control that chooses the plan on the map."""
COMPARE_REGISTRY = "compare-registry"
COMPARE_REGISTRY_ROW = "compare-registry-row"
COMPARE_REGION = "compare-region"
COMPARE_TOGGLE = "compare-toggle"
COMPARE_SAID = "compare-said"
"""What the last change did, in words."""
COMPARE_MAP = "compare-map"
COMPARE_COST = "compare-cost"
COMPARE_COST_BUTTON = "compare-cost-button"
COMPARE_COST_FILE = "compare-cost-file"
COMPARE_PINS = "compare-pins"
COMPARE_PIN = "compare-pin"
COMPARE_KPIS = "compare-kpis"
COMPARE_KPIS_DATA = "compare-kpis-data"
COMPARE_KPIS_BUTTON = "compare-kpis-button"
COMPARE_KPIS_FILE = "compare-kpis-file"
COMPARE_SITES = "compare-sites"
COMPARE_SITES_BUTTON = "compare-sites-button"
COMPARE_SITES_FILE = "compare-sites-file"
COMPARE_NOTES = "compare-notes"


def room(name: str) -> str:
    """Id of the room for a late part."""
    return f"{name}-room"


def late(name: str) -> str:
    """Id of the store that holds a late part until it is placed."""
    return f"{name}-late"


def unpin_button(plan: Any) -> dict[str, Any]:
    """Id of the button that takes a plan away."""
    return {"type": "unpin", "plan": plan}


FACTS_TABS = "facts-tabs"
FACTS_PLACE = "facts-place"
"""The control that chooses from where round trips are shown."""
FACTS_OWN_LEAD = "facts-own-lead"


def facts_table(name: str) -> str:
    """Id of a table on the page of facts."""
    return f"facts-{name}-table"


def facts_filter(name: str) -> str:
    """Id of the field that filters that table."""
    return f"facts-{name}-filter"


def facts_button(name: str) -> str:
    """Id of the button that saves that table."""
    return f"facts-{name}-button"


def facts_file(name: str) -> str:
    """Id of the download of that table."""
    return f"facts-{name}-file"
