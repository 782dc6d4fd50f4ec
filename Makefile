# Everything a person types. Python 3.13 and make are all that must be there.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

UV := .tools/bin/uv
PYTHON := .venv/bin/python
INSTALL := $(UV) pip install --quiet --python $(PYTHON) --require-hashes --compile-bytecode
COMPILE := $(UV) pip compile --quiet pyproject.toml --generate-hashes --no-emit-index-url \
	--no-emit-find-links --python-version 3.13 --universal --no-header --upgrade
# Two workers: the suite is written for two cores.
TESTS ?= tests
WORKERS ?= 2

# Where it is set, every process would compile every module again: three times as slow.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run reset doctor test soak check fmt bench lock chromium mlflow

help: ## what can be typed here
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

run: .venv/.run ## the portal on this machine, with a team's sample work
	@LABLEDGER_DEMO_MLFLOW=$(wildcard .tools/mlflow/.made) exec $(PYTHON) -m portal.cli run

reset: .venv/.run ## stop it and throw its data away (asks first)
	@$(PYTHON) -m portal.cli reset $(if $(YES),--yes)

doctor: .venv/.run ## say in words what is wrong with this setup
	@$(PYTHON) -m portal.cli doctor

test: .venv/.test chromium mlflow ## every test, in a real browser and on real servers
	@$(PYTHON) -m pytest $(TESTS) -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

soak: .venv/.test ## churn, faults and killed servers for minutes, several seeds
	$(PYTHON) -m tests.soak --mode dc --seconds 8 --seed 2 11 12
	$(PYTHON) -m tests.soak --mode cloud --webhooks --seconds 60 --seed 1
	$(PYTHON) -m tests.soak --mode dc --seconds 60 --seed 2
	$(PYTHON) -m tests.soak --mode cloud --seconds 60 --seed 3
	$(PYTHON) -m tests.soak --mode dc --webhooks --seconds 60 --seed 4
	$(PYTHON) -m tests.soak --mode neptune --seconds 60 --seed 5 6

check: .venv/.test ## lint, types, floors (migrations are checked by a test)
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	.venv/bin/lint-imports

fmt: .venv/.test ## put every file into shape
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

bench: .venv/.test ## the figures of docs/performance.md, measured here
	$(PYTHON) -m bench

lock: $(UV) ## resolve the dependencies anew
	$(COMPILE) --extra embedded --extra neptune -o lock/run.txt
	$(COMPILE) --extra embedded --extra neptune --group test --group check -o lock/dev.txt
	$(COMPILE) --extra neptune --group sample --group test -o lock/sample.txt
	for server in mlflow mlflow2; do $(UV) pip compile --quiet lock/$$server.in --generate-hashes \
		--no-emit-index-url --no-emit-find-links --python-version 3.13 --universal --no-header \
		--upgrade -o lock/$$server.txt; done

# ── the environment: made when it is missing, mended when the lock changed ──

$(UV):
	@bin/bootstrap-uv .tools

.venv/.made: .python-version | $(UV)
	@$(UV) venv --quiet --allow-existing .venv
	@touch $@

.venv/.run: lock/run.txt .venv/.made
	@echo "Installing what lock/run.txt pins …"
	@$(INSTALL) -r lock/run.txt
	@touch $@

# All of lock/run.txt is in lock/dev.txt.
.venv/.test: lock/dev.txt .venv/.made
	@echo "Installing what lock/dev.txt pins …"
	@$(INSTALL) -r lock/dev.txt
	@touch .venv/.run $@

# Two real MLflow servers, each apart from our own packages: tests read them, and
# `make run` shows one as a third source where it is there.
mlflow: .tools/mlflow/.made .tools/mlflow2/.made

.tools/%/.made: lock/%.txt .python-version | $(UV)
	@echo "Installing what $< pins …"
	@$(UV) venv --quiet --allow-existing $(@D)
	@$(UV) pip install --quiet --python $(@D)/bin/python --require-hashes -r $<
	@touch $@

chromium:
	@bin/find-chromium
