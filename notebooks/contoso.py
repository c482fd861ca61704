# %% [markdown]
# # Contoso: from its clusters to a plan
#
# Contoso runs clusters in four regions and two registries of its own. Would one
# geo-replicated registry be better, and where should its replicas be? Run this file as a
# script, or cell by cell: Jupyter (with jupytext), VS Code and PyCharm know the `# %%` marks.

# %%
from pathlib import Path

import planner

OUT = Path("reports")

# %% [markdown]
# ## Load
#
# A scenario is a YAML file, or the name of one that is shipped. What it costs today:

# %%
scenario = planner.load_scenario("contoso")
today = planner.evaluate(scenario)
today

# %%
today.figure()

# %% [markdown]
# ## Compare
#
# The layouts that the scenario names, and the best of each family.

# %%
comparison = planner.compare(scenario)
comparison

# %%
comparison.figure()

# %% [markdown]
# ## Optimise
#
# The cheapest layout that meets the goals, with its proof and the reasons for each region.

# %%
best = planner.optimize(scenario)
best

# %%
best.figure()

# %% [markdown]
# ## The trade-off
#
# Every geo-replicated registry that no other beats in both cost and mean round trip.

# %%
frontier = planner.frontier(scenario)
frontier

# %%
frontier.figure()

# %% [markdown]
# ## Change one thing
#
# A scenario cannot change; a changed copy of its data makes a new one, which is checked like
# a file. The cluster in East US pulls twice as much: does the plan still hold?

# %%
data = scenario.model_dump()
eastus = next(site for site in data["sites"] if site["name"] == "aks-eastus")
for demand in eastus["demand"]:
    demand["pulls_per_month"] *= 2
    demand["gb_per_month"] *= 2
busier = planner.Scenario.model_validate(data)
busier_best = planner.optimize(busier, reasons=False)
busier_best

# %% [markdown]
# The registry of the Americas moves there. Who is served from where:

# %%
busier_best.evaluation.sites

# %% [markdown]
# An agreement brings Premium down to 0.50 USD a day. Is one geo-replicated registry now
# cheaper?

# %%
fees = [{"sku": "Premium", "usd_per_day": 0.50}]
data = scenario.model_dump() | {"price_overrides": {"registry_fees": fees}}
discounted = planner.compare(planner.Scenario.model_validate(data))
discounted

# %% [markdown]
# Goals change in one step. Every site is to be served within 50 ms:

# %%
within_50_ms = planner.Problem(scenario).with_goals(max_rtt_ms=50)
near = planner.optimize(within_50_ms, reasons=False)
near

# %% [markdown]
# ## Export
#
# Tables are pandas data frames.

# %%
OUT.mkdir(parents=True, exist_ok=True)
today.lines.to_csv(OUT / "contoso-today.csv", index=False)
today.lines

# %% [markdown]
# The report is the one that `acr-planner report` writes. Names in its CSV files are never
# taken for a formula by a spreadsheet.

# %%
for path in planner.write_report(comparison, OUT, ["html", "md", "csv", "json"]):
    print(path)
