"""The page of inputs: every edit is a patch, every complaint the command line's."""

from __future__ import annotations

import base64
from types import SimpleNamespace

import pytest
from dash import no_update
from dash.exceptions import PreventUpdate

from planner.dashboard import create_app, forms, ids, scenario_files, state
from planner.dashboard.edits import patched
from planner.dashboard.pages import scenario as page
from planner.dashboard.rows import changed_row, rows_of
from planner.dashboard.sheets import BY_NAME, SHEETS
from planner.dashboard.view import View
from planner.domain.reading import dump_scenario, parse_scenario
from planner.domain.scenario import Assumptions, Goals, PriceOverrides
from planner.errors import InputError
from tests.dashboard.helpers import parts, text_of

FIRST = View().data()


def triggered(monkeypatch, **what) -> None:
    """Pretend that a control was used."""
    fake = SimpleNamespace(triggered_id=what, triggered=[{"value": 1}])
    for module in (page, scenario_files):
        monkeypatch.setattr(module, "ctx", fake)


def edited(monkeypatch, sheet: str, number: int, data: dict, **cells) -> dict:
    """The view after some cells of a row were changed."""
    current = state.data(View.of(data))
    row = rows_of(BY_NAME[sheet], current)[number]
    triggered(monkeypatch, type="scenario-grid", sheet=sheet)
    return page.edit_cell([{"data": {**row, **cells}}], None, data)[0]


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
@pytest.mark.parametrize("name", ["contoso", "worldwide"])
def test_a_row_that_was_not_changed_changes_nothing(sheet, name):
    """What a grid does not show stays in the scenario as it is."""
    data = state.data(View(scenario=name))
    rows = rows_of(sheet, data)
    for row in rows:
        assert state.parse(changed_row(sheet, data, row)) == state.parse(data)
    assert len({row["at"] for row in rows}) == len(rows)


@pytest.mark.usefixtures("in_app")
def test_a_changed_cell_changes_the_bill(monkeypatch):
    """More GB at a site that is served from afar cost more, in the same view."""
    before = state.plans(View()).all["today"].cost.bill_usd
    rows = rows_of(BY_NAME["demand"], state.data(View()))
    number = next(i for i, row in enumerate(rows) if row["site"] == "aks-eastus")
    view = View.of(edited(monkeypatch, "demand", number, FIRST, gb_per_month=1390))
    after = state.plans(view).all["today"].cost.bill_usd
    assert after - before == pytest.approx(1000 * 0.02)
    assert list(view.edits) == ["sites"]


@pytest.mark.usefixtures("in_app")
def test_a_wrong_cell_is_told_as_the_command_line_would(monkeypatch):
    """The sentence stands at the cell and above, and the page goes on working."""
    wrong = edited(monkeypatch, "sites", 1, FIRST, region="eastusa")
    view = View.of(wrong)
    with pytest.raises(InputError) as told:
        parse_scenario(state.scenario_text(view), is_json=True)
    (finding,) = told.value.findings
    shown = page.show(wrong)
    assert f"{finding.where}: {finding.message}" in text_of(shown.errors)
    assert shown.wrong == {"sites": {"sites/1": {"region": finding.message}}}
    right = edited(monkeypatch, "sites", 1, wrong, region="eastus")
    assert right == FIRST
    assert page.show(right).errors is None
    assert page.show(right).wrong == {}


@pytest.mark.usefixtures("in_app")
def test_a_text_in_a_number_is_kept_and_told(monkeypatch):
    """What somebody typed is not thrown away; it is said what is wrong with it."""
    wrong = edited(monkeypatch, "images", 0, FIRST, size_gb="much")
    shown = page.show(wrong)
    assert shown.rows[2][0]["size_gb"] == "much"
    assert "must be a number" in shown.wrong["images"]["images/0"]["size_gb"]


@pytest.mark.usefixtures("in_app")
def test_rows_come_and_go(monkeypatch):
    """A new row is there at once; deleting it gives the scenario back as it was."""
    for sheet in SHEETS:
        triggered(monkeypatch, type="scenario-add", sheet=sheet.name)
        added = page.add_row(1, FIRST)
        rows = rows_of(sheet, state.data(View.of(added)))
        before = rows_of(sheet, state.data(View()))
        new = [row for row in rows if row["at"] not in {r["at"] for r in before}]
        assert len(new) == 1
        triggered(monkeypatch, type="scenario-delete", sheet=sheet.name)
        left = View.of(page.delete_rows(1, new, added))
        assert patched(state.data(left), {}) == state.data(View())


@pytest.mark.usefixtures("in_app")
def test_demand_moves_to_another_site(monkeypatch):
    """Changing the site of a demand row takes the entry there."""
    moved = View.of(edited(monkeypatch, "demand", 0, FIRST, site="aks-eastus"))
    sites = {site.name: site for site in state.scenario(moved).sites}
    assert len(sites["aks-westus"].demand) == 2
    assert len(sites["aks-eastus"].demand) == 4


@pytest.mark.usefixtures("in_app")
def test_replicas_are_a_list_in_one_cell(monkeypatch):
    """Names parted by commas become the registry's replicas."""
    view = View.of(edited(monkeypatch, "layouts", 2, FIRST, replicas="eastus, westus2"))
    layout = state.scenario(view).layouts["geo-replicated"]
    assert layout.registries[0].replicas == ("eastus", "westus2")


def test_every_field_has_an_input():
    """No goal and no assumption is left out of the forms."""
    keys = {(entry.form, entry.key) for entry in forms.ENTRIES}
    assert keys == {
        *(("goals", key) for key in Goals.model_fields),
        *(("assumptions", key) for key in Assumptions.model_fields),
        *(("about", key) for key in ("name", "description", "baseline")),
        ("prices", "private_endpoint_usd_per_hour"),
        ("prices", "private_endpoint_usd_per_gb"),
    }
    lists = {sheet.name for sheet in SHEETS}
    own = set(PriceOverrides.model_fields) - lists
    assert own == {key for form, key in keys if form == "prices"}


@pytest.mark.usefixtures("in_app")
def test_a_goal_is_set_marked_and_reset(monkeypatch):
    """A changed input carries a mark, and a reset takes exactly it back."""
    changed = page.changed_field("goals", "max_rtt_ms", 80, FIRST)
    view = View.of(changed)
    assert state.scenario(view).goals.max_rtt_ms == 80
    hidden = page.show(changed).unmarked
    marked = [e.key for e, h in zip(forms.ENTRIES, hidden, strict=True) if not h]
    assert marked == ["max_rtt_ms"]
    triggered(monkeypatch, form="goals", key="max_rtt_ms")
    assert page.reset_field(1, changed) == FIRST
    with pytest.raises(PreventUpdate):
        page.changed_field("goals", "home", "westus", FIRST)


@pytest.mark.usefixtures("in_app")
def test_a_wrong_goal_is_told_at_its_input():
    """A negative latency stands in the form with the sentence beside it."""
    wrong = page.changed_field("goals", "max_rtt_ms", -5, FIRST)
    errors = page.show(wrong).field_errors
    told = [e.key for e, error in zip(forms.ENTRIES, errors, strict=True) if error]
    assert told == ["max_rtt_ms"]


def packed(text: str | bytes) -> str:
    """A file as the browser sends it."""
    raw = text if isinstance(text, bytes) else text.encode()
    return "data:application/x-yaml;base64," + base64.b64encode(raw).decode()


@pytest.mark.usefixtures("in_app")
def test_a_file_takes_the_scenarios_place(contoso):
    """A dropped file is shown as if the server had been opened on it."""
    mine = contoso.model_copy(update={"name": "mine", "baseline": "geo-replicated"})
    data, said = scenario_files.upload(packed(dump_scenario(mine)), "mine.yaml", FIRST)
    assert state.scenario(View.of(data)) == mine
    assert "mine.yaml" in text_of(said)


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("name: x\nsites: []\n", "broken.yaml: sites"),
        ("a: [", "broken.yaml"),
        (b"\xff\xfe\x00", "UTF-8"),
        ("", "empty"),
    ],
)
def test_a_broken_file_changes_nothing(content, words):
    """The command line's sentences are told, and the view stays."""
    data, said = scenario_files.upload(packed(content), "broken.yaml", FIRST)
    assert data is no_update
    assert words in text_of(said)


@pytest.mark.usefixtures("in_app")
def test_the_download_is_what_the_command_line_reads(contoso):
    """Reading the downloaded file gives an equal scenario."""
    file, _ = scenario_files.download(1, FIRST)
    assert file["filename"] == "contoso.yaml"
    assert parse_scenario(file["content"]) == contoso


def test_saving_and_the_conflict(monkeypatch, tmp_path):
    """Of two who change one version the second sees both, and nothing is lost."""
    app = create_app(workspace=tmp_path)
    with app.server.test_request_context("/"):
        triggered(monkeypatch)
        first = scenario_files.save(1, None, "shop", None, FIRST)[0]
        assert View.of(first).scenario == "shop"
        theirs = page.changed_field("goals", "max_rtt_ms", 80, first)
        mine = page.changed_field("goals", "max_rtt_ms", 50, first)
        assert View.of(scenario_files.save(1, None, "", None, theirs)[0]).edits == {}
        view, told, hidden, diff, seen = scenario_files.save(1, None, "", None, mine)
        assert view is no_update
        assert not hidden
        assert "newer version" in text_of(told)
        assert "-  max_rtt_ms: 80" in diff
        assert "+  max_rtt_ms: 50" in diff
        opened, _ = scenario_files.open_theirs(1, "", mine)
        assert state.scenario(View.of(opened)).goals.max_rtt_ms == 80
        fake = SimpleNamespace(triggered_id=ids.SCENARIO_MINE, triggered=[{"value": 1}])
        monkeypatch.setattr(scenario_files, "ctx", fake)
        scenario_files.save(1, 1, "", seen, mine)
        assert state.library().open("shop").scenario.goals.max_rtt_ms == 50


@pytest.mark.usefixtures("in_app")
def test_without_a_workspace_the_way_out_is_said(monkeypatch):
    """Saving without a folder names the option and the download."""
    triggered(monkeypatch)
    assert "--workspace" in text_of(
        scenario_files.save(1, None, "shop", None, FIRST)[1]
    )


@pytest.mark.usefixtures("in_app")
def test_all_changes_are_taken_back():
    """One press gives the scenario as it was opened."""
    changed = page.changed_field("goals", "max_rtt_ms", 80, FIRST)
    assert scenario_files.reset_all(1, changed) == FIRST


@pytest.mark.usefixtures("in_app")
def test_rows_that_a_grid_holds_are_not_sent_again(monkeypatch):
    """Of a large scenario only what changed elsewhere goes to the browser."""
    shown = page.show(FIRST)
    again = page.show(FIRST, shown.stamps)
    assert all(rows is no_update for rows in again.rows)
    row = {**shown.rows[0][0], "nodes": 31}
    triggered(monkeypatch, type="scenario-grid", sheet="sites")
    view, stamps, said = page.edit_cell([{"data": row}], shown.stamps, FIRST)
    assert said is None
    typed = page.show(view, stamps)
    assert all(rows is no_update for rows in typed.rows)
    undone = page.show(FIRST, typed.stamps)
    assert [rows is no_update for rows in undone.rows].count(False) == 1
    assert undone.rows[0][0]["nodes"] == 30


@pytest.mark.usefixtures("in_app")
def test_demand_of_an_unknown_site_is_refused(monkeypatch):
    """A misspelt site is told with the nearest one, and the grid shows the old again."""
    shown = page.show(FIRST)
    row = {**shown.rows[1][0], "site": "aks-eastu"}
    triggered(monkeypatch, type="scenario-grid", sheet="demand")
    view, stamps, said = page.edit_cell([{"data": row}], shown.stamps, FIRST)
    assert view == FIRST
    assert "did you mean 'aks-eastus'" in text_of(said)
    assert page.show(view, stamps).rows[1] == shown.rows[1]


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize(
    "edits",
    [
        {"sites": 5},
        {"sites": [5]},
        {"sites": {"changed": 5}},
        {"sites": [{"name": 3, "demand": 7}]},
        {"layouts": [1]},
        {"layouts": {"a": 5}},
        {"layouts": {"today": {"registries": [{"replicas": [3], "pins": 3}]}}},
        {"layouts": {"": {"registries": []}}},
        {"images": [{"name": {"a": 1}}]},
        {"goals": 5},
        {"goals": {"required_regions": 5, "home": ["x"]}},
        {"assumptions": {"local_rtt_ms": {"a": 1}}},
        {"price_overrides": {"storage": 5}},
        {"name": None},
        {"goals": {"home": "usgovvirginia"}},
    ],
)
def test_the_page_stands_whatever_a_link_holds(edits, monkeypatch):
    """However wrong a scenario is, the page tells it, and can be used to mend it."""
    data = View(edits=edits).data()
    assert page.show(data).errors is not None
    for sheet in SHEETS:
        triggered(monkeypatch, type="scenario-add", sheet=sheet.name)
        page.show(page.add_row(1, data))
    assert page.show(scenario_files.reset_all(1, data)).errors is None


@pytest.mark.usefixtures("in_app")
def test_names_are_followed(monkeypatch):
    """A renamed site, image, source or layout is renamed wherever it is used."""
    view = edited(monkeypatch, "sites", 0, FIRST, name="west, old")
    view = edited(monkeypatch, "images", 0, view, name="shop")
    view = edited(monkeypatch, "push_sources", 0, view, name="office")
    view = edited(monkeypatch, "layouts", 2, view, layout="geo")
    scenario = state.scenario(View.of(view))
    today = scenario.layouts["today"].registries[0]
    assert today.serves == ("west, old", "aks-eastus", "aks-canadacentral")
    assert scenario.sites[0].demand[0].image == "shop"
    assert scenario.images[0].pushed_from == "office"
    back = edited(monkeypatch, "layouts", 0, view, serves="aks-eastus")
    rows = rows_of(BY_NAME["layouts"], state.data(View.of(view)))
    assert rows[0]["serves"].startswith('"west, old", aks-eastus')
    again = edited(monkeypatch, "layouts", 0, back, serves=rows[0]["serves"])
    assert state.scenario(View.of(again)) == scenario


@pytest.mark.usefixtures("in_app")
def test_the_baseline_follows_its_layout():
    """What is in use today stays so under a new name, named or not."""
    current = state.data(View())
    row = rows_of(BY_NAME["layouts"], current)[2]
    alone = {key: value for key, value in current.items() if key != "baseline"}
    geo = {"geo-replicated": current["layouts"]["geo-replicated"]}
    for data in ({**alone, "layouts": geo}, {**current, "baseline": "geo-replicated"}):
        renamed = changed_row(BY_NAME["layouts"], data, {**row, "layout": "now"})
        assert renamed["baseline"] == "now"


@pytest.mark.usefixtures("in_app")
def test_prices_of_ones_own(monkeypatch):
    """A price is asked for, not invented; given, it is in the bill."""
    triggered(monkeypatch, type="scenario-add", sheet="registry_fees")
    added = page.add_row(1, FIRST)
    shown = page.show(added)
    at = "price_overrides/registry_fees/0"
    assert "required" in shown.wrong["registry_fees"][at]["usd_per_day"]
    given = edited(monkeypatch, "registry_fees", 0, added, usd_per_day=0)
    before = state.plans(View()).all["geo-replicated"].cost.bill_usd
    after = state.plans(View.of(given)).all["geo-replicated"].cost.bill_usd
    fee = before - after
    assert fee == pytest.approx(4 * 1.667 * 730 / 24, rel=0.01)


def test_a_newer_version_is_told(monkeypatch, tmp_path):
    """Whoever looks at a version that was replaced is told, and still sees it."""
    app = create_app(workspace=tmp_path)
    with app.server.test_request_context("/"):
        triggered(monkeypatch)
        first = scenario_files.save(1, None, "shop", None, FIRST)[0]
        assert "newer" not in text_of(page.show(first).changes)
        theirs = page.changed_field("goals", "max_rtt_ms", 80, first)
        scenario_files.save(1, None, "", None, theirs)
        assert "newer version" in text_of(page.show(first).changes)
        assert state.scenario(View.of(first)).goals.max_rtt_ms is None
        newest = scenario_files.reset_all(1, first)
        assert state.scenario(View.of(newest)).goals.max_rtt_ms == 80


@pytest.mark.usefixtures("in_app")
def test_a_workspace_is_offered_only_where_there_is_one(tmp_path):
    """Without a workspace the page says how to get one; with one it can be saved."""

    def hidden() -> list[str]:
        found = [p for p in parts(page.layout()) if getattr(p, "hidden", False)]
        return [text_of(part) for part in found]

    def told(words: list[str]) -> bool:
        return any("--workspace DIR" in text for text in words)

    assert "Save" in hidden()
    assert not told(hidden())
    with create_app(workspace=tmp_path).server.test_request_context("/"):
        assert told(hidden())
        assert "Save" not in hidden()
