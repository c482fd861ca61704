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
    shown = [path.name for path in tmp_path.iterdir() if path.name[0] != "."]
    assert shown == ["shop.yaml"]
    assert not list(tmp_path.glob(".saving-*"))


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
    [
        "../x",
        "/etc/passwd",
        "a/b",
        "a\\b",
        ".hidden",
        "..",
        "",
        "x" * 81,
        "x" * 1_000_000,
        "\u6771" * 80,
        "a\0b",
        "a\nb",
        "a:b",
        "-x",
        " x",
        "x ",
        "CON",
        "nul.old",
        "e\u0301t\u00e9",
        "a\u202eb",
        "\ud800",
    ],
)
def test_hostile_names_are_no_file_names(name, contoso, tmp_path):
    """No name leads out of the workspace, hides a file or breaks a line."""
    assert not is_file_name(name)
    library = Library(tmp_path)
    with pytest.raises(InputError, match="file name") as told:
        library.save(name, contoso, "")
    assert len(str(told.value)) < 300
    assert list(tmp_path.iterdir()) == []
    if name:  # without a name the first scenario is opened
        with pytest.raises(InputError, match="no scenario"):
            library.open(name, "0123456789abcdef")


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


def test_a_link_is_no_scenario(contoso, tmp_path):
    """A link could lead out of the workspace: it is not read, and not replaced."""
    outside = tmp_path / "outside.yaml"
    outside.write_text("secret: 1")
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    (workspace / "shop.yaml").symlink_to(outside)
    (workspace / "gone.yaml").symlink_to(tmp_path / "nowhere")
    library = Library(workspace)
    assert "shop" not in library.names()
    for name in ("shop", "gone"):
        with pytest.raises(InputError, match="no scenario") as told:
            library.open(name)
        assert "secret" not in str(told.value)
        with pytest.raises(InputError, match="is a link"):
            library.save(name, contoso, "")
    assert outside.read_text() == "secret: 1"


def test_what_is_replaced_is_kept(contoso, tmp_path):
    """A link to an older version opens it, even after somebody replaced it."""
    library = Library(tmp_path)
    first = library.save("shop", contoso, "")
    changed = contoso.model_copy(update={"description": "changed"})
    second = library.save("shop", changed, first.version)
    again = Library(tmp_path)
    assert again.open("shop", first.version).scenario == contoso
    assert again.open("shop", second.version).scenario == changed
    assert again.open("shop").scenario == changed
    assert again.names() == ["contoso", "shop", "worldwide"]


def test_an_unknown_version_is_the_newest(contoso, tmp_path):
    """A version that is not kept, or is no version at all, leads to what there is."""
    library = Library(tmp_path)
    saved = library.save("shop", contoso, "")
    for version in ("", "0" * 16, "../shop", saved.version):
        assert library.open("shop", version).version == saved.version


def test_the_newest_versions_are_kept(contoso, tmp_path, monkeypatch):
    """A scenario that is saved often does not fill the disk."""
    monkeypatch.setattr("planner.dashboard.library.MOST_KEPT", 3)
    library, version = Library(tmp_path), ""
    for number in range(6):
        changed = contoso.model_copy(update={"description": str(number)})
        version = library.save("shop", changed, version).version
    assert len(list((tmp_path / ".versions").iterdir())) == 3


def test_others_may_read_what_is_saved(contoso, tmp_path):
    """A saved file has the rights of any new file, and keeps those it was given."""
    library = Library(tmp_path)
    plain = tmp_path / "plain"
    plain.touch()
    first = library.save("shop", contoso, "")
    file = tmp_path / "shop.yaml"
    assert file.stat().st_mode == plain.stat().st_mode
    file.chmod(0o640)
    changed = contoso.model_copy(update={"description": "changed"})
    library.save("shop", changed, first.version)
    assert file.stat().st_mode & 0o777 == 0o640


def test_a_folder_that_cannot_be_written_is_told(contoso, tmp_path):
    """A workspace that is no folder any more is an error in words."""
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot write into the workspace"):
        Library(tmp_path / "file").save("shop", contoso, "")


def test_a_failed_save_leaves_the_old_file(contoso, tmp_path, monkeypatch):
    """When the disk is full the scenario is there as it was, and nothing beside it."""
    library = Library(tmp_path)
    first = library.save("shop", contoso, "")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("planner.dashboard.library.os.fsync", full)
    changed = contoso.model_copy(update={"description": "changed"})
    with pytest.raises(InputError, match="No space left"):
        library.save("shop", changed, first.version)
    monkeypatch.undo()
    assert library.open("shop").scenario == contoso
    assert not list(tmp_path.rglob(".saving-*"))


def test_complaints_do_not_name_the_folders_of_the_server(tmp_path):
    """What is told to a browser is the scenario's name, not where it lies."""
    (tmp_path / "bad.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="bad: is not UTF-8") as told:
        Library(tmp_path).open("bad")
    assert str(tmp_path) not in str(told.value)


def test_windows_line_ends_are_no_new_version(contoso, tmp_path):
    """The version is that of the bytes in the file, whatever the system's line ends."""
    saved = Library(tmp_path).save("shop", contoso, "")
    assert b"\r" not in (tmp_path / "shop.yaml").read_bytes()
    assert Library(tmp_path).open("shop").version == saved.version
