# Every command first installs what it needs into .venv; `make` alone lists them.
PYTHON ?= python3
PORT ?= 8000
# What builds the site; properdocs, which goes on where MkDocs ends, gives the same pages.
BUILDER ?= mkdocs
# Where the site will be published; links between the languages and the sitemap need it.
BASE_URL ?= http://127.0.0.1:$(PORT)/
# PyTorch's CPU-only package index, for those who do not want the CUDA packages: make test TORCH_INDEX=<url>
TORCH_INDEX ?=

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --quiet --disable-pip-version-check --retries 1 --timeout 15
LOG := $(VENV)/install.log
SOURCES := $(shell find docs xentref mkdocs.yml mkdocs.zh.yml -type f -not -path '*/__pycache__/*')

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help serve site test check proof mutants bench scoreboard update clean FORCE

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

serve: site/index.html ## build both languages and show them on http://127.0.0.1:8000/
	@$(PY) -m docs.tools.serve --port $(PORT)

site: site/index.html ## build both languages, strictly, into site/

test: $(VENV)/test.done check ## run everything: pages, docstrings, tests, site, browser
	@echo "test: running the pages, which must reach every line and branch of the package"
	@$(PY) -m pytest docs --numprocesses auto --dist worksteal --cov --cov-report=term:skip-covered --cov-fail-under=100
	@echo "test: running the docstrings, the tests, the built site and the browser"
	@$(PY) -m pytest README*.md xentref tests --numprocesses auto --dist worksteal

check: $(VENV)/test.done ## lint and types only
	@echo "check: ruff and mypy"
	@$(PY) -m ruff check --quiet . && $(PY) -m ruff format --check --quiet . && $(PY) -m mypy --no-error-summary

proof: $(VENV)/test.done ## run the pages alone, and write down which page runs which function
	@$(PY) -m docs.tools.proof

mutants: $(VENV)/mutants.done ## break the package in thousands of small ways, and list what no page notices (hours)
	@$(PY) -m mutmut run
	@$(PY) -m mutmut results

bench: $(VENV)/bench.done ## measure speed, memory and accuracy against PyTorch, SciPy and scikit-learn
	@$(PY) -m benchmarks

scoreboard: $(VENV)/scoreboard.done ## run the kit on other libraries, and write the tables of its page
	@$(PY) -m scoreboard

update: $(VENV)/test.done ## rewrite the outputs that the pages show
	@$(PY) -m pytest README*.md docs xentref --update-outputs -q

clean: ## remove everything that was made, .venv too
	rm -rf $(VENV) site build dist mutants *.egg-info .coverage .mypy_cache .ruff_cache .pytest_cache .hypothesis .cache

site/index.html: $(VENV)/site.done $(VENV)/base-url $(SOURCES)
	@echo "site: building English and Chinese"
	$(if $(filter-out mkdocs,$(BUILDER)),$(call install,$(BUILDER)))
	@$(PY) -m docs.tools.build --base-url $(BASE_URL) --builder $(BUILDER)

# Rewritten only when the address changes, so that the site is rebuilt only then.
$(VENV)/base-url: $(VENV)/pip.done FORCE
	@echo $(BASE_URL) | cmp -s - $@ || echo $(BASE_URL) >$@

$(VENV)/pip.done:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "make: xentref needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>/dev/null || echo not there). Name another: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "setup: creating $(VENV)"
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/site.done: $(VENV)/pip.done pyproject.toml constraints.txt
	@echo "setup: installing what the site needs (once, about a minute)"
	$(call install,-e '.[site]')
	@touch $@

$(VENV)/test.done: $(VENV)/site.done
	@echo "setup: installing PyTorch and the test tools (once, a few minutes)"
	$(if $(TORCH_INDEX),$(call install,torch --index-url $(TORCH_INDEX)))
	$(call install,-e '.[test]')
	@touch $@

$(VENV)/mutants.done: $(VENV)/test.done
	@echo "setup: installing mutmut (once, some seconds)"
	$(call install,-e '.[mutants]')
	@touch $@

$(VENV)/bench.done: $(VENV)/test.done
	@echo "setup: installing the runners that the benchmarks compare with (once, some seconds)"
	$(call install,-e '.[bench]')
	@touch $@

$(VENV)/scoreboard.done: $(VENV)/test.done
	@echo "setup: installing the libraries of the scoreboard (once, a minute)"
	$(call install,-e '.[scoreboard]')
	@touch $@

define install
	@$(PIP) install --constraint constraints.txt $(1) >$(LOG) 2>&1 || { \
	  if grep -qiE 'connection|name resolution|timed out|network' $(LOG); \
	  then echo "make: installing failed: the package index cannot be reached; is there a network? (details: $(LOG))"; \
	  else echo "make: installing failed: $$(grep -m 1 '^ERROR' $(LOG) || tail -n 1 $(LOG)) (details: $(LOG))"; fi >&2; exit 1; }
endef
