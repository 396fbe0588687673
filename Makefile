# setup    install everything and build the replica; quick when there is nothing to do
# demo     a real Aave position through Black Thursday, guarded, on the replica
# test     forge, pytest and Ape, and the proof that each of them can fail
# check    formatters, linters, types, import layers
# deep     the long runs: many fuzz runs, slow tests
# coverage what the forge tests reach in contracts/, held against a floor
# halmos   properties of the pure libraries, proven for all inputs
# mutants  every named defence taken out, and the test that must fail
# mutation any place broken: MUTATION='--sample 400 --seed N --budget-seconds S', goes on where it stopped
# campaigns stateful tests: CAMPAIGNS='--runs N --depth N --budget-seconds S', goes on where it stopped
# thief    a million calls signed with a stolen key: THIEF='--calls N --budget-seconds S', goes on where it stopped
# slither  static analysis, see docs/slither.md
# bench    gas and speed
# conformance FIXTURE=file.json [RPC=url]   the adapter suite over a deployment of your own (docs/conformance.md)
# env      print the exports that bare forge, ape and ballast commands need; env-stop ends the node behind them
# lock     renew requirements/lock.txt from pyproject.toml (needs uv)

SHELL := /bin/sh
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3)
PY := .venv/bin/python
STAMPS := build/stamps
export PATH := $(CURDIR)/build/bin:$(CURDIR)/.venv/bin:$(PATH)
export SOLCX_BINARY_PATH := $(CURDIR)/build/solcx

.PHONY: setup tools replica demo test check deep coverage halmos halmos-mutants mutants mutation campaigns thief slither bench conformance env env-stop lock clean

setup: tools replica

tools: $(STAMPS)/npm $(STAMPS)/venv

$(STAMPS)/npm: package-lock.json package.json script/tools/launchers.py
	@mkdir -p $(STAMPS)
	npm ci --no-progress --loglevel=error
	$(PYTHON) script/tools/launchers.py
	@touch $@

$(STAMPS)/venv: requirements/lock.txt pyproject.toml
	@mkdir -p $(STAMPS)
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or 3.12 is needed, found %d.%d: set PYTHON=" % sys.version_info[:2] if sys.version_info[:2] not in ((3, 11), (3, 12)) else 0)'
	test -x $(PY) || $(PYTHON) -m venv .venv
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/lock.txt
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

replica: tools
	@$(PY) -m ballast.replica build

demo: setup
	ballast demo

test: setup
	$(PY) script/tools/run_tests.py

check: tools
	ruff format --check agent script tests ape_console_extras.py
	ruff check agent script tests ape_console_extras.py
	mypy
	$(PY) script/tools/lint_house.py
	lint-imports
	forge build contracts
	$(PY) script/tools/export_abi.py --check
	$(PY) script/tools/make_vectors.py --check
	$(PY) script/tools/evidence_table.py --check
	forge fmt --check contracts script tests
	forge lint -D warnings contracts

deep: setup coverage halmos mutants
	$(PY) script/tools/run_tests.py --deep
	$(PY) script/tools/campaigns.py $(CAMPAIGNS)
	$(PY) script/tools/stolen_key.py $(THIEF)

coverage: setup
	$(PY) script/tools/coverage_gate.py

mutants: setup
	$(PY) script/tools/named_mutants.py

mutation: setup
	$(PY) script/tools/mutate.py $(MUTATION)

campaigns: setup
	$(PY) script/tools/campaigns.py $(CAMPAIGNS)

thief: setup
	$(PY) script/tools/stolen_key.py $(THIEF)

# Provers bring dependencies that the product must not have: an environment of their own.
EVIDENCE := build/evidence
$(STAMPS)/evidence: requirements/evidence.txt
	@mkdir -p $(STAMPS)
	test -x $(EVIDENCE)/bin/python || $(PYTHON) -m venv $(EVIDENCE)
	$(EVIDENCE)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/evidence.txt
	@touch $@

halmos: tools $(STAMPS)/evidence
	$(PY) script/tools/prove.py $(EVIDENCE)/bin/halmos

# Once after a property or a library has changed: every property fails where its library is broken.
halmos-mutants: tools $(STAMPS)/evidence
	$(PY) script/tools/prove.py $(EVIDENCE)/bin/halmos --mutants

# The fast pipeline: what is read is the syntax tree.
slither: export FOUNDRY_PROFILE := product
slither: export FOUNDRY_VIA_IR := false
slither: export FOUNDRY_OUT := build/forge-slither
slither: export FOUNDRY_CACHE_PATH := build/forge-slither-cache
slither: tools $(STAMPS)/evidence
	forge build contracts --build-info --quiet
	$(EVIDENCE)/bin/slither . --config-file slither.config.json --ignore-compile --fail-none

bench: setup
	rm -rf out/bench/gas
	$(PY) script/tools/run_tests.py --only forge --match-path 'tests/contracts/gas/**'
	$(PY) script/tools/gas_table.py
	$(PY) script/tools/bench_montecarlo.py
	$(PY) script/tools/bench_serving.py

# Forge reads only below the project, so the fixture is copied to where it may.
conformance: tools
	@test -n "$(FIXTURE)" || { echo "FIXTURE is unset: make conformance FIXTURE=file.json [RPC=url]" >&2; exit 2; }
	@test -r "$(FIXTURE)" || { echo "FIXTURE=$(FIXTURE) cannot be read" >&2; exit 2; }
	@mkdir -p build/conformance && cp -- "$(FIXTURE)" build/conformance/fixture.json
	build/bin/forge build contracts tests/contracts/conformance
	@BALLAST_FIXTURE=build/conformance/fixture.json BALLAST_FIXTURE_RPC="$(RPC)" \
	  build/bin/forge test --match-contract GivenConformanceTest

# Only the exports may reach standard output: the shell evaluates it.
env:
	@$(MAKE) --no-print-directory setup >&2
	@$(PY) script/tools/env.py up

env-stop:
	@$(PY) script/tools/env.py stop

lock:
	uv pip compile pyproject.toml --all-extras -c requirements/constraints.txt --generate-hashes --universal \
	  --python-version 3.11 --no-emit-index-url --no-header --no-annotate --quiet -o build/lock.txt
	$(PY) script/tools/tidy_lock.py build/lock.txt requirements/lock.txt

clean:
	rm -rf build out contracts/.cache
