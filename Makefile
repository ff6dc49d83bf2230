# Every set-up step hangs on a target, so a fresh clone needs one command.
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
SHELL := /bin/sh
PROFILE ?= default
PYTHON ?= python3
QUICK_DIR ?= build/quick
TIMES := reports/local/times.txt
# Seconds and peak memory of the stages that ran: for people, never in an output.
TELL_TIMES = if [ -f $(TIMES) ]; then awk '{ print; t += $$2 } END { printf "stages %13.1f s\n", t }' \
	$(TIMES); else echo "nothing had changed: every stage is up to date"; fi
RESTORING = echo "make: the run failed. To go back: dipmaster restore (params.yaml, metrics and data" \
	"of the last commit); what is wrong: dipmaster doctor" >&2; exit 1
BIN := $(CURDIR)/.venv/bin
export PATH := $(BIN):$(PATH)
export PYTHONHASHSEED := 0
# Stages and tests start many processes: none should compile every source again.
unexport PYTHONDONTWRITEBYTECODE
export PIP_DISABLE_PIP_VERSION_CHECK := 1
ifeq ($(filter default quick,$(PROFILE)),)
$(error PROFILE=$(PROFILE) is not known: expected default or quick)
endif
ifdef WORKERS
export DIPMASTER_WORKERS := $(WORKERS)
endif

SETTING_UP := .venv/.installed .venv/bin/dipmaster build/setup/libraries

.PHONY: help setup report test test-replay test-studies test-docs test-fast check figures image docs format bench compare schema lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'
	@echo "  PROFILE=quick  with report: a small market, in $(QUICK_DIR)/"
	@echo "  WORKERS=n      workers to use; the results are the same for any number"

setup: $(SETTING_UP) ## the environment .venv with dipmaster and dvc, and nothing else

report: $(SETTING_UP) ## set up, run the pipeline, write reports/phase_gate.pdf
ifeq ($(PROFILE),quick)
	@python -m profiles.quick "$(QUICK_DIR)"
	@cd "$(QUICK_DIR)" && $(TELL_TIMES)
	@cd "$(QUICK_DIR)" && dipmaster show
	@echo "a small market in $(QUICK_DIR): it shows that the pipeline runs, not whether the strategy is any good"
else
	@rm -f $(TIMES)
	@dvc repro || { $(RESTORING); }
	@$(TELL_TIMES)
	@dipmaster show
endif

test: .venv/.installed-dev $(SETTING_UP) ## all tests but those of replays, studies and docs; those that need real data skip where it is absent
	@python -m pytest -n $(or $(WORKERS),2) --dist loadfile --no-loadscope-reorder -m "not replay" --ignore tests/studies --ignore tests/docs

test-replay: .venv/.installed-dev $(SETTING_UP) ## markets bar by bar through the stream, compared with the batch to the last bit
	@python -m pytest -n $(or $(WORKERS),2) --dist loadfile --no-loadscope-reorder -m replay tests/streaming tests/volatility

test-studies: .venv/.installed-dev build/setup/libraries ## tests of the studies, which nothing of the pipeline needs
	@python -m pytest -n $(or $(WORKERS),2) --dist loadfile --no-loadscope-reorder tests/studies

test-docs: .venv/.installed-dev .venv/.installed-docs $(SETTING_UP) ## what the documentation's pages tell the reader to type, typed (needs chromium)
	@python -m pytest -n $(or $(WORKERS),2) --dist loadfile --no-loadscope-reorder tests/docs

test-fast: .venv/.installed-dev build/setup/libraries ## the inner loop: all tests but those of whole stages and markets
	@python -m pytest -n $(or $(WORKERS),2) --dist loadfile --no-loadscope-reorder -m "not slow" --ignore tests/studies --ignore tests/docs

check: .venv/.installed-dev ## format, lint, types, layers, figures in docs
	@ruff format --check .
	@ruff check .
	@mypy
	@lint-imports --no-cache
	@python -m studies.doc_figures --check

figures: .venv/.installed ## figures of the default market into docs/, from reports/metrics
	@python -m studies.doc_figures

image: ## page one of the report as docs/images/decision_page.png, for the README
	@command -v pdftoppm >/dev/null || { echo "make: please install poppler-utils, for pdftoppm" >&2; exit 1; }
	@pdftoppm -png -r 80 -f 1 -l 1 -singlefile reports/phase_gate.pdf docs/images/decision_page
	@echo "wrote docs/images/decision_page.png"

docs: .venv/.installed-docs ## the documentation as a site, without a network: build/site/index.html
	@NO_MKDOCS_2_WARNING=1 mkdocs build --strict --quiet
	@echo "wrote build/site/index.html; with search: python -m http.server --directory build/site"

format: .venv/.installed-dev ## format and fix with ruff
	@ruff format .
	@ruff check --fix .

compare: .venv/bin/dipmaster ## experiments side by side
	@dipmaster compare

schema: .venv/.installed ## params.schema.json from the models, for editors
	@python -m dipmaster.cli.params_schema

bench: .venv-bench/.installed ## speed, side by side with what one would use otherwise
	@.venv-bench/bin/python -m benchmarks

lock: ## pin all dependencies again (needs uv)
	uv pip compile pyproject.toml $(LOCK_FLAGS) -o requirements.lock
	uv pip compile pyproject.toml --extra dev -c requirements.lock $(LOCK_FLAGS) -o requirements-dev.lock
	uv pip compile pyproject.toml --extra fetch -c requirements.lock $(LOCK_FLAGS) -o requirements-fetch.lock
	uv pip compile pyproject.toml --extra docs -c requirements.lock $(LOCK_FLAGS) -o requirements-docs.lock
	uv pip compile benchmarks/requirements.in $(LOCK_FLAGS) -o benchmarks/requirements.lock
LOCK_FLAGS := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header

clean: ## remove caches and scratch folders; data, reports and environments stay
	rm -rf build .mypy_cache .ruff_cache .pytest_cache .hypothesis

# --- set-up -------------------------------------------------------------------------------------

.venv/bin/python:
	@sh profiles/setup.sh venv "$(PYTHON)" .venv

.venv/.installed: requirements.lock | .venv/bin/python
	@echo "make: installing the pinned packages (about a minute)"
	@.venv/bin/python -m pip install --quiet --require-hashes -r requirements.lock
	@touch $@

# The project itself, so that `dipmaster` is a program of the environment: nothing is downloaded.
.venv/bin/dipmaster: pyproject.toml .venv/.installed
	@.venv/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.installed-dev: requirements-dev.lock .venv/.installed
	@echo "make: installing the pinned development packages"
	@.venv/bin/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

.venv/.installed-docs: requirements-docs.lock .venv/.installed
	@echo "make: installing the pinned packages of the documentation"
	@.venv/bin/python -m pip install --quiet --require-hashes -r requirements-docs.lock
	@touch $@

.venv-bench/.installed: benchmarks/requirements.lock
	@sh profiles/setup.sh venv "$(PYTHON)" .venv-bench
	@echo "make: installing the pinned peers to compare with (about two minutes)"
	@.venv-bench/bin/python -m pip install --quiet --require-hashes -r benchmarks/requirements.lock
	@touch $@

build/setup/libraries: profiles/setup.sh
	@sh profiles/setup.sh libraries
	@mkdir -p $(@D) && touch $@
