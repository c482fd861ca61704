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
COMPARE_COST_TABLE = "compare-cost-table"
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


TRADEOFF_ABOUT = "tradeoff-about"
TRADEOFF_STANDING = "tradeoff-standing"
"""The store with the view less the sliders and the plan: what the curve follows."""
TRADEOFF_HELD = "tradeoff-held"
"""The store with the view less the sliders: what the chosen plan follows."""
TRADEOFF_BASE = "tradeoff-base"
"""The store with what the scenario says where the sliders say nothing."""
TRADEOFF_CURVE = "tradeoff-curve"
"""The store with the figure before the chosen plan and the sliders' best are on it."""
TRADEOFF_MARK = "tradeoff-mark"
TRADEOFF_RING = "tradeoff-ring"
TRADEOFF_GRAPH = "tradeoff-graph"
TRADEOFF_FAMILY = "tradeoff-family"
TRADEOFF_METRIC = "tradeoff-metric"
TRADEOFF_BUSY = "tradeoff-busy"
TRADEOFF_START = "tradeoff-start"
TRADEOFF_START_ROW = "tradeoff-start-row"
TRADEOFF_NOTE = "tradeoff-note"
TRADEOFF_USD = "tradeoff-usd"
TRADEOFF_USD_INPUT = "tradeoff-usd-input"
TRADEOFF_USD_RESET = "tradeoff-usd-reset"
TRADEOFF_MS = "tradeoff-ms"
TRADEOFF_MS_INPUT = "tradeoff-ms-input"
TRADEOFF_MS_RESET = "tradeoff-ms-reset"
TRADEOFF_ANSWER = "tradeoff-answer"
TRADEOFF_CHOSEN = "tradeoff-chosen"
TRADEOFF_SHOW = "tradeoff-show"
TRADEOFF_PLANS = "tradeoff-plans"
TRADEOFF_PLANS_BUTTON = "tradeoff-plans-button"
TRADEOFF_PLANS_FILE = "tradeoff-plans-file"
TRADEOFF_EXPLAIN = "tradeoff-explain"
TRADEOFF_EXPLAINED = "tradeoff-explained"
"""The store with the view that the reasons were asked for."""
TRADEOFF_EXPLAINING = "tradeoff-explaining"
TRADEOFF_STALE = "tradeoff-stale"
TRADEOFF_STORY = "tradeoff-story"
TRADEOFF_REASONS = "tradeoff-reasons"
TRADEOFF_SEARCH = "tradeoff-search"
TRADEOFF_WHICH = "tradeoff-which"
TRADEOFF_REGIONS = "tradeoff-regions"
TRADEOFF_REGIONS_BUTTON = "tradeoff-regions-button"
TRADEOFF_REGIONS_FILE = "tradeoff-regions-file"
TRADEOFF_CARD = "tradeoff-card"


SCENARIO_TITLE = "scenario-title"
SCENARIO_COUNT = "scenario-count"
SCENARIO_TABS = "scenario-tabs"
SCENARIO_UPLOAD = "scenario-upload"
SCENARIO_DOWNLOAD = "scenario-download"
SCENARIO_FILE = "scenario-file"
SCENARIO_NAME = "scenario-name"
SCENARIO_SAVE = "scenario-save"
SCENARIO_RESET = "scenario-reset"
SCENARIO_SAID = "scenario-said"
SCENARIO_ERRORS = "scenario-errors"
SCENARIO_CONFLICT = "scenario-conflict"
"""What somebody else saved meanwhile, beside one's own."""
SCENARIO_DIFF = "scenario-diff"
SCENARIO_THEIRS = "scenario-theirs"
SCENARIO_MINE = "scenario-mine"
SCENARIO_STAMPS = "scenario-stamps"
"""The store that says which rows each grid holds, so that they are sent once."""
SCENARIO_WRONG = "scenario-wrong"
"""The store of what is wrong in the grids: by sheet, row and column."""
SCENARIO_GRIDS = "scenario-grids"
"""The store with the ids of the grids."""
SCENARIO_SEEN = "scenario-seen"
"""The store with the version of theirs that was shown."""


def scenario_grid(sheet: str) -> dict[str, Any]:
    """Id of the grid of a sheet."""
    return {"type": "scenario-grid", "sheet": sheet}


def scenario_add(sheet: str) -> dict[str, Any]:
    """Id of the button that adds a row to a sheet."""
    return {"type": "scenario-add", "sheet": sheet}


def scenario_delete(sheet: str) -> dict[str, Any]:
    """Id of the button that deletes the selected rows of a sheet."""
    return {"type": "scenario-delete", "sheet": sheet}


def scenario_field(form: Any, key: Any) -> dict[str, Any]:
    """Id of one input of a form."""
    return {"type": "scenario-field", "form": form, "key": key}


def scenario_mark(form: Any, key: Any) -> dict[str, Any]:
    """Id of the mark of a changed input."""
    return {"type": "scenario-mark", "form": form, "key": key}


def scenario_reset(form: Any, key: Any) -> dict[str, Any]:
    """Id of the button that resets one input."""
    return {"type": "scenario-reset", "form": form, "key": key}
