"""Scenarios by name: found, saved whole or not at all, never lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from planner.dashboard.library import ConflictError, Library, is_file_name
from planner.domain.reading import dump_scenario, load_scenario
from planner.errors import InputError


def test_the_served_scenario_comes_first(contoso, tmp_path):
    """The first view is what the server was opened on; all others follow by name."""
    mine = contoso.model_copy(update={"name": "mine"})
    library = Library(tmp_path, mine)
    library.save("shop", contoso, "")
    assert library.names() == ["mine", "shop", "contoso", "worldwide"]
    assert library.open().scenario == mine


def test_a_saved_file_is_what_the_command_line_reads(contoso, tmp_path):
    """Saving and loading gives an equal scenario."""
    Library(tmp_path).save("shop", contoso, "")
    assert load_scenario(tmp_path / "shop.yaml") == contoso
    assert [path.name for path in tmp_path.iterdir()] == ["shop.yaml"]


def test_the_second_of_two_savers_is_told(contoso, tmp_path):
    """A save over a newer version is refused; both versions are there to be compared."""
    library = Library(tmp_path)
    first = library.save("shop", contoso, "")
    theirs = contoso.model_copy(update={"description": "theirs"})
    mine = contoso.model_copy(update={"description": "mine"})
    library.save("shop", theirs, first.version)
    with pytest.raises(ConflictError) as told:
        library.save("shop", mine, first.version)
    assert told.value.theirs.scenario == theirs
    assert library.open("shop").scenario == theirs
    library.save("shop", mine, told.value.theirs.version)
    assert library.open("shop").scenario == mine


def test_a_new_name_never_replaces_a_file(contoso, tmp_path):
    """Whoever saves under a name that is taken is told, not obeyed."""
    library = Library(tmp_path)
    library.save("shop", contoso, "")
    with pytest.raises(ConflictError):
        library.save("shop", contoso.model_copy(update={"description": "x"}), "")
    assert library.open("shop").scenario == contoso


def test_of_many_savers_at_once_one_wins(contoso, tmp_path):
    """However many save the same version at the same time, one does and the others know."""
    library = Library(tmp_path)
    first = library.save("shop", contoso, "")

    def save(number: int) -> bool:
        changed = contoso.model_copy(update={"description": str(number)})
        try:
            library.save("shop", changed, first.version)
        except InputError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(save, range(16))) == 1


@pytest.mark.parametrize(
    "name",
    ["../x", "a/b", "a\\b", ".hidden", "", "x" * 81, "a\0b", "a\nb", "-x", " x", "x "],
)
def test_hostile_names_are_no_file_names(name, contoso, tmp_path):
    """No name leads out of the workspace, hides a file or breaks a line."""
    assert not is_file_name(name)
    with pytest.raises(InputError, match="file name"):
        Library(tmp_path).save(name, contoso, "")
    assert list(tmp_path.iterdir()) == []


def test_a_broken_file_is_told_with_its_name(tmp_path):
    """A file that somebody broke by hand is complained of as the command line would."""
    (tmp_path / "bad.yaml").write_text("name: x\nsites: []\n")
    with pytest.raises(InputError, match="bad: sites"):
        Library(tmp_path).open("bad")


def test_without_a_workspace_nothing_is_saved(contoso):
    """The way out is said: a folder, or the download."""
    with pytest.raises(InputError, match="--workspace"):
        Library().save("shop", contoso, "")


def test_a_file_that_is_gone_is_not_made_anew(contoso, tmp_path):
    """A deleted scenario does not come back by a save that meant to change it."""
    library = Library(tmp_path)
    first = library.save("shop", contoso, "")
    (tmp_path / "shop.yaml").unlink()
    with pytest.raises(InputError, match="gone"):
        library.save("shop", contoso, first.version)


def test_the_text_is_what_was_dumped(contoso, tmp_path):
    """The file holds the scenario's YAML and nothing else."""
    Library(tmp_path).save("shop", contoso, "")
    assert (tmp_path / "shop.yaml").read_text() == dump_scenario(contoso)
