"""Findings into scenarios, new and existing."""

from __future__ import annotations

from datetime import date

import pytest

from planner.domain.layout import Layout, Registry
from planner.domain.scenario import Scenario
from planner.errors import InputError
from planner.importers.findings import (
    Accounting,
    Findings,
    FoundImage,
    FoundSite,
    Period,
    Pulled,
    Range,
)
from planner.importers.merge import merge

FOUND = Findings(
    kind="test",
    accounting=Accounting(used=1),
    period=Period(date(2026, 9, 1), date(2026, 10, 31)),
    sites=(FoundSite("westeurope", "westeurope"), FoundSite("new", "japaneast")),
    images=(FoundImage("website", 0.5, pushes=20), FoundImage("extra", 1.0)),
    pulled=(
        Pulled("westeurope", "website", 10, Range(1, 2, 3), "m", "2026-09"),
        Pulled("westeurope", "website", 30, Range(3, 4, 5), "m", "2026-10"),
        Pulled("new", "extra", 4, Range(1, 1, 4), "m", "2026-10"),
    ),
    layout=Layout(registries=(Registry(name="r", home="westeurope"),)),
)


def test_a_new_scenario_has_the_mean_month() -> None:
    """Two months of volume are halved, and the bounds with them."""
    merged = merge([FOUND], None, "name")
    site = merged.scenario.sites[0]
    assert (site.demand[0].pulls_per_month, site.demand[0].gb_per_month) == (20, 3)
    assert merged.scenario.images[0].pushes_per_month == 10
    assert merged.ranges[0].gb_per_month == Range(2, 3, 4)
    assert list(merged.scenario.layouts) == ["today"]


def test_merging_loses_nothing(contoso: Scenario) -> None:
    """Sites, images, layouts, goals and demand of others stay as they were."""
    merged = merge([FOUND], contoso).scenario
    old_sites = {site.name: site for site in contoso.sites}
    for site in merged.sites:
        old = old_sites.get(site.name)
        if old and old.region != "westeurope":
            assert site == old
    assert {i.name for i in contoso.images} <= {i.name for i in merged.images}
    assert merged.images[0].size_gb == contoso.images[0].size_gb
    for name, layout in contoso.layouts.items():
        assert merged.layouts[name] == layout
    assert (merged.goals, merged.assumptions) == (contoso.goals, contoso.assumptions)
    assert (merged.baseline, merged.name) == (contoso.baseline, contoso.name)


def test_region_demand_goes_to_the_only_site_there(contoso: Scenario) -> None:
    """A find known by its region updates the cluster in it, and says what it replaced."""
    merged = merge([FOUND], contoso)
    (site,) = [s for s in merged.scenario.sites if s.region == "westeurope"]
    entry = next(d for d in site.demand if d.image == "website")
    assert (entry.pulls_per_month, entry.gb_per_month) == (20, 3)
    assert any(site.name in text and "replace" in text for text in merged.changes)


def test_merging_twice_changes_nothing(contoso: Scenario) -> None:
    """The same export again gives the same scenario and no more layouts."""
    once = merge([FOUND], contoso)
    again = merge([FOUND], once.scenario)
    assert again.scenario == once.scenario
    assert again.changes == []


def test_an_image_without_a_size_is_refused() -> None:
    """Nothing is invented: the message says what would tell the size."""
    found = Findings(
        kind="test",
        accounting=Accounting(used=1),
        sites=(FoundSite("westeurope", "westeurope"),),
        images=(FoundImage("app"),),
        pulled=(Pulled("westeurope", "app", 5, None, "m"),),
    )
    with pytest.raises(InputError, match=r"size of 1 images \(app\).*--image-gb"):
        merge([found], None)


def test_no_site_is_refused() -> None:
    """Findings that say nothing about pulls need a scenario to be merged into."""
    with pytest.raises(InputError, match="where images are pulled"):
        merge([Findings(kind="test", accounting=Accounting())], None)
