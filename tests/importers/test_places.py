"""The map of client addresses to places."""

from __future__ import annotations

from pathlib import Path

import pytest

from planner.errors import InputError
from planner.importers.places import Places, read_places


def places(tmp_path: Path, *rows: str, header: str = "cidr,region,site") -> Places:
    """The map of these rows."""
    path = tmp_path / "map.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return read_places(path)


def test_the_longest_prefix_wins(tmp_path: Path) -> None:
    """A host inside a range inside a range belongs to the smallest one."""
    found = places(
        tmp_path,
        "10.0.0.0/8,eastus,all",
        "10.1.2.0/24,westeurope,part",
        "10.1.2.3/32,japaneast,host",
    )
    sites = {
        address: place.site
        for address in ("10.9.9.9", "10.1.2.4", "10.1.2.3", "11.0.0.1")
        if (place := found.find(address))
    }
    assert sites == {"10.9.9.9": "all", "10.1.2.4": "part", "10.1.2.3": "host"}


@pytest.mark.parametrize(
    "address",
    ["2001:db8::7", "[2001:db8::7]:443", "::ffff:192.0.2.7", "192.0.2.7:51000"],
)
def test_every_spelling_of_an_address(tmp_path: Path, address: str) -> None:
    """IPv6, ports and IPv4 within IPv6 are understood."""
    found = places(tmp_path, "2001:db8::/32,East US,six", "192.0.2.0/24,eastus,four")
    place = found.find(address)
    assert place is not None
    assert place.region == "eastus"
    assert place.site == ("six" if "db8" in address else "four")


def test_no_address_has_no_place(tmp_path: Path) -> None:
    """Text that is no address is not placed, and stops nothing."""
    found = places(tmp_path, "0.0.0.0/0,eastus,any")
    assert found.find("") is None
    assert found.find("unknown") is None
    assert found.find("2001:db8::1") is None


def test_places_outside_azure(tmp_path: Path) -> None:
    """A name that is no region is outside Azure; runners keep no layers."""
    found = places(
        tmp_path,
        "192.0.2.0/25,external-ci,,ci,,",
        "192.0.2.128/25,,plant,,48.1,11.6",
        header="cidr,client_region,site,kind,latitude,longitude",
    )
    runner, plant = found.find("192.0.2.1"), found.find("192.0.2.200")
    assert runner is not None
    assert (runner.site, runner.region, runner.cold) == ("external-ci", None, True)
    assert plant is not None
    assert (plant.latitude, plant.longitude, plant.cold) == (48.1, 11.6, False)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("10.0.0.0/33,eastus,a", "row 2: '10.0.0.0/33' is no address range"),
        ("10.0.0.0/8,eastsu,a", "row 2: unknown region 'eastsu'; did you mean"),
        ("10.0.0.0/8,,a", "row 2: has no region"),
        ("10.0.0.0/8,eastus,a\n10.0.0.0/8,westus,b", "10.0.0.0/8 is listed twice"),
        ("10.0.0.0/8,eastus,a\n11.0.0.0/8,westus,a", "the site 'a' has two places"),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, row: str, message: str) -> None:
    """What is wrong in the map is told with its row."""
    with pytest.raises(InputError, match=message):
        places(tmp_path, row)


def test_a_map_without_its_columns_is_refused(tmp_path: Path) -> None:
    """A CSV of something else is told what it lacks."""
    with pytest.raises(InputError, match="needs the columns cidr and region"):
        places(tmp_path, "a,b", header="x,y")
