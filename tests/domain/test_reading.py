"""Scenario files: what is refused, in which words, and what is understood."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import yaml

from planner import InputError, Scenario, load_scenario
from planner.domain.problem import Problem
from planner.domain.reading import (
    change_goals,
    dump_scenario,
    example_names,
    parse_scenario,
)

HEAD = "name: t\nsites:\n  - {name: s, region: westus}\n"
"""The least that a scenario needs, three lines."""


def complaint(text: str, *, is_json: bool = False) -> str:
    """What the reader says about a text."""
    with pytest.raises(InputError) as caught:
        parse_scenario(text, origin="f.yaml", is_json=is_json)
    return str(caught.value)


def with_site(fields: str) -> str:
    """A scenario whose one site has further fields, and one image `a`."""
    return (
        "name: t\n"
        "images: [{name: a, size_gb: 1}]\n"
        "sites:\n"
        f"  - {{name: s, region: westus, {fields}}}\n"
    )


def with_registries(*registries: str) -> str:
    """A scenario with one layout, each registry on a line of its own from 7 on."""
    lines = "".join(f"      - {{{registry}}}\n" for registry in registries)
    return HEAD + "layouts:\n  a:\n    registries:\n" + lines


BAD = {
    # keys
    "sitse: []\n" + HEAD: "sitse: unknown key 'sitse'; did you mean 'sites'? (line 1)",
    with_site("demnd: []"): "sites[0].demnd: unknown key 'demnd'; "
    "did you mean 'demand'? (line 4)",
    with_site("demand: [{imge: a}]"): "sites[0].demand[0].imge: unknown key 'imge'; "
    "did you mean 'image'? (line 4)",
    HEAD + "goals: {max_rtt: 5}\n": "goals.max_rtt: unknown key 'max_rtt'; "
    "did you mean 'max_rtt_ms'? (line 4)",
    HEAD + "assumptions:\n  local_rtt: 5\n": "assumptions.local_rtt: unknown key "
    "'local_rtt'; did you mean 'local_rtt_ms'? (line 5)",
    HEAD + "price_overrides: {storage: [{usd: 1, usd_per_gb_month: 1}]}\n": "price_"
    "overrides.storage[0].usd: unknown key 'usd' (known: region, usd_per_gb_month) "
    "(line 4)",
    with_registries("name: r, home: westus, replica: [eastus]"): "layouts.a."
    "registries[0].replica: unknown key 'replica'; did you mean 'replicas'? (line 7)",
    HEAD + "name: u\n": "line 4: the key 'name' appears twice",
    with_site("nodes: 1, nodes: 2"): "line 4: the key 'nodes' appears twice",
    HEAD + "5: x\n": "line 4: the key '5' is not text; put it in quotes",
    HEAD + "no: x\n": "line 4: the key 'no' is not text; put it in quotes",
    HEAD + "? [a]\n: x\n": "line 4: the key is not text; put it in quotes",
    HEAD + "<<: {a: 1}\n": "line 4: the key '<<' is not text; put it in quotes",
    # required
    "sites:\n  - {name: s, region: westus}\n": "name: is required but missing (line 1)",
    "name: t\n": "sites: is required but missing (line 1)",
    "name: t\nsites: []\n": "sites: must have at least one entry (line 2)",
    "name: t\nsites:\n": "sites: must be a list, not nothing (line 2)",
    "name: t\nsites: {s: westus}\n": "sites: must be a list, not keys and values "
    "(line 2)",
    "name: t\nsites: [westus]\n": "sites[0]: must hold keys and values, not 'westus' "
    "(line 2)",
    HEAD + "images: [{name: a}]\n": "images[0].size_gb: is required but missing "
    "(line 4)",
    HEAD + "layouts: {a: {registries: []}}\n": "layouts.a.registries: must have at "
    "least one entry (line 4)",
    with_registries("name: r"): "layouts.a.registries[0].home: is required but missing "
    "(line 7)",
    # regions
    HEAD.replace("westus", "westuss"): "sites[0].region: unknown region 'westuss'; "
    "did you mean 'westus'? (line 3)",
    HEAD.replace("westus", "West US"): "sites[0].region: unknown region 'West US'; "
    "did you mean 'westus'? (line 3)",
    HEAD.replace("westus", "atlantis"): "sites[0].region: unknown region 'atlantis' "
    "(line 3)",
    with_site("rtt_ms: {eastu: 5}"): "sites[0].rtt_ms.eastu: unknown region 'eastu'; "
    "did you mean 'eastus'? (line 4)",
    HEAD.replace("westus", "usgovvirginia"): "sites[0].region: usgovvirginia belongs "
    "to AzureUSGovernment, whose prices are not published; give its fee under "
    "price_overrides.registry_fees to use it (line 3)",
    with_registries("name: r, home: chinanorth"): "layouts.a.registries[0].home: "
    "chinanorth belongs to AzureChinaCloud, whose prices are not published; give its "
    "fee under price_overrides.registry_fees to use it (line 7)",
    HEAD.replace("westus", "eastus3"): "sites[0].region: eastus3 is named in Azure's "
    "code but not offered to customers (line 3)",
    HEAD + "goals: {home: eastus3}\n": "goals.home: eastus3 is named in Azure's code "
    "but not offered to customers (line 4)",
    HEAD + "goals: {required_regions: [westus, usgovtexas]}\n": "goals."
    "required_regions[1]: usgovtexas belongs to AzureUSGovernment, whose prices are not "
    "published; give its fee under price_overrides.registry_fees to use it (line 4)",
    HEAD + "goals: {forbidden_regions: [westu]}\n": "goals.forbidden_regions[0]: "
    "unknown region 'westu'; did you mean 'westus'? (line 4)",
    # numbers
    **{
        HEAD + f"images: [{{name: a, size_gb: {given}}}]\n": "images[0].size_gb: must "
        f"be {said} (line 4)"
        for given, said in {
            "-1": "at least 0, not -1",
            ".nan": "a finite number, not nan",
            "-.inf": "a finite number, not -inf",
            "1e999": "a finite number, not inf",
            "true": "a number, not true",
            "'1'": "a number, not '1'",
            "1 GB": "a number, not '1 GB'",
            "[1]": "a number, not a list",
            "1e13": "at most 1e+12, not 10000000000000.0",
        }.items()
    },
    with_site("nodes: 2.5"): "sites[0].nodes: must be a whole number, not 2.5 (line 4)",
    with_site("nodes: -2"): "sites[0].nodes: must be at least 0, not -2 (line 4)",
    with_site("rtt_ms: {eastus: 0}"): "sites[0].rtt_ms.eastus: must be above 0, not 0 "
    "(line 4)",
    HEAD + "assumptions: {discount_percent: 100}\n": "assumptions.discount_percent: "
    "must be below 100, not 100 (line 4)",
    HEAD + "goals: {max_locations: 0}\n": "goals.max_locations: must be at least 1, "
    "not 0 (line 4)",
    HEAD + "version: 2\n": "version: must be 1, the format read here, not 2 (line 4)",
    HEAD + "version: '1'\n": "version: must be 1, the format read here, not '1' "
    "(line 4)",
    # names and text
    HEAD.replace("name: t", "name: 5"): "name: must be text, not 5; put it in quotes "
    "(line 1)",
    HEAD.replace("name: t", "name: no"): "name: must be text, not false; put it in "
    "quotes (line 1)",
    HEAD.replace("name: t", "name:"): "name: must be text, not nothing (line 1)",
    HEAD.replace("name: t", "name: ''"): "name: must not be empty (line 1)",
    HEAD.replace(
        "name: t", r'name: "a\nb"'
    ): r"name: must not hold control characters, "
    r"not 'a\nb' (line 1)",
    HEAD + "  - {name: s, region: eastus}\n": "sites[1].name: the name 's' appears "
    "twice (line 4)",
    HEAD
    + "images: [{name: a, size_gb: 1}, {name: a, size_gb: 2}]\n": "images[1].name: "
    "the name 'a' appears twice (line 4)",
    HEAD + "push_sources: [{name: p, region: westus}, {name: p, region: eastus}]\n": (
        "push_sources[1].name: the name 'p' appears twice (line 4)"
    ),
    # places
    with_site(
        "latitude: 5"
    ): "sites[0]: give either region, or latitude and longitude, not both (line 4)",
    HEAD.replace("region: westus", "latitude: 5"): "sites[0]: give region, or both "
    "latitude and longitude (line 3)",
    HEAD.replace(", region: westus", ""): "sites[0]: give region, or both latitude and "
    "longitude (line 3)",
    HEAD.replace("region: westus", "latitude: 95, longitude: 5"): "sites[0].latitude: "
    "must be at most 90, not 95 (line 3)",
    # demand
    with_site("demand: [{gb_per_month: 5}]"): "sites[0].demand[0]: give both "
    "pulls_per_month and gb_per_month, or releases_per_month (pulls x size_gb would "
    "overstate the GB two- to fourfold) (line 4)",
    with_site("demand: [{gb_per_month: 5, pulls_per_month: 0}]"): "sites[0].demand[0]: "
    "gb_per_month is positive but pulls_per_month is 0 (line 4)",
    with_site("demand: [{pulls_per_month: 1, gb_per_month: 1000000}]"): (
        "sites[0].demand[0]: gb_per_month over pulls_per_month is more than "
        "100,000 GB a pull, which no image is (line 4)"
    ),
    with_site("nodes: 3, demand: [{releases_per_month: 5}]"): "sites[0].demand[0]: "
    "demand from releases needs an image (line 4)",
    with_site(
        "demand: [{image: a, releases_per_month: 5}]"
    ): "sites[0]: nodes is needed for demand from releases_per_month (line 4)",
    with_site(
        "nodes: 3, demand: [{image: a, releases_per_month: 5, gb_per_month: 1}]"
    ): (
        "sites[0].demand[0]: give either pulls_per_month and gb_per_month, or "
        "releases_per_month with node counts, not both (line 4)"
    ),
    with_site("demand: [{image: b, pulls_per_month: 1, gb_per_month: 1}]"): "sites[0]."
    "demand[0].image: no image 'b' (known: a) (line 4)",
    with_site("demand: lots"): "sites[0].demand: must be a list, not 'lots' (line 4)",
    # names that refer to something
    HEAD
    + "images: [{name: a, size_gb: 1, pushed_from: ci}]\n": "images[0].pushed_from: "
    "no push source 'ci' (known: none) (line 4)",
    HEAD + "baseline: today\n": "baseline: no layout 'today' (known: none) (line 4)",
    with_registries("name: r, home: westus") + "baseline: b\n": "baseline: no layout "
    "'b' (known: a) (line 8)",
    with_registries("name: r, home: westus, serves: [x]"): "layouts.a.registries[0]."
    "serves[0]: no site 'x' (known: s) (line 7)",
    HEAD + "goals: {allowed_geographies: [Untied States]}\n": "goals."
    "allowed_geographies[0]: no geography 'Untied States'; did you mean 'United "
    "States'?",
    HEAD
    + "price_overrides: {transfer: [{source: euorpe, target: asia, usd_per_gb: 1}]}"
    "\n": "price_overrides.transfer[0].source: no region or continent 'euorpe'; did you "
    "mean 'europe'? (continents: asia, europe, middle_east_africa, north_america, "
    "oceania, south_america) (line 4)",
    HEAD + "price_overrides: {internet_egress: [{source: zone1, usd_per_gb: 1}]}\n": (
        "price_overrides.internet_egress[0].source: no region or egress zone 'zone1'; "
        "did you mean 'zone_1'? (zones: zone_1, zone_2, zone_3) (line 4)"
    ),
    HEAD + "price_overrides: {registry_fees: [{sku: Gold, usd_per_day: 1}]}\n": "price_"
    "overrides.registry_fees[0].sku: must be 'Basic', 'Standard' or 'Premium', not "
    "'Gold' (line 4)",
    HEAD
    + "price_overrides: {storage: [{usd_per_gb_month: 1}, {usd_per_gb_month: 2}]}\n"
    "": "price_overrides.storage[1]: a second price for all regions (line 4)",
    # layouts
    with_registries("name: r, home: westus, replicas: [westus]"): "layouts.a."
    "registries[0].replicas[0]: westus is the home region; a replica must differ "
    "(line 7)",
    with_registries("name: r, home: westus, replicas: [eastus, eastus]"): "layouts.a."
    "registries[0].replicas[1]: eastus appears twice (line 7)",
    with_registries("name: r, home: westus, sku: Standard, replicas: [eastus]"): (
        "layouts.a.registries[0].replicas: replicas need a Premium registry, not "
        "Standard; set sku: Premium or drop the replicas (line 7)"
    ),
    with_registries("name: r, home: westus, sku: premium"): "layouts.a.registries[0]."
    "sku: must be 'Basic', 'Standard' or 'Premium', not 'premium'; did you mean "
    "'Premium'? (line 7)",
    with_registries("name: r, home: westus, sku: Basic, private_endpoints: 1"): (
        "layouts.a.registries[0].private_endpoints: private endpoints need a Premium "
        "registry, not Basic (line 7)"
    ),
    with_registries("name: r, home: westus, sku: Basic, routing: pinned"): "layouts.a."
    "registries[0].routing: regional endpoints need a Premium registry, not Basic "
    "(line 7)",
    with_registries("name: r, home: westus, routing: pined"): "layouts.a.registries[0]."
    "routing: must be 'global' or 'pinned', not 'pined'; did you mean 'pinned'? "
    "(line 7)",
    with_registries(
        "name: r, home: westus, serves: [s]", "name: q, home: eastus, serves: [s]"
    ): "layouts.a.registries[1].serves[0]: 's' is already served by 'r'; a site uses "
    "one registry (line 8)",
    with_registries(
        "name: r, home: westus", "name: r, home: eastus"
    ): "layouts.a.registries[1].name: the name 'r' appears twice (line 8)",
    # the file as a whole
    "": "the file is empty; it needs at least name and sites",
    " \n\n": "the file is empty; it needs at least name and sites",
    "# only a comment\n": "the file is empty; it needs at least name and sites",
    "- name: t\n": "the file must hold keys and values such as name: and sites:",
    "hello\n": "the file must hold keys and values such as name: and sites:",
    "name: t\nsites:\n\t- {name: s}\n": "line 3, column 1: not valid YAML (indent with "
    "spaces, not tabs)",
    "name: a: b\n": "line 1, column 8: not valid YAML (mapping values are not allowed "
    "in this context)",
    HEAD + "---\n" + HEAD: "line 4, column 1: not valid YAML (but found another "
    "document)",
    'name: !!python/object/apply:os.system ["true"]\n': "line 1: YAML tags "
    "(!!python/object/apply:os.system) are not supported; write the plain value",
    "name: !secret t\n": "line 1: YAML tags (!secret) are not supported; write the "
    "plain value",
    "a: &x [1, 2]\nb: *x\n": "line 2: YAML aliases (*x) are not supported; write the "
    "value out",
    HEAD + "x: " + "[" * 60 + "]" * 60: "line 4: is nested too deeply",
    "".join(" " * depth + "a:\n" for depth in range(60)): "line 31: is nested too "
    "deeply",
    "[" * 100_000: "line 1: is nested too deeply",
    HEAD
    + "images: [{name: a, size_gb: "
    + "9" * 5000
    + "}]\n": "holds a number of more than 4,300 digits",
    "name: a\x07b\n": "not valid YAML (unacceptable character #x0007: control "
    "characters are not allowed)",
}
"""Text of a file, and what is said about it (the beginning, where it goes on)."""


@pytest.mark.parametrize(
    ("text", "said"), BAD.items(), ids=list(map(str, range(len(BAD))))
)
def test_bad_input_is_one_clear_sentence(text: str, said: str) -> None:
    """File, field, what is wrong, what would be right, and the line."""
    found = complaint(text)
    assert found.startswith(f"f.yaml: {said}")
    assert "\n" not in found


BAD_JSON = {
    '{"name": t}': "line 1, column 10: not valid JSON (Expecting value)",
    '{"name": "t", "name": "u"}': "the key 'name' appears twice",
    '{"sites": [{"name": "s", "name": "s"}]}': "the key 'name' appears twice",
    "[]": "the file must hold keys and values such as name: and sites:",
    '{"a":' + "[" * 200_000: "is nested too deeply",
    '{"name": "t", "sites": [{"name": "s", "latitude": NaN, "longitude": 0}]}': (
        "sites[0].latitude: must be a finite number, not nan"
    ),
    '{"name": "t", "sites": [{"name": "s", "latitude": 0, "longitude": -Infinity}]}': (
        "sites[0].longitude: must be a finite number, not -inf"
    ),
    '{"name": "t", "sites": [{"name": "s", "latitude": ' + "9" * 5000 + "}]}": (
        "holds a number of more than 4,300 digits"
    ),
    r'{"name": "\ud800", "sites": [{"name": "s", "region": "westus"}]}': (
        r"name: must be text, not '\ud800'"
    ),
    '{"name": "t", "sites": [{"name": "s", "regoin": "westus", "region": "westus"}]}': (
        "sites[0].regoin: unknown key 'regoin'; did you mean 'region'?"
    ),
}


@pytest.mark.parametrize(
    ("text", "said"), BAD_JSON.items(), ids=list(map(str, range(len(BAD_JSON))))
)
def test_bad_json_is_one_clear_sentence(text: str, said: str) -> None:
    """JSON gets the same care as YAML, without line numbers for fields."""
    assert complaint(text, is_json=True) == f"f.yaml: {said}"


def test_every_mistake_is_listed_once() -> None:
    """Two wrong fields give two sentences, so that one run shows all."""
    text = with_site("nodes: x").replace("size_gb: 1", "size_gb: -1")
    assert complaint(text).splitlines() == [
        "f.yaml: images[0].size_gb: must be at least 0, not -1 (line 2)",
        "f.yaml: sites[0].nodes: must be a whole number, not 'x' (line 4)",
    ]


def test_a_flood_of_mistakes_is_cut() -> None:
    """Of a thousand wrong sites twenty are shown, and how many more there are."""
    sites = "".join(f"  - {{name: s{n}, region: nowhere}}\n" for n in range(1000))
    lines = complaint("name: t\nsites:\n" + sites).splitlines()
    assert len(lines) == 21
    assert lines[-1] == "f.yaml: and 980 more"


def test_findings_carry_the_field_path() -> None:
    """The dashboard marks the field, so it needs the path and not only the sentence."""
    with pytest.raises(InputError) as caught:
        parse_scenario(with_site("nodes: x"))
    (finding,) = caught.value.findings
    assert finding.path == ("sites", 0, "nodes")
    assert finding.where == "sites[0].nodes"


def test_an_alias_bomb_is_refused_before_it_grows() -> None:
    """A billion laughs: nine lines that would unfold to 10^9 words."""
    lines = ["a0: &a0 [lol, lol, lol]"]
    for n in range(1, 30):
        again = ", ".join([f"*a{n - 1}"] * 10)
        lines.append(f"a{n}: &a{n} [{again}]")
    assert complaint("\n".join(lines)).startswith("f.yaml: line 2: YAML aliases (*a0)")


# ---- files ----


def refused(path: Path) -> str:
    """What the reader says about a file, without the path in front."""
    with pytest.raises(InputError) as caught:
        load_scenario(path)
    said = str(caught.value)
    assert said.startswith(f"{path}: ")
    return said.removeprefix(f"{path}: ")


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    """50 MB (sparse here) are refused by their size."""
    path = tmp_path / "huge.yaml"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    assert refused(path) == "is 50 MB; a scenario file has at most 20 MB"


@pytest.mark.parametrize(
    ("encoding", "byte"), [("utf-16", 0), ("latin-1", 7), ("cp1252", 7)]
)
def test_other_encodings_are_named(tmp_path: Path, encoding: str, byte: int) -> None:
    """The first byte that is not UTF-8, and what to do."""
    path = tmp_path / "f.yaml"
    path.write_bytes(HEAD.replace("name: t", "name: té").encode(encoding))
    assert refused(path) == f"is not UTF-8 text (byte {byte}); save it as UTF-8"


def test_a_directory_is_not_a_file(tmp_path: Path) -> None:
    """Nothing is searched for in it."""
    assert refused(tmp_path) == "is a directory, not a scenario file"


def test_a_fifo_does_not_block(tmp_path: Path) -> None:
    """Opening a pipe without a writer would wait for ever."""
    path = tmp_path / "pipe.yaml"
    os.mkfifo(path)
    assert refused(path) == "is not a regular file"


def test_a_device_is_not_read() -> None:
    """`/dev/zero` would never end."""
    assert refused(Path("/dev/zero")) == "is not a regular file"


def test_an_empty_file(tmp_path: Path) -> None:
    """The sentence says what the least content is."""
    path = tmp_path / "f.yaml"
    path.touch()
    assert refused(path) == "the file is empty; it needs at least name and sites"


@pytest.mark.parametrize("name", ["contso", "contoso.yml", "x" * 5000, "no\0such"])
def test_a_missing_file_lists_the_shipped_scenarios(name: str) -> None:
    """A misspelt name, or one that no file can have."""
    with pytest.raises(InputError) as caught:
        load_scenario(name)
    said = str(caught.value)
    assert said.startswith(
        f"{name}: no such file, and no shipped scenario of that name"
    )
    assert f"(shipped: {', '.join(example_names())})" in said
    assert ("did you mean 'contoso'?" in said) is name.startswith("cont")


def test_a_dangling_link_is_a_missing_file(tmp_path: Path) -> None:
    """The target is gone, so there is no such file."""
    path = tmp_path / "link.yaml"
    path.symlink_to(tmp_path / "gone.yaml")
    with pytest.raises(InputError, match="no such file"):
        load_scenario(path)


# ---- what is understood ----


def test_shipped_names_load_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, contoso: Scenario
) -> None:
    """After `pip install` there is no data folder beside the user."""
    monkeypatch.chdir(tmp_path)
    assert load_scenario("contoso") == contoso


@pytest.mark.parametrize("name", example_names())
def test_every_shipped_scenario_is_valid(name: str) -> None:
    """What we ship must load, under its own name, and say what it is."""
    scenario = load_scenario(name)
    assert scenario.name == name
    assert scenario.description
    assert Problem(scenario).baseline in scenario.layouts


def test_a_file_wins_over_a_shipped_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody's own file named `contoso` is meant when it is there."""
    (tmp_path / "contoso").write_text(HEAD, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert load_scenario("contoso").name == "t"


def test_json_equals_yaml(tmp_path: Path, contoso: Scenario) -> None:
    """The same content in either format is the same scenario."""
    path = tmp_path / "contoso.JSON"
    path.write_text(json.dumps(contoso.model_dump(mode="json")), encoding="utf-8")
    assert load_scenario(path) == contoso


def test_json_is_yaml_too(contoso: Scenario) -> None:
    """JSON in a file with another suffix is read as the YAML that it is."""
    assert parse_scenario(json.dumps(contoso.model_dump(mode="json"))) == contoso


def test_a_byte_order_mark_is_accepted(tmp_path: Path) -> None:
    """Editors on Windows write one."""
    for suffix, text in (("yaml", HEAD), ("json", json.dumps(yaml.safe_load(HEAD)))):
        path = tmp_path / f"f.{suffix}"
        path.write_bytes(b"\xef\xbb\xbf" + text.encode())
        assert load_scenario(path).name == "t"


def test_windows_line_ends_are_accepted(tmp_path: Path) -> None:
    """So do they end lines with two characters."""
    path = tmp_path / "f.yaml"
    path.write_bytes(HEAD.replace("\n", "\r\n").encode())
    assert load_scenario(path) == parse_scenario(HEAD)


@pytest.mark.parametrize(
    ("text", "value"), [("1e3", 1000), ("+2.5E+2", 250), (".5e1", 5), ("1_000", 1000)]
)
def test_scientific_numbers_are_numbers(text: str, value: float) -> None:
    """YAML 1.1 takes 1e3 for text, which surprises everybody."""
    scenario = parse_scenario(HEAD + f"images: [{{name: a, size_gb: {text}}}]\n")
    assert scenario.images[0].size_gb == value


def test_a_date_is_a_name() -> None:
    """No field is a date, so text that looks like one, even a wrong one, is text."""
    for name in ("2026-11-23", "2026-13-45", "2026-11-23 12:00:00"):
        assert parse_scenario(HEAD.replace("name: t", f"name: {name}")).name == name


def test_yes_and_no_are_flags() -> None:
    """The one switch of the format is understood in either spelling."""
    for word, value in (("true", True), ("yes", True), ("no", False)):
        scenario = parse_scenario(HEAD + f"goals: {{survive_region_loss: {word}}}\n")
        assert scenario.goals.survive_region_loss is value


def test_dump_leaves_defaults_out(contoso: Scenario) -> None:
    """A written scenario is one that a person would write, with its version."""
    text = dump_scenario(parse_scenario(HEAD))
    assert yaml.safe_load(text) == {"version": 1, **yaml.safe_load(HEAD)}
    assert parse_scenario(dump_scenario(contoso)) == contoso


@pytest.mark.parametrize(
    "sign", ["\x85", "\u2028", "\u2029", "\n", "\t", "\x00", "\x7f"]
)
def test_a_description_survives_being_written(sign: str) -> None:
    """YAML folds some signs as line breaks; a description must come back as it was."""
    for description in (sign, f"a{sign}b", f"{sign} a {sign}{sign} b {sign}"):
        given = parse_scenario(HEAD).model_copy(update={"description": description})
        assert parse_scenario(dump_scenario(given)).description == description


@pytest.mark.parametrize("sign", ["\x00", "\n", "\x1b", "\x7f", "\x85", "\x9b"])
def test_names_hold_no_control_characters(sign: str) -> None:
    """They would garble a terminal, a table or a script."""
    with pytest.raises(InputError, match="name: must not hold control characters"):
        parse_scenario(json.dumps({"name": f"a{sign}", "sites": []}), is_json=True)


def test_changed_goals_are_checked_like_a_file(contoso_problem: Problem) -> None:
    """A goal from the command line or dashboard gets the same sentences."""
    changed = change_goals(contoso_problem, {"max_rtt_ms": 40.0})
    assert changed.scenario.goals.max_rtt_ms == 40
    assert changed.scenario.goals.home == "westus"
    for changes, said in (
        ({"max_rtt_ms": -1.0}, "goals: max_rtt_ms: must be above 0, not -1.0"),
        ({"home": "westuss"}, "goals: home: unknown region 'westuss'; did you mean"),
        ({"max_rt_ms": 1.0}, "goals: max_rt_ms: unknown key 'max_rt_ms'"),
    ):
        with pytest.raises(InputError) as caught:
            change_goals(contoso_problem, changes)
        assert str(caught.value).startswith(said)
