# %% [markdown]
# # Contoso: from its clusters to a plan
#
# Contoso runs clusters in four regions and two registries of its own. Would one
# geo-replicated registry be better, and where should its replicas be? Run this file as a
# script, or cell by cell: Jupyter (with jupytext), VS Code and PyCharm know the `# %%` marks.

# %%
import sys
from pathlib import Path

import planner

OUT = Path(sys.argv[1] if len(sys.argv) == 2 else "reports")

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
# Every site is to be served within 50 ms. What does that cost?

# %%
problem = planner.Problem(scenario).with_goals(max_rtt_ms=50)
near = planner.optimize(problem)
near

# %%
more_usd = near.evaluation.cost.bill_usd - best.evaluation.cost.bill_usd
f"{more_usd:,.2f} USD a month more than the cheapest"

# %% [markdown]
# ## Export
#
# Tables are pandas data frames. The report is the one that `acr-planner report` writes.

# %%
OUT.mkdir(parents=True, exist_ok=True)
today.lines.to_csv(OUT / "contoso-today.csv", index=False)
today.lines

# %%
reports = planner.write_report(comparison, OUT, ["html", "md"])
reports
