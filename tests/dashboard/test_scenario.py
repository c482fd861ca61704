"""The page of inputs: every edit is a patch, every complaint the command line's."""

from __future__ import annotations

import base64
from types import SimpleNamespace

import pytest
from dash import no_update
from dash.exceptions import PreventUpdate

from planner.dashboard import create_app, forms, ids, state
from planner.dashboard.edits import patched
from planner.dashboard.pages import scenario as page
from planner.dashboard.rows import BY_NAME, SHEETS, changed_row, rows_of
from planner.dashboard.view import View
from planner.domain.reading import dump_scenario, parse_scenario
from planner.domain.scenario import Assumptions, Goals
from planner.errors import InputError
from tests.dashboard.helpers import text_of

FIRST = View().data()


def triggered(monkeypatch, **what) -> None:
    """Pretend that a control was used."""
    fake = SimpleNamespace(triggered_id=what, triggered=[{"value": 1}])
    monkeypatch.setattr(page, "ctx", fake)


def edited(monkeypatch, sheet: str, number: int, data: dict, **cells) -> dict:
    """The view after some cells of a row were changed."""
    current = page.data_of(View.of(data))
    row = rows_of(BY_NAME[sheet], current, ())[number]
    triggered(monkeypatch, type="scenario-grid", sheet=sheet)
    return page.edit_cell([{"data": {**row, **cells}}], data)


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
@pytest.mark.parametrize("name", ["contoso", "worldwide"])
def test_a_row_that_was_not_changed_changes_nothing(sheet, name):
    """What a grid does not show stays in the scenario as it is."""
    data = page.data_of(View(scenario=name))
    rows = rows_of(sheet, data, ())
    for row in rows:
        assert state.parse(changed_row(sheet, data, row)) == state.parse(data)
    assert len({row["at"] for row in rows}) == len(rows)


@pytest.mark.usefixtures("in_app")
def test_a_changed_cell_changes_the_bill(monkeypatch):
    """More GB at a site that is served from afar cost more, in the same view."""
    before = state.plans(View()).all["today"].cost.bill_usd
    rows = rows_of(BY_NAME["demand"], page.data_of(View()), ())
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
    assert finding.message in text_of(shown[2])
    assert shown[3][1]["region_error"] == finding.message
    right = edited(monkeypatch, "sites", 1, wrong, region="eastus")
    assert right == FIRST
    assert page.show(right)[2] is None


@pytest.mark.usefixtures("in_app")
def test_a_text_in_a_number_is_kept_and_told(monkeypatch):
    """What somebody typed is not thrown away; it is said what is wrong with it."""
    wrong = edited(monkeypatch, "images", 0, FIRST, size_gb="much")
    row = page.show(wrong)[5][0]
    assert row["size_gb"] == "much"
    assert "number" in row["size_gb_error"]


@pytest.mark.usefixtures("in_app")
def test_rows_come_and_go(monkeypatch):
    """A new row is there at once; deleting it gives the scenario back as it was."""
    for sheet in SHEETS:
        triggered(monkeypatch, type="scenario-add", sheet=sheet.name)
        added = page.add_row(1, FIRST)
        rows = rows_of(sheet, page.data_of(View.of(added)), ())
        before = rows_of(sheet, page.data_of(View()), ())
        new = [row for row in rows if row["at"] not in {r["at"] for r in before}]
        assert len(new) == 1
        triggered(monkeypatch, type="scenario-delete", sheet=sheet.name)
        left = View.of(page.delete_rows(1, new, added))
        assert patched(page.data_of(left), {}) == page.data_of(View())


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
    }


@pytest.mark.usefixtures("in_app")
def test_a_goal_is_set_marked_and_reset(monkeypatch):
    """A changed input carries a mark, and a reset takes exactly it back."""
    changed = page.changed_field("goals", "max_rtt_ms", 80, FIRST)
    view = View.of(changed)
    assert state.scenario(view).goals.max_rtt_ms == 80
    *_, hidden = page.show(changed)
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
    *_, errors, _ = page.show(wrong)
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
    data, said = page.upload(packed(dump_scenario(mine)), "mine.yaml", FIRST)
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
    data, said = page.upload(packed(content), "broken.yaml", FIRST)
    assert data is no_update
    assert words in text_of(said)


@pytest.mark.usefixtures("in_app")
def test_the_download_is_what_the_command_line_reads(contoso):
    """Reading the downloaded file gives an equal scenario."""
    file, _ = page.download(1, FIRST)
    assert file["filename"] == "contoso.yaml"
    assert parse_scenario(file["content"]) == contoso


def test_saving_and_the_conflict(monkeypatch, tmp_path):
    """Of two who change one version the second sees both, and nothing is lost."""
    app = create_app(workspace=tmp_path)
    with app.server.test_request_context("/"):
        triggered(monkeypatch)
        first = page.save(1, None, "shop", None, FIRST)[0]
        assert View.of(first).scenario == "shop"
        theirs = page.changed_field("goals", "max_rtt_ms", 80, first)
        mine = page.changed_field("goals", "max_rtt_ms", 50, first)
        assert View.of(page.save(1, None, "", None, theirs)[0]).edits == {}
        view, told, hidden, diff, seen = page.save(1, None, "", None, mine)
        assert view is no_update
        assert not hidden
        assert "newer version" in text_of(told)
        assert "-  max_rtt_ms: 80" in diff
        assert "+  max_rtt_ms: 50" in diff
        opened, _ = page.open_theirs(1, "", mine)
        assert state.scenario(View.of(opened)).goals.max_rtt_ms == 80
        fake = SimpleNamespace(triggered_id=ids.SCENARIO_MINE, triggered=[{"value": 1}])
        monkeypatch.setattr(page, "ctx", fake)
        page.save(1, 1, "", seen, mine)
        assert state.library().open("shop").scenario.goals.max_rtt_ms == 50


@pytest.mark.usefixtures("in_app")
def test_without_a_workspace_the_way_out_is_said(monkeypatch):
    """Saving without a folder names the option and the download."""
    triggered(monkeypatch)
    assert "--workspace" in text_of(page.save(1, None, "shop", None, FIRST)[1])


@pytest.mark.usefixtures("in_app")
def test_all_changes_are_taken_back():
    """One press gives the scenario as it was opened."""
    changed = page.changed_field("goals", "max_rtt_ms", 80, FIRST)
    assert page.reset_all(1, changed) == FIRST
