# `make demo` and `make test` do all the set-up; both work on a fresh machine with
# Python 3.11 or newer. PYTHON=python3.12 chooses another interpreter.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo test check unit browser package spark bench soak format serve clean

demo: $(VENV)/.run
	$(BIN)/acr-planner demo

serve: $(VENV)/.run
	$(BIN)/acr-planner serve

test: check unit browser package

# lint, types, layers
check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: $(VENV)/.dev
	$(BIN)/pytest -n auto

# tests that ask how long something takes have the machine to themselves, afterwards
browser: $(VENV)/.dev
	sh tools/ensure_chromium.sh $(BIN)
	$(BIN)/pytest -m "browser and not timed" -n auto --dist loadfile
	$(BIN)/pytest -m "browser and timed"

package: $(VENV)/.dev
	$(BIN)/pytest -m package

# the same answers from Spark as from DuckDB; needs Java 17
spark: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,spark]'
	$(BIN)/pytest -m spark

bench: $(VENV)/.dev
	$(BIN)/python tools/bench.py

# random scenarios against brute force: make soak COUNT=1000000 SEED=7
COUNT ?= 100000
SEED ?= 0
soak: $(VENV)/.dev
	$(BIN)/python -m tools.soak --count $(COUNT) --seed $(SEED)

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/.dev: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	touch $@ $(VENV)/.run
